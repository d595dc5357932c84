//! The results file of a run, open and locked, and what its last run left behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::error::RunError;
use super::plan::Sending;
use super::server::Connected;
use super::surroundings::Surroundings;
use crate::results::{Journal, Recorder};

/// See the module's documentation.
pub(crate) struct Opened {
    /// As people are shown it.
    pub(crate) path: PathBuf,
    pub(crate) recorder: Arc<Recorder>,
    /// How long ago the last line was written.
    quiet: Option<Duration>,
    /// Whether it had no lines.
    pub(crate) is_new: bool,
}

impl Opened {
    pub(crate) fn open(path: &Path, around: &Surroundings, connected: &Connected) -> Result<Self, RunError> {
        let (journal, ledger, recovery) = Journal::open(path, around.clock.clone())?;
        if let Some(cut) = &recovery.cut {
            let note =
                format!("{}: the last run ended in the middle of a line; {} bytes cut off", path.display(), cut.bytes);
            around.reporter.console().note(&note);
        }
        let quiet =
            ledger.last_at().map(|at| Duration::try_from(around.clock.wall().duration_since(at)).unwrap_or_default());
        if let Some(quiet) = quiet {
            // A run that was killed may have sent something until just now: look-ups, and leads whose turn came late.
            let ago = if ledger.is_run_open() { Duration::ZERO } else { quiet };
            connected.line.pace().remember(ago, 0);
        }
        connected.begin_ids_above(ledger.highest_sandbox_id());
        let recorder = Arc::new(Recorder::new(journal, ledger));
        Ok(Self { path: path.to_owned(), recorder, quiet, is_new: recovery.lines == 0 })
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
