//! The totals: every row and every lead in exactly one state, and a loud error where they are not.
//!
//! A [`Tally`] is a fold over what happens: it is told what the input holds ([`Tally::expect`]), which leads earlier runs
//! settled ([`Tally::known`]), and every [`Event`]. What it was never told of is `unsent` in a run that stopped, and an
//! error in one that finished.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::counts::{Counts, Sums};
use super::figures::count;
use super::reason_table::{ReasonCount, ReasonTable, RemarkCount, UpdateCount};
use super::repair_table::{RepairCount, RepairTable};
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

/// The totals of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// Leads in the input.
    pub leads: u64,
    /// Rows in the input.
    pub rows: u64,
    /// What this run made of them.
    pub run: Sums,
    /// What earlier runs had settled and this one skipped.
    pub earlier: Sums,
    /// How many of the leads of earlier runs would be another request today.
    pub changed: u64,
    /// How many doubts of earlier runs this one ended.
    pub doubts_ended: u64,
}

impl Totals {
    /// Where everything stands now: this run and the earlier ones together.
    #[must_use]
    pub fn all(&self) -> Sums {
        self.run + self.earlier
    }

    /// Leads in this state now.
    #[must_use]
    pub fn leads_in(&self, status: Status) -> u64 {
        self.all().leads.get(status)
    }

    /// Rows in this state now.
    #[must_use]
    pub fn rows_in(&self, status: Status) -> u64 {
        self.all().rows.get(status)
    }
}

/// The totals do not add up. That is a fault of this program; no result is lost by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}; the results file says what became of each lead")]
pub struct Unbalanced {
    fault: Fault,
    totals: Box<Totals>,
}

