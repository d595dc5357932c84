//! Stretches of a run in which nothing was written. Why, the file does not say: a server asked to wait, was left alone
//! after errors, or did not answer; or the machine slept.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::figures::{Pause, Pauses};
use super::spans::Spans;

/// No pause is shorter: below it is the usual coming and going.
const SHORTEST: Duration = Duration::from_secs(10);

/// A pause is so many times longer than what is usual between two lines, since at a low rate every lead waits.
const TIMES_USUAL: u32 = 10;

/// How many are told one by one.
const LONGEST: usize = 5;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Gaps {
    last: Option<Timestamp>,
    spans: Spans,
    /// The longest, sorted by that.
    longest: Vec<(Duration, Timestamp, Arc<str>)>,
}

impl Gaps {
    pub(super) fn new() -> Self {
        Self { last: None, spans: Spans::new(), longest: Vec::new() }
    }

    /// What lies before is not of this run.
    pub(super) fn run_begins(&mut self, at: Timestamp) {
        self.last = Some(at);
    }

    pub(super) fn line(&mut self, at: Timestamp, run: &Arc<str>) {
        let Some(last) = self.last.replace(at) else { return };
        // A clock that was set back makes no pause.
        let Ok(gap) = Duration::try_from(at.duration_since(last)) else { return };
        self.spans.add(gap);
        if gap >= SHORTEST && self.longest.last().is_none_or(|(least, ..)| self.longest.len() < LONGEST || gap > *least)
        {
            let place = self.longest.partition_point(|(longer, ..)| *longer >= gap);
            self.longest.insert(place, (gap, last, Arc::clone(run)));
            self.longest.truncate(LONGEST);
        }
    }

    pub(super) fn figures(&self) -> Pauses {
        let usual = self.spans.quantile(0.5).unwrap_or_default();
        let least = SHORTEST.max(usual.saturating_mul(TIMES_USUAL));
        let longest: Vec<Pause> = self.longest.iter().filter(|(gap, ..)| *gap >= least).map(pause).collect();
        let count = self.spans.at_least(least).max(longest.len() as u64);
        // The histogram rounds, so that it may count one that is a little shorter.
        let count = if longest.len() < LONGEST { longest.len() as u64 } else { count };
        Pauses { longer_than_seconds: least.as_secs(), count, longest }
    }
}

impl Pauses {
    /// The longest, in the order in which they were.
    pub(super) fn by_time(&self) -> Vec<&Pause> {
        let mut pauses: Vec<&Pause> = self.longest.iter().collect();
        pauses.sort_by_key(|pause| pause.at);
        pauses
    }
}

fn pause((gap, at, run): &(Duration, Timestamp, Arc<str>)) -> Pause {
    Pause { at: *at, seconds: gap.as_secs(), run: run.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(seconds: &[i64]) -> Pauses {
        let run: Arc<str> = "r1".into();
        let mut gaps = Gaps::new();
        let mut at = Timestamp::UNIX_EPOCH;
        gaps.run_begins(at);
        for seconds in seconds {
            at += jiff::SignedDuration::from_secs(*seconds);
            gaps.line(at, &run);
        }
        gaps.figures()
    }

    #[test]
    fn a_wait_that_is_much_longer_than_usual_is_a_pause() {
        let pauses = gaps(&[1, 1, 1, 42, 1, 1, 300, 1]);
        assert_eq!((pauses.longer_than_seconds, pauses.count), (10, 2));
        let longest: Vec<_> = pauses.longest.iter().map(|pause| (pause.seconds, pause.at.as_second())).collect();
        assert_eq!(longest, [(300, 47), (42, 3)]);
    }

    #[test]
    fn at_a_low_rate_waiting_is_no_pause() {
        let pauses = gaps(&[60, 60, 60, 90, 60]);
        assert!(pauses.count == 0 && pauses.longest.is_empty() && pauses.longer_than_seconds >= 590, "{pauses:?}");
    }

    #[test]
    fn more_pauses_than_are_told_are_counted() {
        let pauses = gaps(&[1, 20, 1, 30, 1, 40, 1, 50, 1, 60, 1, 70, 1, 80, 1, 1, 1]);
        assert_eq!((pauses.count, pauses.longest.len(), pauses.longest[0].seconds), (7, 5, 80));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_pause() {
        assert_eq!(gaps(&[1, -3_000, 1, 1]).count, 0);
    }
}
