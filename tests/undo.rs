//! An import is taken back.

use std::collections::BTreeSet;
use std::time::Duration;

use leadload::clock::Clock;
use leadload::lead::Status;
use leadload::mapping::MappingConfig;
use leadload::results::{DeletingLine, Journal, Line};
use leadload::run::{Consent, RunError};
use leadload::sandbox::{Effect, Fault, Faults, Quirk, RequestKind, RetryForm, SandboxLead};
use leadload::target::Family;
use leadload::undo::{Mode, Runs, Which};
use serde_json::Value;

use crate::harness::command::Folder;
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

#[test]
fn undo_does_not_delete_who_was_called_while_it_was_deleting() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(30)));
        assert!(world.import().run().await.is_done());
        let sandbox = std::sync::Arc::clone(&world.sandbox);
        let called = tokio::spawn(async move {
            let deletes = || sandbox.arrivals().iter().filter(|(_, kind)| *kind == RequestKind::Delete).count();
            while deletes() < 3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let mut lead = sandbox.leads().into_iter().last().unwrap();
            lead.status = "completed".to_owned();
            sandbox.restore(&lead);
            lead.id
        });
        world
            .on_results()
            .workers(1)
            .with(|command| command.sending.rates = vec!["1/min".parse().unwrap()])
            .undo()
            .await;
        let id = called.await.unwrap();
        assert!(world.sandbox.leads().iter().any(|lead| lead.id == id), "a lead that was called was deleted");
    });
}

/// Run A made two leads, and its undo was killed between `deleting` and DELETE; then run B made one more.
async fn killed_undo(clock: &Clock) -> (World, String, String) {
    killed_undo_in(clock, World::new(clock, |_| {}).await).await
}

async fn killed_undo_in(clock: &Clock, world: World) -> (World, String, String) {
    world.input(&csv(&numbers(2)));
    assert!(world.import().run().await.is_done());
    let made = lines(&world).into_iter().find(|line| line["status"] == "created").unwrap();
    {
        let (journal, _, _) = Journal::open(&world.results(), clock.clone()).unwrap();
        let line = DeletingLine {
            key: serde_json::from_value(made["key"].clone()).unwrap(),
            id: made["id"].as_str().unwrap().to_owned().into(),
            run: "20261121T080000Z-aaaaaa".into(),
            at: clock.wall(),
        };
        journal.append(&Line::Deleting(line)).await.unwrap();
        journal.close().unwrap();
    }
    (world, made["phone"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
}

#[test]
fn undo_of_another_run_without_consent_deletes_nothing_of_a_run_whose_undo_was_killed() {
    simulated(async |clock| {
        let (world, phone, id) = killed_undo(&clock).await;
        world.input(&csv(&numbers(3)));
        world.import().run().await;
        // The lead was not deleted, and by now it was called.
        change(&world, &phone, |lead| lead.status = "completed".to_owned());
        let last = runs(&world, "import").pop().unwrap();
        world
            .on_results()
            .with(|command| {
                command.runs = Runs::Named(last);
                command.consent = Consent::Ask;
            })
            .undo()
            .await;
        assert!(world.sandbox.leads().iter().any(|lead| lead.id == id), "deleted, and it says that nothing was");
    });
}

#[test]
fn an_import_after_a_killed_undo_does_not_say_that_all_is_well() {
    simulated(async |clock| {
        let (world, _, id) = killed_undo(&clock).await;
        world.sandbox.forget(&id);
        let ran = world.import().run().await;
        assert_eq!(ran.ended().open_deletions, 1, "one of the two is not there");
    });
}

#[test]
fn a_deletion_whose_first_answer_was_lost_and_that_is_refused_then_is_not_said_to_be_there() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.change_faults = Faults::script([Some(Fault::ResetAfter), Some(Fault::Status(422, Effect::Before))]);
        })
        .await;
        world.input(&csv(&numbers(1)));
        assert!(world.import().run().await.is_done());
        world.on_results().undo().await;
        // The next import must not take it for created: it is gone.
        world.import().run().await;
        let (status, _) = &states(&world.results())[&number(0)];
        assert!(status != "created" || !world.sandbox.leads().is_empty(), "created by the results, and not there");
    });
}

