//! Commands on a results file, from the command line to the exit code.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::recorded::{self, Needs, Resolved};
use super::recorded_args::{ReconcileArgs, UndoArgs};
use super::run::{ask, block_on, how_to_finish};
use super::shared_args::{PaceArgs, ServerArgs, ShowArgs};
use super::{command, log};
use crate::clock::Clock;
use crate::reconcile::{Reconciled, reconcile};
use crate::report::{Console, Ending as Outcome, Reporter, Volume, count, print_json};
use crate::results::{Failed, ResultsError};
use crate::run::{Consent, LeftInDoubt, RecordedPlan, RunError, Surroundings};
use crate::undo::{self, LeftOut, Mode, Plan, Runs, Undone, Which};
use crate::upload::Stop;

/// `leadload reconcile`.
///
/// # Errors
/// The command or the configuration is wrong: exit code 2.
pub(super) fn run_reconcile(args: &ReconcileArgs, typed: Vec<String>) -> Result<u8> {
    let screen = Screen::new(&args.output, &args.results, typed);
    let decision = args.in_doubt.map_or(LeftInDoubt::Stays, LeftInDoubt::from);
    let options = (&args.server, &args.pace, &args.output);
    let Some(plan) = screen.plan(Needs::Doubts, decision, options)? else {
        screen.tell_open_deletions(recorded::open_deletions(&args.results).map_err(Unusable)?);
        return screen.nothing("Nothing is in doubt.");
    };
    let around = screen.surroundings();
    let stop = around.stop.clone();
    let done = block_on(stop, screen.console.clone(), reconcile(Arc::new(plan), around))?;
    done.map_or_else(|error| screen.refused(&error), |reconciled| screen.reconciled(&reconciled))
}

/// `leadload undo`.
///
/// # Errors
/// The command or the configuration is wrong: exit code 2.
pub(super) fn run_undo(args: &UndoArgs, typed: Vec<String>) -> Result<u8> {
    let screen = Screen::new(&args.output, &args.results, typed);
    let options = (&args.server, &args.pace, &args.output);
    let Some(recorded) = screen.plan(Needs::Leads, LeftInDoubt::Stays, options)? else {
        return screen.nothing("The results file has no leads that were created: there is nothing to undo.");
    };
    let runs = match &args.run {
        Some(run) => Runs::Named(run.clone()),
        None if args.all_runs => Runs::All,
        None => Runs::Last,
    };
    let plan = Plan {
        recorded,
        runs,
        which: if args.force { Which::All } else { Which::Untouched },
        mode: if args.dry_run { Mode::Preview } else { Mode::Delete },
        consent: if args.yes { Consent::Given } else { Consent::Ask },
    };
    let around = screen.surroundings();
    let stop = around.stop.clone();
    let done = block_on(stop, screen.console.clone(), undo::undo(Arc::new(plan), around))?;
    done.map_or_else(|error| screen.refused(&error), |undone| screen.undone(&undone))
}

/// Says how it went.
struct Screen<'a> {
    console: Console,
    output: &'a ShowArgs,
    results: &'a Path,
    /// The command that goes on.
    resume: String,
}

impl<'a> Screen<'a> {
    fn new(output: &'a ShowArgs, results: &'a Path, typed: Vec<String>) -> Self {
        let volume = if output.quiet { Volume::Quiet } else { Volume::Normal };
        Self { console: Console::stderr(volume), output, results, resume: command::resuming(typed) }
    }

    /// Where to go; `None` where the file says nothing that the command is about, so that no token is needed.
    fn plan(
        &self,
        needs: Needs,
        left_in_doubt: LeftInDoubt,
        options: (&ServerArgs, &PaceArgs, &ShowArgs),
    ) -> Result<Option<RecordedPlan>> {
        let targets = match recorded::targets(self.results, needs) {
            Ok(targets) => targets,
            Err(error) => return Err(Unusable(error).into()),
        };
        if targets.is_empty() {
            return Ok(None);
        }
        let Resolved { plan, settings, notes } = recorded::resolve(self.results, &targets, left_in_doubt, options)?;
        log::start(&settings, self.output.verbose, &self.console)?;
        for note in notes {
            self.console.note(&format!("note: {note}"));
        }
        Ok(Some(plan))
    }

    fn surroundings(&self) -> Surroundings {
        let clock = Clock::system();
        let reporter = Arc::new(Reporter::new(self.console.clone(), clock.clone()));
        Surroundings { clock, stop: Stop::default(), reporter, ask: ask(), disk: None }
    }

    fn nothing(&self, words: &str) -> Result<u8> {
        self.console.line(words);
        if self.output.json {
            print_json(&serde_json::json!({ "schema": 1, "outcome": "finished", "exit_code": 0 }))?;
        }
        Ok(0)
    }

    fn refused(&self, error: &RunError) -> Result<u8> {
        let code = error.exit_code();
        self.console.line(&format!("error: {error}"));
        self.go_on(matches!(code, 3 | 130));
        if self.output.json {
            let reason = error.to_string();
            print_json(&serde_json::json!({ "schema": 1, "outcome": "refused", "reason": reason, "exit_code": code }))?;
        }
        Ok(code)
    }

