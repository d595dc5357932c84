//! The words for states, and what is done to words that came from elsewhere before people see them.

use std::borrow::Cow;

use crate::lead::Status;

/// What a status means, in words that a sales person understands. Shown beside its name, which is that of the results
/// file, so that both can be searched for.
#[must_use]
pub fn meaning(status: Status) -> &'static str {
    match status {
        Status::Created => "made on the platform",
        Status::Exists => "was already there",
        Status::Rejected => "refused by the platform",
        Status::InDoubt => "answer lost: may be there",
        Status::Invalid => "cannot be called",
        Status::Duplicate => "same as an earlier row",
        Status::Suppressed => "must not be called",
        Status::Unsent => "not sent yet",
        Status::Undone => "deleted again",
    }
}

/// What rows with the same code but different words have in common, to be followed by the words of each; the code itself
/// where it has no words here.
pub(super) fn in_general(code: &str) -> &str {
    match code {
        "phone_too_short" => "too short for a number",
        "phone_too_long" => "too long for a number",
        "phone_invalid" => "no such number is given out",
        "phone_not_a_number" => "not a phone number",
        "phone_spreadsheet_error" => "an error of the spreadsheet in place of a number",
        "region_unknown" => "not a country",
        "row_too_short" => "a cell is missing in the middle of the row",
        "row_too_long" => "more cells than the header has",
        "undecodable" => "characters that are not in the file's encoding",
        "row_not_utf8" => "characters in another encoding: save the file as \"CSV UTF-8\"",
        "cell_too_long" => "a cell is too long",
        "unclosed_quote" => "a quote is not closed",
        "invalid_json" => "the line is not JSON",
        "mapping_template" => "a template failed",
        "mapping_type" => "a cell is not of the type that the mapping asks for",
        "email_invalid" => "not an e-mail address",
        "campaign_unknown" => "there is no such campaign",
        "group_primary_invalid" => "the primary contact of its group cannot be called",
        "group_scattered" => "its group stood already further up",
        "secondary_is_primary" | "secondary_repeated" => "a contact that stands in its lead already",
        "strict" => "not sent, because of --strict",
        "same_lead" => "the same lead as an earlier row",
        "on_suppression_list" => "on a do-not-call list",
        "do_not_call_flag" => "the file itself says that they must not be called",
        "other_phone_called" => "another column of the row is called",
        "country_differs" => "the number is of another country than the row says",
        "in_doubt_elsewhere" => "in doubt in another results file",
        "rejected" | "update_refused" => "the platform says",
        "answer_lost" => "the answer was lost",
        "server_error" => "the server failed",
        "update_failed" => "the change failed",
        "update_gone" => "no longer on the platform",
        _ => code,
    }
}

/// `text` on one line and without control characters: what a server says must not move a terminal's cursor, change its
/// title or forge a line of ours. Characters that turn the direction of writing round are taken out too.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let replaced = text.chars().map(|c| if is_unsafe(c) { ' ' } else { c });
    let replaced: String = replaced.collect();
    Cow::Owned(replaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The fewest digits that are taken for a phone number: E.164 numbers have seven at least.
const NUMBER_DIGITS: usize = 7;

/// `text` with what may be a phone number or an e-mail address masked: `+49302•••555`, `a•••@example.com`.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '+' || c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let length = number_length(from);
        let (number, after) = from.split_at(length);
        push_masked(&mut out, number);
        rest = after;
    }
    out.push_str(rest);
    mask_addresses(&out)
}

/// How many bytes at the start of `text` (a plus or a digit) belong to one number: digits, and what people write between
/// them where that is surely a number. `2026-03-01` must stay readable.
fn number_length(text: &str) -> usize {
    let groups = groups_of(text);
    let digits: usize = groups.iter().map(|(digits, _)| digits).sum();
    let first = groups.first().map_or((0, 1), |first| *first);
    let whole = groups.last().map_or(1, |(_, end)| *end);
    let has_area_code = text.starts_with('0') && first.0 >= FEWEST_OF_AREA && digits >= FEWEST_IN_GROUPS;
    match groups.as_slice() {
        _ if text.starts_with('+') || has_area_code => whole,
        // `212-555-0142`
        [(3, _), (3, _), (4, end), ..] => *end,
        _ => first.1,
    }
}

