//! What people are told of it.

use std::fmt::Write as _;

use super::find::{Before, Found, OwnLead};
use crate::history::{place, where_it_is};
use crate::report::{counted, meaning, plain};
use crate::results::State;

/// More leads of others than these are not listed.
const MOST_LISTED: usize = 5;

impl Found {
    /// What the file has of the person, for people. No line names the person but the first, which the caller writes.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for lead in &self.leads {
            let _ = writeln!(out, "  {}", lead.text());
        }
        if !self.secondary_of.is_empty() {
            let number = counted(self.secondary_of.len() as u64, "lead", "leads");
            let _ = writeln!(out, "  a secondary contact of {number} of others{}", self.rows_of_others());
        }
        if self.leads.is_empty() && self.secondary_of.is_empty() {
            out.push_str("  in texts only: what was said of leads of others\n");
        }
        let lines = counted(self.lines, "line is", "lines are");
        let _ = write!(out, "{lines} rewritten, in all runs. It cannot be undone.");
        out
    }

    fn rows_of_others(&self) -> String {
        let rows: Vec<String> = self.secondary_of.values().flatten().take(MOST_LISTED).map(place).collect();
        let more = if self.secondary_of.len() > rows.len() { ", …" } else { "" };
        if rows.is_empty() { String::new() } else { format!(" ({}{more})", rows.join("; ")) }
    }

    /// What this program does not reach, and what a person has to do about it. `results` is the file as it was named.
    #[must_use]
    pub fn to_do(&self, results: &str) -> Vec<String> {
        let mut out: Vec<String> = self.leads.iter().filter_map(OwnLead::on_platform).collect();
        if !self.secondary_of.is_empty() {
            out.push("the leads of others on the platform still have this contact: delete it there".to_owned());
        }
        let inputs = self.inputs.iter().map(|input| plain(input).into_owned()).collect::<Vec<_>>().join(", ");
        let inputs = if inputs.is_empty() { "the input".to_owned() } else { inputs };
        out.push(format!("the spreadsheets ({inputs}), their rejects files and copies still have the rows"));
        out.push(format!("tables made by leadload results {results} --to, logs, backups of these files"));
        out.push("other results files: run this command on each".to_owned());
        out.push(
            "other campaigns: a do-not-call list (--suppress) keeps this number from being sent anywhere".to_owned(),
        );
        out
    }
}

impl OwnLead {
    fn text(&self) -> String {
        let state = match self.state {
            None => "never sent".to_owned(),
            Some(State::InDoubt(_) | State::Sending(_)) => {
                "in doubt: it may be on the platform; nobody looks it up any more, and it is never sent again"
                    .to_owned()
            }
            Some(state) => format!("{} ({})", state.status(), meaning(state.status())),
        };
        let before = if self.before == Before::Forgotten { ", forgotten before" } else { "" };
        let id = self.id.as_ref().map(|id| format!(", id {}", plain(id))).unwrap_or_default();
        let target = self.target.as_ref().map(|target| format!(", {}", where_it_is(target))).unwrap_or_default();
        let row = self.source.as_ref().map(|source| format!(", {}", place(source))).unwrap_or_default();
        format!("a lead of its own: {state}{id}{target}{row}{before}")
    }

    /// What has to be deleted there, if anything is or may be.
    fn on_platform(&self) -> Option<String> {
        let target = where_it_is(self.target.as_ref()?);
        match (self.state?, &self.id) {
            (State::Created(_) | State::Exists(_), Some(id)) => {
                Some(format!("the platform still has lead {} in {target}: delete it there", plain(id)))
            }
            (State::Created(_) | State::Exists(_), None) => {
                Some(format!("the platform has the lead in {target}, as far as is known: delete it there"))
            }
            (State::InDoubt(_) | State::Sending(_), _) => {
                Some(format!("the platform may have the lead in {target}: look for it there, and delete it"))
            }
            _ => None,
        }
    }
}
