//! The time at which a run is to stop, `--until 18:00`.

use std::time::Duration;

use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, ToSpan, Zoned};
use thiserror::Error;

use crate::clock::Clock;
use crate::upload::{Stop, StopKind, StopReason};

/// A time at which a run stops, as Ctrl-C would stop it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    at: Timestamp,
    /// As it was written.
    shown: String,
}

/// Why a text is no time to stop at.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UntilError {
    /// It cannot be read.
    #[error("{0:?} is not a time\nwhat to do: write it like 18:00, 18:00:30 or 2026-11-30T18:00")]
    NotATime(String),
    /// A date that lies in the past.
    #[error("{0} is over\nwhat to do: name a time that is still to come, or leave it out")]
    Over(String),
}

/// A machine that sleeps misses time: the clock is looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(30);

impl Until {
    /// The next time that the clock on the wall, which shows `now`, shows this. A time that the clock skips in spring is
    /// the one an hour later; one that it shows twice in autumn is the first.
    ///
    /// # Errors
    /// [`UntilError`] where it is no time, or one that never comes.
    pub fn parse(text: &str, now: &Zoned) -> Result<Self, UntilError> {
        let shown = text.trim().to_owned();
        let not_a_time = || UntilError::NotATime(shown.clone());
        let zone = now.time_zone();
        let on_the_wall = |at: DateTime| zone.to_ambiguous_zoned(at).compatible().map_err(|_| not_a_time());
        let time_only = shown.contains(':') && !shown.contains('-');
        let at = if time_only {
            let time: Time = shown.parse().map_err(|_| not_a_time())?;
            let today = on_the_wall(now.date().to_datetime(time))?;
            if today > *now {
                today
            } else {
                let tomorrow = now.date().checked_add(1.day()).map_err(|_| not_a_time())?;
                on_the_wall(tomorrow.to_datetime(time))?
            }
        } else if shown.contains(':') {
            let at = on_the_wall(shown.parse().map_err(|_| not_a_time())?)?;
            if at <= *now {
                return Err(UntilError::Over(shown));
            }
            at
        } else {
            return Err(not_a_time());
        };
        Ok(Self { at: at.timestamp(), shown })
    }

    /// How many of so many requests, one every `spacing` from now on, come too late.
    #[must_use]
    pub fn left_over(&self, requests: u64, spacing: Duration, now: Timestamp) -> u64 {
        let fitting = self.left(now).as_nanos().checked_div(spacing.as_nanos()).unwrap_or(u128::MAX);
        requests.saturating_sub(u64::try_from(fitting).unwrap_or(u64::MAX))
    }

    /// Stops the run when it is time, whatever it is waiting for, unless what is returned is dropped before.
    pub(crate) fn watch(&self, clock: &Clock, stop: &Stop) -> Watch {
        let (until, clock, stop) = (self.clone(), clock.clone(), stop.clone());
        Watch(tokio::spawn(async move {
            loop {
                let left = until.left(clock.wall());
                if left.is_zero() {
                    break;
                }
                clock.sleep(left.min(LOOK_EVERY)).await;
            }
            stop.request(StopReason::new(StopKind::Platform, format!("it is {} (--until)", until.shown)));
        }))
    }

    fn left(&self, now: Timestamp) -> Duration {
        Duration::try_from(self.at.duration_since(now)).unwrap_or_default()
    }
}

impl std::fmt::Display for Until {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Waits for the time, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: &str, text: &str) -> String {
        let now: Zoned = format!("{now}[Europe/Berlin]").parse().unwrap();
        match Until::parse(text, &now) {
            Ok(until) => until.at.to_zoned(now.time_zone().clone()).strftime("%F %T %:z").to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn it_is_the_next_time_that_the_clock_on_the_wall_shows() {
        let cases = [
            ("2026-11-21T09:00", "18:00", "2026-11-21 18:00:00 +01:00"),
            ("2026-11-21T18:00", "18:00", "2026-11-22 18:00:00 +01:00"),
            ("2026-11-21T18:00:01", "18:00", "2026-11-22 18:00:00 +01:00"),
            ("2026-11-21T18:00", " 18:00:30 ", "2026-11-21 18:00:30 +01:00"),
            ("2026-12-31T23:59", "00:00", "2027-01-01 00:00:00 +01:00"),
            ("2026-11-21T09:00", "2026-11-30T18:00", "2026-11-30 18:00:00 +01:00"),
            ("2026-11-21T09:00", "2026-11-30 18:00:30", "2026-11-30 18:00:30 +01:00"),
        ];
        for (now, text, expected) in cases {
            assert_eq!(at(now, text), expected, "{text} at {now}");
        }
    }

    #[test]
    fn a_time_that_the_clock_skips_or_shows_twice_comes_once() {
        // On 29 March 2026 it goes from 2:00 to 3:00, on 25 October from 3:00 to 2:00.
        for (now, text, expected) in [
            ("2026-03-28T20:00", "02:30", "2026-03-29 03:30:00 +02:00"),
            ("2026-03-29T01:59", "02:30", "2026-03-29 03:30:00 +02:00"),
            ("2026-10-24T20:00", "02:30", "2026-10-25 02:30:00 +02:00"),
            ("2026-10-25T03:10", "02:30", "2026-10-26 02:30:00 +01:00"),
        ] {
            assert_eq!(at(now, text), expected, "{text} at {now}");
        }
    }

    #[test]
    fn what_is_no_time_or_is_over_is_refused() {
        for text in ["", "18", "6pm", "25:00", "18:60", "tomorrow", "2026-11-30", "2026-02-30T18:00", "-18:00"] {
            assert!(at("2026-11-21T09:00", text).contains("is not a time"), "{text}");
        }
        assert_eq!(
            at("2026-11-21T09:00", "2026-11-21T08:59"),
            "2026-11-21T08:59 is over\nwhat to do: name a time that is still to come, or leave it out"
        );
    }

    #[test]
    fn it_tells_how_many_will_be_left() {
        let now: Zoned = "2026-11-21T17:50[Europe/Berlin]".parse().unwrap();
        let until = Until::parse("18:00", &now).unwrap();
        let left = |requests, spacing| until.left_over(requests, spacing, now.timestamp());
        assert_eq!(left(1000, Duration::from_secs(1)), 400);
        assert_eq!(left(600, Duration::from_secs(1)), 0);
        assert_eq!(left(1000, Duration::ZERO), 0);
    }
}
