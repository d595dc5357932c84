//! Leads become requests, requests become outcomes: at the allowed rate, each recorded before it is sent.
//!
//! Responsible for the HTTP client, the pace, retries of what certainly never arrived, the verdict on every answer, the
//! settling of doubts by look-ups, and the crew of workers that keeps the write order: `sending` line durable, permit,
//! request, verdict, outcome line durable, counted. It must not know input formats, the results file's layout or the
//! terminal.

mod breaker;
mod change;
mod client;
mod crew;
mod departing;
mod departures;
mod deletion;
mod deletion_verdict;
mod doubt;
mod echo;
mod event;
mod failures;
mod gate;
mod hint;
mod identity;
mod inventory;
mod line;
mod options;
mod pace;
mod pages;
mod preflight;
mod probation;
mod rate;
mod reach;
mod retry;
mod secondaries;
mod send;
mod settle;
mod shown;
mod stamp;
mod stop;
mod tls;
mod verdict;

pub use change::{Change, GONE, UPDATED, is_about_a_change};
pub use client::{Client, ClientError, ClientOptions, Exchange, Response, Token};
pub use crew::{Crew, EarlierDoubt, Work};
pub use deletion::{Deleter, Deletion, DeletionEnd, DeletionLog, DeletionOutcome, WasShown};
pub use deletion_verdict::{DeletionVerdict, judge_deletion};
pub use doubt::{EarlierLead, EarlierSecondaries, LookUp, LookUpOutcome};
pub use event::{
    CountsAs, Durable, Event, Observer, OnPlatform, Outcome, RecordFailed, RecordedId, Recorder, Unsendable,
};
pub use failures::MaxFailures;
pub use inventory::{Inventory, Lists};
pub use line::{Line, Stopped};
pub use options::{Concurrency, CrewOptions, OnExists, OnMismatch};
pub use pace::{Pace, Permit};
pub use preflight::{Preflight, PreflightError, answered};
pub use rate::{Rate, RateError};
pub use reach::{Obstacle, Reach, Way};
pub use retry::{Backoff, RetryBudget, allowance_wait, named_wait};
pub use secondaries::SecondaryContacts;
pub use send::Attempt;
pub use settle::ABSENT;
pub use stop::{Stop, StopKind, StopReason};
pub use tls::TlsTrouble;
pub use verdict::{Judgement, StopScope, Verdict, judge};
