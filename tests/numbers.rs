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
