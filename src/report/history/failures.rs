//! Why rows ended as they did: how many for each reason in the last import and in all runs, with examples, in bounded memory.

use std::borrow::Cow;
use std::collections::HashMap;

use super::People;
use super::figures::{Failure, FailureExample};
use crate::lead::{LeadKey, Reason, Status};
use crate::phone::Phone;
use crate::report::recorded_place::row_in;
use crate::report::wording::{in_general, masked, plain};
use crate::results::{LeadLine, Source};

/// How many examples are told of a reason.
const EXAMPLES: usize = 3;

/// How many reasons are told apart: a platform may make up codes without end. Later ones are counted as [`OTHER`].
const MOST_REASONS: usize = 200;

/// The code of reasons that are not told apart.
const OTHER: &str = "other";

/// The longest code, message or name that is kept, in characters.
const LONGEST: usize = 300;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Failures {
    people: People,
    counts: Vec<Failure>,
    index: HashMap<(Status, String), usize>,
    /// Under which reason each lead is counted that is in doubt or refused, with how many rows. It stays so until something
    /// else becomes of it: later imports say nothing of what they do not send.
    standing: HashMap<LeadKey, Standing>,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    /// Its reason.
    at: u32,
    rows: u32,
    status: Status,
}

impl Failures {
    pub(super) fn new(people: People) -> Self {
        Self { people, counts: Vec::new(), index: HashMap::new(), standing: HashMap::new() }
    }

    /// An import begins, which judges every row anew.
    pub(super) fn import_begins(&mut self) {
        self.counts.iter_mut().for_each(|failure| failure.rows = 0);
        for standing in self.standing.values() {
            if let Some(failure) = self.counts.get_mut(standing.at as usize) {
                failure.rows += u64::from(standing.rows);
            }
        }
    }

    /// A row or lead ended so.
    pub(super) fn add(&mut self, line: &LeadLine<'_>) {
        let Some(reason) = line.reason.as_deref() else { return };
        let at = self.index_of(line.status, &reason.code);
        let rows = rows_of(line);
        if let (Status::InDoubt | Status::Rejected, Some(key)) = (line.status, line.key) {
            let [at, rows] = [at as u64, rows].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
            self.standing.insert(key, Standing { at, rows, status: line.status });
        }
        let people = self.people;
        let Some(failure) = self.counts.get_mut(at) else { return };
        if failure.rows == 0 {
            // Those of an earlier import.
            failure.examples.clear();
        }
        failure.rows += rows;
        failure.rows_of_all_runs += rows;
        if failure.examples.len() < EXAMPLES {
            failure.examples.push(example(line, reason, people));
        }
    }

    /// Something else became of a lead. A doubt that ended never was a failure; a refusal was one.
    pub(super) fn ended(&mut self, key: LeadKey, source: Option<&Source<'_>>) {
        let Some(Standing { at, rows, status }) = self.standing.remove(&key) else { return };
        let Some(failure) = self.counts.get_mut(at as usize) else { return };
        failure.rows = failure.rows.saturating_sub(u64::from(rows));
        if status == Status::InDoubt {
            failure.rows_of_all_runs = failure.rows_of_all_runs.saturating_sub(u64::from(rows));
        }
        if let Some(source) = source {
            failure.examples.retain(|example| example.row != source.row || example.file != plain(&source.file));
        }
    }

    /// In the order of states, the most frequent first.
    pub(super) fn figures(self) -> Vec<Failure> {
        let mut failures: Vec<Failure> = self.counts.into_iter().filter(|it| it.rows_of_all_runs > 0).collect();
        for failure in &mut failures {
            failure.words = words(&failure.code, &failure.examples).into_owned();
        }
        failures.sort_by(|a, b| {
            let by_rows = b.rows.cmp(&a.rows).then_with(|| b.rows_of_all_runs.cmp(&a.rows_of_all_runs));
            a.status.cmp(&b.status).then(by_rows).then_with(|| a.code.cmp(&b.code))
        });
        failures
    }

    fn index_of(&mut self, status: Status, code: &str) -> usize {
        let mut wanted = (status, short(code));
        if self.counts.len() >= MOST_REASONS && !self.index.contains_key(&wanted) {
            OTHER.clone_into(&mut wanted.1);
        }
        if let Some(at) = self.index.get(&wanted) {
            return *at;
        }
        let (status, code) = wanted.clone();
        let (words, examples) = (String::new(), Vec::new());
        self.counts.push(Failure { status, code, words, rows: 0, rows_of_all_runs: 0, examples });
        self.index.insert(wanted, self.counts.len() - 1);
        self.counts.len() - 1
    }
}

/// What the rows have in common: the message that all examples share, or what the code means in general.
fn words<'a>(code: &'a str, examples: &'a [FailureExample]) -> Cow<'a, str> {
    match examples {
        [first, others @ ..] if others.iter().all(|other| other.message == first.message) => {
            Cow::Borrowed(&first.message)
        }
        _ => match in_general(code) {
            words if words == code => Cow::Owned(code.replace('_', " ")),
            words => Cow::Borrowed(words),
        },
    }
}

fn example(line: &LeadLine<'_>, reason: &Reason, people: People) -> FailureExample {
    let source = line.source.as_ref();
    let file = source.map_or(Cow::Borrowed(""), |source| plain(&source.file));
    let sheet = source.and_then(|source| source.sheet.as_deref()).map(short);
    let row = source.map_or(0, |source| source.row);
    let file: String = file.chars().take(LONGEST).collect();
    let message = match people {
        People::Masked => short(&masked(&plain(&reason.message))),
        People::Shown => short(&reason.message),
    };
    let place = if file.is_empty() { "no row".to_owned() } else { row_in(&file, sheet.as_deref(), row) };
    FailureExample { file, sheet, row, number: who(line.phone, line.email.as_deref(), people), message, place }
}

fn who(phone: Option<Phone>, email: Option<&str>, people: People) -> Option<String> {
    match (people, phone, email) {
        (People::Masked, Some(phone), _) => Some(phone.masked()),
        (People::Shown, Some(phone), _) => Some(phone.to_string()),
        (People::Masked, None, Some(email)) => Some(masked(&short(email))),
        (People::Shown, None, Some(email)) => Some(short(email)),
        (_, None, None) => None,
    }
}

pub(super) fn rows_of(line: &LeadLine<'_>) -> u64 {
    (line.rows.len() as u64).max(1)
}

/// On one line, and not too long.
pub(super) fn short(text: &str) -> String {
    plain(text).chars().take(LONGEST).collect()
}
