//! What a results file says, and where it ends: one pass over all lines, which fills the ledger and finds the first line
//! that a crash or a loss of power left incomplete.

use std::collections::VecDeque;
use std::io::Read;
use std::path::Path;

use serde::de::IgnoredAny;

use super::ResultsError;
use super::glance::Glance;
use super::ledger::Ledger;
use super::plain::Plain;
use super::reader::{Ending, Numbers, RawLine, RawLines};

/// What was found in a results file when it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// How many lines are in it (and is the number of the last).
    pub lines: u64,
    /// What a crash left incomplete at its end. It was never durable, so nothing relied on it.
    pub cut: Option<Cut>,
}

/// The incomplete end of a file, which is cut off when it is opened for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The byte from which on it was cut.
    pub offset: u64,
    /// How many bytes that were.
    pub bytes: u64,
    /// What was wrong with the first of them.
    pub why: &'static str,
}

/// What opening for writing needs besides.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) recovery: Recovery,
    /// The byte after the last good line.
    pub(super) good: u64,
    /// The byte after the last line of which a later one says that it is durable.
    pub(super) durable: u64,
}

/// Whoever looks on while a file is read is shown each good line, after the ledger has learnt it.
pub(super) type Watch<'w> = dyn FnMut(&mut Ledger, &RawLine<'_>, &Glance<'_>) -> Result<(), ResultsError> + 'w;

/// Reads everything into `ledger`.
pub(super) fn scan(path: &Path, reader: impl Read, ledger: &mut Ledger) -> Result<Scan, ResultsError> {
    scan_watched(path, reader, ledger, &mut |_, _, _| Ok(()))
}

/// The same, where `watch` looks on.
pub(super) fn scan_watched(
    path: &Path,
    reader: impl Read,
    ledger: &mut Ledger,
    watch: &mut Watch<'_>,
) -> Result<Scan, ResultsError> {
    let mut lines = RawLines::new(reader);
    let mut scanner = Scanner {
        path,
        ledger,
        watch,
        plain: Plain::default(),
        count: 0,
        good: 0,
        durable: 0,
        durable_end: 0,
        undurable_ends: VecDeque::new(),
    };
    let mut bad = None;
    while let Some(line) = lines.next_line().map_err(ResultsError::io(path, "read it"))? {
        match scanner.judge(&line)? {
            Judged::Good => {}
            Judged::Bad(why) => {
                let mut damage = Damage::at(&line, scanner.count + 1, why);
                damage.see(path, &line)?;
                bad = Some(damage);
                break;
            }
        }
    }
    if let Some(damage) = &mut bad {
        while let Some(line) = lines.next_line().map_err(ResultsError::io(path, "read it"))? {
            damage.see(path, &line)?;
        }
        damage.check_that_it_is_ours(path)?;
    }
    scanner.ledger.run_over();
    // Whoever opens the file must be able to rely on these.
    scanner.ledger.doubts()?;
    scanner.ledger.open_deletions()?;
    let cut = bad.map(|damage| Cut { offset: damage.offset, bytes: damage.end - damage.offset, why: damage.why });
    Ok(Scan { recovery: Recovery { lines: scanner.count, cut }, good: scanner.good, durable: scanner.durable_end })
}

struct Scanner<'a, 'w> {
    path: &'a Path,
    ledger: &'a mut Ledger,
    watch: &'a mut Watch<'w>,
    plain: Plain,
    /// How many lines were good.
    count: u64,
    /// The byte after the last good line.
    good: u64,
    /// The highest `d` of any line.
    durable: u64,
    durable_end: u64,
    /// Where the lines end that are newer than that.
    undurable_ends: VecDeque<u64>,
}

enum Judged {
    Good,
    Bad(&'static str),
}

impl Scanner<'_, '_> {
    fn judge(&mut self, raw: &RawLine<'_>) -> Result<Judged, ResultsError> {
        match raw.ending {
            Ending::LineBreak => {}
            Ending::Torn => return Ok(Judged::Bad("the line is not complete")),
            Ending::TooLong => return Ok(Judged::Bad("the line is too long to be one")),
        }
        let Ok(text) = std::str::from_utf8(raw.bytes) else { return Ok(Judged::Bad("the line is not UTF-8")) };
        let glance: Glance<'_> = match self.plain.glance(text) {
            Some(glance) => glance,
            None => match serde_json::from_str(text) {
                Ok(glance) => glance,
                Err(error) => return self.judge_unread(raw, text, &error),
            },
        };
        if glance.n != self.count + 1 || glance.d >= glance.n {
            return Ok(Judged::Bad("the line's number does not follow the one before it"));
        }
        self.learn(raw, text, &glance)?;
        self.count = glance.n;
        self.good = raw.end;
        self.undurable_ends.push_back(raw.end);
        while self.durable < glance.d {
            self.durable += 1;
            self.durable_end = self.undurable_ends.pop_front().unwrap_or(self.durable_end);
        }
        Ok(Judged::Good)
    }

