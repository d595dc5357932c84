//! Deleting leads: each recorded before its request, and recorded again when it is known what became of it.
//!
//! A deletion that nobody answered is asked for again, a few times; then it is left open: its `deleting` line has no
//! outcome, and the next run goes on with it. A deletion whose turn comes late is not begun but handed back: what is
//! deleted may have been called since somebody looked at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::stream::{self, StreamExt};

use super::client::Exchange;
use super::deletion_verdict::{DeletionVerdict, judge_deletion};
use super::doubt::{LookUp, LookUpOutcome};
use super::event::{Durable, Observer, RecordFailed};
use super::line::{Line, Stopped};
use super::options::Concurrency;
use super::retry::Backoff;
use super::stop::{StopKind, StopReason};
use crate::clock::Moment;
use crate::lead::{Identity, LeadKey, Reason};
use crate::platform::Platform;
use crate::target::Target;

/// A lead that is to be deleted.
#[derive(Debug, Clone)]
pub struct Deletion {
    /// Who it is.
    pub key: LeadKey,
    /// Where it is.
    pub target: Arc<Target>,
    /// What made the key.
    pub identity: Identity,
    /// The platform's id of it.
    pub id: String,
    /// Whether an earlier run began to delete it: then it may be gone.
    pub begun_before: bool,
    /// Whether the platform showed it shortly before.
    pub shown: WasShown,
}

/// Whether the platform showed a lead shortly before it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasShown {
    /// It did.
    Yes,
    /// It did not, or its list could not be read.
    No,
}

/// How a deletion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionEnd {
    /// The lead is deleted.
    Undone,
    /// It is there still.
    Kept,
    /// Nobody knows yet; it is recorded as begun.
    Open,
}

/// How a deletion ended, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionOutcome {
    /// How.
    pub end: DeletionEnd,
    /// Why it is not done.
    pub reason: Option<Reason>,
    /// The status of the last HTTP answer.
    pub http: Option<u16>,
    /// How many requests were made.
    pub attempts: u32,
}

/// Makes durable what becomes of deletions, and counts it.
pub trait DeletionLog: Send + Sync {
    /// The lead is about to be deleted.
    fn deleting(&self, deletion: &Deletion) -> Durable;

    /// It is deleted, or is kept.
    fn ended(&self, deletion: &Deletion, outcome: &DeletionOutcome) -> Durable;

    /// How it ended, also where it is open; told once what is said above is durable.
    fn count(&self, deletion: &Deletion, outcome: &DeletionOutcome);
}

/// How the platform said that it has no such lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    InWords,
    ByStatus,
}

/// Whether a deletion had its turn in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It did, or the run is stopped.
    Over,
    /// It did not: nothing was done.
    Late,
}

/// How often a deletion is asked for that nobody answers.
const TRIES: u32 = 4;

/// See the module's documentation.
pub struct Deleter {
    platform: Arc<dyn Platform>,
    line: Arc<Line>,
    look_up: Arc<LookUp>,
    log: Arc<dyn DeletionLog>,
    observer: Arc<dyn Observer>,
    concurrency: Concurrency,
    /// With so many open ones the run stops: something is badly wrong.
    max_open: usize,
    open: AtomicUsize,
}

impl Deleter {
    /// One that works over `line` and stops the run when `max_open` deletions are not answered.
    #[must_use]
    pub fn new(
        platform: Arc<dyn Platform>,
        line: Arc<Line>,
        look_up: Arc<LookUp>,
        log: Arc<dyn DeletionLog>,
        observer: Arc<dyn Observer>,
        (concurrency, max_open): (Concurrency, usize),
    ) -> Self {
        Self { platform, line, look_up, log, observer, concurrency, max_open, open: AtomicUsize::new(0) }
    }

    /// Deletes all of them, or until the run is stopped; what is on its way has ended then. Hands back the keys of those
    /// whose turn did not come up to `until`: nobody has deleted them.
    pub async fn run(&self, deletions: Vec<Deletion>, until: Moment) -> Vec<LeadKey> {
        // As for creations, lines may run ahead of requests; how many of these are under way, the line decides.
        let at_once = 2 * self.concurrency.get();
        let deleting = stream::iter(deletions).map(|deletion| async move {
            let turn = self.delete(&deletion, until).await;
            (turn == Turn::Late).then_some(deletion.key)
        });
        let late = deleting.buffer_unordered(at_once).collect::<Vec<_>>().await;
        late.into_iter().flatten().collect()
    }

    async fn delete(&self, deletion: &Deletion, until: Moment) -> Turn {
        if self.line.stop().is_requested() {
            return Turn::Over;
        }
        if self.line.clock().now() > until {
            return Turn::Late;
        }
        if !self.is_recorded(&self.log.deleting(deletion).await) {
            return Turn::Over;
        }
        let Some(outcome) = self.attempt(deletion, until).await else { return Turn::Late };
        self.end(deletion, outcome).await;
        Turn::Over
    }

    async fn end(&self, deletion: &Deletion, outcome: DeletionOutcome) {
        if outcome.end != DeletionEnd::Open && !self.is_recorded(&self.log.ended(deletion, &outcome).await) {
            // What became of it is not on file: for the next run it is open.
            let reason = Reason::new("not_recorded", "the results file failed");
            self.log.count(deletion, &DeletionOutcome { end: DeletionEnd::Open, reason: Some(reason), ..outcome });
            return;
        }
        let reason = outcome.reason.as_ref().map(|reason| reason.code.as_str());
        tracing::debug!(key = %deletion.key, end = ?outcome.end, reason, attempts = outcome.attempts, "deletion ended");
        self.log.count(deletion, &outcome);
        self.count_open(outcome.end);
    }

