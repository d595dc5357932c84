//! One run after another: what each made of its leads, by its own last line where it has one, and else by its lines.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::failures::short;
use super::figures::RunFigures;
use super::spans::Spans;
use crate::lead::Status;
use crate::report::counts::Counts;
use crate::report::wording::masked;
use crate::results::{EndLine, RunLine, Why};

/// How many runs are told one by one: more than a year of nights.
const MOST_RUNS: usize = 400;

/// How many of a run's inputs are named.
const MOST_INPUTS: usize = 20;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Runs {
    told: VecDeque<RunFigures>,
    earlier: u64,
    current: Option<CurrentRun>,
}

/// The run that is being read.
#[derive(Debug)]
pub(super) struct CurrentRun {
    pub(super) id: Arc<str>,
    pub(super) figures: RunFigures,
    pub(super) answers: Spans,
    pub(super) under_way: Spans,
}

impl Runs {
    pub(super) fn new() -> Self {
        Self { told: VecDeque::new(), earlier: 0, current: None }
    }

    pub(super) fn current(&mut self) -> Option<&mut CurrentRun> {
        self.current.as_mut()
    }

    /// Its id; nothing before the first run.
    pub(super) fn current_id(&self) -> Arc<str> {
        self.current.as_ref().map_or_else(|| Arc::from(""), |current| Arc::clone(&current.id))
    }

    pub(super) fn begin(&mut self, line: &RunLine<'_>) {
        self.close();
        self.current = Some(CurrentRun::new(line));
    }

    pub(super) fn end(&mut self, line: &EndLine<'_>) {
        if let Some(current) = self.current.as_mut().filter(|current| *current.id == *line.run) {
            current.end(line);
        }
    }

    /// The runs in their order, and how many there were before.
    pub(super) fn figures(mut self) -> (Vec<RunFigures>, u64) {
        self.close();
        (self.told.into(), self.earlier)
    }

    fn close(&mut self) {
        let Some(CurrentRun { mut figures, answers, under_way, .. }) = self.current.take() else { return };
        figures.answers = answers.latency();
        figures.under_way = under_way.latency();
        self.told.push_back(figures);
        if self.told.len() > MOST_RUNS {
            self.told.pop_front();
            self.earlier += 1;
        }
    }
}

impl CurrentRun {
    fn new(line: &RunLine<'_>) -> Self {
        let id = short(&line.run);
        let figures = RunFigures {
            run: id.clone(),
            why: line.why,
            target: short(&line.target),
            inputs: line.inputs.iter().take(MOST_INPUTS).map(|input| short(input)).collect(),
            tool: short(&line.tool),
            began: line.at,
            last_line: line.at,
            stopped: None,
            leads: Counts::default(),
            rows: None,
            rows_by_state: None,
            earlier: 0,
            changed: 0,
            not_changed: 0,
            requests: 0,
            answers: None,
            under_way: None,
            answered: 0,
        };
        Self { id: id.into(), figures, answers: Spans::new(), under_way: Spans::new() }
    }

    fn end(&mut self, line: &EndLine<'_>) {
        let figures = &mut self.figures;
        figures.stopped = Some(masked(&short(&line.stopped)));
        if !matches!(figures.why, Why::Import | Why::Update) {
            return;
        }
        let Some(leads) = counts(line.totals.pointer("/run/leads")) else { return };
        figures.leads = leads;
        figures.rows = line.totals.get("rows").and_then(Value::as_u64);
        figures.rows_by_state = rows_by_state(&line.totals);
        figures.earlier = counts(line.totals.pointer("/earlier/leads")).map_or(0, |earlier| earlier.total());
    }
}

/// What became of all rows of an input; `None` where that is not on file, or does not add up to its rows.
fn rows_by_state(totals: &Value) -> Option<Counts> {
    let rows = totals.get("rows").and_then(Value::as_u64)?;
    let mut all = counts(totals.pointer("/run/rows"))?;
    let earlier = counts(totals.pointer("/earlier/rows"))?;
    all.total().checked_add(earlier.total()).filter(|total| *total == rows)?;
    for (status, number) in earlier.nonzero() {
        all.add(status, number);
    }
    Some(all)
}

/// Counts by the names of states; `None` where there are none, or they add up to more than can be.
fn counts(value: Option<&Value>) -> Option<Counts> {
    let by_name = value?.as_object()?;
    let mut counts = Counts::default();
    let mut total = 0_u64;
    for status in Status::ALL {
        let number = by_name.get(status.name()).and_then(Value::as_u64).unwrap_or(0);
        total = total.checked_add(number)?;
        counts.add(status, number);
    }
    Some(counts)
}

/// What the run was for, in words.
pub(super) fn purpose(why: Why) -> &'static str {
    match why {
        Why::Import => "import",
        Why::Reconcile => "reconcile",
        Why::Undo => "undo",
        Why::Update => "update",
        Why::Forget => "forgetting of a person",
        Why::Other => "of a later version",
    }
}

/// How it ended, in words.
pub(super) fn ending(run: &RunFigures) -> &str {
    run.stopped.as_deref().unwrap_or("no end on file")
}

/// How long it took, as far as its lines say.
pub(super) fn took(run: &RunFigures) -> std::time::Duration {
    elapsed(run.began, run.last_line)
}

fn elapsed(from: Timestamp, to: Timestamp) -> std::time::Duration {
    std::time::Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
