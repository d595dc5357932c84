//! Rows as bytes, for a temporary file of this process: what was written is read again by the same program, so the layout is
//! nobody else's affair and may change.

use super::{CellKind, Position, Record, RowFault};
use crate::lead::Reason;

/// Appends numbers and texts.
#[derive(Debug, Default)]
pub(crate) struct ByteWriter(Vec<u8>);

impl ByteWriter {
    /// What was appended.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Appends a number, with seven bits in a byte: most numbers are small.
    pub(crate) fn number(&mut self, number: u64) {
        let mut left = number;
        while left >= 0x80 {
            self.0.push(u8::try_from(left & 0x7f).unwrap_or_default() | 0x80);
            left >>= 7;
        }
        self.0.push(u8::try_from(left).unwrap_or_default());
    }

    /// Appends how many there are of something.
    pub(crate) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Appends a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Takes off, in the same order, what a [`ByteWriter`] appended. `None`: it is something else.
#[derive(Debug)]
pub(crate) struct ByteReader<'a>(&'a [u8]);

impl<'a> ByteReader<'a> {
    /// Of what was written.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// True where all is taken off.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// A number.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many there are of something.
    pub(crate) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

impl RowFault {
    /// Appends all of it but its position.
    pub(crate) fn write_to(&self, out: &mut ByteWriter) {
        out.text(&self.reason.code);
        out.text(&self.reason.message);
        out.count(usize::from(self.reason.field.is_some()));
        out.text(self.reason.field.as_deref().unwrap_or_default());
        match &self.record {
            Record::Line(line) => {
                out.count(0);
                out.text(line);
            }
            Record::Cells(cells) => {
                out.count(1 + cells.len());
                for cell in cells {
                    out.text(cell);
                }
            }
        }
    }

    /// What [`RowFault::write_to`] wrote, at `position`; `None`: these are other bytes.
    pub(crate) fn read_from(position: Position, from: &mut ByteReader<'_>) -> Option<Self> {
        let (code, message) = (from.text()?, from.text()?);
        let has_field = from.count()? == 1;
        let field = from.text()?;
        let reason = Reason::new(code, message);
        let reason = if has_field { reason.about(field) } else { reason };
        let record = match from.count()? {
            0 => Record::Line(from.text()?.to_owned()),
            cells => {
                let cells: Option<Vec<_>> = (1..cells).map(|_| from.text().map(str::to_owned)).collect();
                Record::Cells(cells?.into_boxed_slice())
            }
        };
        Some(Self { position, reason, record })
    }
}

/// A cell's kind as a bit.
pub(super) fn bit_of(kind: CellKind) -> usize {
    usize::from(kind == CellKind::Json)
}

/// The kind whose bit this is.
pub(super) fn kind_of(bit: usize) -> CellKind {
    if bit == 1 { CellKind::Json } else { CellKind::Text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Row;

    fn position() -> Position {
        Position { file: "leads.csv".into(), sheet: Some("Leads".into()), row: 7, line: 9 }
    }

    fn read_again(row: &Row) -> Row {
        let (mut out, mut again) = (ByteWriter::default(), Row::from_cells(position(), &["what", "stood", "before"]));
        row.write_to(&mut out);
        let mut from = ByteReader::new(out.bytes());
        again.read_from(row.position(), &mut from).unwrap();
        assert!(from.is_at_end());
        again
    }

    #[test]
    fn a_row_of_json_keeps_its_line_and_the_kinds_of_its_cells() {
        let line = r#"{"phone":"+493023125001","score":7.50}"#;
        let mut row = Row::from_cells(position(), &[]);
        row.start_line(line, 3);
        row.set_slice(0, 10..23, CellKind::Text);
        row.set_slice(2, 33..37, CellKind::Json);
        row.append(1, "e\u{301}");
        let again = read_again(&row);
        assert_eq!((again.get(0), again.get(1), again.get(2)), (Some("+493023125001"), Some("e\u{301}"), Some("7.50")));
        assert_eq!((again.kind(0), again.kind(2)), (CellKind::Text, CellKind::Json));
        assert_eq!(again.record(), Record::Line(line.to_owned()));
        assert_eq!(again, row);
    }

    #[test]
    fn other_bytes_are_refused() {
        let mut out = ByteWriter::default();
        Row::from_cells(position(), &["a", "b"]).write_to(&mut out);
        for length in 0..out.bytes().len() {
            let cut = &out.bytes()[..length];
            let read = Row::new().read_from(&position(), &mut ByteReader::new(cut));
            assert!(read.is_none(), "{cut:?} was read as a row");
        }
    }

    proptest! {
        #[test]
        fn a_row_is_what_it_was(cells in prop::collection::vec(".{0,300}", 0..8)) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let row = Row::from_cells(position(), &cells);
            let again = read_again(&row);
            prop_assert_eq!(again.record(), row.record());
            prop_assert_eq!(again, row);
        }

        #[test]
        fn so_is_one_that_cannot_be_read(
            (code, message, field) in (".*", ".*", prop::option::of(".*")),
            cells in prop::collection::vec(".*", 0..5),
            is_line in any::<bool>(),
        ) {
            let record = if is_line { Record::Line(cells.concat()) } else { Record::Cells(cells.into()) };
            let fault = RowFault { position: position(), reason: Reason { code, message, field }, record };
            let mut out = ByteWriter::default();
            fault.write_to(&mut out);
            prop_assert_eq!(RowFault::read_from(position(), &mut ByteReader::new(out.bytes())), Some(fault));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut row = Row::new();
            if row.read_from(&position(), &mut ByteReader::new(&bytes)).is_some() {
                let _ = (row.record(), row.iter().count());
            }
            let _ = RowFault::read_from(position(), &mut ByteReader::new(&bytes));
        }
    }
}
