//! What the reporter shows and collects while a run goes on.

use jiff::Timestamp;

use super::*;
use crate::report::console::{Screen, Volume};
use crate::report::rejects::Shape;
use crate::report::sample::{lead, outcome, row, unsendable};
use crate::upload::CountsAs;

fn reporter() -> (Reporter, Clock) {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    (Reporter::new(Console::in_memory(Screen::Plain, Volume::Normal), clock.clone()), clock)
}

fn end(reporter: &Reporter, rows: &[u64], status: Status) {
    reporter.event(Event::Ended { lead: &lead(rows), outcome: &outcome(status), before: None });
}

#[test]
fn the_time_left_is_that_of_what_this_run_sends() {
    let (reporter, clock) = reporter();
    reporter.begin_sending(Some(Expected { leads: 1_000, rows: 1_000, to_send: 100, ..Expected::default() }));
    for number in 0..900 {
        reporter.known(Status::Created, &[row(number)], &Reason::new("", ""));
    }
    for number in 0..50 {
        clock.advance(Duration::from_secs(1));
        end(&reporter, &[1_000 + number], Status::Created);
    }
    insta::assert_snapshot!(reporter.live.frame().line(), @"950 of 1,000 leads (95%) · 50 s left · 60/min · created 950");
}

#[test]
fn a_list_that_is_read_is_shown_until_the_input_is_read_again() {
    let (reporter, _) = reporter();
    reporter.event(Event::Listing { pages: 2, leads: 200 });
    insta::assert_snapshot!(reporter.live.frame().line(), @"listing who is there already: 200 leads on 2 pages");
    reporter.rows_read(5);
    insta::assert_snapshot!(reporter.live.frame().line(), @"reading: 5 rows");
}

#[test]
fn an_undo_says_how_many_are_deleted_and_how_long_the_rest_takes() {
    let (reporter, clock) = reporter();
    reporter.allow(Some(1.0));
    reporter.begin_looking_at(340);
    insta::assert_snapshot!(reporter.live.frame().line(), @"looking at 340 leads on the platform");
    reporter.begin_deleting(300);
    clock.advance(Duration::from_mins(1));
    reporter.deleted_so_far(60);
    insta::assert_snapshot!(reporter.live.frame().line(), @"deleting: 60 of 300 leads (20%) · 4 min left · 60/min of 60/min allowed");
}

#[test]
fn a_wait_is_shown_until_it_is_over() {
    let (reporter, clock) = reporter();
    reporter.begin_sending(Some(Expected { leads: 10, rows: 10, to_send: 10, ..Expected::default() }));
    let waiting = |seconds, why| reporter.event(Event::Waiting { wait: Duration::from_secs(seconds), why });
    waiting(42, "the platform asked to wait");
    waiting(2, "a shorter one");
    clock.advance(Duration::from_secs(2));
    insta::assert_snapshot!(reporter.live.frame().line(), @"0 of 10 leads (0%) · waiting 40 s: the platform asked to wait");
    clock.advance(Duration::from_secs(40));
    assert_eq!(reporter.live.frame().waiting, None);
}

#[test]
fn reading_is_shown_before_sending() {
    let (reporter, _) = reporter();
    reporter.rows_read(12_000);
    assert_eq!(reporter.live.frame().line(), "reading: 12,000 rows");
}

#[test]
fn refused_rows_go_to_the_file_of_their_input_and_others_do_not() {
    let (reporter, _) = reporter();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.rejects.csv");
    let header = ["name", "phone"].map(str::to_owned).to_vec();
    let shape = Shape::Csv { delimiter: b',', header, text: crate::source::TextStyle::default() };
    reporter.collect_rejects("leads.csv".into(), Rejects::create(path.clone(), shape));
    reporter.event(Event::Unsendable(&unsendable(Status::Duplicate, CountsAs::Lead, &[9])));
    reporter.event(Event::Unsendable(&unsendable(Status::Suppressed, CountsAs::Lead, &[10])));
    end(&reporter, &[4, 5], Status::Rejected);
    for status in [Status::Created, Status::Exists, Status::InDoubt, Status::Unsent] {
        end(&reporter, &[20 + status as u64], status);
    }
    reporter.known(Status::Rejected, &[row(2)], &Reason::new("rejected_earlier", "refused in an earlier run"));
    let finished = reporter.finish(None);
    assert_eq!(finished.rejects, std::slice::from_ref(&path));
    assert!(finished.rejects_failed.is_none() && finished.unbalanced.is_none());
    insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap(), @r"
    name,phone,_status,_reason,_row
    Ada,+493023125502,rejected,refused in an earlier run,2
    Ada,+493023125504,rejected,the phone number is not valid,4
    Ada,+493023125505,rejected,the phone number is not valid,5
    Ada,+493023125509,duplicate,the same number as an earlier row,9
    ");
}

#[test]
fn a_rejects_file_that_cannot_be_written_is_told_and_stops_nothing() {
    let (reporter, _) = reporter();
    let path = tempfile::tempdir().unwrap().path().join("gone").join("r.jsonl");
    reporter.collect_rejects("leads.csv".into(), Rejects::create(path, Shape::JsonLines { bom: false }));
    end(&reporter, &[2], Status::Rejected);
    end(&reporter, &[3], Status::Created);
    let finished = reporter.finish(None);
    assert!(finished.rejects_failed.is_some());
    assert_eq!(finished.totals.leads, 2);
}

#[test]
fn notes_are_shown_at_once_without_numbers_or_control_characters() {
    let (reporter, _) = reporter();
    reporter.event(Event::Note("+493023125555 \u{1b}[2Jis odd"));
    reporter.event(Event::Mismatch(&["name: sent \"Ada\", shown \"\"".to_owned()]));
    insta::assert_snapshot!(reporter.console().kept(), @r#"
    note: +493023•••555 [2Jis odd
    not as it was sent: name: sent "Ada", shown ""
    "#);
}
