//! JSON Lines (<https://jsonlines.org>): one object on each line, its members flattened into columns. Objects that stand in an
//! array or over several lines are read in the same way, once `json_document` has found where they end.
//!
//! Values keep the text they have in the file: numbers are never floats, so a 19-digit id, `1e5` and `1.10` survive. What
//! is a column is found while reading: a member that no earlier record had is a new column at the header's end.

use std::io;
use std::sync::Arc;

use super::error::{Next, RowFault};
use super::format::SourceOptions;
use super::header::Header;
use super::json_cells::{place, read_line};
use super::json_document::{Document, Step};
use super::row::Row;
use super::window::Window;
use super::{Position, Record, size};
use crate::lead::Reason;

/// How many records are looked at for columns before the first row is given out.
const SAMPLED_RECORDS: usize = 1000;

/// How many bytes are looked at for columns.
pub(super) const SAMPLED_BYTES: usize = 1 << 20;

/// How much of a line over its limit is kept for the rejects file.
const KEPT: usize = 1000;

/// A reader of JSON Lines.
pub(super) struct JsonLines {
    window: Window,
    header: Arc<Header>,
    /// Where the next record is.
    position: Position,
    max_cell: usize,
    max_line: usize,
    framing: Framing,
}

/// How records are told apart.
#[derive(Debug, Clone)]
pub(super) enum Framing {
    /// Each has a line.
    Lines,
    /// They are parts of a document.
    Document(Document),
}

/// A record at the front of the window: its bytes without the line break, and all of them.
struct Line {
    len: usize,
    taken: usize,
}

/// What stands at the front of the window.
enum Framed {
    Line(Line),
    /// The document does not end as it should.
    Broken(&'static str),
    End,
}

impl JsonLines {
    /// A reader of what is in `window`, where the next record is at `position`. Columns are looked for in what is in
    /// memory already.
    pub(super) fn new(window: Window, framing: Framing, position: Position, options: &SourceOptions) -> Self {
        let mut lines = Self {
            window,
            header: Arc::default(),
            position,
            max_cell: options.max_cell_bytes,
            max_line: options.row_limit(),
            framing,
        };
        match lines.framing.clone() {
            Framing::Lines => lines.find_columns(),
            Framing::Document(document) => lines.find_columns_of(document),
        }
        lines
    }

    pub(super) fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// Starts with the columns of `header`, in its order; those that were found and are not in it follow.
    pub(super) fn start_with(&mut self, header: Arc<Header>) {
        let mut merged = Header::clone(&header);
        merged.merge(&self.header);
        self.header = if merged == *header { header } else { Arc::new(merged) };
    }

    /// The line that is read next.
    pub(super) fn line(&self) -> u64 {
        self.position.line
    }

    fn find_columns(&mut self) {
        let mut row = Row::new();
        let mut lines = self.window.bytes().split(|&byte| byte == b'\n').take(SAMPLED_RECORDS).peekable();
        let mut header = Arc::clone(&self.header);
        while let Some(line) = lines.next() {
            // The last piece is only a part of a line, unless the input ends here.
            if let Ok(line) = std::str::from_utf8(line)
                && (lines.peek().is_some() || self.window.is_at_end())
            {
                let _unreadable_lines_are_told_later = place(line, &mut header, &mut row, self.max_cell);
            }
        }
        self.header = header;
    }

