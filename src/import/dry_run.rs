//! Everything but the network: what would be sent, what is wrong, and how long it would take.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::before::{Before, refuse_own_results};
use super::calls;
use super::columns::Columns;
use super::earlier::Refusals;
use super::first_pass::Counted;
use super::inputs::{open_rest, path_for, readable};
use super::moved::refuse_moved;
use super::plan::{Existing, Plan};
use super::results_file::ResultsFile;
use super::row::Keep;
use super::sort::Sorted;
use super::survey::{Known, Pass};
use super::tell::{
    tell_inputs, tell_known, tell_late_columns, tell_platform, tell_remarks, tell_repairs, tell_short_rows,
};
use super::variables;
use crate::mapping::{ColumnRoles, Recognised};
use crate::platform::Platform;
use crate::report::{Finished, Reporter};
use crate::run::{Places, RunError, Server, Surroundings, only_platform_knows, places_unasked, platform_of};
use crate::source::Source;
use crate::upload::{Event, Observer, Pace, StopReason};

/// A dry run asks no platform, so a campaign's name stays a name.
const NAME_UNKNOWN: &str = "the campaign is given by its name, which only the platform can tell the id of: what earlier runs \
                            sent there counts as not sent yet here; give the id to see what is left";

/// Who is there already, only the platform can tell.
const NOT_LISTED: &str =
    "--skip-existing is left out here, since a dry run asks no platform: leads that it has count as not sent yet";

/// How many requests a dry run shows.
const SHOWN_REQUESTS: usize = 3;

/// What a dry run found.
#[derive(Debug)]
pub struct Rehearsed {
    /// Where leads would go, for people.
    pub target: String,
    /// How many would be sent.
    pub to_send: u64,
    /// The first requests, as they would be sent.
    pub requests: Vec<String>,
    /// How long the allowed rate makes it take.
    pub duration: Duration,
    /// What was found out about each input by looking.
    pub inputs: Vec<InputUse>,
    /// Why it stopped early.
    pub stopped: Option<StopReason>,
    /// What there is to tell.
    pub finished: Finished,
}

/// An input, and what became of its columns.
#[derive(Debug)]
pub struct InputUse {
    /// As the user named it.
    pub name: String,
    /// What was guessed or changed on opening it, in words.
    pub notes: Vec<String>,
    /// Its columns.
    pub columns: Vec<ColumnRoles>,
}

/// Prepares all of the input and sends nothing.
///
/// # Errors
/// [`RunError`] where the input, the mapping or the results file cannot be used.
pub async fn dry_run(plan: Arc<Plan>, around: Surroundings) -> Result<Rehearsed, RunError> {
    rehearse_showing(SHOWN_REQUESTS, plan, around).await
}

