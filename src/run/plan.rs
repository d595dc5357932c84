//! What every kind of run needs to know: where leads are, how fast and how patiently it goes there, and whether it may.

use std::sync::Arc;
use std::time::Duration;

use super::until::Until;
use crate::platform::{BaseUrl, Custom, Duplicates, Words};
use crate::target::Family;
use crate::upload::{Concurrency, MaxFailures, OnExists, OnMismatch, Rate, Token};

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
    /// What describes the API, where it is none of the built-in ones.
    pub custom: Option<Arc<Custom>>,
    /// Words of its refusals beyond those that are known.
    pub words: Words,
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
    /// After so many server errors in a row the server is left alone for a while; 0: never.
    pub pause_after_errors: u32,
    /// With this many leads in doubt the run stops.
    pub max_in_doubt: usize,
    /// With so many leads refused or in doubt it stops as well.
    pub max_failures: Option<MaxFailures>,
    /// At this time it stops.
    pub until: Option<Until>,
    /// Whether identical leads may be created.
    pub duplicates: Duplicates,
    /// What happens when the platform shows something else than was sent.
    pub on_mismatch: OnMismatch,
    /// What becomes of doubts of earlier runs that no look-up can settle.
    pub left_in_doubt: LeftInDoubt,
    /// What becomes of leads that the platform has already.
    pub on_exists: OnExists,
}

impl Sending {
    /// How many requests a second all rates allow; `None` where there is no limit.
    #[must_use]
    pub fn allowed_per_second(&self) -> Option<f64> {
        let per_second = |rate: &Rate| f64::from(rate.count()) / rate.window().as_secs_f64();
        self.rates.iter().map(per_second).min_by(f64::total_cmp)
    }
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            rates: vec![Rate::DEFAULT],
            concurrency: Concurrency::DEFAULT,
            timeout: Duration::from_secs(30),
            settle: Duration::from_secs(30),
            give_up: Duration::from_mins(10),
            pause_after_errors: 5,
            max_in_doubt: 100,
            max_failures: None,
            until: None,
            duplicates: Duplicates::Forbidden,
            on_mismatch: OnMismatch::Stop,
            left_in_doubt: LeftInDoubt::Stays,
            on_exists: OnExists::Skip,
        }
    }
}

/// What becomes of doubts of earlier runs that no look-up can settle. A person's decision about one run: it is never
/// configured, and never repeated by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftInDoubt {
    /// They stay in doubt.
    Stays,
    /// `--in-doubt resend`: they count as not there, and may be sent again.
    Resend,
    /// `--in-doubt skip`: they count as there, and are never sent again.
    Skip,
}

/// Whether a run may do what people feel: create leads in a campaign that calls at once, delete leads, change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// `--yes`.
    Given,
    /// A person at a terminal is asked; without one, the run does not start.
    Ask,
}
