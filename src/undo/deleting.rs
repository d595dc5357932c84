//! What the deleter tells becomes lines of the results file, and is counted.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::choose::Candidate;
use super::flow::LeftOut;
use crate::clock::Clock;
use crate::lead::{LeadKey, Reason, Status};
use crate::report::Reporter;
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
    counted: Mutex<Counted>,
}

impl Log {
    pub(super) fn new(
        results: Arc<Recorder>,
        run: &str,
        clock: &Clock,
        reporter: Arc<Reporter>,
        leads: &[&Candidate],
    ) -> Self {
        let leads = leads.iter().map(|&candidate| (candidate.made.key, candidate.clone())).collect();
        Self { results, run: run.to_owned(), clock: clock.clone(), reporter, leads, counted: Mutex::default() }
    }

    pub(super) fn counted(&self) -> Counted {
        self.lock().clone()
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
        self.count_one(|counted| LeftOut::add(&mut counted.kept, reason));
    }

    /// Counts deletions of an earlier undo of which nobody can see what became of them.
    pub(super) fn stay_open(&self, number: u64) {
        self.count_one(|counted| counted.open += number);
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

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what became of a lead, or of some, and shows it.
    fn count_one(&self, add: impl FnOnce(&mut Counted)) {
        let mut counted = self.lock();
        add(&mut counted);
        let kept: u64 = counted.kept.iter().map(|left| left.leads).sum();
        self.reporter.deleted_so_far(counted.undone + kept + counted.open);
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
        self.count_one(|counted| match (outcome.end, &outcome.reason) {
            (DeletionEnd::Undone, _) => counted.undone += 1,
            (DeletionEnd::Kept, Some(reason)) => LeftOut::add(&mut counted.kept, reason),
            (DeletionEnd::Kept, None) => {}
            (DeletionEnd::Open, _) => counted.open += 1,
        });
    }
}
