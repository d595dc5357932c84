//! Opening an input and reading it row by row.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::ahead::Ahead;
use super::error::{Next, SourceError};
use super::format::{Format, Layout, SheetChoice, SourceOptions, TextStyle};
use super::given::{GivenRows, Rows};
use super::header::Header;
use super::input::{Input, Snapshot};
use super::json_lines::JsonLines;
use super::row::Row;
use super::start::{Headed, Opening, Packed, Start};
use super::table::Table;
use super::workbook::Workbook;

/// An open input, read once from its start to its end.
pub struct Source {
    name: String,
    path: Option<PathBuf>,
    snapshot: Option<Snapshot>,
    layout: Layout,
    notes: Vec<String>,
    has_names: bool,
    ahead: Ahead,
    body: Body,
}

enum Body {
    Table { table: Box<Table>, header: Arc<Header> },
    JsonLines(Box<JsonLines>),
    Workbook(Box<Workbook>),
    Given(Box<GivenRows>),
}

impl Source {
    /// Opens an input, finds out its format from a bounded sample, and reads its header.
    ///
    /// # Errors
    /// Every [`SourceError`]: it cannot be read, is empty, is no text, or has no usable header.
    pub fn open(input: &Input, options: &SourceOptions) -> Result<Self, SourceError> {
        if let Input::Rows(rows) = input {
            return Self::open_given(rows, options);
        }
        let mut start = match Start::open(input, options)? {
            Opening::Text(start) => start,
            Opening::Workbook(packed) => return Self::open_workbook(input, packed, options),
        };
        let mut guess = start.guess(options)?;
        start.notes.append(&mut guess.notes);
        let layout = Layout { format: guess.format, text: start.text_style(&guess, options) };
        let (name, snapshot) = (start.name.clone(), start.snapshot.clone());
        let (mut has_names, mut notes) = (true, start.notes.clone());
        let body = match layout.format {
            Format::Csv { delimiter } => {
                let Headed { table, header, has_names: named, notes: told } =
                    start.into_table(delimiter, &guess, options)?;
                (has_names, notes) = (named, told);
                Body::Table { table: Box::new(table), header: Arc::new(header) }
            }
            // A workbook is never guessed from text.
            Format::JsonLines | Format::Workbook(_) => Body::JsonLines(Box::new(start.into_json_lines(options)?)),
            Format::Json => Body::JsonLines(Box::new(start.into_json(&guess, options)?)),
        };
        if let Some(SheetChoice::One(sheet)) = &options.sheet {
            notes.push(format!("it is no workbook and has no sheets: --sheet {sheet:?} changes nothing here"));
        }
        let path = if let (Input::File(path), Some(_)) = (input, &snapshot) { Some(path.clone()) } else { None };
        Ok(Self { name, path, snapshot, layout, notes, has_names, ahead: Ahead::default(), body })
    }

    fn open_workbook(input: &Input, packed: Packed, options: &SourceOptions) -> Result<Self, SourceError> {
        let Packed { bytes, snapshot, mut notes } = packed;
        let name = input.name();
        let Some(book) = Workbook::open(&name, &bytes, options)? else { return Err(no_workbook(name)) };
        let layout = Layout { format: Format::Workbook(book.format()), text: TextStyle::default() };
        let path = if let (Input::File(path), Some(_)) = (input, &snapshot) { Some(path.clone()) } else { None };
        notes.extend_from_slice(book.notes());
        let (has_names, body) = (book.has_names(), Body::Workbook(Box::new(book)));
        Ok(Self { name, path, snapshot, layout, notes, has_names, ahead: Ahead::default(), body })
    }

    /// Rows that somebody else's program has: their rejects are written as a table.
    fn open_given(rows: &Rows, options: &SourceOptions) -> Result<Self, SourceError> {
        let given = rows.open(options)?;
        let layout = Layout { format: Format::Csv { delimiter: ',' }, text: TextStyle::default() };
        let (name, notes) = (rows.name().to_owned(), given.header().renamed().to_vec());
        let body = Body::Given(Box::new(given));
        Ok(Self { name, path: None, snapshot: None, layout, notes, has_names: true, ahead: Ahead::default(), body })
    }

    /// The same source, starting with the columns of an earlier pass over the same input. Only JSON Lines, whose columns
    /// are found while reading, heeds it; new columns are still added at the end.
    #[must_use]
    pub fn with_header(mut self, header: Arc<Header>) -> Self {
        if let Body::JsonLines(lines) = &mut self.body {
            lines.start_with(header);
        }
        self
    }

