//! `leadload results`, from the command line to the exit code.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Result, anyhow};
use schemars::JsonSchema;
use serde::Serialize;

use super::file_show::{FileShow, Form};
use super::history_args::ResultsArgs;
use super::person;
use super::run_recorded::Unusable;
use crate::history::{
    Counts, Export, Filter, LeadRow, LeadTable, Numbers, Screen, Stories, StoryTold, TableError, Whom, stories,
};
use crate::report::{Earlier, LocalTime, NewFile, count, counted, print_for_people, print_json};
use crate::results::{Line, Reader, ResultsError, Scope};

/// The table.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Table {
    schema: u32,
    document: &'static str,
    /// The results file.
    results: String,
    /// Each lead once, and each row that became none.
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
    /// How many more leads are meant, whose stories are not told: at most twenty are.
    more: u64,
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
pub(super) fn run_results(args: &ResultsArgs, show: &FileShow) -> Result<u8> {
    let asked = Asked { args, show, time: show.time()? };
    let whom = asked.whom()?;
    let is_about_one = args.shown.to.is_none() && args.which.is_empty();
    match whom.as_slice() {
        [one] if is_about_one => asked.tell_story(one),
        _ => asked.show_table(whom),
    }
}

/// What is asked for, and how it is shown.
struct Asked<'a> {
    args: &'a ResultsArgs,
    show: &'a FileShow,
    time: LocalTime,
}

impl Asked<'_> {
    fn whom(&self) -> Result<Vec<Whom>> {
        let asked = &self.args.of_whom;
        let typed = asked.phone.as_deref();
        let region = asked.region.as_deref();
        let person = typed.map(|typed| person::named(typed, region, &self.args.results)).transpose()?;
        let row = asked.row.map(Whom::Row);
        Ok(person.map(Whom::Person).into_iter().chain(row).chain(asked.id.clone().map(Whom::Id)).collect())
    }

    fn numbers(&self) -> Numbers {
        if self.args.shown.show_numbers { Numbers::InFull } else { Numbers::Masked }
    }

    /// Whoever typed a number knows it; those of others in its story stay masked.
    fn tell_story(&self, whom: &Whom) -> Result<u8> {
        let Stories { told, more } = stories(&self.args.results, whom).map_err(Unusable)?;
        let code = u8::from(told.is_empty());
        let numbers = self.numbers();
        match self.show.form {
            Form::Json => {
                let stories: Vec<_> = told.iter().map(|story| story.json(numbers)).collect();
                let results = self.args.results.display().to_string();
                print_json(&ToldOfOne { schema: 1, document: "stories", results, exit_code: code, stories, more })?;
            }
            Form::Text if told.is_empty() => {}
            Form::Text => {
                let text: Vec<String> = told.iter().map(|story| story.text(&self.time, numbers)).collect();
                print_for_people(&text.join("\n\n"))?;
            }
        }
        if told.is_empty() {
            self.show.console.line(&nobody(&self.args.results, whom));
        }
        if more > 0 {
            self.show.console.line(&format!(
                "note: {} not told: name the person (--phone), or see all of them by --run ID --row N",
                counted(more, "more lead like that is", "more leads like that are")
            ));
        }
        Ok(code)
    }

    fn show_table(&self, whom: Vec<Whom>) -> Result<u8> {
        let filter = filter(self.args, whom)?;
        let shown = match (&self.args.shown.to, self.show.form) {
            (Some(path), form) => Some(self.export(path, &filter, form)?),
            (None, Form::Json) => print_table_as_json(self.read(&filter, self.numbers())?, &self.args.results)?,
            (None, Form::Text) => print_table(self.read(&filter, self.numbers())?, &self.time)?,
        };
        // Whoever reads no further has seen enough.
        let Some(counts) = shown else { return Ok(0) };
        let total: u64 = counts.values().sum();
        if self.show.form == Form::Text || self.args.shown.to.is_some() {
            self.show.console.note(&summary(total, &counts));
        }
        if self.show.form == Form::Text && self.args.shown.to.is_none() && total > 0 {
            self.show.console.note(&format!("Times: {}", self.time.name()));
        }
        Ok(u8::from(total == 0))
    }

    fn read<'f>(&self, filter: &'f Filter, numbers: Numbers) -> Result<LeadTable<'f>> {
        let table = LeadTable::read(&self.args.results, scope(self.args)?, filter, numbers);
        table.map_err(|error| match error {
            ResultsError::NoSuchRun { .. } => error.into(),
            _ => Unusable(error).into(),
        })
    }

    fn export(&self, path: &Path, filter: &Filter, form: Form) -> Result<Counts> {
        let earlier = if self.args.shown.force { Earlier::IsReplaced } else { Earlier::Stays };
        let mut export = Export::begin(NewFile::at(path, earlier)?)?;
        let counts = self.read(filter, Numbers::InFull)?.each(|row| export.add(row)).map_err(|error| match error {
            TableError::Results(error) => anyhow::Error::from(Unusable(error)),
            TableError::Taker(error) => error.into(),
        })?;
        export.finish()?;
        self.show.console.note(&format!("Written: {}", path.display()));
        if form == Form::Json {
            let total = counts.values().sum();
            print_json(&Exported { schema: 1, document: "exported", total, counts: named(&counts) })?;
        }
        Ok(counts)
    }
}

