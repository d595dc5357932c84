//! Do-not-call lists, read: their numbers are found and normalised as those of leads are, but where there is doubt, it is
//! for not calling. A list may have several columns with numbers, several numbers in a cell, and no header at all.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::plan::Preload;
use super::tell::{tell_inputs, tell_remarks};
use crate::grouping::DoNotCall;
use crate::mapping::columns::says_do_not_call;
use crate::mapping::recognise::phone_columns;
use crate::phone::{PhoneReader, Region};
use crate::run::{RunError, Surroundings};
use crate::source::{Header, HeaderOption, Input, ListSheets, Next, Position, Row, SheetName, Source, SourceOptions};
use crate::upload::{Event, Observer, StopKind, StopReason};

/// How many numbers that cannot be read are told one by one, of each list.
const TOLD_ONE_BY_ONE: u64 = 10;

/// How often a person who wants to stop is listened to.
const ROWS_BETWEEN_LOOKS: u64 = 4096;

/// Reads all lists.
///
/// # Errors
/// A list cannot be read, has no column with numbers, or holds no number: nobody would be spared by it.
pub(super) fn read(preload: &Preload, region: Option<Region>, around: &Surroundings) -> Result<DoNotCall, RunError> {
    let mut numbers = DoNotCall::default();
    if preload.suppress.is_empty() {
        return Ok(numbers);
    }
    let mut phones = PhoneReader::for_lists();
    for input in &preload.suppress {
        numbers.begin_list(&input.name());
        let told = around.reporter.as_ref();
        let (numbers, phones) = (&mut numbers, &mut phones);
        let mut list = List { numbers, phones, region, told, found: 0, unread: 0, rounded: 0 };
        list.read(input, preload.suppress_column.as_deref(), around)?;
    }
    numbers.finish();
    let count = crate::report::counted(numbers.len() as u64, "number", "numbers");
    let lists = crate::report::counted(numbers.lists() as u64, "do-not-call list", "do-not-call lists");
    around.reporter.event(Event::Note(&format!("{count} on {lists}")));
    Ok(numbers)
}

/// A list that is being read.
struct List<'a> {
    numbers: &'a mut DoNotCall,
    phones: &'a mut PhoneReader,
    region: Option<Region>,
    told: &'a dyn Observer,
    found: u64,
    unread: u64,
    /// Entries whose number may be what a spreadsheet left of another one: they bar, but perhaps not whom they mean.
    rounded: u64,
}

/// Where a list's numbers are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Columns {
    /// In these.
    Known(Vec<usize>),
    /// No column has a name: where the first entry has its numbers.
    AsInTheFirstEntry,
}

