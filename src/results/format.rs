//! The types of the lines. The module above specifies them; here each is one struct, borrowed where it is written.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lead::{Fingerprint, Identity, Lead, LeadKey, Reason, Status};
use crate::phone::Phone;
use crate::source::Position;
use crate::target::Target;

mod certainty;
mod text;

use text::{is_empty, is_zero, microseconds, phone_list, phone_text, target_option, target_text};

pub use certainty::{Certainty, SettledBy};

/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u64 = 1;

/// The way keys are made that this version writes, and the newest that it reads.
pub const KEYS: u64 = 1;

/// The reason code of an `unsent` line with which a look-up or a person ended a doubt: the lead is not there.
pub const ABSENT: &str = "absent";

/// The reason code of a `created` or `exists` line with which a person was taken out of the file: never sent again.
pub const FORGOTTEN: &str = "forgotten";

/// One line of a results file, without its numbers `n` and `d`, which the journal adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line<'a> {
    /// A run begins.
    Run(RunLine<'a>),
    /// A lead is about to be sent.
    Sending(SendingLine<'a>),
    /// What became of a lead.
    Lead(LeadLine<'a>),
    /// A lead is about to be deleted.
    Deleting(DeletingLine<'a>),
    /// A run ended.
    End(EndLine<'a>),
}

/// A run begins. Always the first line of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunLine<'a> {
    /// [`FORMAT`].
    pub format: u64,
    /// [`KEYS`].
    pub keys: u64,
    /// The run's id, unique in the file.
    #[serde(borrow)]
    pub run: Cow<'a, str>,
    /// The program and its version, for instance `leadload 0.1.0`.
    #[serde(borrow, default)]
    pub tool: Cow<'a, str>,
    /// When it began.
    #[serde(serialize_with = "microseconds")]
    pub at: Timestamp,
    /// The target, or the platform's address where a column names the campaign. For people: each lead names its own.
    #[serde(borrow, default)]
    pub target: Cow<'a, str>,
    /// The inputs as the user named them.
    #[serde(default)]
    pub inputs: Cow<'a, [String]>,
    /// The options that shaped the run. Never a secret.
    #[serde(default)]
    pub options: Cow<'a, Value>,
    /// Which numbers of each input are called: `leads.csv: Mobil, Telefon (for DE)`.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    pub calls: Cow<'a, [String]>,
    /// What the run is for.
    #[serde(default)]
    pub why: Why,
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Leads are created.
    #[default]
    Import,
    /// Doubts are looked up, nothing is sent.
    Reconcile,
    /// Leads are deleted.
    Undo,
    /// Variables of created leads are changed.
    Update,
    /// A person is taken out of the file.
    Forget,
    /// Something that a later version does.
    #[serde(other)]
    Other,
}

/// A lead is about to be sent: written and durable before the request leaves. It holds all that a look-up needs, for a
/// run in which the row is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendingLine<'a> {
    /// Who the lead is.
    pub key: LeadKey,
    /// The run that sends.
    #[serde(borrow)]
    pub run: Cow<'a, str>,
    /// Where it is created.
    #[serde(with = "target_text")]
    pub target: Cow<'a, Target>,
    /// The primary number, where that is who the lead is.
    #[serde(default, with = "phone_text", skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The e-mail address, where that is who the lead is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Cow<'a, str>>,
    /// The request's fingerprint.
    pub request: Fingerprint,
    /// The fingerprint of the group of rows that the lead is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Fingerprint>,
    /// The numbers of the secondary contacts, in order.
    #[serde(default, with = "phone_list", skip_serializing_if = "is_empty")]
    pub secondaries: Cow<'a, [Phone]>,
    /// The fingerprint of the secondary contacts as they are sent, with their variables: they cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Fingerprint>,
    /// The status that the lead is created with, where the request names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_status: Option<Cow<'a, str>>,
    /// Where the primary contact's row is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source<'a>>,
    /// The numbers of all rows of the lead.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub rows: Cow<'a, [u64]>,
    /// When it was written.
    #[serde(serialize_with = "microseconds")]
    pub at: Timestamp,
}

/// What became of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadLine<'a> {
    /// Who the lead is; absent where it has no valid number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<LeadKey>,
    /// How it ended.
    pub status: Status,
    /// Whether `created` or `exists` is certain. Written only where it is not.
    #[serde(default, skip_serializing_if = "Certainty::is_certain")]
    pub certain: Certainty,
    /// What ended a doubt; absent where an answer did, or where there was no doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
    /// The platform's id of the lead, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    /// The platform's ids of its secondary contacts, in order.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub secondary_ids: Cow<'a, [String]>,
    /// Where it was to be created; absent where its row names no target.
    #[serde(default, with = "target_option", skip_serializing_if = "Option::is_none")]
    pub target: Option<Cow<'a, Target>>,
    /// The primary number.
    #[serde(default, with = "phone_text", skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The e-mail address, where that is who the lead is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Cow<'a, str>>,
    /// Where the primary contact's row is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source<'a>>,
    /// The numbers of all rows of the lead.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub rows: Cow<'a, [u64]>,
    /// The fingerprint of the group of rows that the lead is made of. An `undone` line must carry it, else the group
    /// stays settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Fingerprint>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, Reason>>,
    /// What was repaired in its numbers.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub repairs: Cow<'a, [String]>,
    /// The status of the last HTTP answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<u16>,
    /// How many requests were made; 0 where none was.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// How long the platform took for its last answer, in milliseconds, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// The request's fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Fingerprint>,
    /// When it was written.
    #[serde(serialize_with = "microseconds")]
    pub at: Timestamp,
    /// The run that says so.
    #[serde(borrow)]
    pub run: Cow<'a, str>,
}

/// A lead is about to be deleted: written and durable before the request leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletingLine<'a> {
    /// Who the lead is.
    pub key: LeadKey,
    /// The platform's id of it.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The run that deletes.
    #[serde(borrow)]
    pub run: Cow<'a, str>,
    /// When it was written.
    #[serde(serialize_with = "microseconds")]
    pub at: Timestamp,
}

