//! What happened when: counts in stretches of time that grow with the range, so that there are never more than a screen can
//! show.

use std::collections::BTreeMap;
use std::time::Duration;

use super::figures::{Bucket, OverTime};
use super::spans::{Spans, milliseconds};
use super::time::{WallSeconds, on_the_wall};
use crate::lead::Status;

/// How many stretches of time there are at most, from the first to the last.
pub(super) const MOST_BUCKETS: i64 = 60;

/// How long a stretch may be, in seconds: each is a multiple of the one before, so that stretches can be joined.
const WIDTHS: [i64; 18] = [
    1,
    5,
    10,
    30,
    60,
    300,
    600,
    1_800,
    3_600,
    10_800,
    21_600,
    43_200,
    86_400,
    604_800,
    2_419_200,
    9_676_800,
    77_414_400,
    19_818_086_400,
];

/// Weeks begin on Mondays: 1970 began on a Thursday.
const FIRST_MONDAY: WallSeconds = 4 * 86_400;

/// A lead that ended, as far as its time is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) at: WallSeconds,
    pub(super) status: Status,
    /// Requests beyond the first.
    pub(super) repeats: u64,
    /// How long it was under way, where that is known.
    pub(super) under_way: Option<Duration>,
}

#[derive(Debug, Clone)]
struct Stretch {
    created: u64,
    exists: u64,
    rejected: u64,
    in_doubt: u64,
    repeats: u64,
    under_way: Spans,
}

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    width: usize,
    /// By the number of the stretch.
    stretches: BTreeMap<i64, Stretch>,
}

impl Timeline {
    pub(super) fn add(&mut self, ended: Ended) {
        while self.is_too_long_with(self.number(ended.at)) && self.width + 1 < WIDTHS.len() {
            self.widen();
        }
        let number = self.number(ended.at);
        self.stretches.entry(number).or_insert_with(Stretch::new).add(ended);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// All stretches from the first to the last, those in which nothing happened as well; `None` where nothing ever did.
    pub(super) fn figures(&self) -> Option<OverTime> {
        let (first, last) = (*self.stretches.keys().next()?, *self.stretches.keys().next_back()?);
        let seconds = self.seconds();
        let nothing = Stretch::new();
        let buckets = (first..=last).map(|number| {
            let begins = number * seconds + FIRST_MONDAY;
            self.stretches.get(&number).unwrap_or(&nothing).figures(begins)
        });
        Some(OverTime { bucket_seconds: seconds.unsigned_abs(), buckets: buckets.collect() })
    }

    fn seconds(&self) -> i64 {
        WIDTHS.get(self.width).copied().unwrap_or(1)
    }

    fn number(&self, at: WallSeconds) -> i64 {
        (at - FIRST_MONDAY).div_euclid(self.seconds())
    }

    fn is_too_long_with(&self, number: i64) -> bool {
        let first = self.stretches.keys().next().map_or(number, |first| number.min(*first));
        let last = self.stretches.keys().next_back().map_or(number, |last| number.max(*last));
        last - first >= MOST_BUCKETS
    }

    fn widen(&mut self) {
        let before = self.seconds();
        self.width += 1;
        let times = self.seconds() / before;
        for (number, stretch) in std::mem::take(&mut self.stretches) {
            let joined = self.stretches.entry(number.div_euclid(times)).or_insert_with(Stretch::new);
            joined.join(&stretch);
        }
    }
}

impl Stretch {
    fn new() -> Self {
        Self { created: 0, exists: 0, rejected: 0, in_doubt: 0, repeats: 0, under_way: Spans::new() }
    }

    fn add(&mut self, ended: Ended) {
        match ended.status {
            Status::Created => self.created += 1,
            Status::Exists => self.exists += 1,
            Status::Rejected => self.rejected += 1,
            _ => self.in_doubt += 1,
        }
        self.repeats += ended.repeats;
        self.under_way.add_known(ended.under_way);
    }

    fn join(&mut self, other: &Self) {
        self.created += other.created;
        self.exists += other.exists;
        self.rejected += other.rejected;
        self.in_doubt += other.in_doubt;
        self.repeats += other.repeats;
        self.under_way.join(&other.under_way);
    }

    fn figures(&self, begins: WallSeconds) -> Bucket {
        let at = |share| self.under_way.quantile(share).map(milliseconds);
        Bucket {
            at: on_the_wall(begins).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            created: self.created,
            exists: self.exists,
            rejected: self.rejected,
            in_doubt: self.in_doubt,
            repeats: self.repeats,
            p50_ms: at(0.5),
            p95_ms: at(0.95),
            begins,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ended(at: WallSeconds, status: Status) -> Ended {
        Ended { at, status, repeats: 1, under_way: Some(Duration::from_millis(20)) }
    }

    /// Monday, 2 November 2026, 10:00.
    const MONDAY: WallSeconds = 1_793_613_600;

    #[test]
    fn a_run_of_a_minute_is_shown_by_the_second_and_months_by_the_day_or_week() {
        let mut timeline = Timeline::default();
        timeline.add(ended(MONDAY, Status::Created));
        timeline.add(ended(MONDAY + 59, Status::Rejected));
        let by_second = timeline.figures().unwrap();
        assert_eq!((by_second.bucket_seconds, by_second.buckets.len()), (1, 60));
        timeline.add(ended(MONDAY + 40 * 86_400, Status::InDoubt));
        let by_day = timeline.figures().unwrap();
        assert_eq!((by_day.bucket_seconds, by_day.buckets.len()), (86_400, 41));
        timeline.add(ended(MONDAY + 200 * 86_400, Status::Exists));
        let by_week = timeline.figures().unwrap();
        assert_eq!((by_week.bucket_seconds, by_week.buckets[0].at.as_str()), (604_800, "2026-11-02T00:00:00"));
        let first = &by_week.buckets[0];
        assert_eq!((first.created, first.rejected, first.repeats), (1, 1, 2));
    }

    #[test]
    fn every_width_is_a_multiple_of_the_one_before() {
        for pair in WIDTHS.windows(2) {
            assert_eq!(pair[1] % pair[0], 0, "{pair:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_times_nothing_is_lost_and_there_are_never_too_many_stretches(
            times in prop::collection::vec(-377_705_023_201_i64..253_402_207_200, 1..60),
            near in prop::collection::vec(0..100_000_i64, 0..60),
        ) {
            let mut timeline = Timeline::default();
            let all: Vec<i64> = near.iter().map(|seconds| MONDAY + seconds).chain(times.iter().copied()).collect();
            for at in &all {
                timeline.add(ended(*at, Status::Created));
            }
            let figures = timeline.figures().unwrap();
            prop_assert!(i64::try_from(figures.buckets.len()).unwrap() <= MOST_BUCKETS, "{}", figures.buckets.len());
            prop_assert_eq!(figures.buckets.iter().map(|bucket| bucket.created).sum::<u64>(), all.len() as u64);
        }
    }
}
