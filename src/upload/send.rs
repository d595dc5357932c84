//! One lead's way: recorded, sent, judged, recorded again.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::change::IdFrom;
use super::client::Exchange;
use super::doubt::LookUp;
use super::echo::Echo;
use super::event::{Event, Observer, Outcome, RecordFailed, Recorder};
use super::failures::Failures;
use super::hint::Hint;
use super::identity::Shown;
use super::line::Line;
use super::options::CrewOptions;
use super::settle::Unsettled;
use super::stamp::{Origin, Sent, StampOffset, Told};
use super::stop::{StopKind, StopReason};
use super::verdict::{Judgement, StopScope, Verdict, judge};
use crate::clock::Moment;
use crate::lead::{Fingerprint, Lead, Reason, Status};
use crate::platform::{Platform, RemoteLead};
use crate::target::{NO_CAMPAIGN, Target};

/// Shared by all tasks of a crew.
pub(super) struct Sender {
    pub(super) platform: Arc<dyn Platform>,
    pub(super) line: Arc<Line>,
    pub(super) look_up: Arc<LookUp>,
    pub(super) recorder: Arc<dyn Recorder>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) options: CrewOptions,
    /// Held from before the `sending` line until the outcome is durable.
    pub(super) places: Arc<Semaphore>,
    pub(super) in_doubt: AtomicUsize,
    pub(super) failures: Mutex<Failures>,
    /// Campaigns that take no more leads, and why.
    pub(super) closed: Mutex<HashMap<Target, String>>,
    /// For each text that hints at an existing lead: what the look-up of the first such lead said.
    pub(super) hints: Mutex<HashMap<String, Hint>>,
    /// Doubts of this run that no look-up could settle yet.
    pub(super) unsettled: Mutex<Vec<Unsettled>>,
    /// Fingerprints of the ids that leads were just found or created under, until that is recorded.
    pub(super) claimed: Mutex<HashSet<Fingerprint>>,
    /// Campaigns that showed a lead as it was sent, or show nothing that could be compared.
    pub(super) trusted: Mutex<HashSet<Target>>,
    /// How far the platform's stamps are ahead of our clock.
    pub(super) stamps: Mutex<Option<StampOffset>>,
}

/// How a lead's attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) status: Status,
    /// Where it is in doubt: since when.
    pub(super) lost: Option<Lost>,
}

/// An answer that was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost {
    /// When it was given up.
    pub(super) given_up: Moment,
    /// When its lead was sent, where that is known.
    pub(super) sent: Option<Sent>,
}

/// How an attempt is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    pub(super) attempt: Attempt,
    pub(super) echo: Echo,
    /// What its lead was counted as before, in this run.
    pub(super) before: Option<Status>,
    /// When its lead was first sent, where it was sent before and that is known.
    pub(super) first_sent: Option<Timestamp>,
}

impl Trial {
    fn new(attempt: Attempt, echo: Echo) -> Self {
        Self { attempt, echo, before: None, first_sent: None }
    }
}

/// Why an attempt is made: decides what "already exists" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The lead was never sent, or refused.
    First,
    /// It was sent before and its answer was lost; look-ups said twice that it is not there, but it may still turn up.
    Resend,
}

impl Sender {
    pub(super) fn new(
        platform: Arc<dyn Platform>,
        line: Arc<Line>,
        look_up: Arc<LookUp>,
        recorder: Arc<dyn Recorder>,
        observer: Arc<dyn Observer>,
        options: CrewOptions,
        places: Arc<Semaphore>,
    ) -> Self {
        Self {
            platform,
            line,
            look_up,
            recorder,
            observer,
            options,
            places,
            in_doubt: AtomicUsize::new(0),
            failures: Mutex::default(),
            closed: Mutex::default(),
            hints: Mutex::default(),
            unsettled: Mutex::default(),
            claimed: Mutex::default(),
            trusted: Mutex::default(),
            stamps: Mutex::default(),
        }
    }

    // What few leads need stands in a box here and below: every lead's task would be as large as the largest of these
    // futures, and it is moved several times before it runs.

