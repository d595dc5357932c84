//! Leads that are there are changed: by an update, and by an import that finds them.

use std::fmt::Write as _;
use std::time::Duration;

use leadload::import::{Existing, Reach};
use leadload::lead::Status;
use leadload::sandbox::{DuplicateAnswer, Effect, Fault, Faults, RequestKind, RetryForm};
use leadload::source::Input;
use leadload::target::Family;
use leadload::upload::OnExists;

use crate::harness::command::{Folder, Run, Server};
use crate::harness::in_process::{World, csv, in_parallel, number, numbers, simulated};

const TWO: &str = "phone_number,name\n+493023125001,Ada\n+493023125002,Ben\n";

/// A folder whose `leads.csv` was imported, and then became `edited`.
fn edited(leads: &str, edited: &str) -> (Server, Folder) {
    let (server, folder) = (Server::start(), Folder::with_leads(leads));
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", edited);
    (server, folder)
}

#[track_caller]
fn update(server: &Server, folder: &Folder, args: &[&str]) -> Run {
    folder.leadload(&["update", "leads.csv"]).to(server).args(args).run()
}

#[test]
fn an_edited_variable_arrives_and_the_next_import_says_nothing_of_it() {
    let (server, folder) = edited(TWO, &TWO.replace("Ada", "Ada Berger"));
    let run = update(&server, &folder, &["--json"]);
    run.exits(0).says("created, updated: 1 lead").says("(1 request").balances().leads_in("created", 2);
    assert_eq!(run.json()["updates"][0]["code"], "updated");
    assert_eq!(run.json()["totals"]["earlier"]["leads"]["created"], 2);
    assert_eq!(server.lead("+493023125001")["variables"]["name"], "Ada Berger");
    assert_eq!(server.lead("+493023125002")["variables"]["name"], "Ben");
    folder.import("leads.csv").to(&server).run().exits(0).says("nothing was sent").says_nothing_of("edited");
    update(&server, &folder, &[]).exits(0).says("nothing was sent");
    assert_eq!((server.requests(RequestKind::Create), server.requests(RequestKind::Update)), (2, 1));
}

#[test]
fn an_import_that_finds_edited_leads_says_by_which_command_they_are_changed() {
    let (server, folder) = edited(TWO, &TWO.replace("Ada", "Ada Berger"));
    let run = folder.import("leads.csv").to(&server).args(&["--on-exists", "resolve", "--json"]).run();
    let command = run.json()["update"].as_str().unwrap().to_owned();
    assert!(command.starts_with("leadload update leads.csv --platform autocalls"), "{command}");
    assert!(!command.contains("--on-exists"), "{command}");
    run.exits(0).says(&format!("to change them on the platform: {command}"));
}

#[test]
fn an_update_creates_nothing_and_leaves_bad_rows_and_the_rejects_file_alone() {
    let (server, folder) = edited(TWO, &format!("{TWO}+493023125003,Cem\n12,Dan\n").replace("Ben", "Ben Okri"));
    let run = update(&server, &folder, &[]);
    run.exits(1).balances().leads_in("created", 2).leads_in("unsent", 1).leads_in("invalid", 1);
    run.says("created, updated: 1 lead").says_nothing_of("To go on");
    assert_eq!((server.leads().len(), server.requests(RequestKind::Create)), (2, 2));
    assert_eq!(folder.files(), ["autocalls-7.results.jsonl", "leads.csv"]);
}

#[test]
fn a_secondary_contact_of_whom_only_a_variable_differs_is_told_and_not_changed() {
    let before = "phone_number,secondary_phone_1,secondary_1_name\n+493023125001,+493023125002,Jonas\n";
    let (server, folder) = edited(before, &before.replace("Jonas", "Johanna"));
    update(&server, &folder, &[]).exits(0).says("1 remark: its secondary contacts differ");
}

