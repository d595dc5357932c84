//! Where the bytes come from, and how to tell that they are still the same ones.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::SourceError;
use super::given::Rows;

/// An input to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input, read once.
    Stdin,
    /// A copy of something that itself can be read only once.
    Spooled(Arc<Spool>),
    /// Rows that the calling program has itself.
    Rows(Rows),
}

impl Input {
    /// The input as the user names it: `-` is standard input.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "-" { Self::Stdin } else { Self::File(PathBuf::from(text)) }
    }

    /// The name in positions and messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "-".to_owned(),
            Self::Spooled(spool) => spool.name.to_string(),
            Self::Rows(rows) => rows.name().to_owned(),
        }
    }

    /// The same input in a form that can be opened again and again: standard input and pipes are copied to a temporary
    /// file ([`spool`]), which takes until they end.
    ///
    /// # Errors
    /// [`SourceError::Open`] or [`SourceError::Spool`].
    pub fn readable_twice(self) -> Result<Self, SourceError> {
        let name = self.name();
        let reader: Box<dyn Read> = match &self {
            Self::Spooled(_) => return Ok(self),
            Self::Rows(rows) => return rows.keep().map(|()| self),
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => {
                let opening = |source| SourceError::Open { name: name.clone(), source };
                if !is_pipe(&fs::metadata(path).map_err(opening)?) {
                    return Ok(self);
                }
                Box::new(File::open(path).map_err(opening)?)
            }
        };
        match spool(reader) {
            Ok(copy) => Ok(Self::Spooled(Arc::new(copy.named(&name)))),
            Err(source) => Err(SourceError::Spool { name, source }),
        }
    }

    /// True where opening it again gives the same bytes: not standard input, and no pipe. Where `pipes_are_copied`
    /// ([`Input::readable_twice`]), the latter is known already.
    #[must_use]
    pub fn can_be_read_again(&self, pipes_are_copied: bool) -> bool {
        match self {
            Self::Stdin => false,
            Self::Spooled(_) => true,
            Self::Rows(rows) => pipes_are_copied || rows.is_kept(),
            // What cannot be opened is told by whoever opens it.
            Self::File(path) => pipes_are_copied || fs::metadata(path).is_ok_and(|metadata| !is_pipe(&metadata)),
        }
    }

    /// The input as bytes that can be read at any place, and what it was when it was opened; `None` where it can be read
    /// from its start only.
    pub(super) fn seekable(&self) -> Result<Option<Seekable>, SourceError> {
        let opening = |source| SourceError::Open { name: self.name(), source };
        match self {
            Self::Stdin | Self::Rows(_) => Ok(None),
            Self::Spooled(spool) => Ok(Some((Arc::clone(spool), None))),
            Self::File(path) => {
                let file = File::open(path).map_err(opening)?;
                let metadata = file.metadata().map_err(opening)?;
                let snapshot = Snapshot::of(&metadata);
                let spool = Spool { name: Arc::from(self.name()), file: Mutex::new(file), len: metadata.len() };
                Ok(metadata.is_file().then(|| (Arc::new(spool), Some(snapshot))))
            }
        }
    }

    pub(super) fn open(&self) -> Result<Opened, SourceError> {
        let opening = |source| SourceError::Open { name: self.name(), source };
        match self {
            Self::Stdin => Ok(Opened { reader: Box::new(io::stdin()), snapshot: None, pace: Pace::Live }),
            Self::Spooled(spool) => Ok(Opened { reader: Box::new(spool.reader()), snapshot: None, pace: Pace::AtRest }),
            // They are no bytes: whoever opens an input asks for them first.
            Self::Rows(_) => Err(opening(io::ErrorKind::Unsupported.into())),
            Self::File(path) => {
                let file = File::open(path).map_err(opening)?;
                let metadata = file.metadata().map_err(opening)?;
                if metadata.is_dir() {
                    return Err(opening(io::ErrorKind::IsADirectory.into()));
                }
                let at_rest = metadata.is_file();
                Ok(Opened {
                    reader: Box::new(file),
                    snapshot: at_rest.then(|| Snapshot::of(&metadata)),
                    pace: if at_rest { Pace::AtRest } else { Pace::Live },
                })
            }
        }
    }
}

