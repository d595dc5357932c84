//! The table's cells, and the workbook they go into. Every cell of it is text but the numbers of rows, and formatted as
//! text: `+4930…` stays as it is, and nothing is a formula.

use std::io::{self, BufWriter};

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::row::LeadRow;
use crate::report::{Draft, NewFile, failed, fitting, text_format, without_panics};

/// The names of the columns.
pub(super) const COLUMNS: [&str; 18] = [
    "status",
    "certain",
    "phone",
    "country",
    "email",
    "id",
    "target",
    "file",
    "sheet",
    "row",
    "rows",
    "reason_code",
    "reason",
    "field",
    "repairs",
    "at",
    "run",
    "key",
];

/// Where the row's number stands.
const ROW: u16 = 9;

/// What stands in them.
pub(super) fn cells(row: &LeadRow) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let reason = row.reason.as_ref();
    [
        row.status.to_string(),
        if row.certain { "yes" } else { "no" }.to_owned(),
        text(&row.phone),
        text(&row.country),
        text(&row.email),
        text(&row.id),
        text(&row.target),
        text(&row.file),
        text(&row.sheet),
        row.row.map(|row| row.to_string()).unwrap_or_default(),
        row.rows.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
        reason.map(|reason| reason.code.clone()).unwrap_or_default(),
        reason.map(|reason| reason.message.clone()).unwrap_or_default(),
        reason.and_then(|reason| reason.field.clone()).unwrap_or_default(),
        row.repairs.join("; "),
        row.at.to_string(),
        row.run.clone(),
        row.key.map(|key| key.to_string()).unwrap_or_default(),
    ]
}

/// The most rows that a sheet of Excel has; the first holds the names of the columns.
const MOST_ROWS: u32 = 1_048_576;

/// A workbook that is being written, row by row: it is never in memory as a whole. Further sheets take what does not fit
/// into the first.
pub(super) struct Book {
    workbook: Workbook,
    file: Draft,
    text: Format,
    sheets: usize,
    /// The next row of the last sheet.
    next: u32,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("sheets", &self.sheets).field("next", &self.next).finish_non_exhaustive()
    }
}

impl Book {
    /// One that will be at `place`; until then its parts are in temporary files of that folder.
    pub(super) fn begin(place: &NewFile) -> io::Result<Self> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(place.folder()).map_err(failed)?;
        let (text, file) = (text_format(), place.draft()?);
        let mut new = Self { workbook, file, text, sheets: 0, next: MOST_ROWS };
        new.begin_sheet()?;
        Ok(new)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory();
        let sheet = sheet.map_err(failed)?;
        let name = if self.sheets == 1 { "Leads".to_owned() } else { format!("Leads {}", self.sheets) };
        sheet.set_name(name).map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for (column, name) in (0..).zip(COLUMNS) {
            sheet.set_column_width(column, width(name)).map_err(failed)?;
            sheet.write_string(0, column, name).map_err(failed)?;
        }
        self.next = 1;
        Ok(())
    }

    pub(super) fn add(&mut self, row: &LeadRow) -> io::Result<()> {
        without_panics(|| self.add_row(row))
    }

    fn add_row(&mut self, row: &LeadRow) -> io::Result<()> {
        if self.next >= MOST_ROWS {
            self.begin_sheet()?;
        }
        let sheet: &mut Worksheet = self.workbook.worksheet_from_index(self.sheets - 1).map_err(failed)?;
        for (column, cell) in (0..).zip(cells(row)).filter(|(_, cell)| !cell.is_empty()) {
            match row.row {
                // Excel numbers its rows with less digits than a float has.
                Some(number) if column == ROW => drop(sheet.write(self.next, column, number).map_err(failed)?),
                _ => drop(
                    sheet.write_string_with_format(self.next, column, fitting(&cell), &self.text).map_err(failed)?,
                ),
            }
        }
        self.next += 1;
        Ok(())
    }

    pub(super) fn finish(mut self: Box<Self>) -> io::Result<Draft> {
        without_panics(|| self.workbook.save_to_writer(BufWriter::new(self.file.file())).map_err(failed))?;
        Ok(self.file)
    }
}

fn width(column: &str) -> f64 {
    match column {
        "phone" | "file" => 18.0,
        "reason" | "repairs" | "target" => 40.0,
        "at" | "run" | "key" | "email" => 26.0,
        _ => 11.0,
    }
}
