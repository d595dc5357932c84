//! Why rows ended as they did: how many for each reason, with a few examples, in bounded memory.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::place::Place;
use super::wording::{masked, plain};
use crate::lead::{LeadKey, Reason, Status};
use crate::source::Position;

/// How many examples are kept of a reason.
const EXAMPLES: usize = 3;

/// How many reasons are told apart; a platform may make up codes without end. What comes later is counted as
/// [`OTHER`].
const MOST_REASONS: usize = 200;

/// The longest message that is kept, in characters.
const LONGEST_MESSAGE: usize = 300;

/// The code under which reasons are counted once there are too many.
const OTHER: &str = "other";

/// A reason, and how many rows have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReasonCount {
    /// The state that it led to.
    pub status: Status,
    /// Its code, as in the results file.
    pub code: String,
    /// How many rows have it.
    pub rows: u64,
    /// The first few of them.
    pub examples: Vec<Example>,
}

/// Something to know of leads that are sent, for instance that a secondary contact was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RemarkCount {
    /// Its code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// The first few of them.
    pub examples: Vec<Example>,
}

impl ReasonCount {
    /// The same where `file` was just named and need not be named again.
    pub(super) fn within(mut self, file: &str) -> Self {
        self.examples = self.examples.into_iter().map(|example| example.within(file)).collect();
        self
    }
}

impl RemarkCount {
    /// The same where `file` was just named and need not be named again.
    pub(super) fn within(mut self, file: &str) -> Self {
        self.examples = self.examples.into_iter().map(|example| example.within(file)).collect();
        self
    }
}

impl From<ReasonCount> for RemarkCount {
    fn from(ReasonCount { code, rows, examples, .. }: ReasonCount) -> Self {
        Self { code, count: rows, examples }
    }
}

/// How changes of leads that are on the platform went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UpdateCount {
    /// The state of the leads.
    pub status: Status,
    /// `updated`, or why they were not changed.
    pub code: String,
    /// How many leads.
    pub leads: u64,
    /// The first few of them.
    pub examples: Vec<Example>,
}

impl From<ReasonCount> for UpdateCount {
    fn from(ReasonCount { status, code, rows, examples }: ReasonCount) -> Self {
        Self { status, code, leads: rows, examples }
    }
}

/// One row with its reason. It names no person: numbers in the message are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Example {
    /// The input.
    pub file: String,
    /// The sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row's number as a spreadsheet shows it.
    pub row: u64,
    /// The column that is at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The reason, in a sentence.
    pub message: String,
    /// Where that is, in words.
    #[serde(skip)]
    pub(super) place: Place,
}

impl Example {
    /// The same where `file` was just named and need not be named again.
    fn within(mut self, file: &str) -> Self {
        self.place = self.place.inside(file);
        self.message = self.message.replace(&format!("{file} › "), "");
        self
    }

    fn new(position: &Position, reason: &Reason) -> Self {
        // Of what a platform says it is a field of the request that is at fault.
        let is_of_input = crate::reasons::is_about_a_cell(&reason.code);
        let column = reason.field.as_deref().filter(|_| is_of_input);
        Self {
            file: position.file.to_string(),
            sheet: position.sheet.as_deref().map(str::to_owned),
            row: position.row,
            column: column.map(|column| masked(&plain(column))),
            message: masked(&plain(&reason.message)).chars().take(LONGEST_MESSAGE).collect(),
            place: Place::of(position, column),
        }
    }

    fn is_at(&self, position: &Position) -> bool {
        self.row == position.row && *self.file == *position.file && self.sheet.as_deref() == position.sheet.as_deref()
    }
}

/// Counts reasons.
#[derive(Debug, Default)]
pub(super) struct ReasonTable {
    reasons: Vec<ReasonCount>,
    index: HashMap<(Status, String), usize>,
    /// Which reason each lead in doubt was counted under: a doubt that ends takes its reason with it. There are never
    /// more of them than the crew allows.
    doubts: HashMap<LeadKey, usize>,
}

impl ReasonTable {
    /// Counts one row that ended as `status` for `reason`.
    pub(super) fn add(&mut self, status: Status, reason: &Reason, position: &Position) {
        self.add_rows(status, reason, 1, position);
    }

    /// Counts `rows` rows, the first of which is at `position`.
    pub(super) fn add_rows(&mut self, status: Status, reason: &Reason, rows: u64, position: &Position) {
        let i = self.index_of(status, &reason.code);
        self.count(i, reason, rows, position);
    }

    /// Counts the `rows` rows of a lead, the first of which is at `position`.
    pub(super) fn add_lead(&mut self, key: LeadKey, status: Status, reason: &Reason, rows: u64, position: &Position) {
        let i = self.index_of(status, &reason.code);
        if status == Status::InDoubt {
            self.doubts.insert(key, i);
        }
        self.count(i, reason, rows, position);
    }

