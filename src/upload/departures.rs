//! When requests left: the last wall before a limit is passed.
//!
//! Slots say when a request may leave, departures when it did. One that leaves late, since its connection had to be opened first
//! or the machine was busy, is nearer to those of the next window than its slot is. So a request waits until the one that is
//! as many before it as the limit allows is longer ago than the window and what the network may shift.

use std::collections::VecDeque;
use std::time::Duration;

use super::rate::Rate;
use crate::clock::Moment;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Departures {
    limits: Vec<Limit>,
    longest_window: Duration,
    /// In the order of their permits.
    moments: VecDeque<Moment>,
    /// How many were forgotten: the number of the first of `moments`.
    forgotten: u64,
}

/// Of so many requests in a row the last must leave so long before the next one.
#[derive(Debug)]
struct Limit {
    count: usize,
    apart: Duration,
}

impl Departures {
    pub(super) fn new(rates: &[Rate]) -> Self {
        let limit = |rate: &Rate| Limit { count: rate.count() as usize, apart: rate.window() + rate.jitter() };
        let longest_window = rates.iter().map(Rate::window).max().unwrap_or(Duration::from_mins(1));
        let limits = rates.iter().map(limit).collect();
        Self { limits, longest_window, moments: VecDeque::new(), forgotten: 0 }
    }

    /// Before this no further request may leave.
    pub(super) fn next_allowed(&self) -> Moment {
        let bound = |limit: &Limit| Some(self.moments[self.moments.len().checked_sub(limit.count)?] + limit.apart);
        self.limits.iter().filter_map(bound).max().unwrap_or_default()
    }

    /// A request leaves `now`; gives its number.
    pub(super) fn add(&mut self, now: Moment) -> u64 {
        let kept = self.limits.iter().map(|limit| limit.apart).max().unwrap_or_default();
        while self.moments.front().is_some_and(|left| now.saturating_sub(*left) >= kept) {
            self.moments.pop_front();
            self.forgotten += 1;
        }
        self.moments.push_back(now);
        self.forgotten + self.moments.len() as u64 - 1
    }

    /// The request with this number left only `now`.
    pub(super) fn correct(&mut self, number: u64, now: Moment) {
        let at = number.checked_sub(self.forgotten).and_then(|at| usize::try_from(at).ok());
        if let Some(left) = at.and_then(|at| self.moments.get_mut(at)) {
            *left = now.max(*left);
        }
    }

    /// How long until the oldest request of the last longest window is that window old.
    pub(super) fn until_room(&self, now: Moment) -> Duration {
        let older = self.moments.partition_point(|left| now.saturating_sub(*left) >= self.longest_window);
        let oldest = self.moments.get(older).copied().unwrap_or(now);
        (oldest + self.longest_window).saturating_sub(now)
    }
}
