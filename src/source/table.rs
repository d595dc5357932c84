//! CSV and its kin, record by record.
//!
//! `csv-core` reads the cells, but of the simplest records ([`quick`]). Around it stands what it does not do: limits,
//! positions, and going on after a fault.
//!
//! **Unclosed quotes.** RFC 4180 allows line breaks between quotes, so one quote that is never closed swallows every row
//! after it. A quote counts as unclosed where the input ends inside it, where it is not closed within
//! [`max_row_bytes`](super::SourceOptions::max_row_bytes), where it is closed in a later line but text follows (there the
//! next quoted cell began), or where its cell spans lines and is over the limit for cells or in a row with too many of them.
//! Then the row is bad and reading
//! goes on at the line after the one with the quote: the swallowed rows are read again, as rows.
//!
//! **What that costs.** Memory: at most the limit, for what may have to be read again. Time: what is read again is paid from
//! a credit of 16 limits, which grows by what is read well. While it is low, a quote's end is looked for less far, down to
//! 4 KiB; and where another 16 limits have been read again like that, no further than what was read well since, or a short line
//! ([`credit`]). So a file made of nothing but such quotes is still read in time linear in its length, whatever the length of its lines.

use std::io;

use csv_core::ReadRecordResult;

use encoding_rs::{Encoding, UTF_8};

use super::Position;
use super::cells::{MOST_CELLS, TOO_LONG, cell_too_long, new_core, no_text, row_too_long, widen_delimiters};
use super::effort;
use super::error::Next;
use super::format::Guessing;
use super::format::SourceOptions;
use super::header::Header;
use super::quoting::{Syntax, count_breaks};
use super::row::Row;
use super::structure::{is_rule, is_total};
use super::window::Window;
use crate::lead::Reason;

mod credit;
mod faults;
mod growth;
mod quick;

use credit::Credit;

/// How far is looked ahead where a row has more cells than the header, or may be the last one.
const LOOKED_AHEAD: usize = 64 << 10;

/// What a table is written with, and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) syntax: Syntax,
    /// The delimiter for which [`UNIT_SEPARATOR`](super::respell::UNIT_SEPARATOR) stands.
    pub(super) wide: Option<char>,
    /// What the text was decoded from.
    pub(super) encoding: &'static Encoding,
    pub(super) position: Position,
}

/// A reader of tables.
pub(super) struct Table {
    window: Window,
    core: csv_core::Reader,
    /// A second one, to take apart what is given up.
    splitter: csv_core::Reader,
    syntax: Syntax,
    /// Where the next record is.
    position: Position,
    text: Vec<u8>,
    ends: Vec<usize>,
    /// How many columns the header has, once it is read.
    columns: usize,
    max_cell: usize,
    max_row: usize,
    credit: Credit,
    short_rows: u64,
    wide: Option<char>,
    encoding: &'static Encoding,
    /// How many cells the header's row has, with those that have no name and were left out.
    room: usize,
    /// How many columns the header had before rows were longer.
    declared: Option<usize>,
    /// How many rows were no longer than the header.
    fitting: u64,
    /// The columns with numbers or addresses: by them rows that are longer are seen to be in place.
    anchors: Vec<usize>,
    guessing: Guessing,
    is_guarded: bool,
    remarks: Vec<String>,
}

/// A record that `csv-core` has read: how much it took from the window, and how much it wrote.
#[derive(Clone, Copy, Default)]
struct Extent {
    taken: usize,
    text: usize,
    cells: usize,
    /// True where it was ended by the end of the input.
    at_end: bool,
    /// How many line breaks it has, where that is known.
    breaks: Option<u64>,
}

/// What stands at the front of the window.
enum Framed {
    Record(Extent),
    /// A record whose quote, opened at `quote`, is not closed; `scanned` bytes were looked at.
    Unclosed {
        quote: usize,
        scanned: usize,
    },
    /// A record over its limit, of which `scanned` bytes were looked at.
    TooLong {
        scanned: usize,
        code: &'static str,
    },
    End,
}

impl Table {
    /// A reader of what is in `window`, where the next record is at `position`.
    pub(super) fn new(window: Window, frame: Frame, options: &SourceOptions) -> Self {
        let Frame { syntax, wide, encoding, position } = frame;
        Self {
            wide,
            encoding,
            room: 0,
            declared: None,
            fitting: 0,
            anchors: Vec::new(),
            guessing: Guessing::Off,
            is_guarded: false,
            remarks: Vec::new(),
            window,
            core: new_core(syntax),
            splitter: new_core(syntax),
            columns: usize::MAX,
            syntax,
            position,
            text: vec![0; 4096],
            ends: vec![0; 64],
            max_cell: options.max_cell_bytes,
            max_row: options.row_limit(),
            credit: Credit::new(options.row_limit()),
            short_rows: 0,
        }
    }

