//! Rows that the calling program has itself, from its own database perhaps, in place of a file.
//!
//! They are an input like any other: with a name for messages, columns, and a number for each row. What gives them is read
//! once. Where an input must be read twice they are kept in a temporary file without a name, as standard input is.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::cells::{cell_too_long, row_too_long};
use super::error::{Next, RowFault, SourceError};
use super::format::SourceOptions;
use super::header::Header;
use super::input::{Spool, SpoolReader, private_file};
use super::row::Row;
use super::row_bytes::ByteWriter;
use super::{Position, Record, size};
use crate::lead::Reason;

/// What gives rows: the cells of one after another, or why there are no more to be had.
type Giver = Box<dyn Iterator<Item = io::Result<Vec<String>>> + Send>;

/// Rows that your own program has, in place of a file.
///
/// They pass everything that a file's rows pass: mapping, phone numbers, grouping, do-not-call lists, the results file. The
/// first row has the number 1. A row with fewer cells than there are columns lacks the last ones, one with more is refused;
/// a row of empty cells is a row without a number. Clones share what gives the rows, which is read once.
///
/// ```
/// use leadload::Rows;
///
/// let contacts = [("+49 171 3920001", "Ada"), ("0171 3920002", "Grace")];
/// let rows = Rows::new("crm", ["phone", "first_name"], contacts.map(|(phone, name)| [phone, name]));
/// assert_eq!(rows.name(), "crm");
/// ```
#[derive(Clone)]
pub struct Rows(Arc<Given>);

struct Given {
    name: String,
    columns: Vec<String>,
    rows: Mutex<State>,
}

enum State {
    /// Nobody has read them yet.
    Waiting(Giver),
    /// They are in a temporary file, to be read again and again.
    Kept(Arc<Spool>),
    /// They were read, and are gone.
    Gone,
}

impl Rows {
    /// Rows under these columns; `name` says in messages and in the results file where they come from.
    ///
    /// The iterator is asked on a thread of its own, so it may block.
    pub fn new<C, R>(name: &str, columns: C, rows: R) -> Self
    where
        C: IntoIterator<Item: Into<String>>,
        R: IntoIterator<Item: IntoIterator<Item: Into<String>>, IntoIter: Send + 'static>,
    {
        let rows = rows.into_iter().map(|cells| Ok(cells.into_iter().map(Into::into).collect::<Vec<String>>()));
        Self::from_giver(name, columns, Box::new(rows))
    }

