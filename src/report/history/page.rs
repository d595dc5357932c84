//! The page: figures in words, put into `page.html`, which escapes every one of them.

use super::People;
use super::chart::{self, Chart, outcomes};
use super::figures::{Bucket, Failure, History, Latency, NumberCount, OverTime, Repaired, RunFigures};
use super::runs::{ending, purpose, took};
use super::story::{
    in_short, input_names, milliseconds_in_words, not_on_file, percent, rows_without_lead, stretch_in_words,
};
use super::time::LocalTime;
use super::view::{
    Fact, FailureItem, LastRun, LatencyPart, NumberGroup, NumberRow, RepairItem, RunRow, StateRow, StretchRow, View,
};
use crate::lead::Status;
use crate::report::figures::{count, counted, duration, rate, real};
use crate::report::wording::meaning;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};

/// So many countries are named; the others are one row.
const MOST_NAMED: usize = 15;

/// So many runs have a row of the table, the last ones.
const MOST_RUNS: usize = 60;

/// A run that took less has no rate worth telling.
const SHORTEST_WITH_RATE: f64 = 2.0;

/// Makes pages. The templates are compiled into the program.
struct Maker<'a> {
    environment: Environment<'static>,
    history: &'a History,
    time: &'a LocalTime,
}

impl History {
    /// The page: one HTML file that needs nothing else, neither a network nor scripts. `people` is as they were read.
    ///
    /// # Errors
    /// The template does not fit the figures, which is a fault of this program.
    pub fn page(&self, time: &LocalTime, people: People) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // What ends in .html is escaped.
        environment.add_template("page.html", include_str!("page.html"))?;
        environment.add_template("figure.html", include_str!("figure.html"))?;
        Maker { environment, history: self, time }.page(people)
    }
}