    /// The line that is read next.
    pub(super) fn line(&self) -> u64 {
        self.position.line
    }

    /// How many rows had fewer cells than the header.
    pub(super) fn short_rows(&self) -> u64 {
        self.short_rows
    }

    /// What was found while reading.
    pub(super) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// How many columns there are, since the last row was read.
    pub(super) fn columns(&self) -> usize {
        if self.declared.is_some() { self.columns } else { 0 }
    }

    /// Cells up to `room` are under the header, though it has no names for all of them.
    pub(super) fn leave_room(&mut self, room: usize) {
        self.room = room;
    }

    /// From here on rows are data, with numbers or addresses in the columns `anchors`.
    pub(super) fn expect(&mut self, anchors: &[usize], guessing: Guessing) {
        self.anchors = anchors.to_vec();
        self.guessing = guessing;
    }

    /// Cells that a spreadsheet would run have an apostrophe before them, which is none of them: it is a rejects file of ours.
    pub(super) fn expect_guarded_cells(&mut self) {
        self.is_guarded = true;
    }

    /// Passes over every row before `first`; false where there are none from there on.
    pub(super) fn pass_rows_before(&mut self, first: u64) -> io::Result<bool> {
        let mut row = Row::new();
        self.columns = usize::MAX;
        loop {
            if !self.skip_blank_lines(first)? {
                return Ok(false);
            }
            if self.position.row >= first {
                return Ok(true);
            }
            self.step(&mut row, None)?;
        }
    }

    /// Reads the next row that is not blank. With a `header` it has as many cells as that.
    pub(super) fn read(&mut self, row: &mut Row, header: Option<&Header>) -> io::Result<Next> {
        self.columns = header.map_or(usize::MAX, Header::len);
        if let Some(header) = header {
            self.declared.get_or_insert(header.len());
        }
        loop {
            let Some(step) = self.step(row, header)? else { continue };
            if step == Next::Row && header.is_some() && self.guessing == Guessing::Allowed && self.is_left_out(row)? {
                continue;
            }
            return Ok(step);
        }
    }

    /// Reads the next row; `None` where it is blank.
    fn step(&mut self, row: &mut Row, header: Option<&Header>) -> io::Result<Option<Next>> {
        Ok(match self.frame()? {
            Framed::End => Some(Next::End),
            Framed::Record(extent) => self.finish(extent, row, header)?,
            Framed::Unclosed { quote, scanned } => Some(self.give_up_quote(quote, scanned)?),
            Framed::TooLong { scanned, code } => Some(self.skip_line(scanned, code)?),
        })
    }

    /// True for a row that is certainly no data: one that is drawn, or the sums at the very end, which are told.
    fn is_left_out(&mut self, row: &Row) -> io::Result<bool> {
        if is_rule(row.iter()) {
            return Ok(true);
        }
        let is_last_total = is_total(row.iter()) && self.is_nothing_left()?;
        if is_last_total {
            let number = row.position().row;
            self.remarks.push(format!("row {number}, the last one, holds totals: it is left out"));
        }
        Ok(is_last_total)
    }

    /// True where only blank rows follow.
    fn is_nothing_left(&mut self) -> io::Result<bool> {
        let more = self.window.fill_to(LOOKED_AHEAD)?;
        let Syntax { delimiter, quote } = self.syntax;
        let is_blank = |&byte: &u8| byte.is_ascii_whitespace() || byte == delimiter || quote == Some(byte);
        Ok(!more && self.window.bytes().iter().all(is_blank))
    }

    /// Finds the end of the next record and has its cells in `text` and `ends`.
    fn frame(&mut self) -> io::Result<Framed> {
        if !self.skip_blank_lines(u64::MAX)? {
            return Ok(Framed::End);
        }
        if let Some(extent) = self.quick_record() {
            return Ok(Framed::Record(extent));
        }
        let mut extent = Extent::default();
        let mut reach = self.credit.reach();
        loop {
            if extent.taken >= reach {
                if let Some(fault) = self.judge_long(extent.taken) {
                    return Ok(fault);
                }
                // Doubled, so that the judging together costs no more than the reading.
                reach = reach.saturating_mul(2).min(self.max_row);
            }
            match self.advance(&mut extent, reach)? {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(Framed::End),
            }
        }
        self.take_second_half_of_break(&mut extent)?;
        Ok(self.judge_quotes(extent))
    }

