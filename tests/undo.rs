//! An import is taken back.

use std::collections::BTreeSet;
use std::time::Duration;

use leadload::clock::Clock;
use leadload::lead::Status;
use leadload::mapping::MappingConfig;
use leadload::results::Journal;
use leadload::run::{Consent, RunError};
use leadload::sandbox::{Effect, Fault, Faults, Quirk, RequestKind, RetryForm, SandboxLead};
use leadload::target::Family;
use leadload::undo::{Mode, Runs, Which};
use serde_json::Value;

use crate::harness::in_process::{World, csv, in_parallel, number, numbers, simulated, states};

/// A world into which so many leads were imported, whose changes meet these faults.
async fn imported(clock: &Clock, leads: usize, faults: Faults) -> World {
    let world = World::new(clock, |options| options.change_faults = faults).await;
    world.input(&csv(&numbers(leads)));
    assert!(world.import().run().await.is_done());
    world
}

fn lines(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.results()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Nobody is there, and the results file says of each of these numbers, once, that its lead was deleted.
fn assert_all_undone(world: &World, numbers: &[String]) {
    assert!(world.sandbox.leads().is_empty(), "{:?}", world.sandbox.leads());
    let lines = lines(world);
    let undone = lines.iter().filter(|line| line["status"] == "undone");
    let mut phones: Vec<_> = undone.map(|line| line["phone"].as_str().unwrap().to_owned()).collect();
    phones.sort();
    let mut expected = numbers.to_vec();
    expected.sort();
    assert_eq!(phones, expected);
}

/// Gives the lead with this number something else than it has.
fn change(world: &World, phone: &str, change: impl FnOnce(&mut SandboxLead)) {
    let mut lead = world.sandbox.leads().into_iter().find(|lead| lead.phone.as_deref() == Some(phone)).unwrap();
    change(&mut lead);
    world.sandbox.restore(&lead);
}

fn runs(world: &World, why: &str) -> Vec<String> {
    let of = |line: &Value| line["type"] == "run" && line["why"] == why;
    lines(world).iter().filter(|line| of(line)).map(|line| line["run"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_imported_undone_and_imported_again_is_there_once_under_its_new_id() {
    simulated(async |clock| {
        let world = imported(&clock, 30, Faults::none()).await;
        let before: BTreeSet<_> = world.sandbox.leads().into_iter().map(|lead| lead.id).collect();
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 30));
        assert_all_undone(&world, &numbers(30));
        assert!(world.import().run().await.is_done());
        world.assert_exactly_once(&numbers(30));
        let after = states(&world.results());
        assert!(after.values().all(|(status, id)| status == "created" && !before.contains(id)), "{after:?}");
        // And once more: the second import is the last run now.
        assert_eq!(world.on_results().undo().await.done().figures.undone, 30);
        assert!(world.sandbox.leads().is_empty());
    });
}

#[test]
fn every_deletion_is_written_down_before_it_leaves_and_again_when_it_is_done() {
    simulated(async |clock| {
        let world = imported(&clock, 10, Faults::none()).await;
        world.on_results().undo().await;
        let lines = lines(&world);
        for (at, undone) in lines.iter().enumerate().filter(|(_, line)| line["status"] == "undone") {
            let begun = lines[..at].iter().find(|line| line["type"] == "deleting" && line["key"] == undone["key"]);
            let begun = begun.unwrap();
            assert_eq!(begun["id"], undone["id"]);
            // It was durable before the outcome could be known.
            assert!(undone["d"].as_u64().unwrap() >= begun["n"].as_u64().unwrap());
        }
    });
}

#[test]
fn no_fault_of_deletions_loses_one_or_passes_the_pace() {
    let minute = Duration::from_mins(1);
    let faults = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::HangBefore,
        Fault::HangAfter,
        Fault::HalfAnswer,
        Fault::TruncatedJson,
        Fault::LateCommit(minute),
        Fault::Status(500, Effect::Before),
        Fault::Status(503, Effect::After),
        Fault::Status(408, Effect::After),
        Fault::TooManyRequests(RetryForm::Seconds(7)),
        Fault::TooManyRequests(RetryForm::Silent),
    ];
    let mut cells: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    for fault in faults {
        for workers in [1, 4, 64] {
            let fault = fault.clone();
            let name = format!("{fault:?} at {workers}");
            let cell = move || {
                simulated(async |clock| {
                    let world = imported(&clock, 40, Faults::random(u64::from(workers), 0.3, [fault])).await;
                    let mut came = world.on_results().workers(workers).undo().await;
                    // What nobody answered for good is open, and the same command goes on with it; half a refusal stops it.
                    for _ in 0..40 {
                        if came.done().exit_code() == 0 {
                            break;
                        }
                        assert_eq!(came.done().exit_code(), 3, "{}", came.said);
                        came = world.on_results().workers(workers).undo().await;
                    }
                    clock.advance(minute * 2);
                    assert_all_undone(&world, &numbers(40));
                    world.assert_pace_kept(&["50/s"]);
                });
            };
            cells.push((name, Box::new(cell)));
        }
    }
    in_parallel(cells);
}

#[test]
fn an_undo_that_is_stopped_anywhere_is_finished_by_the_same_command() {
    let cells = (1..40).map(|requests| {
        let cell = move || {
            simulated(async |clock| {
                let faults =
                    Faults::random(requests as u64, 0.2, [Fault::ResetAfter, Fault::Status(502, Effect::Before)]);
                let world = imported(&clock, 12, faults).await;
                let came = world.on_results().stopped_after(requests).undo().await;
                if let Ok(done) = &came.result {
                    assert!(matches!(done.exit_code(), 0 | 3 | 130), "{}", came.said);
                }
                for _ in 0..4 {
                    if world.on_results().undo().await.done().exit_code() == 0 {
                        break;
                    }
                }
                assert_all_undone(&world, &numbers(12));
            });
        };
        (format!("after {requests} requests"), Box::new(cell) as Box<dyn FnOnce() + Send>)
    });
    in_parallel(cells.collect());
}

#[test]
fn an_import_sends_nobody_whose_deletion_is_open() {
    simulated(async |clock| {
        let world = imported(&clock, 3, Faults::random(1, 1.0, [Fault::ResetBefore])).await;
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.open), (3, 3));
        let ran = world.import().run().await;
        assert_eq!((ran.leads(Status::Created), world.requests(RequestKind::Create)), (3, 3));
        world.sandbox.recover();
        assert_eq!(world.on_results().undo().await.done().figures.undone, 3);
        assert_all_undone(&world, &numbers(3));
    });
}

