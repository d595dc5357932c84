//! Places in words, in the one form that all messages have: `leads.xlsx › Sheet1 › row 812 › Telefon`.

use super::wording::{masked, plain};
use crate::source::Position;

/// What stands between the parts of a place.
const BETWEEN: &str = " › ";

/// A cell, or a row where no column is at fault. Free of control characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// The file, and the sheet in a workbook; empty where it was just named.
    within: String,
    row: u64,
    column: Option<String>,
}

impl Place {
    pub(super) fn of(position: &Position, column: Option<&str>) -> Self {
        // A column may be called by what somebody wrote into the first row.
        let column = column.map(|column| masked(&plain(column))).filter(|column| !column.trim().is_empty());
        Self { within: plain(&position.within()).into_owned(), row: position.row, column }
    }

    /// The same where `file` was just named and need not be named again.
    pub(super) fn inside(mut self, file: &str) -> Self {
        let rest = self.within.strip_prefix(file);
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(BETWEEN)) {
            self.within = rest.trim_start_matches(BETWEEN).to_owned();
        }
        self
    }

    pub(super) fn words(&self) -> String {
        several([self])
    }
}

/// Several places: `leads.csv › rows 9, 10 › Telefon; row 12`. What was just named is not named again.
pub(super) fn several<'a>(places: impl IntoIterator<Item = &'a Place>) -> String {
    let mut groups: Vec<(&Place, Vec<String>)> = Vec::new();
    for place in places {
        match groups.last_mut() {
            Some((first, rows)) if first.within == place.within && first.column == place.column => {
                rows.push(place.row.to_string());
            }
            _ => groups.push((place, vec![place.row.to_string()])),
        }
    }
    let mut before = "";
    let mut words = Vec::with_capacity(groups.len());
    for (Place { within, column, .. }, rows) in groups {
        let named = (!within.is_empty() && within != before).then(|| within.clone());
        let word = if rows.len() == 1 { "row" } else { "rows" };
        let rows = format!("{word} {}", rows.join(", "));
        let parts: Vec<String> = named.into_iter().chain([rows]).chain(column.clone()).collect();
        words.push(parts.join(BETWEEN));
        before = within;
    }
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sheet: Option<&str>, row: u64, column: Option<&str>) -> Place {
        let position = Position { file: "leads.xlsx".into(), sheet: sheet.map(Into::into), row, line: row };
        Place::of(&position, column)
    }

    #[test]
    fn a_place_is_a_file_a_sheet_a_row_and_the_column_at_fault() {
        assert_eq!(place(Some("Sheet1"), 812, Some("Telefon")).words(), "leads.xlsx › Sheet1 › row 812 › Telefon");
        assert_eq!(place(None, 2, None).words(), "leads.xlsx › row 2");
        assert_eq!(place(Some("S"), 2, None).inside("leads.xlsx").words(), "S › row 2");
        assert_eq!(place(None, 2, None).inside("leads.xlsx").words(), "row 2");
        assert_eq!(place(None, 2, None).inside("leads.xls").words(), "leads.xlsx › row 2");
    }

    #[test]
    fn several_places_name_nothing_twice() {
        let places = [
            place(None, 9, Some("Telefon")),
            place(None, 10, Some("Telefon")),
            place(None, 12, Some("Mobil")),
            place(Some("S"), 3, None),
        ];
        assert_eq!(several(&places), "leads.xlsx › rows 9, 10 › Telefon; row 12 › Mobil; leads.xlsx › S › row 3");
    }

    #[test]
    fn a_column_that_is_called_by_a_number_shows_it_to_nobody() {
        assert_eq!(place(None, 1, Some("+493023125001\u{7}")).words(), "leads.xlsx › row 1 › +493023•••001");
    }
}
