//! A platform that a file describes: the same promises, on an API that the program does not know.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::api::{Api, Reply};
use crate::harness::command::{Command, Folder};
use crate::harness::crm::{Crm, Trouble};

const CREATE: &str = "POST /crm/v3/objects/contacts";
const SEARCH: &str = "POST /crm/v3/objects/contacts/search";

fn document(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn hubspot_shaped() -> String {
    document("examples/platforms/hubspot-shaped.toml")
}

/// The first platform file in a document.
fn example_in(path: &str) -> String {
    let text = document(path);
    let mut blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|block| block.lines().any(|line| line.starts_with("name = "))).unwrap().to_owned()
}

/// `leads.csv` with these last two digits of numbers, and the platform file.
fn folder(ends: &[&str], description: &str) -> Folder {
    let rows = ends.iter().map(|end| format!("+493023125{end},Ada {end}\n"));
    Folder::with_leads(format!("phone_number,firstname\n{}", rows.collect::<String>())).with("crm.toml", description)
}

fn number(end: &str) -> String {
    format!("+493023125{end}")
}

/// To `crm`, faster than its file allows.
fn to<'a>(command: Command<'a>, crm: &Crm) -> Command<'a> {
    to_api(command, &crm.api).args(&["--rate", "1000/s"])
}

fn to_api<'a>(command: Command<'a>, api: &Api) -> Command<'a> {
    command.args(&["--platform-file", "crm.toml", "--base-url", api.url(), "--settle", "100ms"])
}

#[test]
fn every_lead_is_on_a_described_platform_exactly_once_whatever_is_lost_and_undo_takes_it_back() {
    let (before, after) = (number("003"), number("004"));
    let crm = Crm::hubspot_shaped(&[(&before, &[Trouble::LostBefore]), (&after, &[Trouble::LostAfter])]);
    let there = crm.knows(&number("005"));
    let folder = folder(&["001", "002", "003", "004", "005", "099"], &hubspot_shaped());
    let run = to(folder.import("leads.csv"), &crm).run();
    run.exits(1).balances().leads_in("created", 4).leads_in("exists", 1).leads_in("rejected", 1);
    run.says("Property values were not valid").says("at least 1 lead is in the account already");
    let numbers = ["001", "002", "003", "004", "005"].map(number);
    assert_eq!(crm.numbers(), numbers);
    assert_eq!(crm.properties(&number("001"))["firstname"], "Ada 001");
    assert!(crm.api.count(SEARCH) > 0);
    let exists = run.lines().into_iter().find(|line| line["status"] == "exists").unwrap();
    assert_eq!(exists["id"], there);
    assert!(exists["reason"]["message"].as_str().unwrap().starts_with("Contact already exists"));
    assert_eq!(exists["target"], format!("custom:hubspot-shaped {} account -", crm.api.url()));
    // Again: nothing is sent.
    let creates = crm.api.count(CREATE);
    to(folder.import("leads.csv"), &crm).run().exits(1).balances().leads_in("created", 4);
    assert_eq!(crm.api.count(CREATE), creates);
    // And taken back, also who is only likely to be ours (the platform's clock may not be known yet when a look-up finds
    // somebody): what was there before stays.
    let undo =
        to(folder.leadload(&["undo", "hubspot-shaped.results.jsonl", "--yes", "--all-runs", "--force"]), &crm).run();
    undo.exits(0).says("4 leads deleted");
    assert_eq!(crm.numbers(), [number("005")]);
    // What was taken back may be sent again.
    to(folder.import("leads.csv"), &crm).run().exits(1).balances().leads_in("created", 4);
    assert_eq!(crm.numbers(), numbers);
}

#[test]
fn the_rate_of_the_platform_file_is_kept_and_a_429_with_json_is_waited_for() {
    let slow = number("005");
    let crm = Crm::hubspot_shaped(&[(&slow, &[Trouble::TooMany])]);
    let ends: Vec<String> = (0..12).map(|end| format!("{end:03}")).collect();
    let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
    let folder = folder(&ends, &hubspot_shaped().replace("100/10s", "12/s"));
    let run = to_api(folder.import("leads.csv"), &crm.api).args(&["--progress", "json"]).run();
    run.exits(0).balances().leads_in("created", 12);
    assert_eq!(crm.numbers().len(), 12);
    assert_eq!(crm.api.count(CREATE), 13);
    // What the pace makes of a rate is proven on a clock that is moved (`pace`); here, that this rate is in force.
    let progress = run.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let allowed: Vec<Value> = progress.map(|line| line["allowed_per_minute"].clone()).collect();
    assert!(!allowed.is_empty() && allowed.iter().all(|rate| *rate == 720.0), "{allowed:?}");
}

