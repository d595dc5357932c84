//! The writer: one thread owns the disk, and one sync serves every line that waits for it (group commit).

use std::fmt;
use std::fs::File;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::clock::{Busy, Clock};

use super::disk::{Disk, FileDisk};
use super::error::{Doing, Failed, ResultsError};
use super::format::Line;
use super::ledger::Ledger;
use super::lock;
use super::recovery::{Recovery, Scan, scan};

/// A results file open for appending, locked against every other process until it is closed.
///
/// Whoever writes goes through [`super::Recorder`]: the journal itself asks nobody whether a line may follow those before.
pub struct Journal {
    queue: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    failure: Arc<OnceLock<Failed>>,
    path: Arc<Path>,
    clock: Clock,
}

/// Resolves when the line and all before it survive a loss of power, or with [`Failed`] when they may not.
///
/// It need not be polled for the line to be written; dropped, the line is written all the same.
#[must_use = "nothing may be sent, and no outcome is counted, before its line is durable"]
#[derive(Debug)]
pub struct Durable {
    answer: oneshot::Receiver<Result<(), Failed>>,
    path: Arc<Path>,
}

struct Job {
    text: String,
    answer: oneshot::Sender<Result<(), Failed>>,
    /// Simulated time stands still while a real disk works.
    busy: Busy,
}

impl Journal {
    /// Opens or creates the results file at `path`: takes its lock, reads it into a ledger, cuts off what a crash left
    /// incomplete, and makes durable all that was read.
    ///
    /// # Errors
    /// [`ResultsError`]: it is locked, no results file, damaged, newer than this version, or the disk does not work.
    pub fn open(path: &Path, clock: Clock) -> Result<(Self, Ledger, Recovery), ResultsError> {
        Self::open_on(path, clock, |disk| Box::new(disk))
    }

    /// The same, where `wrap` may put something (faults, in tests) between the journal and the file.
    ///
    /// # Errors
    /// As for [`Journal::open`].
    pub fn open_on(
        path: &Path,
        clock: Clock,
        wrap: impl FnOnce(FileDisk) -> Box<dyn Disk>,
    ) -> Result<(Self, Ledger, Recovery), ResultsError> {
        let path = std::path::absolute(path).map_err(ResultsError::io(path, "find its folder"))?;
        let mut disk = lock::open_locked(&path)?;
        let mut ledger = Ledger::new();
        let scan = scan(&path, disk.file(), &mut ledger)?;
        settle(&mut disk, &path, &scan)?;
        let lines = scan.recovery.lines;
        let journal = Self::start(&path, wrap(disk), lines, clock)?;
        Ok((journal, ledger, scan.recovery))
    }

    /// Starts the thread that writes after `lines` durable lines.
    pub(super) fn start(path: &Path, disk: Box<dyn Disk>, lines: u64, clock: Clock) -> Result<Self, ResultsError> {
        let path: Arc<Path> = Arc::from(path);
        let (queue, jobs) = mpsc::channel();
        let failure = Arc::new(OnceLock::new());
        let writer = Writer {
            disk,
            written: lines,
            durable: lines,
            buffer: Vec::new(),
            failure: Arc::clone(&failure),
            path: Arc::clone(&path),
        };
        let thread = std::thread::Builder::new()
            .name("results".to_owned())
            .spawn(move || writer.run(&jobs))
            .map_err(ResultsError::io(&path, "start the thread that writes it"))?;
        Ok(Self { queue: Some(queue), writer: Some(thread), failure, path, clock })
    }

    /// Appends `line`. Lines stand in the file in the order of these calls.
    pub fn append(&self, line: &Line<'_>) -> Durable {
        match line.encode() {
            Ok(text) => self.append_encoded(text),
            Err(error) => self.refuse(io::Error::other(error)),
        }
    }

    /// Appends a line that [`Line::encode`] wrote.
    pub(super) fn append_encoded(&self, text: String) -> Durable {
        let (answer, receiver) = oneshot::channel();
        let job = Job { text, answer, busy: self.clock.busy() };
        // Where the thread is gone, the answer's sender goes with the job and the waiter hears of it.
        if let Some(queue) = &self.queue {
            drop(queue.send(job));
        }
        self.durable(receiver)
    }

    fn durable(&self, answer: oneshot::Receiver<Result<(), Failed>>) -> Durable {
        Durable { answer, path: Arc::clone(&self.path) }
    }

    /// Why nothing more is recorded; `None` while all is well.
    #[must_use]
    pub fn failure(&self) -> Option<Failed> {
        self.failure.get().cloned()
    }

    /// The results file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until everything appended is durable, and gives up the lock.
    ///
    /// # Errors
    /// [`Failed`] where not all of it is.
    pub fn close(mut self) -> Result<(), Failed> {
        let joined = self.join();
        match self.failure.get() {
            Some(failed) => Err(failed.clone()),
            None => joined.map_err(|()| gone(&self.path)),
        }
    }

