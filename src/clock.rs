//! The one clock that the uploader, its pace and the sandbox share, so that tests advance time instead of waiting for it.
//!
//! [`Clock::system`] is real time. [`Clock::simulated`] stands still until [`Clock::advance`] is called, or moves by
//! itself to the next sleeper's deadline while [`Clock::auto_advance`] runs and nothing real (a request on a socket, a
//! disk sync) is under way. Tokio's own paused time cannot serve here: it fires timeouts while real sockets wait.
//!
//! What is under way is known one by one, not only how much: a server that sleeps on purpose names the request for which it
//! does. Where sleeps were only subtracted, one whose client had given up would hide another request until its connection's
//! end was noticed, and time would run ahead of that one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Notify;

/// The header in which a request on simulated time says which one it is ([`Busy::id`]), for a server on the same clock. On
/// real time there is none.
pub const REQUEST_HEADER: &str = "x-simulated-request";

/// A point in time: the time since the clock was made. Only comparable within one clock.
pub type Moment = Duration;

/// See the module's documentation. Clones share one time.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    System { origin: Instant },
    Simulated(Arc<Simulation>),
}

struct Simulation {
    start: Timestamp,
    /// Nothing real is under way any more.
    quiet: Notify,
    state: Mutex<SimulationState>,
}

#[derive(Default)]
struct SimulationState {
    now: Moment,
    next_id: u64,
    sleepers: BTreeMap<(Moment, u64), Waker>,
    /// The real things (requests on sockets, disk syncs) that are under way.
    awake: BTreeSet<u64>,
    /// The requests that are under way only in that their server sleeps on purpose.
    asleep: BTreeSet<u64>,
}

impl SimulationState {
    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

impl Clock {
    /// Real time.
    #[must_use]
    pub fn system() -> Self {
        Self(Kind::System { origin: Instant::now() })
    }

    /// A clock that starts at `start` and moves only when told to.
    #[must_use]
    pub fn simulated(start: Timestamp) -> Self {
        Self(Kind::Simulated(Arc::new(Simulation { start, quiet: Notify::new(), state: Mutex::default() })))
    }

    /// The time since this clock was made.
    #[must_use]
    pub fn now(&self) -> Moment {
        match &self.0 {
            Kind::System { origin } => origin.elapsed(),
            Kind::Simulated(simulation) => simulation.lock().now,
        }
    }

    /// The date and time, for what is written down.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        match &self.0 {
            Kind::System { .. } => Timestamp::now(),
            Kind::Simulated(simulation) => simulation.start + simulation.lock().now,
        }
    }

    /// Waits for `duration`.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now().saturating_add(duration)).await;
    }

    /// Waits until `deadline`; returns at once when it has passed.
    pub async fn sleep_until(&self, deadline: Moment) {
        match &self.0 {
            // A timer would wait for the next whole millisecond.
            Kind::System { origin } if origin.elapsed() >= deadline => {}
            Kind::System { origin } => match origin.checked_add(deadline) {
                Some(instant) => tokio::time::sleep_until(instant.into()).await,
                None => std::future::pending().await,
            },
            Kind::Simulated(simulation) => Sleep { simulation, deadline, id: None }.await,
        }
    }

    /// `Some` of what `work` gave, or `None` when `limit` passed first; `work` is then dropped.
    pub async fn timeout<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.sleep(limit) => None,
        }
    }

    /// Marks something real as under way, until the guard is dropped: simulated time does not advance by itself meanwhile.
    #[must_use]
    pub fn busy(&self) -> Busy {
        Busy(self.simulation().map(|simulation| {
            let mut state = simulation.lock();
            let id = state.new_id();
            state.awake.insert(id);
            drop(state);
            UnderWay { simulation, id }
        }))
    }

    /// Lets a server that sleeps on purpose (the sandbox's latency and hangs) take its request, the one with this
    /// [`Busy::id`], out of what is under way, until the guard is dropped.
    #[must_use]
    pub fn idle(&self, request: Option<u64>) -> Idle {
        let request = self.simulation().zip(request).map(|(simulation, id)| UnderWay { simulation, id });
        if let Some(UnderWay { simulation, id }) = &request {
            let mut state = simulation.lock();
            if state.awake.remove(id) {
                state.asleep.insert(*id);
            }
            simulation.tell_if_quiet(&state);
        }
        Idle(request)
    }

    fn simulation(&self) -> Option<Arc<Simulation>> {
        match &self.0 {
            Kind::System { .. } => None,
            Kind::Simulated(simulation) => Some(Arc::clone(simulation)),
        }
    }

    /// Moves simulated time on and wakes who was waiting. Real time is not moved.
    pub fn advance(&self, by: Duration) {
        if let Kind::Simulated(simulation) = &self.0 {
            let to = simulation.lock().now + by;
            simulation.advance_to(to);
        }
    }

    /// Runs for ever, moving simulated time to the next deadline whenever nothing real is under way. Tests spawn it
    /// beside the work. On real time it only waits.
    pub async fn auto_advance(&self) {
        let Kind::Simulated(simulation) = &self.0 else { return std::future::pending().await };
        loop {
            if !simulation.settled().await {
                continue;
            }
            match simulation.next_deadline() {
                Some(next) => simulation.advance_to(next),
                // Whatever happens next, it does not happen in this time.
                None => tokio::time::sleep(Duration::from_micros(200)).await,
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            Kind::System { .. } => "system",
            Kind::Simulated(_) => "simulated",
        };
        write!(f, "Clock({kind}, {:?})", self.now())
    }
}

