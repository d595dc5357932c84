//! Where requests wait while the server is left alone: the async side of the [breaker](super::breaker).
//!
//! No lock is held while anybody waits. Whoever stops waiting, or is dropped with the right to try again in its hand, gives
//! that right back, so that the gate is never stuck.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::breaker::{Breaker, Entry, Heard, Pass, Turn, Waiting};
use crate::clock::Clock;
use crate::platform::Purpose;

/// See the module's documentation.
pub(super) struct Gate {
    breaker: Mutex<Breaker>,
    clock: Clock,
    /// Counts what those who wait have to know of.
    turns: watch::Sender<u64>,
    questions_waiting: AtomicUsize,
}

/// The right to send one request.
pub(super) struct Ticket<'a> {
    gate: &'a Gate,
    pass: Pass,
    is_heard: bool,
}

impl Gate {
    /// A gate that closes after `threshold` errors in a row (0: never) and gives up after `give_up`.
    pub(super) fn new(threshold: u32, give_up: Duration, clock: Clock) -> Self {
        let breaker = Mutex::new(Breaker::new(threshold, give_up));
        Self { breaker, clock, turns: watch::Sender::new(0), questions_waiting: AtomicUsize::new(0) }
    }

    /// Waits until a request may go.
    pub(super) async fn enter(&self, purpose: Purpose) -> Ticket<'_> {
        let _waiting = WaitingQuestion::of(self, purpose);
        // Mostly nobody has to wait, and then nobody has to listen.
        if let Entry::Go(pass) = self.ask(purpose) {
            return self.ticket(pass);
        }
        let mut turns = self.turns.subscribe();
        loop {
            turns.borrow_and_update();
            // Neither of these waits can fail: the sender lives as long as the gate.
            match self.ask(purpose) {
                Entry::Go(pass) => return self.ticket(pass),
                Entry::WaitForOthers => drop(turns.changed().await),
                Entry::WaitUntil(moment) => tokio::select! {
                    _ = turns.changed() => {}
                    () = self.clock.sleep_until(moment) => {}
                },
            }
        }
    }

    fn ask(&self, purpose: Purpose) -> Entry {
        let others = match self.questions_waiting.load(Ordering::SeqCst) {
            0 => Waiting::NoQuestions,
            _ => Waiting::Questions,
        };
        self.lock().enter(purpose, others, self.clock.now())
    }

    fn ticket(&self, pass: Pass) -> Ticket<'_> {
        Ticket { gate: self, pass, is_heard: false }
    }

    fn tell(&self, turn: Turn) {
        if turn != Turn::None {
            self.turns.send_modify(|number| *number += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Whether the server has failed since: then the request must not go.
    pub(super) fn is_void(&self) -> bool {
        self.gate.lock().is_void(&self.pass)
    }

    /// Waits until it is void.
    pub(super) async fn voided(&self) {
        let mut turns = self.gate.turns.subscribe();
        while !self.is_void() {
            drop(turns.changed().await);
        }
    }

    /// What came back. `before_others` is done first where the server is left alone from now on.
    pub(super) fn heard(mut self, heard: Heard, before_others: impl FnOnce()) -> Turn {
        self.is_heard = true;
        let turn = self.gate.lock().heard(&self.pass, heard, self.gate.clock.now(), fastrand::f64());
        if matches!(turn, Turn::Opened(_)) {
            before_others();
        }
        self.gate.tell(turn);
        turn
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.is_heard {
            let turn = self.gate.lock().heard(&self.pass, Heard::Nothing, self.gate.clock.now(), 0.0);
            self.gate.tell(turn);
        }
    }
}

/// A question that waits; changes let it go first.
struct WaitingQuestion<'a>(Option<&'a Gate>);

impl<'a> WaitingQuestion<'a> {
    fn of(gate: &'a Gate, purpose: Purpose) -> Self {
        if purpose == Purpose::Change {
            return Self(None);
        }
        gate.questions_waiting.fetch_add(1, Ordering::SeqCst);
        Self(Some(gate))
    }
}

impl Drop for WaitingQuestion<'_> {
    fn drop(&mut self) {
        if let Some(gate) = self.0 {
            let was_the_last = gate.questions_waiting.fetch_sub(1, Ordering::SeqCst) == 1;
            // Changes may have waited for it to go first.
            gate.tell(if was_the_last { Turn::AskAgain } else { Turn::None });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A gate that one error closes, after that error.
    async fn closed() -> (Arc<Gate>, Clock) {
        let clock = Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
        let gate = Arc::new(Gate::new(1, 600 * SECOND, clock.clone()));
        let turn = gate.enter(Purpose::Change).await.heard(Heard::Failure, || {});
        assert!(matches!(turn, Turn::Opened(_)));
        (gate, clock)
    }

    /// Whether a request may go at once.
    fn lets_in(gate: &Gate, purpose: Purpose) -> Option<Ticket<'_>> {
        gate.enter(purpose).now_or_never()
    }

    #[tokio::test]
    async fn whoever_is_dropped_with_the_right_to_try_again_gives_it_back() {
        for purpose in [Purpose::Question, Purpose::Change] {
            let (gate, clock) = closed().await;
            assert!(lets_in(&gate, purpose).is_none());
            clock.advance(4 * SECOND);
            let probe = lets_in(&gate, purpose).unwrap();
            assert!(lets_in(&gate, purpose).is_none());
            drop(probe);
            assert!(lets_in(&gate, purpose).is_some());
        }
    }

    #[tokio::test]
    async fn of_many_who_wait_a_question_tries_first_and_all_go_on_when_changes_work() {
        let (gate, clock) = closed().await;
        let driver = tokio::spawn({
            let clock = clock.clone();
            async move { clock.auto_advance().await }
        });
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting = (0..20).map(|number| {
            let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
            tokio::spawn(async move {
                let purpose = if number == 13 { Purpose::Question } else { Purpose::Change };
                let ticket = gate.enter(purpose).await;
                order.lock().unwrap().push(purpose);
                ticket.heard(Heard::Answer, || {});
            })
        });
        futures::future::join_all(waiting.collect::<Vec<_>>()).await;
        let order = order.lock().unwrap();
        assert_eq!((order.len(), order[0]), (20, Purpose::Question));
        driver.abort();
    }

    #[tokio::test]
    async fn a_question_that_stops_waiting_does_not_hold_up_changes() {
        let (gate, clock) = closed().await;
        let mut question = Box::pin(gate.enter(Purpose::Question));
        assert!((&mut question).now_or_never().is_none());
        clock.advance(4 * SECOND);
        assert!(lets_in(&gate, Purpose::Change).is_none());
        drop(question);
        assert!(lets_in(&gate, Purpose::Change).is_some());
    }

    #[tokio::test]
    async fn those_who_were_let_in_hear_that_the_server_fails() {
        let clock = Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
        let gate = Gate::new(1, 600 * SECOND, clock.clone());
        let (first, second) = (gate.enter(Purpose::Change).await, gate.enter(Purpose::Question).await);
        assert!(!second.is_void() && second.voided().now_or_never().is_none());
        let mut told_first = false;
        first.heard(Heard::Failure, || told_first = second.is_void());
        assert!(told_first && second.voided().now_or_never().is_some());
    }
}
