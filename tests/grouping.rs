//! Rows become leads with secondary contacts.

use serde_json::json;

use crate::harness::command::{Folder, Run, Server};

/// Imports `leads` grouped by `company`.
fn grouped(server: &Server, leads: &str, more: &[&str]) -> Run {
    let folder = Folder::with_leads(leads);
    folder.import("leads.csv").to(server).args(&["--group-by", "company"]).args(more).run()
}

#[test]
fn rows_of_a_group_are_one_lead_and_each_contact_keeps_its_own_variables() {
    let server = Server::start();
    let leads = "company,phone_number,name\n\
                 acme,+493023125001,Ada\nacme,+493023125002,Ben\nacme,+493023125003,Cem\n";
    let run = grouped(&server, leads, &[]);
    run.exits(0).states(&[(2, "created"), (3, "created"), (4, "created")]).leads_in("created", 1);
    let lead = server.only_lead();
    assert_eq!((&lead["phone"], &lead["variables"]), (&json!("+493023125001"), &json!({ "name": "Ada" })));
    assert_eq!(
        lead["secondaries"],
        json!([
            { "phone": "+493023125002", "variables": { "name": "Ben" } },
            { "phone": "+493023125003", "variables": { "name": "Cem" } },
        ])
    );
}

#[test]
fn the_primary_contact_is_the_row_where_a_column_says_so() {
    let server = Server::start();
    let leads = "company,main,phone_number\nacme,no,+493023125001\nacme,YES,+493023125002\nacme,,+493023125003\n";
    grouped(&server, leads, &["--primary-when", "main=yes"]).exits(0);
    let lead = server.only_lead();
    assert_eq!(lead["phone"], "+493023125002");
    assert_eq!(lead["secondaries"][0]["phone"], "+493023125001");
    assert_eq!(lead["secondaries"][1]["phone"], "+493023125003");
}

#[test]
fn a_row_without_a_group_is_a_lead_of_its_own() {
    let server = Server::start();
    let leads = "company,phone_number\n,+493023125001\n,+493023125002\nacme,+493023125003\n";
    grouped(&server, leads, &[]).exits(0).leads_in("created", 3);
    assert_eq!(server.leads().len(), 3);
}

#[test]
fn several_columns_together_name_a_group() {
    let server = Server::start();
    let leads = "company,site,phone_number\na,1,+493023125001\na,1,+493023125002\na,2,+493023125003\n";
    grouped(&server, leads, &["--group-by", "site"]).exits(0).leads_in("created", 2);
    assert_eq!(server.numbers(), ["+493023125001", "+493023125003"]);
}

#[test]
fn a_group_that_comes_again_is_reported_and_never_sent_twice() {
    let server = Server::start();
    let leads = "company,phone_number\nacme,+493023125001\nother,+493023125002\nacme,+493023125003\n";
    let run = grouped(&server, leads, &[]);
    run.exits(1).states(&[(2, "created"), (3, "created"), (4, "invalid")]).reasons(&[(4, "group_scattered")]);
    run.says("the group \"acme\" stood already at leads.csv › row 2").says("sort the file");
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002"]);
}

#[test]
fn an_eleventh_secondary_contact_is_reported_and_ten_are_sent() {
    let server = Server::start();
    let rows: Vec<_> = (1..=12).map(|n| format!("acme,+4930231250{n:02}")).collect();
    let run = grouped(&server, &format!("company,phone_number\n{}", rows.join("\n")), &[]);
    run.exits(1).reasons(&[(13, "too_many_secondaries")]).leads_in("created", 1).leads_in("invalid", 0);
    assert_eq!(server.only_lead()["secondaries"].as_array().unwrap().len(), 10);
}

#[test]
fn a_secondary_with_the_primarys_number_or_an_earlier_ones_is_reported() {
    let server = Server::start();
    let leads = "company,phone_number\nacme,+493023125001\nacme,030 23125001\nacme,+493023125002\nacme,+493023125002\n";
    let run = grouped(&server, leads, &["--region", "DE"]);
    run.exits(1).reasons(&[(3, "secondary_is_primary"), (5, "secondary_repeated")]);
    assert_eq!(server.only_lead()["secondaries"].as_array().unwrap().len(), 1);
}

