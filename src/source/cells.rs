//! The cells of one record of a table: taken apart, looked at, and what can be wrong with them.

use csv_core::ReadRecordResult;
use encoding_rs::Encoding;

use super::decode::NAME_IT;
use super::header::Header;
use super::quoting::{Syntax, is_break};
use super::respell::UNIT_SEPARATOR;
use super::row::Row;
use super::structure::is_anchor;
use super::{Record, size};
use crate::lead::Reason;

/// More cells than this are not kept of a row; a worksheet of Excel ends there too.
pub(super) const MOST_CELLS: usize = 16_384;

/// The cells of one line.
pub(super) fn split(core: &mut csv_core::Reader, line: &[u8]) -> Record {
    let piece = line.strip_suffix(b"\n").unwrap_or(line);
    let piece = piece.strip_suffix(b"\r").unwrap_or(piece);
    super::effort::spend(piece.len());
    restart(core);
    let mut text = vec![0; piece.len() + 1];
    let mut ends = vec![0; piece.len() + 2];
    let (result, _, written, mut cells) = core.read_record(piece, &mut text, &mut ends);
    if result == ReadRecordResult::InputEmpty {
        let rest = ends.get_mut(cells..).unwrap_or_default();
        cells += core.read_record(&[], text.get_mut(written..).unwrap_or_default(), rest).3;
    }
    cells_of(&text, ends.get(..cells).unwrap_or_default())
}

/// True where numbers and addresses, one at least, stand in the columns `anchors`, and no cell begins with a space, as what
/// follows a comma within a cell does as a rule.
pub(super) fn are_in_place(cells: &[String], anchors: &[usize]) -> bool {
    let mut at_anchors = anchors.iter().filter_map(|&i| cells.get(i)).filter(|cell| !cell.trim().is_empty()).peekable();
    at_anchors.peek().is_some()
        && at_anchors.all(|cell| is_anchor(cell))
        && !cells.iter().any(|cell| cell.starts_with(' '))
}

/// As many cells as there are up to the last that is not blank.
pub(super) fn width_of(cells: &[String]) -> usize {
    cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |i| i + 1)
}

/// Puts back the delimiter that stood between quotes.
pub(super) fn widen_delimiters(row: &mut Row, wide: char) {
    let narrow = char::from(UNIT_SEPARATOR);
    for i in 0..row.len() {
        if let Some(cell) = row.get(i).filter(|cell| cell.contains(narrow)) {
            let cell = cell.replace(narrow, wide.encode_utf8(&mut [0; 4]));
            row.append(i, &cell);
        }
    }
}

/// A core for this syntax. (Built here and not cloned: a clone of a built one, in `csv-core` 0.1.13, reads nothing.)
pub(super) fn new_core(syntax: Syntax) -> csv_core::Reader {
    let mut builder = csv_core::ReaderBuilder::new();
    builder.delimiter(syntax.delimiter);
    match syntax.quote {
        Some(quote) => builder.quote(quote),
        None => builder.quoting(false),
    };
    let mut core = builder.build();
    restart(&mut core);
    core
}

/// Has the core at the start of a record, wherever it was. It reads one line break, because the very first read of a core
/// drops a byte order mark, and only our caller may do that.
pub(super) fn restart(core: &mut csv_core::Reader) {
    core.reset();
    core.read_record(b"\n", &mut [0], &mut [0]);
}

pub(super) fn cells_of(text: &[u8], ends: &[usize]) -> Record {
    let mut start = 0;
    let cell = |&end: &usize| {
        let bytes = text.get(start..end).unwrap_or_default();
        start = end;
        String::from_utf8_lossy(bytes).into_owned()
    };
    Record::Cells(ends.iter().take(MOST_CELLS).map(cell).collect())
}

fn column(i: usize, header: Option<&Header>) -> String {
    header.and_then(|header| header.names().get(i)).cloned().unwrap_or_else(|| (i + 1).to_string())
}

/// Why bytes are no text; `decoded` from an encoding, or as they stand in the file.
pub(super) fn no_text(
    decoded: Option<&'static Encoding>,
    text: &[u8],
    ends: &[usize],
    header: Option<&Header>,
) -> Reason {
    let Some(encoding) = decoded else { return not_utf8(text, ends, header) };
    let name = encoding.name();
    let mut start = 0;
    for (i, &end) in ends.iter().enumerate() {
        if std::str::from_utf8(text.get(start..end).unwrap_or_default()).is_err() {
            let column = column(i, header);
            let message = format!("a byte in column {column:?} is no text in {name}: {NAME_IT}");
            return Reason::new("undecodable", message).about(column);
        }
        start = end;
    }
    Reason::new("undecodable", format!("the row is no text in {name}: {NAME_IT}"))
}

fn not_utf8(text: &[u8], ends: &[usize], header: Option<&Header>) -> Reason {
    let mut start = 0;
    for (i, &end) in ends.iter().enumerate() {
        let cell = text.get(start..end).unwrap_or_default();
        if let Err(error) = std::str::from_utf8(cell) {
            let byte = cell.get(error.valid_up_to()).copied().unwrap_or_default();
            let column = column(i, header);
            let message =
                format!("byte 0x{byte:02X} in column {column:?} is not UTF-8: save the file as \"CSV UTF-8\"");
            return Reason::new("row_not_utf8", message).about(column);
        }
        start = end;
    }
    Reason::new("row_not_utf8", "the row is not UTF-8: save the file as \"CSV UTF-8\"")
}

pub(super) fn cell_too_long(i: usize, limit: usize, header: Option<&Header>) -> Reason {
    let column = column(i, header);
    Reason::new("cell_too_long", format!("the cell in column {column:?} is longer than {}", size(limit))).about(column)
}

/// The code of a row with more cells than the header.
pub(super) const TOO_LONG: &str = "row_too_long";

pub(super) fn row_too_long(cells: usize, columns: usize) -> Reason {
    let message = format!("{cells} cells where the header has {columns}; is a delimiter inside a cell not quoted?");
    Reason::new(TOO_LONG, message)
}

/// True where `delimiter` and `quote` can be told apart from each other and from line breaks.
pub(super) fn is_possible(syntax: Syntax) -> bool {
    let Syntax { delimiter, quote } = syntax;
    quote != Some(delimiter) && !is_break(delimiter) && !quote.is_some_and(is_break)
}
