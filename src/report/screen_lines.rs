//! A frame of the progress on a terminal: a few lines, none wider than it is.

use std::borrow::Cow;

use super::figures::real;
use super::progress::Frame;

/// Below this width there is no room for a bar.
const WIDTH_FOR_BAR: usize = 60;

/// How wide a bar is, without its ends.
const BAR: usize = 16;

/// What stands between the parts.
const BETWEEN: &str = " · ";

/// Further lines are indented by so much.
const INDENT: &str = "  ";

/// What turns while nothing else may change; plain ASCII, since not every terminal has the fonts for more.
const SPINNER: [&str; 4] = ["-", "\\", "|", "/"];

/// The lines of the `tick`th frame, at most `most`, for a terminal of `width` columns.
pub(super) fn screen_lines(frame: &Frame, width: usize, most: usize, tick: usize) -> Vec<String> {
    // In the last column some terminals break the line by themselves.
    let width = width.saturating_sub(1).max(1);
    let mut lines = Vec::new();
    let mut last = head(frame, width, tick);
    let mut between = "";
    for part in frame.parts() {
        let is_first = lines.is_empty() && between.is_empty();
        if is_first || columns(&last) + columns(between) + columns(&part) <= width {
            last = format!("{last}{between}{part}");
        } else {
            lines.push(std::mem::replace(&mut last, format!("{INDENT}{part}")));
        }
        between = BETWEEN;
    }
    lines.push(last);
    lines.truncate(most.max(1));
    lines.iter().map(|line| cut(line, width).into_owned()).collect()
}

fn head(frame: &Frame, width: usize, tick: usize) -> String {
    match frame.done_of() {
        Some(_) if width < WIDTH_FOR_BAR => String::new(),
        Some((done, all)) => format!("[{}] ", bar(done, all)),
        None => format!("{} ", SPINNER[tick % SPINNER.len()]),
    }
}

fn bar(done: u64, all: u64) -> String {
    let share = if all == 0 { 1.0 } else { (real(done) / real(all)).clamp(0.0, 1.0) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the bar's width")]
    let full = (share * real(BAR as u64)) as usize;
    let tip = if full < BAR { ">" } else { "" };
    format!("{}{tip}{}", "=".repeat(full), " ".repeat(BAR - full - tip.len()))
}

fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

fn cut(line: &str, width: usize) -> Cow<'_, str> {
    console::truncate_str(line, width, "…")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::progress::{Phase, Waiting};
    use super::super::{counts::Counts, sample};
    use super::*;
    use crate::lead::Status;

    fn frame() -> Frame {
        let ended = [(Status::Created, 1_190), (Status::Rejected, 3), (Status::InDoubt, 1), (Status::Invalid, 40)];
        let why = "the platform asked to wait (429)".to_owned();
        Frame { waiting: Some(Waiting { left: Duration::from_secs(42), why }), ..sample::frame(&ended) }
    }

    fn shown(frame: &Frame, width: usize) -> String {
        screen_lines(frame, width, 6, 0).join("\n")
    }

    #[test]
    fn on_a_wide_terminal_there_is_a_bar_and_what_is_waited_for() {
        insta::assert_snapshot!(shown(&frame(), 120), @r"
        [=>              ] 1,234 of 10,000 leads (12%) · waiting 42 s: the platform asked to wait (429) · 2 h 30 min left
          59/min of 60/min allowed · created 1,190 · rejected 3 · in_doubt 1 · invalid 40
        ");
    }

    #[test]
    fn on_a_narrow_one_lines_break_between_the_parts() {
        insta::assert_snapshot!(shown(&frame(), 60), @r"
        1,234 of 10,000 leads (12%)
          waiting 42 s: the platform asked to wait (429)
          2 h 30 min left · 59/min of 60/min allowed
          created 1,190 · rejected 3 · in_doubt 1 · invalid 40
        ");
        insta::assert_snapshot!(shown(&frame(), 40), @r"
        1,234 of 10,000 leads (12%)
          waiting 42 s: the platform asked to …
          2 h 30 min left
          59/min of 60/min allowed
          created 1,190 · rejected 3
          in_doubt 1 · invalid 40
        ");
    }

    #[test]
    fn no_line_is_ever_wider_than_the_terminal() {
        for width in 1..200 {
            for line in screen_lines(&frame(), width, 5, 3) {
                assert!(columns(&line) < width.max(2), "{width}: {line:?}");
            }
        }
    }

    #[test]
    fn a_bar_is_full_when_all_is_done_and_not_before() {
        assert_eq!(bar(0, 10), ">               ");
        assert_eq!(bar(9_999, 10_000), "===============>");
        assert_eq!(bar(10_000, 10_000), "================");
        assert_eq!(bar(0, 0), "================");
    }

    #[test]
    fn without_an_end_something_turns() {
        let reading = Frame { phase: Phase::Preparing { rows: 5 }, expected: None, waiting: None, ..frame() };
        assert_eq!(screen_lines(&reading, 80, 5, 1), ["\\ reading: 5 rows"]);
    }

    #[test]
    fn the_readme_shows_progress_as_it_is_drawn() {
        let readme = include_str!("../../README.md");
        let shown_at = |width: usize, left: u64, why: &str, rate: f64, states: [u64; 4]| {
            let mut leads = Counts::default();
            for (status, number) in
                [Status::Created, Status::Rejected, Status::Invalid, Status::Duplicate].into_iter().zip(states)
            {
                leads.add(status, number);
            }
            let waiting = Some(Waiting { left: Duration::from_secs(31), why: why.to_owned() });
            let (expected, left) = (Some(999), Some(Duration::from_mins(left)));
            shown(&Frame { leads, expected, rate: Some(rate / 60.0), left, waiting, ..frame() }, width)
        };
        let wide = shown_at(90, 19, "the platform's allowance is used up", 54.0, [23, 1, 1, 1]);
        let narrow = shown_at(40, 20, "the platform asked to wait (429)", 52.0, [22, 1, 1, 1]);
        for drawn in [wide, narrow] {
            assert!(readme.contains(&drawn), "README.md should show\n{drawn}");
        }
    }
}
