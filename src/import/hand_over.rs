//! What the second pass sorted goes to the crew, or is told.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::earlier::Refusals;
use super::plan::Purpose;
use super::sort::{Held, Sorted};
use super::tell::tell_known;
use super::update::{OnFile, without_id};
use crate::clock::{Busy, Clock};
use crate::lead::Lead;
use crate::report::Reporter;
use crate::upload::{Event, Observer, Work};

/// See the module's documentation.
pub(super) struct HandOver {
    pub(super) to_crew: mpsc::Sender<Work>,
    pub(super) purpose: Purpose,
    pub(super) reporter: Arc<Reporter>,
    /// What earlier runs were told.
    pub(super) refusals: Arc<Refusals>,
    /// What the results file says of the leads that are to be changed.
    pub(super) on_file: Arc<OnFile>,
    pub(super) clock: Clock,
    /// While this thread reads and prepares, and does not wait for the crew.
    pub(super) busy: Option<Busy>,
}

impl HandOver {
    /// False where the crew takes nothing more.
    pub(super) fn take(&mut self, sorted: Sorted) -> bool {
        match sorted {
            Sorted::Send(lead, attempt) => self.give(Work::Send(lead, attempt)),
            Sorted::Change(lead, held) => self.change(lead, held),
            Sorted::NotSent(unsendable) if self.purpose == Purpose::Create => self.give(Work::Record(unsendable)),
            Sorted::NotSent(unsendable) => {
                // The import has recorded it.
                self.reporter.event(Event::Unsendable(&unsendable));
                true
            }
            Sorted::Remark(remark) => {
                self.reporter.remark(&remark.reason, &remark.position);
                true
            }
            Sorted::There(there) => self.give(Work::Known(Box::new(there.lead), Box::new(there.outcome))),
            Sorted::Known(known) => {
                tell_known(&self.reporter, &known, &self.refusals);
                true
            }
        }
    }

    fn change(&mut self, lead: Box<Lead>, held: Held) -> bool {
        if let (Some(remark), Some(row)) = (self.on_file.remark_on_secondaries(&lead, held), lead.rows.first()) {
            self.reporter.remark(&remark, &row.position);
        }
        match self.on_file.change(lead, held) {
            Ok(change) => self.give(Work::Change(change)),
            Err(lead) => {
                tell_known(&self.reporter, &without_id(*lead, held), &self.refusals);
                true
            }
        }
    }

    fn give(&mut self, work: Work) -> bool {
        match self.to_crew.try_send(work) {
            Ok(()) => true,
            Err(TrySendError::Closed(_)) => false,
            Err(TrySendError::Full(work)) => {
                self.busy = None;
                let is_taken = self.give_when_there_is_room(work);
                self.busy = Some(self.clock.busy());
                is_taken
            }
        }
    }

    /// Room for many: this thread is not woken for every single lead that the crew takes.
    fn give_when_there_is_room(&self, work: Work) -> bool {
        let many = (self.to_crew.max_capacity() / 4).max(1);
        let room = Handle::current().block_on(self.to_crew.reserve_many(many));
        room.is_ok_and(|mut room| room.next().map(|place| place.send(work)).is_some())
    }
}
