//! One number as it is written: its digits, and what the marks between them say about its country.

/// The most digits that are kept: more are no number in any reading.
const MOST_DIGITS: usize = 32;

/// The digits of a number, and the marks that matter.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// ASCII digits, without the `+`, the `0` and the brackets before a country code that has one.
    pub(super) digits: String,
    /// A `+` stood in the run of `+ 0 ( )` and spaces before the first digit from 1 to 9.
    pub(super) plus: bool,
    /// How many zeros stood between the `+` and the first digit from 1 to 9: one in `+0151 …`.
    pub(super) zeros_after_plus: usize,
    /// Where in `digits` the zero of a `(0)` is that follows one to five digits.
    pub(super) trunk_zero: Option<usize>,
    /// How many digits stood before the first mark between digits.
    pub(super) first_group: usize,
    /// Nothing but digits was written.
    pub(super) bare: bool,
    /// There are more digits than a number can have.
    pub(super) endless: bool,
}

impl Written {
    /// Reads `text`, keeping the memory of an earlier reading.
    pub(super) fn read(&mut self, text: &str) {
        let text = text.trim();
        let body = self.read_start(text);
        let mut grouped = false;
        for (at, byte) in body.bytes().enumerate() {
            if byte.is_ascii_digit() {
                if byte == b'0' && is_bracketed_zero(body.as_bytes(), at) && (1..=5).contains(&self.digits.len()) {
                    self.trunk_zero = self.trunk_zero.or(Some(self.digits.len()));
                }
                if self.digits.len() == MOST_DIGITS {
                    self.endless = true;
                    return;
                }
                self.digits.push(char::from(byte));
            } else if !grouped && !self.digits.is_empty() {
                grouped = true;
                self.first_group = self.digits.len();
            }
        }
        if !grouped {
            self.first_group = self.digits.len();
        }
    }

    /// Reads the run before the first digit from 1 to 9; the rest of the text comes back. Without a `+` in the run the
    /// zeros of the run are digits.
    fn read_start<'a>(&mut self, text: &'a str) -> &'a str {
        self.digits.clear();
        self.trunk_zero = None;
        self.first_group = 0;
        self.endless = false;
        self.bare = text.bytes().all(|b| b.is_ascii_digit());
        let end = text.find(|c: char| ('1'..='9').contains(&c)).unwrap_or(text.len());
        self.plus = text[..end].contains('+');
        let zeros = text[..end].rsplit_once('+').map_or("", |(_, zeros)| zeros);
        self.zeros_after_plus = zeros.bytes().filter(|byte| *byte == b'0').count();
        if self.plus { &text[end..] } else { text }
    }
}

/// The zero of `(0)`, with spaces or not.
fn is_bracketed_zero(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev().find(|b| **b != b' ');
    let after = bytes[at + 1..].iter().find(|b| **b != b' ');
    before == Some(&b'(') && after == Some(&b')')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        let mut written = Written::default();
        written.read(text);
        written
    }

    #[test]
    fn a_plus_anywhere_before_the_first_digit_means_the_same() {
        for text in
            ["+4930123456", "++49 30 123456", "+0049 30 123456", "0+49 30/123456", "(+49)30123456", "(+ 49) 30-123456"]
        {
            let written = written(text);
            assert!(written.plus, "{text}");
            assert_eq!(written.digits, "4930123456", "{text}");
        }
        assert!(!written("030 123456").plus);
        assert_eq!(written("030 123456").digits, "030123456");
    }

    #[test]
    fn the_zero_in_brackets_after_a_country_code_is_found() {
        assert_eq!(written("+49 (0)30 123456").trunk_zero, Some(2));
        assert_eq!(written("+49 ( 0 ) 30 123456").trunk_zero, Some(2));
        assert_eq!(written("0049(0)30 123456").trunk_zero, Some(4));
        assert_eq!(written("(0)30 123456").trunk_zero, None);
        assert_eq!(written("(030) 123456").trunk_zero, None);
    }

    #[test]
    fn the_first_group_is_what_stands_before_the_first_mark() {
        assert_eq!(written("+4949 171 1234567").first_group, 4);
        assert_eq!(written("+4930123456").first_group, 10);
    }
}
