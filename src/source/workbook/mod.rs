//! Workbooks: XLSX, XLSB, XLS and ODS, recognised by what is in them and not by their names.
//!
//! Each format gives the rows of a sheet one by one ([`Rows`]), with every cell as the text that a person sees in it, or
//! would like to see: whole numbers without an exponent, dates in ISO 8601, zeros and `+` that a format adds. What is read
//! of a file is bounded: by [`max_unpacked`](super::SourceOptions::max_unpacked) for what a part unpacks to, by the limits
//! on cells and rows for what is kept of them. Sizes that a file states are never believed.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::ops::Range;
use std::sync::Arc;

mod bytes;
mod choose;
mod compound;
mod container;
mod date;
mod heading;
mod number;
mod ods;
mod office;
mod rows;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

#[cfg(test)]
mod tests;

use self::choose::{Chosen, NoChoice, choose};
use self::compound::Compound;
use self::container::Container;
pub(super) use self::container::plain;
use self::rows::{Rows, SheetRow, letters};
use super::error::{Next, RowFault, SourceError};
use super::format::{BookFormat, Guessing, HeaderOption, SourceOptions};
use super::header::Header;
use super::input::Spool;
use super::row::Row;
use super::structure::{is_rule, is_total, looks_like_a_number};
use super::{Position, Record, size};
use crate::lead::Reason;

/// How the old binary workbooks begin, and other files of the programs of that time.
pub(super) const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What a workbook with a password is told.
const PROTECTED: &str = "it is protected by a password: open it, and save it without one";

/// More of a cell is not kept for the rejects file, in characters, where its row is refused for its length.
const KEPT: usize = 1000;

/// Every sheet of one workbook.
trait Book: Send {
    fn sheets(&self) -> &[SheetInfo];
    /// The rows of the sheet with this index.
    fn rows(&self, sheet: usize) -> io::Result<Box<dyn Rows>>;
}

/// What a workbook says of a sheet.
#[derive(Debug, Clone)]
struct SheetInfo {
    name: Arc<str>,
    visibility: Visibility,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visibility {
    Visible,
    Hidden,
    /// Hidden by a program, so that nobody can show it with the mouse.
    VeryHidden,
}

/// An error that lies in the file.
fn broken(problem: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.into())
}

/// A reader of the chosen sheets of a workbook, one after the other.
pub(super) struct Workbook {
    book: Box<dyn Book>,
    format: BookFormat,
    header: Arc<Header>,
    has_names: bool,
    notes: Vec<String>,
    file: Arc<str>,
    coming: VecDeque<Chosen>,
    current: Option<Current>,
    row: SheetRow,
    /// The row after it, where that was looked at.
    ahead: Option<SheetRow>,
    guessing: Guessing,
    max_cell: usize,
    told: Told,
    /// The rows of sums that were left out, in words.
    totals: Vec<String>,
    last_row: u64,
    /// How much text its cells may still hold: many can share one long one.
    budget: u64,
}

/// The sheet that is read.
struct Current {
    name: Arc<str>,
    rows: Box<dyn Rows>,
    first_row: u32,
    columns: Range<u32>,
}

/// What was seen while reading that the user should know.
#[derive(Debug, Default, Clone, Copy)]
struct Told {
    hidden_rows: u64,
    errors: u64,
    uncalculated: u64,
}

impl Workbook {
    /// Opens a workbook and chooses its sheets; `None` where the file is none.
    pub(super) fn open(file: &str, spool: &Arc<Spool>, options: &SourceOptions) -> Result<Option<Self>, SourceError> {
        let unreadable = |problem: io::Error| {
            let is_cut = problem.kind() == io::ErrorKind::UnexpectedEof;
            let problem = if is_cut { "it is cut off: get it again".to_owned() } else { problem.to_string() };
            SourceError::Workbook { name: file.to_owned(), problem }
        };
        let Some((format, book)) = open_book(spool, options.max_unpacked).map_err(unreadable)? else { return Ok(None) };
        let choice = choose(&*book, options).map_err(|why| match why {
            NoChoice::Blank => SourceError::Blank { name: file.to_owned() },
            NoChoice::Unclear(problem) => SourceError::Sheet { name: file.to_owned(), problem },
            NoChoice::Io(problem) => unreadable(problem),
        })?;
        let mut notes = choice.notes;
        let (header, has_names) = header_of(&choice.chosen, options, &mut notes);
        let mut workbook = Self {
            book,
            format,
            header: Arc::new(header),
            has_names,
            notes,
            file: Arc::from(file),
            coming: choice.chosen.into(),
            current: None,
            row: SheetRow::new(options.row_limit()),
            ahead: None,
            guessing: options.guessing,
            max_cell: options.max_cell_bytes,
            told: Told::default(),
            totals: Vec::new(),
            last_row: 0,
            budget: options.max_unpacked,
        };
        if options.header == HeaderOption::Found {
            workbook.check_headers()?;
        }
        workbook.next_sheet().map_err(unreadable)?;
        Ok(Some(workbook))
    }

