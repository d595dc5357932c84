//! Finished texts on a terminal that is narrower than they are: lines that would be torn within a word are broken between
//! words. Texts stay as they are where they fit, and wherever there is no terminal.

use console::measure_text_width;

use super::console::USUAL_WIDTH;

/// With fewer columns than these beside it, a text goes on below its head and not beside it.
const LEAST_BESIDE: usize = 24;

/// The beginning of commands that are there to be copied: whoever copies them wants them in one piece.
const COMMAND: &str = "leadload ";

/// `text` for a terminal of so many columns.
pub(super) fn fitted(text: &str, columns: usize) -> String {
    let squeezed = tables_squeezed(text, columns);
    let lines: Vec<&str> = squeezed.iter().map(String::as_str).collect();
    let mut out: Vec<String> = Vec::new();
    let mut rest = lines.as_slice();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if measure_text_width(first) <= columns || first.trim_start().starts_with(COMMAND) {
            out.push((*first).to_owned());
            continue;
        }
        let more = continuation(first, rest);
        let hanging = more.first().map_or_else(|| hanging_of(first), |line| indent_of(line));
        let paragraph =
            std::iter::once(first.trim_end()).chain(more.iter().map(|line| line.trim())).collect::<Vec<_>>();
        rest = rest.get(more.len()..).unwrap_or_default();
        broken(&mut out, &paragraph.join(" "), columns, hanging);
    }
    out.join("\n")
}

/// The lines that go on with `first`, as it was broken for 80 columns: each before them has no room for the next word.
fn continuation<'a, 'b>(first: &str, rest: &'a [&'b str]) -> &'a [&'b str] {
    let Some(second) = rest.first() else { return &[] };
    let indent = indent_of(second);
    if indent <= indent_of(first) || is_of_a_table(first) {
        return &[];
    }
    let before = std::iter::once(&first).chain(rest);
    let goes_on = |(before, line): &(&&str, &&str)| {
        let (before, word) = (measure_text_width(before), line.trim_start().split(' ').next().unwrap_or_default());
        let is_full = before <= USUAL_WIDTH && before + 1 + measure_text_width(word) > USUAL_WIDTH;
        // A place stands on a line of its own, however long the line above it is.
        let is_place = line.contains('›') || is_of_a_table(line);
        indent_of(line) == indent && is_full && !word.is_empty() && !is_place
    };
    let count = before.zip(rest).take_while(goes_on).count();
    rest.get(..count).unwrap_or_default()
}

/// The lines of `text`, with the first gap of tables that are too wide made narrower, in all their lines alike: the columns
/// behind it stay below each other.
fn tables_squeezed(text: &str, columns: usize) -> Vec<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = Vec::with_capacity(lines.len());
    for block in lines.chunk_by(|a, b| is_of_a_table(a) == is_of_a_table(b)) {
        let widest = block.iter().map(|line| measure_text_width(line)).max().unwrap_or(0);
        let gaps = block.iter().filter_map(|line| first_gap(line));
        let spare = gaps.map(|gap| gap.len().saturating_sub(2)).min().unwrap_or(0).min(widest.saturating_sub(columns));
        let is_table = block.first().is_some_and(|line| is_of_a_table(line));
        out.extend(block.iter().map(|line| match first_gap(line).filter(|_| is_table && spare > 0) {
            Some(gap) => {
                let (before, after) = (line.get(..gap.start), line.get(gap.start + spare..));
                format!("{}{}", before.unwrap_or_default(), after.unwrap_or_default())
            }
            None => (*line).to_owned(),
        }));
    }
    out
}

/// A line of a table has several gaps between its words.
fn is_of_a_table(line: &str) -> bool {
    let gap = first_gap(line);
    gap.is_some_and(|gap| line.get(gap.end..).is_some_and(|after| first_gap(after).is_some()))
}

