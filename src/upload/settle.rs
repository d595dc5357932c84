//! Settling doubts: look-ups until the answer counts, and sending again what is certainly not there.

use std::sync::Arc;

use super::crew::EarlierDoubt;
use super::doubt::LookUpOutcome;
use super::echo::Echo;
use super::event::{Event, Outcome};
use super::line::Stopped;
use super::send::{Attempt, Ended, Sender, lock};
use crate::clock::Moment;
use crate::lead::{Fingerprint, Lead, LeadKey, Reason, Status};
use crate::platform::{Duplicates, RemoteLead};
use crate::target::Target;

/// A look-up's outcome, with the one lead that is ours.
enum Looked {
    Found(Box<RemoteLead>),
    Absent,
    Unknown(Reason),
}

/// A doubt of this run of which look-ups proved nothing. They may later, when somebody is known to be there.
pub(super) struct Unsettled {
    lead: Arc<Lead>,
    /// When its last attempt was given up.
    given_up: Moment,
    /// How often it was sent again.
    resends: u32,
}

/// How often a lead is sent again after look-ups said that it is not there; then it stays in doubt for a person.
const MAX_RESENDS: u32 = 2;

/// The reason code of a lead that look-ups found to be absent; results files rely on it.
pub const ABSENT: &str = "absent";

impl Sender {
    /// Settles a doubt of this run: found, or twice not found and sent again, or left for a person.
    pub(super) async fn settle(&self, lead: &Arc<Lead>, given_up: Moment) {
        self.settle_on(Unsettled { lead: Arc::clone(lead), given_up, resends: 0 }).await;
    }

    /// Goes on where a look-up proved nothing before; what was sent again then counts.
    pub(super) async fn settle_on(&self, doubt: Unsettled) {
        let Unsettled { lead, mut given_up, resends: first } = doubt;
        if self.options.duplicates == Duplicates::Allowed {
            // A lead with this number may be another one of ours: nothing can be told, and nothing is sent again.
            return;
        }
        for resends in first..=MAX_RESENDS {
            let due = given_up.saturating_add(self.options.settle);
            let looked_up = self.look_up.find_twice(&lead.target, &lead.identity, due, self.options.settle).await;
            match looked_up.map(|outcome| self.ours(&lead.target, outcome)) {
                Err(Stopped) => return,
                Ok(Looked::Unknown(reason)) => {
                    self.observer.event(Event::Note(&format!("a lead stays in doubt: {}", reason.message)));
                    lock(&self.unsettled).push(Unsettled { lead, given_up, resends });
                    return;
                }
                Ok(Looked::Found(found)) => {
                    self.end(&lead, &found_outcome(&found), Some(Status::InDoubt)).await;
                    return;
                }
                Ok(Looked::Absent) if resends == MAX_RESENDS => {
                    let note =
                        format!("a lead stays in doubt: sent {} times, its answers were lost each time", resends + 1);
                    self.observer.event(Event::Note(&note));
                    return;
                }
                Ok(Looked::Absent) => match self.send_again(&lead).await {
                    Some(Ended { given_up: Some(again), .. }) => given_up = again,
                    _ => return,
                },
            }
        }
    }

    /// What could not be settled yet.
    pub(super) fn take_unsettled(&self) -> Vec<Unsettled> {
        std::mem::take(&mut *lock(&self.unsettled))
    }

    /// Of the leads that were found the one that is ours: the newest that belongs to no other lead of this run.
    fn ours(&self, target: &Target, outcome: LookUpOutcome) -> Looked {
        match outcome {
            LookUpOutcome::Absent => Looked::Absent,
            LookUpOutcome::Unknown(reason) => Looked::Unknown(reason),
            LookUpOutcome::Found(found) => match found.into_iter().rev().find(|lead| self.claim(target, lead)) {
                Some(ours) => Looked::Found(Box::new(ours)),
                None => {
                    Looked::Unknown(Reason::new("look_up_ambiguous", "what the look-up found belongs to other leads"))
                }
            },
        }
    }

