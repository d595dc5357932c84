//! The commands on a results file, as their users type them.

use std::process::{Command, Stdio};

use leadload::sandbox::{Fault, Faults, RequestKind};

use crate::harness::command::{Folder, Server};
use crate::harness::in_process::{numbers, states};
use crate::harness::killable::{Stage, said, signal};

const TWO: &str = "phone_number,name\n+493023125001,Ada\n+493023125002,Ben\n";

const RESULTS: &str = "autocalls-7.results.jsonl";

#[test]
fn an_import_into_the_sandbox_can_be_taken_back_and_made_again_without_a_token() {
    let folder = Folder::with_leads(TWO);
    folder.import("leads.csv").into_sandbox().without_token().run().exits(0).leads_in("created", 2);
    let undo = || folder.leadload(&["undo", "sandbox-7.results.jsonl"]).without_token();
    let looked = undo().args(&["--dry-run"]).run();
    looked.exits(0).says("To be deleted: 2 leads").says("2 leads in campaign 7 “Spring campaign”");
    undo().run().exits(0).says("2 leads deleted from the sandbox");
    undo().run().exits(0).says("Nothing is to be deleted");
    let again = folder.import("leads.csv").into_sandbox().without_token().run();
    again.exits(0).leads_in("created", 2);
    let ids: Vec<_> = states(&folder.path("sandbox-7.results.jsonl")).into_values().map(|(_, id)| id).collect();
    assert_eq!(ids, ["1003", "1004"], "an id is never used again");
}

#[test]
fn the_sandbox_of_a_second_import_has_the_leads_of_the_first_and_counts_on() {
    let folder = Folder::with_leads(TWO);
    folder.import("leads.csv").into_sandbox().run().exits(0);
    folder.write("leads.csv", format!("{TWO}+493023125003,Cem\n"));
    folder.import("leads.csv").into_sandbox().run().exits(0).leads_in("created", 3);
    let states = states(&folder.path("sandbox-7.results.jsonl"));
    assert_eq!(states["+493023125003"].1, "1003");
    folder.leadload(&["undo", "sandbox-7.results.jsonl", "--all-runs"]).run().exits(0).says("3 leads deleted");
}

#[test]
fn an_undo_on_a_platform_wants_a_word_and_does_what_it_said() {
    let (server, folder) = (Server::start(), Folder::with_leads(TWO));
    folder.import("leads.csv").to(&server).run().exits(0);
    let undo = || folder.leadload(&["undo", RESULTS]).into_server(&server);
    undo().run().exits(2).says("To be deleted: 2 leads").says("add --yes");
    assert_eq!(server.requests(RequestKind::Delete), 0);
    let run = undo().args(&["--yes", "--json"]).run();
    run.exits(0);
    let json = run.json();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let documented =
        ["schema", "document", "run", "outcome", "exit_code", "target", "results", "resume", "preview", "deleted"];
    assert_eq!(names, documented);
    assert_eq!((json["deleted"]["undone"].as_u64(), json["preview"]["to_delete"].as_u64()), (Some(2), Some(2)));
    assert!(server.leads().is_empty());
}

#[test]
fn an_address_that_only_the_results_file_names_gets_no_token() {
    let (server, folder) = (Server::start(), Folder::with_leads(TWO));
    folder.import("leads.csv").to(&server).run().exits(0);
    let before = server.arrivals().len();
    let refused = folder.leadload(&["undo", RESULTS, "--yes"]).run();
    refused.exits(2).says("if you trust it with your token, say so: --platform autocalls --base-url http://127.0.0.1");
    folder.leadload(&["undo", RESULTS, "--yes", "--platform", "famulor"]).run().exits(2).says("no such leads");
    assert_eq!(server.arrivals().len(), before);
}

#[test]
fn what_is_not_in_doubt_needs_no_look_up_and_no_token() {
    let (server, folder) = (Server::start(), Folder::with_leads(TWO));
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.leadload(&["reconcile", RESULTS]).without_token().run().exits(0).says("Nothing is in doubt");
}

#[test]
fn a_results_file_that_is_not_there_is_told_and_not_made() {
    let folder = Folder::new();
    for command in ["undo", "reconcile"] {
        folder.leadload(&[command, "none.results.jsonl"]).run().exits(5).says("none.results.jsonl");
    }
    assert!(folder.files().is_empty());
}

/// A server that loses the second answer and whose lists do not work, and what an import left of two leads there.
fn doubtful() -> (Server, Folder) {
    let server = Server::with(|options| {
        options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
        options.list_faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
    });
    (server, Folder::with_leads(TWO))
}

#[test]
fn an_import_that_ends_with_doubts_says_how_to_decide_and_the_command_that_it_gives_decides_nothing() {
    let (server, folder) = doubtful();
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(4).says("leadload reconcile autocalls-7.results.jsonl").says("--in-doubt resend or --in-doubt skip");
    let run = folder.leadload(&["reconcile", RESULTS, "--json"]).into_server(&server).run();
    run.exits(4).says("1 lead in doubt: the platform's list cannot be read").says("--in-doubt resend");
    assert_eq!(run.json()["doubts"]["unsettled"][0]["code"], "look_up_unreadable");
    let run = folder.import("leads.csv").to(&server).args(&["--in-doubt", "skip"]).run();
    run.exits(0).leads_in("exists", 1);
    assert_eq!(server.requests(RequestKind::Create), 2);
}

#[test]
fn a_decision_is_typed_and_never_configured() {
    let (server, folder) = doubtful();
    folder.import("leads.csv").to(&server).run().exits(4);
    let run = folder.import("leads.csv").to(&server).env("LEADLOAD_IN_DOUBT", "resend").run();
    run.exits(4);
    folder.write("own.toml", "in_doubt = \"resend\"\n");
    folder.import("leads.csv").to(&server).args(&["--config", "own.toml"]).run().exits(2).says("in_doubt");
    assert_eq!(server.requests(RequestKind::Create), 2);
}

#[test]
fn an_undo_that_is_killed_again_and_again_deletes_everybody_in_the_end() {
    let everybody = numbers(60);
    let stage = Stage::new(&everybody, |options| options.latency = std::time::Duration::from_millis(4));
    stage.finish_and_compare(&["--rate", "1000/s"], &everybody);
    let base_url = stage.sandbox.base_url();
    let words = ["undo", "--yes", "--platform", "famulor", "--base-url", &base_url, "--rate", "1000/s"];
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leadload"));
        command.args(words).arg(stage.results()).env("LEADLOAD_TOKEN", "invented");
        command.env("HOME", stage.path(".")).env_remove("XDG_CONFIG_HOME");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    for left in [55, 40, 20, 3] {
        let mut child = command().spawn().unwrap();
        let since = std::time::Instant::now();
        while stage.sandbox.leads().len() > left && child.try_wait().unwrap().is_none() {
            assert!(since.elapsed().as_secs() < 60, "{} are there", stage.sandbox.leads().len());
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            signal(&child, "KILL");
        }
        child.wait().unwrap();
    }
    let output = command().output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(stage.sandbox.leads().is_empty());
    let states = states(&stage.results());
    assert!(everybody.iter().all(|number| states[number].0 == "undone"), "{states:?}");
    // What was deleted is imported again, each once.
    stage.finish_and_compare(&["--rate", "1000/s"], &everybody);
}
