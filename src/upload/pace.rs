//! The allowed rate, used fully and never passed.
//!
//! A limit of *N in a window W* is kept by spacing: each permit is a slot, and slots are `(W + guard) / N` apart, so every
//! window of that length holds at most N of them, the first one included, wherever it begins. Several windows come down to
//! one, the slowest. The guard (1 % of the window, at least 10 ms) absorbs what shifts requests on their way to the server's
//! clock: timers, scheduling, the network's jitter.
//!
//! Slots are *reserved*: who waits for one already has it, so that a timer that fires a millisecond late costs nothing of the
//! rate. Whoever wakes later than half the guard after its slot (a suspended machine, a busy disk) gives it up and takes a
//! new one: a late crowd never lands in one window. First tries, retries, look-ups and lists all take their slots here.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;

use crate::clock::{Clock, Moment};

/// So many requests in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: NonZeroU32,
    window: Duration,
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a rate; write a number and a window, like 60/min, 20/10s or 5/s")]
pub struct RateError(String);

impl Rate {
    /// The default: what servers of the platforms' kind allow where nothing is published.
    pub const DEFAULT: Self = Self { count: NonZeroU32::new(60).unwrap(), window: Duration::from_mins(1) };

    /// The number of requests.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count.get()
    }

    /// The window.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    fn guard(&self) -> Duration {
        (self.window / 100).max(Duration::from_millis(10))
    }

    /// The time between two slots.
    fn spacing(&self) -> Duration {
        (self.window + self.guard()) / self.count.get()
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let error = || RateError(text.to_owned());
        let (count, window) = text.split_once('/').ok_or_else(error)?;
        let count = count.trim().parse().map_err(|_| error())?;
        let window = window.trim();
        let unit_at = window.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let (number, unit) = window.split_at(unit_at);
        let number: u32 = if number.is_empty() { 1 } else { number.parse().map_err(|_| error())? };
        let unit = match unit.trim() {
            "ms" => Duration::from_millis(1),
            "s" | "sec" | "second" | "seconds" => Duration::from_secs(1),
            "m" | "min" | "minute" | "minutes" => Duration::from_mins(1),
            "h" | "hour" | "hours" => Duration::from_hours(1),
            "d" | "day" | "days" => Duration::from_hours(24),
            _ => return Err(error()),
        };
        let window = unit.checked_mul(number).filter(|window| !window.is_zero()).ok_or_else(error)?;
        Ok(Self { count, window })
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, millis) = (self.window.as_secs(), self.window.subsec_millis());
        match (seconds, millis) {
            (1, 0) => write!(f, "{}/s", self.count),
            (60, 0) => write!(f, "{}/min", self.count),
            (3600, 0) => write!(f, "{}/h", self.count),
            (_, 0) => write!(f, "{}/{seconds}s", self.count),
            _ => write!(f, "{}/{}ms", self.count, self.window.as_millis()),
        }
    }
}

/// Hands out the slots. Shared by all that send requests.
#[derive(Debug)]
pub struct Pace {
    clock: Clock,
    /// The time between two slots; zero: no limit.
    spacing: Duration,
    /// How late a slot may be used.
    tolerance: Duration,
    longest_window: Duration,
    slots: Mutex<Slots>,
}

#[derive(Debug)]
struct Slots {
    /// The first slot that nobody has.
    next: Moment,
    /// No slot before this may be handed out, whoever gives one back.
    floor: Moment,
    /// No slot before this is used: a server asked for it.
    paused_until: Moment,
    /// The slots that were used within the last longest window, oldest first; empty where there is no limit.
    used: VecDeque<Moment>,
}

impl Pace {
    /// Keeps every one of `rates`; with none of them there is no limit.
    #[must_use]
    pub fn new(rates: &[Rate], clock: Clock) -> Self {
        let spacing = rates.iter().map(Rate::spacing).max().unwrap_or_default();
        let guard = rates.iter().map(Rate::guard).min().unwrap_or_default();
        let longest_window = rates.iter().map(Rate::window).max().unwrap_or(Duration::from_mins(1));
        let next = clock.now();
        let slots = Mutex::new(Slots { next, floor: next, paused_until: Moment::ZERO, used: VecDeque::new() });
        Self { clock, spacing, tolerance: guard / 2, longest_window, slots }
    }