#[test]
fn what_was_begun_before_and_is_shown_still_is_not_gone_because_the_platform_says_so() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            let lost = std::iter::repeat_n(Fault::ResetBefore, 4);
            let all = lost.chain([Fault::Status(404, Effect::Before)]).map(Some);
            options.change_faults = Faults::script(all);
        })
        .await;
        world.input(&csv(&numbers(1)));
        assert!(world.import().run().await.is_done());
        assert_eq!(world.on_results().undo().await.done().figures.undone, 0);
        // It is looked at, and is there: then a 404 says that the request is not known, or a list that nothing is.
        let came = world.on_results().undo().await;
        assert_eq!((came.done().figures.undone, world.sandbox.leads().len()), (0, 1));
        let (status, _) = &states(&world.results())[&number(0)];
        assert_eq!(status, "created");
    });
}

#[test]
fn a_chatbot_lead_that_was_sent_with_a_status_is_untouched_as_long_as_it_has_it() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input("name,email,status\nAda,ada@example.com,contacted\n");
        world
            .import()
            .with(|import| {
                import.family = Family::Pollybot;
                import.mapping.lead.status = Some(serde_json::from_str("\"status\"").unwrap());
            })
            .run()
            .await;
        let came = world.on_results().with(|command| command.family = Family::Pollybot).undo().await;
        assert_eq!(came.done().figures.undone, 1);
    });
}

/// The deletion of the first of two leads is open, and this was done to it on the platform; then the same command runs.
async fn undone_after(clock: &Clock, which: Which, meanwhile: impl FnOnce(&World, &str, &str)) -> (World, String) {
    let (world, phone, id) = killed_undo(clock).await;
    meanwhile(&world, &phone, &id);
    world.on_results().with(|command| command.which = which).undo().await;
    (world, phone)
}

#[test]
fn a_lead_whose_deletion_is_open_and_that_was_called_since_is_kept_as_created_unless_it_is_forced() {
    let called =
        |world: &World, phone: &str, _: &str| change(world, phone, |lead| lead.status = "completed".to_owned());
    simulated(async |clock| {
        let (world, phone) = undone_after(&clock, Which::Untouched, called).await;
        let there: Vec<_> = world.sandbox.leads().into_iter().filter_map(|lead| lead.phone).collect();
        assert_eq!((there.as_slice(), world.requests(RequestKind::Delete)), ([phone.clone()].as_slice(), 1));
        let line = lines(&world).into_iter().rfind(|line| line["phone"] == phone.as_str()).unwrap();
        assert_eq!((line["status"].as_str(), line["reason"]["code"].as_str()), (Some("created"), Some("undo_touched")));
        assert_eq!(world.import().run().await.ended().open_deletions, 0);
    });
    simulated(async |clock| {
        let (world, _) = undone_after(&clock, Which::All, called).await;
        assert_all_undone(&world, &numbers(2));
    });
}

#[test]
fn a_lead_whose_deletion_is_open_and_that_is_gone_is_recorded_as_undone_and_can_be_imported_again() {
    simulated(async |clock| {
        let (world, _) = undone_after(&clock, Which::Untouched, |world, _, id| world.sandbox.forget(id)).await;
        assert_all_undone(&world, &numbers(2));
        assert!(world.import().run().await.is_done());
        world.assert_exactly_once(&numbers(2));
    });
}

#[test]
fn deletions_that_are_open_are_part_of_the_preview_and_those_of_other_runs_are_told() {
    simulated(async |clock| {
        let (world, ..) = killed_undo(&clock).await;
        let preview = || world.on_results().with(|command| command.mode = Mode::Preview).undo();
        let came = preview().await;
        assert_eq!((came.done().preview.to_delete, came.done().preview.begun), (2, 1));
        assert!(came.said.contains("1 deletion is not finished, begun by an earlier undo"), "{}", came.said);
        world.input(&csv(&numbers(3)));
        world.import().run().await;
        let came = preview().await;
        let shown = &came.done().preview;
        assert_eq!((shown.to_delete, shown.begun, shown.begun_of_other_runs), (1, 0, 1));
        assert!(came.said.contains("other runs' leads"), "{}", came.said);
        world.on_results().undo().await;
        assert_eq!(world.sandbox.leads().len(), 2, "only the lead of the last run is deleted");
    });
}

