//! What can go wrong: with one row, which is data, and with an input, which ends the run.

use std::io;

use super::{Position, Record};
use crate::lead::Reason;

/// What [`Source::read`](super::Source::read) found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A row, now in the caller's [`Row`](super::Row).
    Row,
    /// A row that cannot be read; the next call goes on after it.
    Bad(RowFault),
    /// Nothing more.
    End,
}

/// A row that cannot be read.
///
/// The codes: `row_too_long` (more cells than the header), `row_not_utf8`, `undecodable`, `cell_too_long`, `line_too_long`,
/// `unclosed_quote`; for JSON Lines `invalid_json`, `not_a_json_object`, `too_many_columns`, `column_name_too_long`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Where it begins.
    pub position: Position,
    /// Why it cannot be read.
    pub reason: Reason,
    /// What it held: bytes that are no text are replaced by U+FFFD, and a row over its limit is cut, ending in `…`.
    pub record: Record,
}

/// An input that cannot be read, or cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file is not there, is a folder, or may not be read.
    #[error("{name}: cannot be opened: {source}{}", advice_on(source))]
    Open {
        /// The input as the user named it.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed midway: a removed disk, a broken network folder.
    #[error("{name}: reading failed after line {line}: {source}")]
    Read {
        /// The input as the user named it.
        name: String,
        /// The last line before the failure.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// Standard input or a pipe could not be copied to a temporary file.
    #[error("{name}: cannot be copied to a temporary file (is the disk full?): {source}")]
    Spool {
        /// The input as the user named it.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is not one byte in it.
    #[error("{name}: the file is empty\nwhat to do: export the table again")]
    Empty {
        /// The input as the user named it.
        name: String,
    },
    /// There are only blank lines, spaces and delimiters in it.
    #[error("{name}: the file has only blank rows\nwhat to do: export the table again")]
    Blank {
        /// The input as the user named it.
        name: String,
    },
    /// It is of a kind that this program does not read.
    #[error("{name}: this is {what}, which cannot be read as it is\nwhat to do: {advice}")]
    Unsupported {
        /// The input as the user named it.
        name: String,
        /// What it is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// It is a results file of ours, whose lines are no people.
    #[error(
        "{name}: this is a results file of leadload, not a table of leads\n\
         what to do: name the spreadsheet. leadload results FILE shows the leads in a results file, and --known FILE keeps an \
         import from sending them again"
    )]
    ResultsFile {
        /// The input as the user named it.
        name: String,
    },
    /// An archive that has no one file in it, or one that cannot be read.
    #[error("{name}: {message}")]
    Archive {
        /// The input as the user named it.
        name: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// There are not as many rows as were to be skipped, or the header's row is not there.
    #[error("{name}: there is no row {row}: the file is shorter\nwhat to do: correct --skip-rows or --header-row")]
    NoSuchRow {
        /// The input as the user named it.
        name: String,
        /// The row that was asked for.
        row: u64,
    },
    /// It is a workbook, but a damaged, protected or too large one.
    #[error("{name}: the workbook cannot be read: {problem}")]
    Workbook {
        /// The input as the user named it.
        name: String,
        /// Why not.
        problem: String,
    },
    /// It is a workbook, and which of its sheets to read is not clear.
    #[error("{name}: {problem}")]
    Sheet {
        /// The input as the user named it.
        name: String,
        /// Why not, and what to do.
        problem: String,
    },
    /// The header row itself cannot be read.
    #[error("{}: the header cannot be read: {}", .0.position, .0.reason.message)]
    BadHeader(Box<RowFault>),
    /// The first row holds what looks like data, so the file has no header.
    #[error(
        "{position}: column {column} of the first row holds a number like a phone number: the header is missing\n\
         what to do: add a first row with the columns' names"
    )]
    MissingHeader {
        /// Where the first row is.
        position: Position,
        /// The column, from 1.
        column: usize,
    },
    /// Quote and delimiter are one byte, or one of them is a line break.
    #[error(
        "the delimiter {delimiter:?} cannot be used with the quote {quote:?}\nwhat to do: choose another one by --delimiter"
    )]
    Dialect {
        /// The delimiter asked for.
        delimiter: char,
        /// The quote asked for.
        quote: char,
    },
}

/// What to do where the system does not open a file.
fn advice_on(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "\nwhat to do: see whether the name is right, and in which folder the file is",
        io::ErrorKind::PermissionDenied => "\nwhat to do: see whether you may read the file",
        io::ErrorKind::IsADirectory => "\nwhat to do: name a file in it",
        _ => "",
    }
}