    fn join(&mut self) -> Result<(), ()> {
        self.queue = None;
        self.writer.take().map_or(Ok(()), |writer| writer.join().map_err(|_| ()))
    }

    fn refuse(&self, error: io::Error) -> Durable {
        let (answer, receiver) = oneshot::channel();
        drop(answer.send(Err(failed(&self.path, error))));
        self.durable(receiver)
    }
}

fn gone(path: &Arc<Path>) -> Failed {
    failed(path, io::Error::other("the thread that writes it is gone"))
}

fn failed(path: &Arc<Path>, error: io::Error) -> Failed {
    Failed { path: Arc::clone(path), doing: Doing::Writing, source: Arc::new(error) }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Its error was given to every waiter.
        let _outcome = self.join();
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Durable {
    /// Waits on this thread. Not for async code, which awaits the future instead.
    ///
    /// # Errors
    /// [`Failed`] where the line may not survive.
    pub fn wait(self) -> Result<(), Failed> {
        self.answer.blocking_recv().unwrap_or_else(|_| Err(gone(&self.path)))
    }
}

impl Future for Durable {
    type Output = Result<(), Failed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(gone(&self.path))))
    }
}

/// Reads the results file at `path` into a ledger without a lock and without changing it, for dry runs. A file that is
/// not there is an empty one.
///
/// # Errors
/// As for [`Journal::open`], but never that it is locked.
pub fn read(path: &Path) -> Result<(Ledger, Recovery), ResultsError> {
    let mut ledger = Ledger::new();
    match File::open(path) {
        Ok(file) => {
            let scan = scan(path, file, &mut ledger)?;
            Ok((ledger, scan.recovery))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((ledger, Recovery::default())),
        Err(source) => Err(ResultsError::Io { path: PathBuf::from(path), doing: "open it", source }),
    }
}

/// Cuts off what is incomplete and makes the rest durable: what was read is relied on from now on.
fn settle(disk: &mut FileDisk, path: &Path, scan: &Scan) -> Result<(), ResultsError> {
    if scan.recovery.cut.is_some() {
        disk.cut(scan.good).map_err(ResultsError::io(path, "cut off its incomplete end"))?;
    }
    disk.rewrite_from(scan.durable).map_err(ResultsError::io(path, "write its end again"))?;
    disk.sync_with_folder().map_err(ResultsError::io(path, "make it durable"))
}

struct Writer {
    disk: Box<dyn Disk>,
    /// The number of the last line written.
    written: u64,
    /// The number of the last line known durable.
    durable: u64,
    buffer: Vec<u8>,
    failure: Arc<OnceLock<Failed>>,
    path: Arc<Path>,
}

impl Writer {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        let mut batch = Vec::new();
        while let Ok(job) = jobs.recv() {
            batch.push(job);
            batch.extend(jobs.try_iter());
            let result = self.commit(&batch);
            for job in batch.drain(..) {
                // A waiter that gave up does not matter: the line is written or the failure is kept.
                drop(job.answer.send(result.clone()));
                drop(job.busy);
            }
        }
    }

    /// Writes the batch and makes it durable; after the first failure nothing is written any more.
    fn commit(&mut self, batch: &[Job]) -> Result<(), Failed> {
        if let Some(failed) = self.failure.get() {
            return Err(failed.clone());
        }
        self.commit_on_disk(batch).map_err(|(doing, error)| {
            let failed = Failed { path: Arc::clone(&self.path), doing, source: Arc::new(error) };
            self.failure.get_or_init(|| failed).clone()
        })
    }

    fn commit_on_disk(&mut self, batch: &[Job]) -> Result<(), (Doing, io::Error)> {
        self.buffer.clear();
        for job in batch {
            self.written += 1;
            number(&mut self.buffer, &job.text, self.written, self.durable);
        }
        self.disk.append(&self.buffer).map_err(|error| (Doing::Writing, error))?;
        self.disk.sync().map_err(|error| (Doing::Syncing, error))?;
        self.disk.check_in_place().map_err(|error| (Doing::Finding, error))?;
        self.durable = self.written;
        Ok(())
    }
}

/// Appends the line `text` (`{…}`) with its numbers as first fields.
pub(super) fn number(buffer: &mut Vec<u8>, text: &str, n: u64, d: u64) {
    let fields = text.strip_prefix('{').unwrap_or(text);
    let (mut n_digits, mut d_digits) = (itoa::Buffer::new(), itoa::Buffer::new());
    for part in ["{\"n\":", n_digits.format(n), ",\"d\":", d_digits.format(d), ",", fields, "\n"] {
        buffer.extend_from_slice(part.as_bytes());
    }
}