    /// Sends a lead beside others and settles its doubt.
    pub(super) async fn send_and_settle(&self, lead: &Arc<Lead>, attempt: Attempt, place: OwnedSemaphorePermit) {
        let ended = self.send(lead, Trial::new(attempt, Echo::TakeWhatComes), place).await;
        if let Some(Ended { lost: Some(lost), .. }) = ended {
            // On the heap, as all that few leads need: what is under way stays small.
            Box::pin(self.settle(lead, lost)).await;
        }
    }

    /// Sends a lead of a campaign on probation. `None` where the results file failed.
    pub(super) async fn send_alone(&self, lead: &Lead, attempt: Attempt, place: OwnedSemaphorePermit) -> Option<Ended> {
        self.send(lead, Trial::new(attempt, Echo::AskForIt), place).await
    }

    /// Records, sends, judges, records. `None` where the results file failed.
    pub(super) async fn send(&self, lead: &Lead, mut trial: Trial, place: OwnedSemaphorePermit) -> Option<Ended> {
        if trial.attempt == Attempt::First {
            trial.first_sent = Some(self.line.clock().wall());
        }
        self.expect_secondaries(lead);
        let recorded = self.recorder.sending(lead).await;
        self.stop_if_failed(&recorded);
        recorded.ok()?;
        let (outcome, shown) = self.attempt(lead, trial).await;
        let lost = (outcome.status == Status::InDoubt).then(|| self.lost(trial));
        if !self.end(lead, &outcome, trial.before).await {
            return None;
        }
        drop(place);
        if let Some(shown) = shown {
            self.compare(lead, shown, trial.echo).await;
        }
        Some(Ended { status: outcome.status, lost })
    }

    /// The answer was lost just now: for a settle delay its lead may still come about.
    fn lost(&self, trial: Trial) -> Lost {
        let clock = self.line.clock();
        let over = clock.wall().checked_add(self.options.settle).unwrap_or(Timestamp::MAX);
        Lost { given_up: clock.now(), sent: trial.first_sent.map(|first| Sent { first, over }) }
    }

    /// Records what became of a lead, then counts it. False where the results file failed.
    pub(super) async fn end(&self, lead: &Lead, outcome: &Outcome, before: Option<Status>) -> bool {
        let recorded = self.recorder.ended(lead, outcome).await;
        self.stop_if_failed(&recorded);
        if recorded.is_err() {
            // What became of it is not on file: the next run will have it in doubt.
            let lost = Outcome::new(Status::InDoubt, Some(Reason::new("not_recorded", "the results file failed")));
            self.observer.event(Event::Ended { lead, outcome: &lost, before });
            return false;
        }
        let row = lead.rows.first().map(|row| tracing::field::display(&row.position));
        let reason = outcome.reason.as_ref().map(|reason| reason.code.as_str());
        tracing::debug!(key = %lead.key, row, status = %outcome.status, reason, attempts = outcome.attempts, "lead ended");
        self.release(&lead.target, outcome);
        self.know_secondaries(lead, outcome);
        self.observer.event(Event::Ended { lead, outcome, before });
        self.count_doubt(outcome.status, before);
        self.count_failure(outcome.status, before);
        true
    }

    fn count_doubt(&self, status: Status, before: Option<Status>) {
        if before == Some(Status::InDoubt) {
            self.in_doubt.fetch_sub(1, Ordering::Relaxed);
        }
        if status == Status::InDoubt {
            let now = 1 + self.in_doubt.fetch_add(1, Ordering::Relaxed);
            if now >= self.options.max_in_doubt {
                let message = format!(
                    "{now} leads are in doubt: their answers were lost (--max-in-doubt); see whether the platform works"
                );
                self.line.stop().request(StopReason::new(StopKind::Platform, message));
            }
        }
    }

    fn count_failure(&self, status: Status, before: Option<Status>) {
        let mut failures = lock(&self.failures);
        failures.count(before, status);
        if let Some(message) = self.options.max_failures.and_then(|most| failures.too_many(most)) {
            self.line.stop().request(StopReason::new(StopKind::Platform, message));
        }
    }

