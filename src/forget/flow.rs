//! The order of things when a person is forgotten.

use std::borrow::Cow;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::ForgetError;
use super::find::{Before, Found, OwnLead};
use super::take_out::{Done, TakeOut};
use crate::clock::Clock;
use crate::lead::{Identity, Reason, Status};
use crate::report::run_id;
use crate::results::{
    Certainty, EndLine, FORGOTTEN, FORMAT, KEYS, LeadLine, Line, ResultsError, Rewrite, RunLine, SettledBy, State, Why,
    read,
};

/// How it went.
#[derive(Debug)]
pub struct Forgotten {
    /// The id under which the results file has it; none where there was nothing to take out.
    pub run: Option<String>,
    /// What the file had of the person.
    pub found: Found,
    /// What was taken out.
    pub done: Done,
    /// Under how many further names (hard links) the old version stays.
    pub other_names: u64,
}

/// What would be taken out. The file is only read, and not locked.
///
/// # Errors
/// [`ForgetError`]: it cannot be read, or the person cannot be forgotten now.
pub fn preview(results: &Path, person: &Identity) -> Result<Found, ForgetError> {
    if let Err(source) = std::fs::metadata(results) {
        return Err(ResultsError::Io { path: results.to_owned(), doing: "open it", source }.into());
    }
    let (ledger, _) = read(results)?;
    let found = Found::read(results, person, &ledger)?;
    check_that_nothing_is_open(&found)?;
    Ok(found)
}

/// Takes the person out.
///
/// # Errors
/// [`ForgetError`]; the file is as it was.
pub fn forget(results: &Path, person: &Identity, clock: &Clock) -> Result<Forgotten, ForgetError> {
    let rewrite = Rewrite::open(results)?;
    let found = Found::read(results, person, rewrite.ledger())?;
    check_that_nothing_is_open(&found)?;
    let other_names = rewrite.other_names();
    if found.is_nothing() {
        return Ok(Forgotten { run: None, found, done: Done::default(), other_names });
    }
    let (run, at) = (run_id(clock), clock.wall());
    let mut take_out = TakeOut::new(person, found.keys.clone(), at);
    let barred = found.barred(person, rewrite.ledger());
    let known = found.leads.iter().filter(|lead| lead.before == Before::Known);
    let mut added = vec![Line::Run(run_line(&run, at))];
    added.extend(known.chain(&barred).map(|lead| Line::Lead(lead_line(lead, &run, at))));
    let totals = json!({ "leads": found.leads.len(), "secondary_of": found.secondary_of.len(), "lines": found.lines });
    let stopped = Cow::Borrowed("finished");
    added.push(Line::End(EndLine { run: Cow::Borrowed(&run), totals: Cow::Owned(totals), stopped, at }));
    rewrite.replace(|line| take_out.changed(line).map_err(ResultsError::Unreadable), &added)?;
    let done = take_out.done;
    // Not the person, but that it happened.
    tracing::info!(run, lines = done.lines, "a person was taken out of the results file");
    Ok(Forgotten { run: Some(run), found, done, other_names })
}

/// The number is what the undo knows the lead by.
fn check_that_nothing_is_open(found: &Found) -> Result<(), ForgetError> {
    let open = found.leads.iter().find(|lead| matches!(lead.state, Some(State::Deleting(_))));
    open.map_or(Ok(()), |lead| Err(ForgetError::Deleting { run: lead.run.clone().unwrap_or_default() }))
}

fn run_line(run: &str, at: Timestamp) -> RunLine<'_> {
    RunLine {
        format: FORMAT,
        keys: KEYS,
        run: Cow::Borrowed(run),
        tool: concat!("leadload ", env!("CARGO_PKG_VERSION")).into(),
        at,
        target: Cow::Borrowed(""),
        inputs: Cow::Borrowed(&[]),
        options: Cow::Owned(json!({})),
        calls: Cow::Borrowed(&[]),
        why: Why::Forget,
    }
}

/// What holds from now on. A lead that is on the platform stays what it was. Whoever is not, or may be, counts as somebody
/// who is: nothing else is never sent again, whatever the input says, and by earlier versions of this program, too.
fn lead_line<'a>(lead: &'a OwnLead, run: &'a str, at: Timestamp) -> LeadLine<'a> {
    let (status, certain, settled_by) = match lead.state {
        Some(State::Created(certain)) => (Status::Created, certain, None),
        Some(State::Exists(certain)) => (Status::Exists, certain, None),
        _ => (Status::Exists, Certainty::Likely, Some(SettledBy::Person)),
    };
    let is_there = settled_by.is_none();
    LeadLine {
        key: Some(lead.key),
        certain,
        settled_by,
        id: lead.id.as_deref().filter(|_| is_there).map(Cow::Borrowed),
        secondary_ids: if is_there { Cow::Borrowed(&lead.secondary_ids) } else { Cow::Borrowed(&[]) },
        target: lead.target.as_ref().map(Cow::Borrowed),
        source: lead.source.clone(),
        rows: Cow::Borrowed(&lead.rows),
        reason: Some(Cow::Owned(Reason::new(FORGOTTEN, "its number and texts were taken out; it is never sent again"))),
        ..LeadLine::new(status, run, at)
    }
}
