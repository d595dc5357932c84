//! An input of which only the start has been looked at: what it is made of, and where its rows begin.

use std::io::{self, Cursor};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::cells::is_possible;
use super::decode::Decoded;
use super::encoding::{self, Judged};
use super::error::{Next, SourceError};
use super::format::{Format, Guessing, HeaderOption, LineEnd, Quoting, SourceOptions, TextStyle};
use super::formula::unguarded_cell;
use super::header::Header;
use super::input::{Input, Pace, Snapshot, Spool};
use super::json_document::Document;
use super::json_lines::{Framing, JsonLines, SAMPLED_BYTES};
use super::quoting::{Syntax, break_at};
use super::respell::{Narrowed, UNIT_SEPARATOR, Unwrapped};
use super::row::Row;
use super::sniff::{self, Guess, SAMPLE};
use super::structure::{self, HeaderAt, JUDGED_BY, Structure, looks_like_a_number};
use super::table::{Frame, Table};
use super::unpack::{self, Content, Unpacked, peek};
use super::unreadable::{self, Unsupported};
use super::window::Window;
use super::{Position, Record};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What an input turns out to be.
pub(super) enum Opening {
    Text(Start),
    Workbook(Packed),
}

/// The bytes of a workbook.
pub(super) struct Packed {
    pub(super) bytes: Arc<Spool>,
    pub(super) snapshot: Option<Snapshot>,
    /// What it was packed in, in words for the user.
    pub(super) notes: Vec<String>,
}

/// An input of which only the start has been looked at.
pub(super) struct Start {
    pub(super) name: String,
    window: Window,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) encoding: &'static Encoding,
    /// True where it begins with a byte order mark.
    pub(super) bom: bool,
    /// What was found out, in words for the user.
    pub(super) notes: Vec<String>,
}

impl Start {
    /// Unpacks an input, decodes it, reads a sample, and refuses what is no text.
    pub(super) fn open(input: &Input, options: &SourceOptions) -> Result<Opening, SourceError> {
        let name = input.name();
        let failed = |source| SourceError::Read { name: input.name(), line: 0, source };
        let Unpacked { content, snapshot, pace, is_packed, mut notes } = unpack::open(input, options.max_unpacked)?;
        let reader = match content {
            Content::Stream(reader) => reader,
            Content::Workbook(bytes) => return Ok(Opening::Workbook(Packed { bytes, snapshot, notes })),
        };
        let (head, reader) = peek(reader, SAMPLE).map_err(failed)?;
        if head.is_empty() {
            return Err(SourceError::Empty { name });
        }
        if let Some((what, advice)) = unreadable::binary(&head) {
            return Err(SourceError::Unsupported { name, what, advice });
        }
        if unreadable::is_results_file(&head) {
            return Err(SourceError::ResultsFile { name });
        }
        let shown = encoding::shown_by(&head);
        // Nothing but its encoding begins with such a mark. So a rejects file, which may have one where its input had none, is read
        // rightly by the command that named the input's encoding.
        let marked = Encoding::for_bom(&head).map(|(encoding, _)| encoding);
        let encoding = match marked.or(options.encoding).or(shown) {
            Some(encoding) => encoding,
            None => judge(input, &head, pace, is_packed, options, &mut notes)?,
        };
        if options.encoding.is_none() && shown.is_some_and(|shown| shown != UTF_8) {
            notes.push(format!("encoding {}", encoding.name()));
        }
        if let Some((what, advice)) = unreadable::noise(&head).filter(|_| !is_wide(encoding)) {
            return Err(SourceError::Unsupported { name, what, advice });
        }
        let bom = marked.is_some();
        let window = match encoding {
            _ if encoding == UTF_8 => Window::new(reader),
            other => Window::new(Box::new(Decoded::new(reader, other))),
        };
        let mut start = Self { name, window, snapshot, encoding, bom, notes };
        start.look()?;
        Ok(Opening::Text(start))
    }

    fn look(&mut self) -> Result<(), SourceError> {
        self.fill_to(SAMPLE)?;
        // That of UTF-16 was taken by the decoder.
        if self.bom && self.window.bytes().starts_with(BYTE_ORDER_MARK) {
            self.window.take(BYTE_ORDER_MARK.len());
            self.notes.push("begins with a byte order mark, which is dropped".to_owned());
        }
        unreadable::markup(self.sample()).map_or(Ok(()), |what| Err(self.unsupported(what)))
    }

