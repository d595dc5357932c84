//! An id settles one lead only, over all runs.

use super::event::{Outcome, RecordedId};
use super::secondaries::SecondaryContacts;
use super::send::{Sender, lock};
use crate::lead::{Fingerprint, Lead, Status};
use crate::platform::RemoteLead;
use crate::target::Target;

/// How the platform showed a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// In its answer to the request that creates it. An id whose lead was deleted may come back: the lead is there again.
    ByAnswer,
    /// In a list. That may be behind, so an id whose lead was deleted proves nothing.
    ByList,
}

impl Sender {
    /// Takes a lead's id for one lead of ours until [`Sender::release`]. False where it is another one's, by what this run
    /// and earlier ones recorded.
    pub(super) fn claim(&self, target: &Target, lead: &RemoteLead, shown: Shown) -> bool {
        // Under one lock: between two, another lead could claim, record and release it.
        let mut claimed = lock(&self.claimed);
        let may_be_ours = match self.recorder.id_at(target, &lead.id) {
            RecordedId::Free => true,
            RecordedId::Undone => shown == Shown::ByAnswer,
            RecordedId::Held => false,
        };
        may_be_ours && claimed.insert(mark(target, &lead.id))
    }

    /// The lead is about to be sent: from now on its secondary contacts may stand in lists.
    pub(super) fn expect_secondaries(&self, lead: &Lead) {
        if let Some(contacts) = contacts(lead, &[]) {
            self.look_up.secondaries().add(&contacts);
        }
    }

    /// The lead ended: what is known of its secondary contacts now.
    pub(super) fn know_secondaries(&self, lead: &Lead, outcome: &Outcome) {
        let Some(contacts) = contacts(lead, &outcome.secondary_ids) else { return };
        match outcome.status {
            Status::Rejected | Status::Unsent | Status::Exists => self.look_up.secondaries().forget(&contacts),
            _ => self.look_up.secondaries().learn(&contacts),
        }
    }

    /// The outcome is recorded, so from now on the recorder knows whose the id is.
    pub(super) fn release(&self, target: &Target, outcome: &Outcome) {
        // Whoever is told that an id is another lead's has not claimed it.
        let has_claimed = outcome.status == Status::Created || outcome.by_look_up;
        if let Some(id) = outcome.id.as_ref().filter(|_| has_claimed) {
            lock(&self.claimed).remove(&mark(target, id));
        }
    }
}

/// The secondary contacts of `lead`, with these ids.
fn contacts(lead: &Lead, ids: &[String]) -> Option<SecondaryContacts> {
    let contacts = || SecondaryContacts {
        target: Target::clone(&lead.target),
        numbers: lead.secondaries.clone(),
        ids: ids.to_vec(),
    };
    (!lead.secondaries.is_empty()).then(contacts)
}

fn mark(target: &Target, id: &str) -> Fingerprint {
    Fingerprint::at(target, id)
}