/// A run ended by its own will. A run that crashed has no such line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndLine<'a> {
    /// The run.
    #[serde(borrow)]
    pub run: Cow<'a, str>,
    /// Its totals, as people were shown them.
    #[serde(default)]
    pub totals: Cow<'a, Value>,
    /// `finished`, `interrupted`, or the reason why it stopped.
    #[serde(borrow, default)]
    pub stopped: Cow<'a, str>,
    /// When it ended.
    #[serde(serialize_with = "microseconds")]
    pub at: Timestamp,
}

/// Where a row is, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source<'a> {
    /// The input as the user named it.
    #[serde(borrow)]
    pub file: Cow<'a, str>,
    /// The sheet, in a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Cow<'a, str>>,
    /// The row's number as a spreadsheet shows it.
    pub row: u64,
    /// The line of the file at which the row begins, from 1.
    #[serde(default)]
    pub line: u64,
}

impl<'a> From<&'a Position> for Source<'a> {
    fn from(position: &'a Position) -> Self {
        Self {
            file: Cow::Borrowed(&position.file),
            sheet: position.sheet.as_deref().map(Cow::Borrowed),
            row: position.row,
            line: position.line,
        }
    }
}

impl Source<'_> {
    /// The same, borrowed from nothing.
    #[must_use]
    pub fn into_owned(self) -> Source<'static> {
        Source {
            file: Cow::Owned(self.file.into_owned()),
            sheet: self.sheet.map(|sheet| Cow::Owned(sheet.into_owned())),
            row: self.row,
            line: self.line,
        }
    }
}

impl<'a> SendingLine<'a> {
    /// The line for `lead`, about to be sent by `run`.
    #[must_use]
    pub fn of(lead: &'a Lead, run: &'a str, at: Timestamp) -> Self {
        let (phone, email) = written(&lead.identity);
        Self {
            key: lead.key,
            run: Cow::Borrowed(run),
            target: Cow::Borrowed(&lead.target),
            phone,
            email,
            request: lead.request,
            group: group_of(lead),
            secondaries: Cow::Borrowed(&lead.secondaries),
            contacts: lead.contacts,
            sent_status: lead.sent_status.as_deref().map(Cow::Borrowed),
            source: source_of(lead),
            rows: rows_of(lead),
            at,
        }
    }

