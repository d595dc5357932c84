//! What the crew tells: to the recorder, which makes it durable, and to the observer, which shows it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::lead::{Identity, Lead, LeadKey, Reason, SourceRow, Status};
use crate::target::Target;

/// How a lead ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The state.
    pub status: Status,
    /// False where another reading is possible: found after a lost answer, it may be somebody else's.
    pub certain: bool,
    /// Whether a look-up ended a doubt.
    pub by_look_up: bool,
    /// The platform's id of the lead.
    pub id: Option<String>,
    /// The platform's ids of its secondary contacts.
    pub secondary_ids: Vec<String>,
    /// Why.
    pub reason: Option<Reason>,
    /// The status of the last HTTP answer.
    pub http: Option<u16>,
    /// How many requests were made.
    pub attempts: u32,
    /// How long the platform took for its last answer.
    pub took: Option<Duration>,
    /// Whether the platform has what the lead's request says, where it has the lead.
    pub request: OnPlatform,
}

/// Whether the platform has what a request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnPlatform {
    /// It does.
    AsAsked,
    /// It has other content, or nobody knows: the results must not pretend that it has this one.
    Otherwise,
}

impl Outcome {
    /// An outcome that says no more than this.
    #[must_use]
    pub fn new(status: Status, reason: Option<Reason>) -> Self {
        let secondary_ids = Vec::new();
        // What was there before has the content that somebody else gave it.
        let request = if status == Status::Exists { OnPlatform::Otherwise } else { OnPlatform::AsAsked };
        Self {
            status,
            certain: true,
            by_look_up: false,
            id: None,
            secondary_ids,
            reason,
            http: None,
            attempts: 0,
            took: None,
            request,
        }
    }
}

/// Rows that make no request: invalid, duplicate, suppressed.
#[derive(Debug, Clone)]
pub struct Unsendable {
    /// Which of these.
    pub status: Status,
    /// Whether the rows are a lead of their own, or belong to one that is counted elsewhere (a bad secondary).
    pub counts_as: CountsAs,
    /// The rows, each with its reason.
    pub rows: Vec<(SourceRow, Reason)>,
    /// Who it would have been.
    pub key: Option<LeadKey>,
    /// Where it would have been created.
    pub target: Option<std::sync::Arc<Target>>,
    /// What made the key.
    pub identity: Option<Identity>,
}

/// Whether rows that are not sent are a lead or only rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountsAs {
    /// One lead that is not sent.
    Lead,
    /// Rows of a lead that is sent without them.
    RowsOnly,
}

/// What happens, for whoever shows it.
#[derive(Debug)]
pub enum Event<'a> {
    /// A lead ended (or ended again: a doubt that was settled).
    Ended {
        /// The lead.
        lead: &'a Lead,
        /// How.
        outcome: &'a Outcome,
        /// What it was counted as before, in this run.
        before: Option<Status>,
    },
    /// A lead that an earlier run settled was changed on the platform, or could not be; the outcome's reason says which.
    Updated {
        /// The lead.
        lead: &'a Lead,
        /// How.
        outcome: &'a Outcome,
    },
    /// A doubt of an earlier run ended, or could not be.
    DoubtEnded {
        /// Who it is.
        key: LeadKey,
        /// How.
        outcome: &'a Outcome,
    },
    /// Rows that make no request.
    Unsendable(&'a Unsendable),
    /// A lead that is not sent, because it is on the platform already, or may be: another file or the platform's own list
    /// says so.
    Known {
        /// The lead.
        lead: &'a Lead,
        /// What it is known as, and by whom.
        outcome: &'a Outcome,
    },
    /// The platform's list of leads was read so far.
    Listing {
        /// How many pages.
        pages: u64,
        /// How many leads.
        leads: u64,
    },
    /// Everybody waits.
    Waiting {
        /// How long.
        wait: Duration,
        /// Why.
        why: &'a str,
    },
    /// Something worth a line.
    Note(&'a str),
    /// What the platform shows of a created lead differs from what was sent.
    Mismatch(&'a [String]),
}

/// Shows events as they happen. Called from many threads.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// What is recorded of a platform's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedId {
    /// Nothing.
    Free,
    /// A lead that is there has it.
    Held,
    /// The lead that had it was deleted again.
    Undone,
}

/// The results file is no longer written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFailed(pub String);

impl fmt::Display for RecordFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Resolves when what was recorded is durable. The recording itself happens when this is made, not when it is awaited.
pub type Durable = Pin<Box<dyn Future<Output = Result<(), RecordFailed>> + Send>>;

/// Makes durable what happens, in the order in which it is told.
pub trait Recorder: Send + Sync {
    /// `lead` is about to be sent.
    fn sending(&self, lead: &Lead) -> Durable;

    /// What became of `lead`.
    fn ended(&self, lead: &Lead, outcome: &Outcome) -> Durable;

    /// What became of a doubt of an earlier run.
    fn doubt_ended(&self, key: LeadKey, outcome: &Outcome) -> Durable;

    /// Rows that make no request.
    fn unsendable(&self, unsendable: &Unsendable) -> Durable;

    /// Whose the platform's `id` at `target` is, by all that was recorded in this run and in earlier ones.
    fn id_at(&self, target: &Target, id: &str) -> RecordedId;
}
