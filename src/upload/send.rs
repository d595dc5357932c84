//! One lead's way: recorded, sent, judged, recorded again; and, where its answer was lost, settled by look-ups.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::client::Exchange;
use super::crew::{CrewOptions, EarlierDoubt, OnMismatch};
use super::doubt::{LookUp, LookUpOutcome};
use super::event::{Event, Observer, Outcome, RecordFailed, Recorder};
use super::line::{Line, Stopped};
use super::stop::{StopKind, StopReason};
use super::verdict::{Judgement, StopScope, Verdict, judge};
use crate::clock::Moment;
use crate::lead::{Fingerprint, Lead, LeadKey, Reason, Status};
use crate::platform::{Differences, Duplicates, Platform, RemoteLead};
use crate::target::Target;

/// Shared by all tasks of a crew.
pub(super) struct Sender {
    pub(super) platform: Arc<dyn Platform>,
    pub(super) line: Arc<Line>,
    pub(super) look_up: Arc<LookUp>,
    pub(super) recorder: Arc<dyn Recorder>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) options: CrewOptions,
    /// Held from before the `sending` line until the outcome is durable.
    places: Arc<Semaphore>,
    in_doubt: AtomicUsize,
    /// Campaigns that take no more leads, and why.
    closed: Mutex<HashMap<Target, String>>,
    /// For each text that hints at an existing lead: what the look-up of the first such lead said.
    hints: Mutex<HashMap<String, Hint>>,
    /// Fingerprints of the ids that leads of this run have: an id settles one lead only.
    taken_ids: Mutex<HashSet<Fingerprint>>,
}

/// What a text means that hints at an existing lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hint {
    Exists,
    Refusal,
    /// The look-up proved nothing.
    Unclear,
}

/// The most texts that are told apart; further ones are looked up each.
const MAX_HINTS: usize = 1_000;

/// How a lead's attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) status: Status,
    /// When its answer was given up, where it is in doubt.
    pub(super) given_up: Option<Moment>,
}

/// Why an attempt is made: decides what "already exists" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The lead was never sent, or refused.
    First,
    /// It was sent before and its answer was lost; look-ups said twice that it is not there, but it may still turn up.
    Resend,
}

/// Whether what the platform does not show with its answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Echo {
    AskForIt,
    TakeWhatComes,
}

/// A look-up's outcome, with the one lead that is ours.
enum Looked {
    Found(Box<RemoteLead>),
    Absent,
    Unknown(Reason),
}

