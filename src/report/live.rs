//! What progress is drawn from: what was counted so far, how fast it goes, what everybody waits for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::columns::ColumnNote;
use super::meter::Meter;
use super::progress::{Frame, Phase, Waiting};
use super::tally::Tally;
use super::wording::{masked, plain};
use crate::clock::{Clock, Moment};
use crate::upload::Event;

/// What the progress is drawn from.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) clock: Clock,
    state: Mutex<LiveState>,
}

#[derive(Debug, Default)]
pub(super) struct LiveState {
    pub(super) tally: Tally,
    pub(super) columns: Vec<ColumnNote>,
    pub(super) meter: Meter,
    pub(super) rows_read: u64,
    /// How many doubts of earlier runs are being looked up, and not settled yet.
    pub(super) looking_up: Option<u64>,
    /// Pages and leads of the platform's list, while it is read.
    pub(super) listing: Option<(u64, u64)>,
    pub(super) sending: bool,
    /// What an undo is at.
    pub(super) undoing: Option<Undoing>,
    pub(super) allowed: Option<f64>,
    wait: Option<Wait>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Undoing {
    LookingAt { leads: u64 },
    Deleting { done: u64, all: u64 },
}

#[derive(Debug)]
struct Wait {
    until: Moment,
    why: String,
}

impl Live {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, LiveState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened.
    pub(super) fn event(&self, event: &Event<'_>) {
        let now = self.clock.now();
        let mut state = self.lock();
        state.tally.event(event);
        match event {
            Event::Waiting { wait, why } => {
                let until = now.saturating_add(*wait);
                // A shorter wait does not end a longer one.
                if state.wait.as_ref().is_none_or(|old| old.until < until) {
                    state.wait = Some(Wait { until, why: masked(&plain(why)) });
                }
            }
            Event::Ended { .. } | Event::Updated { .. } => {
                let sent = state.tally.sent();
                state.meter.tell(now, sent);
            }
            Event::Listing { pages, leads } => state.listing = Some((*pages, *leads)),
            Event::DoubtEnded { .. } => state.looking_up = state.looking_up.map(|leads| leads.saturating_sub(1)),
            _ => {}
        }
    }

    /// How far it is now.
    pub(super) fn frame(&self) -> Frame {
        let now = self.clock.now();
        let mut state = self.lock();
        // Time passes also while nothing ends.
        if let Some(Undoing::Deleting { done, .. }) = state.undoing {
            state.meter.tell(now, done);
        } else if state.sending {
            let sent = state.tally.sent();
            state.meter.tell(now, sent);
        }
        state.frame(now)
    }
}

impl LiveState {
    fn frame(&mut self, now: Moment) -> Frame {
        self.wait.take_if(|wait| wait.until <= now);
        let waiting =
            self.wait.as_ref().map(|wait| Waiting { left: wait.until.saturating_sub(now), why: wait.why.clone() });
        let expected = self.tally.expected();
        let to_do = match self.undoing {
            Some(Undoing::Deleting { done, all }) => Some(all.saturating_sub(done)),
            _ => expected.map(|expected| expected.to_send.saturating_sub(self.tally.sent())),
        };
        let time = to_do.and_then(|left| self.meter.time_for(left));
        let waited = waiting.as_ref().map_or(Duration::ZERO, |waiting| waiting.left);
        Frame {
            phase: self.phase(),
            leads: self.tally.so_far().leads,
            expected: expected.map(|expected| expected.leads),
            rate: self.meter.rate(),
            allowed: self.allowed,
            left: time.map(|time| time.saturating_add(waited)),
            waiting,
        }
    }

    fn phase(&self) -> Phase {
        match (self.undoing, self.looking_up, self.listing) {
            (Some(Undoing::Deleting { done, all }), ..) => Phase::Deleting { done, all },
            (Some(Undoing::LookingAt { leads }), ..) => Phase::LookingAt { leads },
            _ if self.sending => Phase::Sending,
            (None, Some(leads), _) => Phase::LookingUp { leads },
            (None, None, Some((pages, leads))) => Phase::Listing { pages, leads },
            (None, None, None) => Phase::Preparing { rows: self.rows_read },
        }
    }
}
