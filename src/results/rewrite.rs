//! A results file is replaced by a version of itself in which lines read otherwise, and nothing else is different: it has
//! as many lines with the same numbers, and what is added stands behind them.
//!
//! The new version is written beside the old one, made durable, and takes its name in one step, so a kill or a loss of
//! power at any moment leaves the one or the other. The lock is the point where care is needed, since it is on the file
//! and not on its name:
//!
//! - The old file is locked before it is read, so no run appends what would then be lost.
//! - The new file is locked before it gets the name, and until the folder is synced. Nobody appends to a version that a
//!   loss of power may take back.
//! - Whoever opened the old file, and gets its lock once it is let go, finds that it is no longer in its place, and opens
//!   the new one (`lock.rs`).

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::disk::{Disk as _, FileDisk};
use super::format::Line;
use super::journal::number;
use super::ledger::Ledger;
use super::lock;
use super::reader::RawLines;
use super::recovery::scan;
use super::{Recovery, ResultsError};

/// A results file that is locked, checked, and about to be replaced.
#[derive(Debug)]
pub struct Rewrite {
    /// Behind all symbolic links: a link stays what it is.
    path: PathBuf,
    disk: FileDisk,
    ledger: Ledger,
    recovery: Recovery,
    /// The byte after the last good line.
    good: u64,
}

impl Rewrite {
    /// Opens, locks and reads the results file, which must be there. Nothing of it is changed.
    ///
    /// # Errors
    /// As for [`super::Journal::open`].
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        let path = fs::canonicalize(path).map_err(ResultsError::io(path, "open it"))?;
        let disk = lock::open_locked(&path)?;
        let mut ledger = Ledger::new();
        let scan = scan(&path, disk.file(), &mut ledger)?;
        Ok(Self { path, disk, ledger, good: scan.good, recovery: scan.recovery })
    }

    /// What is known of every lead.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How many further names (hard links) the file has: under these the old version stays.
    #[must_use]
    pub fn other_names(&self) -> u64 {
        self.disk.file().metadata().map_or(0, |metadata| other_names(&metadata))
    }

    /// Replaces the file. `change` gets each line without its line break and may say how it reads from now on, with the
    /// same `n` and `d`; `added` follows. What a crash left incomplete at the end is left out, as at every start.
    ///
    /// # Errors
    /// The file is as it was.
    pub fn replace(
        mut self,
        change: impl FnMut(&str) -> Result<Option<String>, ResultsError>,
        added: &[Line<'_>],
    ) -> Result<(), ResultsError> {
        let new_path = path_beside(&self.path);
        let replaced = self.write(&new_path, change, added).and_then(|new| self.put_in_place(&new_path, new));
        if replaced.is_err() {
            // Of no use to anybody; where it cannot be removed either, the next one does it.
            let _ = fs::remove_file(&new_path);
        }
        replaced
    }

    fn write(
        &mut self,
        new_path: &Path,
        mut change: impl FnMut(&str) -> Result<Option<String>, ResultsError>,
        added: &[Line<'_>],
    ) -> Result<File, ResultsError> {
        let failed = |source| ResultsError::Io { path: new_path.to_owned(), doing: "write the new version", source };
        let mut new = BufWriter::with_capacity(BUFFER, create(new_path).map_err(failed)?);
        let reading = |source| ResultsError::Io { path: self.path.clone(), doing: "read it", source };
        let mut old = self.disk.file();
        old.seek(SeekFrom::Start(0)).map_err(reading)?;
        let mut lines = RawLines::new(old.take(self.good));
        while let Some(raw) = lines.next_line().map_err(reading)? {
            let text = std::str::from_utf8(raw.bytes).unwrap_or_default();
            let changed = change(text)?;
            let bytes = changed.as_ref().map_or(raw.bytes, |text| text.as_bytes());
            new.write_all(bytes).and_then(|()| new.write_all(b"\n")).map_err(failed)?;
        }
        new.write_all(&self.encode(added)?).map_err(failed)?;
        new.into_inner().map_err(|error| failed(error.into_error()))
    }

    /// The lines that are added. All before them is durable, or will be before anybody sees it.
    fn encode(&self, added: &[Line<'_>]) -> Result<Vec<u8>, ResultsError> {
        let (mut bytes, last) = (Vec::new(), self.recovery.lines);
        for (n, line) in (last + 1..).zip(added) {
            number(&mut bytes, &line.encode().map_err(ResultsError::unreadable)?, n, last);
        }
        Ok(bytes)
    }

    fn put_in_place(&mut self, new_path: &Path, new: File) -> Result<(), ResultsError> {
        let failed = |doing| ResultsError::io(&self.path, doing);
        let old = self.disk.file().metadata().map_err(failed("read its permissions"))?;
        keep_owner(&new, &old)
            .map_err(|error| ResultsError::NotOurs { path: self.path.clone(), why: error.to_string() })?;
        new.set_permissions(old.permissions()).map_err(failed("keep its permissions"))?;
        new.try_lock().map_err(|error| failed("lock the new version")(error.into()))?;
        new.sync_all().map_err(failed("make the new version durable"))?;
        self.disk.check_in_place().map_err(failed("find it in its place"))?;
        fs::rename(new_path, &self.path).map_err(failed("put the new version in its place"))?;
        FileDisk::of(new, &self.path).sync_with_folder().map_err(failed("make its new version durable"))
    }
}

const BUFFER: usize = 256 * 1024;

/// Always the same name, so that what a kill left behind is found: only who holds the lock of the file uses it.
fn path_beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".rewritten");
    path.with_file_name(name)
}

fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A job that runs as another user must be able to open the file as before.
#[cfg(unix)]
fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let made = new.metadata()?;
    if (made.uid(), made.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid()))
}

/// Elsewhere a file takes its permissions from its folder.
#[cfg(not(unix))]
fn keep_owner(_new: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn other_names(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata).saturating_sub(1)
}

#[cfg(not(unix))]
fn other_names(_metadata: &Metadata) -> u64 {
    0
}
