//! Takes in the lines of a results file, one after another, and keeps what is told of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use super::People;
use super::buckets::{Ended, Timeline};
use super::failures::{Failures, short};
use super::figures::{History, HttpCount, TargetCount};
use super::numbers::Numbers;
use super::pauses::Gaps;
use super::repairs::Repairs;
use super::runs::Runs;
use super::spans::Spans;
use super::time::LocalTime;
use crate::lead::{Identity, LeadKey, Status};
use crate::report::counts::Counts;
use crate::results::{
    Certainty, Doubt, EndLine, LeadLine, Ledger, Line, RunLine, SeenAt, SendingLine, Sight, State, Why,
};
use crate::target::Target;
use crate::upload::is_about_a_change;

/// How many targets are told apart.
const MOST_TARGETS: usize = 100;

/// The targets that are not told apart.
const OTHER_TARGETS: &str = "others";

/// See the module's documentation.
pub(super) struct Fold<'a> {
    time: &'a LocalTime,
    /// The last word on every lead, and which of them were met.
    ledger: &'a mut Ledger,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    runs: Runs,
    /// When the request of each lead that is under way was written down: never more than the crew has in flight.
    sent: HashMap<LeadKey, Timestamp>,
    /// Doubts of the current run, which are counted as such until they end.
    doubts: HashSet<LeadKey>,
    all_runs: Timeline,
    this_run: Timeline,
    last_run: Option<(String, Timeline)>,
    answers: Spans,
    under_way: Spans,
    gaps: Gaps,
    http: BTreeMap<u16, u64>,
    retried_leads: u64,
    repeated_requests: u64,
    failures_of: Option<String>,
    failures: Failures,
    numbers: Numbers,
    without_number: u64,
    likely: u64,
    forgotten: u64,
    targets: HashMap<String, u64>,
    repairs: Repairs,
}

impl<'a> Fold<'a> {
    pub(super) fn new(ledger: &'a mut Ledger, time: &'a LocalTime, people: People) -> Self {
        ledger.begin_pass();
        Self {
            time,
            ledger,
            from: None,
            to: None,
            runs: Runs::new(),
            sent: HashMap::new(),
            doubts: HashSet::new(),
            all_runs: Timeline::default(),
            this_run: Timeline::default(),
            last_run: None,
            answers: Spans::new(),
            under_way: Spans::new(),
            gaps: Gaps::new(),
            http: BTreeMap::new(),
            retried_leads: 0,
            repeated_requests: 0,
            failures_of: None,
            failures: Failures::new(people),
            numbers: Numbers::default(),
            without_number: 0,
            likely: 0,
            forgotten: 0,
            targets: HashMap::new(),
            repairs: Repairs::new(people),
        }
    }

    pub(super) fn line(&mut self, line: &Line<'_>) {
        let at = match line {
            Line::Run(line) => line.at,
            Line::Sending(line) => line.at,
            Line::Lead(line) => line.at,
            Line::Deleting(line) => line.at,
            Line::End(line) => line.at,
        };
        self.from = Some(self.from.map_or(at, |from| from.min(at)));
        self.to = self.to.max(Some(at));
        match line {
            Line::Run(_) => self.gaps.run_begins(at),
            _ => self.time_passes(at),
        }
        match line {
            Line::Run(line) => self.run(line),
            Line::Sending(line) => self.sending(line),
            Line::Lead(line) => self.lead(line),
            Line::Deleting(_) => {}
            Line::End(line) => self.end(line),
        }
    }

    /// Within a run.
    fn time_passes(&mut self, at: Timestamp) {
        self.gaps.line(at, &self.runs.current_id());
        if let Some(run) = self.runs.current() {
            run.figures.last_line = run.figures.last_line.max(at);
        }
    }

    fn run(&mut self, line: &RunLine<'_>) {
        self.close_run();
        self.runs.begin(line);
        // Their answers will not come.
        self.sent.clear();
        if line.why == Why::Import {
            self.failures.import_begins();
            self.failures_of = Some(short(&line.run));
        }
    }

    fn close_run(&mut self) {
        self.doubts.clear();
        if !self.this_run.is_empty() {
            self.last_run = Some((self.runs.current_id().to_string(), std::mem::take(&mut self.this_run)));
        }
    }

