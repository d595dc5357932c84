//! The allowed rate, used fully and never passed.
//!
//! A limit of *N in a window W* is kept by spacing: each permit is a slot, and slots are `(W + guard) / N` apart, so every
//! window of that length holds at most N of them, the first one included, wherever it begins. Several windows come down to
//! one, the slowest.
//!
//! Slots are *reserved*: who waits for one already has it, and it keeps its time whenever its owner wakes. Whoever is a little
//! late uses it all the same, so that a timer that fires a millisecond late costs nothing of the rate. Whoever is later than
//! that (a suspended machine, a busy disk) gives it up and takes a new one: a late crowd never lands in one window.
//!
//! The guard is 0.8 % of the window, at least 8 ms. Three eighths of it are how late a slot may be used. The rest is for the
//! network: two requests may be shifted against each other by so much on their way to the server's clock. What is later than a
//! slot may be (a connection that had to be opened first) is seen by the [`Departures`]: each request waits for the one that
//! is N before it to have *left* a window ago. First tries, retries, look-ups and lists all take their slots here.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::departures::Departures;
use super::rate::Rate;
use crate::clock::{Clock, Moment};

/// Hands out the slots. Shared by all that send requests.
#[derive(Debug)]
pub struct Pace {
    clock: Clock,
    /// The time between two slots; zero: no limit.
    spacing: Duration,
    /// How late a slot may be used.
    tolerance: Duration,
    slots: Mutex<Slots>,
}

/// The right to send one request now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit(Option<u64>);

#[derive(Debug)]
struct Slots {
    /// The first slot that nobody has.
    next: Moment,
    /// No slot before this may be handed out, whoever gives one back.
    floor: Moment,
    /// No slot before this is used: a server asked for it.
    paused_until: Moment,
    departures: Departures,
}

/// What becomes of a slot whose time has come.
enum Use {
    Now(Permit),
    /// Another try is due then.
    NotBefore(Moment),
    /// It is lost: its owner takes a new one.
    Lost,
}

impl Pace {
    /// Keeps every one of `rates`; with none of them there is no limit.
    #[must_use]
    pub fn new(rates: &[Rate], clock: Clock) -> Self {
        let spacing = rates.iter().map(Rate::spacing).max().unwrap_or_default();
        let tolerance = rates.iter().map(Rate::tolerance).min().unwrap_or_default();
        let next = clock.now();
        let departures = Departures::new(rates);
        let slots = Mutex::new(Slots { next, floor: next, paused_until: Moment::ZERO, departures });
        Self { clock, spacing, tolerance, slots }
    }

    /// Counts what an earlier run sent: the last recorded `ago`, and perhaps `more` after it.
    pub fn remember(&self, ago: Duration, more: usize) {
        let requests = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(1);
        let mut slots = self.lock();
        slots.not_before((self.clock.now() + self.spacing.saturating_mul(requests)).saturating_sub(ago));
    }

    /// Waits for a slot. A slot that is not used is lost.
    pub async fn permit(&self) -> Permit {
        loop {
            let slot = self.reserve();
            let mut due = slot;
            loop {
                self.clock.sleep_until(due).await;
                match self.try_use(slot) {
                    Use::Now(permit) => return permit,
                    Use::NotBefore(moment) => due = moment,
                    Use::Lost => break,
                }
            }
        }
    }

    /// The request that has `permit` leaves only now.
    pub fn leaves(&self, permit: Permit) {
        if let Permit(Some(number)) = permit {
            let now = self.clock.now();
            self.lock().departures.correct(number, now);
        }
    }

    /// No slot is handed out or used before `until`.
    pub fn pause_until(&self, until: Moment) {
        let mut slots = self.lock();
        slots.paused_until = slots.paused_until.max(until);
        slots.not_before(until);
    }

    /// Takes back every slot that is waited for. Whoever waits for one must not use it any more.
    pub(super) fn take_back(&self) {
        let mut slots = self.lock();
        slots.next = slots.floor;
    }

    /// The time until which a server asked to wait, if that is still to come.
    #[must_use]
    pub fn paused_until(&self) -> Option<Moment> {
        let until = self.lock().paused_until;
        (until > self.clock.now()).then_some(until)
    }

    /// The time between two requests; zero where there is no limit.
    #[must_use]
    pub fn spacing(&self) -> Duration {
        self.spacing
    }

