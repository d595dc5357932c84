//! How fast it goes and how long it will take, from what this run has sent; pure, time is told to it.

use std::collections::VecDeque;
use std::time::Duration;

use super::figures::real;
use crate::clock::Moment;

/// The rate is that of so much time.
const WINDOW: Duration = Duration::from_mins(1);

/// Samples closer together than this say nothing new: bounds the memory.
const SAMPLE_EVERY: Duration = Duration::from_millis(500);

/// Follows a number that grows.
#[derive(Debug, Default)]
pub struct Meter {
    first: Option<Sample>,
    recent: VecDeque<Sample>,
    latest: Option<Sample>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Moment,
    sent: u64,
}

impl Meter {
    /// At `at`, `sent` leads have been sent in this run. Told from the start of the sending on, in the order of time.
    pub fn tell(&mut self, at: Moment, sent: u64) {
        let sample = Sample { at, sent };
        self.first.get_or_insert(sample);
        self.latest = Some(sample);
        if self.recent.back().is_none_or(|last| at.saturating_sub(last.at) >= SAMPLE_EVERY) {
            self.recent.push_back(sample);
        }
        // One sample older than the window stays, so that the window is full.
        while self.recent.get(1).is_some_and(|next| at.saturating_sub(next.at) >= WINDOW) {
            self.recent.pop_front();
        }
    }

    /// Leads per second over the last minute, or since the start where that is shorter. `None` before anything can be
    /// said.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        rate_between(self.recent.front().copied()?, self.latest?)
    }

    /// How long `left` more leads take, at the rate of the last minute; after a pause longer than that, at that of the
    /// whole run.
    #[must_use]
    pub fn time_for(&self, left: u64) -> Option<Duration> {
        if left == 0 {
            return Some(Duration::ZERO);
        }
        let moving = self.rate().filter(|rate| *rate > 0.0);
        let rate = match moving {
            Some(rate) => rate,
            None => rate_between(self.first?, self.latest?).filter(|rate| *rate > 0.0)?,
        };
        Duration::try_from_secs_f64(real(left) / rate).ok()
    }
}

fn rate_between(from: Sample, to: Sample) -> Option<f64> {
    let seconds = to.at.saturating_sub(from.at).as_secs_f64();
    // Less than a second says nothing: the first answers would look like a storm.
    (seconds >= 1.0).then(|| real(to.sent.saturating_sub(from.sent)) / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_even_pace_is_measured_exactly() {
        let mut meter = Meter::default();
        for second in 0..300 {
            meter.tell(seconds(second), second);
        }
        assert!((meter.rate().unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(meter.time_for(600), Some(seconds(600)));
        assert_eq!(meter.time_for(0), Some(Duration::ZERO));
    }

    #[test]
    fn only_the_last_minute_counts() {
        let mut meter = Meter::default();
        for second in 0..=100 {
            meter.tell(seconds(second), second * 10);
        }
        for second in 101..=200 {
            meter.tell(seconds(second), 1_000 + (second - 100));
        }
        assert!((meter.rate().unwrap() - 1.0).abs() < 0.02, "{:?}", meter.rate());
    }

    #[test]
    fn after_a_long_pause_the_whole_run_tells_the_time_left() {
        let mut meter = Meter::default();
        meter.tell(seconds(0), 0);
        meter.tell(seconds(100), 100);
        for second in (110..=200).step_by(10) {
            meter.tell(seconds(second), 100);
        }
        assert!(meter.rate().unwrap() < 1e-9);
        assert_eq!(meter.time_for(50), Some(seconds(100)));
    }

    #[test]
    fn nothing_is_said_too_early() {
        let mut meter = Meter::default();
        assert_eq!(meter.rate(), None);
        meter.tell(seconds(0), 0);
        meter.tell(Duration::from_millis(900), 50);
        assert_eq!((meter.rate(), meter.time_for(5)), (None, None));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut meter = Meter::default();
        for millis in 0..500_000 {
            meter.tell(Duration::from_millis(millis), millis);
        }
        assert!(meter.recent.len() <= 122, "{}", meter.recent.len());
    }
}
