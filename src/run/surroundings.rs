//! What a run needs of the world besides its plan.

use std::sync::Arc;

use super::error::RunError;
use super::plan::Consent;
use crate::clock::Clock;
use crate::report::Reporter;
use crate::results::WrapDisk;
use crate::upload::Stop;

/// What a run needs of the world.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// Stops the run; whoever hears Ctrl-C turns it.
    pub stop: Stop,
    /// Shows what happens.
    pub reporter: Arc<Reporter>,
    /// Asks the person at the terminal; `None` where there is nobody.
    pub ask: Option<fn(&str) -> bool>,
    /// What stands between the results file and its disk: nothing, but in tests.
    pub disk: Option<WrapDisk>,
}

impl Surroundings {
    /// Asks for consent where it was not given. Whoever presses Ctrl-C instead of answering has answered.
    ///
    /// # Errors
    /// The person says no or stops the run; or nobody is there, and `unasked` says what to do.
    pub(crate) async fn consent(&self, given: Consent, question: String, unasked: String) -> Result<(), RunError> {
        if given == Consent::Given {
            return Ok(());
        }
        let Some(ask) = self.ask else { return Err(RunError::NoConsent(unasked)) };
        self.reporter.console().hide_bars();
        let answer = tokio::select! {
            biased;
            () = self.stop.requested() => None,
            answer = tokio::task::spawn_blocking(move || ask(&question)) => answer.ok(),
        };
        self.reporter.console().show_bars();
        match (answer, self.stop.reason()) {
            (_, Some(reason)) => Err(RunError::Stopped(reason)),
            (Some(true), None) => Ok(()),
            (_, None) => Err(RunError::NoConsent("nothing was done".to_owned())),
        }
    }
}
