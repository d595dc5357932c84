//! What became of every lead in the end, and of every row that is none: for those who want a table of them.
//!
//! Two passes over the file. The first is that of every start: the ledger learns all lines and checks them, and notes at
//! which byte the line stands that holds the last word about each key. The second reads these lines in full, one after
//! the other, in the order of the file. It takes no lock: lines that a run appends meanwhile are not looked at.
//!
//! Rows that are no leads (`invalid`, `duplicate`, `suppressed`) are judged anew by every import. Of each input only what
//! its last whole import said of them holds, and what imports after that did.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::ResultsError;
use super::format::{Certainty, LeadLine, Line, RunLine, SendingLine, Source, Why};
use super::glance::Glance;
use super::ledger::Ledger;
use super::reader::{RawLine, RawLines};
use super::recovery::scan_watched;
use super::table::{Slot, Table};
use crate::lead::{LeadKey, Status};

/// Whose word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// That of all runs.
    AllRuns,
    /// That of the run with this id: what it said last of each lead.
    Run(String),
}

/// The last word about a lead, or about a row that is none.
#[derive(Debug)]
pub struct LastState<'a> {
    /// How it stands. Not always what the line says: a lead that is about to be sent is in doubt until its outcome is there.
    pub status: Status,
    /// The line that says so.
    pub line: LeadLine<'a>,
}

/// See the module's documentation. 56 bytes for each lead, 12 for each id that the platform gave, and 24 for each row that
/// is none.
#[derive(Debug)]
pub struct LastStates {
    path: PathBuf,
    file: File,
    scope: Scope,
    ledger: Ledger,
    /// The byte after the last good line.
    end: u64,
    rows: Table<RowSlot>,
    runs: Runs,
}

impl LastStates {
    /// Reads the whole file once.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is damaged. No run has that id.
    pub fn read(path: &Path, scope: Scope) -> Result<Self, ResultsError> {
        let file = File::open(path).map_err(ResultsError::io(path, "open it"))?;
        let mut noted = Noted { scope: &scope, open: FxHashMap::default(), rows: Table::new(), runs: Runs::default() };
        let mut ledger = Ledger::new();
        let scan = scan_watched(path, &file, &mut ledger, &mut |ledger, raw, glance| noted.note(ledger, raw, glance))?;
        for (key, place) in &noted.open {
            ledger.set_place(*key, *place);
        }
        let Noted { rows, runs, .. } = noted;
        let states = Self { path: path.to_owned(), file, scope, ledger, end: scan.good, rows, runs };
        states.check_that_the_run_is_there()?;
        Ok(states)
    }

    /// Shows each in turn, in the order of the file, until it breaks off.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn each(mut self, mut visit: impl FnMut(&LastState<'_>) -> ControlFlow<()>) -> Result<(), ResultsError> {
        let mut places: Vec<u64> = self.ledger.places().chain(self.rows.iter().map(|row| row.place)).collect();
        places.sort_unstable();
        let mut places = places.into_iter().peekable();
        self.file.seek(SeekFrom::Start(0)).map_err(ResultsError::io(&self.path, "read it again"))?;
        let mut lines = RawLines::new(self.file.by_ref().take(self.end));
        while let Some(raw) = lines.next_line().map_err(ResultsError::io(&self.path, "read it again"))? {
            let Some(place) = places.peek() else { break };
            if raw.start < *place {
                continue;
            }
            places.next();
            let parsed = parse(&raw)?;
            let state = match parsed {
                Line::Sending(line) => Some(LastState { status: Status::InDoubt, line: of_sending(line) }),
                Line::Lead(line) => last_state(&self.ledger, &self.runs, &self.scope, line),
                _ => None,
            };
            if state.is_some_and(|state| visit(&state).is_break()) {
                break;
            }
        }
        Ok(())
    }

    fn check_that_the_run_is_there(&self) -> Result<(), ResultsError> {
        let Scope::Run(wanted) = &self.scope else { return Ok(()) };
        if self.runs.places.contains_key(wanted) {
            return Ok(());
        }
        let last: Vec<&str> = self.runs.all.iter().rev().take(MOST_NAMED).map(|run| run.id.as_str()).collect();
        Err(ResultsError::NoSuchRun { path: self.path.clone(), run: wanted.clone(), last: last.join(", ") })
    }
}

/// The most runs that an error names.
const MOST_NAMED: usize = 10;

/// The word that the line has to say, if it still holds.
fn last_state<'a>(ledger: &Ledger, runs: &Runs, scope: &Scope, line: LeadLine<'a>) -> Option<LastState<'a>> {
    let holds = !is_about_a_row(&line) || *scope != Scope::AllRuns || runs.still_hold(&line);
    let known =
        line.key.filter(|_| *scope == Scope::AllRuns && !is_about_a_row(&line)).and_then(|key| ledger.known(key));
    let status = known.map_or(line.status, |known| known.state.status());
    holds.then_some(LastState { status, line })
}

fn is_about_a_row(line: &LeadLine<'_>) -> bool {
    line.key.is_none() || line.status.is_about_a_row()
}

