//! `leadload check`: every file by itself, read to its end, and a report on each.

use std::sync::Arc;

use anyhow::{Result, bail};

use super::args::CheckArgs;
use super::resolve::{self, Resolved};
use super::run::{at_rate, block_on};
use super::settings::Settings;
use super::show::Show;
use super::signals::INTERRUPTED;
use super::{log, temp, unheard};
use crate::clock::Clock;
use crate::import::{self, Rehearsed};
use crate::library::ending_of_rehearsal;
use crate::report::{
    Check, CheckedFile, Console, DryRun, Reporter, Volume, counted, print_for_people, print_json, run_id,
};
use crate::run::{Surroundings, weightiest};
use crate::upload::Stop;

/// How many requests are shown of each file.
const SHOWN_REQUESTS: usize = 10;

/// Where leads go of which nobody has said where.
const UNNAMED: &str = "a campaign that is not named yet";

/// Checks every file, and says what is in it.
///
/// # Errors
/// The arguments or the configuration cannot be used, whatever the file.
pub(super) fn run_check(args: &CheckArgs, typed: &[String], show: &Show) -> Result<u8> {
    let console = Console::stderr(show.volume);
    let resolved: Vec<(String, Result<Resolved>)> = args
        .import
        .inputs
        .iter()
        .map(|input| (input.display().to_string(), resolve::check(&args.import, input, typed.to_vec())))
        .collect();
    let settings = settings_of_any(&resolved)?;
    log::start(&settings, show.verbose, &console, &run_id(&Clock::system()))?;
    temp::choose_folder(&settings)?;
    unheard::warn(&console);
    let stop = Stop::default();
    let wanted = resolved.len();
    let told = Told { console: console.clone(), on: if show.json { On::StandardError } else { On::StandardOutput } };
    let checking = check_all(resolved, stop.clone(), told.clone());
    let files = block_on(stop, console.clone(), checking)??;
    let not_looked_at = wanted - files.len();
    if not_looked_at > 0 {
        let many = counted(not_looked_at as u64, "file was", "files were");
        console.line(&format!("\ninterrupted: {many} not looked at"));
    }
    let interrupted = (not_looked_at > 0).then_some(INTERRUPTED);
    let code = weightiest(files.iter().map(CheckedFile::exit_code).chain(interrupted));
    let check = Check::new(files, code);
    if let Some(summary) = check.summary() {
        told.text(&format!("\n{summary}"))?;
    }
    if show.json {
        print_json(&check)?;
    }
    Ok(code)
}

/// The settings of the first file that has any. Where every file has the same fault, it is not the files that have it.
fn settings_of_any(resolved: &[(String, Result<Resolved>)]) -> Result<Settings> {
    if let Some(resolved) = resolved.iter().find_map(|(_, resolved)| resolved.as_ref().ok()) {
        return Ok(resolved.settings.clone());
    }
    let mut problems: Vec<String> =
        resolved.iter().filter_map(|(_, resolved)| Some(format!("{:#}", resolved.as_ref().err()?))).collect();
    problems.dedup();
    bail!("{}", problems.join("\n"))
}

/// Where the report goes.
#[derive(Debug, Clone)]
struct Told {
    console: Console,
    on: On,
}

#[derive(Debug, Clone, Copy)]
enum On {
    StandardOutput,
    /// Standard output is for the JSON.
    StandardError,
}

impl Told {
    fn text(&self, text: &str) -> Result<()> {
        match self.on {
            On::StandardOutput => print_for_people(text)?,
            On::StandardError => self.console.line(text),
        }
        Ok(())
    }
}

async fn check_all(resolved: Vec<(String, Result<Resolved>)>, stop: Stop, told: Told) -> Result<Vec<CheckedFile>> {
    let mut files = Vec::with_capacity(resolved.len());
    for (name, resolved) in resolved {
        if stop.is_requested() {
            break;
        }
        let file = match resolved {
            Ok(resolved) => check_one(name, resolved, &stop, &told.console).await,
            Err(error) => CheckedFile::unusable(name, 2, format!("{error:#}")),
        };
        let between = if files.is_empty() { "" } else { "\n" };
        told.text(&format!("{between}{}", file.text()))?;
        files.push(file);
    }
    Ok(files)
}

async fn check_one(name: String, resolved: Resolved, stop: &Stop, console: &Console) -> CheckedFile {
    let plan = Arc::clone(resolved.plan());
    let Resolved { notes, is_placed, .. } = resolved;
    for note in notes {
        console.note(&format!("note: {note}"));
    }
    let clock = Clock::system();
    // What there is to tell stands in the report.
    let reporter = Arc::new(Reporter::new(Console::stderr(Volume::Quiet), clock.clone()));
    let around = Surroundings { clock, stop: stop.clone(), reporter, ask: None, disk: None };
    let rehearsed = match import::rehearse_showing(SHOWN_REQUESTS, Arc::clone(&plan), around).await {
        Ok(rehearsed) => rehearsed,
        Err(error) => return CheckedFile::unusable(name, error.exit_code(), error.to_string()),
    };
    let Rehearsed { target, requests, duration, inputs, stopped, mut finished, .. } = rehearsed;
    finished.notes.extend(finished.nobody_to_call());
    let code = ending_of_rehearsal(&finished, stopped.as_ref()).code();
    let target = if is_placed { target } else { UNNAMED.to_owned() };
    let mut dry_run = at_rate(DryRun::new(target, vec![name.clone()], code, finished), &plan, duration);
    for request in &requests {
        dry_run = dry_run.with_request(request);
    }
    let (mut guesses, mut columns) = (Vec::new(), Vec::new());
    for input in inputs {
        guesses.extend(input.notes);
        columns.extend(input.columns);
    }
    CheckedFile::read(name, code, guesses, columns, dry_run)
}