impl Maker<'_> {
    fn page(&self, people: People) -> Result<String, Error> {
        let history = self.history;
        let file = history.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let name = input_names(history).unwrap_or(file);
        let all_over_time = history.over_time.as_ref().filter(|_| history.runs.len() > 1).and_then(chart::answers);
        let runs_chart = chart::runs(&history.runs, |run| self.day(run));
        let view = View {
            title: format!("leadload report: {name}"),
            name,
            tool: concat!("leadload ", env!("CARGO_PKG_VERSION")),
            style: include_str!("page.css"),
            when: self.when(),
            in_short: in_short(history),
            facts: self.facts(),
            states: states(history),
            total: count(history.leads.total()),
            not_leads: not_leads(history),
            last: self.last_run()?,
            all_over_time: self.drawn(all_over_time)?,
            waiting: self.waiting(),
            answers: self.latency(history.answers.as_ref(), "were answered in")?,
            under_way: self.latency(history.under_way.as_ref(), "were under way for")?,
            failures: history.failures.iter().map(failure).collect(),
            failures_say: failures_say(history),
            https: history.http.iter().map(|http| fact(&http.status.to_string(), count(http.leads))).collect(),
            numbers: numbers(history),
            repairs: history.repairs.iter().map(repair).collect(),
            runs: self.runs(),
            runs_chart: self.drawn(runs_chart)?,
            runs_note: runs_note(history),
            not_on_file: not_on_file(history),
            people: match people {
                People::Masked => "Numbers and addresses are masked.",
                People::Shown => "This page shows numbers and addresses of people: keep it as you keep those.",
            },
            lines: counted(history.lines, "line", "lines"),
        };
        self.environment.get_template("page.html")?.render(Serde(&view))
    }

    fn when(&self) -> String {
        match (self.history.from, self.history.to) {
            (Some(from), Some(to)) => {
                let (from, to) = (self.time.to_the_minute(from), self.time.to_the_minute(to));
                let range = if from == to { from } else { format!("{from} to {to}") };
                format!("{range}, {}", self.history.time_zone)
            }
            _ => "no line so far".to_owned(),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let history = self.history;
        let mut facts = vec![fact("Results file", history.file.clone())];
        for target in history.targets.iter().take(3) {
            facts.push(fact(
                "Where leads went",
                format!("{} ({})", target.target, counted(target.leads, "lead", "leads")),
            ));
        }
        if let Some(others) = history.targets.get(3..).filter(|others| !others.is_empty()) {
            facts.push(fact("And elsewhere", counted(others.len() as u64, "more target", "more targets")));
        }
        if let Some(run) = history.runs.last().filter(|run| !run.inputs.is_empty()) {
            facts.push(fact("Last input", run.inputs.join(", ")));
        }
        facts.push(fact("Runs", count(history.runs.len() as u64 + history.earlier_runs)));
        facts
    }

    fn last_run(&self) -> Result<Option<LastRun>, Error> {
        let Some(over) = &self.history.last_run_over_time else { return Ok(None) };
        let run = self.history.runs.iter().rev().find(|run| Some(&run.run) == self.history.last_run.as_ref());
        let charts = [chart::answers(over), chart::waits(over)];
        let mut drawn = Vec::new();
        for chart in charts {
            drawn.extend(self.drawn(chart)?);
        }
        let says = match run {
            Some(run) if drawn.is_empty() => format!("{} Too short for a picture over time.", self.run_in_words(run)),
            Some(run) => self.run_in_words(run),
            None => String::new(),
        };
        let stretches = if drawn.is_empty() { Vec::new() } else { over.buckets.iter().map(stretch).collect() };
        Ok(Some(LastRun { says, charts: drawn, stretches }))
    }

    fn run_in_words(&self, run: &RunFigures) -> String {
        let rate = rate_of(run).map(|rate| format!(", {rate}")).unwrap_or_default();
        format!(
            "{} ({}): {} answered in {}{rate}.",
            self.time.to_the_second(run.began),
            purpose(run.why),
            counted(run.answered, "lead", "leads"),
            duration_of(run)
        )
    }

    fn waiting(&self) -> Vec<String> {
        let history = self.history;
        let pauses = &history.pauses;
        let mut sentences = vec![match history.retried_leads {
            0 => "No request had to be repeated.".to_owned(),
            leads => format!(
                "{} needed more than one request: {} were repeated, after a refused connection or because the platform asked for a pause.",
                counted(leads, "lead", "leads"),
                count(history.repeated_requests)
            ),
        }];
        sentences.push(match pauses.count {
            0 => format!("Nowhere did nothing happen for {} s or longer.", count(pauses.longer_than_seconds)),
            number => format!(
                "{} of {} s or longer, in which nothing was written.",
                counted(number, "pause", "pauses"),
                count(pauses.longer_than_seconds)
            ),
        });
        for pause in pauses.by_time() {
            let length = duration(std::time::Duration::from_secs(pause.seconds));
            sentences.push(format!("{length} from {} on", self.time.to_the_second(pause.at)));
        }
        sentences
    }

    fn latency(&self, latency: Option<&Latency>, what: &str) -> Result<Option<LatencyPart>, Error> {
        let Some(latency) = latency else { return Ok(None) };
        let tile = |name: &str, milliseconds| fact(name, milliseconds_in_words(milliseconds));
        let tiles = vec![
            tile("half within", latency.p50_ms),
            tile("90 of 100 within", latency.p90_ms),
            tile("95 of 100 within", latency.p95_ms),
            tile("99 of 100 within", latency.p99_ms),
            tile("the longest", latency.max_ms),
        ];
        Ok(Some(LatencyPart { tiles, chart: self.drawn(chart::latency(latency, what))? }))
    }

    fn runs(&self) -> Vec<RunRow> {
        let left_out = self.history.runs.len().saturating_sub(MOST_RUNS);
        self.history.runs.iter().skip(left_out).rev().map(|run| self.run(run)).collect()
    }

    fn run(&self, run: &RunFigures) -> RunRow {
        let leads = |status| count(run.leads.get(status));
        let numbers = vec![
            duration_of(run),
            leads(Status::Created),
            leads(Status::Exists),
            leads(Status::Rejected),
            leads(Status::InDoubt),
            leads(Status::Invalid),
            count(run.requests),
            rate_of(run).unwrap_or_else(|| "–".to_owned()),
            run.answers.as_ref().map_or_else(|| "–".to_owned(), |answers| milliseconds_in_words(answers.p50_ms)),
        ];
        let began = self.time.to_the_minute(run.began);
        let (why, inputs) = (purpose(run.why), run.inputs.join(", "));
        RunRow { began, run: run.run.clone(), why, inputs, numbers, ended: ending(run).to_owned() }
    }

    /// Its day, or its time where all runs are of one day.
    fn day(&self, run: &RunFigures) -> String {
        let began = self.time.to_the_minute(run.began);
        let day = |run: &RunFigures| self.time.to_the_minute(run.began).split(' ').next().map(str::to_owned);
        let first = self.history.runs.first().and_then(day);
        let is_one_day = self.history.runs.iter().all(|run| day(run) == first);
        let (day, time) = began.split_once(' ').unwrap_or_default();
        if is_one_day { time.to_owned() } else { day.get(5..).unwrap_or(day).to_owned() }
    }

    fn drawn(&self, chart: Option<Chart>) -> Result<Option<String>, Error> {
        let figure = self.environment.get_template("figure.html")?;
        chart.map(|chart| figure.render(Serde(&chart))).transpose()
    }
}

