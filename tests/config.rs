//! What is configured: where it can be said, what wins, and how it is shown.

use serde_json::{Value, json};

use crate::harness::command::{Folder, Server};

const ONE: &str = "phone_number\n+493023125001\n";

#[test]
fn options_about_columns_can_be_said_in_the_environment() {
    let folder = Folder::with_leads("Tel;Vorname;Nachname;Notiz\n030 23125001;Ada;L, Byron;x\n");
    let run = folder
        .import("leads.csv")
        .args(&["--dry-run", "--json"])
        .env("LEADLOAD_SANDBOX", "true")
        .env("LEADLOAD_REGION", "DE")
        .env("LEADLOAD_PHONE_COLUMN", "Tel")
        .env("LEADLOAD_TEMPLATE", "name={{ Vorname }}, {{ Nachname }}\nsalutation=Hallo {{ Vorname }}")
        .env("LEADLOAD_EXCLUDE", "Notiz\n*name")
        .run();
    let variables = &run.exits(0).json()["requests"][0]["variables"];
    assert_eq!(variables, &json!({ "name": "Ada, L, Byron", "salutation": "Hallo Ada" }));
}

#[test]
fn options_about_reading_can_be_said_in_the_environment_and_in_files() {
    let folder = Folder::with_leads("A title\n\nphone_number|name\n+493023125001|Ada\n+493023125002|Bo\n");
    let dry = |more: &[&str]| folder.import("leads.csv").args(&["--json", "--sandbox"]).args(more);
    let environment =
        dry(&[]).env("LEADLOAD_HEADER_ROW", "3").env("LEADLOAD_LIMIT", "1").env("LEADLOAD_DRY_RUN", "yes");
    assert_eq!(environment.run().exits(0).json()["totals"]["rows"], 1);
    folder.write("c.toml", "header_row = 3\ndelimiter = '|'\ndry_run = true\nlimit = 1\njson = true\n");
    let file = folder.import("leads.csv").args(&["--sandbox", "--config", "c.toml"]).run();
    assert_eq!(file.exits(0).json()["totals"]["rows"], 1);
    // The word on the command line is the stronger one.
    dry(&["--config", "c.toml", "--no-header"]).run().says("column_1");
}

#[test]
fn a_profile_and_its_file_can_be_named_in_the_environment() {
    let folder = Folder::with_leads(ONE).with("c.toml", "[profiles.acme]\nplatform = 'famulor'\ncampaign = 12\n");
    let plan = |profile: &str| {
        let import = folder.import("leads.csv").args(&["--dry-run"]).env("LEADLOAD_CONFIG", "c.toml");
        import.env("LEADLOAD_PROFILE", profile).run()
    };
    plan("acme").exits(0).says("famulor.de/api campaign 12");
    plan("amce").exits(2).says("did you mean \"acme\"?");
}

#[test]
fn a_decision_about_one_run_is_not_heard_in_the_environment_or_in_files() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE).with("c.toml", "in_doubt = 'resend'\n"));
    folder.import("leads.csv").to(&server).args(&["--config", "c.toml"]).run().exits(2).says("c.toml, line 1");
    folder.import("leads.csv").to(&server).env("LEADLOAD_IN_DOUBT", "nonsense").run().exits(0);
}

#[test]
fn a_bad_value_is_named_with_its_file_and_line() {
    let folder = Folder::with_leads(ONE).with("c.toml", "# mine\n\ntimeout = 'soon'\n[mapping]\nfone = 'x'\n");
    let import = || folder.import("leads.csv").args(&["--sandbox", "--config", "c.toml"]).run();
    import().exits(2).says("c.toml, line 5: [mapping]: there is no \"fone\"; did you mean \"phone\"?");
    folder.write("c.toml", "# mine\n\ntimeout = 'soon'\n");
    import().exits(2).says("timeout in c.toml, line 3 cannot be used");
}

fn shown(folder: &Folder) -> Value {
    let args = [
        "config",
        "show",
        "in/leads.csv",
        "--config",
        "c.toml",
        "--profile",
        "acme",
        "--rate",
        "5/s",
        "--variable",
        "a=A",
    ];
    let command = folder.leadload(&args).args(&["--json"]).env("LEADLOAD_REGION", "DE").env("LEADLOAD_EMPTY", "send");
    command.run().exits(0).json()
}

