//! How an import ended.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::import::{Ended, Plan, Purpose, Rehearsed};
use crate::lead::Status;
use crate::report::{self, Finished, Summary, SummaryFacts, Totals};
use crate::run::Ending;
use crate::source::Input;
use crate::upload::{StopKind, StopReason};

/// How an import ended. It prints as the summary that the command prints.
#[derive(Debug)]
pub struct Outcome {
    run: String,
    results: PathBuf,
    rejects: Vec<PathBuf>,
    totals: Totals,
    stopped: Option<StopReason>,
    in_doubt: u64,
    exit_code: u8,
    summary: String,
}

impl Outcome {
    pub(super) fn new(ended: Ended, plan: &Plan, elapsed: Duration) -> Self {
        let exit_code = ending_of(&ended, plan.purpose).code();
        let Ended { run, target, results, stopped, failure, in_doubt, mut finished, .. } = ended;
        finished.notes.extend(failure.map(|failure| failure.to_string()));
        finished.notes.extend(finished.nobody_to_call());
        let (rejects, totals) = (finished.rejects.clone(), finished.totals.clone());
        let facts = SummaryFacts {
            run: run.clone(),
            target,
            inputs: plan.inputs.iter().map(Input::name).collect(),
            exit_code,
            elapsed,
            results: Some(results.clone()),
            resume: None,
            update: None,
        };
        let summary = Summary::new(facts, finished, report::Ending::new(stopped.as_ref())).text();
        Self { run, results, rejects, totals, stopped, in_doubt, exit_code, summary }
    }

    /// How many leads are in this state now, by this run and by earlier ones.
    #[must_use]
    pub fn leads(&self, status: Status) -> u64 {
        self.totals.leads_in(status)
    }

    /// All totals, of leads and of rows, of this run and of earlier ones. They balance.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The run's id in the results file.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The results file.
    #[must_use]
    pub fn results(&self) -> &Path {
        &self.results
    }

    /// The files with the rows that did not make it, beside the results file.
    #[must_use]
    pub fn rejects(&self) -> &[PathBuf] {
        &self.rejects
    }

    /// Why the run stopped before its end, where it did. The same import again goes on from there.
    #[must_use]
    pub fn stopped(&self) -> Option<&StopReason> {
        self.stopped.as_ref()
    }

    /// How many leads are in doubt in the results file: answers were lost, and no look-up could tell yet. The next run looks
    /// them up again.
    #[must_use]
    pub fn in_doubt(&self) -> u64 {
        self.in_doubt
    }

    /// What the command would end with: 0 where every lead is on the platform (or was left out on purpose), 1 where some were
    /// refused, 3 or 130 where the run was stopped, 4 where leads are in doubt, 5 and 6 where a file failed, 2 where totals do
    /// not balance, which is a fault of ours.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)
    }
}

/// What a dry run found.
#[derive(Debug)]
pub struct Rehearsal {
    to_send: u64,
    requests: Vec<String>,
    takes: Duration,
    totals: Totals,
    exit_code: u8,
}

impl Rehearsal {
    pub(super) fn new(rehearsed: Rehearsed) -> Self {
        let exit_code = ending_of_rehearsal(&rehearsed.finished, rehearsed.stopped.as_ref()).code();
        let Rehearsed { to_send, requests, duration, finished, .. } = rehearsed;
        Self { to_send, requests, takes: duration, totals: finished.totals, exit_code }
    }

    /// How many leads would be sent.
    #[must_use]
    pub fn to_send(&self) -> u64 {
        self.to_send
    }

    /// The first requests, as they would be sent: JSON.
    #[must_use]
    pub fn requests(&self) -> &[String] {
        &self.requests
    }

    /// How long the allowed rate makes it take.
    #[must_use]
    pub fn takes(&self) -> Duration {
        self.takes
    }

    /// What there is; what would be sent counts as unsent.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// What the command would end with.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

/// How a run ends, as far as its exit code is concerned.
pub(crate) fn ending_of(ended: &Ended, purpose: Purpose) -> Ending {
    let Ended { stopped, failure, finished, .. } = ended;
    let kind = stopped.as_ref().map(|reason| reason.kind);
    Ending {
        results_unusable: kind == Some(StopKind::Results) || failure.is_some(),
        input_unreadable: kind == Some(StopKind::Input),
        interrupted: kind == Some(StopKind::Interrupted),
        // A campaign that took no leads leaves them unsent, although the run went on to its end.
        stopped: matches!(kind, Some(StopKind::Platform | StopKind::Mismatch)) || unsent(finished, purpose) > 0,
        in_doubt: ended.in_doubt > 0,
        rejected: has_rejects(finished),
        // Totals that do not add up are a fault of ours that must not pass for success.
        usage: finished.unbalanced.is_some(),
    }
}

/// How a run ends that sends nothing.
pub(crate) fn ending_of_rehearsal(finished: &Finished, stopped: Option<&StopReason>) -> Ending {
    Ending {
        rejected: has_rejects(finished),
        in_doubt: finished.totals.leads_in(Status::InDoubt) > 0,
        usage: finished.unbalanced.is_some(),
        interrupted: stopped.is_some(),
        ..Ending::default()
    }
}

/// An update creates nothing: what is not there yet is no work of its own.
pub(crate) fn unsent(finished: &Finished, purpose: Purpose) -> u64 {
    match purpose {
        Purpose::Create => finished.totals.leads_in(Status::Unsent),
        Purpose::Update(_) => finished.totals.run.leads.get(Status::Unsent),
    }
}

fn has_rejects(finished: &Finished) -> bool {
    let totals = &finished.totals;
    let not_updated = finished.updates.iter().any(|update| update.code.starts_with("update_"));
    not_updated
        || [Status::Rejected, Status::Invalid]
            .iter()
            .any(|status| totals.leads_in(*status) + totals.rows_in(*status) > 0)
}
