//! Who must not be called.

use leadload::lead::Status;
use leadload::sandbox::{Fault, Faults, RequestKind};
use leadload::source::Input;

use crate::harness::command::{Folder, Server};
use crate::harness::in_process::{World, csv, number, numbers, simulated};

const FIVE: &str = "phone_number\n+493023125001\n+493023125002\n+493023125003\n+493023125004\n+493023125005\n";

/// Imports five leads, of which this list bars all but the last.
#[track_caller]
fn bars_four(name: &str, list: &str, args: &[&str]) {
    let (server, folder) = (Server::start(), Folder::with_leads(FIVE).with(name, list));
    let run = folder.import("leads.csv").to(&server).args(&["--suppress", name]).args(args).run();
    run.exits(0).says("4 numbers on 1 do-not-call list").leads_in("suppressed", 4).leads_in("created", 1);
    run.states(&[(2, "suppressed"), (3, "suppressed"), (4, "suppressed"), (5, "suppressed"), (6, "created")]);
    assert_eq!(server.numbers(), ["+493023125005"], "{list}");
    assert_eq!(folder.files().iter().filter(|file| file.contains("rejects")).count(), 0, "nothing is to be corrected");
}

#[test]
fn a_number_is_barred_however_it_is_written_and_whatever_the_list_is() {
    bars_four(
        "dnc.csv",
        "Name,Telefon\nA,+49 30 23125001\nB,0049 30 23125-002\nC,(030) 23125 003\nD,tel:+493023125004\n",
        &["--region", "DE"],
    );
    bars_four("dnc.txt", "+493023125001\n+49 30 23125002\n\n+49 (30) 23125003\n0049 30 23125004\n", &[]);
    bars_four("dnc.txt", "030 23125001\n030 23125002\n030 23125003\n030 23125004\n", &["--region", "DE"]);
    let lines = "{\"name\":\"A\"}\n{\"phone\":\"+493023125001\"}\n{\"phone\":\"+49 3023125002\",\"mobile\":\"+493023125003\"}\n\
                 {\"phone\":\"+493023125004\"}\n";
    bars_four("dnc.jsonl", lines, &[]);
}

#[test]
fn every_column_with_numbers_and_every_number_in_a_cell_counts() {
    bars_four("dnc.csv", "phone,mobile\n+493023125001,+493023125002\n+493023125003 / +493023125004,\n", &[]);
    bars_four("dnc.csv", "Ada;+493023125001;+493023125002\nBen;+493023125003;+493023125004\n", &[]);
    let columns = "a;b\nx;+493023125001\nx;+493023125002\nx;+493023125003\nx;+493023125004\n";
    bars_four("dnc.csv", columns, &["--suppress-column", "b"]);
    bars_four("dnc.csv", "Sperrliste\n+493023125001\n+493023125002\n+493023125003\n+493023125004\n", &[]);
}

#[test]
fn several_lists_are_one() {
    let folder =
        Folder::with_leads(FIVE).with("a.txt", "+493023125001\n").with("b.txt", "+493023125002\n+493023125001\n");
    let server = Server::start();
    let run = folder.import("leads.csv").to(&server).args(&["--suppress", "a.txt", "--suppress", "b.txt"]).run();
    run.exits(0).says("2 numbers on 2 do-not-call lists").leads_in("suppressed", 2);
    assert_eq!(server.leads().len(), 3);
}

#[test]
fn a_secondary_contact_that_is_barred_is_dropped_before_the_request_is_made() {
    let leads = "\
phone_number,company,secondary_phone_1,secondary_phone_2
+493023125001,acme,,
+493023125002,acme,,
+493023125003,acme,,
+493023125004,,+493023125002,+493023125005
";
    let (server, folder) = (Server::start(), Folder::with_leads(leads).with("dnc.txt", "+49 30 23125002\n"));
    let args = ["--group-by", "company", "--suppress", "dnc.txt", "--strict"];
    let run = folder.import("leads.csv").to(&server).args(&args).run();
    run.exits(0).states(&[(2, "created"), (3, "suppressed"), (4, "created"), (5, "created")]);
    run.says("secondary_phone_1 left out").leads_in("created", 2);
    for (primary, secondary) in [("+493023125001", "+493023125003"), ("+493023125004", "+493023125005")] {
        let secondaries = &server.lead(primary)["secondaries"];
        assert_eq!((secondaries.as_array().unwrap().len(), &secondaries[0]["phone"]), (1, &secondary.into()));
    }
}

#[test]
fn nobody_of_a_group_is_called_whose_primary_contact_is_barred() {
    let leads = "phone_number,company\n+493023125001,acme\n+493023125002,acme\n";
    let (server, folder) = (Server::start(), Folder::with_leads(leads).with("dnc.txt", "+493023125001\n"));
    let run = folder.import("leads.csv").to(&server).args(&["--group-by", "company", "--suppress", "dnc.txt"]).run();
    run.exits(0).states(&[(2, "suppressed"), (3, "suppressed")]).leads_in("suppressed", 1);
    run.reasons(&[(2, "on_suppression_list"), (3, "on_suppression_list")]);
    assert!(server.leads().is_empty());
}

#[test]
fn a_lead_that_was_created_before_stays_so_and_a_note_says_what_can_be_done() {
    let (server, folder) = (Server::start(), Folder::with_leads(FIVE).with("dnc.txt", "+493023125001\n"));
    folder.import("leads.csv").to(&server).run().exits(0);
    let run = folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.txt"]).run();
    run.exits(0).leads_in("created", 5).leads_in("suppressed", 0);
    run.says("1 lead that is on the platform already is on a do-not-call list").says("leadload undo");
}

