//! The whole story of one lead, over all runs.
//!
//! Two passes: who is meant, then all that the file says of them. Only lines that name them are read in full.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jiff::Timestamp;
use memchr::memmem;

use super::Numbers;
use super::whom::Whom;
use crate::lead::{Identity, LeadKey, Reason, Status};
use crate::phone::Phone;
use crate::results::{
    EndLine, LeadLine, Ledger, Line, Reader, ResultsError, RunLine, SendingLine, SettledBy, Source, Why, raw_key,
    raw_target,
};
use crate::target::Target;

/// The most leads whose stories are told at a time: more nobody reads.
const MOST_TOLD: usize = 20;

/// What happened to a lead, or to a row that is none.
#[derive(Debug)]
pub struct Story {
    /// Who it is; none where it has no number.
    pub key: Option<LeadKey>,
    /// Its number.
    pub phone: Option<Phone>,
    /// Its address, where that is who it is.
    pub email: Option<String>,
    /// Where it is, or was to be.
    pub target: Option<Target>,
    /// How it stands; none where it only is a contact of others.
    pub status: Option<Status>,
    /// Whether it was taken out of the file: [`crate::forget`].
    pub forgotten: bool,
    /// What was said of it, in the order of the file.
    pub told: Vec<Told>,
    /// How many imports and updates there were after the last word.
    pub runs_since: usize,
    /// The row that was asked about, if one was.
    pub row: Option<u64>,
    /// How its own number is shown: in full to whoever typed it.
    pub(super) own_number: Numbers,
}

/// One thing that was said of a lead.
#[derive(Debug)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// By which run.
    pub run: TellingRun,
    /// What.
    pub what: What,
}

/// A run, as far as a story names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingRun {
    /// Its id.
    pub id: String,
    /// What it was for.
    pub why: Why,
    /// When it began.
    pub began: Option<Timestamp>,
    /// What it read.
    pub inputs: Vec<String>,
    /// How it ended; none where it was killed, or goes on.
    pub stopped: Option<String>,
    /// Its place among the runs.
    place: usize,
}

/// What was said.
#[derive(Debug)]
pub enum What {
    /// It was written down to be sent, with these secondary contacts.
    Sending {
        /// Its row.
        source: Option<Source<'static>>,
        /// All its rows.
        rows: Vec<u64>,
        /// The numbers of its secondary contacts.
        secondaries: Vec<Phone>,
    },
    /// It ended so.
    Ended(Box<Ended>),
    /// It was written down to be deleted.
    Deleting {
        /// The platform's id.
        id: String,
    },
    /// It is a secondary contact of somebody else's lead, or is named in what was said of one.
    NamedIn {
        /// The row of that lead.
        source: Option<Source<'static>>,
        /// What was said, where it is a text; none: it is a contact.
        text: Option<String>,
    },
}

/// How a lead or a row ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: Status,
    /// Whether that is certain.
    pub certain: bool,
    /// What ended a doubt.
    pub settled_by: Option<SettledBy>,
    /// The platform's id.
    pub id: Option<String>,
    /// Why.
    pub reason: Option<Reason>,
    /// What was repaired.
    pub repairs: Vec<String>,
    /// The status of the last answer.
    pub http: Option<u16>,
    /// How many requests were made.
    pub attempts: u32,
    /// Its row.
    pub source: Option<Source<'static>>,
}

/// The stories of everybody who is meant.
#[derive(Debug)]
pub struct Stories {
    /// Those of whom something was said last, at most twenty, in the order of that.
    pub told: Vec<Story>,
    /// How many more there are.
    pub more: u64,
}

/// The stories of everybody who is meant.
///
/// # Errors
/// The file cannot be read.
pub fn stories(results: &Path, whom: &Whom) -> Result<Stories, ResultsError> {
    let meant = Meant::read(results, whom)?;
    let mut telling = Telling { meant, whom, ledger: Ledger::new(), runs: Vec::new(), stories: BTreeMap::new() };
    let mut reader = Reader::open(results)?;
    let runs = [r#""type":"run""#, r#""type":"end""#].map(str::to_owned);
    let signs = finders(runs.into_iter().chain(whom.signs()));
    loop {
        let keys = &telling.meant.keys;
        let wanted = |bytes: &[u8]| {
            let names_them = || signs.iter().any(|sign| sign.find(bytes).is_some());
            raw_key(bytes).is_some_and(|key| keys.contains(&key)) || names_them()
        };
        let Some(line) = reader.next_line_if(wanted)? else { return Ok(telling.finish()) };
        telling.tell(&line);
    }
}

/// Who a story is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Hero {
    Lead(LeadKey),
    /// A row without a key: file, sheet, row.
    Row(String, String, u64),
    /// Somebody who is no lead of their own.
    Contact,
}

