//! Answers that were lost.

use std::fmt::Write as _;
use std::time::Duration;

use leadload::clock::Moment;
use leadload::lead::Status;
use leadload::sandbox::{DuplicateAnswer, Effect, Fault, Faults, LeadListShape, Quirk, RequestKind};

use crate::harness::in_process::{World, csv, in_parallel, number, numbers, simulated, states};

const MINUTE: Duration = Duration::from_mins(1);

/// A sandbox whose creates meet these faults, with a file of `leads` leads.
async fn world_with(clock: &leadload::clock::Clock, leads: usize, script: Vec<Option<Fault>>) -> World {
    let world = World::new(clock, |options| options.create_faults = Faults::script(script)).await;
    world.input(&csv(&numbers(leads)));
    world
}

/// When the requests of this kind arrived.
fn arrivals(world: &World, kind: RequestKind) -> Vec<Moment> {
    let arrivals = world.sandbox.arrivals().into_iter();
    arrivals.filter(|(_, arrived)| *arrived == kind).map(|(moment, _)| moment).collect()
}

#[test]
fn a_lead_is_sent_again_only_when_two_look_ups_a_settle_delay_apart_did_not_find_it() {
    simulated(async |clock| {
        let world = world_with(&clock, 5, vec![None, Some(Fault::ResetBefore)]).await;
        let ran = world.import().run().await;
        assert!(ran.is_done());
        world.assert_exactly_once(&numbers(5));
        let creates = arrivals(&world, RequestKind::Create);
        assert_eq!(creates.len(), 6);
        // The first is the look whether the campaign is in use.
        let lists = arrivals(&world, RequestKind::List).split_off(1);
        let lost = creates[1];
        assert!(lists[0] >= lost + MINUTE / 2, "{lists:?}");
        assert!(*lists.last().unwrap() >= lost + MINUTE, "{lists:?}");
        assert!(creates[5] > *lists.last().unwrap());
    });
}

#[test]
fn a_lead_that_turns_up_late_is_found_and_not_sent_again() {
    for late in [1, 20, 29, 35, 55] {
        simulated(async |clock| {
            let fault = Fault::LateCommit(Duration::from_secs(late));
            let world = world_with(&clock, 5, vec![None, Some(fault)]).await;
            assert!(world.import().run().await.is_done());
            world.assert_exactly_once(&numbers(5));
            assert_eq!(arrivals(&world, RequestKind::Create).len(), 5, "{late} s late");
        });
    }
}

#[test]
fn a_list_that_is_behind_hides_nobody_for_good() {
    for lag in [10, 40, 55] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.list_lag = Duration::from_secs(lag);
                options.create_faults = Faults::script([None, Some(Fault::HangAfter), Some(Fault::ResetAfter)]);
            })
            .await;
            world.input(&csv(&numbers(8)));
            assert!(world.import().run().await.is_done());
            world.assert_exactly_once(&numbers(8));
        });
    }
}

#[test]
fn a_list_that_shows_nobody_proves_nothing_once_somebody_was_created() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.list_lag = Duration::from_hours(1000);
            options.create_faults = Faults::script([None, Some(Fault::ResetAfter), Some(Fault::HangAfter)]);
        })
        .await;
        world.input(&csv(&numbers(8)));
        let ran = world.import().run().await;
        assert_eq!((ran.ended().in_doubt, ran.leads(Status::InDoubt), ran.leads(Status::Created)), (2, 2, 6));
        assert_eq!(arrivals(&world, RequestKind::Create).len(), 8);
    });
}

