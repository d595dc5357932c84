//! Lengths of time, counted in a histogram of a few kilobytes, however many there are.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::figures::{Latency, LatencyBar};

/// Longer ones are counted as this: nobody waits a day for an answer.
const LONGEST: Duration = Duration::from_hours(24);

/// Two digits of each length are kept: what is told is rounded to that.
const DIGITS: u8 = 2;

/// The lengths at which the bars of the picture end, in milliseconds; the last bar has no end.
const BARS: [u64; 16] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 300_000];

/// See the module's documentation.
#[derive(Debug, Clone)]
pub(super) struct Spans {
    /// In microseconds; `None` before the first one.
    counts: Option<Histogram<u64>>,
}

impl Spans {
    pub(super) fn new() -> Self {
        Self { counts: None }
    }

    pub(super) fn add(&mut self, span: Duration) {
        if self.counts.is_none() {
            // Only a number of digits that is out of bounds can fail.
            self.counts = Histogram::new(DIGITS).ok();
        }
        if let Some(counts) = &mut self.counts {
            let micros = u64::try_from(span.min(LONGEST).as_micros()).unwrap_or(u64::MAX).max(1);
            let _ = counts.record(micros);
        }
    }

    /// The same where it may not be known.
    pub(super) fn add_known(&mut self, span: Option<Duration>) {
        if let Some(span) = span {
            self.add(span);
        }
    }

    pub(super) fn join(&mut self, others: &Self) {
        match (&mut self.counts, &others.counts) {
            (Some(counts), Some(others)) => drop(counts.add(others)),
            (none @ None, Some(others)) => *none = Some(others.clone()),
            (_, None) => {}
        }
    }

    #[cfg(test)]
    fn count(&self) -> u64 {
        self.counts.as_ref().map_or(0, Histogram::len)
    }

    /// How many are at least this long.
    pub(super) fn at_least(&self, span: Duration) -> u64 {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        self.counts.as_ref().map_or(0, |counts| counts.count_between(micros, u64::MAX))
    }

    /// The length that this share of them (0 to 1) does not pass; `None` where there are none.
    pub(super) fn quantile(&self, share: f64) -> Option<Duration> {
        let counts = self.counts.as_ref().filter(|counts| !counts.is_empty())?;
        let micros = counts.value_at_quantile(share).min(counts.max());
        Some(Duration::from_micros(micros))
    }

    /// What people are told of them; `None` where there are none.
    pub(super) fn latency(&self) -> Option<Latency> {
        let counts = self.counts.as_ref().filter(|counts| !counts.is_empty())?;
        let at = |share| milliseconds(self.quantile(share).unwrap_or_default());
        Some(Latency {
            leads: counts.len(),
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            max_ms: at(1.0),
            bars: bars(counts),
        })
    }
}

/// The bars that are not empty, and those between them.
fn bars(counts: &Histogram<u64>) -> Vec<LatencyBar> {
    let mut bars = Vec::with_capacity(BARS.len() + 1);
    let mut before = 0;
    for end in BARS.into_iter().map(Some).chain([None]) {
        let through = end.map_or(counts.len(), |end| counts.count_between(0, end * 1_000).min(counts.len()));
        bars.push(LatencyBar { up_to_ms: end, leads: through.saturating_sub(before) });
        before = before.max(through);
    }
    let first = bars.iter().position(|bar| bar.leads > 0).unwrap_or(0);
    let last = bars.iter().rposition(|bar| bar.leads > 0).unwrap_or(0);
    bars.drain(..first);
    bars.truncate(last + 1 - first);
    bars
}

/// Milliseconds with three digits after the point at most.
pub(super) fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(millis: impl IntoIterator<Item = u64>) -> Spans {
        let mut spans = Spans::new();
        millis.into_iter().for_each(|millis| spans.add(Duration::from_millis(millis)));
        spans
    }

    #[test]
    fn percentiles_are_right_to_two_digits_and_never_longer_than_the_longest() {
        let latency = spans(1..=1_000).latency().unwrap();
        for (told, exact) in [(latency.p50_ms, 500.0), (latency.p90_ms, 900.0), (latency.p99_ms, 990.0)] {
            assert!((told - exact).abs() / exact < 0.01, "{told} is told for {exact}");
        }
        assert!((latency.max_ms - 1_000.0).abs() < 10.0, "{}", latency.max_ms);
        let one = spans([7]).latency().unwrap();
        assert_eq!((one.leads, one.p50_ms.round(), one.max_ms.round()), (1, 7.0, 7.0));
    }

    #[test]
    fn the_bars_hold_every_length_once() {
        let latency = spans([0, 1, 3, 40, 40, 90_000, 9_000_000]).latency().unwrap();
        assert_eq!(latency.bars.iter().map(|bar| bar.leads).sum::<u64>(), 7);
        assert_eq!(latency.bars.last().unwrap().up_to_ms, None);
    }

    #[test]
    fn nothing_is_told_of_none() {
        assert_eq!(Spans::new().latency(), None);
        assert_eq!(Spans::new().quantile(0.5), None);
    }

    #[test]
    fn joined_histograms_are_one() {
        let mut one = spans([1, 2]);
        one.join(&spans([3]));
        one.join(&Spans::new());
        let mut none = Spans::new();
        none.join(&one);
        assert_eq!((one.count(), none.count(), none.at_least(Duration::from_millis(3))), (3, 3, 1));
    }
}
