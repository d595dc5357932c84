//! Dates and times, which a worksheet stores as days since its epoch, in ISO 8601.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Span};

/// From which day a workbook counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum System {
    /// Day 1 is 1 January 1900, and there is a 29 February 1900, which never was.
    #[default]
    From1900,
    /// Day 0 is 1 January 1904: workbooks of old Macs.
    From1904,
}

const SECONDS: f64 = 86_400.0;

/// The last day that Excel knows, in the system of 1900: 31 December 9999.
const LAST_DAY: f64 = 2_958_465.0;

impl System {
    /// The day with number `day`; `None` where there is none.
    fn day(self, day: i32) -> Option<Date> {
        let (epoch, day) = match self {
            Self::From1900 if day == 60 => return None,
            // The day that never was is counted by all that follow.
            Self::From1900 if day < 60 => (date(1899, 12, 31), day),
            Self::From1900 => (date(1899, 12, 30), day),
            Self::From1904 => (date(1904, 1, 1), day),
        };
        epoch.checked_add(Span::new().days(day)).ok()
    }
}

/// `2026-11-21`, `2026-11-21T18:00:00`, or `18:00:00` where there is no day; `None` where it is no date of a worksheet.
pub(super) fn moment(value: f64, system: System) -> Option<String> {
    if !(0.0..=LAST_DAY + 1.0).contains(&value) {
        return None;
    }
    let (day, seconds) = days_and_seconds(value)?;
    let time = clock(seconds);
    match (day, seconds) {
        (0, 1..) => Some(time),
        (_, 0) => Some(system.day(day)?.to_string()),
        _ => Some(format!("{}T{time}", system.day(day)?)),
    }
}

/// `36:30:00`; `None` where nobody can mean a length of time.
pub(super) fn duration(value: f64) -> Option<String> {
    let is_possible = (0.0..=LAST_DAY).contains(&value);
    let (days, seconds) = days_and_seconds(value).filter(|_| is_possible)?;
    let total = SignedDuration::from_hours(i64::from(days) * 24) + SignedDuration::from_secs(i64::from(seconds));
    let (hours, rest) = (total.as_hours(), total.as_secs() % 3600);
    Some(format!("{hours}:{:02}:{:02}", rest / 60, rest % 60))
}

/// Whole days, and the seconds beyond, to the nearest: a worksheet knows no more.
#[expect(clippy::cast_possible_truncation, reason = "both are within the limits that the callers check")]
fn days_and_seconds(value: f64) -> Option<(i32, i32)> {
    let all = (value * SECONDS).round();
    (all.abs() < 1e12).then(|| ((all / SECONDS).floor() as i32, (all % SECONDS) as i32))
}

fn clock(seconds: i32) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_each_of_the_two_systems_does() {
        let in_1900 = |value| moment(value, System::From1900);
        assert_eq!(in_1900(46_347.0).as_deref(), Some("2026-11-21"));
        assert_eq!(in_1900(46_347.75).as_deref(), Some("2026-11-21T18:00:00"));
        assert_eq!(in_1900(1.0).as_deref(), Some("1900-01-01"));
        assert_eq!(in_1900(59.0).as_deref(), Some("1900-02-28"));
        assert_eq!(in_1900(60.0), None);
        assert_eq!(in_1900(61.0).as_deref(), Some("1900-03-01"));
        assert_eq!(in_1900(2_958_465.0).as_deref(), Some("9999-12-31"));
        assert_eq!(moment(46_347.0 - 1462.0, System::From1904).as_deref(), Some("2026-11-21"));
    }

    #[test]
    fn a_time_without_a_day_is_a_time_and_seconds_are_rounded() {
        assert_eq!(moment(0.75, System::From1900).as_deref(), Some("18:00:00"));
        assert_eq!(moment(46_347.999_999_9, System::From1900).as_deref(), Some("2026-11-22"));
        assert_eq!(moment(0.0, System::From1904).as_deref(), Some("1904-01-01"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for value in [-1.0, 2_958_467.0, 493_023_125_001.0] {
            assert_eq!(moment(value, System::From1900), None, "{value}");
        }
    }

    #[test]
    fn lengths_of_time_may_be_longer_than_a_day() {
        assert_eq!(duration(1.520_833_333_333_33).as_deref(), Some("36:30:00"));
        assert_eq!(duration(-1.0), None);
    }
}
