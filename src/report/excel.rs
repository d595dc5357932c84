//! Cells of text for workbooks that are written: formatted as text, and as long as Excel takes them; and what the crate that
//! writes them says where it cannot.

use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

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

thread_local! {
    /// Whether a panic of this thread is an error that is told otherwise.
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` on a workbook. Where a sheet is written row by row and the disk is full, `rust_xlsxwriter` panics (version
/// 0.102: `expect` on every write to its temporary file): here that is an error like any other. The workbook cannot be used
/// any more then.
pub(crate) fn without_panics<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_EXPECTED.get() {
                told(panic);
            }
        }));
    });
    let before = IS_EXPECTED.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    IS_EXPECTED.set(before);
    done.unwrap_or_else(|panic| Err(error_in(panic.downcast_ref::<String>().map_or("", String::as_str))))
}

/// What the system said, as `expect` writes it: `Os { code: 28, kind: StorageFull, … }`.
fn error_in(panic: &str) -> io::Error {
    let code = panic.split_once("code: ").and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next());
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::other(format!("the workbook cannot be made: {panic}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_an_error_also_where_it_is_told_by_a_panic() {
        let full = io::Error::from_raw_os_error(28);
        // As `expect` tells it.
        let done = without_panics(|| -> io::Result<()> { panic!("Couldn't write to xml file: {full:?}") });
        assert_eq!(done.unwrap_err().raw_os_error(), Some(28));
        let other = without_panics(|| -> io::Result<()> { panic!("{}", "no reason") }).unwrap_err();
        assert!(other.to_string().contains("no reason"));
        assert_eq!(without_panics(|| Ok(7)).unwrap(), 7);
    }

    #[test]
    fn a_text_longer_than_any_cell_is_cut() {
        assert_eq!(fitting(&"ä".repeat(LONGEST_CELL)).chars().count(), LONGEST_CELL);
        let cut = fitting(&"ä".repeat(LONGEST_CELL + 1));
        assert!(cut.ends_with('…') && cut.chars().count() == LONGEST_CELL);
    }
}
