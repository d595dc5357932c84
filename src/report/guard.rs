//! Keeps what a server says from becoming a formula in a spreadsheet.
//!
//! A table of rejects is made to be opened in Excel (JSON Lines are not, and stay as they are). The cells that we add hold a platform's words, and a cell that begins with
//! `=`, `+`, `-` or `@` is run as a formula there (OWASP, *CSV Injection*). For the cells of the input there is
//! [`guarded_cell`](crate::source::guarded_cell), which is undone when the file is imported again.

use std::borrow::Cow;

/// `text` as a cell that no spreadsheet runs: on one line, with an apostrophe where it begins like a formula. Where the
/// file is opened with another delimiter than it was written with, a cell begins after each of those; the apostrophe
/// is put there as well.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    let mut begins = true;
    if !text.chars().any(|c| {
        let found = c.is_control() || (begins && starts_formula(c));
        begins = separates(c);
        found
    }) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    begins = true;
    for c in text.chars() {
        // Tabs and line breaks begin cells too, and nothing that they could show is lost.
        let shown = if c.is_control() { ' ' } else { c };
        if begins && starts_formula(c) {
            out.push('\'');
        }
        begins = separates(c);
        out.push(shown);
    }
    Cow::Owned(out)
}

/// The last four are the full-width forms, which some versions of Excel read as the plain ones.
fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

fn separates(c: char) -> bool {
    c.is_control() || matches!(c, ',' | ';' | '|' | '"')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reason_never_begins_like_a_formula() {
        assert_eq!(guarded("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(guarded("+493023125555 is taken"), "'+493023125555 is taken");
        assert_eq!(guarded("-1"), "'-1");
        assert_eq!(guarded("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("\t=1+1"), "' '=1+1");
        assert_eq!(guarded("＝1"), "'＝1");
    }

    #[test]
    fn no_formula_hides_behind_a_delimiter() {
        assert_eq!(guarded("no;=cmd|-1"), "no;'=cmd|'-1");
        assert_eq!(guarded("no\n=1"), "no '=1");
    }

    #[test]
    fn common_messages_stay_as_they_are() {
        for text in ["", "too short for Germany: 4 digits", "a-b, c = d", "the number +493023125555 is taken"] {
            assert_eq!(guarded(text), text);
            assert!(matches!(guarded(text), Cow::Borrowed(_)));
        }
    }

    proptest! {
        #[test]
        fn however_a_reason_is_cut_into_cells_none_is_a_formula(text in "[=+@a;,|\"\t\r\n -]{0,12}") {
            let guarded = guarded(&text);
            for cell in guarded.split([',', ';', '|', '"']) {
                prop_assert!(!cell.starts_with(starts_formula), "{text:?} became {guarded:?}");
            }
        }
    }
}
