//! `leadload report`, as its users type it, and the page as a browser shows it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::command::Folder;

const LEADS: &str = "phone_number,name\n+493023125001,Ada\n+493023125002,Ben\n+493023120199,Cem\n12,Dora\n";

const RESULTS: &str = "sandbox-7.results.jsonl";

/// A folder with the results of an import: two leads created, one refused by the platform, one row without a number.
fn imported() -> Folder {
    let folder = Folder::with_leads(LEADS);
    folder.import("leads.csv").into_sandbox().run().exits(1);
    folder
}

fn history() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/history.results.jsonl")).unwrap()
}

#[test]
fn the_report_of_an_import_says_what_the_import_said() {
    let folder = imported();
    let summary = folder.import("leads.csv").into_sandbox().args(&["--json"]).run().json();
    let json = folder.leadload(&["report", RESULTS, "--json"]).without_token().run().exits(0).json();
    assert_eq!((json["schema"].as_u64(), json["runs"].as_array().map(Vec::len)), (Some(1), Some(2)));
    for state in ["created", "exists", "rejected", "in_doubt"] {
        let (run, earlier) = (&summary["totals"]["run"]["leads"][state], &summary["totals"]["earlier"]["leads"][state]);
        let all = run.as_u64().unwrap() + earlier.as_u64().unwrap();
        assert_eq!(json["leads"][state].as_u64(), Some(all), "{state}");
        assert_eq!(json["runs"][1]["leads"][state], *run, "{state}");
    }
    let reasons = |json: &Value, list: &str| {
        let reasons = json[list].as_array().unwrap().iter();
        let mut reasons: Vec<_> = reasons
            .filter(|it| it["rows"] != 0)
            .map(|it| (it["code"].clone().to_string(), it["rows"].as_u64()))
            .collect();
        reasons.sort();
        reasons
    };
    let refused_before = |(code, _): &(String, Option<u64>)| !code.contains("reject");
    let (told, said) = (reasons(&json, "failures"), reasons(&summary, "reasons"));
    let said: Vec<_> = said.into_iter().filter(refused_before).collect();
    assert!(said.iter().all(|reason| told.contains(reason)), "{told:?} {said:?}");
}

#[test]
fn a_report_is_a_text_unless_a_page_or_json_is_asked_for_and_names_no_number_in_full() {
    let folder = imported();
    let run = folder.leadload(&["report", RESULTS]).without_token().run();
    run.exits(0)
        .says("3 leads are known; 2 of them on the platform")
        .says("Of 4 rows of leads.csv: 2 created, 1 refused by the platform, 1 cannot be called.")
        .says_nothing_of("+493023125001");
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    folder.leadload(&["report", RESULTS, "--show-numbers"]).run().exits(0).says("+493023120199");
    folder.leadload(&["report", RESULTS]).run().exits(0).says_nothing_of("+493023120199");
}

#[test]
fn a_page_is_written_once_and_over_an_earlier_one_by_force_alone() {
    let folder = imported();
    let report = |more: &[&str]| folder.leadload(&["report", RESULTS, "--html", "out.html"]).args(more).run();
    let run = report(&[]);
    run.exits(0).says("Report: out.html");
    assert!(run.stdout.is_empty());
    let first = folder.read("out.html");
    folder.write("out.html", "mine");
    report(&[]).exits(2).says("out.html: there is one already, and it stays as it is; --force writes over it");
    assert_eq!(folder.read("out.html"), "mine");
    let json = report(&["--force", "--json"]).exits(0).json();
    assert_eq!(json["leads"]["created"], 2);
    assert_eq!(folder.read("out.html"), first);
    let files = folder.files();
    assert!(!files.iter().any(|name| name.contains(".leadload-")), "{files:?}");
}

