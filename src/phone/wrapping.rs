//! What stands around a whole cell: quotes, formulas, links, and the traces of formulas that took the number with them.

use std::borrow::Cow;

use super::Refusal;
use super::codes::{FORMULA_UNWRAPPED, LABEL_REMOVED, LINK_READ};
use super::notes::Notes;

/// The cell without what is wrapped around it.
pub(super) fn unwrap<'a>(cell: &'a str, notes: &mut Notes) -> Result<Cow<'a, str>, Refusal> {
    let text = without_formula(unquoted(cell), notes)?;
    if let Some(linked) = anchor_target(text) {
        notes.repair(LINK_READ);
        notes.flag();
        return without_link(linked, notes);
    }
    without_link(unquoted(text), notes)
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ','))
}

/// `="030…"` and `=+49…` are the number; any other formula, error or result of a formula is not.
fn without_formula<'a>(text: &'a str, notes: &mut Notes) -> Result<&'a str, Refusal> {
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    match (first, second) {
        (Some('='), Some('"' | '+' | '0'..='9' | '(' | '\'')) if !text.contains("=HYPERLINK") => {
            notes.repair(FORMULA_UNWRAPPED);
            let inner = unquoted(&text[1..]);
            if inner.starts_with(|c: char| ('1'..='9').contains(&c)) && second != Some('"') {
                notes.formula_digits();
            }
            Ok(inner)
        }
        (Some('=' | '@'), _) => Err(Refusal::spreadsheet("the cell holds a formula, not a number")),
        (Some('#'), Some(c)) if c.is_alphabetic() => {
            Err(Refusal::spreadsheet("the cell holds an error of the spreadsheet: the number is gone"))
        }
        // A number typed as +49 30-1234 was calculated; what a person writes after a dash begins with 0 or a space.
        (Some('-'), Some('1'..='9')) => {
            Err(Refusal::spreadsheet("a negative number: the spreadsheet calculated with what was typed"))
        }
        _ => Ok(text),
    }
}

/// The `tel:` target of `<a href="tel:…">`: its text usually repeats the number.
fn anchor_target(text: &str) -> Option<&str> {
    if !text.starts_with('<') {
        return None;
    }
    let at = find_ignoring_case(text, "tel:")?;
    text[at..].split(['"', '\'', '>']).next()
}

fn without_link<'a>(text: &'a str, notes: &mut Notes) -> Result<Cow<'a, str>, Refusal> {
    let text = text.trim_matches(|c| matches!(c, '<' | '>' | ' '));
    if find_ignoring_case(text, "phone-context").is_some() {
        return Err(Refusal::new("phone_not_a_number", "a tel: link with a phone-context is not read"));
    }
    for scheme in ["tel:", "callto:", "whatsapp:", "skype:", "sips:", "sip:"] {
        if let Some(rest) = strip_ignoring_case(text, scheme) {
            notes.repair(if scheme == "tel:" && is_label(text, rest) { LABEL_REMOVED } else { LINK_READ });
            return scheme_target(scheme, rest.trim_start_matches('/'), notes);
        }
    }
    match whatsapp_digits(text) {
        Some(digits) => {
            notes.repair(LINK_READ);
            Ok(Cow::Owned(format!("+{digits}")))
        }
        None => Ok(Cow::Borrowed(text)),
    }
}

/// `Tel: 030 …` is a word that somebody wrote: in a link nothing stands between the colon and the number.
fn is_label(text: &str, rest: &str) -> bool {
    text.starts_with("Tel") || rest.starts_with(char::is_whitespace)
}

fn scheme_target<'a>(scheme: &str, rest: &'a str, notes: &mut Notes) -> Result<Cow<'a, str>, Refusal> {
    if let Some(digits) = whatsapp_digits(rest).or_else(|| parameter_digits(rest)) {
        return Ok(Cow::Owned(format!("+{digits}")));
    }
    let Some((user, _host)) = rest.split_once('@') else { return Ok(Cow::Borrowed(rest)) };
    if scheme.starts_with("sip") && !user.is_empty() && !user.contains(char::is_alphabetic) {
        notes.flag();
        return Ok(Cow::Borrowed(user));
    }
    Err(Refusal::new("phone_is_email", "an address, not a phone number"))
}

/// `wa.me/4915…` and `api.whatsapp.com/send?phone=4915…`: always with the country code, never with a `+`.
fn whatsapp_digits(text: &str) -> Option<&str> {
    if let Some(at) = find_ignoring_case(text, "wa.me/") {
        return leading_digits(&text[at + "wa.me/".len()..]);
    }
    find_ignoring_case(text, "whatsapp.com/").and_then(|at| parameter_digits(&text[at..]))
}

fn parameter_digits(text: &str) -> Option<&str> {
    let at = find_ignoring_case(text, "send")?;
    let at = at + find_ignoring_case(&text[at..], "phone=")?;
    leading_digits(&text[at + "phone=".len()..])
}

fn leading_digits(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['+', ' ']);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// Byte offsets must come from the text itself: lower-casing it could move them.
fn find_ignoring_case(text: &str, ascii: &str) -> Option<usize> {
    text.as_bytes().windows(ascii.len()).position(|window| window.eq_ignore_ascii_case(ascii.as_bytes()))
}

fn strip_ignoring_case<'a>(text: &'a str, ascii: &str) -> Option<&'a str> {
    let head = text.get(..ascii.len())?;
    head.eq_ignore_ascii_case(ascii).then(|| &text[ascii.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrapped(cell: &str) -> Result<String, &'static str> {
        unwrap(cell, &mut Notes::default()).map(Cow::into_owned).map_err(|refusal| refusal.code)
    }

    #[test]
    fn what_is_wrapped_around_a_number_comes_off() {
        assert_eq!(unwrapped("=\"030123456\"").unwrap(), "030123456");
        assert_eq!(unwrapped("=+4930123456").unwrap(), "+4930123456");
        assert_eq!(unwrapped("'030 123456").unwrap(), "030 123456");
        assert_eq!(unwrapped("<tel:+49 30 123456>").unwrap(), "+49 30 123456");
        assert_eq!(unwrapped("https://wa.me/4915123456789?text=hi").unwrap(), "+4915123456789");
        assert_eq!(unwrapped("sip:+4930123456@example.com").unwrap(), "+4930123456");
        assert_eq!(unwrapped("<a href='TEL:030 12'>x</a>").unwrap(), "030 12");
    }

    #[test]
    fn what_a_formula_left_is_no_number() {
        for cell in ["#REF!", "#N/A", "=A1+B2", "@SUM(1)", "-1234567", "=HYPERLINK(\"https://example.com\")"] {
            assert_eq!(unwrapped(cell), Err("phone_spreadsheet_error"), "{cell}");
        }
        assert_eq!(unwrapped("tel:123;phone-context=+49"), Err("phone_not_a_number"));
    }
}
