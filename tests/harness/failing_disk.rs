//! A disk that fails at a chosen operation, under a results file that is real.

use std::io;
use std::sync::{Arc, Mutex};

use leadload::results::{Disk, FileDisk};

/// What goes wrong. What it means depends on what is asked of the disk at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiskFailure {
    /// A write stores nothing (`ENOSPC`), a sync fails (`EIO`), the file is gone from its name. Later all is well again: a
    /// program that goes on would not notice.
    Once,
    /// The same, but a write stores so many of its bytes.
    Short(usize),
    /// Nothing works any more. What was written and not synced may be there, or not, or in part.
    PowerLost,
}

/// When a disk fails, and what was asked of it. Clones are the same disk.
#[derive(Clone)]
pub(crate) struct DiskScript {
    /// The operation (write, sync, look at the name) that fails, counted from 1.
    at: usize,
    failure: DiskFailure,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    operations: usize,
    /// All that was stored.
    stored: Vec<u8>,
    /// How much of it was stored when a sync last succeeded.
    durable: usize,
    /// How often somebody wrote after the failure.
    writes_after_failure: usize,
}

struct FailingDisk {
    file: FileDisk,
    script: DiskScript,
}

impl DiskScript {
    pub(crate) fn new(failure: DiskFailure, at: usize) -> Self {
        Self { at, failure, seen: Arc::default() }
    }

    /// The disk under `file`, which must be empty.
    pub(crate) fn put_before(&self, file: FileDisk) -> Box<dyn Disk> {
        Box::new(FailingDisk { file, script: self.clone() })
    }

    /// Whether it came to the failure.
    pub(crate) fn has_failed(&self) -> bool {
        self.seen.lock().unwrap().operations >= self.at
    }

    /// How often something was written after the failure.
    pub(crate) fn writes_after_failure(&self) -> usize {
        self.seen.lock().unwrap().writes_after_failure
    }

    /// What survives any loss of power.
    pub(crate) fn durable(&self) -> String {
        let seen = self.seen.lock().unwrap();
        String::from_utf8(seen.stored[..seen.durable].to_vec()).unwrap()
    }

    /// What stands on the disk after the power was lost: all that is durable, and of the rest a random length, some of its
    /// pages NULs: later ones may be there and earlier ones not.
    pub(crate) fn image(&self, dice: &mut fastrand::Rng) -> Vec<u8> {
        let seen = self.seen.lock().unwrap();
        let mut image = seen.stored[..dice.usize(seen.durable..=seen.stored.len())].to_vec();
        for page in image[seen.durable..].chunks_mut(dice.usize(1..300)) {
            if dice.bool() {
                page.fill(0);
            }
        }
        image
    }

    /// Counts an operation. `Some`: it fails.
    fn next(&self, seen: &mut Seen) -> Option<DiskFailure> {
        seen.operations += 1;
        let fails = match self.failure {
            DiskFailure::Once | DiskFailure::Short(_) => seen.operations == self.at,
            DiskFailure::PowerLost => seen.operations >= self.at,
        };
        fails.then_some(self.failure)
    }
}

impl Disk for FailingDisk {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut seen = self.script.seen.lock().unwrap();
        seen.writes_after_failure += usize::from(seen.operations >= self.script.at);
        let (stored, result) = match self.script.next(&mut seen) {
            None => (bytes, Ok(())),
            Some(DiskFailure::Once) => (&bytes[..0], Err(io::ErrorKind::StorageFull.into())),
            Some(DiskFailure::Short(most)) => (&bytes[..most.min(bytes.len())], Err(io::ErrorKind::WriteZero.into())),
            Some(DiskFailure::PowerLost) => (bytes, Err(io::Error::other("no power"))),
        };
        seen.stored.extend_from_slice(stored);
        self.file.append(stored)?;
        result
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut seen = self.script.seen.lock().unwrap();
        if self.script.next(&mut seen).is_some() {
            return Err(io::Error::other("EIO"));
        }
        seen.durable = seen.stored.len();
        Ok(())
    }

    fn check_in_place(&mut self) -> io::Result<()> {
        match self.script.next(&mut self.script.seen.lock().unwrap()) {
            Some(_) => Err(io::ErrorKind::NotFound.into()),
            None => self.file.check_in_place(),
        }
    }
}
