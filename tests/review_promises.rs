//! Review: promises that do not hold yet. Each of these fails.

use std::time::Duration;

use leadload::import::{Existing, Reach};
use leadload::lead::Status;
use leadload::run::LeftInDoubt;
use leadload::sandbox::{DuplicateAnswer, Effect, Fault, Faults, Quirk, RequestKind};
use leadload::source::Input;
use leadload::target::Family;
use serde_json::Value;

use crate::harness::in_process::{World, csv, number, numbers, simulated};

fn lines(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.results()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn undo_leaves_leads_alone_that_were_there_a_day_before_the_run_and_were_answered_with_200() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.duplicates = DuplicateAnswer::Existing200).await;
        world.input(&csv(&numbers(3)));
        assert!(world.import().run().await.is_done());
        // Another program's, as far as a new results file knows.
        std::fs::remove_file(world.results()).unwrap();
        clock.advance(Duration::from_hours(24));
        world.input(&csv(&numbers(5)));
        world.import().run().await;
        world.on_results().undo().await;
        assert_eq!(world.sandbox.leads().len(), 3, "the three of the day before were deleted");
    });
}

#[test]
fn whoever_a_list_shows_as_a_secondary_contact_is_created_as_a_primary_with_skip_existing() {
    for quirk in [Quirk::ListsMarkedSecondaries, Quirk::ListsSecondaries] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| options.quirks = vec![quirk]).await;
            let head = "phone_number,secondary_phone_1\n";
            world.input(&format!("{head}{},{}\n", number(0), number(1)));
            assert!(world.import().run().await.is_done());
            world.input(&format!("{head}{},{}\n{},\n", number(0), number(1), number(1)));
            world.import().with(|import| import.preload.existing = Existing::List).run().await;
            world.assert_exactly_once(&numbers(2));
        });
    }
}

#[test]
fn a_409_whose_look_up_was_interrupted_is_not_refused_for_good() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.duplicates = DuplicateAnswer::Conflict409).await;
        world.input(&csv(&numbers(5)));
        assert!(world.import().run().await.is_done());
        std::fs::remove_file(world.results()).unwrap();
        // Ctrl-C between a 409 and the look-up that tells with what it conflicts.
        world.import().stopped_after(6).run().await;
        let ran = world.import().run().await;
        assert_eq!(ran.leads(Status::Rejected), 0);
    });
}

#[test]
fn a_person_who_decides_to_resend_does_not_overtake_a_request_under_way() {
    simulated(async |clock| {
        let fault = Fault::LateCommit(Duration::from_secs(20));
        let world = World::new(&clock, |options| options.create_faults = Faults::script([Some(fault)])).await;
        world.input(&csv(&numbers(1)));
        // Stopped at once: its look-ups were not made.
        let first = world.import();
        let stop = first.stop.clone();
        let sandbox = std::sync::Arc::clone(&world.sandbox);
        tokio::spawn(async move {
            while !sandbox.arrivals().iter().any(|(_, kind)| *kind == RequestKind::Create) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            stop.request(leadload::upload::StopReason::new(leadload::upload::StopKind::Interrupted, "interrupted"));
        });
        first.run().await;
        world.import().with(|import| import.sending.left_in_doubt = LeftInDoubt::Resend).run().await;
        clock.advance(Duration::from_mins(5));
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.assert_exactly_once(&numbers(1));
    });
}

/// All lists of the first run fail, and `more` of those of the next one.
fn failing_lists(more: usize) -> Faults {
    Faults::script(vec![Some(Fault::Status(500, Effect::Before)); more])
}

