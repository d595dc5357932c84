//! What a [`Tally`](super::Tally) comes to: the totals, and the error where they do not add up.

use schemars::JsonSchema;
use serde::Serialize;

use super::counts::Sums;
use super::figures::count;
use crate::lead::Status;

/// The totals of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// Leads in the input.
    pub leads: u64,
    /// Rows in the input.
    pub rows: u64,
    /// What this run made of them.
    pub run: Sums,
    /// What earlier runs had settled and this one skipped.
    pub earlier: Sums,
    /// How many of the leads of earlier runs would be another request today.
    pub changed: u64,
    /// How many doubts of earlier runs this one ended.
    pub doubts_ended: u64,
}

impl Totals {
    /// Where everything stands now: this run and the earlier ones together.
    #[must_use]
    pub fn all(&self) -> Sums {
        self.run + self.earlier
    }

    /// Leads in this state now.
    #[must_use]
    pub fn leads_in(&self, status: Status) -> u64 {
        self.all().leads.get(status)
    }

    /// Rows in this state now.
    #[must_use]
    pub fn rows_in(&self, status: Status) -> u64 {
        self.all().rows.get(status)
    }
}

/// The totals do not add up. That is a fault of this program; no result is lost by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}; the results file says what became of each lead")]
pub struct Unbalanced {
    pub(super) fault: Fault,
    pub(super) totals: Box<Totals>,
}

impl Unbalanced {
    /// The totals all the same, as they were counted.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error(
        "the totals do not add up: the input has {} {what}, but {} were counted",
        count(*expected),
        count(*counted)
    )]
    Sum { what: &'static str, expected: u64, counted: u64 },
    #[error("the totals do not add up: a lead was counted as {status} that had not been so before")]
    Moved { status: Status },
}