#[test]
fn a_list_that_fell_behind_since_it_was_seen_to_work_proves_nothing_of_those_who_were_created_since() {
    simulated(async |clock| {
        let lost_later = [None, Some(Fault::ResetBefore), None, None, None, None, None, Some(Fault::ResetAfter)];
        let world = World::new(&clock, |options| {
            options.list_lag = Duration::from_mins(10);
            options.create_faults = Faults::script(lost_later);
        })
        .await;
        world.input(&csv(&numbers(5)));
        assert_eq!(world.import().workers(1).run().await.leads(Status::InDoubt), 1);
        clock.advance(Duration::from_hours(1));
        // The doubt of the first run is settled by a list that shows everybody of then, and nobody of now.
        world.input(&csv(&numbers(9)));
        let ran = world.import().workers(1).run().await;
        assert_eq!((ran.leads(Status::InDoubt), ran.leads(Status::Created)), (1, 8));
        assert_eq!(world.sandbox.leads().len(), 9, "somebody is there twice, or not at all");
        clock.advance(Duration::from_hours(1));
        assert!(world.import().workers(1).run().await.is_done());
        world.assert_exactly_once(&numbers(9));
    });
}

#[test]
fn a_lead_far_down_a_list_is_found_also_where_the_list_says_nothing_about_pages() {
    for list in [LeadListShape::LeadsObject, LeadListShape::BareArray, LeadListShape::Page] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.lead_list = list;
                options.quirks = vec![Quirk::ListIgnoresFilter];
                options.create_faults = Faults::script([None, Some(Fault::ResetAfter)]);
            })
            .await;
            // Newest first, and a hundred on each page: by the time of the look-up the lead has left the first one.
            world.input(&csv(&numbers(150)));
            assert!(world.import().run().await.is_done());
            world.assert_exactly_once(&numbers(150));
            assert_eq!(arrivals(&world, RequestKind::Create).len(), 150);
        });
    }
}

#[test]
fn a_first_lead_that_is_lost_is_settled_in_an_empty_campaign_only_where_another_one_shows_that_lists_work() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter, Fault::HangBefore, Fault::LateCommit(MINUTE / 2)] {
        simulated(async |clock| {
            let world = world_with(&clock, 1, vec![None, Some(fault.clone())]).await;
            // Somebody in another campaign of the account.
            world.input(&csv(&[number(900)]));
            assert!(world.import().campaign("8").run().await.is_done());
            world.input(&csv(&numbers(1)));
            assert!(world.import().run().await.is_done());
            let here = world.sandbox.leads().into_iter().filter(|lead| lead.campaign == "7").count();
            assert_eq!(here, 1);
        });
    }
}

#[test]
fn a_lost_lead_that_is_alone_in_the_account_stays_in_doubt_and_is_sent_once() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        simulated(async |clock| {
            let world = world_with(&clock, 1, vec![Some(fault.clone())]).await;
            for _ in 0..2 {
                let ran = world.import().run().await;
                let found = fault == Fault::ResetAfter;
                assert_eq!(ran.ended().in_doubt, u64::from(!found));
            }
            assert_eq!(arrivals(&world, RequestKind::Create).len(), 1);
        });
    }
}

#[test]
fn what_look_ups_cannot_settle_stays_in_doubt_until_they_can() {
    for list_fault in [Fault::Status(500, Effect::Before), Fault::HtmlOk, Fault::TruncatedJson, Fault::HangBefore] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.create_faults = Faults::script([None, Some(Fault::ResetBefore), Some(Fault::ResetAfter)]);
                options.list_faults = Faults::random(1, 1.0, [list_fault.clone()]);
            })
            .await;
            world.input(&csv(&numbers(6)));
            let ran = world.import().run().await;
            assert_eq!((ran.ended().in_doubt, ran.leads(Status::InDoubt)), (2, 2));
            assert!(ran.ended().stopped.is_none());
            // The next run cannot settle them either, and sends nothing.
            let ran = world.import().run().await;
            assert_eq!((ran.ended().in_doubt, arrivals(&world, RequestKind::Create).len()), (2, 6));
            world.sandbox.recover();
            assert!(world.import().run().await.is_done());
            world.assert_exactly_once(&numbers(6));
            assert_eq!(arrivals(&world, RequestKind::Create).len(), 7);
        });
    }
}

