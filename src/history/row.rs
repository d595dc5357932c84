//! A row of the table.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::Numbers;
use crate::lead::{Fingerprint, LeadKey, Reason, Status};
use crate::phone::PhoneReader;
use crate::report::{masked, plain};
use crate::results::{LastState, LeadLine, SettledBy};

/// A lead, or a row that is none, with its last state. The names are those of the results file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeadRow {
    /// How it stands.
    pub status: Status,
    /// Whether that is certain.
    pub certain: bool,
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The country of its country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The address, where that is who the lead is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The platform's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it is, or was to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The primary contact's row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// All its rows.
    pub rows: Vec<u64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What was repaired in its numbers.
    pub repairs: Vec<String>,
    /// What ended a doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<u16>,
    /// How many requests were made.
    pub attempts: u32,
    /// When that was.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The run that says so.
    pub run: String,
    /// Who it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub key: Option<LeadKey>,
    /// Its group of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub group: Option<Fingerprint>,
}

impl LeadRow {
    pub(super) fn of(state: &LastState<'_>, phones: &PhoneReader, numbers: Numbers) -> Self {
        let LastState { status, line } = state;
        let text = |text: &str| shown(text, numbers);
        let source = line.source.as_ref();
        let reason = line.reason.as_ref().map(|reason| Reason {
            code: plain(&reason.code).into_owned(),
            message: text(&reason.message),
            // A column may be called by what somebody wrote into the first row.
            field: reason.field.as_deref().map(text),
        });
        Self {
            status: *status,
            certain: line.certain.into(),
            phone: phone_of(line, numbers),
            country: line.phone.and_then(|phone| phones.country_of(phone)).map(|region| region.to_string()),
            email: line.email.as_deref().map(text),
            id: line.id.as_deref().map(|id| plain(id).into_owned()),
            target: line.target.as_deref().map(|target| plain(&target.canonical()).into_owned()),
            file: source.map(|source| plain(&source.file).into_owned()),
            sheet: source.and_then(|source| source.sheet.as_deref()).map(|sheet| plain(sheet).into_owned()),
            row: source.map(|source| source.row),
            rows: line.rows.to_vec(),
            reason,
            repairs: line.repairs.iter().map(|repair| repair_shown(repair, numbers)).collect(),
            settled_by: line.settled_by,
            http: line.http,
            attempts: line.attempts,
            at: line.at,
            run: plain(&line.run).into_owned(),
            key: line.key,
            group: line.group,
        }
    }
}

/// A repair of a number. What stood in the cell is shown only where numbers are: it may be a name, or a number in a form
/// that nobody knows.
pub(super) fn repair_shown(words: &str, numbers: Numbers) -> String {
    let parts = words.split_once(": \"").zip(words.rsplit_once("\" read as "));
    match parts.filter(|_| numbers == Numbers::Masked) {
        Some(((column, _), (_, read))) => shown(&format!("{column}: read as {read}"), numbers),
        None => shown(words, numbers),
    }
}

/// Words that came from elsewhere.
pub(super) fn shown(text: &str, numbers: Numbers) -> String {
    match numbers {
        Numbers::Masked => masked(&plain(text)),
        Numbers::InFull => plain(text).into_owned(),
    }
}

fn phone_of(line: &LeadLine<'_>, numbers: Numbers) -> Option<String> {
    line.phone.map(|phone| if numbers == Numbers::InFull { phone.to_string() } else { phone.masked() })
}
