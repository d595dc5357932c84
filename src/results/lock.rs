//! One process at a time: an advisory lock on the results file itself. The system gives it up when the process ends,
//! however it ends, so that no lock outlives a crash.

use std::fs::TryLockError;
use std::path::Path;

use super::disk::{Disk, FileDisk};
use super::error::ResultsError;

/// How often a file is opened anew that was replaced between opening and locking.
const MOST_TRIES: u8 = 3;

/// Opens (or creates) the file and locks it.
pub(super) fn open_locked(path: &Path) -> Result<FileDisk, ResultsError> {
    let mut tries = 1;
    loop {
        let mut disk = open_and_lock(path)?;
        // Between opening and locking, the file may have been replaced (`leadload forget`): the lock would then be on a
        // file that no one sees.
        match disk.check_in_place() {
            Ok(()) => return Ok(disk),
            Err(_) if tries < MOST_TRIES && path.exists() => tries += 1,
            Err(error) => return Err(ResultsError::io(path, "find it in its place")(error)),
        }
    }
}

fn open_and_lock(path: &Path) -> Result<FileDisk, ResultsError> {
    let disk = FileDisk::open(path).map_err(ResultsError::io(path, "open it"))?;
    let metadata = disk.file().metadata().map_err(ResultsError::io(path, "open it"))?;
    if !metadata.is_file() {
        return Err(ResultsError::NotResults { path: path.to_owned(), why: "not a regular file".to_owned() });
    }
    match disk.file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(ResultsError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => return Err(ResultsError::io(path, "lock it")(error)),
    }
    Ok(disk)
}
