//! The first commands of the README.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::harness::command::{Folder, Server};

/// The file that the README's first command imports.
const LEADS: &str = include_str!("../fixtures/leads.csv");

#[test]
fn the_first_command_of_the_readme_runs_the_main_job_and_prints_where_the_results_are() {
    let folder = Folder::new().with("fixtures/leads.csv", LEADS);
    let run = folder.import("fixtures/leads.csv").into_sandbox().without_token().run();
    run.exits(1).says("Results: fixtures/sandbox-7.results.jsonl").says("Rejects: fixtures/leads.rejects.csv");
    run.leads_in("rejected", 1).balances();
    assert_eq!(run.stdout, "");
}

#[test]
fn a_second_time_it_sends_nothing_says_so_and_exits_with_the_same_code() {
    let folder = Folder::new().with("fixtures/leads.csv", LEADS);
    let import = || folder.import("fixtures/leads.csv").into_sandbox().run();
    let (first, second) = (import(), import());
    first.exits(1).says("8 requests");
    second.exits(1).says("(nothing was sent)").balances();
    assert_eq!(first.lines().iter().filter(|line| line["type"] == "sending").count(), 8);
    assert_eq!(second.lines().iter().filter(|line| line["type"] == "sending").count(), 8);
}

#[test]
fn a_rehearsal_that_sends_nothing_says_how_to_begin_anew() {
    let folder = Folder::new().with("leads.csv", LEADS);
    let import = || folder.import("leads.csv").into_sandbox();
    let anew = "to rehearse anew, delete that file";
    let first = import().run();
    first.claim(!first.stderr.contains(anew), "nobody was known");
    import().args(&["--group-by", "company"]).run().exits(1).says("sandbox-7.results.jsonl remembers").says(anew);
    let named = ["--results", "mine.jsonl"];
    let first = import().args(&named).run();
    first.claim(!first.stderr.contains("remembers"), "nobody was known in it");
    // It may hold what happened elsewhere.
    let second = import().args(&named).run();
    second.says("mine.jsonl remembers").says("name another file by --results");
    second.claim(!second.stderr.contains("delete that file"), "nobody is told to delete a file that they named");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let folder = Folder::new();
    for args in [&["--help"][..], &["import", "--help"], &["--version"]] {
        let run = folder.leadload(args).run();
        run.exits(0).claim(run.stdout.contains("leadload") && run.stderr.is_empty(), "it is on standard output alone");
    }
    let help = folder.leadload(&["import", "--help"]).run().stdout;
    for option in ["--platform", "--base-url", "--campaign", "--chatbot", "--config", "--profile", "--results"] {
        assert!(help.contains(option), "{option}");
    }
    for option in
        ["--region", "--region-column", "--rate", "--concurrency", "--timeout", "--settle", "--allow-duplicates"]
    {
        assert!(help.contains(option), "{option}");
    }
    for option in ["--limit", "--yes", "--dry-run", "--stream", "--json", "--sandbox", "--quiet", "--token-file"] {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn who_names_only_a_file_is_told_what_to_do_with_it() {
    let folder = Folder::new().with("my leads.csv", LEADS);
    let run = folder.leadload(&["my leads.csv"]).run();
    run.exits(2).says("'my leads.csv' is a file").says("leadload check 'my leads.csv'").says("--sandbox");
    folder
        .import("my leads.csv")
        .run()
        .exits(2)
        .says("no platform")
        .says("say which one by --platform")
        .says("--sandbox");
    folder.leadload(&["results"]).run().exits(2).says("an import leaves it beside the spreadsheet");
    folder.import("my leads.csv").into_sandbox().run().exits(1);
    folder.leadload(&["results"]).run().exits(2).says("what to do: leadload results sandbox-7.results.jsonl");
    let json = folder.leadload(&["report", "--json"]).run();
    let reason = json.exits(2).json()["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason, "no results file is named; leadload report --json sandbox-7.results.jsonl");
}

#[test]
fn the_sandbox_serves_both_families_to_other_commands() {
    let folder =
        Folder::with_leads("phone_number\n+493023125001\n").with("people.csv", "email,name\na@example.com,Ada\n");
    let mut serving = std::process::Command::new(env!("CARGO_BIN_EXE_leadload"))
        .args(["sandbox", "--port", "0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first_line = String::new();
    BufReader::new(serving.stderr.take().unwrap()).read_line(&mut first_line).unwrap();
    let url = first_line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")).unwrap();
    let target = ["--base-url", url, "--campaign", "7", "--chatbot", "demo", "--rate", "1000/s"];
    let calls = folder.import("leads.csv").args(&target).args(&["--platform", "autocalls"]).run();
    let chats = folder.import("people.csv").args(&target).args(&["--platform", "pollybot"]).run();
    serving.kill().unwrap();
    serving.wait().unwrap();
    calls.exits(0);
    chats.exits(0);
}

#[test]
fn a_rehearsal_knows_whatever_campaign_the_real_run_will_name() {
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    for campaign in ["4711", "Winter is coming"] {
        let import = || folder.import("leads.csv").into_sandbox().args(&["--campaign", campaign]).run();
        import().exits(0).says("(1 request");
        import().exits(0).says("nothing was sent");
    }
}

#[test]
fn a_rehearsal_of_a_platform_touches_no_platform() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    folder.import("leads.csv").to(&server).into_sandbox().run().exits(0).leads_in("created", 1);
    assert_eq!(server.arrivals().len(), 0);
    assert_eq!(folder.results().as_deref(), Some("sandbox-autocalls-7.results.jsonl"));
}
