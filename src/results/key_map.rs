//! A hash map by key. Keys are hashes already: `std`'s hasher, which is made for any input, would hash them once more.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::lead::LeadKey;

pub(super) type KeyMap<V> = HashMap<LeadKey, V, BuildHasherDefault<KeyHasher>>;

/// Takes a key for its hash.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    #[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
    fn write_u128(&mut self, bits: u128) {
        self.0 ^= (bits >> 64) as u64 ^ bits as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
