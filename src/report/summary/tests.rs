//! What a run says at its end, for people and as JSON.

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