    /// The same for a document: `document` is a copy that may go ahead.
    fn find_columns_of(&mut self, mut document: Document) {
        let (mut row, mut header, mut found) = (Row::new(), Arc::clone(&self.header), 0);
        let mut rest = self.window.bytes();
        while found < SAMPLED_RECORDS && !document.is_broken_off() {
            let taken = match document.next(rest, self.window.is_at_end()) {
                Step::More | Step::End | Step::Broken(_) => break,
                Step::Between(n) => n,
                Step::Record(n) => {
                    if let Ok(record) = std::str::from_utf8(rest.get(..n).unwrap_or_default()) {
                        let _unreadable_records_are_told_later = place(record, &mut header, &mut row, self.max_cell);
                    }
                    document.begin_next();
                    found += 1;
                    n
                }
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        self.header = header;
    }

    /// Reads the next line that is not blank.
    pub(super) fn read(&mut self, row: &mut Row) -> io::Result<Next> {
        loop {
            let line = match self.frame()? {
                Framed::Line(line) => line,
                Framed::Broken(why) => return Ok(Next::Bad(self.broken(why))),
                Framed::End => return Ok(Next::End),
            };
            if line.len > self.max_line {
                return self.skip_line();
            }
            let bytes = self.window.bytes().get(..line.len).unwrap_or_default();
            let is_blank = bytes.trim_ascii().is_empty();
            let result = if is_blank { Ok(()) } else { read_line(bytes, &mut self.header, row, self.max_cell) };
            let fault = result.err().map(|mut reason| {
                if matches!(self.framing, Framing::Document(_)) {
                    reason.message = reason.message.replacen("the line", "the record", 1);
                }
                let record = Record::Line(String::from_utf8_lossy(bytes).replace(['\n', '\r'], " "));
                RowFault { position: self.position.clone(), reason, record }
            });
            row.place(&self.position);
            self.position.line += match &mut self.framing {
                Framing::Lines => 1,
                Framing::Document(document) => {
                    document.begin_next();
                    row.flatten_line();
                    feeds(bytes)
                }
            };
            self.position.row += u64::from(!is_blank);
            self.window.take(line.taken);
            match fault {
                Some(fault) => return Ok(Next::Bad(fault)),
                None if is_blank => {}
                None => return Ok(Next::Row),
            }
        }
    }

    /// Finds the end of the next record, or that it is over the limit.
    fn frame(&mut self) -> io::Result<Framed> {
        if matches!(self.framing, Framing::Lines) {
            return Ok(self.frame_line()?.map_or(Framed::End, Framed::Line));
        }
        loop {
            let Framing::Document(document) = &mut self.framing else { return Ok(Framed::End) };
            if document.is_broken_off() {
                return Ok(Framed::End);
            }
            let bytes = self.window.bytes();
            match document.next(bytes, self.window.is_at_end()) {
                Step::End => return Ok(Framed::End),
                Step::Broken(why) => return Ok(Framed::Broken(why)),
                Step::Record(n) => return Ok(Framed::Line(Line { len: n, taken: n })),
                Step::Between(n) => {
                    self.position.line += feeds(bytes.get(..n).unwrap_or_default());
                    self.window.take(n);
                }
                Step::More if bytes.len() > self.max_line => {
                    return Ok(Framed::Line(Line { len: bytes.len(), taken: bytes.len() }));
                }
                Step::More => drop(self.window.fill()?),
            }
        }
    }

    /// What is told of a document that does not end as it should, in the place of its next record.
    fn broken(&mut self, why: &str) -> RowFault {
        let fault = RowFault {
            position: self.position.clone(),
            reason: Reason::new("invalid_json", why),
            record: Record::Line(String::new()),
        };
        self.position.row += 1;
        fault
    }

    /// Finds the end of the next line, or that it is over the limit; `None` at the end of the input.
    fn frame_line(&mut self) -> io::Result<Option<Line>> {
        let mut searched = 0;
        loop {
            let bytes = self.window.bytes();
            let unsearched = bytes.get(searched..).unwrap_or_default();
            let found = memchr::memchr(b'\n', unsearched);
            super::effort::spend(found.unwrap_or(unsearched.len()));
            if let Some(i) = found {
                return Ok(Some(Line { len: searched + i, taken: searched + i + 1 }));
            }
            searched = bytes.len();
            if searched > self.max_line {
                return Ok(Some(Line { len: searched, taken: searched }));
            }
            if !self.window.fill()? {
                return Ok((searched > 0).then_some(Line { len: searched, taken: searched }));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<Next> {
        let bytes = self.window.bytes();
        let start = bytes.get(..KEPT.min(bytes.len())).unwrap_or_default();
        let kept = String::from_utf8_lossy(start).replace(['\n', '\r'], " ");
        let fault = RowFault {
            position: self.position.clone(),
            reason: Reason::new(
                "line_too_long",
                format!("the line is longer than {}: it was skipped", size(self.max_line)),
            ),
            record: Record::Line(format!("{kept}…")),
        };
        self.position.line += match &mut self.framing {
            Framing::Lines => {
                skip_to_line_feed(&mut self.window)?;
                1
            }
            Framing::Document(document) => skip_record(document, &mut self.window)?,
        };
        self.position.row += 1;
        Ok(Next::Bad(fault))
    }
}

/// Takes everything up to and with the next LF; a CR alone ends no line here, it is white space in JSON.
fn skip_to_line_feed(window: &mut Window) -> io::Result<()> {
    loop {
        let bytes = window.bytes();
        if let Some(i) = memchr::memchr(b'\n', bytes) {
            window.take(i + 1);
            return Ok(());
        }
        super::effort::spend(bytes.len());
        window.take(bytes.len());
        if !window.fill()? {
            return Ok(());
        }
    }
}

/// Takes everything up to the end of a record, and says how many lines it ended.
fn skip_record(document: &mut Document, window: &mut Window) -> io::Result<u64> {
    let mut lines = 0;
    loop {
        let bytes = window.bytes();
        // Up to here `next` has looked already, and it has not found the end.
        let end = document.pass(bytes);
        let taken = end.unwrap_or(bytes.len());
        lines += feeds(bytes.get(..taken).unwrap_or_default());
        window.take(taken);
        if end.is_some() || !window.fill()? {
            document.begin_next();
            return Ok(lines);
        }
    }
}

fn feeds(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}
