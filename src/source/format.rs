//! What an input is made of, and what the user may say about that.

use encoding_rs::{Encoding, UTF_8};

/// How the rows of an input are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells between delimiters, quoted where needed (RFC 4180, with any delimiter).
    Csv {
        /// The character between two cells.
        delimiter: char,
    },
    /// One JSON object on each line.
    JsonLines,
    /// JSON objects that stand in an array, or take several lines each.
    Json,
    /// A workbook.
    Workbook(BookFormat),
}

/// The format of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookFormat {
    /// Office Open XML: Excel since 2007, and most other programs.
    Xlsx,
    /// Its binary sibling.
    Xlsb,
    /// Excel 97 to 2003.
    Xls,
    /// The format of `LibreOffice` (`OpenDocument`).
    Ods,
}

/// Which sheets of a workbook are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetChoice {
    /// The one of this name, or with this number among those that can be seen, from 1.
    One(String),
    /// All that can be seen and have the same header.
    All,
}

impl SheetChoice {
    /// Reads `all`, a name, or a number.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.trim().eq_ignore_ascii_case("all") { Self::All } else { Self::One(text.to_owned()) }
    }
}

/// Says of the name of a sheet whether it holds those who must not be called; whoever knows the words gives it.
#[derive(Debug, Clone, Copy)]
pub struct SheetName(pub fn(&str) -> bool);

impl PartialEq for SheetName {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for SheetName {}

/// What becomes of the do-not-call lists among the sheets of a workbook, where no sheet is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListSheets {
    /// They are sheets like any other.
    #[default]
    AsOthers,
    /// They are left out.
    LeftOut(SheetName),
    /// They alone are read, where there are any.
    Alone(SheetName),
}

impl ListSheets {
    pub(super) fn has(self, name: &str) -> bool {
        match self {
            Self::AsOthers => false,
            Self::LeftOut(is_list) | Self::Alone(is_list) => is_list.0(name),
        }
    }
}

/// The format and the small habits of a file, so that another one can be written like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// How the rows are written.
    pub format: Format,
    /// How its text is written; of a workbook, nothing.
    pub text: TextStyle,
}

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// Its encoding.
    pub encoding: &'static Encoding,
    /// True where it begins with a byte order mark (Excel needs it to recognise UTF-8).
    pub bom: bool,
    /// What ends its first line.
    pub line_end: LineEnd,
    /// Which cells of a table have quotes around them.
    pub quoting: Quoting,
}

impl Default for TextStyle {
    /// UTF-8 without a mark, lines that end in LF, quotes only where they are needed.
    fn default() -> Self {
        Self { encoding: UTF_8, bom: false, line_end: LineEnd::Lf, quoting: Quoting::WhereNeeded }
    }
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// A line feed.
    Lf,
    /// A carriage return and a line feed.
    CrLf,
    /// A carriage return alone, as old Macs wrote it.
    Cr,
}

/// Which cells of a table have quotes around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Those that hold a delimiter, a quote or a line break.
    WhereNeeded,
    /// All of them.
    Always,
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
    /// `json`: an array of objects, or objects over several lines.
    Json,
}

impl FormatName {
    /// Reads `csv`, `tsv`, `json`, `jsonl`, `ndjson` or `json-lines`, without regard to case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "jsonl" | "ndjson" | "json-lines" | "jsonlines" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
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
    pub delimiter: Option<char>,
    /// The byte around cells that hold delimiters or line breaks; `None`: quotes are text like any other.
    pub quote: Option<u8>,
    /// The longest cell that is read, in bytes; 1 MiB unless told.
    pub max_cell_bytes: usize,
    /// The longest row (CSV) or line (JSON Lines) that is read, in bytes as it stands in the file; 4 MiB unless told. Also
    /// how far a closing quote is looked for.
    pub max_row_bytes: usize,
    /// The encoding, where it is not to be found out.
    pub encoding: Option<&'static Encoding>,
    /// What a packed file, or each part of a workbook, may unpack to, in bytes; 4 GiB unless told.
    pub max_unpacked: u64,
    /// So many rows at the start of a table are no data, and no header.
    pub skip_rows: u64,
    /// Where the header of a table is.
    pub header: HeaderOption,
    /// Whether the structure of a table is guessed.
    pub guessing: Guessing,
    /// The sheets of a workbook, where they are not to be found by looking.
    pub sheet: Option<SheetChoice>,
    /// What becomes of sheets whose names say that nobody in them may be called.
    pub list_sheets: ListSheets,
}

/// Where the header of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderOption {
    /// To be found: mostly the first row that is not blank.
    Found,
    /// In this row, as a spreadsheet numbers them; those above are no data.
    Row(u64),
    /// There is none: columns are called `column_1` and so on.
    Missing,
}

/// Whether title lines, missing headers, totals and the like are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessing {
    /// They are, and what was found is told.
    Allowed,
    /// The first row is the header, and every row below it is data.
    Off,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            format: None,
            delimiter: None,
            quote: Some(b'"'),
            max_cell_bytes: 1 << 20,
            max_row_bytes: 4 << 20,
            encoding: None,
            max_unpacked: 4 << 30,
            skip_rows: 0,
            header: HeaderOption::Found,
            guessing: Guessing::Allowed,
            sheet: None,
            list_sheets: ListSheets::AsOthers,
        }
    }
}

impl SourceOptions {
    /// The limit on a row, never below that on a cell.
    pub(super) fn row_limit(&self) -> usize {
        self.max_row_bytes.max(self.max_cell_bytes).max(1)
    }
}
