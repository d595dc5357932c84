//! Progress while it happens: a bar on a terminal, a line every few seconds elsewhere, nothing with `--quiet`.

use std::fmt::Write as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::console::{Console, Screen, Volume};
use super::counts::Counts;
use super::figures::{about, count, counted, rate};

/// How often a bar is drawn.
const REDRAW: Duration = Duration::from_millis(125);

/// What there is to show at one moment. [`Frame::line`] says it in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// What is being done.
    pub phase: Phase,
    /// Leads by state so far, those of earlier runs included.
    pub leads: Counts,
    /// How many leads the input has, where that is known.
    pub expected: Option<u64>,
    /// Leads sent per second, of late.
    pub rate: Option<f64>,
    /// How long the rest will take, waiting included.
    pub left: Option<Duration>,
    /// What everybody waits for.
    pub waiting: Option<Waiting>,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The input is read and counted; nothing is sent.
    Preparing {
        /// Rows read so far.
        rows: u64,
    },
    /// The platform's leads are listed; nothing is sent.
    Listing {
        /// Pages read so far.
        pages: u64,
        /// Leads on them.
        leads: u64,
    },
    /// What earlier runs left in doubt is looked up; nothing is sent.
    LookingUp {
        /// Leads that are not settled yet.
        leads: u64,
    },
    /// Leads are sent.
    Sending,
}

/// A wait of all workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// How much of it is left.
    pub left: Duration,
    /// Why, in words.
    pub why: String,
}

impl Frame {
    /// The frame as one line, without an end.
    #[must_use]
    pub fn line(&self) -> String {
        match self.phase {
            Phase::Preparing { rows } => format!("reading: {}", counted(rows, "row", "rows")),
            Phase::Listing { pages, leads } => self.listing_line(pages, leads),
            Phase::LookingUp { leads } => self.looking_up_line(leads),
            Phase::Sending => self.sending_line(),
        }
    }

    fn looking_up_line(&self, leads: u64) -> String {
        let mut line = format!("looking up {} in doubt", counted(leads, "lead", "leads"));
        if let Some(waiting) = &self.waiting {
            let _ = write!(line, " · waiting {}: {}", about(waiting.left), waiting.why);
        }
        line
    }

    fn listing_line(&self, pages: u64, leads: u64) -> String {
        let (pages, leads) = (counted(pages, "page", "pages"), counted(leads, "lead", "leads"));
        let mut line = format!("listing who is there already: {leads} on {pages}");
        if let Some(waiting) = &self.waiting {
            let _ = write!(line, " · waiting {}: {}", about(waiting.left), waiting.why);
        }
        line
    }

    fn sending_line(&self) -> String {
        let done = self.leads.total();
        let mut line = match self.expected {
            Some(all) => format!("{} of {} ({})", count(done), counted(all, "lead", "leads"), percent(done, all)),
            None => counted(done, "lead", "leads"),
        };
        // Terminals cut what is too long for them: what matters most comes first.
        if let Some(waiting) = &self.waiting {
            let _ = write!(line, " · waiting {}: {}", about(waiting.left), waiting.why);
        }
        if let Some(left) = self.left.filter(|left| !left.is_zero()) {
            let _ = write!(line, " · {} left", about(left));
        }
        if let Some(per_second) = self.rate.filter(|per_second| *per_second > 0.0) {
            let _ = write!(line, " · {}", rate(per_second));
        }
        for (status, number) in self.leads.nonzero() {
            let _ = write!(line, " · {status} {}", count(number));
        }
        line
    }
}

/// Cut, not rounded: `100%` is only said when all is done.
fn percent(done: u64, all: u64) -> String {
    let percent = u128::from(done.min(all)) * 100 / u128::from(all.max(1));
    format!("{}%", if all == 0 { 100 } else { percent })
}

/// Shows frames until it is stopped or dropped. It has a thread of its own, so that time goes on being shown while
/// nothing happens.
#[derive(Debug)]
pub struct Progress {
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Shows what `frame` gives: on a terminal as a bar, else as a line every `every`, and not at all on a quiet console.
    #[must_use]
    pub fn start(console: &Console, every: Duration, frame: impl Fn() -> Frame + Send + 'static) -> Self {
        if console.volume() == Volume::Quiet {
            return Self { thread: None };
        }
        let (stop, stopped) = mpsc::channel();
        let mut display = Display::new(console);
        let pause = match console.screen() {
            Screen::Terminal => REDRAW,
            Screen::Plain => every,
        };
        let show = move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                display.show(&frame());
            }
            display.end();
        };
        // Without a thread there is no progress, which is no reason not to upload.
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(show).ok();
        Self { thread: thread.map(|thread| (stop, thread)) }
    }

    /// Ends it; the bar is gone when this returns.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// What frames are drawn on.
enum Display {
    Bar { console: Console, bar: ProgressBar, phase: Option<Phase> },
    Lines { console: Console, last: String },
}

