//! What other results files know (`--known`): whoever is on the platform by them is not sent, and whoever is in doubt there
//! is in doubt here.

use std::path::Path;

use super::sort::{InDoubt, known_otherwise};
use crate::lead::{Fingerprint, Lead, LeadKey, Reason, Status};
use crate::platform::Duplicates;
use crate::results::{self, Ledger, Sendable};
use crate::run::RunError;
use crate::upload::Outcome;

/// The other files, each as it was when the run began.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(Vec<KnownFile>);

#[derive(Debug)]
struct KnownFile {
    name: String,
    ledger: Ledger,
    in_doubt: InDoubt,
}

impl Elsewhere {
    /// Reads the files at `paths`. They are only looked at: no lock, and an incomplete end is left as it is.
    ///
    /// # Errors
    /// One is not there, damaged, or of a newer version.
    pub(super) fn read<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Self, RunError> {
        let mut files = Vec::new();
        for path in paths {
            // To read a file that is not there is no error: its ledger would be empty.
            drop(results::Reader::open(path)?);
            let (ledger, _recovery) = results::read(path)?;
            let in_doubt = InDoubt::of(&ledger.doubts()?);
            files.push(KnownFile { name: path.display().to_string(), ledger, in_doubt });
        }
        Ok(Self(files))
    }

    /// What each file knows, in their order.
    pub(super) fn ledgers(&self) -> impl Iterator<Item = &Ledger> {
        self.0.iter().map(|file| &file.ledger)
    }

    /// A sentence for each file: what it knows.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(KnownFile::note)
    }

    /// What these files make of `lead`, which may be sent as far as this run's own file says. That it is there outweighs
    /// that it may be there.
    pub(super) fn outcome(&self, lead: &Lead, plain_key: LeadKey, duplicates: Duplicates) -> Option<Outcome> {
        let mut found = self.0.iter().filter_map(|file| file.outcome(lead, plain_key, duplicates));
        let first = found.next()?;
        if first.status != Status::InDoubt {
            return Some(first);
        }
        found.find(|other| other.status != Status::InDoubt).or(Some(first))
    }
}

impl KnownFile {
    fn note(&self) -> String {
        let count = |status| self.ledger.count(status);
        let there = count(Status::Created) + count(Status::Exists);
        let there = crate::report::counted(there, "lead", "leads");
        match count(Status::InDoubt) {
            0 => format!("{} knows of {there} on platforms; who is in this campaign by it is not sent", self.name),
            in_doubt => {
                let in_doubt = crate::report::count(in_doubt);
                format!(
                    "{} knows of {there} on platforms, and {in_doubt} in doubt; who is or may be in this campaign by it is \
                     not sent",
                    self.name
                )
            }
        }
    }

    fn outcome(&self, lead: &Lead, plain_key: LeadKey, duplicates: Duplicates) -> Option<Outcome> {
        let own = self.ledger.known(lead.key).filter(|known| known.state.sendable() == Sendable::No);
        let own = own.map(|known| known.state.status());
        match own.or_else(|| known_otherwise(lead, plain_key, duplicates, &self.ledger, &self.in_doubt)) {
            Some(Status::InDoubt) => Some(self.in_doubt()),
            Some(_) => Some(self.there()),
            None => self.group_outcome(lead),
        }
    }

    /// A group that was settled under another primary contact: its people are not called a second time.
    fn group_outcome(&self, lead: &Lead) -> Option<Outcome> {
        let group = Fingerprint::at(&lead.target, lead.group.as_deref()?);
        if !self.ledger.group_settled(group) {
            return None;
        }
        if self.in_doubt.groups.contains(&group) {
            return Some(self.in_doubt());
        }
        let message = format!("{} says that its group is on the platform, under another primary contact", self.name);
        let reason = Reason::new("known_elsewhere", message);
        Some(Outcome { certain: false, ..Outcome::new(Status::Exists, Some(reason)) })
    }

    fn there(&self) -> Outcome {
        let reason = Reason::new("known_elsewhere", format!("{} says that it is on the platform", self.name));
        Outcome::new(Status::Exists, Some(reason))
    }

    fn in_doubt(&self) -> Outcome {
        let message = format!(
            "it is in doubt in {}: not sent before that is settled there, by the import that left it or by leadload \
             reconcile",
            self.name
        );
        Outcome::new(Status::InDoubt, Some(Reason::new("in_doubt_elsewhere", message)))
    }
}
