//! What ends a run before its end, and that the same command does the rest.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use leadload::clock::Clock;
use leadload::lead::Status;
use leadload::run::Until;
use leadload::sandbox::{Effect, Fault, Faults, Quirk, RequestKind, RetryForm, SandboxOptions};

use crate::harness::command::{Folder, Server};
use crate::harness::in_process::{World, assert_exactly_once, csv, numbers, simulated};

const MINUTE: Duration = Duration::from_mins(1);

/// A platform that takes two seconds for each answer, so that many requests are on their way at once.
async fn slow_world(clock: &Clock, leads: usize) -> World {
    let world = World::new(clock, |options| options.latency = Duration::from_secs(2)).await;
    world.input(&csv(&numbers(leads)));
    world
}

/// Answers everything with 503 for `outage`, once a hundred leads are there.
fn fails_in_the_middle(world: &World, clock: &Clock, outage: Duration) {
    let (sandbox, clock) = (Arc::clone(&world.sandbox), clock.clone());
    tokio::spawn(async move {
        let mut arrived = sandbox.arrived();
        while sandbox.leads().len() < 100 {
            arrived.changed().await.unwrap();
        }
        sandbox.fail_with(&Fault::Status(503, Effect::Before));
        clock.sleep(outage).await;
        sandbox.recover();
    });
}

/// How many leads were ever in doubt.
fn put_in_doubt(world: &World) -> usize {
    std::fs::read_to_string(world.results()).unwrap().matches("\"status\":\"in_doubt\"").count()
}

#[test]
fn an_outage_of_minutes_puts_in_doubt_what_was_on_its_way_and_little_more() {
    simulated(async |clock| {
        let world = slow_world(&clock, 300).await;
        fails_in_the_middle(&world, &clock, 5 * MINUTE);
        let ran = world.import().workers(64).run().await;
        assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
        world.assert_exactly_once(&numbers(300));
        world.assert_pace_kept(&["50/s"]);
        let doubts = put_in_doubt(&world);
        assert!((1..=64 + 10).contains(&doubts), "{doubts} leads were in doubt");
        // From the first minute of the outage to its last nobody but probes came.
        let arrivals: Vec<_> = world.sandbox.arrivals().into_iter().map(|(moment, _)| moment).collect();
        let probes = arrivals.iter().filter(|arrival| (MINUTE..5 * MINUTE).contains(*arrival)).count();
        assert!((3..=16).contains(&probes), "{probes} probes: {arrivals:?}");
    });
}

#[test]
fn an_outage_with_a_single_worker_puts_only_a_few_in_doubt() {
    for workers in [1, 4] {
        simulated(async |clock| {
            let world = slow_world(&clock, 130).await;
            fails_in_the_middle(&world, &clock, 2 * MINUTE);
            let ran = world.import().workers(workers).run().await;
            assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
            world.assert_exactly_once(&numbers(130));
            let doubts = put_in_doubt(&world);
            assert!(doubts <= 5 + usize::from(workers) + 10, "{doubts} leads were in doubt");
        });
    }
}

#[test]
fn where_it_is_switched_off_an_outage_puts_one_lead_after_the_other_in_doubt() {
    simulated(async |clock| {
        let world = slow_world(&clock, 300).await;
        fails_in_the_middle(&world, &clock, MINUTE);
        world.import().workers(64).with(|import| import.sending.pause_after_errors = 0).run().await;
        let doubts = put_in_doubt(&world);
        assert!(doubts > 150, "{doubts} leads were in doubt");
    });
}

