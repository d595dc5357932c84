//! What became of whom: the table of all, and the story of one.

use std::fs;

use crate::harness::command::{Folder, Run, Server};

/// Row 4 has no number, row 5 repeats row 2, and row 6 the platform refuses.
const FIVE: &str =
    "phone_number,name\n+493023125001,Ada\n030 23125002,Ben\n,Cem\n+493023125001,Ada\n+493023120199,Dora\n";

fn imported(leads: &str) -> (Server, Folder) {
    let (server, folder) = (Server::start(), Folder::with_leads(leads));
    again(&server, &folder).balances();
    (server, folder)
}

#[track_caller]
fn again(server: &Server, folder: &Folder) -> Run {
    folder.import("leads.csv").to(server).args(&["--region", "DE"]).run()
}

#[track_caller]
fn results(folder: &Folder, args: &[&str]) -> Run {
    let file = folder.results().unwrap();
    folder.leadload(&["results", &file]).args(args).without_token().env("TZ", "UTC").run()
}

/// The states of all rows of the table, by row.
fn states(run: &Run) -> Vec<(u64, String)> {
    let json = run.json();
    let leads = json["leads"].as_array().unwrap();
    let mut states: Vec<_> =
        leads.iter().map(|lead| (lead["row"].as_u64().unwrap(), lead["status"].as_str().unwrap().to_owned())).collect();
    states.sort();
    states
}

fn owned(states: &[(u64, &str)]) -> Vec<(u64, String)> {
    states.iter().map(|(row, status)| (*row, (*status).to_owned())).collect()
}

#[test]
fn the_table_has_every_lead_once_with_its_last_state_and_every_row_that_is_none() {
    let (server, folder) = imported(FIVE);
    let expected = owned(&[(2, "created"), (3, "created"), (4, "invalid"), (5, "duplicate"), (6, "rejected")]);
    let run = results(&folder, &["--json"]);
    run.exits(0).claim(states(&run) == expected, "each row is there with its state");
    assert_eq!((run.json()["total"].as_u64(), run.json()["counts"]["created"].as_u64()), (Some(5), Some(2)));
    again(&server, &folder);
    let run = results(&folder, &["--json"]);
    run.claim(states(&run) == expected, "a second import of the same rows makes no row twice");
}

#[test]
fn a_row_that_was_corrected_is_not_said_to_be_invalid_any_more() {
    let (server, folder) = imported(FIVE);
    folder.write("leads.csv", FIVE.replace("\n,Cem", "\n+493023125003,Cem"));
    again(&server, &folder);
    let run = results(&folder, &["--json", "--status", "created,invalid"]);
    run.claim(states(&run) == owned(&[(2, "created"), (3, "created"), (4, "created")]), "row 4 is created");
    let invalid = results(&folder, &["--status", "invalid"]);
    invalid.exits(1).says("Nobody and no row is like that");
}

#[test]
fn leads_are_chosen_by_state_reason_run_country_row_and_id() {
    let (server, folder) = imported(FIVE);
    folder.write("leads.csv", format!("{FIVE}+442079460123,Eve\n"));
    let second = again(&server, &folder);
    let run = |args: &[&str]| {
        let run = results(&folder, &[&["--json"], args].concat());
        states(&run).into_iter().map(|(row, _)| row).collect::<Vec<_>>()
    };
    assert_eq!(run(&["--status", "rejected"]), [6]);
    assert_eq!(run(&["--reason", "phone_*"]), [4]);
    assert_eq!(run(&["--country", "gb"]), [7]);
    assert_eq!(run(&["--run", "last", "--status", "created"]), [7]);
    assert_eq!(run(&["--status", "created", "--row", "3"]), [3]);
    let lines = second.lines();
    let first_run = lines[0]["run"].as_str().unwrap();
    assert_eq!(run(&["--run", first_run, "--status", "created"]), [2, 3]);
    results(&folder, &["--run", "nonsense"]).exits(2).says("there is no run \"nonsense\"").says(first_run);
}