#[test]
fn leads_that_were_called_are_left_and_told_unless_it_is_forced() {
    simulated(async |clock| {
        let world = imported(&clock, 5, Faults::none()).await;
        change(&world, &number(2), |lead| lead.status = "completed".to_owned());
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (1, 4));
        assert!(
            came.said.contains("left: 1 lead: called, or changed") && came.said.contains("completed"),
            "{}",
            came.said
        );
        assert_eq!(states(&world.results())[&number(2)].0, "created");
        let came = world.on_results().with(|command| command.which = Which::All).undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 1));
        assert_all_undone(&world, &numbers(5));
    });
}

#[test]
fn a_lead_that_is_only_most_likely_ours_is_left_unless_it_is_forced() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, Some(Fault::ResetAfter)]);
        })
        .await;
        // The stamp of one created lead is too few to tell by it.
        world.input(&csv(&numbers(2)));
        assert!(world.import().run().await.is_done());
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (1, 1));
        assert_eq!(came.done().preview.left[0].code, "undo_uncertain");
        let came = world.on_results().with(|command| command.which = Which::All).undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 1));
        assert_all_undone(&world, &numbers(2));
    });
}

#[test]
fn an_id_under_which_somebody_else_is_by_now_is_never_deleted() {
    for which in [Which::Untouched, Which::All] {
        simulated(async |clock| {
            let world = imported(&clock, 3, Faults::none()).await;
            change(&world, &number(1), |lead| lead.phone = Some(number(700)));
            let came = world.on_results().with(|command| command.which = which).undo().await;
            assert_eq!((came.done().exit_code(), came.done().figures.undone), (1, 2), "{}", came.said);
            let left: Vec<_> = world.sandbox.leads().into_iter().filter_map(|lead| lead.phone).collect();
            assert_eq!(left, [number(700)]);
        });
    }
}

#[test]
fn a_lead_that_somebody_deleted_by_hand_is_left_alone_and_counts_as_done_where_it_is_forced() {
    simulated(async |clock| {
        let world = imported(&clock, 3, Faults::none()).await;
        let id = states(&world.results())[&number(1)].1.clone();
        world.sandbox.forget(&id);
        let came = world.on_results().undo().await;
        assert_eq!((came.done().preview.left[0].code.as_str(), came.done().figures.undone), ("undo_not_shown", 2));
        let came = world.on_results().with(|command| command.which = Which::All).undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 1));
        assert_all_undone(&world, &numbers(3));
    });
}

/// Two imports of five leads each.
async fn imported_twice(clock: &Clock) -> World {
    let world = imported(clock, 5, Faults::none()).await;
    world.input(&csv(&numbers(10)));
    assert!(world.import().run().await.is_done());
    world
}

