//! Sliding windows over the arrivals of requests.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::Moment;

/// No more than `count` requests in any window of `window`, for several windows at once.
#[derive(Debug)]
pub(super) struct Throttle {
    windows: Vec<Window>,
    refused: u64,
}

#[derive(Debug)]
struct Window {
    count: usize,
    length: Duration,
    /// Requests that were admitted and are still inside, oldest first.
    inside: VecDeque<Moment>,
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// There are no limits.
    Free,
    /// It passed; of the window with the least left, `remaining` of `limit`.
    Admitted { limit: usize, remaining: usize },
    /// The window of `limit` requests is full for another `wait`.
    Refused { limit: usize, wait: Duration },
}

impl Throttle {
    pub(super) fn new(limits: &[(u32, Duration)]) -> Self {
        let window = |&(count, length): &(u32, Duration)| Window {
            count: usize::try_from(count).unwrap_or(usize::MAX),
            length,
            inside: VecDeque::new(),
        };
        Self { windows: limits.iter().map(window).collect(), refused: 0 }
    }

    /// How many requests were refused so far.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// One request arrives. A refused one does not count against any window, as in Laravel's limiter.
    pub(super) fn arrive(&mut self, now: Moment) -> Passage {
        for window in &mut self.windows {
            window.forget_before(now);
        }
        if let Some((limit, wait)) = self.longest_wait(now) {
            self.refused += 1;
            return Passage::Refused { limit, wait };
        }
        for window in &mut self.windows {
            window.inside.push_back(now);
        }
        let tightest = self.windows.iter().min_by_key(|window| window.remaining());
        tightest
            .map_or(Passage::Free, |window| Passage::Admitted { limit: window.count, remaining: window.remaining() })
    }

    fn longest_wait(&self, now: Moment) -> Option<(usize, Duration)> {
        let full = self.windows.iter().filter(|window| window.remaining() == 0);
        full.map(|window| (window.count, window.wait(now))).max_by_key(|(_, wait)| *wait)
    }
}

impl Window {
    fn forget_before(&mut self, now: Moment) {
        while self.inside.front().is_some_and(|arrival| now.saturating_sub(*arrival) >= self.length) {
            self.inside.pop_front();
        }
    }

    fn remaining(&self) -> usize {
        self.count.saturating_sub(self.inside.len())
    }

    fn wait(&self, now: Moment) -> Duration {
        let oldest = self.inside.front().copied().unwrap_or(now);
        (oldest + self.length).saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_window_slides_instead_of_starting_anew() {
        let mut throttle = Throttle::new(&[(2, ms(1000))]);
        assert_eq!(throttle.arrive(ms(0)), Passage::Admitted { limit: 2, remaining: 1 });
        assert_eq!(throttle.arrive(ms(900)), Passage::Admitted { limit: 2, remaining: 0 });
        assert_eq!(throttle.arrive(ms(999)), Passage::Refused { limit: 2, wait: ms(1) });
        assert_eq!(throttle.arrive(ms(1000)), Passage::Admitted { limit: 2, remaining: 0 });
        assert_eq!(throttle.arrive(ms(1001)), Passage::Refused { limit: 2, wait: ms(899) });
        assert_eq!(throttle.refused(), 2);
    }

    #[test]
    fn several_windows_hold_together_and_the_longest_wait_is_named() {
        let mut throttle = Throttle::new(&[(1, ms(100)), (2, ms(1000))]);
        throttle.arrive(ms(0));
        assert_eq!(throttle.arrive(ms(50)), Passage::Refused { limit: 1, wait: ms(50) });
        throttle.arrive(ms(100));
        assert_eq!(throttle.arrive(ms(150)), Passage::Refused { limit: 2, wait: ms(850) });
    }

    #[test]
    fn without_limits_everything_passes() {
        let mut throttle = Throttle::new(&[]);
        assert!((0..1000).all(|_| throttle.arrive(ms(0)) == Passage::Free));
    }
}
