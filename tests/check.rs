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
        !name.ends_with(".toml") && !name.ends_with(".md") && !name.contains(".results.") && !name.contains(".rejects.")
    });
    found.sort();
    found
}

/// What `leadload check` says of a file of the project.
fn checked(path: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadload"));
    command.env_clear().current_dir(ROOT).arg("check").arg(path).args(["--region", "DE"]);
    let output = command.output().unwrap();
    format!("{}(exit code {})", String::from_utf8_lossy(&output.stderr), output.status.code().unwrap())
}

#[test]
fn every_file_of_the_project_is_checked_as_its_snapshot_says() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 4, "{fixtures:?}");
    for path in fixtures {
        let name = path.to_string_lossy().replace(['/', '\\', ' '], "_");
        insta::assert_snapshot!(name, checked(&path));
    }
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
    run.exits(0).says(r#"row 2, Telefon: "4915123456789.0" → +4915123456789"#);
    run.says("1 number repaired (label_removed): a word before the number was taken off");
    let repairs = &run.json()["files"][0]["dry_run"]["repairs"];
    let example = |at: usize| [repairs[at]["examples"][0]["from"].clone(), repairs[at]["examples"][0]["to"].clone()];
    assert_eq!(example(1), ["Tel.: 030 23125001", "+493023125001"]);
    assert_eq!(repairs[2]["please_check"], true, "{repairs}");
}
