//! What programs read: documents with schemas, progress, logs, and the command that is told at the end.

use std::path::Path;

use leadload::sandbox::{Fault, Faults};
use serde_json::{Value, json};

use crate::harness::command::{Folder, Run, Server, TOKEN};

const LEADS: &str = "phone_number,name\n+493023125001,Ada\n12,Bo\n+493023125001,Ada again\n+12125550199,Cem\n";

fn committed(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.v1.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema, where no object may have a field that it does not name: nothing is printed that is not documented.
fn strict(mut schema: Value) -> Value {
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let is_object = fields.get("type") == Some(&json!("object")) && fields.contains_key("properties");
            for (name, value) in fields.iter_mut() {
                // Branches of one object each know only their own fields: the object itself is closed.
                let are_branches = is_object && ["oneOf", "anyOf", "allOf"].contains(&name.as_str());
                if are_branches {
                    value.as_array_mut().unwrap().iter_mut().for_each(close_within);
                } else {
                    close(value);
                }
            }
            if is_object && !fields.contains_key("additionalProperties") {
                fields.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn close_within(branch: &mut Value) {
    if let Some(fields) = branch.as_object_mut() {
        fields.remove("additionalProperties");
        fields.values_mut().for_each(close);
    }
}

/// `document` is what the committed schema of its name says.
#[track_caller]
fn fits(document: &Value) {
    let name = document["document"].as_str().unwrap_or_else(|| panic!("it does not say what it is: {document}"));
    validate(&strict(committed(name)), document);
}

#[track_caller]
fn validate(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let problems: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{document:#}");
}

/// The lines of JSON among what was said.
fn json_lines(text: &str) -> Vec<Value> {
    text.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn prints(run: &Run, document: &str) -> Value {
    let json = run.json();
    assert_eq!(json["document"], document);
    fits(&json);
    json
}

#[test]
fn every_summary_is_what_its_schema_says() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    prints(folder.import("leads.csv").to(&server).args(&["--json"]).run().exits(1), "summary");
    prints(folder.import("leads.csv").to(&server).args(&["--json", "--dry-run"]).run().exits(1), "dry_run");
    prints(folder.leadload(&["check", "leads.csv", "gone.csv", "--json"]).run().exits(6), "check");
    prints(folder.leadload(&["init", "leads.csv", "--json"]).run().exits(0), "init");
    let update = folder.leadload(&["update", "leads.csv", "--json"]).to(&server).run();
    prints(&update, "summary");
}

#[test]
fn a_run_that_stopped_early_prints_a_summary_too() {
    let dying = Faults::script([None, Some(Fault::TokenDies)]);
    let server = Server::with(|options| options.create_faults = dying);
    let folder = Folder::with_leads("phone_number\n+493023125001\n+493023125002\n+493023125003\n");
    let json = prints(folder.import("leads.csv").to(&server).args(&["--json"]).run().exits(3), "summary");
    assert_eq!(json["outcome"], "stopped");
    assert!(json["resume"].as_str().unwrap().starts_with("leadload import"));
}

#[test]
fn whatever_is_refused_says_so_in_json() {
    let folder = Folder::with_leads(LEADS).with("c.toml", "campain = 7\n").with("bad.results.jsonl", "no\n");
    for (args, code) in [
        (&["import", "leads.csv", "--json"][..], 2),
        (&["import", "leads.csv", "--sandbox", "--json", "--config", "c.toml"], 2),
        (&["import", "leads.csv", "--sandbox", "--json", "--no-such-option"], 2),
        (&["import", "gone.csv", "--sandbox", "--json"], 6),
        (&["reconcile", "gone.results.jsonl", "--json"], 5),
        (&["undo", "bad.results.jsonl", "--json"], 5),
    ] {
        let run = folder.leadload(args).run();
        let json = prints(run.exits(code), "refused");
        assert_eq!((&json["exit_code"], json["reason"].as_str().unwrap().is_empty()), (&json!(code), false));
    }
}

#[test]
fn commands_on_a_results_file_print_what_their_schemas_say() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    folder.import("leads.csv").to(&server).run().exits(1);
    let on_file = |command: &str, more: &[&str]| {
        let url = server.url();
        let there = [command, "autocalls-7.results.jsonl", "--platform", "autocalls", "--base-url", &url, "--json"];
        folder.leadload(&[&there[..], more].concat()).run()
    };
    prints(on_file("reconcile", &[]).exits(0), "reconcile");
    prints(on_file("undo", &["--dry-run"]).exits(0), "undo");
    prints(on_file("undo", &["--yes"]).exits(0), "undo");
    prints(on_file("undo", &["--yes"]).exits(0), "undo");
}

#[test]
fn what_is_told_of_a_results_file_is_what_its_schemas_say() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    folder.import("leads.csv").to(&server).run().exits(1);
    folder.write("history.results.jsonl", include_bytes!("../fixtures/history.results.jsonl"));
    let told = |command: &str, file: &str, more: &[&str]| folder.leadload(&[command, file, "--json"]).args(more).run();
    let mine = "autocalls-7.results.jsonl";
    for file in [mine, "history.results.jsonl"] {
        prints(told("report", file, &[]).exits(0), "report");
        prints(told("report", file, &["--show-numbers"]).exits(0), "report");
        prints(told("results", file, &[]).exits(0), "results");
        prints(told("results", file, &["--row", "2"]).exits(0), "stories");
    }
    prints(told("results", mine, &["--id", "none"]).exits(1), "stories");
    prints(told("results", mine, &["--status", "undone"]).exits(1), "results");
    prints(told("results", mine, &["--to", "out.csv"]).exits(0), "exported");
    prints(told("results", "gone.jsonl", &[]).exits(5), "refused");
    let forget = |more: &[&str]| folder.leadload(&["forget", "+493023125001", mine, "--json"]).args(more).run();
    prints(forget(&[]).exits(2), "refused");
    prints(forget(&["--dry-run"]).exits(0), "forget");
    prints(forget(&["--yes"]).exits(0), "forget");
    assert_eq!(prints(forget(&["--yes"]).exits(0), "forget")["outcome"], "nothing");
}

/// The fields of all objects in a schema that say nothing of what they hold.
fn without_description(schema: &Value, path: &str, found: &mut Vec<String>) {
    if let Some(fields) = schema["properties"].as_object() {
        for (name, field) in fields {
            let is_said = field.get("description").is_some() || field.get("const").is_some();
            found.extend((!is_said).then(|| format!("{path}.{name}")));
        }
    }
    match schema {
        Value::Object(fields) => {
            // Its fields are the states.
            let further = fields.iter().filter(|(name, _)| *name != "Counts");
            further.for_each(|(name, value)| without_description(value, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => items.iter().for_each(|item| without_description(item, path, found)),
        _ => {}
    }
}

#[test]
fn every_field_of_what_is_told_of_a_results_file_says_what_it_holds() {
    let mut found = Vec::new();
    for name in ["report", "results", "stories", "exported", "forget"] {
        without_description(&committed(name), name, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn doubts_that_are_looked_up_are_in_the_json() {
    let lost = Faults::script([None, Some(Fault::ResetAfter)]);
    let server = Server::with(|options| options.create_faults = lost);
    let folder = Folder::with_leads("phone_number\n+493023125001\n+493023125002\n");
    let run = folder.import("leads.csv").to(&server).args(&["--json", "--max-in-doubt", "1"]).run();
    prints(&run, "summary");
}

#[test]
fn progress_for_programs_is_json_with_the_id_of_the_run() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let run = folder.import("leads.csv").to(&server).args(&["--json", "--progress", "json", "--quiet"]).run();
    let summary = run.exits(1).json();
    let lines = json_lines(&run.stderr);
    lines.iter().for_each(fits);
    let last = lines.last().unwrap();
    assert_eq!((&last["run"], &last["phase"]), (&summary["run"], &json!("sending")));
    assert_eq!((&last["done"], &last["expected"], &last["leads"]["created"]), (&json!(4), &json!(4), &json!(1)));
    assert_eq!(last["allowed_per_minute"], 60_000.0);
}

#[test]
fn progress_can_be_switched_off() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let run = folder.import("leads.csv").to(&server).args(&["--progress", "never"]).run();
    run.exits(1).says("Finished after").says_nothing_of("reading:");
    folder
        .import("leads.csv")
        .to(&server)
        .env("LEADLOAD_PROGRESS", "sometimes")
        .run()
        .exits(2)
        .says("LEADLOAD_PROGRESS");
}

#[test]
fn every_line_of_a_json_log_names_the_run_of_the_results_file() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let logged = ["--log", "run.log", "--log-format", "json", "-vv", "--json"];
    let summary = folder.import("leads.csv").to(&server).args(&logged).run().exits(1).json();
    let lines = json_lines(&folder.read("run.log"));
    assert!(lines.len() > 3);
    for line in &lines {
        fits(line);
        assert_eq!(line["run"], summary["run"]);
    }
}

/// A command that keeps what it is told.
const KEEP: &str = "cat > told.json; echo \"$LEADLOAD_NOTIFY_EXIT_CODE $LEADLOAD_NOTIFY_RUN $LEADLOAD_NOTIFY_RESULTS\" > about; echo heard";

fn told(folder: &Folder) -> Value {
    let text = folder.read("told.json");
    assert_eq!(text.lines().count(), 1, "one line: {text}");
    let json = serde_json::from_str(&text).unwrap();
    fits(&json);
    json
}

#[test]
fn whoever_is_to_be_notified_gets_the_summary_the_exit_code_the_run_and_the_results() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let run = folder.import("leads.csv").to(&server).args(&["--json", "--notify-cmd", KEEP]).run();
    let printed = run.exits(1).json();
    assert_eq!(told(&folder), printed, "its own output is on standard error");
    assert!(run.stderr.contains("heard"));
    let id = printed["run"].as_str().unwrap();
    assert_eq!(folder.read("about"), format!("1 {id} autocalls-7.results.jsonl\n"));
}

#[test]
fn whoever_is_to_be_notified_hears_of_runs_that_never_began() {
    let folder = Folder::with_leads(LEADS).with("c.toml", "notify_cmd = 'cat > told.json'\nplatform = 'famulor'\n");
    folder.import("leads.csv").args(&["--config", "c.toml", "--campaign", "7"]).without_token().run().exits(2);
    assert!(told(&folder)["reason"].as_str().unwrap().contains("there is no token"));
    folder.import("gone.csv").args(&["--sandbox"]).env("LEADLOAD_NOTIFY_CMD", "cat > told.json").run().exits(6);
    assert_eq!(told(&folder)["exit_code"], 6);
    folder.leadload(&["undo", "gone.results.jsonl", "--notify-cmd", "cat > told.json"]).run().exits(5);
    assert_eq!(told(&folder)["exit_code"], 5);
    folder.write("c.toml", "ratte = 1\n");
    folder.import("leads.csv").args(&["--config", "c.toml", "--notify-cmd", "cat > told.json"]).run().exits(2);
    assert!(told(&folder)["reason"].as_str().unwrap().contains("line 1"));
}

#[test]
fn whoever_is_to_be_notified_hears_of_a_command_line_that_cannot_be_read() {
    let folder = Folder::with_leads(LEADS).with("c.toml", "[profiles.acme]\nnotify_cmd = 'cat > told.json'\n");
    let mistyped = |args: &[&str]| folder.import("leads.csv").args(&["--sandbox", "--campain", "7"]).args(args).run();
    mistyped(&["--dry-run", "--notify-cmd", "cat > told.json"]).exits(2);
    folder.leadload(&["check", "--notify-cmd", "cat > told.json"]).run().exits(2);
    assert!(!folder.path("told.json").exists(), "of a dry run and of a check nobody is notified");
    for args in [&["--config=c.toml", "--profile", "acme"][..], &["--notify-cmd", "cat > told.json"]] {
        mistyped(args).exits(2);
        assert!(told(&folder)["reason"].as_str().unwrap().contains("'--campain'"));
        std::fs::remove_file(folder.path("told.json")).unwrap();
    }
}

#[test]
fn a_command_that_fails_is_told_and_changes_no_exit_code() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n"));
    let run = folder.import("leads.csv").to(&server).args(&["--notify-cmd", "exit 9"]).run();
    run.exits(0).says("nobody was notified (--notify-cmd): it failed (exit status: 9)");
}

#[test]
fn nobody_is_notified_of_a_dry_run_or_by_a_file_that_lies_beside_the_input() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n"));
    folder.import("leads.csv").to(&server).args(&["--dry-run", "--notify-cmd", KEEP]).run().exits(0);
    folder.import("leads.csv").args(&["--dry-run", "--notify-cmd", KEEP, "--platform", "nobody"]).run().exits(2);
    folder.write("leadload.toml", "notify_cmd = 'touch told.json'\n");
    folder.import("leads.csv").to(&server).run().exits(0).says("left out notify_cmd");
    assert!(!folder.path("told.json").exists());
}

#[test]
fn the_notify_command_stands_in_no_results_file_and_no_log() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let command = format!("true # {TOKEN}-hook");
    let logged = ["--notify-cmd", &command, "-vv", "--log", "run.log"];
    folder.import("leads.csv").to(&server).args(&logged).run().exits(1);
    for name in folder.files() {
        assert!(!folder.read(&name).contains(TOKEN), "{name}");
    }
}

#[test]
fn the_committed_schemas_are_those_of_the_program() {
    let folder = Folder::new();
    let list = folder.leadload(&["schema"]).run().exits(0).stdout.clone();
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 9, "{list}");
    for name in &names {
        let printed = folder.leadload(&["schema", name]).run().exits(0).stdout.clone();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.v1.json"));
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == printed,
            "leadload schema {name} > docs/schemas/{name}.v1.json, and look at the difference"
        );
        assert!(jsonschema::meta::is_valid(&serde_json::from_str(&printed).unwrap()), "{name} is no schema");
    }
    let kept = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas")).unwrap().count();
    assert_eq!(kept, names.len(), "docs/schemas holds others, too");
    folder.leadload(&["schema", "sumary"]).run().exits(2).says("summary");
}