#[test]
fn a_server_that_fails_for_longer_than_give_up_stops_the_run_and_the_next_one_finishes() {
    simulated(async |clock| {
        let world = slow_world(&clock, 300).await;
        fails_in_the_middle(&world, &clock, 1000 * MINUTE);
        let ran = world.import().workers(64).run().await;
        assert!(ran.why_stopped().contains("the server has failed for") && ran.why_stopped().contains("--give-up"));
        assert!((10 * MINUTE..12 * MINUTE).contains(&clock.now()), "{:?}", clock.now());
        assert!(ran.leads(Status::InDoubt) <= 64 + 12, "{}", ran.leads(Status::InDoubt));
        world.sandbox.recover();
        assert!(world.import().workers(64).run().await.is_done());
        world.assert_exactly_once(&numbers(300));
    });
}

#[test]
fn it_is_told_that_the_server_fails_and_when_it_is_tried_again() {
    let server = Server::with(|options| {
        let fault = || Some(Fault::Status(500, Effect::Before));
        options.create_faults = Faults::script([None, fault(), fault()]);
    });
    let folder = Folder::with_leads(csv(&numbers(8)));
    let args = ["--pause-after-errors", "2", "--concurrency", "1", "-v"];
    folder.import("leads.csv").to(&server).args(&args).run().exits(0).says("the server fails; waiting");
    assert_exactly_once_on(&server, &numbers(8));
}

/// An `--until` so long from now.
fn until_in(clock: &Clock, left: Duration) -> Until {
    let now = clock.wall().to_zoned(TimeZone::get("Europe/Berlin").unwrap());
    let then = now.saturating_add(jiff::SignedDuration::try_from(left).unwrap());
    Until::parse(&then.strftime("%H:%M:%S").to_string(), &now).unwrap()
}

#[test]
fn a_run_ends_at_the_time_it_was_given_and_says_before_how_many_will_be_left() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        world.input(&csv(&numbers(100)));
        let until = until_in(&clock, MINUTE);
        let ran = world.import().rates(&["60/min"]).with(|import| import.sending.until = Some(until)).run().await;
        assert_eq!(ran.why_stopped(), "it is 09:01:00 (--until)");
        assert!((MINUTE..MINUTE + MINUTE / 30).contains(&clock.now()), "{:?}", clock.now());
        assert!(ran.said.contains("leads will be left at 09:01:00 (--until)"), "{}", ran.said);
        assert!((55..=60).contains(&ran.leads(Status::Created)), "{}", ran.leads(Status::Created));
        assert_eq!(ran.ended().in_doubt, 0);
        assert!(world.import().run().await.is_done());
        world.assert_exactly_once(&numbers(100));
    });
}

#[test]
fn a_wait_that_is_longer_than_the_time_left_ends_with_the_time() {
    let waits = [
        Fault::TooManyRequests(RetryForm::Seconds(300)),
        // Its look-ups wait for the settle delay.
        Fault::ResetBefore,
    ];
    for fault in waits {
        simulated(async |clock| {
            let world = World::new(&clock, |options| options.create_faults = Faults::script([None, Some(fault)])).await;
            world.input(&csv(&numbers(3)));
            let until = until_in(&clock, MINUTE / 3);
            let ran = world.import().with(|import| import.sending.until = Some(until)).run().await;
            assert!(ran.why_stopped().contains("--until"), "{}", ran.why_stopped());
            assert_eq!(clock.now().as_secs(), 20);
            assert!(world.import().run().await.is_done());
            world.assert_exactly_once(&numbers(3));
        });
    }
}

#[test]
fn a_share_of_failures_counts_only_what_is_still_a_failure() {
    simulated(async |clock| {
        // Every third answer is lost, and found again by a look-up.
        let script = (0..90).map(|n| (n % 3 == 2).then_some(Fault::ResetAfter)).collect::<Vec<_>>();
        let world = World::new(&clock, |options| options.create_faults = Faults::script(script)).await;
        world.input(&csv(&numbers(90)));
        let limit = |text: &str| Some(text.parse().unwrap());
        // At one a minute each doubt is settled before the next one comes.
        let slow = world.import().workers(1).rates(&["2/min"]);
        let ran = slow.with(|import| import.sending.max_failures = limit("10%")).run().await;
        assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
        world.assert_exactly_once(&numbers(90));
    });
}

