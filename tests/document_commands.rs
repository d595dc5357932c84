//! Every command in every document is one that the program takes and that does its work, and every option that is named is one
//! that it has.
//!
//! What commands of the guide print is held against it word by word by [`crate::guide`]. Here it is about what stands in
//! ```` ```sh ```` blocks: each command is run by a shell as it stands, in the order of the document, in a folder with the files
//! that the documents speak of. Nothing leaves this machine: what would go to a platform goes to the sandbox inside the program.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::document_links::{documents, shown};
use crate::harness::command::{Folder, Server, TOKEN};
use crate::harness::help::helps;

/// What is not run, by how it begins, and why.
const LEFT_OUT: [(&str, &str); 17] = [
    ("cargo test", "it is what runs here"),
    ("cargo install", "it builds for minutes"),
    ("cargo doc", "it builds for minutes; .ci/run does it"),
    ("cargo build", "it builds for minutes"),
    ("cargo bench", "it measures for minutes"),
    ("cargo +nightly", "it needs another compiler"),
    ("cargo run --example", "it builds; the examples are built with the tests"),
    (".ci/run", "it is what runs this"),
    ("benches/", "it measures for minutes"),
    ("docker ", "there may be none"),
    ("useradd ", "it changes the machine"),
    ("install ", "it changes the machine"),
    ("cp ", "it changes the machine"),
    ("systemctl ", "it changes the machine"),
    ("journalctl ", "it needs the service"),
    ("export LEADLOAD_TOKEN", "every command here has a token"),
    ("packaging/", "it builds for minutes"),
];

/// Documents about measuring, whose commands are scripts of their own.
const NOT_ABOUT_THE_PROGRAM: &str = "benches/";

/// What stands in the place of other people's programs.
const STANDS_IN: [(&str, &str); 4] = [
    ("man", "cat > /dev/null"),
    ("mail", "cat > /dev/null"),
    ("pass", "echo some-token"),
    // runuser -u USER -- COMMAND
    ("runuser", "shift 3; exec \"$@\""),
];

/// Options of other people's programs that documents name.
const OF_OTHERS: [&str; 4] = ["--debug", "--target", "--user", "--stop-timeout"];

/// Where the documents say that the sandbox serves.
const SERVED_AT: &str = "http://127.0.0.1:8080";

/// The profiles that the documents speak of.
const CONFIGURATION: &str = r#"
[profiles.acme]
platform = "famulor"
campaign = 7
token_command = "pass show famulor/acme"

[profiles.acme-de]
platform = "famulor"
campaign = 7
region = "DE"
token_command = "pass show famulor/acme"
"#;

/// A command as it stands in a document.
#[derive(Debug)]
struct Written {
    line: usize,
    text: String,
}

/// The commands in a document's examples for a shell. A line that stands further in belongs to the one before.
fn commands(text: &str) -> Vec<Written> {
    let mut commands: Vec<Written> = Vec::new();
    let mut is_shell = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(kind) = line.strip_prefix("```") {
            is_shell = matches!(kind, "sh" | "bash" | "shell");
        } else if is_shell && line.starts_with(' ') {
            let before = commands.last_mut().unwrap();
            before.text = format!("{} {}", before.text.trim_end_matches('\\'), line.trim_start());
        } else if is_shell && !line.is_empty() && !line.starts_with('#') {
            commands.push(Written { line: number + 1, text: line.to_owned() });
        }
    }
    commands
}

/// What a command begins with, behind variables that are set for it.
fn beginning(text: &str) -> &str {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let sets = |word: &str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    match text.split_once(' ') {
        Some((word, rest)) if sets(word) => beginning(rest),
        _ => text,
    }
}

fn is_left_out(text: &str) -> bool {
    let needs_jq = text.contains("jq ") && Command::new("jq").arg("--version").output().is_err();
    needs_jq || text.contains('…') || LEFT_OUT.iter().any(|(start, _)| beginning(text).starts_with(start))
}

