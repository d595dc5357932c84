//! Every code that a reason can have, what it means, and what to do: the one table, from which `docs/REASONS.md` is made.
//!
//! Responsible for the words about codes that stand beside the program. The sentence of one reason, with its value, is made where the
//! reason is; a test holds that each code made anywhere stands here, and that the page is current. It must not know any room, but for
//! the codes of repairs, which the phone room lists itself.

mod doubts;
mod leads;
mod phones;
mod rows;

use std::fmt::Write as _;

use crate::lead::Status;
use crate::phone::REPAIRS;

/// A code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// It never changes.
    pub code: &'static str,
    /// The state it leads to, where codes of one section lead to several.
    pub state: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What a person can do.
    pub what_to_do: &'static str,
}

const fn entry(code: &'static str, meaning: &'static str, what_to_do: &'static str) -> Entry {
    Entry { code, state: "", meaning, what_to_do }
}

const fn in_state(code: &'static str, state: &'static str, meaning: &'static str, what_to_do: &'static str) -> Entry {
    Entry { code, state, meaning, what_to_do }
}

/// Codes that belong together.
struct Section {
    /// Empty where it goes on with the section before.
    title: &'static str,
    before: &'static str,
    codes: Codes,
    after: &'static str,
}

enum Codes {
    Reasons(&'static [Entry]),
    /// Those of the phone room.
    Repairs,
}

const fn section(title: &'static str, before: &'static str, entries: &'static [Entry], after: &'static str) -> Section {
    Section { title, before, codes: Codes::Reasons(entries), after }
}

const SECTIONS: &[Section] = &[
    section(
        "Phone numbers: `invalid`",
        "Only numbers that can exist are dialled. What is merely written in an unusual way is repaired (next section); what might be \
         somebody else's number is refused.",
        phones::PHONE_NUMBERS,
        "",
    ),
    Section {
        title: "Phone numbers: repairs",
        before: "These do not stop a lead (with `--no-repair`, those marked *please check* do). They are shown by `leadload check`, counted \
                 in the summary, and are in the `repairs` of its line in the results file: which column, what stood there, what it was \
                 read as, and the codes.\n*Please check* behind them marks a reading that is likely, but not certain. It may stand \
                 alone: eight digits that are a mobile of the country may as well be a date.",
        codes: Codes::Repairs,
        after: "",
    },
    section(
        "Reading the file: `invalid`",
        "One bad row never ends a run. A file that cannot be read at all does, with exit code 6.",
        rows::READING,
        "Rows with fewer cells than the header are no fault: the missing ones count as empty, and a note says how many there were.",
    ),
    section("Mapping: `invalid`", "", rows::MAPPING, ""),
    section("Remarks on numbers", "The lead goes.", rows::REMARKS, ""),
    section(
        "Groups and secondary contacts",
        "Where the state is not said, it is `invalid`, for that row alone; the lead goes with what is good.",
        rows::GROUPS,
        "",
    ),
    section("Leads that are known already", "", leads::KNOWN, ""),
    section("Who must not be called", "", leads::BARRED, ""),
    section("What the platform said", "", leads::PLATFORM, ""),
    section(
        "Changes of leads that are on the platform",
        "By `leadload update` the state stays what it was (`created`; with `--all-known` also `exists`), by an import with \
         `--on-exists update` it is `exists`.",
        leads::CHANGES,
        "",
    ),
    section(
        "",
        "These are told by an update and not recorded: the lead was edited and is left as it is, or a part of it is.",
        leads::CHANGES_LEFT,
        "",
    ),
    section("Doubts", "", doubts::DOUBTS, ""),
    section("Forgotten people", "", doubts::FORGOTTEN, ""),
    section("Leads that an undo leaves", "They are as they were: `created`.", doubts::UNDO, ""),
];

/// Every code but those of repairs.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    SECTIONS.iter().flat_map(|section| match section.codes {
        Codes::Reasons(entries) => entries,
        Codes::Repairs => &[],
    })
}

/// What is known of `code`; repairs stand in [`REPAIRS`].
#[must_use]
pub fn of(code: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.code == code)
}

