//! The leads that a results file says were created, with all that it says of them: for those who delete, or show, them.
//!
//! It is read once more from its beginning. What is collected costs some 500 bytes for each lead that was created and is
//! asked for; the ledger, which says whether they are still there, keeps less.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::ResultsError;
use super::format::{LeadLine, Line, RunLine, SendingLine, Source, Why};
use super::reader::Reader;
use crate::lead::{Fingerprint, Identity, LeadKey, Status};
use crate::phone::Phone;
use crate::target::Target;

/// A lead that was created, whatever became of it since.
#[derive(Debug, Clone)]
pub struct Made {
    /// Who it is.
    pub key: LeadKey,
    /// Where it was created.
    pub target: Arc<Target>,
    /// What made the key.
    pub identity: Identity,
    /// The platform's id.
    pub id: Option<String>,
    /// The platform's ids of its secondary contacts.
    pub secondary_ids: Vec<String>,
    /// The status that it was created with, where the request named one.
    pub sent_status: Option<String>,
    /// The request that created it.
    pub request: Option<Fingerprint>,
    /// Its group of rows.
    pub group: Option<Fingerprint>,
    /// Where its primary contact's row was.
    pub source: Option<Source<'static>>,
    /// The numbers of all its rows.
    pub rows: Vec<u64>,
    /// The run that made it: the one that sent it, also where a later one found out that it is there.
    pub run: Arc<str>,
}

/// A run of a results file that created leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// Its id.
    pub run: Arc<str>,
    /// When it began.
    pub began: Option<Timestamp>,
}

/// What was created by which run.
#[derive(Debug, Default)]
pub struct AllMade {
    /// The last creation of each lead, in the order in which they were first created.
    pub leads: Vec<Made>,
    /// Those of which nobody knows any more who they are (`leadload forget`), and the run that made each.
    pub forgotten: Vec<(LeadKey, Arc<str>)>,
    /// The runs that created any of them, in the order of the file.
    pub makers: Vec<Maker>,
    /// The last import, where it came after all of these and created nobody, here or elsewhere.
    pub later_import: Option<Maker>,
}

/// Reads what was created at the targets that are `wanted`.
///
/// # Errors
/// The file cannot be read.
pub fn all_made(path: &Path, wanted: impl Fn(&Target) -> bool) -> Result<AllMade, ResultsError> {
    let mut reader = Reader::open(path)?;
    let mut reading = Reading::default();
    while let Some(line) = reader.next_line()? {
        match line {
            Line::Run(line) => reading.run_begins(&line),
            Line::Sending(line) if wanted(&line.target) => reading.sending(&line),
            Line::Lead(line) if line.target.as_deref().is_some_and(&wanted) => reading.lead(line),
            Line::Lead(line) => reading.lead_elsewhere(&line),
            _ => {}
        }
    }
    Ok(reading.finish())
}

#[derive(Debug)]
struct Sent {
    by: Arc<str>,
    status: Option<String>,
}

/// Whether a run created somebody on a server that is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elsewhere {
    Nobody,
    Somebody,
}

#[derive(Debug, Default)]
struct Reading {
    runs: Vec<Maker>,
    /// Where among them the last import is, and whether it created somebody on another server.
    last_import: Option<(usize, Elsewhere)>,
    /// The run that sent a lead whose outcome has not been read, and with which status.
    sent: HashMap<LeadKey, Sent>,
    places: HashMap<LeadKey, usize>,
    leads: Vec<Made>,
    forgotten: Vec<(LeadKey, Arc<str>)>,
    /// Each target once: they are few.
    targets: Vec<Arc<Target>>,
}

impl Reading {
    fn run_begins(&mut self, line: &RunLine<'_>) {
        if line.why == Why::Import {
            self.last_import = Some((self.runs.len(), Elsewhere::Nobody));
        }
        self.runs.push(Maker { run: Arc::from(&*line.run), began: Some(line.at) });
    }

    fn lead_elsewhere(&mut self, line: &LeadLine<'_>) {
        if let Some((place, elsewhere)) = &mut self.last_import
            && line.status == Status::Created
            && self.runs.get(*place).is_some_and(|import| *import.run == *line.run)
        {
            *elsewhere = Elsewhere::Somebody;
        }
    }

    fn sending(&mut self, line: &SendingLine<'_>) {
        let status = line.sent_status.as_deref().map(str::to_owned);
        let sent = Sent { by: self.run(&line.run), status };
        self.sent.insert(line.key, sent);
    }

    fn lead(&mut self, line: LeadLine<'_>) {
        let Some(key) = line.key else { return };
        match line.status {
            // Nothing about the attempt is known yet, or the line is about a row.
            Status::InDoubt | Status::Invalid | Status::Duplicate | Status::Suppressed => {}
            Status::Created => {
                let sent = self.sent.remove(&key);
                self.created(key, line, sent);
            }
            _ => drop(self.sent.remove(&key)),
        }
    }

