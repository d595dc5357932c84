//! Lost answers on platforms whose lists cannot be trusted either: any two troubles at once, by dice.

use std::time::Duration;

use jiff::SignedDuration;
use leadload::clock::Clock;
use leadload::sandbox::{Effect, Fault, Faults, LeadListShape, Quirk, RetryForm, SandboxOptions};

use crate::harness::dice::cases;
use crate::harness::in_process::{World, csv, in_parallel, numbers, simulated, states, who};

/// What may become of a create.
fn create_trouble(dice: &mut fastrand::Rng) -> Fault {
    let effect = if dice.bool() { Effect::Before } else { Effect::After };
    let troubles = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::HalfAnswer,
        Fault::HangBefore,
        Fault::HangAfter,
        Fault::LateCommit(Duration::from_secs(dice.u64(1..15))),
        Fault::Status(dice.u16(500..505), effect),
        Fault::TooManyRequests(RetryForm::Raw("-1".to_owned())),
        Fault::TruncatedJson,
    ];
    dice.choice(troubles).unwrap()
}

/// What may be wrong with lists: they fail, always or at times, lag behind, break off, or ignore what is asked for.
fn list_trouble(dice: &mut fastrand::Rng, options: &mut SandboxOptions) {
    let (seed, chance) = (dice.u64(..), if dice.bool() { 1.0 } else { 0.5 });
    let failing = |fault| Faults::random(seed, chance, [fault]);
    match dice.u8(..9) {
        0 => options.list_faults = failing(Fault::Status(503, Effect::Before)),
        1 => options.list_faults = failing(Fault::ResetBefore),
        2 => options.list_faults = failing(Fault::TruncatedJson),
        3 => options.list_faults = failing(Fault::HalfAnswer),
        4 => options.list_faults = failing(Fault::HtmlOk),
        5 => options.list_faults = failing(Fault::HangBefore),
        6 => options.list_lag = Duration::from_secs(dice.u64(1..40)),
        7 => options.list_faults = failing(Fault::Turns(Quirk::ListIgnoresFilter)),
        _ => options.quirks.push(Quirk::ListIgnoresFilter),
    }
}

/// In which of the ways of the field it answers.
fn manners(dice: &mut fastrand::Rng, options: &mut SandboxOptions) {
    let shapes = [LeadListShape::Page, LeadListShape::LeadsObject, LeadListShape::BareArray];
    options.lead_list = dice.choice(shapes).unwrap();
    options.clock_offset = SignedDuration::from_hours(dice.i64(-14..15));
    let quirks = [
        Quirk::NumbersWithoutPlus,
        Quirk::TextIds,
        Quirk::IsoTimestamps,
        Quirk::WrappedInArray,
        Quirk::EchoOnlyId,
        Quirk::TrimsStrings,
    ];
    options.quirks.extend(quirks.into_iter().filter(|_| dice.bool()));
}

/// Nothing that the results file says of anybody is untrue.
fn assert_the_results_are_true(world: &World, clock: &Clock) {
    // What was to have its effect late has it now.
    clock.advance(Duration::from_mins(1));
    let recorded = states(&world.results());
    let there = world.sandbox.leads();
    for lead in &there {
        let (status, id) = &recorded[who(lead)];
        let is_known = matches!(status.as_str(), "created" | "exists" | "in_doubt" | "sending");
        assert!(is_known, "{} is there and {status} in the results", who(lead));
        assert!(id.is_empty() || *id == lead.id, "{} is {} and {id} in the results", who(lead), lead.id);
    }
    for (person, (status, _)) in &recorded {
        let times = there.iter().filter(|lead| who(lead) == person).count();
        assert!(times <= 1, "{person} is there {times} times");
        assert!(times == 1 || status != "created", "{person} is created in the results and not there");
    }
}

fn two_troubles_at_once(seed: u64) {
    simulated(async |clock| {
        let mut dice = fastrand::Rng::with_seed(seed);
        let world = World::new(&clock, |options| {
            let among = [create_trouble(&mut dice), create_trouble(&mut dice)];
            options.create_faults = Faults::random(dice.u64(..), dice.f64() / 2.0, among);
            list_trouble(&mut dice, options);
            manners(&mut dice, options);
        })
        .await;
        let expected = numbers(dice.usize(2..130));
        world.input(&csv(&expected));
        for _ in 0..2 {
            world.import().workers(dice.u16(1..65)).run().await.ended();
            assert_the_results_are_true(&world, &clock);
        }
        world.sandbox.recover();
        let mut is_done = false;
        for _ in 0..2 {
            is_done = is_done || world.import().run().await.is_done();
        }
        assert!(is_done);
        world.assert_exactly_once(&expected);
        world.assert_pace_kept(&["50/s"]);
    });
}

#[test]
fn with_lost_answers_and_bad_lists_at_once_nobody_is_created_twice_or_lost_and_the_results_are_true() {
    in_parallel(cases(48, two_troubles_at_once));
}
