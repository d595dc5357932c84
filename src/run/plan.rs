//! What every kind of run needs to know: where leads are, how fast and how patiently it goes there, and whether it may.

use std::time::Duration;

use crate::platform::{BaseUrl, Duplicates};
use crate::target::Family;
use crate::upload::{Concurrency, OnExists, OnMismatch, Rate, Token};

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
    pub duplicates: Duplicates,
    /// What happens when the platform shows something else than was sent.
    pub on_mismatch: OnMismatch,
    /// What becomes of leads that the platform has already.
    pub on_exists: OnExists,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            rates: vec![Rate::DEFAULT],
            concurrency: Concurrency::DEFAULT,
            timeout: Duration::from_secs(30),
            settle: Duration::from_secs(30),
            give_up: Duration::from_mins(10),
            max_in_doubt: 100,
            duplicates: Duplicates::Forbidden,
            on_mismatch: OnMismatch::Stop,
            on_exists: OnExists::Skip,
        }
    }
}

/// Whether a run may do what people feel: create leads in a campaign that calls at once, delete leads, change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// `--yes`.
    Given,
    /// A person at a terminal is asked; without one, the run does not start.
    Ask,
}
