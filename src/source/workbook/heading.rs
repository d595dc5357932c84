//! Where a sheet's table begins: which row is its header, and from which column to which it goes. A pure function over the
//! first rows, so that another one can take its place.

use std::collections::HashMap;
use std::ops::Range;

/// One row of the sample: its number, and the cells that hold something.
#[derive(Debug, Clone, Default)]
pub(super) struct SampledRow {
    pub(super) number: u32,
    pub(super) cells: Vec<(u32, String)>,
}

/// A table in a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// The row of the header, as the sheet numbers it.
    pub(super) header_row: u32,
    /// How many rows above it hold something: titles, notes, a summary.
    pub(super) rows_above: usize,
    /// The names of the columns, in their order; a column without one has an empty name.
    pub(super) names: Vec<String>,
    /// Where the columns are in the sheet, from 0.
    pub(super) columns: Range<u32>,
    /// True where there are rows below the header.
    pub(super) has_rows: bool,
    /// True where a column holds what looks like phone numbers.
    pub(super) has_numbers: bool,
}

/// How many rows may stand above a header.
const MOST_ABOVE: usize = 20;

/// Columns without a name are taken in where they are no further than this from one that has one.
const NEAR: u32 = 20;

/// Finds the table in the first rows of a sheet; `None` where all of them are blank.
///
/// Titles and notes fill one or two cells, so the header is the first row that fills more than half as many cells as the
/// fullest one, and of those the first without a number in it, if there is one among the first.
pub(super) fn find(rows: &[SampledRow]) -> Option<Table> {
    let widest = rows.iter().map(|row| row.cells.len()).max().filter(|&widest| widest > 0)?;
    let is_wide = |row: &SampledRow| row.cells.len() * 2 > widest;
    let first = rows.iter().take(MOST_ABOVE + 1).position(is_wide).or_else(|| rows.iter().position(is_wide))?;
    let first = step_up(rows, first);
    let header = rows.get(first)?;
    let below = rows.get(first + 1..).unwrap_or_default();
    let columns = columns(header, below);
    let mut names = vec![String::new(); columns.len()];
    for (column, name) in &header.cells {
        if let Some(place) = column.checked_sub(columns.start).and_then(|i| names.get_mut(i as usize)) {
            place.clone_from(name);
        }
    }
    Some(Table {
        header_row: header.number,
        rows_above: first,
        names,
        has_rows: !below.is_empty(),
        has_numbers: has_numbers(below),
        columns,
    })
}

/// A row with a number to dial is data. Where the one above it fills several cells and has none, that one is the header, and
/// only narrower than its rows.
fn step_up(rows: &[SampledRow], first: usize) -> usize {
    let has_number = |row: &SampledRow| row.cells.iter().any(|(_, text)| looks_dialled(text));
    let above =
        first.checked_sub(1).and_then(|i| rows.get(i)).filter(|above| above.cells.len() > 1 && !has_number(above));
    match above {
        Some(_) if rows.get(first).is_some_and(has_number) => first - 1,
        _ => first,
    }
}

/// From the first name to the last, and the columns near them that have none but are filled in one row of ten.
fn columns(header: &SampledRow, below: &[SampledRow]) -> Range<u32> {
    let mut filled: HashMap<u32, usize> = HashMap::new();
    for (column, _) in below.iter().flat_map(|row| &row.cells) {
        *filled.entry(*column).or_default() += 1;
    }
    let first = header.cells.iter().map(|cell| cell.0).min().unwrap_or_default();
    let last = header.cells.iter().map(|cell| cell.0).max().unwrap_or_default();
    let is_column = |column: &u32| filled.get(column).is_some_and(|&count| count * 10 >= below.len());
    let left = (first.saturating_sub(NEAR)..first).find(is_column).unwrap_or(first);
    let right = (last + 1..=last + NEAR).rev().find(is_column).unwrap_or(last);
    left..right + 1
}

/// True where in some column a third of the cells look like phone numbers.
fn has_numbers(rows: &[SampledRow]) -> bool {
    let mut columns: HashMap<u32, (usize, usize)> = HashMap::new();
    for (column, text) in rows.iter().flat_map(|row| &row.cells) {
        let (numbers, cells) = columns.entry(*column).or_default();
        *numbers += usize::from(looks_dialled(text));
        *cells += 1;
    }
    columns.values().any(|(numbers, cells)| numbers * 3 >= *cells && *numbers > 0)
}

/// Seven to fifteen digits, and nothing but what people write between them; no date.
fn looks_dialled(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c));
    let is_date = matches!(text.as_bytes(), [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _]);
    (7..=15).contains(&digits) && is_plain && !is_date && !text.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[(u32, &[(u32, &str)])]) -> Vec<SampledRow> {
        let cells = |cells: &[(u32, &str)]| cells.iter().map(|&(column, text)| (column, text.to_owned())).collect();
        texts.iter().map(|&(number, texts)| SampledRow { number, cells: cells(texts) }).collect()
    }

    #[test]
    fn a_title_above_the_header_is_none_of_it_and_a_table_may_begin_anywhere() {
        let sheet = rows(&[
            (1, &[(0, "Leads of November")]),
            (3, &[(2, "made by"), (3, "Ada")]),
            (5, &[(2, "Name"), (3, "Phone"), (4, "City")]),
            (6, &[(2, "Ada"), (3, "+493023125001"), (4, "Köln")]),
        ]);
        let table = find(&sheet[..1]).unwrap();
        assert_eq!((table.header_row, table.has_rows), (1, false));
        let table = find(&rows(&[
            (1, &[(0, "Leads of November")]),
            (5, &[(2, "Name"), (3, "Phone"), (4, "City")]),
            (6, &[(2, "Ada"), (3, "+493023125001"), (4, "Köln")]),
        ]))
        .unwrap();
        assert_eq!((table.header_row, table.rows_above, table.columns), (5, 1, 2..5));
        assert_eq!(table.names, ["Name", "Phone", "City"]);
        assert!(table.has_rows && table.has_numbers);
    }

    #[test]
    fn a_column_without_a_name_is_one_where_it_is_filled_and_a_word_far_away_is_none() {
        let mut sheet = rows(&[(1, &[(1, "Name"), (2, "Phone")])]);
        for number in 2..30 {
            sheet.extend(rows(&[(number, &[(0, "1"), (1, "Ada"), (2, "030 23125001"), (3, "x")])]));
        }
        sheet.extend(rows(&[(30, &[(1, "Ada"), (2, "030 23125001"), (16_383, "stray")])]));
        let table = find(&sheet).unwrap();
        assert_eq!(table.columns, 0..4);
        assert_eq!(table.names, ["", "Name", "Phone", ""]);
    }

    #[test]
    fn a_sheet_with_nothing_in_it_has_no_table() {
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn numbers_to_dial_are_told_from_dates_and_amounts() {
        for text in ["+49 30 23125-001", "(555) 555-0100", "4930231250"] {
            assert!(looks_dialled(text), "{text}");
        }
        for text in ["2026-11-21", "12345", "1234567890123456", "Ada 5551234", "12345.67 €"] {
            assert!(!looks_dialled(text), "{text}");
        }
    }
}
