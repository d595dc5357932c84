//! Numbers and durations as people write them.

use std::time::Duration;

use indicatif::HumanCount;

/// A count with its thousands apart: `12,345`.
#[must_use]
pub fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// `1 row`, `12,345 rows`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A duration in its two largest units, cut not rounded: `0 s`, `42 s`, `5 min 07 s`, `1 h 04 min`, `3 d 04 h`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {:02} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {:02} min", minutes % 60),
        _ => format!("{} d {:02} h", count(days), hours % 24),
    }
}

/// A duration for an estimate, rounded up to what matters: `42 s`, `8 min`, `2 h 47 min`.
pub(super) fn about(estimate: Duration) -> String {
    let seconds = estimate.as_secs() + u64::from(estimate.subsec_nanos() > 0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => match seconds.div_ceil(60) {
            60 => "1 h 00 min".to_owned(),
            minutes => format!("{minutes} min"),
        },
        _ => duration(Duration::from_secs(seconds.div_ceil(60) * 60)),
    }
}

/// A number of things in a time, in the unit in which it is easiest to read: `3.4/s`, `56/min`, `7/h`.
pub(super) fn rate(per_second: f64) -> String {
    rate_beside(per_second, per_second)
}

/// The same in the unit that is easiest for `other`, so that the two can be compared.
pub(super) fn rate_beside(per_second: f64, other: f64) -> String {
    if other >= 2.0 {
        format!("{per_second:.1}/s")
    } else if other * 60.0 >= 1.0 {
        format!("{:.0}/min", per_second * 60.0)
    } else {
        format!("{:.0}/h", per_second * 3_600.0)
    }
}

/// A count as a number with a fraction, for rates; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "rates and shares are shown with three digits")]
pub(super) fn real(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_345), "12,345");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(1_200, "row", "rows"), "1,200 rows");
    }

    #[test]
    fn durations_are_said_in_two_units() {
        let said = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!(said(0), "0 s");
        assert_eq!(said(59), "59 s");
        assert_eq!(said(60), "1 min 00 s");
        assert_eq!(said(3_599), "59 min 59 s");
        assert_eq!(said(3_840), "1 h 04 min");
        assert_eq!(said(86_399), "23 h 59 min");
        assert_eq!(said(86_400 * 3 + 4 * 3_600), "3 d 04 h");
    }

    #[test]
    fn estimates_are_rounded_up() {
        let said = |millis| about(Duration::from_millis(millis));
        assert_eq!(said(41_200), "42 s");
        assert_eq!(said(61_000), "2 min");
        assert_eq!(said(3_590_000), "1 h 00 min");
        assert_eq!(said(10_000_000), "2 h 47 min");
    }

    #[test]
    fn a_rate_is_said_in_the_unit_that_is_easiest_to_read() {
        assert_eq!(rate(20.04), "20.0/s");
        assert_eq!(rate(0.93), "56/min");
        assert_eq!(rate(0.002), "7/h");
        assert_eq!(rate(0.0), "0/h");
        assert_eq!((rate_beside(1.85, 2.0), rate_beside(0.01, 1.0)), ("1.9/s".to_owned(), "1/min".to_owned()));
    }
}