fn fact(name: &str, value: String) -> Fact {
    Fact { name: name.to_owned(), value }
}

fn states(history: &History) -> Vec<StateRow> {
    let all = history.leads.total();
    let row = |(status, leads): (Status, u64)| StateRow {
        class: class(status),
        name: status.name(),
        means: meaning(status),
        leads: count(leads),
        share: percent(leads, all),
        width: width(leads, all),
    };
    history.leads.nonzero().map(row).collect()
}

/// Rows of the last import that are no leads.
fn not_leads(history: &History) -> Vec<StateRow> {
    let row = |(status, rows): (Status, u64)| StateRow {
        class: class(status),
        name: status.name(),
        means: meaning(status),
        leads: count(rows),
        share: String::new(),
        width: width(0, 0),
    };
    rows_without_lead(history).into_iter().map(row).collect()
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Created => "created",
        Status::Exists => "exists",
        Status::Rejected => "rejected",
        Status::InDoubt => "in-doubt",
        _ => "other",
    }
}

fn width(part: u64, whole: u64) -> String {
    format!("{:.1}", if whole == 0 { 0.0 } else { real(part) / real(whole) * 100.0 })
}

fn stretch(bucket: &Bucket) -> StretchRow {
    let mut numbers: Vec<String> = outcomes(bucket).into_iter().chain([bucket.repeats]).map(count).collect();
    numbers
        .extend([bucket.p50_ms, bucket.p95_ms].map(|time| time.map_or_else(|| "–".to_owned(), milliseconds_in_words)));
    StretchRow { from: bucket.at.replace('T', " "), numbers }
}

fn failures_say(history: &History) -> String {
    match &history.failures_of {
        Some(run) => {
            format!("Rows of the last import (run {run}), and leads that stay refused or in doubt from before.")
        }
        None => "Rows of all runs.".to_owned(),
    }
}

/// What the state means stands before it already.
fn without_its_meaning(failure: &Failure) -> &str {
    let words = failure.words.strip_prefix(meaning(failure.status));
    words.and_then(|words| words.strip_prefix(": ")).unwrap_or(&failure.words)
}

fn failure(failure: &Failure) -> FailureItem {
    let is_one_message = failure.examples.iter().all(|example| example.message == failure.words);
    let example = |example: &super::FailureExample| {
        let number = example.number.as_ref().map(|number| format!(", {number}")).unwrap_or_default();
        let message = if is_one_message { String::new() } else { format!(": {}", example.message) };
        format!("{}{number}{message}", example.place)
    };
    let all_runs = (failure.rows_of_all_runs != failure.rows)
        .then(|| format!("over all runs {}", counted(failure.rows_of_all_runs, "row", "rows")));
    FailureItem {
        class: class(failure.status),
        rows: if failure.rows == 0 {
            "none in the last import:".to_owned()
        } else {
            counted(failure.rows, "row", "rows")
        },
        status: meaning(failure.status),
        words: without_its_meaning(failure).to_owned(),
        code: failure.code.clone(),
        all_runs,
        // Those of earlier imports would be looked for in vain.
        examples: failure.examples.iter().filter(|_| failure.rows > 0).map(example).collect(),
    }
}