    /// One request, repeated only while it certainly did not arrive.
    async fn attempt(&self, lead: &Lead, trial: Trial) -> (Outcome, Option<RemoteLead>) {
        // Where duplicates are allowed, only a person's word sends again what was in doubt.
        let request = self.platform.create(lead, self.options.duplicates);
        let mut attempts = 0;
        let began = self.line.clock().now();
        loop {
            if let Some(reason) = self.why_closed(&lead.target) {
                return (
                    Outcome { attempts, ..Outcome::new(Status::Unsent, Some(Reason::new("campaign_closed", reason))) },
                    None,
                );
            }
            let Ok(exchange) = self.line.exchange(&request, self.observer.as_ref()).await else {
                return (Outcome { attempts, ..stopped_outcome() }, None);
            };
            attempts += 1;
            let judgement = judge(self.platform.as_ref(), &exchange);
            if matches!(judgement.verdict, Verdict::SendAgain(_))
                && self.line.clock().now().saturating_sub(began) < self.line.give_up()
            {
                continue;
            }
            let answered = self.line.clock().wall();
            let (http, took, told) = match &exchange {
                Exchange::Answered(response) => {
                    let asked = answered - response.took;
                    (Some(response.status), Some(response.took), Some(Told { asked, answered, date: response.date }))
                }
                Exchange::NotSent(_) | Exchange::Lost(_) => (None, None, None),
            };
            self.apply_stop(&judgement, &lead.target);
            let (outcome, shown) = self.conclude(lead, trial, judgement.verdict, told).await;
            let attempts = attempts + outcome.attempts;
            return (Outcome { http, attempts, took, ..outcome }, shown);
        }
    }

    /// Whether the lead that an answer shows was created by it. Where it was, the clocks are compared.
    fn origin_of_answer(&self, shown: &RemoteLead, trial: Trial, told: Option<Told>) -> Origin {
        let (Some(created_at), Some(told)) = (&shown.created_at, told) else { return Origin::Ours };
        let mut known = lock(&self.stamps);
        let origin = told.origin(*known, created_at, trial.first_sent);
        if origin == Origin::Ours {
            *known = StampOffset::learn(*known, created_at, told.asked, told.answered);
        }
        origin
    }

    fn apply_stop(&self, judgement: &Judgement, target: &Target) {
        let (Verdict::Unsent(reason) | Verdict::InDoubt(reason)) = &judgement.verdict else { return };
        match judgement.stop {
            None => {}
            Some(StopScope::Run) => {
                self.line.stop().request(StopReason::new(StopKind::Platform, run_stop_message(reason)));
            }
            Some(StopScope::Campaign) => {
                let newly = lock(&self.closed).insert(target.clone(), reason.message.clone()).is_none();
                if newly {
                    let kind = if target.place == NO_CAMPAIGN { "" } else { "campaign " };
                    let note = format!(
                        "{kind}{} takes no leads: {}; its other leads are not sent",
                        target.place_in_words(),
                        reason.message
                    );
                    self.observer.event(Event::Note(&note));
                }
            }
        }
    }

    async fn conclude(
        &self,
        lead: &Lead,
        trial: Trial,
        verdict: Verdict,
        told: Option<Told>,
    ) -> (Outcome, Option<RemoteLead>) {
        let outcome = match verdict {
            Verdict::Created(shown) => return self.conclude_created(lead, trial, shown, told).await,
            Verdict::Exists { reason, .. }
            | Verdict::PerhapsExists(reason)
            | Verdict::MaybeExists(reason)
            | Verdict::Rejected(reason)
                if trial.attempt == Attempt::Resend =>
            {
                Box::pin(self.refused_after_doubt(lead, reason, trial)).await
            }
            // The platform itself names the lead that it has.
            Verdict::Exists { id: Some(id), reason } => {
                let outcome = Outcome { id: Some(id), ..Outcome::new(Status::Exists, Some(reason)) };
                Box::pin(self.treat_existing(lead, outcome, IdFrom::Answer)).await
            }
            // Other conflicts have the same status, so each is looked up.
            Verdict::Exists { id: None, reason } => {
                let outcome = Box::pin(self.look_up_conflict(lead, reason)).await;
                Box::pin(self.treat_existing(lead, outcome, IdFrom::LookUp)).await
            }
            Verdict::PerhapsExists(reason) => {
                let outcome = Box::pin(self.look_up_success(lead, reason)).await;
                Box::pin(self.treat_existing(lead, outcome, IdFrom::LookUp)).await
            }
            Verdict::MaybeExists(reason) => {
                let outcome = Box::pin(self.check_hint(lead, reason)).await;
                Box::pin(self.treat_existing(lead, outcome, IdFrom::LookUp)).await
            }
            Verdict::Rejected(reason) => Outcome::new(Status::Rejected, Some(reason)),
            Verdict::Unsent(reason) | Verdict::SendAgain(reason) => Outcome::new(Status::Unsent, Some(reason)),
            Verdict::InDoubt(reason) => Outcome::new(Status::InDoubt, Some(reason)),
        };
        (outcome, None)
    }

