//! A person is taken out of a results file.

use std::fs;
use std::process::{Command, Stdio};

use leadload::sandbox::{Fault, Faults, RequestKind};
use serde_json::Value;

use crate::harness::command::{Folder, Run, Server};

const ADA: &str = "+493023125001";

/// Ada is a lead of her own (with Ben for a contact), a contact of Cem's, in a further number's cell, and a repeated row.
const PEOPLE: &str = "phone_number,secondary_phone_1,name\n030 23125001,+493023125002,Ada\n+493023125003,+493023125001,Cem\n\
                      +493023125004 / 030 23125001,,Dora\n+493023125001,,Ada\n";

fn imported(leads: &str) -> (Server, Folder) {
    let (server, folder) = (Server::start(), Folder::with_leads(leads));
    again(&server, &folder);
    (server, folder)
}

#[track_caller]
fn again(server: &Server, folder: &Folder) -> Run {
    folder.import("leads.csv").to(server).args(&["--region", "DE"]).run()
}

#[track_caller]
fn forget(folder: &Folder, args: &[&str]) -> Run {
    let file = folder.results().unwrap();
    folder.leadload(&["forget", ADA, &file]).args(args).without_token().run()
}

fn text(folder: &Folder) -> String {
    folder.read(&folder.results().unwrap())
}

/// No line of the file has anything by which Ada could be called.
#[track_caller]
fn assert_gone(folder: &Folder) {
    let text = text(folder);
    let left: Vec<_> = text.lines().filter(|line| line.contains("23125001")).collect();
    assert!(left.is_empty(), "{left:#?}");
}

#[track_caller]
fn assert_numbered(folder: &Folder) {
    for (at, line) in text(folder).lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["n"], at + 1, "{line}");
        assert!(line["d"].as_u64() < line["n"].as_u64(), "{line}");
    }
}

#[test]
fn whoever_is_forgotten_is_nowhere_in_the_file_and_an_import_of_the_same_file_sends_nothing() {
    let (server, folder) = imported(PEOPLE);
    let created = server.leads().len();
    assert!(text(&folder).contains("23125001"));
    let run = forget(&folder, &["--yes"]);
    run.exits(0).says("a lead of its own: created (made on the platform), id 1001, campaign 7");
    run.says("a secondary contact of 1 lead of others (leads.csv › row 3)").says("still has lead 1001");
    run.says("leads.csv), their rejects files").says("--suppress");
    assert_gone(&folder);
    assert_numbered(&folder);
    again(&server, &folder).says("nothing was sent").says_nothing_of("edited");
    assert_eq!((server.leads().len(), server.requests(RequestKind::Create)), (created, created));
    // Not by the rows that repeat hers either.
    assert_gone(&folder);
    forget(&folder, &["--yes"]).exits(0).says("nothing of +493023125001 any more");
}

#[test]
fn a_row_that_is_edited_later_does_not_bring_the_person_back() {
    let (server, folder) = imported(PEOPLE);
    forget(&folder, &["--yes"]).exits(0);
    folder.write("leads.csv", PEOPLE.replace("Ada", "Ada Berger"));
    for command in ["import", "update"] {
        let run = folder.leadload(&[command, "leads.csv"]).to(&server).args(&["--region", "DE", "--yes"]).run();
        run.says_nothing_of("1 lead edited").says_nothing_of("updated");
    }
    folder.import("leads.csv").to(&server).args(&["--region", "DE", "--retry-rejected", "--allow-duplicates"]).run();
    assert_gone(&folder);
    assert!(server.leads().iter().all(|lead| lead.variables.get("name") != Some(&"Ada Berger".into())));
}

#[test]
fn somebody_who_was_sent_with_duplicates_allowed_stays_away_when_the_row_is_edited() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number,name\n+493023125001,Ada\n"));
    let import = |more: &[&str]| folder.import("leads.csv").to(&server).args(more).run();
    import(&["--allow-duplicates"]).exits(0);
    forget(&folder, &["--yes"]).exits(0);
    folder.write("leads.csv", "phone_number,name\n+493023125001,Ada Berger\n");
    import(&[]).says("nothing was sent");
    import(&["--allow-duplicates"]).says("nothing was sent");
    assert_eq!(server.leads().len(), 1);
    assert_gone(&folder);
    assert_numbered(&folder);
    forget(&folder, &["--yes"]).exits(0).says("has nothing of");
}

