//! A story as text and as JSON.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Numbers;
use super::place::where_it_is;
use super::row::shown;
use super::story::{Story, TellingRun};
use super::when::{clock_name, when};
use super::words;
use crate::report::{counted, plain};
use crate::results::Why;

impl Story {
    /// For people, with times as they are in `zone`.
    #[must_use]
    pub fn text(&self, zone: &TimeZone, numbers: Numbers) -> String {
        let mut out = format!("{}\n{}\n", self.title(numbers), words::now(self, numbers));
        let mut last: Option<&TellingRun> = None;
        for told in &self.told {
            if last.is_none_or(|last| last.id != told.run.id) {
                let _ = writeln!(out, "\n  {}", headline(&told.run, zone));
                last = Some(&told.run);
            }
            let _ = writeln!(out, "    {}  {}", when(told.at, zone), words::told(&told.what, numbers));
            for further in words::further(&told.what, numbers) {
                let _ = writeln!(out, "                         {further}");
            }
        }
        if self.runs_since > 0 {
            let runs = counted(self.runs_since as u64, "later import says", "later imports say");
            let why = match self.key {
                Some(_) => "what is settled is not written again",
                None => "the row was not in it, or could be read by then",
            };
            let _ = writeln!(out, "\n  {runs} nothing of it: {why}.");
        }
        let _ = write!(out, "\n  Times: {}", clock_name(zone));
        out
    }

    /// `key`, `phone`, `email`, `target`, `status`, `forgotten`, `now` (in words), `runs_since` and `told`: a list of `at`,
    /// `run`, `why` and `words`.
    #[must_use]
    pub fn json(&self, numbers: Numbers) -> Value {
        let told = self.told.iter().map(|told| {
            let further = words::further(&told.what, numbers);
            let said = std::iter::once(words::told(&told.what, numbers)).chain(further).collect::<Vec<_>>();
            json!({ "at": told.at, "run": told.run.id, "why": told.run.why, "words": said.join("; ") })
        });
        json!({
            "key": self.key,
            "phone": self.phone.map(|phone| words::number(phone, numbers)),
            "email": self.email.as_deref().map(|email| shown(email, numbers)),
            "target": self.target.as_ref().map(ToString::to_string),
            "status": self.status,
            "forgotten": self.forgotten,
            "now": words::now(self, numbers),
            "runs_since": self.runs_since,
            "told": told.collect::<Vec<_>>(),
        })
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

fn headline(run: &TellingRun, zone: &TimeZone) -> String {
    let inputs = run.inputs.iter().map(|input| plain(input).into_owned()).collect::<Vec<_>>().join(", ");
    let what = match run.why {
        Why::Import => format!("import of {inputs}"),
        Why::Update => format!("update from {inputs}"),
        Why::Reconcile => "reconcile: what was in doubt was looked up".to_owned(),
        Why::Undo => "undo".to_owned(),
        Why::Forget => "forget: a person was taken out of the file".to_owned(),
        Why::Other => "a run of another version".to_owned(),
    };
    let began = run.began.map(|began| format!(", begun {}", when(began, zone))).unwrap_or_default();
    let ended = match run.stopped.as_deref() {
        Some("finished") => "finished".to_owned(),
        Some(why) => format!("stopped: {}", plain(why)),
        None => "killed, or still going on".to_owned(),
    };
    format!("Run {} ({what}{began}; {ended})", plain(&run.id))
}
