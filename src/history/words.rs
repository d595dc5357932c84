//! What happened to a lead, in words that a sales person understands.

use super::Numbers;
use super::row::{repair_shown, shown};
use super::story::{Ended, Story, What};
use crate::lead::{Reason, Status};
use crate::phone::Phone;
use crate::report::{counted, masked, meaning, plain, row_place};
use crate::results::{FORGOTTEN, SettledBy, Source};

/// A number as it is shown.
pub(super) fn number(phone: Phone, numbers: Numbers) -> String {
    if numbers == Numbers::InFull { phone.to_string() } else { phone.masked() }
}

/// How it stands, why, and what becomes of it by the next import.
pub(super) fn now(story: &Story, numbers: Numbers) -> String {
    // Whoever has a lead of their own has a state.
    let Some(status) = story.status else { return IN_OTHERS.to_owned() };
    if story.forgotten {
        return format!("Now: {status} ({}). {NEVER_AGAIN}", meaning(status));
    }
    let because = ended(story, |ended| ended.status == status).map(|ended| why(ended, numbers)).unwrap_or_default();
    let now = format!("Now: {status} ({}){because}. {}", meaning(status), next(status));
    match row_itself(story).filter(|ended| ended.status != status) {
        Some(row) => format!("{}\n{now}", about_the_row(row, numbers)),
        None => now,
    }
}

/// The last end of which that holds.
fn ended(story: &Story, wanted: impl Fn(&Ended) -> bool) -> Option<&Ended> {
    story.told.iter().rev().find_map(|told| match &told.what {
        What::Ended(ended) if wanted(ended) => Some(&**ended),
        _ => None,
    })
}

/// What became of the row that was asked about, where it is not the one that its lead was made of.
fn row_itself(story: &Story) -> Option<&Ended> {
    let row = story.row?;
    let is_its = |source: &Source<'_>| source.row == row;
    let last = ended(story, |ended| ended.source.as_ref().is_some_and(is_its))?;
    Some(last).filter(|last| last.status.is_about_a_row())
}

fn about_the_row(ended: &Ended, numbers: Numbers) -> String {
    let place = ended.source.as_ref().map(row_place).unwrap_or_default();
    let (status, why) = (ended.status, why(ended, numbers));
    format!("{place}: {status} ({}){why}. {} Of its lead:", meaning(status), next(status))
}

fn why(ended: &Ended, numbers: Numbers) -> String {
    let reason = ended.reason.as_ref().filter(|reason| !reason.message.is_empty());
    // A platform's own sentence has its full stop; another one follows.
    reason.map(|reason| format!(": {}", shown(reason.message.trim_end_matches('.'), numbers))).unwrap_or_default()
}

const IN_OTHERS: &str = "Named in leads of others, which are called by other numbers:";

const NEVER_AGAIN: &str = "It was forgotten: its number and texts are not in this file, and it is never sent again.";

/// What the next import does with it.
fn next(status: Status) -> &'static str {
    match status {
        Status::Created | Status::Exists => "It is not sent again.",
        Status::Rejected => "It is sent again when its row has changed, or with --retry-rejected.",
        Status::InDoubt => {
            "An answer was lost, or is not there yet: the next import looks it up, and so does leadload reconcile. It is not \
             sent before that is settled."
        }
        Status::Invalid => "It was not sent. Correct the row and import the file again.",
        Status::Duplicate => "The row itself is not sent; the one that it repeats is.",
        Status::Suppressed => "It is not sent as long as that holds.",
        Status::Unsent => "It was not sent. The next import sends it, if it is in its input.",
        Status::Undone => "It was deleted on the platform. The next import sends it again, if it is in its input.",
    }
}

/// One thing that was said, in one line.
pub(super) fn told(what: &What, numbers: Numbers) -> String {
    match what {
        What::Sending { source, rows, secondaries } => {
            let row = source
                .as_ref()
                .map(|source| format!(" ({}{})", row_place(source), more_rows(rows)))
                .unwrap_or_default();
            let with = match secondaries.len() as u64 {
                0 => String::new(),
                some => format!(", with {}", counted(some, "secondary contact", "secondary contacts")),
            };
            format!("written down to be sent{row}{with}")
        }
        What::Ended(ended) => ended_so(ended, numbers),
        What::Deleting { id } => format!("written down to be deleted, id {}", plain(id)),
        What::NamedIn { source, text } => {
            let row = source
                .as_ref()
                .map_or_else(|| "a lead".to_owned(), |source| format!("the lead of {}", row_place(source)));
            match text {
                None => format!("a secondary contact of {row}"),
                Some(text) => format!("named in {row}: {}", repair_shown(text, numbers)),
            }
        }
    }
}

/// What belongs to it, each in a line.
pub(super) fn further(what: &What, numbers: Numbers) -> Vec<String> {
    match what {
        What::Sending { secondaries, .. } => {
            let contacts: Vec<String> = secondaries.iter().map(|phone| number(*phone, numbers)).collect();
            if contacts.is_empty() { Vec::new() } else { vec![format!("contacts: {}", contacts.join(", "))] }
        }
        What::Ended(ended) => {
            ended.repairs.iter().map(|text| format!("repaired: {}", repair_shown(text, numbers))).collect()
        }
        _ => Vec::new(),
    }
}

/// ` (leads.csv › row 9)`, where that is known.
pub(super) fn row_of(story: &Story) -> String {
    let source = ended(story, |ended| ended.source.is_some()).and_then(|ended| ended.source.as_ref());
    source.map(|source| format!(" ({})", row_place(source))).unwrap_or_default()
}

fn ended_so(ended: &Ended, numbers: Numbers) -> String {
    let Ended { status, certain, settled_by, id, reason, http, attempts, source, .. } = ended;
    if reason.as_ref().is_some_and(|reason| reason.code == FORGOTTEN) {
        return "forgotten: its number, names and texts were taken out of this file".to_owned();
    }
    let by = match settled_by {
        Some(SettledBy::LookUp) => ", found out by a look-up",
        Some(SettledBy::Person) => ", decided by a person",
        None => "",
    };
    let likely = if *certain { "" } else { ", not certain" };
    let id = id.as_ref().map(|id| format!(", id {}", plain(id))).unwrap_or_default();
    let why = reason.as_ref().map(|reason| format!(": {}", because(reason, numbers))).unwrap_or_default();
    let row = source.as_ref().filter(|_| status.is_about_a_row()).map(row_words).unwrap_or_default();
    let answer = match (http, attempts) {
        (Some(http), 0 | 1) => format!(" (HTTP {http})"),
        (Some(http), attempts) => format!(" (HTTP {http}, {attempts} requests)"),
        (None, 0 | 1) => String::new(),
        (None, attempts) => format!(" ({attempts} requests)"),
    };
    format!("{status}, {}{by}{likely}{id}{row}{why}{answer}", meaning(*status))
}

fn because(reason: &Reason, numbers: Numbers) -> String {
    let field = reason.field.as_ref().map(|field| format!("{}: ", masked(&plain(field)))).unwrap_or_default();
    format!("{field}{} [{}]", shown(&reason.message, numbers), plain(&reason.code))
}

fn row_words(source: &Source<'_>) -> String {
    format!(", {}", row_place(source))
}

fn more_rows(rows: &[u64]) -> String {
    match rows {
        [] | [_] => String::new(),
        [_, further @ ..] => {
            let rows: Vec<String> = further.iter().map(u64::to_string).collect();
            format!(" with {}", rows.join(", "))
        }
    }
}