impl Unbalanced {
    /// The totals all the same, as they were counted.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error(
        "the totals do not add up: the input has {} {what}, but {} were counted",
        count(*expected),
        count(*counted)
    )]
    Sum { what: &'static str, expected: u64, counted: u64 },
    #[error("the totals do not add up: a lead was counted as {status} that had not been so before")]
    Moved { status: Status },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::sample::{lead, outcome, position, unsendable};

    fn end(tally: &mut Tally, rows: &[u64], status: Status, before: Option<Status>) {
        tally.event(&Event::Ended { lead: &lead(rows), outcome: &outcome(status), before });
    }

    fn expecting(leads: u64, rows: u64) -> Tally {
        let mut tally = Tally::new();
        tally.expect(Expected { leads, rows, to_send: leads, ..Expected::default() });
        tally
    }

    fn interrupted() -> StopReason {
        StopReason::new(StopKind::Interrupted, "interrupted")
    }

    #[test]
    fn every_row_and_every_lead_is_counted_once() {
        let mut tally = expecting(6, 9);
        end(&mut tally, &[2, 3, 4], Status::Created, None);
        end(&mut tally, &[5], Status::Rejected, None);
        tally.known(Status::Created, 2);
        tally.changed(&position(7));
        tally.event(&Event::Unsendable(&unsendable(Status::Invalid, CountsAs::Lead, &[8])));
        tally.event(&Event::Unsendable(&unsendable(Status::Invalid, CountsAs::RowsOnly, &[9])));
        tally.event(&Event::Unsendable(&unsendable(Status::Duplicate, CountsAs::Lead, &[10])));
        tally.known(Status::Exists, 0);
        let totals = tally.finish(None).unwrap();
        assert_eq!((totals.leads_in(Status::Created), totals.rows_in(Status::Created)), (2, 5));
        assert_eq!((totals.leads_in(Status::Invalid), totals.rows_in(Status::Invalid)), (1, 2));
        assert_eq!(totals.earlier.leads.get(Status::Created), 1);
        assert_eq!((totals.changed, tally.sent(), tally.requests()), (1, 2, 2));
    }

    #[test]
    fn a_lead_that_ends_again_moves_instead_of_counting_twice() {
        let mut tally = expecting(1, 2);
        end(&mut tally, &[2, 3], Status::InDoubt, None);
        assert_eq!(tally.reasons().len(), 1);
        end(&mut tally, &[2, 3], Status::Unsent, Some(Status::InDoubt));
        end(&mut tally, &[2, 3], Status::Created, Some(Status::Unsent));
        assert_eq!(tally.reasons(), []);
        let totals = tally.finish(None).unwrap();
        assert_eq!((totals.leads_in(Status::Created), totals.rows_in(Status::Created)), (1, 2));
        assert_eq!(tally.sent(), 1);
    }

    #[test]
    fn what_a_stopped_run_did_not_reach_is_unsent() {
        let mut tally = expecting(100, 120);
        end(&mut tally, &[2, 3], Status::Created, None);
        end(&mut tally, &[4], Status::Unsent, None);
        let totals = tally.finish(Some(&interrupted())).unwrap();
        assert_eq!((totals.leads_in(Status::Unsent), totals.rows_in(Status::Unsent)), (99, 118));
    }

    #[test]
    fn a_finished_run_that_misses_a_lead_is_an_error_with_both_numbers() {
        let mut tally = expecting(2, 2_000);
        end(&mut tally, &[2], Status::Created, None);
        let unbalanced = tally.finish(None).unwrap_err();
        insta::assert_snapshot!(unbalanced, @"the totals do not add up: the input has 2 leads, but 1 were counted; the results file says what became of each lead");
        assert_eq!(unbalanced.totals().leads_in(Status::Created), 1);
        end(&mut tally, &[3], Status::Created, None);
        insta::assert_snapshot!(tally.finish(None).unwrap_err(), @"the totals do not add up: the input has 2,000 rows, but 2 were counted; the results file says what became of each lead");
    }

    #[test]
    fn more_than_the_input_holds_is_an_error_even_when_stopped() {
        let mut tally = expecting(1, 1);
        end(&mut tally, &[2], Status::Created, None);
        end(&mut tally, &[3], Status::Created, None);
        assert!(tally.finish(Some(&interrupted())).is_err());
        let changed = StopReason::new(StopKind::Input, "leads.csv changed while it was read");
        assert_eq!(tally.finish(Some(&changed)).unwrap().leads, 2);
    }

    #[test]
    fn a_lead_that_moves_from_where_it_never_was_is_an_error() {
        let mut tally = expecting(1, 1);
        end(&mut tally, &[2], Status::Created, Some(Status::InDoubt));
        insta::assert_snapshot!(tally.finish(None).unwrap_err(), @"the totals do not add up: a lead was counted as in_doubt that had not been so before; the results file says what became of each lead");
    }

    #[test]
    fn without_a_first_pass_what_was_counted_is_what_there_was() {
        let mut tally = Tally::new();
        end(&mut tally, &[2, 3], Status::Created, None);
        let totals = tally.finish(None).unwrap();
        assert_eq!((totals.leads, totals.rows), (1, 2));
    }

    #[test]
    fn a_doubt_of_an_earlier_run_is_told_apart_from_the_leads_of_the_input() {
        let mut tally = expecting(1, 1);
        tally.event(&Event::DoubtEnded { key: LeadKey::from_bits(1), outcome: &outcome(Status::Created) });
        tally.event(&Event::DoubtEnded { key: LeadKey::from_bits(2), outcome: &outcome(Status::InDoubt) });
        tally.known(Status::Created, 1);
        let totals = tally.finish(None).unwrap();
        assert_eq!(totals.doubts_ended, 1);
        assert_eq!(totals.leads_in(Status::Created), 1);
    }

    #[test]
    fn only_a_doubt_that_stands_in_the_input_moves_a_lead_and_with_the_rows_that_it_has_there() {
        let (gone, absent) = (LeadKey::from_bits(1), LeadKey::from_bits(2));
        let mut tally = Tally::new();
        let mut earlier = Sums::default();
        earlier.add(Status::InDoubt, 1, 2);
        tally.expect(Expected { leads: 1, rows: 2, to_send: 0, earlier });
        tally.expect_in_doubt(HashMap::from([(absent, 2)]));
        tally.event(&Event::DoubtEnded { key: gone, outcome: &outcome(Status::Created) });
        tally.known(Status::InDoubt, 2);
        tally.known_in_doubt(absent, 2);
        tally.event(&Event::DoubtEnded { key: absent, outcome: &outcome(Status::Unsent) });
        let totals = tally.finish(None).unwrap();
        assert_eq!((totals.leads_in(Status::Created), totals.leads_in(Status::InDoubt)), (0, 0));
        assert_eq!((totals.leads_in(Status::Unsent), totals.rows_in(Status::Unsent)), (1, 2));
        assert_eq!((totals.doubts_ended, tally.expected().unwrap().to_send), (2, 1));
    }

    #[test]
    fn notes_are_kept_once_masked_and_bounded() {
        let mut tally = Tally::new();
        for i in 0..100 {
            tally.event(&Event::Note("the same"));
            tally.event(&Event::Note(&format!("note {i}")));
        }
        tally.event(&Event::Mismatch(&["phone: sent +493023125555, shown nothing".to_owned()]));
        assert_eq!(tally.notes().len(), MOST_NOTES);
        assert_eq!(tally.notes()[..2], ["the same", "note 0"]);
        assert_eq!(tally.mismatches(), ["phone: sent +493023•••555, shown nothing"]);
    }

    /// What can happen to one lead, as the crew tells it.
    fn history() -> impl Strategy<Value = Vec<Status>> {
        let last = || prop::sample::select(vec![Status::Created, Status::Exists, Status::Rejected, Status::Unsent]);
        prop_oneof![
            last().prop_map(|status| vec![status]),
            Just(vec![Status::InDoubt]),
            Just(vec![Status::InDoubt, Status::Created]),
            last().prop_map(|status| vec![Status::InDoubt, Status::Unsent, status]),
            last().prop_map(|status| vec![Status::InDoubt, Status::Unsent, Status::InDoubt, Status::Unsent, status]),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_in_whatever_order_the_totals_balance(
            histories in prop::collection::vec((history(), 1_u64..4), 0..30),
            missing in 0_u64..5,
            turns in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let rows: u64 = histories.iter().map(|(_, rows)| rows).sum();
            let leads = histories.len() as u64;
            let mut tally = expecting(leads + missing, rows + missing);
            let mut at = vec![0_usize; histories.len()];
            let step = |tally: &mut Tally, at: &mut Vec<usize>, i: usize| {
                let (history, rows) = &histories[i];
                if let Some(status) = history.get(at[i]) {
                    let first = 10 * i as u64;
                    let rows: Vec<u64> = (first..first + rows).collect();
                    end(tally, &rows, *status, at[i].checked_sub(1).map(|before| history[before]));
                    at[i] += 1;
                }
            };
            for turn in turns {
                if !histories.is_empty() {
                    step(&mut tally, &mut at, turn.index(histories.len()));
                }
                prop_assert!(tally.finish(Some(&interrupted())).is_ok());
            }
            for i in 0..histories.len() {
                while at[i] < histories[i].0.len() {
                    step(&mut tally, &mut at, i);
                }
            }
            let totals = tally.finish(Some(&interrupted())).unwrap();
            let in_doubt = histories.iter().filter(|(history, _)| history.last() == Some(&Status::InDoubt));
            prop_assert_eq!(totals.leads_in(Status::InDoubt), in_doubt.clone().count() as u64);
            let reasons = tally.reasons();
            let reasons = reasons.iter().filter(|reason| reason.status == Status::InDoubt).map(|reason| reason.rows);
            prop_assert_eq!(reasons.sum::<u64>(), in_doubt.map(|(_, rows)| rows).sum::<u64>());
            prop_assert_eq!(tally.finish(None).is_ok(), missing == 0);
        }
    }

    #[test]
    fn what_earlier_runs_settled_is_not_told_as_unsent_when_a_run_is_stopped() {
        let mut tally = Tally::default();
        let mut earlier = Sums::default();
        earlier.add(Status::Created, 5, 6);
        earlier.add(Status::InDoubt, 1, 1);
        tally.expect(Expected { leads: 10, rows: 11, to_send: 4, earlier });
        tally.known(Status::Created, 1);
        let stopped = StopReason::new(StopKind::Interrupted, "interrupted");
        let totals = tally.finish(Some(&stopped)).unwrap();
        let leads = |status| (totals.leads_in(status), totals.rows_in(status));
        assert_eq!(leads(Status::Created), (5, 6));
        assert_eq!(leads(Status::InDoubt), (1, 1));
        assert_eq!(leads(Status::Unsent), (4, 4));
    }
}
