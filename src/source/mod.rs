//! Files of any shape become rows: formats, encodings, delimiters, headers, and where each row was.
//!
//! Responsible for reading an input as a stream in constant memory, for a [`Position`] on every row and every fault, and
//! for going on after a row that cannot be read. It must not know leads, phones, async code or HTTP.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// `leads.csv, row 812`, or `leads.xlsx › Sheet1, row 812`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, " › {sheet}")?;
        }
        write!(f, ", row {}", self.row)
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

/// An input to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// One record of the input, reused from record to record.
#[derive(Debug, Clone, Default)]
pub struct Row {
    position: Option<Position>,
    cells: Vec<(String, Option<CellKind>)>,
}

impl Row {
    /// An empty row.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A row of text cells.
    #[must_use]
    pub fn from_cells(position: Position, cells: &[&str]) -> Self {
        let cells = cells.iter().map(|cell| ((*cell).to_owned(), Some(CellKind::Text))).collect();
        Self { position: Some(position), cells }
    }

    /// The text of cell `i`.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<&str> {
        self.cells.get(i).map(|(text, _)| text.as_str())
    }

    /// What cell `i` is.
    #[must_use]
    pub fn kind(&self, i: usize) -> CellKind {
        self.cells.get(i).and_then(|(_, kind)| *kind).unwrap_or(CellKind::Text)
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// True where there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// A header of these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self { names }
    }

    /// The names as they stand.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The column called `name`: exactly, else but for outer spaces and case.
    #[must_use]
    pub fn position_of(&self, name: &str) -> Option<usize> {
        let folded = name.trim().to_lowercase();
        let exact = self.names.iter().position(|known| known == name);
        exact.or_else(|| self.names.iter().position(|known| known.trim().to_lowercase() == folded))
    }

    /// How many columns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True where there is no column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// True for the columns that rejects files add.
    #[must_use]
    pub fn is_ours(&self, i: usize) -> bool {
        matches!(self.names.get(i).map(String::as_str), Some("_status" | "_reason" | "_row"))
    }

    /// True for a JSON object whose members have columns of their own.
    #[must_use]
    pub fn is_container(&self, _i: usize) -> bool {
        false
    }
}
