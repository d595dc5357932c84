//! What the figures come to, in sentences: the same on the page and in the terminal.

use std::time::Duration;

use super::figures::{History, RunFigures};
use crate::lead::Status;
use crate::report::counts::Counts;
use crate::report::figures::{count, counted, duration, real};
use crate::report::wording::meaning;
use crate::results::Why;

/// The sentences that a reader in a hurry reads.
pub(super) fn in_short(history: &History) -> Vec<String> {
    if history.lines == 0 {
        return vec!["Nothing has happened yet: the file is empty.".to_owned()];
    }
    let mut sentences: Vec<String> = last_input(history).into_iter().collect();
    sentences.push(where_they_are(history));
    sentences.extend(what_is_open(history));
    sentences.extend(forgotten(history.forgotten));
    sentences.extend(last_run(history));
    sentences
}

/// The last import, where it is told what became of every row of its input.
fn last_import(history: &History) -> Option<(&RunFigures, &Counts)> {
    let import = history.runs.iter().rev().find(|run| run.why == Why::Import)?;
    Some((import, import.rows_by_state.as_ref()?))
}

/// The names of the last import's files, without their folders: what a reader knows the leads by.
pub(super) fn input_names(history: &History) -> Option<String> {
    let import = history.runs.iter().rev().find(|run| run.why == Why::Import)?;
    let name = |input: &String| match input.rsplit(['/', '\\']).next().unwrap_or_default() {
        "-" => "standard input".to_owned(),
        name => name.to_owned(),
    };
    match import.inputs.as_slice() {
        [] => None,
        few if few.len() <= MOST_NAMED => Some(few.iter().map(name).collect::<Vec<_>>().join(", ")),
        [first, others @ ..] => {
            Some(format!("{} and {} more", name(first), counted(others.len() as u64, "file", "files")))
        }
    }
}

/// So many files are named in a title.
const MOST_NAMED: usize = 3;

/// `Of 10 rows of leads.xlsx: 7 created, 1 cannot be called, 1 duplicate.`
fn last_input(history: &History) -> Option<String> {
    let (import, rows) = last_import(history)?;
    let names = input_names(history)?;
    let states: Vec<String> =
        rows.nonzero().map(|(status, rows)| format!("{} {}", count(rows), of_rows(status, rows))).collect();
    let is_last = history.runs.last().is_some_and(|last| last.run == import.run);
    let then = if is_last { "" } else { ", when they were imported" };
    let all = counted(rows.total(), "row", "rows");
    (!states.is_empty()).then(|| format!("Of {all} of {names}{then}: {}.", states.join(", ")))
}

/// What became of rows, after their number.
fn of_rows(status: Status, rows: u64) -> &'static str {
    match status {
        Status::Created => "created",
        Status::Exists => "already there",
        Status::Duplicate if rows == 1 => "duplicate",
        Status::Duplicate => "duplicates",
        other => meaning(other),
    }
}

/// Rows of the last import that are no leads: of these a results file has no last word.
pub(super) fn rows_without_lead(history: &History) -> Vec<(Status, u64)> {
    let Some((_, rows)) = last_import(history) else { return Vec::new() };
    rows.nonzero().filter(|(status, _)| status.is_about_a_row()).collect()
}

fn where_they_are(history: &History) -> String {
    let leads = &history.leads;
    let on_platform = leads.get(Status::Created) + leads.get(Status::Exists);
    let known = counted(leads.total(), "lead is known", "leads are known");
    let over_all = if history.runs.len() > 1 { "Over all runs: " } else { "" };
    if leads.total() == 0 {
        return "No lead was sent so far.".to_owned();
    }
    format!(
        "{over_all}{known}; {} of them on the platform ({}).",
        count(on_platform),
        percent(on_platform, leads.total())
    )
}

