//! What is wanted of numbers, besides that they are valid: of which kinds, and how sure their reading must be.

use super::codes::TYPE_SKIPPED;
use super::{Callable, Phone, PhoneKind, PhoneReading, Refusal};

/// What is wanted of a number that is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRules {
    /// Which kinds are called.
    pub callable: Callable,
    /// Whether a likely reading is good enough.
    pub guesses: Guesses,
}

impl Default for NumberRules {
    /// The usual kinds; likely readings are marked.
    fn default() -> Self {
        Self { callable: Callable::Usual, guesses: Guesses::Marked }
    }
}

/// What becomes of a reading that is likely, but not certain ([`PhoneReading::flagged`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guesses {
    /// It is called, and marked for a person to check.
    Marked,
    /// It is refused.
    Refused,
}

impl NumberRules {
    /// What is left of `reading` under these rules: the first number of a kind that is called, and further ones.
    ///
    /// # Errors
    /// None of its numbers is of a kind that is called, or the reading is only likely and that is not good enough.
    pub fn apply(&self, mut reading: PhoneReading) -> Result<PhoneReading, Refusal> {
        let found = reading.others.len() + 1;
        let numbers = std::iter::once((reading.phone, reading.kind)).chain(reading.others);
        let mut called: Vec<(Phone, PhoneKind)> = Vec::with_capacity(found);
        called.extend(numbers.filter(|(_, kind)| self.callable.allows(*kind)));
        let Some((phone, kind)) = called.first().copied() else {
            return Err(self.callable.refusal(reading.kind));
        };
        if called.len() < found {
            reading.repairs.push(TYPE_SKIPPED);
        }
        called.remove(0);
        let reading = PhoneReading { phone, kind, others: called, ..reading };
        match self.guesses {
            Guesses::Refused if reading.flagged => Err(uncertain(&reading)),
            Guesses::Refused | Guesses::Marked => Ok(reading),
        }
    }
}

fn uncertain(reading: &PhoneReading) -> Refusal {
    let rules = reading.repairs.join(", ");
    let by = if rules.is_empty() { String::new() } else { format!(" ({rules})") };
    let message = format!("likely {}, but not certain{by}: write it with + and country code", reading.phone);
    Refusal::new("phone_uncertain", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::{PhoneReader, Region};

    fn applied(rules: &NumberRules, cell: &str, region: &str) -> Result<PhoneReading, Refusal> {
        rules.apply(PhoneReader::new().read(cell, Region::parse(region)).unwrap())
    }

    #[test]
    fn premium_and_shared_cost_numbers_are_refused_unless_they_are_named() {
        let rules = NumberRules::default();
        for (cell, kind) in [("0900 1234567", PhoneKind::Premium), ("01806 12345", PhoneKind::SharedCost)] {
            let refusal = applied(&rules, cell, "DE").unwrap_err();
            assert_eq!(refusal.code, "phone_type_not_called", "{cell}");
            assert!(refusal.message.contains(kind.name()), "{}", refusal.message);
            let named = NumberRules { callable: Callable::Only(vec![kind]), ..rules.clone() };
            assert_eq!(applied(&named, cell, "DE").unwrap().kind, kind, "{cell}");
        }
        assert!(applied(&rules, "0800 1234567", "DE").is_ok(), "toll-free costs nobody anything");
    }

    #[test]
    fn the_first_number_of_a_kind_that_is_called_is_taken() {
        let cell = "030 23125555; 0171 1234567; 0900 1234567";
        let usual = applied(&NumberRules::default(), cell, "DE").unwrap();
        assert_eq!((usual.phone.to_string().as_str(), usual.others.len()), ("+493023125555", 1));
        assert!(usual.repairs.contains(&"type_skipped"));
        let rules = NumberRules { callable: Callable::Only(vec![PhoneKind::Mobile]), ..NumberRules::default() };
        let mobile = applied(&rules, cell, "DE").unwrap();
        assert_eq!((mobile.phone.to_string().as_str(), mobile.kind), ("+491711234567", PhoneKind::Mobile));
        assert!(mobile.others.is_empty() && mobile.repairs.contains(&"type_skipped"));
    }

    #[test]
    fn a_likely_reading_is_refused_where_only_certain_ones_are_wanted() {
        let certain = NumberRules { guesses: Guesses::Refused, ..NumberRules::default() };
        let refusal = applied(&certain, "447911123456", "US").unwrap_err();
        assert_eq!(refusal.code, "phone_uncertain");
        assert!(refusal.message.contains("+447911123456"), "{}", refusal.message);
        assert!(applied(&NumberRules::default(), "447911123456", "US").is_ok_and(|reading| reading.flagged));
        assert!(applied(&certain, "Tel.: 030 23125555", "DE").is_ok(), "what is certain is repaired as ever");
    }
}