fn numbers(history: &History) -> Vec<NumberGroup> {
    let without = (history.without_number > 0).then(|| {
        format!("{} known by an e-mail address.", counted(history.without_number, "more lead is", "more leads are"))
    });
    let groups = [
        NumberGroup { title: "Countries", what: "Country", rows: number_rows(&history.countries), note: without },
        NumberGroup { title: "Types of numbers", what: "Type", rows: number_rows(&history.number_types), note: None },
    ];
    groups.into_iter().filter(|group| !group.rows.is_empty()).collect()
}

fn number_rows(counts: &[NumberCount]) -> Vec<NumberRow> {
    let all: u64 = counts.iter().map(|count| count.total).sum();
    let (named, others) = counts.split_at(counts.len().min(MOST_NAMED));
    let mut rows: Vec<NumberRow> = named.iter().map(|count| number_row(count, all)).collect();
    if !others.is_empty() {
        let name = format!("{} others", others.len());
        let none = NumberCount { name, code: None, on_platform: 0, refused: 0, in_doubt: 0, total: 0 };
        let joined = others.iter().fold(none, |joined, other| NumberCount {
            on_platform: joined.on_platform + other.on_platform,
            refused: joined.refused + other.refused,
            in_doubt: joined.in_doubt + other.in_doubt,
            total: joined.total + other.total,
            ..joined
        });
        rows.push(number_row(&joined, all));
    }
    rows
}

fn number_row(number: &NumberCount, all: u64) -> NumberRow {
    let numbers = [number.total, number.on_platform, number.refused, number.in_doubt].map(count);
    NumberRow { name: number.name.clone(), numbers, width: width(number.total, all) }
}

fn repair(repair: &Repaired) -> RepairItem {
    let count = counted(repair.count, "number:", "numbers:");
    RepairItem {
        count,
        words: repair.words.clone(),
        rules: repair.rules.clone(),
        examples: repair.examples.join(" · "),
    }
}

fn runs_note(history: &History) -> String {
    let shown = history.runs.len().min(MOST_RUNS);
    let before = history.runs.len() - shown;
    let before = match before as u64 + history.earlier_runs {
        0 => String::new(),
        runs => format!(" {} before these.", counted(runs, "run is", "runs are")),
    };
    format!(
        "The newest first.{before} The rate is of leads that were answered, over the whole run. A run without an end was killed, or is still under way."
    )
}

/// How long it took.
pub(super) fn duration_of(run: &RunFigures) -> String {
    let took = took(run);
    if took.as_secs() == 0 { milliseconds_in_words(took.as_secs_f64() * 1_000.0) } else { duration(took) }
}

/// `None` for a run of a moment, or in which nothing was answered.
pub(super) fn rate_of(run: &RunFigures) -> Option<String> {
    let seconds = took(run).as_secs_f64();
    (seconds >= SHORTEST_WITH_RATE && run.answered > 0).then(|| rate(real(run.answered) / seconds))
}

/// For the terminal: the stretch of `over` in which most was answered, in words.
pub(super) fn busiest(over: &OverTime) -> Option<String> {
    let total = |bucket: &&Bucket| outcomes(bucket).iter().sum::<u64>();
    let most = over.buckets.iter().max_by_key(total).filter(|_| over.buckets.len() > 1)?;
    let (leads, stretch) = (counted(total(&most), "lead", "leads"), stretch_in_words(over.bucket_seconds));
    Some(format!("at most {leads} in {stretch}, from {} on", most.at.replace('T', " ")))
}