#[test]
fn secondary_contacts_that_differ_are_told_and_not_changed() {
    let before =
        "phone_number,secondary_phone_1,name\n+493023125001,+493023125002,Ada\n+493023125004,+493023125005,Ben\n";
    let after = before.replace("125002", "125003").replace("Ada", "Ada B").replace("Ben", "Ben O");
    let (server, folder) = edited(before, &after);
    let run = update(&server, &folder, &[]);
    run.exits(0).says("1 remark: its secondary contacts differ").says("leads.csv › row 2");
    let lead = server.lead("+493023125001");
    assert_eq!(
        (&lead["variables"]["name"], &lead["secondaries"][0]["phone"]),
        (&"Ada B".into(), &"+493023125002".into())
    );
    assert!(folder.read("autocalls-7.results.jsonl").lines().last().is_some_and(|line| line.contains("\"end\"")));
    assert_eq!(last_line_of(&folder, "+493023125001")["secondary_ids"].as_array().map(Vec::len), Some(1));
}

fn last_line_of(folder: &Folder, phone: &str) -> serde_json::Value {
    let results = folder.read("autocalls-7.results.jsonl");
    let lines = results.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.rev().find(|line| line["phone"] == phone && line["type"] == "lead").unwrap()
}

#[test]
fn a_group_whose_primary_contact_is_another_now_is_told_and_not_changed() {
    let before = "phone_number,firm\n+493023125001,Acme\n+493023125002,Acme\n";
    let after = "phone_number,firm\n+493023125002,Acme\n+493023125001,Acme\n";
    let (server, folder) = (Server::start(), Folder::with_leads(before));
    folder.import("leads.csv").to(&server).args(&["--group-by", "firm"]).run().exits(0);
    folder.write("leads.csv", after);
    let run = update(&server, &folder, &["--group-by", "firm"]);
    run.exits(0).balances().says("its group was created with another primary contact").says("nothing was sent");
}

#[test]
fn a_dry_run_shows_what_would_be_changed_and_changes_nothing() {
    let (server, folder) = edited(TWO, &format!("{TWO}+493023125003,Cem\n").replace("Ada", "Ada Berger"));
    let results = folder.read("autocalls-7.results.jsonl");
    let run = update(&server, &folder, &["--dry-run", "--json"]);
    run.exits(0).says("1 of 3 leads would be changed").says("created, would be updated: 1 lead");
    assert_eq!(run.json()["requests"][0]["variables"]["name"], "Ada Berger");
    assert_eq!(server.requests(RequestKind::Update), 0);
    assert_eq!(folder.read("autocalls-7.results.jsonl"), results);
}

#[test]
fn in_a_campaign_that_calls_a_script_must_say_yes_unless_nothing_is_to_change() {
    let (server, folder) = (Server::start(), Folder::with_leads(TWO));
    let live = |command: &str, args: &[&str]| {
        folder.leadload(&[command, "leads.csv", "--campaign", "9"]).into_server(&server).args(args).run()
    };
    live("import", &["--yes"]).exits(0);
    live("update", &[]).exits(0);
    folder.write("leads.csv", TWO.replace("Ada", "Ada Berger"));
    live("update", &[]).exits(2).says("add --yes");
    assert_eq!(server.requests(RequestKind::Update), 0);
    live("update", &["--yes"]).exits(0).says("created, updated: 1 lead");
}

#[test]
fn what_an_update_cannot_do_is_refused_before_anything_is_asked() {
    let (server, folder) = (Server::start(), Folder::with_leads(TWO));
    update(&server, &folder, &[]).exits(2).says("no results file of an import");
    assert_eq!(folder.files(), ["leads.csv"]);
    for option in ["--stream", "--allow-duplicates", "--retry-rejected", "--accept-echo", "--on-exists=update"] {
        update(&server, &folder, &[option]).exits(2).says("update creates none");
    }
    let run = folder.import("leads.csv").to(&server).args(&["--allow-duplicates", "--on-exists", "update"]).run();
    run.exits(2).says("exclude each other");
    folder
        .import("leads.csv")
        .to(&server)
        .args(&["--on-exists", "merge"])
        .run()
        .exits(2)
        .says("skip, resolve or update");
    assert_eq!(server.requests(RequestKind::Create), 0);
}

