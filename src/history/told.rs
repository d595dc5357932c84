//! A story as text and as JSON.

use std::fmt::Write as _;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::Numbers;
use super::row::shown;
use super::story::{Story, TellingRun};
use super::words;
use crate::lead::{LeadKey, Status};
use crate::report::{LocalTime, counted, masked, plain, where_it_is};
use crate::results::Why;

/// A story as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StoryTold {
    /// Who it is, as in the results file; null of a row without a number.
    #[schemars(with = "Option<String>")]
    pub key: Option<LeadKey>,
    /// The number.
    pub phone: Option<String>,
    /// The address, where that is who the lead is.
    pub email: Option<String>,
    /// Where it is, or was to be.
    pub target: Option<String>,
    /// How it stands; null where it only is a contact of others.
    pub status: Option<Status>,
    /// Whether it was taken out of the file.
    pub forgotten: bool,
    /// How it stands, in words.
    pub now: String,
    /// How many imports and updates there were after the last word.
    pub runs_since: usize,
    /// What was said of it, in the order of the file.
    pub told: Vec<Saying>,
}

/// One thing that was said of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Saying {
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// By which run.
    pub run: String,
    /// What the run was for.
    pub why: Why,
    /// What, in words.
    pub words: String,
}

impl Story {
    /// For people, with times as `time` has them.
    #[must_use]
    pub fn text(&self, time: &LocalTime, numbers: Numbers) -> String {
        let mut out = format!("{}\n{}\n", self.title(numbers), words::now(self, numbers));
        let mut last: Option<&TellingRun> = None;
        for told in &self.told {
            if last.is_none_or(|last| last.id != told.run.id) {
                let _ = writeln!(out, "\n  {}", headline(&told.run, time));
                last = Some(&told.run);
            }
            let _ = writeln!(out, "    {}  {}", time.to_the_second(told.at), words::told(&told.what, numbers));
            for further in words::further(&told.what, numbers) {
                let _ = writeln!(out, "                         {further}");
            }
        }
        if self.runs_since > 0 {
            let runs = counted(self.runs_since as u64, "later import says", "later imports say");
            let why = match self.key {
                Some(_) => "what is settled is not written again",
                // Somebody else's contact: what is said of them is said where that lead is.
                None if self.status.is_none() => "what is settled is not written again",
                None => "the row was not in it, or could be read by then",
            };
            let _ = writeln!(out, "\n  {runs} nothing of it: {why}.");
        }
        let _ = write!(out, "\n  Times: {}", time.name());
        out
    }

    /// For programs.
    #[must_use]
    pub fn json(&self, numbers: Numbers) -> StoryTold {
        let told = self.told.iter().map(|told| {
            let further = words::further(&told.what, numbers);
            let said = std::iter::once(words::told(&told.what, numbers)).chain(further).collect::<Vec<_>>();
            Saying { at: told.at, run: told.run.id.clone(), why: told.run.why, words: said.join("; ") }
        });
        StoryTold {
            key: self.key,
            phone: self.phone.map(|phone| words::number(phone, numbers)),
            email: self.email.as_deref().map(|email| shown(email, numbers)),
            target: self.target.as_ref().map(ToString::to_string),
            status: self.status,
            forgotten: self.forgotten,
            now: words::now(self, numbers),
            runs_since: self.runs_since,
            told: told.collect(),
        }
    }

    fn title(&self, numbers: Numbers) -> String {
        let numbers = if self.own_number == Numbers::InFull { self.own_number } else { numbers };
        let phone = self.phone.map(|phone| words::number(phone, numbers));
        let who = phone.or_else(|| self.email.as_deref().map(|email| shown(email, numbers)));
        let target = self.target.as_ref().map(|target| format!(" in {}", where_it_is(target))).unwrap_or_default();
        match who {
            Some(who) => format!("{who}{target}"),
            None if self.key.is_some() => format!("A lead{target}"),
            None => format!("A row without a number{}", words::row_of(self)),
        }
    }
}

fn headline(run: &TellingRun, time: &LocalTime) -> String {
    let inputs = run.inputs.iter().map(|input| plain(input).into_owned()).collect::<Vec<_>>().join(", ");
    let what = match run.why {
        Why::Import => format!("import of {inputs}"),
        Why::Update => format!("update from {inputs}"),
        Why::Reconcile => "reconcile: what was in doubt was looked up".to_owned(),
        Why::Undo => "undo".to_owned(),
        Why::Forget => "forget: a person was taken out of the file".to_owned(),
        Why::Other => "a run of another version".to_owned(),
    };
    let began = run.began.map(|began| format!(", begun {}", time.to_the_second(began))).unwrap_or_default();
    let ended = match run.stopped.as_deref() {
        Some("finished") => "finished".to_owned(),
        Some(why) => format!("stopped: {}", masked(&plain(why))),
        None => "killed, or still going on".to_owned(),
    };
    format!("Run {} ({what}{began}; {ended})", plain(&run.id))
}
