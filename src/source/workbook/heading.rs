//! Where a sheet's table begins: its header as [`structure`](crate::source::structure) finds it, for text files and sheets
//! alike, and from which column to which it goes. A pure function over the first rows.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::source::format::{Guessing, HeaderOption, SourceOptions};
use crate::source::structure::{self, HeaderAt, JUDGED_BY, looks_dialled};

/// One row of the sample: its number, and the cells that hold something.
#[derive(Debug, Clone, Default)]
pub(super) struct SampledRow {
    pub(super) number: u32,
    pub(super) cells: Vec<(u32, String)>,
}

/// A table in a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// The row of the header, as the sheet numbers it; `None` where there is no header.
    pub(super) header_row: Option<u32>,
    /// Rows before this one are no data.
    pub(super) first_row: u32,
    /// What stands above the header, its first words: titles, notes, a summary.
    pub(super) above: Option<String>,
    /// The names of the columns, in their order; a column without one has an empty name.
    pub(super) names: Vec<String>,
    /// Where the columns are in the sheet, from 0.
    pub(super) columns: Range<u32>,
    /// True where there is data.
    pub(super) has_rows: bool,
    /// True where a column holds what looks like phone numbers.
    pub(super) has_numbers: bool,
}

/// Columns without a name are taken in where they are no further than this from one that has one.
const NEAR: u32 = 20;

/// Finds the table in the first rows of a sheet that may belong to it; `None` where there are none.
pub(super) fn find(rows: &[SampledRow], options: &SourceOptions) -> Option<Table> {
    let first = rows.first()?;
    let header = match options.header {
        HeaderOption::Missing => None,
        HeaderOption::Row(_) => Some(0),
        HeaderOption::Found if options.guessing == Guessing::Off => Some(0),
        HeaderOption::Found => match structure::find(&in_columns(rows)).header {
            HeaderAt::Row(i) => Some(i),
            HeaderAt::Nowhere => None,
        },
    };
    let Some((i, header)) = header.and_then(|i| Some((i, rows.get(i)?))) else {
        let columns = columns(first, rows);
        return Some(Table {
            header_row: None,
            first_row: first.number,
            above: None,
            names: Vec::new(),
            ..of(rows, columns)
        });
    };
    let below = rows.get(i + 1..).unwrap_or_default();
    let columns = columns(header, below);
    let mut names = vec![String::new(); columns.len()];
    for (column, name) in &header.cells {
        if let Some(place) = column.checked_sub(columns.start).and_then(|i| names.get_mut(i as usize)) {
            place.clone_from(name);
        }
    }
    let above = first.cells.first().filter(|_| i > 0).map(|(_, text)| text.clone());
    Some(Table { header_row: Some(header.number), first_row: header.number + 1, above, names, ..of(below, columns) })
}

/// A table of these rows.
fn of(data: &[SampledRow], columns: Range<u32>) -> Table {
    let (has_rows, has_numbers) = (!data.is_empty(), has_numbers(data));
    Table { header_row: None, first_row: 1, above: None, names: Vec::new(), columns, has_rows, has_numbers }
}

/// The rows that are judged, with the cells of one column below each other; columns in which nothing stands are left out.
fn in_columns(rows: &[SampledRow]) -> Vec<Vec<String>> {
    let rows = rows.get(..JUDGED_BY).unwrap_or(rows);
    let used: BTreeSet<u32> = rows.iter().flat_map(|row| row.cells.iter().map(|cell| cell.0)).collect();
    let places: HashMap<u32, usize> = used.into_iter().enumerate().map(|(place, column)| (column, place)).collect();
    let in_places = |row: &SampledRow| {
        let mut cells = Vec::new();
        for (column, text) in &row.cells {
            let place = places.get(column).copied().unwrap_or_default();
            cells.resize(cells.len().max(place + 1), String::new());
            if let Some(cell) = cells.get_mut(place) {
                cell.clone_from(text);
            }
        }
        cells
    };
    rows.iter().map(in_places).collect()
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
        let table = find(&sheet[..1], &SourceOptions::default()).unwrap();
        assert_eq!((table.header_row, table.has_rows), (Some(1), false));
        let table = find(
            &rows(&[
                (1, &[(0, "Leads of November")]),
                (5, &[(2, "Name"), (3, "Phone"), (4, "City")]),
                (6, &[(2, "Ada"), (3, "+493023125001"), (4, "Köln")]),
            ]),
            &SourceOptions::default(),
        )
        .unwrap();
        assert_eq!(
            (table.header_row, table.above.as_deref(), table.columns),
            (Some(5), Some("Leads of November"), 2..5)
        );
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
        let table = find(&sheet, &SourceOptions::default()).unwrap();
        assert_eq!(table.columns, 0..4);
        assert_eq!(table.names, ["", "Name", "Phone", ""]);
    }

    #[test]
    fn a_sheet_with_nothing_in_it_has_no_table() {
        assert_eq!(find(&[], &SourceOptions::default()), None);
    }

    #[test]
    fn the_header_is_where_the_user_says_or_nowhere() {
        let sheet = rows(&[
            (2, &[(0, "Name"), (1, "Phone")]),
            (3, &[(0, "Ada"), (1, "+493023125001")]),
            (4, &[(0, "Ben"), (1, "+493023125002")]),
        ]);
        let with = |header| find(&sheet, &SourceOptions { header, ..SourceOptions::default() }).unwrap();
        assert_eq!((with(HeaderOption::Row(2)).header_row, with(HeaderOption::Row(2)).first_row), (Some(2), 3));
        assert_eq!((with(HeaderOption::Missing).header_row, with(HeaderOption::Missing).first_row), (None, 2));
        let bare = find(&sheet[1..], &SourceOptions::default()).unwrap();
        assert_eq!((bare.header_row, bare.first_row, bare.columns), (None, 3, 0..2));
        let as_is = SourceOptions { guessing: Guessing::Off, ..SourceOptions::default() };
        assert_eq!(find(&sheet[1..], &as_is).unwrap().header_row, Some(3));
    }
}