#[test]
fn a_lead_that_is_gone_on_the_platform_is_told_and_stays_known() {
    let faults = [None, Some(Fault::Status(404, Effect::Before))];
    let server = Server::with(|options| options.change_faults = Faults::script(faults));
    let folder = Folder::with_leads(TWO);
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", TWO.replace("Ada", "Ada B").replace("Ben", "Ben O"));
    let run = update(&server, &folder, &["--concurrency", "1"]);
    run.exits(1).says("created, updated: 1 lead").says("created, not updated: 1 lead: it is no longer on the platform");
    let lines = ["+493023125001", "+493023125002"].map(|phone| last_line_of(&folder, phone));
    let gone = lines.iter().find(|line| line["reason"]["code"] == "update_gone").unwrap();
    assert_eq!(gone["status"], "created");
    assert!(gone["request"].is_null() && gone["id"].is_string(), "{gone}");
    folder.import("leads.csv").to(&server).run().exits(0).says("1 lead edited").says("nothing was sent");
}

#[test]
fn leads_that_are_only_likely_ours_need_force_and_stay_likely() {
    let server = Server::with(|options| options.create_faults = Faults::script([None, Some(Fault::ResetAfter)]));
    let folder = Folder::with_leads(TWO);
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", TWO.replace("Ben", "Ben O"));
    update(&server, &folder, &[]).exits(0).says("nothing was sent").says("--force changes it too");
    update(&server, &folder, &["--force"]).exits(0).says("created, updated: 1 lead");
    assert_eq!(server.lead("+493023125002")["variables"]["name"], "Ben O");
    let line = last_line_of(&folder, "+493023125002");
    assert_eq!((&line["certain"], &line["reason"]["code"]), (&false.into(), &"updated".into()));
    folder.write("leads.csv", TWO.replace("Ben", "Ben P"));
    update(&server, &folder, &[]).says("--force changes it too");
}

/// What a foreign program created: another folder, so another memory.
fn foreign(configure: impl FnOnce(&mut leadload::sandbox::SandboxOptions)) -> (Server, Folder) {
    let server = Server::with(configure);
    let other = Folder::with_leads(TWO);
    other.import("leads.csv").to(&server).run().exits(0);
    let folder = Folder::with_leads(TWO.replace("Ada", "Ada Berger").replace("Ben", "Ben Okri"));
    (server, folder)
}

#[test]
fn leads_that_exist_keep_their_variables_get_their_ids_or_are_changed_as_the_user_says() {
    for answer in [DuplicateAnswer::Taken422, DuplicateAnswer::Conflict409] {
        for (what, name, with_id) in [("skip", "Ben", false), ("resolve", "Ben", true), ("update", "Ben Okri", true)] {
            let (server, folder) = foreign(|options| options.duplicates = answer);
            let run = folder.import("leads.csv").to(&server).args(&["--on-exists", what]).run();
            run.exits(0).states(&[(2, "exists"), (3, "exists")]);
            assert_eq!(server.leads().len(), 2);
            assert_eq!(server.lead("+493023125002")["variables"]["name"], name, "{answer:?} {what}");
            let has_id = last_line_of(&folder, "+493023125002")["id"].is_string();
            assert!(has_id || !with_id, "{answer:?} {what}");
            if what == "update" {
                run.says("exists, updated: 2 leads").reasons(&[(2, "updated"), (3, "updated")]);
                folder.import("leads.csv").to(&server).run().says("nothing was sent").says_nothing_of("edited");
            }
        }
    }
}

#[test]
fn a_lead_that_exists_and_could_not_be_changed_pretends_nothing_and_all_known_changes_it() {
    let (server, folder) =
        foreign(|options| options.change_faults = Faults::script([Some(Fault::Status(422, Effect::Before))]));
    let run = folder.import("leads.csv").to(&server).args(&["--on-exists", "update", "--concurrency", "1"]).run();
    run.exits(1).says("exists, updated: 1 lead").says("exists, not updated: 1 lead");
    run.reasons(&[(2, "update_refused"), (3, "updated")]);
    assert!(last_line_of(&folder, "+493023125001")["request"].is_null());
    update(&server, &folder, &[]).exits(0).says("nothing was sent").says("--all-known changes it too");
    update(&server, &folder, &["--all-known"]).exits(0).says("exists, updated: 1 lead");
    assert_eq!(server.lead("+493023125001")["variables"]["name"], "Ada Berger");
    assert_eq!(last_line_of(&folder, "+493023125001")["status"], "exists");
}

