//! Looks up what earlier runs left in doubt, and sends nothing.
//!
//! Responsible for the order of things: ask the platform whether the token is good, look every doubt up, apply what a person
//! decided about those that no look-up could settle, and say what is left. It knows several rooms but none of their insides.

use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::results::{Failed, Why};
use crate::run::{Closed, Ending, LeftDoubt, LeftInDoubt, Ready, RecordedPlan, RunError, Session, Surroundings, Watch};
use crate::upload::{Observer, StopKind, StopReason};

/// What became of the doubts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Figures {
    /// How many there were on this server.
    pub doubts: u64,
    /// How many were found on the platform.
    pub found: u64,
    /// How many are not there: the next import sends those that are in its input.
    pub absent: u64,
    /// About how many a person decided.
    pub decided: u64,
    /// How many stay in doubt in the results file, also on other servers.
    pub left: u64,
    /// How many of these are on other servers than this one.
    pub elsewhere: u64,
    /// Why look-ups could not settle doubts, and how many; a person may have decided about them.
    pub unsettled: Vec<LeftDoubt>,
}

/// How a reconciliation ended.
#[derive(Debug)]
pub struct Reconciled {
    /// The run's id.
    pub run: String,
    /// The server, for people.
    pub target: String,
    /// The results file.
    pub results: PathBuf,
    /// Why it stopped early.
    pub stopped: Option<StopReason>,
    /// Why the results file is no longer written.
    pub failure: Option<Failed>,
    /// What became of the doubts.
    pub figures: Figures,
    /// Of how many leads of the results file nobody knows whether an undo deleted them.
    pub open_deletions: u64,
}

/// Looks up the doubts of the results file, and records what is found out.
///
/// # Errors
/// [`RunError`] where nothing was looked up. Whatever happens later is in [`Reconciled`].
pub async fn reconcile(plan: Arc<RecordedPlan>, around: Surroundings) -> Result<Reconciled, RunError> {
    let ready = Ready::prepare(&plan, around).await?;
    let (here, elsewhere) = counts(&ready)?;
    let session = ready.begin(&plan, Why::Reconcile).await;
    let watch = Arc::new(Watch::new(Arc::clone(&session.around.reporter)));
    let decided = settle(&session, &plan, &watch).await?;
    let (results, reporter) = (session.results.path.clone(), Arc::clone(&session.around.reporter));
    // Only that what it kept open is closed: there are no rows to count.
    drop(reporter.finish(session.around.stop.reason().as_ref()));
    let figures = Figures {
        doubts: here,
        found: watch.found(),
        absent: watch.absent(),
        decided,
        left: session.results.recorder.ledger().doubts()?.len() as u64,
        elsewhere,
        unsettled: watch.left(),
    };
    let totals = serde_json::to_value(&figures).unwrap_or_default();
    let Closed { run, target, stopped, failure, open_deletions, .. } = session.end(totals).await;
    Ok(Reconciled { run, target, results, stopped, failure, figures, open_deletions })
}

/// Look-ups first, and then a person's word about what they could not settle. Says how many that was.
async fn settle(session: &Session, plan: &RecordedPlan, watch: &Arc<Watch>) -> Result<u64, RunError> {
    let crew = session.crew_watched_by(Arc::clone(watch) as Arc<dyn Observer>, &plan.sending)?;
    session.settle_earlier_doubts(&crew, &plan.sending).await?;
    if watch.found() > 0 && !watch.left().is_empty() {
        // By now somebody is known to be there.
        watch.begin_again();
        session.settle_what_is_left(&crew).await?;
    }
    if plan.sending.left_in_doubt == LeftInDoubt::Resend {
        // It is looked up once more, when nothing of it can be on its way.
        watch.begin_again();
    }
    session.decide_the_rest(&crew, plan.sending.left_in_doubt).await
}

/// How many doubts there are on this server, and how many elsewhere.
fn counts(ready: &Ready) -> Result<(u64, u64), RunError> {
    let doubts = ready.results.recorder.ledger().doubts()?;
    let here = doubts.iter().filter(|doubt| ready.connected.is_here(&doubt.target)).count();
    Ok((here as u64, (doubts.len() - here) as u64))
}

impl Reconciled {
    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let kind = self.stopped.as_ref().map(|reason| reason.kind);
        Ending {
            results_unusable: kind == Some(StopKind::Results) || self.failure.is_some(),
            interrupted: kind == Some(StopKind::Interrupted),
            stopped: kind.is_some(),
            in_doubt: self.figures.left > 0,
            ..Ending::default()
        }
        .code()
    }
}
