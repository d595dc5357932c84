//! The totals: every row and every lead in exactly one state, and a loud error where they are not.
//!
//! A [`Tally`] is a fold over what happens: it is told what the input holds ([`Tally::expect`]), which leads earlier runs
//! settled ([`Tally::known`]), and every [`Event`]. What it was never told of is `unsent` in a run that stopped, and an
//! error in one that finished.

use std::collections::HashMap;

use super::counts::{Counts, Sums};
use super::reason_table::{ReasonCount, ReasonTable, RemarkCount, UpdateCount};
use super::repair_table::{RepairCount, RepairTable};
use super::totals::{Fault, Totals, Unbalanced};
use super::wording::{masked, plain};
use crate::lead::{Lead, LeadKey, Reason, Repaired, Status};
use crate::source::Position;
use crate::upload::{CountsAs, Event, Outcome, StopKind, StopReason, Unsendable, is_about_a_change};

/// How many notes and mismatches are kept of each.
const MOST_NOTES: usize = 20;

/// What the first pass over the input found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Leads, those that cannot be sent included.
    pub leads: u64,
    /// Rows with anything in them, the unreadable ones included.
    pub rows: u64,
    /// How many of the leads are to be sent in this run: what the time left is reckoned from.
    pub to_send: u64,
    /// What earlier runs had settled: where a run is stopped, it is not told as unsent.
    pub earlier: Sums,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Tally {
    expected: Option<Expected>,
    /// The leads of the input that the first pass found in doubt, and of how many rows each is made.
    expected_in_doubt: HashMap<LeadKey, u64>,
    /// Those that were told as in doubt.
    told_in_doubt: HashMap<LeadKey, u64>,
    run: Sums,
    earlier: Sums,
    changed: ReasonTable,
    updates: ReasonTable,
    sent: u64,
    requests: u64,
    doubts_ended: u64,
    reasons: ReasonTable,
    remarks: ReasonTable,
    repairs: RepairTable,
    notes: Lines,
    mismatches: Lines,
    mismatched: u64,
    /// A lead moved out of a state that it was never counted under: a fault of this program, told at the end.
    moved_from_nowhere: Option<Status>,
}

/// Lines for people: the first few that differ.
#[derive(Debug, Default)]
struct Lines {
    kept: Vec<String>,
}

impl Lines {
    fn add(&mut self, line: &str) {
        let line = masked(&plain(line));
        if self.kept.len() < MOST_NOTES && !self.kept.contains(&line) {
            self.kept.push(line);
        }
    }
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The input holds so much. A run without a first pass says so when all is read.
    pub fn expect(&mut self, expected: Expected) {
        self.expected = Some(expected);
    }

    /// These leads of the input are in doubt, each made of so many rows. Their doubts may end before they are told.
    pub fn expect_in_doubt(&mut self, leads: HashMap<LeadKey, u64>) {
        self.expected_in_doubt = leads;
    }

    /// The lead of `rows` rows that was just told as known is in doubt under `key`.
    pub fn known_in_doubt(&mut self, key: LeadKey, rows: u64) {
        self.told_in_doubt.insert(key, rows);
    }

    /// A lead of `rows` rows was left in `status` by an earlier run and is skipped now.
    pub fn known(&mut self, status: Status, rows: u64) {
        self.earlier.add(status, 1, rows);
    }

    /// Why `rows` rows were left in `status` by an earlier run, the first of them at `position`.
    pub fn explain_known(&mut self, status: Status, reason: &Reason, rows: u64, position: &Position) {
        if is_explained(status) {
            self.reasons.add_rows(status, reason, rows, position);
        }
    }

    /// A lead that is known, and counted so, would be another request today: its row, the first at `position`, was edited.
    pub fn changed(&mut self, position: &Position) {
        self.changed.add(Status::Created, &Reason::new("changed", "not sent again"), position);
    }

    /// What a person should know of a lead that is sent, the first row of which is at `position`.
    pub fn remark(&mut self, reason: &Reason, position: &Position) {
        self.remarks.add(Status::Created, reason, position);
    }

    /// A number in the row at `position` was repaired.
    pub fn repaired(&mut self, repaired: &Repaired, position: &Position) {
        self.repairs.add(repaired, position);
    }

    /// The repaired numbers by their rules, the most frequent first.
    #[must_use]
    pub fn repairs(&self) -> Vec<RepairCount> {
        self.repairs.sorted()
    }

    /// In a dry run: a lead of `rows` rows that would be sent. Counted as unsent.
    pub fn would_send(&mut self, rows: u64) {
        self.run.add(Status::Unsent, 1, rows);
    }

