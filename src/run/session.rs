//! A run that has begun: its id, its lines in the results file, and the crew that works for it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::decide;
use super::error::RunError;
use super::opened::Opened;
use super::plan::{LeftInDoubt, Sending};
use super::recorder::RunRecorder;
use super::server::Connected;
use super::surroundings::Surroundings;
use super::{secondaries, witness};
use crate::clock::Moment;
use crate::lead::Status;
use crate::results::{EndLine, Failed, Line, RunLine, Why};
use crate::target::Target;
use crate::upload::{Crew, CrewOptions, EarlierDoubt, Event, LookUp, Observer, Outcome, StopKind, StopReason};

/// What a run is about, for its first line.
pub(crate) struct Subject<'a> {
    pub(crate) why: Why,
    /// Where leads are, for people.
    pub(crate) target: String,
    /// The files that it reads, as they were named.
    pub(crate) inputs: Vec<String>,
    /// The settings that shape it; no secrets.
    pub(crate) options: &'a Value,
    /// Which numbers of each input are called.
    pub(crate) calls: Vec<String>,
}

/// See the module's documentation.
pub(crate) struct Session {
    pub(crate) around: Surroundings,
    pub(crate) connected: Connected,
    pub(crate) results: Opened,
    /// Its id.
    pub(crate) run: String,
    target: String,
    /// From when on a look-up that does not find what earlier runs left in doubt counts.
    due: Moment,
    /// How long an attempt lasts at most, from its `sending` line.
    attempt: Duration,
}

/// What is left of a run.
pub(crate) struct Closed {
    pub(crate) run: String,
    pub(crate) target: String,
    pub(crate) stopped: Option<StopReason>,
    /// Why the results file is no longer written.
    pub(crate) failure: Option<Failed>,
    /// How many leads are in doubt in the results file.
    pub(crate) in_doubt: u64,
    /// Of how many leads there nobody knows whether an undo deleted them.
    pub(crate) open_deletions: u64,
}

impl Session {
    /// Writes the line with which a run begins. Where that fails, the run is stopped.
    pub(crate) async fn begin(
        around: Surroundings,
        connected: Connected,
        results: Opened,
        sending: &Sending,
        subject: Subject<'_>,
    ) -> Self {
        let due = around.clock.now().saturating_add(results.settle_in(sending));
        let run = around.reporter.run().to_owned();
        let Subject { why, target, inputs, options, calls } = subject;
        let attempt = sending.timeout.saturating_add(sending.settle);
        let session = Self { around, connected, results, run, target, due, attempt };
        session.record_begin(why, inputs, options, calls).await;
        session
    }

    async fn record_begin(&self, why: Why, inputs: Vec<String>, options: &Value, calls: Vec<String>) {
        let (run, target) = (self.run.as_str(), self.target.as_str());
        tracing::info!(run, target, ?why, results = %self.results.path.display(), "run begins");
        let line = RunLine {
            format: crate::results::FORMAT,
            keys: crate::results::KEYS,
            run: run.into(),
            tool: concat!("leadload ", env!("CARGO_PKG_VERSION")).into(),
            at: self.around.clock.wall(),
            target: target.into(),
            inputs: inputs.into(),
            options: Cow::Borrowed(options),
            calls: calls.into(),
            why,
        };
        let failed = |message: String| self.around.stop.request(StopReason::new(StopKind::Results, message));
        match self.results.recorder.record(&Line::Run(line)) {
            Ok(durable) => {
                if let Err(error) = durable.await {
                    failed(error.to_string());
                }
            }
            Err(refused) => failed(refused.to_string()),
        }
    }

    /// The crew that sends and settles in this run.
    pub(crate) fn crew(&self, sending: &Sending) -> Result<Crew, RunError> {
        self.crew_watched_by(Arc::clone(&self.around.reporter) as _, sending)
    }

    /// The same, where somebody else is told what happens.
    pub(crate) fn crew_watched_by(&self, observer: Arc<dyn Observer>, sending: &Sending) -> Result<Crew, RunError> {
        let doubts = self.results.recorder.ledger().doubts()?;
        let (results, clock) = (Arc::clone(&self.results.recorder), self.around.clock.clone());
        let recorder = RunRecorder::new(results, self.run.clone(), clock, &doubts);
        let (platform, line) = (Arc::clone(&self.connected.platform), Arc::clone(&self.connected.line));
        let look_up = Arc::new(self.look_up(Arc::clone(&observer)));
        let options = CrewOptions {
            concurrency: sending.concurrency,
            duplicates: sending.duplicates,
            settle: sending.settle,
            on_mismatch: sending.on_mismatch,
            on_exists: sending.on_exists,
            max_in_doubt: sending.max_in_doubt,
            max_failures: sending.max_failures,
        };
        Ok(Crew::new(platform, line, look_up, Arc::new(recorder), observer, options))
    }

    fn look_up(&self, observer: Arc<dyn Observer>) -> LookUp {
        look_up(&self.connected, &self.results, &self.run, observer)
    }