impl Simulation {
    fn lock(&self) -> MutexGuard<'_, SimulationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_deadline(&self) -> Option<Moment> {
        self.lock().sleepers.keys().next().map(|(deadline, _)| *deadline)
    }

    fn advance_to(&self, to: Moment) {
        let due = {
            let mut state = self.lock();
            let now = state.now.max(to);
            state.now = now;
            let later = state.sleepers.split_off(&(now, u64::MAX));
            std::mem::replace(&mut state.sleepers, later)
        };
        for (_, waker) in due {
            waker.wake();
        }
    }

    fn is_quiet(&self) -> bool {
        self.lock().awake.is_empty()
    }

    fn tell_if_quiet(&self, state: &SimulationState) {
        if state.awake.is_empty() {
            self.quiet.notify_one();
        }
    }

    /// Waits until nothing real is under way, and gives every other task the chance to go on; true when that stayed so, and
    /// no one went to sleep or began anything meanwhile.
    async fn settled(&self) -> bool {
        while !self.is_quiet() {
            self.quiet.notified().await;
        }
        let before = self.lock().next_id;
        for _ in 0..24 {
            tokio::task::yield_now().await;
            if !self.is_quiet() {
                return false;
            }
        }
        self.lock().next_id == before
    }
}

/// A real thing that is under way on simulated time.
#[derive(Debug)]
struct UnderWay {
    simulation: Arc<Simulation>,
    id: u64,
}

/// The guard of [`Clock::busy`].
#[derive(Debug)]
pub struct Busy(Option<UnderWay>);

impl Busy {
    /// What it is known by on simulated time; `None` on real time.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        self.0.as_ref().map(|under_way| under_way.id)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(UnderWay { simulation, id }) = &self.0 {
            let mut state = simulation.lock();
            state.awake.remove(id);
            state.asleep.remove(id);
            simulation.tell_if_quiet(&state);
        }
    }
}

/// The guard of [`Clock::idle`].
#[derive(Debug)]
pub struct Idle(Option<UnderWay>);

impl Drop for Idle {
    fn drop(&mut self) {
        if let Some(UnderWay { simulation, id }) = &self.0 {
            let mut state = simulation.lock();
            // Its client may have given it up meanwhile.
            if state.asleep.remove(id) {
                state.awake.insert(*id);
            }
        }
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("start", &self.start).finish_non_exhaustive()
    }
}

struct Sleep<'a> {
    simulation: &'a Simulation,
    deadline: Moment,
    id: Option<u64>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.simulation.lock();
        if state.now >= self.deadline {
            return Poll::Ready(());
        }
        let id = self.id.unwrap_or_else(|| state.new_id());
        state.sleepers.insert((self.deadline, id), context.waker().clone());
        drop(state);
        self.id = Some(id);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.simulation.lock().sleepers.remove(&(self.deadline, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn simulated_time_wakes_sleepers_in_order_when_advanced() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let long = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_mins(1)).await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!long.is_finished());
        clock.advance(Duration::from_secs(1));
        assert_eq!(long.await.unwrap(), Duration::from_mins(1));
    }

    #[tokio::test]
    async fn simulated_time_moves_by_itself_only_while_nothing_real_is_under_way() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let driver = tokio::spawn({
            let clock = clock.clone();
            async move { clock.auto_advance().await }
        });
        let busy = clock.busy();
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_hours(1)).await }
        });
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(clock.now(), Duration::ZERO);
        drop(busy);
        sleeper.await.unwrap();
        assert_eq!(clock.now(), Duration::from_hours(1));
        driver.abort();
    }

    #[tokio::test]
    async fn a_server_that_still_sleeps_for_a_client_that_gave_up_does_not_hide_another_request() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let driver = tokio::spawn({
            let clock = clock.clone();
            async move { clock.auto_advance().await }
        });
        let given_up = clock.busy();
        let sleep = clock.idle(given_up.id());
        clock.sleep(Duration::from_secs(30)).await;
        drop(given_up);
        let other = clock.busy();
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_hours(1)).await }
        });
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(clock.now(), Duration::from_secs(30));
        drop((sleep, other));
        sleeper.await.unwrap();
        driver.abort();
    }

    #[tokio::test]
    async fn a_timeout_gives_up_in_simulated_time() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let driver = tokio::spawn({
            let clock = clock.clone();
            async move { clock.auto_advance().await }
        });
        assert_eq!(clock.timeout(Duration::from_secs(30), std::future::pending::<()>()).await, None);
        assert_eq!(clock.timeout(Duration::from_secs(30), async { 7 }).await, Some(7));
        driver.abort();
    }
}
