//! What an update makes of a lead: it changes what is there and was edited, and says why it leaves the others.

use super::plan::Reach;
use super::sort::{Call, Changed, Held, KnownLead, Sorted, Sorter, Standing, as_known, known_lead};
use crate::lead::{Lead, Reason, Status};
use crate::results::{Certainty, Ledger, State};

impl Sorter<'_> {
    /// An update changes what is there and was edited; it creates nothing.
    pub(super) fn compare_for_update(
        &self,
        lead: Lead,
        standing: Standing,
        reach: Reach,
        call: Call,
        ledger: &Ledger,
    ) -> Sorted {
        let Some(known) = ledger.known(lead.key).filter(|known| known.state != State::Undone) else {
            return match self.group_status(&lead, ledger) {
                Some(status) => left(as_known(lead, status, Changed::No, call), "update_other_primary", OTHER_PRIMARY),
                None => known_lead(lead, Status::Unsent, Changed::No, call),
            };
        };
        let (status, request) = (known.state.status(), Some(lead.request));
        let lead_is_left = |lead, code, why| left(as_known(lead, status, Changed::No, call), code, why);
        match known.state {
            _ if ledger.is_forgotten(lead.key) => known_lead(lead, status, Changed::No, call),
            _ if known.request == request => known_lead(lead, status, Changed::No, call),
            _ if standing == Standing::Duplicate => stays_as_sent(as_known(lead, status, Changed::No, call)),
            // Only of a lead that was there before us, and that no change has reached, no content is known.
            State::Created(_) if known.request.is_none() => known_lead(lead, status, Changed::No, call),
            State::Created(_) | State::Exists(_) if call == Call::Barred => lead_is_left(lead, "update_barred", BARRED),
            State::Exists(_) if !reach.not_ours => lead_is_left(lead, "update_not_ours", NOT_OURS),
            State::Created(Certainty::Likely) if !reach.likely_ours => {
                lead_is_left(lead, "update_uncertain", UNCERTAIN)
            }
            State::Created(certainty) | State::Exists(certainty) => {
                Sorted::Change(Box::new(lead), Held { status, certainty })
            }
            State::Sending(_) | State::InDoubt(_) => lead_is_left(lead, "update_in_doubt", IN_DOUBT),
            State::Deleting(_) => lead_is_left(lead, "update_deleting", DELETING),
            State::Rejected | State::Undone => known_lead(lead, status, Changed::No, call),
        }
    }
}

fn left(known: KnownLead, code: &str, why: &str) -> Sorted {
    let reason = Reason { code: code.to_owned(), message: format!("edited, and not changed: {why}"), field: None };
    Sorted::Known(Box::new(KnownLead { changed: Changed::No, left: Some(reason), ..known }))
}

fn stays_as_sent(known: KnownLead) -> Sorted {
    let message =
        "its row is a duplicate, by its _status: the lead stays as the row has it that was sent; edit that one";
    let reason = Reason::new("update_duplicate", message);
    Sorted::Known(Box::new(KnownLead { left: Some(reason), ..known }))
}

const OTHER_PRIMARY: &str = "its group was created with another primary contact, and the platforms cannot change that";
const NOT_OURS: &str = "the platform had it before; --all-known changes it too";
const UNCERTAIN: &str = "a look-up found it after a lost answer, so it is only likely yours; --force changes it too";
const IN_DOUBT: &str = "its answer was lost; import looks it up";
const BARRED: &str = "its number is on a do-not-call list; leadload undo deletes what a run created";
const DELETING: &str = "it is being deleted";
