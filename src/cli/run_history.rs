//! `leadload results`, from the command line to the exit code.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Result, anyhow};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::history_args::ResultsArgs;
use super::person;
use super::run_recorded::Unusable;
use crate::history::{
    Counts, Export, Filter, LeadRow, Numbers, Replacing, Screen, Story, StoryTold, TableError, Whom, stories, table,
};
use crate::lead::Status;
use crate::report::{Console, Volume, count, counted, print_json, print_text};
use crate::results::{Line, Reader, ResultsError, Scope};

/// The table.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Table {
    schema: u32,
    document: &'static str,
    /// The results file.
    results: String,
    leads: Vec<LeadRow>,
    /// How many leads and rows there are in it.
    total: u64,
    /// How many by state.
    counts: BTreeMap<String, u64>,
}

/// What became of one lead, or of a row.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ToldOfOne {
    schema: u32,
    document: &'static str,
    /// The results file.
    results: String,
    /// The code that the program ends with: 1 where there is no story.
    exit_code: u8,
    /// One for each target.
    stories: Vec<StoryTold>,
}

/// The table was written into a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Exported {
    schema: u32,
    document: &'static str,
    /// How many leads and rows there are in it.
    total: u64,
    /// How many by state.
    counts: BTreeMap<String, u64>,
}

/// A table, or one person's story.
///
/// # Errors
/// The command is wrong, or the file cannot be used.
pub(super) fn run_results(args: &ResultsArgs) -> Result<u8> {
    let console = Console::stderr(if args.shown.quiet { Volume::Quiet } else { Volume::Normal });
    let whom = whom(args)?;
    let is_about_one = args.shown.to.is_none() && args.which.is_empty();
    match whom.as_slice() {
        [one] if is_about_one => tell_story(args, one, &console),
        _ => show_table(args, whom, &console),
    }
}

fn whom(args: &ResultsArgs) -> Result<Vec<Whom>> {
    let asked = &args.of_whom;
    let typed = asked.phone.as_deref();
    let person = typed.map(|typed| person::named(typed, asked.region.as_deref(), &args.results)).transpose()?;
    let row = asked.row.map(Whom::Row);
    Ok(person.map(Whom::Person).into_iter().chain(row).chain(asked.id.clone().map(Whom::Id)).collect())
}

fn numbers(args: &ResultsArgs) -> Numbers {
    if args.shown.show_numbers { Numbers::InFull } else { Numbers::Masked }
}

/// Whoever typed a number knows it; those of others in its story stay masked.
fn tell_story(args: &ResultsArgs, whom: &Whom, console: &Console) -> Result<u8> {
    let stories = stories(&args.results, whom).map_err(Unusable)?;
    let code = u8::from(stories.is_empty());
    if args.shown.json {
        let told: Vec<_> = stories.iter().map(|story| story.json(numbers(args))).collect();
        let results = args.results.display().to_string();
        print_json(&ToldOfOne { schema: 1, document: "stories", results, exit_code: code, stories: told })?;
    } else {
        let zone = TimeZone::system();
        let text: Vec<String> = stories.iter().map(|story: &Story| story.text(&zone, numbers(args))).collect();
        if !text.is_empty() {
            print_text(&text.join("\n\n"))?;
        }
    }
    if stories.is_empty() {
        console.line(&nobody(&args.results, whom));
    }
    Ok(code)
}

fn nobody(results: &Path, whom: &Whom) -> String {
    let results = results.display();
    match whom {
        Whom::Person(_) => format!(
            "{results} says nothing of this person: no run has sent, refused or held back such a lead. Rows whose number \
             could not be read have no number on file: see --status invalid, or --row N"
        ),
        Whom::Row(row) => format!(
            "{results} says nothing of row {row}: no run has read it, or it was settled by another row of its lead"
        ),
        Whom::Id(_) => format!("{results} knows no lead with this id"),
    }
}

fn show_table(args: &ResultsArgs, whom: Vec<Whom>, console: &Console) -> Result<u8> {
    let filter = filter(args, whom)?;
    let scope = scope(args)?;
    let counts = match &args.shown.to {
        Some(path) => {
            let replacing = args.shown.force.then_some(Replacing);
            let mut export = Export::begin(path, &args.results, replacing)?;
            let counts = read(args, scope, &filter, Numbers::InFull, |row| export.add(row))?;
            export.finish()?;
            console.note(&format!("Written: {}", path.display()));
            counts
        }
        None if args.shown.json => print_table_as_json(args, scope, &filter)?,
        None => print_table(args, scope, &filter)?,
    };
    let total: u64 = counts.values().sum();
    if !args.shown.json || args.shown.to.is_some() {
        console.note(&summary(total, &counts));
    }
    if args.shown.json && args.shown.to.is_some() {
        print_json(&Exported { schema: 1, document: "exported", total, counts: named(&counts) })?;
    }
    Ok(u8::from(total == 0))
}

