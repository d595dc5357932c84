//! Who is there already: by the platform's own list, and by other results files.

use std::path::Path;

use leadload::clock::Clock;
use leadload::import::Existing;
use leadload::lead::Status;
use leadload::run::RunError;
use leadload::sandbox::{Effect, Fault, Faults, LeadListShape, Quirk, RequestKind};
use leadload::target::Family;
use serde_json::{Value, json};

use crate::harness::in_process::{Importing, Ran, World, csv, in_parallel, number, numbers, simulated, states};

/// Imports the file with `--skip-existing`.
async fn skipping(world: &World) -> Ran {
    skipping_existing(world.import()).run().await
}

fn skipping_existing(import: Importing<'_>) -> Importing<'_> {
    import.with(|import| import.preload.existing = Existing::List)
}

/// Imports the file with `--known` and this file beside it.
async fn knowing(world: &World, other: &str) -> Ran {
    let path = world.path(other);
    world.import().with(|import| import.preload.known = vec![path]).run().await
}

fn forget(world: &World) {
    std::fs::remove_file(world.results()).unwrap();
}

fn creates(world: &World) -> usize {
    world.requests(RequestKind::Create)
}

#[test]
fn a_resume_without_a_results_file_creates_nobody_twice_whatever_the_list_looks_like() {
    let shapes = [LeadListShape::Page, LeadListShape::LeadsObject, LeadListShape::BareArray];
    let quirks = [None, Some(Quirk::ListIgnoresFilter), Some(Quirk::NumbersWithoutPlus), Some(Quirk::TextIds)];
    let cells = shapes.into_iter().flat_map(|shape| quirks.map(|quirk| (shape, quirk))).map(|(shape, quirk)| {
        let cell = move || {
            simulated(async |clock| {
                let world = World::new(&clock, |options| {
                    options.lead_list = shape;
                    options.quirks = quirk.into_iter().collect();
                })
                .await;
                // More than a page, while only some of them are in this run's input.
                world.input(&csv(&numbers(120)));
                assert!(world.import().run().await.is_done());
                forget(&world);
                world.input(&csv(&numbers(125)));
                let ran = skipping(&world).await;
                assert!(ran.is_done());
                assert_eq!((ran.leads(Status::Exists), ran.leads(Status::Created)), (120, 5));
                world.assert_exactly_once(&numbers(125));
                let (status, id) = &states(&world.results())[&number(7)];
                assert!(status == "exists" && !id.is_empty(), "{status} {id}");
            });
        };
        (format!("{shape:?} {quirk:?}"), Box::new(cell) as Box<dyn FnOnce() + Send>)
    });
    in_parallel(cells.collect());
}

#[test]
fn what_a_list_showed_is_known_to_the_next_run_by_itself() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(3)));
        world.import().run().await;
        forget(&world);
        assert!(skipping(&world).await.is_done());
        let ran = world.import().run().await;
        assert_eq!((ran.leads(Status::Exists), creates(&world)), (3, 3));
    });
}

#[test]
fn whoever_is_in_another_campaign_is_not_there() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.quirks = vec![Quirk::ListIgnoresFilter]).await;
        world.input(&csv(&numbers(3)));
        world.import().campaign("8").run().await;
        forget(&world);
        let ran = skipping(&world).await;
        assert_eq!((ran.leads(Status::Created), creates(&world)), (3, 6));
    });
}

#[test]
fn only_the_campaigns_that_rows_name_are_listed() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let rows = format!("phone_number,campaign\n{},7\n{},8\n{},8\n", number(0), number(1), number(2));
        world.input(&rows);
        let by_column = || world.import().with(|import| import.mapping.campaign = Some("campaign".to_owned()));
        assert!(by_column().run().await.is_done());
        forget(&world);
        let ran = skipping_existing(by_column()).run().await;
        assert!(ran.is_done());
        assert_eq!((ran.leads(Status::Exists), creates(&world), world.requests(RequestKind::List)), (3, 3, 2));
    });
}

#[test]
fn groups_are_known_by_their_primary_contacts_and_secondary_ones_are_not_there_by_themselves() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let grouped = || world.import().with(|import| import.mapping.group_by = Some(vec!["company".to_owned()]));
        let group = format!("phone_number,company\n{},acme\n{},acme\n", number(0), number(1));
        world.input(&group);
        assert!(grouped().run().await.is_done());
        forget(&world);
        world.input(&format!("{group}{},\n", number(1)));
        let ran = skipping_existing(grouped()).run().await;
        assert_eq!((ran.leads(Status::Exists), ran.leads(Status::Created), creates(&world)), (1, 1, 2));
        // The group is settled: another primary contact does not make it a new one.
        world.input(&format!("phone_number,company\n{},acme\n{},acme\n", number(2), number(0)));
        let ran = grouped().run().await;
        assert_eq!((ran.ended().finished.totals.changed, creates(&world)), (1, 2));
    });
}

