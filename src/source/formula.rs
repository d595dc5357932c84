//! Cells that a spreadsheet program would run, made harmless in tables that we write, and as they were when we read those.
//!
//! A cell of a CSV file that begins with `=`, `+`, `-` or `@` is a formula to Excel, and cells come from strangers: a form on a
//! web site is enough (OWASP, *CSV Injection*). An apostrophe before it makes it text. Numbers such as `+49 30…` stay as they
//! are, since without letters there is nothing to be called, and other programs must read them.
//!
//! The two functions are inverse to each other, so nothing is lost on the way through a rejects file.

use std::borrow::Cow;

/// The cell as it may stand in a table that people open.
#[must_use]
pub fn guarded_cell(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches('\'')) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The cell of which [`guarded_cell`] made this one.
#[must_use]
pub fn unguarded_cell(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(text.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// The last four are the full-width forms, which some versions of Excel read as the plain ones.
fn is_formula(text: &str) -> bool {
    match text.chars().next() {
        Some('+' | '-') => !is_number(text),
        Some('=' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => true,
        _ => false,
    }
}

/// True for digits and what people write between them.
fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b" +-()./,;".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe_and_numbers_do_not() {
        for text in ["=HYPERLINK(\"http://x\")", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|x", "\t=1", "＝1", "'=1"]
        {
            assert_eq!(guarded_cell(text), format!("'{text}"));
        }
        for text in
            ["+493023125001", "+49 (30) 23125-001", "+49 30 23125001, +49 30 23125002", "-5.5", "Ada", "", "'s", "a=b"]
        {
            assert_eq!(guarded_cell(text), text);
        }
        assert_eq!(unguarded_cell("'+493023125001"), "'+493023125001");
    }

    proptest! {
        #[test]
        fn every_cell_comes_back_as_it_was_and_none_is_a_formula(text in "['=+@a1 \t-]{0,6}|\\PC{0,6}") {
            let guarded = guarded_cell(&text);
            prop_assert!(!is_formula(&guarded));
            prop_assert_eq!(unguarded_cell(&guarded), text.as_str());
        }
    }
}
