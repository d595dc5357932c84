//! The order of things when an import is taken back.

use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::batches::delete;
use super::choose::{Candidate, choose};
use super::deleting::{Counted, Log};
use super::look::{Looking, Sorted};
use super::preview::{Preview, leads};
use super::{Mode, Plan, Which};
use crate::clock::Moment;
use crate::lead::Reason;
use crate::platform::{Ability, Campaign};
use crate::report::{masked, plain};
use crate::results::{AllMade, Failed, Why, all_made};
use crate::run::{Closed, Connected, Consent, Ending, Opened, Ready, RunError, Session, Surroundings, Watch, look_up};
use crate::upload::{Observer, StopKind, StopReason, Stopped};

/// Leads that are left where they are, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// The reason's code.
    pub code: String,
    /// The reason in words.
    pub message: String,
    /// How many leads.
    pub leads: u64,
}

impl LeftOut {
    /// Those of which the results file no longer says who they are, if there are any.
    fn forgotten(leads: u64) -> Option<Self> {
        let reason = Reason::new(
            "undo_forgotten",
            "forgotten here, so it cannot be told who they are there: delete them by hand",
        );
        (leads > 0).then_some(Self { code: reason.code, message: reason.message, leads })
    }

    /// Adds a lead with this reason.
    pub(super) fn add(all: &mut Vec<Self>, reason: &Reason) {
        let message = masked(&plain(&reason.message));
        match all.iter_mut().find(|left| left.code == reason.code && left.message == message) {
            Some(known) => known.leads += 1,
            None => all.push(Self { code: reason.code.clone(), message, leads: 1 }),
        }
    }
}

/// What was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Figures {
    /// How many leads were deleted, also those that an earlier undo had begun to delete.
    pub undone: u64,
    /// How many the platform did not delete, or the run stopped before; by reason.
    pub kept: Vec<LeftOut>,
    /// How many deletions nobody answered: the same command finishes them.
    pub open: u64,
    /// How many were to be deleted and were not begun.
    pub not_begun: u64,
}

/// How an undo ended.
#[derive(Debug)]
pub struct Undone {
    /// The run's id; none where it was a preview only.
    pub run: Option<String>,
    /// The server, for people.
    pub target: String,
    /// The results file.
    pub results: PathBuf,
    /// Why it stopped early.
    pub stopped: Option<StopReason>,
    /// Why the results file is no longer written.
    pub failure: Option<Failed>,
    /// What was to be deleted.
    pub preview: Preview,
    /// What was.
    pub figures: Figures,
}

/// Deletes what the plan says, or says what would be deleted.
///
/// # Errors
/// [`RunError`] where nothing was deleted. Whatever happens later is in [`Undone`].
pub async fn undo(plan: Arc<Plan>, around: Surroundings) -> Result<Undone, RunError> {
    let ready = Ready::prepare(&plan.recorded, around).await?;
    if !ready.connected.platform.can(Ability::Delete) {
        let what =
            "the platform file describes no [delete], so nothing can be taken back: delete the leads on the platform";
        return Err(RunError::Usage(what.to_owned()));
    }
    let results = ready.results.path.clone();
    if plan.mode == Mode::Preview {
        let Ready { around, connected, results: opened, campaigns } = &ready;
        let world = World { plan: &plan, around, connected, results: opened, campaigns };
        let (preview, ..) = world.survey().await?;
        around.reporter.console().line(&preview.text());
        let (target, stopped) = (connected.describe(), around.stop.reason());
        return Ok(Undone { run: None, target, results, stopped, failure: None, preview, figures: Figures::default() });
    }
    let campaigns = ready.campaigns.clone();
    let session = ready.begin(&plan.recorded, Why::Undo).await;
    let done = take_back(&plan, &session, &campaigns).await;
    let totals = done.as_ref().map(|(_, figures)| serde_json::to_value(figures).unwrap_or_default());
    let Closed { run, target, stopped, failure, .. } = session.end(totals.unwrap_or_default()).await;
    let (preview, figures) = done?;
    Ok(Undone { run: Some(run), target, results, stopped, failure, preview, figures })
}

async fn take_back(plan: &Plan, session: &Session, campaigns: &[Campaign]) -> Result<(Preview, Figures), RunError> {
    let Session { around, connected, results, .. } = session;
    let world = World { plan, around, connected, results, campaigns };
    let watch: Arc<dyn Observer> = world.watch();
    let crew = session.crew_watched_by(Arc::clone(&watch), &plan.recorded.sending)?;
    session.settle_earlier_doubts(&crew, &plan.recorded.sending).await?;
    let (preview, sorted, surveyed) = world.survey().await?;
    around.reporter.console().line(&preview.text());
    let mut figures = Figures::default();
    if around.stop.is_requested() {
        return Ok((preview, figures));
    }
    if !sorted.to_delete.is_empty() {
        world.ask_consent(sorted.to_delete.len(), &preview).await?;
    }
    let asked = sorted.to_delete.len() + sorted.unclear.len();
    around.reporter.begin_deleting(asked as u64);
    figures.add(asked, delete(&world, &session.run, sorted, surveyed).await);
    Ok((preview, figures))
}

