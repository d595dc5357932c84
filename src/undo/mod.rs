//! Takes an import back: deletes the leads that a run created, each recorded before its request.
//!
//! Responsible for the order of things: ask the platform whether the token is good, look up what is in doubt, choose the
//! leads of the run, also those that an earlier undo began to delete, see on the platform that nothing was done with them
//! since, show what is going to happen, ask, and delete. It knows several rooms but none of their insides.

mod batches;
mod choose;
mod deleting;
mod flow;
mod look;
mod preview;

pub use flow::{Figures, LeftOut, Undone, undo};
pub use preview::Preview;

use crate::run::{Consent, RecordedPlan};

/// What is to be taken back, and how.
#[derive(Debug)]
pub struct Plan {
    /// The results file and its server.
    pub recorded: RecordedPlan,
    /// Whose leads.
    pub runs: Runs,
    /// Which of them.
    pub which: Which,
    /// Whether anything is deleted.
    pub mode: Mode,
    /// Whether leads may be deleted without asking.
    pub consent: Consent,
}

/// The runs whose leads are deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// The last one that created any.
    Last,
    /// `--run`: the one with this id.
    Named(String),
    /// `--all-runs`.
    All,
}

/// Which leads of a run are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that certainly are ours, and with which nothing was done since they were created.
    Untouched,
    /// `--force`: also those that were called, and those that only are most likely ours.
    All,
}

/// Whether anything is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Leads are deleted.
    Delete,
    /// `--dry-run`: it is only said which.
    Preview,
}