    fn reconciled(&self, done: &Reconciled) -> Result<u8> {
        let (code, figures) = (done.exit_code(), &done.figures);
        self.ending(done.stopped.as_ref(), done.failure.as_ref());
        self.console.line(&format!(
            "{} looked up on {}: {} found, {} not there, {} decided, {} still in doubt",
            leads(figures.doubts),
            done.target,
            count(figures.found),
            count(figures.absent),
            count(figures.decided),
            count(figures.left),
        ));
        for left in figures.unsettled.iter().filter(|_| figures.decided == 0) {
            self.console.line(&format!("  {} in doubt: {}", leads(left.leads), left.message));
        }
        if figures.elsewhere > 0 {
            self.console.line(&format!("  {} in doubt on other servers", leads(figures.elsewhere)));
        }
        if figures.left > figures.elsewhere {
            self.console.line(DECIDE);
        }
        self.tell_open_deletions(done.open_deletions);
        self.go_on(matches!(code, 3 | 4 | 130));
        if self.output.json {
            let mut json = self.json(&done.run, &done.target, code, done.stopped.as_ref())?;
            json.insert("doubts".to_owned(), serde_json::to_value(figures)?);
            print_json(&json)?;
        }
        Ok(code)
    }

    fn undone(&self, done: &Undone) -> Result<u8> {
        let (code, figures) = (done.exit_code(), &done.figures);
        self.ending(done.stopped.as_ref(), done.failure.as_ref());
        match &done.run {
            Some(_) => self.console.line(&format!("{} deleted from {}", leads(figures.undone), done.target)),
            None => self.console.line("Nothing was deleted (--dry-run)."),
        }
        for LeftOut { message, leads: number, .. } in &figures.kept {
            self.console.line(&format!("  {} not deleted: {message}", leads(*number)));
        }
        if figures.open > 0 {
            let open = leads(figures.open);
            self.console.line(&format!("  {open}: the platform did not answer; the same command finishes them"));
        }
        if figures.not_begun > 0 {
            self.console.line(&format!("  {} left to be deleted", leads(figures.not_begun)));
        }
        self.go_on(matches!(code, 3 | 130));
        if self.output.json {
            let run = done.run.clone().unwrap_or_default();
            let mut json = self.json(&run, &done.target, code, done.stopped.as_ref())?;
            json.insert("preview".to_owned(), serde_json::to_value(&done.preview)?);
            json.insert("deleted".to_owned(), serde_json::to_value(figures)?);
            print_json(&json)?;
        }
        Ok(code)
    }

    fn tell_open_deletions(&self, number: u64) {
        if let Some(note) = how_to_finish(number, self.results) {
            self.console.line(&format!("note: {note}"));
        }
    }

    fn ending(&self, stopped: Option<&crate::upload::StopReason>, failure: Option<&Failed>) {
        match Outcome::new(stopped) {
            Outcome::Finished => {}
            Outcome::Interrupted => self.console.line("Interrupted."),
            Outcome::Stopped(why) => self.console.line(&format!("Stopped: {why}")),
        }
        if let Some(failure) = failure.filter(|_| stopped.is_none()) {
            self.console.line(&format!("error: {failure}"));
        }
    }

    /// The command that goes on is the last line.
    fn go_on(&self, is_left: bool) {
        if is_left {
            self.console.line(&format!("\nTo go on:\n{}", self.resume));
        }
    }

    /// What the JSON of these commands shares: `schema` 1, `run`, `outcome` (with `reason` where it is `stopped`),
    /// `exit_code`, `target`, `results`, and `resume`, the command that goes on.
    fn json(
        &self,
        run: &str,
        target: &str,
        exit_code: u8,
        stopped: Option<&crate::upload::StopReason>,
    ) -> Result<serde_json::Map<String, serde_json::Value>> {
        let mut json = serde_json::Map::new();
        json.insert("schema".to_owned(), 1.into());
        json.insert("run".to_owned(), run.into());
        if let serde_json::Value::Object(ending) = serde_json::to_value(Outcome::new(stopped))? {
            json.extend(ending);
        }
        json.insert("exit_code".to_owned(), exit_code.into());
        json.insert("target".to_owned(), target.into());
        json.insert("results".to_owned(), self.results.display().to_string().into());
        let resume = matches!(exit_code, 3 | 4 | 130).then(|| self.resume.clone());
        json.insert("resume".to_owned(), resume.into());
        Ok(json)
    }
}

/// How a person decides what look-ups cannot.
const DECIDE: &str = "\
Look on the platform whether they are there, and say so: --in-doubt resend (they are not: the next import sends those that
are in its input) or --in-doubt skip (they are, or are not wanted: never sent again)";

fn leads(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "lead" } else { "leads" })
}

/// The results file cannot be used: exit code 5.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Unusable(pub(super) ResultsError);
