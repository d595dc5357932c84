//! `leadload check`: what it says of the project's own files, word for word, and what it needs and leaves.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::command::{Folder, Server};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The files of the project that people could import, by their names from its folder.
fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["fixtures", "fixtures/source"] {
        let entries = std::fs::read_dir(Path::new(ROOT).join(folder)).into_iter().flatten().flatten();
        found.extend(
            entries.filter(|entry| entry.path().is_file()).map(|entry| Path::new(folder).join(entry.file_name())),
        );
    }
    // Configurations are no inputs, and neither is what the README's commands leave behind.
    found.retain(|path| {
        let name = path.to_string_lossy();
        let is_left_behind = name.contains(".results.") || name.contains(".rejects.") || name == "fixtures/report.html";
        !name.ends_with(".toml") && !name.ends_with(".md") && !is_left_behind
    });
    found.sort();
    found
}

/// What `leadload check` says of a file of the project.
fn checked(path: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadload"));
    command.env_clear().env("HOME", "/no-home").current_dir(ROOT).arg("check").arg(path).args(["--region", "DE"]);
    let output = command.output().unwrap();
    let (stderr, stdout) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    format!("{stderr}{stdout}(exit code {})", output.status.code().unwrap())
}

#[test]
fn every_file_of_the_project_is_checked_as_its_snapshot_says() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 100, "{} files: {fixtures:?}", fixtures.len());
    for path in fixtures {
        let name = path.to_string_lossy().replace(['/', '\\', ' '], "_");
        insta::assert_snapshot!(name, checked(&path));
    }
}