#[test]
fn what_is_printed_is_masked_and_what_is_written_to_a_file_is_not() {
    let (_server, folder) = imported(FIVE);
    results(&folder, &[]).exits(0).says("+493023•••001").says_nothing_of("23125001").says("5 leads and rows");
    results(&folder, &["--show-numbers"]).says("+493023125001");
    results(&folder, &["--to", "out.csv"]).exits(0).says("Written: out.csv");
    assert!(folder.read("out.csv").contains("+493023125001"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.path("out.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_file_that_is_there_is_written_over_only_with_force_and_the_results_file_never() {
    let (_server, folder) = imported(FIVE);
    folder.write("out.csv", "mine");
    results(&folder, &["--to", "out.csv"]).exits(2).says("--force writes over it");
    assert_eq!(folder.read("out.csv"), "mine");
    results(&folder, &["--to", "out.csv", "--force"]).exits(0);
    assert!(folder.read("out.csv").contains("status,certain,phone"));
    let file = folder.results().unwrap();
    results(&folder, &["--to", &file, "--force"]).exits(2).says("this is a results file");
    folder.write("other.jsonl", folder.read(&file));
    results(&folder, &["--to", "other.jsonl", "--force"]).exits(2).says("this is a results file");
    results(&folder, &["--to", "out.pdf"]).exits(2).says(".csv, .xlsx, .jsonl or .json");
    let left: Vec<_> = folder.files().into_iter().filter(|name| name.starts_with(".leadload")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_form_of_file_has_the_same_leads() {
    use calamine::{Reader, Xlsx, open_workbook};
    let (_server, folder) = imported(FIVE);
    for name in ["out.csv", "out.jsonl", "out.json", "out.xlsx"] {
        results(&folder, &["--to", name]).exits(0);
    }
    let json: serde_json::Value = serde_json::from_str(&folder.read("out.json")).unwrap();
    let lines: Vec<serde_json::Value> =
        folder.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json.as_array().unwrap(), &lines);
    assert_eq!(lines.len(), 5);
    let mut book: Xlsx<_> = open_workbook(folder.path("out.xlsx")).unwrap();
    let sheet = book.worksheet_range("Leads").unwrap();
    let csv = folder.read("out.csv");
    let csv: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!((sheet.height(), csv.len()), (6, 6));
    for (cells, line) in sheet.rows().zip(&csv) {
        assert_eq!(cells[0].to_string(), line.split(',').next().unwrap());
        assert_eq!(cells[2].to_string(), line.split(',').nth(2).unwrap());
    }
}

#[test]
fn a_table_that_is_written_runs_no_formula_of_a_stranger() {
    let row = invalid_row("=cmd.csv", r#"=HYPERLINK(\"http://x\")"#);
    let folder = Folder::new().with("x.results.jsonl", a_run(&[&row]));
    results(&folder, &["--to", "out.csv"]).exits(0);
    let mut reader = csv::Reader::from_path(folder.path("out.csv")).unwrap();
    let cells: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
    assert!(cells.contains(&"'=cmd.csv".to_owned()), "{cells:?}");
    assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{cells:?}");
}

#[test]
fn a_number_is_found_however_it_is_written_and_its_story_says_why_it_was_not_called() {
    let (server, folder) = imported(FIVE);
    again(&server, &folder);
    for typed in ["+493023125001", "0049 30 23125001", "(030) 23125-001", "030/23125001"] {
        // Without --region it is the one of the last import.
        let run = results(&folder, &["--phone", typed]);
        run.exits(0).says("Now: created").says("written down to be sent (leads.csv › row 2)").says("id 1001");
        run.says("duplicate, same as an earlier row, leads.csv › row 5").says("+493023125001 in campaign 7");
    }
    let row = results(&folder, &["--row", "5"]);
    row.says("leads.csv › row 5: duplicate (same as an earlier row): the same number as leads.csv › row 2");
    row.says("Now: created (made on the platform). It is not sent again.").says_nothing_of("+493023125001");
    results(&folder, &["--phone", "+493023120199"])
        .exits(0)
        .says("Now: rejected")
        .says("The phone number is blocked. It");
    results(&folder, &["--phone", "+493023125009"]).exits(1).says("says nothing of this person");
    results(&folder, &["--phone", "12"]).exits(2).says("is not a phone number");
}

#[test]
fn what_to_do_without_a_country_is_said_once() {
    let (_server, folder) = imported("phone_number\n+493023125001\n");
    let file = folder.results().unwrap().replace("autocalls", "none");
    folder.write(&file, "");
    let run = folder.leadload(&["results", &file, "--phone", "030 23125001"]).run();
    assert_eq!(run.exits(2).stderr.matches("--region").count(), 1, "{}", run.stderr);
}

#[test]
fn a_table_of_one_file_is_in_the_order_of_its_rows_and_names_it_once() {
    let (server, folder) = imported(FIVE);
    let run = results(&folder, &[]);
    let lines: Vec<&str> = run.exits(0).stdout.lines().collect();
    assert_eq!(lines[0], "leads.csv");
    assert_eq!(run.stdout.matches("leads.csv").count(), 2, "once above, and in the reason of row 5: {}", run.stdout);
    let column = lines[1].find("row").unwrap();
    let wide = |line: &str| line.chars().skip(column).take_while(char::is_ascii_digit).collect::<String>();
    assert_eq!(lines[2..].iter().map(|line| wide(line)).collect::<Vec<_>>(), ["2", "3", "4", "5", "6"]);
    folder.write("more.csv", "phone_number\n+493023125007\n");
    folder.import("more.csv").to(&server).args(&["--region", "DE"]).run();
    let run = results(&folder, &[]);
    assert!(run.stdout.contains("leads.csv, 2") && run.stdout.contains("more.csv, 2"), "{}", run.stdout);
}

#[test]
fn the_story_of_a_row_is_told_over_all_runs_and_masked() {
    let (server, folder) = imported(FIVE);
    folder.write("leads.csv", FIVE.replace("\n,Cem", "\n+493023125003,Cem"));
    again(&server, &folder);
    let run = results(&folder, &["--row", "4"]);
    run.exits(0).says("invalid, cannot be called, leads.csv › row 4: phone_number: no number [phone_empty]");
    run.says("Now: created").says("+493023•••003").says_nothing_of("23125003");
    results(&folder, &["--row", "4", "--json"]).claim(true, "it is JSON").json();
    results(&folder, &["--row", "99"]).exits(1).says("says nothing of row 99").says("or it is empty, the header");
    results(&folder, &["--id", "1001"]).exits(0).says("leads.csv › row 2");
}

#[test]
fn somebody_who_is_a_contact_of_somebody_else_is_told_so() {
    let (server, folder) = imported("phone_number,secondary_phone_1\n+493023125001,+493023125002\n");
    let run = results(&folder, &["--phone", "+493023125002"]);
    run.exits(0).says("Named in leads of others").says("a secondary contact of the lead of leads.csv › row 2");
    again(&server, &folder);
    let run = results(&folder, &["--phone", "+493023125002"]);
    run.says("1 later import says nothing of it: what is settled is not written again.");
}

#[test]
fn a_lead_that_was_taken_back_is_undone_and_one_whose_run_was_killed_is_in_doubt() {
    let (server, folder) = imported("phone_number\n+493023125001\n");
    let file = folder.results().unwrap();
    folder.leadload(&["undo", &file, "--yes"]).into_server(&server).run().exits(0);
    let run = results(&folder, &["--row", "2"]);
    run.says("Now: undone").says("written down to be deleted, id 1001").says("undo");
    let whole = folder.read(&file);
    let sending = whole.lines().position(|line| line.contains("\"sending\"")).unwrap();
    let torn: String = whole.split_inclusive('\n').take(sending + 1).chain(["{\"n\":"]).collect();
    folder.write(&file, torn);
    results(&folder, &[]).exits(0).says("in_doubt");
    results(&folder, &["--row", "2"]).says("Now: in_doubt").says("killed, or still going on");
}

#[test]
fn a_file_that_a_run_has_open_is_read_all_the_same() {
    let (_server, folder) = imported(FIVE);
    let file = fs::File::open(folder.path(&folder.results().unwrap())).unwrap();
    file.lock().unwrap();
    results(&folder, &[]).exits(0);
    results(&folder, &["--row", "2"]).exits(0);
}

#[test]
fn whatever_is_refused_is_one_document_of_json() {
    let (_server, folder) = imported(FIVE);
    let file = folder.results().unwrap();
    for (args, code) in [(["leads.csv", "--run", "last"], 5), ([file.as_str(), "--run", "nonsense"], 2)] {
        let run = folder.leadload(&["results"]).args(&args).args(&["--json"]).run();
        let json = run.exits(code).json();
        assert_eq!((&json["document"], &json["exit_code"]), (&"refused".into(), &code.into()));
    }
    let none = results(&folder, &["--json", "--status", "undone"]).exits(1).json();
    assert_eq!((&none["leads"], &none["total"]), (&serde_json::json!([]), &0.into()));
}

#[cfg(unix)]
#[test]
fn whoever_reads_only_the_beginning_is_told_nothing_wrong() {
    let (_server, folder) = imported(FIVE);
    let file = folder.results().unwrap();
    for args in [&[][..], &["--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadload"));
        let command = command.args(["results", &file]).args(args).current_dir(folder.path("")).stdout(writer);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("Nobody"), "{said}");
    }
}

#[test]
fn how_it_is_shown_is_heard_in_the_environment_and_in_the_configuration_too() {
    let (_server, folder) = imported(FIVE);
    let file = folder.results().unwrap();
    let told = |args: &[&str]| folder.leadload(args).without_token();
    for (args, document) in [
        (["results", file.as_str()], "results"),
        (["report", file.as_str()], "report"),
        (["results", "gone.results.jsonl"], "refused"),
    ] {
        let run = told(&args).env("LEADLOAD_JSON", "true").run();
        assert_eq!(run.json()["document"], document);
    }
    let forget = ["forget", "+493023125001", file.as_str(), "--yes"];
    let run =
        told(&forget).env("LEADLOAD_JSON", "yes").env("LEADLOAD_QUIET", "yes").env("LEADLOAD_DRY_RUN", "yes").run();
    assert_eq!(run.exits(0).json()["outcome"], "preview");
    assert!(folder.read(&file).contains("23125001"), "whoever says dry run in the environment means it here, too");
    told(&["results", &file]).env("LEADLOAD_QUIET", "true").run().exits(0).says_nothing_of("leads and rows");
    told(&["report", &file, "--html", "a.html"]).env("LEADLOAD_QUIET", "true").run().exits(0).says_nothing_of("a.html");
    told(&["results", &file]).env("LEADLOAD_JSON", "perhaps").run().exits(2).says("LEADLOAD_JSON");
    folder.write("config/leadload/config.toml", "json = true\ntime_zone = 'Asia/Tokyo'\n");
    let report = told(&["report", &file]).run().exits(0).json();
    assert_eq!(report["time_zone"], "Asia/Tokyo");
    folder.write("config/leadload/config.toml", "jsn = true\n");
    told(&["results", &file]).run().exits(2).says("did you mean \"json\"?");
}

/// A results file with a run of one second in a summer's night, and these lines in it.
fn a_run(lines: &[&str]) -> String {
    let run = r#""type":"run","format":1,"keys":1,"run":"r","at":"2026-07-01T22:30:00Z","inputs":["a.csv"]"#;
    let numbered = |(n, line): (usize, &&str)| format!("{{\"n\":{},\"d\":{n},{line}}}\n", n + 1);
    std::iter::once(&run).chain(lines).enumerate().map(numbered).collect()
}

fn invalid_row(file: &str, message: &str) -> String {
    let source = format!(r#""source":{{"file":"{file}","row":2,"line":2}},"rows":[2]"#);
    let reason = format!(r#""reason":{{"code":"phone_empty","message":"{message}"}}"#);
    format!(r#""type":"lead","status":"invalid",{source},{reason},"at":"2026-07-01T22:30:01Z","run":"r""#)
}

#[test]
fn times_are_those_of_the_zone_that_was_named_and_that_is_said() {
    let folder = Folder::new().with("x.results.jsonl", a_run(&[&invalid_row("a.csv", "no number")]));
    results(&folder, &[]).says("2026-07-01 22:30:01").says("Times: UTC");
    let berlin = &["--time-zone", "Europe/Berlin"];
    results(&folder, berlin).says("2026-07-02 00:30:01").says("Times: Europe/Berlin");
    results(&folder, &[&["--row", "2"][..], berlin].concat()).says("2026-07-02 00:30:01").says("Times: Europe/Berlin");
    let report = |zone: &str| folder.leadload(&["report", "x.results.jsonl", "--time-zone", zone]).run();
    report("Europe/Berlin").exits(0).says("2026-07-02 00:30 (Europe/Berlin)");
    report("+02:00").exits(0).says("2026-07-02 00:30 (UTC+02)");
    report("Berlin").exits(2).says("there is no time zone \"Berlin\"").says("did you mean \"Europe/Berlin\"?");
}

#[test]
fn what_stood_in_a_repaired_cell_is_shown_only_where_numbers_are() {
    let (_server, folder) = imported("phone_number\nAda Example: 030 231 25 001\n");
    for args in [&["--json"][..], &["--row", "2"], &["--row", "2", "--json"]] {
        results(&folder, args).exits(0).says("read as +493023•••001").says_nothing_of("Ada").says_nothing_of("25 001");
        let args = [args, &["--show-numbers"]].concat();
        results(&folder, &args).exits(0).says("Ada Example: 030 231 25 001");
    }
}

#[test]
fn a_column_that_is_called_by_a_number_shows_it_to_nobody() {
    let row = invalid_row("a.csv", "no number").replace("\"no number\"", "\"no number\",\"field\":\"+493023125001\"");
    let folder = Folder::new().with("x.results.jsonl", a_run(&[&row]));
    for args in [&["--json"][..], &["--row", "2"], &["--row", "2", "--json"]] {
        results(&folder, args).exits(0).says("no number").says_nothing_of("23125001");
    }
}

/// With a limit on the size of files, and its signal ignored, a write fails: what a full disk does.
#[cfg(unix)]
#[test]
fn where_the_disk_is_full_that_is_said_and_whatever_ends_it_nothing_is_left() {
    let row = invalid_row("a.csv", "no number");
    let rows: Vec<String> = (2..900).map(|n| row.replace("\"row\":2", &format!("\"row\":{n}"))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let folder = Folder::new().with("x.results.jsonl", a_run(&rows));
    let before = folder.files();
    let limited = |first: &str, name: &str| {
        let (command, option) = if name.ends_with("html") { ("report", "--html") } else { ("results", "--to") };
        let shell = format!("{first} ulimit -f 8; exec \"$0\" \"$@\"");
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &shell, env!("CARGO_BIN_EXE_leadload"), command, "x.results.jsonl", option, name]);
        bash.current_dir(folder.path("")).output().unwrap()
    };
    for name in ["out.csv", "out.xlsx", "out.jsonl", "out.json", "out.html"] {
        let output = limited("trap '' XFSZ;", name);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(&format!("{name}: cannot be written: File too large")), "{said}");
        assert!(!said.contains("panicked") && said.lines().count() == 1, "{said}");
        assert_eq!(folder.files(), before, "{name}");
        assert_eq!(limited("", name).status.code(), None, "the signal of the limit ends the program, like a kill");
        assert_eq!(folder.files(), before, "{name}");
    }
}

#[test]
fn of_very_many_leads_of_one_row_the_last_are_told_and_the_others_counted() {
    let (server, folder) = (Server::start(), Folder::new());
    let file = "all.results.jsonl";
    for night in 1..=22 {
        let name = format!("night-{night:02}.csv");
        folder.write(&name, format!("phone_number\n+4930231250{night:02}\n"));
        folder.import(&name).to(&server).args(&["--results", file]).run().exits(0);
    }
    let run = results(&folder, &["--row", "2"]);
    run.exits(0)
        .says("night-22.csv › row 2")
        .says_nothing_of("night-02.csv")
        .says("2 more leads like that are not told");
    let json = results(&folder, &["--row", "2", "--json"]).json();
    assert_eq!((json["stories"].as_array().unwrap().len(), &json["more"]), (20, &2.into()));
}

#[test]
fn what_is_no_results_file_is_refused() {
    let folder = Folder::new().with("x.results.jsonl", "phone_number\n1\n");
    results(&folder, &[]).exits(5).says("not a results file");
    folder.leadload(&["results", "missing.jsonl"]).run().exits(5).says("cannot open it");
}
