//! The line to the platform: every request, of whatever purpose, takes its permit, is sent once, and is heard for what it
//! says about waiting. One outage is everybody's outage.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::breaker::{Heard, Turn};
use super::client::{Client, Exchange};
use super::event::{Event, Observer};
use super::gate::{Gate, Ticket};
use super::options::Concurrency;
use super::pace::{Pace, Permit};
use super::retry::{Backoff, RetryBudget, allowance_wait, named_wait};
use super::stop::{Stop, StopKind, StopReason};
use crate::clock::{Clock, Moment};
use crate::platform::{ApiRequest, Purpose};

/// See the module's documentation.
pub struct Line {
    client: Client,
    pace: Arc<Pace>,
    clock: Clock,
    /// As many as there may be requests at once, of whatever purpose.
    workers: Semaphore,
    give_up: Duration,
    backoff: Backoff,
    stop: Stop,
    trouble: Mutex<Trouble>,
    gate: Gate,
}

/// Since when nothing gets through.
#[derive(Debug, Default)]
struct Trouble {
    failures: u32,
    since: Option<Moment>,
    budget: RetryBudget,
}

impl Trouble {
    /// Something got through.
    fn is_over(&mut self) {
        (self.failures, self.since) = (0, None);
        self.budget.earn();
    }
}