#[test]
fn leads_of_a_chatbot_are_known_by_their_addresses() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.quirks = vec![Quirk::ListIgnoresFilter]).await;
        let people = |count: usize| {
            let rows = (0..count).map(|n| format!("Person {n},person{n}@example.com\n"));
            format!("name,email\n{}", rows.collect::<String>())
        };
        let import = || world.import().with(|import| import.family = Family::Pollybot);
        world.input(&people(110));
        assert!(import().run().await.is_done());
        forget(&world);
        world.input(&people(112));
        let ran = skipping_existing(import()).run().await;
        assert!(ran.is_done());
        assert_eq!((ran.leads(Status::Exists), creates(&world)), (110, 112));
    });
}

#[test]
fn a_list_that_cannot_be_read_to_its_end_stops_the_run_before_anything_is_sent() {
    for fault in [Fault::Status(500, Effect::Before), Fault::HtmlOk, Fault::TruncatedJson, Fault::HangBefore] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                // The suggestion of the first run, the first page of the second: then nothing more.
                let later = std::iter::repeat_n(Some(fault.clone()), 8);
                options.list_faults = Faults::script([None, None].into_iter().chain(later));
            })
            .await;
            world.input(&csv(&numbers(120)));
            world.import().run().await;
            forget(&world);
            world.input(&csv(&numbers(121)));
            let ran = skipping(&world).await;
            let error = ran.result.as_ref().unwrap_err();
            assert_eq!(error.exit_code(), 3, "{error}");
            assert!(error.to_string().contains("nothing was sent: who is in 7 already could not be listed"), "{error}");
            assert_eq!(creates(&world), 120);
            assert!(!world.results().exists(), "a run that never began leaves no file");
        });
    }
}

#[test]
fn a_doubt_that_the_list_shows_is_left_to_the_look_ups() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, Some(Fault::ResetAfter)]);
        })
        .await;
        world.input(&csv(&numbers(5)));
        let ran = world.import().workers(1).stopped_after(5).run().await;
        assert_eq!(ran.ended().in_doubt, 1);
        assert!(skipping(&world).await.is_done());
        world.assert_exactly_once(&numbers(5));
        assert_eq!(states(&world.results())[&number(1)].0, "created");
    });
}

#[test]
fn a_new_results_file_for_a_campaign_in_use_is_told_of_and_costs_one_request() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(2)));
        let lists = || world.requests(RequestKind::List);
        let first = world.import().run().await;
        assert!(!first.said.contains("--skip-existing"), "{}", first.said);
        assert_eq!(lists(), 1);
        // Its results file is there.
        world.input(&csv(&numbers(3)));
        assert!(!world.import().run().await.said.contains("--skip-existing"));
        assert_eq!(lists(), 1);
        std::fs::rename(world.results(), world.path("other.results.jsonl")).unwrap();
        world.input(&csv(&numbers(4)));
        assert!(!knowing(&world, "other.results.jsonl").await.said.contains("--skip-existing"));
        assert_eq!(lists(), 1);
        forget(&world);
        world.input(&csv(&[number(10)]));
        let ran = world.import().run().await;
        assert!(ran.said.contains("at least 4 leads are in 7 already: --skip-existing"), "{}", ran.said);
        assert_eq!(lists(), 2);
        forget(&world);
        let ran = skipping(&world).await;
        assert!(!ran.said.contains("the results file is new"), "{}", ran.said);
        assert_eq!(lists(), 3);
    });
}

/// A world whose first five leads another import has sent, the last of which it left in doubt.
async fn imported_elsewhere(clock: &Clock) -> World {
    let world = World::new(clock, |_| {}).await;
    world.input(&csv(&numbers(5)));
    world.import().workers(1).run().await;
    let lines = std::fs::read_to_string(world.results()).unwrap();
    let is_kept = |line: &&str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["type"] != "end" && !(line["type"] == "lead" && line["phone"] == number(4))
    };
    // As if it had been killed before the last outcome: its numbers go on without a gap.
    let kept = lines.lines().filter(is_kept).enumerate().map(|(index, line)| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        (line["n"], line["d"]) = (json!(index + 1), json!(0));
        format!("{line}\n")
    });
    std::fs::write(world.path("other.results.jsonl"), kept.collect::<String>()).unwrap();
    forget(&world);
    world
}

fn append(path: &Path, line: &mut Value) {
    let text = std::fs::read_to_string(path).unwrap();
    (line["n"], line["d"]) = (json!(text.lines().count() + 1), json!(0));
    std::fs::write(path, format!("{text}{line}\n")).unwrap();
}

