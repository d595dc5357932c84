//! One row, in buffers that are reused.

use std::ops::Range;
use std::sync::Arc;

use super::formula::unguarded_cell;
use super::row_bytes::{ByteReader, ByteWriter, bit_of, kind_of};
use super::{CellKind, Position, Record};

/// One row of an input. The caller owns it and reads the next row into it: after the first rows nothing is allocated.
#[derive(Debug, Clone)]
pub struct Row {
    position: Position,
    text: String,
    cells: Vec<Cell>,
    origin: Origin,
}

/// A cell's place in the row's text.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: usize,
    end: usize,
    kind: CellKind,
}

const NOTHING: Cell = Cell { start: 0, end: 0, kind: CellKind::Text };

/// What the row was read from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    Table,
    /// A line, which is the first so many bytes of the text; cells without escapes are slices of it.
    Line(usize),
}

impl Row {
    /// An empty row, to read into.
    #[must_use]
    pub fn new() -> Self {
        let position = Position { file: Arc::from(""), sheet: None, row: 0, line: 0 };
        Self { position, text: String::new(), cells: Vec::new(), origin: Origin::Table }
    }

    /// A row of a table that holds these cells.
    #[must_use]
    pub fn from_cells(position: Position, cells: &[&str]) -> Self {
        let mut row = Self { position, ..Self::new() };
        for cell in cells {
            row.append(row.cells.len(), cell);
        }
        row
    }