/// What an undo works with.
pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) around: &'a Surroundings,
    pub(super) connected: &'a Connected,
    pub(super) results: &'a Opened,
    campaigns: &'a [Campaign],
}

impl World<'_> {
    pub(super) fn watch(&self) -> Arc<dyn Observer> {
        Arc::new(Watch::new(Arc::clone(&self.around.reporter)))
    }

    fn all_made(&self) -> Result<AllMade, RunError> {
        Ok(all_made(self.results.recorder.path(), |target| self.connected.is_here(target))?)
    }

    fn stopped(&self) -> RunError {
        let interrupted = || StopReason::new(StopKind::Interrupted, "interrupted");
        RunError::Stopped(self.around.stop.reason().unwrap_or_else(interrupted))
    }

    /// What is to be deleted, and what is left, by what the results file says and the platform shows; and when that was.
    async fn survey(&self) -> Result<(Preview, Sorted, Moment), RunError> {
        let all = self.all_made()?;
        let chosen = choose(all, &self.results.recorder.ledger(), &self.plan.runs)?;
        self.around.reporter.begin_looking_at(chosen.leads.len() as u64);
        let surveyed = self.around.clock.now();
        let sorted = self.look(&chosen.leads).await.map_err(|Stopped| self.stopped())?;
        let mut left = Vec::new();
        for (_, reason) in sorted.left.iter().chain(&sorted.unclear) {
            LeftOut::add(&mut left, reason);
        }
        left.extend(LeftOut::forgotten(chosen.forgotten));
        let doubts = self.results.recorder.ledger().doubts()?;
        let in_doubt = doubts.iter().filter(|doubt| self.connected.is_here(&doubt.target)).count() as u64;
        let preview = Preview::new(&chosen, &sorted.to_delete, left, self.campaigns);
        Ok((Preview { in_doubt, ..preview }, sorted, surveyed))
    }

    /// What is to become of these, by what the platform shows now.
    pub(super) async fn look(&self, candidates: &[Candidate]) -> Result<Sorted, Stopped> {
        let look_up = look_up(self.connected, self.results, "", self.watch());
        let looking = Looking {
            platform: self.connected.platform.as_ref(),
            look_up: &look_up,
            which: self.plan.which,
            at_once: self.plan.recorded.sending.concurrency.get(),
        };
        let seen = looking.look(candidates).await?;
        let mut sorted = Sorted::default();
        for (candidate, seen) in candidates.iter().zip(&seen) {
            sorted.add(candidate, seen, self.plan.which);
        }
        Ok(sorted)
    }

    /// Asks, unless it is only the sandbox.
    ///
    /// # Errors
    /// The answer is no, or nobody can be asked; also in the sandbox, and with `--yes`, where it is not the last import
    /// that is taken back. What an earlier undo began is gone on with all the same.
    async fn ask_consent(&self, number: usize, preview: &Preview) -> Result<(), RunError> {
        let is_rehearsal = !self.connected.calls_people();
        let is_asked = !is_rehearsal && self.plan.consent == Consent::Ask && self.around.ask.is_some();
        if let (Some(said), Some(run)) = (preview.of_an_earlier_import(), preview.runs.last())
            && !is_asked
            && preview.begun == 0
        {
            return Err(RunError::NotTheLast { said, run: run.run.clone() });
        }
        if is_rehearsal {
            return Ok(());
        }
        let (number, target) = (leads(number as u64), self.connected.describe());
        let history = if self.plan.which == Which::All { ", with whatever is known of their calls" } else { "" };
        let question = format!("Delete {number} from {target}{history}?");
        let unasked = "nothing was deleted: add --yes to say that this is meant (--dry-run only looks)".to_owned();
        self.around.consent(self.plan.consent, question, unasked).await
    }

    /// What writes down and counts what becomes of these.
    pub(super) fn log(&self, run: &str, leads: &[&Candidate]) -> Log {
        let recorder = Arc::clone(&self.results.recorder);
        Log::new(recorder, run, &self.around.clock, Arc::clone(&self.around.reporter), leads)
    }
}

impl Figures {
    fn add(&mut self, asked: usize, counted: Counted) {
        let kept: u64 = counted.kept.iter().map(|left| left.leads).sum();
        let ended = counted.undone + kept + counted.open;
        self.undone += counted.undone;
        self.open += counted.open;
        self.not_begun += (asked as u64).saturating_sub(ended);
        self.kept.extend(counted.kept);
    }
}

impl Undone {
    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let kind = self.stopped.as_ref().map(|reason| reason.kind);
        let Figures { kept, open, not_begun, .. } = &self.figures;
        Ending {
            results_unusable: kind == Some(StopKind::Results) || self.failure.is_some(),
            interrupted: kind == Some(StopKind::Interrupted),
            stopped: kind.is_some() || open + not_begun > 0,
            in_doubt: self.preview.in_doubt > 0,
            rejected: !self.preview.left.is_empty() || !kept.is_empty(),
            ..Ending::default()
        }
        .code()
    }
}
