//! What was begun and has no outcome: attempts and deletions, kept with the line that began them.

use jiff::Timestamp;

use crate::lead::{Fingerprint, Identity, LeadKey};
use crate::phone::Phone;
use crate::results::ResultsError;
use crate::results::format::{DeletingLine, SendingLine, Source};
use crate::target::Target;

/// An attempt whose answer is not known, with all that a look-up needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Who the lead is.
    pub key: LeadKey,
    /// Where it may have been created.
    pub target: Target,
    /// Its primary number or e-mail address.
    pub identity: Identity,
    /// The request's fingerprint.
    pub request: Fingerprint,
    /// The fingerprint of its group of rows.
    pub group: Option<Fingerprint>,
    /// The numbers of its secondary contacts, in order.
    pub secondaries: Vec<Phone>,
    /// Where its row was.
    pub source: Option<Source<'static>>,
    /// The numbers of all its rows.
    pub rows: Vec<u64>,
    /// The run that sent it.
    pub run: String,
    /// When the key was first sent since an answer was last known: attempts given up as absent count.
    pub first_sent_at: Timestamp,
    /// When this attempt was written down.
    pub sent_at: Timestamp,
}

/// A deletion that may have been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDeletion {
    /// Who the lead is.
    pub key: LeadKey,
    /// The platform's id of it.
    pub id: String,
}

/// An attempt or a deletion without an outcome.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) run: Fingerprint,
    pub(super) request: Option<Fingerprint>,
    pub(super) group: Option<Fingerprint>,
    pub(super) first_sent_at: Timestamp,
    pub(super) sent_at: Timestamp,
    pub(super) order: u64,
    /// The line that began it.
    pub(super) text: String,
}

impl Open {
    pub(super) fn new(
        run: &str,
        request: Option<Fingerprint>,
        group: Option<Fingerprint>,
        first_sent_at: Timestamp,
        sent_at: Timestamp,
    ) -> Self {
        let run = Fingerprint::of(run.as_bytes());
        Self { run, request, group, first_sent_at, sent_at, order: 0, text: String::new() }
    }

    pub(super) fn doubt(&self) -> Result<Doubt, ResultsError> {
        let line: SendingLine<'_> = serde_json::from_str(&self.text).map_err(ResultsError::unreadable)?;
        let missing = || serde::de::Error::custom("a `sending` line without `phone` and without `email`");
        let identity = line.identity().ok_or_else(missing).map_err(ResultsError::unreadable)?;
        Ok(Doubt {
            key: line.key,
            identity,
            request: line.request,
            group: line.group,
            source: line.source.map(Source::into_owned),
            run: line.run.into_owned(),
            target: line.target.into_owned(),
            secondaries: line.secondaries.into_owned(),
            rows: line.rows.into_owned(),
            first_sent_at: self.first_sent_at,
            sent_at: self.sent_at,
        })
    }

    pub(super) fn deletion(&self) -> Result<OpenDeletion, ResultsError> {
        let line: DeletingLine<'_> = serde_json::from_str(&self.text).map_err(ResultsError::unreadable)?;
        Ok(OpenDeletion { key: line.key, id: line.id.into_owned() })
    }
}
