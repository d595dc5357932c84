//! Which of a platform's ids belong to leads: 64 bits for each, whatever the ids look like. An id settles one lead only,
//! over all runs: a platform that answers with one that is held created nobody.

use xxhash_rust::xxh3::xxh3_64;

use super::table::{Slot, Table};

/// What is known of a platform's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownId {
    /// No lead has it.
    Free,
    /// A lead that is there has it.
    Held,
    /// The lead that had it was deleted again. A list that is behind may still show it.
    Undone,
}

/// An id at its target, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IdMark {
    bits: u64,
}

impl IdMark {
    /// The mark of `id` at the target that is written like this.
    pub(super) fn new(target: &str, id: &str) -> Self {
        let parts = [target.as_bytes(), b"\n", id.as_bytes()];
        let length = target.len() + 1 + id.len();
        // One for each lead of a file: nothing is claimed for it.
        let mut short = [0; 256];
        let Some(text) = short.get_mut(..length) else { return Self { bits: xxh3_64(&parts.concat()) } };
        let (head, id_there) = text.split_at_mut(target.len() + 1);
        let (target_there, line_break) = head.split_at_mut(target.len());
        target_there.copy_from_slice(parts[0]);
        line_break.copy_from_slice(parts[1]);
        id_there.copy_from_slice(parts[2]);
        Self { bits: xxh3_64(text) }
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Ids {
    slots: Table<IdSlot>,
}

impl Ids {
    pub(super) fn new() -> Self {
        Self { slots: Table::new() }
    }

    pub(super) fn hold(&mut self, mark: IdMark) {
        let slot = IdSlot::of(mark);
        if let Some(known) = self.slots.entry(slot) {
            *known = slot;
        }
    }

    pub(super) fn undo(&mut self, mark: IdMark) {
        self.hold(mark);
        if let Some(known) = self.slots.get_mut(IdSlot::of(mark).0) {
            known.0 |= UNDONE;
        }
    }

    pub(super) fn known(&self, mark: IdMark) -> KnownId {
        match self.slots.get(IdSlot::of(mark).0) {
            None => KnownId::Free,
            Some(IdSlot(bits)) if bits & UNDONE != 0 => KnownId::Undone,
            Some(_) => KnownId::Held,
        }
    }
}

/// Bits 1 to 63 are the id's, and never all zero; bit 0 says that its lead was deleted.
#[derive(Debug, Clone, Copy, Default)]
struct IdSlot(u64);

const _: () = assert!(size_of::<IdSlot>() == 8, "12 bytes an id are promised: 8 at a load of at least two thirds");

const UNDONE: u64 = 1;

impl IdSlot {
    fn of(mark: IdMark) -> Self {
        Self((mark.bits & !UNDONE).max(2))
    }
}

impl Slot for IdSlot {
    type Key = u64;

    fn key(&self) -> Option<u64> {
        (self.0 != 0).then_some(self.0 & !UNDONE)
    }

    fn spread(key: u64) -> u64 {
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "autocalls https://app.famulor.de/api campaign 7";

    #[test]
    fn a_mark_is_the_hash_of_the_target_and_the_id_on_two_lines_however_long_they_are() {
        for length in [0, 1, 200, 254, 255, 256, 5000] {
            for id in ["", "7", "an-id"] {
                let target = "t".repeat(length);
                assert_eq!(IdMark::new(&target, id).bits, xxh3_64(format!("{target}\n{id}").as_bytes()));
            }
        }
    }

    #[test]
    fn an_id_is_held_at_its_own_target_until_its_lead_is_deleted_and_again_when_it_comes_back() {
        let mut ids = Ids::new();
        let mark = IdMark::new(TARGET, "1001");
        assert_eq!(ids.known(mark), KnownId::Free);
        ids.hold(mark);
        assert_eq!(ids.known(mark), KnownId::Held);
        assert_eq!(ids.known(IdMark::new(TARGET, "1002")), KnownId::Free);
        assert_eq!(ids.known(IdMark::new("autocalls https://app.famulor.de/api campaign 8", "1001")), KnownId::Free);
        ids.undo(mark);
        assert_eq!(ids.known(mark), KnownId::Undone);
        ids.hold(mark);
        assert_eq!(ids.known(mark), KnownId::Held);
    }
}