fn read(
    args: &ResultsArgs,
    scope: Scope,
    filter: &Filter,
    numbers: Numbers,
    add: impl FnMut(&LeadRow) -> io::Result<()>,
) -> Result<Counts> {
    table(&args.results, scope, filter, numbers, add).map_err(|error| match error {
        TableError::Results(ResultsError::NoSuchRun { .. }) => anyhow!("{error}"),
        TableError::Results(error) => Unusable(error).into(),
        TableError::Write(_) => error.into(),
    })
}

fn print_table(args: &ResultsArgs, scope: Scope, filter: &Filter) -> Result<Counts> {
    let mut screen = Screen::new(BufWriter::new(io::stdout().lock()), TimeZone::system());
    let counts = unless_nobody_reads(read(args, scope, filter, numbers(args), |row| screen.add(row)))?;
    screen.finish().or_else(ignoring_broken_pipe)?;
    Ok(counts)
}

/// `schema` 1, `results`, `leads` (as the results file has them), `total` and `counts`; written while the file is read.
fn print_table_as_json(args: &ResultsArgs, scope: Scope, filter: &Filter) -> Result<Counts> {
    let mut out = BufWriter::new(io::stdout().lock());
    let results = serde_json::to_string(&args.results.display().to_string())?;
    write!(out, "{{\"schema\":1,\"document\":\"results\",\"results\":{results},\"leads\":[")
        .or_else(ignoring_broken_pipe)?;
    let mut separator = "\n";
    let counts = unless_nobody_reads(read(args, scope, filter, numbers(args), |row| {
        out.write_all(std::mem::replace(&mut separator, ",\n").as_bytes())?;
        serde_json::to_writer(&mut out, row).map_err(io::Error::from)
    }))?;
    let (total, named) = (counts.values().sum::<u64>(), serde_json::to_string(&named(&counts))?);
    writeln!(out, "\n],\"total\":{total},\"counts\":{named}}}")
        .and_then(|()| out.flush())
        .or_else(ignoring_broken_pipe)?;
    Ok(counts)
}

/// Whoever reads the table may have read enough.
fn unless_nobody_reads(read: Result<Counts>) -> Result<Counts> {
    read.or_else(|error| match error.downcast_ref::<TableError>() {
        Some(TableError::Write(write)) if write.kind() == io::ErrorKind::BrokenPipe => Ok(Counts::new()),
        _ => Err(error),
    })
}

fn ignoring_broken_pipe(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn filter(args: &ResultsArgs, whom: Vec<Whom>) -> Result<Filter> {
    let countries = args.which.country.iter().map(|name| person::country(name)).collect::<Result<_>>()?;
    let statuses = args.which.status.iter().map(|name| Status::from(*name)).collect();
    Ok(Filter { statuses, reasons: args.which.reason.clone(), countries, whom })
}

/// `last` is the last run of the file.
fn scope(args: &ResultsArgs) -> Result<Scope> {
    match args.which.run.as_deref() {
        None => Ok(Scope::AllRuns),
        Some("last") => {
            let last = last_run(&args.results).map_err(Unusable)?;
            last.map(Scope::Run).ok_or_else(|| anyhow!("{} has no runs", args.results.display()))
        }
        Some(id) => Ok(Scope::Run(id.to_owned())),
    }
}

fn last_run(results: &Path) -> Result<Option<String>, ResultsError> {
    let mut reader = Reader::open(results)?;
    let mut last = None;
    while let Some(line) = reader.next_line_if(|bytes| memchr::memmem::find(bytes, b"\"type\":\"run\"").is_some())? {
        if let Line::Run(run) = line {
            last = Some(run.run.into_owned());
        }
    }
    Ok(last)
}

fn named(counts: &Counts) -> BTreeMap<String, u64> {
    counts.iter().map(|(status, number)| (status.to_string(), *number)).collect()
}

fn summary(total: u64, counts: &Counts) -> String {
    if total == 0 {
        return "Nobody and no row is like that in the results file.".to_owned();
    }
    let states: Vec<String> = counts.iter().map(|(status, number)| format!("{} {status}", count(*number))).collect();
    format!(
        "{}: {}. The story of one: --row N, --phone NUMBER or --id ID.",
        counted(total, "lead or row", "leads and rows"),
        states.join(", ")
    )
}
