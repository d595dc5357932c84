//! What earlier runs were told of leads, read from the results file, so that a second run tells the same as the first: why the
//! platform refused them, in its own words, and, where a program keeps books of its own, their ids.

use std::collections::HashMap;
use std::path::Path;

use super::listed::Listed;
use crate::lead::{LeadKey, Reason, Status};
use crate::results::{Ledger, Line, Reader, ResultsError};

/// More leads than these are told apart by nobody; the memory for them is bounded by it.
const MOST_LEADS: usize = 100_000;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    by_key: HashMap<LeadKey, u32>,
    /// Each reason once: platforms refuse in few words.
    reasons: Vec<Reason>,
    /// Where a program hears of each lead: the ids of those that are there.
    ids: Listed,
}

impl Refusals {
    /// Those of the results file at `path`, if there are any by what `ledger` knows. What cannot be read is not missed:
    /// states come from the ledger, and only words from here.
    pub(super) fn read(path: &Path, ledger: &Ledger) -> Self {
        let mut refusals = Self::default();
        if ledger.count(Status::Rejected) > 0 {
            let _ = refusals.read_all(path);
        }
        refusals
    }

    fn read_all(&mut self, path: &Path) -> Result<(), ResultsError> {
        let mut indices: HashMap<Reason, u32> = HashMap::new();
        let mut reader = Reader::open(path)?;
        while let Some(line) = reader.next_line()? {
            let Line::Lead(lead) = line else { continue };
            let (Some(key), Status::Rejected, Some(reason)) = (lead.key, lead.status, &lead.reason) else { continue };
            if self.by_key.len() >= MOST_LEADS {
                break;
            }
            let index = indices.get(reason.as_ref()).copied().unwrap_or_else(|| {
                let index = u32::try_from(self.reasons.len()).unwrap_or(u32::MAX);
                self.reasons.push(reason.as_ref().clone());
                indices.insert(reason.as_ref().clone(), index);
                index
            });
            self.by_key.insert(key, index);
        }
        Ok(())
    }

    /// The same with the ids that the results file at `path` has, for whoever is told of each lead.
    pub(super) fn with_ids(&self, path: &Path) -> Self {
        let (by_key, reasons) = (self.by_key.clone(), self.reasons.clone());
        Self { by_key, reasons, ids: Listed::recorded(path) }
    }

    /// The platform's id of `key`, where that is asked for.
    pub(super) fn id_of(&self, key: LeadKey) -> Option<&str> {
        self.ids.id_of(key)
    }

    /// Why `key` was refused the last time.
    pub(super) fn of(&self, key: LeadKey) -> Option<&Reason> {
        self.reasons.get(usize::try_from(*self.by_key.get(&key)?).ok()?)
    }
}
