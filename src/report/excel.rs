//! Cells of text for workbooks that are written: formatted as text, and as long as Excel takes them.

use std::io;

use rust_xlsxwriter::{Format, XlsxError};

/// The most characters that a cell of Excel holds.
const LONGEST_CELL: usize = 32_767;

/// The number format of text (ECMA-376, part 1, 18.8.30): what is typed into such a cell stays as it was typed.
const TEXT: u8 = 49;

/// The format of a cell of text.
pub(crate) fn text_format() -> Format {
    Format::new().set_num_format_index(TEXT)
}

/// What fits into a cell; what does not ends in `…`.
pub(crate) fn fitting(cell: &str) -> String {
    match cell.char_indices().nth(LONGEST_CELL) {
        None => cell.to_owned(),
        Some(_) => cell.chars().take(LONGEST_CELL - 1).chain(['…']).collect(),
    }
}

/// The error as one of input and output.
pub(crate) fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_longer_than_any_cell_is_cut() {
        assert_eq!(fitting(&"ä".repeat(LONGEST_CELL)).chars().count(), LONGEST_CELL);
        let cut = fitting(&"ä".repeat(LONGEST_CELL + 1));
        assert!(cut.ends_with('…') && cut.chars().count() == LONGEST_CELL);
    }
}
