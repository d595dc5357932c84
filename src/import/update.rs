//! What an update needs to know of the leads that it changes: their ids, from the results file, and who their secondary
//! contacts were when they were created, since those cannot be changed.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::sort::{Call, Changed, Held, KnownLead};
use crate::lead::{Fingerprint, Lead, LeadKey, Reason, Status};
use crate::phone::Phone;
use crate::results::{Certainty, Line, Reader, ResultsError};
use crate::upload::Change;

/// What the results file says of the leads that are to be changed, and of no others.
#[derive(Debug, Default)]
pub(super) struct OnFile(HashMap<LeadKey, Entry>);

#[derive(Debug, Default)]
struct Entry {
    id: Option<String>,
    secondary_ids: Vec<String>,
    /// The numbers that were sent.
    secondaries: Vec<Phone>,
    /// The fingerprint of the contacts with their variables, where there are any.
    contacts: Option<Fingerprint>,
}

impl OnFile {
    /// Reads the results file at `path` once, for these leads.
    pub(super) fn read(path: &Path, wanted: HashSet<LeadKey>) -> Result<Self, ResultsError> {
        let mut on_file = Self(wanted.into_iter().map(|key| (key, Entry::default())).collect());
        if on_file.0.is_empty() {
            return Ok(on_file);
        }
        let mut reader = Reader::open(path)?;
        while let Some(line) = reader.next_line()? {
            on_file.learn(&line);
        }
        Ok(on_file)
    }

    fn learn(&mut self, line: &Line<'_>) {
        match line {
            Line::Sending(sending) => {
                if let Some(entry) = self.0.get_mut(&sending.key) {
                    let secondaries = sending.secondaries.to_vec();
                    *entry = Entry { secondaries, contacts: sending.contacts, ..Entry::default() };
                }
            }
            Line::Lead(lead) if matches!(lead.status, Status::Created | Status::Exists) => {
                let entry = lead.key.and_then(|key| self.0.get_mut(&key));
                if let (Some(entry), Some(id)) = (entry, &lead.id) {
                    entry.id = Some(id.to_string());
                    entry.secondary_ids = lead.secondary_ids.to_vec();
                }
            }
            _ => {}
        }
    }

    /// Whether the secondary contacts of `lead` are not those it was created with: they stay as they are.
    pub(super) fn remark_on_secondaries(&self, lead: &Lead, held: Held) -> Option<Reason> {
        let entry = self.0.get(&lead.key).filter(|_| held.status == Status::Created)?;
        let message = "its secondary contacts differ from those it was created with; the platforms cannot change them";
        let differ = entry.secondaries != lead.secondaries || entry.contacts != lead.contacts;
        differ.then(|| Reason::new("update_secondaries", message))
    }

    /// The change that makes of a lead on the platform what `lead` says; or the lead, where its id is not known.
    pub(super) fn change(&self, lead: Box<Lead>, held: Held) -> Result<Box<Change>, Box<Lead>> {
        let Some((id, entry)) = self.0.get(&lead.key).and_then(|entry| Some((entry.id.clone()?, entry))) else {
            return Err(lead);
        };
        let secondary_ids = entry.secondary_ids.clone();
        let certain = held.certainty == Certainty::Certain;
        Ok(Box::new(Change { lead: *lead, id, secondary_ids, status: held.status, certain }))
    }
}

/// A lead whose id the results file does not have is left as it is.
pub(super) fn without_id(lead: Lead, held: Held) -> KnownLead {
    let message = "edited, and not changed: the results file does not say which lead on the platform it is";
    let left = Some(Reason::new("update_no_id", message));
    KnownLead { key: lead.key, status: held.status, changed: Changed::No, call: Call::Allowed, left, rows: lead.rows }
}
