//! The line to the platform: every request, of whatever purpose, takes its permit, is sent once, and is heard for what it
//! says about waiting. One outage is everybody's outage.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::client::{Client, Exchange};
use super::event::{Event, Observer};
use super::pace::Pace;
use super::retry::{Backoff, allowance_wait, named_wait};
use super::stop::{Stop, StopKind, StopReason};
use crate::clock::{Clock, Moment};
use crate::platform::ApiRequest;

/// See the module's documentation.
pub struct Line {
    client: Client,
    pace: Pace,
    clock: Clock,
    give_up: Duration,
    backoff: Backoff,
    stop: Stop,
    trouble: Mutex<Trouble>,
}

/// Since when nothing gets through.
#[derive(Debug, Default)]
struct Trouble {
    failures: u32,
    since: Option<Moment>,
}

/// The run is being stopped: nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl Line {
    /// A line that gives up when nothing got through, or is to get through, for `give_up`.
    #[must_use]
    pub fn new(client: Client, pace: Pace, clock: Clock, give_up: Duration, stop: Stop) -> Self {
        Self { client, pace, clock, give_up, backoff: Backoff::DEFAULT, stop, trouble: Mutex::default() }
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

    /// Waits for a permit and sends, once.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before anything was sent.
    pub async fn exchange(&self, request: &ApiRequest, observer: &dyn Observer) -> Result<Exchange, Stopped> {
        tokio::select! {
            biased;
            () = self.stop.requested() => return Err(Stopped),
            () = self.pace.permit() => {}
        }
        let exchange = self.client.exchange(request).await;
        self.heed(&exchange, observer);
        Ok(exchange)
    }

    /// The same for a question, which may be asked again: until it is answered by something else than "wait".
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before there was an answer.
    pub async fn ask(&self, request: &ApiRequest, tries: u32, observer: &dyn Observer) -> Result<Exchange, Stopped> {
        let mut lost = 0;
        loop {
            let exchange = self.exchange(request, observer).await?;
            match &exchange {
                Exchange::NotSent(_) => {}
                Exchange::Answered(response) if response.status == 429 => {}
                Exchange::Answered(response) if response.status < 500 => return Ok(exchange),
                Exchange::Answered(_) | Exchange::Lost(_) => {
                    lost += 1;
                    if lost >= tries {
                        return Ok(exchange);
                    }
                    self.pause(self.backoff.wait(lost, fastrand::f64()), "the server did not answer", observer);
                }
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
                *self.trouble() = Trouble::default();
                let (spacing, window) = (self.pace.spacing(), self.pace.longest_window());
                if let Some(wait) = allowance_wait(response, spacing, window, self.clock.wall()) {
                    self.pause(wait.min(self.give_up), "the platform's allowance is used up", observer);
                }
            }
            Exchange::Lost(_) => *self.trouble() = Trouble::default(),
        }
    }

    /// Everybody waits; where that takes too long, the run stops.
    fn fail(&self, named: Option<Duration>, why: &str, observer: &dyn Observer) {
        let now = self.clock.now();
        let (failures, since) = {
            let mut trouble = self.trouble();
            trouble.failures += 1;
            (trouble.failures, *trouble.since.get_or_insert(now))
        };
        let wait = named.unwrap_or_else(|| self.backoff.wait(failures, fastrand::f64()));
        let until = now.saturating_add(wait);
        if until.saturating_sub(since) > self.give_up {
            let limit = self.give_up;
            let message = match named {
                Some(wait) if wait > limit => {
                    format!("{why} for {} s; that is longer than --give-up {limit:?}", wait.as_secs())
                }
                _ => format!("{why}; nothing got through for {limit:?} (--give-up)"),
            };
            self.stop.request(StopReason::new(StopKind::Platform, message));
            return;
        }
        self.pause(wait, why, observer);
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