#[test]
fn every_other_command_reads_the_file_as_before() {
    let (server, folder) = imported(PEOPLE);
    let before = server.leads().len();
    forget(&folder, &["--yes"]).exits(0);
    let file = folder.results().unwrap();
    folder.leadload(&["results", &file]).run().exits(0).says("its number and texts were taken out");
    folder
        .leadload(&["results", &file, "--phone", ADA])
        .run()
        .exits(0)
        .says("It was forgotten")
        .says("leads.csv › row 2");
    folder.leadload(&["reconcile", &file]).run().exits(0).says("Nothing is in doubt");
    let undo = folder.leadload(&["undo", &file, "--yes"]).into_server(&server).run();
    // Whom nobody knows any more is not deleted by an id alone.
    undo.exits(1).says("left: 1 lead: forgotten here");
    assert_eq!((before, server.leads().len()), (3, 1));
    // Her own lead is not made anew. As a contact of Cem's she comes back with his: that is for the input to leave out.
    again(&server, &folder);
    assert_eq!(server.leads().len(), 3);
    let own = server.leads().into_iter().filter(|lead| lead.phone.as_deref() == Some(ADA));
    assert_eq!(own.count(), 1);
}

#[test]
fn whoever_was_deleted_on_the_platform_first_is_not_created_again() {
    let (server, folder) = imported("phone_number\n+493023125001\n");
    let file = folder.results().unwrap();
    folder.leadload(&["undo", &file, "--yes"]).into_server(&server).run().exits(0);
    forget(&folder, &["--yes"]).exits(0).says_nothing_of("delete it there");
    again(&server, &folder).says("nothing was sent");
    assert!(server.leads().is_empty());
    assert_gone(&folder);
}

#[test]
fn whoever_was_refused_or_held_back_is_not_sent_by_a_later_import() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number,name\n+493023125001,Ada\n"));
    folder.write("dnc.csv", "phone\n+493023125001\n");
    folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.csv"]).run();
    forget(&folder, &["--yes"]).exits(0).says("never sent");
    let report = folder.leadload(&["report", &folder.results().unwrap()]).run();
    report.exits(0).says("1 person was forgotten").says_nothing_of("most likely");
    again(&server, &folder).says("nothing was sent");
    assert!(server.leads().is_empty());
    assert_gone(&folder);
}

#[test]
fn a_lead_in_doubt_is_looked_up_no_more_and_never_sent_again() {
    // An empty list proves nothing, so it stays in doubt.
    let server = Server::with(|options| options.create_faults = Faults::script([Some(Fault::ResetBefore)]));
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    again(&server, &folder).exits(4);
    forget(&folder, &["--yes"]).exits(0).says("in doubt: it may be on the platform").says("look for it there");
    assert_gone(&folder);
    again(&server, &folder).says("nothing was sent");
    let file = folder.results().unwrap();
    folder.leadload(&["reconcile", &file]).run().exits(0).says("Nothing is in doubt");
    assert!(server.leads().is_empty());
}

#[test]
fn an_address_is_forgotten_as_a_number_is() {
    let (server, folder) =
        (Server::start(), Folder::with_leads("name,email\nAda,ada@example.com\nBen,ben@example.com\n"));
    folder.import("leads.csv").into_pollybot(&server).run().exits(0);
    let file = folder.results().unwrap();
    folder.leadload(&["forget", " Ada@Example.com", &file, "--yes"]).run().exits(0).says("chatbot demo");
    let text = text(&folder);
    assert!(!text.contains("ada@") && text.contains("ben@example.com"), "{text}");
    folder.import("leads.csv").into_pollybot(&server).run().exits(0).says("nothing was sent");
}

#[test]
fn the_sandbox_gives_nobody_else_the_id_of_whoever_was_forgotten() {
    let folder = Folder::with_leads("phone_number\n+493023125002\n+493023125001\n");
    folder.import("leads.csv").into_sandbox().run().exits(0);
    forget(&folder, &["--yes"]).exits(0);
    folder.write("leads.csv", "phone_number\n+493023125003\n");
    folder.import("leads.csv").into_sandbox().run().exits(0).says("1 request").leads_in("created", 1);
}

#[test]
fn a_dry_run_and_a_missing_yes_change_nothing() {
    let (_server, folder) = imported(PEOPLE);
    let before = text(&folder);
    forget(&folder, &["--dry-run"]).exits(0).says("lines are rewritten").says("Nothing was changed (--dry-run)");
    forget(&folder, &[]).exits(2).says("add --yes");
    assert_eq!(text(&folder), before);
    let file = folder.results().unwrap();
    let run = folder.leadload(&["forget", "+493023125009", &file, "--yes"]).run();
    // A script must not believe that it is forgotten.
    run.exits(1).says("has nothing of +493023125009");
    let swapped = folder.leadload(&["forget", &file, "+493023125009", "--yes"]).run();
    swapped.exits(2).says("the number comes first: leadload forget +493023125009");
    assert_eq!(text(&folder), before);
    folder.leadload(&["forget", ADA, "missing.jsonl", "--yes"]).run().exits(5);
    assert!(!folder.path("missing.jsonl").exists());
}

#[test]
fn while_a_run_has_the_file_it_is_refused_and_the_file_stays_as_it_was() {
    let (_server, folder) = imported(PEOPLE);
    let before = text(&folder);
    let file = fs::File::open(folder.path(&folder.results().unwrap())).unwrap();
    file.lock().unwrap();
    forget(&folder, &["--yes"]).exits(5).says("another leadload is running");
    assert_eq!(text(&folder), before);
}