/// Who is meant.
struct Meant {
    keys: HashSet<LeadKey>,
}

impl Meant {
    fn read(results: &Path, whom: &Whom) -> Result<Self, ResultsError> {
        let mut meant = Self { keys: HashSet::new() };
        let (mut targets, signs) = (HashSet::new(), finders(whom.signs()));
        let mut reader = Reader::open(results)?;
        loop {
            let mut possible = Vec::new();
            let line = reader.next_line_if(|bytes| {
                possible.extend(new_target(bytes, &mut targets));
                signs.iter().any(|sign| sign.find(bytes).is_some())
            })?;
            if let Whom::Person(person) = whom {
                // Of somebody who was forgotten the key is all there is.
                meant.keys.extend(possible.iter().map(|target| LeadKey::new(target, person)));
            }
            match line {
                None => return Ok(meant),
                Some(Line::Sending(line)) if whom.is_in_sending(&line) => drop(meant.keys.insert(line.key)),
                Some(Line::Lead(line)) if whom.is_in_lead(&line) => meant.keys.extend(line.key),
                Some(_) => {}
            }
        }
    }
}

fn finders(texts: impl IntoIterator<Item = String>) -> Vec<memmem::Finder<'static>> {
    texts.into_iter().map(|text| memmem::Finder::new(text.as_bytes()).into_owned()).collect()
}

/// The target of a line, where it was in none before.
fn new_target(bytes: &[u8], known: &mut HashSet<Vec<u8>>) -> Option<Target> {
    let target = raw_target(bytes).filter(|target| !known.contains(*target))?;
    known.insert(target.to_vec());
    Target::parse(std::str::from_utf8(target).ok()?)
}

struct Telling<'a> {
    meant: Meant,
    whom: &'a Whom,
    /// What is known of those who are meant.
    ledger: Ledger,
    runs: Vec<TellingRun>,
    stories: BTreeMap<Hero, Story>,
}