fn what_is_open(history: &History) -> Vec<String> {
    let in_doubt = history.leads.get(Status::InDoubt);
    let open = |what: String, number: u64| (number > 0).then_some(what);
    [
        open(
            format!(
                "In doubt: {}, whose answers were lost. They may be on the platform, so they are not sent again; \
                 leadload reconcile looks them up.",
                counted(in_doubt, "lead", "leads")
            ),
            in_doubt,
        ),
        open(
            format!(
                "{} on the platform only most likely: found by look-ups after a lost answer.",
                counted(history.likely, "lead is", "leads are")
            ),
            history.likely,
        ),
        open(
            format!(
                "An undo is not finished: {} open; leadload undo finishes them.",
                counted(history.open_deletions, "deletion is", "deletions are")
            ),
            history.open_deletions,
        ),
        open(
            format!(
                "The file ends in the middle of a line ({} bytes), as after a crash, or while a run writes it.",
                count(history.cut_bytes)
            ),
            history.cut_bytes,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn forgotten(people: u64) -> Option<String> {
    let who = counted(people, "person was", "people were");
    let rest = "taken out of the file. Whoever of them was not on the platform counts as already there, so as never to be \
                sent again.";
    (people > 0).then(|| format!("{who} forgotten: {rest}"))
}

fn last_run(history: &History) -> Option<String> {
    let run = history.runs.last()?;
    let refused = run.leads.get(Status::Rejected) + run.leads.get(Status::Invalid);
    let what = match run.why {
        Why::Import => "The last run, an import,",
        Why::Reconcile => "The last run, a look-up of doubts,",
        Why::Undo => "The last run, an undo,",
        Why::Update => "The last run, an update,",
        Why::Forget => "The last run, which took a person out of the file,",
        Why::Other => "The last run",
    };
    let ended = match run.stopped.as_deref() {
        Some("finished") => format!("{what} went to its end."),
        Some(why) => format!("{what} stopped early: {why}."),
        None => format!("{what} has no end on file: it was killed, or is still under way."),
    };
    let leads = |number| counted(number, "lead", "leads");
    Some(match run.why {
        // The first sentence says of every row what became of it.
        Why::Import if refused == 0 || run.rows_by_state.is_some() => {
            format!("{ended} It created {}.", leads(run.leads.get(Status::Created)))
        }
        Why::Import => {
            format!("{ended} It created {}; {} could not be.", leads(run.leads.get(Status::Created)), count(refused))
        }
        Why::Undo => format!("{ended} It deleted {}.", leads(run.leads.get(Status::Undone))),
        Why::Update => format!("{ended} It changed {}.", leads(run.changed)),
        Why::Reconcile | Why::Forget | Why::Other => ended,
    })
}

/// What a reader might look for and the file does not hold.
pub(super) fn not_on_file(history: &History) -> Vec<&'static str> {
    let mut sentences = vec![
        "Why nothing happened for a while is not on file: the platform may have asked to wait, or not have answered, or the \
         machine slept.",
        "Of which country and type a number is does not stand in the file either; it is read from the numbering plans.",
    ];
    if history.answers.is_none() && history.under_way.is_some() {
        sentences.push("How long the platform alone took to answer: files that were written before leadload noted it do not hold it.");
    }
    if history.earlier_runs > 0 {
        sentences.push("Runs before those that are named are in the totals, and not in the comparison.");
    }
    if history.repairs_unread > 0 {
        sentences.push("Some repairs are told in words that this version does not know, and are not counted.");
    }
    sentences
}

/// `7 ms`, `1.4 s`, `3 min 20 s`
pub(super) fn milliseconds_in_words(milliseconds: f64) -> String {
    match milliseconds {
        ..1.0 if milliseconds == 0.0 => "0".to_owned(),
        ..10.0 => trimmed(&format!("{milliseconds:.1}"), "ms"),
        ..1_000.0 => format!("{milliseconds:.0} ms"),
        ..60_000.0 => trimmed(&format!("{:.1}", milliseconds / 1_000.0), "s"),
        _ => duration(Duration::try_from_secs_f64(milliseconds / 1_000.0).unwrap_or(Duration::MAX)),
    }
}

fn trimmed(number: &str, unit: &str) -> String {
    format!("{} {unit}", number.strip_suffix(".0").unwrap_or(number))
}

/// `5 minutes`, `1 day`
pub(super) fn stretch_in_words(seconds: u64) -> String {
    let units =
        [(604_800, "week", "weeks"), (86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")];
    let unit = units.into_iter().find(|(length, ..)| seconds.is_multiple_of(*length) && seconds >= *length);
    let (length, one, many) = unit.unwrap_or((1, "second", "seconds"));
    counted(seconds / length, one, many)
}

/// `97 %`; a part is never shown as all or nothing.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let share = real(part) / real(whole) * 100.0;
    match share {
        _ if part == 0 => "0 %".to_owned(),
        _ if part == whole => "100 %".to_owned(),
        ..1.0 => "under 1 %".to_owned(),
        99.0.. => "over 99 %".to_owned(),
        _ => format!("{share:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_unit_that_is_easiest_to_read() {
        let said = [0.0, 0.42, 7.0, 42.4, 999.0, 1_400.0, 20_000.0, 200_000.0].map(milliseconds_in_words);
        assert_eq!(said, ["0", "0.4 ms", "7 ms", "42 ms", "999 ms", "1.4 s", "20 s", "3 min 20 s"]);
        let said = [1, 30, 60, 300, 3_600, 10_800, 86_400, 604_800, 2_419_200].map(stretch_in_words);
        let expected =
            ["1 second", "30 seconds", "1 minute", "5 minutes", "1 hour", "3 hours", "1 day", "1 week", "4 weeks"];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_part_is_never_shown_as_all_or_nothing() {
        let said = [(0, 9), (1, 1_000), (1, 3), (999, 1_000), (9, 9), (0, 0)].map(|(part, whole)| percent(part, whole));
        assert_eq!(said, ["0 %", "under 1 %", "33 %", "over 99 %", "100 %", "–"]);
    }
}