    /// Finds the format, and leaves behind what stands before the first row.
    pub(super) fn guess(&mut self, options: &SourceOptions) -> Result<Guess, SourceError> {
        sniff::guess(&self.name, self.sample(), options).map_err(|what| self.unsupported(what))
    }

    /// Reads `n` bytes, or what there is. From a pipe, too, however slowly it gives them: what is found out must not depend on
    /// how much of it happened to come at once.
    fn fill_to(&mut self, n: usize) -> Result<(), SourceError> {
        self.window.fill_to(n).map(drop).map_err(|source| self.failed(source))
    }

    fn sample(&self) -> &[u8] {
        let bytes = self.window.bytes();
        bytes.get(..SAMPLE).unwrap_or(bytes)
    }

    /// How the text is written, in a format that was guessed.
    pub(super) fn text_style(&self, guess: &Guess, options: &SourceOptions) -> TextStyle {
        let quoting = match guess.format {
            Format::Csv { delimiter } if !guess.is_wrapped => self.quoting(guess.skip, delimiter, options.quote),
            _ => Quoting::WhereNeeded,
        };
        TextStyle { encoding: self.encoding, bom: self.bom, line_end: self.line_end(), quoting }
    }

    fn line_end(&self) -> LineEnd {
        let sample = self.sample();
        match break_at(sample).and_then(|i| sample.get(i..)) {
            Some(end) if end.starts_with(b"\r\n") => LineEnd::CrLf,
            Some(end) if end.starts_with(b"\r") => LineEnd::Cr,
            _ => LineEnd::Lf,
        }
    }

    /// By the first line that is not blank.
    fn quoting(&self, skip: usize, delimiter: char, quote: Option<u8>) -> Quoting {
        let Some(delimiter) = u8::try_from(delimiter).ok().filter(u8::is_ascii) else { return Quoting::WhereNeeded };
        let rest = self.sample().get(skip..).unwrap_or_default();
        let first = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
        let record = rest.get(first..).unwrap_or_default();
        if (Syntax { delimiter, quote }).quotes_every_cell(record) { Quoting::Always } else { Quoting::WhereNeeded }
    }

    /// The rows of a table, and its header.
    pub(super) fn into_table(
        mut self,
        delimiter: char,
        guess: &Guess,
        options: &SourceOptions,
    ) -> Result<Headed, SourceError> {
        let wide = (!delimiter.is_ascii()).then_some(delimiter);
        let syntax = Syntax {
            delimiter: u8::try_from(delimiter).ok().filter(u8::is_ascii).unwrap_or(UNIT_SEPARATOR),
            quote: options.quote,
        };
        if !is_possible(syntax) {
            let quote = char::from(syntax.quote.unwrap_or_default());
            return Err(SourceError::Dialect { delimiter, quote });
        }
        self.window.take(guess.skip);
        if guess.is_wrapped {
            self.window = Window::new(Box::new(Unwrapped::new(self.window.into_reader(), options.row_limit())));
        }
        if wide.is_some() {
            self.window = Window::new(Box::new(Narrowed::new(self.window.into_reader(), delimiter)));
        }
        self.fill_to(SAMPLE)?;
        let frame =
            Frame { syntax, wide, encoding: self.encoding, position: self.first_position(u64::from(guess.skip > 0)) };
        let seen = self.first_rows(&frame, options);
        let name = self.name;
        let table = Table::new(self.window, frame, options);
        Heading { name, table, seen, options, notes: self.notes }.find()
    }