#[test]
fn an_undo_that_is_not_finished_comes_first() {
    let (_server, folder) = imported("phone_number\n+493023125001\n");
    let file = folder.results().unwrap();
    let lead: Value = serde_json::from_str(text(&folder).lines().nth(2).unwrap()).unwrap();
    let line = |n: u64, rest: &str| format!("{{\"n\":{n},\"d\":{},{rest},\"at\":\"2026-11-21T10:00:00Z\"}}\n", n - 1);
    let count = text(&folder).lines().count() as u64;
    let key = lead["key"].as_str().unwrap();
    let begun = [
        line(count + 1, r#""type":"run","format":1,"keys":1,"run":"u","why":"undo""#),
        line(count + 2, &format!(r#""type":"deleting","key":"{key}","id":"1001","run":"u""#)),
    ];
    folder.write(&file, text(&folder) + &begun.concat());
    let before = text(&folder);
    forget(&folder, &["--yes"]).exits(2).says("an undo of this lead is not finished").says("--run 20");
    assert_eq!(text(&folder), before);
}

#[test]
fn what_was_done_is_told_as_json_too() {
    let (_server, folder) = imported(PEOPLE);
    let json = forget(&folder, &["--yes", "--json"]).exits(0).json();
    assert_eq!((&json["outcome"], &json["leads"][0]["status"]), (&"forgotten".into(), &"created".into()));
    assert!(json["taken_out"]["numbers"].as_u64() > Some(3), "{json}");
    let last = text(&folder);
    let last: Vec<Value> = last.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(last.iter().any(|line| line["why"] == "forget" && line["run"] == json["run"]));
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay_what_they_were() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (_server, folder) = imported(PEOPLE);
    let file = folder.results().unwrap();
    fs::rename(folder.path(&file), folder.path("elsewhere")).unwrap();
    symlink("elsewhere", folder.path(&file)).unwrap();
    fs::set_permissions(folder.path("elsewhere"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::hard_link(folder.path("elsewhere"), folder.path("copy")).unwrap();
    forget(&folder, &["--yes"]).exits(0).says("further names (hard links: 1)");
    assert!(fs::symlink_metadata(folder.path(&file)).unwrap().is_symlink());
    assert_eq!(fs::metadata(folder.path("elsewhere")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_gone(&folder);
    assert!(folder.read("copy").contains("23125001"));
}

/// A file with so many other leads that a rewrite takes a while.
fn long_file(folder: &Folder) -> String {
    let (mut text, file) = (text(folder), folder.results().unwrap());
    let count = text.lines().count() as u64;
    let rest = r#""type":"lead","status":"invalid","source":{"file":"more.csv","row":9,"line":9},"rows":[9],"reason":{"code":"phone_empty","message":"no number"},"at":"2026-11-21T10:00:01Z","run":"x"}"#;
    text.extend((count + 1..count + 8_000).map(|n| format!("{{\"n\":{n},\"d\":{},{rest}\n", n - 1)));
    folder.write(&file, &text);
    text
}

/// A limit on the size of files ends the program by a signal at that byte: a kill whose moment no load of the machine
/// changes.
#[cfg(unix)]
#[test]
fn killed_while_it_writes_it_leaves_the_old_file_and_the_next_one_takes_away_what_is_left() {
    let (_server, folder) = imported(PEOPLE);
    let file = folder.results().unwrap();
    let before = long_file(&folder);
    for blocks in [0, 1, 7, 400, before.len() / 1024] {
        let shell = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("bash");
        command.args(["-c", &shell, env!("CARGO_BIN_EXE_leadload"), "forget", ADA, &file, "--yes"]);
        let output = command.current_dir(folder.path("")).stdin(Stdio::null()).output().unwrap();
        assert!(!output.status.success(), "{blocks}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(text(&folder) == before, "{blocks}");
    }
    let left = |folder: &Folder| folder.files().into_iter().filter(|name| name.ends_with(".rewritten")).count();
    assert_eq!(left(&folder), 1, "it was ended in the middle");
    forget(&folder, &["--yes"]).exits(0);
    assert_gone(&folder);
    assert_numbered(&folder);
    assert_eq!(left(&folder), 0);
}

#[test]
fn of_contacts_it_is_told_who_stays_and_who_comes_back() {
    let (_server, folder) = imported(PEOPLE);
    let run = forget(&folder, &["--yes", "--json"]);
    run.exits(0).says("with 1 secondary contact that stays").says("where one is another number of this person");
    run.says("the leads of others (leads.csv › row 3) still have this contact").says("give that to every import");
    assert_eq!(run.json()["leads"][0]["contacts"], 1);
    let story = folder.leadload(&["results", &folder.results().unwrap(), "--row", "2", "--show-numbers"]).run();
    story.exits(0).says("contacts: +493023125002").says_nothing_of(ADA);
}
