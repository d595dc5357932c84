//! Killed at any moment, nobody is created twice and nobody is lost.

use std::process::Stdio;
use std::time::Duration;

use crate::harness::in_process::numbers;
use crate::harness::killable::{Stage, signal, wait_briefly};

/// A seed that a failing test tells, and that `LEADLOAD_TEST_SEED` sets.
fn dice() -> fastrand::Rng {
    let seed = std::env::var("LEADLOAD_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    eprintln!("LEADLOAD_TEST_SEED={seed}");
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
        let options = ["--rate", "200/s", "--concurrency", &concurrency, "--quiet"];
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
    Ordeal { leads: 500, workers: 8, latency: Duration::from_millis(30), ends: 8, signals }.undergo();
}
