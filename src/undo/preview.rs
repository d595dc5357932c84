//! What is going to be deleted, before it is: for people, and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::choose::{Candidate, Chosen, number_begun};
use super::flow::LeftOut;
use crate::platform::Campaign;
use crate::report::count;
use crate::results::Maker;
use crate::target::{Family, NO_CAMPAIGN};

/// What is going to be deleted, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Preview {
    /// What places are called: `campaign` or `chatbot`; `account` where leads have no campaign.
    pub kind: &'static str,
    /// The runs whose leads they are, and when each began.
    pub runs: Vec<RunShown>,
    /// The last import, where it created nobody and no run was named: those of `runs` are then from before it.
    pub later_import: Option<RunShown>,
    /// How many leads are to be deleted.
    pub to_delete: u64,
    /// How many of them are where.
    pub places: Vec<PlaceShown>,
    /// How many are left where they are, by reason.
    pub left: Vec<LeftOut>,
    /// Runs whose leads are not asked for, and how many are there.
    pub other_runs: Vec<RunShown>,
    /// How many of the chosen runs' leads an earlier undo began to delete, and did not finish.
    pub begun: u64,
    /// The same of other runs' leads.
    pub begun_of_other_runs: u64,
    /// How many leads of this server are in doubt.
    pub in_doubt: u64,
}

/// A run that created leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunShown {
    /// Its id.
    pub run: String,
    /// When it began, by the results file.
    pub began: Option<String>,
    /// How many of its leads are there, where that is said.
    pub leads: u64,
}

/// A campaign or chatbot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceShown {
    /// Its id.
    pub id: String,
    /// Its name, where the platform says.
    pub name: Option<String>,
    /// How many leads are to be deleted from it.
    pub leads: u64,
}

impl Preview {
    pub(super) fn new(chosen: &Chosen, to_delete: &[Candidate], left: Vec<LeftOut>, campaigns: &[Campaign]) -> Self {
        let mut places: BTreeMap<&str, u64> = BTreeMap::new();
        for candidate in to_delete {
            *places.entry(&candidate.made.target.place).or_default() += 1;
        }
        let name = |id: &str| campaigns.iter().find(|campaign| campaign.id == id).map(|campaign| campaign.name.clone());
        let place = |(id, leads): (&str, u64)| PlaceShown { id: id.to_owned(), name: name(id), leads };
        let there = |maker: &Maker| chosen.leads.iter().filter(|lead| lead.made.run == maker.run).count() as u64;
        let kind = match to_delete.first().map(|lead| &lead.made.target) {
            Some(target) if target.family == Family::Pollybot => "chatbot",
            Some(target) if target.place == NO_CAMPAIGN => "account",
            _ => "campaign",
        };
        Self {
            kind,
            runs: chosen.makers.iter().map(|maker| shown(maker, there(maker))).collect(),
            later_import: chosen.later_import.as_ref().map(|import| shown(import, 0)),
            to_delete: to_delete.len() as u64,
            places: places.into_iter().map(place).collect(),
            left,
            other_runs: chosen.others.iter().map(|(maker, leads)| shown(maker, *leads)).collect(),
            begun: number_begun(&chosen.leads),
            begun_of_other_runs: chosen.begun_of_others,
            in_doubt: 0,
        }
    }

    /// Says that it is not the last import that is taken back, where that is so.
    pub(super) fn of_an_earlier_import(&self) -> Option<String> {
        let (later, run) = (self.later_import.as_ref()?, self.runs.last()?);
        let last = format!("the last import, of {}, created nobody", when(later));
        match self.to_delete + self.begun {
            0 => Some(last),
            _ => Some(format!("{last}; this takes back the one of {}", when(run))),
        }
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let runs = match self.runs.as_slice() {
            [] => "no run created any there".to_owned(),
            [one] if one.leads == 0 => format!("of run {}, nobody is there any more", named(one)),
            [one] => format!("created by run {}", named(one)),
            several => format!("created by {} runs", several.len()),
        };
        let _ = match self.to_delete {
            0 => writeln!(out, "Nothing is to be deleted ({runs})"),
            some => writeln!(out, "To be deleted: {} ({runs})", leads(some)),
        };
        if let Some(earlier) = self.of_an_earlier_import() {
            let _ = writeln!(out, "  {earlier}");
        }
        for place in &self.places {
            if place.id == NO_CAMPAIGN {
                let _ = writeln!(out, "  {} in the account", leads(place.leads));
                continue;
            }
            let name = place.name.as_ref().map(|name| format!(" “{name}”")).unwrap_or_default();
            let _ = writeln!(out, "  {} in {} {}{name}", leads(place.leads), self.kind, place.id);
        }
        for left in &self.left {
            let _ = writeln!(out, "  left: {}: {}", leads(left.leads), left.message);
        }
        if self.begun > 0 {
            let _ = writeln!(out, "  {} not finished, begun by an earlier undo", deletions(self.begun));
        }
        if self.begun_of_other_runs > 0 {
            let other = deletions(self.begun_of_other_runs);
            let _ =
                writeln!(out, "  {other} not finished of other runs' leads: --run ID or --all-runs goes on with them");
        }
        if self.in_doubt > 0 {
            let _ = writeln!(out, "  in doubt: {}: nobody knows whether they are there", leads(self.in_doubt));
        }
        if !self.other_runs.is_empty() {
            let _ =
                writeln!(out, "  Other runs created leads that are there still; --run ID names one, --all-runs all:");
        }
        for run in self.other_runs.iter().rev().take(MOST_RUNS) {
            let _ = writeln!(out, "    {}: {}", named(run), leads(run.leads));
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// More runs than these are not listed to people.
const MOST_RUNS: usize = 10;

fn shown(maker: &Maker, leads: u64) -> RunShown {
    RunShown { run: maker.run.to_string(), began: maker.began.map(|at| at.to_string()), leads }
}

fn named(run: &RunShown) -> String {
    match &run.began {
        Some(_) => format!("{}, begun {}", run.run, when(run)),
        None => run.run.clone(),
    }
}

/// When a run began, as far as people need it; its id where that is not on file.
fn when(run: &RunShown) -> String {
    let Some(began) = &run.began else { return run.run.clone() };
    match began.split_once('T') {
        Some((day, time)) => format!("{day} {} UTC", time.split(['.', 'Z']).next().unwrap_or(time)),
        None => began.clone(),
    }
}

/// `1 deletion is`, `1,200 deletions are`.
fn deletions(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "deletion is" } else { "deletions are" })
}

/// `1 lead`, `1,200 leads`.
pub(super) fn leads(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "lead" } else { "leads" })
}