fn is_pipe(metadata: &Metadata) -> bool {
    !metadata.is_file() && !metadata.is_dir()
}

/// Bytes that can be read at any place, and what the file was when it was opened.
pub(super) type Seekable = (Arc<Spool>, Option<Snapshot>);

/// An opened input.
pub(super) struct Opened {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) pace: Pace,
}

/// Whether more can be looked at than the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// A file: everything is there.
    AtRest,
    /// A pipe: whoever writes may write slowly, and what is read is gone.
    Live,
}

/// What a file was when it was opened: a later one with the same snapshot has, but for malice, the same content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    len: u64,
    modified: Option<SystemTime>,
    /// Device and inode, on Unix: a file that was replaced by another one with its length and time.
    identity: Option<(u64, u64)>,
}

impl Snapshot {
    /// Of an open file or of a path.
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok(), identity: identity(metadata) }
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True where there was not one byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such numbers")]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// A copy of an input that could be read only once, in a temporary file without a name: only this process can open it,
/// and it is gone when the process is, however that ends.
#[derive(Debug)]
pub struct Spool {
    name: Arc<str>,
    file: Mutex<File>,
    len: u64,
}

impl Spool {
    /// The copy of `name` in `file`, `len` bytes long.
    pub(super) fn of(name: &str, file: File, len: u64) -> Self {
        Self { name: Arc::from(name), file: Mutex::new(file), len }
    }

    /// The same copy, called `name` in positions; it is `-` unless told.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Arc::from(name), ..self }
    }

    /// A reader from the beginning; each has its own place.
    pub(super) fn reader(self: &Arc<Self>) -> SpoolReader {
        SpoolReader { spool: Arc::clone(self), offset: 0 }
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True where there is not one byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Two copies are equal where they are one and the same.
impl PartialEq for Spool {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Spool {}

/// A temporary file in `folder`, without a name, that only its owner may read, whatever the umask is.
///
/// # Errors
/// Those of making it.
pub(crate) fn private_file(folder: &Path) -> io::Result<File> {
    let file = tempfile::tempfile_in(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Copies everything that `reader` gives to a temporary file, called `-` in positions.
///
/// # Errors
/// Those of reading and of writing the file.
pub fn spool(mut reader: impl Read) -> io::Result<Spool> {
    let mut file = private_file(&tempfile::env::temp_dir())?;
    let len = io::copy(&mut reader, &mut file)?;
    Ok(Spool { name: Arc::from("-"), file: Mutex::new(file), len })
}

/// Reads a spool from its beginning; each reader has its own place in it.
#[derive(Debug)]
pub(super) struct SpoolReader {
    spool: Arc<Spool>,
    offset: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The file has one cursor for all readers: it is set before each read, under the lock.
        let mut file = self.spool.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.offset))?;
        let n = file.read(buffer)?;
        self.offset += u64::try_from(n).unwrap_or_default();
        Ok(n)
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(distance) => self.spool.len.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.offset.checked_add_signed(distance),
        };
        self.offset = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spool_can_be_read_twice_at_the_same_time() {
        let copy = spool(&b"phone\n+15555550100\n"[..]).unwrap();
        assert_eq!(copy.len(), 19);
        let input = Input::Spooled(Arc::new(copy));
        let (mut one, mut two) = (input.open().unwrap(), input.open().unwrap());
        let mut start = [0; 5];
        one.reader.read_exact(&mut start).unwrap();
        let mut all = String::new();
        two.reader.read_to_string(&mut all).unwrap();
        let mut rest = String::new();
        one.reader.read_to_string(&mut rest).unwrap();
        assert_eq!((&start, rest.as_str()), (b"phone", "\n+15555550100\n"));
        assert_eq!(all, "phone\n+15555550100\n");
    }

    #[test]
    fn a_file_that_is_not_there_is_named_in_the_error() {
        let Err(error) = Input::parse("no/such.csv").readable_twice() else { panic!("opened") };
        assert!(error.to_string().starts_with("no/such.csv: cannot be opened: "), "{error}");
    }

    #[test]
    fn a_folder_cannot_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Input::File(folder.path().to_owned()).open(), Err(SourceError::Open { .. })));
    }
}