#[test]
fn only_the_last_run_that_created_leads_is_undone_and_the_others_are_named() {
    simulated(async |clock| {
        let world = imported_twice(&clock).await;
        let first = runs(&world, "import").remove(0);
        let came = world.on_results().undo().await;
        assert_eq!(came.done().figures.undone, 5);
        assert!(came.said.contains(&first) && came.said.contains("--run ID"), "{}", came.said);
        crate::harness::in_process::assert_exactly_once(&world.sandbox, &numbers(5));
        // The same command again does not reach for the run before.
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 0));
        assert!(came.said.contains("Nothing is to be deleted"), "{}", came.said);
        let came = world.on_results().with(|command| command.runs = Runs::Named(first.clone())).undo().await;
        assert_eq!(came.done().figures.undone, 5);
        assert_all_undone(&world, &numbers(10));
    });
}

#[test]
fn all_runs_are_undone_where_that_is_asked_for_and_a_run_that_is_not_there_is_an_error() {
    simulated(async |clock| {
        let world = imported_twice(&clock).await;
        let unknown =
            world.on_results().with(|command| command.runs = Runs::Named("yesterday".to_owned())).undo().await;
        let error = unknown.result.unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains(&runs(&world, "import")[1]), "{error}");
        let came = world.on_results().with(|command| command.runs = Runs::All).undo().await;
        assert_eq!(came.done().figures.undone, 10);
        assert_all_undone(&world, &numbers(10));
    });
}

#[test]
fn a_lead_belongs_to_the_run_that_sent_it_whichever_run_found_out() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, None, Some(Fault::ResetAfter)]);
        })
        .await;
        world.input(&csv(&numbers(3)));
        world.import().workers(1).stopped_after(6).run().await;
        assert_eq!(states(&world.results())[&number(2)].0, "in_doubt");
        // The undo looks it up first, and counts it to the run that sent it.
        let came = world.on_results().with(|command| command.which = Which::All).undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 3), "{}", came.said);
        assert_eq!(came.done().preview.runs[0].run, runs(&world, "import")[0]);
        assert_all_undone(&world, &numbers(3));
    });
}

#[test]
fn many_leads_are_looked_at_by_pages_of_the_list_and_few_one_by_one() {
    for (leads, lists) in [(20, 20), (250, 3)] {
        simulated(async |clock| {
            let world = imported(&clock, leads, Faults::none()).await;
            let before = world.requests(RequestKind::List);
            let came = world.on_results().undo().await;
            assert_eq!(came.done().figures.undone, leads as u64);
            assert_eq!(world.requests(RequestKind::List) - before, lists);
            assert_all_undone(&world, &numbers(leads));
        });
    }
}

#[test]
fn a_list_that_ignores_its_filter_or_shows_numbers_otherwise_is_read_all_the_same() {
    for quirk in [Quirk::ListIgnoresFilter, Quirk::NumbersWithoutPlus, Quirk::TextIds] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| options.quirks = vec![quirk]).await;
            world.input(&csv(&numbers(120)));
            assert!(world.import().run().await.is_done());
            assert_eq!(world.on_results().undo().await.done().figures.undone, 120, "{quirk:?}");
            assert_all_undone(&world, &numbers(120));
        });
    }
}

#[test]
fn a_list_that_cannot_be_read_leaves_every_lead_where_it_is() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.list_faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
        })
        .await;
        world.input(&csv(&numbers(3)));
        assert!(world.import().run().await.is_done());
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), world.requests(RequestKind::Delete)), (1, 0));
        assert!(
            came.said.contains("the platform does not show it: the platform's list cannot be read"),
            "{}",
            came.said
        );
    });
}

#[test]
fn a_dry_run_deletes_nothing_and_writes_nothing() {
    simulated(async |clock| {
        let world = imported(&clock, 4, Faults::none()).await;
        let before = std::fs::read(world.results()).unwrap();
        let came = world.on_results().with(|command| command.mode = Mode::Preview).undo().await;
        assert_eq!((came.done().preview.to_delete, world.requests(RequestKind::Delete)), (4, 0));
        assert!(came.said.contains("To be deleted: 4 leads") && came.said.contains("Spring campaign"), "{}", came.said);
        assert_eq!(std::fs::read(world.results()).unwrap(), before);
    });
}

#[test]
fn without_a_word_of_consent_nothing_is_deleted() {
    simulated(async |clock| {
        let world = imported(&clock, 4, Faults::none()).await;
        let came = world.on_results().with(|command| command.consent = Consent::Ask).undo().await;
        let error = came.result.unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains("--yes"), "{error}");
        assert_eq!(world.requests(RequestKind::Delete), 0);
        // The run that did nothing has come to its end, too.
        assert_eq!(lines(&world).last().unwrap()["type"], "end");
    });
}

