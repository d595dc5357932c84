//! Which of the numbers that are read are called.

use crate::harness::command::{Folder, Server};

const COSTLY: &str = "phone_number\n+493023125001\n+499001234567\n+4918061234567\n+498001234567\n";

#[test]
fn premium_and_shared_cost_numbers_are_not_called_unless_they_are_named() {
    let server = Server::start();
    let folder = Folder::with_leads(COSTLY);
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(1).says("a premium-rate number").says("--types names premium");
    run.states(&[(2, "created"), (3, "invalid"), (4, "invalid"), (5, "created")]);
    run.reasons(&[(3, "phone_type_not_called"), (4, "phone_type_not_called")]);
    let named = folder.import("leads.csv").to(&server).args(&["--types", "fixed,premium"]).run();
    named.exits(1);
    assert_eq!(server.numbers(), ["+493023125001", "+498001234567", "+499001234567"]);
}

#[test]
fn only_types_that_are_named_are_called_and_a_wrong_name_is_told() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number\n+493023125001\n\"+493023125002; +4915123456789\"\n");
    folder.import("leads.csv").to(&server).args(&["--types", "mobile"]).run().exits(1);
    assert_eq!(server.numbers(), ["+4915123456789"], "the first number that is a mobile");
    let wrong = folder.import("leads.csv").to(&server).args(&["--types", "mobil"]).run();
    wrong.exits(2).says("\"mobil\" is no type of number what to do: name some of mobile, fixed");
}

#[test]
fn what_is_only_likely_is_called_and_marked_or_refused() {
    let folder = Folder::with_leads("phone_number\n447911123456\n+493023125001\n");
    let region = ["--region", "US"];
    let marked = folder.import("leads.csv").into_sandbox().args(&region).run();
    marked.exits(0);
    assert!(marked.lines().iter().any(|line| line["repairs"][0].as_str().unwrap_or("").contains("please check")));
    let folder = Folder::with_leads("phone_number\n447911123456\n+493023125001\n");
    let refused = folder.import("leads.csv").into_sandbox().args(&region).args(&["--no-repair"]).run();
    refused.exits(1).states(&[(2, "invalid"), (3, "created")]).reasons(&[(2, "phone_uncertain")]);
}

#[test]
fn further_numbers_of_a_cell_are_told_or_become_secondary_contacts() {
    let cells = "phone_number,name\n\"+493023125001; +493023125002\",Ada\n";
    let told = Folder::with_leads(cells).import("leads.csv").into_sandbox().run();
    let said = |lines: Vec<serde_json::Value>| lines.iter().map(|line| line["repairs"].to_string()).collect::<String>();
    assert!(said(told.exits(0).lines()).contains("not called: +493023125002"));
    let server = Server::start();
    let folder = Folder::with_leads(cells);
    folder.import("leads.csv").to(&server).args(&["--other-numbers", "secondary"]).run().exits(0);
    let lead = server.only_lead();
    assert_eq!(lead["secondaries"], serde_json::json!([{ "phone": "+493023125002", "variables": { "name": "Ada" } }]));
}

#[test]
fn a_number_beside_which_stands_that_it_is_not_to_be_called_is_not() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "phone_number,name\n+493023125001 (nicht anrufen!),Ada\nwrong number +493023125002,Ben\n+493023125003 (Ada),Cleo\n",
    );
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(1).reasons(&[(2, "phone_not_wanted"), (3, "phone_not_wanted")]).says("take them out if it may be");
    assert_eq!(server.numbers(), ["+493023125003"]);
}

#[test]
fn a_do_not_call_list_may_say_of_every_number_that_it_is_not_to_be_called() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number\n+493023125001\n+493023125002\n");
    folder.write("dnc.txt", "+493023125001 (do not call)\n");
    folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.txt"]).run();
    assert_eq!(server.numbers(), ["+493023125002"]);
}

#[test]
fn a_number_that_the_country_of_its_dial_code_does_not_have_is_not_read_for_another_one() {
    let server = Server::start();
    let folder = Folder::with_leads("Indicatif;Telefon\n+33;0151 23125001\n+49;0151 23125002\n");
    let run = folder.import("leads.csv").to(&server).args(&["--region", "DE"]).run();
    run.exits(1).states(&[(2, "invalid"), (3, "created")]).says("France");
    assert_eq!(server.numbers(), ["+4915123125002"]);
}

/// A workbook with these numbers, as cells that are numbers, in its first column.
fn workbook(cells: &[f64]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in [(0, "Telefon"), (1, "Name")] {
        sheet.write_string(0, column, name).unwrap();
    }
    for (row, cell) in (1..).zip(cells) {
        sheet.write_number(row, 0, *cell).unwrap();
        sheet.write_string(row, 1, "Ada").unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn what_a_spreadsheet_left_of_a_rounded_number_calls_nobody() {
    let table = "Telefon;Name\n4.93023E+11;Ada\n493023000000;Ben\n493023000000.0;Cem\n493023125001;Dan\n";
    let folder = Folder::with_leads(table).with("book.xlsx", workbook(&[4.93023e11, 4.93e11, 493_023_125_002.0]));
    let (server, german) = (Server::start(), ["--region", "DE"]);
    let run = folder.import("leads.csv").to(&server).args(&german).run();
    run.exits(1).says("it ends with 6 zeros").says("look the number up").leads_in("invalid", 3);
    run.reasons(&[(2, "phone_lossy"), (3, "phone_lossy"), (4, "phone_lossy")]);
    let run = folder.import("book.xlsx").to(&server).args(&german).run();
    run.exits(1)
        .says("it ends with 6 zeros")
        .says("it ends with 9 zeros")
        .leads_in("invalid", 2)
        .leads_in("created", 1);
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002"]);
}

#[test]
fn round_numbers_that_somebody_wrote_are_called_and_five_zeros_are_marked() {
    let table = "Telefon\n+49 30 200000\n030 30000000\n0800 1000000\n+493020000000\n493023100000\n";
    let folder = Folder::with_leads(table);
    let import =
        |args: &[&str]| folder.import("leads.csv").to(&Server::start()).args(&["--region", "DE"]).args(args).run();
    import(&["--dry-run"]).exits(0).says("please check").says("may_be_rounded").says("5 of 5 leads would be sent");
    import(&["--no-repair"]).exits(1).reasons(&[(6, "phone_uncertain")]).leads_in("invalid", 1).leads_in("created", 4);
}
