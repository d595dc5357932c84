//! `leadload doctor` looks at all that an import needs, and creates nothing.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use leadload::sandbox::{Fault, Faults, RequestKind};
use serde_json::Value;

use crate::harness::command::{Folder, Run, Server, TOKEN};

/// The only finding of this kind, of `--json`.
#[track_caller]
fn finding(run: &Run, check: &str) -> Value {
    let json = run.json();
    let found: Vec<&Value> = json["findings"].as_array().unwrap().iter().filter(|it| it["check"] == check).collect();
    let worst = found.iter().find(|it| it["condition"] == "problem").or(found.last());
    worst.map_or_else(|| panic!("nothing about {check}: {json:#}"), |&it| it.clone())
}

#[track_caller]
fn is(run: &Run, check: &str, condition: &str, words: &str) {
    let found = finding(run, check);
    let message = found["message"].as_str().unwrap();
    run.claim(found["condition"] == condition && message.contains(words), &format!("{check} is {condition}: {words}"));
}

#[test]
fn all_is_well_with_a_platform_that_works_and_nothing_is_created() {
    let server = Server::with(|options| {
        options.assistant_variables = vec!["customer_name".to_owned(), "city".to_owned()];
        options.rate_limits = vec![(60_000, Duration::from_mins(1))];
    });
    let folder = Folder::new();
    let run = folder.leadload(&["doctor", "--json", "--campaign", "Spring campaign"]).into_server(&server).run();
    run.exits(0);
    is(&run, "platform", "ok", "autocalls at http://127.0.0.1");
    is(&run, "token", "ok", "accepted by the platform");
    is(&run, "host", "ok", "connected to 127.0.0.1");
    is(&run, "proxy", "ok", "none");
    is(&run, "clock", "ok", "from the server's");
    is(&run, "campaign", "ok", "7 \"Spring campaign\" (paused, held back)");
    is(&run, "rate", "ok", "1000/s is kept; the platform allows 60,000 in its window");
    is(&run, "variables", "ok", "the assistants know city, customer_name");
    is(&run, "results", "ok", "can be written");
    is(&run, "temporary files", "ok", "can be written");
    assert_eq!(
        run.json()["campaigns"][2],
        serde_json::json!({
            "id": "9", "name": "Live campaign", "status": "in-progress", "live": true
        })
    );
    assert_eq!((server.requests(RequestKind::Create), server.arrivals().len()), (0, 4));
    assert!(folder.files().is_empty(), "{:?}", folder.files());
}

#[test]
fn the_sandbox_and_a_chatbot_are_examined_as_well() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n"));
    let run = folder.leadload(&["doctor", "leads.csv", "--sandbox"]).without_token().run();
    run.exits(0)
        .says("the sandbox inside this program")
        .says("sandbox-7.results.jsonl: not there yet; it can")
        .says("0 problems");
    folder.leadload(&["doctor", "--sandbox", "--platform", "pollybot"]).without_token().run().exits(0);
    let run = folder.leadload(&["doctor"]).into_pollybot(&server).run();
    run.exits(0).says("pollybot at http://127.0.0.1").says("accepted by the platform").says_nothing_of("campaign ");
    assert_eq!(folder.files(), ["leads.csv"]);
    folder
        .leadload(&["doctor", "--platform", "pollybot", "--base-url", &server.url()])
        .run()
        .exits(2)
        .says("--chatbot");
}

#[test]
fn the_arguments_of_an_import_can_stay_as_they_are() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n"));
    let rest = ["--region", "DE", "--dry-run", "--exclude", "Notiz", "--skip-existing", "--yes", "--types", "mobile"];
    folder.leadload(&["doctor", "leads.csv"]).to(&server).args(&rest).run().exits(0).says("autocalls-7.results.jsonl");
    let run = folder.leadload(&["doctor", "leads.csv"]).to(&server).args(&["--region", "Atlantis"]).run();
    run.exits(2).says("\"Atlantis\" is not a country");
}

