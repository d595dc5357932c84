//! What people are told of it.

use std::fmt::Write as _;

use super::find::{Before, Found, OwnLead};
use crate::report::{counted, meaning, plain, row_place, where_it_is};
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
        let rows: Vec<String> = self.secondary_of.values().flatten().take(MOST_LISTED).map(row_place).collect();
        let more = if self.secondary_of.len() > rows.len() { ", …" } else { "" };
        if rows.is_empty() { String::new() } else { format!(" ({}{more})", rows.join("; ")) }
    }

    /// What this program does not reach, and what a person has to do about it. `results` is the file as it was named.
    #[must_use]
    pub fn to_do(&self, results: &str) -> Vec<String> {
        let mut out: Vec<String> = self.leads.iter().filter_map(OwnLead::on_platform).collect();
        out.extend(self.about_contacts(results));
        if !self.secondary_of.is_empty() {
            let rows = self.rows_of_others();
            out.push(format!("on the platform the leads of others{rows} still have this contact: delete it there"));
            out.push(
                "the next lead that is sent with this number as a contact brings it back, also into this file: put it on a \
                 do-not-call list, and give that to every import (--suppress)"
                    .to_owned(),
            );
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

impl Found {
    /// Who is called for a lead of the person besides it may be the person, by another number.
    fn about_contacts(&self, results: &str) -> Option<String> {
        let contacts = self.leads.iter().map(|lead| lead.contacts.len() as u64).sum();
        let stay = counted(contacts, "secondary contact stays in this file", "secondary contacts stay in this file");
        let row = self.leads.iter().find(|lead| !lead.contacts.is_empty())?.source.as_ref().map(|source| source.row);
        let see = row.map(|row| format!("; leadload results {results} --row {row} --show-numbers shows them"));
        let see = see.unwrap_or_default();
        Some(format!("{stay}: where one is another number of this person, run this command for it, too{see}"))
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
        let row = self.source.as_ref().map(|source| format!(", {}", row_place(source))).unwrap_or_default();
        let contacts = match self.contacts.len() as u64 {
            0 => String::new(),
            some => format!(", with {}", counted(some, "secondary contact that stays", "secondary contacts that stay")),
        };
        format!("a lead of its own: {state}{id}{target}{row}{contacts}{before}")
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
