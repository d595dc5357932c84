//! What a line says of a lead, found without reading the line: for those who look for a few lines among millions.

use memchr::memmem;

use crate::lead::LeadKey;

/// The key that the line has, whatever stands between name and value. A text cannot be taken for it: quotes within texts
/// have a backslash before them.
#[must_use]
pub fn raw_key(line: &[u8]) -> Option<LeadKey> {
    let digits = std::str::from_utf8(value(line, b"\"key\"")?).ok().filter(|digits| digits.len() == 32)?;
    u128::from_str_radix(digits, 16).ok().map(LeadKey::from_bits)
}

/// The target that the line names, as it is written there; `None` where there is a quote in it.
#[must_use]
pub fn raw_target(line: &[u8]) -> Option<&[u8]> {
    value(line, b"\"target\"").filter(|target| !target.contains(&b'\\'))
}

/// The text after `name`, up to the next quote.
fn value<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let start = memmem::find(line, name)? + name.len();
    let rest = line.get(start..)?.trim_ascii_start().strip_prefix(b":")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"\"")?;
    rest.get(..memchr::memchr(b'"', rest)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "32b7632545ec2fe9462c606eba53f1f9";

    #[test]
    fn a_key_is_found_however_the_line_is_spaced_and_not_in_a_text() {
        let key = raw_key(format!(r#"{{"n":2,"key":"{KEY}","run":"r"}}"#).as_bytes()).unwrap();
        assert_eq!(key.to_string(), KEY);
        assert_eq!(raw_key(format!(r#"{{ "key" : "{KEY}" }}"#).as_bytes()), Some(key));
        assert_eq!(raw_key(format!(r#"{{"reason":"{{\"key\":\"{KEY}\"}}"}}"#).as_bytes()), None);
        assert_eq!(raw_key(br#"{"key":"32b7"}"#), None);
        assert_eq!(raw_key(br#"{"key":null,"run":"r"}"#), None);
    }

    #[test]
    fn a_target_is_found_as_it_is_written() {
        let line = br#"{"n":2,"target":"autocalls sandbox campaign 7","phone":"+493023125001"}"#;
        assert_eq!(raw_target(line), Some(b"autocalls sandbox campaign 7".as_slice()));
        assert_eq!(raw_target(br#"{"target":"autocalls sandbox campaign \"7\""}"#), None);
    }
}
