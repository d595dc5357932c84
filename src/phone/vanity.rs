//! Words as numbers: `1-800-FLOWERS`.

use super::written::Written;

/// The letters of `1-800-FLOWERS` as the digits on a telephone's keys (ITU-T E.161), and how sure that is.
///
/// Only for +1, where people do that: 10 digits or 11 with the 1, in one go to the end of the text. After the area code
/// of a free number a word may be longer than what is dialled.
pub(super) fn read(text: &str, written: &mut Written) -> Option<Sureness> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (head, tail) = text.split_at(at);
    let head_digits: String = head.chars().filter(char::is_ascii_digit).collect();
    let area = head_digits.strip_prefix('1').unwrap_or(&head_digits);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '(' | ')');
    if is_mistyped(tail) {
        return None;
    }
    if area.len() < 3 || !tail.chars().all(allowed) || !head.chars().all(|c| allowed(c) || c == '+') {
        return None;
    }
    let free = ["800", "833", "844", "855", "866", "877", "888"].iter().any(|code| area.starts_with(code));
    let keys: String = tail.chars().filter_map(key_of).collect();
    let shouted = !tail.contains(|c: char| c.is_ascii_lowercase());
    let total = area.len() + keys.len();
    let sureness = match total {
        10 if free || shouted => {
            if free {
                Sureness::Sure
            } else {
                Sureness::Unusual
            }
        }
        11..=13 if free && area.len() == 3 && !tail.contains(' ') => Sureness::Overlong,
        _ => return None,
    };
    written.read(&format!("+1{area}{}", &keys[..10 - area.len()]));
    Some(sureness)
}

/// True for `555 O1O1`: the only letters are one or two that look like digits.
fn is_mistyped(tail: &str) -> bool {
    let mut words = tail.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.all(|word| word.len() <= 2 && word.chars().all(looks_like_digit))
}

/// True for letters that are typed for digits by mistake.
pub(super) fn looks_like_digit(c: char) -> bool {
    "OoQDlIi|SsZzBbGg".contains(c)
}

/// How sure it is that letters are digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// Exactly as many as are dialled, of a free number.
    Sure,
    /// Exactly as many as are dialled, but not of a free number.
    Unusual,
    /// More than are dialled.
    Overlong,
}

fn key_of(c: char) -> Option<char> {
    Some(match c.to_ascii_lowercase() {
        digit @ '0'..='9' => digit,
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_on_keys_are_read_for_free_numbers() {
        let mut written = Written::default();
        assert_eq!(read("1-800-flowers", &mut written), Some(Sureness::Sure));
        assert_eq!(written.digits, "18003569377");
        assert_eq!(read("1-800-CONTACTS", &mut written), Some(Sureness::Overlong));
        assert_eq!(written.digits, "18002668228");
        assert_eq!(read("650-253-HOME", &mut written), Some(Sureness::Unusual));
        for text in [
            "650 253 home",
            "1 650-253-0000 office",
            "030 123456 Büro",
            "800 privat",
            "1-800-555-0100 office",
            "212 555 O1O1",
            "212-555-01I2",
        ] {
            assert_eq!(read(text, &mut written), None, "{text}");
        }
    }
}
