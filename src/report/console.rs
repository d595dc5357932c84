//! The one place through which everything reaches standard error, so that lines never tear the progress bar or each other.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use serde::Serialize;
use tracing_subscriber::fmt::MakeWriter;

use super::fit::fitted;

/// So wide texts are where nothing is narrower.
pub(super) const USUAL_WIDTH: usize = 80;

/// Texts are never laid out narrower.
const NARROWEST: usize = 30;

/// What standard error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// A terminal on which a bar can be redrawn.
    Terminal,
    /// A file, a pipe, a dumb terminal: lines only.
    Plain,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volume {
    /// Progress, notes and the summary.
    Normal,
    /// `--quiet`: no progress and no notes; only what is said with [`Console::line`].
    Quiet,
}

/// Standard error. Clones write to the same one.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    bars: MultiProgress,
    screen: Screen,
    volume: Volume,
    /// Whether a bar is on the screen.
    bar: Mutex<Bar>,
    /// Where tests look; otherwise standard error.
    kept: Option<Mutex<Vec<u8>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bar {
    None,
    Shown,
    Hidden,
}

impl Console {
    /// Standard error as it is: a terminal or not.
    #[must_use]
    pub fn stderr(volume: Volume) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        // indicatif also knows of TERM=dumb.
        let terminal = io::stderr().is_terminal() && !bars.is_hidden();
        let screen = if terminal { Screen::Terminal } else { Screen::Plain };
        Self(Arc::new(Inner { bars, screen, volume, bar: Mutex::new(Bar::None), kept: None }))
    }

    /// A console that keeps what is written, for tests: see [`Console::kept`].
    #[must_use]
    pub fn in_memory(screen: Screen, volume: Volume) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        Self(Arc::new(Inner { bars, screen, volume, bar: Mutex::new(Bar::None), kept: Some(Mutex::default()) }))
    }

    /// What was written to a console in memory.
    #[must_use]
    pub fn kept(&self) -> String {
        let kept = self.0.kept.as_ref().map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner).clone());
        String::from_utf8_lossy(&kept.unwrap_or_default()).into_owned()
    }

    /// What standard error is.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.0.screen
    }

    /// How much is said.
    #[must_use]
    pub fn volume(&self) -> Volume {
        self.0.volume
    }

    /// Writes `text` and a line break, above the bar where there is one. A standard error that is gone is no reason to
    /// stop an upload, so failures are ignored.
    pub fn line(&self, text: &str) {
        let columns = if self.0.screen == Screen::Terminal { self.size().0.max(NARROWEST) } else { usize::MAX };
        self.write(format!("{}\n", fitted(text, columns)).as_bytes());
    }

    /// The same for programs: it stays one line however narrow the terminal is.
    pub(super) fn unbroken_line(&self, text: &str) {
        self.write(format!("{text}\n").as_bytes());
    }

    /// Like [`Console::line`], but not with `--quiet`.
    pub fn note(&self, text: &str) {
        if self.0.volume == Volume::Normal {
            self.line(text);
        }
    }

    /// Where `tracing` writes: one log line at a time, above the bar.
    #[must_use]
    pub fn log_writer(&self) -> LogWriter {
        LogWriter { console: self.clone(), line: Vec::new() }
    }

    /// How many columns a text may take: as many as a narrow terminal has, and 80 elsewhere.
    #[must_use]
    pub fn width(&self) -> usize {
        match self.0.screen {
            Screen::Plain => USUAL_WIDTH,
            Screen::Terminal => self.size().0.clamp(NARROWEST, USUAL_WIDTH),
        }
    }

    /// How many columns and lines the screen has.
    pub(super) fn size(&self) -> (usize, usize) {
        let (lines, columns) = if self.0.kept.is_some() { (24, 80) } else { console::Term::stderr().size() };
        (usize::from(columns), usize::from(lines))
    }

    /// Puts a bar at the bottom of the screen.
    pub(super) fn add_bar(&self, bar: ProgressBar) -> ProgressBar {
        *self.bar() = Bar::Shown;
        self.0.bars.add(bar)
    }

    /// Takes the bar away and leaves no trace of it.
    pub(super) fn remove_bar(&self, bar: &ProgressBar) {
        let mut state = self.bar();
        bar.finish_and_clear();
        self.0.bars.remove(bar);
        *state = Bar::None;
    }

    /// No bar is drawn until [`Console::show_bars`]: somebody is asked something.
    pub fn hide_bars(&self) {
        let mut state = self.bar();
        if *state == Bar::Shown && self.0.kept.is_none() {
            let _ = self.0.bars.clear();
            self.0.bars.set_draw_target(ProgressDrawTarget::hidden());
            *state = Bar::Hidden;
        }
    }

    /// Ctrl-C was typed, which terminals show as `^C`: below a bar, whose last line is full, and else where the next line
    /// begins. It is taken away, or a line of the bar would stay in its place.
    pub fn forget_echo(&self) {
        let state = self.bar();
        if self.0.screen == Screen::Plain || self.0.kept.is_some() || !io::stdin().is_terminal() {
            return;
        }
        let terminal = console::Term::stderr();
        let up = usize::from(*state == Bar::Shown);
        let _ = terminal.clear_line().and_then(|()| terminal.move_cursor_up(up));
    }

    /// Bars are drawn again.
    pub fn show_bars(&self) {
        let mut state = self.bar();
        if *state == Bar::Hidden {
            self.0.bars.set_draw_target(ProgressDrawTarget::stderr());
            *state = Bar::Shown;
        }
    }

    fn bar(&self) -> MutexGuard<'_, Bar> {
        self.0.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whole lines, written at once.
    fn write(&self, lines: &[u8]) {
        if let Some(kept) = &self.0.kept {
            kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(lines);
            return;
        }
        // Held while it is written, so that the bar neither comes nor goes meanwhile.
        let bar = self.bar();
        if *bar == Bar::Shown {
            // The lines and the bar below them are one piece of output: nothing is gone for a moment, so nothing flickers.
            let text = String::from_utf8_lossy(lines);
            if self.0.bars.println(text.strip_suffix('\n').unwrap_or(&text)).is_ok() {
                return;
            }
        }
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(lines).and_then(|()| stderr.flush());
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Console({:?}, {:?})", self.0.screen, self.0.volume)
    }
}

