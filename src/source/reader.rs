//! Opening an input and reading it row by row.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::Position;
use super::error::{Next, SourceError};
use super::format::{Format, Layout, SourceOptions};
use super::header::Header;
use super::input::{Input, Opened, Pace, Snapshot, spool};
use super::json_lines::{JsonLines, SAMPLED_BYTES};
use super::quoting::{Syntax, break_at};
use super::row::Row;
use super::sniff::{self, SAMPLE};
use super::table::{Table, is_possible};
use super::window::{Rest, Window};
use super::workbook::{self, Workbook};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An open input, read once from its start to its end.
pub struct Source {
    name: String,
    path: Option<PathBuf>,
    snapshot: Option<Snapshot>,
    layout: Layout,
    notes: Vec<String>,
    body: Body,
}

enum Body {
    Table { table: Box<Table>, header: Arc<Header> },
    JsonLines(Box<JsonLines>),
    Workbook(Box<Workbook>),
}

impl Source {
    /// Opens an input, finds out its format from a bounded sample, and reads its header.
    ///
    /// # Errors
    /// Every [`SourceError`]: it cannot be read, is empty, is no text, or has no usable header.
    pub fn open(input: &Input, options: &SourceOptions) -> Result<Self, SourceError> {
        let name = input.name();
        let Opened { reader, snapshot, pace } = input.open()?;
        let mut start = Start { name, window: Window::new(reader), pace, bom: false };
        start.fill_to(SAMPLE)?;
        if workbook::may_be(start.sample())
            && let Some(source) = Self::open_workbook(input, &mut start, options)?
        {
            return Ok(source);
        }
        start.look()?;
        let guess = sniff::guess(&start.name, start.sample(), options)
            .map_err(|(what, advice)| start.unsupported(what, advice))?;
        let crlf = start.has_crlf();
        let layout = Layout { format: guess.format, bom: start.bom, crlf };
        let mut notes = guess.notes;
        if layout.bom {
            notes.push("begins with a byte order mark, which is dropped".to_owned());
        }
        start.window.take(guess.skip);
        let name = start.name.clone();
        let body = match layout.format {
            Format::Csv { delimiter } => {
                let syntax = Syntax { delimiter, quote: options.quote };
                start.into_table(syntax, u64::from(guess.skip > 0), options)?
            }
            // A workbook is never guessed from text.
            Format::JsonLines | Format::Workbook(_) => start.into_json_lines(options)?,
        };
        if let Body::Table { header, .. } = &body {
            notes.extend_from_slice(header.renamed());
        }
        let path = if let (Input::File(path), Some(_)) = (input, &snapshot) { Some(path.clone()) } else { None };
        Ok(Self { name, path, snapshot, layout, notes, body })
    }

    /// Opens a workbook, which is read here and there and not from its start to its end; `None` where it is none after all.
    fn open_workbook(input: &Input, start: &mut Start, options: &SourceOptions) -> Result<Option<Self>, SourceError> {
        let name = input.name();
        let (bytes, snapshot) = if let Some(found) = input.seekable()? {
            found
        } else {
            let copy =
                spool(Rest(&mut start.window)).map_err(|source| SourceError::Spool { name: name.clone(), source })?;
            (Arc::new(copy), None)
        };
        let Some(book) = Workbook::open(&name, &bytes, options)? else { return Ok(None) };
        let layout = Layout { format: Format::Workbook(book.format()), bom: false, crlf: false };
        let path = if let (Input::File(path), Some(_)) = (input, &snapshot) { Some(path.clone()) } else { None };
        let notes = book.notes().to_vec();
        Ok(Some(Self { name, path, snapshot, layout, notes, body: Body::Workbook(Box::new(book)) }))
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

    /// The columns. For JSON Lines a new one after a row that had a new member, or a column that is no longer what it was
    /// ([`Header::is_container`]); columns keep their index for ever. Compare by [`Arc::ptr_eq`].
    #[must_use]
    pub fn header(&self) -> &Arc<Header> {
        match &self.body {
            Body::Table { header, .. } => header,
            Body::JsonLines(lines) => lines.header(),
            Body::Workbook(book) => book.header(),
        }
    }

    /// True where reading on may add columns.
    #[must_use]
    pub fn header_may_grow(&self) -> bool {
        matches!(self.body, Body::JsonLines(_))
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
            Body::JsonLines(_) | Body::Workbook(_) => 0,
        }
    }

