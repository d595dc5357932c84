//! How long to wait before sending again what certainly did not arrive: pure decisions.

use std::time::Duration;

use jiff::Timestamp;

use super::client::Response;

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

/// How many retries there may be: a tenth of the answers that came, and ten at the start. Where they are used up, whoever
/// fails waits the longest backoff: a server that fails again and again beside good answers is not hammered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryBudget(f64);

impl RetryBudget {
    const MOST: f64 = 10.0;
    const PER_ANSWER: f64 = 0.1;

    /// An answer came.
    pub fn earn(&mut self) {
        self.0 = (self.0 + Self::PER_ANSWER).min(Self::MOST);
    }

    /// Takes one retry. False where there is none left.
    pub fn spend(&mut self) -> bool {
        let is_left = self.0 >= 1.0;
        if is_left {
            self.0 -= 1.0;
        }
        is_left
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Self::MOST)
    }
}

/// The wait that a refusal for too many requests names: `Retry-After` (seconds, or an HTTP date), else the body's
/// `retry_after` in seconds, else the time until `X-RateLimit-Reset`. `None` where it names none, or one that lies in the past or
/// is no number: then the backoff decides. See RFC 9110, section 10.2.3.
#[must_use]
pub fn named_wait(response: &Response, now: Timestamp) -> Option<Duration> {
    let header = response.retry_after.as_deref().and_then(|text| {
        let text = text.trim();
        text.parse::<f64>().ok().and_then(positive).or_else(|| until_date(text, now))
    });
    let in_body = || {
        let body = serde_json::from_slice::<serde_json::Value>(&response.body).ok()?;
        let named = body.get("retry_after").or_else(|| body.get("retryAfter"))?;
        positive(named.as_f64().or_else(|| named.as_str()?.trim().parse().ok())?)
    };
    header.or_else(in_body).or_else(|| reset_wait(response.rate_reset.as_deref(), now))
}

/// The time until an `X-RateLimit-Reset`: seconds since 1970 (Laravel), or, where that would be in the seventies, seconds
/// from now.
fn reset_wait(reset: Option<&str>, now: Timestamp) -> Option<Duration> {
    let at = reset?.trim().parse::<f64>().ok()?;
    positive(if at < 1e8 { at } else { at - seconds_of(now) })
}

/// How long to wait where an answer says that nothing is left of the server's allowance: until the time that it names,
/// else until there is room again as far as we know.
#[must_use]
pub fn allowance_wait(response: &Response, until_room: Duration, now: Timestamp) -> Option<Duration> {
    if response.rate_remaining.as_deref()?.trim() != "0" {
        return None;
    }
    Some(reset_wait(response.rate_reset.as_deref(), now).unwrap_or(until_room))
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
    fn retries_are_a_tenth_of_the_answers_and_ten_at_the_start() {
        let mut budget = RetryBudget::default();
        let spent = |budget: &mut RetryBudget| (0..1000).take_while(|_| budget.spend()).count();
        assert_eq!(spent(&mut budget), 10);
        for _ in 0..55 {
            budget.earn();
        }
        assert_eq!(spent(&mut budget), 5);
        for _ in 0..1_000_000 {
            budget.earn();
        }
        assert_eq!(spent(&mut budget), 10);
    }

    fn refusal(header: Option<&str>, body: &str, reset: Option<&str>) -> Response {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Response { retry_after: text(header), rate_reset: text(reset), body: body.into(), ..Response::default() }
    }

    fn named(header: Option<&str>, body: &str, reset: Option<&str>) -> Option<Duration> {
        named_wait(&refusal(header, body, reset), now())
    }

    #[test]
    fn a_named_wait_is_read_in_every_form() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(named(Some("42"), r#"{"retry_after":7}"#, None), seconds(42));
        assert_eq!(named(Some("Sat, 21 Nov 2026 12:01:00 GMT"), "", None), seconds(60));
        assert_eq!(named(None, r#"{"message":"Too Many Attempts.","retry_after":7}"#, None), seconds(7));
        assert_eq!(named(None, "<html>", Some("1795262430")), seconds(30));
        assert_eq!(named(None, "", Some("30")), seconds(30));
        assert_eq!(named(None, "", None), None);
    }

    #[test]
    fn an_absurd_wait_is_no_wait_or_a_very_long_one_but_never_a_crash() {
        for text in ["-5", "0", "NaN", "soon", "", "Sat, 21 Nov 2020 12:01:00 GMT"] {
            assert_eq!(named(Some(text), "", None), None, "{text}");
        }
        assert_eq!(named(Some("-5"), r#"{"retry_after":9}"#, None), Some(Duration::from_secs(9)));
        for text in ["1e300", "inf"] {
            assert!(named(Some(text), "", None).unwrap() > Duration::from_secs(1 << 40), "{text}");
        }
    }

    #[test]
    fn an_allowance_that_is_used_up_is_waited_for_until_the_time_named_or_until_there_is_room() {
        let room = Duration::from_secs(1);
        let wait = |remaining: &str, reset: Option<&str>| {
            let response = Response { rate_remaining: Some(remaining.to_owned()), ..refusal(None, "", reset) };
            allowance_wait(&response, room, now())
        };
        assert_eq!(wait("1", None), None);
        assert_eq!(wait("0", None), Some(room));
        assert_eq!(wait("0", Some("1795262430")), Some(Duration::from_secs(30)));
    }
}