    /// The same where a row may not be had: a broken connection to a database. The first error ends the run like a file that
    /// cannot be read on: what was sent is recorded, and nothing more is sent.
    pub fn fallible<C, R, I, E>(name: &str, columns: C, rows: R) -> Self
    where
        C: IntoIterator<Item: Into<String>>,
        R: IntoIterator<Item = Result<I, E>, IntoIter: Send + 'static>,
        I: IntoIterator<Item: Into<String>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let cells = |cells: I| cells.into_iter().map(Into::into).collect::<Vec<String>>();
        let rows = rows.into_iter().map(move |row| row.map(cells).map_err(io::Error::other));
        Self::from_giver(name, columns, Box::new(rows))
    }

    fn from_giver(name: &str, columns: impl IntoIterator<Item: Into<String>>, rows: Giver) -> Self {
        let name = match name.trim() {
            // The second one is the name of standard input.
            "" | "-" => "rows".to_owned(),
            name => name.to_owned(),
        };
        let columns = columns.into_iter().map(Into::into).collect();
        Self(Arc::new(Given { name, columns, rows: Mutex::new(State::Waiting(rows)) }))
    }

    /// The name in messages and in the results file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Puts them into a temporary file, so that they can be read again and again.
    pub(super) fn keep(&self) -> Result<(), SourceError> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Waiting(rows) => *state = State::Kept(Arc::new(self.kept(rows)?)),
            kept => *state = kept,
        }
        Ok(())
    }

    pub(super) fn is_kept(&self) -> bool {
        matches!(*self.state(), State::Kept(_))
    }

    fn kept(&self, rows: Giver) -> Result<Spool, SourceError> {
        let name = || self.0.name.clone();
        let spooling = |source| SourceError::Spool { name: name(), source };
        let folder = tempfile::env::temp_dir();
        let mut file = BufWriter::new(private_file(&folder).map_err(spooling)?);
        let mut frame = ByteWriter::default();
        let (mut len, mut count) = (0, 0);
        for row in rows {
            let cells = row.map_err(|source| SourceError::Read { name: name(), line: count, source })?;
            write_row(&cells, &mut frame);
            file.write_all(frame.bytes()).map_err(spooling)?;
            (len, count) = (len + frame.bytes().len() as u64, count + 1);
        }
        let file: File = file.into_inner().map_err(|error| spooling(error.into_error()))?;
        Ok(Spool::of(&self.0.name, file, len))
    }

    /// Opens them: from their temporary file, or else for the one time that they can be read.
    pub(super) fn open(&self, options: &SourceOptions) -> Result<GivenRows, SourceError> {
        let mut state = self.state();
        let from = match &*state {
            State::Kept(spool) => Supply::Kept(BufReader::new(spool.reader())),
            State::Waiting(_) | State::Gone => match std::mem::replace(&mut *state, State::Gone) {
                State::Waiting(rows) => Supply::Giver(rows),
                _ => return Err(self.gone()),
            },
        };
        let header = Arc::new(Header::new(self.0.columns.iter().cloned()));
        let position = Position { file: Arc::from(self.0.name.as_str()), sheet: None, row: 0, line: 0 };
        let (max_cell, max_row) = (options.max_cell_bytes, options.row_limit());
        Ok(GivenRows { header, from, position, short_rows: 0, max_cell, max_row })
    }

    fn gone(&self) -> SourceError {
        let source = io::Error::other("these rows were read already, and can be read only once");
        SourceError::Open { name: self.0.name.clone(), source }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("name", &self.0.name).field("columns", &self.0.columns).finish_non_exhaustive()
    }
}

/// Rows are equal where one and the same thing gives them.
impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Rows {}

fn write_row(cells: &[String], out: &mut ByteWriter) {
    out.clear();
    out.count(cells.len());
    for cell in cells {
        out.text(cell);
    }
}

/// The open rows.
pub(super) struct GivenRows {
    header: Arc<Header>,
    from: Supply,
    /// Of the row that was read last.
    position: Position,
    short_rows: u64,
    max_cell: usize,
    max_row: usize,
}

enum Supply {
    Giver(Giver),
    Kept(BufReader<SpoolReader>),
}

impl GivenRows {
    pub(super) fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// The number of the row that is read next.
    pub(super) fn line(&self) -> u64 {
        self.position.row + 1
    }

    pub(super) fn short_rows(&self) -> u64 {
        self.short_rows
    }

    pub(super) fn read(&mut self, row: &mut Row) -> io::Result<Next> {
        let Some(cells) = self.from.next()? else { return Ok(Next::End) };
        self.position.row += 1;
        self.position.line += 1;
        if let Some(reason) = self.fault(&cells) {
            let record = Record::Cells(cells.into_boxed_slice());
            return Ok(Next::Bad(RowFault { position: self.position.clone(), reason, record }));
        }
        self.short_rows += u64::from(cells.len() < self.header.len());
        row.place(&self.position);
        row.start_cells(self.header.len());
        for (i, cell) in cells.iter().take(self.header.len()).enumerate() {
            row.append(i, cell);
        }
        Ok(Next::Row)
    }

    fn fault(&self, cells: &[String]) -> Option<Reason> {
        if let Some(i) = cells.iter().position(|cell| cell.len() > self.max_cell) {
            return Some(cell_too_long(i, self.max_cell, Some(&self.header)));
        }
        let bytes: usize = cells.iter().map(String::len).sum();
        if bytes > self.max_row {
            return Some(Reason::new("line_too_long", format!("the row is longer than {}", size(self.max_row))));
        }
        let rest = cells.get(self.header.len()..).unwrap_or_default();
        let is_beyond = rest.iter().any(|cell| !cell.trim().is_empty());
        is_beyond.then(|| row_too_long(cells.len(), self.header.len()))
    }
}