/// The command with a full disk for its standard output.
#[cfg(target_os = "linux")]
fn with_full_standard_output(folder: &Folder, args: &[&str]) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadload"));
    command
        .args(args)
        .current_dir(folder.path("."))
        .env_clear()
        .env("HOME", folder.path("."))
        .env("LEADLOAD_TOKEN", TOKEN);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_whose_json_cannot_be_written_ends_as_it_ended_and_whoever_is_notified_hears_that() {
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    let import = ["import", "leads.csv", "--sandbox", "--json", "--notify-cmd", "cat > told.json"];
    let (code, said) = with_full_standard_output(&folder, &import);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning: standard output cannot be written: "), "{said}");
    assert_eq!((&told(&folder)["outcome"], &told(&folder)["exit_code"]), (&json!("finished"), &json!(0)));
    // Where nothing was done, why stays what is told.
    let gone = ["import", "gone.csv", "--sandbox", "--json", "--notify-cmd", "cat > told.json"];
    assert_eq!(with_full_standard_output(&folder, &gone).0, Some(6));
    assert_eq!(told(&folder)["exit_code"], 6);
    let undo = ["undo", "sandbox-7.results.jsonl", "--json", "--yes", "--notify-cmd", "cat > told.json"];
    assert_eq!(with_full_standard_output(&folder, &undo).0, Some(0));
    assert_eq!(told(&folder)["document"], "undo");
}