#[test]
fn too_large_a_share_of_failures_stops_a_run_as_soon_as_it_means_something() {
    simulated(async |clock| {
        let script = (0..90).map(|n| (n % 2 == 1).then_some(Fault::Status(500, Effect::Before))).collect::<Vec<_>>();
        let world = World::new(&clock, |options| options.create_faults = Faults::script(script)).await;
        world.input(&csv(&numbers(90)));
        let limit = Some("50%".parse().unwrap());
        let ran = world.import().workers(1).with(|import| import.sending.max_failures = limit).run().await;
        assert!(ran.why_stopped().starts_with("10 of 20 leads"), "{}", ran.why_stopped());
        world.sandbox.recover();
        assert!(world.import().run().await.is_done());
        world.assert_exactly_once(&numbers(90));
    });
}

fn assert_exactly_once_on(server: &Server, expected: &[String]) {
    assert_exactly_once(server.sandbox(), expected);
}

/// A way in which a run stops.
struct Case {
    name: &'static str,
    configure: fn(&mut SandboxOptions),
    options: &'static [&'static str],
    says: &'static str,
    /// What the platform's recovery alone does not mend.
    then: &'static [&'static str],
}

fn script(options: &mut SandboxOptions, faults: &[Fault]) {
    options.create_faults = Faults::script(std::iter::once(None).chain(faults.iter().cloned().map(Some)));
}

fn fail(options: &mut SandboxOptions) {
    script(options, &vec![Fault::Status(503, Effect::Before); 5]);
}

const CASES: [Case; 8] = [
    Case {
        name: "too many failures",
        configure: fail,
        options: &["--max-failures", "3"],
        says: "--max-failures",
        then: &[],
    },
    Case {
        name: "the server fails",
        configure: fail,
        options: &["--pause-after-errors", "2", "--give-up", "1s"],
        says: "the server has failed for 1s (--give-up)",
        then: &[],
    },
    Case {
        name: "too many doubts",
        configure: fail,
        options: &["--max-in-doubt", "2"],
        says: "--max-in-doubt",
        then: &[],
    },
    Case {
        name: "too long a wait",
        configure: |options| script(options, &[Fault::TooManyRequests(RetryForm::Seconds(7200))]),
        options: &[],
        says: "--give-up",
        then: &[],
    },
    Case {
        name: "the token dies",
        configure: |options| script(options, &[Fault::TokenDies]),
        options: &[],
        says: "token",
        then: &[],
    },
    Case {
        name: "the balance dies",
        configure: |options| script(options, &[Fault::BalanceDies]),
        options: &[],
        says: "balance",
        then: &[],
    },
    Case {
        name: "a web page answers",
        configure: |options| script(options, &[Fault::HtmlOk]),
        options: &[],
        says: "web page",
        then: &[],
    },
    Case {
        name: "a mismatch",
        configure: |options| options.quirks = vec![Quirk::DropVariables],
        options: &[],
        says: "not as it was sent",
        then: &["--accept-echo"],
    },
];

#[test]
fn whatever_stops_a_run_it_prints_the_command_that_does_the_rest() {
    for case in CASES {
        let server = Server::with(|options| {
            options.duplicates = leadload::sandbox::DuplicateAnswer::CreatedAgain;
            (case.configure)(options);
        });
        let folder = Folder::with_leads(csv(&numbers(40)));
        let options = [&["--concurrency", "2"], case.options].concat();
        let run = folder.import("leads.csv").to(&server).args(&options).run();
        run.exits(3).says(case.says).balances();
        run.claim(server.leads().len() < 40, &format!("{} stops it early", case.name));
        finishes(&folder, &server, &run.stderr, case.then);
    }
}