#[test]
fn all_shapes_of_files_are_checked_in_one_go_and_each_is_told_once() {
    let mut files = fixtures();
    files.retain(|path| path.starts_with("fixtures/source"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadload"));
    command
        .env_clear()
        .env("HOME", "/no-home")
        .current_dir(ROOT)
        .arg("check")
        .args(&files)
        .args(["--region", "DE", "--json"]);
    let output = command.output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let checked = json["files"].as_array().unwrap();
    let named: Vec<&str> = checked.iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(named, files.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>());
    checked.iter().for_each(assert_balances);

    let text = String::from_utf8_lossy(&output.stderr);
    let headings: Vec<&str> = text.lines().filter(|line| named.contains(line)).collect();
    assert_eq!(headings, named);
    let codes: Vec<u64> = checked.iter().map(|file| file["exit_code"].as_u64().unwrap()).collect();
    let weightiest = [5, 2, 6, 130, 3, 4, 1, 0].into_iter().find(|code| codes.contains(code));
    assert_eq!((output.status.code().map(i64::from), json["exit_code"].as_u64()), (Some(2), weightiest));
    let unusable = checked.iter().filter(|file| file["problem"].is_string()).count();
    let clean = codes.iter().filter(|code| **code == 0).count();
    let faulty = codes.len() - unusable - clean;
    let summary = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!(
        "{} files checked, each by itself: {clean} without a fault, {faulty} with rows that need a person, {unusable} that cannot \
         be imported as they are",
        files.len()
    );
    assert!(summary.ends_with(&said), "{said}");
}

/// A file that cannot be imported says why; of any other the rows in all states are all its rows, and what would be sent has a
/// number.
#[track_caller]
fn assert_balances(file: &serde_json::Value) {
    let code = file["exit_code"].as_u64().unwrap();
    if let Some(problem) = file["problem"].as_str() {
        assert!(matches!(code, 2 | 6) && !problem.is_empty(), "{file:#}");
        return;
    }
    let totals = &file["dry_run"]["totals"];
    assert!(file["dry_run"]["problems"].as_array().unwrap().is_empty(), "{file:#}");
    for of in ["rows", "leads"] {
        let states = totals["run"][of].as_object().unwrap().values().map(|number| number.as_u64().unwrap());
        assert_eq!(Some(states.sum()), totals[of].as_u64(), "{file:#}");
    }
    let requests = file["dry_run"]["requests"].as_array().unwrap();
    assert!(requests.iter().all(|request| request["phone_number"].as_str().unwrap().starts_with('+')), "{file:#}");
}

#[test]
fn no_line_of_a_check_but_the_requests_and_long_names_is_wider_than_80_columns() {
    for name in ["outlook-contacts.csv", "apollo.csv", "shopify-customers.csv", "whatsapp-contacts.csv", "two.xlsx"] {
        let text = checked(&Path::new("fixtures/source").join(name));
        let wide = text.lines().find(|line| line.chars().count() > 80 && !line.starts_with("  {"));
        assert_eq!(wide, None, "{name}");
    }
}

#[test]
fn a_country_that_is_not_known_is_no_reason_to_call_somebody_at_home() {
    let folder = Folder::with_leads(
        "Phone,Country\n030 23125001,Germany\n020 7946 0002,GB\n(212) 555-0103,Narnia\n+12125550104,Narnia\n030 23125005,n/a\n030 23125006,NA\n",
    );
    let run = folder.leadload(&["check", "leads.csv", "--region", "DE"]).run();
    run.exits(1).says("\"Narnia\" is not a country; write its name or its code, like DE");
    run.says("4 of 6 leads would be sent").says("Namibia");
}

#[test]
fn a_column_that_looks_like_countries_or_the_campaign_and_is_not_taken_for_it_is_told() {
    let folder = Folder::with_leads("Telefon;Land;Kampagne\n030 23125001;Bayern;7\n030 23125002;Hessen;8\n");
    let run = folder.leadload(&["check", "leads.csv", "--region", "DE"]).run();
    run.exits(0).says("its name says country, but 0 of 2 values looked at are countries");
    run.says("the campaign of the row if --campaign-column names it");
}

#[test]
fn the_report_is_on_standard_output_unless_json_is_asked_for() {
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    let run = folder.leadload(&["check", "leads.csv"]).run();
    assert!(run.stdout.starts_with("leads.csv\n") && run.stderr.is_empty(), "{}", run.stderr);
    let run = folder.leadload(&["check", "leads.csv", "--json"]).run();
    assert!(run.stdout.starts_with('{') && run.stderr.starts_with("leads.csv\n"), "{}", run.stderr);
}

#[test]
fn a_check_needs_no_account_sends_nothing_and_leaves_nothing() {
    let folder = Folder::with_leads("phone_number,name\n+493023125001,Ada\n030 12,Bob\n");
    let run = folder.leadload(&["check", "leads.csv"]).without_token().run();
    run.exits(1).says("1 of 2 leads would be sent to a campaign that is not named yet").says("at 60/min");
    run.says(r#"{"allow_dupplicate":false,"campaign_id":"your campaign","phone_number":"+493023125001""#);
    run.says("phone_number the number to call").says("1 variable under its own name: name");
    assert_eq!(folder.files(), ["leads.csv"]);
}

#[test]
fn what_was_sent_before_is_known_where_platform_and_campaign_are_named() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    folder.import("leads.csv").to(&server).run().exits(0);
    let known = folder.leadload(&["check", "leads.csv"]).to(&server).without_token().run();
    known.exits(0).says("0 of 1 lead would be sent to").says("campaign 7").says("created made on the platform");
    let unnamed = folder.leadload(&["check", "leads.csv"]).run();
    unnamed.exits(0).says("1 of 1 lead would be sent to a campaign that is not named yet");
    assert_eq!(server.numbers().len(), 1);
}

#[test]
fn several_files_are_checked_each_by_itself_and_one_that_is_no_use_stops_no_other() {
    let folder = Folder::new().with("a.csv", "phone\n+493023125001\n").with("b.csv", "Name,Ort\nAda,Berlin\n");
    let folder = folder.with("c.csv", "phone\n+493023125001\n12\n").with("empty.csv", "");
    let run = folder.leadload(&["check", "a.csv", "b.csv", "c.csv", "empty.csv", "missing.csv", "--json"]).run();
    run.exits(2).says("no column for the phone number was found");
    run.says(
        "5 files checked, each by itself: 1 without a fault, 1 with rows that need a person, 3 that cannot be imported",
    );
    let json = run.json();
    let codes: Vec<_> =
        json["files"].as_array().unwrap().iter().map(|file| file["exit_code"].as_u64().unwrap()).collect();
    assert_eq!((codes, json["exit_code"].as_u64()), (vec![0, 2, 1, 6, 6], Some(2)));
    assert_eq!(json["files"][0]["columns"][0]["roles"][0], "the number to call");
    assert_eq!(json["files"][0]["dry_run"]["requests"][0]["phone_number"], "+493023125001");
    assert!(json["files"][1]["problem"].as_str().unwrap().contains("Ort"));
}

#[test]
fn a_setting_that_cannot_be_used_is_told_once_whatever_the_files_are() {
    let folder = Folder::new().with("a.csv", "phone\n+493023125001\n").with("b.csv", "phone\n+493023125001\n");
    let run = folder.leadload(&["check", "a.csv", "b.csv", "--types", "fax"]).run();
    run.exits(2).says("error: --types cannot be used").says("\"fax\" is no type of number");
    assert_eq!(run.stderr.matches("is no type of number").count(), 1, "{}", run.stderr);
}

#[test]
fn repairs_are_shown_with_what_stood_there_and_the_rule() {
    let folder = Folder::with_leads("Telefon\n4915123456789.0\nTel.: 030 23125001\n447911123456\n");
    let run = folder.leadload(&["check", "leads.csv", "--region", "DE", "--json"]).run();
    run.exits(0).says(r#"row 2 › Telefon: "4915123456789.0" → +4915123456789"#);
    run.says("1 number repaired (label_removed): a word before the number was taken off");
    let repairs = &run.json()["files"][0]["dry_run"]["repairs"];
    let example = |at: usize| [repairs[at]["examples"][0]["from"].clone(), repairs[at]["examples"][0]["to"].clone()];
    assert_eq!(example(1), ["Tel.: 030 23125001", "+493023125001"]);
    assert_eq!(repairs[2]["please_check"], true, "{repairs}");
}

#[test]
fn a_likely_reading_is_marked_also_where_nothing_was_repaired() {
    let folder = Folder::with_leads("Telefon\n20230102\n");
    let run = folder.leadload(&["check", "leads.csv", "--region", "TN"]).run();
    run.exits(0).says("1 number read in the likely way, which is not certain: please check");
    run.says(r#"row 2 › Telefon: "20230102" → +21620230102"#);
    folder.leadload(&["check", "leads.csv", "--region", "TN", "--no-repair"]).run().exits(1).says("not certain");
}