#[test]
fn a_refused_lead_that_is_barred_is_not_tried_again() {
    let leads = "phone_number\n+12125550199\n";
    let (server, folder) = (Server::start(), Folder::with_leads(leads).with("dnc.txt", "+12125550199\n"));
    folder.import("leads.csv").to(&server).run().exits(1);
    let run = folder.import("leads.csv").to(&server).args(&["--retry-rejected", "--suppress", "dnc.txt"]).run();
    run.exits(0).leads_in("suppressed", 1).leads_in("rejected", 0);
    assert_eq!(server.requests(RequestKind::Create), 1);
}

#[test]
fn a_dry_run_knows_who_must_not_be_called() {
    let folder = Folder::with_leads(FIVE).with("dnc.txt", "+493023125001\n");
    let run = folder.import("leads.csv").into_sandbox().args(&["--dry-run", "--suppress", "dnc.txt"]).run();
    run.exits(0).says("1 number on 1 do-not-call list").says("1 row suppressed");
}

#[test]
fn entries_that_spare_nobody_are_told_one_by_one_and_then_counted() {
    let bad: String = (0..14).map(|_| "unknown\n").collect();
    let list = format!("phone\n{bad}+493023125001\n");
    let (server, folder) = (Server::start(), Folder::with_leads(FIVE).with("dnc.csv", list));
    let run = folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.csv"]).run();
    run.exits(0).says("dnc.csv › row 2 spares nobody").says("dnc.csv › row 11 spares nobody");
    run.says_nothing_of("row 12 spares").says("4 more entries without a number that can be read");
    assert_eq!(server.leads().len(), 4);
}

#[test]
fn a_list_that_would_spare_nobody_stops_the_run() {
    let cases = [
        ("phone\n", 6, "no number can be read"),
        ("phone\n030 23125001\n", 6, "--region"),
        ("12345\n23456\n", 6, "no number can be read"),
        ("{\"name\":\"A\"}\n", 6, "no number can be read"),
        ("", 6, "dnc.csv"),
        ("a,b\nx,+493023125001\n", 2, "--suppress-column"),
    ];
    for (list, code, words) in cases {
        let (server, folder) = (Server::start(), Folder::with_leads(FIVE).with("dnc.csv", list));
        folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.csv"]).run().exits(code).says(words);
        assert!(server.arrivals().is_empty(), "{list}");
    }
    let (server, folder) = (Server::start(), Folder::with_leads(FIVE).with("dnc.csv", "phone\n+493023125001\n"));
    let args = ["--suppress", "dnc.csv", "--suppress-column", "telefon"];
    folder.import("leads.csv").to(&server).args(&args).run().exits(2).says("there are: phone");
    folder.import("leads.csv").to(&server).args(&["--suppress", "missing.csv"]).run().exits(6).says("missing.csv");
    assert!(server.leads().is_empty());
}

#[test]
fn the_first_line_of_a_list_without_a_header_is_never_lost() {
    let list = "12345\n+493023125001\n";
    let (server, folder) = (Server::start(), Folder::with_leads(FIVE).with("dnc.txt", list));
    let run = folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.txt"]).run();
    run.exits(0).says("dnc.txt › row 1 spares nobody").leads_in("suppressed", 1);
    assert_eq!(server.leads().len(), 4);
}

#[test]
fn a_doubt_that_look_ups_find_absent_is_not_sent_again_where_it_is_barred() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
        })
        .await;
        world.input(&csv(&numbers(5)));
        let ran = world.import().workers(1).stopped_after(5).run().await;
        assert_eq!(ran.ended().in_doubt, 1);
        std::fs::write(world.path("dnc.txt"), format!("{}\n", number(1))).unwrap();
        let list = Input::parse(&world.path("dnc.txt").to_string_lossy());
        let ran = world.import().with(|import| import.preload.suppress = vec![list]).run().await;
        assert!(ran.is_done());
        assert_eq!((ran.leads(Status::Suppressed), ran.leads(Status::Created)), (1, 4));
        world.assert_exactly_once(&[0, 2, 3, 4].map(number));
    });
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let folder = Folder::with_leads("phone_number,c\n+493023125001,7\n");
    let server = Server::start();
    let refused = |args: &[&str], words: &str| {
        folder.import("leads.csv").to(&server).args(&["--skip-existing"]).args(args).run().exits(2).says(words);
    };
    refused(&["--allow-duplicates"], "contradict each other");
    refused(&["--stream", "--campaign-column", "c"], "leave out --stream");
    folder.import("leads.csv").to(&server).args(&["--skip-existing", "--stream"]).run().exits(0);
}

#[test]
fn a_rounded_number_on_a_list_bars_whoever_has_it_and_a_list_of_nothing_else_is_refused() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number\n+493023000000\n+493023125002\n"));
    folder.write("dnc.csv", "phone_number\n493023000000\n+493023125009\n");
    let import = || folder.import("leads.csv").to(&server).args(&["--suppress", "dnc.csv", "--region", "DE"]).run();
    import().exits(0).states(&[(2, "suppressed"), (3, "created")]).says("whoever was meant may not be spared");
    folder.write("dnc.csv", "phone_number\n493023000000\n493024000000\n");
    import().exits(6).says("2 numbers with five zeros or more").says("no number can be read in this do-not-call list");
}
