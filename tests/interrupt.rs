//! Ctrl-C and SIGTERM.

use std::time::Duration;

use leadload::sandbox::{Fault, Faults, RecordArrivals};

use crate::harness::in_process::{numbers, states};
use crate::harness::killable::{Stage, said, signal, wait_briefly};

const OPTIONS: [&str; 4] = ["--rate", "100/s", "--concurrency", "8"];

/// How many are to be created where a run is interrupted.
const LEADS: usize = 40;

/// A platform that takes so long to answer that requests are always under way.
fn slow_stage(leads: usize) -> Stage {
    Stage::new(&numbers(leads), |options| options.latency = Duration::from_millis(150))
}

#[test]
fn a_signal_ends_the_run_in_order_and_the_same_command_does_the_rest() {
    for name in ["INT", "TERM"] {
        let stage = slow_stage(LEADS);
        let child = stage.command(&OPTIONS).spawn().unwrap();
        stage.wait_for_leads(10);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        // What was under way was awaited and recorded: nothing is in doubt, and nobody is there who is not known.
        assert_eq!(stage.in_doubt().len(), 0);
        let states = states(&stage.results());
        for lead in stage.sandbox.leads() {
            assert_eq!(states[&lead.phone.unwrap()], ("created".to_owned(), lead.id));
        }
        assert!(stage.sandbox.leads().len() < LEADS);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let resume = format!("leadload {}", stage.words(&OPTIONS).join(" "));
        assert_eq!(stderr.trim_end().lines().last(), Some(resume.as_str()), "{stderr}");
        stage.finish_and_compare(&OPTIONS, &numbers(LEADS));
    }
}

#[test]
fn a_second_signal_leaves_at_once_and_still_nothing_is_lost() {
    // The second lead is created, and its answer never comes.
    let stage =
        Stage::new(&numbers(30), |options| options.create_faults = Faults::script([None, Some(Fault::HangAfter)]));
    let options = &["--rate", "100/s", "--concurrency", "1"];
    let mut child = stage.command(options).spawn().unwrap();
    stage.wait_for_leads(2);
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the answer on its way is awaited");
    signal(&child, "INT");
    // Long before the answer is given up.
    let status = wait_briefly(&mut child);
    assert_eq!(status.code(), Some(130));
    assert_eq!(stage.in_doubt().len(), 1);
    stage.finish_and_compare(options, &numbers(30));
}

#[test]
fn an_interrupted_run_that_has_sent_nothing_says_how_to_begin_again() {
    let stage = Stage::new(&numbers(5), |options| options.record_arrivals = RecordArrivals::Yes);
    let child = stage.command(&["--rate", "1/min"]).spawn().unwrap();
    stage.wait_until(|sandbox| !sandbox.arrivals().is_empty());
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert_eq!(stage.sandbox.leads().len(), 0);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.trim_end().lines().last().unwrap().starts_with("leadload import leads.csv "), "{stderr}");
}
