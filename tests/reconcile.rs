//! Doubts are looked up without sending anything, and a person decides about the rest.

use leadload::clock::Clock;
use leadload::lead::Status;
use leadload::run::LeftInDoubt;
use leadload::sandbox::{Fault, Faults, RequestKind};

use crate::harness::in_process::{World, csv, number, numbers, simulated, states};

/// A world whose lists do not work and whose second and third of six leads are in doubt: the second was not created, the
/// third was.
async fn doubtful(clock: &Clock) -> World {
    let world = World::new(clock, |options| {
        options.create_faults = Faults::script([None, Some(Fault::ResetBefore), Some(Fault::ResetAfter)]);
        options.list_faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
    })
    .await;
    world.input(&csv(&numbers(6)));
    let ran = world.import().workers(1).run().await;
    assert_eq!((ran.ended().in_doubt, world.requests(RequestKind::Create)), (2, 6));
    world
}

#[test]
fn doubts_are_settled_and_nothing_is_sent() {
    simulated(async |clock| {
        let world = doubtful(&clock).await;
        world.sandbox.recover();
        let came = world.on_results().reconcile().await;
        let figures = &came.done().figures;
        assert_eq!((figures.doubts, figures.found, figures.absent, figures.left), (2, 1, 1, 0));
        assert_eq!((came.done().exit_code(), world.requests(RequestKind::Create)), (0, 6));
        let states = states(&world.results());
        assert_eq!((states[&number(1)].0.as_str(), states[&number(2)].0.as_str()), ("unsent", "created"));
        // The next import sends the one that is not there.
        assert!(world.import().run().await.is_done());
        world.assert_exactly_once(&numbers(6));
        assert_eq!(world.requests(RequestKind::Create), 7);
    });
}

#[test]
fn what_look_ups_cannot_settle_stays_in_doubt_and_is_told_with_its_reason() {
    simulated(async |clock| {
        let world = doubtful(&clock).await;
        let came = world.on_results().reconcile().await;
        assert_eq!((came.done().exit_code(), came.done().figures.left), (4, 2));
        let [why] = came.done().figures.unsettled.as_slice() else { panic!("{:?}", came.done().figures) };
        assert_eq!((why.code.as_str(), why.leads), ("look_up_unreadable", 2));
    });
}

#[test]
fn a_person_who_says_resend_has_them_sent_by_the_next_import_and_not_before() {
    simulated(async |clock| {
        let world = doubtful(&clock).await;
        let came = world.on_results().deciding(LeftInDoubt::Resend).reconcile().await;
        assert_eq!((came.done().exit_code(), came.done().figures.decided), (0, 2));
        assert_eq!(world.requests(RequestKind::Create), 6);
        let text = std::fs::read_to_string(world.results()).unwrap();
        assert_eq!(text.matches(r#""settled_by":"person""#).count(), 2);
        // One of them is gone from the input.
        world.sandbox.recover();
        world.input(&csv(&[number(0), number(1)]));
        assert!(world.import().run().await.is_done());
        assert_eq!(world.requests(RequestKind::Create), 7);
        assert_eq!(states(&world.results())[&number(1)].0, "created");
    });
}

#[test]
fn a_person_who_says_skip_has_them_never_sent() {
    simulated(async |clock| {
        let world = doubtful(&clock).await;
        let came = world.on_results().deciding(LeftInDoubt::Skip).reconcile().await;
        assert_eq!((came.done().exit_code(), came.done().figures.decided), (0, 2));
        world.sandbox.recover();
        let ran = world.import().run().await;
        assert!(ran.is_done());
        assert_eq!((ran.leads(Status::Exists), world.requests(RequestKind::Create)), (2, 6));
    });
}

#[test]
fn what_a_look_up_can_settle_needs_no_decision_and_hears_of_none() {
    for decision in [LeftInDoubt::Resend, LeftInDoubt::Skip] {
        simulated(async |clock| {
            let world = doubtful(&clock).await;
            world.sandbox.recover();
            let ran = world.import().with(|import| import.sending.left_in_doubt = decision).run().await;
            assert!(ran.is_done());
            world.assert_exactly_once(&numbers(6));
            let text = std::fs::read_to_string(world.results()).unwrap();
            assert!(!text.contains(r#""settled_by":"person""#), "{text}");
        });
    }
}

#[test]
fn an_import_with_resend_sends_what_an_earlier_run_left_in_doubt_and_not_its_own_doubts() {
    simulated(async |clock| {
        let world = doubtful(&clock).await;
        let ran = world.import().with(|import| import.sending.left_in_doubt = LeftInDoubt::Resend).run().await;
        // The third lead was there after all: this platform creates it again, because a person said so.
        assert_eq!((ran.ended().in_doubt, world.requests(RequestKind::Create)), (0, 8));
        let again = world.import().run().await;
        assert_eq!((again.ended().in_doubt, world.requests(RequestKind::Create)), (0, 8));
    });
}

#[test]
fn a_doubt_of_this_run_waits_for_the_next_one_whatever_a_person_said() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
            options.list_faults = Faults::random(1, 1.0, [Fault::TruncatedJson]);
        })
        .await;
        world.input(&csv(&numbers(3)));
        let ran = world.import().with(|import| import.sending.left_in_doubt = LeftInDoubt::Resend).run().await;
        assert_eq!((ran.ended().in_doubt, world.requests(RequestKind::Create)), (1, 3));
    });
}

#[test]
fn doubts_among_identical_leads_are_decided_by_a_person_only() {
    for (decision, creates) in [(LeftInDoubt::Skip, 3), (LeftInDoubt::Resend, 4)] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
            })
            .await;
            world.input(&format!("phone_number,first_name\n{0},Ada\n{0},Ada\n{0},Ada\n", number(0)));
            let ran = world.import().allowing_duplicates().run().await;
            assert_eq!(ran.ended().in_doubt, 1);
            let ran =
                world.import().allowing_duplicates().with(|import| import.sending.left_in_doubt = decision).run().await;
            assert_eq!((ran.ended().in_doubt, world.requests(RequestKind::Create)), (0, creates));
        });
    }
}

#[test]
fn a_reconciliation_that_is_stopped_settles_the_rest_the_next_time() {
    simulated(async |clock| {
        let world = doubtful(&clock).await;
        world.sandbox.recover();
        let came = world.on_results().workers(1).stopped_after(3).deciding(LeftInDoubt::Skip).reconcile().await;
        assert_eq!(came.done().exit_code(), 130, "{}", came.said);
        // Nobody's decision was applied to what was not looked up.
        assert_eq!(came.done().figures.decided, 0);
        assert_eq!(world.on_results().reconcile().await.done().exit_code(), 0);
    });
}
