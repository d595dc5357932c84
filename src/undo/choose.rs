//! Whose leads are deleted: those that one run created, or every run, as far as the results file says that they are there.

use std::collections::HashMap;
use std::sync::Arc;

use super::Runs;
use crate::results::{AllMade, Certainty, Held, Ledger, Made, Maker, State};
use crate::run::RunError;
use crate::upload::WasShown;

/// The leads of the chosen runs, and what there is besides.
#[derive(Debug)]
pub(super) struct Chosen {
    /// The runs whose leads they are.
    pub(super) makers: Vec<Maker>,
    /// Leads that are there as far as is known, or whose deletion is open.
    pub(super) leads: Vec<Candidate>,
    /// Runs whose leads are there still, and are not chosen, with how many.
    pub(super) others: Vec<(Maker, u64)>,
    /// How many deletions of leads of these an earlier undo began and did not finish.
    pub(super) begun_of_others: u64,
    /// How many leads of the chosen runs are there, and were forgotten.
    pub(super) forgotten: u64,
    /// The last import, where it created nobody and no run was named: what is chosen is not what it did.
    pub(super) later_import: Option<Maker>,
}

/// A lead that may be deleted.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) made: Made,
    pub(super) certain: Certainty,
    pub(super) begun: Begun,
    pub(super) shown: WasShown,
}

/// Whether an earlier undo began to delete a lead, and did not write down what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    Before,
    NotYet,
}

/// The leads of those `runs` that `ledger` still has as created, or as about to be deleted.
///
/// # Errors
/// No run has that name, or created anything on this server.
pub(super) fn choose(all: AllMade, ledger: &Ledger, runs: &Runs) -> Result<Chosen, RunError> {
    let AllMade { leads, forgotten, makers, later_import } = all;
    let there: Vec<Candidate> = leads.into_iter().filter_map(|made| candidate(made, ledger)).collect();
    let chosen: Vec<Arc<str>> = match runs {
        Runs::All => makers.iter().map(|maker| Arc::clone(&maker.run)).collect(),
        Runs::Named(name) => {
            let named = makers.iter().find(|maker| *maker.run == **name);
            vec![Arc::clone(&named.ok_or_else(|| RunError::NoSuchRun(unknown(name, &makers)))?.run)]
        }
        // Also where all of its leads are deleted by now: the same command twice must not reach for an earlier run.
        Runs::Last => makers.last().map(|maker| Arc::clone(&maker.run)).into_iter().collect(),
    };
    let is_chosen = |run: &Arc<str>| chosen.contains(run);
    let is_there = |key| matches!(ledger.known(key).map(|known| known.state), Some(State::Created(_)));
    let forgotten = forgotten.iter().filter(|(key, run)| is_chosen(run) && is_there(*key)).count() as u64;
    let (leads, others): (Vec<_>, Vec<_>) = there.into_iter().partition(|candidate| is_chosen(&candidate.made.run));
    let (makers, rest): (Vec<_>, Vec<_>) = makers.into_iter().partition(|maker| is_chosen(&maker.run));
    let begun_of_others = number_begun(&others);
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for candidate in &others {
        *counts.entry(&candidate.made.run).or_default() += 1;
    }
    let others = rest.into_iter().filter_map(|maker| Some((counts.get(&*maker.run).copied()?, maker)));
    let others = others.map(|(count, maker)| (maker, count)).collect();
    let later_import = later_import.filter(|_| *runs == Runs::Last);
    Ok(Chosen { makers, leads, others, begun_of_others, forgotten, later_import })
}

/// How many of them an earlier undo began to delete.
pub(super) fn number_begun(leads: &[Candidate]) -> u64 {
    leads.iter().filter(|lead| lead.begun == Begun::Before).count() as u64
}

fn candidate(made: Made, ledger: &Ledger) -> Option<Candidate> {
    match ledger.known(made.key)?.state {
        State::Created(certain) => Some(Candidate { made, certain, begun: Begun::NotYet, shown: WasShown::No }),
        State::Deleting(Held::Created(certain) | Held::Exists(certain)) => {
            Some(Candidate { made, certain, begun: Begun::Before, shown: WasShown::No })
        }
        _ => None,
    }
}

/// The most runs that an error lists.
const MOST_LISTED: usize = 10;

fn unknown(name: &str, makers: &[Maker]) -> String {
    let listed: Vec<&str> = makers.iter().rev().take(MOST_LISTED).map(|maker| &*maker.run).collect();
    if listed.is_empty() {
        return format!("no run with the id {name:?} created leads there: no run did");
    }
    format!("no run with the id {name:?} created leads there; the last ones that did: {}", listed.join(", "))
}
