//! What the deleter tells becomes lines of the results file, and is counted.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::choose::Candidate;
use super::flow::LeftOut;
use super::preview::leads;
use crate::clock::{Clock, Moment};
use crate::lead::{LeadKey, Reason, Status};
use crate::report::{Reporter, count};
use crate::results::{DeletingLine, LeadLine, Line, Recorder};
use crate::run::written;
use crate::upload::{Deletion, DeletionEnd, DeletionLog, DeletionOutcome, Durable, RecordFailed};

/// What became of the deletions so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    pub(super) undone: u64,
    /// Those that the platform did not delete, or that the run stopped before.
    pub(super) kept: Vec<LeftOut>,
    pub(super) open: u64,
}

/// Writes and counts for one run.
pub(super) struct Log {
    results: Arc<Recorder>,
    run: String,
    clock: Clock,
    reporter: Arc<Reporter>,
    leads: HashMap<LeadKey, Candidate>,
    state: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    counted: Counted,
    told: Moment,
}

/// How often a line says how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(10);

impl Log {
    pub(super) fn new(
        results: Arc<Recorder>,
        run: &str,
        clock: &Clock,
        reporter: Arc<Reporter>,
        leads: &[&Candidate],
    ) -> Self {
        let leads = leads.iter().map(|&candidate| (candidate.made.key, candidate.clone())).collect();
        let state = Mutex::new(Progress { counted: Counted::default(), told: clock.now() });
        Self { results, run: run.to_owned(), clock: clock.clone(), reporter, leads, state }
    }

    pub(super) fn counted(&self) -> Counted {
        self.state().counted.clone()
    }

    /// Records that a lead is there as before, and why, without a request for it.
    pub(super) fn keep(&self, candidate: &Candidate, reason: &Reason) -> Durable {
        let mut line = self.line(candidate.made.key, Status::Created);
        let made = &candidate.made;
        line.target = Some(Cow::Borrowed(&made.target));
        (line.phone, line.email) = written(&made.identity);
        line.id = made.id.as_deref().map(Cow::Borrowed);
        line.reason = Some(Cow::Borrowed(reason));
        self.record(&Line::Lead(line))
    }

    /// Counts a lead that is kept.
    pub(super) fn count_kept(&self, reason: &Reason) {
        LeftOut::add(&mut self.state().counted.kept, reason);
    }

    /// Counts deletions of an earlier undo of which nobody can see what became of them.
    pub(super) fn stay_open(&self, number: u64) {
        self.state().counted.open += number;
    }

    /// What is known of the lead before.
    fn line(&self, key: LeadKey, status: Status) -> LeadLine<'_> {
        let mut line = LeadLine::new(status, &self.run, self.clock.wall());
        line.key = Some(key);
        if let Some(Candidate { made, certain, .. }) = self.leads.get(&key) {
            line.certain = if status == Status::Created { *certain } else { line.certain };
            line.secondary_ids = Cow::Borrowed(&made.secondary_ids);
            (line.request, line.group) = (made.request, made.group);
            line.source.clone_from(&made.source);
            line.rows = Cow::Borrowed(&made.rows);
        }
        line
    }

    fn state(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, line: &Line<'_>) -> Durable {
        match self.results.record(line) {
            Ok(durable) => Box::pin(async move { durable.await.map_err(|error| RecordFailed(error.to_string())) }),
            Err(refused) => Box::pin(std::future::ready(Err(RecordFailed(refused.to_string())))),
        }
    }
}

impl DeletionLog for Log {
    fn deleting(&self, deletion: &Deletion) -> Durable {
        let (id, run) = (Cow::Borrowed(deletion.id.as_str()), Cow::Borrowed(self.run.as_str()));
        self.record(&Line::Deleting(DeletingLine { key: deletion.key, id, run, at: self.clock.wall() }))
    }

    /// A lead that is kept is `created` as before: its line says so once more, and why.
    fn ended(&self, deletion: &Deletion, outcome: &DeletionOutcome) -> Durable {
        let status = if outcome.end == DeletionEnd::Undone { Status::Undone } else { Status::Created };
        let mut line = self.line(deletion.key, status);
        line.target = Some(Cow::Borrowed(&deletion.target));
        (line.phone, line.email) = written(&deletion.identity);
        line.id = Some(Cow::Borrowed(&deletion.id));
        line.reason = outcome.reason.as_ref().map(Cow::Borrowed);
        (line.http, line.attempts) = (outcome.http, outcome.attempts);
        self.record(&Line::Lead(line))
    }

    fn count(&self, _deletion: &Deletion, outcome: &DeletionOutcome) {
        let mut state = self.state();
        match (outcome.end, &outcome.reason) {
            (DeletionEnd::Undone, _) => state.counted.undone += 1,
            (DeletionEnd::Kept, Some(reason)) => LeftOut::add(&mut state.counted.kept, reason),
            (DeletionEnd::Kept, None) => {}
            (DeletionEnd::Open, _) => state.counted.open += 1,
        }
        let now = self.clock.now();
        if now.saturating_sub(state.told) >= TOLD_EVERY {
            state.told = now;
            let all = leads(self.leads.len() as u64);
            self.reporter.console().note(&format!("deleted so far: {} of {all}", count(state.counted.undone)));
        }
    }
}
