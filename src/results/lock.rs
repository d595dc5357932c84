//! One process at a time: an advisory lock on the results file itself. The system gives it up when the process ends,
//! however it ends, so that no lock outlives a crash.

use std::fs::TryLockError;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use super::disk::{Disk, FileDisk};
use super::error::ResultsError;

/// A results file that nobody else can use meanwhile, and in which nothing is changed.
#[derive(Debug)]
pub struct Hold {
    disk: FileDisk,
}

impl Hold {
    /// Locks the file, for as long as the value lives; `None` where there is none.
    ///
    /// # Errors
    /// Somebody else uses it, or it cannot be opened for writing.
    pub fn existing(path: &Path) -> Result<Option<Self>, ResultsError> {
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ResultsError::io(path, "open it")(error)),
            Ok(_) => Ok(Some(Self { disk: open_locked(path)? })),
        }
    }

    /// Leaves the trace that something was sent, by which the next run keeps its distance.
    pub fn sent_at(&self, at: Timestamp) {
        // Without it the next run is early by one request at most.
        let _ = self.disk.file().set_modified(SystemTime::from(at));
    }
}

/// Opens (or creates) the file and locks it.
pub(super) fn open_locked(path: &Path) -> Result<FileDisk, ResultsError> {
    let mut disk = FileDisk::open(path).map_err(ResultsError::io(path, "open it"))?;
    let metadata = disk.file().metadata().map_err(ResultsError::io(path, "open it"))?;
    if !metadata.is_file() {
        return Err(ResultsError::NotResults { path: path.to_owned(), why: "not a regular file".to_owned() });
    }
    match disk.file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(ResultsError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => return Err(ResultsError::io(path, "lock it")(error)),
    }
    // Between opening and locking, the file may have been replaced: the lock would then be on a file that no one sees.
    disk.check_in_place().map_err(ResultsError::io(path, "find it in its place"))?;
    Ok(disk)
}
