//! So many requests in a window of time, as people write it.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// So many requests in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: NonZeroU32,
    window: Duration,
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a rate\nwhat to do: write a number and a window, like 60/min, 20/10s or 5/s")]
pub struct RateError(String);

impl Rate {
    /// The default: what servers of the platforms' kind allow where nothing is published.
    pub const DEFAULT: Self = Self { count: NonZeroU32::new(60).unwrap(), window: Duration::from_mins(1) };

    /// The number of requests.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count.get()
    }

    /// The window.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// By how much slots are stretched: 0.8 % of the window, at least 8 ms.
    fn guard(&self) -> Duration {
        (self.window / 125).max(Duration::from_millis(8))
    }

    /// How late a slot may be used.
    pub(super) fn tolerance(&self) -> Duration {
        self.guard() * 3 / 8
    }

    /// By how much the network may delay one request more than another.
    pub(super) fn jitter(&self) -> Duration {
        self.guard().saturating_sub(self.tolerance())
    }

    /// The time between two slots.
    pub(super) fn spacing(&self) -> Duration {
        (self.window + self.guard()) / self.count.get()
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let error = || RateError(text.to_owned());
        let (count, window) = text.split_once('/').ok_or_else(error)?;
        let count = count.trim().parse().map_err(|_| error())?;
        let window = window.trim();
        let unit_at = window.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let (number, unit) = window.split_at(unit_at);
        let number: u32 = if number.is_empty() { 1 } else { number.parse().map_err(|_| error())? };
        let unit = match unit.trim() {
            "ms" => Duration::from_millis(1),
            "s" | "sec" | "second" | "seconds" => Duration::from_secs(1),
            "m" | "min" | "minute" | "minutes" => Duration::from_mins(1),
            "h" | "hour" | "hours" => Duration::from_hours(1),
            "d" | "day" | "days" => Duration::from_hours(24),
            _ => return Err(error()),
        };
        let window = unit.checked_mul(number).filter(|window| !window.is_zero()).ok_or_else(error)?;
        Ok(Self { count, window })
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, millis) = (self.window.as_secs(), self.window.subsec_millis());
        match (seconds, millis) {
            (1, 0) => write!(f, "{}/s", self.count),
            (60, 0) => write!(f, "{}/min", self.count),
            (3600, 0) => write!(f, "{}/h", self.count),
            (_, 0) => write!(f, "{}/{seconds}s", self.count),
            _ => write!(f, "{}/{}ms", self.count, self.window.as_millis()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_people_write_them() {
        for (text, count, seconds) in [
            ("60/min", 60, 60),
            ("20/10s", 20, 10),
            ("5/s", 5, 1),
            (" 100 / 1 hour ", 100, 3600),
            ("7/2m", 7, 120),
            ("9/d", 9, 86400),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.count(), rate.window().as_secs()), (count, seconds), "{text}");
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
        for text in ["", "60", "0/min", "60/", "60/0s", "-1/s", "60/fortnight", "1.5/s", "60/min/s", "4294967296/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }
}
