//! Everything but the network: what would be sent, what is wrong, and how long it would take.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::before::{Before, refuse_own_results};
use super::columns::Columns;
use super::earlier::Refusals;
use super::first_pass::Counted;
use super::inputs::{open_all, path_for, readable};
use super::plan::{Existing, Plan};
use super::row::Keep;
use super::sort::Sorted;
use super::survey::{Known, Pass};
use super::tell::{tell_inputs, tell_known, tell_remarks, tell_short_rows};
use crate::report::Finished;
use crate::run::{Places, RunError, Server, Surroundings, only_platform_knows, places_unasked, platform_of};
use crate::upload::{Event, Observer, Pace, StopReason};

/// A dry run asks no platform, so a campaign's name stays a name.
const NAME_UNKNOWN: &str = "the campaign is given by its name, which only the platform can tell the id of: what earlier runs \
                            sent there counts as not sent yet here; give the id to see what is left";

/// Who is there already, only the platform can tell.
const NOT_LISTED: &str =
    "--skip-existing is left out here, since a dry run asks no platform: leads that it has count as not sent yet";

/// How many requests are shown.
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
    /// Why it stopped early.
    pub stopped: Option<StopReason>,
    /// What there is to tell.
    pub finished: Finished,
}

/// Prepares all of the input and sends nothing.
///
/// # Errors
/// [`RunError`] where the input, the mapping or the results file cannot be used.
pub async fn dry_run(plan: Arc<Plan>, around: Surroundings) -> Result<Rehearsed, RunError> {
    let prepared = tokio::task::spawn_blocking(move || rehearse(&plan, &around)).await;
    prepared.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn rehearse(plan: &Plan, around: &Surroundings) -> Result<Rehearsed, RunError> {
    let reporter = &around.reporter;
    let inputs = readable(plan)?;
    let columns = Columns::find(plan, &inputs, around)?;
    let mut sources = open_all(plan, &inputs, &columns)?;
    tell_inputs(reporter, &sources);
    let before = Before::read(plan, columns, around)?;
    if plan.preload.existing == Existing::List {
        reporter.event(Event::Note(NOT_LISTED));
    }
    let places = places_unasked(&plan.endpoint)?;
    if only_platform_knows(&plan.endpoint) {
        reporter.event(Event::Note(NAME_UNKNOWN));
    }
    let results = path_for(plan, &places);
    refuse_own_results(plan, &results)?;
    let (ledger, _recovery) = crate::results::read(&results)?;
    let refusals = Refusals::read(&results, &ledger);
    let known = Known::ReadOnly(Box::new(Mutex::new(ledger)));
    let platform = platform_of(&plan.endpoint);
    let pass = Pass {
        plan,
        places: &places,
        platform: platform.as_ref(),
        known: &known,
        before: &before,
        keep: Keep::Positions,
    };
    let mut counted = Counted::default();
    let mut to_send = 0;
    let mut rows = 0;
    let mut requests = Vec::new();
    pass.run(&mut sources, &mut |sorted| {
        counted.add(&sorted);
        rows += sorted.rows();
        reporter.rows_read(rows);
        match sorted {
            Sorted::Send(lead, _) => {
                to_send += 1;
                reporter.would_send(lead.rows.len() as u64);
                if requests.len() < SHOWN_REQUESTS {
                    requests.extend(platform.create(&lead, plan.sending.duplicates).body);
                }
            }
            Sorted::Change(lead, held) => {
                to_send += 1;
                reporter.would_update(held.status, &lead.rows);
                if requests.len() < SHOWN_REQUESTS {
                    requests.extend(platform.update(&lead.target, "", &lead.body).body);
                }
            }
            Sorted::Known(known) => tell_known(reporter, &known, &refusals),
            Sorted::There(there) => reporter.event(Event::Known { lead: &there.lead, outcome: &there.outcome }),
            Sorted::Remark(remark) => reporter.remark(&remark.reason, &remark.position),
            Sorted::NotSent(unsendable) => reporter.event(Event::Unsendable(&unsendable)),
        }
        if around.stop.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    tell_remarks(reporter, &sources);
    tell_short_rows(reporter, &sources);
    if let Some(note) = counted.barred_note() {
        reporter.event(Event::Note(&note));
    }
    let spacing = Pace::new(&plan.sending.rates, around.clock.clone()).spacing();
    let times = u32::try_from(to_send).unwrap_or(u32::MAX);
    let stopped = around.stop.reason();
    Ok(Rehearsed {
        target: describe(plan, &places),
        to_send,
        requests,
        duration: spacing.saturating_mul(times),
        finished: reporter.finish(stopped.as_ref()),
        stopped,
    })
}

fn describe(plan: &Plan, places: &Places) -> String {
    match (places.fixed(), &plan.endpoint.server) {
        (Some(target), _) => target.canonical(),
        (None, Server::Sandbox) => "the sandbox".to_owned(),
        (None, Server::Platform { base_url, .. }) => base_url.to_string(),
    }
}