/// The same, with so many requests to show.
///
/// # Errors
/// As for [`dry_run`].
pub async fn rehearse_showing(requests: usize, plan: Arc<Plan>, around: Surroundings) -> Result<Rehearsed, RunError> {
    let prepared = tokio::task::spawn_blocking(move || rehearse(&plan, &around, requests)).await;
    prepared.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn rehearse(plan: &Plan, around: &Surroundings, shown_requests: usize) -> Result<Rehearsed, RunError> {
    let reporter = &around.reporter;
    let inputs = readable(plan)?;
    let looked = Columns::find(plan, &inputs, around)?;
    let (columns, mut sources) = open_rest(plan, &inputs, looked)?;
    tell_inputs(reporter, &sources);
    let before = Before::read(plan, columns, around)?;
    if plan.preload.existing == Existing::List {
        reporter.event(Event::Note(NOT_LISTED));
    }
    let places = places_unasked(&plan.endpoint)?;
    if plan.results != ResultsFile::Nowhere && only_platform_knows(&plan.endpoint) {
        reporter.event(Event::Note(NAME_UNKNOWN));
    }
    let results = path_for(plan, &places);
    refuse_own_results(plan, &results)?;
    let (ledger, _recovery) = crate::results::read(&results)?;
    refuse_moved(plan, &results, &ledger, &before.elsewhere)?;
    let refusals = Refusals::read(&results, &ledger);
    let calls = calls::of(plan, &before.columns, &sources);
    if let Some(note) = calls::difference(ledger.calls(), &calls, &sources) {
        reporter.event(Event::Note(&note));
    }
    let known = Known::ReadOnly(Box::new(Mutex::new(ledger)));
    let platform = platform_of(&plan.endpoint)?;
    tell_platform(reporter, platform.as_ref());
    if let Some(line) = platform.request_line() {
        reporter.event(Event::Note(&line));
    }
    variables::check_places(plan, &before.columns, &sources, platform.as_ref(), reporter)?;
    let (keep, stop) = (Keep::Positions, &around.stop);
    let pass = Pass { plan, places: &places, platform: platform.as_ref(), known: &known, before: &before, keep, stop };
    let mut rehearsal = Rehearsal::new(plan, reporter, platform.as_ref(), &refusals, shown_requests);
    let passed = pass.run_seeing(&mut sources, &mut |item| tell_repairs(reporter, item), &mut |sorted| {
        rehearsal.take(sorted);
        if around.stop.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    rehearsal.counted.groups_apart = passed.groups_apart;
    tell_remarks(reporter, &sources);
    tell_late_columns(reporter, &before.columns, &sources);
    tell_short_rows(reporter, &sources);
    for note in rehearsal.counted.notes() {
        reporter.event(Event::Note(&note));
    }
    let Rehearsal { to_send, requests, .. } = rehearsal;
    let stopped = around.stop.reason();
    let used = sources
        .iter()
        .enumerate()
        .map(|(index, source)| input_use(plan, source, &before.columns.of(index, &plan.mapping, source.header())));
    Ok(Rehearsed {
        target: describe(plan, &places),
        to_send,
        requests,
        duration: takes(plan, to_send, around),
        inputs: used.collect(),
        finished: reporter.finish(stopped.as_ref()),
        stopped,
    })
}

/// How long the allowed rate makes so many leads take.
fn takes(plan: &Plan, leads: u64, around: &Surroundings) -> Duration {
    let spacing = Pace::new(&plan.sending.rates, around.clock.clone()).spacing();
    spacing.saturating_mul(u32::try_from(leads).unwrap_or(u32::MAX))
}

/// What is found while the input is read.
struct Rehearsal<'a> {
    plan: &'a Plan,
    reporter: &'a Reporter,
    platform: &'a dyn Platform,
    refusals: &'a Refusals,
    counted: Counted,
    rows: u64,
    to_send: u64,
    shown_requests: usize,
    requests: Vec<String>,
}

impl<'a> Rehearsal<'a> {
    fn new(
        plan: &'a Plan,
        reporter: &'a Reporter,
        platform: &'a dyn Platform,
        refusals: &'a Refusals,
        shown_requests: usize,
    ) -> Self {
        let (counted, requests) = (Counted::default(), Vec::new());
        Self { plan, reporter, platform, refusals, counted, rows: 0, to_send: 0, shown_requests, requests }
    }

    fn take(&mut self, sorted: Sorted) {
        let reporter = self.reporter;
        self.counted.add(&sorted);
        self.rows += sorted.rows();
        reporter.rows_read(self.rows);
        match sorted {
            Sorted::Send(lead, _) => {
                reporter.would_send(lead.rows.len() as u64);
                self.would_request(|it| it.platform.create(&lead, it.plan.sending.duplicates).body);
            }
            Sorted::Change(lead, held) => {
                reporter.would_update(held.status, &lead.rows);
                self.would_request(|it| it.platform.update(&lead.target, "", &lead.body).body);
            }
            Sorted::Known(known) => tell_known(reporter, &known, self.refusals),
            Sorted::There(there) => reporter.event(Event::Known { lead: &there.lead, outcome: &there.outcome }),
            Sorted::Remark(remark) => reporter.remark(&remark.reason, &remark.position),
            Sorted::NotSent(unsendable) => reporter.event(Event::Unsendable(&unsendable)),
        }
    }

    fn would_request(&mut self, body: impl FnOnce(&Self) -> Option<String>) {
        self.to_send += 1;
        if self.requests.len() < self.shown_requests {
            let body = body(self);
            self.requests.extend(body);
        }
    }
}

/// Bound again, since a header may have grown while the input was read.
fn input_use(plan: &Plan, source: &Source, recognised: &Recognised) -> InputUse {
    let header = source.header();
    let bound = plan.mapping.bind_so_far_as(header, recognised);
    let columns = bound.map(|bound| bound.column_roles(header, recognised)).unwrap_or_default();
    InputUse { name: source.name().to_owned(), notes: source.notes().to_vec(), columns }
}

fn describe(plan: &Plan, places: &Places) -> String {
    match (places.fixed(), &plan.endpoint.server) {
        (Some(target), _) => target.canonical(),
        (None, Server::Sandbox) => "the sandbox".to_owned(),
        (None, Server::Platform { base_url, .. }) => base_url.to_string(),
    }
}
