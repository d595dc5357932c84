//! The parts that the summaries are laid out from: the table of states, the reasons, wrapped lines. 80 columns, or fewer
//! where a terminal has no more.

use std::fmt::Write as _;

use super::console::USUAL_WIDTH;
use super::counts::Sums;
use super::figures::{count, counted};
use super::place::several;
use super::reason_table::{Example, ReasonCount, RemarkCount, UpdateCount};
use super::repair_table::{RepairCount, RepairExample};
use super::wording::{in_general, meaning};
use crate::lead::Status;

/// A number in the table takes so many columns at least; in [`TIGHT`] lines fewer.
const NUMBER: usize = 9;
const TIGHT_NUMBER: usize = 7;

/// In fewer columns a line of the table is tight.
const TIGHT: usize = 44;

/// The columns of a state's name in the table, and of what it means, each with the spaces before it.
const NAME: usize = 12;
const MEANING: usize = 26;

/// How wide a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    width: usize,
}

impl Layout {
    /// Where nothing is narrower.
    pub(super) const USUAL: Self = Self { width: USUAL_WIDTH };

    /// So many columns, [`USUAL_WIDTH`] at most.
    pub(super) fn of_width(columns: usize) -> Self {
        Self { width: columns.min(USUAL_WIDTH) }
    }

    /// A table with a line for each state that occurs, and the totals. The column of what earlier runs did is there only
    /// where they did anything.
    pub(super) fn table(self, all: &Sums, earlier: &Sums, unsent: &str) -> String {
        let with_earlier = earlier.leads.total() > 0;
        let mut out = String::new();
        let line = |out: &mut String, [state, meaning]: [&str; 2], numbers: [&str; 3]| {
            let numbers = if with_earlier { &numbers[..] } else { &numbers[..2] };
            self.line(out, state, meaning, numbers);
        };
        line(&mut out, ["", ""], ["leads", "rows", "earlier"]);
        for status in Status::ALL {
            let (leads, rows) = (all.leads.get(status), all.rows.get(status));
            if leads + rows == 0 {
                continue;
            }
            let earlier = if with_earlier { shown(earlier.leads.get(status)) } else { String::new() };
            let words = if status == Status::Unsent { unsent } else { meaning(status) };
            line(&mut out, [status.name(), words], [&count(leads), &count(rows), &earlier]);
        }
        let earlier = if with_earlier { count(earlier.leads.total()) } else { String::new() };
        line(&mut out, ["total", ""], [&count(all.leads.total()), &count(all.rows.total()), &earlier]);
        out
    }

