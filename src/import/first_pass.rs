//! The first pass: counts what the second will send, and asks for consent where people would be called at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::before::Before;
use super::plan::{Plan, Purpose};
use super::prepare::PrepareError;
use super::row::Keep;
use super::sort::{Call, Sorted};
use super::survey::{Known, Pass};
use super::tell::tell_remarks;
use crate::lead::{LeadKey, Status};
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
    /// How many are on the platform, although they are on a do-not-call list now.
    barred_but_there: u64,
    /// How many are in doubt in other results files.
    in_doubt_elsewhere: u64,
    /// How many groups came again, after other rows.
    pub(super) groups_apart: u64,
    /// The leads that earlier runs left in doubt, and of how many rows each is made: no more than there are doubts.
    pub(super) in_doubt: HashMap<LeadKey, u64>,
    /// The leads that are to be changed.
    pub(super) to_change: HashSet<LeadKey>,
}

impl Counted {
    pub(super) fn add(&mut self, sorted: &Sorted) {
        self.leads += sorted.leads();
        self.rows += sorted.rows();
        match sorted {
            Sorted::Send(lead, _) => {
                self.count_to_send(&lead.target.place);
            }
            Sorted::Change(lead, held) => {
                self.count_to_send(&lead.target.place);
                self.earlier.add(held.status, 1, sorted.rows());
                self.to_change.insert(lead.key);
            }
            Sorted::Known(known) => {
                self.earlier.add(known.status, 1, sorted.rows());
                if known.status == Status::InDoubt {
                    self.in_doubt.insert(known.key, sorted.rows());
                }
                self.add_barred(known.call, known.status);
            }
            Sorted::There(there) => {
                self.in_doubt_elsewhere += u64::from(there.outcome.status == Status::InDoubt);
                self.add_barred(there.call, there.outcome.status);
            }
            Sorted::NotSent(_) | Sorted::Remark(_) => {}
        }
    }

    fn count_to_send(&mut self, place: &str) {
        self.to_send += 1;
        match self.by_place.get_mut(place) {
            Some(number) => *number += 1,
            None => drop(self.by_place.insert(place.to_owned(), 1)),
        }
    }

    fn add_barred(&mut self, call: Call, status: Status) {
        let is_there = matches!(status, Status::Created | Status::Exists);
        self.barred_but_there += u64::from(is_there && call == Call::Barred);
    }

    /// How many are to be sent.
    pub(super) fn to_send(&self) -> u64 {
        self.to_send
    }

    /// How many of those to send go to each place.
    pub(super) fn by_place(&self) -> &BTreeMap<String, u64> {
        &self.by_place
    }

    /// How many are in doubt in other results files.
    pub(super) fn in_doubt_elsewhere(&self) -> u64 {
        self.in_doubt_elsewhere
    }

    /// What there is to say before anything is sent, besides the figures.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.barred_note().into_iter().chain(self.apart_note())
    }

    /// Who cannot be spared any more by not being sent.
    fn barred_note(&self) -> Option<String> {
        let leads = match self.barred_but_there {
            0 => return None,
            1 => "1 lead that is on the platform already is".to_owned(),
            many => format!("{} leads that are on the platform already are", crate::report::count(many)),
        };
        Some(format!("{leads} on a do-not-call list: leadload undo deletes what a run created"))
    }

    /// What can be done about groups that come again.
    fn apart_note(&self) -> Option<String> {
        let groups = match self.groups_apart {
            0 => return None,
            1 => "rows of 1 group stand apart".to_owned(),
            many => format!("rows of {} groups stand apart", crate::report::count(many)),
        };
        Some(format!("{groups}, and only the first ones are taken: --scattered puts them together"))
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
    before: &Before,
    around: &Surroundings,
) -> Result<Read, RunError> {
    let (plan, places, platform, known) =
        (Arc::clone(plan), Arc::clone(places), Arc::clone(platform), Arc::clone(known));
    let _busy = around.clock.busy();
    let (before, reporter, stop) = (before.clone(), Arc::clone(&around.reporter), around.stop.clone());
    let counting = tokio::task::spawn_blocking(move || {
        let snapshots = sources.iter().map(Source::snapshot).collect();
        let mut counted = Counted::default();
        let keep = Keep::Positions;
        let (platform, stop) = (platform.as_ref(), &stop);
        let pass = Pass { plan: &plan, places: &places, platform, known: &known, before: &before, keep, stop };
        let passed = pass.run(&mut sources, &mut |sorted| {
            let before = counted.rows / ROWS_BETWEEN_SIGNS;
            counted.add(&sorted);
            if counted.rows / ROWS_BETWEEN_SIGNS > before {
                reporter.rows_read(counted.rows);
            }
            if stop.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        counted.groups_apart = passed.groups_apart;
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

/// Campaigns in which people would be called at once, or a platform of which that is not known: they need a person's word.
pub(super) struct LiveCampaigns {
    kind: Kind,
    names: String,
    number: String,
    purpose: Purpose,
}

/// What would call people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Campaigns,
    Platform,
}

impl LiveCampaigns {
    /// A platform that may call people as soon as their leads are created, as far as anybody has said.
    pub(super) fn of_platform(name: &str, purpose: Purpose, counted: Option<&Counted>) -> Self {
        Self { kind: Kind::Platform, names: name.to_owned(), number: number_of(counted), purpose }
    }

    pub(super) fn question(&self) -> String {
        let Self { kind, names, number, purpose } = self;
        match (kind, purpose) {
            (Kind::Platform, Purpose::Create) => {
                return format!(
                    "{names}: people may be called as soon as their leads are created. Create {number} leads?"
                );
            }
            (Kind::Platform, Purpose::Update(_)) => {
                return format!("{names}: people may be being called. Change {number} of its leads?");
            }
            (Kind::Campaigns, _) => {}
        }
        if matches!(purpose, Purpose::Update(_)) {
            return format!("Campaign {names}: people are being called. Change {number} of its leads?");
        }
        format!("Campaign {names}: people are called as soon as their leads are created. Create {number} leads?")
    }

    /// Where there is nobody to be asked.
    pub(super) fn unasked(&self) -> String {
        let names = &self.names;
        if self.kind == Kind::Platform {
            return format!(
                "{names}: people may be called as soon as their leads are created; add --yes to say that this is meant \
                 (calls_at_once = false in the platform file says that nobody is)"
            );
        }
        if matches!(self.purpose, Purpose::Update(_)) {
            return format!(
                "campaign {names}: its leads would be changed while people are called\nwhat to do: add --yes to say that this is meant"
            );
        }
        format!(
            "campaign {names}: people would be called as soon as their leads are created\nwhat to do: add --yes to say that this is meant"
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
    let (kind, number, purpose) = (Kind::Campaigns, number_of(counted), plan.purpose);
    (!names.is_empty()).then(|| LiveCampaigns { kind, names: names.join(", "), number, purpose })
}

fn number_of(counted: Option<&Counted>) -> String {
    counted.map_or_else(|| "all".to_owned(), |counted| crate::report::count(counted.to_send))
}
