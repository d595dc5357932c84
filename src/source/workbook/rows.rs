//! The rows of a sheet, as every format gives them: only the cells that hold something, each as text.

use std::io;

/// The last column of a worksheet, XFD, and one.
pub(super) const MOST_COLUMNS: u32 = 16_384;

/// The last row of a worksheet.
pub(super) const MOST_ROWS: u32 = 1_048_576;

/// The rows of one sheet, in order.
pub(super) trait Rows: Send {
    /// Reads the next row that holds a cell into `row`; false at the end of the sheet.
    fn next(&mut self, row: &mut SheetRow) -> io::Result<bool>;
}

/// One row of a sheet. It is reused.
#[derive(Debug, Default)]
pub(super) struct SheetRow {
    /// Its number, from 1.
    pub(super) number: u32,
    /// True where the worksheet hides it, by hand or by a filter.
    pub(super) is_hidden: bool,
    /// How many of its cells hold an error in place of a value.
    pub(super) errors: u64,
    /// How many of its cells hold a formula that nobody has calculated yet.
    pub(super) uncalculated: u64,
    /// True where not all of it is kept, because it is longer than any row may be.
    pub(super) is_cut: bool,
    text: String,
    cells: Vec<Cell>,
    limit: usize,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    column: u32,
    start: usize,
    end: usize,
}

impl SheetRow {
    /// A row that keeps `limit` bytes at most.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// How many bytes it keeps.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// How many bytes it holds.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Begins the row with this number.
    pub(super) fn start(&mut self, number: u32) {
        self.number = number;
        (self.is_hidden, self.is_cut, self.errors, self.uncalculated) = (false, false, 0, 0);
        self.text.clear();
        self.cells.clear();
    }

    /// Adds the cell in `column`, from 0.
    pub(super) fn push(&mut self, column: u32, text: &str) {
        if text.is_empty() || column >= MOST_COLUMNS {
            return;
        }
        if self.text.len() + text.len() > self.limit {
            self.is_cut = true;
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.cells.push(Cell { column, start, end: self.text.len() });
    }

    /// The cells that hold something: column, from 0, and text.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u32, &str)> {
        self.cells.iter().map(|cell| (cell.column, self.text.get(cell.start..cell.end).unwrap_or_default()))
    }

    /// True where no cell holds more than white space.
    pub(super) fn is_blank(&self) -> bool {
        !self.is_cut && self.cells().all(|(_, text)| text.trim().is_empty())
    }
}

/// Texts that many cells share, one after the other: no allocation for each.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

/// What the texts that a workbook's cells share may take together.
const MOST_SHARED: usize = 512 << 20;

impl Strings {
    /// Adds a text.
    pub(super) fn push(&mut self, text: &str) -> io::Result<()> {
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).ok().filter(|_| self.text.len() <= MOST_SHARED);
        self.ends.push(end.ok_or_else(|| {
            super::broken(format!(
                "its texts take more than {}; save the sheet as CSV",
                crate::source::size(MOST_SHARED)
            ))
        })?);
        Ok(())
    }

    /// The text with this index, from 0.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start as usize..end as usize)
    }
}

/// Column and row of a reference such as `C5`, both from 0.
pub(super) fn place(reference: &str) -> Option<(u32, u32)> {
    let split = reference.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = reference.split_at(split);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0, |sum, letter| {
        letter.is_ascii_alphabetic().then(|| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    Some((column - 1, digits.parse::<u32>().ok()?.checked_sub(1)?))
}

/// The letters of a column, from 0: `A`, `Z`, `AA`.
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_columns_written() {
        for (reference, at) in [("A1", (0, 0)), ("C5", (2, 4)), ("XFD1048576", (16_383, 1_048_575)), ("aa10", (26, 9))]
        {
            assert_eq!(place(reference), Some(at));
            assert!(reference.to_uppercase().starts_with(&letters(at.0)));
        }
        for reference in ["", "5", "A", "A0", "ABCD1", "ä1", "A99999999999"] {
            assert_eq!(place(reference), None, "{reference}");
        }
    }

    #[test]
    fn shared_texts_come_back_by_their_index() {
        let mut strings = Strings::default();
        for text in ["Ada", "", "ü"] {
            strings.push(text).unwrap();
        }
        let all: Vec<_> = (0..4).map(|i| strings.get(i)).collect();
        assert_eq!(all, [Some("Ada"), Some(""), Some("ü"), None]);
    }
}
