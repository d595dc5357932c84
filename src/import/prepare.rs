//! Rows become items for grouping, on several threads, in the order of the input.
//!
//! One thread reads batches of rows; as many as there are processors map them and read their numbers; the caller gets the
//! items in order. Every channel is bounded, batches go back to the reader and are used again, and a run that is stopped
//! ends all of them. With `--scattered` the reader first puts the rows of groups together ([`gather`](super::gather)).

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::columns::Columns;
use super::gather::{self, Gathered, Out, gather};
use super::plan::{GroupRows, Numbers};
use super::row::{Keep, RowReader};
use crate::grouping::Item;
use crate::lead::SourceRow;
use crate::mapping::{BoundMapping, Mapping, MappingError};
use crate::phone::Region;
use crate::results::ResultsError;
use crate::run::{Places, RunError};
use crate::source::{Header, Next, Row, RowFault, Source, SourceError};
use crate::upload::Stop;

/// What preparing needs to know.
pub(super) struct Preparing<'a> {
    pub(super) mapping: &'a Mapping,
    /// What was recognised in the inputs.
    pub(super) columns: &'a Columns,
    pub(super) places: &'a Places,
    pub(super) region: Option<Region>,
    pub(super) numbers: &'a Numbers,
    /// Whether rows are kept for the rejects file.
    pub(super) keep: Keep,
    pub(super) group_rows: GroupRows,
    /// Who wants to stop is listened to also while nothing is handed over yet.
    pub(super) stop: &'a Stop,
}

/// Why an input cannot be prepared to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum PrepareError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error("{file}: {error}")]
    Mapping { file: String, error: MappingError },
    #[error("{0}: the file was changed while it was read; nothing more is sent. Start the same command again")]
    Changed(String),
    #[error("{}", gather::cannot(.folder, .error))]
    Gather { folder: PathBuf, error: io::Error },
}

impl From<PrepareError> for RunError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Source(error) => Self::Input(error),
            PrepareError::Results(error) => Self::Results(error),
            PrepareError::Mapping { .. } => Self::Mapping(error.to_string()),
            PrepareError::Changed(_) => Self::Changed(error.to_string()),
            PrepareError::Gather { .. } => Self::TemporaryFile(error.to_string()),
        }
    }
}

/// Rows that travel together.
struct Batch {
    number: u64,
    /// Reused from batch to batch; only the first `filled` hold something.
    rows: Vec<Row>,
    filled: usize,
    /// By which mapping each of them is read.
    bounds: Vec<Arc<BoundMapping>>,
    /// Rows that could not be read, each with the number of good rows before it.
    faults: Vec<(usize, RowFault)>,
}

struct Prepared {
    number: u64,
    items: Vec<Item>,
    batch: Batch,
}

const ROWS_IN_A_BATCH: usize = 256;

/// One thread reads and one hands over: more than this many would wait for them.
const MAX_THREADS: usize = 8;