    /// Asks until it is known what became of it, or `TRIES` times. None where no request of ours arrived up to `until`.
    async fn attempt(&self, deletion: &Deletion, until: Moment) -> Option<DeletionOutcome> {
        let request = self.platform.delete(&deletion.target, &deletion.id);
        let mut may_be_gone = deletion.begun_before;
        // What was shown after an earlier undo asked for it is not gone by that.
        let mut is_gone_where_said = deletion.begun_before && deletion.shown == WasShown::No;
        let (mut attempts, mut unanswered) = (0, 0);
        loop {
            if attempts > 0 && !may_be_gone && self.line.clock().now() > until {
                return None;
            }
            let Ok(exchange) = self.line.exchange(&request, self.observer.as_ref()).await else {
                return Some(ended(left(may_be_gone), Some(stopped()), None, attempts));
            };
            attempts += 1;
            let http = match &exchange {
                Exchange::Answered(response) => Some(response.status),
                Exchange::NotSent(_) | Exchange::Lost(_) => None,
            };
            let (end, reason) = match judge_deletion(self.platform.as_ref(), &exchange) {
                DeletionVerdict::NotHeard => continue,
                DeletionVerdict::Unknown(reason) => {
                    (may_be_gone, is_gone_where_said, unanswered) = (true, true, unanswered + 1);
                    if unanswered < TRIES && self.wait(Backoff::DEFAULT.wait(unanswered, fastrand::f64())).await {
                        continue;
                    }
                    (DeletionEnd::Open, Some(reason))
                }
                DeletionVerdict::Done => (DeletionEnd::Undone, None),
                DeletionVerdict::Gone if is_gone_where_said => (DeletionEnd::Undone, None),
                DeletionVerdict::Gone => self.check_gone(deletion, shown_still(), Told::InWords).await,
                DeletionVerdict::SeemsGone => self.check_gone(deletion, shown_still(), Told::ByStatus).await,
                // What is gone by a request before cannot be deleted once more, in whatever words.
                DeletionVerdict::Refused(reason) if may_be_gone => {
                    self.check_gone(deletion, reason, Told::InWords).await
                }
                DeletionVerdict::Refused(reason) => (DeletionEnd::Kept, Some(reason)),
                DeletionVerdict::BadToken(reason) => {
                    self.stop(format!("the platform does not let this token delete leads: {}", reason.message));
                    (left(may_be_gone), Some(reason))
                }
                DeletionVerdict::Foreign(reason) => {
                    self.stop(reason.message.clone());
                    (DeletionEnd::Open, Some(reason))
                }
            };
            return Some(ended(end, reason, http, attempts));
        }
    }

    /// "No such lead", although nobody has deleted it yet: somebody did by hand, or the platform knows no such request. Or
    /// no, where a request before may have deleted it. A look-up tells; where it shows the lead, that is kept, since `why`. Where
    /// the platform did not say so in words, that it is not shown counts only where it was before, or look-ups are seen to work.
    async fn check_gone(&self, deletion: &Deletion, why: Reason, told: Told) -> (DeletionEnd, Option<Reason>) {
        let mut is_there = false;
        let shown = self.look_up.show(&deletion.target, Some(&deletion.identity), |lead| {
            is_there |= lead.id == deletion.id;
        });
        match shown.await {
            _ if is_there => (DeletionEnd::Kept, Some(why)),
            Ok(Ok(())) if told == Told::InWords || deletion.shown == WasShown::Yes => (DeletionEnd::Undone, None),
            Ok(Ok(())) => match self.look_up.find(&deletion.target, &deletion.identity).await {
                Ok(LookUpOutcome::Absent | LookUpOutcome::Found(_)) => (DeletionEnd::Undone, None),
                Ok(LookUpOutcome::Unknown(reason)) => (DeletionEnd::Open, Some(reason)),
                Err(Stopped) => (DeletionEnd::Open, Some(stopped())),
            },
            Ok(Err(reason)) => (DeletionEnd::Open, Some(reason)),
            Err(Stopped) => (DeletionEnd::Open, Some(stopped())),
        }
    }

    /// False where the run is stopped meanwhile.
    async fn wait(&self, time: Duration) -> bool {
        let until = self.line.clock().now().saturating_add(time);
        tokio::select! {
            biased;
            () = self.line.stop().requested() => false,
            () = self.line.clock().sleep_until(until) => true,
        }
    }

    fn count_open(&self, end: DeletionEnd) {
        if end == DeletionEnd::Open && 1 + self.open.fetch_add(1, Ordering::Relaxed) == self.max_open {
            let open = self.max_open;
            self.stop(format!("{open} deletions were not answered (--max-in-doubt); see whether the platform works"));
        }
    }

    fn stop(&self, message: String) {
        self.line.stop().request(StopReason::new(StopKind::Platform, message));
    }

    /// What cannot be recorded must not be sent: the run stops.
    fn is_recorded(&self, recorded: &Result<(), RecordFailed>) -> bool {
        if let Err(error) = recorded {
            self.line.stop().request(StopReason::new(StopKind::Results, error.to_string()));
        }
        recorded.is_ok()
    }
}

/// Where no request of ours can have deleted it, it is there still.
fn left(may_be_gone: bool) -> DeletionEnd {
    if may_be_gone { DeletionEnd::Open } else { DeletionEnd::Kept }
}

fn shown_still() -> Reason {
    Reason::new("undo_refused", "the platform says that it has no such lead, but shows it: delete it there")
}

fn stopped() -> Reason {
    Reason::new("stopped", "the run stopped before it was deleted")
}

fn ended(end: DeletionEnd, reason: Option<Reason>, http: Option<u16>, attempts: u32) -> DeletionOutcome {
    DeletionOutcome { end, reason, http, attempts }
}
