//! What ends a command names the thing, the value and what to do, in one form, whatever it is.

use crate::harness::command::{Folder, Run};

/// Files that the commands below name.
fn folder() -> Folder {
    let platform = include_str!("../examples/platforms/hubspot-shaped.toml");
    Folder::with_leads("phone_number\n+493023125001\n")
        .with("leadload.toml", "[mapping]\nphone = 'phone_number'\n")
        .with("hubspot-shaped.toml", platform)
        .with("no-profiles.toml", "region = 'DE'\n")
        .with("profiles.toml", "[profiles.acme]\nregion = 'DE'\n")
        .with("empty.results.jsonl", "")
        .with("latin1.toml", b"# Gr\xfc\xdfe\n")
        .with("sub/keep", "")
}

/// The line that says what to do.
fn what_to_do(run: &Run) -> Option<&str> {
    run.stderr.lines().find_map(|line| line.strip_prefix("  what to do: "))
}

/// It ends with `code`, and says `words` after `error:` and what to do on a line of its own.
#[track_caller]
fn refuses(run: &Run, code: i32, words: &str) {
    run.exits(code).says("error: ").says(words);
    run.claim(what_to_do(run).is_some_and(|advice| !advice.is_empty()), "it says what to do on a line of its own");
}

#[test]
fn what_cannot_be_used_is_named_with_its_value_and_what_to_do() {
    let folder = folder();
    for (option, value, words) in [
        ("--rate", "fast", "--rate cannot be used: \"fast\" is not a rate"),
        ("--concurrency", "0", "\"0\" is no number of requests"),
        ("--timeout", "soon", "\"soon\" is not a length of time"),
        ("--timeout", "0s", "--timeout is no time at all"),
        ("--max-failures", "some", "\"some\" is neither a number of leads nor a share of them"),
        ("--until", "late", "\"late\" is not a time"),
        ("--until", "2020-01-01T08:00", "2020-01-01T08:00 is over"),
        ("--region", "Atlantis", "\"Atlantis\" is not a country"),
        ("--types", "fax", "\"fax\" is no type of number"),
        ("--types", "", "--types names no type of number"),
        ("--other-numbers", "all", "--other-numbers cannot be used: \"all\""),
        ("--on-exists", "delete", "--on-exists cannot be used: \"delete\""),
        ("--phone-preference", "fax", "\"fax\" is no kind of phone column"),
        ("--format", "pdf", "\"pdf\" is no format"),
        ("--delimiter", "ab", "--delimiter cannot be used: \"ab\" is no delimiter"),
        ("--encoding", "klingon", "--encoding cannot be used: \"klingon\" is no encoding"),
        ("--max-unpacked", "much", "--max-unpacked cannot be used: \"much\" is no size"),
        ("--primary-when", "a", "--primary-when \"a\" has no ="),
        ("--variable", "a", "--variable \"a\" has no ="),
        ("--temp-dir", "missing", "--temp-dir: missing is no folder"),
        ("--log", "missing/run.log", "--log: missing/run.log cannot be opened"),
        ("--config", "missing.toml", "the configuration file missing.toml cannot be read"),
        ("--config", "latin1.toml", "the configuration file latin1.toml is not UTF-8"),
        ("--platform-file", "missing.toml", "the platform file missing.toml cannot be read"),
    ] {
        refuses(&folder.import("leads.csv").args(&["--sandbox", option, value]).run(), 2, words);
    }
}

#[test]
fn what_stands_in_the_environment_is_named_by_its_variable() {
    let folder = folder();
    for (variable, value, words) in [
        ("LEADLOAD_RATE", "fast", "LEADLOAD_RATE cannot be used: \"fast\""),
        ("LEADLOAD_LIMIT", "ten", "LEADLOAD_LIMIT cannot be used: \"ten\" is not a whole number"),
        ("LEADLOAD_VERBOSE", "very", "LEADLOAD_VERBOSE cannot be used: \"very\" is not a whole number"),
        ("LEADLOAD_YES", "perhaps", "LEADLOAD_YES cannot be used: \"perhaps\" is neither true nor false"),
        ("LEADLOAD_EMPTY", "keep", "LEADLOAD_EMPTY cannot be used: \"keep\""),
        ("LEADLOAD_CHECK_VARIABLES", "no", "LEADLOAD_CHECK_VARIABLES cannot be used: \"no\""),
        ("LEADLOAD_PROGRESS", "sometimes", "LEADLOAD_PROGRESS cannot be used: \"sometimes\""),
        ("LEADLOAD_LOG_FORMAT", "xml", "LEADLOAD_LOG_FORMAT cannot be used: \"xml\""),
        ("LEADLOAD_HEADER_ROW", "0", "LEADLOAD_HEADER_ROW is 0"),
        ("LEADLOAD_ENCODING", "klingon", "LEADLOAD_ENCODING cannot be used: \"klingon\""),
        ("LEADLOAD_PLATFORM", "famulr", "LEADLOAD_PLATFORM cannot be used: there is no platform \"famulr\""),
    ] {
        refuses(&folder.import("leads.csv").args(&["--sandbox"]).env(variable, value).run(), 2, words);
    }
}

