//! Where a lead is and where its row is, in words.

use crate::report::plain;
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

/// `leads.csv, row 2`
pub(crate) fn place(source: &Source<'_>) -> String {
    let sheet = source.sheet.as_deref().map(|sheet| format!(" › {}", plain(sheet))).unwrap_or_default();
    format!("{}{sheet}, row {}", plain(&source.file), source.row)
}
