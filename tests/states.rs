//! Every row ends in exactly the right state.

use crate::harness::command::{Folder, Server};

/// The issue's own list: good rows, a bad number, a duplicate, a group, a secondary, a row the platform refuses.
const ALL_OF_IT: &str = "\
phone_number,name,company_id,secondary_phone_1,secondary_1_name
+49 30 23125001,Ada,,,
+49 30 23125002,Ben,,+49 30 23125003,Bea
12,Carl,,,
+49 (30) 23125-001,Ada again,,,
+49 30 23125011,Dora,acme,,
+49 30 23125012,Emil,acme,,
not a number,Fritz,acme,,
+1 212 555 0199,Blocked,,,
+49 30 23125021,Gina,,12,Bad
";

#[test]
fn of_every_kind_of_row_each_ends_in_exactly_the_right_state_and_the_totals_balance() {
    let (server, folder) = (Server::start(), Folder::with_leads(ALL_OF_IT));
    let run = folder.import("leads.csv").to(&server).args(&["--group-by", "company_id"]).run();
    run.exits(1).states(&[
        (2, "created"),
        (3, "created"),
        (4, "invalid"),
        (5, "duplicate"),
        (6, "created"),
        (7, "created"),
        (8, "invalid"),
        (9, "rejected"),
        (10, "created"),
    ]);
    run.reasons(&[(4, "phone_too_short"), (5, "same_lead"), (8, "phone_not_a_number"), (9, "rejected")]);
    run.leads_in("created", 4).leads_in("invalid", 1).leads_in("duplicate", 1).leads_in("rejected", 1);
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002", "+493023125011", "+493023125021"]);
    assert_eq!(server.lead("+493023125011")["secondaries"][0]["phone"], "+493023125012");
    assert_eq!(server.lead("+493023125002")["secondaries"][0]["variables"]["name"], "Bea");
}

#[test]
fn a_lead_that_the_platform_already_has_exists() {
    let server = Server::start();
    let leads = "phone_number\n+493023125001\n+493023125002\n";
    Folder::with_leads(leads).import("leads.csv").to(&server).run().exits(0);
    let elsewhere = Folder::with_leads(leads);
    let run = elsewhere.import("leads.csv").to(&server).run();
    run.exits(0).states(&[(2, "exists"), (3, "exists")]).leads_in("exists", 2);
    assert_eq!(server.leads().len(), 2);
}

#[test]
fn a_second_run_leaves_every_row_in_the_state_it_had() {
    let (server, folder) = (Server::start(), Folder::with_leads(ALL_OF_IT));
    let import = || folder.import("leads.csv").to(&server).args(&["--group-by", "company_id"]).run();
    let (first, second) = (import(), import());
    second.exits(1).says("nothing was sent").balances();
    for (status, leads) in [("created", 4), ("invalid", 1), ("duplicate", 1), ("rejected", 1)] {
        first.leads_in(status, leads);
        second.leads_in(status, leads);
    }
    assert_eq!(server.leads().len(), 4);
}
