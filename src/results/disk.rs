//! The disk as the journal needs it: append, make durable, and say whether the file is still the one that people see.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a journal writes. Tests put faults between it and the file.
pub trait Disk: Send {
    /// Writes all of `bytes` at the end.
    ///
    /// # Errors
    /// Not all was written: full disk, quota, a broken device.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns when all that was appended survives a loss of power (`fdatasync`).
    ///
    /// # Errors
    /// It may not survive, and another call proves nothing: the system reports a failed write-back once and then forgets.
    fn sync(&mut self) -> io::Result<()>;

    /// Whether the file is still there under its name.
    ///
    /// # Errors
    /// It was deleted, moved or replaced: what is written now reaches no one.
    fn check_in_place(&mut self) -> io::Result<()>;
}

/// Puts something between a journal and its file: faults, in tests.
pub type WrapDisk = Arc<dyn Fn(FileDisk) -> Box<dyn Disk> + Send + Sync>;

/// A real file, locked by this process until it is dropped.
#[derive(Debug)]
pub struct FileDisk {
    file: File,
    path: PathBuf,
}

impl FileDisk {
    /// Opens `path` for reading and writing, or creates it so that only its owner can read it. Not yet locked.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(path)?, path: path.to_owned() })
    }

    /// A file that is open and locked already, and stands at `path`.
    pub(super) fn of(file: File, path: &Path) -> Self {
        Self { file, path: path.to_owned() }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Cuts everything from byte `length` on.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    /// Writes the bytes from `start` to the end over themselves, and leaves the position at the end.
    ///
    /// Where an earlier process failed to sync, the system may show bytes from memory that never reached the disk, and
    /// call them clean: a sync alone would then do nothing. Written again, they are dirty and the sync counts.
    pub(super) fn rewrite_from(&mut self, start: u64) -> io::Result<()> {
        let mut chunk = vec![0; 64 * 1024];
        let mut position = start;
        loop {
            self.file.seek(SeekFrom::Start(position))?;
            let count = self.file.read(&mut chunk)?;
            if count == 0 {
                return Ok(());
            }
            self.file.seek(SeekFrom::Start(position))?;
            self.file.write_all(&chunk[..count])?;
            position += count as u64;
        }
    }

    /// Makes the file's content, its length and its name durable.
    pub(super) fn sync_with_folder(&self) -> io::Result<()> {
        self.file.sync_all()?;
        if cfg!(unix) {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return match File::open(folder.unwrap_or(Path::new(".")))?.sync_all() {
                // File systems that cannot sync a folder say so in one of these ways; there is nothing to be done there.
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
                    Ok(())
                }
                result => result,
            };
        }
        Ok(())
    }
}

impl Drop for FileDisk {
    /// The lock is given up by name: a process that this one is starting has a copy of the open file for a moment, which would
    /// keep the lock of a file that is merely closed.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Disk for FileDisk {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn check_in_place(&mut self) -> io::Result<()> {
        let named = fs::metadata(&self.path)?;
        if same_file(&self.file.metadata()?, &named) {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "it was replaced by another file while it was in use"))
        }
    }
}

#[cfg(unix)]
fn same_file(open: &Metadata, named: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
fn same_file(_open: &Metadata, _named: &Metadata) -> bool {
    true
}
