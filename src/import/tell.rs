//! What the flow tells the reporter of inputs and of leads that earlier runs settled.

use std::borrow::Cow;

use super::columns::Columns;
use super::earlier::Refusals;
use super::sort::{Changed, KnownLead};
use crate::grouping::Item;
use crate::lead::{Reason, Status};
use crate::platform::Platform;
use crate::report::Reporter;
use crate::source::Source;
use crate::upload::{Event, Observer};

/// How many columns that came late are named.
const MOST_LATE_NAMES: usize = 10;

/// What was found out about the inputs by looking.
pub(super) fn tell_inputs(reporter: &Reporter, sources: &[Source]) {
    for source in sources {
        for note in source.notes() {
            reporter.console().note(&format!("{}: {note}", source.name()));
        }
    }
}

/// What a user should know of the platform before anything is sent.
pub(super) fn tell_platform(reporter: &Reporter, platform: &dyn Platform) {
    for remark in platform.remarks() {
        reporter.event(Event::Note(&remark));
    }
}

/// What was found out about the inputs by reading them: told once, and before anything is sent where they are read twice.
pub(super) fn tell_remarks(reporter: &Reporter, sources: &[Source]) {
    for source in sources {
        for remark in source.remarks() {
            reporter.event(Event::Note(&format!("{}: {remark}", source.name())));
        }
    }
}

/// What came too late to be recognised, in inputs that can be read only once.
pub(super) fn tell_late_columns(reporter: &Reporter, columns: &Columns, sources: &[Source]) {
    for (index, source) in sources.iter().enumerate() {
        let late = columns.late(index, source.header());
        if late.is_empty() {
            continue;
        }
        let names: Vec<_> = late.iter().take(MOST_LATE_NAMES).map(|name| format!("{name:?}")).collect();
        let more = if late.len() > MOST_LATE_NAMES { ", …" } else { "" };
        reporter.event(Event::Note(&format!(
            "{}: columns that came after the rows that were looked at: {}{more}. By their names alone nobody is called; \
             --phone-column, --region-column and the like make them what they are",
            source.name(),
            names.join(", ")
        )));
    }
}

/// What was repaired in the numbers of a row.
pub(super) fn tell_repairs(reporter: &Reporter, item: &Item) {
    if let Item::Member(member) = item {
        reporter.repaired(&member.repairs, &member.row.position);
    }
}

pub(super) fn tell_short_rows(reporter: &Reporter, sources: &[Source]) {
    for source in sources.iter().filter(|source| source.short_rows() > 0) {
        let message = format!(
            "{}: {} fewer cells than the header; the missing ones count as empty",
            source.name(),
            rows_have(source.short_rows())
        );
        reporter.event(Event::Note(&message));
    }
}

fn rows_have(rows: u64) -> String {
    if rows == 1 { "1 row has".to_owned() } else { format!("{rows} rows have") }
}

pub(super) fn tell_known(reporter: &Reporter, known: &KnownLead, refusals: &Refusals) {
    let earlier = |words| Cow::Owned(Reason::new("earlier_run", words));
    let reason = match (known.status, refusals.of(known.key)) {
        (Status::Rejected, Some(reason)) => Cow::Borrowed(reason),
        (Status::Rejected, None) => earlier("the platform refused it in an earlier run; --retry-rejected tries again"),
        (Status::InDoubt, _) => earlier("its answer was lost in an earlier run, and nothing has settled that yet"),
        _ => earlier("settled by an earlier run"),
    };
    reporter.known_as(known.status, &known.rows, &reason, refusals.id_of(known.key));
    if known.status == Status::InDoubt {
        reporter.known_in_doubt(known.key, known.rows.len() as u64);
    }
    if let (Some(left), Some(first)) = (&known.left, known.rows.first()) {
        reporter.remark(left, &first.position);
    }
    if let (Changed::Yes, Some(first)) = (known.changed, known.rows.first()) {
        reporter.changed(&first.position);
    }
}