    /// What was seen in the rows so far that a person should know, in words.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        match &self.body {
            Body::Table { .. } | Body::JsonLines(_) => Vec::new(),
            Body::Workbook(book) => book.remarks(),
        }
    }

    /// Reads the next row that is not blank into `row`. After [`Next::Bad`] what is in `row` means nothing.
    ///
    /// # Errors
    /// [`SourceError::Read`] where the input cannot be read on. A row that cannot be read is [`Next::Bad`].
    pub fn read(&mut self, row: &mut Row) -> Result<Next, SourceError> {
        let step = match &mut self.body {
            Body::Table { table, header } => table.read(row, Some(header)),
            Body::JsonLines(lines) => lines.read(row),
            Body::Workbook(book) => book.read(row),
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
        }
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

/// An input of which only the start has been looked at.
struct Start {
    name: String,
    window: Window,
    pace: Pace,
    bom: bool,
}

impl Start {
    /// Reads the sample, and refuses what is no text.
    fn look(&mut self) -> Result<(), SourceError> {
        self.fill_to(SAMPLE)?;
        if self.window.bytes().is_empty() {
            return Err(SourceError::Empty { name: self.name.clone() });
        }
        self.bom = self.window.bytes().starts_with(BYTE_ORDER_MARK);
        if self.bom {
            self.window.take(BYTE_ORDER_MARK.len());
        }
        sniff::unsupported(self.sample()).map_or(Ok(()), |(what, advice)| Err(self.unsupported(what, advice)))
    }

    /// Reads `n` bytes, or what there is; from a pipe only until there is a whole line.
    fn fill_to(&mut self, n: usize) -> Result<(), SourceError> {
        while self.window.bytes().len() < n {
            let is_enough = self.pace == Pace::Live && break_at(self.window.bytes()).is_some();
            if is_enough || !self.window.fill().map_err(|source| self.failed(source))? {
                break;
            }
        }
        Ok(())
    }

    fn sample(&self) -> &[u8] {
        let bytes = self.window.bytes();
        bytes.get(..SAMPLE).unwrap_or(bytes)
    }

    fn has_crlf(&self) -> bool {
        let sample = self.sample();
        break_at(sample).is_some_and(|i| sample.get(i..).is_some_and(|end| end.starts_with(b"\r\n")))
    }

    fn into_table(self, syntax: Syntax, skipped_lines: u64, options: &SourceOptions) -> Result<Body, SourceError> {
        if !is_possible(syntax) {
            let (delimiter, quote) = (char::from(syntax.delimiter), char::from(syntax.quote.unwrap_or_default()));
            return Err(SourceError::Dialect { delimiter, quote });
        }
        let position = self.first_position(skipped_lines);
        let Self { name, window, .. } = self;
        let mut table = Box::new(Table::new(window, syntax, position, options));
        let mut row = Row::new();
        match table.read(&mut row, None) {
            Err(source) => Err(SourceError::Read { name, line: 0, source }),
            Ok(Next::End) => Err(SourceError::Blank { name }),
            Ok(Next::Bad(fault)) => Err(SourceError::BadHeader(Box::new(fault))),
            Ok(Next::Row) => {
                if let Some(i) = row.iter().position(looks_like_a_number) {
                    return Err(SourceError::MissingHeader { position: row.position().clone(), column: i + 1 });
                }
                Ok(Body::Table { table, header: Arc::new(Header::new(row.iter())) })
            }
        }
    }

    fn into_json_lines(mut self, options: &SourceOptions) -> Result<Body, SourceError> {
        self.fill_to(SAMPLED_BYTES)?;
        if self.window.is_at_end() && self.window.bytes().trim_ascii().is_empty() {
            return Err(SourceError::Blank { name: self.name });
        }
        let position = self.first_position(0);
        Ok(Body::JsonLines(Box::new(JsonLines::new(self.window, position, options))))
    }

    fn first_position(&self, skipped_lines: u64) -> Position {
        Position { file: Arc::from(self.name.as_str()), sheet: None, row: 1, line: 1 + skipped_lines }
    }

    fn unsupported(&self, what: &'static str, advice: &'static str) -> SourceError {
        SourceError::Unsupported { name: self.name.clone(), what, advice }
    }

    fn failed(&self, source: io::Error) -> SourceError {
        SourceError::Read { name: self.name.clone(), line: 0, source }
    }
}

/// True for a cell that no header has: nine digits or more and nothing but what people write between them. (Eight would
/// be a date.)
pub(super) fn looks_like_a_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits >= 9 && cell.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_can_be_moved_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Source>();
    }

    #[test]
    fn numbers_and_names_are_told_apart() {
        for number in ["+15555550100", "(020) 7946 0000", "4930 23125.555"] {
            assert!(looks_like_a_number(number), "{number}");
        }
        for name in ["phone", "2024-01-01", "", "secondary_phone_1", "+49", "column 123456789"] {
            assert!(!looks_like_a_number(name), "{name}");
        }
    }
}