fn nobody(results: &Path, whom: &Whom) -> String {
    let results = results.display();
    match whom {
        Whom::Person(_) => format!(
            "{results} says nothing of this person: no run has sent, refused or held back such a lead. Rows whose number \
             could not be read have no number on file: see --status invalid, or --row N"
        ),
        Whom::Row(row) => format!(
            "{results} says nothing of row {row}: no run has read it, or it is empty, the header or below the leads (totals), or \
             it was settled by another row of its lead"
        ),
        Whom::Id(_) => format!("{results} knows no lead with this id"),
    }
}

/// `None` where nobody reads any more.
fn print_table(table: LeadTable<'_>, time: &LocalTime) -> Result<Option<Counts>> {
    let mut screen = Screen::new(BufWriter::new(io::stdout().lock()), time.clone());
    let Some(counts) = unless_nobody_reads(table.each(|row| screen.add(row)))? else { return Ok(None) };
    if_read(screen.finish(), counts)
}

/// `schema` 1, `document`, `results`, `leads` (as the results file has them), `total` and `counts`; written while the file is
/// read. `None` where nobody reads any more.
fn print_table_as_json(table: LeadTable<'_>, results: &Path) -> Result<Option<Counts>> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut before = format!(
        "{{\"schema\":1,\"document\":\"results\",\"results\":{},\"leads\":[\n",
        serde_json::to_string(&results.display().to_string())?
    );
    let rows = table.each(|row| {
        out.write_all(std::mem::replace(&mut before, ",\n".to_owned()).as_bytes())?;
        serde_json::to_writer(&mut out, row).map_err(io::Error::from)
    });
    let Some(counts) = unless_nobody_reads(rows)? else { return Ok(None) };
    let before = if counts.is_empty() { before.as_str() } else { "\n" };
    let (total, named) = (counts.values().sum::<u64>(), serde_json::to_string(&named(&counts))?);
    let written = writeln!(out, "{before}],\"total\":{total},\"counts\":{named}}}").and_then(|()| out.flush());
    if_read(written, counts)
}

/// Whoever reads the table may have read enough.
fn unless_nobody_reads(read: Result<Counts, TableError<io::Error>>) -> Result<Option<Counts>> {
    match read {
        Ok(counts) => Ok(Some(counts)),
        Err(TableError::Results(error)) => Err(Unusable(error).into()),
        Err(TableError::Taker(error)) => if_read(Err(error), Counts::new()),
    }
}

fn if_read(written: io::Result<()>, counts: Counts) -> Result<Option<Counts>> {
    match written {
        Ok(()) => Ok(Some(counts)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(anyhow!("the table cannot be written to standard output: {error}")),
    }
}

fn filter(args: &ResultsArgs, whom: Vec<Whom>) -> Result<Filter> {
    let countries = args.which.country.iter().map(|name| person::country(name)).collect::<Result<_>>()?;
    Ok(Filter { statuses: args.which.status.clone(), reasons: args.which.reason.clone(), countries, whom })
}

/// `last` is the last run of the file.
fn scope(args: &ResultsArgs) -> Result<Scope> {
    match args.which.run.as_deref() {
        None => Ok(Scope::AllRuns),
        Some("last") => {
            // Where there is none, whoever reads the file says what it is.
            let last = last_run(&args.results).map_err(Unusable)?;
            Ok(Scope::Run(last.unwrap_or_else(|| "last".to_owned())))
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
