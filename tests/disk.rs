//! A disk that fails.

use std::process::Output;

use crate::harness::in_process::numbers;
use crate::harness::killable::{Stage, said};

const OPTIONS: [&str; 5] = ["--rate", "200/s", "--concurrency", "4", "--json"];

fn assert_results_unusable(output: &Output) {
    assert_eq!(output.status.code(), Some(5), "{}", said(output));
}

/// A folder in which nobody can create a file, the superuser (who runs tests in containers) included.
#[cfg(target_os = "linux")]
#[test]
fn where_the_results_file_cannot_be_created_nothing_is_sent() {
    let stage = Stage::new(&numbers(20), |_| {});
    let output = stage.command(&["--results", "/proc/leads.results.jsonl"]).output().unwrap();
    assert_results_unusable(&output);
    assert!(stage.sandbox.leads().is_empty());
    let output = stage.command(&["--results", "no/such/folder/leads.results.jsonl"]).output().unwrap();
    assert_results_unusable(&output);
    assert!(stage.sandbox.leads().is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_or_a_folder_cannot_be_the_results_file_and_nothing_is_sent() {
    let stage = Stage::new(&numbers(20), |_| {});
    let device = stage.command(&["--results", "/dev/full"]).output().unwrap();
    assert_results_unusable(&device);
    assert!(said(&device).contains("/dev/full: this is not a results file (not a regular file)"), "{}", said(&device));
    let folder = stage.command(&["--results", "."]).output().unwrap();
    assert_results_unusable(&folder);
    assert!(stage.sandbox.leads().is_empty());
}

/// Takes the results file away in the middle of an import.
fn loses_its_results_file(take_away: impl Fn(&Stage)) {
    let expected = numbers(300);
    let stage = Stage::new(&expected, |_| {});
    let child = stage.command(&OPTIONS).spawn().unwrap();
    stage.wait_for_leads(20);
    std::fs::hard_link(stage.results(), stage.path("kept")).unwrap();
    take_away(&stage);
    let before = stage.sandbox.leads().len();
    let output = child.wait_with_output().unwrap();
    assert_results_unusable(&output);
    let words = said(&output);
    assert!(words.contains("the memory of who was sent") && !words.contains("To go on"), "{words}");
    let further = stage.sandbox.leads().len() - before;
    assert!(further <= 16, "{further} leads were sent after the file was gone");
    // All that was sent stands in the file that is gone: with it the same command does the rest.
    std::fs::rename(stage.path("kept"), stage.results()).unwrap();
    stage.assert_nothing_unrecorded_was_sent();
    stage.finish_and_compare(&OPTIONS, &expected);
}

#[test]
fn a_results_file_that_is_deleted_stops_the_run() {
    loses_its_results_file(|stage| std::fs::remove_file(stage.results()).unwrap());
}

#[test]
fn a_results_file_that_is_replaced_stops_the_run() {
    loses_its_results_file(|stage| {
        std::fs::write(stage.path("other"), "").unwrap();
        std::fs::rename(stage.path("other"), stage.results()).unwrap();
    });
}

/// With a limit on the size of files (in blocks of 512 or 1024 bytes, as the shell counts them) a write fails, mostly in
/// the middle of a line: what a full disk does.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_stops_the_run_with_everything_recorded_that_was_sent() {
    for blocks in [0, 1, 2, 9, 40] {
        let expected = numbers(200);
        let stage = Stage::new(&expected, |_| {});
        let shell = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let output = stage.command_in_shell(&shell, &OPTIONS).output().unwrap();
        assert_results_unusable(&output);
        assert!(stage.sandbox.leads().len() < 150, "{} leads", stage.sandbox.leads().len());
        stage.assert_nothing_unrecorded_was_sent();
        stage.finish_and_compare(&OPTIONS, &expected);
    }
}