    /// The answer shows a lead: one that it created, or one that was there, with which some platforms answer as well.
    async fn conclude_created(
        &self,
        lead: &Lead,
        trial: Trial,
        shown: RemoteLead,
        told: Option<Told>,
    ) -> (Outcome, Option<RemoteLead>) {
        let (id, secondary_ids) = (Some(shown.id.clone()), shown.secondary_ids());
        let origin = self.origin_of_answer(&shown, trial, told);
        let there = if origin == Origin::Older {
            Some(Reason::new("there_before", "the platform answered with a lead that was there before it was sent"))
        } else if self.claim(&lead.target, &shown, Shown::ByAnswer) {
            None
        } else {
            Some(Reason::new("known_id", "the platform answered with a lead that it had created before"))
        };
        if let Some(reason) = there {
            let outcome = Outcome { id, ..Outcome::new(Status::Exists, Some(reason)) };
            return (Box::pin(self.treat_existing(lead, outcome, IdFrom::Answer)).await, None);
        }
        self.look_up.is_there(&lead.target, &lead.identity);
        let certain = origin == Origin::Ours;
        let reason = (!certain).then(|| {
            let message = "the platform's time of it does not fit the answer's: it may have been there before";
            Reason::new("perhaps_there_before", message)
        });
        let outcome = Outcome { certain, id, secondary_ids, ..Outcome::new(Status::Created, reason) };
        (outcome, Some(shown))
    }

    /// True where the lead's campaign takes no more leads; the lead is then counted as unsent.
    pub(super) fn is_closed(&self, lead: &Lead) -> bool {
        let Some(reason) = self.why_closed(&lead.target) else { return false };
        let outcome = Outcome::new(Status::Unsent, Some(Reason::new("campaign_closed", reason)));
        self.observer.event(Event::Ended { lead, outcome: &outcome, before: None });
        true
    }

    pub(super) fn why_closed(&self, target: &Target) -> Option<String> {
        lock(&self.closed).get(target).cloned()
    }

    /// What cannot be recorded must not be sent: the run stops.
    pub(super) fn stop_if_failed(&self, recorded: &Result<(), RecordFailed>) {
        if let Err(error) = recorded {
            self.line.stop().request(StopReason::new(StopKind::Results, error.to_string()));
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stopped_outcome() -> Outcome {
    Outcome::new(Status::Unsent, Some(Reason::new("stopped", "the run stopped before it was sent")))
}

fn run_stop_message(reason: &Reason) -> String {
    match reason.code.as_str() {
        "bad_token" => format!("the platform no longer accepts the token: {}", reason.message),
        "no_balance" => format!("the account has no balance left: {}", reason.message),
        _ => reason.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of what `work` gives, without doing it.
    fn size_of_result<A, T>(_work: impl FnOnce(A) -> T) -> usize {
        size_of::<T>()
    }

    #[test]
    fn a_lead_that_is_under_way_takes_little_memory_though_few_need_much() {
        type Sending = (&'static Sender, &'static Arc<Lead>, OwnedSemaphorePermit);
        let size = size_of_result(|(sender, lead, place): Sending| sender.send_and_settle(lead, Attempt::First, place));
        assert!(size < 4096, "{size} bytes");
    }
}
