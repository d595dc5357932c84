//! What the commands share that work on a results file and need no input.

use std::path::PathBuf;

use super::error::RunError;
use super::opened::Opened;
use super::plan::{Endpoint, Sending};
use super::server::Connected;
use super::session::{Session, Subject};
use super::surroundings::Surroundings;
use crate::platform::Campaign;
use crate::results::Why;

/// Which results file, the server that its leads are on, and how to go there.
#[derive(Debug)]
pub struct RecordedPlan {
    /// The results file.
    pub results: PathBuf,
    /// Where its leads are; the place is that of any of them, where the API cannot be asked without one.
    pub endpoint: Endpoint,
    /// How fast and how patiently.
    pub sending: Sending,
    /// What shaped the run, for the results file; no secrets.
    pub options: serde_json::Value,
}

/// A results file that is open and locked, and a server that answers.
pub(crate) struct Ready {
    pub(crate) around: Surroundings,
    pub(crate) connected: Connected,
    pub(crate) results: Opened,
    pub(crate) campaigns: Vec<Campaign>,
}

impl Ready {
    /// Opens and locks the results file, which is there, and tests the token.
    pub(crate) async fn prepare(plan: &RecordedPlan, around: Surroundings) -> Result<Self, RunError> {
        let connected = Connected::connect(&plan.endpoint, &plan.sending, &around.clock, &around.stop).await?;
        let results = Opened::open(&plan.results, &around, &connected)?;
        let asked = connected.ask(&plan.endpoint, around.reporter.as_ref()).await;
        // Whoever stopped the run knows why.
        let campaigns = asked.map_err(|error| around.stop.reason().map_or(error, RunError::Stopped))?;
        Ok(Self { around, connected, results, campaigns })
    }

    /// Writes the line with which a run begins.
    pub(crate) async fn begin(self, plan: &RecordedPlan, why: Why) -> Session {
        let target = self.connected.describe();
        let subject = Subject { why, target, inputs: Vec::new(), options: &plan.options, calls: Vec::new() };
        Session::begin(self.around, self.connected, self.results, &plan.sending, subject).await
    }
}
