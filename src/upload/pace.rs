//! The allowed rate, used fully and never passed.
//!
//! A limit of *N in a window W* is kept by spacing: each permit is a slot, and slots are `(W + guard) / N` apart, so every
//! window of that length holds at most N of them, the first one included, wherever it begins. Several windows come down to
//! one, the slowest.
//!
//! Slots are *reserved*: who waits for one already has it, and it keeps its time whenever its owner wakes. Whoever is a little
//! late uses it all the same, so that a timer that fires late costs nothing of the rate: by three eighths of the guard, or until
//! the next slot begins, whichever is more. Whoever is later than that (a suspended machine, a busy disk) gives it up and takes a
//! new one, so that a late crowd does not leave at once.
//!
//! That no window holds more than N is the [`Departures`]' doing, however late slots are used and connections are opened: each
//! request waits for the one that is N before it to have *left* a window ago, and what is left of the guard besides: two requests
//! may be shifted against each other by so much on their way to the server's clock. The guard is 0.8 % of the window, at least
//! 8 ms. First tries, retries, look-ups and lists all take their slots here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::departures::{Allowed, Departures};
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
    /// Told whenever a request left.
    left: Notify,
}

/// The right to send one request now. Until the request [`leaves`](Self::leaves), the one that must keep its distance from it
/// waits; where the permit is dropped, it counts as used when it was given.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    pace: Arc<Pace>,
    /// `None` where there is no limit, or once it has left.
    number: Option<u64>,
}

impl Permit {
    /// The request leaves only now.
    pub fn leaves(mut self) {
        if let Some(number) = self.number.take() {
            self.pace.left(number, Some(self.pace.clock.now()));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(number) = self.number.take() {
            self.pace.left(number, None);
        }
    }
}

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
enum Use<'a> {
    /// With the number of the departure; `None` where there is no limit.
    Now(Option<u64>),
    /// Another try is due then.
    NotBefore(Moment),
    /// Another try is due when a request has left.
    AfterAnother(Notified<'a>),
    /// It is lost: its owner takes a new one.
    Lost,
}

impl Pace {
    /// Keeps every one of `rates`; with none of them there is no limit.
    #[must_use]
    pub fn new(rates: &[Rate], clock: Clock) -> Self {
        let spacing = rates.iter().map(Rate::spacing).max().unwrap_or_default();
        let tolerance = rates.iter().map(Rate::tolerance).min().unwrap_or_default().max(spacing);
        let next = clock.now();
        let departures = Departures::new(rates);
        let slots = Mutex::new(Slots { next, floor: next, paused_until: Moment::ZERO, departures });
        Self { clock, spacing, tolerance, slots, left: Notify::new() }
    }

    /// Counts what an earlier run sent: the last recorded `ago`, and perhaps `more` after it.
    pub fn remember(&self, ago: Duration, more: usize) {
        let requests = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(1);
        let mut slots = self.lock();
        slots.not_before((self.clock.now() + self.spacing.saturating_mul(requests)).saturating_sub(ago));
    }

    /// Waits for a slot. A slot that is not used is lost.
    pub async fn permit(self: &Arc<Self>) -> Permit {
        loop {
            let slot = self.reserve();
            let mut due = slot;
            loop {
                self.clock.sleep_until(due).await;
                match self.try_use(slot, due) {
                    Use::Now(number) => return Permit { pace: Arc::clone(self), number },
                    Use::NotBefore(moment) => due = moment,
                    // Where that took long, the slot is lost, like any that is used late.
                    Use::AfterAnother(left) => left.await,
                    Use::Lost => break,
                }
            }
        }
    }

    fn left(&self, number: u64, then: Option<Moment>) {
        self.lock().departures.left(number, then);
        self.left.notify_waiters();
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

    /// Uses `slot`, whose owner was to wake when it was `due`: at its time, or when others that left late made room for it.
    fn try_use(&self, slot: Moment, due: Moment) -> Use<'_> {
        let now = self.clock.now();
        let mut slots = self.lock();
        if now < slots.paused_until {
            return Use::Lost;
        }
        if self.spacing.is_zero() {
            return Use::Now(None);
        }
        if now.saturating_sub(due) > self.tolerance {
            return Use::Lost;
        }
        match slots.departures.next_allowed() {
            // Made under the lock, so that it hears of every departure from now on.
            Allowed::AfterAnother => Use::AfterAnother(self.left.notified()),
            // Else many whose slots are past would wake for every permit.
            Allowed::From(moment) if moment > now && moment.saturating_sub(slot) > self.tolerance => Use::Lost,
            Allowed::From(moment) if moment > now => Use::NotBefore(moment),
            Allowed::From(_) => {
                slots.floor = slots.floor.max(slot + self.spacing);
                Use::Now(Some(slots.departures.add(now)))
            }
        }
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
mod tests;
