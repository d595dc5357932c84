//! A column's name as words: `mobilePhone_2`, `Mobile Phone 2` and `MOBILE-PHONE 2` are the same three.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The words of a name, without case and accents; runs of digits are words of their own.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Splitter::default();
    let plain = name.nfkd().filter(|c| !is_combining_mark(*c)).filter(|c| !is_format_mark(*c));
    for c in plain {
        words.take(c);
    }
    words.end();
    words.done
}

/// Zero-width and direction marks, which stand inside words.
fn is_format_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Capital,
    Letter,
    Between,
}

fn class(c: char) -> Class {
    if c.is_numeric() {
        Class::Digit
    } else if c.is_uppercase() {
        Class::Capital
    } else if c.is_alphabetic() {
        Class::Letter
    } else {
        Class::Between
    }
}

#[derive(Debug, Default)]
struct Splitter {
    done: Vec<String>,
    /// The word that is being read, as it stands.
    open: Vec<char>,
}

impl Splitter {
    fn take(&mut self, c: char) {
        let now = class(c);
        let Some(&last) = self.open.last() else {
            if now != Class::Between {
                self.open.push(c);
            }
            return;
        };
        match (class(last), now) {
            (_, Class::Between) => return self.end(),
            (Class::Letter, Class::Capital)
            | (Class::Digit, Class::Letter | Class::Capital)
            | (Class::Letter | Class::Capital, Class::Digit) => self.end(),
            // `VATNumber` is `VAT` and `Number`.
            (Class::Capital, Class::Letter) if self.open.len() > 1 && self.all_capitals() => {
                self.open.pop();
                self.end();
                self.open.push(last);
            }
            _ => {}
        }
        self.open.push(c);
    }

    fn all_capitals(&self) -> bool {
        self.open.iter().all(|c| class(*c) == Class::Capital)
    }

    fn end(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let lower = self.open.drain(..).flat_map(char::to_lowercase).collect::<String>();
        // Lower case may bring marks of its own (`İ`), and ß is written ss where there are only capitals.
        let plain: String = lower.nfkd().filter(|c| !is_combining_mark(*c)).collect();
        self.done.push(plain.replace('ß', "ss").replace('ı', "i").replace('ł', "l").replace('ø', "o"));
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_fall_into_words_however_they_are_joined() {
        for name in ["Mobile Phone 2", "mobile_phone_2", "mobilePhone2", "MOBILE-PHONE/2", " Mobile.Phone (2) "] {
            assert_eq!(words(name), ["mobile", "phone", "2"], "{name}");
        }
        assert_eq!(words("VATNumber"), ["vat", "number"]);
        assert_eq!(words("PhoneCall"), ["phone", "call"]);
        assert_eq!(words("phone_e164"), ["phone", "e", "164"]);
        assert_eq!(words("GESCHÄFTSSTRASSE Geschäftsstraße"), ["geschaftsstrasse", "geschaftsstrasse"]);
    }

    #[test]
    fn accents_and_other_scripts_are_plain_letters() {
        assert_eq!(words("Téléphone"), ["telephone"]);
        assert_eq!(words("Мобилен"), words("МОБИЛЕН"));
        assert_eq!(words("İletişim"), words("iletişim"));
        assert_eq!(words("电话"), ["电话"]);
        assert_eq!(words("फ़ोन नंबर").len(), 2);
        assert!(words(" - ").is_empty());
    }
}