    /// Something happened.
    pub fn event(&mut self, event: &Event<'_>) {
        match *event {
            Event::Ended { lead, outcome, before } => self.ended(lead, outcome, before),
            Event::Updated { lead, outcome } => {
                self.requests += u64::from(outcome.attempts);
                self.sent += 1;
                // It stays in the state in which an earlier run left it.
                self.known(outcome.status, lead.rows.len() as u64);
                self.update(lead, outcome);
            }
            Event::DoubtEnded { key, outcome } => {
                self.requests += u64::from(outcome.attempts);
                if outcome.status != Status::InDoubt {
                    self.doubts_ended += 1;
                    self.expect_settled(key, outcome.status);
                }
            }
            Event::Unsendable(unsendable) => self.unsendable(unsendable),
            Event::Note(note) => self.notes.add(note),
            Event::Mismatch(found) => {
                self.mismatched += 1;
                for difference in found {
                    self.mismatches.add(difference);
                }
            }
            Event::Known { lead, outcome } => self.known_by_others(lead, outcome),
            Event::Waiting { .. } | Event::Listing { .. } => {}
        }
    }

    fn ended(&mut self, lead: &Lead, outcome: &Outcome, before: Option<Status>) {
        let rows = lead.rows.len() as u64;
        let position = lead.rows.first().map(|row| &row.position);
        self.requests += u64::from(outcome.attempts);
        match before {
            // Sent again, or a doubt that ended: the lead was counted before.
            Some(before) => {
                self.move_from(before, rows);
                self.reasons.doubt_ended(lead.key, rows, position);
            }
            None => self.sent += 1,
        }
        self.run.add(outcome.status, 1, rows);
        self.update(lead, outcome);
        if is_explained(outcome.status)
            && let (Some(reason), Some(position)) = (&outcome.reason, position)
        {
            self.reasons.add_lead(lead.key, outcome.status, reason, rows, position);
        }
    }

    /// It counts as this run's doing, which found it out, but not as sent.
    fn known_by_others(&mut self, lead: &Lead, outcome: &Outcome) {
        let rows = lead.rows.len() as u64;
        self.run.add(outcome.status, 1, rows);
        if is_explained(outcome.status)
            && let (Some(reason), Some(row)) = (&outcome.reason, lead.rows.first())
        {
            self.reasons.add_lead(lead.key, outcome.status, reason, rows, &row.position);
        }
    }

    /// How a change went is counted beside the states.
    fn update(&mut self, lead: &Lead, outcome: &Outcome) {
        if let (Some(reason), Some(row)) = (&outcome.reason, lead.rows.first())
            && is_about_a_change(&reason.code)
        {
            self.updates.add(outcome.status, reason, &row.position);
        }
    }

    /// In a dry run: a lead in `status` that would be changed, the first of whose rows is at `position`.
    pub fn would_update(&mut self, status: Status, rows: u64, position: &Position) {
        self.known(status, rows);
        self.updates.add(status, &Reason::new("would_update", "would be changed on the platform"), position);
    }

    fn move_from(&mut self, before: Status, rows: u64) {
        let taken = self.run.leads.take(before, 1) && self.run.rows.take(before, rows);
        if !taken {
            self.moved_from_nowhere.get_or_insert(before);
        }
    }

    fn unsendable(&mut self, unsendable: &Unsendable) {
        let leads = match unsendable.counts_as {
            CountsAs::Lead => 1,
            CountsAs::RowsOnly => 0,
        };
        self.run.add(unsendable.status, leads, unsendable.rows.len() as u64);
        for (row, reason) in &unsendable.rows {
            self.reasons.add(unsendable.status, reason, &row.position);
        }
    }

    /// What the input holds, as far as that is known.
    #[must_use]
    pub fn expected(&self) -> Option<Expected> {
        self.expected
    }

    /// What was counted so far: this run's and what earlier runs settled.
    #[must_use]
    pub fn so_far(&self) -> Sums {
        self.run + self.earlier
    }

    /// How many leads that were to be sent have ended in this run, however they ended.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// How many create requests the outcomes tell of, retries included; look-ups are not among them.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// How many doubts of earlier runs were ended.
    #[must_use]
    pub fn doubts_ended(&self) -> u64 {
        self.doubts_ended
    }

    /// The reasons, in the order of states and the most frequent first.
    #[must_use]
    pub fn reasons(&self) -> Vec<ReasonCount> {
        self.reasons.sorted()
    }

    /// The remarks on leads that are sent, the most frequent first.
    #[must_use]
    pub fn remarks(&self) -> Vec<RemarkCount> {
        self.remarks.sorted().into_iter().map(RemarkCount::from).collect()
    }

