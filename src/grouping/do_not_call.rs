//! Numbers that must not be called, and where each of them stands: what do-not-call lists say, in 16 bytes a number.

use std::sync::Arc;

use crate::lead::Reason;
use crate::phone::Phone;

/// The reason code of whoever is on a do-not-call list.
pub(crate) const ON_LIST: &str = "on_suppression_list";

/// The reason code of whoever must not be called by a column of the input itself.
pub(crate) const FLAGGED: &str = "do_not_call_flag";

/// Numbers are spread over so many parts, so that growing one of them never doubles the memory of all.
const PARTS: usize = 64;

/// Numbers that must not be called. Filled once, then only asked.
#[derive(Debug, Default)]
pub struct DoNotCall {
    lists: Vec<Arc<str>>,
    parts: Vec<Vec<Listed>>,
}

/// A number and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    phone: Phone,
    list: u16,
    /// Of four bytes, so that an entry has 16; whatever is beyond it is the last number there is.
    row: u32,
}

const _: () = assert!(size_of::<Listed>() == 16, "16 bytes a number are promised");

impl DoNotCall {
    /// Begins a list called `name`: numbers that are added from now on stand there.
    pub fn begin_list(&mut self, name: &str) {
        self.lists.push(Arc::from(name));
        self.parts.resize(PARTS, Vec::new());
    }

    /// Adds a number of the list that was begun last.
    pub fn add(&mut self, phone: Phone, row: u64) {
        let list = u16::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        let Some(part) = self.parts.get_mut(part_of(phone)) else { return };
        if part.len() == part.capacity() {
            part.reserve_exact(part.len() / 4 + 8);
        }
        part.push(Listed { phone, list, row });
    }

    /// Says that all is added: from now on numbers are found.
    pub fn finish(&mut self) {
        for part in &mut self.parts {
            part.sort_unstable();
            part.dedup_by_key(|listed| listed.phone);
            part.shrink_to_fit();
        }
    }

    /// How many different numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// True where there is no number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many lists there are.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.lists.len()
    }

    /// Why `phone` must not be called; `None` where it may.
    #[must_use]
    pub fn reason(&self, phone: Phone) -> Option<Reason> {
        let part = self.parts.get(part_of(phone))?;
        let listed = part.get(part.binary_search_by_key(&phone, |listed| listed.phone).ok()?)?;
        let list = self.lists.get(usize::from(listed.list)).map_or("a do-not-call list", |name| &**name);
        Some(Reason::new(ON_LIST, format!("{phone} must not be called: it is on {list} › row {}", listed.row)))
    }
}

fn part_of(phone: Phone) -> usize {
    usize::try_from(phone.digits() % PARTS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phone(digits: u64) -> Phone {
        Phone::from_e164(&format!("+{digits}")).unwrap()
    }

    #[test]
    fn a_number_is_found_with_its_list_and_its_first_row() {
        let mut numbers = DoNotCall::default();
        numbers.begin_list("a.csv");
        numbers.add(phone(493_023_125_001), 7);
        numbers.begin_list("b.csv");
        numbers.add(phone(493_023_125_002), 2);
        numbers.add(phone(493_023_125_001), 3);
        numbers.finish();
        let found = |digits| numbers.reason(phone(digits)).map(|reason| reason.message);
        assert_eq!(found(493_023_125_001).unwrap(), "+493023125001 must not be called: it is on a.csv › row 7");
        assert_eq!(found(493_023_125_002).unwrap(), "+493023125002 must not be called: it is on b.csv › row 2");
        assert_eq!(found(493_023_125_003), None);
        assert_eq!((numbers.len(), numbers.lists()), (2, 2));
    }

    #[test]
    fn without_a_list_everybody_may_be_called() {
        assert_eq!(DoNotCall::default().reason(phone(493_023_125_001)), None);
    }

    proptest! {
        #[test]
        fn exactly_the_numbers_that_were_added_are_found(digits in prop::collection::vec(1_000_000..1_000_400_u64, 0..300)) {
            let mut numbers = DoNotCall::default();
            numbers.begin_list("list");
            for digits in &digits {
                numbers.add(phone(*digits), 1);
            }
            numbers.finish();
            for asked in 1_000_000..1_000_400 {
                prop_assert_eq!(numbers.reason(phone(asked)).is_some(), digits.contains(&asked));
            }
        }
    }
}
