//! The real program, killed or asked to stop at random moments of random runs, on a platform that fails now and then.
//!
//! Several inputs, with and without groups, are edited and sorted anew between the runs; runs are taken back, reconciled
//! and followed by updates, which are killed as well. In the end the same command runs until it has nothing left to do,
//! and what the sandbox has is compared with what was asked for. A few stories are told each time;
//! `LEADLOAD_TEST_CASES=500 cargo test --test tests crash_matrix::` tells many.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use leadload::sandbox::{Effect, Fault, Faults, RetryForm, SandboxOptions};
use serde_json::Value;

use crate::harness::dice::cases;
use crate::harness::in_process::in_parallel;
use crate::harness::killable::{Stage, said, signal};
use crate::harness::sheet::{Grouped, Sheet, assert_each_company_once};

/// The companies of a story.
const COMPANIES: usize = 40;

/// The names of the inputs.
const INPUTS: [&str; 3] = ["leads.csv", "more.csv", "rest.csv"];

/// The exit codes of a run that did all that it could: everybody is there, or some rows are bad.
const DONE: [i32; 2] = [0, 1];

/// What is done between two edits of the inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Import,
    Update,
    Reconcile,
    Undo,
}

/// A story of one folder and one platform.
struct Saga {
    dice: fastrand::Rng,
    stage: Stage,
    grouped: Grouped,
    /// One for each input.
    sheets: Vec<Sheet>,
}

impl Saga {
    fn new(seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let grouped = if dice.bool() { Grouped::Companies } else { Grouped::Rows };
        let inputs = dice.usize(1..=INPUTS.len());
        let mut sheet = |n: usize| {
            // The rows of a group stand in one file; a row that is a lead may stand in several.
            let here = |company: &usize| grouped == Grouped::Rows || company % inputs == n;
            let rows = dice.usize(5..60);
            Sheet::new(&mut dice, grouped, (0..COMPANIES).filter(here).collect(), rows)
        };
        let sheets = (0..inputs).map(&mut sheet).collect();
        let stage = Stage::new(&[], |options| set_up(options, &mut dice));
        Self { dice, stage, grouped, sheets }
    }

    fn unfold(mut self) {
        for _ in 0..self.dice.usize(2..6) {
            self.write();
            self.run_and_end_it(Act::Import);
            if let Some(act) =
                self.dice.choice([None, Some(Act::Undo), Some(Act::Update), Some(Act::Reconcile)]).flatten()
            {
                self.run_and_end_it(act);
            }
            for sheet in &mut self.sheets {
                sheet.edit(&mut self.dice);
            }
            if self.dice.u8(..3) == 0 {
                self.stage.sandbox.recover();
            }
        }
        self.finish();
        assert_each_company_once(&self.stage.sandbox, &self.sheets);
        self.stage.assert_results_are_true();
        self.bring_up_to_date();
    }

    fn write(&mut self) {
        for (name, sheet) in INPUTS.iter().zip(&mut self.sheets) {
            std::fs::write(self.stage.path(name), sheet.csv()).unwrap();
        }
    }

    /// The command, at so many requests at once.
    fn command(&mut self, act: Act, workers: u8) -> Command {
        let workers = workers.to_string();
        let usual = ["--rate", "300/s", "--timeout", "300ms", "--concurrency", workers.as_str()];
        if matches!(act, Act::Undo | Act::Reconcile) {
            return self.command_on_results(act, &usual);
        }
        let further = INPUTS[1..self.sheets.len()].iter().copied();
        let groups: &[&str] = match self.grouped {
            Grouped::Companies => &["--group-by", "company", "--include", "*", "--include", "company"],
            Grouped::Rows => &[],
        };
        let mut words: Vec<_> = further.chain(usual).chain(groups.iter().copied()).collect();
        if act == Act::Update {
            words.extend(["--force", "--all-known"]);
        }
        let mut words = self.stage.words(&words);
        if act == Act::Update {
            "update".clone_into(&mut words[0]);
        }
        self.stage.leadload(&words)
    }

    fn command_on_results(&mut self, act: Act, usual: &[&str]) -> Command {
        if act == Act::Reconcile {
            return self.stage.command_on_results("reconcile", usual);
        }
        let mut options = usual.to_vec();
        options.push("--yes");
        if self.dice.bool() {
            options.push("--force");
        }
        let runs = LastRun::on_file(&self.stage.results()).creators;
        let run = self.dice.choice(&runs).cloned();
        match (self.dice.u8(..3), &run) {
            (0, Some(run)) => options.extend(["--run", run]),
            (1, _) => options.push("--all-runs"),
            _ => {}
        }
        self.stage.command_on_results("undo", &options)
    }

    fn run_and_end_it(&mut self, act: Act) {
        let workers = self.dice.u8(1..9);
        let before = LastRun::on_file(&self.stage.results()).number;
        let mut command = self.command(act, workers);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.wait_a_while(&mut child);
        let how = *self.dice.choice(&["KILL", "KILL", "TERM", ""]).unwrap();
        if !how.is_empty() && child.try_wait().unwrap().is_none() {
            signal(&child, how);
        }
        wait(&mut child);
        let LastRun { number, open, .. } = LastRun::on_file(&self.stage.results());
        // A run that was killed before its first line left nothing open; what is on file is another one's.
        let most = if number > before { 2 * usize::from(workers) } else { usize::MAX };
        assert!(open <= most, "{open} leads were left open with {workers} workers");
        self.stage.assert_nothing_unrecorded_was_sent();
    }