#[test]
fn a_deletion_that_is_open_stays_open_while_the_list_cannot_be_read() {
    simulated(async |clock| {
        let faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
        let world = World::new(&clock, |options| options.list_faults = faults).await;
        let world = killed_undo_in(&clock, world).await.0;
        let came = world.on_results().undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.open), (3, 1), "{}", came.said);
        assert_eq!(world.requests(RequestKind::Delete), 0);
        world.sandbox.recover();
        assert_eq!(world.on_results().undo().await.done().exit_code(), 0);
        assert_all_undone(&world, &numbers(2));
    });
}

#[test]
fn a_deletion_that_may_have_come_through_and_is_refused_then_is_kept_where_the_platform_shows_the_lead() {
    simulated(async |clock| {
        let faults = [Some(Fault::ResetBefore), Some(Fault::Status(422, Effect::Before))];
        let world = imported(&clock, 1, Faults::script(faults)).await;
        let came = world.on_results().undo().await;
        assert_eq!((came.done().figures.kept.len(), world.sandbox.leads().len()), (1, 1));
        assert_eq!(world.on_results().undo().await.done().figures.undone, 1);
    });
}

/// Five leads, and a second night without news.
async fn imported_and_then_nobody(clock: &Clock) -> World {
    let world = imported(clock, 5, Faults::none()).await;
    clock.advance(Duration::from_hours(24));
    assert_eq!(world.import().run().await.leads(Status::Created), 5, "all of them by the night before");
    world
}

#[test]
fn an_undo_after_an_import_that_created_nobody_says_so_and_deletes_nothing_of_an_earlier_one_unasked() {
    simulated(async |clock| {
        let world = imported_and_then_nobody(&clock).await;
        let first = runs(&world, "import").remove(0);
        let said = "the last import, of 2026-11-22 08:";
        let looked = world.on_results().with(|command| command.mode = Mode::Preview).undo().await;
        assert!(looked.said.contains(said), "{}", looked.said);
        assert!(looked.said.contains("this takes back the one of 2026-11-21 08:"), "{}", looked.said);
        assert_eq!(looked.done().preview.to_delete, 5);
        for consent in [Consent::Given, Consent::Ask] {
            let came = world.on_results().with(|command| command.consent = consent).undo().await;
            let error = came.result.unwrap_err();
            assert!(error.exit_code() == 2 && error.to_string().contains(said), "{error}");
            assert!(error.to_string().contains(&format!("--run {first}")), "{error}");
        }
        assert_eq!(world.requests(RequestKind::Delete), 0);
        let came = world.on_results().with(|command| command.runs = Runs::Named(first)).undo().await;
        assert_eq!((came.done().exit_code(), came.done().figures.undone), (0, 5));
        assert!(!came.said.contains("the last import"), "whoever names a run is told of no other: {}", came.said);
        // Nobody is there any more: there is nothing to refuse.
        assert_eq!(world.on_results().undo().await.done().exit_code(), 0);
    });
}

#[test]
fn all_runs_are_undone_also_where_the_last_import_created_nobody() {
    simulated(async |clock| {
        let world = imported_and_then_nobody(&clock).await;
        assert_eq!(world.on_results().with(|command| command.runs = Runs::All).undo().await.done().figures.undone, 5);
        assert_all_undone(&world, &numbers(5));
    });
}

#[test]
fn an_undo_that_was_begun_is_finished_without_asking_also_after_an_import_that_created_nobody() {
    simulated(async |clock| {
        let (world, ..) = killed_undo(&clock).await;
        world.import().run().await;
        assert_eq!(world.on_results().undo().await.done().exit_code(), 0);
        assert_all_undone(&world, &numbers(2));
    });
}

#[test]
fn the_command_that_takes_back_an_earlier_import_is_named_and_works() {
    let folder = Folder::with_leads("phone_number\n+493023125001\n+493023125002\n");
    for _ in 0..2 {
        folder.leadload(&["import", "leads.csv", "--sandbox"]).run().exits(0);
    }
    let refused = folder.leadload(&["undo", "sandbox-7.results.jsonl", "--yes"]).run();
    let refused = refused.exits(2).says("created nobody");
    let command = refused.stderr.lines().find(|line| line.starts_with("leadload undo")).unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(words[..4], ["undo", "sandbox-7.results.jsonl", "--yes", "--run"]);
    folder.leadload(&words).run().exits(0).says("2 leads deleted");
}
