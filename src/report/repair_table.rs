//! Which numbers were not simply read: how many by which rules, with a few examples, in bounded memory.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::place::Place;
use super::wording::{masked, plain};
use crate::lead::Repaired;
use crate::phone::{REPAIRS, Repair};
use crate::source::Position;

/// How many examples are kept of each.
const EXAMPLES: usize = 3;

/// How many combinations of rules are told apart. Later ones are counted by their first rule alone, and in the end not at all
/// told apart from each other.
const MOST_COMBINATIONS: usize = 100;

/// The longest cell that is shown, in characters.
const LONGEST_CELL: usize = 80;

/// Numbers that were repaired by the same rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RepairCount {
    /// The codes of the rules, in the order in which they were applied; none where the reading is only to be checked.
    pub rules: Vec<&'static str>,
    /// True where the reading is likely, but not certain.
    pub please_check: bool,
    /// How many numbers.
    pub count: u64,
    /// The first few of them.
    pub examples: Vec<RepairExample>,
}

/// A number that was repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RepairExample {
    /// The input.
    pub file: String,
    /// The sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row's number as a spreadsheet shows it.
    pub row: u64,
    /// The column.
    pub column: String,
    /// What stood there; `None` where people are not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it was read as.
    pub to: String,
    /// Where that is, in words.
    #[serde(skip)]
    pub(super) place: Place,
}

impl RepairCount {
    /// The same where `file` was just named and need not be named again.
    pub(super) fn within(mut self, file: &str) -> Self {
        for example in &mut self.examples {
            example.place = std::mem::take(&mut example.place).inside(file);
        }
        self
    }

    /// What was done, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let known = |rule: &&str| REPAIRS.iter().find(|(code, _)| code == rule).map_or("", |(_, words)| *words);
        let mut words: Vec<&str> = self.rules.iter().map(known).collect();
        words.extend(self.please_check.then_some("please check"));
        words.join("; ")
    }

    /// The same where rows are named and people are not: cells hold names, too, so they are left out, and digits are masked.
    #[must_use]
    pub fn without_people(mut self) -> Self {
        for example in &mut self.examples {
            example.from = None;
            example.to = masked(&example.to);
        }
        self
    }
}

/// Counts repairs.
#[derive(Debug, Default)]
pub(super) struct RepairTable {
    counts: Vec<RepairCount>,
    index: HashMap<(Vec<Repair>, bool), usize>,
}

impl RepairTable {
    /// Counts a number in the row at `position`.
    pub(super) fn add(&mut self, repaired: &Repaired, position: &Position) {
        let at = self.index_of(repaired);
        let Some(entry) = self.counts.get_mut(at) else { return };
        entry.count += 1;
        if entry.examples.len() < EXAMPLES {
            entry.examples.push(example(repaired, position));
        }
    }

    /// The most frequent first.
    pub(super) fn sorted(&self) -> Vec<RepairCount> {
        let mut sorted = self.counts.clone();
        let first = |count: &RepairCount| count.examples.first().map(|example| example.row);
        sorted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| first(a).cmp(&first(b))));
        sorted
    }

    fn index_of(&mut self, repaired: &Repaired) -> usize {
        let mut wanted = (repaired.rules.clone(), repaired.flagged);
        if self.counts.len() >= MOST_COMBINATIONS && !self.index.contains_key(&wanted) {
            wanted.0.truncate(1);
        }
        if let Some(at) = self.index.get(&wanted) {
            return *at;
        }
        let at = self.counts.len();
        let (rules, please_check) = wanted.clone();
        self.counts.push(RepairCount { rules, please_check, count: 0, examples: Vec::new() });
        self.index.insert(wanted, at);
        at
    }
}

fn example(repaired: &Repaired, position: &Position) -> RepairExample {
    let mut to = repaired.to.to_string();
    for (at, phone) in repaired.left_out.iter().enumerate() {
        to.push_str(if at == 0 { ", not called: " } else { ", " });
        to.push_str(&phone.to_string());
    }
    RepairExample {
        file: position.file.to_string(),
        sheet: position.sheet.as_deref().map(str::to_owned),
        row: position.row,
        column: plain(&repaired.column).into_owned(),
        from: Some(plain(&repaired.from).chars().take(LONGEST_CELL).collect()),
        to,
        place: Place::of(position, Some(&repaired.column)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Phone;
    use crate::report::sample::position;

    fn repaired(rules: &[Repair], flagged: bool) -> Repaired {
        Repaired {
            column: "Telefon".into(),
            from: "4930 23125001".to_owned(),
            to: Phone::from_e164("+493023125001").unwrap(),
            rules: rules.to_vec(),
            flagged,
            left_out: Vec::new(),
        }
    }

    #[test]
    fn repairs_are_counted_by_their_rules_and_the_most_frequent_come_first() {
        let mut table = RepairTable::default();
        table.add(&repaired(&["label_removed"], false), &position(2));
        for row in 3..9 {
            table.add(&repaired(&["country_code_without_plus"], true), &position(row));
        }
        let sorted = table.sorted();
        assert_eq!(sorted.iter().map(|count| count.count).collect::<Vec<_>>(), [6, 1]);
        assert_eq!(sorted[0].examples.iter().map(|example| example.row).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(sorted[0].words().ends_with("without + or 00; please check"), "{}", sorted[0].words());
    }

    #[test]
    fn rules_without_end_take_no_memory_without_end() {
        let mut table = RepairTable::default();
        let codes: Vec<Repair> = REPAIRS.iter().map(|(code, _)| *code).collect();
        for first in 0..codes.len() {
            for second in 0..codes.len() {
                table.add(&repaired(&[codes[first], codes[second]], false), &position(2));
            }
        }
        let sorted = table.sorted();
        assert!(sorted.len() <= MOST_COMBINATIONS + 2 * codes.len(), "{}", sorted.len());
        assert_eq!(sorted.iter().map(|count| count.count).sum::<u64>(), (codes.len() * codes.len()) as u64);
    }

    #[test]
    fn where_people_are_not_named_numbers_are_masked_and_cells_left_out() {
        let mut table = RepairTable::default();
        let named = Repaired { from: "Ada Lovelace 030 23125001".to_owned(), ..repaired(&["label_removed"], false) };
        table.add(&named, &position(2));
        let shown = serde_json::to_string(&table.sorted().remove(0).without_people()).unwrap();
        assert!(shown.contains("+493023•••001"), "{shown}");
        assert!(!shown.contains("Lovelace") && !shown.contains("23125"), "{shown}");
    }
}