    fn end(&mut self, line: &EndLine<'_>) {
        self.runs.end(line);
    }

    fn sending(&mut self, line: &SendingLine<'_>) {
        self.sent.insert(line.key, line.at);
    }

    fn lead(&mut self, line: &LeadLine<'_>) {
        if line.reason.as_deref().is_some_and(|reason| is_about_a_change(&reason.code)) {
            return self.changed(line);
        }
        // A row that repeats a lead, or is held back, says nothing of the lead.
        let of_lead = line.key.filter(|_| !line.status.is_about_a_row());
        let had_doubt = of_lead.is_some_and(|key| self.doubt_ended(key, line));
        // That a lead in doubt is not there says nothing of what becomes of it; it is sent again, or left to a person.
        if line.status == Status::Unsent && (line.settled_by.is_some() || had_doubt) {
            return;
        }
        let under_way = of_lead.and_then(|key| self.sent.remove(&key)).and_then(|sent| span(sent, line.at));
        self.count(line);
        self.met(line);
        self.answered(line, under_way);
        if is_failure(line.status) {
            self.failures.add(line);
        }
    }

    fn changed(&mut self, line: &LeadLine<'_>) {
        let is_done = line.reason.as_deref().is_some_and(|reason| reason.code == crate::upload::UPDATED);
        if let Some(run) = self.runs.current() {
            run.figures.requests += u64::from(line.attempts);
            *if is_done { &mut run.figures.changed } else { &mut run.figures.not_changed } += 1;
        }
        if !is_done {
            self.failures.add(line);
        }
    }

    /// True where it was one of this run.
    fn doubt_ended(&mut self, key: LeadKey, line: &LeadLine<'_>) -> bool {
        // An attempt that was not made changes nothing.
        if line.status != Status::Unsent || line.settled_by.is_some() {
            self.failures.ended(key, line.source.as_ref());
        }
        let was_of_this_run = self.doubts.remove(&key);
        if let Some(run) = self.runs.current().filter(|_| was_of_this_run) {
            run.figures.leads.take(Status::InDoubt, 1);
        }
        was_of_this_run
    }

    fn count(&mut self, line: &LeadLine<'_>) {
        if let (Status::InDoubt, Some(key)) = (line.status, line.key) {
            self.doubts.insert(key);
        }
        if let Some(run) = self.runs.current() {
            run.figures.leads.add(line.status, 1);
            run.figures.requests += u64::from(line.attempts);
        }
        if line.attempts > 1 {
            self.retried_leads += 1;
            self.repeated_requests += u64::from(line.attempts - 1);
        }
        if let Some(http) = line.http {
            *self.http.entry(http).or_default() += 1;
        }
    }

    /// What came back for a lead that was sent, or did not.
    fn answered(&mut self, line: &LeadLine<'_>, under_way: Option<Duration>) {
        let is_outcome = matches!(line.status, Status::Created | Status::Exists | Status::Rejected | Status::InDoubt);
        // A doubt that a look-up ended was told when it arose.
        if !is_outcome || line.attempts == 0 || line.settled_by.is_some() {
            return;
        }
        // How long nothing came says how long was waited, not how long answers take.
        let under_way = under_way.filter(|_| line.status != Status::InDoubt);
        let answer = line.latency_ms.map(Duration::from_millis).filter(|_| line.status != Status::InDoubt);
        let at = self.time.wall_seconds(line.at);
        let ended = Ended { at, status: line.status, repeats: u64::from(line.attempts.saturating_sub(1)), under_way };
        self.all_runs.add(ended);
        self.this_run.add(ended);
        self.under_way.add_known(under_way);
        self.answers.add_known(answer);
        if let Some(run) = self.runs.current() {
            run.figures.answered += 1;
            run.under_way.add_known(under_way);
            run.answers.add_known(answer);
        }
    }