fn project(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A folder with all files that the documents speak of, and the platform file that `text` describes.
fn prepared(text: &str) -> Folder {
    let folder = Folder::new();
    for file in
        ["leads.csv", "leads.jsonl", "crm-export-de.csv", "crm-export-de.toml", "pollybot.csv", "history.results.jsonl"]
    {
        folder.write(&format!("fixtures/{file}"), project(&format!("fixtures/{file}")));
    }
    for copy in ["leads.csv", "machine/leads.csv"] {
        folder.write(copy, project("fixtures/leads.csv"));
    }
    let mut platform_files = text.split("```toml\n").skip(1).filter(|block| block.starts_with("name = "));
    if let Some(platform_file) = platform_files.next() {
        folder.write("dialler.toml", platform_file.split("```").next().unwrap());
    }
    folder.write("machine/token", "some-token\n");
    folder.write("FOLDER/keep", "");
    folder.write("config/leadload/config.toml", CONFIGURATION);
    folder.write(".config/leadload/keep", "");
    for (name, script) in STANDS_IN {
        let program = format!("bin/{name}");
        folder.write(&program, format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(folder.path(&program), PermissionsExt::from_mode(0o755)).unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_leadload"), folder.path("bin/leadload")).unwrap();
    let to_famulor = ["--platform", "famulor", "--region", "DE", "--results", "famulor-7.results.jsonl"];
    folder.import("leads.csv").into_sandbox().args(&to_famulor).run().exits(1);
    folder.import("fixtures/leads.csv").into_sandbox().run().exits(1);
    folder
}

/// The command as it is run here: with this folder's paths, and where it asks a person, with the answer.
fn here(text: &str, server: &Server) -> String {
    let text = text.replace("cargo run --release -- ", "leadload ").replace("cargo run -- ", "leadload ");
    let text = text.replace("/srv/leads/", "$HOME/machine/").replace("/etc/leadload/", "$HOME/machine/");
    let text = text.replace("/var/lib/leadload/", "$HOME/machine/");
    let text = text.split("  #").next().unwrap();
    let asks = text.contains("leadload forget") && !text.contains("--dry-run") && !text.contains("--yes");
    // It would have to be reached to be written to.
    let describes = text.contains("leadload import") && text.contains("--platform-file");
    let more = if asks {
        " --yes"
    } else if describes {
        " --dry-run"
    } else {
        ""
    };
    format!("{}{more}", text.trim_end().replace(SERVED_AT, &server.url()))
}

/// A shell in `inside` of the folder, with nothing of whoever runs the tests.
fn shell(folder: &Folder, inside: &str, text: &str) -> Command {
    let path = format!("{}:{}", folder.path("bin").display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(text).current_dir(folder.path(inside)).stdin(Stdio::null());
    shell.env_clear().env("PATH", path).env("HOME", folder.path("")).env("XDG_CONFIG_HOME", folder.path("config"));
    shell.env("LEADLOAD_TOKEN", TOKEN).env("F", "fixtures/sandbox-7.results.jsonl");
    // What goes to the sandbox needs no network; whatever else tried to would find none.
    shell.env("HTTPS_PROXY", "http://127.0.0.1:9").env("LEADLOAD_RATE", "1000/s");
    if !text.contains("http://") && !text.contains("--platform-file") {
        shell.env("LEADLOAD_SANDBOX", "true");
    }
    shell
}

/// What is wrong with a command, where something is.
fn fault(folder: &Folder, inside: &str, text: &str, server: &Server) -> Option<String> {
    let text = here(text, server);
    if text.contains("leadload sandbox") {
        return serves(folder, inside, &text);
    }
    let output = shell(folder, inside, &text).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let is_well = matches!(output.status.code(), Some(0 | 1)) && !said.contains("error:");
    (!is_well).then(|| format!("$ {text}\n({:?})\n{said}", output.status.code()))
}

/// Starts a sandbox on whatever port is free, and ends it again.
fn serves(folder: &Folder, inside: &str, text: &str) -> Option<String> {
    let text = format!("exec {}", text.replace("--port 8080", "--port 0"));
    let mut serving = shell(folder, inside, &text).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(serving.stderr.take().unwrap()).read_line(&mut said).unwrap();
    // It may have ended by itself.
    let _ = serving.kill();
    serving.wait().unwrap();
    (!said.contains("http://127.0.0.1:")).then(|| format!("$ {text}\n{said}"))
}

#[test]
fn every_command_in_every_document_does_its_work() {
    let server = Server::start();
    let (mut run, mut faults) = (0, Vec::new());
    for document in documents().iter().filter(|document| !shown(document).starts_with(NOT_ABOUT_THE_PROGRAM)) {
        let text = fs::read_to_string(document).unwrap();
        let commands: Vec<_> = commands(&text).into_iter().filter(|command| !is_left_out(&command.text)).collect();
        if commands.is_empty() {
            continue;
        }
        let folder = prepared(&text);
        let mut inside = String::new();
        for Written { line, text } in commands {
            if let Some(next) = text.strip_prefix("cd ") {
                next.split_whitespace().next().unwrap().clone_into(&mut inside);
                continue;
            }
            run += 1;
            let fault = fault(&folder, &inside, &text, &server);
            faults.extend(fault.map(|fault| format!("{}, line {line}: {fault}", shown(document))));
        }
    }
    assert!(run > 60, "only {run} commands were found: how they are written has changed");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What stands as code in a document, in its lines and in its examples for a shell.
fn code(text: &str) -> Vec<String> {
    let mut code: Vec<String> = commands(text).into_iter().map(|command| command.text).collect();
    let mut is_example = false;
    for line in text.lines() {
        is_example ^= line.starts_with("```");
        if !is_example {
            code.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    code
}

/// The options that a text names.
fn options(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    let words = words.map(|word| word.trim_end_matches('-'));
    words.filter(|word| word.starts_with("--"))
}

/// What of a piece of code the program does not have: a command, or an option of it.
fn unknown<'a>(code: &'a str, helps: &[(String, String)]) -> Option<&'a str> {
    let has = |option: &str, command: &str| {
        let of_command = helps.iter().filter(|(name, _)| command.is_empty() || name.split(' ').next() == Some(command));
        of_command.flat_map(|(_, help)| options(help)).any(|known| known == option)
    };
    let Some(arguments) = beginning(code).strip_prefix("leadload ") else {
        let alone = options(code).next().filter(|_| code.starts_with("--"));
        return alone.filter(|option| !has(option, "") && !OF_OTHERS.contains(option));
    };
    let command = arguments.split_whitespace().next().unwrap();
    if command == "COMMAND" || command.starts_with("--") {
        return None;
    }
    let is_known = helps.iter().any(|(name, _)| name.split(' ').next() == Some(command));
    let of_program = arguments.split(['|', '>']).next().unwrap();
    if is_known { options(of_program).find(|option| !has(option, command)) } else { Some(command) }
}

#[test]
fn every_command_and_option_that_a_document_names_is_there() {
    let helps = helps();
    let mut faults = Vec::new();
    for document in documents().iter().filter(|document| !shown(document).starts_with(NOT_ABOUT_THE_PROGRAM)) {
        for code in code(&fs::read_to_string(document).unwrap()) {
            faults.extend(unknown(&code, &helps).map(|what| format!("{}: {what} in {code}", shown(document))));
        }
    }
    assert!(faults.is_empty(), "the program has none of these:\n{}", faults.join("\n"));
}

/// The examples of configuration in a document. Descriptions of platforms are told by their names, and tested elsewhere.
fn configurations(text: &str) -> impl Iterator<Item = &str> {
    let examples = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    examples.filter(|example| !example.starts_with("name = "))
}

#[test]
fn every_configuration_in_a_document_is_one_that_the_program_takes() {
    let mut shown_ones = 0;
    for document in documents() {
        for example in configurations(&fs::read_to_string(&document).unwrap()) {
            let folder = Folder::new().with("c.toml", example);
            let profiles = example.lines().filter_map(|line| line.strip_prefix("[profiles.")?.split([']', '.']).next());
            let profile: Vec<&str> = profiles.take(1).flat_map(|name| ["--profile", name]).collect();
            let run = folder.leadload(&["config", "show", "--config", "c.toml"]).args(&profile).run();
            run.exits(0).claim(!run.stderr.contains("note:"), &format!("{} has\n{example}", shown(&document)));
            shown_ones += 1;
        }
    }
    assert!(shown_ones > 9, "only {shown_ones} examples were found: how they are written has changed");
}
