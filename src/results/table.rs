//! A hash table for millions of small fixed-size entries that are never taken out: open addressing, linear probing, no
//! pointers. `std`'s table doubles, so that for a moment it needs a hundred bytes for each entry of 32; this one grows
//! by a quarter, one of 64 shards at a time, and stays below 48.

/// An entry. The default one is vacant.
pub(super) trait Slot: Copy + Default {
    type Key: Copy + Eq;

    /// Its key; `None` where it is vacant.
    fn key(&self) -> Option<Self::Key>;

    /// Bits of the key that are spread evenly (keys are hashes already).
    fn spread(key: Self::Key) -> u64;
}

const SHARDS: usize = 64;

#[derive(Debug)]
pub(super) struct Table<S> {
    shards: Vec<Shard<S>>,
}

#[derive(Debug, Clone)]
struct Shard<S> {
    slots: Vec<S>,
    used: usize,
}

impl<S: Slot> Table<S> {
    pub(super) fn new() -> Self {
        Self { shards: vec![Shard { slots: Vec::new(), used: 0 }; SHARDS] }
    }

    /// The entry of `key`.
    pub(super) fn get(&self, key: S::Key) -> Option<&S> {
        let shard = &self.shards[shard_of::<S>(key)];
        let index = shard.find(key)?;
        shard.slots.get(index).filter(|slot| slot.key().is_some())
    }

    /// The entry of `key` to be changed; `None` where there is none.
    pub(super) fn get_mut(&mut self, key: S::Key) -> Option<&mut S> {
        let shard = &mut self.shards[shard_of::<S>(key)];
        let index = shard.find(key)?;
        shard.slots.get_mut(index).filter(|slot| slot.key().is_some())
    }

    /// The entry of `slot`'s key to be changed; it is `slot` where there was none.
    pub(super) fn entry(&mut self, slot: S) -> Option<&mut S> {
        let key = slot.key()?;
        self.shards[shard_of::<S>(key)].entry(key, slot)
    }

    /// Every entry, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut S> {
        self.shards.iter_mut().flat_map(|shard| shard.slots.iter_mut()).filter(|slot| slot.key().is_some())
    }

    /// Every entry.
    pub(super) fn iter(&self) -> impl Iterator<Item = &S> {
        self.shards.iter().flat_map(|shard| shard.slots.iter()).filter(|slot| slot.key().is_some())
    }

    /// The bytes of all slots, vacant ones included.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.slots.capacity() * size_of::<S>()).sum()
    }
}

fn mixed<S: Slot>(key: S::Key) -> u64 {
    S::spread(key).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn shard_of<S: Slot>(key: S::Key) -> usize {
    usize::try_from(mixed::<S>(key) >> 58).unwrap_or(0)
}

impl<S: Slot> Shard<S> {
    /// Where `key` is, or the vacant slot where it would be; `None` in a table without slots.
    fn find(&self, key: S::Key) -> Option<usize> {
        let length = self.slots.len();
        let mut index = home::<S>(key, length);
        // Ends: a seventh of the slots are vacant.
        loop {
            match self.slots.get(index)?.key() {
                Some(found) if found != key => index = if index + 1 == length { 0 } else { index + 1 },
                _ => return Some(index),
            }
        }
    }

    fn entry(&mut self, key: S::Key, slot: S) -> Option<&mut S> {
        let mut index = self.find(key);
        if index.is_none_or(|index| self.slots[index].key().is_none()) {
            if (self.used + 1) * 20 > self.slots.len() * 17 {
                self.grow();
                index = self.find(key);
            }
            self.slots[index?] = slot;
            self.used += 1;
        }
        self.slots.get_mut(index?)
    }

    fn grow(&mut self) {
        let length = (self.slots.len() + self.slots.len() / 4 + 1).max(8);
        let old = std::mem::replace(&mut self.slots, vec![S::default(); length]);
        for slot in old {
            if let Some(index) = slot.key().and_then(|key| self.find(key)) {
                self.slots[index] = slot;
            }
        }
    }
}

/// The slot at which the search for `key` begins: the bits below those that choose the shard, scaled to the length.
fn home<S: Slot>(key: S::Key, length: usize) -> usize {
    let scaled = (u128::from(mixed::<S>(key) << 6) * length as u128) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy, Default)]
    struct Pair(u64, u64);

    impl Slot for Pair {
        type Key = u64;

        fn key(&self) -> Option<u64> {
            (self.0 != 0).then_some(self.0)
        }

        fn spread(key: u64) -> u64 {
            key
        }
    }

    proptest! {
        #[test]
        fn it_holds_what_a_hash_map_holds(pairs in prop::collection::vec((1..400_u64, any::<u64>()), 0..1500)) {
            let mut table = Table::new();
            let mut map = HashMap::new();
            for (key, value) in pairs {
                table.entry(Pair(key, 0)).unwrap().1 = value;
                map.insert(key, value);
            }
            for key in 0..400 {
                prop_assert_eq!(table.get(key).map(|pair| pair.1), map.get(&key).copied());
            }
            prop_assert_eq!(table.iter_mut().count(), map.len());
        }
    }

    #[test]
    fn a_slot_of_8_bytes_costs_less_than_12_however_many_there_are() {
        #[derive(Clone, Copy, Default)]
        struct Narrow(u64);
        impl Slot for Narrow {
            type Key = u64;

            fn key(&self) -> Option<u64> {
                (self.0 != 0).then_some(self.0)
            }

            fn spread(key: u64) -> u64 {
                key
            }
        }
        let mut table = Table::new();
        let mut random = fastrand::Rng::with_seed(7);
        for count in 1..=200_000_usize {
            table.entry(Narrow(random.u64(1..)));
            if count > 20_000 && count % 1000 == 0 {
                assert!(table.bytes() < 12 * count, "{} bytes for {count}", table.bytes());
            }
        }
    }

    #[test]
    fn an_entry_of_32_bytes_costs_less_than_48_however_many_there_are() {
        #[derive(Clone, Copy, Default)]
        struct Wide(u64, [u64; 3]);
        impl Slot for Wide {
            type Key = u64;

            fn key(&self) -> Option<u64> {
                (self.1[0] != 0).then_some(self.0)
            }

            fn spread(key: u64) -> u64 {
                key
            }
        }
        let mut table = Table::new();
        let mut random = fastrand::Rng::with_seed(7);
        for count in 1..=200_000_usize {
            table.entry(Wide(random.u64(..), [1, 0, 0]));
            if count > 20_000 && count % 1000 == 0 {
                assert!(table.bytes() < 48 * count, "{} bytes for {count}", table.bytes());
            }
        }
    }
}