/// The run is being stopped: nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl Line {
    /// A line that gives up when nothing got through, or is to get through, for `give_up`, and leaves a server alone that
    /// failed `pause_after_errors` times in a row (0: never).
    #[must_use]
    pub fn new(
        client: Client,
        pace: Pace,
        clock: Clock,
        concurrency: Concurrency,
        give_up: Duration,
        pause_after_errors: u32,
        stop: Stop,
    ) -> Self {
        let workers = Semaphore::new(concurrency.get());
        let gate = Gate::new(pause_after_errors, give_up, clock.clone());
        let pace = Arc::new(pace);
        Self { client, pace, clock, workers, give_up, backoff: Backoff::DEFAULT, stop, trouble: Mutex::default(), gate }
    }

    /// After so long without getting through, it gives up.
    #[must_use]
    pub fn give_up(&self) -> Duration {
        self.give_up
    }

    /// The pace.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The switch that stops it.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Waits for a worker and for a permit, and sends, once.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before anything was sent.
    pub async fn exchange(&self, request: &ApiRequest, observer: &dyn Observer) -> Result<Exchange, Stopped> {
        let permitted = self.stop.unless_requested(self.permitted(request.purpose)).await;
        // The worker is held until the answer is there. Nobody closes the semaphore.
        let Some((_worker, ticket, permit)) = permitted.flatten() else { return Err(Stopped) };
        let exchange = self.client.exchange(request, move || permit.leaves()).await;
        self.heed(&exchange, observer);
        self.heed_failure(ticket, Heard::of(&exchange), observer);
        Ok(exchange)
    }

    /// The same for a question, which may be asked again: until there is an answer, or `tries` of them failed.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before there was an answer.
    pub async fn ask(&self, request: &ApiRequest, tries: u32, observer: &dyn Observer) -> Result<Exchange, Stopped> {
        Ok(self.ask_counted(request, tries, observer).await?.0)
    }

    /// The same, with how many requests it took.
    ///
    /// # Errors
    /// As for [`Line::ask`].
    pub async fn ask_counted(
        &self,
        request: &ApiRequest,
        tries: u32,
        observer: &dyn Observer,
    ) -> Result<(Exchange, u32), Stopped> {
        let (mut failed, mut made) = (0, 0);
        loop {
            let exchange = self.exchange(request, observer).await?;
            made += 1;
            match &exchange {
                Exchange::Answered(response) if response.status == 429 => continue,
                Exchange::Answered(response) if response.status < 500 => return Ok((exchange, made)),
                Exchange::Answered(_) | Exchange::Lost(_) | Exchange::NotSent(_) => failed += 1,
            }
            if failed >= tries {
                return Ok((exchange, made));
            }
            let named = match &exchange {
                Exchange::Answered(response) => named_wait(response, self.clock.wall()),
                Exchange::Lost(_) | Exchange::NotSent(_) => None,
            };
            let wait = named.unwrap_or_else(|| self.backoff.wait(failed, fastrand::f64()));
            self.wait(wait, "the server did not answer", observer);
        }
    }

    /// Waits until the server is not left alone, for a worker, and for a slot of the pace.
    async fn permitted(&self, purpose: Purpose) -> Option<(SemaphorePermit<'_>, Ticket<'_>, Permit)> {
        loop {
            let ticket = self.gate.enter(purpose).await;
            let worker = self.workers.acquire().await.ok()?;
            let permit = tokio::select! {
                biased;
                permit = self.pace.permit() => permit,
                () = ticket.voided() => continue,
            };
            // Slots that were waited for when the server began to fail belong to others by now.
            if !ticket.is_void() {
                return Some((worker, ticket, permit));
            }
        }
    }

    /// What an exchange says about whether the server works.
    fn heed_failure(&self, ticket: Ticket<'_>, heard: Heard, observer: &dyn Observer) {
        match ticket.heard(heard, || self.pace.take_back()) {
            Turn::None | Turn::AskAgain => {}
            Turn::Opened(wait) => {
                tracing::info!(seconds = wait.as_secs(), "the server fails; waiting, then one request tries again");
                observer.event(Event::Waiting { wait, why: "the server fails; then one request tries again" });
            }
            Turn::GiveUp => {
                let message = format!("the server has failed for {:?} (--give-up)", self.give_up);
                self.stop.request(StopReason::new(StopKind::Platform, message));
            }
        }
    }

    /// What an exchange says about waiting.
    fn heed(&self, exchange: &Exchange, observer: &dyn Observer) {
        match exchange {
            Exchange::NotSent(error) => self.fail(None, &format!("the server was not reached: {error}"), observer),
            Exchange::Answered(response) if response.status == 429 => {
                let wait = named_wait(response, self.clock.wall());
                self.fail(wait, "the platform asked to wait", observer);
            }
            Exchange::Answered(response) => {
                self.trouble().is_over();
                if let Some(wait) = allowance_wait(response, self.pace.until_room(), self.clock.wall()) {
                    self.wait(wait, "the platform's allowance is used up", observer);
                }
            }
            Exchange::Lost(_) => self.trouble().is_over(),
        }
    }

    /// A refusal or a failure: everybody waits, as long as is named, else ever longer.
    fn fail(&self, named: Option<Duration>, why: &str, observer: &dyn Observer) {
        let now = self.clock.now();
        // Whoever fails while everybody waits belongs to the failure before.
        let is_new = self.pace.paused_until().is_none();
        let (failures, since, is_left) = {
            let mut trouble = self.trouble();
            trouble.failures += u32::from(is_new);
            let is_left = !is_new || trouble.budget.spend();
            (trouble.failures.max(1), *trouble.since.get_or_insert(now), is_left)
        };
        let wait = named.unwrap_or_else(|| self.backoff.wait(failures, fastrand::f64()));
        if now.saturating_add(wait).saturating_sub(since) > self.give_up
            && named.is_none_or(|wait| wait <= self.give_up)
        {
            let message = format!("{why}; nothing got through for {:?} (--give-up)", self.give_up);
            self.stop.request(StopReason::new(StopKind::Platform, message));
        } else {
            let wait = if is_left { wait } else { wait.max(self.backoff.most.min(self.give_up)) };
            self.wait(wait, why, observer);
        }
    }

    /// Everybody waits; where that would take too long, the run stops.
    fn wait(&self, wait: Duration, why: &str, observer: &dyn Observer) {
        if wait > self.give_up {
            let message = format!("{why} for {} s; that is longer than --give-up {:?}", wait.as_secs(), self.give_up);
            self.stop.request(StopReason::new(StopKind::Platform, message));
        } else {
            self.pause(wait, why, observer);
        }
    }

    fn pause(&self, wait: Duration, why: &str, observer: &dyn Observer) {
        self.pace.pause_until(self.clock.now().saturating_add(wait));
        if wait >= Duration::from_secs(1) {
            observer.event(Event::Waiting { wait, why });
        }
    }

    fn trouble(&self) -> std::sync::MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