    /// What a state means is left out where there is no room for it.
    fn line(self, out: &mut String, state: &str, meaning: &str, numbers: &[&str]) {
        let number_width = if self.width < TIGHT { TIGHT_NUMBER } else { NUMBER };
        let mut line = format!("  {state:<10}");
        if self.width >= NAME + MEANING + numbers.len() * (NUMBER + 1) {
            let _ = write!(line, "  {meaning:<24}");
        }
        for number in numbers {
            let _ = write!(line, " {number:>number_width$}");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }

    /// A paragraph for each reason: how many rows, why, and where for instance.
    pub(super) fn reasons(self, reasons: &[ReasonCount]) -> String {
        let mut out = String::new();
        for ReasonCount { status, code, rows, examples } in reasons {
            let start = format!("{} {status}", counted(*rows, "row", "rows"));
            self.paragraph(&mut out, &start, code, *rows, examples);
        }
        out
    }

    /// The same for each remark on leads that are sent.
    pub(super) fn remarks(self, remarks: &[RemarkCount]) -> String {
        let mut out = String::new();
        for RemarkCount { code, count, examples } in remarks {
            self.paragraph(&mut out, &counted(*count, "remark", "remarks"), code, *count, examples);
        }
        out
    }

    /// How many numbers were repaired by which rules, and in which rows for instance; what stood there is not said.
    pub(super) fn repaired(self, repairs: &[RepairCount]) -> String {
        let mut out = String::new();
        for repair in repairs {
            self.repair_start(&mut out, repair);
            let mark = if repair.count > repair.examples.len() as u64 { "e.g. " } else { "" };
            self.wrapped(
                &mut out,
                4,
                &format!("{mark}{}", several(repair.examples.iter().map(|example| &example.place))),
            );
        }
        out
    }

    /// The same with what stood there and what it was read as.
    pub(super) fn repaired_in_full(self, repairs: &[RepairCount]) -> String {
        let mut out = String::new();
        for repair in repairs {
            self.repair_start(&mut out, repair);
            for RepairExample { from, to, place, .. } in &repair.examples {
                let from = from.as_deref().unwrap_or_default();
                self.wrapped(&mut out, 4, &format!("{}: {from:?} → {to}", place.words()));
            }
        }
        out
    }

    fn repair_start(self, out: &mut String, repair: &RepairCount) {
        let numbers = counted(repair.count, "number", "numbers");
        let done = match repair.rules.as_slice() {
            [] => format!("{numbers} read in the likely way, which is not certain: {}", repair.words()),
            rules => format!("{numbers} repaired ({}): {}", rules.join(", "), repair.words()),
        };
        self.wrapped(out, 2, &done);
    }

    /// What became of leads whose rows were edited after they had been sent.
    pub(super) fn edited(self, edited: &[RemarkCount]) -> String {
        let mut out = String::new();
        for RemarkCount { code, count, examples } in edited {
            let start = format!("{} edited since an earlier run", counted(*count, "lead", "leads"));
            self.paragraph(&mut out, &start, code, *count, examples);
        }
        out
    }

    /// How changes of leads that are on the platform went: `exists, updated: 12 leads`, and for the others why and where.
    pub(super) fn updates(self, updates: &[UpdateCount]) -> String {
        let mut out = String::new();
        for UpdateCount { status, code, leads, examples } in updates {
            let how = match code.as_str() {
                "updated" => "updated",
                "would_update" => "would be updated",
                _ => "not updated",
            };
            let start = format!("{status}, {how}: {}", counted(*leads, "lead", "leads"));
            if how == "not updated" {
                self.paragraph(&mut out, &start, code, *leads, examples);
            } else {
                self.wrapped(&mut out, 2, &start);
            }
        }
        out
    }

    fn paragraph(self, out: &mut String, start: &str, code: &str, count: u64, examples: &[Example]) {
        let Some(message) = one_message(examples) else {
            self.wrapped(out, 2, &format!("{start}: {}", in_general(code)));
            for example in examples {
                self.wrapped(out, 4, &format!("{}: {}", example.place.words(), example.message));
            }
            return;
        };
        self.wrapped(out, 2, &format!("{start}: {message}"));
        let mark = if count > examples.len() as u64 { "e.g. " } else { "" };
        self.wrapped(out, 4, &format!("{mark}{}", several(examples.iter().map(|example| &example.place))));
    }

    /// `text` broken at spaces, each line `indent` spaces in and the further ones two more. A word that is too long stands
    /// alone rather than being cut.
    pub(super) fn wrapped(self, out: &mut String, indent: usize, text: &str) {
        let mut column = 0;
        for word in text.split(' ') {
            let width = word.chars().count();
            if column == 0 {
                let _ = write!(out, "{:indent$}", "");
                column = indent;
            } else if column + 1 + width > self.width {
                let _ = write!(out, "\n{:further$}", "", further = indent + 2);
                column = indent + 2;
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += width;
        }
        out.push('\n');
    }
}

/// Zero is left out where it only distracts.
fn shown(number: u64) -> String {
    if number == 0 { String::new() } else { count(number) }
}

/// The inputs for people: `a.csv, b.csv`, `standard input`.
pub(super) fn from(inputs: &[String]) -> String {
    let names: Vec<_> = inputs.iter().map(|name| if name == "-" { "standard input" } else { name.as_str() }).collect();
    names.join(", ")
}

/// The message that all the examples share.
fn one_message(examples: &[Example]) -> Option<&str> {
    let first = examples.first()?;
    examples.iter().all(|example| example.message == first.message).then_some(first.message.as_str())
}

/// `text` broken at spaces beside `head`, which stands `indent` spaces in and is as wide as `width` at least: the lines of the
/// text begin below each other.
pub(super) fn beside(out: &mut String, indent: usize, head: &str, width: usize, text: &str) {
    let _ = write!(out, "{:indent$}{head:<width$}", "");
    let start = indent + width + 2;
    let mut column = indent + head.chars().count().max(width);
    for (at, word) in text.split(' ').enumerate() {
        let (length, gap) = (word.chars().count(), if at == 0 { 2 } else { 1 });
        if at > 0 && column + gap + length > USUAL_WIDTH {
            let _ = write!(out, "\n{:start$}", "");
            column = start;
        } else {
            let _ = write!(out, "{:gap$}", "");
            column += gap;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

/// [`Layout::wrapped`] where nothing is narrower.
pub(super) fn wrapped(out: &mut String, indent: usize, text: &str) {
    Layout::USUAL.wrapped(out, indent, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::Reason;
    use crate::report::reason_table::ReasonTable;
    use crate::report::sample::position;

    #[test]
    fn a_text_beside_its_head_is_broken_below_where_it_began() {
        let mut out = String::new();
        beside(&mut out, 2, "Phone", 8, "word ".repeat(20).trim());
        beside(&mut out, 2, "A name that is wider", 8, "text");
        insta::assert_snapshot!(out, @r"
          Phone     word word word word word word word word word word word word word
                    word word word word word word word
          A name that is wider  text
        ");
        assert!(out.lines().all(|line| line.chars().count() <= USUAL_WIDTH));
    }

    #[test]
    fn a_table_shows_what_occurs_and_fits_80_columns() {
        let mut all = Sums::default();
        let mut earlier = Sums::default();
        all.add(Status::Created, 1_234, 1_240);
        all.add(Status::InDoubt, 2, 2);
        all.add(Status::Invalid, 0, 3);
        insta::assert_snapshot!(Layout::USUAL.table(&all, &earlier, "not sent yet"), @r"
                                                 leads      rows
        created     made on the platform         1,234     1,240
        in_doubt    answer lost: may be there         2         2
        invalid     cannot be called                 0         3
        total                                    1,236     1,245
        ");
        earlier.add(Status::Created, 1_000, 1_002);
        all.add(Status::Unsent, 8_764_123, 8_764_123);
        let text = Layout::USUAL.table(&all, &earlier, "would be sent");
        insta::assert_snapshot!(text, @r"
                                                 leads      rows   earlier
        created     made on the platform         1,234     1,240     1,000
        in_doubt    answer lost: may be there         2         2
        invalid     cannot be called                 0         3
        unsent      would be sent            8,764,123 8,764,123
        total                                8,765,359 8,765,368     1,000
        ");
        assert!(text.lines().all(|line| line.chars().count() <= USUAL_WIDTH));
    }

    #[test]
    fn on_a_narrow_terminal_a_table_leaves_out_what_states_mean_and_paragraphs_are_narrower() {
        let (mut all, mut earlier) = (Sums::default(), Sums::default());
        all.add(Status::Created, 1_234, 1_240);
        all.add(Status::InDoubt, 2, 2);
        earlier.add(Status::Created, 1_000, 1_002);
        let mut reasons = ReasonTable::default();
        let message = "no country: write the number with + and country code, or give --region";
        reasons.add(Status::Invalid, &Reason::new("phone_no_country", message), &position(12));
        for width in 30..80 {
            let layout = Layout::of_width(width);
            let text = layout.table(&all, &earlier, "not sent yet") + &layout.reasons(&reasons.sorted());
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= width.max(36), "{width}:\n{text}");
        }
        let layout = Layout::of_width(40);
        let text = layout.table(&all, &earlier, "not sent yet") + "\n" + &layout.reasons(&reasons.sorted());
        insta::assert_snapshot!(text, @r"
                     leads    rows earlier
        created      1,234   1,240   1,000
        in_doubt         2       2
        total        1,236   1,242   1,000

        1 row invalid: no country: write the
          number with + and country code, or
          give --region
          leads.csv › row 12
        ");
    }

    #[test]
    fn reasons_say_how_many_why_and_where() {
        let mut table = ReasonTable::default();
        let invalid = |code: &str, message: &str, table: &mut ReasonTable, rows: std::ops::Range<u64>| {
            rows.for_each(|row| table.add(Status::Invalid, &Reason::new(code, message), &position(row)));
        };
        invalid("phone_too_short", "too short for Germany: 4 digits", &mut table, 12..13);
        invalid("phone_invalid", "no such number is given out in Austria", &mut table, 20..21);
        invalid("phone_invalid", "no such number is given out in Germany", &mut table, 21..23);
        let long = "no country: write the number with + and country code, or give --region";
        invalid("phone_no_country", long, &mut table, 100..1_400);
        insta::assert_snapshot!(Layout::USUAL.reasons(&table.sorted()), @r"
        1,300 rows invalid: no country: write the number with + and country code, or
          give --region
          e.g. leads.csv › rows 100, 101, 102
        3 rows invalid: no such number is given out
          leads.csv › row 20: no such number is given out in Austria
          leads.csv › row 21: no such number is given out in Germany
          leads.csv › row 22: no such number is given out in Germany
        1 row invalid: too short for Germany: 4 digits
          leads.csv › row 12
        ");
    }
}