/// Leaves the second of five leads in doubt, by stopping the run before it could be settled.
async fn interrupted_with_a_doubt(clock: &leadload::clock::Clock, fault: Fault) -> World {
    let world = world_with(clock, 5, vec![None, Some(fault)]).await;
    let ran = world.import().workers(1).stopped_after(5).run().await;
    assert_eq!(ran.ended().in_doubt, 1);
    assert_eq!(states(&world.results())[&number(1)].0, "in_doubt");
    world
}

#[test]
fn doubts_of_an_earlier_run_are_looked_up_before_anything_is_sent() {
    for fault in [Fault::ResetAfter, Fault::ResetBefore] {
        simulated(async |clock| {
            let world = interrupted_with_a_doubt(&clock, fault.clone()).await;
            let before = world.sandbox.arrivals().len();
            assert!(world.import().run().await.is_done());
            world.assert_exactly_once(&numbers(5));
            let arrivals = world.sandbox.arrivals();
            let kinds: Vec<_> = arrivals[before..].iter().map(|(_, kind)| *kind).collect();
            let first_create = kinds.iter().position(|kind| *kind == RequestKind::Create).unwrap();
            let last_list = kinds.iter().rposition(|kind| *kind == RequestKind::List).unwrap();
            assert!(last_list < first_create, "{kinds:?}");
        });
    }
}

#[test]
fn a_doubt_whose_row_is_gone_is_settled_all_the_same() {
    for (fault, there) in [(Fault::ResetAfter, true), (Fault::ResetBefore, false)] {
        simulated(async |clock| {
            let world = interrupted_with_a_doubt(&clock, fault.clone()).await;
            let left: Vec<_> = [0, 2, 3, 4].map(number).to_vec();
            world.input(&csv(&left));
            let ran = world.import().run().await;
            assert!(ran.is_done());
            let expected = if there { numbers(5) } else { left };
            world.assert_exactly_once(&expected);
            let status = if there { "created" } else { "unsent" };
            assert_eq!(states(&world.results())[&number(1)].0, status);
        });
    }
}

#[test]
fn a_resend_that_the_first_attempt_overtook_is_looked_up_and_counts_as_created() {
    // The late commit comes about when the lead is sent again, on either side of it.
    let cells = (0..24).map(|step| {
        let late = Duration::from_millis(60_000 + 250 * step);
        let cell = move || {
            simulated(async |clock| {
                let world = World::new(&clock, |options| {
                    options.duplicates = DuplicateAnswer::Taken422;
                    options.create_faults = Faults::script([None, Some(Fault::LateCommit(late))]);
                })
                .await;
                world.input(&csv(&numbers(3)));
                assert!(world.import().rates(&["1/s"]).run().await.is_done());
                clock.advance(MINUTE);
                world.assert_exactly_once(&numbers(3));
                let (status, id) = &states(&world.results())[&number(1)];
                assert!(status == "created" && !id.is_empty(), "{status} {id}");
            });
        };
        (format!("{late:?} late"), Box::new(cell) as Box<dyn FnOnce() + Send>)
    });
    in_parallel(cells.collect());
}

#[test]
fn with_duplicates_allowed_nothing_in_doubt_is_ever_sent_again() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.create_faults = Faults::script([None, Some(fault.clone())]);
            })
            .await;
            // The same person three times, which is meant.
            world.input(&format!("phone_number,first_name\n{0},Ada\n{0},Ada\n{0},Ada\n", number(0)));
            for _ in 0..3 {
                let ran = world.import().allowing_duplicates().run().await;
                assert_eq!((ran.ended().in_doubt, ran.leads(Status::Created)), (1, 2));
                assert_eq!(arrivals(&world, RequestKind::Create).len(), 3);
            }
        });
    }
}

#[test]
fn a_doubt_of_an_earlier_run_that_nothing_could_settle_at_the_start_is_settled_at_the_end() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        simulated(async |clock| {
            let world = world_with(&clock, 1, vec![Some(fault.clone())]).await;
            world.import().stopped_after(4).run().await;
            // Its row is still there, and others have come, who show that look-ups work.
            world.input(&csv(&numbers(4)));
            for _ in 0..2 {
                world.import().run().await;
            }
            world.assert_exactly_once(&numbers(4));
        });
    }
}

