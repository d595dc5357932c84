//! The figures of a results file, as `--json` writes them. The page and the text show these and no others.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::time::WallSeconds;
use crate::lead::Status;
use crate::report::counts::Counts;
use crate::results::Why;

/// The figures of a results file. `schema` is raised when a field changes its meaning or goes; new fields may come at any
/// time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct History {
    /// The version of this document: 1.
    pub schema: u32,
    /// What this document is: `report`.
    pub document: &'static str,
    /// The results file.
    pub file: String,
    /// Its whole lines.
    pub lines: u64,
    /// How many bytes at its end are no whole line, as a crash leaves them, or a run that writes it now.
    pub cut_bytes: u64,
    /// The time of the first line.
    #[schemars(with = "Option<String>")]
    pub from: Option<Timestamp>,
    /// The time of the last line.
    #[schemars(with = "Option<String>")]
    pub to: Option<Timestamp>,
    /// The time zone in which `over_time` and `last_run_over_time` are.
    pub time_zone: String,
    /// The last word on every lead, over all runs, by state.
    pub leads: Counts,
    /// How many of those that are `created` or `exists` are so only most likely.
    pub likely: u64,
    /// How many people were taken out of the file (`leadload forget`). Their leads keep their state; those that were not on the
    /// platform are `exists`, so that they are never sent again.
    pub forgotten: u64,
    /// How many leads an undo began to delete and did not finish.
    pub open_deletions: u64,
    /// Where leads went, and how many.
    pub targets: Vec<TargetCount>,
    /// The last 400 runs, in their order.
    pub runs: Vec<RunFigures>,
    /// How many runs there were before those.
    pub earlier_runs: u64,
    /// The id of the last run that sent leads.
    pub last_run: Option<String>,
    /// What happened when in that run.
    pub last_run_over_time: Option<OverTime>,
    /// What happened when in all runs.
    pub over_time: Option<OverTime>,
    /// How long the platform took for its last answer, where that is on file.
    pub answers: Option<Latency>,
    /// From the line before a lead's request to its outcome: the wait for its turn and repeated requests are in it.
    pub under_way: Option<Latency>,
    /// Stretches of runs in which nothing was written, by far longer than usual.
    pub pauses: Pauses,
    /// The last answers, by their HTTP status.
    pub http: Vec<HttpCount>,
    /// How many leads needed more than one request.
    pub retried_leads: u64,
    /// How many requests there were beyond the first of each lead.
    pub repeated_requests: u64,
    /// The id of the last import, whose rows `failures` counts.
    pub failures_of: Option<String>,
    /// Why leads were not created.
    pub failures: Vec<Failure>,
    /// The countries of the leads' numbers.
    pub countries: Vec<NumberCount>,
    /// The types of the leads' numbers.
    pub number_types: Vec<NumberCount>,
    /// How many leads are known by an e-mail address.
    pub without_number: u64,
    /// What was repaired in the numbers of leads that were sent.
    pub repairs: Vec<Repaired>,
    /// How many repairs are told in words of another version, and are not counted.
    pub repairs_unread: u64,
}

/// Leads at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TargetCount {
    /// The target, as the results file writes it.
    pub target: String,
    /// How many leads there are.
    pub leads: u64,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RunFigures {
    /// Its id.
    pub run: String,
    /// What it was for.
    pub why: Why,
    /// Where its leads went; the platform's address where a column names the campaign.
    pub target: String,
    /// Its inputs, twenty at most.
    pub inputs: Vec<String>,
    /// The program and its version.
    pub tool: String,
    /// When it began.
    #[schemars(with = "String")]
    pub began: Timestamp,
    /// The time of its last line.
    #[schemars(with = "String")]
    pub last_line: Timestamp,
    /// How it ended: `finished`, or why it stopped. Null where it has no end: it was killed, or is under way.
    pub stopped: Option<String>,
    /// What it made of its leads, by state; where `rows` is given, of the whole input's.
    pub leads: Counts,
    /// How many rows its input had.
    pub rows: Option<u64>,
    /// What became of the rows of its input, by state, by it and by earlier runs; null where it has no end, or read no input.
    pub rows_by_state: Option<Counts>,
    /// How many leads of its input earlier runs had settled.
    pub earlier: u64,
    /// How many leads on the platform it changed.
    pub changed: u64,
    /// How many it was to change, and did not.
    pub not_changed: u64,
    /// How many requests it made for leads.
    pub requests: u64,
    /// How long the platform took for its last answer.
    pub answers: Option<Latency>,
    /// How long leads were under way.
    pub under_way: Option<Latency>,
    /// How many leads had an answer: what a rate is reckoned from.
    #[serde(skip)]
    pub(super) answered: u64,
}

