//! An import, resolved: everything it needs to know, with nothing left to look up.

use super::results_file::ResultsFile;
use crate::grouping::Strictness;
use crate::mapping::Mapping;
use crate::phone::Region;
use crate::run::{Consent, Endpoint, Sending};
use crate::source::{Input, SourceOptions};

/// What is to be imported, where, and how.
#[derive(Debug)]
pub struct Plan {
    /// The inputs, in order.
    pub inputs: Vec<Input>,
    /// How they are read.
    pub source: SourceOptions,
    /// What their columns mean.
    pub mapping: Mapping,
    /// The country for which national numbers are read.
    pub region: Option<Region>,
    /// What happens to leads of which a part cannot be sent.
    pub strictness: Strictness,
    /// Where leads are created.
    pub endpoint: Endpoint,
    /// Where the results file is.
    pub results: ResultsFile,
    /// How fast and how patiently.
    pub sending: Sending,
    /// Whether anything is sent.
    pub mode: Mode,
    /// Whether leads are created, or those that were created are changed.
    pub purpose: Purpose,
    /// How often the input is read.
    pub passes: Passes,
    /// How many leads are read; `None`: all.
    pub limit: Option<u64>,
    /// Whether leads that the platform refused earlier are tried again although nothing about them has changed.
    pub rejected: Rejected,
    /// Whether leads may be sent to a campaign that calls at once.
    pub consent: Consent,
    /// The command that resumes the run, for people.
    pub resume_command: String,
    /// The command that changes edited leads on the platform, for people.
    pub update_command: String,
    /// What shaped the run, for the results file; no secrets.
    pub options: serde_json::Value,
}

/// What becomes of the leads of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Those that are not on the platform are created.
    Create,
    /// Those that earlier runs created, and that would be another request today, are changed; nothing is created.
    Update(Reach),
}

/// Which leads an update changes besides those that certainly are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// `--force`: also those that are only likely ours, since a look-up found them after a lost answer.
    pub likely_ours: bool,
    /// `--all-known`: also those that the platform had before us.
    pub not_ours: bool,
}

/// Whether anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Leads are created.
    Upload,
    /// Everything but the network.
    DryRun,
}

/// How often the input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// Once to count and check, once to send.
    Two,
    /// `--stream`: leads are sent as they are read.
    One,
}

/// What becomes of leads that the platform refused earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// They are tried again only where their request has changed.
    StayRejected,
    /// `--retry-rejected`.
    TryAgain,
}