#[test]
fn a_platform_that_answers_with_a_lead_of_an_earlier_run_created_nobody() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.duplicates = DuplicateAnswer::Existing200).await;
        // Two people of an earlier run; then one of them gets another number there, and that one stands in the next file.
        world.input(&csv(&numbers(2)));
        assert!(world.import().run().await.is_done());
        let renamed = world.sandbox.leads()[0].id.clone();
        world.renumber(&renamed, &number(5)).await;
        world.input(&csv(&[number(5), number(6)]));
        let ran = world.import().run().await;
        assert!(ran.is_done());
        let states = states(&world.results());
        assert_eq!(states[&number(5)], ("exists".to_owned(), renamed));
        assert_eq!(states[&number(6)].0, "created");
        assert_eq!(world.sandbox.leads().len(), 3);
    });
}

#[test]
fn a_lead_in_doubt_is_not_settled_by_the_lead_of_an_earlier_run() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, None, None, Some(Fault::ResetBefore)]);
        })
        .await;
        world.input(&csv(&numbers(2)));
        assert!(world.import().run().await.is_done());
        let renamed = world.sandbox.leads()[0].id.clone();
        world.renumber(&renamed, &number(5)).await;
        world.input(&csv(&[number(4), number(5), number(6)]));
        let ran = world.import().workers(1).run().await;
        // What the look-up found is the lead of somebody else, who got this number: a person has to look.
        assert_eq!(ran.ended().in_doubt, 1);
        assert_eq!(states(&world.results())[&number(5)].0, "in_doubt");
        assert_eq!(world.requests(RequestKind::Create), 5);
    });
}

/// The first lead has the third one's number as a secondary contact.
fn with_a_shared_number() -> String {
    let mut text = String::from("phone_number,first_name,secondary_phone_1\n");
    for (n, secondary) in [(0, number(2)), (1, String::new()), (2, String::new()), (3, String::new())] {
        let _ = writeln!(text, "{},Person {n},{secondary}", number(n));
    }
    text
}

#[test]
fn a_list_that_shows_secondary_contacts_as_leads_makes_nobody_twice_and_loses_nobody() {
    for quirk in [Quirk::ListsSecondaries, Quirk::ListsMarkedSecondaries] {
        for fault in [Fault::ResetBefore, Fault::ResetAfter] {
            for list in [LeadListShape::Page, LeadListShape::LeadsObject] {
                simulated(async |clock| {
                    let world = World::new(&clock, |options| {
                        options.quirks = vec![quirk];
                        options.lead_list = list;
                        options.create_faults = Faults::script([None, None, Some(fault.clone())]);
                    })
                    .await;
                    world.input(&with_a_shared_number());
                    let ran = world.import().workers(1).run().await;
                    assert!(ran.is_done(), "{quirk:?} {fault:?} {}", ran.said);
                    world.assert_exactly_once(&numbers(4));
                });
            }
        }
    }
}

#[test]
fn the_secondary_contacts_of_earlier_runs_are_known_as_well() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.quirks = vec![Quirk::ListsSecondaries];
                options.create_faults = Faults::script([None, None, Some(fault.clone())]);
            })
            .await;
            let text = with_a_shared_number();
            let first: Vec<&str> = text.lines().take(3).collect();
            world.input(&first.join("\n"));
            assert!(world.import().run().await.is_done());
            world.input(&text);
            let ran = world.import().workers(1).run().await;
            assert!(ran.is_done(), "{fault:?} {}", ran.said);
            world.assert_exactly_once(&numbers(4));
        });
    }
}

