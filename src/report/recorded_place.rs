//! Places as a results file has them, in words: where a lead is, and where its row is.

use super::wording::plain;
use crate::results::Source;
use crate::target::{Family, Host, Target};

/// `campaign 7 of https://app.famulor.de/api`
pub(crate) fn where_it_is(target: &Target) -> String {
    let kind = if target.family == Family::Pollybot { "chatbot" } else { "campaign" };
    let host = match &target.host {
        Host::Sandbox => "the sandbox",
        Host::Url(url) => url,
    };
    format!("{kind} {} of {host}", plain(&target.place))
}

/// `leads.xlsx › Sheet1 › row 812`
pub(crate) fn row_place(source: &Source<'_>) -> String {
    row_in(&plain(&source.file), source.sheet.as_deref().map(plain).as_deref(), source.row)
}

/// The same of names that are plain.
pub(super) fn row_in(file: &str, sheet: Option<&str>, row: u64) -> String {
    let file = if file == "-" { "standard input" } else { file };
    let sheet = sheet.map(|sheet| format!(" › {sheet}")).unwrap_or_default();
    format!("{file}{sheet} › row {row}")
}
