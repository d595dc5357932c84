//! A second look at quotes, for when a record has become suspiciously long.
//!
//! `csv-core` reads the cells but does not say where a quote was opened. This is the same automaton (RFC 4180, lenient
//! after a closing quote), slower and with its state in view; it also serves to guess the delimiter.

/// The two bytes that give a table its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
}

/// Where in a record a byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Before the first byte of a cell.
    CellStart,
    /// In a cell without quotes: a quote is text here.
    Bare,
    /// Between quotes.
    Quoted,
    /// After a quote that closes the cell, or is the first of two that mean one.
    AfterQuote,
}

/// What a byte did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It is part of a cell.
    Inside,
    /// It opened a quoted cell.
    Opened,
    /// It is text after a closing quote, where there should be a delimiter.
    Stray,
    /// It is a delimiter.
    CellEnd,
    /// It is (the first byte of) a line break outside quotes.
    RecordEnd,
}

impl Syntax {
    /// The automaton's next state.
    pub(super) fn step(self, state: State, byte: u8) -> (State, Event) {
        let is_quote = self.quote == Some(byte);
        match state {
            State::Quoted if is_quote => (State::AfterQuote, Event::Inside),
            State::Quoted => (State::Quoted, Event::Inside),
            State::AfterQuote if is_quote => (State::Quoted, Event::Inside),
            State::CellStart if is_quote => (State::Quoted, Event::Opened),
            _ if byte == self.delimiter => (State::CellStart, Event::CellEnd),
            _ if is_break(byte) => (State::CellStart, Event::RecordEnd),
            State::AfterQuote => (State::Bare, Event::Stray),
            State::CellStart | State::Bare => (State::Bare, Event::Inside),
        }
    }

    /// True where every cell of the first record in `text` has quotes around it.
    pub(super) fn quotes_every_cell(self, text: &[u8]) -> bool {
        let (mut state, mut opened, mut cells) = (State::CellStart, 0_usize, 1_usize);
        for &byte in text {
            let (next, event) = self.step(state, byte);
            match event {
                Event::Opened => opened += 1,
                Event::CellEnd => cells += 1,
                Event::RecordEnd => break,
                Event::Stray => return false,
                Event::Inside => {}
            }
            state = next;
        }
        opened == cells
    }

    /// Where in `record` a quote was opened that is not closed as it should be. That is one which
    ///
    /// - is still open at the end,
    /// - was closed in a later line by a quote that is followed by text: there the next quoted cell began,
    /// - spans lines and is longer than `max_cell` bytes, or
    /// - is the first that spans lines in a record with text beyond the last of its `columns`.
    pub(super) fn unclosed_quote(self, record: &[u8], columns: usize, max_cell: usize) -> Option<usize> {
        super::effort::spend(record.len());
        let (mut state, mut cell) = (State::CellStart, 0);
        let mut opened = 0;
        let mut first_over_lines = None;
        let mut i = 0;
        while let Some(&byte) = record.get(i) {
            let (next, event) = self.step(state, byte);
            if state == State::AfterQuote && next != State::Quoted {
                let spans_lines = record.get(opened..i).is_some_and(|cell| break_at(cell).is_some());
                if spans_lines && (event == Event::Stray || i - opened > max_cell.saturating_add(2)) {
                    return Some(opened);
                }
                first_over_lines = first_over_lines.or(spans_lines.then_some(opened));
            }
            // Between quotes only the next quote matters.
            let end = if next == State::Quoted { i + 1 + self.quote_at(record.get(i + 1..)?) } else { i + 1 };
            match event {
                Event::Opened => opened = i,
                Event::CellEnd => cell += 1,
                Event::RecordEnd | Event::Inside | Event::Stray => {}
            }
            let is_text = || record.get(i..end).is_some_and(|part| part.iter().any(|&byte| self.is_text(byte)));
            if cell >= columns && first_over_lines.is_some() && is_text() {
                return first_over_lines;
            }
            (state, i) = (next, end);
        }
        (state == State::Quoted).then_some(opened)
    }

    /// Where the next quote is; the end where there is none.
    fn quote_at(self, bytes: &[u8]) -> usize {
        self.quote.and_then(|quote| memchr::memchr(quote, bytes)).unwrap_or(bytes.len())
    }

    /// True for a byte that makes a cell not blank.
    fn is_text(self, byte: u8) -> bool {
        !byte.is_ascii_whitespace() && byte != self.delimiter && self.quote != Some(byte)
    }
}

/// True for the bytes that end a line.
pub(super) fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// Where the first line break begins.
pub(super) fn break_at(bytes: &[u8]) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', bytes)
}

/// How many line breaks there are: LF, CR LF, or a CR alone.
pub(super) fn count_breaks(bytes: &[u8]) -> usize {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let lone_returns = memchr::memchr_iter(b'\r', bytes).filter(|i| bytes.get(i + 1) != Some(&b'\n')).count();
    feeds + lone_returns
}

/// The end of the line that `at` is in, its line break included; the end of `bytes` where there is none.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    match break_at(rest) {
        None => bytes.len(),
        Some(i) if rest.get(i..).is_some_and(|end| end.starts_with(b"\r\n")) => at + i + 2,
        Some(i) => at + i + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Syntax = Syntax { delimiter: b',', quote: Some(b'"') };

    macro_rules! unclosed {
        ($name:ident, $record:expr, $at:expr) => {
            #[test]
            fn $name() {
                assert_eq!(COMMA.unclosed_quote($record.as_bytes(), 4, 10), $at);
            }
        };
    }

    unclosed!(a_closed_quote_is_fine, "a,\"b\nc\",d\n", None);
    unclosed!(a_doubled_quote_closes_nothing, "a,\"b \"\"c\n\"\" d\"\n", None);
    unclosed!(a_quote_within_bare_text_opens_nothing, "a,5\" pipe,c\n", None);
    unclosed!(text_after_a_quote_in_the_same_line_is_tolerated, "a,\"b\"c,d\n", None);
    unclosed!(a_quote_open_at_the_end_is_found, "a,\"b\nc,d\n", Some(2));
    unclosed!(a_quote_that_swallowed_the_next_quoted_cell_is_found, "a,\"b\nc,\"d\",e\n", Some(2));
    unclosed!(the_last_one_opened_is_the_one, "\"a\n\",\"b", Some(5));
    unclosed!(a_cell_over_lines_that_is_too_long_is_found, "a,\"bbbbbb\ncccc\",d\n", Some(2));
    unclosed!(a_cell_over_lines_in_a_record_with_too_many_cells_is_found, "a,\"b\nc\",d,e,f\n", Some(2));
    unclosed!(a_quoted_cell_too_many_counts_as_well, "a,\"b\nc\",d,e,\"f\"\n", Some(2));
    unclosed!(an_empty_quoted_cell_is_not_too_many, "a,\"b\nc\",d,e,\"\",\" \"\n", None);
    unclosed!(empty_cells_are_not_too_many, "a,\"b\nc\",d,e, ,\n", None);
    unclosed!(a_cell_in_one_line_may_be_long_here, "a,\"bbbbbbccccccc\",d\n", None);

    #[test]
    fn every_kind_of_line_break_counts_once() {
        assert_eq!(count_breaks(b"a\nb\r\nc\rd\n\r\n\r"), 6);
        assert_eq!(line_end(b"ab\r\ncd", 1), 4);
        assert_eq!(line_end(b"ab\r\ncd", 4), 6);
    }
}