#[test]
fn a_list_with_a_cursor_in_which_nobody_shows_a_number_is_not_believed() {
    let crm = Crm::hubspot_shaped(&[]);
    let there = crm.knows(&number("001"));
    let folder =
        folder(&["001"], &hubspot_shaped().replace("phone = \"/properties/phone\"", "phone = \"/properties/tel\""));
    let run = to(folder.import("leads.csv"), &crm).args(&["--skip-existing"]).run();
    run.exits(3).says("nobody on the platform's list shows a number").says_nothing_of(&there);
    assert_eq!(crm.api.count(CREATE), 0);
}

#[test]
fn a_token_that_is_not_accepted_stops_the_run_before_anything_is_sent() {
    let crm = Crm::hubspot_shaped(&[]);
    let folder = folder(&["001"], &hubspot_shaped());
    to(folder.import("leads.csv"), &crm)
        .env("LEADLOAD_TOKEN", "tok-other")
        .run()
        .exits(3)
        .says("does not accept the token");
    assert_eq!(crm.api.count(CREATE), 0);
}

#[test]
fn where_no_look_up_is_described_a_doubt_stays_one_and_is_never_sent_again() {
    let lost = number("002");
    let crm = Crm::hubspot_shaped(&[(&lost, &[Trouble::LostAfter])]);
    let all = hubspot_shaped();
    let start = all.find("[look_up] ").unwrap();
    let end = all.find("[update]").unwrap();
    let folder = folder(&["001", "002", "003"], &format!("{}{}", &all[..start], &all[end..]));
    let import = || to(folder.import("leads.csv"), &crm);
    let run = import().run();
    run.exits(4).balances().leads_in("created", 2).leads_in("in_doubt", 1);
    run.says("describes no look-up").says("never sent again by itself");
    for _ in 0..2 {
        import().run().exits(4).balances().leads_in("in_doubt", 1);
    }
    assert_eq!((crm.api.count(CREATE), crm.api.count(SEARCH)), (3, 0));
    import().args(&["--skip-existing"]).run().exits(2).says("--skip-existing needs [list]");
}

#[test]
fn an_answer_that_the_platform_file_does_not_describe_is_in_doubt_and_stops_the_run() {
    let odd = number("001");
    let crm = Crm::hubspot_shaped(&[(&odd, &[Trouble::Undescribed])]);
    let folder = folder(&["001", "002", "003"], &hubspot_shaped());
    let run = to(folder.import("leads.csv"), &crm).run();
    run.exits(3).balances().leads_in("in_doubt", 1).leads_in("created", 0).says("fits none of those");
    assert_eq!(crm.api.count(CREATE), 1);
    // It is there: a look-up finds it, and the next run sends the others.
    let reconciled = to(folder.leadload(&["reconcile", "hubspot-shaped.results.jsonl"]), &crm).run();
    assert_eq!(crm.api.count(CREATE), 1);
    reconciled.says("1 found");
    to(folder.import("leads.csv"), &crm).run().exits(0).balances().leads_in("created", 3);
    assert_eq!(crm.numbers().len(), 3);
}

#[test]
fn an_id_that_is_not_where_the_platform_file_says_makes_nobody_created() {
    let crm = Crm::hubspot_shaped(&[]);
    let folder = folder(&["001", "002"], &hubspot_shaped().replacen("id = \"/id\"", "id = \"/contact/id\"", 1));
    let run = to(folder.import("leads.csv"), &crm).run();
    run.exits(3).leads_in("created", 0).leads_in("in_doubt", 1);
    assert_eq!(crm.api.count(CREATE), 1);
}

