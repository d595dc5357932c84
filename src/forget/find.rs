//! Where a results file names a person.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use memchr::memmem;
use schemars::JsonSchema;
use serde::Serialize;

use super::take_out::TakeOut;
use super::written;
use crate::lead::{Identity, LeadKey, Status};
use crate::phone::Phone;
use crate::results::{LeadLine, Ledger, Line, Reader, ResultsError, SendingLine, Source, State, raw_key, raw_target};
use crate::target::Target;

/// What a results file has of a person.
#[derive(Debug, Default)]
pub struct Found {
    /// The leads whose primary contact it is: one for each target.
    pub leads: Vec<OwnLead>,
    /// Leads of others, in which it is a secondary contact, and the rows of these.
    pub secondary_of: BTreeMap<LeadKey, Option<Source<'static>>>,
    /// How many lines name it, or hold texts of it.
    pub lines: u64,
    /// The inputs in which its rows stand.
    pub inputs: BTreeSet<String>,
    /// The keys of its leads.
    pub(super) keys: HashSet<LeadKey>,
}

/// A lead of the person.
#[derive(Debug, Clone)]
pub struct OwnLead {
    /// Who it is: what stays.
    pub key: LeadKey,
    /// What is known of it.
    pub state: Option<State>,
    /// Where it is, or was to be.
    pub target: Option<Target>,
    /// The platform's id.
    pub id: Option<String>,
    /// The platform's ids of its secondary contacts.
    pub secondary_ids: Vec<String>,
    /// Its secondary contacts, whose numbers stay: people of their own, as far as is known.
    pub contacts: Vec<Phone>,
    /// Its row.
    pub source: Option<Source<'static>>,
    /// All its rows.
    pub rows: Vec<u64>,
    /// The run that sent it last.
    pub run: Option<String>,
    /// Whether it was forgotten before.
    pub before: Before,
}

/// Whether somebody was forgotten before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// Not yet.
    Known,
    /// By an earlier `leadload forget`.
    Forgotten,
}

impl Found {
    /// Whether the file has nothing of the person that could be taken out.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.lines == 0
    }

    /// Whether all that the file knows of the person is that it was forgotten.
    #[must_use]
    pub fn was_forgotten_before(&self) -> bool {
        self.lines == 0 && self.leads.iter().any(|lead| lead.before == Before::Forgotten)
    }

    /// Reads the file once for what it has of `person`; `ledger` is what it says of every lead.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(path: &Path, person: &Identity, ledger: &Ledger) -> Result<Self, ResultsError> {
        let mut finding = Finding::new(person);
        let mut reader = Reader::open(path)?;
        while let Some(line) = reader.next_line_if(|bytes| finding.wants(bytes))? {
            finding.learn(&line);
        }
        let mut found = finding.found;
        for lead in &mut found.leads {
            lead.state = ledger.known(lead.key).map(|known| known.state);
            lead.before = if ledger.is_forgotten(lead.key) { Before::Forgotten } else { Before::Known };
        }
        found.count_lines(path, person)?;
        Ok(found)
    }

    /// With duplicates allowed a lead's key is of its request, too, so that an edited row would be another lead. By the key
    /// of the number alone it is held back as well: that is what an import asks first.
    pub(super) fn barred(&self, person: &Identity, ledger: &Ledger) -> Vec<OwnLead> {
        let mut barred: Vec<OwnLead> = Vec::new();
        for target in self.leads.iter().filter_map(|lead| lead.target.as_ref()) {
            let key = LeadKey::new(target, person);
            let is_barred = self.leads.iter().chain(&barred).any(|lead| lead.key == key) || ledger.is_forgotten(key);
            if !is_barred {
                barred.push(OwnLead { target: Some(target.clone()), ..OwnLead::new(key) });
            }
        }
        barred
    }

    /// Only now are all keys known, by which further lines are found.
    fn count_lines(&mut self, path: &Path, person: &Identity) -> Result<(), ResultsError> {
        let mut take_out = TakeOut::new(person, self.keys.clone(), jiff::Timestamp::UNIX_EPOCH);
        let mut reader = Reader::open(path)?;
        let mut lines = 0;
        let changes = |bytes: &[u8]| take_out.changed(&String::from_utf8_lossy(bytes)).is_ok_and(|line| line.is_some());
        let mut changes = changes;
        while reader.next_line_if(&mut changes)?.is_some() {
            lines += 1;
        }
        self.lines = lines;
        Ok(())
    }
}

