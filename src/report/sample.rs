//! Leads and rows for this room's tests; the numbers are reserved for fiction.

use std::sync::Arc;
use std::time::Duration;

use super::counts::Counts;
use super::progress::{Frame, Phase};
use crate::lead::{Fingerprint, Identity, Lead, LeadKey, Reason, SourceRow, Status};
use crate::phone::Phone;
use crate::source::{Position, Record};
use crate::target::{Family, Host, Target};
use crate::upload::{CountsAs, Outcome, Unsendable};

pub(super) fn position(row: u64) -> Position {
    Position { file: "leads.csv".into(), sheet: None, row, line: row }
}

pub(super) fn row(number: u64) -> SourceRow {
    let cells = ["Ada".to_owned(), format!("+4930231255{:02}", number % 100)];
    SourceRow { position: position(number), record: Record::Cells(cells.into()) }
}

/// A lead of these rows; the first one's number is its identity.
pub(super) fn lead(rows: &[u64]) -> Lead {
    let target = Target { family: Family::Autocalls, host: Host::Sandbox, place: "7".to_owned() };
    let first = rows.first().copied().unwrap_or_default();
    let phone = Phone::from_e164(&format!("+4930231255{:02}", first % 100)).unwrap();
    Lead {
        key: LeadKey::from_bits(first.into()),
        target: Arc::new(target),
        request: Fingerprint::of(b"{}"),
        identity: Identity::Phone(phone),
        body: "{}".to_owned(),
        secondaries: Vec::new(),
        contacts: None,
        sent_status: None,
        group: None,
        rows: rows.iter().map(|&number| row(number)).collect(),
        repairs: Vec::new(),
    }
}

pub(super) fn outcome(status: Status) -> Outcome {
    let reason = match status {
        Status::Created => None,
        Status::Exists => Some(Reason::new("exists", "the platform already has it")),
        Status::Rejected => Some(Reason::new("invalid_phone_number", "the phone number is not valid")),
        Status::InDoubt => Some(Reason::new("answer_lost", "the request left, but the answer was lost")),
        _ => Some(Reason::new("stopped", "the run stopped before it was sent")),
    };
    Outcome { attempts: 1, ..Outcome::new(status, reason) }
}

pub(super) fn unsendable(status: Status, counts_as: CountsAs, rows: &[u64]) -> Unsendable {
    let reason = match status {
        Status::Duplicate => Reason::new("duplicate_number", "the same number as an earlier row"),
        _ => Reason::new("phone_too_short", "too short for Germany: 4 digits").about("phone"),
    };
    Unsendable {
        status,
        counts_as,
        rows: rows.iter().map(|&number| (row(number), reason.clone())).collect(),
        key: None,
        target: None,
        identity: None,
    }
}

/// A run under way of which so many leads have ended.
pub(super) fn frame(ended: &[(Status, u64)]) -> Frame {
    let mut leads = Counts::default();
    for (status, number) in ended {
        leads.add(*status, *number);
    }
    Frame {
        phase: Phase::Sending,
        leads,
        expected: Some(10_000),
        rate: Some(0.98),
        allowed: Some(1.0),
        left: Some(Duration::from_secs(8_946)),
        waiting: None,
    }
}
