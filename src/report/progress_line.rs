//! Progress for programs: one JSON object a line.

use schemars::JsonSchema;
use serde::Serialize;

use super::counts::Counts;
use super::progress::{Frame, Phase};
use crate::clock::Clock;

/// A line of `--progress json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProgressLine {
    schema: u32,
    document: &'static str,
    /// The run's id, as in the results file.
    run: String,
    /// When, in UTC (RFC 3339).
    at: String,
    /// `reading` (the input is counted), `listing` (the platform's leads are listed), `looking_up` (what earlier runs left in
    /// doubt is looked up) or `sending`; of an undo `looking_at` (what the platform shows of the leads) or `deleting`.
    phase: &'static str,
    /// Rows read so far; while reading.
    rows_read: Option<u64>,
    /// Leads listed so far; while listing.
    listed: Option<u64>,
    /// Leads that are looked up still; while looking up.
    looking_up: Option<u64>,
    /// Leads by state, those of earlier runs included.
    leads: Counts,
    /// How many leads that is; while deleting, of how many leads it is known what became of them.
    done: u64,
    /// How many leads the input has, or are to be deleted, where that is known.
    expected: Option<u64>,
    /// Leads sent, or deleted, in a minute, of late; null before anything can be said.
    leads_per_minute: Option<f64>,
    /// How many requests a minute the rates allow; null where there is no limit.
    allowed_per_minute: Option<f64>,
    /// How long the rest will take, waiting included; null before anything can be said.
    seconds_left: Option<u64>,
    /// What everybody waits for.
    waiting: Option<WaitingFor>,
}

/// A wait of all requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct WaitingFor {
    /// How much of it is left.
    seconds: u64,
    /// Why, in words.
    why: String,
}

/// What each line says besides its frame.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    pub(super) run: String,
    pub(super) clock: Clock,
}

impl ProgressLine {
    pub(super) fn new(frame: &Frame, stamp: &Stamp) -> Self {
        let per_minute = |per_second: f64| (per_second * 60_000.0).round() / 1_000.0;
        let (rows_read, listed, looking_up) = match frame.phase {
            Phase::Preparing { rows } => (Some(rows), None, None),
            Phase::Listing { leads, .. } => (None, Some(leads), None),
            Phase::LookingUp { leads } => (None, None, Some(leads)),
            Phase::LookingAt { .. } | Phase::Deleting { .. } | Phase::Sending => (None, None, None),
        };
        let deletions = match frame.phase {
            Phase::Deleting { done, all } => Some((done, all)),
            _ => None,
        };
        Self {
            schema: 1,
            document: "progress",
            run: stamp.run.clone(),
            at: stamp.clock.wall().to_string(),
            phase: match frame.phase {
                Phase::Preparing { .. } => "reading",
                Phase::Listing { .. } => "listing",
                Phase::LookingUp { .. } => "looking_up",
                Phase::LookingAt { .. } => "looking_at",
                Phase::Deleting { .. } => "deleting",
                Phase::Sending => "sending",
            },
            rows_read,
            listed,
            looking_up,
            leads: frame.leads,
            done: deletions.map_or_else(|| frame.leads.total(), |(done, _)| done),
            expected: deletions.map_or(frame.expected, |(_, all)| Some(all)),
            leads_per_minute: frame.rate.map(per_minute),
            allowed_per_minute: frame.allowed.map(per_minute),
            seconds_left: frame.left.map(|left| left.as_secs()),
            waiting: frame
                .waiting
                .as_ref()
                .map(|waiting| WaitingFor { seconds: waiting.left.as_secs(), why: waiting.why.clone() }),
        }
    }

    /// As one line of JSON, without its end.
    pub(super) fn json(&self) -> String {
        // Nothing in it can fail to be JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}