    /// Looks up what earlier runs left in doubt, also what stands in no input any more, and shows that it does.
    pub(crate) async fn settle_earlier_doubts(&self, crew: &Crew, sending: &Sending) -> Result<(), RunError> {
        let doubts = self.earlier_doubts()?;
        if !doubts.is_empty() {
            // An absence is asked twice, a settle delay apart.
            let patience = self.due.saturating_sub(self.around.clock.now()).saturating_add(sending.settle);
            self.around.reporter.begin_looking_up(doubts.len() as u64, patience);
            crew.settle_earlier(doubts).await;
        }
        Ok(())
    }

    /// Applies what a person decided about doubts of earlier runs that look-ups, which come first, could not settle. Says
    /// how many there were.
    pub(crate) async fn decide_the_rest(&self, crew: &Crew, decision: LeftInDoubt) -> Result<u64, RunError> {
        if decision == LeftInDoubt::Resend {
            self.look_up_when_due(crew).await?;
        }
        if decision == LeftInDoubt::Stays || self.around.stop.is_requested() {
            return Ok(0);
        }
        let doubts = self.results.recorder.ledger().doubts()?;
        let mut decided = 0;
        for doubt in doubts.iter().filter(|doubt| self.connected.is_here(&doubt.target) && doubt.run != self.run) {
            let Some((status, line)) = decide::line(doubt, decision, &self.run, self.around.clock.wall()) else {
                break;
            };
            match self.results.recorder.record(&line) {
                Ok(durable) => match durable.await {
                    Ok(()) => {
                        decided += 1;
                        let outcome = &Outcome { certain: false, ..Outcome::new(status, None) };
                        self.around.reporter.event(Event::DoubtEnded { key: doubt.key, outcome });
                    }
                    Err(error) => self.around.stop.request(StopReason::new(StopKind::Results, error.to_string())),
                },
                Err(refused) => self.around.stop.request(StopReason::new(StopKind::Results, refused.to_string())),
            }
        }
        Ok(decided)
    }

    /// What is to be sent again may still be on its way: it is not overtaken.
    async fn look_up_when_due(&self, crew: &Crew) -> Result<(), RunError> {
        if self.earlier_doubts()?.is_empty() {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = self.around.stop.requested() => {}
            () = self.around.clock.sleep_until(self.due) => {}
        }
        self.settle_what_is_left(crew).await
    }

    /// Looks up what earlier runs left in doubt: before this run sends anything, and once more at its end, when somebody
    /// may be known to be there, so that look-ups prove more.
    pub(crate) async fn settle_what_is_left(&self, crew: &Crew) -> Result<(), RunError> {
        if !self.around.stop.is_requested() {
            crew.settle_earlier(self.earlier_doubts()?).await;
        }
        Ok(())
    }

    /// What earlier runs left in doubt on this server.
    fn earlier_doubts(&self) -> Result<Vec<EarlierDoubt>, RunError> {
        let doubts = self.results.recorder.ledger().doubts()?;
        let earlier = doubts.into_iter().filter(|doubt| self.connected.is_here(&doubt.target) && doubt.run != self.run);
        let doubts = earlier.map(|doubt| EarlierDoubt {
            key: doubt.key,
            target: Arc::new(doubt.target),
            identity: doubt.identity,
            secondaries: doubt.secondaries,
            first_sent_at: doubt.first_sent_at,
            over_at: doubt.sent_at.checked_add(self.attempt).unwrap_or(Timestamp::MAX),
            due: self.due,
        });
        Ok(doubts.collect())
    }

    /// Writes the line with which a run ends.
    pub(crate) async fn end(self, totals: Value) -> Closed {
        let stopped = self.around.stop.reason();
        // Only the kind: the message may hold a person's number.
        tracing::info!(run = self.run, stopped = ?stopped.as_ref().map(|reason| reason.kind), "run ends");
        let end = EndLine {
            run: self.run.as_str().into(),
            totals: Cow::Owned(totals),
            stopped: stopped.as_ref().map_or("finished", |reason| reason.message.as_str()).into(),
            at: self.around.clock.wall(),
        };
        if let Ok(durable) = self.results.recorder.record(&Line::End(end)) {
            // Where it fails, the recorder says so below.
            let _ = durable.await;
        }
        let failure = self.results.recorder.failure();
        let ledger = self.results.recorder.ledger();
        let (in_doubt, open_deletions) = (ledger.count(Status::InDoubt), ledger.count_open_deletions());
        drop(ledger);
        Closed { run: self.run, target: self.target, stopped, failure, in_doubt, open_deletions }
    }
}

/// Look-ups, for which the results file knows who must be found.
pub(crate) fn look_up(connected: &Connected, results: &Opened, run: &str, observer: Arc<dyn Observer>) -> LookUp {
    let path = results.recorder.path().to_path_buf();
    let (file, run) = (path.clone(), run.to_owned());
    let contacts = Arc::new(move || secondaries::of_earlier_runs(&file, &run));
    let earlier = Arc::new(move |target: &Target| witness::created_at(&path, target));
    let look_up = LookUp::new(Arc::clone(&connected.platform), Arc::clone(&connected.line), observer, earlier);
    look_up.with_secondaries(contacts)
}
