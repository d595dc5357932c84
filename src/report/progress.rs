//! Progress while it happens: on a terminal a few lines that are drawn anew, a line every few seconds elsewhere, JSON for
//! programs.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::console::{Console, Screen};
use super::counts::Counts;
use super::figures::{about, count, counted, rate, rate_beside};
use super::progress_line::{ProgressLine, Stamp};
use super::screen_lines::screen_lines;
use crate::lead::Status;

/// How often a bar is drawn.
const REDRAW: Duration = Duration::from_millis(125);

/// Where there is no terminal, after so many lines there is one a minute.
const FIRST_LINES: u32 = 12;
const LATER_EVERY: Duration = Duration::from_mins(1);

/// As many lines of a terminal are drawn on.
const MOST_LINES: usize = 6;

/// To whom progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// To nobody.
    Never,
    /// To people: on a terminal as a bar, elsewhere as a line.
    ForPeople {
        /// How often, where there is no terminal; after some lines, once a minute.
        every: Duration,
    },
    /// To programs: JSON, one object a line.
    ForPrograms {
        /// How often, besides once at the end.
        every: Duration,
    },
}

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
    /// How many requests per second the rates allow; `None` where there is no limit.
    pub allowed: Option<f64>,
    /// How long the rest will take, waiting included.
    pub left: Option<Duration>,
    /// What everybody waits for.
    pub waiting: Option<Waiting>,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Leads are looked at on the platform before they are deleted.
    LookingAt {
        /// How many.
        leads: u64,
    },
    /// Leads are deleted.
    Deleting {
        /// Of how many it is known what became of them.
        done: u64,
        /// How many are to be deleted.
        all: u64,
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
        self.parts().join(" · ")
    }

    /// What there is to say, what matters most first.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = vec![match self.phase {
            Phase::Preparing { rows: 0 } => "getting ready".to_owned(),
            Phase::Preparing { rows } => format!("reading: {}", counted(rows, "row", "rows")),
            Phase::Listing { pages, leads } => {
                let (pages, leads) = (counted(pages, "page", "pages"), counted(leads, "lead", "leads"));
                format!("listing who is there already: {leads} on {pages}")
            }
            Phase::LookingUp { leads } => format!("looking up {} in doubt", counted(leads, "lead", "leads")),
            Phase::LookingAt { leads } => format!("looking at {} on the platform", counted(leads, "lead", "leads")),
            Phase::Deleting { done, all } => format!("deleting: {}", share(done, all)),
            Phase::Sending => self.how_far(),
        }];
        if let Some(waiting) = &self.waiting {
            parts.push(format!("waiting {}: {}", about(waiting.left), waiting.why));
        }
        if matches!(self.phase, Phase::Sending | Phase::Deleting { .. }) {
            parts.extend(self.only_doubts_are_left().then(|| "looking up what is in doubt".to_owned()));
            parts.extend(self.left.filter(|left| !left.is_zero()).map(|left| format!("{} left", about(left))));
            parts.extend(self.pace());
            parts.extend(self.leads.nonzero().map(|(status, number)| format!("{status} {}", count(number))));
        }
        parts
    }

    fn how_far(&self) -> String {
        let done = self.leads.total();
        match self.expected {
            Some(all) => share(done, all),
            None => counted(done, "lead", "leads"),
        }
    }

    /// Whether every lead was sent, and of some it is not known whether they arrived.
    fn only_doubts_are_left(&self) -> bool {
        let done = self.leads.total();
        self.phase == Phase::Sending && self.expected == Some(done) && self.leads.get(Status::InDoubt) > 0
    }

    /// How much is done, and of how much, where that is known.
    pub(super) fn done_of(&self) -> Option<(u64, u64)> {
        match self.phase {
            Phase::Sending => Some((self.leads.total(), self.expected?)),
            Phase::Deleting { done, all } => Some((done, all)),
            _ => None,
        }
    }

    /// The rate now, and what is allowed.
    fn pace(&self) -> Option<String> {
        let now = self.rate.filter(|per_second| *per_second > 0.0)?;
        Some(match self.allowed {
            None => rate(now),
            Some(allowed) => format!("{} of {} allowed", rate_beside(now, allowed), rate(allowed)),
        })
    }
}

