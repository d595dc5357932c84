//! What is typed, set and configured.

use leadload::sandbox::{RequestKind, SandboxCampaign};

use crate::harness::command::{Folder, Server};

const ONE: &str = "phone_number\n+493023125001\n";

#[test]
fn what_is_mistyped_is_answered_with_the_nearest() {
    let folder = Folder::with_leads(ONE).with("c.toml", "campain = 7\n");
    let import = |args: &[&str]| folder.import("leads.csv").args(args).run();
    import(&["--concurency", "4"]).exits(2).says("--concurrency");
    import(&["--platform", "famolur"]).exits(2).says("did you mean \"famulor\"?");
    import(&["--sandbox", "--config", "c.toml"]).exits(2).says("did you mean \"campaign\"?");
    folder.leadload(&["improt", "leads.csv"]).run().exits(2).says("import");
}

#[test]
fn every_platform_is_known_by_its_name() {
    let folder = Folder::with_leads("phone_number,email,name\n+493023125001,ada@example.com,Ada\n");
    let plan = |args: &[&str]| folder.import("leads.csv").args(args).args(&["--dry-run"]).without_token().run();
    for platform in ["famulor", "aiployees", "otonistark", "web-wb", "autocalls"] {
        plan(&["--platform", platform, "--campaign", "7"]).exits(0).says("/api campaign 7");
    }
    plan(&["--platform", "pollybot", "--chatbot", "x"]).exits(2).says("give it by --base-url");
    let chatbot = ["--platform", "pollybot", "--chatbot", "x", "--base-url", "https://chat.example.com"];
    plan(&chatbot).exits(0).says("https://chat.example.com chatbot x");
}

#[test]
fn a_flag_wins_over_the_environment_over_a_profile_over_the_file() {
    let folder = Folder::with_leads(ONE)
        .with("c.toml", "campaign = 1\nrate = \"1/s\"\n[profiles.acme]\ncampaign = 2\nplatform = \"famulor\"\n");
    let plan = |args: &[&str]| {
        folder.import("leads.csv").args(&["--dry-run", "--config", "c.toml", "--profile", "acme"]).args(args)
    };
    plan(&[]).run().exits(0).says("famulor.de/api campaign 2").says("at 1/s");
    plan(&[]).env("LEADLOAD_CAMPAIGN", "3").run().exits(0).says("campaign 3");
    plan(&["--campaign", "4"]).env("LEADLOAD_CAMPAIGN", "3").run().exits(0).says("campaign 4");
}

#[test]
fn the_users_own_configuration_is_found_without_being_named() {
    let config = "platform = \"otonistark\"\ncampaign = \"7\"\n";
    let folder = Folder::with_leads(ONE).with("config/leadload/config.toml", config);
    folder.import("leads.csv").args(&["--dry-run"]).run().exits(0).says("otonistark");
}

#[test]
fn several_rates_hold_together_and_a_dry_run_tells_how_long_it_takes() {
    let leads: Vec<_> = (0..50).map(|n| format!("+4930231250{n:02}")).collect();
    let folder = Folder::with_leads(format!("phone_number\n{}", leads.join("\n")));
    let plan = |args: &[&str]| folder.import("leads.csv").into_sandbox().args(&["--dry-run"]).args(args).run();
    plan(&["--rate", "100/min", "--rate", "20/10s"]).exits(0).says("31 s at 100/min and 20/10s");
    plan(&["--rate", "5/s"]).exits(0).says("at 5/s");
    plan(&[]).exits(0).says_nothing_of("about");
    for rate in ["0/s", "60", "5/fortnight", "-1/s", ""] {
        plan(&[&format!("--rate={rate}")]).exits(2).says("--rate cannot be used");
    }
}

#[test]
fn values_that_cannot_be_are_refused_with_their_name() {
    let folder = Folder::with_leads(ONE);
    for (option, value) in [
        ("--concurrency", "0"),
        ("--concurrency", "many"),
        ("--timeout", "0s"),
        ("--timeout", "soon"),
        ("--settle", "30"),
        ("--limit", "-1"),
        ("--max-cell", "big"),
        ("--format", "xls"),
        ("--leads-path", "x y"),
    ] {
        let given = format!("{option}={value}");
        folder.import("leads.csv").into_sandbox().args(&[&given]).run().exits(2).says(option);
    }
    folder.import("leads.csv").into_sandbox().env("LEADLOAD_TIMEOUT", "soon").run().exits(2).says("LEADLOAD_TIMEOUT");
    assert_eq!(folder.files(), ["leads.csv"]);
}

