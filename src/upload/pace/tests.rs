//! No window holds more than is allowed, on a clock that is moved.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

/// The moments at which `workers` that do nothing else get `count` permits, in simulated time.
fn permits(rates: &[Rate], workers: usize, count: usize) -> Vec<Moment> {
    let finest = || Duration::from_millis(1);
    departures(rates, workers, count, finest, || Duration::ZERO)
}

/// The moments at which the requests of `workers` that do nothing else leave, `delay` after their permits, while time moves
/// on by `step`s: those of a timer, or of a machine that stands still now and then.
fn departures(
    rates: &[Rate],
    workers: usize,
    count: usize,
    step: impl Fn() -> Duration,
    delay: impl Fn() -> Duration,
) -> Vec<Moment> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let pace = Arc::new(Pace::new(rates, clock.clone()));
        let taken = Mutex::new(Vec::new());
        let worker = || async {
            while taken.lock().unwrap().len() < count {
                let permit = pace.permit().await;
                clock.sleep(delay()).await;
                permit.leaves();
                taken.lock().unwrap().push(clock.now());
            }
        };
        let crew = futures::future::join_all((0..workers).map(|_| worker()));
        // Time moves when every worker waits: by steps as coarse as a real timer's.
        tokio::select! {
            _ = crew => {}
            () = async { loop { tokio::task::yield_now().await; clock.advance(step()); } } => {}
        }
        taken.into_inner().unwrap()
    })
}

/// Which part of the rate `moments` use.
fn share(moments: &[Moment], rate: Rate) -> f64 {
    let took = moments.last().unwrap().saturating_sub(moments[0]).as_secs_f64();
    let used = f64::from(u32::try_from(moments.len() - 1).unwrap()) / took;
    used * rate.window().as_secs_f64() / f64::from(rate.count())
}

fn most_in_a_window(moments: &[Moment], window: Duration) -> usize {
    let within = |from: usize| moments[from..].iter().take_while(|moment| **moment < moments[from] + window).count();
    (0..moments.len()).map(within).max().unwrap_or_default()
}

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

#[test]
fn no_window_ever_holds_more_than_the_rate_and_almost_all_of_it_is_used() {
    for text in ["1/s", "5/s", "60/min", "20/10s", "50/s", "100/s", "500/s", "900/s", "2000/s"] {
        let rate = rate(text);
        let count = 4 * rate.count() as usize + 1;
        let moments = permits(&[rate], 8, count);
        assert!(most_in_a_window(&moments, rate.window()) <= rate.count() as usize, "{text}");
        let share = share(&moments, rate);
        assert!((0.99..=1.0).contains(&share), "{text}: {share}");
    }
}

#[test]
fn timers_that_fire_late_lose_nothing_of_the_rate() {
    for text in ["100/s", "500/s", "2000/s"] {
        let rate = rate(text);
        // A worker may see the time of the step after the one that woke it.
        let step = || rate.tolerance() / 2;
        let moments = departures(&[rate], 64, 4 * rate.count() as usize + 1, step, || Duration::ZERO);
        assert!(most_in_a_window(&moments, rate.window()) <= rate.count() as usize, "{text}");
        let share = share(&moments, rate);
        assert!((0.99..=1.0).contains(&share), "{text}: {share}");
    }
}

#[test]
fn a_machine_that_stands_still_now_and_then_costs_no_slots_of_a_rate_with_long_ones() {
    for (text, late, every) in [("1/s", 400, 3001), ("5/s", 90, 503), ("50/s", 15, 61)] {
        let rate = rate(text);
        let stepped = std::cell::Cell::new(0_u64);
        let step = || {
            stepped.set(stepped.get() + 1);
            Duration::from_millis(if stepped.get().is_multiple_of(every) { late } else { 1 })
        };
        let moments = departures(&[rate], 8, 4 * rate.count() as usize + 21, step, || Duration::ZERO);
        assert!(most_in_a_window(&moments, rate.window()) <= rate.count() as usize, "{text}");
        // A request that leaves late keeps the next one of its place waiting, but costs no whole slot.
        assert!(share(&moments, rate) > 0.87, "{text}: {}", share(&moments, rate));
    }
}

#[test]
fn a_request_that_leaves_later_than_a_window_after_its_permit_is_waited_for() {
    let rate = rate("50/s");
    let made = std::cell::Cell::new(0_u32);
    let delay = || {
        made.set(made.get() + 1);
        Duration::from_millis(if made.get() == 1 { 1050 } else { 0 })
    };
    let mut moments = departures(&[rate], 8, 200, || Duration::from_millis(1), delay);
    moments.sort_unstable();
    assert!(most_in_a_window(&moments, rate.window()) <= 50);
}

#[tokio::test]
async fn a_permit_that_is_dropped_keeps_nobody_waiting() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[rate("1/s")], clock.clone()));
    let first = pace.permit().await;
    let next = tokio::spawn({
        let pace = Arc::clone(&pace);
        async move { drop(pace.permit().await) }
    });
    tokio::task::yield_now().await;
    clock.advance(Duration::from_millis(1009));
    tokio::task::yield_now().await;
    assert!(!next.is_finished(), "it left beside one that may leave at any time");
    drop(first);
    next.await.unwrap();
}

