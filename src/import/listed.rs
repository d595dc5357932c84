//! Who is on the platform by its own list (`--skip-existing`): a resume without a results file.

use std::path::Path;
use std::sync::Arc;

use super::plan::Plan;
use crate::lead::{LeadKey, Reason, Status};
use crate::platform::Duplicates;
use crate::results::{LeadLine, Line, Reader, ResultsError};
use crate::run::{Connected, RunError, Surroundings};
use crate::target::Target;
use crate::upload::{Event, Lists, Observer, Outcome, StopKind, StopReason};

/// Keys with the platform's ids: 24 bytes each, and the text of the id.
#[derive(Debug, Default)]
pub(super) struct Listed {
    entries: Vec<Entry>,
    /// All ids, one after the other.
    ids: String,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Two words instead of one of 16 bytes, whose alignment would cost eight more.
    key: [u64; 2],
    start: u32,
    length: u32,
}

const _: () = assert!(size_of::<Entry>() == 24, "24 bytes a lead are promised");

impl Listed {
    /// The ids that the results file at `path` has, the last one of each lead. What cannot be read is not missed: nothing is decided by
    /// them.
    pub(super) fn recorded(path: &Path) -> Self {
        let mut recorded = Self::default();
        let _ = recorded.add_recorded(path);
        // The first one of each key stays.
        recorded.entries.reverse();
        recorded.finish();
        recorded
    }

    fn add_recorded(&mut self, path: &Path) -> Result<(), ResultsError> {
        let mut reader = Reader::open(path)?;
        while let Some(line) = reader.next_line()? {
            if let Line::Lead(LeadLine { key: Some(key), id: Some(id), .. }) = &line {
                self.add(*key, id);
            }
        }
        Ok(())
    }

    fn add(&mut self, key: LeadKey, id: &str) {
        let (start, length) = (u32::try_from(self.ids.len()), u32::try_from(id.len()));
        let (Ok(start), Ok(length)) = (start, length) else { return };
        self.ids.push_str(id);
        self.entries.push(Entry { key: halves(key), start, length });
    }

    /// Says that all is added: from now on keys are found. Of several leads with one key the first that was listed counts.
    fn finish(&mut self) {
        self.entries.sort_by_key(|entry| entry.key);
        self.entries.dedup_by_key(|entry| entry.key);
        self.entries.shrink_to_fit();
        self.ids.shrink_to_fit();
    }

    /// The platform's id of the lead with this key.
    pub(super) fn id_of(&self, key: LeadKey) -> Option<&str> {
        let entry = self.entries.get(self.entries.binary_search_by_key(&halves(key), |entry| entry.key).ok()?)?;
        let start = usize::try_from(entry.start).ok()?;
        self.ids.get(start..start + usize::try_from(entry.length).ok()?)
    }

    /// What a lead that is listed counts as.
    pub(super) fn outcome(&self, key: LeadKey) -> Option<Outcome> {
        let id = Some(self.id_of(key)?.to_owned());
        let reason = Reason::new("already_listed", "the platform's list shows that it was there before this run");
        Some(Outcome { id, ..Outcome::new(Status::Exists, Some(reason)) })
    }

    /// Lists everybody at `targets`.
    ///
    /// # Errors
    /// A list cannot be believed, or the run is stopped: then nothing may be sent.
    pub(super) async fn read(
        targets: &[Arc<Target>],
        connected: &Connected,
        around: &Surroundings,
    ) -> Result<Self, RunError> {
        let observer = around.reporter.as_ref();
        let lists = Lists { platform: connected.platform.as_ref(), line: &connected.line, observer };
        let mut listed = Self::default();
        for target in targets {
            let mut take = |identity: &_, id: &str| listed.add(LeadKey::new(target, identity), id);
            let inventory = match lists.whole(target, &mut take).await {
                Ok(Ok(inventory)) => inventory,
                Ok(Err(reason)) => return Err(RunError::Stopped(unbelievable(target, &reason))),
                Err(_) => return Err(RunError::Stopped(stopped(around))),
            };
            observer.event(Event::Note(&told(target, inventory.leads)));
            if inventory.contacts > 0 {
                let note = format!(
                    "{}: {} of its list are secondary contacts of others, not leads of their own",
                    target.place_in_words(),
                    crate::report::counted(inventory.contacts, "entry", "entries")
                );
                observer.event(Event::Note(&note));
            }
            if inventory.nameless > 0 {
                let note = format!(
                    "{}: {} of the platform's leads show nothing by which they could be known; they are left out",
                    target.place_in_words(),
                    inventory.nameless
                );
                observer.event(Event::Note(&note));
            }
        }
        listed.finish();
        Ok(listed)
    }
}

fn halves(key: LeadKey) -> [u64; 2] {
    let bytes = key.bits().to_be_bytes();
    let (high, low) = bytes.split_at(8);
    [high, low].map(|half| u64::from_be_bytes(half.try_into().unwrap_or_default()))
}

fn told(target: &Target, leads: u64) -> String {
    format!("{} has {} already, by its own list", target.canonical(), crate::report::counted(leads, "lead", "leads"))
}

fn unbelievable(target: &Target, reason: &Reason) -> StopReason {
    let message = format!(
        "nothing was sent: who is in {} already could not be listed: {}. Start the same command again, or leave out \
         --skip-existing",
        target.place_in_words(),
        reason.message
    );
    StopReason::new(StopKind::Platform, message)
}

fn stopped(around: &Surroundings) -> StopReason {
    around.stop.reason().unwrap_or_else(|| StopReason::new(StopKind::Interrupted, "interrupted"))
}

/// Where a results file is new and the campaign is not empty, somebody may have imported this input before.
pub(super) async fn suggest(plan: &Plan, target: &Target, connected: &Connected, around: &Surroundings) {
    if plan.sending.duplicates == Duplicates::Allowed {
        return;
    }
    let observer = around.reporter.as_ref();
    let lists = Lists { platform: connected.platform.as_ref(), line: &connected.line, observer };
    if let Some(leads @ 1..) = lists.glance(target).await {
        let leads = crate::report::counted(leads as u64, "lead is", "leads are");
        let note = format!(
            "the results file is new, but at least {leads} in {} already: --skip-existing looks who is there before \
             anything is sent, and --known reads another results file",
            target.place_in_words()
        );
        observer.event(Event::Note(&note));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_key_is_found_with_the_id_that_was_listed_first(
            leads in prop::collection::vec((0..200_u128, "[a-z0-9_]{1,12}"), 0..200),
        ) {
            let mut listed = Listed::default();
            for (key, id) in &leads {
                // Keys that differ only in their upper half, too.
                listed.add(LeadKey::from_bits(((key % 20) << 64) | (key / 20)), id);
            }
            listed.finish();
            for asked in 0..200_u128 {
                let first = leads.iter().find(|(key, _)| *key == asked).map(|(_, id)| id.as_str());
                prop_assert_eq!(listed.id_of(LeadKey::from_bits(((asked % 20) << 64) | (asked / 20))), first);
            }
        }
    }
}
