//! Rows that have more cells than the header: where they are kept, and where they are a fault.

use std::io;

use super::super::Record;
use super::super::cells::{MOST_CELLS, are_in_place, split, width_of};
use super::super::format::Guessing;
use super::super::quoting::line_end;
use super::{Extent, LOOKED_AHEAD, Table};

/// How many of the rows ahead are looked at.
const ROWS_AHEAD: usize = 20;

/// As many rows must have fitted the header before others may have more cells than it.
const FITTING_ROWS: u64 = 2;

impl Table {
    /// Makes room for a row that has more cells than the header, where there is reason to believe that they are no accident:
    /// the header's row has delimiters enough; or rows fitted before, and from here on most of them are as long, with numbers
    /// and addresses in the columns that had them before. (Where a delimiter within a cell is not quoted, they would have
    /// moved.)
    pub(super) fn widen(&mut self, extent: Extent) -> io::Result<bool> {
        let Record::Cells(cells) = self.record(extent) else { return Ok(false) };
        let width = width_of(&cells);
        let is_roomy = width <= self.room;
        let is_countable = width > self.columns && extent.cells <= MOST_CELLS;
        if self.guessing == Guessing::Off
            || !is_countable
            || !(is_roomy || (self.is_in_place(&cells) && self.do_others_follow(extent)?))
        {
            return Ok(false);
        }
        let row = self.position.row;
        let first = self.columns + 1;
        let columns =
            if first == width { format!("column_{first}") } else { format!("column_{first} to column_{width}") };
        self.remarks
            .push(format!("from row {row} on there are more cells than names in the header: they are in {columns}"));
        self.columns = width;
        Ok(true)
    }

    fn is_in_place(&self, cells: &[String]) -> bool {
        self.fitting >= FITTING_ROWS && are_in_place(cells, &self.anchors)
    }

    /// True where at least half of the next rows, and two of them, have more cells than the header, too.
    fn do_others_follow(&mut self, extent: Extent) -> io::Result<bool> {
        let is_all = !self.window.fill_to(extent.taken + LOOKED_AHEAD)?;
        let Self { window, splitter, anchors, columns, .. } = self;
        let bytes = window.bytes().get(extent.taken..).unwrap_or_default();
        let mut rest = bytes.get(..LOOKED_AHEAD.min(bytes.len())).unwrap_or_default();
        let (mut rows, mut long) = (0, 0);
        while rows < ROWS_AHEAD && !rest.is_empty() {
            let (line, further) = rest.split_at_checked(line_end(rest, 0)).unwrap_or((rest, &[]));
            if further.is_empty() && !is_all {
                break;
            }
            if let Record::Cells(cells) = split(splitter, line) {
                let width = width_of(&cells);
                rows += usize::from(width > 0);
                long += usize::from(width > *columns && are_in_place(&cells, anchors));
            }
            rest = further;
        }
        Ok(long >= 2 && long * 2 >= rows)
    }
}
