//! The allowed rate, as the server counts it.

use std::time::Duration;

use leadload::clock::Moment;
use leadload::sandbox::{Effect, Fault, Faults, RateHeaders, RequestKind, RetryForm};
use leadload::undo::Mode;
use leadload::upload::Rate;

use crate::harness::in_process::{World, csv, in_parallel, most_in_a_window, numbers, simulated};

fn arrivals(world: &World) -> Vec<Moment> {
    world.sandbox.arrivals().into_iter().map(|(moment, _)| moment).collect()
}

/// The share of `rate` that was used from the first request to the last.
fn used(world: &World, rate: &str) -> f64 {
    let rate: Rate = rate.parse().unwrap();
    let arrivals = arrivals(world);
    let took = arrivals.last().unwrap().saturating_sub(arrivals[0]);
    let intervals = f64::from(u32::try_from(arrivals.len() - 1).unwrap());
    intervals / took.as_secs_f64() * rate.window().as_secs_f64() / f64::from(rate.count())
}

#[test]
fn every_rate_is_kept_from_the_first_window_on_and_almost_fully_used() {
    let cases: [(&[&str], &str, usize); 4] = [
        (&["5/s"], "5/s", 40),
        (&["60/min"], "60/min", 200),
        (&["100/min", "20/10s"], "100/min", 250),
        (&["150/s"], "150/s", 400),
    ];
    let mut cells: Vec<(String, Box<dyn FnOnce() + Send>)> = Vec::new();
    for (rates, slowest, leads) in cases {
        for workers in [1, 8] {
            let cell = move || {
                simulated(async |clock| {
                    let world = World::new(&clock, |_| {}).await;
                    world.input(&csv(&numbers(leads)));
                    assert!(world.import().rates(rates).workers(workers).run().await.is_done());
                    world.assert_pace_kept(rates);
                    let used = used(&world, slowest);
                    assert!(used > 0.97, "{used} of {slowest} used");
                    assert_eq!(world.requests(RequestKind::Account) + world.requests(RequestKind::Campaigns), 2);
                });
            };
            cells.push((format!("{rates:?}, {workers} workers"), Box::new(cell)));
        }
    }
    in_parallel(cells);
}

#[test]
fn a_server_that_allows_just_that_rate_refuses_nothing_and_is_used_almost_fully() {
    for headers in [RateHeaders::Always, RateHeaders::OnRefusals] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                options.rate_limits = vec![(60, Duration::from_mins(1))];
                options.rate_headers = headers;
            })
            .await;
            world.input(&csv(&numbers(180)));
            assert!(world.import().rates(&["60/min"]).run().await.is_done());
            assert_eq!(world.sandbox.refused_for_rate(), 0);
            let used = used(&world, "60/min");
            assert!(used > 0.97, "{used} used with {headers:?}");
        });
    }
}

#[test]
fn a_server_that_allows_less_is_used_almost_fully_and_nobody_is_lost() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| options.rate_limits = vec![(30, Duration::from_mins(1))]).await;
        let expected = numbers(100);
        world.input(&csv(&expected));
        assert!(world.import().rates(&["60/min"]).run().await.is_done());
        world.assert_exactly_once(&expected);
        let used = used(&world, "30/min");
        assert!(used > 0.9, "{used} used");
    });
}

#[test]
fn retries_and_look_ups_count_as_well() {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            let faults = [Fault::ResetAfter, Fault::ResetBefore, Fault::Status(503, Effect::After), Fault::HangBefore];
            let waits = [RetryForm::Seconds(2), RetryForm::Silent, RetryForm::Raw("-1".to_owned())];
            let all = faults.into_iter().chain(waits.map(Fault::TooManyRequests));
            options.create_faults = Faults::random(3, 0.3, all);
            options.list_faults = Faults::random(4, 0.2, [Fault::Status(500, Effect::Before), Fault::ResetBefore]);
        })
        .await;
        world.input(&csv(&numbers(80)));
        world.import().rates(&["5/s"]).workers(16).run().await.ended();
        assert!(world.requests(RequestKind::List) > 20, "{} look-ups", world.requests(RequestKind::List));
        world.assert_pace_kept(&["5/s"]);
    });
}

#[test]
fn a_run_that_follows_at_once_counts_what_the_one_before_sent() {
    simulated(async |clock| {
        let world = World::new(&clock, |_| {}).await;
        let expected = numbers(60);
        world.input(&csv(&expected));
        for requests in [7, 12, 9, 1000] {
            let import = world.import().rates(&["5/s"]).stopped_after(requests);
            import.run().await.ended();
        }
        world.assert_exactly_once(&expected);
        world.assert_pace_kept(&["5/s"]);
    });
}

#[test]
fn a_run_that_follows_a_killed_one_waits_for_its_turn_whatever_the_file_says() {
    for was_killed in [false, true] {
        simulated(async |clock| {
            let world = World::new(&clock, |_| {}).await;
            world.input(&csv(&numbers(5)));
            assert!(world.import().rates(&["5/s"]).run().await.is_done());
            if was_killed {
                let text = std::fs::read_to_string(world.results()).unwrap();
                let (kept, _) = text.trim_end().rsplit_once('\n').unwrap();
                std::fs::write(world.results(), format!("{kept}\n")).unwrap();
            }
            clock.advance(Duration::from_hours(1));
            let (begun, before) = (clock.now(), arrivals(&world).len());
            assert!(world.import().rates(&["5/s"]).run().await.is_done());
            let waited = arrivals(&world)[before].saturating_sub(begun);
            assert_eq!(waited >= Duration::from_millis(200), was_killed, "{waited:?}");
        });
    }
}

#[test]
fn a_429_pauses_everybody_for_the_time_it_names() {
    for form in [RetryForm::Seconds(20), RetryForm::Date(20), RetryForm::Body(20)] {
        simulated(async |clock| {
            let world = World::new(&clock, |options| {
                let script = (0..20).map(|n| (n == 10).then(|| Fault::TooManyRequests(form.clone())));
                options.create_faults = Faults::script(script.collect::<Vec<_>>());
            })
            .await;
            let expected = numbers(40);
            world.input(&csv(&expected));
            assert!(world.import().rates(&["10/s"]).workers(8).run().await.is_done());
            world.assert_exactly_once(&expected);
            let arrivals = arrivals(&world);
            let gaps: Vec<_> = arrivals.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
            let long = gaps.iter().filter(|gap| **gap > Duration::from_secs(1)).collect::<Vec<_>>();
            assert_eq!(long.len(), 1, "{gaps:?}");
            assert!((19..22).contains(&long[0].as_secs()), "{long:?}");
        });
    }
}

#[test]
fn a_wait_longer_than_give_up_stops_the_run_and_the_next_one_finishes() {
    simulated(async |clock| {
        let hours = Fault::TooManyRequests(RetryForm::Seconds(7200));
        let world = World::new(&clock, |options| options.create_faults = Faults::script([None, Some(hours)])).await;
        let expected = numbers(10);
        world.input(&csv(&expected));
        let ran = world.import().run().await;
        assert!(ran.why_stopped().contains("--give-up"), "{}", ran.why_stopped());
        assert_eq!(ran.ended().in_doubt, 0);
        assert!(clock.now() < Duration::from_mins(1));
        assert!(world.import().run().await.is_done());
        world.assert_exactly_once(&expected);
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
        let most = most_in_a_window(&arrivals(&world), Duration::from_mins(1));
        assert!(most <= 6, "{most} requests in a minute, where 6 are allowed");
    });
}
