//! A rejects file that is imported again: what was left out as a duplicate changes no lead that is there.

use leadload::sandbox::RequestKind;

use crate::harness::command::{Folder, Run, Server};

const LEADS: &str = "phone_number,name,company\n+493023125001,Ada,Acme\n12,Ben,Bolt\n+493023125001,Ada,Other\n";
const REJECTS: &str = "leads.rejects.csv";

/// What is left of an import of [`LEADS`]: a row without a number, and a duplicate.
fn imported() -> (Server, Folder) {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    folder.import("leads.csv").to(&server).run().exits(1);
    assert!(folder.read(REJECTS).contains("Ada,Other,duplicate,"), "{}", folder.read(REJECTS));
    (server, folder)
}

fn on_rejects(command: &str, server: &Server, folder: &Folder, args: &[&str]) -> Run {
    folder.leadload(&[command, REJECTS]).to(server).args(args).run()
}

#[test]
fn a_duplicate_row_of_a_rejects_file_is_not_an_edited_lead_and_no_update_takes_its_words() {
    let (server, folder) = imported();
    let run = on_rejects("import", &server, &folder, &[]);
    run.exits(1).says("nothing was sent").says_nothing_of("edited").says_nothing_of("leadload update").balances();
    run.leads_in("created", 1).leads_in("invalid", 1).leads_in("duplicate", 0);
    let run = on_rejects("update", &server, &folder, &["--dry-run"]);
    run.exits(1).says_nothing_of("would be updated").says_nothing_of("edited").says("duplicate, by its _status");
    on_rejects("update", &server, &folder, &[]).exits(1).says("nothing was sent").balances();
    assert_eq!(server.only_lead()["variables"]["company"], "Acme");
    assert_eq!((server.requests(RequestKind::Create), server.requests(RequestKind::Update)), (1, 0));
}

#[test]
fn a_duplicate_row_with_another_number_is_a_new_lead() {
    let (server, folder) = imported();
    folder.write(REJECTS, folder.read(REJECTS).replace("+493023125001,Ada,Other", "+493023125009,Ada,Other"));
    on_rejects("import", &server, &folder, &[]).exits(1).leads_in("created", 1).says("(1 request");
    assert_eq!(server.numbers(), ["+493023125001", "+493023125009"]);
    assert_eq!(server.lead("+493023125009")["variables"]["company"], "Other");
}

#[test]
fn a_duplicate_row_is_sent_where_nobody_knows_its_lead_and_a_column_of_that_name_is_anybodys() {
    let (_, folder) = imported();
    let elsewhere = Server::start();
    on_rejects("import", &elsewhere, &folder, &[]).exits(1).says("(1 request").leads_in("created", 1);
    let theirs = "phone_number,name,_status\n+493023125001,Ada,duplicate\n";
    let (server, folder) = (Server::start(), Folder::with_leads(theirs));
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", theirs.replace("Ada", "Ada Berger"));
    folder.import("leads.csv").to(&server).run().exits(0).says("1 lead edited");
}

#[test]
fn the_rejects_of_workbooks_and_of_json_lines_are_heeded_in_the_same_way() {
    let lines =
        "{\"phone_number\":\"+493023125001\",\"name\":\"Ada\"}\n{\"phone_number\":\"+493023125001\",\"name\":\"Bo\"}\n";
    let (server, folder) = (Server::start(), Folder::new().with("a.jsonl", lines));
    folder.import("a.jsonl").to(&server).run().exits(0);
    folder.import("a.rejects.jsonl").to(&server).run().exits(0).says("nothing was sent").says_nothing_of("edited");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, [phone, name]) in
        (0..).zip([["phone_number", "name"], ["+493023125002", "Cem"], ["+493023125002", "Dan"]])
    {
        sheet.write_string(row, 0, phone).unwrap();
        sheet.write_string(row, 1, name).unwrap();
    }
    folder.write("b.xlsx", book.save_to_buffer().unwrap());
    folder.import("b.xlsx").to(&server).run().exits(0);
    folder.import("b.rejects.xlsx").to(&server).run().exits(0).says("nothing was sent").says_nothing_of("edited");
    assert_eq!(server.requests(RequestKind::Create), 2);
}

#[test]
fn the_rejects_of_a_rejects_file_are_the_next_ones_and_none_is_written_over() {
    let (server, folder) = imported();
    let first = folder.read(REJECTS);
    on_rejects("import", &server, &folder, &[]).exits(1).says("Rejects: leads.rejects-2.csv");
    assert_eq!(folder.read(REJECTS), first);
    let run = folder.import("leads.rejects-2.csv").to(&server).run();
    run.exits(1).says("Rejects: leads.rejects-3.csv");
    let rejects = folder.read("leads.rejects-2.csv");
    assert!(rejects.contains("12,Ben,Bolt,invalid,") && !rejects.contains("duplicate"), "{rejects}");
}
