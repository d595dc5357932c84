//! A run, resolved: everything it needs to know, with nothing left to look up.

use std::time::Duration;

use super::results_file::ResultsFile;
use crate::grouping::Strictness;
use crate::mapping::Mapping;
use crate::phone::Region;
use crate::platform::BaseUrl;
use crate::source::{Input, SourceOptions};
use crate::target::Family;
use crate::upload::{Concurrency, OnMismatch, Rate, Token};

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
    /// What shaped the run, for the results file; no secrets.
    pub options: serde_json::Value,
}

/// Where leads are created.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The API.
    pub family: Family,
    /// The server.
    pub server: Server,
    /// The campaign (id or name) or the chatbot; `None` where a column names the campaign of each row.
    pub place: Option<String>,
    /// The path of a chatbot platform's leads, where it is not the documented one.
    pub leads_path: Option<String>,
}

/// The server.
#[derive(Debug, Clone)]
pub enum Server {
    /// The sandbox, started inside this process.
    Sandbox,
    /// A platform.
    Platform {
        /// Its address.
        base_url: BaseUrl,
        /// The user's token; `None` in a dry run, which needs none.
        token: Option<Token>,
        /// Further root certificates, PEM.
        ca_certificates: Option<Vec<u8>>,
    },
}

/// How fast and how patiently.
#[derive(Debug, Clone)]
pub struct Sending {
    /// All of these are kept; none: no limit.
    pub rates: Vec<Rate>,
    /// How many requests at once.
    pub concurrency: Concurrency,
    /// After this a request is given up.
    pub timeout: Duration,
    /// How long after a lost answer a look-up may say that the lead is not there.
    pub settle: Duration,
    /// After so long without getting through the run stops.
    pub give_up: Duration,
    /// With this many leads in doubt the run stops.
    pub max_in_doubt: usize,
    /// Whether identical leads may be created.
    pub duplicates: crate::platform::Duplicates,
    /// What happens when the platform shows something else than was sent.
    pub on_mismatch: OnMismatch,
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

/// Whether leads may be sent to a campaign that calls at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// `--yes`.
    Given,
    /// A person at a terminal is asked; without one, the run does not start.
    Ask,
}