impl Display {
    fn new(console: &Console) -> Self {
        let console = console.clone();
        match console.screen() {
            Screen::Plain => Self::Lines { console, last: String::new() },
            Screen::Terminal => {
                let bar = console.add_bar(ProgressBar::no_length());
                Self::Bar { console, bar, phase: None }
            }
        }
    }

    fn show(&mut self, frame: &Frame) {
        match self {
            Self::Bar { bar, phase, .. } => {
                let changed =
                    phase.is_none_or(|old| std::mem::discriminant(&old) != std::mem::discriminant(&frame.phase));
                if changed {
                    bar.set_style(style(frame));
                    *phase = Some(frame.phase);
                }
                if let Some(length) = frame.expected {
                    bar.set_length(length);
                }
                bar.set_position(frame.leads.total());
                bar.set_message(frame.line());
                bar.tick();
            }
            Self::Lines { console, last } => {
                let line = frame.line();
                if line != *last {
                    console.line(&line);
                    *last = line;
                }
            }
        }
    }

    fn end(self) {
        if let Self::Bar { console, bar, .. } = self {
            console.remove_bar(&bar);
        }
    }
}

/// The line as wide as the terminal (cut there), after a bar where the end is known.
fn style(frame: &Frame) -> ProgressStyle {
    let template = match (frame.phase, frame.expected) {
        (Phase::Sending, Some(_)) => "[{bar:16}] {wide_msg}",
        _ => "{spinner} {wide_msg}",
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Plain ASCII: not every terminal has the fonts for more.
    style.progress_chars("=> ").tick_chars("-\\|/ ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::Status;

    fn sending() -> Frame {
        let mut leads = Counts::default();
        leads.add(Status::Created, 1_190);
        leads.add(Status::Invalid, 44);
        Frame {
            phase: Phase::Sending,
            leads,
            expected: Some(10_000),
            rate: Some(0.98),
            left: Some(Duration::from_secs(8_946)),
            waiting: None,
        }
    }

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_takes() {
        insta::assert_snapshot!(sending().line(), @"1,234 of 10,000 leads (12%) · 2 h 30 min left · 59/min · created 1,190 · invalid 44");
    }

    #[test]
    fn a_line_says_what_everybody_waits_for() {
        let waiting = Waiting { left: Duration::from_secs(42), why: "the platform asked to wait (429)".to_owned() };
        let frame = Frame { waiting: Some(waiting), rate: None, left: None, ..sending() };
        insta::assert_snapshot!(frame.line(), @"1,234 of 10,000 leads (12%) · waiting 42 s: the platform asked to wait (429) · created 1,190 · invalid 44");
    }

    #[test]
    fn without_a_first_pass_there_is_no_share_to_tell() {
        insta::assert_snapshot!(Frame { expected: None, left: None, ..sending() }.line(), @"1,234 leads · 59/min · created 1,190 · invalid 44");
    }

    #[test]
    fn reading_counts_rows() {
        let frame = Frame { phase: Phase::Preparing { rows: 120_000 }, ..sending() };
        insta::assert_snapshot!(frame.line(), @"reading: 120,000 rows");
    }

    #[test]
    fn looking_up_counts_what_is_still_in_doubt() {
        let frame = Frame { phase: Phase::LookingUp { leads: 8 }, ..sending() };
        insta::assert_snapshot!(frame.line(), @"looking up 8 leads in doubt");
    }

    #[test]
    fn a_share_is_never_rounded_up_to_all() {
        assert_eq!(percent(9_999, 10_000), "99%");
        assert_eq!(percent(10_000, 10_000), "100%");
        assert_eq!(percent(0, 0), "100%");
    }

    #[test]
    fn lines_are_written_only_when_they_say_something_new() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let mut display = Display::new(&console);
        let mut frame = Frame { phase: Phase::Preparing { rows: 1 }, ..sending() };
        display.show(&frame);
        display.show(&frame);
        frame.phase = Phase::Preparing { rows: 2 };
        display.show(&frame);
        display.end();
        assert_eq!(console.kept(), "reading: 1 row\nreading: 2 rows\n");
    }

    #[test]
    fn a_bar_goes_through_its_phases_and_away() {
        let console = Console::in_memory(Screen::Terminal, Volume::Normal);
        let mut display = Display::new(&console);
        display.show(&Frame { phase: Phase::Preparing { rows: 1 }, expected: None, ..sending() });
        display.show(&sending());
        let Display::Bar { bar, .. } = &display else { panic!("a terminal has a bar") };
        assert_eq!((bar.position(), bar.length(), bar.message()), (1_234, Some(10_000), sending().line()));
        display.end();
        assert_eq!(console.kept(), "");
    }

    #[test]
    fn a_quiet_console_shows_nothing_and_stops_at_once() {
        let console = Console::in_memory(Screen::Plain, Volume::Quiet);
        Progress::start(&console, Duration::ZERO, sending).stop();
        assert_eq!(console.kept(), "");
    }

    #[test]
    fn stopping_does_not_wait_for_the_next_line() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        Progress::start(&console, Duration::from_hours(1), sending).stop();
        assert_eq!(console.kept(), "");
    }
}