impl Telling<'_> {
    fn tell(&mut self, line: &Line<'_>) {
        match line {
            Line::Run(run) => self.begin(run),
            Line::End(end) => self.end(end),
            Line::Sending(sending) => self.sending(sending),
            Line::Lead(lead) => self.lead(lead),
            Line::Deleting(deleting) => {
                if self.meant.keys.contains(&deleting.key) {
                    let what = What::Deleting { id: deleting.id.to_string() };
                    self.add(Hero::Lead(deleting.key), deleting.at, &deleting.run, what);
                }
            }
        }
        let is_about = |key: &LeadKey| self.meant.keys.contains(key);
        let concerns = match line {
            Line::Run(_) | Line::End(_) => true,
            Line::Sending(line) => is_about(&line.key),
            Line::Lead(line) => line.key.as_ref().is_some_and(is_about),
            Line::Deleting(line) => is_about(&line.key),
        };
        if concerns {
            // A file that contradicts itself is refused where it is opened; here it is told as it stands.
            let _ = self.ledger.apply(line);
        }
    }

    fn begin(&mut self, run: &RunLine<'_>) {
        self.runs.push(TellingRun {
            id: run.run.to_string(),
            why: run.why,
            began: Some(run.at),
            inputs: run.inputs.to_vec(),
            stopped: None,
            place: self.runs.len(),
        });
    }

    fn end(&mut self, end: &EndLine<'_>) {
        let stopped = Some(end.stopped.to_string());
        for run in self.runs.iter_mut().rev().filter(|run| run.id == end.run).take(1) {
            run.stopped.clone_from(&stopped);
        }
    }

    fn sending(&mut self, line: &SendingLine<'_>) {
        if self.meant.keys.contains(&line.key) {
            let what = What::Sending {
                source: line.source.clone().map(Source::into_owned),
                rows: line.rows.to_vec(),
                secondaries: line.secondaries.to_vec(),
            };
            let story = self.add(Hero::Lead(line.key), line.at, &line.run, what);
            story.target = Some(line.target.clone().into_owned());
            story.identity(line.identity());
        } else if let Whom::Person(Identity::Phone(phone)) = self.whom
            && line.secondaries.contains(phone)
        {
            let source = line.source.clone().map(Source::into_owned);
            self.add_contact(line.at, &line.run, What::NamedIn { source, text: None });
        }
    }

    fn lead(&mut self, line: &LeadLine<'_>) {
        let Some(hero) = self.hero(line) else {
            let Whom::Person(Identity::Phone(phone)) = self.whom else { return };
            let number = phone.to_string();
            let text = line.repairs.iter().find(|text| text.contains(&number)).cloned();
            if text.is_some() {
                let source = line.source.clone().map(Source::into_owned);
                self.add_contact(line.at, &line.run, What::NamedIn { source, text });
            }
            return;
        };
        let story = self.add(hero, line.at, &line.run, What::Ended(Box::new(Ended::of(line))));
        story.status = Some(line.status);
        story.target = line.target.clone().map(std::borrow::Cow::into_owned).or(story.target.take());
        let phone = line.phone.map(Identity::Phone);
        story.identity(phone.or_else(|| line.email.as_deref().map(Identity::email)));
    }

    fn hero(&self, line: &LeadLine<'_>) -> Option<Hero> {
        match line.key {
            Some(key) => self.meant.keys.contains(&key).then_some(Hero::Lead(key)),
            None if self.whom.is_in_lead(line) => {
                let Source { file, sheet, row, .. } = line.source.as_ref()?;
                Some(Hero::Row(file.to_string(), sheet.as_deref().unwrap_or_default().to_owned(), *row))
            }
            None => None,
        }
    }

    fn add_contact(&mut self, at: Timestamp, run: &str, what: What) {
        let whom = self.whom;
        let story = self.add(Hero::Contact, at, run, what);
        if let Whom::Person(person) = whom {
            story.identity(Some(person.clone()));
        }
    }

    fn add(&mut self, hero: Hero, at: Timestamp, run: &str, what: What) -> &mut Story {
        let known = self.runs.iter().rev().find(|known| known.id == run).cloned();
        let run = known.unwrap_or_else(|| TellingRun::unknown(run, self.runs.len()));
        let story = self.stories.entry(hero).or_insert_with(Story::new);
        story.told.push(Told { at, run, what });
        story
    }

    fn finish(mut self) -> Stories {
        for (hero, story) in &mut self.stories {
            if let Hero::Lead(key) = hero {
                story.key = Some(*key);
                story.forgotten = self.ledger.is_forgotten(*key);
                story.status = self.ledger.known(*key).map(|known| known.state.status()).or(story.status);
                if let Whom::Person(person) = self.whom {
                    story.identity(Some(person.clone()));
                }
            }
            for told in &mut story.told {
                // Only now is it known how a run ended.
                if let Some(run) = self.runs.get(told.run.place) {
                    told.run.stopped.clone_from(&run.stopped);
                }
            }
            let last = story.told.last().map_or(0, |told| told.run.place);
            let later = self.runs.iter().skip(last + 1);
            story.runs_since = later.filter(|run| matches!(run.why, Why::Import | Why::Update)).count();
            match self.whom {
                Whom::Row(row) => story.row = Some(*row),
                Whom::Person(_) => story.own_number = Numbers::InFull,
                Whom::Id(_) => {}
            }
        }
        let mut told: Vec<Story> = self.stories.into_values().collect();
        told.sort_by_key(|story| story.told.last().map(|told| (told.run.place, told.at)));
        let more = told.len().saturating_sub(MOST_TOLD);
        Stories { told: told.split_off(more), more: more as u64 }
    }
}

impl Story {
    fn new() -> Self {
        Self {
            key: None,
            phone: None,
            email: None,
            target: None,
            status: None,
            forgotten: false,
            told: Vec::new(),
            runs_since: 0,
            row: None,
            own_number: Numbers::Masked,
        }
    }

    fn identity(&mut self, identity: Option<Identity>) {
        match identity {
            Some(Identity::Phone(phone)) => self.phone = Some(phone),
            Some(Identity::Email(email)) => self.email = Some(email),
            None => {}
        }
    }
}

impl TellingRun {
    fn unknown(id: &str, place: usize) -> Self {
        Self { id: id.to_owned(), why: Why::Other, began: None, inputs: Vec::new(), stopped: None, place }
    }
}

impl Ended {
    fn of(line: &LeadLine<'_>) -> Self {
        Self {
            status: line.status,
            certain: line.certain.into(),
            settled_by: line.settled_by,
            id: line.id.as_deref().map(str::to_owned),
            reason: line.reason.as_deref().cloned(),
            repairs: line.repairs.to_vec(),
            http: line.http,
            attempts: line.attempts,
            source: line.source.clone().map(Source::into_owned),
        }
    }
}