#[test]
fn with_nothing_said_it_says_what_is_missing_and_looks_at_the_rest() {
    let folder = Folder::new();
    let run = folder.leadload(&["doctor"]).without_token().run();
    run.exits(2)
        .says("PROBLEM platform")
        .says("--platform (famulor,")
        .says("configuration no file")
        .says("temporary files");
    let server = Server::start();
    let to_server = ["doctor", "--platform", "autocalls", "--base-url", &server.url(), "--rate", "1000/s"];
    let run = folder.leadload(&to_server).run();
    run.exits(2).says("none was named; there are 3 campaigns").says("9 \"Live campaign\" (in-progress, live)");
    let run = folder.leadload(&to_server).without_token().run();
    run.exits(2).says("there is no token").says("host 127.0.0.1").says("rate 1000/s is kept");
    assert_eq!(server.arrivals().len(), 5, "without a token there is one question");
}

#[test]
fn a_token_that_is_refused_is_told_and_never_shown() {
    let server = Server::with(|options| options.token = Some("another".to_owned()));
    let run = Folder::new().leadload(&["doctor"]).to(&server).run();
    run.exits(3).says("does not accept the token").says("from the environment variable LEADLOAD_TOKEN");
    run.says_nothing_of(TOKEN);
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_is_noted() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (Server::start(), Folder::new().with("token", "some-token\n"));
    let allow = |mode| std::fs::set_permissions(folder.path("token"), PermissionsExt::from_mode(mode)).unwrap();
    let doctor = || folder.leadload(&["doctor", "--token-file", "token"]).to(&server);
    allow(0o644);
    doctor().without_token().run().exits(0).says("other users of this machine can read it").says("chmod 600");
    allow(0o600);
    doctor().without_token().run().exits(0).says_nothing_of("other users").says("from the file token (--token-file)");
    doctor().run().exits(0).says("LEADLOAD_TOKEN, so not by --token-file");
}

#[test]
fn a_server_that_cannot_be_reached_is_told_with_the_step_that_failed() {
    let folder = Folder::new();
    // A port that nobody listens on, as nobody else can take it meanwhile.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = taken.local_addr().unwrap().port();
    drop(taken);
    let doctor =
        |url: &str| folder.leadload(&["doctor", "--platform", "famulor", "--campaign", "7", "--base-url", url]).run();
    doctor(&format!("http://127.0.0.1:{free}")).exits(3).says("PROBLEM host").says("cannot be connected to on port");
    let run = doctor("https://no-such-host.invalid");
    run.exits(3).says("the name no-such-host.invalid cannot be looked up").says("how --base-url is spelt");
    let server = Server::start();
    let run = doctor(&format!("{}/elsewhere", server.url()));
    run.exits(2).says("which is not what the API does");
    doctor("http://app.example.com").exits(2).says("is not encrypted");
}

#[test]
fn a_proxy_in_force_is_named_without_its_password() {
    let folder = Folder::new();
    let doctor = folder.leadload(&["doctor", "--platform", "famulor", "--campaign", "7"]);
    // Nobody listens on port 9 of this machine: nothing leaves it.
    let run = doctor.env("HTTPS_PROXY", "http://ada:hunter2@127.0.0.1:9").run();
    run.exits(3).says("http://127.0.0.1:9 (from HTTPS_PROXY").says("PROBLEM proxy").says_nothing_of("hunter2");
}

#[test]
fn a_campaign_that_is_unknown_or_calls_at_once_is_told() {
    let (server, folder) = (Server::start(), Folder::new());
    let doctor = |campaign: &str| folder.leadload(&["doctor", "--campaign", campaign]).into_server(&server).run();
    doctor("Sprng").exits(2).says("there is no campaign \"Sprng\"").says("7 \"Spring campaign\" (paused, held back)");
    doctor("9").exits(0).says("note campaign").says("leads are called as soon as they are created").says("add --yes");
}

#[test]
fn clocks_that_differ_and_rates_that_are_too_fast_are_noted() {
    let server = Server::with(|options| {
        options.clock_offset = SignedDuration::from_mins(7);
        options.rate_limits = vec![(60, Duration::from_mins(1))];
    });
    let run = Folder::new().leadload(&["doctor", "--json"]).to(&server).run();
    run.exits(0);
    is(&run, "clock", "note", "behind the server's");
    is(&run, "rate", "note", "1000/s is kept; the platform allows 60 in its window");
    assert!(finding(&run, "rate")["what_to_do"].as_str().unwrap().contains("--rate 60/min"));
}

