//! Claims about what is known of each key, and what may be written.

use super::*;

/// A ledger that has learned these lines.
fn after_lines(lines: &[Line<'_>]) -> Ledger {
    let mut ledger = Ledger::new();
    for line in lines {
        ledger.apply(line).unwrap();
    }
    ledger
}

fn with_group(i: u32, g: u32) -> Line<'static> {
    Line::Sending(SendingLine { group: Some(group(g)), ..sending(i, "a") })
}

#[test]
fn times_are_written_with_six_digits_whatever_they_are() {
    for nanoseconds in [0, 999, 1_000, 123_456_789, 999_999_999, 1_763_690_000_000_000_000, -1, -1_500_000_000] {
        let at = Timestamp::from_nanosecond(nanoseconds).unwrap();
        let line = Line::End(EndLine {
            run: Cow::Borrowed("r"),
            totals: Cow::Owned(serde_json::Value::Null),
            stopped: Cow::Borrowed("finished"),
            at,
        });
        assert!(line.encode().unwrap().ends_with(&format!("\"at\":\"{at:.6}\"}}")), "{nanoseconds}");
    }
}

#[test]
fn an_attempt_that_never_left_restores_the_refusal_and_the_request_that_was_refused() {
    let edited = SendingLine { request: request(50), ..sending(1, "b") };
    let unsent = LeadLine { request: Some(request(50)), ..lead(1, Status::Unsent, "b") };
    let mut ledger = after_lines(&[
        Line::Sending(sending(1, "a")),
        Line::Lead(lead(1, Status::Rejected, "a")),
        run("b"),
        Line::Sending(edited),
    ]);
    assert_eq!(ledger.known(key(1)).unwrap().request, Some(request(50)));
    ledger.apply(&Line::Lead(unsent)).unwrap();
    assert_eq!(ledger.known(key(1)), Some(Known { state: State::Rejected, request: Some(request(1)) }));
}

#[test]
fn a_duplicate_row_does_not_change_the_request_of_its_lead() {
    let duplicate = LeadLine { request: Some(request(60)), ..lead(1, Status::Duplicate, "a") };
    let ledger = after_lines(&[
        Line::Sending(sending(1, "a")),
        Line::Lead(lead(1, Status::Created, "a")),
        Line::Lead(duplicate),
    ]);
    assert_eq!(ledger.known(key(1)).unwrap().request, Some(request(1)));
}

#[test]
fn an_update_of_a_created_lead_changes_its_request() {
    let updated = LeadLine { request: Some(request(60)), ..lead(1, Status::Created, "b") };
    let ledger =
        after_lines(&[Line::Sending(sending(1, "a")), Line::Lead(lead(1, Status::Created, "a")), Line::Lead(updated)]);
    assert_eq!(ledger.known(key(1)).unwrap().request, Some(request(60)));
}

#[test]
fn an_outcome_that_names_no_request_is_that_of_its_attempt() {
    let created = LeadLine { request: None, ..lead(1, Status::Created, "a") };
    let ledger = after_lines(&[Line::Sending(sending(1, "a")), Line::Lead(created)]);
    assert_eq!(ledger.known(key(1)).unwrap().request, Some(request(1)));
}

#[test]
fn what_another_run_leaves_unsent_or_claims_to_be_answered_does_not_end_a_doubt() {
    let mut ledger = after_lines(&[run("a"), Line::Sending(sending(1, "a")), run("b")]);
    ledger.apply(&Line::Lead(lead(1, Status::Unsent, "b"))).unwrap();
    assert_eq!(state(&ledger, 1), Some(State::InDoubt(Before::Nothing)));
    for status in [Status::Created, Status::Exists, Status::Rejected, Status::Undone] {
        ledger.apply(&Line::Lead(lead(1, status, "b"))).unwrap_err();
        assert_eq!(state(&ledger, 1), Some(State::InDoubt(Before::Nothing)));
    }
    ledger.apply(&Line::Lead(settled(1, Status::Created, SettledBy::LookUp, "b"))).unwrap();
    assert_eq!(state(&ledger, 1), Some(State::Created(Certainty::Certain)));
}

#[test]
fn a_refused_line_leaves_everything_as_it_was() {
    let mut ledger = after_lines(&[with_group(1, 1), Line::Lead(lead(1, Status::Created, "a"))]);
    let error = ledger.apply(&with_group(1, 2)).unwrap_err();
    assert_eq!(error.to_string(), format!("lead {}: `sending` cannot follow `created`", key(1)));
    assert!(!ledger.group_settled(group(2)));
    assert!(ledger.doubts().unwrap().is_empty());
}

