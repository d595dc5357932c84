//! What ends a run, in the one form that every such message has: what happened and where on the first line, further lines with
//! what belongs to it, and what to do on the last one.
//!
//! The message of an error that knows what to do ends with [`WHAT_TO_DO`] on a line of its own.

use std::fmt::Display;

/// With this begins the line that says what to do.
const WHAT_TO_DO: &str = "what to do: ";

/// The message of an error for a terminal, without a line break at its end.
///
/// ```text
/// error: leads.csv › row 1: column 2 of the first row holds a number like a phone number: the header is missing
///   what to do: add a first row with the columns' names
/// ```
#[must_use]
pub fn problem(error: &impl Display) -> String {
    let words = error.to_string();
    let mut lines = words.lines();
    let first = format!("error: {}", lines.next().unwrap_or_default());
    let rest = lines.map(|line| format!("\n  {}", line.strip_prefix("  ").unwrap_or(line)));
    std::iter::once(first).chain(rest).collect()
}

/// What happened, and what to do, where the message says it.
pub(super) fn apart(words: &str) -> (&str, Option<&str>) {
    let apart = words.split_once(&format!("\n{WHAT_TO_DO}"));
    apart.map_or((words, None), |(what, what_to_do)| (what, Some(what_to_do)))
}

/// The same as a part of a sentence: `the header is missing; add a first row`.
#[must_use]
pub fn in_one_line(error: &impl Display) -> String {
    error.to_string().replace(&format!("\n{WHAT_TO_DO}"), "; ").lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_stands_on_the_last_line() {
        let error = "a.csv: two could be it\n  \"A\": 3 numbers\nwhat to do: name one";
        let shown = "error: a.csv: two could be it\n  \"A\": 3 numbers\n  what to do: name one";
        assert_eq!(problem(&error), shown);
        assert_eq!(problem(&"the disk is full"), "error: the disk is full");
    }

    #[test]
    fn in_a_sentence_it_is_a_part_of_it() {
        assert_eq!(in_one_line(&"the header is missing\nwhat to do: add one"), "the header is missing; add one");
    }
}