    fn count(&mut self, i: usize, reason: &Reason, rows: u64, position: &Position) {
        let entry = &mut self.reasons[i];
        entry.rows += rows;
        if entry.examples.len() < EXAMPLES {
            entry.examples.push(Example::new(position, reason));
        }
    }

    /// A lead that was in doubt no longer is: its rows no longer have that reason.
    pub(super) fn doubt_ended(&mut self, key: LeadKey, rows: u64, position: Option<&Position>) {
        let Some(i) = self.doubts.remove(&key) else { return };
        let entry = &mut self.reasons[i];
        entry.rows = entry.rows.saturating_sub(rows);
        if let Some(position) = position {
            entry.examples.retain(|example| !example.is_at(position));
        }
    }

    /// The reasons, in the order of states and the most frequent first.
    pub(super) fn sorted(&self) -> Vec<ReasonCount> {
        let mut sorted: Vec<_> = self.reasons.iter().filter(|reason| reason.rows > 0).cloned().collect();
        sorted.sort_by(|a, b| {
            let first = |reason: &ReasonCount| reason.examples.first().map(|example| example.row);
            let as_often = a.status.cmp(&b.status).then_with(|| b.rows.cmp(&a.rows));
            as_often.then_with(|| first(a).cmp(&first(b))).then_with(|| a.code.cmp(&b.code))
        });
        sorted
    }

    fn index_of(&mut self, status: Status, code: &str) -> usize {
        let code = plain(code);
        let code = if self.reasons.len() < MOST_REASONS { code.as_ref() } else { self.known_or_other(status, &code) };
        let wanted = (status, code.to_owned());
        if let Some(i) = self.index.get(&wanted) {
            return *i;
        }
        let i = self.reasons.len();
        self.reasons.push(ReasonCount { status, code: wanted.1.clone(), rows: 0, examples: Vec::new() });
        self.index.insert(wanted, i);
        i
    }

    fn known_or_other<'a>(&self, status: Status, code: &'a str) -> &'a str {
        if self.index.contains_key(&(status, code.to_owned())) { code } else { OTHER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::position;

    #[test]
    fn a_reason_keeps_its_first_examples_and_counts_the_rest() {
        let mut table = ReasonTable::default();
        for row in 2..12 {
            table.add(
                Status::Invalid,
                &Reason::new("phone_too_short", format!("too short: {row} digits")),
                &position(row),
            );
        }
        let sorted = table.sorted();
        assert_eq!(sorted[0].rows, 10);
        assert_eq!(sorted[0].examples.iter().map(|example| example.row).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn a_doubt_that_ends_takes_its_reason_and_example_with_it() {
        let mut table = ReasonTable::default();
        let lost = Reason::new("answer_lost", "lost");
        for (bits, row) in [(1, 5), (2, 9)] {
            table.add_lead(LeadKey::from_bits(bits), Status::InDoubt, &lost, 2, &position(row));
        }
        table.doubt_ended(LeadKey::from_bits(1), 2, Some(&position(5)));
        table.doubt_ended(LeadKey::from_bits(3), 2, Some(&position(9)));
        let sorted = table.sorted();
        assert_eq!((sorted[0].rows, sorted[0].examples[0].row), (2, 9));
        table.doubt_ended(LeadKey::from_bits(2), 2, Some(&position(9)));
        assert!(table.sorted().is_empty());
    }

    #[test]
    fn reasons_without_end_take_no_memory_without_end() {
        let mut table = ReasonTable::default();
        for i in 0..1_000_u64 {
            table.add(Status::Rejected, &Reason::new(format!("code_{i}"), "x".repeat(10_000)), &position(i));
        }
        table.add(Status::Rejected, &Reason::new("code_0", "again"), &position(1_000));
        let sorted = table.sorted();
        assert_eq!(sorted.len(), MOST_REASONS + 1);
        assert_eq!((sorted[0].code.as_str(), sorted[0].rows), (OTHER, 800));
        assert_eq!((sorted[1].code.as_str(), sorted[1].rows), ("code_0", 2));
        assert!(sorted.iter().flat_map(|reason| &reason.examples).all(|example| example.message.len() <= 300));
        assert_eq!(sorted.iter().map(|reason| reason.rows).sum::<u64>(), 1_001);
    }

    #[test]
    fn an_example_names_a_row_and_no_person() {
        let mut table = ReasonTable::default();
        table.add(Status::Rejected, &Reason::new("taken", "+49 30 23125555\u{1b}[31m is taken"), &position(7));
        let json = serde_json::to_string(&table.sorted()).unwrap();
        insta::assert_snapshot!(json, @r#"[{"status":"rejected","code":"taken","rows":1,"examples":[{"file":"leads.csv","row":7,"message":"+493023•••555 [31m is taken"}]}]"#);
    }
}
