//! Tables that are written in an unusual way, respelt as usual ones while they are read.
//!
//! Both readers keep every line break, so that positions stay those of the file.

use std::io::{self, BufRead, BufReader, Read};

use super::decode::UNDECODABLE;
use super::quoting::is_break;
use super::unpack::Reader;

/// Stands for a delimiter that is not ASCII: the unit separator of ASCII, which is made for that.
pub(super) const UNIT_SEPARATOR: u8 = 0x1f;

const CHUNK: usize = 64 << 10;

/// A table whose delimiter takes several bytes (`§`), with [`UNIT_SEPARATOR`] in its place. Should that stand in the text
/// itself, the text is marked as undecodable: its row is faulty, but never split where it should not be.
pub(super) struct Narrowed {
    reader: Reader,
    delimiter: Vec<u8>,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    at_end: bool,
}

impl Narrowed {
    pub(super) fn new(reader: Reader, delimiter: char) -> Self {
        let delimiter = delimiter.to_string().into_bytes();
        Self { reader, delimiter, raw: Vec::new(), ready: Vec::new(), given: 0, at_end: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let kept = self.raw.len();
        self.raw.resize(kept + CHUNK, 0);
        let n = self.reader.read(self.raw.get_mut(kept..).unwrap_or_default());
        self.raw.truncate(kept + n.as_ref().copied().unwrap_or_default());
        self.at_end = n? == 0;
        // The end may be the start of a delimiter.
        let sure = if self.at_end { self.raw.len() } else { self.raw.len().saturating_sub(self.delimiter.len() - 1) };
        self.ready.clear();
        self.given = 0;
        let mut i = 0;
        while i < sure {
            let rest = self.raw.get(i..).unwrap_or_default();
            let is_delimiter = rest.starts_with(&self.delimiter);
            self.ready.push(match rest.first() {
                _ if is_delimiter => UNIT_SEPARATOR,
                Some(&UNIT_SEPARATOR) | None => UNDECODABLE,
                Some(&byte) => byte,
            });
            i += if is_delimiter { self.delimiter.len() } else { 1 };
        }
        self.raw.drain(..i.min(self.raw.len()));
        Ok(())
    }
}

impl Read for Narrowed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.at_end {
            self.fill()?;
        }
        Ok(give(&self.ready, &mut self.given, buffer))
    }
}

/// A table each of whose lines is one quoted cell (`"a,b,c"`), with those quotes taken off. A line that is not so stays as it is.
pub(super) struct Unwrapped {
    reader: BufReader<Reader>,
    line: Vec<u8>,
    given: usize,
    /// Lines longer than this are left as they are.
    longest: usize,
    is_within_long_line: bool,
}

impl Unwrapped {
    pub(super) fn new(reader: Reader, longest: usize) -> Self {
        let reader = BufReader::with_capacity(CHUNK, reader);
        Self { reader, line: Vec::new(), given: 0, longest, is_within_long_line: false }
    }

    fn next_line(&mut self) -> io::Result<()> {
        self.line.clear();
        self.given = 0;
        let most = u64::try_from(self.longest).unwrap_or(u64::MAX);
        self.reader.by_ref().take(most).read_until(b'\n', &mut self.line)?;
        let is_whole = self.line.ends_with(b"\n") || self.line.len() < self.longest;
        if !self.is_within_long_line
            && is_whole
            && let Some(inside) = unwrap(&self.line)
        {
            self.line = inside;
        }
        self.is_within_long_line = !is_whole;
        Ok(())
    }
}

impl Read for Unwrapped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() {
            self.next_line()?;
        }
        Ok(give(&self.line, &mut self.given, buffer))
    }
}

fn give(ready: &[u8], given: &mut usize, buffer: &mut [u8]) -> usize {
    let rest = ready.get(*given..).unwrap_or_default();
    let n = rest.len().min(buffer.len());
    for (place, &byte) in buffer.iter_mut().zip(rest) {
        *place = byte;
    }
    *given += n;
    n
}

/// What is within the quotes around a whole line, its line break kept; `None` where the line is not one quoted cell.
pub(super) fn unwrap(line: &[u8]) -> Option<Vec<u8>> {
    let end = line.iter().rposition(|&byte| !is_break(byte)).map_or(0, |i| i + 1);
    let (text, line_break) = line.split_at_checked(end)?;
    let inside = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut out = Vec::with_capacity(line.len());
    let mut bytes = inside.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'"' && bytes.next() != Some(&b'"') {
            return None;
        }
        out.push(byte);
    }
    out.extend_from_slice(line_break);
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Gives one byte at a time, as the slowest of readers.
    struct Slow(Cursor<Vec<u8>>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer.get_mut(..1).unwrap_or_default())
        }
    }

    fn all(mut reader: impl Read) -> Vec<u8> {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).unwrap();
        all
    }

    #[test]
    fn only_lines_that_are_one_quoted_cell_are_unwrapped() {
        let text = b"\"a,b\"\r\n\"x,\"\"y, z\"\"\"\nplain,1\n\"a\",\"b\"\n\"end\"";
        let expected = b"a,b\r\nx,\"y, z\"\nplain,1\n\"a\",\"b\"\nend";
        assert_eq!(all(Unwrapped::new(Box::new(Cursor::new(text)), 100)), expected);
    }

    #[test]
    fn a_line_over_the_limit_passes_as_it_is() {
        let long = format!("\"{}\"\n", "x,".repeat(100));
        let text = format!("{long}\"a,b\"\n");
        let read = all(Unwrapped::new(Box::new(Cursor::new(text.into_bytes())), 50));
        assert_eq!(String::from_utf8(read).unwrap(), format!("{long}a,b\n"));
    }

    #[test]
    fn a_unit_separator_in_the_text_never_becomes_a_delimiter() {
        let read = all(Narrowed::new(Box::new(Cursor::new("a§b\u{1f}c".as_bytes())), '§'));
        assert_eq!(read, b"a\x1fb\xffc");
    }

    proptest! {
        #[test]
        fn the_delimiter_is_replaced_wherever_the_pieces_are_cut(text in "[a§¦\n]{0,40}") {
            let read = all(Narrowed::new(Box::new(Slow(Cursor::new(text.clone().into_bytes()))), '§'));
            prop_assert_eq!(String::from_utf8(read).unwrap(), text.replace('§', "\u{1f}"));
        }
    }
}
