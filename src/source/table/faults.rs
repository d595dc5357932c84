//! Records that cannot be rows: quotes that are not closed, and what is over a limit. Reading goes on behind them.

use std::io;

use super::{Extent, Framed, Table, breaks};
use crate::lead::Reason;
use crate::source::cells::{cells_of, restart, split};
use crate::source::error::{Next, RowFault};
use crate::source::formula::unguarded_cell;
use crate::source::quoting::{break_at, line_end};
use crate::source::window::Window;
use crate::source::{Record, effort, size};

/// How much of a row over its limit is kept for the rejects file.
const KEPT: usize = 1000;

impl Table {
    /// Looks at the quotes of a record that spans lines or ends with the input; no other can have swallowed anything.
    pub(super) fn judge_quotes(&self, extent: Extent) -> Framed {
        let raw = self.raw(extent.taken);
        let is_suspicious = extent.at_end || break_at(raw).is_some_and(|i| line_end(raw, i) < raw.len());
        if is_suspicious && let Some(quote) = self.syntax.unclosed_quote(raw, self.columns, self.max_cell) {
            return Framed::Unclosed { quote, scanned: raw.len() };
        }
        Framed::Record(extent)
    }

    /// What to do with a record of which `scanned` bytes are read and no end is in sight; `None`: read on.
    pub(super) fn judge_long(&self, scanned: usize) -> Option<Framed> {
        let raw = self.raw(scanned);
        match self.syntax.unclosed_quote(raw, self.columns, self.max_cell) {
            Some(quote) if break_at(raw.get(quote..)?).is_some() => Some(Framed::Unclosed { quote, scanned }),
            _ if scanned < self.max_row => None,
            Some(_) => Some(Framed::TooLong { scanned, code: "cell_too_long" }),
            None => Some(Framed::TooLong { scanned, code: "line_too_long" }),
        }
    }

    /// Gives up the line in which a quote was opened that is not closed, and goes on at the next one.
    pub(super) fn give_up_quote(&mut self, quote: usize, scanned: usize) -> io::Result<Next> {
        let end = line_end(self.raw(scanned), quote);
        // What was scanned may end between the two bytes of a line break, which are one.
        let is_half_a_break = self.raw(end).ends_with(b"\r") && self.window.peek(end)? == Some(b'\n');
        let (end, scanned) = (end + usize::from(is_half_a_break), scanned + usize::from(is_half_a_break));
        let raw = self.raw(scanned);
        let line = self.position.line + breaks(raw.get(..quote).unwrap_or_default());
        let record = self.split(end);
        let reason = Reason::new(
            "unclosed_quote",
            format!(
                "the quote opened in line {line} is not closed: close it or double it; the lines after it are read as rows"
            ),
        );
        let fault = self.fault(reason, record);
        restart(&mut self.core);
        self.pass(end, None);
        self.credit.spend(scanned - end);
        Ok(Next::Bad(fault))
    }

    /// Gives up a record over its limit, with the rest of its line, which is not kept in memory.
    pub(super) fn skip_line(&mut self, scanned: usize, code: &'static str) -> io::Result<Next> {
        let mut kept = self.split(KEPT.min(scanned));
        if let Record::Cells(cells) = &mut kept
            && let Some(last) = cells.last_mut()
        {
            last.push('…');
        }
        let limit = self.max_row;
        let what = if code == "cell_too_long" { "a quoted cell" } else { "the row" };
        let reason =
            Reason::new(code, format!("{what} is longer than {}: it was skipped, to the end of its line", size(limit)));
        let fault = self.fault(reason, kept);
        restart(&mut self.core);
        self.position.line += breaks(self.raw(scanned));
        self.position.row += 1;
        self.window.take(scanned);
        self.position.line += u64::from(skip_to_next_line(&mut self.window)?);
        Ok(Next::Bad(fault))
    }

    pub(super) fn fault(&self, reason: Reason, mut record: Record) -> RowFault {
        if let (true, Record::Cells(cells)) = (self.is_guarded, &mut record) {
            cells.iter_mut().for_each(|cell| *cell = unguarded_cell(cell).to_owned());
        }
        RowFault { position: self.position.clone(), reason, record }
    }

    /// The cells that were read, whatever they are.
    pub(super) fn record(&self, extent: Extent) -> Record {
        let ends = self.ends.get(..extent.cells).unwrap_or_default();
        cells_of(&self.text, ends)
    }

    /// The cells of the next `len` bytes.
    fn split(&mut self, len: usize) -> Record {
        split(&mut self.splitter, self.window.bytes().get(..len).unwrap_or_default())
    }
}

/// Takes everything up to and with the next line break; true where there was one.
fn skip_to_next_line(window: &mut Window) -> io::Result<bool> {
    loop {
        let bytes = window.bytes();
        if let Some(i) = break_at(bytes) {
            let is_return = bytes.get(i) == Some(&b'\r');
            window.take(i + 1);
            if is_return && window.peek(0)? == Some(b'\n') {
                window.take(1);
            }
            return Ok(true);
        }
        effort::spend(bytes.len());
        window.take(bytes.len());
        if !window.fill()? {
            return Ok(false);
        }
    }
}