/// Dates have eight digits.
const FEWEST_IN_GROUPS: usize = 9;

/// `030`, `0171`, `0049`; the day or month of a date has two.
const FEWEST_OF_AREA: usize = 3;

/// The groups of digits that stand together at the start of `text`: how many digits each has, and at which byte it ends.
fn groups_of(text: &str) -> Vec<(usize, usize)> {
    let (mut groups, mut digits) = (Vec::new(), 0);
    for (at, c) in text.char_indices().filter(|(at, c)| *at > 0 || *c != '+') {
        match c {
            _ if c.is_ascii_digit() => digits += 1,
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' => groups.extend(take_group(&mut digits, at)),
            _ => {
                groups.extend(take_group(&mut digits, at));
                return groups;
            }
        }
    }
    groups.extend(take_group(&mut digits, text.len()));
    groups
}

fn take_group(digits: &mut usize, end: usize) -> Option<(usize, usize)> {
    (*digits > 0).then(|| (std::mem::take(digits), end))
}

fn push_masked(out: &mut String, number: &str) {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < NUMBER_DIGITS {
        out.push_str(number);
        return;
    }
    if number.starts_with('+') {
        out.push('+');
    }
    let shown = (digits.len() - 6).clamp(2, 6);
    out.push_str(&digits[..shown]);
    out.push_str("•••");
    out.push_str(&digits[digits.len() - 3..]);
}

fn mask_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let name_start = rest[..at].rfind(|c: char| !is_of_address(c)).map_or(0, |i| i + char_length(&rest[i..]));
        out.push_str(&rest[..name_start]);
        let followed = rest[at + 1..].starts_with(|c: char| c.is_alphanumeric());
        match rest[name_start..at].chars().next() {
            Some(first) if followed => {
                out.push(first);
                out.push_str("•••@");
            }
            _ => out.push_str(&rest[name_start..=at]),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out
}

fn is_of_address(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%' | '•')
}

fn char_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_masked_however_they_are_written() {
        assert_eq!(masked("the number +493023125555 is taken"), "the number +493023•••555 is taken");
        assert_eq!(masked("+49 30 23125-555."), "+493023•••555.");
        assert_eq!(masked("call 02079460123"), "call 02079•••123");
        assert_eq!(masked("+1 (202) 555-0142, twice"), "+12025•••142, twice");
        assert_eq!(masked("\"030 231 25 001\" in \"age\""), "\"03023•••001\" in \"age\"");
        assert_eq!(masked("0049 (30) 231/25-001."), "004930•••001.");
        assert_eq!(masked("(212) 555-0142 or 212.555.0143"), "(2125•••142 or 2125•••143");
    }

    #[test]
    fn short_numbers_and_dates_stay_readable() {
        let dates = ["error 422 since 2026-03-01", "01/03/2026 10:00", "01.03.2026 10:30", "2026-11-21 03:47:58"];
        let others =
            ["too short for Germany: 4 digits", "1 + 1", "campaign 123456", "127.0.0.1:8080", "1 000 000 of 2"];
        for text in dates.into_iter().chain(others) {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn addresses_are_masked_and_lone_at_signs_are_not() {
        assert_eq!(masked("ada.l+x@example.com exists"), "a•••@example.com exists");
        assert_eq!(masked("(ö@example.org)"), "(ö•••@example.org)");
        assert_eq!(masked("at @ noon, @home"), "at @ noon, @home");
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(plain("fine – ü"), "fine – ü");
        assert_eq!(plain("a\n\tb\u{1b}[2Jc\u{9b}d\u{202e}e"), "a b [2Jc d e");
    }

    proptest! {
        #[test]
        fn no_number_or_control_character_survives(text in "\\PC{0,20}[+]?[0-9]{7,15}\\PC{0,20}.{0,10}") {
            let shown = masked(&plain(&text));
            let longest = shown.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
            prop_assert!(longest < NUMBER_DIGITS, "{shown}");
            prop_assert!(!shown.contains(is_unsafe));
        }
    }
}
