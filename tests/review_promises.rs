//! Review: promises that do not hold yet. Each of these fails.

use std::time::Duration;

use leadload::import::{Existing, Reach};
use leadload::lead::Status;
use leadload::results::{DeletingLine, Journal, Line};
use leadload::run::Consent;
use leadload::sandbox::{DuplicateAnswer, Effect, Fault, Faults, Quirk, RequestKind, SandboxLead};
use leadload::source::Input;
use leadload::target::Family;
use leadload::undo::{Mode, Runs};
use serde_json::Value;

use crate::harness::in_process::{World, csv, most_in_a_window, number, numbers, simulated, states};

fn lines(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.results()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

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
async fn killed_undo(clock: &leadload::clock::Clock) -> (World, String, String) {
    let world = World::new(clock, |_| {}).await;
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
        assert_ne!(ran.leads(Status::Created), 2, "one of the two is not there");
    });
}

#[test]
fn previews_one_after_the_other_keep_the_pace() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(1)));
        world.import().rates(&["6/min"]).run().await;
        clock.advance(Duration::from_hours(1));
        for _ in 0..5 {
            world
                .on_results()
                .with(|command| {
                    command.mode = Mode::Preview;
                    command.sending.rates = vec!["6/min".parse().unwrap()];
                })
                .undo()
                .await;
        }
        let arrivals: Vec<_> = world.sandbox.arrivals().into_iter().map(|(moment, _)| moment).collect();
        let most = most_in_a_window(&arrivals, Duration::from_mins(1));
        assert!(most <= 6, "{most} requests in a minute, where 6 are allowed");
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