#[test]
fn a_list_that_is_not_where_the_platform_file_says_proves_nobody_absent() {
    let lost = number("001");
    let pointers =
        [("leads = \"/results\"", "leads = \"/data\""), ("phone = \"/properties/phone\"", "phone = \"/phone\"")];
    for (right, wrong) in pointers {
        let crm = Crm::hubspot_shaped(&[(&lost, &[Trouble::LostAfter])]);
        let folder = folder(&["001", "002"], &hubspot_shaped().replace(right, wrong));
        to(folder.import("leads.csv"), &crm).run().exits(4).balances().leads_in("in_doubt", 1);
        assert_eq!((crm.numbers().len(), crm.api.count(CREATE)), (2, 2), "{wrong}");
    }
}

#[test]
fn what_the_platform_shows_otherwise_than_it_was_sent_stops_the_run_at_the_first_lead() {
    let api = Api::start(|asked| match asked.method.as_str() {
        "GET" => Reply::Json(200, json!({ "results": [] })),
        _ => Reply::Json(201, json!({ "id": "1", "properties": { "phone": asked.body["properties"]["phone"] } })),
    });
    let folder = folder(&["001", "002"], &hubspot_shaped());
    let run = to_api(folder.import("leads.csv"), &api).run();
    run.exits(3).says("/properties/firstname was sent as \"Ada 001\" and is not there");
    assert_eq!(api.count(CREATE), 1);
    let compared = folder.read("crm.toml").replace("shows = { \"/properties\" = \"/properties\" }", "");
    folder.write("crm.toml", compared);
    to_api(folder.import("leads.csv"), &api).run().says("cannot be compared");
}

#[test]
fn a_dry_run_and_a_check_show_the_very_requests_and_send_nothing() {
    let crm = Crm::hubspot_shaped(&[]);
    let folder = folder(&["001"], &hubspot_shaped());
    let body = json!({ "properties": { "firstname": "Ada 001", "lifecyclestage": "lead", "phone": number("001") } });
    for command in ["check", "import"] {
        let dry = if command == "import" { vec!["--dry-run", "--json"] } else { vec!["--json"] };
        let run = to(folder.leadload(&[command, "leads.csv"]), &crm).without_token().args(&dry).run();
        run.exits(0).says("each lead is sent by POST /crm/v3/objects/contacts");
        assert!(run.stdout.replace([' ', '\n'], "").contains(&body.to_string().replace(' ', "")), "{}", run.stdout);
    }
    assert!(crm.api.asked().is_empty());
    to(folder.import("leads.csv"), &crm).run().exits(0);
    assert_eq!(crm.api.asked().into_iter().find(|asked| asked.line() == CREATE).unwrap().body, body);
}

#[test]
fn leads_that_were_edited_are_updated_and_those_that_are_there_are_listed_first() {
    let crm = Crm::hubspot_shaped(&[]);
    crm.knows(&number("009"));
    let folder = folder(&["001", "009"], &hubspot_shaped());
    to(folder.import("leads.csv"), &crm).args(&["--skip-existing"]).run().exits(0).leads_in("exists", 1);
    assert_eq!(crm.api.count(CREATE), 1);
    folder.write("leads.csv", format!("phone_number,firstname\n{},Grace\n", number("001")));
    to(folder.leadload(&["update", "leads.csv", "--yes"]), &crm).run().exits(0);
    assert_eq!(crm.properties(&number("001"))["firstname"], "Grace");
}

#[test]
fn a_list_without_a_cursor_is_whole_only_where_cursors_were_seen_to_stand_where_the_platform_file_says() {
    let crm = Crm::hubspot_shaped(&[]);
    crm.knows(&number("008"));
    crm.knows(&number("009"));
    let wrong = hubspot_shaped().replace("/paging/next/after", "/paging/after");
    let folder = folder(&["008", "009"], &wrong);
    let run = to(folder.import("leads.csv"), &crm).args(&["--skip-existing"]).run();
    run.exits(3).says("nothing shows that the next cursor stands at \"/paging/after\"");
    assert_eq!(crm.api.count(CREATE), 0);
    folder.write("crm.toml", hubspot_shaped());
    to(folder.import("leads.csv"), &crm).args(&["--skip-existing"]).run().exits(0).leads_in("exists", 2);
    assert_eq!(crm.api.count(CREATE), 0);
}