    /// Who the lead is, in words; `None` in a line that names neither a number nor an address.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        match (self.phone, &self.email) {
            (Some(phone), _) => Some(Identity::Phone(phone)),
            (None, Some(email)) => Some(Identity::email(email)),
            (None, None) => None,
        }
    }
}

impl<'a> LeadLine<'a> {
    /// A line that says nothing but how a lead without a key ended; the other fields are set by whoever knows them.
    #[must_use]
    pub fn new(status: Status, run: &'a str, at: Timestamp) -> Self {
        Self {
            key: None,
            status,
            certain: Certainty::Certain,
            settled_by: None,
            id: None,
            secondary_ids: Cow::Borrowed(&[]),
            target: None,
            phone: None,
            email: None,
            source: None,
            rows: Cow::Borrowed(&[]),
            group: None,
            reason: None,
            repairs: Cow::Borrowed(&[]),
            http: None,
            attempts: 0,
            latency_ms: None,
            request: None,
            at,
            run: Cow::Borrowed(run),
        }
    }

    /// The line that says how `lead` ended, with all that is known of it before it is sent.
    #[must_use]
    pub fn of(lead: &'a Lead, status: Status, run: &'a str, at: Timestamp) -> Self {
        let (phone, email) = written(&lead.identity);
        Self {
            key: Some(lead.key),
            target: Some(Cow::Borrowed(&lead.target)),
            phone,
            email,
            source: source_of(lead),
            rows: rows_of(lead),
            group: group_of(lead),
            repairs: Cow::Borrowed(&lead.repairs),
            request: Some(lead.request),
            ..Self::new(status, run, at)
        }
    }
}

fn written(identity: &Identity) -> (Option<Phone>, Option<Cow<'_, str>>) {
    match identity {
        Identity::Phone(phone) => (Some(*phone), None),
        Identity::Email(email) => (None, Some(Cow::Borrowed(email))),
    }
}

fn group_of(lead: &Lead) -> Option<Fingerprint> {
    lead.group.as_deref().map(|group| Fingerprint::at(&lead.target, group))
}

fn source_of(lead: &Lead) -> Option<Source<'_>> {
    lead.rows.first().map(|row| Source::from(&row.position))
}

fn rows_of(lead: &Lead) -> Cow<'static, [u64]> {
    Cow::Owned(lead.rows.iter().map(|row| row.position.row).collect())
}

impl<'a> Line<'a> {
    /// Reads one line (without its line break).
    ///
    /// # Errors
    /// The text is no JSON object of a known `type` with the fields that type must have.
    pub fn parse(text: &'a str) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(borrow, rename = "type")]
            name: Cow<'a, str>,
        }
        let kind: Kind<'_> = serde_json::from_str(text)?;
        Ok(match &*kind.name {
            "run" => Self::Run(serde_json::from_str(text)?),
            "sending" => Self::Sending(serde_json::from_str(text)?),
            "lead" => Self::Lead(serde_json::from_str(text)?),
            "deleting" => Self::Deleting(serde_json::from_str(text)?),
            "end" => Self::End(serde_json::from_str(text)?),
            other => return Err(serde::de::Error::custom(format!("unknown type {other:?}"))),
        })
    }

    /// The line as JSON, without `n` and `d` and without a line break.
    ///
    /// # Errors
    /// A value cannot be written as JSON; none of our own can fail.
    pub fn encode(&self) -> serde_json::Result<String> {
        let mut text = Vec::with_capacity(USUAL_LINE);
        serde_json::to_writer(&mut text, self)?;
        String::from_utf8(text).map_err(serde::ser::Error::custom)
    }
}

/// Room for nearly every line, so that it does not grow while it is written.
const USUAL_LINE: usize = 640;
