//! How long to wait before sending again what certainly did not arrive: pure decisions.

use std::time::Duration;

use jiff::Timestamp;

/// Exponential backoff with full jitter: a random time between nothing and a ceiling that doubles with each failure in a
/// row (see "Exponential Backoff and Jitter", AWS Architecture Blog, 2015). It is shared: a server that fails one worker
/// would fail all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first ceiling.
    pub first: Duration,
    /// The highest ceiling.
    pub most: Duration,
}

impl Backoff {
    /// Half a second, doubling up to half a minute.
    pub const DEFAULT: Self = Self { first: Duration::from_millis(500), most: Duration::from_secs(30) };

    /// The wait after `failures` (1, 2, …) in a row, for a `random` number from 0 to 1.
    #[must_use]
    pub fn wait(&self, failures: u32, random: f64) -> Duration {
        let doubled = 2u32.saturating_pow(failures.saturating_sub(1).min(30));
        self.first.saturating_mul(doubled).min(self.most).mul_f64(random.clamp(0.0, 1.0))
    }
}

/// The wait that a server names in an answer: `Retry-After` (seconds, or an HTTP date), else the body's `retry_after` in
/// seconds, else `X-RateLimit-Reset` ([`reset_wait`]). `None` where it names none, or one that lies in the past or is
/// no number: then the backoff decides. See RFC 9110, section 10.2.3.
#[must_use]
pub fn named_wait(
    retry_after: Option<&str>,
    body: Option<f64>,
    reset: Option<&str>,
    now: Timestamp,
) -> Option<Duration> {
    let header = retry_after.and_then(|text| {
        let text = text.trim();
        text.parse::<f64>().ok().and_then(positive).or_else(|| until_date(text, now))
    });
    header.or_else(|| body.and_then(positive)).or_else(|| reset_wait(reset, now))
}

/// The time until an `X-RateLimit-Reset`: seconds since 1970 (Laravel), or, where that would be in the seventies, seconds
/// from now.
#[must_use]
pub(super) fn reset_wait(reset: Option<&str>, now: Timestamp) -> Option<Duration> {
    let at = reset?.trim().parse::<f64>().ok()?;
    positive(if at < 1e8 { at } else { at - seconds_of(now) })
}

fn positive(seconds: f64) -> Option<Duration> {
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).ok().or(Some(Duration::MAX)) } else { None }
}

fn until_date(text: &str, now: Timestamp) -> Option<Duration> {
    let date = httpdate::parse_http_date(text).ok()?;
    let date = Timestamp::try_from(date).ok()?;
    positive(seconds_of(date) - seconds_of(now))
}

fn seconds_of(moment: Timestamp) -> f64 {
    moment.as_duration().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_backoff_doubles_up_to_its_ceiling() {
        let ceilings: Vec<u128> = (1..=9).map(|n| Backoff::DEFAULT.wait(n, 1.0).as_millis()).collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(Backoff::DEFAULT.wait(9, 0.0), Duration::ZERO);
        assert_eq!(Backoff::DEFAULT.wait(u32::MAX, 0.5), Duration::from_secs(15));
    }

    #[test]
    fn a_named_wait_is_read_in_every_form() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(named_wait(Some("42"), Some(7.0), None, now()), seconds(42));
        assert_eq!(named_wait(Some("Sat, 21 Nov 2026 12:01:00 GMT"), None, None, now()), seconds(60));
        assert_eq!(named_wait(None, Some(7.0), None, now()), seconds(7));
        assert_eq!(named_wait(None, None, Some("1795262430"), now()), seconds(30));
        assert_eq!(named_wait(None, None, Some("30"), now()), seconds(30));
        assert_eq!(named_wait(None, None, None, now()), None);
    }

    #[test]
    fn an_absurd_wait_is_no_wait_or_a_very_long_one_but_never_a_crash() {
        for text in ["-5", "0", "NaN", "soon", "", "Sat, 21 Nov 2020 12:01:00 GMT"] {
            assert_eq!(named_wait(Some(text), None, None, now()), None, "{text}");
        }
        assert_eq!(named_wait(Some("-5"), Some(9.0), None, now()), Some(Duration::from_secs(9)));
        assert!(named_wait(Some("1e300"), None, None, now()).unwrap() > Duration::from_secs(1 << 40));
        assert!(named_wait(Some("inf"), None, None, now()).unwrap() > Duration::from_secs(1 << 40));
    }
}