    fn created(&mut self, key: LeadKey, line: LeadLine<'_>, sent: Option<Sent>) {
        let phone = line.phone.map(Identity::Phone);
        let identity = phone.or_else(|| line.email.as_deref().map(Identity::email));
        let (Some(target), Some(identity)) = (line.target.as_deref(), identity) else {
            return self.created_and_forgotten(key, &line, sent);
        };
        let place = self.places.get(&key).copied();
        // Without an attempt of its own the line repeats what was known: the lead is whose it was.
        let before = place.and_then(|place| self.leads.get(place));
        let before = before.map(|made| Sent { by: Arc::clone(&made.run), status: made.sent_status.clone() });
        let sent = sent.or(before).unwrap_or_else(|| Sent { by: self.run(&line.run), status: None });
        let made = Made {
            key,
            target: self.target(target),
            identity,
            id: line.id.map(std::borrow::Cow::into_owned),
            secondary_ids: line.secondary_ids.into_owned(),
            sent_status: sent.status,
            request: line.request,
            group: line.group,
            source: line.source.map(Source::into_owned),
            rows: line.rows.into_owned(),
            run: sent.by,
        };
        if let Some(known) = place.and_then(|place| self.leads.get_mut(place)) {
            *known = made;
        } else {
            self.places.insert(key, self.leads.len());
            self.leads.push(made);
        }
    }

    fn created_and_forgotten(&mut self, key: LeadKey, line: &LeadLine<'_>, sent: Option<Sent>) {
        if line.target.is_some() && self.forgotten.iter().all(|(known, _)| *known != key) {
            let run = sent.map_or_else(|| self.run(&line.run), |sent| sent.by);
            self.forgotten.push((key, run));
        }
    }

    fn run(&self, id: &str) -> Arc<str> {
        let known = self.runs.iter().rev().find(|maker| *maker.run == *id);
        known.map_or_else(|| Arc::from(id), |maker| Arc::clone(&maker.run))
    }

    fn target(&mut self, target: &Target) -> Arc<Target> {
        if let Some(known) = self.targets.iter().find(|known| ***known == *target) {
            return Arc::clone(known);
        }
        self.targets.push(Arc::new(target.clone()));
        self.targets.last().map_or_else(|| Arc::new(target.clone()), Arc::clone)
    }

    fn finish(mut self) -> AllMade {
        let runs = self.leads.iter().map(|lead| &*lead.run).chain(self.forgotten.iter().map(|(_, run)| &**run));
        let made: HashSet<&str> = runs.collect();
        let last_maker = self.runs.iter().rposition(|maker| made.contains(&*maker.run));
        let later_import = self.last_import.filter(|(_, elsewhere)| *elsewhere == Elsewhere::Nobody);
        let later_import = later_import.filter(|(place, _)| last_maker.is_some_and(|maker| maker < *place));
        let later_import = later_import.and_then(|(place, _)| self.runs.get(place).cloned());
        self.runs.retain(|maker| made.contains(&*maker.run));
        AllMade { leads: self.leads, forgotten: self.forgotten, makers: self.runs, later_import }
    }
}

/// A lead that is on a platform, or no longer, as a results file says in turn.
#[derive(Debug)]
pub enum There<'a> {
    /// It is there from now on, with these secondary contacts.
    From(&'a LeadLine<'a>, &'a [Phone]),
    /// The lead with this id is there no longer.
    Gone(&'a Target, &'a str),
}

/// Tells `tell` in turn who is there. It needs memory for attempts without an outcome only.
///
/// # Errors
/// The file cannot be read.
pub fn replay(path: &Path, mut tell: impl FnMut(There<'_>)) -> Result<(), ResultsError> {
    let mut reader = Reader::open(path)?;
    let mut secondaries: HashMap<LeadKey, Vec<Phone>> = HashMap::new();
    while let Some(line) = reader.next_line()? {
        match line {
            Line::Sending(line) => drop(secondaries.insert(line.key, line.secondaries.into_owned())),
            Line::Lead(line) => {
                let known = line.key.and_then(|key| secondaries.remove(&key)).unwrap_or_default();
                match line.status {
                    Status::Created | Status::Exists => tell(There::From(&line, &known)),
                    Status::Undone => {
                        if let (Some(target), Some(id)) = (line.target.as_deref(), line.id.as_deref()) {
                            tell(There::Gone(target, id));
                        }
                    }
                    Status::Rejected | Status::Unsent => {}
                    // A doubt may still turn out to be there; the others are about a row.
                    Status::InDoubt | Status::Invalid | Status::Duplicate | Status::Suppressed => {
                        secondaries.extend(line.key.filter(|_| !known.is_empty()).map(|key| (key, known)));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