    /// Takes a lead's id for one lead of ours. False where another one of this run has it.
    pub(super) fn claim(&self, target: &Target, lead: &RemoteLead) -> bool {
        let id = format!("{target}\n{}", lead.id);
        lock(&self.taken_ids).insert(Fingerprint::of(id.as_bytes()))
    }

    /// Look-ups said twice that `lead` is not there: says so in the results, then sends it again.
    async fn send_again(&self, lead: &Lead) -> Option<Ended> {
        if !self.end(lead, &absent_outcome(), Some(Status::InDoubt)).await || self.why_closed(&lead.target).is_some() {
            return None;
        }
        let place = tokio::select! {
            biased;
            () = self.line.stop().requested() => return None,
            place = Arc::clone(&self.places).acquire_owned() => place.ok()?,
        };
        // It was counted as unsent when it was found to be absent.
        self.send(lead, Attempt::Resend, Echo::TakeWhatComes, Some(Status::Unsent), place).await
    }

    /// Settles a doubt of an earlier run, as far as a look-up can.
    pub(super) async fn settle_earlier(&self, doubt: &EarlierDoubt) {
        let Ok(looked_up) = self.find_earlier(doubt).await else { return };
        let outcome = match self.ours(&doubt.target, looked_up) {
            Looked::Found(found) => found_outcome(&found),
            Looked::Absent => absent_outcome(),
            Looked::Unknown(reason) => Outcome::new(Status::InDoubt, Some(reason)),
        };
        if outcome.status != Status::InDoubt {
            let recorded = self.recorder.doubt_ended(doubt.key, &outcome).await;
            self.stop_if_failed(&recorded);
            if recorded.is_err() {
                return;
            }
        }
        self.observer.event(Event::DoubtEnded { outcome: &outcome, rows: doubt.rows });
    }

    async fn find_earlier(&self, doubt: &EarlierDoubt) -> Result<LookUpOutcome, Stopped> {
        let is_numbered = doubt.key != LeadKey::new(&doubt.target, &doubt.identity);
        if is_numbered || self.options.duplicates == Duplicates::Allowed {
            let message = "with --allow-duplicates a lead with its number may be another one of ours";
            return Ok(LookUpOutcome::Unknown(Reason::new("look_up_ambiguous", message)));
        }
        // Found at once is found: only absence needs time.
        match self.look_up.find(&doubt.target, &doubt.identity).await? {
            LookUpOutcome::Absent => {
                let settle = self.options.settle;
                self.look_up.find_twice(&doubt.target, &doubt.identity, doubt.due, settle).await
            }
            other => Ok(other),
        }
    }

    /// A lead that was sent again is refused, perhaps because the attempt before came through after all. Where a look-up
    /// proves neither, nobody knows.
    pub(super) async fn refused_after_doubt(&self, lead: &Lead, reason: Reason) -> Outcome {
        let looked_up = self.look_up.find(&lead.target, &lead.identity).await;
        match looked_up.map(|outcome| self.ours(&lead.target, outcome)) {
            Ok(Looked::Found(found)) => found_outcome(&found),
            Ok(Looked::Absent) if reason.code == "rejected" => Outcome::new(Status::Rejected, Some(reason)),
            _ => Outcome::new(Status::InDoubt, Some(reason)),
        }
    }
}

/// A lead found after its answer was lost: most likely ours, but another program may have created one like it.
fn found_outcome(found: &RemoteLead) -> Outcome {
    let message = "its answer was lost; a look-up found it on the platform";
    Outcome {
        certain: false,
        by_look_up: true,
        id: Some(found.id.clone()),
        secondary_ids: found.secondary_ids(),
        ..Outcome::new(Status::Created, Some(Reason::new("found_by_look_up", message)))
    }
}

fn absent_outcome() -> Outcome {
    let message = "its answer was lost; look-ups found that it is not on the platform";
    Outcome { by_look_up: true, ..Outcome::new(Status::Unsent, Some(Reason::new(ABSENT, message))) }
}