fn share(done: u64, all: u64) -> String {
    format!("{} of {} ({})", count(done), counted(all, "lead", "leads"), percent(done, all))
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
    /// Shows what `frame` gives, as `shown` says.
    #[must_use]
    pub(super) fn start(
        console: &Console,
        shown: Shown,
        stamp: Stamp,
        frame: impl Fn() -> Frame + Send + 'static,
    ) -> Self {
        let Some(mut display) = Display::new(console, shown, stamp) else { return Self { thread: None } };
        let (stop, stopped) = mpsc::channel();
        let show = move || {
            while stopped.recv_timeout(display.pause()) == Err(RecvTimeoutError::Timeout) {
                display.show(&frame());
            }
            display.end(&frame);
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
    Bar { console: Console, bar: ProgressBar, tick: usize },
    Lines { console: Console, last: String, every: Duration, shown: u32 },
    Json { console: Console, stamp: Stamp, every: Duration },
}

impl Display {
    /// `None` where nothing is to be shown.
    fn new(console: &Console, shown: Shown, stamp: Stamp) -> Option<Self> {
        let console = console.clone();
        match (shown, console.screen()) {
            (Shown::Never, _) => None,
            (Shown::ForPrograms { every }, _) => Some(Self::Json { console, stamp, every }),
            (Shown::ForPeople { every }, Screen::Plain) => {
                Some(Self::Lines { console, last: String::new(), every, shown: 0 })
            }
            (Shown::ForPeople { .. }, Screen::Terminal) => {
                let bar = ProgressBar::no_length();
                // One message holds it all, so that no frame is ever drawn by halves.
                bar.set_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
                let bar = console.add_bar(bar);
                Some(Self::Bar { console, bar, tick: 0 })
            }
        }
    }

    /// How long to pause before the next frame. Who looks at a run that has just begun wants to see that it goes; a night of
    /// it is not to fill a journal.
    fn pause(&self) -> Duration {
        match self {
            Self::Bar { .. } => REDRAW,
            Self::Lines { every, shown, .. } if *shown >= FIRST_LINES => LATER_EVERY.max(*every),
            Self::Lines { every, .. } | Self::Json { every, .. } => *every,
        }
    }

    fn show(&mut self, frame: &Frame) {
        match self {
            Self::Bar { console, bar, tick } => {
                let (width, height) = console.size();
                *tick = tick.wrapping_add(1);
                bar.set_message(screen_lines(frame, width, MOST_LINES.min(height.saturating_sub(1)), *tick).join("\n"));
            }
            Self::Lines { console, last, shown, .. } => {
                *shown = shown.saturating_add(1);
                let line = frame.line();
                if line != *last {
                    console.line(&line);
                    *last = line;
                }
            }
            Self::Json { console, stamp, .. } => console.unbroken_line(&ProgressLine::new(frame, stamp).json()),
        }
    }

    /// The bar is taken away; programs are told how it stands at the end.
    fn end(mut self, frame: impl Fn() -> Frame) {
        match &self {
            Self::Bar { console, bar, .. } => console.remove_bar(bar),
            Self::Lines { .. } => {}
            Self::Json { .. } => self.show(&frame()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::console::Volume;
    use crate::report::sample::frame;

    fn sending() -> Frame {
        frame(&[(Status::Created, 1_190), (Status::Invalid, 44)])
    }

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_takes() {
        insta::assert_snapshot!(sending().line(), @"1,234 of 10,000 leads (12%) · 2 h 30 min left · 59/min of 60/min allowed · created 1,190 · invalid 44");
    }

    #[test]
    fn a_line_says_what_everybody_waits_for() {
        let waiting = Waiting { left: Duration::from_secs(42), why: "the platform asked to wait (429)".to_owned() };
        let frame = Frame { waiting: Some(waiting), rate: None, left: None, ..sending() };
        insta::assert_snapshot!(frame.line(), @"1,234 of 10,000 leads (12%) · waiting 42 s: the platform asked to wait (429) · created 1,190 · invalid 44");
    }

    #[test]
    fn without_a_first_pass_there_is_no_share_to_tell() {
        insta::assert_snapshot!(Frame { expected: None, left: None, ..sending() }.line(), @"1,234 leads · 59/min of 60/min allowed · created 1,190 · invalid 44");
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
    fn where_all_is_sent_and_something_is_in_doubt_that_is_said() {
        let mut frame = Frame { rate: None, left: None, ..sending() };
        frame.leads.add(Status::InDoubt, 2);
        assert!(!frame.line().contains("looking up"), "{}", frame.line());
        frame.expected = Some(frame.leads.total());
        insta::assert_snapshot!(frame.line(), @"1,236 of 1,236 leads (100%) · looking up what is in doubt · created 1,190 · in_doubt 2 · invalid 44");
    }

    #[test]
    fn a_share_is_never_rounded_up_to_all() {
        assert_eq!(percent(9_999, 10_000), "99%");
        assert_eq!(percent(10_000, 10_000), "100%");
        assert_eq!(percent(0, 0), "100%");
    }

    const EVERY: Duration = Duration::from_secs(5);

    fn display(console: &Console, shown: Shown) -> Display {
        let clock = crate::clock::Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
        Display::new(console, shown, Stamp { run: "r-1".to_owned(), clock }).unwrap()
    }

    #[test]
    fn lines_are_written_only_when_they_say_something_new() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let mut display = display(&console, Shown::ForPeople { every: EVERY });
        let mut frame = Frame { phase: Phase::Preparing { rows: 1 }, ..sending() };
        display.show(&frame);
        display.show(&frame);
        frame.phase = Phase::Preparing { rows: 2 };
        display.show(&frame);
        display.end(sending);
        assert_eq!(console.kept(), "reading: 1 row\nreading: 2 rows\n");
    }

    #[test]
    fn lines_are_fewer_once_a_run_has_shown_that_it_goes() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let mut display = display(&console, Shown::ForPeople { every: EVERY });
        (0..FIRST_LINES).for_each(|_| {
            assert_eq!(display.pause(), EVERY);
            display.show(&sending());
        });
        assert_eq!(display.pause(), LATER_EVERY);
    }

    #[test]
    fn on_a_terminal_one_message_holds_all_and_goes_away() {
        let console = Console::in_memory(Screen::Terminal, Volume::Normal);
        let mut display = display(&console, Shown::ForPeople { every: EVERY });
        display.show(&Frame { phase: Phase::Preparing { rows: 1 }, expected: None, ..sending() });
        display.show(&sending());
        let Display::Bar { bar, .. } = &display else { panic!("a terminal has a bar") };
        assert_eq!(bar.message(), screen_lines(&sending(), 80, 6, 0).join("\n"));
        display.end(sending);
        assert_eq!(console.kept(), "");
    }

    #[test]
    fn programs_get_a_line_of_json_at_the_end_at_least() {
        let console = Console::in_memory(Screen::Terminal, Volume::Quiet);
        let mut display = display(&console, Shown::ForPrograms { every: EVERY });
        let why = "the platform asked to wait (429)".to_owned();
        display.show(&Frame { waiting: Some(Waiting { left: Duration::from_secs(42), why }), ..sending() });
        display.end(sending);
        let kept = console.kept();
        let lines: Vec<serde_json::Value> = kept.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        insta::assert_snapshot!(lines[0], @r#"{"schema":1,"document":"progress","run":"r-1","at":"1970-01-01T00:00:00Z","phase":"sending","rows_read":null,"listed":null,"looking_up":null,"leads":{"created":1190,"exists":0,"rejected":0,"in_doubt":0,"invalid":44,"duplicate":0,"suppressed":0,"unsent":0,"undone":0},"done":1234,"expected":10000,"leads_per_minute":58.8,"allowed_per_minute":60.0,"seconds_left":8946,"waiting":{"seconds":42,"why":"the platform asked to wait (429)"}}"#);
        assert_eq!((lines.len(), &lines[1]["waiting"]), (2, &serde_json::Value::Null));
    }

    #[test]
    fn where_nothing_is_to_be_shown_there_is_nothing() {
        let console = Console::in_memory(Screen::Terminal, Volume::Normal);
        let clock = crate::clock::Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
        Progress::start(&console, Shown::Never, Stamp { run: String::new(), clock }, sending).stop();
        assert_eq!(console.kept(), "");
    }

    #[test]
    fn stopping_does_not_wait_for_the_next_line() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let clock = crate::clock::Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
        let shown = Shown::ForPeople { every: Duration::from_hours(1) };
        Progress::start(&console, shown, Stamp { run: String::new(), clock }, sending).stop();
        assert_eq!(console.kept(), "");
    }
}
