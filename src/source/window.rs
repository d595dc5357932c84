//! The part of an input that is in memory.

use std::io::{self, ErrorKind, Read};

/// How much is asked of the system at once.
const CHUNK: usize = 256 << 10;

/// A sliding window over a reader: bytes are taken from its front and filled in at its end. What is not taken stays, so a
/// row can be read again; the window grows only while more of it is asked for than it holds.
pub(super) struct Window {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
}

impl Window {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, buffer: vec![0; CHUNK], start: 0, end: 0, at_end: false }
    }

    /// The rest of the input as a stream: what is in memory, and what is not read yet.
    pub(super) fn into_reader(self) -> Box<dyn Read + Send> {
        let rest = self.bytes().to_vec();
        Box::new(io::Cursor::new(rest).chain(self.reader))
    }

    /// What is in memory and not taken yet.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes `n` bytes from the front.
    pub(super) fn take(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
    }

    /// Reads once more; false at the end of the input. Bytes already in memory stay, whatever happens.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        self.make_room();
        loop {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.reader.read(room) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(false);
                }
                Ok(n) => {
                    self.end += n;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads until `n` bytes are in memory; false where the input ends before.
    pub(super) fn fill_to(&mut self, n: usize) -> io::Result<bool> {
        while self.bytes().len() < n {
            if !self.fill()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The byte at `i`, read if it is not in memory yet.
    pub(super) fn peek(&mut self, i: usize) -> io::Result<Option<u8>> {
        self.fill_to(i + 1)?;
        Ok(self.bytes().get(i).copied())
    }

    /// True where what is in memory is all that is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Space for a read that is worth its while: by moving what is left to the front, else by growing.
    fn make_room(&mut self) {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.end < self.buffer.len() {
            return;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            let grown = self.buffer.len() + self.buffer.len().max(CHUNK) / 2;
            self.buffer.resize(grown, 0);
            super::effort::hold(grown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_stays_while_the_window_slides_over_the_whole_input() {
        let data: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut window = Window::new(Box::new(io::Cursor::new(data.clone())));
        let mut seen = Vec::new();
        while window.fill_to(1000).unwrap() || !window.bytes().is_empty() {
            let n = window.bytes().len().min(1000);
            seen.extend_from_slice(&window.bytes()[..n]);
            window.take(n);
        }
        assert!(seen == data);
        assert!(window.buffer.len() <= 2 * CHUNK);
    }

    #[test]
    fn peeking_beyond_the_end_finds_nothing() {
        let mut window = Window::new(Box::new(io::Cursor::new(b"ab")));
        assert_eq!(window.peek(1).unwrap(), Some(b'b'));
        assert_eq!(window.peek(2).unwrap(), None);
        assert!(window.is_at_end());
    }
}
