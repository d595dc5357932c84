//! Killed at any moment, nobody is created twice and nobody is lost.

use std::process::Stdio;
use std::time::Duration;

use leadload::import::GroupRows;
use leadload::sandbox::{DuplicateAnswer, Effect, Fault, Faults, RetryForm};

use crate::harness::dice::{any_seed, cases};
use crate::harness::in_process::{Ran, World, in_parallel, numbers, simulated};
use crate::harness::killable::{Stage, signal, wait_briefly};
use crate::harness::sheet::{Grouped, Sheet, assert_each_company_once};

/// A seed that a failing test tells, and that `LEADLOAD_TEST_SEED` sets.
fn dice() -> fastrand::Rng {
    let seed = any_seed();
    #[expect(clippy::print_stderr, reason = "shown only where the test fails")]
    {
        eprintln!("LEADLOAD_TEST_SEED={seed}");
    }
    fastrand::Rng::with_seed(seed)
}

/// Ends runs of the same command at `ends` random moments, then lets it finish.
struct Ordeal {
    leads: usize,
    workers: usize,
    latency: Duration,
    ends: usize,
    /// The names of the signals that end it.
    signals: &'static [&'static str],
}

impl Ordeal {
    fn undergo(&self) {
        let mut dice = dice();
        let expected = numbers(self.leads);
        let stage = Stage::new(&expected, |options| options.latency = self.latency);
        let concurrency = self.workers.to_string();
        let options = ["--rate", "500/s", "--concurrency", &concurrency, "--quiet"];
        for _ in 0..self.ends {
            let mut child = stage.command(&options).stderr(Stdio::null()).spawn().unwrap();
            self.wait_a_while(&stage, &mut dice);
            signal(&child, dice.choice(self.signals.iter()).unwrap());
            wait_briefly(&mut child);
            let in_doubt = stage.in_doubt().len();
            assert!(in_doubt <= 2 * self.workers, "{in_doubt} leads in doubt");
            stage.assert_nothing_unrecorded_was_sent();
        }
        stage.finish_and_compare(&options, &expected);
    }

    /// Mostly into the middle of sending, whatever the speed of this machine; sometimes into what comes before it.
    fn wait_a_while(&self, stage: &Stage, dice: &mut fastrand::Rng) {
        if dice.u8(..4) == 0 {
            std::thread::sleep(Duration::from_millis(dice.u64(1..400)));
            return;
        }
        let further = dice.usize(1..=self.leads / (self.ends + 2));
        stage.wait_for_leads(stage.sandbox.leads().len() + further);
        std::thread::sleep(Duration::from_micros(dice.u64(..8000)));
    }
}

#[test]
fn killed_at_ten_random_moments_of_two_thousand_leads_each_is_created_exactly_once() {
    Ordeal { leads: 2000, workers: 4, latency: Duration::ZERO, ends: 10, signals: &["KILL"] }.undergo();
}

#[test]
fn killed_while_many_requests_are_under_way_each_lead_is_created_exactly_once() {
    Ordeal { leads: 500, workers: 16, latency: Duration::from_millis(60), ends: 8, signals: &["KILL"] }.undergo();
}

#[test]
fn killed_and_interrupted_by_turns_each_lead_is_created_exactly_once() {
    let signals = &["KILL", "TERM"];
    Ordeal { leads: 300, workers: 8, latency: Duration::from_millis(30), ends: 5, signals }.undergo();
}

/// The companies of a story.
const COMPANIES: usize = 10;

/// A story by dice: inputs that are edited and sorted anew between runs, runs that are stopped or whose last lines are
/// lost, and a platform on which everything fails now and then.
struct Tale {
    dice: fastrand::Rng,
    grouped: Grouped,
    sheet: Sheet,
}

impl Tale {
    fn new(seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let grouped = if dice.bool() { Grouped::Companies } else { Grouped::Rows };
        let rows = dice.usize(4..16);
        let sheet = Sheet::new(&mut dice, grouped, (0..COMPANIES).collect(), rows);
        Self { dice, grouped, sheet }
    }

    fn write(&mut self, world: &World) {
        world.input(&self.sheet.csv());
    }

