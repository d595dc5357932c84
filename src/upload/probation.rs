//! The first requests of a campaign go alone, until one lead was created and its echo compared: a platform that drops
//! variables silently then costs one lead, not ten thousand.

use std::collections::HashMap;

use crate::lead::Status;
use crate::target::Target;

/// So many leads that exist or are rejected end it too: the campaign answers, and there may be nothing to create.
const ENOUGH_ANSWERS: u32 = 5;

/// How far each target is trusted.
#[derive(Debug, Default)]
pub(super) struct Probation {
    answers: HashMap<Target, u32>,
}

impl Probation {
    /// True while leads of `target` go one at a time.
    #[must_use]
    pub(super) fn holds(&self, target: &Target) -> bool {
        self.answers.get(target).is_none_or(|answers| *answers < ENOUGH_ANSWERS)
    }

    /// A lead of `target` ended like this.
    pub(super) fn heard(&mut self, target: &Target, status: Status) {
        let weight = match status {
            Status::Created => ENOUGH_ANSWERS,
            Status::Exists | Status::Rejected => 1,
            _ => 0,
        };
        *self.answers.entry(target.clone()).or_default() += weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Family, Host};

    fn target(place: &str) -> Target {
        Target { family: Family::Autocalls, host: Host::Sandbox, place: place.to_owned() }
    }

    #[test]
    fn the_first_created_lead_ends_it_for_its_own_campaign() {
        let mut probation = Probation::default();
        assert!(probation.holds(&target("7")));
        probation.heard(&target("7"), Status::Created);
        assert!(!probation.holds(&target("7")));
        assert!(probation.holds(&target("8")));
    }

    #[test]
    fn leads_that_exist_or_are_rejected_end_it_only_as_five() {
        let mut probation = Probation::default();
        for status in [Status::Exists, Status::Rejected, Status::Exists, Status::InDoubt, Status::Rejected] {
            probation.heard(&target("7"), status);
            assert!(probation.holds(&target("7")), "{status}");
        }
        probation.heard(&target("7"), Status::Rejected);
        assert!(!probation.holds(&target("7")));
    }
}
