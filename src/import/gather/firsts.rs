//! Which row of each group came first.

use std::collections::HashMap;

use crate::lead::Fingerprint;

/// The groups are spread over so many tables, so that growing one of them never doubles the memory of all.
const PARTS: usize = 64;

/// The first row of each group, by the fingerprint of the group's name: 16 bytes a group, and what a table leaves free.
///
/// Two names with one fingerprint (there are 2^64) would only come out side by side: grouping compares the names themselves,
/// and refuses what comes a second time.
#[derive(Debug)]
pub(super) struct Firsts(Vec<HashMap<Fingerprint, u64>>);

impl Default for Firsts {
    fn default() -> Self {
        Self(vec![HashMap::new(); PARTS])
    }
}

impl Firsts {
    /// The number of the first row of `group`, which is `row` where none came before.
    pub(super) fn first_of(&mut self, group: Fingerprint, row: u64) -> u64 {
        let part = usize::try_from(group.bits() % PARTS as u64).unwrap_or_default();
        let Some(table) = self.0.get_mut(part) else { return row };
        *table.entry(group).or_insert(row)
    }
}
