//! The circuit breaker: a server that fails again and again is left alone, and then asked by one request at a time.
//!
//! A run of server errors (5xx, 408, lost answers) to requests that *change* something opens it: each of them leaves a lead
//! in doubt. Questions that fail hurt nobody and end by themselves, so they do not open it; but while it is open they wait
//! as everybody does, and where one waits it is the one that tries again, since it leaves nothing in doubt.
//!
//! ```text
//! closed ──errors in a row──► open ──wait is over──► probing ──a change was answered──► closed
//!                              ▲                      │    └───a question was answered──► recovering
//!                              └──── it failed ───────┘                                     │
//!                              ▲            questions go freely, changes one at a time ─────┤
//!                              └──── one failed ────────────────────── a change was answered┴──► closed
//! ```
//!
//! Pure: it is told the time and the dice, and says what to do. Who waits, and for what, is [`super::gate`]'s affair.

use std::time::Duration;

use super::client::Exchange;
use super::retry::Backoff;
use crate::clock::Moment;
use crate::platform::Purpose;

/// What came back, as far as it tells whether the server works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// It answered, whatever it said.
    Answer,
    /// It failed, or the answer was lost.
    Failure,
    /// Nothing: the request never arrived, or was given up.
    Nothing,
}

impl Heard {
    pub(super) fn of(exchange: &Exchange) -> Self {
        match exchange {
            Exchange::NotSent(_) => Self::Nothing,
            Exchange::Lost(_) => Self::Failure,
            Exchange::Answered(response) if response.status >= 500 || response.status == 408 => Self::Failure,
            Exchange::Answered(_) => Self::Answer,
        }
    }
}

/// The right to send one request. It is void once the breaker has opened since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    opening: u64,
    purpose: Purpose,
    is_probe: bool,
}

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// It may.
    Go(Pass),
    /// Not before this moment; then it asks again.
    WaitUntil(Moment),
    /// Not before something changes; then it asks again.
    WaitForOthers,
}

/// What everybody has to be told after something was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing has changed for those who wait.
    None,
    /// Those who wait may ask again.
    AskAgain,
    /// Nobody sends for so long.
    Opened(Duration),
    /// It has failed for too long.
    GiveUp,
}

/// Four seconds, doubling up to a minute.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(4), most: Duration::from_mins(1) };

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Breaker {
    /// So many errors in a row open it; 0: none ever do.
    threshold: u32,
    give_up: Duration,
    state: State,
    /// How often it has opened.
    opening: u64,
    /// Whether the last probe was a question that failed: then changes have their chance as well.
    question_failed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { errors: u32 },
    Open { until: Moment, outage: Outage },
    Probing { outage: Outage },
    Recovering { is_probing: bool, outage: Outage },
}

/// From the first opening until a change is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outage {
    since: Moment,
    /// How often it has opened in this outage.
    openings: u32,
}

/// Which other requests wait for the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Questions, perhaps changes as well.
    Questions,
    /// No question.
    NoQuestions,
}

impl Breaker {
    pub(super) fn new(threshold: u32, give_up: Duration) -> Self {
        Self { threshold, give_up, state: State::Closed { errors: 0 }, opening: 0, question_failed: false }
    }

    /// Whether a request may go.
    pub(super) fn enter(&mut self, purpose: Purpose, waiting: Waiting, now: Moment) -> Entry {
        let first_a_question = waiting == Waiting::Questions && !self.question_failed && purpose == Purpose::Change;
        let is_probe = match self.state {
            State::Closed { .. } => false,
            State::Open { until, .. } if until > now => return Entry::WaitUntil(until),
            State::Open { .. } if first_a_question => return Entry::WaitForOthers,
            State::Open { outage, .. } => {
                self.state = State::Probing { outage };
                true
            }
            State::Recovering { .. } if purpose == Purpose::Question => false,
            State::Recovering { is_probing: false, outage } => {
                self.state = State::Recovering { is_probing: true, outage };
                true
            }
            State::Recovering { .. } | State::Probing { .. } => return Entry::WaitForOthers,
        };
        Entry::Go(Pass { opening: self.opening, purpose, is_probe })
    }

    /// Whether it has opened since `pass` was given.
    pub(super) fn is_void(&self, pass: &Pass) -> bool {
        pass.opening != self.opening
    }

    /// What came back for a request; `random`: from 0 to 1.
    pub(super) fn heard(&mut self, pass: &Pass, heard: Heard, now: Moment, random: f64) -> Turn {
        if self.is_void(pass) {
            // It left before the outage was noticed, and belongs to it.
            return Turn::None;
        }
        match (self.state, heard) {
            (State::Closed { errors }, _) => self.heard_closed(errors, pass.purpose, heard, now, random),
            (State::Probing { outage } | State::Recovering { outage, .. }, Heard::Failure) => {
                self.question_failed = pass.purpose == Purpose::Question;
                self.open_again(outage, now, random)
            }
            (State::Probing { outage }, Heard::Answer) if pass.purpose == Purpose::Question => {
                self.state = State::Recovering { is_probing: false, outage };
                Turn::AskAgain
            }
            (State::Probing { .. } | State::Recovering { .. }, Heard::Answer) if pass.is_probe => {
                self.question_failed = false;
                self.state = State::Closed { errors: 0 };
                Turn::AskAgain
            }
            (State::Probing { outage }, _) => {
                self.state = State::Open { until: now, outage };
                Turn::AskAgain
            }
            (State::Recovering { outage, .. }, _) if pass.is_probe => {
                self.state = State::Recovering { is_probing: false, outage };
                Turn::AskAgain
            }
            (State::Recovering { .. } | State::Open { .. }, _) => Turn::None,
        }
    }

    fn heard_closed(&mut self, errors: u32, purpose: Purpose, heard: Heard, now: Moment, random: f64) -> Turn {
        let errors = match (purpose, heard) {
            (Purpose::Question, _) | (_, Heard::Nothing) => return Turn::None,
            (Purpose::Change, Heard::Answer) => 0,
            (Purpose::Change, Heard::Failure) => errors.saturating_add(1),
        };
        self.state = State::Closed { errors };
        if self.threshold == 0 || errors < self.threshold {
            return Turn::None;
        }
        self.open_again(Outage { since: now, openings: 0 }, now, random)
    }

    /// The last wait of all ends when the patience does.
    fn open_again(&mut self, outage: Outage, now: Moment, random: f64) -> Turn {
        let left = outage.since.saturating_add(self.give_up).saturating_sub(now);
        let openings = outage.openings.saturating_add(1);
        // Half of it is sure: a server that fails is never asked again at once.
        let wait = BACKOFF.wait(openings, random.midpoint(1.0)).min(left);
        self.opening += 1;
        let until = now.saturating_add(wait);
        self.state = State::Open { until, outage: Outage { openings, ..outage } };
        if left.is_zero() { Turn::GiveUp } else { Turn::Opened(wait) }
    }
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