/// How often a lead is sent again after look-ups said that it is not there; then it stays in doubt for a person.
const MAX_RESENDS: u32 = 2;

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
            closed: Mutex::default(),
            hints: Mutex::default(),
            taken_ids: Mutex::default(),
        }
    }

    /// Sends a lead beside others and settles its doubt.
    pub(super) async fn send_and_settle(&self, lead: &Lead, attempt: Attempt, place: OwnedSemaphorePermit) {
        let ended = self.send(lead, attempt, Echo::TakeWhatComes, None, place).await;
        if let Some(Ended { given_up: Some(given_up), .. }) = ended {
            self.settle(lead, given_up).await;
        }
    }

    /// Sends a lead of a campaign on probation. `None` where the results file failed.
    pub(super) async fn send_alone(&self, lead: &Lead, attempt: Attempt, place: OwnedSemaphorePermit) -> Option<Ended> {
        self.send(lead, attempt, Echo::AskForIt, None, place).await
    }

    /// Settles a doubt of this run: found, or twice not found and sent again, or left for a person.
    pub(super) async fn settle(&self, lead: &Lead, mut given_up: Moment) {
        if self.options.duplicates == Duplicates::Allowed {
            // A lead with this number may be another one of ours: nothing can be told, and nothing is sent again.
            return;
        }
        for resends in 0..=MAX_RESENDS {
            let due = given_up.saturating_add(self.options.settle);
            let looked_up = self.look_up.find_twice(&lead.target, &lead.identity, due, self.options.settle).await;
            match looked_up.map(|outcome| self.ours(outcome)) {
                Err(Stopped) => return,
                Ok(Looked::Unknown(reason)) => {
                    self.observer.event(Event::Note(&format!("a lead stays in doubt: {}", reason.message)));
                    return;
                }
                Ok(Looked::Found(found)) => {
                    self.end(lead, &found_outcome(&found), Some(Status::InDoubt)).await;
                    return;
                }
                Ok(Looked::Absent) if resends == MAX_RESENDS => {
                    let note =
                        format!("a lead stays in doubt: sent {} times, its answers were lost each time", resends + 1);
                    self.observer.event(Event::Note(&note));
                    return;
                }
                Ok(Looked::Absent) => match self.send_again(lead).await {
                    Some(Ended { given_up: Some(again), .. }) => given_up = again,
                    _ => return,
                },
            }
        }
    }

    /// Of the leads that were found the one that is ours: the newest that belongs to no other lead of this run.
    fn ours(&self, outcome: LookUpOutcome) -> Looked {
        match outcome {
            LookUpOutcome::Absent => Looked::Absent,
            LookUpOutcome::Unknown(reason) => Looked::Unknown(reason),
            LookUpOutcome::Found(found) => match found.into_iter().rev().find(|lead| self.claim(lead)) {
                Some(ours) => Looked::Found(Box::new(ours)),
                None => {
                    Looked::Unknown(Reason::new("look_up_ambiguous", "what the look-up found belongs to other leads"))
                }
            },
        }
    }

    /// Takes a lead's ids for one lead of ours. False where another one has its id.
    fn claim(&self, lead: &RemoteLead) -> bool {
        let mut taken = lock(&self.taken_ids);
        let is_free = taken.insert(Fingerprint::of(lead.id.as_bytes()));
        if is_free {
            taken.extend(lead.secondary_ids().iter().map(|id| Fingerprint::of(id.as_bytes())));
        }
        is_free
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
        let outcome = match self.ours(looked_up) {
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
        self.observer.event(Event::DoubtEnded { outcome: &outcome });
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

    /// Records, sends, judges, records. `None` where the results file failed.
    async fn send(
        &self,
        lead: &Lead,
        attempt: Attempt,
        echo: Echo,
        before: Option<Status>,
        place: OwnedSemaphorePermit,
    ) -> Option<Ended> {
        let recorded = self.recorder.sending(lead).await;
        self.stop_if_failed(&recorded);
        recorded.ok()?;
        let (outcome, shown) = self.attempt(lead, attempt).await;
        let given_up = (outcome.status == Status::InDoubt).then(|| self.line.clock().now());
        if !self.end(lead, &outcome, before).await {
            return None;
        }
        drop(place);
        if let Some(shown) = shown {
            self.compare(lead, shown, echo).await;
        }
        Some(Ended { status: outcome.status, given_up })
    }

    /// Records what became of a lead, then counts it. False where the results file failed.
    async fn end(&self, lead: &Lead, outcome: &Outcome, before: Option<Status>) -> bool {
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
        self.observer.event(Event::Ended { lead, outcome, before });
        self.count_doubt(outcome.status, before);
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

    /// One request, repeated only while it certainly did not arrive.
    async fn attempt(&self, lead: &Lead, attempt: Attempt) -> (Outcome, Option<RemoteLead>) {
        let duplicates = match attempt {
            Attempt::First => self.options.duplicates,
            Attempt::Resend => Duplicates::Forbidden,
        };
        let request = self.platform.create(lead, duplicates);
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
            let http = match &exchange {
                Exchange::Answered(response) => Some(response.status),
                Exchange::NotSent(_) | Exchange::Lost(_) => None,
            };
            self.apply_stop(&judgement, &lead.target);
            let (outcome, shown) = self.conclude(lead, attempt, judgement.verdict).await;
            return (Outcome { http, attempts, ..outcome }, shown);
        }
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
                    let note = format!(
                        "campaign {} takes no leads: {}; its other leads are not sent",
                        target.place, reason.message
                    );
                    self.observer.event(Event::Note(&note));
                }
            }
        }
    }

    async fn conclude(&self, lead: &Lead, attempt: Attempt, verdict: Verdict) -> (Outcome, Option<RemoteLead>) {
        let outcome = match verdict {
            Verdict::Created(shown) => {
                let (id, secondary_ids) = (Some(shown.id.clone()), shown.secondary_ids());
                if !self.claim(&shown) {
                    let reason =
                        Reason::new("known_id", "the platform answered with a lead that it had created before");
                    return (Outcome { id, ..Outcome::new(Status::Exists, Some(reason)) }, None);
                }
                self.look_up.is_there(&lead.target, &lead.identity);
                let outcome = Outcome { id, secondary_ids, ..Outcome::new(Status::Created, None) };
                return (outcome, Some(shown));
            }
            Verdict::Exists { reason, .. } | Verdict::MaybeExists(reason) if attempt == Attempt::Resend => {
                self.exists_after_doubt(lead, reason).await
            }
            // The platform itself names the lead that it has.
            Verdict::Exists { id: Some(id), reason } => {
                Outcome { id: Some(id), ..Outcome::new(Status::Exists, Some(reason)) }
            }
            Verdict::Exists { id: None, reason } | Verdict::MaybeExists(reason) => self.check_hint(lead, reason).await,
            Verdict::Rejected(reason) => Outcome::new(Status::Rejected, Some(reason)),
            Verdict::Unsent(reason) | Verdict::SendAgain(reason) => Outcome::new(Status::Unsent, Some(reason)),
            Verdict::InDoubt(reason) => Outcome::new(Status::InDoubt, Some(reason)),
        };
        (outcome, None)
    }

    /// A lead that was sent again exists: most likely the attempt before came through after all. Where a look-up does not
    /// show it, nobody knows.
    async fn exists_after_doubt(&self, lead: &Lead, reason: Reason) -> Outcome {
        let looked_up = self.look_up.find(&lead.target, &lead.identity).await;
        match looked_up.map(|outcome| self.ours(outcome)) {
            Ok(Looked::Found(found)) => found_outcome(&found),
            _ => Outcome::new(Status::InDoubt, Some(reason)),
        }
    }

    /// The first refusal of each text that hints at an existing lead is checked by a look-up; later ones follow it. Either
    /// way nothing was created: where the look-up proves nothing, it is a refusal that can be tried again.
    async fn check_hint(&self, lead: &Lead, reason: Reason) -> Outcome {
        let text = without_numbers(&reason.message);
        let known = lock(&self.hints).get(&text).copied();
        let (hint, id) = if let Some(hint) = known { (hint, None) } else { self.look_up_hint(lead, text).await };
        match hint {
            Hint::Exists => Outcome { id, ..Outcome::new(Status::Exists, Some(reason)) },
            Hint::Refusal => Outcome::new(Status::Rejected, Some(Reason { code: "rejected".to_owned(), ..reason })),
            Hint::Unclear => {
                Outcome::new(Status::Rejected, Some(Reason { code: "perhaps_already_there".to_owned(), ..reason }))
            }
        }
    }

    async fn look_up_hint(&self, lead: &Lead, text: String) -> (Hint, Option<String>) {
        let (hint, id) = match self.look_up.find(&lead.target, &lead.identity).await {
            Ok(LookUpOutcome::Found(found)) => (Hint::Exists, found.last().map(|lead| lead.id.clone())),
            Ok(LookUpOutcome::Absent) => (Hint::Refusal, None),
            Ok(LookUpOutcome::Unknown(_)) | Err(Stopped) => (Hint::Unclear, None),
        };
        let mut hints = lock(&self.hints);
        if hints.len() < MAX_HINTS {
            hints.insert(text, hint);
        }
        (hint, id)
    }

    /// Compares what the platform shows of a created lead with what was sent.
    async fn compare(&self, lead: &Lead, shown: RemoteLead, echo: Echo) {
        let mut differences = self.platform.differences(&lead.body, &shown);
        if !differences.comparable && differences.found.is_empty() && echo == Echo::AskForIt {
            differences = self.compare_by_look_up(lead).await;
        }
        if differences.found.is_empty() {
            return;
        }
        self.observer.event(Event::Mismatch(&differences.found));
        if self.options.on_mismatch == OnMismatch::Stop {
            let what = differences.found.join("; ");
            let message = format!("the platform shows something else than was sent: {what} (--accept-echo goes on)");
            self.line.stop().request(StopReason::new(StopKind::Mismatch, message));
        }
    }

    async fn compare_by_look_up(&self, lead: &Lead) -> Differences {
        let found = match self.look_up.find(&lead.target, &lead.identity).await {
            Ok(LookUpOutcome::Found(found)) => found.last().map(|shown| self.platform.differences(&lead.body, shown)),
            _ => None,
        };
        let differences = found.unwrap_or_default();
        if !differences.comparable {
            let note =
                "the platform shows neither variables nor numbers of what it created: they could not be compared";
            self.observer.event(Event::Note(note));
        }
        differences
    }

    /// True where the lead's campaign takes no more leads; the lead is then counted as unsent.
    pub(super) fn is_closed(&self, lead: &Lead) -> bool {
        let Some(reason) = self.why_closed(&lead.target) else { return false };
        let outcome = Outcome::new(Status::Unsent, Some(Reason::new("campaign_closed", reason)));
        self.observer.event(Event::Ended { lead, outcome: &outcome, before: None });
        true
    }

    fn why_closed(&self, target: &Target) -> Option<String> {
        lock(&self.closed).get(target).cloned()
    }

    /// What cannot be recorded must not be sent: the run stops.
    pub(super) fn stop_if_failed(&self, recorded: &Result<(), RecordFailed>) {
        if let Err(error) = recorded {
            self.line.stop().request(StopReason::new(StopKind::Results, error.to_string()));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The reason code of a lead that look-ups found to be absent; results files rely on it.
pub(super) const ABSENT: &str = "absent";

/// A text with every run of digits as one `#`: texts that name the lead's own number are one text.
fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if !c.is_ascii_digit() => plain.push(c),
            _ if plain.ends_with('#') => {}
            _ => plain.push('#'),
        }
    }
    plain
}

fn absent_outcome() -> Outcome {
    let message = "its answer was lost; look-ups found that it is not on the platform";
    Outcome { by_look_up: true, ..Outcome::new(Status::Unsent, Some(Reason::new(ABSENT, message))) }
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