    /// Where the row is.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The number of cells: that of the columns which the header had when the row was read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// True where there is no cell at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell in column `i`, from 0. What a short row or a JSON object lacks is empty; `None` is beyond the header.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<&str> {
        let cell = self.cells.get(i)?;
        self.text.get(cell.start..cell.end)
    }

    /// What the cell in column `i` is.
    #[must_use]
    pub fn kind(&self, i: usize) -> CellKind {
        self.cells.get(i).map_or(CellKind::Text, |cell| cell.kind)
    }

    /// How much memory the row takes, about.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.cells.len() * size_of::<Cell>()
    }

    /// True where no cell holds more than white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        (0..self.len()).all(|i| self.get(i).is_none_or(|cell| cell.trim().is_empty()))
    }

    /// What the row held, to be written again.
    #[must_use]
    pub fn record(&self) -> Record {
        match self.origin {
            Origin::Table => Record::Cells(self.iter().map(str::to_owned).collect()),
            Origin::Line(end) => Record::Line(self.text.get(..end).unwrap_or_default().to_owned()),
        }
    }

    /// The cells in the order of the columns.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i).unwrap_or_default())
    }

    /// Moves the row to another place in the same input, without allocating.
    pub(super) fn place(&mut self, position: &Position) {
        if !Arc::ptr_eq(&self.position.file, &position.file) {
            self.position.file = Arc::clone(&position.file);
        }
        self.position.sheet.clone_from(&position.sheet);
        self.position.row = position.row;
        self.position.line = position.line;
    }

    /// Fills the row from a table: `ends` are the cells' ends in `text`; false where one of them is inside a character.
    pub(super) fn fill_cells(&mut self, text: &str, ends: &[usize]) -> bool {
        self.origin = Origin::Table;
        self.text.clear();
        self.text.push_str(text);
        self.cells.clear();
        let mut start = 0;
        for &end in ends {
            if !text.is_char_boundary(end) {
                return false;
            }
            self.cells.push(Cell { start, end, kind: CellKind::Text });
            start = end;
        }
        true
    }

    /// Makes the row `len` cells long: missing ones are empty, further ones are dropped.
    pub(super) fn resize(&mut self, len: usize) {
        self.cells.resize(len, NOTHING);
    }

    /// True for a row of a table that ends before the header does.
    #[must_use]
    pub fn lacks_cells(&self) -> bool {
        let is_missing = |cell: &Cell| (cell.start, cell.end) == (0, 0);
        matches!(self.origin, Origin::Table) && !self.text.is_empty() && self.cells.last().is_some_and(is_missing)
    }

    /// Begins a row of JSON Lines: `len` empty cells, and the line for them to be slices of.
    pub(super) fn start_line(&mut self, line: &str, len: usize) {
        self.origin = Origin::Line(line.len());
        self.text.clear();
        self.text.push_str(line);
        self.cells.clear();
        self.resize(len);
    }

    /// Makes one line of the JSON record that the row was read from: outside of strings a line break is white space.
    pub(super) fn flatten_line(&mut self) {
        if let Origin::Line(end) = self.origin
            && let Some(line) = self.text.get(..end).filter(|line| line.contains(['\n', '\r']))
        {
            let flat = line.replace(['\n', '\r'], " ");
            self.text.replace_range(..end, &flat);
        }
    }

    /// Begins a row of a table: `len` empty cells.
    pub(super) fn start_cells(&mut self, len: usize) {
        self.origin = Origin::Table;
        self.text.clear();
        self.cells.clear();
        self.resize(len);
    }

    /// Sets a cell to a slice of the line.
    pub(super) fn set_slice(&mut self, i: usize, slice: Range<usize>, kind: CellKind) {
        self.set(i, Cell { start: slice.start, end: slice.end, kind });
    }

    /// Sets a cell to a text that is not in the line as it is.
    pub(super) fn append(&mut self, i: usize, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.set(i, Cell { start, end: self.text.len(), kind: CellKind::Text });
    }

    /// Takes off the apostrophes of [`guarded_cell`](super::guarded_cell).
    pub(super) fn unguard(&mut self) {
        for cell in &mut self.cells {
            let text = self.text.get(cell.start..cell.end).unwrap_or_default();
            cell.start += text.len() - unguarded_cell(text).len();
        }
    }

    /// Appends all of the row but its position.
    pub(crate) fn write_to(&self, out: &mut ByteWriter) {
        out.count(match self.origin {
            Origin::Table => 0,
            Origin::Line(end) => 1 + end,
        });
        out.count(self.cells.len());
        for cell in &self.cells {
            out.count(cell.start);
            out.count((cell.end - cell.start) << 1 | bit_of(cell.kind));
        }
        out.text(&self.text);
    }

    /// Makes this the row at `position` that [`Row::write_to`] wrote; `None`: these are other bytes.
    pub(crate) fn read_from(&mut self, position: &Position, from: &mut ByteReader<'_>) -> Option<()> {
        self.place(position);
        let line_end = from.count()?.checked_sub(1);
        self.origin = line_end.map_or(Origin::Table, Origin::Line);
        self.cells.clear();
        for _ in 0..from.count()? {
            let (start, length) = (from.count()?, from.count()?);
            let end = start.checked_add(length >> 1)?;
            self.cells.push(Cell { start, end, kind: kind_of(length & 1) });
        }
        self.text.clear();
        self.text.push_str(from.text()?);
        Some(())
    }

    /// Empties a cell.
    pub(super) fn clear_cell(&mut self, i: usize) {
        self.set(i, NOTHING);
    }

    fn set(&mut self, i: usize, cell: Cell) {
        if i >= self.cells.len() {
            self.resize(i + 1);
        }
        if let Some(place) = self.cells.get_mut(i) {
            *place = cell;
        }
    }
}

impl Default for Row {
    fn default() -> Self {
        Self::new()
    }
}

/// Rows are equal where they are at the same place and hold the same cells.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
            && self.len() == other.len()
            && (0..self.len()).all(|i| self.get(i) == other.get(i) && self.kind(i) == other.kind(i))
    }
}

impl Eq for Row {}

#[cfg(test)]
mod tests {
    use super::*;

    fn position() -> Position {
        Position { file: Arc::from("leads.csv"), sheet: None, row: 2, line: 2 }
    }

    #[test]
    fn a_row_made_of_cells_holds_them() {
        let row = Row::from_cells(position(), &["Ada", "", "ü"]);
        assert_eq!(row.iter().collect::<Vec<_>>(), ["Ada", "", "ü"]);
        assert_eq!((row.len(), row.get(2), row.get(3)), (3, Some("ü"), None));
        assert_eq!(row.record(), Record::Cells(["Ada", "", "ü"].map(str::to_owned).into()));
    }

    #[test]
    fn a_row_of_spaces_is_blank_and_one_with_a_letter_is_not() {
        assert!(Row::from_cells(position(), &["", " ", "\u{a0}"]).is_blank());
        assert!(Row::new().is_blank());
        assert!(!Row::from_cells(position(), &["", "x"]).is_blank());
    }

    #[test]
    fn a_row_can_be_sent_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Row>();
    }
}
