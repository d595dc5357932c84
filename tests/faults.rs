//! A server and a network that fail in every way.

use std::time::Duration;

use leadload::lead::Status;
use leadload::sandbox::{Effect, Fault, Faults, LeadListShape, Quirk, RetryForm};

use crate::harness::in_process::{World, csv, in_parallel, numbers, simulated};

/// Leads in each cell of the matrix.
const LEADS: usize = 60;

/// How many of the first creates may meet the fault.
const RISKY_CREATES: usize = 70;

/// Which creates meet `fault`: about one in six, by dice.
fn script(fault: &Fault, seed: u64) -> Faults {
    let mut dice = fastrand::Rng::with_seed(seed);
    Faults::script((0..RISKY_CREATES).map(|_| (dice.u8(..6) == 0).then(|| fault.clone())).collect::<Vec<_>>())
}

/// Imports under the fault, then again without it until nothing is left, and compares with the sandbox.
fn survives(fault: &Fault, workers: u16, seed: u64) {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.create_faults = script(fault, seed)).await;
        let expected = numbers(LEADS);
        world.input(&csv(&expected));
        let mut last = world.import().workers(workers).run().await;
        for _ in 0..3 {
            assert!(last.ended().finished.totals.all().leads.total() == LEADS as u64);
            if last.is_done() {
                break;
            }
            world.sandbox.recover();
            last = world.import().workers(workers).run().await;
        }
        assert!(last.is_done(), "{} {}", last.why_stopped(), last.said);
        world.assert_exactly_once(&expected);
        assert_eq!(last.leads(Status::Created), LEADS as u64);
        world.assert_pace_kept(&["50/s"]);
    });
}

fn at_every_concurrency(faults: &[(&str, Fault)]) {
    let seed = std::env::var("LEADLOAD_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let mut cells: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    for (name, fault) in faults {
        for workers in [1, 4, 64] {
            let fault = fault.clone();
            let name = format!("{name}, {workers} workers, LEADLOAD_TEST_SEED={seed}");
            cells.push((name, Box::new(move || survives(&fault, workers, seed))));
        }
    }
    in_parallel(cells);
}

#[test]
fn a_connection_that_breaks_creates_nobody_twice_and_loses_nobody() {
    at_every_concurrency(&[
        ("reset before", Fault::ResetBefore),
        ("reset after", Fault::ResetAfter),
        ("half an answer", Fault::HalfAnswer),
        ("hang before", Fault::HangBefore),
        ("hang after", Fault::HangAfter),
        ("late commit", Fault::LateCommit(Duration::from_secs(5))),
    ]);
}

#[test]
fn a_server_error_creates_nobody_twice_and_loses_nobody() {
    let mut faults = Vec::new();
    for status in [500, 502, 503, 504] {
        faults.push(("status before", Fault::Status(status, Effect::Before)));
        faults.push(("status after", Fault::Status(status, Effect::After)));
    }
    at_every_concurrency(&faults);
}

#[test]
fn being_told_to_wait_creates_nobody_twice_and_loses_nobody() {
    let raw = |text: &str| Fault::TooManyRequests(RetryForm::Raw(text.to_owned()));
    at_every_concurrency(&[
        ("429 seconds", Fault::TooManyRequests(RetryForm::Seconds(3))),
        ("429 date", Fault::TooManyRequests(RetryForm::Date(4))),
        ("429 body", Fault::TooManyRequests(RetryForm::Body(2))),
        ("429 silent", Fault::TooManyRequests(RetryForm::Silent)),
        ("429 absurd", raw("99999999999999999999")),
        ("429 negative", raw("-30")),
        ("429 words", raw("soon")),
    ]);
}

#[test]
fn an_answer_that_is_not_the_platforms_creates_nobody_twice_and_loses_nobody() {
    at_every_concurrency(&[
        ("redirect", Fault::Redirect),
        ("html 200", Fault::HtmlOk),
        ("truncated json", Fault::TruncatedJson),
        ("token dies", Fault::TokenDies),
        ("balance dies", Fault::BalanceDies),
    ]);
}

/// A platform with these quirks, and lost answers on top, so that look-ups have to cope with them.
fn copes_with(quirks: &[Quirk], list: LeadListShape) {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.quirks = quirks.to_vec();
            options.lead_list = list;
            options.create_faults =
                Faults::script([None, Some(Fault::ResetAfter), Some(Fault::ResetBefore), Some(Fault::HangAfter)]);
        })
        .await;
        let expected = numbers(20);
        world.input(&csv(&expected));
        let ran = world.import().run().await;
        assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
        assert_eq!(ran.leads(Status::Created), 20);
        world.assert_exactly_once(&expected);
    });
}

#[test]
fn no_quirk_of_a_platform_creates_anybody_twice_or_raises_a_false_alarm() {
    let mut cells: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    for quirk in [
        Quirk::EchoOnlyId,
        Quirk::ListIgnoresFilter,
        Quirk::NumbersWithoutPlus,
        Quirk::WrappedInArray,
        Quirk::TextIds,
        Quirk::IsoTimestamps,
        Quirk::TrimsStrings,
    ] {
        for list in [LeadListShape::Page, LeadListShape::LeadsObject, LeadListShape::BareArray] {
            cells.push((format!("{quirk:?} {list:?}"), Box::new(move || copes_with(&[quirk], list))));
        }
    }
    let all = [Quirk::ListIgnoresFilter, Quirk::NumbersWithoutPlus, Quirk::WrappedInArray, Quirk::TextIds];
    cells.push(("several at once".to_owned(), Box::new(move || copes_with(&all, LeadListShape::BareArray))));
    in_parallel(cells);
}

#[test]
fn a_platform_that_drops_variables_costs_one_lead() {
    for quirks in [vec![Quirk::DropVariables], vec![Quirk::DropVariables, Quirk::EchoOnlyId]] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| options.quirks.clone_from(&quirks)).await;
            world.input(&csv(&numbers(20)));
            let ran = world.import().workers(64).run().await;
            assert!(ran.why_stopped().contains("first_name"), "{}", ran.why_stopped());
            assert_eq!(world.sandbox.leads().len(), 1);
            assert_eq!((ran.leads(Status::Created), ran.leads(Status::Unsent)), (1, 19));
        });
    }
}
