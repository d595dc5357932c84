//! The same command again.

use leadload::sandbox::RequestKind;

use crate::harness::command::{Folder, Run, Server};

const TWO: &str = "phone_number,name\n+493023125001,Ada\n+493023125002,Ben\n";

/// A folder whose `leads.csv` has been imported into a server.
fn imported(leads: &str) -> (Server, Folder) {
    let (server, folder) = (Server::start(), Folder::with_leads(leads));
    let run = folder.import("leads.csv").to(&server).run();
    run.balances();
    (server, folder)
}

#[track_caller]
fn again(server: &Server, folder: &Folder) -> Run {
    folder.import("leads.csv").to(server).run()
}

#[test]
fn the_same_import_a_second_time_sends_nothing_says_so_and_exits_with_the_same_code() {
    let (server, folder) = imported(TWO);
    again(&server, &folder).exits(0).says("nothing was sent").leads_in("created", 2);
    assert_eq!(server.requests(RequestKind::Create), 2);
}

#[test]
fn a_file_that_grew_sends_only_what_is_new() {
    let (server, folder) = imported(TWO);
    folder.write("leads.csv", format!("{TWO}+493023125003,Cem\n"));
    again(&server, &folder).exits(0).leads_in("created", 3).says("(1 request");
    assert_eq!(server.requests(RequestKind::Create), 3);
}

#[test]
fn a_file_that_was_sorted_renamed_or_written_in_another_way_sends_nothing() {
    let (server, folder) = imported(TWO);
    folder.write("leads.csv", "phone_number,name\n+493023125002,Ben\n+493023125001,Ada\n");
    again(&server, &folder).exits(0).says("nothing was sent").says_nothing_of("edited");
    folder.write("other.csv", "name;phone_number\r\nAda;0049 30 23125001\r\nBen;(030) 23125-002\r\n");
    let run = folder.import("other.csv").to(&server).args(&["--region", "DE"]).run();
    run.exits(0).says("nothing was sent").says_nothing_of("edited");
    assert_eq!(server.leads().len(), 2);
}

#[test]
fn a_created_lead_whose_row_was_edited_is_reported_as_changed_and_not_sent_again() {
    let (server, folder) = imported(TWO);
    folder.write("leads.csv", TWO.replace("Ada", "Ada Berger"));
    let run = folder.import("leads.csv").to(&server).args(&["--json"]).run();
    run.exits(0).says("1 lead edited since an earlier run: not sent again");
    assert_eq!(run.json()["totals"]["changed"], 1);
    assert_eq!(server.lead("+493023125001")["variables"]["name"], "Ada");
}

#[test]
fn a_lead_whose_secondary_contacts_were_edited_is_changed_as_well() {
    let (server, folder) = imported("phone_number,secondary_phone_1\n+493023125001,+493023125002\n");
    folder.write("leads.csv", "phone_number,secondary_phone_1\n+493023125001,+493023125003\n");
    again(&server, &folder).exits(0).says("1 lead edited").says("nothing was sent");
}

#[test]
fn a_rejected_lead_is_tried_again_only_where_it_changed_or_with_retry_rejected() {
    let (server, folder) = imported("phone_number,name\n+12125550199,Ada\n+493023125001,Ben\n");
    again(&server, &folder).exits(1).says("nothing was sent").leads_in("rejected", 1);
    assert_eq!(server.requests(RequestKind::Create), 2);
    folder.import("leads.csv").to(&server).args(&["--retry-rejected"]).run().exits(1).says("(1 request");
    folder.write("leads.csv", "phone_number,name\n+12125550199,Ada Berger\n+493023125001,Ben\n");
    again(&server, &folder).exits(1).says("(1 request").leads_in("rejected", 1);
    assert_eq!(server.requests(RequestKind::Create), 4);
}

#[test]
fn a_second_run_keeps_the_platforms_words_in_the_rejects_file() {
    let (server, folder) = imported("phone_number\n+12125550199\n12\n");
    let rejects = folder.read("leads.rejects.csv");
    assert!(rejects.contains("The phone number is blocked."), "{rejects}");
    again(&server, &folder).exits(1).says("The phone number is blocked.");
    assert_eq!(folder.read("leads.rejects.csv"), rejects);
    assert!(!folder.files().iter().any(|name| name.ends_with(".previous")), "{:?}", folder.files());
}

#[test]
fn an_invalid_row_is_judged_anew() {
    let (server, folder) = imported("phone_number\n030 23125001\n");
    assert_eq!(server.leads().len(), 0);
    let run = folder.import("leads.csv").to(&server).args(&["--region", "DE"]).run();
    run.exits(0).states(&[(2, "created")]).leads_in("invalid", 0);
    let rejects: Vec<_> = folder.files().into_iter().filter(|name| name.contains("rejects")).collect();
    assert_eq!(rejects, ["leads.rejects.csv.previous"], "what is no longer true stands aside");
}

#[test]
fn a_corrected_rejects_file_is_imported_like_any_other() {
    let (server, folder) = imported("phone_number,name\n+493023125001,Ada\n12,Ben\n+493023125001,Again\n");
    let corrected = folder.read("leads.rejects.csv").replace("\n12,", "\n+493023125002,");
    folder.write("leads.rejects.csv", corrected);
    let run = folder.import("leads.rejects.csv").to(&server).run();
    run.exits(0).leads_in("created", 2);
    assert_eq!(server.lead("+493023125002")["variables"], serde_json::json!({ "name": "Ben" }));
    assert_eq!(server.leads().len(), 2);
}