#[test]
fn what_the_doctor_prints_is_what_its_schema_says() {
    let (server, folder) = (Server::start(), Folder::new());
    prints(folder.leadload(&["doctor", "--json"]).to(&server).run().exits(0), "doctor");
    let broken = folder.leadload(&["doctor", "--json", "--campaign", "Sprng", "--rate", "fast"]).into_server(&server);
    prints(&broken.run(), "doctor");
    prints(folder.leadload(&["doctor", "--json"]).without_token().run().exits(2), "doctor");
}

#[test]
fn an_undo_shows_progress_as_an_import_does() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    folder.import("leads.csv").to(&server).run().exits(1);
    let url = server.url();
    let there = ["--platform", "autocalls", "--base-url", &url, "--rate", "1000/s", "--progress", "json", "--quiet"];
    let undo = folder.leadload(&["undo", "autocalls-7.results.jsonl", "--yes"]).args(&there).run();
    let lines = json_lines(&undo.exits(0).stderr);
    lines.iter().for_each(fits);
    let last = lines.last().unwrap();
    assert_eq!((&last["phase"], &last["done"], &last["expected"]), (&json!("deleting"), &json!(1), &json!(1)));
}

#[test]
fn a_reconciliation_shows_progress_as_an_import_does() {
    let server = Server::with(|options| {
        options.create_faults = Faults::script([Some(Fault::ResetAfter)]);
        options.list_faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
    });
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    folder.import("leads.csv").to(&server).run().exits(4);
    let url = server.url();
    let there = ["--platform", "autocalls", "--base-url", &url, "--settle", "10ms", "--progress", "json"];
    let reconcile = folder.leadload(&["reconcile", "autocalls-7.results.jsonl"]).args(&there).run();
    let lines = json_lines(&reconcile.exits(4).stderr);
    lines.iter().for_each(fits);
    assert_eq!(lines.last().unwrap()["phase"], "looking_up");
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_somebody_is_notified_ends_that_with_all_that_it_started_and_the_exit_code_stays() {
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    // The command itself presses it. The story would wait for whoever holds standard error open.
    let command = "kill -s INT $PPID; sleep 600 & wait";
    let run = folder.import("leads.csv").into_sandbox().args(&["--notify-cmd", command]).run();
    run.exits(0).says("nobody was notified (--notify-cmd): it was interrupted and ended");
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_is_told_once_and_stops_nothing() {
    let folder = Folder::with_leads(LEADS);
    for format in ["text", "json"] {
        let logged = ["--log", "/dev/full", "-vv", "--log-format", format, "--allow-duplicates"];
        let run = folder.import("leads.csv").into_sandbox().args(&logged).run();
        run.exits(1).says("warning: the log is incomplete: /dev/full cannot be written");
        assert_eq!(run.stderr.matches("/dev/full").count(), 1, "{}", run.stderr);
        run.says_nothing_of("tracing-subscriber");
    }
}

#[test]
fn what_is_configured_is_printed_as_its_schema_says() {
    let config =
        "platform = 'famulor'\n[profiles.acme]\ncampaign = 7\n[profiles.acme.mapping]\nphone = 'phone_number'\n";
    let folder = Folder::with_leads(LEADS).with("c.toml", config).with("leadload.toml", "[mapping]\nempty = 'send'\n");
    let show =
        ["config", "show", "leads.csv", "--json", "--config", "c.toml", "--profile", "acme", "--variable", "a=b"];
    let run = folder.leadload(&show).env("LEADLOAD_RATE", "5/s").env("LEADLOAD_RTAE", "5/s").run();
    let json = prints(run.exits(0), "config");
    assert_eq!(json["notes"].as_array().unwrap().len(), 1, "{json:#}");
}

#[test]
fn whoever_asks_a_results_file_gets_what_the_schemas_say() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    folder.import("leads.csv").to(&server).run().exits(1);
    let ask = |command: &str, more: &[&str]| {
        folder.leadload(&[&[command, "autocalls-7.results.jsonl", "--json"][..], more].concat()).run()
    };
    prints(ask("report", &[]).exits(0), "report");
    prints(ask("results", &[]).exits(0), "results");
    prints(ask("results", &["--row", "2"]).exits(0), "stories");
    prints(ask("results", &["--phone", "+493023125001", "--show-numbers"]).exits(0), "stories");
    prints(ask("results", &["--to", "all.csv"]).exits(0), "exported");
    let forget = |more: &[&str]| {
        let typed = ["forget", "+493023125001", "autocalls-7.results.jsonl", "--json"];
        folder.leadload(&[&typed[..], more].concat()).run()
    };
    prints(forget(&["--dry-run"]).exits(0), "forget");
    prints(forget(&["--yes"]).exits(0), "forget");
    prints(forget(&["--yes"]).exits(0), "forget");
}
