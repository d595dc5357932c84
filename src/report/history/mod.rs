//! What a results file tells in the end: the figures of all its runs, as a page, as a text and as JSON.
//!
//! The file is read twice from its beginning: once into the [`Ledger`](crate::results::Ledger), which knows the last word on every lead, and once
//! line by line for all else. Besides the ledger, memory does not grow with the file: times are kept in histograms and in
//! at most 60 stretches of time, which are joined as the range grows; runs, reasons and repairs are told apart up to a limit.
//!
//! Everything in the file is foreign: what platforms said, names of files, whatever somebody wrote into it. It passes
//! [`plain`](super::plain) here, [`masked`](super::masked) unless numbers are asked for, and the template's escaping on the page.

mod axis;
mod buckets;
mod chart;
mod drawing;
mod failures;
mod figures;
mod fold;
mod numbers;
mod page;
mod pauses;
mod reading;
mod repairs;
mod runs;
mod spans;
mod story;
mod text;
mod time;
mod view;

#[cfg(test)]
mod colours;
#[cfg(test)]
mod tests;

pub use figures::{
    Bucket, Failure, FailureExample, History, HttpCount, Latency, LatencyBar, NumberCount, OverTime, Pause, Pauses,
    Repaired, RunFigures, TargetCount,
};
pub use reading::read_history;
pub use time::LocalTime;

/// Whether people can be told by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// Numbers and addresses are masked, and cells are left out: the rows are named, not the people.
    Masked,
    /// All is shown as it stands in the file.
    Shown,
}