#[test]
fn a_doubt_holds_all_that_a_look_up_needs_in_the_order_of_sending() {
    let second = SendingLine {
        secondaries: Cow::Owned(vec![phone(7), phone(8)]),
        group: Some(group(3)),
        source: Some(Source { file: "leads.csv".into(), sheet: None, row: 812, line: 815 }),
        ..sending(2, "a")
    };
    let ledger = after_lines(&[
        run("a"),
        Line::Sending(sending(5, "a")),
        Line::Sending(second.clone()),
        Line::Sending(sending(1, "a")),
        Line::Lead(lead(1, Status::Created, "a")),
        run("b"),
    ]);
    let doubts = ledger.doubts().unwrap();
    assert_eq!(doubts.iter().map(|doubt| doubt.key).collect::<Vec<_>>(), [key(5), key(2)]);
    let expected = Doubt {
        key: key(2),
        target: target(),
        identity: Identity::Phone(phone(2)),
        request: request(2),
        group: Some(group(3)),
        secondaries: vec![phone(7), phone(8)],
        source: second.source,
        rows: vec![2],
        run: "a".to_owned(),
        first_sent_at: at(2),
        sent_at: at(2),
    };
    assert_eq!(doubts[1], expected);
}

#[test]
fn attempts_under_way_are_no_doubts_until_their_run_is_over() {
    let mut ledger = after_lines(&[run("a"), Line::Sending(sending(1, "a"))]);
    assert!(ledger.doubts().unwrap().is_empty());
    assert_eq!(ledger.sendable(key(1)), Sendable::No);
    ledger.apply(&run("b")).unwrap();
    assert_eq!(ledger.doubts().unwrap().len(), 1);
}

#[test]
fn the_first_sending_is_remembered_over_attempts_given_up_as_absent_until_an_answer_is_known() {
    let again = |second| Line::Sending(SendingLine { at: at(second), ..sending(1, "b") });
    let doubt = || Line::Lead(lead(1, Status::InDoubt, "b"));
    let absent = || Line::Lead(settled(1, Status::Unsent, SettledBy::LookUp, "b"));
    let never_left = || Line::Lead(lead(1, Status::Unsent, "b"));
    let mut ledger = after_lines(&[again(10), doubt(), absent(), again(70), never_left(), again(90), doubt()]);
    let found = &ledger.doubts().unwrap()[0];
    assert_eq!((found.first_sent_at, found.sent_at), (at(10), at(90)));
    for line in [Line::Lead(lead(1, Status::Rejected, "b")), again(200), doubt()] {
        ledger.apply(&line).unwrap();
    }
    assert_eq!(ledger.doubts().unwrap()[0].first_sent_at, at(200));
}

