//! Where an axis has marks, and what stands at them. Pure.

use super::figures::OverTime;
use super::time::{WallSeconds, on_the_wall};

/// A mark of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    pub(super) at: f64,
    pub(super) label: String,
}

/// An axis from one number to another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) marks: Vec<Mark>,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far apart marks of time may be, in seconds. What is longer is counted in months.
const STEPS: [i64; 22] = [
    1,
    2,
    5,
    10,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
];

impl Axis {
    /// From 0 to a round number that is not below `most`, with about so many marks at round numbers.
    pub(super) fn numbers(most: f64, about: u32, label: impl Fn(f64) -> String) -> Self {
        let step = round_step(most, about);
        let steps = (most / step).ceil().max(1.0);
        let marks = (0..).map(f64::from).take_while(|times| *times <= steps);
        let marks = marks.map(|times| Mark { at: times * step, label: label(times * step) }).collect();
        Self { from: 0.0, to: steps * step, marks }
    }

    /// Over stretches of time, counted from 0; no more than `most` marks at round times.
    pub(super) fn time(over: &OverTime, most: usize) -> Self {
        let stretches = over.buckets.len();
        let first = over.buckets.first().map_or(0, |bucket| bucket.begins);
        let seconds = i64::try_from(over.bucket_seconds).unwrap_or(i64::MAX).max(1);
        let length = seconds.saturating_mul(i64::try_from(stretches).unwrap_or(i64::MAX));
        let place = |at: WallSeconds| whole(at - first) / whole(seconds);
        let marks = moments(first, length, most).into_iter().map(|(at, label)| Mark { at: place(at), label });
        Self { from: 0.0, to: number(stretches), marks: marks.collect() }
    }

    /// Over so many things side by side, each of which has a name; so many of them are written out as have room.
    pub(super) fn names(names: &[String], most: usize) -> Self {
        let every = names.len().div_ceil(most.max(1)).max(1);
        let written_out = names.iter().enumerate().filter(|(place, _)| place % every == 0);
        let marks = written_out.map(|(place, name)| Mark { at: number(place) + 0.5, label: name.clone() });
        Self { from: 0.0, to: number(names.len()), marks: marks.collect() }
    }

    /// Between so many things side by side: what stands at their right ends.
    pub(super) fn ends(ends: &[String], most: usize) -> Self {
        let every = ends.len().div_ceil(most.max(1)).max(1);
        let shown = ends.iter().enumerate().filter(|(place, end)| place % every == every - 1 && !end.is_empty());
        let marks = shown.map(|(place, end)| Mark { at: number(place + 1), label: end.clone() });
        Self { from: 0.0, to: number(ends.len()), marks: marks.collect() }
    }

    pub(super) fn label(&self, at: f64) -> &str {
        self.marks.iter().find(|mark| (mark.at - at).abs() < f64::EPSILON).map_or("", |mark| &mark.label)
    }
}

/// 1, 2 or 5, times a power of ten, and not below 1 where things are counted.
fn round_step(most: f64, about: u32) -> f64 {
    let rough = (most / f64::from(about.max(1))).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough);
    step.unwrap_or(10.0 * power)
}

/// Round times from `first` on for `length` seconds, and how they are written.
fn moments(first: WallSeconds, length: i64, most: usize) -> Vec<(WallSeconds, String)> {
    let most = i64::try_from(most).unwrap_or(i64::MAX).max(1);
    let Some(step) = STEPS.into_iter().find(|step| length / step <= most) else { return months(first, length, most) };
    // Weeks begin on Mondays, as stretches of time do.
    let origin = if step >= 7 * DAY { 4 * DAY } else { 0 };
    let start = (first - origin).div_euclid(step) * step + origin;
    let times = (0..).map(|number| start + number * step).skip_while(|at| *at < first);
    let spans_days = first.div_euclid(DAY) != (first + length - 1).div_euclid(DAY);
    let format = match step {
        DAY.. => "%-d %b",
        _ if spans_days => "%-d %b %H:%M",
        MINUTE.. => "%H:%M",
        _ => "%H:%M:%S",
    };
    times.take_while(|at| *at <= first + length).map(|at| (at, on_the_wall(at).strftime(format).to_string())).collect()
}

