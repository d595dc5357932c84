//! From the command line to the exit code.

use std::future::Future;
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use serde::Serialize;

use super::args::{Command, CommandLine, SandboxArgs};
use super::documents::Refused;
use super::notify::About;
use super::resolve::{self, Resolved};
use super::run_forget::run_forget;
use super::run_history::run_results;
use super::run_recorded::{run_reconcile, run_undo};
use super::show::{Show, Tells, code_and_words, told, told_in_json};
use super::{
    check, config_command, doctor, generated, init, log, misread, progress, report as report_command, sandbox, schemas,
    signals, temp, unheard,
};
use crate::clock::Clock;
use crate::import::{Ended, Mode, Plan, Purpose, Rehearsed};
use crate::library::{ending_of, ending_of_rehearsal, unsent};
use crate::report::{self, Console, DryRun, Finished, Reporter, Summary, SummaryFacts, Volume, print_json};
use crate::results::Failed;
use crate::run::{RunError, Surroundings};
use crate::source::Input;
use crate::upload::{Stop, StopKind};

/// How long the runtime waits at the end for what is still reading or connecting.
const FAREWELL: Duration = Duration::from_millis(200);

/// The program. Its exit codes: 0 all is well, 1 some rejected or invalid, 2 usage, 3 stopped early, 4 some in doubt,
/// 5 results file unusable, 6 input unreadable, 130 interrupted.
#[must_use]
pub fn main() -> ExitCode {
    let typed: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(error) => return ExitCode::from(misread::tell(&error, &typed)),
    };
    match run(command_line.command, typed) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let (code, words) = code_and_words(&error);
            Console::stderr(Volume::Quiet).line(&report::problem(&words));
            ExitCode::from(code)
        }
    }
}

fn run(command: Command, typed: Vec<String>) -> Result<u8> {
    match command {
        Command::Import(args) => told((&args.output.show, &args.target.server), Tells::of(&args.sending), |show| {
            resolve::import(&args, typed).and_then(|resolved| run_import(resolved, show))
        }),
        Command::Update(args) => {
            let import = &args.import;
            told((&import.output.show, &import.target.server), Tells::of(&import.sending), |show| {
                resolve::update(&args, typed).and_then(|resolved| run_import(resolved, show))
            })
        }
        Command::Check(args) => {
            let import = &args.import;
            told((&import.output.show, &import.target.server), Tells::Output, |show| {
                check::run_check(&args, &typed, &show)
            })
        }
        Command::Init(args) => {
            let import = &args.import;
            told((&import.output.show, &import.target.server), Tells::Output, |show| {
                init::run_init(&args, typed, &show)
            })
        }
        Command::Reconcile(args) => {
            told((&args.output, &args.server), Tells::Notified, |show| run_reconcile(&args, typed, show))
        }
        Command::Undo(args) => told((&args.output, &args.server), Tells::Notified, |show| run_undo(&args, typed, show)),
        Command::Report(args) => told_in_json(args.json, || report_command::run_report(&args)),
        Command::Results(args) => told_in_json(args.shown.json, || run_results(&args)),
        Command::Forget(args) => told_in_json(args.json, || run_forget(&args)),
        Command::Doctor(args) => doctor::run_doctor(&args),
        Command::Completions(args) => generated::completions(&args),
        Command::Man(args) => generated::man(&args),
        Command::Config(args) => config_command::run_config(args),
        Command::Schema(args) => schemas::run_schema(&args),
        Command::Sandbox(args) => run_sandbox(&args),
    }
}

fn run_sandbox(args: &SandboxArgs) -> Result<u8> {
    let console = Console::stderr(Volume::Normal);
    let stop = Stop::default();
    let serving = sandbox::serve(args, stop.clone(), &console);
    block_on(stop, console.clone(), serving)??;
    Ok(0)
}