impl List<'_> {
    fn read(&mut self, input: &Input, column: Option<&str>, around: &Surroundings) -> Result<(), RunError> {
        let mut source = self.open(input, column)?;
        tell_inputs(&around.reporter, std::slice::from_ref(&source));
        let mut header = Arc::clone(source.header());
        let mut columns = self.columns(&source, column)?;
        let mut row = Row::new();
        let mut rows = 0_u64;
        loop {
            let next = source.read(&mut row)?;
            if source.header_may_grow() && !Arc::ptr_eq(&header, source.header()) {
                header = Arc::clone(source.header());
                columns = self.columns(&source, column)?;
            }
            if let (Next::Row, Columns::AsInTheFirstEntry) = (&next, &columns) {
                columns = self.columns_of(&row, &source)?;
            }
            if self.take_next(&next, &row, &columns).is_break() {
                break;
            }
            rows += 1;
            if rows.is_multiple_of(ROWS_BETWEEN_LOOKS) && around.stop.is_requested() {
                let reason = around.stop.reason();
                return Err(RunError::Stopped(reason.unwrap_or(StopReason::new(StopKind::Interrupted, "interrupted"))));
            }
        }
        tell_remarks(&around.reporter, std::slice::from_ref(&source));
        self.finish(&source)
    }

    /// Opens the list. What looks like a header and is none, since a number can be read in it, is an entry: opened again, as a
    /// list without a header.
    fn open(&mut self, input: &Input, column: Option<&str>) -> Result<Source, RunError> {
        let input = input.clone().readable_twice()?;
        let list_sheets = ListSheets::Alone(SheetName(says_do_not_call));
        let options = SourceOptions { list_sheets, ..SourceOptions::default() };
        let source = Source::open(&input, &options)?;
        if !self.is_headed_by_an_entry(&source, column) {
            return Ok(source);
        }
        let options = SourceOptions { header: HeaderOption::Missing, ..options };
        Ok(Source::open(&input, &options)?)
    }

    fn is_headed_by_an_entry(&mut self, source: &Source, column: Option<&str>) -> bool {
        let header = source.header();
        let is_named = column.is_some_and(|name| header.position_of(name).is_some());
        let is_recognised = column.is_none() && !phone_columns(header).is_empty();
        if !source.has_names() || source.header_may_grow() || is_named || is_recognised {
            return false;
        }
        // Of a single column, what has no letter is a number that cannot be read.
        let is_number = |name: &String| header.len() == 1 && !name.chars().any(char::is_alphabetic);
        header.names().iter().any(|name| is_number(name) || self.phones.read(name, self.region).is_ok())
    }

    fn take_next(&mut self, next: &Next, row: &Row, columns: &Columns) -> ControlFlow<()> {
        match (next, columns) {
            (Next::End, _) => return ControlFlow::Break(()),
            (Next::Bad(fault), _) => self.warn(&fault.position, &fault.reason.message),
            (Next::Row, Columns::Known(columns)) => self.take(row.position(), columns, |index| row.get(index)),
            (Next::Row, Columns::AsInTheFirstEntry) => {}
        }
        ControlFlow::Continue(())
    }

    /// Takes every number that an entry holds.
    fn take<'c>(&mut self, position: &Position, columns: &[usize], cell: impl Fn(usize) -> Option<&'c str>) {
        let mut is_empty = true;
        for cell in columns.iter().filter_map(|index| cell(*index)).filter(|cell| !cell.trim().is_empty()) {
            is_empty = false;
            match self.phones.read(cell, self.region) {
                Ok(reading) => {
                    for phone in reading.phones() {
                        self.numbers.add(phone, position.row);
                    }
                    let entries = if reading.may_be_rounded() { &mut self.rounded } else { &mut self.found };
                    *entries += 1;
                }
                Err(refusal) => self.warn(position, &refusal.message),
            }
        }
        if is_empty {
            self.warn(position, "there is no number in it");
        }
    }

    fn warn(&mut self, position: &Position, why: &str) {
        self.unread += 1;
        if self.unread <= TOLD_ONE_BY_ONE {
            self.told.event(Event::Note(&format!("{position} spares nobody: {why}")));
        }
    }

    fn finish(&self, source: &Source) -> Result<(), RunError> {
        let name = source.name();
        if source.has_changed()? {
            return Err(RunError::Changed(format!("{name}: the list was changed while it was read; start again")));
        }
        if self.rounded > 0 {
            let entries = crate::report::counted(self.rounded, "number", "numbers");
            let note = format!(
                "{name}: {entries} with five zeros or more at the end, as a spreadsheet leaves of a rounded number: whoever was \
                 meant may not be spared"
            );
            self.told.event(Event::Note(&note));
        }
        if self.found == 0 {
            let message = format!(
                "{name}: no number can be read in this do-not-call list, so everybody on it would be called; nothing was \
                 sent. Are its numbers written with a country code, or is --region given?"
            );
            return Err(RunError::DoNotCall(message));
        }
        if self.unread > TOLD_ONE_BY_ONE {
            let more = crate::report::counted(self.unread - TOLD_ONE_BY_ONE, "more entry", "more entries");
            self.told.event(Event::Note(&format!("{name}: {more} without a number that can be read")));
        }
        Ok(())
    }

    /// The columns that hold numbers.
    fn columns(&mut self, source: &Source, asked: Option<&str>) -> Result<Columns, RunError> {
        let header = source.header();
        if let Some(index) = asked.and_then(|name| header.position_of(name)) {
            return Ok(Columns::Known(vec![index]));
        }
        let recognised = if asked.is_none() { phone_columns(header) } else { Vec::new() };
        // Columns of JSON Lines come as its records do.
        if !recognised.is_empty() || source.header_may_grow() {
            return Ok(Columns::Known(recognised));
        }
        match asked {
            _ if !source.has_names() && header.len() == 1 => Ok(Columns::Known(vec![0])),
            _ if !source.has_names() => Ok(Columns::AsInTheFirstEntry),
            Some(name) => Err(RunError::Usage(format!(
                "--suppress-column: {} has no column {name:?}; there are: {}",
                source.name(),
                header.names().join(", ")
            ))),
            None if header.len() == 1 => Ok(self.only_column(source.name(), header)),
            None => Err(unclear(source)),
        }
    }

    /// The columns in which the first entry has numbers.
    fn columns_of(&mut self, entry: &Row, source: &Source) -> Result<Columns, RunError> {
        let numbers = entry.iter().enumerate().filter(|(_, cell)| self.phones.read(cell, self.region).is_ok());
        let columns: Vec<usize> = numbers.map(|(index, _)| index).collect();
        if columns.is_empty() { Err(unclear(source)) } else { Ok(Columns::Known(columns)) }
    }

    /// The only column holds the numbers, whatever it is called.
    fn only_column(&mut self, name: &str, header: &Header) -> Columns {
        let first = header.names().first().map_or("", String::as_str);
        self.told.event(Event::Note(&format!("{name}: its first line, {first:?}, is taken for the column's name")));
        Columns::Known(vec![0])
    }
}

fn unclear(source: &Source) -> RunError {
    RunError::Usage(format!(
        "{}: which column of this do-not-call list holds the numbers? None of them has a usual name ({}); name it by \
         --suppress-column",
        source.name(),
        source.header().names().join(", ")
    ))
}
