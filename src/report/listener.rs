//! What becomes of each lead, for a program that runs an import and keeps books of its own.

use std::fmt;
use std::sync::Arc;

use crate::lead::{Reason, SourceRow, Status};
use crate::source::Position;
use crate::upload::{Event, Outcome};

/// What became of a lead, or of a row that makes none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeadReport {
    /// Its state.
    pub status: Status,
    /// The platform's id of the lead, where this run or an earlier one learnt it: also of a lead that is only told of again, so that a
    /// program which ended before it wrote the id down has it in the next run.
    pub id: Option<String>,
    /// Why it is in that state, where there is something to say.
    pub reason: Option<Reason>,
    /// The rows that it is made of, that of the primary contact first.
    pub rows: Vec<Position>,
    /// Which run brought it into that state.
    pub settled: Settled,
}

/// Which run brought a lead into its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// This one.
    Now,
    /// An earlier one, by the results file: nothing was sent now.
    Before,
}

/// Whoever is told; called from many threads.
#[derive(Clone)]
pub(crate) struct Listener(Arc<dyn Fn(LeadReport) + Send + Sync>);

impl Listener {
    pub(crate) fn new(listen: impl Fn(LeadReport) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listen))
    }

    /// Something happened.
    pub(super) fn event(&self, event: &Event<'_>) {
        match event {
            Event::Ended { lead, outcome, .. } | Event::Updated { lead, outcome } | Event::Known { lead, outcome } => {
                self.ended(&lead.rows, outcome);
            }
            Event::Unsendable(unsendable) => {
                for (row, reason) in &unsendable.rows {
                    self.tell(unsendable.status, std::slice::from_ref(row), None, Some(reason), Settled::Now);
                }
            }
            _ => {}
        }
    }

    /// An earlier run settled a lead.
    pub(super) fn known(&self, status: Status, rows: &[SourceRow], reason: &Reason, id: Option<&str>) {
        self.tell(status, rows, id, Some(reason), Settled::Before);
    }

    fn ended(&self, rows: &[SourceRow], outcome: &Outcome) {
        self.tell(outcome.status, rows, outcome.id.as_deref(), outcome.reason.as_ref(), Settled::Now);
    }

    fn tell(&self, status: Status, rows: &[SourceRow], id: Option<&str>, reason: Option<&Reason>, settled: Settled) {
        let rows = rows.iter().map(|row| row.position.clone()).collect();
        (self.0)(LeadReport { status, id: id.map(str::to_owned), reason: reason.cloned(), rows, settled });
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
