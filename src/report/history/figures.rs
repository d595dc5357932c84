//! The figures of a results file, as `--json` writes them. The page and the text show these and no others.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::time::WallSeconds;
use crate::lead::Status;
use crate::report::counts::Counts;
use crate::results::Why;

/// The figures of a results file. `schema` is raised when a field changes its meaning or goes; new fields may come at any
/// time. Schema 1:
///
/// - `document`: `report`.
/// - `file`, `lines`; `cut_bytes`: how many bytes at its end are no whole line, as a crash leaves them.
/// - `from`, `to`: the times of the first and the last line; `time_zone`: that of the machine, in which `over_time` and the page are.
/// - `leads`: the last word on every lead, by state. `likely`: how many of those `created` or `exists` are only likely so.
/// - `targets`: where leads went, and how many.
/// - `runs`: the last ones, in their order, and `earlier_runs`, the number of those before. Of each: `run`, `why`, `target`, `inputs`, `tool`, `began`,
///   `last_line` (the time of its last line), `stopped` (null where the run has no end: it was killed, or is under way), `leads` (by
///   state, what the run made of them; the whole input's where `rows` is given), `rows` of its input, `earlier` (leads that
///   earlier runs had settled), `changed` and `not_changed` (leads on the platform that were to be changed), `requests`, `answers`, `under_way`.
/// - `over_time`: all runs; `last_run_over_time`: the last run that sent anything, named by `last_run`. `bucket_seconds`, and `buckets` one after another, each with `at` (when it
///   begins), `created`, `exists`, `rejected`, `in_doubt`, `repeats` (requests beyond the first of a lead), `p50_ms` and `p95_ms` of `under_way`.
/// - `answers`: how long the platform took for its last answer, where that is on file (files of older versions lack it); `under_way`: from the line before a
///   lead's request to its outcome, so that the wait for its turn and repeats are in it. Of each `leads`, percentiles and maximum in
///   milliseconds, `bars`: how many leads up to which time.
/// - `pauses`: stretches of a run in which nothing was written, by far longer than usual: `longer_than_seconds`, `count`, and the `longest` (`at`, `seconds`, `run`).
/// - `http`: the last answer's status and how many leads had it. `retried_leads`, `repeated_requests`.
/// - `failures`: `status`, `code`, `words`, `rows` of the last import (`failures_of`, the run's id), `rows_of_all_runs`, and `examples` (`file`, `sheet`, `row`, `number`, `message`).
/// - `countries`, `number_types`: `name` (and `code` of the country), `leads` by state in short: `on_platform`, `refused`, `in_doubt`, `total`. `without_number`: leads
///   that are addresses.
/// - `repairs`: `rules`, `words`, `please_check`, `count`, `examples`: of leads that were sent. `repairs_unread`: those that other words tell.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "said above, where readers of the JSON find it")]
pub struct History {
    pub schema: u32,
    pub document: &'static str,
    pub file: String,
    pub lines: u64,
    pub cut_bytes: u64,
    #[schemars(with = "Option<String>")]
    pub from: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub to: Option<Timestamp>,
    pub time_zone: String,
    pub leads: Counts,
    pub likely: u64,
    pub open_deletions: u64,
    pub targets: Vec<TargetCount>,
    pub runs: Vec<RunFigures>,
    pub earlier_runs: u64,
    pub last_run: Option<String>,
    pub last_run_over_time: Option<OverTime>,
    pub over_time: Option<OverTime>,
    pub answers: Option<Latency>,
    pub under_way: Option<Latency>,
    pub pauses: Pauses,
    pub http: Vec<HttpCount>,
    pub retried_leads: u64,
    pub repeated_requests: u64,
    pub failures_of: Option<String>,
    pub failures: Vec<Failure>,
    pub countries: Vec<NumberCount>,
    pub number_types: Vec<NumberCount>,
    pub without_number: u64,
    pub repairs: Vec<Repaired>,
    pub repairs_unread: u64,
}

/// Leads at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct TargetCount {
    pub target: String,
    pub leads: u64,
}

/// One run. See [`History`].
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct RunFigures {
    pub run: String,
    pub why: Why,
    pub target: String,
    pub inputs: Vec<String>,
    pub tool: String,
    #[schemars(with = "String")]
    pub began: Timestamp,
    #[schemars(with = "String")]
    pub last_line: Timestamp,
    pub stopped: Option<String>,
    pub leads: Counts,
    pub rows: Option<u64>,
    pub earlier: u64,
    pub changed: u64,
    pub not_changed: u64,
    pub requests: u64,
    pub answers: Option<Latency>,
    pub under_way: Option<Latency>,
    /// How many leads had an answer: what a rate is reckoned from.
    #[serde(skip)]
    pub(super) answered: u64,
}

/// What happened when. See [`History`].
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct OverTime {
    pub bucket_seconds: u64,
    pub buckets: Vec<Bucket>,
}

/// A stretch of time. See [`History`].
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct Bucket {
    pub at: String,
    pub created: u64,
    pub exists: u64,
    pub rejected: u64,
    pub in_doubt: u64,
    pub repeats: u64,
    pub p50_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    #[serde(skip)]
    pub(super) begins: WallSeconds,
}

/// How long something took for each lead. See [`History`].
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct Latency {
    pub leads: u64,
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    pub bars: Vec<LatencyBar>,
}

/// Leads that took longer than the bar before, and at most `up_to_ms`; the last bar may have no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct LatencyBar {
    pub up_to_ms: Option<u64>,
    pub leads: u64,
}

/// Stretches in which nothing was written. See [`History`].
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct Pauses {
    pub longer_than_seconds: u64,
    pub count: u64,
    pub longest: Vec<Pause>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct Pause {
    #[schemars(with = "String")]
    pub at: Timestamp,
    pub seconds: u64,
    pub run: String,
}

/// How many leads had this HTTP status as their last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct HttpCount {
    pub status: u16,
    pub leads: u64,
}

/// Rows that ended so for one reason. See [`History`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct Failure {
    pub status: Status,
    pub code: String,
    pub words: String,
    pub rows: u64,
    pub rows_of_all_runs: u64,
    pub examples: Vec<FailureExample>,
}

/// One of these rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct FailureExample {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    pub row: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub message: String,
    /// Where it is, in words.
    #[serde(skip)]
    pub(super) place: String,
}

/// Leads whose numbers have something in common. See [`History`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct NumberCount {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub on_platform: u64,
    pub refused: u64,
    pub in_doubt: u64,
    pub total: u64,
}

/// Numbers that were repaired by the same rules. See [`History`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "see History")]
pub struct Repaired {
    pub rules: Vec<&'static str>,
    pub words: String,
    pub please_check: bool,
    pub count: u64,
    pub examples: Vec<String>,
}