/// Runs the command that was printed last, after the platform was put right.
#[track_caller]
fn finishes(folder: &Folder, server: &Server, said: &str, then: &[&str]) {
    let command = said.trim_end().lines().last().unwrap();
    let words: Vec<_> = command.split(' ').collect();
    assert_eq!(words[..2], ["leadload", "import"], "{said}");
    server.sandbox().recover();
    folder.leadload(&words[1..]).args(then).run().exits(0);
    assert_exactly_once_on(server, &numbers(40));
}

#[test]
fn a_run_that_ends_on_a_date_prints_the_command_without_it() {
    let server = Server::start();
    let folder = Folder::with_leads(csv(&numbers(40)));
    let soon = jiff::Zoned::now().saturating_add(jiff::SignedDuration::from_secs(2));
    let until = soon.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let args = ["--campaign", "7", "--platform", "autocalls", "--base-url", &server.url(), "--concurrency", "1"];
    let run = folder.import("leads.csv").args(&args).args(&["--rate", "10/s", "--until", &until]).run();
    run.exits(3).says("(--until)").balances();
    assert!(!run.stderr.trim_end().lines().last().unwrap().contains("--until"), "{}", run.stderr);
    folder.import("leads.csv").args(&args).args(&["--rate", "1000/s"]).run().exits(0);
    assert_exactly_once_on(&server, &numbers(40));
}

#[test]
fn rejected_leads_stop_a_run_and_invalid_rows_do_not() {
    let server = Server::start();
    let invalid = "phone_number\n12\n13\n14\n15\n+493023125001\n";
    Folder::with_leads(invalid).import("leads.csv").to(&server).args(&["--max-failures", "2"]).run().exits(1);
    let rejected = "phone_number\n+12125550199\n+13105550199\n+12135550199\n+493023125002\n";
    let run = Folder::with_leads(rejected).import("leads.csv").to(&server).args(&["--max-failures", "2"]).run();
    run.exits(3).says("2 of 2 leads were refused").leads_in("rejected", 2).leads_in("unsent", 2);
}

#[test]
fn variables_that_no_assistant_has_are_told_before_the_first_request_or_stop_it() {
    let server = Server::with(|options| {
        options.assistant_variables = ["customer_name", "city"].map(str::to_owned).to_vec();
    });
    let folder = Folder::with_leads("phone_number,custmer_name,city\n+493023125001,Ada,Berlin\n");
    let hint = "`custmer_name` is on no assistant; did you mean `customer_name`?";
    folder.import("leads.csv").to(&server).args(&["--check-variables", "stop"]).run().exits(2).says(hint);
    assert_eq!((folder.files(), server.requests(RequestKind::Create)), (vec!["leads.csv".to_owned()], 0));
    folder
        .import("leads.csv")
        .to(&server)
        .args(&["--check-variables", "off", "--limit", "0"])
        .run()
        .says_nothing_of(hint);
    assert_eq!(server.requests(RequestKind::Assistants), 1);
    folder.import("leads.csv").to(&server).run().exits(0).says(hint).says_nothing_of("`city`");
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn a_live_campaign_needs_a_word_and_an_unknown_one_is_answered_with_those_there_are() {
    let server = Server::start();
    let folder = Folder::with_leads(csv(&numbers(2)));
    let import = |args: &[&str]| folder.import("leads.csv").into_server(&server).args(args).run();
    let unknown = import(&["--campaign", "Sprung campaign"]);
    unknown.exits(2).says("there is no campaign \"Sprung campaign\"").says("7").says("Live campaign");
    import(&["--campaign", "70"]).exits(2).says("there is no campaign \"70\"");
    for live in ["9", "Live campaign", "live CAMPAIGN"] {
        import(&["--campaign", live]).exits(2).says("is in-progress").says("--yes");
    }
    assert_eq!((server.leads().len(), folder.files()), (0, vec!["leads.csv".to_owned()]));
    import(&["--campaign", "Live campaign", "--yes"]).exits(0);
    assert!(server.leads().iter().all(|lead| lead.campaign == "9"));
    import(&["--campaign", "Spring campaign"]).exits(0);
    assert_eq!(server.leads().len(), 4);
}
