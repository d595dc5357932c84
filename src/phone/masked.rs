//! Digits that somebody hid: `62856xxxxxxx`, `+49 151 ****89`. What is left of them may look like a shorter number.

/// The fewest signs in a row that hide digits; a single `x` or `#` stands before an extension.
const FEWEST: usize = 2;

/// True where signs for hidden digits stand in a row, in the midst of digits or at their end.
pub(super) fn is_masked(text: &str) -> bool {
    let mut row = 0;
    let mut after_digit = false;
    for c in text.chars() {
        match c {
            '0'..='9' if row >= FEWEST => return true,
            '0'..='9' => (after_digit, row) = (true, 0),
            _ if hides_a_digit(c) => row += 1,
            // `0151 xx xx 123`
            ' ' | '-' | '.' | '(' | ')' | '/' => {}
            // A word, such as `Exxon`, hides nothing.
            _ => (after_digit, row) = (false, 0),
        }
        if row >= FEWEST && after_digit {
            return true;
        }
    }
    false
}

fn hides_a_digit(c: char) -> bool {
    matches!(c, 'x' | 'X' | '*' | '#' | '_' | '•' | '●' | '█' | '×')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_digits_are_seen() {
        for text in [
            "62856xxxxxxx",
            "+62856XXXXX",
            "0151 xxx xx",
            "+49 151 ****89",
            "***-***-1234",
            "030 23125###",
            "(xxx) 555-0142",
        ] {
            assert!(is_masked(text), "{text}");
        }
    }

    #[test]
    fn extensions_words_and_lines_are_not() {
        for text in [
            "030 23125001 x12",
            "030 23125001 #12",
            "030 23125001 ext 12",
            "Exxon 030 23125001",
            "xx",
            "#030 23125001",
            "_030 23125001_",
            "*030 23125001*",
        ] {
            assert!(!is_masked(text), "{text}");
        }
    }
}