struct Finding<'a> {
    person: &'a Identity,
    /// What names it.
    written: memmem::Finder<'static>,
    /// Where leads go, as the file writes it.
    targets: HashSet<Vec<u8>>,
    found: Found,
}

impl<'a> Finding<'a> {
    fn new(person: &'a Identity) -> Self {
        let written = memmem::Finder::new(written(person).as_bytes()).into_owned();
        Self { person, written, targets: HashSet::new(), found: Found::default() }
    }

    /// Whether a line may be about the person: it names it, or has its key. A key is known once its target is.
    fn wants(&mut self, bytes: &[u8]) -> bool {
        if let Some(target) = raw_target(bytes)
            && !self.targets.contains(target)
        {
            self.targets.insert(target.to_vec());
            if let Some(target) = std::str::from_utf8(target).ok().and_then(Target::parse) {
                self.found.keys.insert(LeadKey::new(&target, self.person));
            }
        }
        raw_key(bytes).is_some_and(|key| self.found.keys.contains(&key)) || self.written.find(bytes).is_some()
    }

    fn learn(&mut self, line: &Line<'_>) {
        match line {
            Line::Sending(line) => self.learn_sending(line),
            Line::Lead(line) => self.learn_lead(line),
            _ => {}
        }
    }

    fn learn_sending(&mut self, line: &SendingLine<'_>) {
        if self.is_own(line.key, line.identity().as_ref()) {
            let lead = self.lead(line.key);
            lead.target = Some(line.target.clone().into_owned());
            lead.run = Some(line.run.to_string());
            lead.contacts = line.secondaries.to_vec();
            note_rows(lead, line.source.as_ref(), &line.rows);
            self.note_input(line.source.as_ref());
        } else if let Identity::Phone(phone) = self.person
            && line.secondaries.contains(phone)
        {
            self.found.secondary_of.insert(line.key, line.source.clone().map(Source::into_owned));
            self.note_input(line.source.as_ref());
        }
    }

    fn learn_lead(&mut self, line: &LeadLine<'_>) {
        let phone = line.phone.map(Identity::Phone);
        let identity = phone.or_else(|| line.email.as_deref().map(Identity::email));
        let Some(key) = line.key.filter(|key| self.is_own(*key, identity.as_ref())) else { return };
        let lead = self.lead(key);
        if let Some(target) = line.target.as_deref() {
            lead.target = Some(target.clone());
        }
        match line.status {
            Status::Created | Status::Exists => {
                if let Some(id) = &line.id {
                    lead.id = Some(id.to_string());
                    lead.secondary_ids = line.secondary_ids.to_vec();
                }
            }
            Status::Undone => lead.id = None,
            _ => {}
        }
        if lead.source.is_none() || !matches!(line.status, Status::Duplicate | Status::Suppressed) {
            note_rows(lead, line.source.as_ref(), &line.rows);
        }
        self.note_input(line.source.as_ref());
    }

    /// With duplicates allowed the key is another one than that of the number alone.
    fn is_own(&mut self, key: LeadKey, identity: Option<&Identity>) -> bool {
        if identity == Some(self.person) {
            self.found.keys.insert(key);
            return true;
        }
        self.found.keys.contains(&key)
    }

    fn lead(&mut self, key: LeadKey) -> &mut OwnLead {
        let leads = &mut self.found.leads;
        let at = leads.iter().position(|lead| lead.key == key).unwrap_or_else(|| {
            leads.push(OwnLead::new(key));
            leads.len() - 1
        });
        &mut leads[at]
    }

    fn note_input(&mut self, source: Option<&Source<'_>>) {
        self.found.inputs.extend(source.map(|source| source.file.to_string()));
    }
}

fn note_rows(lead: &mut OwnLead, source: Option<&Source<'_>>, rows: &[u64]) {
    if let Some(source) = source {
        lead.source = Some(source.clone().into_owned());
        lead.rows = rows.to_vec();
    }
}

impl OwnLead {
    fn new(key: LeadKey) -> Self {
        Self {
            key,
            state: None,
            target: None,
            id: None,
            secondary_ids: Vec::new(),
            contacts: Vec::new(),
            source: None,
            rows: Vec::new(),
            run: None,
            before: Before::Known,
        }
    }
}
