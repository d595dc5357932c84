//! What is not promised: each limit that `docs/GUARANTEES.md` names, seen to be as it says.

use std::time::Duration;

use leadload::sandbox::{DuplicateAnswer, Fault, Faults};

use crate::harness::command::{Folder, Server};
use crate::harness::in_process::{World, csv, numbers, simulated};

/// Two minutes later than its connection broke, a lead turns up that two look-ups, half a minute apart, did not find.
fn leads_after_a_very_late_commit(duplicates: DuplicateAnswer) -> usize {
    let mut there = 0;
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.duplicates = duplicates;
            options.create_faults = Faults::script([None, Some(Fault::LateCommit(Duration::from_mins(2)))]);
        })
        .await;
        world.input(&csv(&numbers(3)));
        assert!(world.import().run().await.is_done());
        clock.advance(Duration::from_mins(5));
        there = world.sandbox.leads().len();
    });
    there
}

#[test]
fn what_a_platform_commits_long_after_the_settle_delay_is_twice_there_only_where_it_takes_no_notice_of_duplicates() {
    assert_eq!(leads_after_a_very_late_commit(DuplicateAnswer::CreatedAgain), 4);
    assert_eq!(leads_after_a_very_late_commit(DuplicateAnswer::Taken422), 3);
}

#[test]
fn a_corrected_number_is_a_new_lead() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number,name\n+493023125001,Ada\n"));
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", "phone_number,name\n+493023125002,Ada\n");
    folder.import("leads.csv").to(&server).run().exits(0).says("(1 request");
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002"]);
}

#[test]
fn a_person_who_is_a_secondary_of_one_lead_and_the_primary_of_another_is_there_for_both() {
    let text = "phone_number,secondary_phone_1\n+493023125001,+493023125002\n+493023125002,\n";
    let (server, folder) = (Server::start(), Folder::with_leads(text));
    folder.import("leads.csv").to(&server).run().exits(0);
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002"]);
}

#[test]
fn without_its_results_file_an_import_begins_anew() {
    let server = Server::with(|options| options.duplicates = DuplicateAnswer::CreatedAgain);
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    folder.import("leads.csv").to(&server).run().exits(0);
    std::fs::remove_file(folder.path(&folder.results().unwrap())).unwrap();
    folder.import("leads.csv").to(&server).run().exits(0);
    assert_eq!(server.leads().len(), 2);
}