#[test]
fn a_number_that_may_be_a_secondary_contact_of_unknown_id_stays_in_doubt() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.quirks = vec![Quirk::ListsSecondaries, Quirk::EchoOnlyId];
                options.create_faults = Faults::script([None, None, Some(fault.clone())]);
            })
            .await;
            world.input(&with_a_shared_number());
            let ran = world.import().workers(1).run().await;
            assert_eq!((ran.ended().in_doubt, ran.leads(Status::Created)), (1, 3));
            assert_eq!(world.requests(RequestKind::Create), 4);
        });
    }
}

/// The statuses and certainties of the results file's last line about this number.
fn last_line(world: &World, number: &str) -> serde_json::Value {
    let file = std::fs::read_to_string(world.results()).unwrap();
    let mut lines = file.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.rfind(|line| line["type"] == "lead" && line["phone"] == number).unwrap()
}

#[test]
fn a_lead_that_was_there_before_it_was_sent_exists_whatever_the_platforms_clock_and_zone() {
    for (hours, quirks) in [(0, vec![]), (2, vec![]), (-5, vec![Quirk::IsoTimestamps])] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.clock_offset = jiff::SignedDuration::from_hours(hours);
                options.quirks.clone_from(&quirks);
                options.create_faults = Faults::script([None, None, Some(Fault::ResetBefore), Some(Fault::ResetAfter)]);
            })
            .await;
            // Another program had created the second one.
            world.input(&csv(&[number(1)]));
            assert!(world.import().run().await.is_done());
            std::fs::remove_file(world.results()).unwrap();
            clock.advance(10 * MINUTE);
            world.input(&csv(&numbers(6)));
            let ran = world.import().workers(1).rates(&["2/s"]).run().await;
            assert!(ran.is_done(), "{}", ran.said);
            world.assert_exactly_once(&numbers(6));
            let (before, ours) = (last_line(&world, &number(1)), last_line(&world, &number(2)));
            assert_eq!((&before["status"], &before["reason"]["code"]), (&"exists".into(), &"there_before".into()));
            assert_eq!((&ours["status"], &ours["certain"]), (&"created".into(), &serde_json::Value::Null));
        });
    }
}

#[test]
fn leads_that_are_not_shown_as_sent_are_counted_once_the_first_ones_were() {
    simulated(async |clock| {
        let script = [None, None, None, None, Some(Fault::Turns(Quirk::DropVariables))];
        let world = world_with(&clock, 20, script.to_vec()).await;
        let ran = world.import().workers(1).run().await;
        assert!(ran.is_done(), "{}", ran.said);
        assert_eq!(ran.leads(Status::Created), 20);
        let finished = &ran.ended().finished;
        assert_eq!(finished.mismatched, 16);
        assert!(finished.mismatches[1].contains("first_name"), "{:?}", finished.mismatches);
    });
}

#[test]
fn undo_leaves_leads_alone_that_were_there_before_the_run_and_were_answered_with_200() {
    for ago in [Duration::from_hours(24), 7 * MINUTE] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| options.duplicates = DuplicateAnswer::Existing200).await;
            world.input(&csv(&numbers(3)));
            assert!(world.import().run().await.is_done());
            // Another program's, as far as a new results file knows.
            std::fs::remove_file(world.results()).unwrap();
            clock.advance(ago);
            world.input(&csv(&numbers(5)));
            assert!(world.import().run().await.is_done());
            assert_eq!(last_line(&world, &number(4))["certain"], serde_json::Value::Null);
            world.on_results().undo().await;
            assert_eq!(world.sandbox.leads().len(), 3, "those of {ago:?} before were deleted, or new ones were not");
        });
    }
}

#[test]
fn a_conflict_whose_look_up_was_interrupted_is_not_refused_for_good() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.duplicates = DuplicateAnswer::Conflict409).await;
        world.input(&csv(&numbers(5)));
        assert!(world.import().run().await.is_done());
        std::fs::remove_file(world.results()).unwrap();
        // Ctrl-C between a 409 and the look-up that tells with what it conflicts.
        world.import().stopped_after(6).run().await;
        let ran = world.import().run().await;
        assert_eq!((ran.leads(Status::Rejected), ran.leads(Status::Exists)), (0, 5));
    });
}
