//! The end of a run: as a short text for people and as JSON for programs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::columns::ColumnNote;
use super::console::USUAL_WIDTH;
use super::figures::{counted, duration, rate, real};
use super::layout::{Layout, from};
use super::reason_table::{ReasonCount, RemarkCount, UpdateCount};
use super::repair_table::RepairCount;
use super::reporter::Finished;
use super::target_name::target_name;
use super::totals::Totals;
use super::wording::{masked, meaning, plain};
use crate::lead::Status;
use crate::upload::{StopKind, StopReason};

/// How many examples of differences people are shown.
const MOST_MISMATCHES: usize = 3;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Ending {
    /// It went to its end.
    Finished,
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// It was stopped early, for this reason.
    Stopped(String),
}

impl Ending {
    /// How a run ended that was, or was not, stopped.
    #[must_use]
    pub fn new(stopped: Option<&StopReason>) -> Self {
        match stopped {
            None => Self::Finished,
            Some(StopReason { kind: StopKind::Interrupted, .. }) => Self::Interrupted,
            Some(StopReason { message, .. }) => Self::Stopped(masked(&plain(message))),
        }
    }
}

/// What the run itself knows of its end; the rest is counted.
#[derive(Debug, Clone)]
pub struct SummaryFacts {
    /// The run's id, as in the results file.
    pub run: String,
    /// Where leads were created, in words.
    pub target: String,
    /// The inputs, as the user named them.
    pub inputs: Vec<String>,
    /// The code that the program ends with.
    pub exit_code: u8,
    /// How long it took.
    pub elapsed: Duration,
    /// The results file.
    pub results: Option<PathBuf>,
    /// The command that goes on, where something is left to do: as it is to be typed.
    pub resume: Option<String>,
    /// The command that brings edited leads to the platform, where there are any.
    pub update: Option<String>,
}

/// The files that a run wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Files {
    /// The results file.
    pub results: Option<PathBuf>,
    /// The rejects files, one for each input that has any.
    pub rejects: Vec<PathBuf>,
}

/// What became of an import, or of an update.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    schema: u32,
    document: &'static str,
    /// The run's id, as in the results file.
    run: String,
    #[serde(flatten)]
    ending: Ending,
    /// The code that the program ends with.
    exit_code: u8,
    /// Where leads were created, in words.
    target: String,
    /// The inputs, as they were named.
    inputs: Vec<String>,
    /// The totals: over `run` and `earlier` the states add up to `leads` and to `rows`.
    totals: Totals,
    /// Sentences, none if all is well: totals that do not balance, rejects that could not be written.
    problems: Vec<String>,
    /// Why rows were not sent, or were refused.
    reasons: Vec<ReasonCount>,
    /// What there is to know of leads that are sent, for instance that a secondary contact was left out.
    remarks: Vec<RemarkCount>,
    /// Numbers that were not simply read; in the examples `to` is masked, and there is no `from`.
    repairs: Vec<RepairCount>,
    /// Sentences.
    notes: Vec<String>,
    /// What the platform shows otherwise than it was sent: sentences.
    mismatches: Vec<String>,
    /// How many created leads that concerns.
    mismatched: u64,
    /// Create requests, retries included.
    requests: u64,
    /// How long it took.
    seconds: f64,
    /// How many leads were sent in a minute.
    leads_per_minute: f64,
    /// The files that were written.
    files: Files,
    /// The command that goes on, or null.
    resume: Option<String>,
    /// How changes of leads that are there went.
    updates: Vec<UpdateCount>,
    /// Where rows were edited since, the command that changes their leads on the platform, or null.
    update: Option<String>,
    /// What columns were recognised as.
    columns: Vec<ColumnNote>,
    #[serde(skip)]
    elapsed: Duration,
    #[serde(skip)]
    edited: Vec<RemarkCount>,
}

impl Summary {
    /// The summary of what was counted and what the run knows.
    #[must_use]
    pub fn new(facts: SummaryFacts, finished: Finished, ending: Ending) -> Self {
        let problems = problems(&finished);
        let seconds = facts.elapsed.as_secs_f64();
        let per_second = if seconds > 0.0 { real(finished.sent) / seconds } else { 0.0 };
        Self {
            schema: 1,
            document: "summary",
            run: facts.run,
            ending,
            exit_code: facts.exit_code,
            target: facts.target,
            inputs: facts.inputs,
            totals: finished.totals,
            problems,
            reasons: finished.reasons,
            remarks: finished.remarks,
            repairs: finished.repairs.into_iter().map(RepairCount::without_people).collect(),
            notes: finished.notes,
            columns: finished.columns,
            mismatches: finished.mismatches,
            mismatched: finished.mismatched,
            requests: finished.requests,
            seconds,
            leads_per_minute: per_second * 60.0,
            files: Files { results: facts.results, rejects: finished.rejects },
            resume: facts.resume,
            updates: finished.updates,
            update: facts.update.filter(|_| finished.edited.iter().any(|edited| edited.count > 0)),
            elapsed: facts.elapsed,
            edited: finished.edited,
        }
    }

