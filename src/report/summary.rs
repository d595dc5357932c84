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
use super::tally::Totals;
use super::target_name::target_name;
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
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::lead::Reason;
    use crate::report::console::{Console, Screen, Volume};
    use crate::report::reporter::Reporter;
    use crate::report::sample::{lead, outcome, position, row, unsendable};
    use crate::report::tally::Expected;
    use crate::upload::{CountsAs, Event, Observer};

    fn facts(exit_code: u8, resume: Option<&str>) -> SummaryFacts {
        SummaryFacts {
            run: "r1".to_owned(),
            target: "famulor, campaign 7 “Spring”".to_owned(),
            inputs: vec!["leads.csv".to_owned()],
            exit_code,
            elapsed: Duration::from_secs(200),
            results: Some("famulor-7.results.jsonl".into()),
            resume: resume.map(str::to_owned),
            update: None,
        }
    }

    fn reporter() -> Reporter {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        Reporter::new(console, Clock::simulated(jiff::Timestamp::UNIX_EPOCH))
    }

    fn busy_run(expected: Expected) -> Reporter {
        let reporter = reporter();
        reporter.begin_sending(Some(expected));
        reporter.known(Status::Created, &[row(30), row(31)], &Reason::new("", ""));
        reporter.changed(&position(30));
        let end = |rows: &[u64], status| {
            reporter.event(Event::Ended { lead: &lead(rows), outcome: &outcome(status), before: None });
        };
        end(&[2, 3, 4], Status::Created);
        end(&[5], Status::Exists);
        end(&[6, 7], Status::Rejected);
        end(&[8], Status::InDoubt);
        reporter.event(Event::Unsendable(&unsendable(Status::Invalid, CountsAs::Lead, &[9])));
        reporter.event(Event::Unsendable(&unsendable(Status::Invalid, CountsAs::RowsOnly, &[10])));
        reporter.event(Event::Unsendable(&unsendable(Status::Duplicate, CountsAs::Lead, &[11])));
        reporter.event(Event::Note("the clocks differ by 3 s"));
        reporter
    }

    #[test]
    fn a_run_that_finished_shows_totals_that_balance_and_why() {
        let reporter = busy_run(Expected { leads: 7, rows: 12, to_send: 4, ..Expected::default() });
        let mut finished = reporter.finish(None);
        finished.rejects = vec!["leads.rejects.csv".into()];
        insta::assert_snapshot!(Summary::new(facts(4, None), finished, Ending::new(None)).text(), @r"
        Finished after 3 min 20 s (4 requests, 1/min).
        leads.csv → famulor, campaign 7 “Spring”

                                                   leads      rows   earlier
          created     made on the platform             2         5         1
          exists      was already there                1         1
          rejected    refused by the platform          1         2
          in_doubt    answer lost: may be there         1         1
          invalid     cannot be called                 1         2
          duplicate   same as an earlier row           1         1
          total                                        7        12         1

          1 lead edited since an earlier run: not sent again
            leads.csv › row 30
          2 rows rejected: the phone number is not valid
            e.g. leads.csv › row 6
          1 row in_doubt: the request left, but the answer was lost
            leads.csv › row 8
          2 rows invalid: too short for Germany: 4 digits
            leads.csv › rows 9, 10 › phone
          1 row duplicate: the same number as an earlier row
            leads.csv › row 11
          note: the clocks differ by 3 s

        Results: famulor-7.results.jsonl
        Rejects: leads.rejects.csv
        ");
    }

    #[test]
    fn the_last_line_of_a_run_that_stopped_is_the_command_that_goes_on() {
        let reporter = busy_run(Expected { leads: 700, rows: 1_200, to_send: 690, ..Expected::default() });
        let stopped = StopReason::new(StopKind::Platform, "the account has no balance left: top it up, then go on");
        let finished = reporter.finish(Some(&stopped));
        let command = "leadload import leads.csv --campaign 7";
        let summary = Summary::new(facts(3, Some(command)), finished, Ending::new(Some(&stopped)));
        let text = summary.text();
        assert_eq!(text.lines().last(), Some(command));
        insta::assert_snapshot!(text, @r"
        Stopped after 3 min 20 s (4 requests, 1/min): the account has no balance left:
          top it up, then go on
        leads.csv → famulor, campaign 7 “Spring”

                                                   leads      rows   earlier
          created     made on the platform             2         5         1
          exists      was already there                1         1
          rejected    refused by the platform          1         2
          in_doubt    answer lost: may be there         1         1
          invalid     cannot be called                 1         2
          duplicate   same as an earlier row           1         1
          unsent      not sent yet                   693     1,188
          total                                      700     1,200         1

          1 lead edited since an earlier run: not sent again
            leads.csv › row 30
          2 rows rejected: the phone number is not valid
            e.g. leads.csv › row 6
          1 row in_doubt: the request left, but the answer was lost
            leads.csv › row 8
          2 rows invalid: too short for Germany: 4 digits
            leads.csv › rows 9, 10 › phone
          1 row duplicate: the same number as an earlier row
            leads.csv › row 11
          note: the clocks differ by 3 s

        Results: famulor-7.results.jsonl

        To go on:
        leadload import leads.csv --campaign 7
        ");
    }

    #[test]
    fn a_second_run_says_that_nothing_was_sent() {
        let reporter = reporter();
        reporter.begin_sending(Some(Expected { leads: 1, rows: 2, to_send: 0, ..Expected::default() }));
        reporter.known(Status::Created, &[row(2), row(3)], &Reason::new("", ""));
        let summary = Summary::new(facts(0, None), reporter.finish(None), Ending::Finished);
        insta::assert_snapshot!(summary.text(), @r"
        Finished after 3 min 20 s (nothing was sent).
        leads.csv → famulor, campaign 7 “Spring”

                                                   leads      rows   earlier
          created     made on the platform             1         2         1
          total                                        1         2         1

        Results: famulor-7.results.jsonl
        ");
    }

    #[test]
    fn totals_that_do_not_balance_are_told_loudly() {
        let reporter = reporter();
        reporter.begin_sending(Some(Expected { leads: 2, rows: 2, to_send: 2, ..Expected::default() }));
        reporter.event(Event::Ended { lead: &lead(&[2]), outcome: &outcome(Status::Created), before: None });
        let summary = Summary::new(facts(1, None), reporter.finish(None), Ending::Finished);
        insta::assert_snapshot!(summary.text(), @r"
        Finished after 3 min 20 s (1 request, 18/h).
        leads.csv → famulor, campaign 7 “Spring”

                                                   leads      rows
          created     made on the platform             1         1
          total                                        1         1

        PROBLEM: the totals do not add up: the input has 2 leads, but 1 were counted;
          the results file says what became of each lead

        Results: famulor-7.results.jsonl
        ");
    }

    #[test]
    fn the_json_has_the_schema_that_is_documented() {
        let interrupted = StopReason::new(StopKind::Interrupted, "interrupted");
        let reporter = busy_run(Expected { leads: 8, rows: 13, to_send: 4, ..Expected::default() });
        let finished = reporter.finish(Some(&interrupted));
        let summary =
            Summary::new(facts(130, Some("leadload import leads.csv")), finished, Ending::new(Some(&interrupted)));
        let json: serde_json::Value = serde_json::to_value(&summary).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let documented = [
            "schema",
            "document",
            "run",
            "outcome",
            "exit_code",
            "target",
            "inputs",
            "totals",
            "problems",
            "reasons",
            "remarks",
            "repairs",
            "notes",
            "mismatches",
            "mismatched",
            "requests",
            "seconds",
            "leads_per_minute",
            "files",
            "resume",
            "updates",
            "update",
            "columns",
        ];
        assert_eq!(names, documented);
        assert_eq!(json["outcome"], "interrupted");
        assert_eq!(json["totals"]["run"]["leads"]["unsent"], 1);
        assert_eq!(json["totals"]["earlier"]["rows"]["created"], 2);
        insta::assert_snapshot!(json["reasons"][0], @r#"{"status":"rejected","code":"invalid_phone_number","rows":2,"examples":[{"file":"leads.csv","row":6,"message":"the phone number is not valid"}]}"#);
    }

    #[test]
    fn the_reason_of_a_stop_stands_beside_the_outcome() {
        let stopped = StopReason::new(StopKind::Platform, "+493023125555 \u{7}broke it");
        let json = serde_json::to_value(Ending::new(Some(&stopped))).unwrap();
        assert_eq!(json, serde_json::json!({"outcome": "stopped", "reason": "+493023•••555 broke it"}));
    }
}
