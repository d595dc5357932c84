//! Records as nearly all are: one line, in memory as a whole, and quotes only around whole cells. They are taken apart by
//! looking for the next delimiter, which costs a fraction of going from byte to byte; any other is left to `csv-core`.

use super::super::effort;
use super::super::quoting::{Syntax, break_at};
use super::credit::SHORT_REACH;
use super::{Extent, Table};

/// A line that was taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    /// With its break.
    taken: usize,
    text: usize,
    cells: usize,
}

impl Table {
    /// The next record with its cells in `text` and `ends`, where it is such a one.
    pub(super) fn quick_record(&mut self) -> Option<Extent> {
        let reach = SHORT_REACH.min(self.max_row);
        let line = line(self.window.bytes(), reach, self.syntax, &mut self.text, &mut self.ends)?;
        effort::spend(line.taken);
        Some(Extent { taken: line.taken, text: line.text, cells: line.cells, at_end: false, breaks: Some(1) })
    }
}

/// The first line of `bytes`, if it ends within `reach` and everything of it is simple.
fn line(bytes: &[u8], reach: usize, syntax: Syntax, text: &mut [u8], ends: &mut [usize]) -> Option<Line> {
    let end = break_at(bytes.get(..reach).unwrap_or(bytes))?;
    let mut rest = bytes.get(..end)?;
    let (mut written, mut cells) = (0, 0);
    loop {
        let (cell, further) = cell(rest, syntax)?;
        let place = text.get_mut(written..written + cell.len())?;
        place.copy_from_slice(cell);
        written += cell.len();
        *ends.get_mut(cells)? = written;
        cells += 1;
        match further {
            Some(further) => rest = further,
            None => break,
        }
    }
    let pair = usize::from(bytes.get(end) == Some(&b'\r') && *bytes.get(end + 1)? == b'\n');
    Some(Line { taken: end + 1 + pair, text: written, cells })
}

/// The first cell of `line`, and what stands behind its delimiter.
fn cell(line: &[u8], syntax: Syntax) -> Option<(&[u8], Option<&[u8]>)> {
    let Some(quoted) = line.split_first().and_then(|(first, rest)| (syntax.quote == Some(*first)).then_some(rest))
    else {
        return Some(match memchr::memchr(syntax.delimiter, line) {
            Some(end) => (line.get(..end)?, line.get(end + 1..)),
            None => (line, None),
        });
    };
    let end = memchr::memchr(syntax.quote?, quoted)?;
    let cell = quoted.get(..end)?;
    match quoted.get(end + 1) {
        None => Some((cell, None)),
        Some(&next) if next == syntax.delimiter => Some((cell, quoted.get(end + 2..))),
        // Two quotes that mean one, or text behind the closing one.
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use csv_core::ReadRecordResult;
    use proptest::prelude::*;

    use super::super::super::cells::new_core;
    use super::*;

    const SYNTAX: Syntax = Syntax { delimiter: b',', quote: Some(b'"') };

    fn cells(bytes: &[u8], syntax: Syntax) -> Option<(usize, Vec<Vec<u8>>)> {
        let (mut text, mut ends) = ([0; 100], [0; 50]);
        let line = line(bytes, 100, syntax, &mut text, &mut ends)?;
        Some((line.taken, parts(&text, &ends[..line.cells])))
    }

    fn parts(text: &[u8], ends: &[usize]) -> Vec<Vec<u8>> {
        let starts = std::iter::once(&0).chain(ends);
        starts.zip(ends).map(|(&start, &end)| text[start..end].to_vec()).collect()
    }

    /// The same by `csv-core`.
    fn slow_cells(bytes: &[u8], syntax: Syntax) -> (usize, Vec<Vec<u8>>) {
        let (mut text, mut ends) = ([0; 100], [0; 50]);
        let (result, taken, _, cells) = new_core(syntax).read_record(bytes, &mut text, &mut ends);
        assert_eq!(result, ReadRecordResult::Record);
        let pair = usize::from(bytes[taken - 1] == b'\r' && bytes.get(taken) == Some(&b'\n'));
        (taken + pair, parts(&text, &ends[..cells]))
    }

    #[test]
    fn a_usual_line_is_taken_apart() {
        let line = b"a,\"b, c\",,\"\",d\"e\r\nnext";
        let cells = cells(line, SYNTAX).map(|(taken, cells)| (taken, cells.concat(), cells.len()));
        assert_eq!(cells, Some((18, b"ab, cd\"e".to_vec(), 5)));
    }

    #[test]
    fn what_needs_a_second_look_is_left_alone() {
        for line in [&b"a,b"[..], b"\"a\nb\",c\n", b"\"a\"\"b\",c\n", b"\"a\"b,c\n", b"\"a,b\n", b"a,b\r"] {
            assert_eq!(cells(line, SYNTAX), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_apart_is_what_csv_core_reads(
            first in prop::sample::select(&b"a,\"\xc3 ;"[..]),
            rest in prop::collection::vec(prop::sample::select(&b"ab,,\"\"\n\r\xc3 ;"[..]), 0..30),
            is_quoting in any::<bool>(),
        ) {
            let syntax = Syntax { quote: is_quoting.then_some(b'"'), ..SYNTAX };
            let bytes: Vec<u8> = std::iter::once(first).chain(rest).collect();
            if let Some(quick) = cells(&bytes, syntax) {
                prop_assert_eq!(quick, slow_cells(&bytes, syntax));
            }
        }
    }
}
