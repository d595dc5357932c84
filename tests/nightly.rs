//! The files for nights: every command in them is one that the program takes, and does what their table says.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::harness::command::{Folder, Run, Server};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/nightly").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The values of a setting of a unit, with continued lines joined.
fn values(unit: &str, name: &str) -> Vec<String> {
    let joined = unit.replace("\\\n", " ");
    let of = |line: &str| line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
    joined.lines().filter_map(of).collect()
}

/// The arguments of the command of a service, or of the last line of a crontab.
fn arguments(command: &str) -> Vec<String> {
    let command = command.split(" 2>&1").next().unwrap();
    let mut words = command.split_whitespace().skip_while(|word| !word.ends_with("leadload"));
    words.next();
    words.map(str::to_owned).collect()
}

fn commands() -> [Vec<String>; 2] {
    let service = values(&document("leadload-nightly.service"), "ExecStart").remove(0);
    let crontab = document("crontab");
    [arguments(&service), arguments(crontab.lines().last().unwrap())]
}

/// A folder with what the machine has: the export, the token, and where results are kept.
fn machine(leads: &str) -> Folder {
    Folder::new().with("leads.csv", leads).with("token", "some-token\n").with("state/keep", "")
}

/// Runs the command as it stands, with this machine's paths, and `more`.
fn run(folder: &Folder, arguments: &[String], more: &[&str]) -> Run {
    let here = |word: &String| {
        let path = |name: &str| folder.path(name).display().to_string();
        word.replace("${CREDENTIALS_DIRECTORY}/token", &path("token"))
            .replace("/etc/leadload/token", &path("token"))
            .replace("/srv/leads/leads.csv", &path("leads.csv"))
            .replace("/var/lib/leadload", &path("state"))
    };
    let words: Vec<String> = arguments.iter().map(here).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    folder.leadload(&words).args(more).without_token().run()
}

#[test]
fn the_commands_run_as_they_stand_twice_into_the_sandbox() {
    for arguments in commands() {
        let folder = machine("Telefon;Stadt\n030 23125001;Berlin\n0171 3920001;Bonn\n");
        run(&folder, &arguments, &["--sandbox"]).exits(0);
        assert!(folder.files().contains(&"state/famulor-7.results.jsonl".to_owned()), "{:?}", folder.files());
        run(&folder, &arguments, &["--sandbox"]).exits(0);
        // The token is read where there is a platform.
        let server = Server::start();
        run(&folder, &arguments, &["--base-url", &server.url(), "--rate", "1000/s"]).exits(0);
        assert_eq!(server.numbers(), ["+491713920001", "+493023125001"]);
    }
}

#[test]
fn the_line_for_cron_prints_nothing_where_the_service_would_tell_nobody() {
    let crontab = document("crontab");
    let line = crontab.lines().last().unwrap();
    let command = line.splitn(6, ' ').last().unwrap();
    let silent = codes(&document("leadload-nightly.service"), "SuccessExitStatus");
    assert!(silent.contains(&1));
    for code in [0, 1, 2, 3, 4, 5, 6] {
        let folder = Folder::new().with("leadload", format!("#!/bin/sh\necho said\necho told >&2\nexit {code}\n"));
        let program = folder.path("leadload");
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", folder.path("").display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("sh").arg("-c").arg(command).env("PATH", path).output().unwrap();
        let mailed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(mailed, if code <= 1 { "" } else { "said\ntold\n" }, "{code}");
    }
}

#[test]
fn the_line_for_cron_can_keep_the_summary_as_json_and_mail_the_rest() {
    let kept = document("README.md").split("write `").nth(1).unwrap().split('`').next().unwrap().to_owned();
    let folder = machine("phone_number\n+493023125001\n");
    let here = folder.path("last-night.json").display().to_string();
    let redirection = kept.replace("/var/lib/leadload/last-night.json", &here);
    let program = env!("CARGO_BIN_EXE_leadload");
    let command = format!("out=$({program} import leads.csv --sandbox --json -v {redirection}); echo \"$out\"");
    let output = Command::new("sh").arg("-c").arg(command).current_dir(folder.path("")).output().unwrap();
    let summary: serde_json::Value = serde_json::from_str(&folder.read("last-night.json")).unwrap();
    assert_eq!(summary["totals"]["leads"], 1);
    assert!(String::from_utf8_lossy(&output.stdout).contains("run begins"), "{output:?}");
}

#[test]
fn a_night_that_overlaps_another_ends_with_5_and_sends_nothing() {
    for arguments in commands() {
        let folder = machine("phone_number\n+493023125001\n");
        run(&folder, &arguments, &["--sandbox"]).exits(0);
        let results = std::fs::File::open(folder.path("state/famulor-7.results.jsonl")).unwrap();
        results.lock().unwrap();
        run(&folder, &arguments, &["--sandbox"]).exits(5).says("another leadload is running with this results file");
        results.unlock().unwrap();
    }
}

/// The exit codes that a unit lists.
fn codes(unit: &str, name: &str) -> Vec<u8> {
    values(unit, name).iter().flat_map(|value| value.split_whitespace()).map(|code| code.parse().unwrap()).collect()
}

#[test]
fn only_leads_in_doubt_are_run_again_and_every_exit_code_is_explained() {
    let unit = document("leadload-nightly.service");
    let (success, never_again) = (codes(&unit, "SuccessExitStatus"), codes(&unit, "RestartPreventExitStatus"));
    assert_eq!(values(&unit, "Restart"), ["on-failure"]);
    let again: Vec<u8> = [1, 2, 3, 4, 5, 6, 130]
        .into_iter()
        .filter(|code| !success.contains(code) && !never_again.contains(code))
        .collect();
    assert_eq!(again, [4]);
    let readme = document("README.md");
    for code in [0, 1, 2, 3, 4, 5, 6, 130] {
        assert!(readme.contains(&format!("\n| {code} | ")), "the table lacks {code}");
    }
    for setting in ["OnFailure", "StartLimitBurst", "LoadCredential", "RestartSec", "TimeoutStopSec", "StateDirectory"]
    {
        assert!(readme.contains(setting) && !values(&unit, setting).is_empty(), "{setting}");
    }
}

#[test]
fn a_run_that_ends_at_a_time_of_day_is_not_started_again_after_it() {
    let unit = document("leadload-nightly.service");
    let ends = commands().concat().iter().any(|word| word.starts_with("--until"));
    assert!(!ends || codes(&unit, "RestartPreventExitStatus").contains(&3), "it would go on until the next day's time");
}

#[test]
fn the_units_are_right_where_systemd_can_say_so() {
    let folder = Folder::new();
    let units = ["leadload-nightly.service", "leadload-nightly.timer", "leadload-nightly-failed.service"];
    for unit in units {
        let text = document(unit).replace("=leadload ", concat!("=", env!("CARGO_BIN_EXE_leadload"), " "));
        folder.write(unit, text);
    }
    let paths = units.map(|unit| folder.path(unit));
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&paths).output();
    // Most machines that develop have none, and no test can be had without it.
    let Ok(verified) = verified else { return };
    let said = String::from_utf8_lossy(&verified.stderr);
    // Those before 254 do not know it, and need it not: docs/nightly/README.md.
    let is_newer = |line: &str| line.contains("Unknown key") && line.contains("'RestartMode'");
    let about_ours: Vec<&str> = said.lines().filter(|line| line.contains("leadload") && !is_newer(line)).collect();
    assert!(about_ours.is_empty(), "{said}");
}
