//! The table as text, for a screen or a pipe. It is written while the file is read, so the widths of its columns are those
//! of its first rows, which are kept for that. A table that has no more of them is shown in the order of its rows, and says the
//! file and sheet once where there is only one; a longer one stands in the order of the results file.

use std::io::{self, Write};

use console::measure_text_width;

use super::row::LeadRow;
use crate::report::LocalTime;

/// As many rows decide how wide columns are.
const LOOKED_AT: usize = 200;

/// The widest that a column may be made, in characters; only the last one is as long as it is.
const WIDEST: usize = 40;

const COLUMNS: usize = 6;

/// The column of the row's place.
const ROW: usize = 3;

const HEAD: [&str; COLUMNS] = ["status", "number or address", "id", "row", "since", "reason"];

/// Writes the table.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    time: LocalTime,
    waiting: Vec<Waiting>,
    widths: Option<[usize; COLUMNS]>,
    /// The only file and sheet, said above.
    only: Option<Place>,
}

/// A file, and its sheet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: String,
    sheet: Option<String>,
}

/// A row of the table, before it is known whether its file must be said.
#[derive(Debug)]
struct Waiting {
    place: Option<Place>,
    row: Option<u64>,
    cells: [String; COLUMNS],
}

impl<W: Write> Screen<W> {
    /// One that writes to `out`, with times as `time` has them.
    #[must_use]
    pub fn new(out: W, time: LocalTime) -> Self {
        Self { out, time, waiting: Vec::new(), widths: None, only: None }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, row: &LeadRow) -> io::Result<()> {
        let waiting = Waiting::of(row, &self.time);
        if let Some(widths) = self.widths {
            return write_row(&mut self.out, &waiting.cells(self.only.as_ref()), &widths);
        }
        self.waiting.push(waiting);
        if self.waiting.len() >= LOOKED_AT { self.begin() } else { Ok(()) }
    }

    /// Writes what has waited.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        if self.widths.is_none() && !self.waiting.is_empty() {
            // All there are.
            self.waiting.sort_by(|a, b| (&a.place, a.row).cmp(&(&b.place, b.row)));
            self.only = only_place(&self.waiting);
            if let Some(only) = &self.only {
                writeln!(self.out, "{}", only.words())?;
            }
            self.begin()?;
        }
        self.out.flush()
    }

    fn begin(&mut self) -> io::Result<()> {
        let head = HEAD.map(str::to_owned);
        let waiting = std::mem::take(&mut self.waiting);
        let rows: Vec<_> = waiting.into_iter().map(|row| row.cells(self.only.as_ref())).collect();
        let mut widths = [0; COLUMNS];
        for cells in rows.iter().chain([&head]) {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(measure_text_width(cell)).min(WIDEST);
            }
        }
        self.widths = Some(widths);
        write_row(&mut self.out, &head, &widths)?;
        for cells in rows {
            write_row(&mut self.out, &cells, &widths)?;
        }
        Ok(())
    }
}

/// The place of all of them, where they share one.
fn only_place(rows: &[Waiting]) -> Option<Place> {
    let mut places = rows.iter().filter_map(|row| row.place.as_ref());
    let first = places.next()?;
    places.all(|place| place == first).then(|| first.clone())
}

impl Place {
    /// `leads.xlsx › Sheet 1`
    fn words(&self) -> String {
        let sheet = self.sheet.as_ref().map(|sheet| format!(" › {sheet}")).unwrap_or_default();
        format!("{}{sheet}", self.file)
    }
}

impl Waiting {
    fn of(row: &LeadRow, time: &LocalTime) -> Self {
        let place = row.file.clone().map(|file| Place { file, sheet: row.sheet.clone() });
        Self { place, row: row.row, cells: cells(row, time) }
    }

    /// Its cells, with the file where it is not the `only` one.
    fn cells(self, only: Option<&Place>) -> [String; COLUMNS] {
        let mut cells = self.cells;
        if let (Some(number), Some(place)) = (self.row, &self.place) {
            let file = if only == Some(place) { String::new() } else { format!("{}, ", place.words()) };
            cells[ROW] = format!("{file}{number}");
        }
        cells
    }
}

fn cells(row: &LeadRow, time: &LocalTime) -> [String; COLUMNS] {
    let likely = if row.certain { "" } else { " (not certain)" };
    let reason = row.reason.as_ref().map(|reason| reason.message.clone()).unwrap_or_default();
    let who = row.phone.clone().or_else(|| row.email.clone());
    [
        format!("{}{likely}", row.status),
        who.unwrap_or_else(|| "–".to_owned()),
        row.id.clone().unwrap_or_default(),
        row.row.map(|number| number.to_string()).unwrap_or_default(),
        time.to_the_second(row.at),
        reason,
    ]
}

fn write_row(out: &mut impl Write, cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> io::Result<()> {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths).take(COLUMNS - 1) {
        line.push_str(cell);
        let length = measure_text_width(cell);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(length) + 2));
    }
    line.push_str(&cells[COLUMNS - 1]);
    writeln!(out, "{}", line.trim_end())
}