/// An import, or an update over the same passes.
fn run_import(resolved: Resolved, mut show: Show) -> Result<u8> {
    let console = Console::stderr(show.volume);
    let Resolved { import, settings, notes, .. } = resolved;
    let plan = Arc::clone(import.plan());
    let clock = Clock::system();
    let reporter = Arc::new(Reporter::new(console.clone(), clock.clone()));
    log::start(&settings, show.verbose, &console, reporter.run())?;
    temp::choose_folder(&settings)?;
    unheard::warn(&console);
    for note in notes {
        console.note(&format!("note: {note}"));
    }
    if plan.mode == Mode::DryRun {
        // Its JSON holds people's data, and it is somebody at a keyboard who asks for it.
        show.notify = None;
    }
    let shown = progress::shown(&settings)?;
    reporter.allow(progress::allowed(&plan.sending));
    let around = Surroundings { clock, stop: Stop::default(), reporter, ask: ask(), disk: None };
    let output = Output { console, show, plan, started: Instant::now() };
    let progress = around.reporter.show_progress(shown);
    let stop = around.stop.clone();
    let mode = output.plan.mode;
    match mode {
        Mode::Upload => {
            let ended = block_on(stop, output.console.clone(), import.run_in(around))?;
            progress.stop();
            Ok(ended.map_or_else(|error| output.refused(&error), |ended| output.ended(ended)))
        }
        Mode::DryRun => {
            let rehearsed = block_on(stop, output.console.clone(), import.dry_run_in(around))?;
            progress.stop();
            rehearsed.map_or_else(|error| Ok(output.refused(&error)), |rehearsed| output.rehearsed(rehearsed))
        }
    }
}

/// Runs `work` while listening for signals.
pub(super) fn block_on<T>(stop: Stop, console: Console, work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the program cannot start its threads")?;
    let done = runtime.block_on(async {
        signals::outlive_file_limits();
        let listening = tokio::spawn(signals::listen(stop, console));
        let done = work.await;
        listening.abort();
        done
    });
    runtime.shutdown_timeout(FAREWELL);
    Ok(done)
}

/// Whoever is at the terminal and can be asked.
pub(super) fn ask() -> Option<fn(&str) -> bool> {
    let is_attended = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    is_attended.then_some(ask_there)
}