/// Reads `sources` to their ends and hands every row to `take`, in order, until it breaks off.
///
/// # Errors
/// [`PrepareError`]; the rows before it have been handed over.
pub(super) fn prepare(
    sources: &mut [Source],
    preparing: &Preparing<'_>,
    mut take: impl FnMut(Item) -> ControlFlow<()>,
) -> Result<(), PrepareError> {
    let threads = thread::available_parallelism().map_or(2, usize::from).min(MAX_THREADS);
    let (to_workers, for_workers) = sync_channel::<Batch>(2 * threads);
    let (to_caller, for_caller) = sync_channel::<Prepared>(2 * threads);
    let (return_batch, used_batches) = sync_channel::<Batch>(8 * threads);
    let for_workers = Mutex::new(for_workers);
    thread::scope(|scope| {
        let reading = scope.spawn(move || read_all(sources, preparing, &to_workers, &used_batches));
        for _ in 0..threads {
            let (to_caller, for_workers) = (to_caller.clone(), &for_workers);
            scope.spawn(move || work(preparing, for_workers, &to_caller));
        }
        drop(to_caller);
        hand_over_in_order(&for_caller, &return_batch, &mut take);
        // Whoever still works finds its channel closed and ends.
        drop((for_caller, return_batch));
        drain(&for_workers);
        match reading.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// The reader may be waiting for room in this channel when the caller has broken off.
fn drain(for_workers: &Mutex<Receiver<Batch>>) {
    while let Ok(receiver) = for_workers.lock()
        && receiver.recv().is_ok()
    {}
}

fn read_all(
    sources: &mut [Source],
    preparing: &Preparing<'_>,
    to_workers: &SyncSender<Batch>,
    used_batches: &Receiver<Batch>,
) -> Result<(), PrepareError> {
    let mut batches = Batches { to_workers, used: used_batches, next: 0 };
    if preparing.group_rows == GroupRows::Scattered && preparing.mapping.groups_rows() {
        return match gather(sources, preparing)? {
            Some(gathered) => read_gathered(gathered, sources, &mut batches),
            None => Ok(()),
        };
    }
    for (index, source) in sources.iter_mut().enumerate() {
        let mut header = Arc::clone(source.header());
        let mut bound = bind(preparing, index, source, &header)?;
        loop {
            let Some(mut batch) = batches.empty() else { return Ok(()) };
            let more = fill(source, &mut batch, &header)?;
            if !Arc::ptr_eq(source.header(), &header) {
                header = Arc::clone(source.header());
                bound = bind(preparing, index, source, &header)?;
            }
            batch.bounds.resize(batch.filled, Arc::clone(&bound));
            refuse_changed(source)?;
            if !batches.send(batch) || !more {
                break;
            }
        }
        bound.require_all().map_err(|error| PrepareError::Mapping { file: source.name().to_owned(), error })?;
    }
    Ok(())
}

/// Hands over what was put together.
fn read_gathered(mut gathered: Gathered, sources: &[Source], batches: &mut Batches<'_>) -> Result<(), PrepareError> {
    while let Some(mut batch) = batches.empty() {
        let more = fill_gathered(&mut gathered, &mut batch)?;
        for source in sources {
            refuse_changed(source)?;
        }
        if !batches.send(batch) || !more {
            break;
        }
    }
    Ok(())
}

/// What is read of a file that somebody edits meanwhile is not what was counted.
pub(super) fn refuse_changed(source: &Source) -> Result<(), PrepareError> {
    if source.has_changed()? {
        return Err(PrepareError::Changed(source.name().to_owned()));
    }
    Ok(())
}

/// Batches on their way to the workers, and back to be used again.
struct Batches<'a> {
    to_workers: &'a SyncSender<Batch>,
    used: &'a Receiver<Batch>,
    next: u64,
}

impl Batches<'_> {
    /// One to fill; `None` where nobody waits for it any more.
    fn empty(&mut self) -> Option<Batch> {
        let mut batch = match self.used.try_recv() {
            Ok(used) => used,
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {
                Batch { number: 0, rows: Vec::new(), filled: 0, bounds: Vec::new(), faults: Vec::new() }
            }
        };
        (batch.number, batch.filled) = (self.next, 0);
        batch.faults.clear();
        batch.bounds.clear();
        self.next += 1;
        Some(batch)
    }

    /// False where nobody takes it any more.
    fn send(&mut self, batch: Batch) -> bool {
        self.to_workers.send(batch).is_ok()
    }
}

/// A table's header is complete; that of JSON Lines may still grow, and what it lacks shows at the end.
pub(super) fn bind(
    preparing: &Preparing<'_>,
    index: usize,
    source: &Source,
    header: &Header,
) -> Result<Arc<BoundMapping>, PrepareError> {
    let mapping = preparing.mapping;
    let recognised = preparing.columns.of(index, mapping, header);
    let bound = if source.header_may_grow() {
        mapping.bind_so_far_as(header, &recognised)
    } else {
        mapping.bind_as(header, &recognised)
    };
    bound.map(Arc::new).map_err(|error| PrepareError::Mapping { file: source.name().to_owned(), error })
}

/// Fills `batch`, up to its size or to the row that made the header grow. False at the end of the source.
fn fill(source: &mut Source, batch: &mut Batch, header: &Arc<Header>) -> Result<bool, SourceError> {
    while batch.filled + batch.faults.len() < ROWS_IN_A_BATCH {
        match source.read(batch.next_row())? {
            Next::Row => batch.filled += 1,
            Next::Bad(fault) => batch.faults.push((batch.filled, fault)),
            Next::End => return Ok(false),
        }
        // The rows before keep their columns' numbers, so the wider mapping fits them as well.
        if !Arc::ptr_eq(source.header(), header) {
            break;
        }
    }
    Ok(true)
}

/// Fills `batch` up to its size. False at the end.
fn fill_gathered(gathered: &mut Gathered, batch: &mut Batch) -> Result<bool, PrepareError> {
    while batch.filled + batch.faults.len() < ROWS_IN_A_BATCH {
        match gathered.next(batch.next_row())? {
            Out::Row(bound) => {
                batch.bounds.push(bound);
                batch.filled += 1;
            }
            Out::Bad(fault) => batch.faults.push((batch.filled, fault)),
            Out::End => return Ok(false),
        }
    }
    Ok(true)
}

impl Batch {
    /// The row after those that are filled.
    fn next_row(&mut self) -> &mut Row {
        if self.filled == self.rows.len() {
            self.rows.push(Row::new());
        }
        &mut self.rows[self.filled]
    }
}

fn work(preparing: &Preparing<'_>, for_workers: &Mutex<Receiver<Batch>>, to_caller: &SyncSender<Prepared>) {
    let mut reader = RowReader::new(preparing.places, preparing.region, preparing.numbers, preparing.keep);
    loop {
        let received = for_workers.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = received else { return };
        let mut items = Vec::with_capacity(batch.filled + batch.faults.len());
        let mut faults = batch.faults.iter().peekable();
        for index in 0..=batch.filled {
            while let Some((_, fault)) = faults.next_if(|(before, _)| *before == index) {
                items.push(unreadable(fault));
            }
            if index < batch.filled {
                items.push(reader.item(&batch.bounds[index], &batch.rows[index]));
            }
        }
        if to_caller.send(Prepared { number: batch.number, items, batch }).is_err() {
            return;
        }
    }
}

fn unreadable(fault: &RowFault) -> Item {
    let row = SourceRow { position: fault.position.clone(), record: fault.record.clone() };
    Item::Fault(crate::grouping::Fault {
        row,
        target: None,
        group: None,
        is_primary: false,
        reason: fault.reason.clone(),
    })
}

fn hand_over_in_order(
    for_caller: &Receiver<Prepared>,
    return_batch: &SyncSender<Batch>,
    take: &mut impl FnMut(Item) -> ControlFlow<()>,
) {
    let mut early = BTreeMap::new();
    let mut next = 0;
    while let Ok(prepared) = for_caller.recv() {
        // Where nobody waits for used batches they are simply dropped.
        let _ = return_batch.try_send(prepared.batch);
        early.insert(prepared.number, prepared.items);
        while let Some(items) = early.remove(&next) {
            next += 1;
            for item in items {
                if take(item).is_break() {
                    return;
                }
            }
        }
    }
}