    /// Leads that were edited since an earlier run sent them: how many, and the first rows.
    #[must_use]
    pub fn edited(&self) -> Vec<RemarkCount> {
        self.changed.sorted().into_iter().map(RemarkCount::from).collect()
    }

    /// How changes of leads that are there went.
    #[must_use]
    pub fn updates(&self) -> Vec<UpdateCount> {
        self.updates.sorted().into_iter().map(UpdateCount::from).collect()
    }

    /// The first notes that differ from each other, fit for a terminal.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes.kept
    }

    /// The first differences between what was sent and what the platform shows.
    #[must_use]
    pub fn mismatches(&self) -> &[String] {
        &self.mismatches.kept
    }

    /// How many created leads the platform shows otherwise than they were sent.
    #[must_use]
    pub fn mismatched(&self) -> u64 {
        self.mismatched
    }

    /// Adds everything up.
    ///
    /// # Errors
    /// [`Unbalanced`] where leads or rows are missing from a run that was not `stopped`, or there are more of them than
    /// the input holds (unless it was stopped because the input changed), or a lead was counted twice.
    pub fn finish(&self, stopped: Option<&StopReason>) -> Result<Totals, Unbalanced> {
        let all = self.so_far();
        let (leads, rows) = (all.leads.total(), all.rows.total());
        let expected = match (self.expected, stopped.map(|reason| reason.kind)) {
            (None, _) => Expected { leads, rows, to_send: self.sent, earlier: self.earlier },
            // What the first pass counted is no longer what the file holds.
            (Some(old), Some(StopKind::Input)) => {
                Expected { leads: old.leads.max(leads), rows: old.rows.max(rows), ..old }
            }
            (Some(expected), _) => expected,
        };
        let mut totals = self.totals(expected);
        if stopped.is_some() {
            let short = (expected.leads.saturating_sub(leads), expected.rows.saturating_sub(rows));
            self.add_unreached(&mut totals, &expected.earlier, short);
        }
        self.check(totals)
    }

    /// What a stopped run did not reach: what earlier runs had settled is as they left it, the rest is unsent.
    fn add_unreached(&self, totals: &mut Totals, earlier: &Sums, (mut leads, mut rows): (u64, u64)) {
        for status in Status::ALL {
            let missing = |all: &Counts, told: &Counts| all.get(status).saturating_sub(told.get(status));
            let settled_leads = missing(&earlier.leads, &self.earlier.leads).min(leads);
            let settled_rows = missing(&earlier.rows, &self.earlier.rows).min(rows);
            totals.earlier.add(status, settled_leads, settled_rows);
            (leads, rows) = (leads - settled_leads, rows - settled_rows);
        }
        totals.run.add(Status::Unsent, leads, rows);
    }

    /// What the first pass counted as in doubt is settled now, or, where it is absent, to be sent. A doubt whose row stands
    /// in this input no more moves nothing.
    fn expect_settled(&mut self, key: LeadKey, status: Status) {
        let told = self.told_in_doubt.remove(&key);
        if let Some(rows) = told
            && self.earlier.take(Status::InDoubt, 1, rows)
        {
            // The input was read by then, and its lead told as in doubt.
            self.earlier.add(status, 1, rows);
        }
        let Some(rows) = self.expected_in_doubt.remove(&key).or(told) else { return };
        let Some(expected) = &mut self.expected else { return };
        if !expected.earlier.take(Status::InDoubt, 1, rows) {
            return;
        }
        match status {
            Status::Unsent => expected.to_send += 1,
            settled => expected.earlier.add(settled, 1, rows),
        }
    }

    fn totals(&self, expected: Expected) -> Totals {
        Totals {
            leads: expected.leads,
            rows: expected.rows,
            run: self.run,
            earlier: self.earlier,
            changed: self.edited().iter().map(|edited| edited.count).sum(),
            doubts_ended: self.doubts_ended,
        }
    }

    fn check(&self, totals: Totals) -> Result<Totals, Unbalanced> {
        let all = totals.all();
        let fault = if let Some(status) = self.moved_from_nowhere {
            Some(Fault::Moved { status })
        } else if all.leads.total() != totals.leads {
            Some(Fault::Sum { what: "leads", expected: totals.leads, counted: all.leads.total() })
        } else if all.rows.total() != totals.rows {
            Some(Fault::Sum { what: "rows", expected: totals.rows, counted: all.rows.total() })
        } else {
            None
        };
        match fault {
            None => Ok(totals),
            Some(fault) => Err(Unbalanced { fault, totals: Box::new(totals) }),
        }
    }
}

/// States whose reasons are told at the end. That something was created or not yet sent needs none.
fn is_explained(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::InDoubt | Status::Invalid | Status::Duplicate | Status::Suppressed)
}

#[cfg(test)]
mod tests;