    /// Mostly into the middle of sending; sometimes into what comes before it, or until it has ended.
    fn wait_a_while(&mut self, child: &mut Child) {
        let before = self.stage.sandbox.leads().len();
        let further = self.dice.usize(..20);
        let pause = if self.dice.u8(..4) == 0 { self.dice.u64(..300_000) } else { self.dice.u64(..10_000) };
        let since = Instant::now();
        while self.stage.sandbox.leads().len().abs_diff(before) < further && since.elapsed() < Duration::from_secs(1) {
            if child.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(pause));
    }

    /// Nothing fails any more: what an undo began is finished, and the same command comes to an end.
    fn finish(&mut self) {
        self.stage.sandbox.recover();
        if LastRun::on_file(&self.stage.results()).is_deleting {
            let finishing = ["--yes", "--all-runs", "--rate", "300/s"];
            let undo = self.stage.command_on_results("undo", &finishing).output().unwrap();
            assert!(!LastRun::on_file(&self.stage.results()).is_deleting, "it is not finished: {}", said(&undo));
        }
        // Somebody who was never sent before shows that look-ups work, also where everybody else is in doubt.
        self.sheets[0].add_company(COMPANIES);
        self.write();
        let mut outputs = Vec::new();
        while outputs.len() < 3 {
            let output = self.command(Act::Import, 4).stderr(Stdio::piped()).output().unwrap();
            if output.status.code().is_some_and(|code| DONE.contains(&code)) {
                assert!(self.stage.in_doubt().is_empty(), "in doubt after a run that was done: {}", said(&output));
                return;
            }
            outputs.push(said(&output));
        }
        panic!("it does not come to an end:\n{}", outputs.join("\n"));
    }

    /// One update, and everybody who is in the inputs has what their first row says.
    fn bring_up_to_date(&mut self) {
        let output = self.command(Act::Update, 4).output().unwrap();
        if self.grouped == Grouped::Companies {
            // A group that was created with another primary contact stays as it is.
            return;
        }
        let there = self.stage.sandbox.leads().into_iter();
        let there: BTreeMap<String, Value> =
            there.map(|lead| (lead.phone.unwrap_or_default(), lead.variables["first_name"].clone())).collect();
        let mut seen = BTreeSet::new();
        for (number, name) in self.sheets.iter().flat_map(Sheet::people) {
            if seen.insert(number.clone()) {
                assert_eq!(there[&number], name, "{number} was not brought up to date: {}", said(&output));
            }
        }
    }
}

/// What this platform is like.
fn set_up(options: &mut SandboxOptions, dice: &mut fastrand::Rng) {
    let (seed, chance) = (dice.u64(..), dice.f64() / 3.0);
    options.latency = Duration::from_millis(dice.u64(..40));
    options.create_faults = Faults::random(seed, chance, faults());
    options.change_faults = Faults::random(seed, chance, faults());
    let on_lists = [Fault::Status(500, Effect::Before), Fault::ResetBefore, Fault::TruncatedJson, Fault::HalfAnswer];
    options.list_faults = Faults::random(seed, chance / 2.0, on_lists);
}

/// All that can happen on the way, each as short as the settle delay of these tests.
fn faults() -> Vec<Fault> {
    let mut faults = vec![
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::HalfAnswer,
        Fault::HangBefore,
        Fault::HangAfter,
        Fault::LateCommit(Duration::from_millis(40)),
        Fault::TooManyRequests(RetryForm::Silent),
        Fault::TooManyRequests(RetryForm::Raw("-1".to_owned())),
        Fault::TruncatedJson,
        Fault::HtmlOk,
        Fault::TokenDies,
    ];
    for status in [408, 500, 502, 503] {
        faults.push(Fault::Status(status, Effect::Before));
        faults.push(Fault::Status(status, Effect::After));
    }
    faults
}

/// The last run on file.
#[derive(Default)]
struct LastRun {
    /// How many there were before, and itself.
    number: usize,
    /// How many of its attempts to create have no outcome.
    open: usize,
    /// Whether a deletion of any run has no outcome.
    is_deleting: bool,
    /// The runs that created somebody, with which an undo can begin.
    creators: Vec<String>,
}

impl LastRun {
    fn on_file(results: &Path) -> Self {
        let file = std::fs::read_to_string(results).unwrap_or_default();
        let lines = file.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let (mut last, mut open, mut deleting) = (Self::default(), BTreeSet::new(), BTreeSet::new());
        for line in lines.map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            match (line["type"].as_str(), line["status"].as_str()) {
                (Some("run"), _) => {
                    last.number += 1;
                    open.clear();
                }
                (Some("sending"), _) => drop(open.insert(text("key"))),
                (Some("deleting"), _) => drop(deleting.insert(text("key"))),
                (Some("lead"), Some("duplicate" | "invalid")) => {}
                (Some("lead"), status) => {
                    open.remove(&text("key"));
                    deleting.remove(&text("key"));
                    if status == Some("created") && line["attempts"] == 1 && !last.creators.contains(&text("run")) {
                        last.creators.push(text("run"));
                    }
                }
                _ => {}
            }
        }
        Self { open: open.len(), is_deleting: !deleting.is_empty(), ..last }
    }
}

/// Waits for its end; a run that nobody ends takes its time where everything fails.
fn wait(child: &mut Child) {
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < Duration::from_mins(2), "it does not end");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn killed_or_stopped_at_any_moment_of_any_story_everybody_is_created_exactly_once() {
    in_parallel(cases(16, |seed| Saga::new(seed).unfold()));
}