/// Asks the person at the terminal; only `y` or `yes` is consent, and only what is typed after the question.
fn ask_there(question: &str) -> bool {
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
    Console::stderr(Volume::Normal).line(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Says how it went.
struct Output {
    console: Console,
    show: Show,
    plan: Arc<Plan>,
    started: Instant,
}

impl Output {
    /// Nothing was sent.
    fn refused(&self, error: &RunError) -> u8 {
        let code = error.exit_code();
        self.console.line(&report::problem(error));
        let resume = matches!(code, 3 | 130).then(|| self.plan.resume_command.clone());
        if let Some(command) = &resume {
            self.console.line(&format!("\nTo go on:\n{command}"));
        }
        let refused = Refused::new(code, &error.to_string()).with_resume(resume);
        self.show.print_ending(&refused, &self.console);
        self.notify(&refused, About { exit_code: code, run: None, results: None });
        code
    }

    fn ended(&self, ended: Ended) -> u8 {
        let purpose = self.plan.purpose;
        let code = ending_of(&ended, purpose).code();
        let Ended { run, target, results, stopped, failure, in_doubt, open_deletions, mut finished } = ended;
        let (id, file) = (run.clone(), results.clone());
        finished.notes.extend(how_to_decide(in_doubt, &results));
        finished.notes.extend(how_to_finish(open_deletions, &results));
        self.tell_if_empty(&finished);
        finished.notes.extend(finished.nobody_to_call());
        let kind = stopped.as_ref().map(|reason| reason.kind);
        // Without its memory the same command would send everybody a second time.
        let has_lost_memory = failure.as_ref().is_some_and(Failed::is_displaced);
        if has_lost_memory {
            finished.notes.push(memory_lost(&results));
        }
        let is_unsent = unsent(&finished, purpose) > 0;
        let is_left = stopped.is_some() || is_unsent || (in_doubt > 0 && purpose == Purpose::Create);
        let facts = SummaryFacts {
            run,
            target,
            inputs: self.inputs(),
            exit_code: code,
            elapsed: self.started.elapsed(),
            results: Some(results),
            resume: (is_left && !has_lost_memory).then(|| self.plan.resume_command.clone()),
            update: Some(self.plan.update_command.clone()),
        };
        if let Some(failure) = failure.filter(|_| kind != Some(StopKind::Results)) {
            self.console.line(&report::problem(&failure));
        }
        let summary = Summary::new(facts, finished, report::Ending::new(stopped.as_ref()));
        self.console.line(&summary.text_within(self.console.width()));
        self.show.print_ending(&summary, &self.console);
        self.notify(&summary, About { exit_code: code, run: Some(&id), results: Some(&file) });
        code
    }

    /// Tells whoever wants to be told.
    fn notify(&self, summary: &impl Serialize, about: About<'_>) {
        if let Some(notify) = &self.show.notify {
            notify.tell(summary, about, &self.console);
        }
    }

    fn rehearsed(&self, rehearsed: Rehearsed) -> Result<u8> {
        let Rehearsed { target, requests, duration, stopped, mut finished, .. } = rehearsed;
        self.tell_if_empty(&finished);
        finished.notes.extend(finished.nobody_to_call());
        let ending = ending_of_rehearsal(&finished, stopped.is_some());
        if stopped.is_some() {
            self.console.line("interrupted: what follows is about the rows that were read so far");
        }
        let mut summary = DryRun::new(target, self.inputs(), ending.code(), finished);
        if self.plan.purpose != Purpose::Create {
            summary = summary.of_update();
        }
        for request in &requests {
            summary = summary.with_request(request);
        }
        summary = at_rate(summary, &self.plan, duration);
        self.console.line(&summary.text_within(self.console.width()));
        if self.show.json {
            print_json(&summary)?;
        }
        Ok(ending.code())
    }

    fn tell_if_empty(&self, finished: &Finished) {
        if finished.totals.rows == 0 && finished.unbalanced.is_none() {
            self.console.note("note: there are no rows below the header");
        }
    }

    fn inputs(&self) -> Vec<String> {
        self.plan.inputs.iter().map(Input::name).collect()
    }
}

/// `summary` with how long sending takes at the rate of `plan`, if it has one.
pub(super) fn at_rate(summary: DryRun, plan: &Plan, takes: Duration) -> DryRun {
    let rates: Vec<String> = plan.sending.rates.iter().map(ToString::to_string).collect();
    if rates.is_empty() { summary } else { summary.at_rate(rates.join(" and "), takes) }
}

/// What a person can do about leads that are in doubt still.
fn how_to_decide(in_doubt: u64, results: &std::path::Path) -> Option<String> {
    let results = super::command::quoted(&results.display().to_string());
    let what = "the same command looks them up again";
    let decide = "Where no look-up can tell, see on the platform and add --in-doubt resend or --in-doubt skip";
    (in_doubt > 0).then(|| {
        let leads = report::count(in_doubt);
        format!("in doubt: {leads}; {what}, and so does leadload reconcile {results}, which sends nothing. {decide}")
    })
}

/// What to do where the results file is gone.
fn memory_lost(results: &std::path::Path) -> String {
    format!(
        "{} was deleted, moved or replaced, and with it went the memory of who was sent. Put it back before the next import. Without it the same command would \
         send everybody a second time; where it cannot be had, add --skip-existing, which asks the platform who is there, and \
         see there for those whose answers were lost",
        results.display()
    )
}

/// What a person can do about leads that an undo began to delete and did not finish.
pub(super) fn how_to_finish(open_deletions: u64, results: &std::path::Path) -> Option<String> {
    let results = super::command::quoted(&results.display().to_string());
    (open_deletions > 0).then(|| {
        let leads = report::count(open_deletions);
        format!(
            "an undo is not finished: deletions open: {leads}. Nobody knows whether these leads are there, so they count as \
             before and are not sent; finish it with leadload undo {results} (of an earlier run: --run ID)"
        )
    })
}