    /// The input as the user named it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that one beside the input is named after: rows that a program has are in none, and their name may be anything.
    #[must_use]
    pub fn file_name(&self) -> Cow<'_, str> {
        if !matches!(self.body, Body::Given(_)) {
            return Cow::Borrowed(&self.name);
        }
        let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
        Cow::Owned(format!("{}.csv", self.name.chars().map(plain).collect::<String>()))
    }

    /// The columns. A new header after a JSON record that had a new member, or a column that is no longer what it was
    /// ([`Header::is_container`]), and after a row of a table from which on rows have more cells; columns keep their index
    /// for ever. Compare by [`Arc::ptr_eq`].
    #[must_use]
    pub fn header(&self) -> &Arc<Header> {
        match &self.body {
            Body::Table { header, .. } => header,
            Body::JsonLines(lines) => lines.header(),
            Body::Workbook(book) => book.header(),
            Body::Given(given) => given.header(),
        }
    }

    /// True where columns are only found by reading on.
    #[must_use]
    pub fn header_may_grow(&self) -> bool {
        matches!(self.body, Body::JsonLines(_))
    }

    /// False where a table has no header: its columns are called `column_1` and so on, and its first row is data.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.has_names
    }

    /// The format that is read.
    #[must_use]
    pub fn format(&self) -> Format {
        self.layout.format
    }

    /// The format and the habits of the file, to write another one like it.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// What was guessed or changed on opening, in words for the user.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many of the rows so far had fewer cells than the header; the missing ones read as empty.
    #[must_use]
    pub fn short_rows(&self) -> u64 {
        match &self.body {
            Body::Table { table, .. } => table.short_rows(),
            Body::Given(given) => given.short_rows(),
            Body::JsonLines(_) | Body::Workbook(_) => 0,
        }
    }

    /// What was found while reading, in words for the user: complete at the end.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        match &self.body {
            Body::Table { table, .. } => table.remarks().to_vec(),
            Body::JsonLines(_) | Body::Given(_) => Vec::new(),
            Body::Workbook(book) => book.remarks(),
        }
    }

    /// Reads the next row that is not blank into `row`. After [`Next::Bad`] what is in `row` means nothing.
    ///
    /// # Errors
    /// [`SourceError::Read`] where the input cannot be read on. A row that cannot be read is [`Next::Bad`].
    pub fn read(&mut self, row: &mut Row) -> Result<Next, SourceError> {
        match self.ahead.take(row) {
            Some(next) => Ok(next),
            None => self.read_on(row),
        }
    }

    /// Reads one row more and keeps it until [`Source::read`] comes to it; false at the end. The header is then that of
    /// everything read so far.
    ///
    /// # Errors
    /// Those of [`Source::read`]; rows that were kept are still there.
    pub fn look_ahead(&mut self) -> Result<bool, SourceError> {
        let mut row = Row::new();
        match self.read_on(&mut row)? {
            Next::Row => self.ahead.push_row(row),
            Next::Bad(fault) => self.ahead.push_fault(fault),
            Next::End => return Ok(false),
        }
        Ok(true)
    }

    /// The rows that were looked at ahead and that [`Source::read`] has not come to, without bad ones.
    pub fn rows_ahead(&self) -> impl Iterator<Item = &Row> {
        self.ahead.rows()
    }

    /// How many rows are kept for [`Source::read`], with bad ones.
    #[must_use]
    pub fn count_ahead(&self) -> usize {
        self.ahead.len()
    }

    /// How much memory these rows take, about.
    #[must_use]
    pub fn bytes_ahead(&self) -> usize {
        self.ahead.bytes()
    }

    fn read_on(&mut self, row: &mut Row) -> Result<Next, SourceError> {
        let step = match &mut self.body {
            Body::Table { table, header } => {
                let step = table.read(row, Some(header));
                if table.columns() > header.len() {
                    *header = Arc::new(header.widened(table.columns()));
                }
                step
            }
            Body::JsonLines(lines) => lines.read(row),
            Body::Workbook(book) => book.read(row),
            Body::Given(given) => given.read(row),
        };
        step.map_err(|source| SourceError::Read { name: self.name.clone(), line: self.line() - 1, source })
    }

    /// What the file was when it was opened; `None` for standard input, pipes and spools.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.snapshot.clone()
    }

    /// True where the path no longer leads to the file that was opened, or the file was written to since.
    ///
    /// # Errors
    /// [`SourceError::Open`] where the system does not let us look.
    pub fn has_changed(&self) -> Result<bool, SourceError> {
        let (Some(path), Some(then)) = (&self.path, &self.snapshot) else { return Ok(false) };
        match fs::metadata(path) {
            Ok(now) => Ok(Snapshot::of(&now) != *then),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(source) => Err(SourceError::Open { name: self.name.clone(), source }),
        }
    }

    fn line(&self) -> u64 {
        match &self.body {
            Body::Table { table, .. } => table.line(),
            Body::JsonLines(lines) => lines.line(),
            Body::Workbook(book) => book.line(),
            Body::Given(given) => given.line(),
        }
    }
}

fn no_workbook(name: String) -> SourceError {
    SourceError::Unsupported {
        name,
        what: "a document of an office program, but no workbook",
        advice: "copy the table in it into a spreadsheet and save that",
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("layout", &self.layout)
            .field("line", &self.line())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_can_be_moved_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Source>();
    }
}