    /// The first rows as they stand in the sample, each with its number.
    fn first_rows(&self, frame: &Frame, options: &SourceOptions) -> Vec<(u64, Vec<String>)> {
        let sample = self.sample();
        let is_all = self.window.is_at_end() && sample.len() == self.window.bytes().len();
        let end =
            if is_all { sample.len() } else { memchr::memrchr2(b'\n', b'\r', sample).map_or(sample.len(), |i| i + 1) };
        let window = Window::new(Box::new(Cursor::new(sample.get(..end).unwrap_or(sample).to_vec())));
        let mut table = Table::new(window, frame.clone(), options);
        let (mut row, mut seen) = (Row::new(), Vec::new());
        let most = JUDGED_BY + usize::try_from(options.skip_rows.min(1000)).unwrap_or_default();
        while seen.len() < most {
            match table.read(&mut row, None) {
                Ok(Next::Row) => seen.push((row.position().row, row.iter().map(str::to_owned).collect())),
                Ok(Next::Bad(fault)) => {
                    if let Record::Cells(cells) = fault.record {
                        seen.push((fault.position.row, cells.into_vec()));
                    }
                }
                Ok(Next::End) | Err(_) => break,
            }
        }
        seen.retain(|(number, _)| *number > options.skip_rows);
        seen
    }

    pub(super) fn into_json_lines(mut self, options: &SourceOptions) -> Result<JsonLines, SourceError> {
        self.fill_to(SAMPLED_BYTES)?;
        if self.window.is_at_end() && self.window.bytes().trim_ascii().is_empty() {
            return Err(SourceError::Blank { name: self.name });
        }
        let position = self.first_position(0);
        Ok(JsonLines::new(self.window, Framing::Lines, position, options))
    }

    pub(super) fn into_json(mut self, guess: &Guess, options: &SourceOptions) -> Result<JsonLines, SourceError> {
        self.fill_to(SAMPLED_BYTES)?;
        let before = self.window.bytes().get(..guess.skip).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', before).count();
        let position = self.first_position(u64::try_from(lines).unwrap_or_default());
        self.window.take(guess.skip);
        Ok(JsonLines::new(self.window, Framing::Document(Document::new(guess.around)), position, options))
    }

    fn first_position(&self, skipped_lines: u64) -> Position {
        Position { file: Arc::from(self.name.as_str()), sheet: None, row: 1, line: 1 + skipped_lines }
    }

    fn unsupported(&self, (what, advice): Unsupported) -> SourceError {
        SourceError::Unsupported { name: self.name.clone(), what, advice }
    }

    fn failed(&self, source: io::Error) -> SourceError {
        SourceError::Read { name: self.name.clone(), line: 0, source }
    }
}

/// True for encodings in which ASCII takes two bytes, one of them NUL.
fn is_wide(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// Guesses the encoding from the whole length of the input; of a pipe, from its head.
fn judge(
    input: &Input,
    head: &[u8],
    pace: Pace,
    is_packed: bool,
    options: &SourceOptions,
    notes: &mut Vec<String>,
) -> Result<&'static Encoding, SourceError> {
    let failed = |source| SourceError::Read { name: input.name(), line: 0, source };
    let evidence = if pace == Pace::Live {
        encoding::look_through(&mut Cursor::new(head)).map_err(failed)?
    } else {
        // What fails here fails again when the rows are read, and is told there, with its line.
        let mut evidence = match unpack::open(input, options.max_unpacked)?.content {
            Content::Stream(mut again) => encoding::look_through(&mut again).unwrap_or_default(),
            Content::Workbook(_) => encoding::Evidence::default(),
        };
        if let (false, Some((file, _))) = (is_packed, input.seekable()?) {
            encoding::look_further(&mut file.reader(), file.len(), &mut evidence).map_err(failed)?;
        }
        evidence
    };
    let Judged { encoding, misfits } = evidence.judge();
    if encoding != UTF_8 {
        let name = encoding.name();
        notes.push(format!("encoding {name} (guessed; --encoding names another one)"));
    } else if misfits > 0 {
        notes.push("encoding UTF-8, but for a few bytes: the rows that they are in cannot be read".to_owned());
    }
    Ok(encoding)
}

/// A table whose header was found.
pub(super) struct Headed {
    pub(super) table: Table,
    pub(super) header: Header,
    /// False where the columns are only numbered.
    pub(super) has_names: bool,
    pub(super) notes: Vec<String>,
}

/// True for a name that is nothing but delimiters of another kind: the whole file is blank then.
fn is_drawn(name: &str) -> bool {
    name.chars().all(|c| c.is_whitespace() || ";,|\"".contains(c))
}