/// Collects one log line and hands it to the [`Console`] when it is complete, or dropped.
#[derive(Debug)]
pub struct LogWriter {
    console: Console,
    line: Vec<u8>,
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|&byte| byte == b'\n') {
            let rest = self.line.split_off(end + 1);
            self.console.write(&std::mem::replace(&mut self.line, rest));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            self.line.push(b'\n');
            self.console.write(&self.line);
        }
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LogWriter;

    fn make_writer(&'a self) -> Self::Writer {
        self.console.log_writer()
    }
}

/// Writes `value` as indented JSON to standard output: the only thing that ever goes there.
///
/// # Errors
/// Standard output cannot be written, or `value` has no JSON form.
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&json).and_then(|()| stdout.flush()).map_err(|error| unwritten(&error))
}

/// Prints a report that is what its command is for, with a line break, to standard output. Whoever reads it may have read
/// enough.
///
/// # Errors
/// Standard output cannot be written.
pub fn print_text(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| unwritten(&error)),
    }
}

/// [`print_text`] of a text for people: on a terminal that is narrower, its lines are broken between words.
///
/// # Errors
/// Standard output cannot be written.
pub fn print_for_people(text: &str) -> io::Result<()> {
    let terminal = console::Term::stdout();
    let columns =
        terminal.size_checked().filter(|_| io::stdout().is_terminal()).map(|(_, columns)| usize::from(columns));
    print_text(&columns.map_or_else(|| text.to_owned(), |columns| fitted(text, columns.max(NARROWEST))))
}

/// The same error, which says what cannot be written and what to do.
fn unwritten(error: &io::Error) -> io::Error {
    let what_to_do = "make room where it is sent to, or send it elsewhere";
    io::Error::new(error.kind(), format!("standard output cannot be written: {error}\nwhat to do: {what_to_do}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_from_many_threads_stay_whole() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        std::thread::scope(|scope| {
            for name in ["a", "b", "c"] {
                let console = console.clone();
                scope.spawn(move || (0..50).for_each(|_| console.line(&name.repeat(40))));
            }
        });
        let kept = console.kept();
        assert_eq!(kept.lines().count(), 150);
        assert!(kept.lines().all(|line| line.len() == 40 && line.bytes().all(|byte| byte == line.as_bytes()[0])));
    }

    #[test]
    fn quiet_says_lines_but_no_notes() {
        let console = Console::in_memory(Screen::Plain, Volume::Quiet);
        console.note("a note");
        console.line("an error");
        assert_eq!(console.kept(), "an error\n");
    }

    #[test]
    fn a_log_line_written_in_pieces_comes_out_whole() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let mut log = console.log_writer().make_writer();
        log.write_all(b"INFO lead").unwrap();
        console.line("between");
        log.write_all(b"load: one\nINFO two").unwrap();
        drop(log);
        assert_eq!(console.kept(), "between\nINFO leadload: one\nINFO two\n");
    }

    #[test]
    fn tracing_writes_through_the_console() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let subscriber = tracing_subscriber::fmt()
            .with_writer(console.log_writer())
            .without_time()
            .with_ansi(false)
            .with_target(false)
            .finish();
        tracing::subscriber::with_default(subscriber, || tracing::info!(rows = 3, "read"));
        assert_eq!(console.kept(), " INFO read rows=3\n");
    }
}