#[test]
fn a_description_is_only_taken_from_where_it_can_be_trusted() {
    let (crm, thief) = (Crm::hubspot_shaped(&[]), Crm::hubspot_shaped(&[]));
    let inline = |url: &str| {
        let inner = hubspot_shaped().replace("https://api.example.com", url);
        let inner = inner.replace("\n[", "\n[custom.").replace("[custom.[", "[[custom.");
        format!("platform = \"custom\"\nsettle = \"100ms\"\n[custom]\n{inner}")
    };
    let folder = folder(&["001"], &hubspot_shaped());
    folder.write("leadload.toml", inline(thief.api.url()));
    let args = ["--platform", "custom"];
    folder.import("leads.csv").args(&args).run().exits(2).says("not into a leadload.toml beside the input");
    to(folder.import("leads.csv"), &crm).run().exits(0).says("left out custom, platform, settle");
    assert!(thief.api.asked().is_empty());
    folder.write("own.toml", inline(crm.api.url()));
    folder.write("leadload.toml", "");
    folder.write("more.csv", format!("phone_number\n{}\n", number("002")));
    folder.import("more.csv").args(&["--config", "own.toml", "--rate", "1000/s"]).run().exits(0);
    assert_eq!(crm.numbers(), [number("001"), number("002")]);
    // A results file names no address that a token would follow.
    let undo = folder.leadload(&["undo", "hubspot-shaped.results.jsonl", "--yes"]).run();
    undo.exits(2).says("--platform-file FILE");
}

#[test]
fn secondary_contacts_go_only_where_the_platform_file_has_a_place_for_them() {
    let crm = Crm::hubspot_shaped(&[]);
    let folder = folder(&[], &hubspot_shaped());
    let leads = format!("phone_number,secondary_phone_1,secondary_1_role\n{},{},Boss\n", number("001"), number("002"));
    folder.write("leads.csv", leads);
    let import = || to(folder.import("leads.csv"), &crm);
    import().run().exits(1).balances().says("no place for them");
    import().args(&["--group-by", "phone_number"]).run().exits(2).says("no place for secondary contacts");
    assert_eq!(crm.api.count(CREATE), 0);
    let place = "[create.body]\nothers = \"{secondaries}\"\n[create.secondary]\ntel = \"{phone.digits}\"\n\"*\" = \"{variables}\"\n\n[create.body.properties]";
    folder.write("crm.toml", hubspot_shaped().replace("[create.body.properties]", place));
    import().run().exits(0).balances();
    let sent = crm.api.asked().into_iter().find(|asked| asked.line() == CREATE).unwrap().body;
    assert_eq!(sent["others"], json!([{ "role": "Boss", "tel": number("002").trim_start_matches('+') }]));
}

#[test]
fn the_example_of_the_document_runs_on_a_platform_with_campaigns() {
    let (before, after) = (number("002"), number("003"));
    let crm = Crm::dialler(&[(&before, &[Trouble::LostBefore]), (&after, &[Trouble::LostAfter])]);
    let folder = folder(&["001", "002", "003", "004", "005", "099"], &example_in("docs/CUSTOM_PLATFORM.md"));
    folder.import("leads.csv").args(&["--platform-file", "crm.toml"]).run().exits(2).says("no campaign");
    let address = format!("{}/v1", crm.api.url());
    let there = ["--platform-file", "crm.toml", "--base-url", &address, "--settle", "100ms", "--rate", "1000/s"];
    let import = || folder.import("leads.csv").args(&there).args(&["--campaign", "spring 26"]);
    import().run().exits(2).says("--yes").says("people may be called");
    let run = import().args(&["--yes"]).run();
    run.exits(1).balances().leads_in("created", 5).leads_in("rejected", 1).says("this number cannot be dialled");
    assert_eq!(crm.numbers(), ["001", "002", "003", "004", "005"].map(number));
    assert_eq!(crm.properties(&number("001"))["fields"], json!({ "firstname": "Ada 001" }));
    let undo = folder.leadload(&["undo", "dialler-spring_26.results.jsonl", "--yes"]).args(&there).run();
    // It shows no times, so whoever was found by a look-up may be somebody else's.
    undo.exits(1).says("4 leads deleted").says("found by a look-up");
    assert_eq!(crm.numbers(), [number("003")]);
    let undo = folder.leadload(&["undo", "dialler-spring_26.results.jsonl", "--yes", "--force"]).args(&there).run();
    undo.exits(0).says("1 lead deleted");
}
