//! What the template shows, in words: it escapes every text, and decides nothing.

use serde::Serialize;

/// All that the template shows, in words.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) title: String,
    pub(super) name: String,
    pub(super) tool: &'static str,
    pub(super) style: &'static str,
    pub(super) when: String,
    pub(super) in_short: Vec<String>,
    pub(super) facts: Vec<Fact>,
    pub(super) states: Vec<StateRow>,
    pub(super) total: String,
    /// Rows of the last import; their share is of nothing.
    pub(super) not_leads: Vec<StateRow>,
    pub(super) last: Option<LastRun>,
    pub(super) all_over_time: Option<String>,
    pub(super) waiting: Vec<String>,
    pub(super) answers: Option<LatencyPart>,
    pub(super) under_way: Option<LatencyPart>,
    pub(super) failures: Vec<FailureItem>,
    pub(super) failures_say: String,
    pub(super) https: Vec<Fact>,
    pub(super) numbers: Vec<NumberGroup>,
    pub(super) repairs: Vec<RepairItem>,
    pub(super) runs: Vec<RunRow>,
    pub(super) runs_chart: Option<String>,
    pub(super) runs_note: String,
    pub(super) not_on_file: Vec<&'static str>,
    pub(super) people: &'static str,
    pub(super) lines: String,
}

/// A name and what there is to say of it.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
pub(super) struct StateRow {
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) means: &'static str,
    pub(super) leads: String,
    pub(super) share: String,
    /// Of 100.
    pub(super) width: String,
}

#[derive(Debug, Serialize)]
pub(super) struct LastRun {
    pub(super) says: String,
    pub(super) charts: Vec<String>,
    pub(super) stretches: Vec<StretchRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct StretchRow {
    pub(super) from: String,
    pub(super) numbers: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct LatencyPart {
    pub(super) tiles: Vec<Fact>,
    pub(super) chart: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct FailureItem {
    pub(super) class: &'static str,
    pub(super) rows: String,
    pub(super) status: &'static str,
    pub(super) words: String,
    pub(super) code: String,
    pub(super) all_runs: Option<String>,
    pub(super) examples: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct NumberGroup {
    pub(super) title: &'static str,
    pub(super) what: &'static str,
    pub(super) rows: Vec<NumberRow>,
    pub(super) note: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct NumberRow {
    pub(super) name: String,
    pub(super) numbers: [String; 4],
    pub(super) width: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RepairItem {
    pub(super) count: String,
    pub(super) words: String,
    pub(super) rules: Vec<&'static str>,
    pub(super) examples: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RunRow {
    pub(super) began: String,
    pub(super) run: String,
    pub(super) why: &'static str,
    pub(super) inputs: String,
    pub(super) numbers: Vec<String>,
    pub(super) ended: String,
}