/// What happened when.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OverTime {
    /// How long each stretch of time is.
    pub bucket_seconds: u64,
    /// The stretches, one after another, also those in which nothing happened; at most 60.
    pub buckets: Vec<Bucket>,
}

/// A stretch of time, and how many leads had which outcome in it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Bucket {
    /// When it begins, in `time_zone`, without an offset.
    pub at: String,
    /// Leads that were created.
    pub created: u64,
    /// Leads that the platform had already.
    pub exists: u64,
    /// Leads that the platform refused.
    pub rejected: u64,
    /// Leads whose answers were lost.
    pub in_doubt: u64,
    /// Requests beyond the first of a lead.
    pub repeats: u64,
    /// So long half of the leads were under way at most, in milliseconds.
    pub p50_ms: Option<f64>,
    /// So long 95 of 100 leads were under way at most, in milliseconds.
    pub p95_ms: Option<f64>,
    #[serde(skip)]
    pub(super) begins: WallSeconds,
}

/// How long something took for each lead.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Latency {
    /// Of how many leads that is known.
    pub leads: u64,
    /// So long half of them took at most, in milliseconds.
    pub p50_ms: f64,
    /// The same of 90 of 100.
    pub p90_ms: f64,
    /// The same of 95 of 100.
    pub p95_ms: f64,
    /// The same of 99 of 100.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// How many took how long.
    pub bars: Vec<LatencyBar>,
}

/// Leads that took longer than the bar before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LatencyBar {
    /// And at most so many milliseconds; null: without end.
    pub up_to_ms: Option<u64>,
    /// How many.
    pub leads: u64,
}

/// Stretches in which nothing was written.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Pauses {
    /// None of them is shorter.
    pub longer_than_seconds: u64,
    /// How many there were.
    pub count: u64,
    /// The five longest.
    pub longest: Vec<Pause>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Pause {
    /// When it began.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How long it was.
    pub seconds: u64,
    /// In which run.
    pub run: String,
}

/// How many leads had this HTTP status as their last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HttpCount {
    /// The HTTP status.
    pub status: u16,
    /// How many leads.
    pub leads: u64,
}

/// Rows that ended so for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// How they ended.
    pub status: Status,
    /// The reason's code.
    pub code: String,
    /// The reason in words, as far as the rows have it in common.
    pub words: String,
    /// Rows of the last import, and of leads that stay refused or in doubt from before it.
    pub rows: u64,
    /// Rows of all runs, each as often as a run said so.
    pub rows_of_all_runs: u64,
    /// Three rows at most.
    pub examples: Vec<FailureExample>,
}

/// One of these rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailureExample {
    /// The input.
    pub file: String,
    /// The sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row, as a spreadsheet numbers it.
    pub row: u64,
    /// The number or address, masked unless --show-numbers was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What was said of it.
    pub message: String,
    /// Where it is, in words.
    #[serde(skip)]
    pub(super) place: String,
}

/// Leads whose numbers have something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NumberCount {
    /// What: a country or a type.
    pub name: String,
    /// The country's code of two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How many of them are on the platform.
    pub on_platform: u64,
    /// How many the platform refused.
    pub refused: u64,
    /// How many are in doubt.
    pub in_doubt: u64,
    /// How many there are.
    pub total: u64,
}

/// Numbers that were repaired by the same rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Repaired {
    /// The rules.
    pub rules: Vec<&'static str>,
    /// What they do, in words.
    pub words: String,
    /// Whether a person should look at them.
    pub please_check: bool,
    /// How many numbers.
    pub count: u64,
    /// Three of them at most: what was read; with --show-numbers also what stood in the cell.
    pub examples: Vec<String>,
}