    /// Each lead is counted once, by the last word on it.
    fn met(&mut self, line: &LeadLine<'_>) {
        let Some(key) = line.key.filter(|_| !line.status.is_about_a_row()) else { return };
        let phone = line.phone.map(Identity::Phone);
        let identity = phone.or_else(|| line.email.as_deref().map(Identity::email));
        let first = self.met_first(key, identity.as_ref(), line.target.as_deref());
        if first {
            line.repairs.iter().for_each(|repair| self.repairs.add(repair));
        }
    }

    fn met_first(&mut self, key: LeadKey, identity: Option<&Identity>, target: Option<&Target>) -> bool {
        // Where in an input it stands does not matter here.
        if self.ledger.sight(key, SeenAt { file: 0, row: 0 }) != Sight::First {
            return false;
        }
        // Of what was never sent, nothing is known.
        let Some(state) = self.ledger.known(key).map(|known| known.state) else { return false };
        match identity {
            Some(Identity::Phone(phone)) => self.numbers.add(*phone, state.status()),
            Some(Identity::Email(_)) => self.without_number += 1,
            None => {}
        }
        let is_likely = matches!(state, State::Created(Certainty::Likely) | State::Exists(Certainty::Likely));
        let is_forgotten = self.ledger.is_forgotten(key);
        self.forgotten += u64::from(is_forgotten);
        self.likely += u64::from(is_likely && !is_forgotten);
        if let Some(target) = target {
            self.count_target(target);
        }
        true
    }

    fn count_target(&mut self, target: &Target) {
        let name = short(&target.canonical());
        let is_known = self.targets.contains_key(&name) || self.targets.len() < MOST_TARGETS;
        let name = if is_known { name } else { OTHER_TARGETS.to_owned() };
        *self.targets.entry(name).or_default() += 1;
    }

    /// Leads of which there is only the line before their request.
    pub(super) fn open_doubts(&mut self, doubts: &[Doubt]) {
        for doubt in doubts {
            self.met_first(doubt.key, Some(&doubt.identity), Some(&doubt.target));
        }
    }

    pub(super) fn finish(mut self, file: String, lines: u64, cut_bytes: u64) -> History {
        self.close_run();
        let (runs, earlier_runs) = self.runs.figures();
        let (countries, number_types) = self.numbers.figures();
        let (repairs, repairs_unread) = self.repairs.figures();
        let (last_run, last_run_over_time) = self.last_run.unzip();
        History {
            schema: 1,
            document: "report",
            file,
            lines,
            cut_bytes,
            from: self.from,
            to: self.to,
            time_zone: self.time.name(),
            leads: last_words(self.ledger),
            likely: self.likely,
            forgotten: self.forgotten,
            open_deletions: self.ledger.count_open_deletions(),
            targets: sorted(self.targets),
            runs,
            earlier_runs,
            last_run,
            last_run_over_time: last_run_over_time.and_then(|timeline| timeline.figures()),
            over_time: self.all_runs.figures(),
            answers: self.answers.latency(),
            under_way: self.under_way.latency(),
            pauses: self.gaps.figures(),
            http: self.http.into_iter().map(|(status, leads)| HttpCount { status, leads }).collect(),
            retried_leads: self.retried_leads,
            repeated_requests: self.repeated_requests,
            failures_of: self.failures_of,
            failures: self.failures.figures(),
            countries,
            number_types,
            without_number: self.without_number,
            repairs,
            repairs_unread,
        }
    }
}

fn last_words(ledger: &Ledger) -> Counts {
    let mut counts = Counts::default();
    for status in Status::ALL {
        counts.add(status, ledger.count(status));
    }
    counts
}

fn sorted(targets: HashMap<String, u64>) -> Vec<TargetCount> {
    let mut targets: Vec<TargetCount> =
        targets.into_iter().map(|(target, leads)| TargetCount { target, leads }).collect();
    targets.sort_by(|a, b| b.leads.cmp(&a.leads).then_with(|| a.target.cmp(&b.target)));
    targets
}

/// Whether nothing was created that somebody may have wanted.
fn is_failure(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::InDoubt | Status::Invalid | Status::Duplicate | Status::Suppressed)
}

/// `None` where the clock was set back meanwhile.
fn span(from: Timestamp, to: Timestamp) -> Option<Duration> {
    Duration::try_from(to.duration_since(from)).ok()
}