    /// Counts what an earlier run sent: the last recorded `ago`, and perhaps `more` after it.
    pub fn remember(&self, ago: Duration, more: usize) {
        let requests = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(1);
        let mut slots = self.lock();
        slots.not_before((self.clock.now() + self.spacing.saturating_mul(requests)).saturating_sub(ago));
    }

    /// Waits for a slot. A slot that is not used is lost.
    pub async fn permit(&self) {
        loop {
            let slot = self.reserve();
            self.clock.sleep_until(slot).await;
            if self.is_usable(slot) {
                return;
            }
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
        let oldest = self.lock().used.front().copied().unwrap_or(now);
        (oldest + self.longest_window).saturating_sub(now)
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

    fn is_usable(&self, slot: Moment) -> bool {
        let now = self.clock.now();
        let too_late = !self.spacing.is_zero() && now.saturating_sub(slot) > self.tolerance;
        let mut slots = self.lock();
        let is_usable = !too_late && now >= slots.paused_until;
        if is_usable && !self.spacing.is_zero() {
            slots.use_at(now, self.longest_window);
            slots.floor = slots.floor.max(slot + self.spacing);
        }
        is_usable
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

    fn use_at(&mut self, now: Moment, window: Duration) {
        while self.used.front().is_some_and(|used| now.saturating_sub(*used) >= window) {
            self.used.pop_front();
        }
        self.used.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    /// The moments at which `workers` that do nothing else get `count` permits, in simulated time.
    fn permits(rates: &[Rate], workers: usize, count: usize) -> Vec<Moment> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
            let pace = Pace::new(rates, clock.clone());
            let taken = Mutex::new(Vec::new());
            let worker = || async {
                while taken.lock().unwrap().len() < count {
                    pace.permit().await;
                    taken.lock().unwrap().push(clock.now());
                }
            };
            let crew = futures::future::join_all((0..workers).map(|_| worker()));
            // Time moves when every worker waits: by steps as coarse as a real timer's.
            tokio::select! {
                _ = crew => {}
                () = async { loop { tokio::task::yield_now().await; clock.advance(Duration::from_millis(1)); } } => {}
            }
            taken.into_inner().unwrap()
        })
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
    fn rates_are_read_as_people_write_them() {
        for (text, count, seconds) in [
            ("60/min", 60, 60),
            ("20/10s", 20, 10),
            ("5/s", 5, 1),
            (" 100 / 1 hour ", 100, 3600),
            ("7/2m", 7, 120),
            ("9/d", 9, 86400),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.count(), rate.window().as_secs()), (count, seconds), "{text}");
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
        for text in ["", "60", "0/min", "60/", "60/0s", "-1/s", "60/fortnight", "1.5/s", "60/min/s", "4294967296/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn no_window_ever_holds_more_than_the_rate_and_almost_all_of_it_is_used() {
        for text in ["1/s", "5/s", "60/min", "20/10s", "50/s", "100/s", "500/s", "900/s"] {
            let rate = rate(text);
            let count = 4 * rate.count() as usize + 1;
            let moments = permits(&[rate], 8, count);
            assert!(most_in_a_window(&moments, rate.window()) <= rate.count() as usize, "{text}");
            let used = f64::from(u32::try_from(moments.len() - 1).unwrap()) / moments.last().unwrap().as_secs_f64();
            let allowed = f64::from(rate.count()) / rate.window().as_secs_f64();
            assert!(used / allowed > 0.985, "{text}: {used} of {allowed}");
        }
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
        assert_eq!(pace.reserve(), Duration::from_millis(610));
        pace.remember(Duration::from_millis(400), 2);
        assert_eq!(pace.reserve(), Duration::from_millis(2630));
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
    }
}