#[test]
fn a_group_is_settled_while_its_lead_is_there_or_may_be_whoever_is_its_primary() {
    let outcome = |status| Line::Lead(LeadLine { group: Some(group(1)), ..lead(1, status, "a") });
    let settled = |lines: &[Line<'_>]| after_lines(lines).group_settled(group(1));
    assert!(!settled(&[]));
    assert!(settled(&[with_group(1, 1)]));
    assert!(settled(&[with_group(1, 1), outcome(Status::InDoubt)]));
    assert!(settled(&[with_group(1, 1), outcome(Status::Created)]));
    assert!(settled(&[outcome(Status::Exists)]));
    assert!(!settled(&[with_group(1, 1), outcome(Status::Rejected)]));
    assert!(!settled(&[with_group(1, 1), Line::Lead(lead(1, Status::Unsent, "a"))]));
    assert!(!settled(&[with_group(1, 1), outcome(Status::Created), outcome(Status::Undone)]));
    assert!(settled(&[with_group(1, 1), outcome(Status::Created), deleting(1, "b"), run("c")]));
    assert!(!settled(&[outcome(Status::Duplicate)]));
}

#[test]
fn a_group_is_let_go_only_by_the_lead_that_holds_it() {
    let rejected = Line::Lead(LeadLine { group: Some(group(1)), ..lead(2, Status::Rejected, "a") });
    let ledger =
        after_lines(&[with_group(1, 1), Line::Lead(lead(1, Status::Created, "a")), with_group(2, 1), rejected]);
    assert!(ledger.group_settled(group(1)));
}

#[test]
fn a_deletion_without_an_outcome_counts_as_created_and_is_named() {
    let mut ledger = after_lines(&[
        Line::Sending(sending(1, "a")),
        Line::Lead(lead(1, Status::Created, "a")),
        deleting(1, "b"),
        run("c"),
    ]);
    assert_eq!(ledger.sendable(key(1)), Sendable::No);
    assert_eq!(ledger.open_deletions().unwrap(), [OpenDeletion { key: key(1), id: "1".to_owned() }]);
    ledger.apply(&Line::Lead(lead(1, Status::Undone, "c"))).unwrap();
    assert_eq!(ledger.sendable(key(1)), Sendable::Yes);
    assert!(ledger.open_deletions().unwrap().is_empty());
}

#[test]
fn a_key_is_seen_once_in_each_pass_even_after_hundreds_of_passes() {
    let mut ledger = Ledger::new();
    let here = SeenAt { file: 0, row: 2 };
    let there = SeenAt { file: 1, row: 9 };
    for _ in 0..600 {
        ledger.begin_pass();
        assert_eq!(ledger.sight(key(1), here), Sight::First);
        assert_eq!(ledger.sight(key(1), there), Sight::Again(here));
    }
    for _ in 0..256 {
        ledger.begin_pass();
    }
    assert_eq!(ledger.sight(key(1), there), Sight::First);
    assert_eq!(ledger.known(key(1)), None);
}

#[test]
fn the_newest_time_on_file_is_known() {
    let ledger = after_lines(&[run("a"), Line::Sending(sending(40, "a")), Line::Sending(sending(2, "a"))]);
    assert_eq!(ledger.last_at(), Some(at(40)));
    assert_eq!(Ledger::new().last_at(), None);
}

#[test]
fn the_recorder_writes_nothing_that_may_not_follow() {
    let folder = folder();
    let path = small_file(&folder);
    let (recorder, _) = open(&path).unwrap();
    recorder.record(&run("b")).unwrap().wait().unwrap();
    let before = std::fs::read(&path).unwrap();
    recorder.record(&Line::Sending(sending(1, "b"))).unwrap_err();
    recorder.record(&Line::Sending(sending(3, "b"))).unwrap_err();
    recorder.close().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn every_line_survives_being_written_and_read() {
    let created = LeadLine {
        certain: Certainty::Likely,
        id: Some("lead_1".into()),
        secondary_ids: Cow::Owned(vec!["2".to_owned()]),
        target: Some(Cow::Owned(target())),
        phone: Some(phone(1)),
        source: Some(Source { file: "a\u{0}\n\"ü.csv".into(), sheet: Some("Blatt 1".into()), row: 2, line: 3 }),
        rows: Cow::Owned(vec![2, 3]),
        group: Some(group(1)),
        repairs: Cow::Owned(vec!["00 read as +".to_owned()]),
        http: Some(200),
        attempts: 2,
        ..settled(1, Status::Created, SettledBy::Person, "a")
    };
    let email = SendingLine { phone: None, email: Some("ada@example.com".into()), ..sending(1, "a") };
    let end = EndLine { run: "a".into(), totals: Cow::default(), stopped: "finished".into(), at: at(1) };
    let empty = LeadLine::new(Status::Invalid, "a", at(1));
    for line in [
        run("a"),
        Line::Sending(sending(1, "a")),
        Line::Sending(email),
        Line::Lead(created),
        Line::Lead(empty),
        deleting(1, "a"),
        Line::End(end),
    ] {
        let text = line.encode().unwrap();
        assert!(!text.contains('\n'));
        assert_eq!(Line::parse(&text).unwrap(), line, "{text}");
    }
}

fn with_id(i: u32, status: Status, id: &'static str) -> Line<'static> {
    Line::Lead(LeadLine { id: Some(Cow::Borrowed(id)), target: Some(Cow::Owned(target())), ..lead(i, status, "a") })
}

#[test]
fn an_id_is_held_by_the_lead_that_was_created_or_was_there_and_let_go_by_its_deletion() {
    let mut ledger = after_lines(&[
        Line::Sending(sending(1, "a")),
        with_id(1, Status::Created, "1001"),
        Line::Sending(sending(2, "a")),
        with_id(2, Status::Exists, "1002"),
    ]);
    let known = |ledger: &Ledger| ["1001", "1002", "1003"].map(|id| ledger.known_id(&target(), id));
    assert_eq!(known(&ledger), [KnownId::Held, KnownId::Held, KnownId::Free]);
    ledger.apply(&deleting(1, "a")).unwrap();
    assert_eq!(known(&ledger), [KnownId::Held, KnownId::Held, KnownId::Free]);
    ledger.apply(&with_id(1, Status::Undone, "1001")).unwrap();
    assert_eq!(known(&ledger), [KnownId::Undone, KnownId::Held, KnownId::Free]);
    ledger.apply(&Line::Sending(sending(1, "a"))).unwrap();
    ledger.apply(&with_id(1, Status::Created, "1003")).unwrap();
    assert_eq!(known(&ledger), [KnownId::Undone, KnownId::Held, KnownId::Held]);
}