#[test]
fn a_token_that_dies_or_a_stranger_who_answers_stops_the_undo_and_nothing_is_forgotten() {
    for fault in [Fault::TokenDies, Fault::Redirect, Fault::HtmlOk, Fault::Status(403, Effect::Before)] {
        simulated(async |clock| {
            let world = imported(&clock, 10, Faults::script([None, None, Some(fault.clone())])).await;
            let came = world.on_results().workers(1).undo().await;
            assert_eq!(came.done().exit_code(), 3, "{fault:?} {}", came.said);
            assert_eq!(world.sandbox.leads().len(), 8);
            world.sandbox.recover();
            assert_eq!(world.on_results().undo().await.done().exit_code(), 0);
            assert_all_undone(&world, &numbers(10));
        });
    }
}

#[test]
fn a_deletion_that_the_platform_refuses_leaves_the_lead_created_with_the_reason() {
    for status in [400, 404, 422] {
        simulated(async |clock| {
            let world = imported(&clock, 3, Faults::script([Some(Fault::Status(status, Effect::Before))])).await;
            let came = world.on_results().workers(1).undo().await;
            assert_eq!((came.done().exit_code(), came.done().figures.undone), (1, 2), "{status} {}", came.said);
            let kept = lines(&world).into_iter().find(|line| line["reason"]["code"] == "undo_refused").unwrap();
            assert_eq!(
                (kept["status"].as_str(), world.sandbox.leads()[0].id.as_str()),
                (Some("created"), kept["id"].as_str().unwrap())
            );
            // It is no other run's lead now, and can be taken back once the platform does it.
            assert_eq!(world.on_results().undo().await.done().figures.undone, 1);
            assert_all_undone(&world, &numbers(3));
        });
    }
}

#[test]
fn a_platform_that_answers_no_deletion_stops_the_undo_soon() {
    simulated(async |clock| {
        let world = imported(&clock, 60, Faults::random(1, 1.0, [Fault::Status(500, Effect::Before)])).await;
        let came = world.on_results().with(|command| command.sending.max_in_doubt = 5).undo().await;
        assert_eq!(came.done().exit_code(), 3);
        let figures = &came.done().figures;
        assert!(figures.open >= 5 && figures.not_begun > 30, "{figures:?}");
        assert!(world.requests(RequestKind::Delete) < 80, "{}", world.requests(RequestKind::Delete));
    });
}

#[test]
fn a_group_that_was_undone_can_be_imported_under_another_primary_contact() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let mapping = || MappingConfig { group_by: Some(vec!["company".to_owned()]), ..MappingConfig::default() };
        let rows = |first: &str, second: &str| format!("phone_number,company\n{first},Bolt\n{second},Bolt\n");
        world.input(&rows(&number(1), &number(2)));
        assert!(world.import().with(|import| import.mapping = mapping()).run().await.is_done());
        assert_eq!(world.on_results().undo().await.done().figures.undone, 1);
        world.input(&rows(&number(2), &number(1)));
        let ran = world.import().with(|import| import.mapping = mapping()).run().await;
        assert_eq!(ran.leads(Status::Created), 1);
        assert_eq!(world.sandbox.leads()[0].phone, Some(number(2)));
    });
}

#[test]
fn leads_of_a_chatbot_are_taken_back_as_well() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.change_faults = Faults::script([None, Some(Fault::ResetAfter), Some(Fault::ResetBefore)]);
        })
        .await;
        world.input("name,email\nAda,ada@example.com\nBen,ben@example.com\nCem,cem@example.com\n");
        for _ in 0..2 {
            let ran = world.import().with(|import| import.family = Family::Pollybot).run().await;
            assert_eq!((ran.leads(Status::Created), world.sandbox.leads().len()), (3, 3), "{}", ran.said);
            let came = world.on_results().with(|command| command.family = Family::Pollybot).undo().await;
            assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 3), "{}", came.said);
            assert!(world.sandbox.leads().is_empty());
        }
    });
}

#[test]
fn a_results_file_that_is_in_use_is_not_undone() {
    simulated(async |clock| {
        let world = imported(&clock, 2, Faults::none()).await;
        let (_journal, _, _) = Journal::open(&world.results(), clock.clone()).unwrap();
        let error = world.on_results().undo().await.result.unwrap_err();
        assert!(matches!(error, RunError::Results(_)) && error.exit_code() == 5, "{error}");
        assert_eq!(world.requests(RequestKind::Delete), 0);
    });
}
