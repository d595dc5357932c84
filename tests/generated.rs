//! What the program writes about itself for shells, for `man` and for packages.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::harness::command::Folder;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The long options that the help of a command names.
fn options(folder: &Folder, command: &str) -> BTreeSet<String> {
    let help = folder.leadload(&[command, "--help"]).run();
    let words = help.stdout.lines().filter(|line| line.trim_start().starts_with('-')).flat_map(str::split_whitespace);
    let options = words.filter(|word| word.starts_with("--"));
    options.map(|word| word.trim_end_matches(|c: char| !c.is_ascii_lowercase()).to_owned()).collect()
}

fn commands(folder: &Folder) -> Vec<String> {
    let help = folder.leadload(&["--help"]).run();
    let list = help.stdout.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap().to_owned();
    // What is said of a command may go on in lines that stand further in.
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_shell_completes_every_command_and_option() {
    let folder = Folder::new();
    let options: BTreeSet<String> = commands(&folder).iter().flat_map(|command| options(&folder, command)).collect();
    assert!(options.len() > 70, "{options:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.leadload(&["completions", shell]).run();
        script.exits(0);
        for word in
            options.iter().map(|option| option.trim_start_matches('-')).chain(["reconcile", "doctor", "famulor"])
        {
            assert!(script.stdout.contains(word), "{shell} does not complete {word}");
        }
    }
    folder.leadload(&["completions", "tcsh"]).run().exits(2).says("possible values: bash");
    folder.leadload(&["completions"]).run().exits(2).says("<SHELL>");
}

#[test]
fn there_is_a_manual_page_for_every_command_with_its_options_and_exit_codes() {
    let folder = Folder::new().with("man/keep", "");
    folder.leadload(&["man", "--dir", "man"]).run().exits(0);
    for command in commands(&folder) {
        let page = folder.read(&format!("man/leadload-{command}.1"));
        assert_eq!(folder.leadload(&["man", &command]).run().stdout.trim(), page.trim());
        for option in options(&folder, &command) {
            let written = option.replace('-', "\\-");
            assert!(page.contains(&written), "the page of {command} lacks {option}");
        }
    }
    assert!(folder.read("man/leadload-import.1").contains("Exit codes"));
    for words in ["The campaign, by id", "with the summary as JSON on its standard input", "What a packed file"] {
        assert!(folder.read("man/leadload-import.1").contains(words), "what the short help leaves out is in the page");
    }
    assert!(folder.read("man/leadload.1").contains("leadload\\-import(1)"));
    folder.leadload(&["man", "improt"]).run().exits(2).says("name one of import,");
    for nested in ["show", "path", "schema", "variables"] {
        let page = folder.read(&format!("man/leadload-config-{nested}.1"));
        assert_eq!(folder.leadload(&["man", "config", nested]).run().exits(0).stdout.trim(), page.trim());
    }
    assert!(folder.read("man/leadload-config-show.1").contains("\\-\\-profile"));
    assert!(folder.read("man/leadload-config.1").contains("leadload\\-config\\-show(1)"));
    let has_help = folder.files().iter().any(|name| name.contains("help"));
    assert!(!has_help, "the commands that print help have no pages: {:?}", folder.files());
    folder.leadload(&["man", "--dir", "missing"]).run().exits(2).says("cannot be written");
}

/// The values that bash offers for `words`, the last of which is to be completed.
fn bash_offers(script: &Path, words: &[&str]) -> Option<Vec<String>> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let (before, last) = (words.len() - 2, words.len() - 1);
    let program = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={last}; \
         _leadload leadload \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{before}]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        quoted.join(" ")
    );
    let output = Command::new("bash").args(["--norc", "-c", &program]).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn a_real_bash_completes_commands_options_platforms_and_files() {
    let folder = Folder::new();
    folder.leadload(&["completions", "bash", "--dir", "."]).run().exits(0);
    let offers = |words: &[&str]| bash_offers(&folder.path("leadload.bash"), words);
    // Machines without bash have other shells.
    let Some(commands) = offers(&["leadload", "rec"]) else { return };
    assert_eq!(commands, ["reconcile"]);
    assert_eq!(offers(&["leadload", "import", "--campaign-c"]).unwrap(), ["--campaign-column"]);
    let platforms = offers(&["leadload", "import", "a.csv", "--platform", ""]).unwrap();
    assert_eq!(platforms, ["famulor", "aiployees", "otonistark", "web-wb", "autocalls", "pollybot"]);
    let platforms = offers(&["leadload", "config", "show", "--platform", "a"]).unwrap();
    assert_eq!(platforms, ["aiployees", "autocalls"]);
    assert_eq!(offers(&["leadload", "doctor", "--region", "D"]).unwrap(), ["DE", "DJ", "DK", "DM", "DO", "DZ"]);
    let script = folder.path("leadload.bash").display().to_string();
    assert_eq!(offers(&["leadload", "import", "--token-file", &script[..script.len() - 2]]).unwrap(), [script]);
}

/// The assets of the Debian package: what is taken, and from where.
fn assets() -> Vec<String> {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    assets.iter().map(|asset| asset[0].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_package_takes_only_what_is_there_or_what_the_program_generates() {
    let folder = Folder::new().with("man/keep", "").with("completions/keep", "");
    folder.leadload(&["man", "--dir", "man"]).run().exits(0);
    folder.leadload(&["completions", "--dir", "completions"]).run().exits(0);
    for asset in assets() {
        let (place, name) = match asset.strip_prefix("target/packaging/") {
            Some(generated) => (folder.path(""), generated),
            None => (root().to_owned(), asset.as_str()),
        };
        let (inside, last) = name.rsplit_once('/').unwrap_or((".", name));
        let is_there = match last.split_once('*') {
            _ if asset == "target/release/leadload" => true,
            None => place.join(name).is_file(),
            Some((start, end)) => std::fs::read_dir(place.join(inside)).unwrap().flatten().any(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                name.starts_with(start) && name.ends_with(end)
            }),
        };
        assert!(is_there, "there is no {asset}");
    }
}

#[test]
fn the_image_gets_all_that_the_build_needs_and_no_folder_that_may_hold_peoples_data() {
    let dockerfile = std::fs::read_to_string(root().join("Dockerfile")).unwrap();
    let ignored = std::fs::read_to_string(root().join(".dockerignore")).unwrap();
    let copied =
        dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--"));
    for name in copied.flat_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words[..words.len() - 1].to_vec()
    }) {
        assert!(root().join(name).exists(), "{name}");
        assert!(ignored.lines().any(|line| line == format!("!{name}")), ".dockerignore leaves out {name}");
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap().trim_end_matches('"');
    assert!(dockerfile.contains(&format!("FROM rust:{version}-alpine")), "the image's Rust is not {version}");
    assert!(dockerfile.contains(":nonroot") && ignored.lines().any(|line| line == "*"));
}
