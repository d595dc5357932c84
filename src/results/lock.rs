//! One process at a time: an advisory lock on the results file itself. The system gives it up when the process ends,
//! however it ends, so that no lock outlives a crash.

use std::fs::TryLockError;
use std::path::Path;

use super::disk::{Disk, FileDisk};
use super::error::ResultsError;

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
