//! Claims about opening files that are torn, damaged, foreign or newer.

use std::fs;

use super::*;

/// The byte at which each line begins, and the end.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).collect()
}

fn lines_in(bytes: &[u8]) -> u64 {
    starts(bytes).len() as u64 - 1
}

/// Opening must fail, and must not have touched the file.
fn refused(path: &Path, bytes: &[u8]) -> ResultsError {
    fs::write(path, bytes).unwrap();
    let error = open(path).map(|_| ()).unwrap_err();
    assert_eq!(fs::read(path).unwrap(), bytes, "the file was changed");
    assert_eq!(read(path).map(|_| ()).unwrap_err().to_string(), error.to_string(), "reading and opening differ");
    error
}

#[test]
fn a_file_torn_at_any_byte_recovers_to_its_complete_lines_and_can_be_appended_to() {
    let folder = folder();
    let path = small_file(&folder);
    let whole = fs::read(&path).unwrap();
    for length in 0..=whole.len() {
        let torn = &whole[..length];
        let complete = *starts(torn).last().unwrap();
        fs::write(&path, torn).unwrap();
        let (recorder, recovery) = open(&path).unwrap();
        assert_eq!(recovery.lines, lines_in(torn), "torn at {length}");
        assert_eq!(recovery.cut.map_or(0, |cut| cut.bytes), (length - complete) as u64, "torn at {length}");
        assert_eq!(fs::read(&path).unwrap(), &torn[..complete], "torn at {length}");
        recorder.record(&run("b")).unwrap().wait().unwrap();
        recorder.close().unwrap();
        let (_, again) = read(&path).unwrap();
        assert_eq!(again, Recovery { lines: lines_in(torn) + 1, cut: None }, "torn at {length}");
    }
}

#[test]
fn a_torn_file_knows_what_its_complete_lines_say() {
    let folder = folder();
    let path = small_file(&folder);
    let whole = fs::read(&path).unwrap();
    let doubt = Some(State::InDoubt(Before::Nothing));
    let created = Some(State::Created(Certainty::Certain));
    let expected = [
        [None, None, None],
        [None, None, None],
        [doubt, None, None],
        [created, None, None],
        [created, doubt, None],
        [created, Some(State::Rejected), None],
        [created, Some(State::Rejected), doubt],
    ];
    for (start, expected) in starts(&whole).into_iter().zip(expected) {
        fs::write(&path, &whole[..start]).unwrap();
        let (ledger, _) = read(&path).unwrap();
        assert_eq!([1, 2, 3].map(|i| state(&ledger, i)), expected, "torn at {start}");
    }
}

#[test]
fn nul_pages_at_the_end_are_cut() {
    let folder = folder();
    let path = small_file(&folder);
    let whole = fs::read(&path).unwrap();
    for (kept, nuls) in [(whole.len(), 4096), (whole.len() - 40, 40), (whole.len() - 40, 20 << 20), (0, 4096)] {
        let mut bytes = whole[..kept].to_vec();
        bytes.resize(kept + nuls, 0);
        fs::write(&path, &bytes).unwrap();
        let (recorder, recovery) = open(&path).unwrap();
        assert_eq!(recovery.lines, lines_in(&whole[..kept]));
        assert_eq!(fs::metadata(recorder.path()).unwrap().len(), *starts(&whole[..kept]).last().unwrap() as u64);
    }
}

#[test]
fn lines_after_a_lost_page_are_cut_with_it() {
    let folder = folder();
    let path = small_file(&folder);
    let whole = fs::read_to_string(&path).unwrap();
    let lost_page = "\0".repeat(300);
    let survivor = r#"{"n":9,"d":6,"type":"end","run":"a","at":"2025-11-21T01:00:00Z"}"#;
    fs::write(&path, format!("{whole}{lost_page}\n{survivor}\n")).unwrap();
    let (_, recovery) = open(&path).unwrap();
    let cut = recovery.cut.unwrap();
    assert_eq!((cut.offset, cut.bytes), (whole.len() as u64, 302 + survivor.len() as u64));
    assert_eq!(fs::read_to_string(&path).unwrap(), whole);
}