    async fn world(&mut self, clock: &leadload::clock::Clock) -> World {
        let again = DuplicateAnswer::CreatedAgain;
        let answers = [again, again, DuplicateAnswer::Taken422, DuplicateAnswer::Conflict409];
        let (duplicates, seed) = (self.dice.choice(answers).unwrap_or(again), self.dice.u64(..));
        let chance = self.dice.f64() / 2.0;
        World::new(clock, |options| {
            options.duplicates = duplicates;
            options.create_faults = Faults::random(seed, chance, create_faults());
            let on_lists = [Fault::Status(500, Effect::Before), Fault::ResetBefore, Fault::TruncatedJson];
            options.list_faults = Faults::random(seed, chance / 3.0, on_lists);
        })
        .await
    }

    async fn run(&mut self, world: &World, is_rough: bool) -> Ran {
        let mut import = world.import().workers(self.dice.u16(1..9));
        if self.grouped == Grouped::Companies {
            import.mapping.group_by = Some(vec!["company".to_owned()]);
            import.mapping.include = Some(vec!["*".to_owned(), "company".to_owned()]);
            // Now so, now so: a person who finds the option between two runs.
            import.group_rows = if self.dice.bool() { GroupRows::Scattered } else { GroupRows::Together };
        }
        if is_rough && self.dice.bool() {
            import = import.stopped_after(self.dice.usize(2..30));
        }
        import.run().await
    }

    /// What a crash leaves: the lines behind the last request's `sending` are lost, from any byte on.
    fn crash(&mut self, world: &World) {
        let Ok(text) = std::fs::read(world.results()) else { return };
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let (mut end, mut safe) = (0, 0);
        for line in lines {
            end += line.len();
            let is_outcome = serde_json::from_slice::<serde_json::Value>(line)
                .is_ok_and(|line| matches!(line["type"].as_str(), Some("lead" | "end")));
            if !is_outcome {
                safe = end;
            }
        }
        let cut = self.dice.usize(safe..=text.len());
        std::fs::write(world.results(), &text[..cut]).unwrap();
    }

    /// Nothing fails any more: the same import comes to an end.
    async fn finish(&mut self, world: &World) {
        world.sandbox.recover();
        // Somebody who was never sent before shows that look-ups work, also where everybody else is in doubt.
        self.sheet.add_company(COMPANIES);
        self.write(world);
        let mut unfinished = Vec::new();
        while unfinished.len() < 3 {
            let ran = self.run(world, false).await;
            // A run that does not begin tells its error.
            if ran.result.is_ok() && ran.is_done() {
                return;
            }
            unfinished.push(format!("{}{:?}", ran.said, ran.result));
        }
        let results = std::fs::read_to_string(world.results()).unwrap();
        panic!("it does not come to an end:\n{}\n{results}", unfinished.join("\n"));
    }

    async fn unfold(mut self, clock: leadload::clock::Clock) {
        let world = self.world(&clock).await;
        for _ in 0..self.dice.usize(1..5) {
            self.write(&world);
            self.run(&world, true).await;
            if self.dice.bool() {
                self.crash(&world);
            }
            if self.dice.u8(..3) == 0 {
                clock.advance(Duration::from_secs(self.dice.u64(1..4000)));
            }
            self.sheet.edit(&mut self.dice);
            if self.dice.u8(..4) == 0 {
                world.sandbox.recover();
            }
        }
        self.finish(&world).await;
        assert_each_company_once(&world.sandbox, &[self.sheet]);
        world.assert_pace_kept(&["50/s"]);
    }
}

fn create_faults() -> Vec<Fault> {
    let mut faults = vec![
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::HalfAnswer,
        Fault::HangBefore,
        Fault::HangAfter,
        Fault::LateCommit(Duration::from_secs(5)),
        Fault::TooManyRequests(RetryForm::Seconds(2)),
        Fault::TooManyRequests(RetryForm::Silent),
        Fault::TruncatedJson,
        Fault::Redirect,
        Fault::HtmlOk,
        Fault::TokenDies,
        Fault::BalanceDies,
    ];
    for status in [408, 500, 502, 503] {
        faults.push(Fault::Status(status, Effect::Before));
        faults.push(Fault::Status(status, Effect::After));
    }
    faults
}

#[test]
fn whatever_happens_between_edits_and_sorts_everybody_is_created_exactly_once() {
    in_parallel(cases(30, |seed| simulated(async |clock| Tale::new(seed).unfold(clock).await)));
}
