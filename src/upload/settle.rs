//! Settling doubts: look-ups until the answer counts, and sending again what is certainly not there.

use std::sync::Arc;

use super::crew::EarlierDoubt;
use super::doubt::LookUpOutcome;
use super::echo::Echo;
use super::event::{Event, Outcome};
use super::identity::Shown;
use super::line::Stopped;
use super::secondaries::SecondaryContacts;
use super::send::{Attempt, Ended, Lost, Sender, Trial, lock};
use super::stamp::{Origin, Sent};
use crate::lead::{Lead, LeadKey, Reason, Status};
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
    /// Its last attempt.
    lost: Lost,
    /// How often it was sent again.
    resends: u32,
}

/// How often a lead is sent again after look-ups said that it is not there; then it stays in doubt for a person.
const MAX_RESENDS: u32 = 2;

/// The reason code of a lead that look-ups found to be absent; results files rely on it.
pub const ABSENT: &str = "absent";

impl Sender {
    /// Settles a doubt of this run: found, or twice not found and sent again, or left for a person.
    pub(super) async fn settle(&self, lead: &Arc<Lead>, lost: Lost) {
        self.settle_on(Unsettled { lead: Arc::clone(lead), lost, resends: 0 }).await;
    }

    /// Goes on where a look-up proved nothing before; what was sent again then counts.
    pub(super) async fn settle_on(&self, doubt: Unsettled) {
        let Unsettled { lead, mut lost, resends: first } = doubt;
        if self.options.duplicates == Duplicates::Allowed {
            // A lead with this number may be another one of ours: nothing can be told, and nothing is sent again.
            return;
        }
        for resends in first..=MAX_RESENDS {
            let due = lost.given_up.saturating_add(self.options.settle);
            let looked_up = self.look_up.find_twice(&lead.target, &lead.identity, due, self.options.settle).await;
            match looked_up.map(|outcome| self.ours(&lead.target, outcome)) {
                Err(Stopped) => return,
                Ok(Looked::Unknown(reason)) => {
                    self.observer.event(Event::Note(&format!("a lead stays in doubt: {}", reason.message)));
                    lock(&self.unsettled).push(Unsettled { lead, lost, resends });
                    return;
                }
                Ok(Looked::Found(found)) => {
                    let outcome = self.found_outcome(&found, lost.sent);
                    self.end(&lead, &outcome, Some(Status::InDoubt)).await;
                    return;
                }
                Ok(Looked::Absent) if resends == MAX_RESENDS => {
                    let note =
                        format!("a lead stays in doubt: sent {} times, its answers were lost each time", resends + 1);
                    self.observer.event(Event::Note(&note));
                    return;
                }
                Ok(Looked::Absent) => match self.send_again(&lead, lost.sent).await {
                    Some(Ended { lost: Some(again), .. }) => lost = again,
                    _ => return,
                },
            }
        }
    }

    /// What could not be settled yet.
    pub(super) fn take_unsettled(&self) -> Vec<Unsettled> {
        std::mem::take(&mut *lock(&self.unsettled))
    }

    /// Of the leads that were found the one that is ours: the newest that belongs to no other lead.
    fn ours(&self, target: &Target, outcome: LookUpOutcome) -> Looked {
        match outcome {
            LookUpOutcome::Absent => Looked::Absent,
            LookUpOutcome::Unknown(reason) => Looked::Unknown(reason),
            LookUpOutcome::Found(found) => {
                match found.into_iter().rev().find(|lead| self.claim(target, lead, Shown::ByList)) {
                    Some(ours) => Looked::Found(Box::new(ours)),
                    None => Looked::Unknown(Reason::new(
                        "look_up_ambiguous",
                        "what the look-up found belongs to other leads",
                    )),
                }
            }
        }
    }