    pub(super) fn format(&self) -> BookFormat {
        self.format
    }

    pub(super) fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// False where its columns are only numbered.
    pub(super) fn has_names(&self) -> bool {
        self.has_names
    }

    /// What was found out on opening, in words for the user.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The number of the row that was read last, and one.
    pub(super) fn line(&self) -> u64 {
        self.last_row + 1
    }

    /// What was seen while reading, in words for the user.
    pub(super) fn remarks(&self) -> Vec<String> {
        let Told { hidden_rows, errors, uncalculated } = self.told;
        let remark = |count: u64, one: &str, several: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {several}")),
        };
        let remarks = [
            remark(hidden_rows, "hidden row was read like the others", "hidden rows were read like the others"),
            remark(errors, "cell holds an error such as #N/A", "cells hold errors such as #N/A"),
            remark(
                uncalculated,
                "cell holds a formula without a result, and counts as empty: open the workbook in Excel and save it",
                "cells hold formulas without results, and count as empty: open the workbook in Excel and save it",
            ),
        ];
        remarks.into_iter().flatten().chain(self.totals.iter().cloned()).collect()
    }

    /// Reads the next row that is not blank.
    pub(super) fn read(&mut self, into: &mut Row) -> io::Result<Next> {
        while let Some(current) = &mut self.current {
            if let Some(row) = self.ahead.take() {
                self.row = row;
            } else if !current.rows.next(&mut self.row)? {
                self.next_sheet()?;
                continue;
            }
            self.last_row = u64::from(self.row.number);
            self.budget = self.budget.checked_sub(self.row.len() as u64).ok_or_else(|| {
                broken("its cells hold more text than a workbook may unpack to; --max-unpacked allows more")
            })?;
            if self.row.number < current.first_row || self.row.is_blank() || self.is_left_out()? {
                continue;
            }
            self.told.hidden_rows += u64::from(self.row.is_hidden);
            self.told.errors += self.row.errors;
            self.told.uncalculated += self.row.uncalculated;
            return Ok(self.give(into));
        }
        Ok(Next::End)
    }

    /// True for a row that is certainly no data: one that is drawn, or the sums at the very end of a sheet, which are told.
    fn is_left_out(&mut self) -> io::Result<bool> {
        let cells = || self.row.cells().map(|(_, text)| text);
        if self.guessing == Guessing::Off || self.row.is_cut {
            return Ok(false);
        }
        if is_rule(cells()) {
            return Ok(true);
        }
        let is_last_total = is_total(cells()) && !self.look_ahead()?;
        if is_last_total {
            let number = self.row.number;
            self.totals.push(format!("row {number}, the last one, holds totals: it is left out"));
            self.next_sheet()?;
        }
        Ok(is_last_total)
    }

    /// Reads the next row of the sheet that is not blank, for later; false where there is none.
    fn look_ahead(&mut self) -> io::Result<bool> {
        let Some(current) = &mut self.current else { return Ok(false) };
        let mut row = SheetRow::new(self.row.limit());
        while current.rows.next(&mut row)? {
            if !row.is_blank() {
                self.ahead = Some(row);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Turns the sheet's row into a row of the table.
    fn give(&self, into: &mut Row) -> Next {
        let Some(current) = &self.current else { return Next::End };
        into.place(&self.position(current));
        into.start_cells(self.header.len());
        for (column, text) in self.row.cells() {
            match column.checked_sub(current.columns.start).filter(|_| current.columns.contains(&column)) {
                Some(i) if text.len() <= self.max_cell => into.append(i as usize, text),
                Some(i) => {
                    return self.fault(current, cell_too_long(self.header.names().get(i as usize), self.max_cell));
                }
                None if text.trim().is_empty() => {}
                None => return self.fault(current, outside(column)),
            }
        }
        if self.row.is_cut { self.fault(current, row_too_long(self.row.limit())) } else { Next::Row }
    }

    fn position(&self, current: &Current) -> Position {
        let row = u64::from(self.row.number);
        Position { file: Arc::clone(&self.file), sheet: Some(Arc::clone(&current.name)), row, line: row }
    }

    fn fault(&self, current: &Current, reason: Reason) -> Next {
        let mut cells = vec![String::new(); self.header.len()];
        for (column, text) in self.row.cells() {
            let text: String = if text.len() > self.max_cell {
                text.chars().take(KEPT).chain(['…']).collect()
            } else {
                text.to_owned()
            };
            match column.checked_sub(current.columns.start).and_then(|i| cells.get_mut(i as usize)) {
                Some(place) => *place = text,
                None => cells.push(text),
            }
        }
        Next::Bad(RowFault { position: self.position(current), reason, record: Record::Cells(cells.into()) })
    }

    /// A header with a number in it is a row of data.
    fn check_headers(&self) -> Result<(), SourceError> {
        for Chosen { sheet, table } in &self.coming {
            let Some(row) = table.header_row.map(u64::from) else { continue };
            if let Some(i) = table.names.iter().position(|name| looks_like_a_number(name)) {
                let sheet = self.book.sheets().get(*sheet).map(|sheet| Arc::clone(&sheet.name));
                let position = Position { file: Arc::clone(&self.file), sheet, row, line: row };
                return Err(SourceError::MissingHeader { position, column: table.columns.start as usize + i + 1 });
            }
        }
        Ok(())
    }

    fn next_sheet(&mut self) -> io::Result<()> {
        self.current = None;
        if let Some(Chosen { sheet, table }) = self.coming.pop_front() {
            let name = self.book.sheets().get(sheet).map(|sheet| Arc::clone(&sheet.name)).unwrap_or_default();
            let rows = self.book.rows(sheet)?;
            self.current = Some(Current { name, rows, first_row: table.first_row, columns: table.columns });
        }
        Ok(())
    }
}

/// The names of the columns, and whether they have any; what is to be said of them goes to `notes`.
fn header_of(chosen: &[Chosen], options: &SourceOptions, notes: &mut Vec<String>) -> (Header, bool) {
    let Some(Chosen { table, .. }) = chosen.first() else { return (Header::default(), true) };
    if table.header_row.is_none() {
        let (header, note) = Header::numbered(table.columns.len(), options.header);
        notes.push(note);
        return (header, false);
    }
    let header = Header::new(table.names.iter().map(String::as_str));
    notes.extend_from_slice(header.renamed());
    (header, true)
}

/// Finds out which kind of workbook it is.
fn open_book(spool: &Arc<Spool>, max_unpacked: u64) -> io::Result<Option<(BookFormat, Box<dyn Book>)>> {
    let mut start = Vec::new();
    spool.reader().take(COMPOUND.len() as u64).read_to_end(&mut start)?;
    if start == COMPOUND {
        let file = Compound::open(spool.reader(), max_unpacked.min(spool.len()))?;
        return Ok(Some((BookFormat::Xls, Box::new(xls::Xls::open(file)?))));
    }
    let container = Container::open(spool, max_unpacked)?;
    if let Some(main) = office::main_part(&container)? {
        return Ok(Some(if main.to_lowercase().ends_with(".bin") {
            (BookFormat::Xlsb, Box::new(xlsb::Xlsb::open(container, &main)?))
        } else {
            (BookFormat::Xlsx, Box::new(xlsx::Xlsx::open(container, &main)?))
        }));
    }
    if container.has("content.xml") {
        return Ok(Some((BookFormat::Ods, Box::new(ods::Ods::open(container, max_unpacked)?))));
    }
    Ok(None)
}

fn cell_too_long(column: Option<&String>, limit: usize) -> Reason {
    let column = column.map_or("", String::as_str);
    Reason::new("cell_too_long", format!("the cell in column {column:?} is longer than {}", size(limit))).about(column)
}

fn row_too_long(limit: usize) -> Reason {
    Reason::new("line_too_long", format!("the row is longer than {}", size(limit)))
}

fn outside(column: u32) -> Reason {
    let message = format!(
        "there is text in column {}, outside the table: give that column a name, or empty the cell",
        letters(column)
    );
    Reason::new("row_too_long", message)
}