#[test]
fn a_chatbots_leads_are_changed_but_for_their_status() {
    let before = "email,name,phone,city\nada@example.com,Ada,+493023125001,Rome\n";
    let (server, folder) = (Server::start(), Folder::with_leads(before));
    folder.import("leads.csv").into_pollybot(&server).run().exits(0);
    folder.write("leads.csv", before.replace("Rome", "Oslo"));
    let update = folder.leadload(&["update", "leads.csv"]).into_pollybot(&server).run();
    update.exits(0).says("created, updated: 1 lead");
    assert_eq!(server.only_lead()["variables"]["city"], "Oslo");
    let elsewhere = Folder::with_leads(before.replace("Rome", "Bern"));
    let found = elsewhere.import("leads.csv").into_pollybot(&server).args(&["--on-exists", "update"]).run();
    found.exits(0).says("exists, updated: 1 lead");
    assert_eq!(
        (&server.only_lead()["variables"]["city"], &server.only_lead()["status"]),
        (&"Bern".into(), &"new".into())
    );
}

/// The faults that a change can meet, after each of which it is simply asked for again.
fn faults() -> Vec<Fault> {
    let mut faults = vec![
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::HalfAnswer,
        Fault::HangBefore,
        Fault::HangAfter,
        Fault::TruncatedJson,
        Fault::TooManyRequests(RetryForm::Seconds(7)),
        Fault::TooManyRequests(RetryForm::Silent),
    ];
    for status in [500, 502, 503, 504, 408] {
        faults.extend([Fault::Status(status, Effect::Before), Fault::Status(status, Effect::After)]);
    }
    faults
}

/// A file of a chatbot's leads.
fn chatbot_leads(count: usize) -> String {
    let mut text = String::from("name,email\n");
    for n in 0..count {
        let _ = writeln!(text, "Person {n},person{n}@example.com");
    }
    text
}

/// Leads in each cell.
const LEADS: usize = 12;

#[test]
fn whatever_fails_edited_variables_arrive_nobody_is_created_and_the_pace_is_kept() {
    let mut cells: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    for fault in faults() {
        for (family, workers) in [(Family::Autocalls, 1), (Family::Autocalls, 16), (Family::Pollybot, 4)] {
            let (name, fault) = (format!("{family:?} {fault:?} {workers}"), fault.clone());
            cells.push((name, Box::new(move || changes_survive(family, &fault, workers))));
        }
    }
    in_parallel(cells);
}

fn changes_survive(family: Family, fault: &Fault, workers: u16) {
    simulated(async |clock| {
        let script: Vec<_> = (0..LEADS).map(|n| (n % 3 == 1).then(|| fault.clone())).collect();
        let world = World::new(&clock, |options| options.change_faults = Faults::script(script)).await;
        let text = match family {
            Family::Autocalls | Family::Custom(_) => csv(&numbers(LEADS)),
            Family::Pollybot => chatbot_leads(LEADS),
        };
        world.input(&text);
        let import = || world.import().workers(workers).with(|import| import.family = family);
        assert!(import().run().await.is_done());
        world.input(&text.replace("Person", "Human"));
        let ran = import().updating(Reach::default()).run().await;
        assert!(ran.ended().stopped.is_none(), "{} {}", ran.why_stopped(), ran.said);
        let updates = &ran.ended().finished.updates;
        assert!(updates.len() == 1 && updates[0].code == "updated" && updates[0].leads == LEADS as u64, "{updates:?}");
        assert_eq!((ran.leads(Status::Created), world.requests(RequestKind::Create)), (LEADS as u64, LEADS));
        for lead in world.sandbox.leads() {
            let shown = lead.name.or_else(|| lead.variables["first_name"].as_str().map(str::to_owned));
            assert!(shown.as_ref().is_some_and(|name| name.starts_with("Human")), "{shown:?}");
        }
        let again = import().run().await;
        assert_eq!(again.ended().finished.totals.changed, 0);
        world.assert_pace_kept(&["50/s"]);
    });
}

