//! What is learnt before anything is sent, besides the run's own results file: who must not be called, and who is on the
//! platform by other files or by its own list.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::columns::Columns;
use super::do_not_call;
use super::elsewhere::Elsewhere;
use super::listed::Listed;
use super::plan::Plan;
use crate::grouping::DoNotCall;
use crate::lead::{Lead, LeadKey};
use crate::platform::Duplicates;
use crate::run::{RunError, Surroundings};
use crate::upload::{Event, Observer, Outcome};

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    pub(super) do_not_call: Arc<DoNotCall>,
    pub(super) elsewhere: Arc<Elsewhere>,
    pub(super) listed: Arc<Listed>,
    /// Which column of each input is what.
    pub(super) columns: Columns,
}

impl Before {
    /// Reads the do-not-call lists and the other results files, and tells what is in them.
    ///
    /// # Errors
    /// One of them cannot be used: then nothing may be sent.
    pub(super) fn read(plan: &Plan, columns: Columns, around: &Surroundings) -> Result<Self, RunError> {
        let do_not_call = do_not_call::read(&plan.preload, plan.region, around)?;
        let elsewhere = Elsewhere::read(plan.preload.known.iter().map(PathBuf::as_path))?;
        for note in elsewhere.notes() {
            around.reporter.event(Event::Note(&note));
        }
        Ok(Self { do_not_call: Arc::new(do_not_call), elsewhere: Arc::new(elsewhere), listed: Arc::default(), columns })
    }

    /// The same, beside the async work of a run.
    pub(super) async fn read_aside(
        plan: &Arc<Plan>,
        columns: Columns,
        around: &Surroundings,
    ) -> Result<Self, RunError> {
        let (plan, around) = (Arc::clone(plan), around.clone());
        let _busy = around.clock.clone().busy();
        let reading = tokio::task::spawn_blocking(move || Self::read(&plan, columns, &around)).await;
        reading.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }

    /// What others know of `lead`.
    pub(super) fn outcome(&self, lead: &Lead, plain_key: LeadKey, duplicates: Duplicates) -> Option<Outcome> {
        let listed = self.listed.outcome(lead.key);
        listed.or_else(|| self.elsewhere.outcome(lead, plain_key, duplicates))
    }
}

/// A run's own results file is known anyway.
///
/// # Errors
/// It is among the others as well.
pub(super) fn refuse_own_results(plan: &Plan, results: &Path) -> Result<(), RunError> {
    let in_full = |path: &Path| path.canonicalize().ok();
    let own = in_full(results);
    match plan.preload.known.iter().find(|path| own.is_some() && in_full(path) == own) {
        None => Ok(()),
        Some(path) => Err(RunError::Usage(format!(
            "--known {}: this is the run's own results file, which is always known\nwhat to do: leave the option out",
            path.display()
        ))),
    }
}