#[test]
fn leads_that_another_results_file_knows_are_not_sent_and_its_doubts_are_doubts_here() {
    simulated(async |clock| {
        let world = imported_elsewhere(&clock).await;
        world.input(&csv(&numbers(7)));
        let ran = knowing(&world, "other.results.jsonl").await;
        let leads = [Status::Exists, Status::InDoubt, Status::Created].map(|status| ran.leads(status));
        assert_eq!((leads, ran.ended().in_doubt), ([4, 1, 2], 1));
        assert_eq!(creates(&world), 5 + 2);
        assert_eq!(states(&world.results())[&number(0)].0, "exists");
        assert!(!states(&world.results()).contains_key(&number(4)), "the doubt is that of the other file");
        // What is there is known without the option; what is in doubt elsewhere, only with it.
        let ran = knowing(&world, "other.results.jsonl").await;
        assert_eq!((ran.ended().in_doubt, creates(&world)), (1, 7));
    });
}

#[test]
fn a_lead_that_was_undone_elsewhere_is_sent_and_one_that_is_being_deleted_is_not() {
    simulated(async |clock| {
        let world = imported_elsewhere(&clock).await;
        let other = world.path("other.results.jsonl");
        let lines = std::fs::read_to_string(&other).unwrap();
        let created: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let created =
            |n: usize| created.iter().find(|line| line["type"] == "lead" && line["phone"] == number(n)).unwrap();
        let deleting = |n: usize| {
            let lead = created(n);
            json!({"type": "deleting", "key": lead["key"], "id": lead["id"], "run": lead["run"], "at": lead["at"]})
        };
        append(&other, &mut deleting(0));
        let mut undone = created(0).clone();
        undone["status"] = json!("undone");
        append(&other, &mut undone);
        append(&other, &mut deleting(1));
        world.input(&csv(&numbers(2)));
        let ran = knowing(&world, "other.results.jsonl").await;
        assert_eq!((ran.leads(Status::Created), ran.leads(Status::Exists)), (1, 1));
    });
}

#[test]
fn a_group_that_another_results_file_settled_is_not_sent_under_another_primary_contact() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let grouped = || world.import().with(|import| import.mapping.group_by = Some(vec!["company".to_owned()]));
        world.input(&format!("phone_number,company\n{},acme\n", number(0)));
        assert!(grouped().run().await.is_done());
        let other = world.path("other.results.jsonl");
        std::fs::rename(world.results(), &other).unwrap();
        world.input(&format!("phone_number,company\n{},acme\n{},acme\n", number(1), number(0)));
        let ran = grouped().with(|import| import.preload.known = vec![other]).run().await;
        assert!(ran.is_done());
        assert_eq!((ran.leads(Status::Exists), creates(&world)), (1, 1));
        let lines = std::fs::read_to_string(world.results()).unwrap();
        assert!(lines.contains(r#""certain":false"#), "{lines}");
    });
}

#[test]
fn with_duplicates_allowed_what_another_file_knows_under_either_key_is_known() {
    simulated(async |clock| {
        let world = imported_elsewhere(&clock).await;
        let other = world.path("other.results.jsonl");
        let ran = world.import().allowing_duplicates().with(|import| import.preload.known = vec![other]).run().await;
        assert_eq!((ran.leads(Status::Exists), ran.leads(Status::InDoubt), creates(&world)), (4, 1, 5));
    });
}

#[test]
fn another_results_file_that_cannot_be_used_stops_the_run_and_a_torn_one_is_left_as_it_is() {
    simulated(async |clock| {
        let world = imported_elsewhere(&clock).await;
        let other = world.path("other.results.jsonl");
        let good = std::fs::read_to_string(&other).unwrap();
        let torn = format!("{good}{{\"n\":99");
        std::fs::write(&other, &torn).unwrap();
        assert_eq!(knowing(&world, "other.results.jsonl").await.leads(Status::Exists), 4);
        assert_eq!(std::fs::read_to_string(&other).unwrap(), torn);
        forget(&world);
        std::fs::write(&other, good.replace(r#""format":1"#, r#""format":9"#)).unwrap();
        for name in ["other.results.jsonl", "missing.results.jsonl", "leads.csv"] {
            let ran = knowing(&world, name).await;
            let error = ran.result.as_ref().unwrap_err();
            assert!(matches!(error, RunError::Results(_)) && error.exit_code() == 5, "{error}");
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!(creates(&world), 5);
    });
}

#[test]
fn a_runs_own_results_file_need_not_be_named() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(2)));
        world.import().run().await;
        let ran = knowing(&world, "leads.results.jsonl").await;
        let error = ran.result.as_ref().unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("which is always known"), "{error}");
        assert_eq!(states(&world.results()).len(), 2);
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