#[test]
fn a_lead_that_somebody_made_by_hand_a_day_after_the_lost_attempt_is_not_certainly_ours() {
    for more in 13..20 {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
                options.list_faults = failing_lists(more);
            })
            .await;
            world.input(&csv(&numbers(2)));
            let ran = world.import().run().await;
            if ran.ended().in_doubt != 1 {
                return;
            }
            clock.advance(Duration::from_hours(24));
            let mut by_hand = world.sandbox.leads().pop().unwrap();
            by_hand.id = "900001".to_owned();
            by_hand.phone = Some(number(1));
            by_hand.created_at = clock.wall();
            world.sandbox.restore(&by_hand);
            clock.advance(Duration::from_hours(2));
            world.input(&csv(&numbers(6)));
            world.import().run().await;
            let line = lines(&world).into_iter().rfind(|line| line["phone"] == number(1).as_str()).unwrap();
            assert!(line["status"] != "created" || line["certain"] == false, "{line}");
        });
    }
}

#[test]
fn a_doubt_whose_row_is_gone_is_not_counted_for_one_whose_row_is_there() {
    for more in 28..36 {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.create_faults = Faults::script([None, Some(Fault::ResetAfter), Some(Fault::ResetBefore)]);
                options.list_faults = failing_lists(more);
            })
            .await;
            world.input(&csv(&numbers(3)));
            let ran = world.import().run().await;
            if ran.ended().in_doubt != 2 {
                return;
            }
            // The row of the second one is gone; the third one is not on the platform.
            world.input(&csv(&[number(0), number(2)]));
            let ran = world.import().run().await;
            let there = world.sandbox.leads().iter().any(|lead| lead.phone == Some(number(2)));
            let created = ran.leads(Status::Created);
            assert!(there || created < 2, "it counts as created and is not there; done: {}", ran.is_done());
        });
    }
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
fn whoever_was_known_elsewhere_and_was_undone_there_since_is_sent() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(2)));
        assert!(world.import().run().await.is_done());
        let (own, other) = (world.results(), world.path("other.jsonl"));
        std::fs::rename(&own, &other).unwrap();
        let known = || world.import().with(|import| import.preload.known = vec![other.clone()]);
        assert_eq!(known().run().await.leads(Status::Exists), 2);
        // The other one is undone.
        let aside = world.path("aside.jsonl");
        std::fs::rename(&own, &aside).unwrap();
        std::fs::rename(&other, &own).unwrap();
        assert_eq!(world.on_results().undo().await.done().figures.undone, 2);
        std::fs::rename(&own, &other).unwrap();
        std::fs::rename(&aside, &own).unwrap();
        let ran = known().run().await;
        assert_eq!(world.sandbox.leads().len(), 2, "nobody is there, and {} exist", ran.leads(Status::Exists));
    });
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

#[test]
fn a_witness_that_somebody_deleted_by_hand_does_not_keep_doubts_open_for_good() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
            options.list_faults = failing_lists(13);
        })
        .await;
        world.input(&csv(&numbers(2)));
        assert_eq!(world.import().run().await.ended().in_doubt, 1);
        // Somebody deletes the one that was created; another one, made by hand, is there.
        let mut other = world.sandbox.leads().pop().unwrap();
        world.sandbox.forget(&other.id);
        (other.id, other.phone) = ("900001".to_owned(), Some(number(700)));
        world.sandbox.restore(&other);
        let mut last = 9;
        for _ in 0..3 {
            world.sandbox.recover();
            let ran = world.import().run().await;
            last = ran.ended().in_doubt;
        }
        assert_eq!(last, 0);
    });
}

#[test]
fn with_duplicates_allowed_what_a_person_decided_to_send_again_is_sent() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.duplicates = DuplicateAnswer::Taken422;
            options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
        })
        .await;
        world.input(&csv(&[number(0), number(0)]).replace("Person 1", "Person 0"));
        assert_eq!(world.import().allowing_duplicates().run().await.ended().in_doubt, 1);
        for _ in 0..3 {
            world
                .import()
                .allowing_duplicates()
                .with(|import| import.sending.left_in_doubt = LeftInDoubt::Resend)
                .run()
                .await;
        }
        assert_eq!(world.sandbox.leads().len(), 2);
    });
}