/// What the first pass notes.
struct Noted<'a> {
    scope: &'a Scope,
    /// Where the lines are of what was about to be sent and has no outcome.
    open: FxHashMap<LeadKey, u64>,
    rows: Table<RowSlot>,
    runs: Runs,
}

impl Noted<'_> {
    fn note(&mut self, ledger: &mut Ledger, raw: &RawLine<'_>, glance: &Glance<'_>) -> Result<(), ResultsError> {
        match (&*glance.kind, glance.key) {
            ("run" | "end", _) => self.runs.note(&parse(raw)?),
            _ if !self.is_in_scope(&glance.run) => {}
            ("sending", Some(key)) => drop(self.open.insert(key, raw.start)),
            ("lead", key) => self.note_lead(ledger, raw, glance, key)?,
            _ => {}
        }
        Ok(())
    }

    fn note_lead(
        &mut self,
        ledger: &mut Ledger,
        raw: &RawLine<'_>,
        glance: &Glance<'_>,
        key: Option<LeadKey>,
    ) -> Result<(), ResultsError> {
        let status = Status::ALL.into_iter().find(|status| status.name() == glance.status);
        let (Some(key), Some(status)) = (key.filter(|_| !status.is_some_and(Status::is_about_a_row)), status) else {
            return self.note_row(raw);
        };
        self.open.remove(&key);
        // What restores an earlier state says less of it than the line that led to it.
        let known = ledger.known(key).map(|known| known.state.status());
        if known.is_none_or(|known| known == status) || *self.scope != Scope::AllRuns {
            ledger.set_place(key, raw.start);
        }
        Ok(())
    }

    fn note_row(&mut self, raw: &RawLine<'_>) -> Result<(), ResultsError> {
        if let Line::Lead(line) = parse(raw)?
            && let Some(row) = self.rows.entry(RowSlot::of(&line, raw.start))
        {
            row.place = raw.start;
        }
        Ok(())
    }

    fn is_in_scope(&self, run: &str) -> bool {
        match self.scope {
            Scope::AllRuns => true,
            Scope::Run(wanted) => run == wanted,
        }
    }
}

fn parse<'a>(raw: &RawLine<'a>) -> Result<Line<'a>, ResultsError> {
    let text = std::str::from_utf8(raw.bytes).unwrap_or_default();
    Line::parse(text).map_err(ResultsError::unreadable)
}

/// The runs of a file, in its order.
#[derive(Debug, Default)]
struct Runs {
    all: Vec<Run>,
    places: HashMap<String, usize>,
    /// By the name of an input, the last import that read all of it.
    whole: HashMap<String, usize>,
}

#[derive(Debug)]
struct Run {
    id: String,
    /// What it judges every row of, if it comes to its end.
    inputs: Vec<String>,
}

impl Runs {
    fn note(&mut self, line: &Line<'_>) {
        match line {
            Line::Run(line) => {
                self.places.insert(line.run.to_string(), self.all.len());
                self.all.push(Run { id: line.run.to_string(), inputs: judged_by(line) });
            }
            Line::End(end) if end.stopped == "finished" => {
                let Some(place) = self.places.get(&*end.run).copied() else { return };
                let inputs = self.all.get_mut(place).map(|run| std::mem::take(&mut run.inputs));
                self.whole.extend(inputs.unwrap_or_default().into_iter().map(|input| (input, place)));
            }
            _ => {}
        }
    }

    /// Whether no later import judged the row anew.
    fn still_hold(&self, line: &LeadLine<'_>) -> bool {
        let whole = line.source.as_ref().and_then(|source| self.whole.get(&*source.file));
        whole.is_none_or(|whole| self.places.get(&*line.run).is_none_or(|run| run >= whole))
    }
}

fn judged_by(line: &RunLine<'_>) -> Vec<String> {
    let reads_all = line.why == Why::Import && line.options.get("limit").is_none();
    if reads_all { line.inputs.to_vec() } else { Vec::new() }
}

/// Where the last word about a row stands.
#[derive(Debug, Clone, Copy, Default)]
struct RowSlot {
    /// Never 0 where it is used.
    row: u64,
    place: u64,
}

impl RowSlot {
    fn of(line: &LeadLine<'_>, place: u64) -> Self {
        let Some(Source { file, sheet, row, .. }) = &line.source else {
            // Of an unknown row: each line is one of its own.
            return Self { row: place.wrapping_mul(2) | 1, place };
        };
        let sheet = sheet.as_deref().unwrap_or_default();
        Self { row: xxh3_64(format!("{file}\n{sheet}\n{row}").as_bytes()).max(1), place }
    }
}

impl Slot for RowSlot {
    type Key = u64;

    fn key(&self) -> Option<u64> {
        (self.row != 0).then_some(self.row)
    }

    fn spread(key: u64) -> u64 {
        key
    }
}

/// What is known of a lead whose outcome is not on file.
fn of_sending(line: SendingLine<'_>) -> LeadLine<'_> {
    let SendingLine { key, run, target, phone, email, request, group, source, rows, at, .. } = line;
    LeadLine {
        key: Some(key),
        certain: Certainty::Certain,
        target: Some(target),
        phone,
        email,
        source,
        rows,
        group,
        request: Some(request),
        run,
        ..LeadLine::new(Status::InDoubt, "", at)
    }
}
