//! How a crew works, as the user says it.

use std::num::NonZeroU16;
use std::str::FromStr;
use std::time::Duration;

use super::failures::MaxFailures;
use crate::platform::Duplicates;

/// How many requests are under way at once: 1 to 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency(NonZeroU16);

impl Concurrency {
    /// The most.
    pub const MAX: u16 = 1_000;

    /// The default: enough for the usual rates, and easy on a server.
    pub const DEFAULT: Self = Self(NonZeroU16::new(4).unwrap());

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0.get())
    }
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().parse::<NonZeroU16>().ok().filter(|number| number.get() <= Self::MAX);
        number
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no number of requests\nwhat to do: write one from 1 to {}", Self::MAX))
    }
}

/// How a crew works.
#[derive(Debug, Clone)]
pub struct CrewOptions {
    /// How many requests at once: twice as many leads are under way. The line keeps the number itself.
    pub concurrency: Concurrency,
    /// Whether the platform may create a lead with a number that it has.
    pub duplicates: Duplicates,
    /// How long after a lost answer a look-up may say that the lead is not there.
    pub settle: Duration,
    /// What happens when the platform shows something else than was sent.
    pub on_mismatch: OnMismatch,
    /// What becomes of leads that the platform has already.
    pub on_exists: OnExists,
    /// With this many leads in doubt the run stops: something is badly wrong.
    pub max_in_doubt: usize,
    /// With so many leads refused or in doubt it stops as well.
    pub max_failures: Option<MaxFailures>,
}

/// What becomes of a lead that the platform has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnExists {
    /// It is recorded as it was told: the default.
    #[default]
    Skip,
    /// Its id is looked up, where the answer did not name it.
    Resolve,
    /// Its id is looked up, and it gets the variables of the input.
    Update,
}

impl FromStr for OnExists {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_lowercase().as_str() {
            "skip" => Ok(Self::Skip),
            "resolve" => Ok(Self::Resolve),
            "update" => Ok(Self::Update),
            _ => Err(format!("{text:?} is not one of its words\nwhat to do: write skip, resolve or update")),
        }
    }
}

/// What happens when the platform shows something else than was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMismatch {
    /// The run stops: the default.
    Stop,
    /// `--accept-echo`: it is counted and told.
    GoOn,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concurrency_is_a_number_from_one_to_a_thousand() {
        assert_eq!("64".parse::<Concurrency>().unwrap().get(), 64);
        for text in ["", "0", "-1", "1001", "70000", "four"] {
            assert!(text.parse::<Concurrency>().is_err(), "{text}");
        }
    }
}