#[test]
fn a_secondary_row_with_a_bad_number_is_reported_and_the_lead_goes_without_it() {
    let server = Server::start();
    let leads = "company,phone_number\nacme,+493023125001\nacme,12\nacme,+493023125003\n";
    let run = grouped(&server, leads, &[]);
    run.exits(1).states(&[(2, "created"), (3, "invalid"), (4, "created")]).leads_in("created", 1).says("too short");
    assert_eq!(server.only_lead()["secondaries"][0]["phone"], "+493023125003");
}

#[test]
fn with_strict_a_lead_with_a_bad_secondary_does_not_go_at_all() {
    let server = Server::start();
    let leads = "company,phone_number\nacme,+493023125001\nacme,12\nfine,+493023125003\n";
    let run = grouped(&server, leads, &["--strict"]);
    run.exits(1).states(&[(2, "invalid"), (3, "invalid"), (4, "created")]);
    run.reasons(&[(2, "strict"), (3, "phone_too_short")]).says("leads.csv › row 3 › phone_number: too short: 2 digits");
    assert_eq!(server.numbers(), ["+493023125003"]);
}

#[test]
fn a_group_whose_primary_cannot_be_called_is_not_sent() {
    let server = Server::start();
    let run = grouped(&server, "company,phone_number\nacme,12\nacme,+493023125002\n", &[]);
    run.exits(1).states(&[(2, "invalid"), (3, "invalid")]);
    run.reasons(&[(2, "phone_too_short"), (3, "group_primary_invalid")]).leads_in("invalid", 1);
    assert_eq!(server.leads().len(), 0);
}

#[test]
fn a_group_goes_to_one_campaign_only() {
    let server = Server::start();
    let folder = Folder::with_leads("company,campaign,phone_number\na,7,+493023125001\na,8,+493023125002\n");
    let flags = ["--group-by", "company", "--campaign-column", "campaign"];
    let run = folder.import("leads.csv").into_server(&server).args(&flags).run();
    run.exits(1).reasons(&[(2, "group_mixed_campaigns"), (3, "group_mixed_campaigns")]);
}

#[test]
fn a_group_that_was_settled_under_another_primary_is_changed_and_not_sent_again() {
    let server = Server::start();
    let folder = Folder::with_leads("company,phone_number\nacme,+493023125001\nacme,+493023125002\n");
    let import = || folder.import("leads.csv").to(&server).args(&["--group-by", "company"]).run();
    import().exits(0);
    folder.write("leads.csv", "company,phone_number\nacme,+493023125002\nacme,+493023125001\n");
    import().exits(0).says("nothing was sent").says("1 lead edited since an earlier run");
    assert_eq!(server.numbers(), ["+493023125001"]);
}

#[test]
fn wide_columns_hold_secondary_contacts_with_variables_of_their_own() {
    let server = Server::start();
    let leads = "phone_number,name,secondary_phone_1,secondary_1_name,secondary_phone_2,secondary_2_name\n\
                 +493023125001,Ada,+493023125002,Ben,,\n+493023125011,Dora,,,+493023125012,Emil\n";
    Folder::with_leads(leads).import("leads.csv").to(&server).run().exits(0);
    let ada = server.lead("+493023125001");
    assert_eq!(ada["variables"], json!({ "name": "Ada" }));
    assert_eq!(ada["secondaries"], json!([{ "phone": "+493023125002", "variables": { "name": "Ben" } }]));
    let dora = server.lead("+493023125011");
    assert_eq!(dora["secondaries"], json!([{ "phone": "+493023125012", "variables": { "name": "Emil" } }]));
}

#[test]
fn a_bad_number_in_a_wide_column_is_reported_and_the_lead_goes_without_it() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number,secondary_phone_1\n+493023125001,12\n+493023125002,+493023125002\n");
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(0).states(&[(2, "created"), (3, "created")]);
    run.says("1 remark: secondary_phone_1 left out: too short: 2 digits leads.csv › row 2");
    run.says("1 remark: secondary_phone_1 left out: +493023•••002 is the primary contact's number too");
    folder.import("leads.csv").to(&server).args(&["--dry-run"]).run().says_nothing_of("left out");
    let fresh = folder.import("leads.csv").args(&["--dry-run"]).into_sandbox().run();
    fresh.says("1 remark: secondary_phone_1 left out: too short: 2 digits");
}

#[test]
fn with_strict_a_bad_number_in_a_wide_column_holds_the_lead_back() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number,secondary_phone_1\n+493023125001,12\n+493023125002,\n");
    let run = folder.import("leads.csv").to(&server).args(&["--strict"]).run();
    run.exits(1).states(&[(2, "invalid"), (3, "created")]).says("secondary_phone_1: too short: 2 digits");
}
