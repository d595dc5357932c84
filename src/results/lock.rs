//! One process at a time: an advisory lock on the results file itself. The system gives it up when the process ends,
//! however it ends, so that no lock outlives a crash.

use std::fs::TryLockError;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use super::disk::{Disk, FileDisk};
use super::error::ResultsError;

/// How often a file is opened anew that was replaced between opening and locking.
const MOST_TRIES: u8 = 3;

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
    open_locked_while(path, || {})
}

/// The same, where `meanwhile` happens between opening and locking.
fn open_locked_while(path: &Path, mut meanwhile: impl FnMut()) -> Result<FileDisk, ResultsError> {
    let mut tries = 1;
    loop {
        let mut disk = FileDisk::open(path).map_err(ResultsError::io(path, "open it"))?;
        meanwhile();
        lock(&disk, path)?;
        // The file may have been replaced (`leadload forget`): the lock would then be on a file that no one sees.
        match disk.check_in_place() {
            Ok(()) => return Ok(disk),
            Err(_) if tries < MOST_TRIES && path.exists() => tries += 1,
            Err(error) => return Err(ResultsError::io(path, "find it in its place")(error)),
        }
    }
}

fn lock(disk: &FileDisk, path: &Path) -> Result<(), ResultsError> {
    let metadata = disk.file().metadata().map_err(ResultsError::io(path, "open it"))?;
    if !metadata.is_file() {
        return Err(ResultsError::NotResults { path: path.to_owned(), why: "not a regular file".to_owned() });
    }
    match disk.file().try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(ResultsError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(ResultsError::io(path, "lock it")(error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn whoever_waited_for_the_old_file_writes_into_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new) = (folder.path().join("results"), folder.path().join("new"));
        fs::write(&path, "old").unwrap();
        fs::write(&new, "new").unwrap();
        let mut disk = open_locked_while(&path, || drop(fs::rename(&new, &path))).unwrap();
        disk.rewrite_from(3).unwrap();
        disk.append(b" line").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new line");
    }

    #[test]
    fn a_copy_of_the_open_file_that_a_starting_process_has_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        let disk = open_locked(&path).unwrap();
        let copy = disk.file().try_clone().unwrap();
        assert!(matches!(open_locked(&path), Err(ResultsError::Locked { .. })));
        drop(disk);
        drop(open_locked(&path).unwrap());
        drop(copy);
    }

    #[test]
    fn a_file_that_is_deleted_before_it_is_locked_is_not_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        fs::write(&path, "old").unwrap();
        let error = open_locked_while(&path, || drop(fs::remove_file(&path))).unwrap_err();
        assert!(error.to_string().contains("find it in its place"), "{error}");
        assert!(!path.exists());
    }
}