#[test]
fn requests_that_leave_late_because_their_connections_had_to_be_opened_push_those_a_window_later() {
    let rate = rate("200/s");
    let made = std::cell::Cell::new(0_u32);
    let delay = || {
        made.set(made.get() + 1);
        Duration::from_millis(if made.get() <= 32 { 150 } else { 0 })
    };
    let mut moments = departures(&[rate], 32, 700, || Duration::from_millis(1), delay);
    moments.sort_unstable();
    assert!(most_in_a_window(&moments, rate.window() + rate.jitter() / 2) <= 200);
}

#[test]
fn of_several_windows_each_is_kept() {
    let rates = [rate("100/min"), rate("20/10s")];
    let moments = permits(&rates, 4, 301);
    for rate in rates {
        assert!(most_in_a_window(&moments, rate.window()) <= rate.count() as usize);
    }
}

#[tokio::test]
async fn slots_that_are_taken_back_are_handed_out_again_and_those_that_were_used_or_paused_are_not() {
    use futures::FutureExt;
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[rate("60/min")], clock.clone()));
    drop(pace.permit().await);
    let waiting: Vec<_> = (0..64).map(|_| Box::pin(pace.permit())).map(|mut one| (&mut one).now_or_never()).collect();
    assert!(waiting.iter().all(Option::is_none));
    pace.take_back();
    let spacing = pace.spacing();
    assert_eq!(pace.reserve(), spacing);
    clock.advance(spacing * 3);
    drop(pace.permit().await);
    pace.take_back();
    assert_eq!(pace.reserve(), spacing * 4);
    pace.pause_until(spacing * 90);
    pace.take_back();
    assert_eq!(pace.reserve(), spacing * 90);
}

#[tokio::test]
async fn a_pause_holds_back_those_who_already_have_a_slot() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[rate("1/s")], clock.clone()));
    drop(pace.permit().await);
    let waiting = tokio::spawn({
        let (pace, clock) = (pace.clone(), clock.clone());
        async move {
            drop(pace.permit().await);
            clock.now()
        }
    });
    tokio::task::yield_now().await;
    pace.pause_until(Duration::from_secs(42));
    for _ in 0..60 {
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(waiting.await.unwrap(), Duration::from_secs(42));
}

#[tokio::test]
async fn after_a_long_sleep_of_the_machine_the_waiting_do_not_crowd_into_one_window() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[rate("10/s")], clock.clone()));
    let taken = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..64 {
        let (pace, clock, taken) = (pace.clone(), clock.clone(), taken.clone());
        tokio::spawn(async move {
            drop(pace.permit().await);
            taken.lock().unwrap().push(clock.now());
        });
    }
    tokio::task::yield_now().await;
    clock.advance(Duration::from_secs(5));
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
        clock.advance(Duration::from_millis(1));
    }
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 64);
    assert!(most_in_a_window(&taken, Duration::from_secs(1)) <= 10);
}

#[tokio::test]
async fn what_an_earlier_run_sent_is_counted() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[rate("60/min")], clock.clone()));
    pace.remember(Duration::from_millis(400), 0);
    assert_eq!(pace.reserve(), Duration::from_millis(608));
    pace.remember(Duration::from_millis(400), 2);
    assert_eq!(pace.reserve(), Duration::from_millis(2624));
}

#[tokio::test]
async fn there_is_room_again_when_the_oldest_request_of_the_window_is_a_window_old() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[rate("60/min")], clock.clone()));
    assert_eq!(pace.until_room(), Duration::from_mins(1));
    drop(pace.permit().await);
    clock.advance(Duration::from_millis(58_990));
    drop(pace.permit().await);
    assert_eq!(pace.until_room(), Duration::from_millis(1010));
    clock.advance(Duration::from_millis(1010));
    drop(pace.permit().await);
    assert_eq!(pace.until_room(), Duration::from_millis(58_990));
}

#[tokio::test]
async fn without_a_limit_nobody_waits_but_for_a_pause() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let pace = Arc::new(Pace::new(&[], clock.clone()));
    for _ in 0..1000 {
        drop(pace.permit().await);
    }
    assert_eq!(clock.now(), Duration::ZERO);
    pace.pause_until(Duration::from_secs(3));
    assert_eq!(pace.reserve(), Duration::from_secs(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_rate_is_kept_by_any_number_of_workers(count in 1u32..40, window in 1u64..20, workers in 1usize..12) {
        let rate = rate(&format!("{count}/{window}s"));
        let moments = permits(&[rate], workers, 3 * count as usize + 2);
        prop_assert!(most_in_a_window(&moments, rate.window()) <= count as usize);
    }

    /// Steps and delays are dealt again and again in the order of these.
    #[test]
    fn no_window_holds_more_however_requests_bunch(
        count in 1u32..200,
        workers in 1usize..40,
        steps in prop::collection::vec(1u64..60, 1..30),
        delays in prop::collection::vec(prop_oneof![4 => 0u64..200, 1 => 0u64..1500], 1..30),
    ) {
        let rate = rate(&format!("{count}/s"));
        let (stepped, delayed) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        let deal = |of: &[u64], at: &std::cell::Cell<usize>| {
            at.set(at.get() + 1);
            Duration::from_millis(of[at.get() % of.len()])
        };
        let (step, delay) = (|| deal(&steps, &stepped), || deal(&delays, &delayed));
        let mut moments = departures(&[rate], workers, 3 * count as usize + 2, step, delay);
        moments.sort_unstable();
        prop_assert!(most_in_a_window(&moments, rate.window()) <= count as usize);
    }
}
