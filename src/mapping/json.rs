//! JSON written straight into a reused text. Equal data gives equal bytes: no spaces, names sorted by the caller.

use serde_json::value::RawValue;

/// Appends `text` as a JSON string, with the same bytes as `serde_json`.
pub(super) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut clean_from = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if !IS_ESCAPED[usize::from(byte)] {
            continue;
        }
        out.push_str(&text[clean_from..at]);
        clean_from = at + 1;
        push_escape(out, byte);
    }
    out.push_str(&text[clean_from..]);
    out.push('"');
}

/// Asked of every byte that is sent, so it is looked up.
const IS_ESCAPED: [bool; 256] = {
    let mut is_escaped = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        is_escaped[byte] = true;
        byte += 1;
    }
    is_escaped[b'"' as usize] = true;
    is_escaped[b'\\' as usize] = true;
    is_escaped
};

fn push_escape(out: &mut String, byte: u8) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    out.push('\\');
    match byte {
        b'"' | b'\\' => out.push(char::from(byte)),
        b'\n' => out.push('n'),
        b'\r' => out.push('r'),
        b'\t' => out.push('t'),
        0x08 => out.push('b'),
        0x0c => out.push('f'),
        control => {
            out.push_str("u00");
            out.push(HEX[usize::from(control >> 4)]);
            out.push(HEX[usize::from(control & 0xf)]);
        }
    }
}

/// Appends the JSON text `json` without the spaces between its parts; numbers keep their digits. `false`: it is no JSON,
/// and nothing was appended.
pub(super) fn push_compact(out: &mut String, json: &str) -> bool {
    if serde_json::from_str::<&RawValue>(json).is_err() {
        return false;
    }
    let (mut in_string, mut escaped) = (false, false);
    out.extend(json.chars().filter(|&c| {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return true;
        }
        in_string = c == '"';
        !matches!(c, ' ' | '\t' | '\n' | '\r')
    }));
    true
}

/// True for the text of a JSON number.
pub(super) fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && serde_json::from_str::<&RawValue>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn string(text: &str) -> String {
        let mut out = String::new();
        push_string(&mut out, text);
        out
    }

    #[test]
    fn every_ascii_character_is_written_as_serde_json_does() {
        for byte in 0..128_u8 {
            let text = format!("a{}b", char::from(byte));
            assert_eq!(string(&text), serde_json::to_string(&text).unwrap());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_json_does(text in any::<String>()) {
            prop_assert_eq!(string(&text), serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn compacting_changes_no_value(text in any::<String>(), number in any::<i64>()) {
            let value = serde_json::json!({ "a b": [text, { "n": number }, null, true], "": "\\\" " });
            let mut out = String::new();
            prop_assert!(push_compact(&mut out, &serde_json::to_string_pretty(&value).unwrap()));
            prop_assert_eq!(out, value.to_string());
        }
    }

    #[test]
    fn digits_survive_and_what_is_no_json_is_told() {
        let mut out = String::new();
        assert!(push_compact(&mut out, " [ 12345678901234567890.10 , 1e5 ] "));
        assert_eq!(out, "[12345678901234567890.10,1e5]");
        assert!(!push_compact(&mut out, "{a}"));
        assert!(!push_compact(&mut out, "1 2"));
        assert_eq!(out, "[12345678901234567890.10,1e5]");
    }

    #[test]
    fn only_json_numbers_are_numbers() {
        for yes in ["0", "-1", "1.50", "1e5", "12345678901234567890"] {
            assert!(is_number(yes), "{yes}");
        }
        for no in ["", "01067", "+5", "1,5", "1.", ".5", "true", "1 2", "NaN", "\"1\""] {
            assert!(!is_number(no), "{no}");
        }
    }
}