#[test]
fn damage_to_a_line_that_was_durable_is_refused_with_its_offset() {
    let folder = folder();
    let path = small_file(&folder);
    let whole = fs::read(&path).unwrap();
    let starts = starts(&whole);
    for line in 1..starts.len() - 1 {
        let start = starts[line - 1];
        for damage in [0, b'\n', b'{', 0xff] {
            let mut bytes = whole.clone();
            bytes[start + 3] = damage;
            let error = refused(&path, &bytes);
            assert!(
                matches!(&error, ResultsError::Corrupt { offset, line: at, .. }
                    if *offset == start as u64 && *at == line as u64),
                "line {line}: {error}"
            );
        }
    }
}

#[test]
fn a_line_taken_out_of_the_middle_is_refused() {
    let folder = folder();
    let path = small_file(&folder);
    let whole = fs::read(&path).unwrap();
    let starts = starts(&whole);
    for line in 2..starts.len() - 1 {
        let bytes = [&whole[..starts[line - 1]], &whole[starts[line]..]].concat();
        let error = refused(&path, &bytes);
        assert!(matches!(error, ResultsError::Corrupt { .. }), "line {line}: {error}");
    }
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("leads.csv");
    let ours = fs::read_to_string(small_file(&folder)).unwrap();
    for bytes in [
        "phone_number,name\n+493023125555,Ada\n",
        "{\"phone\":\"+493023125555\"}\n",
        "{\"n\":1,\"d\":0,\"type\":\"lead\",\"status\":\"created\",\"run\":\"a\",\"at\":\"2025-11-21T01:00:00Z\"}\n",
        "\n\n",
        "{\n  \"n\": 1\n}\n",
        "{\"n\":1}\n",
        "Ada",
        "\0\0PK\x01binary\n",
    ] {
        let error = refused(&path, bytes.as_bytes());
        assert!(matches!(error, ResultsError::NotResults { .. }), "{bytes:?}: {error}");
    }
    let with_byte_order_mark = format!("\u{feff}{ours}");
    assert!(matches!(refused(&path, with_byte_order_mark.as_bytes()), ResultsError::Corrupt { line: 1, .. }));
    let first_batch = format!("\u{feff}{}\n", ours.lines().next().unwrap());
    assert!(matches!(refused(&path, first_batch.as_bytes()), ResultsError::NotResults { .. }));
}