    /// Look-ups said twice that `lead` is not there: says so in the results, then sends it again.
    async fn send_again(&self, lead: &Lead, sent: Option<Sent>) -> Option<Ended> {
        if !self.end(lead, &absent_outcome(), Some(Status::InDoubt)).await || self.why_closed(&lead.target).is_some() {
            return None;
        }
        let place = tokio::select! {
            biased;
            () = self.line.stop().requested() => return None,
            place = Arc::clone(&self.places).acquire_owned() => place.ok()?,
        };
        // It was counted as unsent when it was found to be absent.
        let before = Some(Status::Unsent);
        let first_sent = sent.map(|sent| sent.first);
        let trial = Trial { attempt: Attempt::Resend, echo: Echo::TakeWhatComes, before, first_sent };
        self.send(lead, trial, place).await
    }

    /// Settles a doubt of an earlier run, as far as a look-up can.
    pub(super) async fn settle_earlier(&self, doubt: &EarlierDoubt) {
        let Ok(looked_up) = self.find_earlier(doubt).await else { return };
        let sent = Sent { first: doubt.first_sent_at, over: doubt.over_at };
        let outcome = match self.ours(&doubt.target, looked_up) {
            Looked::Found(found) => self.found_outcome(&found, Some(sent)),
            Looked::Absent => absent_outcome(),
            Looked::Unknown(reason) => Outcome::new(Status::InDoubt, Some(reason)),
        };
        if outcome.status != Status::InDoubt {
            let recorded = self.recorder.doubt_ended(doubt.key, &outcome).await;
            self.release(&doubt.target, &outcome);
            let (target, numbers) = (Target::clone(&doubt.target), doubt.secondaries.clone());
            let contacts = SecondaryContacts { target, numbers, ids: outcome.secondary_ids.clone() };
            match outcome.status {
                Status::Unsent => self.look_up.secondaries().forget(&contacts),
                _ => self.look_up.secondaries().learn(&contacts),
            }
            self.stop_if_failed(&recorded);
            if recorded.is_err() {
                return;
            }
        }
        self.observer.event(Event::DoubtEnded { key: doubt.key, outcome: &outcome });
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
    pub(super) async fn refused_after_doubt(&self, lead: &Lead, reason: Reason, trial: Trial) -> Outcome {
        let sent = trial.first_sent.map(|first| Sent { first, over: self.line.clock().wall() });
        let looked_up = self.look_up.find(&lead.target, &lead.identity).await;
        match looked_up.map(|outcome| self.ours(&lead.target, outcome)) {
            Ok(Looked::Found(found)) => self.found_outcome(&found, sent),
            Ok(Looked::Absent) if reason.code == "rejected" => Outcome::new(Status::Rejected, Some(reason)),
            _ => Outcome::new(Status::InDoubt, Some(reason)),
        }
    }

    /// A lead found after its answer was lost. Where its stamp does not tell, it is most likely ours, but another program
    /// may have created one like it.
    fn found_outcome(&self, found: &RemoteLead, sent: Option<Sent>) -> Outcome {
        let origin = self.origin(found, sent);
        let (status, reason) = match origin {
            Origin::Older => {
                let message = "its answer was lost; a look-up found it, and it was there before it was sent";
                (Status::Exists, Reason::new("there_before", message))
            }
            Origin::Ours | Origin::Unclear => {
                let message = "its answer was lost; a look-up found it on the platform";
                (Status::Created, Reason::new("found_by_look_up", message))
            }
        };
        Outcome {
            certain: origin != Origin::Unclear,
            by_look_up: true,
            id: Some(found.id.clone()),
            secondary_ids: found.secondary_ids(),
            ..Outcome::new(status, Some(reason))
        }
    }

    fn origin(&self, found: &RemoteLead, sent: Option<Sent>) -> Origin {
        let known = *lock(&self.stamps);
        let (Some(offset), Some(created_at), Some(sent)) = (known, &found.created_at, sent) else {
            return Origin::Unclear;
        };
        offset.origin(created_at, sent)
    }
}

fn absent_outcome() -> Outcome {
    let message = "its answer was lost; look-ups found that it is not on the platform";
    Outcome { by_look_up: true, ..Outcome::new(Status::Unsent, Some(Reason::new(ABSENT, message))) }
}