#[test]
fn a_page_is_never_written_over_a_results_file_whoever_says_so() {
    let folder = imported();
    let before = folder.read(RESULTS);
    folder.write("other.html", &before);
    for name in [RESULTS, "./sandbox-7.results.jsonl", "other.html"] {
        let run = folder.leadload(&["report", RESULTS, "--html", name, "--force"]).run();
        run.exits(2).says("this is a results file, which is never written over");
    }
    folder.leadload(&["report", RESULTS, "--html", ".", "--force"]).run().exits(2).says("a folder or a device");
    assert!(folder.read(RESULTS) == before && folder.read("other.html") == before);
    folder.import("leads.csv").into_sandbox().run().exits(1).says("nothing was sent");
}

#[test]
fn whoever_stays_refused_is_told_after_the_next_import() {
    let folder = imported();
    folder.import("leads.csv").into_sandbox().run();
    let json = folder.leadload(&["report", RESULTS, "--json"]).run().exits(0).json();
    let refused = json["failures"].as_array().unwrap().iter().find(|failure| failure["status"] == "rejected");
    assert_eq!((&refused.unwrap()["rows"], &json["leads"]["rejected"]), (&1.into(), &1.into()));
}

#[test]
fn the_results_file_is_only_read() {
    let folder = imported();
    let before = folder.read(RESULTS);
    folder.write(RESULTS, format!("{before}{{\"n\":99"));
    folder.leadload(&["report", RESULTS, "--html", "out.html"]).run().exits(0);
    assert_eq!(folder.read(RESULTS), format!("{before}{{\"n\":99"));
}

#[test]
fn what_is_no_results_file_is_refused_with_its_name() {
    let folder = Folder::with_leads(LEADS);
    folder.leadload(&["report", "none.results.jsonl"]).run().exits(5).says("none.results.jsonl: cannot open it");
    folder.leadload(&["report", "leads.csv"]).run().exits(5).says("leads.csv: this is not a results file");
    folder.leadload(&["report", "leads.csv", "--force"]).run().exits(2).says("--html");
    folder.write("empty.results.jsonl", "");
    folder.leadload(&["report", "empty.results.jsonl"]).run().exits(0).says("Nothing has happened yet");
    folder
        .leadload(&["report", "empty.results.jsonl", "--html", "missing/out.html"])
        .run()
        .exits(2)
        .says("missing/out.html: cannot be written");
}

/// The browser of this machine, where there is one.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let works = |name: &&str| {
        let tried = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    names.into_iter().find(works)
}

/// Somebody who reads the test's output must see that it proved nothing.
#[expect(clippy::print_stderr, reason = "a test has no other way to say it")]
fn left_out(why: &str) {
    eprintln!("left out: {why}");
}

/// What `browser` makes of the page with these options. It has no network but the loopback, a profile of its own, and ends by itself.
fn opened(browser: &str, folder: &Folder, options: &[&str]) -> String {
    let profile = format!("--user-data-dir={}", folder.path("profile").display());
    let page = format!("file://{}", folder.path("out.html").display());
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--proxy-server=127.0.0.1:1",
    ]);
    let output = command.arg(profile).args(options).arg(page).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_browser_shows_the_page_and_reads_it_as_it_was_written() {
    let Some(browser) = browser() else {
        return left_out("no Chromium is installed, so the page was not opened");
    };
    let folder = Folder::new().with("history.results.jsonl", history());
    folder.leadload(&["report", "history.results.jsonl", "--html", "out.html"]).run().exits(0);
    let read = opened(browser, &folder, &["--dump-dom"]);
    let written = folder.read("out.html");
    for tag in ["<h1", "<h2", "<h3", "<table", "<tr", "<svg", "<figure", "<li", "<rect", "<text"] {
        assert_eq!(read.matches(tag).count(), written.matches(tag).count(), "{tag}: the browser mended something");
    }
    for (width, name) in [(390, "phone.png"), (1280, "desk.png")] {
        let shot = format!("--screenshot={}", folder.path(name).display());
        opened(browser, &folder, &[&shot, &format!("--window-size={width},2400"), "--hide-scrollbars"]);
        let bytes = std::fs::read(folder.path(name)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000, "{name}: {} bytes", bytes.len());
    }
}
