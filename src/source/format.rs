//! What an input is made of, and what the user may say about that.

/// How the rows of an input are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells between delimiters, quoted where needed (RFC 4180, with any one-byte delimiter).
    Csv {
        /// The byte between two cells.
        delimiter: u8,
    },
    /// One JSON object on each line.
    JsonLines,
}

/// The format and the small habits of a file, so that another one can be written like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// How the rows are written.
    pub format: Format,
    /// True where the file begins with a byte order mark (Excel needs it to recognise UTF-8).
    pub bom: bool,
    /// True where the first line ends in CR LF.
    pub crlf: bool,
}

/// A format by the name a user gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatName {
    /// `csv`: a table; its delimiter is found by looking.
    Csv,
    /// `tsv`: a table with tabs.
    Tsv,
    /// `jsonl`, also `ndjson`.
    JsonLines,
}

impl FormatName {
    /// Reads `csv`, `tsv`, `jsonl`, `ndjson` or `json-lines`, without regard to case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "jsonl" | "ndjson" | "json-lines" | "jsonlines" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// What the user may say about an input, and the limits that bound the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceOptions {
    /// The format, where it is not to be found out.
    pub format: Option<FormatName>,
    /// The delimiter, where it is not to be found out. It also makes the format CSV.
    pub delimiter: Option<u8>,
    /// The byte around cells that hold delimiters or line breaks; `None`: quotes are text like any other.
    pub quote: Option<u8>,
    /// The longest cell that is read, in bytes; 1 MiB unless told.
    pub max_cell_bytes: usize,
    /// The longest row (CSV) or line (JSON Lines) that is read, in bytes as it stands in the file; 4 MiB unless told. Also
    /// how far a closing quote is looked for.
    pub max_row_bytes: usize,
    /// What the first row of a table is.
    pub first_row: FirstRow,
}

/// What the first row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FirstRow {
    /// The names of the columns; a number among them is an error.
    #[default]
    Names,
    /// The names of the columns, or, where the file has none, data: whoever reads it decides by looking at the header.
    NamesOrData,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            format: None,
            delimiter: None,
            quote: Some(b'"'),
            max_cell_bytes: 1 << 20,
            max_row_bytes: 4 << 20,
            first_row: FirstRow::Names,
        }
    }
}

impl SourceOptions {
    /// The limit on a row, never below that on a cell.
    pub(super) fn row_limit(&self) -> usize {
        self.max_row_bytes.max(self.max_cell_bytes).max(1)
    }
}