#[test]
fn it_keeps_the_pace_and_its_distance_from_the_last_run() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n"));
    folder.import("leads.csv").to(&server).run().exits(0);
    let before = server.arrivals().len();
    let began = Instant::now();
    folder.leadload(&["doctor", "leads.csv"]).to(&server).args(&["--rate", "4/s"]).run().exits(0);
    let arrivals: Vec<Duration> = server.arrivals().iter().skip(before - 1).map(|(at, _)| *at).collect();
    assert_eq!(arrivals.len(), 5, "the last one of the import, and four questions");
    // Questions may be held up one by one on a busy machine; no second holds more than four all the same.
    assert!(arrivals[4].saturating_sub(arrivals[0]) >= Duration::from_secs(1), "{arrivals:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[cfg(unix)]
#[test]
fn while_a_run_is_under_way_the_platform_is_not_asked() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n"));
    folder.import("leads.csv").to(&server).run().exits(0);
    let before = server.arrivals().len();
    let file = std::fs::File::open(folder.path("autocalls-7.results.jsonl")).unwrap();
    file.lock().unwrap();
    let run = folder.leadload(&["doctor", "leads.csv"]).to(&server).run();
    run.exits(5).says("another leadload is running").says("the platform was not asked");
    assert_eq!(server.arrivals().len(), before);
    file.unlock().unwrap();
    let text = folder.read("autocalls-7.results.jsonl");
    folder.leadload(&["doctor", "leads.csv"]).to(&server).run().exits(0).says("1 lead on the platform by it");
    assert_eq!(folder.read("autocalls-7.results.jsonl"), text, "the results file is only read");
}

#[test]
fn leads_in_doubt_and_a_file_that_is_none_of_ours_are_told() {
    let server = Server::with(|options| {
        options.create_faults = Faults::script([Some(Fault::ResetAfter)]);
        options.list_faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
    });
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    folder.import("leads.csv").to(&server).run().exits(4);
    let run = folder.leadload(&["doctor", "leads.csv"]).to(&server).run();
    run.exits(0).says("note results").says("1 in doubt: the next import looks them up");
    folder.write("broken.txt", "this is no results file\n");
    let run = folder.leadload(&["doctor", "--results", "broken.txt"]).to(&server).run();
    run.exits(5).says("not a results file");
    assert_eq!(folder.read("broken.txt"), "this is no results file\n");
}

#[test]
fn folders_that_cannot_be_written_are_told() {
    let (server, folder) = (Server::start(), Folder::new());
    let doctor = |args: &[&str]| folder.leadload(&["doctor"]).to(&server).args(args).run();
    let run = doctor(&["--results", "missing/leads.results.jsonl"]);
    run.exits(5).says("the folder missing: nothing can be written").says("make the folder");
    doctor(&["--temp-dir", "missing"]).exits(2).says("is no folder");
}

#[test]
fn what_is_configured_is_named_and_what_is_broken_there_stops_nothing_else() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number\n+493023125001\n")
        .with("c.toml", "campaign = 7\n[profiles.acme]\nrate = \"1000/s\"\n")
        .with("leadload.toml", "token_command = \"rm -rf /\"\n[mapping]\nphone = \"phone_number\"\n")
        .with("broken.toml", "campain = 7\n");
    let doctor = |args: &[&str]| {
        let to = ["--platform", "autocalls", "--base-url", &server.url()];
        folder.leadload(&["doctor", "leads.csv"]).args(&to).args(args).run()
    };
    let run = doctor(&["--config", "c.toml", "--profile", "acme"]);
    run.exits(0).says("profile acme of c.toml; c.toml; [mapping] of ./leadload.toml").says("left out token_command");
    let run = doctor(&["--config", "broken.toml", "--campaign", "7", "--rate", "1000/s"]);
    run.exits(2).says("did you mean \"campaign\"?").says("accepted by the platform");
}

#[test]
fn quiet_is_only_about_what_is_not_as_it_should_be() {
    let (server, folder) = (Server::start(), Folder::new());
    let run = folder.leadload(&["doctor", "--quiet", "--campaign", "9"]).into_server(&server).run();
    run.exits(0).says("note campaign").says_nothing_of(" ok ").says("0 problems, 1 note.");
}
