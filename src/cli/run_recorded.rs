//! Commands on a results file, from the command line to the exit code.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde::Serialize;

use super::documents::{Reconciliation, RecordedEnd, Refused, Undoing};
use super::notify::About;
use super::recorded::{self, Needs, Resolved};
use super::recorded_args::{ReconcileArgs, UndoArgs};
use super::run::{ask, block_on, how_to_finish};
use super::shared_args::{PaceArgs, ServerArgs, ShowArgs};
use super::show::Show;
use super::{command, log, progress, unheard};
use crate::clock::Clock;
use crate::reconcile::{Reconciled, reconcile};
use crate::report::{Console, Ending as Outcome, Reporter, Shown, count, problem};
use crate::results::{Failed, ResultsError};
use crate::run::{Consent, LeftInDoubt, RecordedPlan, RunError, Surroundings};
use crate::undo::{self, LeftOut, Mode, Plan, Runs, Undone, Which};
use crate::upload::Stop;

/// `leadload reconcile`.
///
/// # Errors
/// The command or the configuration is wrong: exit code 2.
pub(super) fn run_reconcile(args: &ReconcileArgs, typed: Vec<String>, show: Show) -> Result<u8> {
    let screen = Screen::new(show, &args.results, typed);
    let decision = args.in_doubt.map_or(LeftInDoubt::Stays, LeftInDoubt::from);
    let options = (&args.server, &args.pace, &args.output);
    let Some((plan, shown)) = screen.plan(Needs::Doubts, decision, options)? else {
        screen.tell_open_deletions(recorded::open_deletions(&args.results).map_err(Unusable)?);
        return Ok(screen.nothing("Nothing is in doubt.", "reconcile", Reconciliation::default()));
    };
    let around = screen.surroundings();
    let stop = around.stop.clone();
    let progress = screen.reporter.show_progress(shown);
    let done = block_on(stop, screen.console.clone(), reconcile(Arc::new(plan), around))?;
    progress.stop();
    Ok(done.map_or_else(|error| screen.refused(&error), |reconciled| screen.reconciled(&reconciled)))
}

/// `leadload undo`.
///
/// # Errors
/// The command or the configuration is wrong: exit code 2.
pub(super) fn run_undo(args: &UndoArgs, typed: Vec<String>, show: Show) -> Result<u8> {
    let screen = Screen::new(show, &args.results, typed);
    let options = (&args.server, &args.pace, &args.output);
    let Some((recorded, shown)) = screen.plan(Needs::Leads, LeftInDoubt::Stays, options)? else {
        let words = "The results file has no leads that were created: there is nothing to undo.";
        return Ok(screen.nothing(words, "undo", Undoing::default()));
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
    let progress = screen.reporter.show_progress(shown);
    let done = block_on(stop, screen.console.clone(), undo::undo(Arc::new(plan), around))?;
    progress.stop();
    Ok(done.map_or_else(|error| screen.refused(&error), |undone| screen.undone(&undone)))
}

/// Says how it went.
struct Screen<'a> {
    console: Console,
    reporter: Arc<Reporter>,
    clock: Clock,
    show: Show,
    results: &'a Path,
    /// The command that goes on.
    resume: String,
}

impl<'a> Screen<'a> {
    fn new(show: Show, results: &'a Path, typed: Vec<String>) -> Self {
        let (console, clock) = (Console::stderr(show.volume), Clock::system());
        let reporter = Arc::new(Reporter::new(console.clone(), clock.clone()));
        Self { console, reporter, clock, show, results, resume: command::resuming(typed) }
    }

