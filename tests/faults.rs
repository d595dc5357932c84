//! A server and a network that fail in every way.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use leadload::lead::Status;
use leadload::sandbox::{Effect, Fault, Faults, LeadListShape, Quirk, RequestKind, RetryForm};
use leadload::target::Family;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::harness::dice::{any_seed, cell};
use crate::harness::in_process::{World, csv, in_parallel, numbers, simulated, states};

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
fn survives(family: Family, fault: &Fault, workers: u16, seed: u64) {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.create_faults = script(fault, seed)).await;
        let expected = people(family);
        world.input(&file_of(family, &expected));
        let import = || world.import().workers(workers).with(|import| import.family = family);
        let mut last = import().run().await;
        for _ in 0..3 {
            assert!(last.ended().finished.totals.all().leads.total() == LEADS as u64);
            if last.is_done() {
                break;
            }
            world.sandbox.recover();
            last = import().run().await;
        }
        assert!(last.is_done(), "{} {}", last.why_stopped(), last.said);
        world.assert_exactly_once(&expected);
        assert_eq!(last.leads(Status::Created), LEADS as u64);
        world.assert_pace_kept(&["50/s"]);
    });
}

/// Who each lead is: a number, or on a chatbot platform an address.
fn people(family: Family) -> Vec<String> {
    match family {
        Family::Autocalls | Family::Custom(_) => numbers(LEADS),
        Family::Pollybot => (0..LEADS).map(|n| format!("person{n}@example.com")).collect(),
    }
}

fn file_of(family: Family, people: &[String]) -> String {
    if family == Family::Autocalls {
        return csv(people);
    }
    let mut text = String::from("name,email\n");
    for address in people {
        let _ = writeln!(text, "Ada,{address}");
    }
    text
}

fn at_every_concurrency(faults: &[(&str, Fault)]) {
    let seed = any_seed();
    let mut cells = Vec::new();
    for (name, fault) in faults {
        for family in [Family::Autocalls, Family::Pollybot] {
            for workers in [1, 4, 64] {
                let fault = fault.clone();
                let name = format!("{family:?}, {name}, {workers} workers, LEADLOAD_TEST_SEED={seed}");
                cells.push(cell(name, move || survives(family, &fault, workers, seed)));
            }
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
        ("429 a billion seconds", raw("1000000000")),
        ("429 1e9", raw("1e9")),
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

/// Hands connections on to the sandbox; when it ends, they break and nobody listens any more.
async fn relay(listener: TcpListener, to: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(to).await {
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}

/// A server that cannot be reached for this long in the middle of a run, and what the run said when it ended.
fn goes_away_for(outage: Duration) -> String {
    let mut said = String::new();
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.latency = Duration::from_millis(100)).await;
        let expected = numbers(60);
        world.input(&csv(&expected));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (near, far) = (listener.local_addr().unwrap(), world.sandbox.address());
        let there = tokio::spawn(relay(listener, far));
        let (sandbox, time) = (Arc::clone(&world.sandbox), clock.clone());
        tokio::spawn(async move {
            let mut arrived = sandbox.arrived();
            while sandbox.leads().len() < 20 {
                arrived.changed().await.unwrap();
            }
            there.abort();
            time.sleep(outage).await;
            relay(TcpListener::bind(near).await.unwrap(), far).await;
        });
        let server = format!("http://{near}");
        let ran = world.import().workers(8).with(|import| import.server.clone_from(&server)).run().await;
        ran.why_stopped().clone_into(&mut said);
        if !ran.is_done() {
            clock.sleep(outage).await;
            let ran = world.import().with(|import| import.server = server).run().await;
            assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
        }
        world.assert_exactly_once(&expected);
        world.assert_pace_kept(&["50/s"]);
    });
    said
}

#[test]
fn a_server_that_is_away_for_minutes_is_waited_for() {
    assert_eq!(goes_away_for(Duration::from_mins(4)), "");
}

#[test]
fn a_server_that_stays_away_stops_the_run_and_the_next_one_finishes() {
    let said = goes_away_for(Duration::from_hours(2));
    assert!(said.contains("--give-up"), "{said}");
}

/// A chatbot platform refuses a second lead with the same address by itself; so here nothing may be sent again at all.
#[test]
fn a_chatbot_lead_that_is_there_is_never_sent_again() {
    let mut cells: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    let faults = [
        Fault::ResetAfter,
        Fault::HangAfter,
        Fault::HalfAnswer,
        Fault::TruncatedJson,
        Fault::LateCommit(Duration::from_secs(5)),
        Fault::Status(500, Effect::After),
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        let cell = move || {
            simulated(async |clock| {
                let world = World::new(&clock, |options| options.create_faults = script(&fault, 11)).await;
                let mut text = String::from("name,email\n");
                for n in 0..40 {
                    let _ = writeln!(text, "Person {n},person{n}@example.com");
                }
                world.input(&text);
                let ran = world.import().with(|import| import.family = Family::Pollybot).run().await;
                assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
                assert_eq!((ran.leads(Status::Created), world.requests(RequestKind::Create)), (40, 40));
                let states = states(&world.results());
                for lead in world.sandbox.leads() {
                    assert_eq!(states[&lead.email.unwrap()], ("created".to_owned(), lead.id));
                }
            });
        };
        cells.push((name, Box::new(cell)));
    }
    in_parallel(cells);
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
        assert!(ran.ended().stopped.is_none(), "{} {}", ran.why_stopped(), ran.said);
        assert_eq!((ran.ended().in_doubt, ran.leads(Status::Created)), (0, 20));
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