impl Supply {
    fn next(&mut self) -> io::Result<Option<Vec<String>>> {
        match self {
            Self::Giver(rows) => rows.next().transpose(),
            Self::Kept(file) => {
                let Some(cells) = number(file)? else { return Ok(None) };
                (0..cells).map(|_| text(file)).collect::<io::Result<_>>().map(Some)
            }
        }
    }
}

/// A number as [`ByteWriter::number`] writes it; `None` at the end.
fn number(file: &mut impl Read) -> io::Result<Option<u64>> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let mut byte = [0];
        if file.read(&mut byte)? == 0 {
            return if shift == 0 { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        number |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            return Ok(Some(number));
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn text(file: &mut impl Read) -> io::Result<String> {
    let length = number(file)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Input, Source};
    use super::*;

    fn opened(input: &Input) -> Source {
        Source::open(input, &SourceOptions::default()).unwrap()
    }

    /// The cells of each row, or the code of what is wrong with it.
    fn read(source: &mut Source) -> Vec<Result<Vec<String>, String>> {
        let (mut row, mut all) = (Row::new(), Vec::new());
        loop {
            match source.read(&mut row).unwrap() {
                Next::Row => all.push(Ok(row.iter().map(str::to_owned).collect())),
                Next::Bad(fault) => all.push(Err(format!("{}: {}", fault.position, fault.reason.code))),
                Next::End => return all,
            }
        }
    }

    #[test]
    fn rows_of_a_program_have_a_name_columns_and_numbers_from_one() {
        let rows = Rows::new("crm", ["phone", "name"], vec![vec!["1", "Ada"], vec!["2"], vec!["3", "x", "y"], vec![]]);
        let mut source = opened(&Input::Rows(rows));
        assert_eq!(source.header().names(), ["phone", "name"]);
        let cells = |cells: &[&str]| Ok(cells.iter().map(|&cell| cell.to_owned()).collect());
        let expected =
            [cells(&["1", "Ada"]), cells(&["2", ""]), Err("crm › row 3: row_too_long".to_owned()), cells(&["", ""])];
        assert_eq!(read(&mut source), expected);
        assert_eq!(source.short_rows(), 2);
    }

    #[test]
    fn rows_are_read_once_unless_they_are_kept() {
        let once = Input::Rows(Rows::new("crm", ["phone"], [["1"]]));
        assert!(!once.can_be_read_again(false));
        assert_eq!(read(&mut opened(&once)).len(), 1);
        let error = Source::open(&once, &SourceOptions::default()).unwrap_err().to_string();
        assert!(error.starts_with("crm") && error.contains("only once"), "{error}");
        let kept = Input::Rows(Rows::new("crm", ["phone"], [["1"]])).readable_twice().unwrap();
        assert!(kept.can_be_read_again(false));
        assert_eq!(read(&mut opened(&kept)), read(&mut opened(&kept)));
    }

    #[test]
    fn a_row_that_cannot_be_had_ends_the_reading_with_its_place() {
        let broken = || Rows::fallible("crm", ["phone"], [Ok(["1"]), Err("the connection is gone")]);
        let error = Input::Rows(broken()).readable_twice().unwrap_err().to_string();
        assert!(error.contains("crm") && error.contains("the connection is gone"), "{error}");
        let (mut source, mut row) = (opened(&Input::Rows(broken())), Row::new());
        assert_eq!(source.read(&mut row).unwrap(), Next::Row);
        assert!(source.read(&mut row).unwrap_err().to_string().contains("the connection is gone"));
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_given(rows in prop::collection::vec(prop::collection::vec("\\PC{0,9}", 0..4), 0..9)) {
            let columns = ["a", "b", "c"];
            let live = read(&mut opened(&Input::Rows(Rows::new("crm", columns, rows.clone()))));
            let kept = Input::Rows(Rows::new("crm", columns, rows)).readable_twice().unwrap();
            prop_assert_eq!(read(&mut opened(&kept)), live);
        }
    }
}
