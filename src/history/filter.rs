//! Which leads are shown.

use std::collections::HashSet;

use super::whom::Whom;
use crate::lead::Status;
use crate::phone::{PhoneReader, Region};
use crate::results::LastState;

/// Which leads are shown: those for which everything holds that is asked for.
#[derive(Debug, Default)]
pub struct Filter {
    /// Any of these states; none: all.
    pub statuses: Vec<Status>,
    /// Any of these reasons; `*` stands for any text.
    pub reasons: Vec<String>,
    /// Any of these countries.
    pub countries: HashSet<Region>,
    /// All of these.
    pub whom: Vec<Whom>,
}

impl Filter {
    /// Whether it is shown.
    #[must_use]
    pub fn takes(&self, state: &LastState<'_>, phones: &PhoneReader) -> bool {
        let LastState { status, line } = state;
        let has_reason = |wanted: &String| line.reason.as_ref().is_some_and(|reason| fits(wanted, &reason.code));
        let country = || line.phone.and_then(|phone| phones.country_of(phone));
        (self.statuses.is_empty() || self.statuses.contains(status))
            && (self.reasons.is_empty() || self.reasons.iter().any(has_reason))
            && (self.countries.is_empty() || country().is_some_and(|country| self.countries.contains(&country)))
            && self.whom.iter().all(|whom| whom.is_in_lead(line))
    }
}

/// Whether `code` is `wanted`, in which `*` stands for any text.
fn fits(wanted: &str, code: &str) -> bool {
    let Some((head, tail)) = wanted.split_once('*') else { return wanted == code };
    code.strip_prefix(head).is_some_and(|rest| {
        // What follows a star may begin anywhere in what is left.
        (0..=rest.len()).filter_map(|at| rest.get(at..)).any(|rest| fits(tail, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (wanted, code, expected) in [
            ("phone_empty", "phone_empty", true),
            ("phone_*", "phone_empty", true),
            ("*_empty", "phone_empty", true),
            ("*", "", true),
            ("p*e*y", "phone_empty", true),
            ("phone", "phone_empty", false),
            ("phone_*x", "phone_empty", false),
        ] {
            assert_eq!(fits(wanted, code), expected, "{wanted} {code}");
        }
    }
}