#[test]
fn an_update_that_was_stopped_goes_on_where_it_was() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let text = csv(&numbers(60));
        world.input(&text);
        assert!(world.import().run().await.is_done());
        world.input(&text.replace("Leeds", "York"));
        let stopped = world.import().updating(Reach::default()).stopped_after(15).run().await;
        assert_eq!(stopped.why_stopped(), "interrupted");
        assert_eq!(stopped.leads(Status::Created), 60);
        let first: u64 = stopped.ended().finished.updates.iter().map(|update| update.leads).sum();
        assert!((1..60).contains(&first), "{first} leads were changed before it stopped");
        let ran = world.import().updating(Reach::default()).run().await;
        assert_eq!(ran.ended().finished.updates[0].leads, 60 - first);
        assert_eq!((world.requests(RequestKind::Update), world.requests(RequestKind::Create)), (60, 60));
        assert!(world.sandbox.leads().iter().all(|lead| lead.variables["city"] == "York"));
    });
}

#[test]
fn a_token_that_dies_stops_an_update_and_what_was_not_changed_is_changed_by_the_next() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.change_faults = Faults::script([None, None, Some(Fault::TokenDies)]);
        })
        .await;
        let text = csv(&numbers(12));
        world.input(&text);
        assert!(world.import().run().await.is_done());
        world.input(&text.replace("Leeds", "York"));
        let ran = world.import().workers(1).updating(Reach::default()).run().await;
        assert!(ran.why_stopped().contains("does not let this token change leads"), "{}", ran.why_stopped());
        assert_eq!(ran.leads(Status::Created), 12);
        world.sandbox.recover();
        let ran = world.import().updating(Reach::default()).run().await;
        assert!(ran.is_done(), "{}", ran.said);
        assert!(world.sandbox.leads().iter().all(|lead| lead.variables["city"] == "York"));
    });
}

#[test]
fn an_import_that_changes_what_exists_survives_lost_answers_at_the_allowed_pace() {
    simulated(async |clock| {
        let faults = [None, Some(Fault::ResetAfter), Some(Fault::HangBefore), Some(Fault::Status(503, Effect::Before))];
        let world = World::new(&clock, |options| {
            options.duplicates = DuplicateAnswer::Taken422;
            options.change_faults = Faults::script(faults);
        })
        .await;
        let text = csv(&numbers(30));
        world.input(&text);
        assert!(world.import().run().await.is_done());
        std::fs::remove_file(world.results()).unwrap();
        world.clock.sleep(Duration::from_mins(1)).await;
        world.input(&text.replace("Leeds", "York"));
        let ran = world.import().with(|import| import.sending.on_exists = OnExists::Update).run().await;
        assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
        assert_eq!((ran.leads(Status::Exists), world.sandbox.leads().len()), (30, 30));
        assert!(world.sandbox.leads().iter().all(|lead| lead.variables["city"] == "York"));
        world.assert_pace_kept(&["50/s"]);
    });
}

#[test]
fn an_update_of_all_known_leads_reaches_those_that_were_there_before() {
    for existing in [Existing::Suggest, Existing::List] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| options.duplicates = DuplicateAnswer::Conflict409).await;
            world.input(&csv(&numbers(2)).replace("Leeds", "York"));
            assert!(world.import().run().await.is_done());
            std::fs::remove_file(world.results()).unwrap();
            world.input(&csv(&numbers(2)));
            let ran = world.import().with(|import| import.preload.existing = existing).run().await;
            assert_eq!(ran.leads(Status::Exists), 2);
            world.import().updating(Reach { likely_ours: true, not_ours: true }).run().await;
            assert_eq!(world.sandbox.leads()[0].variables["city"], "Leeds", "{existing:?}");
        });
    }
}

#[test]
fn an_update_gives_no_lead_a_number_that_is_on_a_do_not_call_list() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let rows = |phone: &str| format!("name,email,phone\nAda,ada@example.com,{phone}\n");
        world.input(&rows(&number(1)));
        assert!(world.import().with(|import| import.family = Family::Pollybot).run().await.is_done());
        world.input(&rows(&number(2)));
        std::fs::write(world.path("dnc.csv"), format!("phone\n{}\n", number(2))).unwrap();
        let list = Input::parse(&world.path("dnc.csv").to_string_lossy());
        world
            .import()
            .updating(Reach::default())
            .with(|import| {
                import.family = Family::Pollybot;
                import.preload.suppress = vec![list];
            })
            .run()
            .await;
        assert_eq!(world.sandbox.leads()[0].phone, Some(number(1)));
    });
}