/// Where the first two or more spaces behind the indent are.
fn first_gap(line: &str) -> Option<std::ops::Range<usize>> {
    let indent = indent_of(line);
    let start = indent + line.get(indent..)?.find("  ")?;
    let length = indent_of(line.get(start..)?);
    Some(start..start + length)
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where the further lines of a line begin: below its text where that stands beside a head, else two columns in.
fn hanging_of(line: &str) -> usize {
    let indent = indent_of(line);
    match first_gap(line).filter(|_| !is_of_a_table(line)) {
        Some(gap) => measure_text_width(line.get(..gap.end).unwrap_or_default()),
        _ => indent + 2,
    }
}

/// A word that is too long stands alone rather than being cut.
fn broken(out: &mut Vec<String>, paragraph: &str, columns: usize, hanging: usize) {
    let indent = indent_of(paragraph);
    let hanging = if hanging + LEAST_BESIDE > columns { indent + 2 } else { hanging };
    let mut line = " ".repeat(indent);
    let mut is_empty = true;
    for word in paragraph.trim_start().split(' ') {
        if !is_empty && measure_text_width(&line) + 1 + measure_text_width(word) > columns && !word.is_empty() {
            out.push(line.trim_end().to_owned());
            line = " ".repeat(hanging);
        } else if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    out.push(line.trim_end().to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "\
error: a.csv: two columns could be the number of this person, and nobody said which one
  what to do: say which one, for instance by --map phone_number=Telefon, or by a file

  the platform answered: half within 258 ms, 90 of 100 within 655 ms, 95 within
    942 ms, 99 within 1.2 s, the longest 1.2 s
    leads.csv › row 2
  Phone     +493023•••001, which is one of those that are called by the platform
            at night
    2026-11-21 20:04:01  created, made on the platform, id 1001 (HTTP 200)
leadload undo sandbox-7.results.jsonl --yes --run 20261121T200401Z-3a065a";

    #[test]
    fn lines_are_broken_between_words_and_what_was_broken_for_80_columns_is_broken_anew() {
        insta::assert_snapshot!(fitted(LINES, 60), @r"
        error: a.csv: two columns could be the number of this
          person, and nobody said which one
          what to do: say which one, for instance by --map
            phone_number=Telefon, or by a file

          the platform answered: half within 258 ms, 90 of 100
            within 655 ms, 95 within 942 ms, 99 within 1.2 s, the
            longest 1.2 s
            leads.csv › row 2
          Phone     +493023•••001, which is one of those that are
                    called by the platform at night
            2026-11-21 20:04:01  created, made on the platform, id
                                 1001 (HTTP 200)
        leadload undo sandbox-7.results.jsonl --yes --run 20261121T200401Z-3a065a
        ");
    }

    #[test]
    fn nothing_is_wider_than_the_terminal_but_commands_and_no_word_is_lost() {
        for columns in 30..140 {
            let fitted = fitted(LINES, columns);
            let wide = fitted.lines().find(|line| measure_text_width(line) > columns && !line.starts_with(COMMAND));
            assert_eq!(wide, None, "{columns}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&fitted), words(LINES), "{columns}");
        }
    }

    #[test]
    fn a_table_is_made_narrower_and_its_columns_stay_below_each_other() {
        let table = "\
Countries                        leads   on platform   refused  in doubt
  Germany                            4             4         0         0
  United Kingdom                     2             2         0         0
  1 row duplicate: the same number as leads.csv › row 3; it is sent once
    leads.csv › row 11";
        insta::assert_snapshot!(fitted(table, 60), @r"
        Countries            leads   on platform   refused  in doubt
          Germany                4             4         0         0
          United Kingdom         2             2         0         0
          1 row duplicate: the same number as leads.csv › row 3; it
            is sent once
            leads.csv › row 11
        ");
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        assert_eq!(fitted(LINES, 200), LINES);
        assert_eq!(fitted("", 30), "");
    }
}