    /// How long to wait where a server says that nothing of its allowance is left but not until when: until the oldest
    /// request of the last window is a window old. By then a server that counts in such windows has room again; to wait
    /// for a whole window would waste half of a rate that is exactly the server's, since every window of it ends full.
    #[must_use]
    pub fn until_room(&self) -> Duration {
        let now = self.clock.now();
        self.lock().departures.until_room(now)
    }

    fn reserve(&self) -> Moment {
        let now = self.clock.now();
        let mut slots = self.lock();
        let slot = slots.next.max(now);
        if !self.spacing.is_zero() {
            slots.next = slot + self.spacing;
        }
        slot
    }

    fn try_use(&self, slot: Moment) -> Use {
        let now = self.clock.now();
        let mut slots = self.lock();
        if now < slots.paused_until {
            return Use::Lost;
        }
        if self.spacing.is_zero() {
            return Use::Now(Permit(None));
        }
        if now.saturating_sub(slot) > self.tolerance {
            return Use::Lost;
        }
        let allowed = slots.departures.next_allowed();
        if allowed > now {
            return Use::NotBefore(allowed);
        }
        slots.floor = slots.floor.max(slot + self.spacing);
        Use::Now(Permit(Some(slots.departures.add(now))))
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn not_before(&mut self, moment: Moment) {
        self.floor = self.floor.max(moment);
        self.next = self.next.max(moment);
    }
}

#[cfg(test)]
mod tests {
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
            let pace = Pace::new(rates, clock.clone());
            let taken = Mutex::new(Vec::new());
            let worker = || async {
                while taken.lock().unwrap().len() < count {
                    let permit = pace.permit().await;
                    clock.sleep(delay()).await;
                    pace.leaves(permit);
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
        let within =
            |from: usize| moments[from..].iter().take_while(|moment| **moment < moments[from] + window).count();
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
        let pace = Pace::new(&[rate("60/min")], clock.clone());
        pace.permit().await;
        let waiting: Vec<_> =
            (0..64).map(|_| Box::pin(pace.permit())).map(|mut one| (&mut one).now_or_never()).collect();
        assert!(waiting.iter().all(Option::is_none));
        pace.take_back();
        let spacing = pace.spacing();
        assert_eq!(pace.reserve(), spacing);
        clock.advance(spacing * 3);
        pace.permit().await;
        pace.take_back();
        assert_eq!(pace.reserve(), spacing * 4);
        pace.pause_until(spacing * 90);
        pace.take_back();
        assert_eq!(pace.reserve(), spacing * 90);
    }

    #[tokio::test]
    async fn a_pause_holds_back_those_who_already_have_a_slot() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let pace = std::sync::Arc::new(Pace::new(&[rate("1/s")], clock.clone()));
        pace.permit().await;
        let waiting = tokio::spawn({
            let (pace, clock) = (pace.clone(), clock.clone());
            async move {
                pace.permit().await;
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
        let pace = std::sync::Arc::new(Pace::new(&[rate("10/s")], clock.clone()));
        let taken = std::sync::Arc::new(Mutex::new(Vec::new()));
        for _ in 0..64 {
            let (pace, clock, taken) = (pace.clone(), clock.clone(), taken.clone());
            tokio::spawn(async move {
                pace.permit().await;
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
        let pace = Pace::new(&[rate("60/min")], clock.clone());
        pace.remember(Duration::from_millis(400), 0);
        assert_eq!(pace.reserve(), Duration::from_millis(608));
        pace.remember(Duration::from_millis(400), 2);
        assert_eq!(pace.reserve(), Duration::from_millis(2624));
    }

    #[tokio::test]
    async fn there_is_room_again_when_the_oldest_request_of_the_window_is_a_window_old() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let pace = Pace::new(&[rate("60/min")], clock.clone());
        assert_eq!(pace.until_room(), Duration::from_mins(1));
        pace.permit().await;
        clock.advance(Duration::from_millis(58_990));
        pace.permit().await;
        assert_eq!(pace.until_room(), Duration::from_millis(1010));
        clock.advance(Duration::from_millis(1010));
        pace.permit().await;
        assert_eq!(pace.until_room(), Duration::from_millis(58_990));
    }

    #[tokio::test]
    async fn without_a_limit_nobody_waits_but_for_a_pause() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let pace = Pace::new(&[], clock.clone());
        for _ in 0..1000 {
            pace.permit().await;
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
            delays in prop::collection::vec(0u64..200, 1..30),
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
}
