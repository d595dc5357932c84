//! The only way to write that keeps the rules: the ledger is asked before the journal.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::Failed;
use super::format::Line;
use super::journal::{Durable, Journal};
use super::ledger::{Ledger, Refused};

/// A journal and the ledger that belongs to it, shared by all who send and all who read rows.
#[derive(Debug)]
pub struct Recorder {
    ledger: Mutex<Ledger>,
    journal: Journal,
}

impl Recorder {
    /// Joins what [`Journal::open`] gave.
    #[must_use]
    pub fn new(journal: Journal, ledger: Ledger) -> Self {
        Self { ledger: Mutex::new(ledger), journal }
    }

    /// Appends `line` where it may follow what is known. The ledger knows it at once, the disk when [`Durable`] resolves:
    /// what is written down early only makes others more careful.
    ///
    /// # Errors
    /// [`Refused`] where it may not, for instance `sending` for a lead that is there or in doubt: the last wall before a
    /// person is called twice. Nothing was written then, and the lead must not be sent.
    pub fn record(&self, line: &Line<'_>) -> Result<Durable, Refused> {
        let Ok(text) = line.encode() else { return Ok(self.journal.append(line)) };
        let mut ledger = self.ledger();
        ledger.apply_encoded(line, &text)?;
        // Still under the lock, so that the file has the order in which the ledger learned. It only queues.
        let durable = self.journal.append_encoded(text);
        drop(ledger);
        Ok(durable)
    }

    /// What is known. Do not hold it across an `await`.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing more is recorded; `None` while all is well.
    #[must_use]
    pub fn failure(&self) -> Option<Failed> {
        self.journal.failure()
    }

    /// The results file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.journal.path()
    }

    /// Waits until everything recorded is durable, gives up the lock, and hands back what is known.
    ///
    /// # Errors
    /// [`Failed`] where not all of it is durable.
    pub fn close(self) -> Result<Ledger, Failed> {
        self.journal.close()?;
        Ok(self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