/// The search for a table's header.
struct Heading<'a> {
    name: String,
    table: Table,
    /// The first rows that are not blank, and their numbers.
    seen: Vec<(u64, Vec<String>)>,
    options: &'a SourceOptions,
    notes: Vec<String>,
}

impl Heading<'_> {
    fn find(mut self) -> Result<Headed, SourceError> {
        let rows: Vec<Vec<String>> = self.seen.iter().map(|(_, cells)| cells.clone()).collect();
        let is_guessed = self.options.header == HeaderOption::Found && self.options.guessing == Guessing::Allowed;
        let mut structure = structure::find(&rows);
        let row = match self.options.header {
            HeaderOption::Row(row) => Some(row),
            HeaderOption::Missing => None,
            HeaderOption::Found if !is_guessed => Some(self.options.skip_rows + 1),
            HeaderOption::Found => match structure.header {
                HeaderAt::Row(i) => Some(self.tell_titles(i)),
                HeaderAt::Nowhere => None,
            },
        };
        let first = row.unwrap_or(self.options.skip_rows + 1);
        let found = self.table.pass_rows_before(first).map_err(|source| SourceError::Read {
            name: self.name.clone(),
            line: 0,
            source,
        })?;
        if !found && first > 1 {
            return Err(SourceError::NoSuchRow { name: self.name, row: first });
        }
        let header = if row.is_some() {
            self.read_header(is_guessed, &structure)?
        } else {
            structure.width = structure.width.max(rows.first().map_or(0, Vec::len));
            self.header_of_numbers(structure.width)?
        };
        let Self { mut table, mut notes, .. } = self;
        table.expect(&structure.anchors, self.options.guessing);
        notes.extend_from_slice(header.renamed());
        Ok(Headed { table, header, has_names: row.is_some(), notes })
    }

    /// The number of the row that the header is in, of those seen the one at `i`; what stands above is told.
    fn tell_titles(&mut self, i: usize) -> u64 {
        let number = self.seen.get(i).map_or(self.options.skip_rows + 1, |(number, _)| *number);
        if i > 0 {
            let first = self.seen.first().and_then(|(_, cells)| cells.iter().find(|cell| !cell.trim().is_empty()));
            let words: String = first.map(|cell| cell.trim().chars().take(40).collect()).unwrap_or_default();
            self.notes.push(format!("the header is row {number}; what stands above it is left out ({words:?}…)"));
        }
        number
    }

    fn read_header(&mut self, is_guessed: bool, structure: &Structure) -> Result<Header, SourceError> {
        let mut row = Row::new();
        let next = self.table.read(&mut row, None);
        match next.map_err(|source| SourceError::Read { name: self.name.clone(), line: 0, source })? {
            Next::End => Err(SourceError::Blank { name: self.name.clone() }),
            Next::Bad(fault) => Err(SourceError::BadHeader(Box::new(fault))),
            Next::Row => {
                let found = self.options.header == HeaderOption::Found;
                if let Some(i) = row.iter().position(looks_like_a_number).filter(|_| found) {
                    return Err(SourceError::MissingHeader { position: row.position().clone(), column: i + 1 });
                }
                let named = row.iter().collect::<Vec<_>>().iter().rposition(|name| !name.trim().is_empty());
                let used = named.map_or(0, |i| i + 1).max(structure.width);
                let kept = if is_guessed { used.min(row.len()) } else { row.len() };
                if kept < row.len() {
                    let columns = if kept + 1 == row.len() { "the last column has" } else { "the last columns have" };
                    self.notes.push(format!("{columns} neither a name nor a value: left out"));
                }
                if row.iter().all(is_drawn) {
                    return Err(SourceError::Blank { name: self.name.clone() });
                }
                self.table.leave_room(row.len());
                let header = Header::new(row.iter().take(kept));
                if !header.is_of_rejects() {
                    return Ok(header);
                }
                self.table.expect_guarded_cells();
                Ok(Header::new(row.iter().take(kept).map(unguarded_cell)))
            }
        }
    }

    fn header_of_numbers(&mut self, width: usize) -> Result<Header, SourceError> {
        if width == 0 {
            return Err(SourceError::Blank { name: self.name.clone() });
        }
        let (header, note) = Header::numbered(width, self.options.header);
        self.notes.push(note);
        Ok(header)
    }
}
