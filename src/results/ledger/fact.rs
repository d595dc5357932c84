//! What the ledger needs of a line, and what a line changes.

use jiff::Timestamp;

use crate::lead::{Fingerprint, LeadKey, Status};
use crate::results::format::{Certainty, Line, SettledBy};
use crate::results::ids::IdMark;
use crate::results::state::{Event, State};

/// What the ledger needs of a line, whether it was just read or is about to be written.
#[derive(Debug, Clone, Copy)]
pub(in crate::results) enum Fact<'a> {
    Run { calls: &'a [String] },
    Sending { key: LeadKey, run: &'a str, request: Fingerprint, group: Option<Fingerprint> },
    Lead(LeadFact<'a>),
    Deleting { key: LeadKey, run: &'a str },
    End,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::results) struct LeadFact<'a> {
    pub(in crate::results) key: Option<LeadKey>,
    pub(in crate::results) run: &'a str,
    pub(in crate::results) status: Status,
    pub(in crate::results) certain: Certainty,
    pub(in crate::results) settled_by: Option<SettledBy>,
    pub(in crate::results) reason: Option<&'a str>,
    pub(in crate::results) request: Option<Fingerprint>,
    pub(in crate::results) group: Option<Fingerprint>,
    /// The platform's id of it.
    pub(in crate::results) id: Option<IdMark>,
}

/// What a line adds to the table, once it is known to be allowed.
pub(super) struct Change {
    pub(super) event: Event,
    pub(super) next: Option<State>,
    pub(super) request: Option<Fingerprint>,
    pub(super) group: Option<Fingerprint>,
}

impl Change {
    /// Only an outcome that became, or repeats, the key's state says which request led to it; a duplicate row or an
    /// attempt that was never made does not.
    pub(super) fn speaks_of_its_request(&self) -> bool {
        match self.event {
            Event::Created(..) => matches!(self.next, Some(State::Created(_))),
            Event::Exists(..) => matches!(self.next, Some(State::Exists(_))),
            Event::Rejected(_) => self.next == Some(State::Rejected),
            _ => false,
        }
    }
}

impl<'a> Fact<'a> {
    pub(super) fn of(line: &'a Line<'_>) -> (Self, Timestamp) {
        match line {
            Line::Run(run) => (Self::Run { calls: &run.calls }, run.at),
            Line::Sending(line) => {
                (Self::Sending { key: line.key, run: &line.run, request: line.request, group: line.group }, line.at)
            }
            Line::Lead(line) => {
                let lead = LeadFact {
                    key: line.key,
                    run: &line.run,
                    status: line.status,
                    certain: line.certain,
                    settled_by: line.settled_by,
                    reason: line.reason.as_ref().map(|reason| reason.code.as_str()),
                    request: line.request,
                    group: line.group,
                    id: line
                        .id
                        .as_deref()
                        .zip(line.target.as_ref())
                        .map(|(id, target)| IdMark::new(&target.canonical(), id)),
                };
                (Self::Lead(lead), line.at)
            }
            Line::Deleting(line) => (Self::Deleting { key: line.key, run: &line.run }, line.at),
            Line::End(end) => (Self::End, end.at),
        }
    }
}