#[test]
fn each_campaign_and_each_host_knows_its_own_leads() {
    let (server, folder) = imported(TWO);
    folder.import("leads.csv").into_server(&server).args(&["--campaign", "8"]).run().exits(0).says("(2 requests");
    let other = Server::start();
    again(&other, &folder).exits(0).says("(2 requests");
    folder.import("leads.csv").into_sandbox().run().exits(0).says("(2 requests");
    assert_eq!((server.leads().len(), other.leads().len()), (4, 2));
}

#[test]
fn a_campaign_is_the_same_by_its_name_as_by_its_id() {
    let (server, folder) = imported(TWO);
    for campaign in ["007", "Spring campaign", " spring CAMPAIGN"] {
        let run = folder.import("leads.csv").into_server(&server).args(&["--campaign", campaign]).run();
        run.exits(0).says("nothing was sent");
    }
    assert_eq!(server.requests(RequestKind::Create), 2);
    assert_eq!(folder.results().as_deref(), Some("autocalls-7.results.jsonl"));
}

#[test]
fn another_folder_knows_what_was_sent_where_it_is_given_the_same_results_file() {
    let (server, folder) = imported(TWO);
    folder.write("copy/leads.csv", TWO);
    let flags = ["--results", "autocalls-7.results.jsonl"];
    folder.import("copy/leads.csv").to(&server).args(&flags).run().exits(0).says("nothing was sent");
}

#[test]
fn a_limit_reads_the_first_leads_and_the_next_run_goes_on() {
    let (server, folder) = (Server::start(), Folder::with_leads(format!("{TWO}12,Bad\n+493023125003,Cem\n")));
    let limited = |limit: &str| folder.import("leads.csv").to(&server).args(&["--limit", limit]).run();
    limited("0").exits(0).says("nothing was sent");
    limited("1").exits(0).leads_in("created", 1).balances();
    assert_eq!(server.numbers(), ["+493023125001"]);
    limited("3").exits(1).leads_in("created", 2).leads_in("invalid", 1).balances();
    again(&server, &folder).exits(1).leads_in("created", 3).balances();
    assert_eq!(server.requests(RequestKind::Create), 3);
}

#[test]
fn without_a_first_pass_the_same_holds() {
    let (server, folder) = (Server::start(), Folder::with_leads(format!("{TWO}12,Bad\n+493023125002,Twice\n")));
    let stream = || folder.import("leads.csv").to(&server).args(&["--stream"]).run();
    stream().exits(1).states(&[(2, "created"), (3, "created"), (4, "invalid"), (5, "duplicate")]);
    stream().exits(1).says("nothing was sent").leads_in("created", 2).balances();
    assert_eq!(server.requests(RequestKind::Create), 2);
}

#[test]
fn with_allow_duplicates_identical_rows_are_sent_as_often_as_they_stand_there_and_once_each() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023125001\n+493023125001\n"));
    let import = || folder.import("leads.csv").to(&server).args(&["--allow-duplicates"]).run();
    import().exits(0).leads_in("created", 2);
    import().exits(0).says("nothing was sent");
    folder.write("leads.csv", "phone_number\n+493023125001\n+493023125001\n+493023125001\n");
    import().exits(0).says("(1 request").leads_in("created", 3);
    assert_eq!(server.leads().len(), 3);
}

#[test]
fn a_rejects_file_that_is_an_input_as_well_is_not_written_over() {
    let (server, folder) = imported("phone_number\n12\n");
    let rejects = folder.read("leads.rejects.csv");
    let run = folder.leadload(&["import", "leads.csv", "leads.rejects.csv"]).to(&server).run();
    run.exits(1).says("Rejects: leads-2.rejects.csv");
    assert_eq!(folder.read("leads.rejects.csv"), rejects);
}

#[test]
fn a_dry_run_by_a_campaigns_name_says_that_it_cannot_know_what_was_sent() {
    let (server, folder) = imported(TWO);
    let plan = |campaign: &str| {
        folder.import("leads.csv").into_server(&server).args(&["--dry-run", "--campaign", campaign]).run()
    };
    plan("Spring campaign").exits(0).says("give the id to see what is left");
    plan("7").exits(0).says("0 of 2 leads would be sent").says_nothing_of("give the id");
}

#[test]
fn with_and_without_allow_duplicates_nobody_who_was_created_is_sent_again() {
    let leads = "phone_number,name\n+493023125001,Ada\n+493023125001,Ada\n+493023125002,Bo\n";
    let (server, folder) = (Server::start(), Folder::with_leads(leads));
    folder.import("leads.csv").to(&server).run().exits(0).states(&[(2, "created"), (3, "duplicate"), (4, "created")]);
    let flag = ["--allow-duplicates"];
    folder.import("leads.csv").to(&server).args(&flag).run().exits(0);
    assert_eq!(server.leads().len(), 3, "only the second identical row was left");
    folder.import("leads.csv").to(&server).args(&flag).run().exits(0);
    folder.import("leads.csv").to(&server).run().exits(0);
    assert_eq!(server.leads().len(), 3);
}
