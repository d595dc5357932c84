//! The two kinds of slots of the ledger's tables, packed: their size is what a lead costs.

use super::format::Certainty;
use super::state::{Before, Held, State};
use super::table::Slot;
use crate::lead::{Fingerprint, LeadKey};

/// What is known of one key, and where it was last seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: [u64; 2],
    pub(super) request: Fingerprint,
    pub(super) row: u32,
    pub(super) file: u16,
    pub(super) pass: u8,
    /// Three bits of state, two of what was before, one each of [`WAS_FORGOTTEN`], of certainty, and [`USED`]: 0 where the
    /// slot is vacant.
    bits: u8,
}

const _: () = assert!(size_of::<Entry>() == 32, "48 bytes a key are promised: 32 at a load of at least two thirds");
const _: () = assert!(size_of::<Holder>() == 12, "18 bytes a group are promised: 12 at a load of at least two thirds");

const USED: u8 = 0x80;
const LIKELY: u8 = 0x40;
const WAS_FORGOTTEN: u8 = 0x20;

impl Default for Entry {
    fn default() -> Self {
        Self { key: [0; 2], request: Fingerprint::of(b""), row: 0, file: 0, pass: 0, bits: 0 }
    }
}

impl Entry {
    pub(super) fn new(key: LeadKey, no_request: Fingerprint) -> Self {
        Self { key: halves(key.bits()), request: no_request, row: 0, file: 0, pass: 0, bits: USED }
    }

    pub(super) fn state(&self) -> Option<State> {
        let certainty = Certainty::from(self.bits & LIKELY == 0);
        let earlier = self.bits >> 3 & 3;
        let before = match earlier {
            0 => Before::Nothing,
            1 => Before::Rejected,
            _ => Before::Undone,
        };
        let held = if earlier == 0 { Held::Created(certainty) } else { Held::Exists(certainty) };
        match self.bits & 7 {
            0 => None,
            1 => Some(State::Created(certainty)),
            2 => Some(State::Exists(certainty)),
            3 => Some(State::Rejected),
            4 => Some(State::Sending(before)),
            5 => Some(State::InDoubt(before)),
            6 => Some(State::Deleting(held)),
            _ => Some(State::Undone),
        }
    }

    pub(super) fn set_state(&mut self, state: Option<State>) {
        let before = |before| match before {
            Before::Nothing => 0,
            Before::Rejected => 1 << 3,
            Before::Undone => 2 << 3,
        };
        let likely = |certainty| if certainty == Certainty::Likely { LIKELY } else { 0 };
        self.bits = USED
            | self.bits & WAS_FORGOTTEN
            | match state {
                None => 0,
                Some(State::Created(certainty)) => 1 | likely(certainty),
                Some(State::Exists(certainty)) => 2 | likely(certainty),
                Some(State::Rejected) => 3,
                Some(State::Sending(was)) => 4 | before(was),
                Some(State::InDoubt(was)) => 5 | before(was),
                Some(State::Deleting(Held::Created(certainty))) => 6 | likely(certainty),
                Some(State::Deleting(Held::Exists(certainty))) => 6 | 1 << 3 | likely(certainty),
                Some(State::Undone) => 7,
            };
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.bits & WAS_FORGOTTEN != 0
    }

    /// For good: nobody is remembered again.
    pub(super) fn forget(&mut self) {
        self.bits |= WAS_FORGOTTEN;
    }
}

impl Slot for Entry {
    type Key = u128;

    fn key(&self) -> Option<u128> {
        (self.bits & USED != 0).then(|| u128::from(self.key[0]) << 64 | u128::from(self.key[1]))
    }

    fn spread(key: u128) -> u64 {
        spread(key)
    }
}

/// Two words instead of one of 16 bytes, whose alignment would cost 16 more.
#[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
fn halves(key: u128) -> [u64; 2] {
    [(key >> 64) as u64, key as u64]
}

fn spread(key: u128) -> u64 {
    let [high, low] = halves(key);
    high ^ low
}

/// Which key holds a group of rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holder {
    /// Two words instead of one of eight bytes, whose alignment would cost four more.
    group: [u32; 2],
    /// A part of the key that is never 0; 0 where it was let go.
    pub(super) by: u32,
}

impl Holder {
    #[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
    pub(super) fn new(group: u64, by: LeadKey) -> Self {
        Self { group: [(group >> 32) as u32, group as u32], by: (spread(by.bits()) >> 32) as u32 | 1 }
    }
}

impl Slot for Holder {
    type Key = u64;

    fn key(&self) -> Option<u64> {
        let group = u64::from(self.group[0]) << 32 | u64::from(self.group[1]);
        (group != 0).then_some(group)
    }

    fn spread(key: u64) -> u64 {
        key
    }
}