    /// The text for people, without a line break at its end. Where something is left to do, its last line is the command
    /// that does it, and nothing but that.
    #[must_use]
    pub fn text(&self) -> String {
        self.text_within(USUAL_WIDTH)
    }

    /// The same for a terminal that has so many columns. What is a path, an address or a command stays in one piece.
    #[must_use]
    pub fn text_within(&self, columns: usize) -> String {
        let layout = Layout::of_width(columns);
        let mut out = String::new();
        layout.wrapped(&mut out, 0, &self.headline());
        let _ = writeln!(out, "{} → {}\n", plain(&from(&self.inputs)), plain(&target_name(&self.target)));
        out.push_str(&layout.table(&self.totals.all(), &self.totals.earlier, meaning(Status::Unsent)));
        self.write_remarks(&mut out, layout);
        self.write_problems(&mut out, layout);
        self.write_files(&mut out);
        if let Some(command) = &self.resume {
            let _ = write!(out, "\nTo go on:\n{command}\n");
        }
        out.truncate(out.trim_end().len());
        out
    }

    fn headline(&self) -> String {
        let took = duration(self.elapsed);
        let sent = match (self.requests, self.elapsed.as_secs()) {
            (0, _) => "nothing was sent".to_owned(),
            // A run of a second has no rate worth telling.
            (requests, 0 | 1) => counted(requests, "request", "requests"),
            (requests, _) => {
                let pace = rate(self.leads_per_minute / 60.0);
                format!("{}, {pace}", counted(requests, "request", "requests"))
            }
        };
        match &self.ending {
            Ending::Finished => format!("Finished after {took} ({sent})."),
            Ending::Interrupted => format!("Interrupted after {took} ({sent})."),
            Ending::Stopped(reason) => format!("Stopped after {took} ({sent}): {reason}"),
        }
    }

    fn write_remarks(&self, out: &mut String, layout: Layout) {
        let mut text = String::new();
        if self.totals.doubts_ended > 0 {
            let doubts = counted(self.totals.doubts_ended, "doubt", "doubts");
            layout.wrapped(&mut text, 2, &format!("{doubts} of earlier runs ended by look-ups"));
        }
        text.push_str(&layout.edited(&self.edited));
        if let Some(command) = &self.update {
            let _ = writeln!(text, "    to change them on the platform: {command}");
        }
        text.push_str(&layout.updates(&self.updates));
        text.push_str(&layout.reasons(&self.reasons));
        text.push_str(&layout.remarks(&self.remarks));
        text.push_str(&layout.repaired(&self.repairs));
        self.write_mismatches(&mut text, layout);
        for note in &self.notes {
            layout.wrapped(&mut text, 2, &format!("note: {note}"));
        }
        if !text.is_empty() {
            out.push('\n');
            out.push_str(&text);
        }
    }

    fn write_mismatches(&self, out: &mut String, layout: Layout) {
        if self.mismatched == 0 {
            return;
        }
        let leads = counted(self.mismatched, "lead", "leads");
        layout.wrapped(out, 2, &format!("{leads} created, but not shown as sent; see what the platform has of them"));
        for mismatch in self.mismatches.iter().take(MOST_MISMATCHES) {
            layout.wrapped(out, 4, &format!("e.g. {mismatch}"));
        }
    }

    fn write_problems(&self, out: &mut String, layout: Layout) {
        if !self.problems.is_empty() {
            out.push('\n');
        }
        for problem in &self.problems {
            layout.wrapped(out, 0, &format!("PROBLEM: {problem}"));
        }
    }

    fn write_files(&self, out: &mut String) {
        let shown = |path: &Path| plain(&path.to_string_lossy()).into_owned();
        let mut files: Vec<_> = self.files.results.iter().map(|path| ("Results", shown(path))).collect();
        files.extend(self.files.rejects.iter().map(|path| ("Rejects", shown(path))));
        if !files.is_empty() {
            out.push('\n');
        }
        for (what, path) in files {
            let _ = writeln!(out, "{what}: {path}");
        }
    }
}

fn problems(finished: &Finished) -> Vec<String> {
    let unbalanced = finished.unbalanced.as_ref().map(ToString::to_string);
    let rejects = finished.rejects_failed.as_ref().map(|error| {
        format!("a rejects file is missing or incomplete: {error}; the results file has the rows and reasons")
    });
    unbalanced.into_iter().chain(rejects).collect()
}

#[cfg(test)]
mod tests;
