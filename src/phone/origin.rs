//! Where a number is at home, for people who look at many of them.

use super::engine;
use super::{Phone, PhoneKind, Region};

/// Where a number is at home, and of what kind it is, as the numbering plans say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The country; `None` for numbers of none (`+800`), and where no such number is given out.
    pub region: Option<Region>,
    /// The kind; [`PhoneKind::Unknown`] where no such number is given out.
    pub kind: PhoneKind,
}

impl Phone {
    /// Where it is at home. Some microseconds.
    #[must_use]
    pub fn origin(self) -> Origin {
        let (region, kind) = engine::origin(self).unwrap_or((None, PhoneKind::Unknown));
        Origin { region, kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(number: &str) -> (Option<String>, PhoneKind) {
        let origin = Phone::from_e164(number).unwrap().origin();
        (origin.region.map(|region| region.code().to_owned()), origin.kind)
    }

    #[test]
    fn a_number_has_a_country_and_a_kind() {
        assert_eq!(origin("+493023125001"), (Some("DE".to_owned()), PhoneKind::Fixed));
        assert_eq!(origin("+4917139200001"), (Some("DE".to_owned()), PhoneKind::Mobile));
        assert_eq!(origin("+442079460123"), (Some("GB".to_owned()), PhoneKind::Fixed));
    }

    #[test]
    fn countries_that_share_a_dial_code_are_told_apart() {
        assert_eq!(origin("+12025550142").0.as_deref(), Some("US"));
        assert_eq!(origin("+14165550142").0.as_deref(), Some("CA"));
    }

    #[test]
    fn what_is_no_countrys_number_has_none() {
        assert_eq!(origin("+999123456789"), (None, PhoneKind::Unknown));
        assert_eq!(origin("+80012345678").0, None);
    }
}
