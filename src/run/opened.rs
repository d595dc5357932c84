//! The results file of a run, open and locked, and what its last run left behind.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::error::RunError;
use super::plan::Sending;
use super::server::Connected;
use super::surroundings::Surroundings;
use crate::clock::Clock;
use crate::results::{Journal, Ledger, Recorder};

/// See the module's documentation.
pub(crate) struct Opened {
    /// As people are shown it.
    pub(crate) path: PathBuf,
    pub(crate) recorder: Arc<Recorder>,
    clock: Clock,
    /// How long ago the last line was written.
    quiet: Option<Duration>,
    /// Whether it had no lines.
    pub(crate) is_new: bool,
}

impl Opened {
    pub(crate) fn open(path: &Path, around: &Surroundings, connected: &Connected) -> Result<Self, RunError> {
        let clock = around.clock.clone();
        // Before it is opened: what is made durable once more is written now.
        let trace = left_trace(path);
        let (journal, ledger, recovery) = match &around.disk {
            None => Journal::open(path, clock)?,
            Some(wrap) => Journal::open_on(path, clock, |file| wrap(file))?,
        };
        if let Some(cut) = &recovery.cut {
            let note =
                format!("{}: the last run ended in the middle of a line; {} bytes cut off", path.display(), cut.bytes);
            around.reporter.console().note(&note);
        }
        let ago = |at| Duration::try_from(around.clock.wall().duration_since(at)).unwrap_or_default();
        let quiet = ledger.last_at().map(ago);
        if let Some(silent) = silent_for(&ledger, trace, around.clock.wall()) {
            connected.line.pace().remember(silent, 0);
        }
        connected.give_back(path)?;
        let recorder = Arc::new(Recorder::new(journal, ledger));
        Ok(Self { path: path.to_owned(), recorder, clock: around.clock.clone(), quiet, is_new: recovery.lines == 0 })
    }

    /// A run that never began leaves no file behind.
    pub(crate) fn discard_if_new(&self) {
        if self.is_new {
            // At worst an empty file stays, which is a results file all the same.
            let _ = std::fs::remove_file(self.recorder.path());
        }
    }

    /// How long to wait before a look-up that finds nothing counts for what the last run left in doubt. A request of a run
    /// that was killed may still be on its way, for as long as that run could have waited; after that, absence counts.
    pub(crate) fn settle_in(&self, sending: &Sending) -> Duration {
        let patience = sending.give_up.saturating_add(sending.timeout).saturating_add(sending.settle);
        if self.quiet.is_some_and(|quiet| quiet > patience) { Duration::ZERO } else { sending.settle }
    }
}

/// How long ago the last run sent something, as far as its lines and its `trace` tell; `None` where there was none.
pub(crate) fn silent_for(ledger: &Ledger, trace: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    let ago = |at| Duration::try_from(now.duration_since(at)).unwrap_or_default();
    let quiet = ago(ledger.last_at()?);
    // A run that was killed may have sent something until just now: look-ups, and leads whose turn came late.
    Some(if ledger.is_run_open() { Duration::ZERO } else { trace.map_or(quiet, |at| quiet.min(ago(at))) })
}

/// When a run with this results file last sent something, as far as its time of modification says. It counts beside the last
/// line, and only for the pace: a run may ask the platform and write no line (a preview; consent that was refused).
pub(crate) fn left_trace(path: &Path) -> Option<Timestamp> {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    Timestamp::try_from(modified).ok()
}

/// However a run ends, it leaves its trace for [`left_trace`].
impl Drop for Opened {
    fn drop(&mut self) {
        // Without it the next run is early by one request at most; a new file that was discarded is not there.
        let file = OpenOptions::new().append(true).open(self.recorder.path());
        let _ = file.and_then(|file| file.set_modified(SystemTime::from(self.clock.wall())));
    }
}
