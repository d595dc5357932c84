//! Files of any shape become rows: formats, encodings, delimiters, headers, and where each row was.
//!
//! Responsible for reading an input as a stream in constant memory, for a [`Position`] on every row and every fault, and
//! for going on after a row that cannot be read. It must not know leads (but for the [`Reason`](crate::lead::Reason) that
//! a faulty row carries), phones, async code or HTTP.
//!
//! Opening an input lays one reader over another: bytes, what is packed in them (`unpack`), UTF-8 (`decode`), a table in usual
//! spelling (`respell`). So the readers of rows see UTF-8 whatever the file is, and a plain file in UTF-8 is read with nothing
//! in between.
//!
//! [`Source::open`] looks at the start of an [`Input`], finds out what it is and reads its header; [`Source::read`] then
//! fills a [`Row`] that the caller owns and reuses. A bad row is data ([`Next::Bad`]); only an input that cannot be read
//! is an error ([`SourceError`]).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

mod ahead;
mod archive;
mod cells;
mod decode;
mod effort;
mod encoding;
mod error;
mod format;
mod formula;
mod given;
mod header;
mod input;
mod json_cells;
mod json_document;
mod json_lines;
mod quoting;
mod reader;
mod respell;
mod row;
mod row_bytes;
mod sniff;
mod start;
mod structure;
mod table;
mod unpack;
mod unreadable;
mod window;
mod workbook;

#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;

pub use encoding::{by_name as encoding_by_name, of as encoding_of};
pub use error::{Next, RowFault, SourceError};
pub use format::{
    BookFormat, Format, FormatName, Guessing, HeaderOption, Layout, LineEnd, ListSheets, Quoting, SheetChoice,
    SheetName, SourceOptions, TextStyle,
};
pub use formula::{guarded_cell, unguarded_cell};
pub use given::Rows;
pub use header::Header;
pub(crate) use input::private_file;
pub use input::{Input, Snapshot, Spool, spool};
pub use reader::Source;
pub use row::Row;
pub(crate) use row_bytes::{ByteReader, ByteWriter};
pub(crate) use structure::looks_dialled;

/// Where a row is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The input as the user named it; `-` for standard input.
    pub file: Arc<str>,
    /// The sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// The row's number as a spreadsheet shows it: the header is row 1 (JSON Lines: the number of the record).
    pub row: u64,
    /// The line of the file at which the row begins, from 1: differs from `row` after a cell with a line break in it.
    pub line: u64,
}

impl fmt::Display for Position {
    /// `leads.csv › row 812`, or `leads.xlsx › Sheet1 › row 812`, or `standard input › row 812`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} › row {}", self.within(), self.row)
    }
}

impl Position {
    /// The place without its row, for people: `leads.csv`, `leads.xlsx › Sheet1`, `standard input`.
    pub(crate) fn within(&self) -> Cow<'_, str> {
        let file = if &*self.file == "-" { "standard input" } else { &self.file };
        match &self.sheet {
            None => Cow::Borrowed(file),
            Some(sheet) => Cow::Owned(format!("{file} › {sheet}")),
        }
    }
}

/// A number of bytes for people, rounded down: `1 MiB`, `12 KiB`, `300 bytes`. Short, so that it is not masked as if it were
/// a phone number.
fn size(bytes: usize) -> String {
    match bytes {
        0..0x400 => format!("{bytes} bytes"),
        _ if bytes.is_multiple_of(0x10_0000) => format!("{} MiB", bytes / 0x10_0000),
        _ => format!("{} KiB", bytes / 0x400),
    }
}

/// What a cell is. Every cell is text; JSON Lines also has values that are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text, exactly as it stood (unquoted, unescaped).
    Text,
    /// The text of a JSON number, `true`, `false`, object or array, exactly as it stood.
    Json,
}

/// What a row held, for the rejects file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The cells of a table's row.
    Cells(Box<[String]>),
    /// The line of a JSON Lines file.
    Line(String),
}