    /// Lets `csv-core` go on with what is in memory, up to `reach`.
    fn advance(&mut self, extent: &mut Extent, reach: usize) -> io::Result<ReadRecordResult> {
        if extent.taken >= self.window.bytes().len() {
            self.window.fill()?;
        }
        let bytes = self.window.bytes();
        let input = bytes.get(extent.taken..reach.min(bytes.len())).unwrap_or_default();
        let text = self.text.get_mut(extent.text..).unwrap_or_default();
        let ends = self.ends.get_mut(extent.cells..).unwrap_or_default();
        let (result, taken, written, cells) = self.core.read_record(input, text, ends);
        effort::spend(taken);
        extent.at_end = input.is_empty();
        extent.taken += taken;
        extent.text += written;
        extent.cells += cells;
        Ok(result)
    }

    /// `csv-core` ends a record at the CR of CR LF.
    fn take_second_half_of_break(&mut self, extent: &mut Extent) -> io::Result<()> {
        let last = extent.taken.checked_sub(1).and_then(|i| self.window.bytes().get(i));
        if !extent.at_end && last == Some(&b'\r') && self.window.peek(extent.taken)? == Some(b'\n') {
            extent.taken += 1;
        }
        Ok(())
    }

    /// Turns the cells that were read into a row; `None` where it is blank.
    fn finish(&mut self, extent: Extent, row: &mut Row, header: Option<&Header>) -> io::Result<Option<Next>> {
        row.place(&self.position);
        let mut reason = self.fill(extent, row, header);
        if reason.as_ref().is_some_and(|reason| reason.code == TOO_LONG) && self.widen(extent)? {
            reason = self.fill(extent, row, header);
        }
        let fault = reason.map(|reason| self.fault(reason, self.record(extent)));
        self.pass(extent.taken, extent.breaks);
        self.credit.earn(extent.taken);
        if let Some(fault) = fault {
            return Ok(Some(Next::Bad(fault)));
        }
        if row.is_blank() {
            return Ok(None);
        }
        if let Some(declared) = self.declared.filter(|_| header.is_some()) {
            self.short_rows += u64::from(extent.cells < declared);
            self.fitting += 1;
            row.resize(self.columns);
        }
        Ok(Some(Next::Row))
    }

    /// What the bytes were decoded from; `None` where they are as they stand in the file.
    fn text_encoding(&self) -> Option<&'static Encoding> {
        (self.encoding != UTF_8 || self.wide.is_some()).then_some(self.encoding)
    }

    /// Fills the row, or says why its cells cannot be used.
    fn fill(&self, extent: Extent, row: &mut Row, header: Option<&Header>) -> Option<Reason> {
        let bytes = self.text.get(..extent.text).unwrap_or_default();
        let ends = self.ends.get(..extent.cells).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Some(no_text(self.text_encoding(), bytes, ends, header));
        };
        let used = ends.get(..self.columns.min(MOST_CELLS)).unwrap_or(ends);
        if !row.fill_cells(text, used) {
            return Some(no_text(self.text_encoding(), bytes, ends, header));
        }
        if let Some(wide) = self.wide {
            widen_delimiters(row, wide);
        }
        if self.is_guarded {
            row.unguard();
        }
        if text.len() > self.max_cell
            && let Some(i) = row.iter().position(|cell| cell.len() > self.max_cell)
        {
            return Some(cell_too_long(i, self.max_cell, header));
        }
        let rest = used.last().and_then(|&end| text.get(end..)).unwrap_or_default();
        (!rest.trim().is_empty()).then(|| row_too_long(ends.len(), used.len()))
    }

    /// Skips empty lines, each of which a spreadsheet counts as a row, but none from row `first` on; false at the end of the
    /// input.
    fn skip_blank_lines(&mut self, first: u64) -> io::Result<bool> {
        loop {
            if self.position.row >= first {
                return self.window.peek(0).map(|byte| byte.is_some());
            }
            match self.window.peek(0)? {
                None => return Ok(false),
                Some(b'\r') => {
                    let pair = usize::from(self.window.peek(1)? == Some(b'\n'));
                    self.window.take(1 + pair);
                }
                Some(b'\n') => self.window.take(1),
                Some(_) => return Ok(true),
            }
            self.position.row += 1;
            self.position.line += 1;
        }
    }

    fn raw(&self, len: usize) -> &[u8] {
        self.window.bytes().get(..len).unwrap_or_default()
    }

    /// Leaves a record behind.
    fn pass(&mut self, len: usize, known_breaks: Option<u64>) {
        self.position.line += known_breaks.unwrap_or_else(|| breaks(self.raw(len)));
        self.position.row += 1;
        self.window.take(len);
    }
}

fn breaks(bytes: &[u8]) -> u64 {
    u64::try_from(count_breaks(bytes)).unwrap_or(u64::MAX)
}
