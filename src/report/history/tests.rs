//! What is told of results files of every size, and that nothing in them can do harm.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::lead::Status;

/// 2026-11-21, 02:00:00 UTC
const BEGAN: i64 = 1_795_226_400_000_000;

fn time() -> LocalTime {
    LocalTime::new(TimeZone::UTC)
}

/// A results file that is made line by line.
#[derive(Default)]
struct File {
    text: String,
    lines: u64,
}

impl File {
    fn line(mut self, kind: &str, micros: i64, rest: &str) -> Self {
        self.lines += 1;
        let at = Timestamp::from_microsecond(BEGAN + micros).unwrap();
        let (n, d) = (self.lines, self.lines - 1);
        let _ = writeln!(self.text, r#"{{"n":{n},"d":{d},"type":"{kind}","at":"{at:.6}",{rest}}}"#);
        self
    }

    fn run(self, run: &str, micros: i64) -> Self {
        let rest = format!(
            r#""format":1,"keys":1,"run":"{run}","tool":"leadload 0.1.0","target":"autocalls sandbox campaign 7","inputs":["leads.csv"],"options":{{}},"why":"import""#
        );
        self.line("run", micros, &rest)
    }

    fn sending(self, run: &str, lead: u64, micros: i64) -> Self {
        let rest = format!(
            r#""key":"{lead:032x}","run":"{run}","target":"autocalls sandbox campaign 7","phone":"+493023125{lead:03}","request":"{lead:016x}","rows":[{lead}]"#
        );
        self.line("sending", micros, &rest)
    }

    fn lead(self, run: &str, lead: u64, status: &str, micros: i64, more: &str) -> Self {
        let rest = format!(
            r#""key":"{lead:032x}","status":"{status}","run":"{run}","target":"autocalls sandbox campaign 7","phone":"+493023125{lead:03}","request":"{lead:016x}","source":{{"file":"leads.csv","row":{lead},"line":{lead}}},"rows":[{lead}]{more}"#
        );
        self.line("lead", micros, &rest)
    }

    fn end(self, run: &str, micros: i64) -> Self {
        self.line("end", micros, &format!(r#""run":"{run}","totals":{{}},"stopped":"finished""#))
    }

    fn history(&self, people: People) -> History {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.results.jsonl");
        std::fs::write(&path, &self.text).unwrap();
        History { file: "a.results.jsonl".to_owned(), ..read_history(&path, &time(), people).unwrap() }
    }
}

fn page(history: &History) -> String {
    history.page(&time(), People::Masked).unwrap()
}

/// Every tag is closed, every text is escaped, and headings follow each other in order. Gives the texts of the page.
#[track_caller]
fn assert_well_formed(page: &str) -> String {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let (mut depth, mut level, mut texts) = (0_i32, 0, String::new());
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error} at byte {}", reader.error_position())) {
            Event::Start(tag) => {
                depth += 1;
                let name = tag.name().as_ref().to_owned();
                assert_ne!(name, "script");
                if let Some(this) = name.strip_prefix('h').and_then(|digit| digit.parse::<u8>().ok()) {
                    assert!(this <= level + 1, "h{this} after h{level}");
                    level = this;
                }
                assert_harmless(&tag);
            }
            Event::Empty(tag) => assert_harmless(&tag),
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push_str(&text),
            Event::GeneralRef(reference) => texts.push_str(&reference),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "all is closed");
    texts
}

#[track_caller]
fn assert_harmless(tag: &quick_xml::events::BytesStart<'_>) {
    for attribute in tag.attributes() {
        let attribute = attribute.unwrap();
        let name = attribute.key.as_ref().to_owned();
        let value = attribute.value.into_owned();
        assert!(
            !name.starts_with("on") && !["href", "src", "style", "xlink:href"].contains(&name.as_str()),
            "{name}={value}"
        );
        assert!(!value.contains("://"), "{name}={value}");
    }
}

fn fixture() -> History {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/history.results.jsonl");
    let history = read_history(&path, &time(), People::Masked).unwrap();
    History { file: "history.results.jsonl".to_owned(), ..history }
}

#[test]
fn an_empty_file_is_told_as_such() {
    let history = File::default().history(People::Masked);
    assert_eq!((history.lines, history.leads.total()), (0, 0));
    let page = page(&history);
    let texts = assert_well_formed(&page);
    assert!(texts.contains("Nothing has happened yet"), "{texts}");
    assert!(!page.contains("<figure>") && !page.contains("<table>"));
    insta::assert_snapshot!(history.text(&time()), @"
    a.results.jsonl

    Nothing has happened yet: the file is empty.
    ");
}

#[test]
fn one_lead_in_a_run_of_milliseconds_is_told_in_words_and_not_in_pictures() {
    let file = File::default()
        .run("r1", 0)
        .sending("r1", 2, 1_000)
        .lead("r1", 2, "created", 4_000, r#","http":200,"attempts":1,"id":"9""#)
        .end("r1", 5_000);
    let history = file.history(People::Masked);
    assert_eq!((history.leads.get(Status::Created), history.leads.total()), (1, 1));
    assert!((history.under_way.as_ref().unwrap().p50_ms - 3.0).abs() < 0.1, "{:?}", history.under_way);
    let page = page(&history);
    let texts = assert_well_formed(&page);
    assert!(texts.contains("Too short for a picture over time") && !page.contains("<figure>"), "{texts}");
    insta::assert_snapshot!(history.text(&time()), @"
    leads.csv (a.results.jsonl)
    2026-11-21 02:00 to 2026-11-21 02:00 (UTC), 1 run
    → autocalls sandbox campaign 7 (1 lead)

    1 lead is known; 1 of them on the platform (100 %).
    The last run, an import, went to its end. It created 1 lead.

                                               leads
      created     made on the platform             1
      total                                        1

    The last run that sent leads (2026-11-21 02:00:00)
      1 lead answered in 5 ms
      under way, with the wait for a turn: half within 3 ms, 90 of 100 within 3 ms,
        95 within 3 ms, 99 within 3 ms, the longest 3 ms

    Countries                        leads   on platform   refused  in doubt
      Germany                            1             1         0         0

    Types of numbers                 leads   on platform   refused  in doubt
      landline                           1             1         0         0

    Runs, the newest first         created   refused  in doubt   invalid  rate
      2026-11-21 02:00 import            1         0         0         0  –

    Not on file
      Why nothing happened for a while is not on file: the platform may have asked
        to wait, or not have answered, or the machine slept.
      Of which country and type a number is does not stand in the file either; it is
        read from the numbering plans.
      How long the platform alone took to answer: files that were written before
        leadload noted it do not hold it.
    ");
}

#[test]
fn what_is_told_of_some_nights_is_the_same_as_ever() {
    insta::assert_snapshot!(fixture().text(&time()));
}

#[test]
fn the_page_of_some_nights_is_well_formed_has_pictures_with_words_and_needs_nothing_from_elsewhere() {
    let page = page(&fixture());
    assert_well_formed(&page);
    let figures: Vec<&str> = page.split("<figure>").skip(1).collect();
    assert!(figures.len() >= 4, "{} pictures", figures.len());
    for figure in figures {
        let figure = figure.split("</figure>").next().unwrap();
        assert!(
            figure.contains("<figcaption>") && figure.matches("role=\"img\" aria-label=\"").count() == 2,
            "{figure}"
        );
        assert!(!figure.contains("xmlns"), "{figure}");
    }
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<html lang=\"en\">") && page.contains("<title>"));
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn the_page_shows_the_figures_of_the_json() {
    let history = fixture();
    let json = serde_json::to_value(&history).unwrap();
    let page = page(&history);
    for status in Status::ALL {
        let leads = json["leads"][status.name()].as_u64().unwrap();
        let row = format!(
            "</span>{}</th><td>{}</td><td class=\"number\">{}</td>",
            status.name(),
            super::super::meaning(status),
            super::super::count(leads)
        );
        assert_eq!(page.contains(&row), leads > 0, "{row}");
    }
    for run in json["runs"].as_array().unwrap() {
        let id = run["run"].as_str().unwrap();
        let row = page
            .split("<tr>")
            .find(|row| row.contains(&format!("{id}</span></th>")))
            .unwrap_or_else(|| panic!("no row of {id}"));
        let numbers: Vec<&str> =
            row.split("<td class=\"number\">").skip(1).map(|cell| cell.split('<').next().unwrap()).collect();
        let expected =
            ["created", "exists", "rejected", "in_doubt", "invalid"].map(|status| run["leads"][status].to_string());
        assert_eq!(numbers[1..6], expected, "{row}");
        assert_eq!(numbers[6], run["requests"].to_string());
    }
    for country in json["countries"].as_array().unwrap() {
        let (name, total) = (country["name"].as_str().unwrap(), &country["total"]);
        assert!(page.contains(&format!("<th scope=\"row\">{name}</th><td class=\"number\">{total}</td>")), "{country}");
    }
    for failure in json["failures"].as_array().unwrap() {
        assert!(page.contains(&format!("<code>{}</code>", failure["code"].as_str().unwrap())), "{failure}");
    }
}

#[test]
fn every_lead_is_counted_once_whatever_was_said_of_it() {
    let history = fixture();
    let of = |counts: &[NumberCount]| counts.iter().map(|count| count.total).sum::<u64>();
    assert_eq!(of(&history.countries), history.leads.total());
    assert_eq!(of(&history.number_types), history.leads.total());
    assert_eq!(history.targets.iter().map(|target| target.leads).sum::<u64>(), history.leads.total());
    let in_doubt: u64 = history.countries.iter().map(|country| country.in_doubt).sum();
    assert_eq!(in_doubt, history.leads.get(Status::InDoubt));
}

#[test]
fn whatever_stands_in_the_file_does_nothing_on_the_page() {
    let evil = r#"<script>alert(1)</script>\"' onload=x <img src=x onerror=y>{{ 7*7 }}&amp;"#;
    let in_json = evil.replace('"', "\\\"").replace("\\\\\"", "\\\"");
    let rest = format!(
        r#""format":1,"keys":1,"run":"{in_json}","tool":"{in_json}","target":"{in_json}","inputs":["{in_json}"],"options":{{}},"why":"import""#
    );
    let lead = format!(
        r#""status":"rejected","key":"{:032x}","run":"{in_json}","target":"autocalls sandbox campaign {in_json}","source":{{"file":"{in_json}","sheet":"{in_json}","row":3,"line":3}},"rows":[3],"http":422,"attempts":2,"repairs":["{in_json}: x read as +493023125001 (label_removed){in_json}"],"reason":{{"code":"{in_json}","message":"{in_json}\u001b[2J\u202e"}}"#,
        7
    );
    let sending = format!(
        r#""key":"{:032x}","run":"{in_json}","target":"autocalls sandbox campaign {in_json}","email":"{in_json}@example.com","request":"0000000000000007""#,
        7
    );
    let mut file =
        File::default().line("run", 0, &rest).line("sending", 1_000, &sending).line("lead", 90_000_000, &lead);
    file = file
        .line("end", 91_000_000, &format!(r#""run":"{in_json}","totals":{{}},"stopped":"{in_json}""#))
        .line("run", 92_000_000, &rest);
    for people in [People::Masked, People::Shown] {
        let history = file.history(people);
        let page = history.page(&time(), people).unwrap();
        assert_well_formed(&page);
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("{{ 7*7 }}"));
        let text = history.text(&time());
        assert!(!format!("{page}{text}").contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn numbers_addresses_and_cells_are_shown_only_where_they_are_asked_for() {
    let refused = r#","http":422,"attempts":1,"repairs":["Telefon: \"Ada Example 030 23125002\" read as +493023125002 (label_removed)"],"reason":{"code":"rejected","message":"+493023125002 of ada@example.com is taken"}"#;
    let file =
        File::default().run("r1", 0).sending("r1", 2, 1_000).lead("r1", 2, "rejected", 4_000, refused).end("r1", 5_000);
    let all = |people| {
        let history = file.history(people);
        let json = serde_json::to_string(&history).unwrap();
        format!("{json}{}{}", history.page(&time(), people).unwrap(), history.text(&time()))
    };
    let (masked, shown) = (all(People::Masked), all(People::Shown));
    for secret in ["23125002", "ada@example.com", "Ada Example"] {
        assert!(!masked.contains(secret), "{secret}");
        assert!(shown.contains(secret), "{secret}");
    }
    assert!(masked.contains("+493023•••002"));
}

#[test]
fn a_doubt_that_a_look_up_ends_is_no_failure_and_its_lead_is_counted_once() {
    let lost = r#","attempts":1,"reason":{"code":"answer_lost","message":"lost"}"#;
    let found = r#","settled_by":"look_up","id":"9","reason":{"code":"found","message":"found"}"#;
    let file = File::default().run("r1", 0).sending("r1", 2, 1_000).lead("r1", 2, "in_doubt", 4_000, lost);
    let before = file.history(People::Masked);
    assert_eq!((before.failures[0].rows, before.leads.get(Status::InDoubt)), (1, 1));
    let file = File { text: file.text, lines: 3 }.lead("r1", 2, "created", 60_000_000, found).end("r1", 61_000_000);
    let after = file.history(People::Masked);
    assert_eq!(
        (after.leads.get(Status::Created), after.leads.total(), after.runs[0].leads.get(Status::InDoubt)),
        (1, 1, 0)
    );
    assert!(after.failures.iter().all(|failure| failure.status != Status::InDoubt), "{:?}", after.failures);
    // What was told over time is what happened then: the answer was lost.
    assert_eq!(after.over_time.unwrap().buckets.iter().map(|bucket| bucket.in_doubt).sum::<u64>(), 1);
}

#[test]
fn a_row_that_repeats_a_lead_ends_no_doubt_about_it() {
    let lost = r#","attempts":1,"reason":{"code":"answer_lost","message":"lost"}"#;
    let same = r#","reason":{"code":"same_lead","message":"the same number as leads.csv › row 2"}"#;
    let file = File::default().run("r1", 0).sending("r1", 2, 1_000).lead("r1", 2, "in_doubt", 4_000, lost);
    let history = file.lead("r1", 2, "duplicate", 5_000, same).history(People::Masked);
    let in_doubt = history.failures.iter().find(|failure| failure.status == Status::InDoubt);
    assert_eq!(in_doubt.map(|failure| failure.rows), Some(1), "{:?}", history.failures);
    assert_eq!((history.runs[0].leads.get(Status::InDoubt), history.leads.get(Status::InDoubt)), (1, 1));
}

#[test]
fn a_lead_that_stays_refused_is_told_after_later_imports_until_something_else_becomes_of_it() {
    let refused = r#","http":422,"attempts":1,"reason":{"code":"rejected","message":"blocked"}"#;
    let file = File::default().run("r1", 0).sending("r1", 2, 1_000).lead("r1", 2, "rejected", 4_000, refused);
    let file = file.end("r1", 5_000).run("r2", 86_400_000_000).end("r2", 86_400_001_000);
    let rows = |history: &History| (history.failures[0].rows, history.failures[0].rows_of_all_runs);
    assert_eq!(rows(&file.history(People::Masked)), (1, 1));
    let stopped = r#","reason":{"code":"stopped","message":"stopped"}"#;
    let file = file.run("r3", 90_000_000_000).sending("r3", 2, 90_000_001_000);
    let file = file.lead("r3", 2, "unsent", 90_000_002_000, stopped);
    assert_eq!(rows(&file.history(People::Masked)), (1, 1), "an attempt that was not made changes nothing");
    let file = file.sending("r3", 2, 90_000_003_000).lead("r3", 2, "created", 90_000_004_000, r#","id":"9""#);
    let history = file.history(People::Masked);
    assert_eq!((rows(&history), history.leads.get(Status::Created)), ((0, 1), 1));
    assert!(page(&history).contains("none in the last import:"));
}

#[test]
fn a_lead_of_which_there_is_only_the_line_before_its_request_is_in_doubt() {
    let history = File::default().run("r1", 0).sending("r1", 2, 1_000).history(People::Masked);
    assert_eq!((history.leads.get(Status::InDoubt), history.countries[0].in_doubt), (1, 1));
    assert_eq!(history.runs[0].stopped, None);
}

#[test]
fn an_incomplete_line_at_the_end_is_told_and_not_read() {
    let mut file = File::default().run("r1", 0).sending("r1", 2, 1_000);
    file.text.push_str("{\"n\":3,\"d\":2,\"ty");
    let history = file.history(People::Masked);
    assert_eq!((history.lines, history.cut_bytes), (2, 16));
    assert!(history.text(&time()).contains("ends in the middle of a line"));
}

#[test]
fn invalid_rows_are_those_of_the_last_import_and_all_runs_are_told_beside() {
    let short = |lead| {
        format!(
            r#""status":"invalid","run":"r","source":{{"file":"leads.csv","row":{lead},"line":{lead}}},"rows":[{lead}],"reason":{{"code":"phone_too_short","message":"too short"}}"#
        )
    };
    let mut file = File::default();
    for night in 0..3 {
        let begins = night * 86_400_000_000;
        file = file.run(&format!("r{night}"), begins).line("lead", begins + 1, &short(2)).line(
            "lead",
            begins + 2,
            &short(3),
        );
        file = file.end(&format!("r{night}"), begins + 3);
    }
    let history = file.history(People::Masked);
    assert_eq!(
        (history.failures[0].rows, history.failures[0].rows_of_all_runs, history.failures[0].examples.len()),
        (2, 6, 2)
    );
    assert_eq!(history.failures_of.as_deref(), Some("r2"));
}

#[test]
fn hundreds_of_runs_over_years_stay_a_page_that_can_be_read() {
    let mut file = File::default();
    for night in 0..500_u64 {
        let begins = i64::try_from(night).unwrap() * 86_400_000_000;
        let run = format!("r{night}");
        file = file.run(&run, begins).sending(&run, night + 2, begins + 1_000);
        file = file
            .lead(&run, night + 2, "created", begins + 300_000, r#","http":200,"attempts":1,"id":"9""#)
            .end(&run, begins + 400_000);
    }
    let history = file.history(People::Masked);
    assert_eq!((history.runs.len() as u64 + history.earlier_runs, history.leads.total()), (500, 500));
    let over = history.over_time.as_ref().unwrap();
    assert!(
        over.buckets.len() <= 60 && over.bucket_seconds == 2_419_200,
        "{} of {}",
        over.buckets.len(),
        over.bucket_seconds
    );
    let page = page(&history);
    assert_well_formed(&page);
    assert!(page.len() < 200_000, "{} bytes", page.len());
}

/// An import of ten rows: seven sent by an earlier run or this one, three that are no leads.
fn ten_rows() -> File {
    let rest = r#""format":1,"keys":1,"run":"r1","tool":"leadload 0.1.0","target":"autocalls sandbox campaign 7","inputs":["exports/Händlerliste.xlsx"],"options":{},"why":"import""#;
    let suppressed = r#""status":"suppressed","run":"r1","source":{"file":"Händlerliste.xlsx","row":9,"line":9},"rows":[9],"reason":{"code":"do_not_call","message":"must not be called: on the list"}"#;
    let rows = |run: &str| format!(r#"{{"leads":{{}},"rows":{run}}}"#);
    let totals = format!(
        r#"{{"leads":8,"rows":10,"run":{},"earlier":{}}}"#,
        rows(r#"{"created":1,"invalid":1,"duplicate":1,"suppressed":1}"#),
        rows(r#"{"created":6}"#)
    );
    File::default()
        .line("run", 0, rest)
        .sending("r1", 2, 1_000)
        .lead("r1", 2, "created", 4_000, r#","http":200,"attempts":1,"id":"9""#)
        .line("lead", 5_000, suppressed)
        .line("end", 6_000, &format!(r#""run":"r1","totals":{totals},"stopped":"finished""#))
}

#[test]
fn the_first_sentence_says_of_every_row_of_the_spreadsheet_what_became_of_it() {
    let history = ten_rows().history(People::Masked);
    let said = "Of 10 rows of Händlerliste.xlsx: 7 created, 1 cannot be called, 1 duplicate, 1 must not be called.";
    let (page, text) = (page(&history), history.text(&time()));
    let texts = assert_well_formed(&page);
    assert!(texts.contains(said), "{texts}");
    assert!(text.replace("\n  ", " ").contains(said), "{text}");
    assert!(page.contains("<title>leadload report: Händlerliste.xlsx</title>"), "{page}");
    assert!(text.starts_with("Händlerliste.xlsx (a.results.jsonl)\n"), "{text}");
    assert!(text.contains("suppressed  must not be called") && text.contains("duplicate   same as an earlier row"));
    assert!(page.contains("aria-label=\"Rows that are no leads\""));
    assert!(!texts.contains("must not be called: must not be called"), "{texts}");
    let later = ten_rows().run("r2", 7_000).history(People::Masked);
    assert!(later.text(&time()).contains("1 lead is known"), "a run that was killed says nothing of its rows");
}

#[test]
fn pauses_are_told_in_the_order_of_time() {
    let mut file = File::default().run("r1", 0);
    for (lead, second) in [(2, 1), (3, 2), (4, 44), (5, 45), (6, 345), (7, 346), (8, 376)] {
        file = file.sending("r1", lead, second * 1_000_000);
    }
    let history = file.history(People::Masked);
    assert_eq!(history.pauses.longest[0].seconds, 300);
    let text = history.text(&time());
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} in {text}"));
    assert!(at("42 s from") < at("5 min 00 s from") && at("5 min 00 s from") < at("30 s from"), "{text}");
}
