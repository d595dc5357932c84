//! A cell as numbers, words and marks: which digits belong together, and what stands beside them.

/// A stretch of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Where it begins in the cell, in bytes.
    pub(super) start: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits and what people put between them; at least one digit.
    Number,
    /// Letters.
    Word,
    /// Anything that parts: `;`, `|`, `:`, a new line.
    Mark,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// How many digits it has.
    pub(super) fn digits(&self) -> usize {
        digits_in(self.text)
    }
}

pub(super) fn digits_in(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// The tokens of `text`, in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let Some(first) = rest.chars().next() else { break };
        let (kind, length) = if is_letter(first) {
            (Kind::Word, rest.find(|c| !is_letter(c)).unwrap_or(rest.len()))
        } else if is_numeric(first) {
            (Kind::Number, numeric_length(rest))
        } else {
            (Kind::Mark, first.len_utf8())
        };
        push(&mut tokens, Token { kind, text: &rest[..length], start });
        start += length;
    }
    tokens
}

/// A numeric stretch without a digit is a mark, where it is not only space.
fn push<'a>(tokens: &mut Vec<Token<'a>>, token: Token<'a>) {
    if token.kind != Kind::Number {
        tokens.push(token);
    } else if token.digits() == 0 {
        if !token.text.trim().is_empty() {
            tokens.push(Token { kind: Kind::Mark, ..token });
        }
    } else {
        push_numbers(tokens, token);
    }
}

/// Every `+` after the first digit that a number may begin with begins another number.
fn push_numbers<'a>(tokens: &mut Vec<Token<'a>>, token: Token<'a>) {
    let (mut text, mut start) = (token.text, token.start);
    while let Some(first) = text.find(|c: char| ('1'..='9').contains(&c)) {
        let Some(plus) = text[first..].find('+') else { break };
        let head = &text[..first + plus];
        let head = head.strip_suffix('(').unwrap_or(head);
        tokens.push(Token { kind: Kind::Number, text: head, start });
        start += head.len();
        text = &text[head.len()..];
        if let Some(after) = plus_as_and(text) {
            start += text.len() - after.len();
            text = after;
        }
    }
    if digits_in(text) > 0 {
        tokens.push(Token { kind: Kind::Number, text, start });
    }
}

/// `030 … + 0171 …`: a `+` before a single zero joins two numbers, it is no part of the second.
fn plus_as_and(text: &str) -> Option<&str> {
    let after = text.strip_prefix('+')?.strip_prefix(' ')?.trim_start();
    (after.starts_with('0') && !after.starts_with("00")).then_some(after)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || (!c.is_ascii() && unicode_normalization::char::is_combining_mark(c))
}

fn is_numeric(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '[' | ']' | '-' | '/' | '.' | '\'' | ' ')
}

/// A comma between two digits belongs to the numbers: what it means is found out by reading them.
fn numeric_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let end = text.char_indices().find(|(at, c)| {
        let inner_comma = *c == ',' && is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1));
        !is_numeric(*c) && !inner_comma
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Where one written number may be two: the bytes before and after the parting mark.
pub(super) fn partings(text: &str, marks: Marks) -> impl Iterator<Item = (&str, &str)> {
    let bytes = text.as_bytes();
    (1..text.len()).filter(move |at| marks.is_at(bytes, *at)).filter_map(move |at| {
        let (left, right) = (text.get(..at)?, text.get(at + 1..)?);
        let (left, right) = (left.trim_end_matches([' ', '-', '/']), right.trim_start_matches([' ', '-', '/']));
        (digits_in(left) >= FEWEST_DIGITS_OF_A_NUMBER && !right.is_empty()).then_some((left, right))
    })
}

/// Fewer digits than these are an area code, an extension or a house number, but not one of several numbers.
pub(super) const FEWEST_DIGITS_OF_A_NUMBER: usize = 6;

/// What may part two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// `/`, `,` and a dash with space before it.
    Strong,
    /// A space.
    Weak,
}

impl Marks {
    fn is_at(self, bytes: &[u8], at: usize) -> bool {
        match self {
            Self::Strong => {
                let spaced_dash = bytes[at] == b'-' && bytes[at - 1] == b' ' && bytes.get(at + 1) == Some(&b' ');
                matches!(bytes[at], b'/' | b',') || spaced_dash
            }
            Self::Weak => bytes[at] == b' ',
        }
    }
}

/// True for what only a telephone number looks like: it begins with `+`, `0` or a bracket, or it is grouped 3-3-4.
pub(super) fn looks_like_a_phone(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '.', '-', '\'', ')', '/']);
    if text.starts_with(['+', '0', '(']) {
        return true;
    }
    let mut groups =
        text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::len).peekable();
    if groups.peek() == Some(&1) {
        groups.next();
    }
    groups.eq([3, 3, 4])
}

/// True where `text` begins as only a number of its own begins.
pub(super) fn begins_a_number(text: &str) -> bool {
    text.trim_start().starts_with(['0', '+', '('])
}

/// `1) 030 …`, `2. 030 …`: the count of a list before the number is not part of it.
pub(super) fn without_list_count(text: &str) -> &str {
    let trimmed = text.trim_start();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let Some(rest) = trimmed.get(digits..).filter(|_| (1..=2).contains(&digits) && !trimmed.starts_with('0')) else {
        return text;
    };
    let after_point = rest.strip_prefix(". ").filter(|rest| begins_a_number(rest));
    rest.strip_prefix(')').or(after_point).unwrap_or(text)
}

/// The number before a bracket with one to four digits at the end, and the digits: `030 123456 (12)`.
pub(super) fn bracketed_end(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_end().strip_suffix(')')?;
    let (head, digits) = inner.rsplit_once('(')?;
    let digits = digits.trim();
    let few = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (few && digits_in(head) >= FEWEST_DIGITS_OF_A_NUMBER).then_some((head, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        tokens(text).into_iter().map(|token| (token.kind, token.text.trim())).collect()
    }

    #[test]
    fn numbers_words_and_marks_are_told_apart() {
        use Kind::{Mark, Number, Word};
        assert_eq!(kinds("Tel.: 030 123456"), [(Word, "Tel"), (Mark, "."), (Mark, ":"), (Number, "030 123456")]);
        assert_eq!(kinds("+49 30 123456 +49 171 1"), [(Number, "+49 30 123456"), (Number, "+49 171 1")]);
        assert_eq!(kinds("(+49)30 12 (+49)171"), [(Number, "(+49)30 12"), (Number, "(+49)171")]);
        assert_eq!(kinds("030 12,13; 14"), [(Number, "030 12,13"), (Mark, ";"), (Number, "14")]);
    }

    #[test]
    fn the_end_of_a_token_is_where_the_next_begins() {
        let cell = "Tél : (030) 12, x7";
        let all = tokens(cell);
        assert!(all.windows(2).all(|pair| pair[0].end() <= pair[1].start));
        assert!(all.iter().all(|token| &cell[token.start..token.end()] == token.text));
    }
}