    /// Where to go, and how progress is shown; `None` where the file says nothing that the command is about, so that no token
    /// is needed.
    fn plan(
        &self,
        needs: Needs,
        left_in_doubt: LeftInDoubt,
        options: (&ServerArgs, &PaceArgs, &ShowArgs),
    ) -> Result<Option<(RecordedPlan, Shown)>> {
        let targets = match recorded::targets(self.results, needs) {
            Ok(targets) => targets,
            Err(error) => return Err(Unusable(error).into()),
        };
        if targets.is_empty() {
            return Ok(None);
        }
        let Resolved { plan, settings, notes } = recorded::resolve(self.results, &targets, left_in_doubt, options)?;
        log::start(&settings, self.show.verbose, &self.console, self.reporter.run())?;
        unheard::warn(&self.console);
        for note in notes {
            self.console.note(&format!("note: {note}"));
        }
        self.reporter.allow(progress::allowed(&plan.sending));
        Ok(Some((plan, progress::shown(&settings)?)))
    }

    fn surroundings(&self) -> Surroundings {
        let (clock, reporter) = (self.clock.clone(), Arc::clone(&self.reporter));
        Surroundings { clock, stop: Stop::default(), reporter, ask: ask(), disk: None }
    }

    fn nothing(&self, words: &str, document: &'static str, what: impl Serialize) -> u8 {
        self.console.line(words);
        self.tell(&RecordedEnd::of_nothing(document, self.results, what), 0, None);
        0
    }

    fn refused(&self, error: &RunError) -> u8 {
        let code = error.exit_code();
        self.console.line(&problem(error));
        if let RunError::NotTheLast { run, .. } = error {
            self.console.line(&format!("\nThe whole command:\n{} --run {run}", self.resume));
        }
        self.go_on(code, &[3, 130]);
        let resume = matches!(code, 3 | 130).then(|| self.resume.clone());
        self.tell(&Refused::new(code, &error.to_string()).with_resume(resume), code, None);
        code
    }

    /// Tells programs: as JSON on standard output, and whoever is notified.
    fn tell(&self, document: &impl Serialize, exit_code: u8, run: Option<&str>) {
        self.show.print_ending(document, &self.console);
        if let Some(notify) = &self.show.notify {
            notify.tell(document, About { exit_code, run, results: Some(self.results) }, &self.console);
        }
    }

    fn reconciled(&self, done: &Reconciled) -> u8 {
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
        self.go_on(code, &[3, 4, 130]);
        let what = Reconciliation { doubts: Some(figures.clone()) };
        let ended = RecordedEnd {
            run: Some(done.run.clone()),
            target: Some(done.target.clone()),
            ..self.ended("reconcile", what, code, done.stopped.as_ref())
        };
        self.tell(&ended, code, Some(&done.run));
        code
    }

    fn undone(&self, done: &Undone) -> u8 {
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
        self.go_on(code, &[3, 130]);
        let what = Undoing { preview: Some(done.preview.clone()), deleted: Some(figures.clone()) };
        let ended = RecordedEnd {
            run: Some(done.run.clone().unwrap_or_default()),
            target: Some(done.target.clone()),
            ..self.ended("undo", what, code, done.stopped.as_ref())
        };
        match &done.run {
            Some(run) => self.tell(&ended, code, Some(run)),
            // A preview is nothing to be notified of.
            None => self.show.print_ending(&ended, &self.console),
        }
        code
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
            self.console.line(&problem(&failure));
        }
    }

    /// After an exit code of these the command that goes on is the last line.
    fn go_on(&self, code: u8, resumable: &[u8]) {
        if resumable.contains(&code) {
            self.console.line(&format!("\nTo go on:\n{}", self.resume));
        }
    }

    /// What the JSON of these commands shares.
    fn ended<T>(
        &self,
        document: &'static str,
        what: T,
        exit_code: u8,
        stopped: Option<&crate::upload::StopReason>,
    ) -> RecordedEnd<T> {
        RecordedEnd {
            ending: Outcome::new(stopped),
            exit_code,
            resume: matches!(exit_code, 3 | 4 | 130).then(|| self.resume.clone()),
            ..RecordedEnd::of_nothing(document, self.results, what)
        }
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