fn configured() -> Folder {
    let config =
        "platform = 'famulor'\nrate = '1/s'\ntoken_command = 'pass show secret-name'\n[profiles.acme]\ncampaign = 7\n";
    Folder::new()
        .with("in/leads.csv", ONE)
        .with("in/leadload.toml", "yes = true\n[mapping]\nphone = 'Tel'\nvariables = { b = 'B' }\n")
        .with("c.toml", config)
}

#[test]
fn what_is_in_force_is_shown_with_where_it_comes_from() {
    let shown = shown(&configured());
    let of = |name: &str| shown["settings"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap().clone();
    assert_eq!(
        of("rate"),
        json!({ "name": "rate", "values": ["5/s"], "from": { "kind": "option", "name": "--rate" } })
    );
    assert_eq!(of("region")["from"], json!({ "kind": "environment", "name": "LEADLOAD_REGION" }));
    assert_eq!(of("campaign")["from"], json!({ "kind": "profile", "file": "c.toml", "profile": "acme", "line": 5 }));
    assert_eq!(of("platform")["from"], json!({ "kind": "file", "file": "c.toml", "line": 1 }));
    assert_eq!((&of("timeout")["values"], &of("timeout")["from"]), (&json!(["30s"]), &json!({ "kind": "default" })));
    let key = |name: &str| shown["mapping"].as_array().unwrap().iter().find(|it| it["key"] == name).unwrap().clone();
    assert_eq!(key("phone")["from"], json!({ "kind": "file", "file": "in/leadload.toml", "line": null }));
    assert_eq!(key("variables.a")["from"], json!({ "kind": "option", "name": "--variable" }));
    assert_eq!(key("variables.b")["value"], "B");
    assert_eq!(key("empty")["from"], json!({ "kind": "environment", "name": "LEADLOAD_EMPTY" }));
    assert!(shown["notes"][0].as_str().unwrap().contains("left out yes"), "{shown:#}");
}

#[test]
fn secrets_are_hidden() {
    let folder = configured();
    let show = |more: &[&str]| {
        let args = ["config", "show", "in/leads.csv", "--config", "c.toml", "--notify-cmd", "HOOK=secret-hook curl"];
        folder.leadload(&[&args[..], more].concat()).run()
    };
    for more in [&[][..], &["--json"]] {
        let run = show(more);
        run.exits(0).says_nothing_of("secret").says_nothing_of("tok-").says("pass (hidden)").says("LEADLOAD_TOKEN");
    }
}

#[test]
fn what_is_shown_to_people_is_a_table() {
    let folder = configured();
    let args = ["config", "show", "in/leads.csv", "--config", "c.toml", "--profile", "acme", "--rate", "5/s"];
    let run = folder.leadload(&args).without_token().run();
    let said = run.exits(0).stdout.split("\nNot said").next().unwrap();
    insta::assert_snapshot!(said, @r#"
    Configuration files, the strongest first
      c.toml (profiles: acme)
      in/leadload.toml (beside the input: only its [mapping] and region)

    Token: (hidden) from token_command

    Said
      platform       famulor        c.toml, line 1
      campaign       7              profile acme of c.toml, line 5
      token_command  pass (hidden)  c.toml, line 3
      config         c.toml         --config
      profile        acme           --profile
      rate           5/s            --rate

    Columns ([mapping])
      phone        "Tel"  in/leadload.toml
      variables.b  "B"    in/leadload.toml
    "#);
}

#[test]
fn ones_own_file_is_where_the_path_says() {
    let folder = Folder::with_leads(ONE);
    let run = folder.leadload(&["config", "path"]).run();
    let path = run.exits(0).stdout.trim().to_owned();
    assert_eq!(path, folder.path("config/leadload/config.toml").display().to_string());
    folder.write("config/leadload/config.toml", "region = 'FR'\n");
    folder.leadload(&["config", "show"]).run().exits(0).says("region").says("FR").says("config.toml, line 1");
}

#[test]
fn the_schema_takes_what_the_program_takes_and_refuses_what_it_refuses() {
    let folder = Folder::with_leads(ONE);
    let schema = folder.leadload(&["config", "schema"]).run().exits(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let valid = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        validator.is_valid(&serde_json::to_value(value).unwrap())
    };
    for text in [
        "platform = 'famulor'\nrate = ['60/min', '1000/h']\ncampaign = 7\nyes = true\nmax_in_doubt = 5\n",
        "[mapping]\nphone = ['Mobil', 'Telefon']\nempty = 'send'\nphone_preference = ['mobile', 'company']\n",
        "[mapping.variables]\na = 'A'\nb = { template = '{{ A }}', default = 'x', type = 'list' }\n",
        "[profiles.acme]\ncampaign = 'x'\n[profiles.acme.mapping]\nprimary_when = { column = 'a', is = 'b' }\n",
        include_str!("../fixtures/crm-export-de.toml"),
    ] {
        folder.write("c.toml", text);
        folder.leadload(&["config", "show", "--config", "c.toml"]).run().exits(0);
        assert!(valid(text), "{text}");
    }
    for text in [
        "campain = 7\n",
        "yes = 'maybe'\n",
        "progress = 'sometimes'\n",
        "phone_column = 'x'\n",
        "[mapping]\nfone = 'x'\n",
        "[mapping]\nempty = 'sned'\n",
        "[mapping.variables]\na = { colum = 'x' }\n",
        "[profiles.acme.profiles.x]\n",
        "[mappings]\n",
    ] {
        assert!(!valid(text), "{text}");
    }
}

#[test]
fn the_documented_table_of_variables_is_the_one_that_the_program_prints() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CONFIGURATION.md");
    let document = std::fs::read_to_string(path).unwrap();
    let marked = document.split_once("<!-- variables: printed by leadload config variables -->\n");
    let documented = marked.and_then(|(_, rest)| rest.split_once("<!-- variables end -->")).unwrap().0;
    let printed = Folder::new().leadload(&["config", "variables"]).run().exits(0).stdout.clone();
    assert!(documented == printed, "put what leadload config variables prints into docs/CONFIGURATION.md");
}

#[test]
fn a_mistyped_variable_is_told_by_every_command_also_where_it_is_to_be_quiet() {
    let folder = Folder::with_leads(ONE);
    let told = "LEADLOAD_SUPRESS is not heard: there is no such variable; did you mean LEADLOAD_SUPPRESS?";
    let warned = format!("warning: {told}");
    let leadload = |args: &[&str]| folder.leadload(args).env("LEADLOAD_SUPRESS", "dnc.csv").without_token().run();
    leadload(&["import", "leads.csv", "--sandbox", "--quiet"]).exits(0).says(&warned);
    leadload(&["update", "leads.csv", "--sandbox", "--dry-run"]).exits(0).says(&warned);
    leadload(&["check", "leads.csv", "--quiet"]).exits(0).says(&warned);
    leadload(&["init", "leads.csv", "--quiet"]).exits(0).says(&warned);
    leadload(&["undo", "sandbox-7.results.jsonl", "--dry-run", "--quiet"]).exits(0).says(&warned);
    leadload(&["config", "show"]).exits(0).says(told);
    let json = leadload(&["config", "show", "--json"]).exits(0).json();
    assert_eq!(json["notes"][0], told);
    leadload(&["doctor", "--sandbox"])
        .exits(0)
        .says("note configuration LEADLOAD_SUPRESS is not heard")
        .says("unset it");
    folder.import("leads.csv").into_sandbox().env("LEADLOAD_NOTIFY_RUN", "r").run().exits(0).says_nothing_of("warning");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_heard_and_not_left_out() {
    use std::os::unix::ffi::OsStrExt;
    // Left out, another results file would be taken, and everybody be sent once more.
    let folder = Folder::with_leads(ONE);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadload"));
    command.args(["import", "leads.csv", "--sandbox"]).current_dir(folder.path(".")).env("HOME", folder.path("."));
    command.env("LEADLOAD_RESULTS", std::ffi::OsStr::from_bytes(b"k\xfcche.results.jsonl"));
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert_eq!(folder.results().unwrap(), "k\u{fffd}che.results.jsonl");
}

#[test]
fn a_mistyped_section_in_a_file_beside_the_input_stops_the_import() {
    let folder = Folder::with_leads(ONE).with("leadload.toml", "[maping]\nphone = 'phone_number'\n");
    let run = folder.import("leads.csv").into_sandbox().run();
    run.exits(2).says("leadload.toml, line 1: there is no section [maping]; did you mean [mapping]?");
}

#[cfg(unix)]
#[test]
fn without_home_the_configuration_is_that_of_the_user_as_services_of_the_system_need_it() {
    let is_known = std::process::Command::new("id").arg("-un").output().is_ok_and(|output| output.status.success());
    // In some containers the user has no name and no home.
    if !is_known {
        return;
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadload"));
    let output = command.args(["config", "path"]).env_clear().output().unwrap();
    let path = String::from_utf8(output.stdout).unwrap();
    assert!(
        path.trim().ends_with("/.config/leadload/config.toml"),
        "{path}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