/// First days of months, some of them left out where there are too many.
fn months(first: WallSeconds, length: i64, most: i64) -> Vec<(WallSeconds, String)> {
    let (from, to) = (on_the_wall(first), on_the_wall(first.saturating_add(length)));
    let number = |year: i16, month: i8| i64::from(year) * 12 + i64::from(month) - 1;
    let (from, to) = (number(from.year(), from.month()), number(to.year(), to.month()));
    let step = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1_200, 6_000, 12_000, 60_000]
        .into_iter()
        .find(|step| (to - from) / step <= most);
    let step = step.unwrap_or(60_000);
    let begins = |month: i64| {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
        let begins = jiff::civil::Date::new(year, month, 1).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some((begins.timestamp().as_second(), begins.strftime("%b %Y").to_string()))
    };
    let marks = (from.div_euclid(step)..=to.div_euclid(step)).filter_map(|times| begins(times * step));
    marks.filter(|(at, _)| (first..=first.saturating_add(length)).contains(at)).collect()
}

/// A place on an axis: far below what a fraction can hold.
#[expect(clippy::cast_precision_loss, reason = "at most a few hundred things stand on an axis")]
pub(super) fn number(place: usize) -> f64 {
    place as f64
}

#[expect(clippy::cast_precision_loss, reason = "a picture has a thousand places, and times are seconds")]
fn whole(seconds: i64) -> f64 {
    seconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::history::figures::Bucket;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.marks.iter().map(|mark| mark.label.as_str()).collect()
    }

    fn stretches(begins: WallSeconds, seconds: u64, count: usize) -> OverTime {
        let nothing = Bucket {
            at: String::new(),
            created: 0,
            exists: 0,
            rejected: 0,
            in_doubt: 0,
            repeats: 0,
            p50_ms: None,
            p95_ms: None,
            begins,
        };
        OverTime { bucket_seconds: seconds, buckets: vec![nothing; count] }
    }

    /// Monday, 2 November 2026, 10:00.
    const MONDAY: WallSeconds = 1_793_613_600;

    #[test]
    fn numbers_stand_at_round_places_and_the_axis_ends_at_one() {
        let axis = Axis::numbers(37.0, 4, |at| at.to_string());
        assert_eq!((labels(&axis), axis.to), (vec!["0", "10", "20", "30", "40"], 40.0));
        let axis = Axis::numbers(1.0, 4, |at| at.to_string());
        assert!((axis.to - 1.0).abs() < f64::EPSILON, "{}", axis.to);
        assert_eq!(Axis::numbers(0.0, 4, |_| String::new()).marks.len(), 2);
    }

    #[test]
    fn times_stand_at_round_places_whatever_the_range() {
        let shown = |seconds, count, most| {
            let axis = Axis::time(&stretches(MONDAY, seconds, count), most);
            assert!(axis.marks.len() <= most + 1 && axis.marks.iter().all(|mark| mark.at >= 0.0 && mark.at <= axis.to));
            labels(&axis).join(" ")
        };
        assert_eq!(shown(1, 60, 6), "10:00:00 10:00:10 10:00:20 10:00:30 10:00:40 10:00:50 10:01:00");
        assert_eq!(shown(60, 90, 6), "10:00 10:15 10:30 10:45 11:00 11:15 11:30");
        assert_eq!(shown(3_600, 48, 6), "2 Nov 12:00 3 Nov 00:00 3 Nov 12:00 4 Nov 00:00");
        assert_eq!(shown(86_400, 40, 6), "9 Nov 16 Nov 23 Nov 30 Nov 7 Dec");
        assert_eq!(shown(604_800, 60, 6), "Jan 2027 Mar 2027 May 2027 Jul 2027 Sep 2027 Nov 2027");
    }

    #[test]
    fn times_without_end_make_no_marks_without_end() {
        for begins in [-377_705_023_201, 0, 250_000_000_000] {
            let axis = Axis::time(&stretches(begins, 19_818_086_400, 60), 8);
            assert!(axis.marks.len() <= 10, "{}", axis.marks.len());
        }
    }

    #[test]
    fn of_many_names_those_are_written_out_that_have_room() {
        let names: Vec<String> = (1..=30).map(|number| number.to_string()).collect();
        let axis = Axis::names(&names, 8);
        assert_eq!(labels(&axis), ["1", "5", "9", "13", "17", "21", "25", "29"]);
    }
}