#[test]
fn what_a_newer_version_wrote_is_refused_and_never_cut() {
    let folder = folder();
    let path = small_file(&folder);
    let ours = fs::read_to_string(&path).unwrap();
    for (line, what) in [
        (r#""type":"run","format":2,"keys":1,"run":"b""#, "format 2"),
        (r#""type":"run","format":1,"keys":2,"run":"b""#, "keys 2"),
        (r#""type":"tally","run":"b""#, "type \"tally\""),
        (r#""type":"lead","status":"called","run":"b""#, "status \"called\""),
        (r#""type":"lead","status":"created","key":"x","run":"b""#, "32 hex digits"),
        (r#""type":"lead","status":"created","settled_by":"oracle","run":"b""#, "oracle"),
        (r#""type":"sending","run":"b""#, "without \"key\""),
    ] {
        let bytes = format!("{ours}{{\"n\":7,\"d\":6,{line},\"at\":\"2025-11-21T01:00:00Z\"}}\n");
        let error = refused(&path, bytes.as_bytes());
        assert!(matches!(&error, ResultsError::Newer { line: 7, what: found, .. } if found.contains(what)), "{error}");
        assert!(error.to_string().contains("update leadload"), "{error}");
    }
}

#[test]
fn unknown_fields_and_other_orders_of_fields_are_read() {
    let folder = folder();
    let path = small_file(&folder);
    let ours = fs::read_to_string(&path).unwrap();
    let line = format!(
        r#"{{"at":"2025-11-21T01:00:00Z","number_type":"mobile","key":"{}","nested":{{"n":1}},"status":"\u0065xists","settled_by":"look_up","type":"lead","run":"b","d":6,"n":7}}"#,
        key(3)
    );
    fs::write(&path, format!("{ours}{line}\r\n")).unwrap();
    let (ledger, recovery) = read(&path).unwrap();
    assert_eq!(recovery, Recovery { lines: 7, cut: None });
    assert_eq!(state(&ledger, 3), Some(State::Exists(Certainty::Certain)));
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let folder = folder();
    let path = small_file(&folder);
    let ours = fs::read_to_string(&path).unwrap();
    for again in [1, 3] {
        let text = Line::Sending(sending(again, "a")).encode().unwrap();
        let error = refused(&path, format!("{ours}{{\"n\":7,\"d\":6,{}\n", &text[1..]).as_bytes());
        assert!(matches!(error, ResultsError::Contradiction { line: 7, .. }), "{error}");
    }
}

#[test]
fn reading_takes_no_lock_and_changes_nothing() {
    let folder = folder();
    let path = small_file(&folder);
    let (recorder, _) = open(&path).unwrap();
    let torn = [fs::read(&path).unwrap(), b"{\"n\":7,".to_vec()].concat();
    fs::write(&path, &torn).unwrap();
    let (_, recovery) = read(&path).unwrap();
    assert_eq!(recovery.cut.unwrap().bytes, 7);
    assert_eq!(fs::read(&path).unwrap(), torn);
    drop(recorder);
    let (ledger, recovery) = read(&folder.path().join("not there.jsonl")).unwrap();
    assert_eq!((recovery.lines, ledger.count(Status::Created)), (0, 0));
}

#[test]
fn the_golden_file_of_format_1_stays_readable() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/results/format-1.results.jsonl");
    let (ledger, recovery) = read(&path).unwrap();
    assert_eq!(recovery, Recovery { lines: 26, cut: None });
    let expected = [
        (10, Some(State::Created(Certainty::Certain))),
        (11, Some(State::Exists(Certainty::Certain))),
        (12, Some(State::Rejected)),
        (13, Some(State::Created(Certainty::Likely))),
        (14, Some(State::Undone)),
        (15, None),
        (16, Some(State::InDoubt(Before::Nothing))),
        (17, Some(State::Deleting(Held::Created(Certainty::Certain)))),
    ];
    for (i, expected) in expected {
        assert_eq!(state(&ledger, i), expected, "lead {i}");
    }
    let doubts = ledger.doubts().unwrap();
    assert_eq!(doubts.len(), 1);
    assert_eq!(doubts[0].identity, Identity::Phone(phone(16)));
    assert_eq!(doubts[0].secondaries, [Phone::from_e164("+12025550143").unwrap()]);
    assert!(ledger.group_settled(doubts[0].group.unwrap()));
    assert_eq!(ledger.open_deletions().unwrap()[0].id, "9017");

    let mut reader = Reader::open(&path).unwrap();
    let mut kinds = String::new();
    while let Some(line) = reader.next_line().unwrap() {
        kinds.push(match line {
            Line::Run(_) => 'r',
            Line::Sending(_) => 's',
            Line::Lead(_) => 'l',
            Line::Deleting(_) => 'd',
            Line::End(_) => 'e',
        });
    }
    assert_eq!(kinds, "rssslsllllsrllersslllsrdld");
}

#[test]
fn the_ids_of_earlier_runs_are_known_when_a_file_is_opened_again() {
    let folder = folder();
    let path = small_file(&folder);
    let (recorder, _) = open(&path).unwrap();
    let place = Target { place: "a \"quoted\" place".to_owned(), ..target() };
    for (i, id, target) in [(4, "1004", target()), (5, "lead_5", place.clone())] {
        let created =
            LeadLine { id: Some(Cow::Borrowed(id)), target: Some(Cow::Owned(target)), ..lead(i, Status::Created, "b") };
        recorder.record(&Line::Sending(sending(i, "b"))).unwrap().wait().unwrap();
        recorder.record(&Line::Lead(created)).unwrap().wait().unwrap();
    }
    let written = |ledger: &Ledger| [ledger.known_id(&target(), "1004"), ledger.known_id(&place, "lead_5")];
    assert_eq!(written(&recorder.ledger()), [KnownId::Held; 2]);
    recorder.close().unwrap();
    let (ledger, _) = read(&path).unwrap();
    assert_eq!(written(&ledger), [KnownId::Held; 2]);
    assert_eq!(ledger.known_id(&target(), "lead_5"), KnownId::Free);
}