#[test]
fn a_campaign_is_named_by_id_or_by_a_name_that_only_it_has() {
    let server = Server::with(|options| {
        options.campaigns.push(SandboxCampaign::new(10, "Twin", "paused"));
        options.campaigns.push(SandboxCampaign::new(11, "twin", "paused"));
    });
    let folder = Folder::with_leads(ONE);
    let import = |campaign: &str| folder.import("leads.csv").into_server(&server).args(&["--campaign", campaign]).run();
    import("12").exits(2).says("there is no campaign \"12\"").says("7 \"Spring campaign\" (paused)");
    import("Winter").exits(2).says("there is no campaign \"Winter\"").says("9 \"Live campaign\" (in-progress)");
    import("Twin").exits(2).says("several campaigns are named \"Twin\" (ids 10, 11)");
    assert_eq!(folder.files(), ["leads.csv"], "a run that never began leaves nothing");
    import("Spring Campaign").exits(0);
    assert_eq!(server.only_lead()["campaign"], "7");
}

#[test]
fn a_campaign_that_calls_at_once_needs_a_word_of_consent() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE));
    let import = || folder.import("leads.csv").into_server(&server).args(&["--campaign", "9"]);
    import().run().exits(2).says("\"Live campaign\" is in-progress").says("--yes");
    assert_eq!((server.requests(RequestKind::Create), folder.files()), (0, vec!["leads.csv".to_owned()]));
    import().args(&["--yes"]).run().exits(0);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn consent_is_asked_for_where_any_row_goes_to_a_live_campaign() {
    let (server, folder) =
        (Server::start(), Folder::with_leads("phone_number,campaign\n+493023125001,7\n+493023125002,9\n"));
    let import = || folder.import("leads.csv").into_server(&server).args(&["--campaign-column", "campaign"]);
    import().run().exits(2).says("--yes");
    import().args(&["--stream"]).run().exits(2).says("--yes");
    assert_eq!(server.leads().len(), 0);
    import().args(&["--yes"]).run().exits(0);
}

#[test]
fn a_dry_run_touches_no_network_needs_no_token_and_writes_nothing() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number,name\n+493023125001,Ada\n12,Bo\n"));
    let run = folder.import("leads.csv").to(&server).args(&["--dry-run"]).without_token().run();
    run.exits(1).says("Dry run, nothing was sent. 1 of 2 leads would be sent").says("too short");
    run.says("\"phone_number\": \"+493023125001\"").says("\"campaign_id\": 7").says("\"name\": \"Ada\"");
    assert_eq!((server.arrivals().len(), folder.files()), (0, vec!["leads.csv".to_owned()]));
}

#[test]
fn a_dry_run_knows_what_earlier_runs_have_settled() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE));
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", format!("{ONE}+493023125002\n"));
    let before = folder.read("autocalls-7.results.jsonl");
    let run = folder.import("leads.csv").to(&server).args(&["--dry-run"]).run();
    run.exits(0).says("1 of 2 leads would be sent");
    assert_eq!(folder.read("autocalls-7.results.jsonl"), before);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn an_address_is_completed_where_its_api_part_is_missing() {
    let server = Server::start();
    let folder = Folder::with_leads(ONE);
    let import = |url: &str| {
        let target = ["--platform", "famulor", "--campaign", "7", "--base-url", url, "--rate", "1000/s"];
        folder.import("leads.csv").args(&target).run()
    };
    import(&server.url()).exits(0).says("(1 request");
    import(&format!("{}/api/", server.url())).exits(0).says("nothing was sent");
}

#[test]
fn the_address_of_something_else_is_told_and_nothing_is_sent() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE));
    let url = format!("{}/elsewhere", server.url());
    let run = folder.import("leads.csv").args(&["--platform", "famulor", "--campaign", "7", "--base-url", &url]).run();
    run.exits(2).says("/elsewhere/api");
    assert_eq!(folder.files(), ["leads.csv"]);
}
