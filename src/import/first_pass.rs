//! The first pass: counts what the second will send, and asks for consent where people would be called at once.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::plan::Plan;
use super::prepare::PrepareError;
use super::row::Keep;
use super::sort::Sorted;
use super::survey::{Known, Pass};
use super::tell::tell_remarks;
use crate::platform::{Campaign, Platform};
use crate::report::{Expected, Sums};
use crate::run::{Places, RunError, Surroundings};
use crate::source::{Header, Snapshot, Source};
use crate::target::Target;

/// How often a first pass says how far it is.
const ROWS_BETWEEN_SIGNS: u64 = 4096;

/// What a pass found.
#[derive(Debug, Default)]
pub(super) struct Counted {
    leads: u64,
    rows: u64,
    to_send: u64,
    /// What earlier runs had settled.
    earlier: Sums,
    /// How many of those to send go to each place.
    by_place: BTreeMap<String, u64>,
}

impl Counted {
    pub(super) fn add(&mut self, sorted: &Sorted) {
        self.leads += sorted.leads();
        self.rows += sorted.rows();
        match sorted {
            Sorted::Send(lead, _) => {
                self.to_send += 1;
                match self.by_place.get_mut(&lead.target.place) {
                    Some(number) => *number += 1,
                    None => drop(self.by_place.insert(lead.target.place.clone(), 1)),
                }
            }
            Sorted::Known(known) => self.earlier.add(known.status, 1, sorted.rows()),
            Sorted::NotSent(_) | Sorted::Remark(_) => {}
        }
    }

    pub(super) fn expected(&self) -> Expected {
        Expected { leads: self.leads, rows: self.rows, to_send: self.to_send, earlier: self.earlier }
    }
}

/// The inputs as the first pass left them.
pub(super) struct Read {
    pub(super) headers: Vec<Arc<Header>>,
    pub(super) snapshots: Vec<Option<Snapshot>>,
    pub(super) counted: Counted,
}

/// Reads `sources` to their ends.
pub(super) async fn count(
    mut sources: Vec<Source>,
    plan: &Arc<Plan>,
    places: &Arc<Places>,
    platform: &Arc<dyn Platform>,
    known: &Arc<Known>,
    around: &Surroundings,
) -> Result<Read, RunError> {
    let (plan, places, platform, known) =
        (Arc::clone(plan), Arc::clone(places), Arc::clone(platform), Arc::clone(known));
    let (reporter, stop) = (Arc::clone(&around.reporter), around.stop.clone());
    let counting = tokio::task::spawn_blocking(move || {
        let snapshots = sources.iter().map(Source::snapshot).collect();
        let mut counted = Counted::default();
        let keep = Keep::Positions;
        let pass = Pass { plan: &plan, places: &places, platform: platform.as_ref(), known: &known, keep };
        pass.run(&mut sources, &mut |sorted| {
            let before = counted.rows / ROWS_BETWEEN_SIGNS;
            counted.add(&sorted);
            if counted.rows / ROWS_BETWEEN_SIGNS > before {
                reporter.rows_read(counted.rows);
            }
            if stop.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        tell_remarks(&reporter, &sources);
        let headers = sources.iter().map(|source| Arc::clone(source.header())).collect();
        Ok::<_, PrepareError>(Read { headers, snapshots, counted })
    });
    let read = counting.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    match around.stop.reason() {
        Some(reason) => Err(RunError::Stopped(reason)),
        None => Ok(read),
    }
}

/// Campaigns in which people would be called at once: they need a person's word.
pub(super) struct LiveCampaigns {
    names: String,
    number: String,
}

impl LiveCampaigns {
    pub(super) fn question(&self) -> String {
        let Self { names, number } = self;
        format!("Campaign {names}: people are called as soon as their leads are created. Create {number} leads?")
    }

    /// Where there is nobody to be asked.
    pub(super) fn unasked(&self) -> String {
        let names = &self.names;
        format!(
            "campaign {names}: people would be called as soon as their leads are created; add --yes to say that this is meant"
        )
    }
}

/// The live ones among the campaigns that are used. Without a count (`--stream`) every campaign that rows may name counts
/// as used; and so does one in which a lead is in doubt, since it may be sent again.
pub(super) fn live_campaigns(
    plan: &Plan,
    places: &Places,
    campaigns: &[Campaign],
    doubts: &[Target],
    counted: Option<&Counted>,
) -> Option<LiveCampaigns> {
    let fixed = places.fixed().filter(|_| !plan.mapping.names_campaign());
    let is_used = |campaign: &&Campaign| match (counted, fixed) {
        _ if doubts.iter().any(|target| target.place == campaign.id) => true,
        (Some(counted), _) => counted.by_place.contains_key(&campaign.id),
        (None, Some(target)) => target.place == campaign.id,
        (None, None) => true,
    };
    let live = campaigns.iter().filter(is_used).filter(|campaign| campaign.is_live());
    let names: Vec<_> = live.map(|c| format!("{} {:?} is {}", c.id, c.name, c.status)).collect();
    let number = counted.map_or_else(|| "all".to_owned(), |counted| crate::report::count(counted.to_send));
    (!names.is_empty()).then(|| LiveCampaigns { names: names.join(", "), number })
}
