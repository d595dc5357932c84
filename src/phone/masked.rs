//! Digits that somebody has hidden (`+49 30 2312****`, `(212) 555-XXXX`), and numbers that were cut off (`+49 30 2312…`).
//!
//! What is left of such a number is often a shorter valid one, and somebody else's.

use super::Refusal;

/// As many marks are hidden digits wherever they stand; fewer only where they touch a digit, else they are a footnote.
const CERTAINLY_HIDDEN: usize = 3;

/// Refuses a cell, as it stands in the file, in which digits are hidden or cut off.
pub(super) fn refuse(cell: &str) -> Result<(), Refusal> {
    let cell = undecorated(cell);
    if !cell.contains(char::is_numeric) || !(is_cut_off(cell) || hides_digits(cell)) {
        return Ok(());
    }
    Err(Refusal::new("phone_masked", "digits are hidden or cut off: get the list with the whole numbers"))
}

/// `**030 23125001**` without its asterisks: what stands on both sides alike hides nothing.
fn undecorated(mut cell: &str) -> &str {
    cell = cell.trim();
    for mark in ['*', '_', '#'] {
        while let Some(inner) = cell.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)) {
            cell = inner;
        }
    }
    cell
}

/// `030 2312…`, `030 2312...`
fn is_cut_off(cell: &str) -> bool {
    let end = cell.trim_end();
    let number = end.trim_end_matches(['.', '…']);
    let marks = end.strip_prefix(number).unwrap_or_default();
    number.ends_with(char::is_numeric) && (marks.contains('…') || marks.len() >= CERTAINLY_HIDDEN)
}

fn hides_digits(cell: &str) -> bool {
    if !cell.contains(is_mark) {
        return false;
    }
    let characters: Vec<char> = cell.trim().chars().collect();
    let mut start = 0;
    while start < characters.len() {
        let length = characters.iter().skip(start).take_while(|c| is_mark(**c)).count();
        if length >= 2 && is_hidden(&characters, start, start + length) {
            return true;
        }
        start += length.max(1);
    }
    false
}

/// True where the marks from `start` to `end` stand for digits.
fn is_hidden(characters: &[char], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| characters.get(at));
    let beside = [before, characters.get(end)];
    let touches = |is_so: fn(&char) -> bool| beside.iter().flatten().any(|c| is_so(c));
    let is_part_of_word = touches(|c| c.is_alphabetic());
    !is_part_of_word && (end - start >= CERTAINLY_HIDDEN || touches(|c| c.is_numeric()))
}

fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | 'x' | 'X' | '?' | '#' | '•' | '●' | '∙' | '█' | '■' | '▪' | '×' | '＊' | '✱')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_cut_off_digits_are_known_however_they_are_written() {
        for cell in [
            "62856xxxxxxx",
            "+49 30 2312****",
            "+49 30 2312 ****",
            "(212) 555-XXXX",
            "***001",
            "+49 171 •••• 001",
            "030 23125##",
            "030 23125???",
            "030 2312…",
            "030 2312...",
            "+49 30 2312██01",
            "0151 xxx xx",
            "***-***-1234",
            "(xxx) 555-0142",
            "030 2312____",
        ] {
            assert_eq!(refuse(cell).unwrap_err().code, "phone_masked", "{cell}");
        }
    }

    #[test]
    fn footnotes_extensions_and_words_hide_nothing() {
        for cell in [
            "030 23125001 *",
            "030 23125001 **",
            "030 23125001 x34",
            "1-800-FOXXY",
            "xxx",
            "_030 23125001_",
            "**030 23125001**",
            "#030 23125001",
            "*100#",
            "030 23125001.",
            "N/A...",
        ] {
            assert_eq!(refuse(cell), Ok(()), "{cell}");
        }
    }
}
