//! When requests left: the last wall before a limit is passed.
//!
//! Slots say when a request may leave, departures when it did. One that leaves late, since its connection had to be opened first
//! or the machine was busy, is nearer to those of the next window than its slot is. So a request waits until the one that is
//! as many before it as the limit allows has left, and that is longer ago than the window and what the network may shift. Of any
//! `count + 1` requests two are then so far apart, in whatever order they left.

use std::collections::VecDeque;
use std::time::Duration;

use super::rate::Rate;
use crate::clock::Moment;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Departures {
    rates: Vec<Rate>,
    /// In the order of their permits.
    requests: VecDeque<Departure>,
    /// How many were forgotten: the number of the first of `requests`.
    forgotten: u64,
}

/// What is known of a request that has its permit.
#[derive(Debug, Clone, Copy)]
enum Departure {
    /// It was permitted then, and may leave at any time.
    Waiting {
        since: Moment,
    },
    Left(Moment),
}

/// When the next request may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    From(Moment),
    /// Once one that has its permit has left: then it is asked again.
    AfterAnother,
}

impl Departures {
    pub(super) fn new(rates: &[Rate]) -> Self {
        Self { rates: rates.to_vec(), requests: VecDeque::new(), forgotten: 0 }
    }

    pub(super) fn next_allowed(&self) -> Allowed {
        let mut from = Moment::default();
        for rate in &self.rates {
            let before = self.requests.len().checked_sub(rate.count() as usize).map(|at| self.requests[at]);
            match before {
                None => {}
                Some(Departure::Waiting { .. }) => return Allowed::AfterAnother,
                Some(Departure::Left(moment)) => from = from.max(moment + apart(rate)),
            }
        }
        Allowed::From(from)
    }

    /// A request is permitted `now`; gives its number.
    pub(super) fn add(&mut self, now: Moment) -> u64 {
        let kept = self.rates.iter().map(apart).max().unwrap_or_default();
        let is_old =
            |departure: &Departure| matches!(departure, Departure::Left(left) if now.saturating_sub(*left) >= kept);
        while self.requests.front().is_some_and(is_old) {
            self.requests.pop_front();
            self.forgotten += 1;
        }
        self.requests.push_back(Departure::Waiting { since: now });
        self.forgotten + self.requests.len() as u64 - 1
    }

    /// The request with this number left then; `None`: when it was permitted, or not at all.
    pub(super) fn left(&mut self, number: u64, then: Option<Moment>) {
        // A request that waits is never forgotten.
        let at = number.checked_sub(self.forgotten).and_then(|at| usize::try_from(at).ok());
        if let Some(departure) = at.and_then(|at| self.requests.get_mut(at))
            && let Departure::Waiting { since } = *departure
        {
            *departure = Departure::Left(then.unwrap_or(since));
        }
    }

    /// About how long until the oldest request of the last longest window is that window old.
    pub(super) fn until_room(&self, now: Moment) -> Duration {
        let window = self.rates.iter().map(Rate::window).max().unwrap_or(Duration::from_mins(1));
        let left = |departure: &Departure| match *departure {
            Departure::Waiting { since } => since,
            Departure::Left(moment) => moment,
        };
        // Nearly in order: who left late is taken to have left with those before.
        let older = self.requests.partition_point(|departure| now.saturating_sub(left(departure)) >= window);
        let oldest = self.requests.get(older).map_or(now, left);
        (oldest + window).saturating_sub(now)
    }
}

/// Of as many requests in a row as the rate allows the last must leave so long before the next one.
fn apart(rate: &Rate) -> Duration {
    rate.window() + rate.jitter()
}
