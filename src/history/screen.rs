//! The table as text, for a screen or a pipe. It is written while the file is read, so the widths of its columns are those
//! of its first rows.

use std::io::{self, Write};

use console::measure_text_width;

use super::row::LeadRow;
use crate::report::LocalTime;

/// As many rows decide how wide columns are.
const LOOKED_AT: usize = 200;

/// The widest that a column may be made, in characters; only the last one is as long as it is.
const WIDEST: usize = 40;

const COLUMNS: usize = 6;

const HEAD: [&str; COLUMNS] = ["status", "number or address", "id", "row", "since", "reason"];

/// Writes the table.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    time: LocalTime,
    waiting: Vec<[String; COLUMNS]>,
    widths: Option<[usize; COLUMNS]>,
}

impl<W: Write> Screen<W> {
    /// One that writes to `out`, with times as `time` has them.
    #[must_use]
    pub fn new(out: W, time: LocalTime) -> Self {
        Self { out, time, waiting: Vec::new(), widths: None }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, row: &LeadRow) -> io::Result<()> {
        let cells = cells(row, &self.time);
        if let Some(widths) = self.widths {
            return write_row(&mut self.out, &cells, &widths);
        }
        self.waiting.push(cells);
        if self.waiting.len() >= LOOKED_AT { self.begin() } else { Ok(()) }
    }

    /// Writes what has waited.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        if self.widths.is_none() && !self.waiting.is_empty() {
            self.begin()?;
        }
        self.out.flush()
    }

    fn begin(&mut self) -> io::Result<()> {
        let head = HEAD.map(str::to_owned);
        let mut widths = [0; COLUMNS];
        for cells in self.waiting.iter().chain([&head]) {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(measure_text_width(cell)).min(WIDEST);
            }
        }
        self.widths = Some(widths);
        write_row(&mut self.out, &head, &widths)?;
        for cells in std::mem::take(&mut self.waiting) {
            write_row(&mut self.out, &cells, &widths)?;
        }
        Ok(())
    }
}

fn cells(row: &LeadRow, time: &LocalTime) -> [String; COLUMNS] {
    let file = row.file.as_deref().unwrap_or_default();
    let sheet = row.sheet.as_ref().map(|sheet| format!(" › {sheet}")).unwrap_or_default();
    let place = row.row.map(|number| format!("{file}{sheet}, {number}")).unwrap_or_default();
    let likely = if row.certain { "" } else { " (not certain)" };
    let reason = row.reason.as_ref().map(|reason| reason.message.clone()).unwrap_or_default();
    let who = row.phone.clone().or_else(|| row.email.clone());
    [
        format!("{}{likely}", row.status),
        who.unwrap_or_else(|| "–".to_owned()),
        row.id.clone().unwrap_or_default(),
        place,
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
