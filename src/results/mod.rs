//! The results file: what people read, and what a re-run resumes from.
//!
//! Responsible for the format, for lines being durable before anyone relies on them ([`Journal`], [`Recorder`]), for one
//! process at a time, for finding the end of a file after a crash, and for what is known of every lead ([`Ledger`]). It
//! must not know HTTP, what platforms answer, or how anything is worded for people.
//!
//! # The format, version 1
//!
//! JSON Lines: UTF-8, one JSON object on each line, each line ended by `\n`, only ever appended to. The rest of this
//! section is all that another program needs to read it.
//!
//! Every line has `type`, `n` (its number: 1, 2, 3 … over the whole file) and `d` (the highest number that was known to be
//! durable when the line was written; less than `n`). Fields that are not listed are to be ignored: later versions add
//! some. Fields marked `?` are left out where they have nothing to say. Times are RFC 3339 in UTC. Keys are 32 and
//! fingerprints 16 hex digits; how they are made is said at [`crate::lead::LeadKey`] and [`crate::lead::Fingerprint`].
//! Phone numbers are E.164 with `+`; targets are as [`crate::target::Target::canonical`] writes them.
//!
//! **`run`** begins a run, and the file:
//! `format` (1), `keys` (1: how keys are made), `run` (its id), `tool`, `at`, `target`, `inputs` (names of files),
//! `options` (an object, no secrets), `why` (`import`, `reconcile`, `undo`, `update`, `forget`).
//!
//! **`sending`** is durable before a lead's request leaves:
//! `key`, `run`, `target`, `phone`? or `email`?, `request` (fingerprint), `group`? (fingerprint), `secondaries`? (numbers),
//! `contacts`? (fingerprint of the secondary contacts with their variables),
//! `source`?, `rows`? (row numbers), `at`.
//!
//! **`lead`** says what became of a lead:
//! `key`? (none where there is no valid number), `status` (`created`, `exists`, `rejected`, `in_doubt`, `invalid`,
//! `duplicate`, `suppressed`, `unsent`, `undone`), `certain`? (`false` where `created` or `exists` is only likely),
//! `settled_by`? (`look_up` or `person` where that ended a doubt; absent: an answer did), `id`? (the platform's, as text),
//! `secondary_ids`?, `target`?, `phone`?, `email`?, `source`? (`file`, `sheet`?, `row`, `line`), `rows`?, `group`?,
//! `reason`? (`code`, `message`, `field`?), `repairs`?, `http`? (status of the last answer), `attempts`? (requests made),
//! `latency_ms`? (how long the last answer took),
//! `request`?, `at`, `run`.
//!
//! **`deleting`** is durable before a deletion's request leaves: `key`, `id`, `run`, `at`. Its outcome is a `lead` line:
//! `undone`, or `created` once more where the lead is there still.
//!
//! **`end`** ends a run that was not killed: `run`, `totals` (an object), `stopped` (`finished`, `interrupted`, or the
//! reason), `at`.
//!
//! ## What the lines mean together
//!
//! The state of a key is what its lines say in turn, by the transition table of [`after`]. In short: `created` and
//! `exists` hold until `undone`. A `sending` line without an outcome is *in doubt* once its run is over (the next `run`
//! line, or the end of the file), and so is one whose outcome is `in_doubt`. A doubt is never overwritten: it ends by a
//! definite answer to its own attempt, or by a `lead` line with `settled_by`: `created`, `exists`, or `unsent` with the
//! reason `absent`, which proves that the lead is not there and restores what was known before its `sending`. `invalid`,
//! `duplicate` and `suppressed` are about rows and change nothing; `unsent` only closes a `sending` of its own run that
//! never left. A `deleting` line without an outcome leaves the lead `created` as far as sending goes. A group of rows is
//! settled while the lead made of it is there or may be there, whichever of its rows came first.
//!
//! ## How it is written
//!
//! Lines that wait at the same time are written with one write and made durable with one `fdatasync`; only then are their
//! writers told. A new file has mode 0600, and its folder is synced too. After the first failed or short write or failed
//! sync, or when the file no longer stands under its name, nothing more is appended ([`Failed`]), so nothing more is sent.
//!
//! ## How it is read after a crash
//!
//! A line is good when it is complete (with its line break), a JSON object, and its `n` follows the one before. From the
//! first bad line on everything is cut off, whatever stands there: a loss of power may leave later pages and not earlier
//! ones. It was never durable, so no request relied on it. But where a later line's `d` covers the bad one, it *was*
//! durable: the file is corrupt, nothing is touched and the run does not begin ([`ResultsError::Corrupt`]). A good line of
//! a newer `format` or `keys`, or with an unknown `type` or `status`, is never cut; the file is refused
//! ([`ResultsError::Newer`]). A file whose first line is no `run` line is someone else's and is not touched.
//!
//! Before anything that was read is relied on, the lines that no `d` covers are written over themselves and synced: an
//! earlier process may have stopped because a sync failed, and a system then shows from memory what its disk never got.

mod disk;
mod entry;
mod error;
mod format;
mod glance;
mod ids;
mod journal;
mod last;
mod ledger;
mod lock;
mod made;
mod plain;
mod raw;
mod reader;
mod recognise;
mod recorder;
mod recovery;
mod rewrite;
mod state;
mod table;

pub use disk::{Disk, FileDisk, WrapDisk};
pub use error::{Doing, Failed, ResultsError};
pub use format::{
    ABSENT, Certainty, DeletingLine, EndLine, FORGOTTEN, FORMAT, KEYS, LeadLine, Line, RunLine, SendingLine, SettledBy,
    Source, Why,
};
pub use ids::KnownId;
pub use journal::{Durable, Journal, read};
pub use last::{LastState, LastStates, Scope};
pub use ledger::{Doubt, Known, Ledger, OpenDeletion, Refused, SeenAt, Sight};
pub use lock::Hold;
pub use made::{AllMade, Made, Maker, There, all_made, replay};
pub use raw::{raw_key, raw_target};
pub use reader::Reader;
pub use recognise::is_results_file;
pub use recorder::Recorder;
pub use recovery::{Cut, Recovery};
pub use rewrite::Rewrite;
pub use state::{Attempt, Before, Event, Evidence, Held, NotAllowed, Sendable, State, after};

#[cfg(test)]
mod faulty;
#[cfg(test)]
mod tests;
