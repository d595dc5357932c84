//! Lines from a results file: one buffer, one pass, constant memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ResultsError;
use super::format::Line;

/// No line of ours is longer; what is, is damage (a hole of NUL bytes) and is not kept in memory.
const LONGEST: usize = 16 << 20;

/// Cuts bytes into lines.
#[derive(Debug)]
pub(super) struct RawLines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    offset: u64,
}

/// A line as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawLine<'a> {
    /// The byte at which it begins.
    pub(super) start: u64,
    /// The byte after its line break.
    pub(super) end: u64,
    /// Its bytes without the line break; only the first [`LONGEST`] of them.
    pub(super) bytes: &'a [u8],
    pub(super) ending: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    LineBreak,
    /// The file ends in the middle of it.
    Torn,
    /// It is longer than a line can be.
    TooLong,
}

impl<R: Read> RawLines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(256 * 1024, reader), line: Vec::new(), offset: 0 }
    }

    pub(super) fn next_line(&mut self) -> io::Result<Option<RawLine<'_>>> {
        let read = self.advance()?;
        Ok(read.map(|(start, ending)| RawLine { start, end: self.offset, bytes: &self.line, ending }))
    }

    /// Reads a line into the buffer; says at which byte it begins, and how it ends.
    fn advance(&mut self) -> io::Result<Option<(u64, Ending)>> {
        self.line.clear();
        let start = self.offset;
        let mut ending = Ending::Torn;
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            let found = memchr::memchr(b'\n', available);
            let content = found.unwrap_or(available.len());
            let room = LONGEST - self.line.len();
            self.line.extend_from_slice(&available[..content.min(room)]);
            if content > room {
                ending = Ending::TooLong;
            }
            let used = found.map_or(content, |at| at + 1);
            self.reader.consume(used);
            self.offset += used as u64;
            if found.is_some() {
                ending = if ending == Ending::TooLong { ending } else { Ending::LineBreak };
                break;
            }
        }
        let read_something = self.offset > start;
        Ok(read_something.then_some((start, ending)))
    }
}

/// The numbers that every line has.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Numbers {
    pub(super) n: u64,
    pub(super) d: u64,
}

/// Reads every line of a results file in full, for reports and queries. It takes no lock and changes nothing: a line
/// that is just being written by a run ends the reading.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    lines: RawLines<File>,
    count: u64,
}

impl Reader {
    /// Opens the results file.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        let file = File::open(path).map_err(ResultsError::io(path, "open it"))?;
        Ok(Self { path: path.to_owned(), lines: RawLines::new(file), count: 0 })
    }

    /// The next line, or `None` at the end. Files are checked line by line when they are opened for writing or read
    /// into a ledger; here the end is where the first torn line is.
    ///
    /// # Errors
    /// It cannot be read, or a complete line is none that this version knows.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, ResultsError> {
        self.next_line_if(|_| true)
    }

    /// The next line whose bytes are `wanted`; the others are passed over unread, which takes a tenth of the time.
    ///
    /// # Errors
    /// As for [`Reader::next_line`].
    pub fn next_line_if(&mut self, mut wanted: impl FnMut(&[u8]) -> bool) -> Result<Option<Line<'_>>, ResultsError> {
        let start = loop {
            let read = self.lines.advance().map_err(ResultsError::io(&self.path, "read it"))?;
            let Some((start, Ending::LineBreak)) = read else { return Ok(None) };
            self.count += 1;
            if wanted(&self.lines.line) {
                break start;
            }
        };
        let text = std::str::from_utf8(&self.lines.line).map_err(|error| error.to_string());
        let line = text.and_then(|text| Line::parse(text).map_err(|error| error.to_string()));
        let (path, line_number) = (&self.path, self.count);
        line.map(Some).map_err(|why| ResultsError::Corrupt {
            path: path.clone(),
            offset: start,
            line: line_number,
            why,
        })
    }
}
