//! An import, resolved: everything it needs to know, with nothing left to look up.

use std::path::PathBuf;
use std::str::FromStr;

use super::results_file::ResultsFile;
use crate::grouping::Strictness;
use crate::mapping::Mapping;
use crate::phone::{NumberRules, Region};
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
    /// Which numbers are called.
    pub numbers: Numbers,
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
    /// Where the rows of a group are.
    pub group_rows: GroupRows,
    /// How many leads are read; `None`: all.
    pub limit: Option<u64>,
    /// Whether leads that the platform refused earlier are tried again although nothing about them has changed.
    pub rejected: Rejected,
    /// What happens where a variable is on none of the platform's assistants.
    pub check_variables: CheckVariables,
    /// Whether leads may be sent to a campaign that calls at once.
    pub consent: Consent,
    /// Who is there already, and who must not be called.
    pub preload: Preload,
    /// The command that resumes the run, for people.
    pub resume_command: String,
    /// The command that changes edited leads on the platform, for people.
    pub update_command: String,
    /// What shaped the run, for the results file; no secrets.
    pub options: serde_json::Value,
}

/// Which of the numbers in a cell are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// What is wanted of each.
    pub rules: NumberRules,
    /// What becomes of the second and further ones in one cell.
    pub others: OtherNumbers,
}

/// What becomes of the second and further numbers in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherNumbers {
    /// They are not called, and that is told.
    #[default]
    Told,
    /// They are secondary contacts of the lead, with the variables of the first.
    Secondary,
}

impl FromStr for OtherNumbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "told" => Ok(Self::Told),
            "secondary" => Ok(Self::Secondary),
            _ => Err(format!("{text:?} is not one of its words\nwhat to do: write told or secondary")),
        }
    }
}

/// What is learnt before anything is sent: who is there already, and who must not be called.
#[derive(Debug, Clone, Default)]
pub struct Preload {
    /// Whether the platform is asked who is there.
    pub existing: Existing,
    /// Results files of other imports: whoever is there by them is not sent.
    pub known: Vec<PathBuf>,
    /// Do-not-call lists.
    pub suppress: Vec<Input>,
    /// The column with the number in them, where it is not to be found out.
    pub suppress_column: Option<String>,
}

/// Whether the platform is asked who is there before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It is not; a new results file for a campaign that is in use is told of.
    #[default]
    Suggest,
    /// `--skip-existing`: all of its list is read.
    List,
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

/// Where in the inputs the rows of a group are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupRows {
    /// One after another; a group that comes again is refused.
    #[default]
    Together,
    /// `--scattered`: anywhere. All is read and sorted on disk before anything comes out.
    Scattered,
}

/// What happens where a variable that would be sent is on none of the platform's assistants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckVariables {
    /// It is told: the default, since columns that nobody speaks of are common.
    Warn,
    /// The run does not begin.
    Stop,
    /// Assistants are not asked for.
    Off,
}

impl FromStr for CheckVariables {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "warn" => Ok(Self::Warn),
            "stop" => Ok(Self::Stop),
            "off" => Ok(Self::Off),
            _ => Err(format!("{text:?} is not one of its words\nwhat to do: write warn, stop or off")),
        }
    }
}

/// What becomes of leads that the platform refused earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// They are tried again only where their request has changed.
    StayRejected,
    /// `--retry-rejected`.
    TryAgain,
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