    /// A whole line with the right number that still cannot be read is not damage: another version wrote it, and cutting it
    /// would lose what it says.
    fn judge_unread(&self, raw: &RawLine<'_>, text: &str, why: &serde_json::Error) -> Result<Judged, ResultsError> {
        match serde_json::from_str::<Numbers>(text) {
            Ok(numbers) if numbers.n == self.count + 1 && numbers.d < numbers.n => {
                Err(self.newer(raw, why.to_string()))
            }
            _ if self.count == 0 && serde_json::from_str::<IgnoredAny>(text).is_ok() => {
                Err(self.not_results("its first line is JSON, but has no `n` and `d`"))
            }
            _ => Ok(Judged::Bad("the line is not a JSON object with `n` and `d`")),
        }
    }

    fn learn(&mut self, raw: &RawLine<'_>, text: &str, glance: &Glance<'_>) -> Result<(), ResultsError> {
        if self.count == 0 && glance.kind != "run" {
            return Err(self.not_results("its first line does not say that a run begins"));
        }
        let fact = glance.fact().map_err(|what| self.newer(raw, what))?;
        self.ledger.learn(&fact, glance.at, text).map_err(|refused| ResultsError::Contradiction {
            path: self.path.to_owned(),
            offset: raw.start,
            line: self.count + 1,
            refused,
        })?;
        (self.watch)(self.ledger, raw, glance)
    }

    fn newer(&self, raw: &RawLine<'_>, what: String) -> ResultsError {
        ResultsError::Newer { path: self.path.to_owned(), offset: raw.start, line: self.count + 1, what }
    }

    fn not_results(&self, why: &str) -> ResultsError {
        ResultsError::NotResults { path: self.path.to_owned(), why: why.to_owned() }
    }
}

/// The first bad line and what follows it.
struct Damage {
    offset: u64,
    /// The number the line should have.
    line: u64,
    why: &'static str,
    end: u64,
    first: First,
    /// How many lines from it on have the numbers of a line of ours.
    lines_of_ours: u64,
}

/// What the first bad line begins with.
#[derive(PartialEq, Eq)]
enum First {
    LineOfOurs,
    /// Nothing but NUL bytes, as a page that never reached the disk leaves them.
    Nul,
    /// NUL bytes, then the rest of a line.
    NulAndMore,
    Other,
}

/// How the journal begins the first line of a file.
pub(super) const HEAD: &[u8] = b"{\"n\":1,\"d\":0,\"type\":\"run\",";

impl Damage {
    fn at(raw: &RawLine<'_>, line: u64, why: &'static str) -> Self {
        let torn_in_head = raw.ending == Ending::Torn && HEAD.starts_with(raw.bytes);
        let first = if raw.bytes.starts_with(HEAD) || torn_in_head {
            First::LineOfOurs
        } else if !raw.bytes.is_empty() && raw.bytes.iter().all(|byte| *byte == 0) {
            First::Nul
        } else if raw.bytes.first() == Some(&0) {
            First::NulAndMore
        } else {
            First::Other
        };
        Self { offset: raw.start, line, why, end: raw.start, first, lines_of_ours: 0 }
    }

    /// Looks at a line from the first bad one on: does it say that the bad one was durable?
    fn see(&mut self, path: &Path, raw: &RawLine<'_>) -> Result<(), ResultsError> {
        self.end = raw.end;
        let Ok(numbers) = serde_json::from_slice::<Numbers>(raw.bytes) else { return Ok(()) };
        self.lines_of_ours += 1;
        if numbers.d < self.line {
            return Ok(());
        }
        Err(ResultsError::Corrupt {
            path: path.to_owned(),
            offset: self.offset,
            line: self.line,
            why: self.why.to_owned(),
        })
    }

    /// Nothing is cut off a file of which not even the first line is ours, unless it is what a loss of power leaves.
    fn check_that_it_is_ours(&self, path: &Path) -> Result<(), ResultsError> {
        let ours = match self.first {
            First::LineOfOurs | First::Nul => true,
            First::NulAndMore => self.lines_of_ours > 0,
            First::Other => false,
        };
        if self.line > 1 || ours {
            return Ok(());
        }
        Err(ResultsError::NotResults { path: path.to_owned(), why: "nothing in it is a line of leadload's".to_owned() })
    }
}
