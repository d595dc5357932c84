//! What a results file says, and where it ends: one pass over all lines, which fills the ledger and finds the first line
//! that a crash or a loss of power left incomplete.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};

use crate::lead::{Fingerprint, LeadKey, Status};

use super::ResultsError;
use super::format::{Certainty, FORMAT, KEYS, SettledBy};
use super::ids::IdMark;
use super::ledger::{Fact, LeadFact, Ledger};
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

/// Reads everything into `ledger`.
pub(super) fn scan(path: &Path, reader: impl Read, ledger: &mut Ledger) -> Result<Scan, ResultsError> {
    let mut lines = RawLines::new(reader);
    let mut scanner =
        Scanner { path, ledger, count: 0, good: 0, durable: 0, durable_end: 0, undurable_ends: VecDeque::new() };
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

struct Scanner<'a> {
    path: &'a Path,
    ledger: &'a mut Ledger,
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

impl Scanner<'_> {
    fn judge(&mut self, raw: &RawLine<'_>) -> Result<Judged, ResultsError> {
        match raw.ending {
            Ending::LineBreak => {}
            Ending::Torn => return Ok(Judged::Bad("the line is not complete")),
            Ending::TooLong => return Ok(Judged::Bad("the line is too long to be one")),
        }
        let Ok(text) = std::str::from_utf8(raw.bytes) else { return Ok(Judged::Bad("the line is not UTF-8")) };
        let glance: Glance<'_> = match serde_json::from_str(text) {
            Ok(glance) => glance,
            Err(error) => return self.judge_unread(raw, text, &error),
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
        })
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

/// The fields of any line that the ledger needs; the others are skipped unread.
#[derive(Deserialize)]
struct Glance<'a> {
    n: u64,
    d: u64,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    run: Cow<'a, str>,
    at: Timestamp,
    #[serde(default, deserialize_with = "key")]
    key: Option<LeadKey>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
    #[serde(default)]
    certain: Certainty,
    settled_by: Option<SettledBy>,
    #[serde(borrow)]
    reason: Option<Code<'a>>,
    request: Option<Fingerprint>,
    group: Option<Fingerprint>,
    #[serde(borrow)]
    target: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    format: Option<u64>,
    keys: Option<u64>,
    #[serde(default)]
    calls: Vec<String>,
}

#[derive(Deserialize)]
struct Code<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
}

impl Glance<'_> {
    /// What the line says, or what in it this version does not know.
    fn fact(&self) -> Result<Fact<'_>, String> {
        let run = &*self.run;
        let missing = |field: &str| format!("type {:?} without {field:?}", self.kind);
        match &*self.kind {
            "run" => self.check_versions().map(|()| Fact::Run { calls: &self.calls }),
            "sending" => Ok(Fact::Sending {
                key: self.key.ok_or_else(|| missing("key"))?,
                run,
                request: self.request.ok_or_else(|| missing("request"))?,
                group: self.group,
            }),
            "lead" => Ok(Fact::Lead(LeadFact {
                key: self.key,
                run,
                status: self.status()?,
                certain: self.certain,
                settled_by: self.settled_by,
                reason: self.reason.as_ref().map(|reason| &*reason.code),
                request: self.request,
                group: self.group,
                id: self.id.as_deref().zip(self.target.as_deref()).map(|(id, target)| IdMark::new(target, id)),
            })),
            "deleting" => Ok(Fact::Deleting { key: self.key.ok_or_else(|| missing("key"))?, run }),
            "end" => Ok(Fact::End),
            other => Err(format!("type {other:?}")),
        }
    }

    fn check_versions(&self) -> Result<(), String> {
        for (name, value, newest) in [("format", self.format, FORMAT), ("keys", self.keys, KEYS)] {
            match value {
                Some(value) if (1..=newest).contains(&value) => {}
                Some(value) => return Err(format!("{name} {value}")),
                None => return Err(format!("type \"run\" without {name:?}")),
            }
        }
        Ok(())
    }

    fn status(&self) -> Result<Status, String> {
        let known = Status::ALL.into_iter().find(|status| status.name() == self.status);
        known.ok_or_else(|| format!("status {:?}", self.status))
    }
}

/// Reads a key without a copy of its text.
fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LeadKey>, D::Error> {
    struct Hex;

    impl Visitor<'_> for Hex {
        type Value = Option<LeadKey>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("32 hex digits")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let bits = if digits { u128::from_str_radix(text, 16).ok() } else { None };
            bits.map(|bits| Some(LeadKey::from_bits(bits))).ok_or_else(|| E::custom("not a key of 32 hex digits"))
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Hex)
}