#[test]
fn what_is_missing_or_does_not_go_together_says_what_to_do() {
    let folder = folder();
    let autocalls = ["--platform", "autocalls"];
    for (args, words) in [
        (&["import", "leads.csv"][..], "no platform"),
        (&["import", "leads.csv", "--platform", "famulor"], "no campaign"),
        (&["import", "leads.csv", "--platform", "pollybot", "--base-url", "https://a.example"], "no chatbot"),
        (&["import", "leads.csv", "--platform", "pollybot", "--chatbot", "x"], "needs its address"),
        (&["import", "leads.csv", "--platform", "custom"], "--platform custom needs a description"),
        (&["import", "leads.csv", "--platform-file", "hubspot-shaped.toml", "--sandbox"], "--sandbox cannot stand in"),
        (&["import", "leads.csv", "--platform-file", "hubspot-shaped.toml", "--platform", "famulor"], "names another"),
        (&["import", "leads.csv", "--sandbox", "--profile", "acme"], "there is no profile \"acme\""),
        (&["import", "leads.csv", "--sandbox", "--config", "no-profiles.toml", "--profile", "a"], "it has no profiles"),
        (
            &["import", "leads.csv", "--sandbox", "--config", "profiles.toml", "--profile", "a"],
            "did you mean \"acme\"?",
        ),
        (&["import", "leads.csv", "--sandbox", "--skip-rows", "3", "--header-row", "2"], "--header-row names row 2"),
        (&["import", "leads.csv", "--sandbox", "--scattered"], "--scattered puts the rows of groups together"),
        (&["import", "leads.csv", "--sandbox", "--skip-existing", "--allow-duplicates"], "contradict each other"),
        (&["import", "leads.csv", "--sandbox", "--variable", "a=b", "--constant", "a=c"], "is given twice"),
        (&["update", "leads.csv", "--sandbox", "--on-exists", "skip"], "--on-exists is about creating leads"),
        (&["init", "leads.csv"], "leadload.toml: there is one already"),
        (&["init", "leads.csv", "leads.csv"], "init looks at one file"),
        (&["init", "sub/leads.csv", "--exclude", "a"], "init writes what it recognises"),
        (&["schema", "sumary"], "there is no schema \"sumary\""),
        (&["man", "improt"], "there is no command \"improt\""),
        (&["man", "config", "shwo"], "there is no command \"shwo\""),
        (&["sandbox", "--chaos", "2"], "--chaos 2 is no share"),
        (&["sandbox", "--latency", "long"], "--latency cannot be used: \"long\""),
        (&["sandbox", "--rate", "fast"], "--rate cannot be used: \"fast\""),
        (&["results", "empty.results.jsonl", "--country", "Atlantis"], "\"Atlantis\" is no country"),
        (&["results", "empty.results.jsonl", "--phone", "12"], "\"12\" is not a phone number"),
    ] {
        refuses(&folder.leadload(args).run(), 2, words);
    }
    for (url, words) in [
        ("nowhere", "\"nowhere\" is not a web address"),
        ("http://a.example", "\"http://a.example\" is not encrypted"),
        ("https://ada:secret@a.example", "holds a user name"),
    ] {
        let run = folder.import("leads.csv").args(&autocalls).args(&["--campaign", "7", "--base-url", url]).run();
        refuses(run.says_nothing_of("secret"), 2, words);
    }
}

#[test]
fn where_no_token_can_be_had_it_says_what_to_do() {
    let folder = folder();
    let import = || folder.import("leads.csv").args(&["--platform", "famulor", "--campaign", "7"]).without_token();
    refuses(&import().run(), 2, "there is no token");
    refuses(&import().args(&["--token-file", "missing"]).run(), 2, "the token file missing cannot be read");
    refuses(&import().args(&["--token-file", "sub"]).run(), 2, "the token file sub cannot be read");
    refuses(&import().args(&["--token-command", "exit 3"]).run(), 2, "the token command failed");
    refuses(&import().args(&["--token-command", "true"]).run(), 2, "what the token command printed");
}

#[test]
fn what_the_parser_of_the_command_line_says_is_whole_in_the_json() {
    let folder = folder();
    let json = folder.leadload(&["import", "--json"]).run().exits(2).json();
    assert!(json["reason"].as_str().unwrap().contains("<FILE>..."), "{json}");
    let json = folder.leadload(&["import", "leads.csv", "--json", "--campain", "7"]).run().exits(2).json();
    let reason = json["reason"].as_str().unwrap();
    assert!(reason.contains("--campaign") && !reason.contains("Usage"), "{json}");
}

#[test]
fn what_is_not_there_is_named_with_what_to_do() {
    let folder = folder();
    refuses(&folder.import("gone.csv").into_sandbox().run(), 6, "gone.csv: cannot be opened");
    let elsewhere = ["--results", "missing/r.results.jsonl"];
    refuses(&folder.import("leads.csv").into_sandbox().args(&elsewhere).run(), 5, "r.results.jsonl: cannot open it");
    for command in [&["report"][..], &["results"], &["undo"], &["reconcile"], &["forget", "+493023125001"]] {
        refuses(&folder.leadload(&[command, &["gone.results.jsonl"]].concat()).run(), 5, "gone.results.jsonl");
    }
}