/// Whether `code` is about a cell of an input, so that the field that a reason names is one of its columns.
#[must_use]
pub fn is_about_a_cell(code: &str) -> bool {
    let of_cells = [phones::PHONE_NUMBERS, rows::READING, rows::MAPPING, rows::REMARKS, rows::GROUPS, leads::BARRED];
    of_cells.into_iter().flatten().any(|entry| entry.code == code)
}

const BEGINNING: &str = "\
# Why a row is where it is

<!-- Made from src/reasons/ by `LEADLOAD_WRITE_DOCS=1 cargo test --test tests docs::`; change it there. -->

A row that did not become a lead, or a lead that is not simply `created`, has a **reason**: a sentence in the summary and in the rejects file, and a code that never
changes in the results file and in `--json`. This page lists the codes, with what can be done. The sentence names the cell and its value, and says the same for that row.

";

/// The text of `docs/REASONS.md`.
#[must_use]
pub fn page() -> String {
    let mut out = BEGINNING.to_owned();
    out.push_str("| state | means |\n|---|---|\n");
    for status in Status::ALL {
        let _ = writeln!(out, "| `{status}` | {} |", state(status));
    }
    for section in SECTIONS {
        section.write(&mut out);
    }
    out
}

/// What a state means.
fn state(status: Status) -> &'static str {
    match status {
        Status::Created => "the platform made it, and its id is known",
        Status::Exists => "the platform had it already",
        Status::Rejected => {
            "the platform refused it; it is sent again when its row has changed, or with `--retry-rejected`"
        }
        Status::InDoubt => "an answer was lost: it may or may not be there. The next run looks it up",
        Status::Invalid => "it cannot be called: no valid number, a missing field, an unreadable row",
        Status::Duplicate => "an earlier row is the same lead",
        Status::Suppressed => "on a do-not-call list; not in the rejects file, since there is nothing to correct",
        Status::Unsent => "the run stopped before it",
        Status::Undone => "created and deleted again on purpose (`leadload undo`); it may be imported again",
    }
}

impl Section {
    fn write(&self, out: &mut String) {
        for text in [self.heading(), self.before.to_owned()].into_iter().filter(|text| !text.is_empty()) {
            let _ = write!(out, "\n{text}\n");
        }
        out.push('\n');
        match self.codes {
            Codes::Repairs => write_repairs(out),
            Codes::Reasons(entries) => write_entries(out, entries),
        }
        if !self.after.is_empty() {
            let _ = write!(out, "\n{}\n", self.after);
        }
    }

    fn heading(&self) -> String {
        if self.title.is_empty() { String::new() } else { format!("## {}", self.title) }
    }
}

fn write_repairs(out: &mut String) {
    out.push_str("| code | what was done |\n|---|---|\n");
    for (code, words) in REPAIRS {
        let _ = writeln!(out, "| `{code}` | {words} |");
    }
}

fn write_entries(out: &mut String, entries: &[Entry]) {
    if entries.iter().all(|entry| entry.state.is_empty()) {
        out.push_str("| code | meaning | what to do |\n|---|---|---|\n");
        for Entry { code, meaning, what_to_do, .. } in entries {
            let _ = writeln!(out, "| `{code}` | {meaning} | {what_to_do} |");
        }
    } else {
        out.push_str("| code | state | meaning | what to do |\n|---|---|---|---|\n");
        for Entry { code, state, meaning, what_to_do } in entries {
            let _ = writeln!(out, "| `{code}` | {state} | {meaning} | {what_to_do} |");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::REFUSALS;

    #[test]
    fn each_code_stands_here_once_with_words() {
        let mut codes: Vec<&str> = all().map(|entry| entry.code).chain(REPAIRS.iter().map(|(code, _)| *code)).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(all().all(|entry| !entry.meaning.is_empty() && !entry.what_to_do.is_empty()));
        assert!(all().all(|entry| !entry.meaning.contains(['|', '\n']) && !entry.what_to_do.contains(['|', '\n'])));
    }

    #[test]
    fn every_refusal_of_a_number_stands_here() {
        for code in REFUSALS {
            assert!(of(code).is_some(), "{code}");
        }
    }
}
