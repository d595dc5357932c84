//! How many leads of a run were refused or are in doubt, and when that is too many.

use std::str::FromStr;

use crate::lead::Status;

/// With so many failures a run stops (`--max-failures`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxFailures {
    /// This many leads.
    Leads(u64),
    /// This share, in hundredths of a per cent, of the leads that were answered so far.
    Share(u64),
}

/// A share says nothing before so many leads were answered.
const ENOUGH_ANSWERS: u64 = 20;

/// A share's parts in a whole.
const WHOLE: u64 = 10_000;

impl FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is neither a number of leads nor a share of them\nwhat to do: write it like 50 or 5%");
        let text = text.trim();
        let Some(share) = text.strip_suffix('%') else {
            return text.parse().ok().filter(|leads| *leads > 0).map(Self::Leads).ok_or_else(wrong);
        };
        let (whole, parts) = share.trim().split_once('.').unwrap_or((share.trim(), ""));
        let is_number = !whole.is_empty() && parts.len() <= 2 && parts.bytes().all(|byte| byte.is_ascii_digit());
        let share = format!("{whole}{parts:0<2}").parse().ok().filter(|share| is_number && (1..=WHOLE).contains(share));
        share.map(Self::Share).ok_or_else(wrong)
    }
}

/// Leads of this run that the platform answered, or whose answer was lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Failures {
    answered: u64,
    failed: u64,
}

impl Failures {
    /// A lead ended, and was counted as `before` until now. A doubt that is settled is none any more.
    pub(super) fn count(&mut self, before: Option<Status>, now: Status) {
        if before.is_some_and(is_answer) {
            self.answered = self.answered.saturating_sub(1);
        }
        if before.is_some_and(is_failure) {
            self.failed = self.failed.saturating_sub(1);
        }
        self.answered += u64::from(is_answer(now));
        self.failed += u64::from(is_failure(now));
    }

    /// Why the run has to stop, if it has.
    pub(super) fn too_many(&self, most: MaxFailures) -> Option<String> {
        let Self { answered, failed } = *self;
        let is_too_many = match most {
            MaxFailures::Leads(leads) => failed >= leads,
            MaxFailures::Share(share) => answered >= ENOUGH_ANSWERS && failed * WHOLE >= share * answered,
        };
        is_too_many.then(|| {
            format!(
                "{failed} of {answered} leads were refused or are in doubt (--max-failures); see the reasons, then go on"
            )
        })
    }
}

fn is_failure(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::InDoubt)
}

fn is_answer(status: Status) -> bool {
    is_failure(status) || matches!(status, Status::Created | Status::Exists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_of_leads_or_a_share_of_them() {
        for (text, expected) in [
            ("1", MaxFailures::Leads(1)),
            (" 50 ", MaxFailures::Leads(50)),
            ("5%", MaxFailures::Share(500)),
            ("2.5 %", MaxFailures::Share(250)),
            ("0.01%", MaxFailures::Share(1)),
            ("100%", MaxFailures::Share(10_000)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", "0", "-1", "5.5", "many", "%", "0%", "0.001%", "101%", "-5%", "5%%", ".5%", "1e3", "5.x%"] {
            assert!(text.parse::<MaxFailures>().is_err(), "{text}");
        }
    }

    fn counted(statuses: &[(Status, usize)]) -> Failures {
        let mut failures = Failures::default();
        for (status, times) in statuses {
            (0..*times).for_each(|_| failures.count(None, *status));
        }
        failures
    }

    #[test]
    fn refused_and_doubtful_leads_count_and_unsent_or_invalid_ones_do_not() {
        let failures = counted(&[
            (Status::Rejected, 2),
            (Status::InDoubt, 1),
            (Status::Unsent, 9),
            (Status::Invalid, 9),
            (Status::Exists, 4),
            (Status::Created, 3),
        ]);
        assert_eq!(failures, Failures { answered: 10, failed: 3 });
        assert_eq!(failures.too_many(MaxFailures::Leads(4)), None);
        assert!(failures.too_many(MaxFailures::Leads(3)).unwrap().contains("3 of 10"));
    }

    #[test]
    fn a_share_is_judged_from_twenty_answers_on() {
        let half = MaxFailures::Share(5_000);
        assert_eq!(counted(&[(Status::Rejected, 19)]).too_many(half), None);
        assert!(counted(&[(Status::Rejected, 10), (Status::Created, 10)]).too_many(half).is_some());
        assert_eq!(counted(&[(Status::Rejected, 10), (Status::Created, 11)]).too_many(half), None);
    }

    #[test]
    fn a_doubt_that_is_settled_counts_back_however_it_ends() {
        for (steps, expected) in [
            (&[Status::InDoubt, Status::Created][..], Failures { answered: 1, failed: 0 }),
            (&[Status::InDoubt, Status::Unsent], Failures::default()),
            (&[Status::InDoubt, Status::Unsent, Status::Created], Failures { answered: 1, failed: 0 }),
            (&[Status::InDoubt, Status::Unsent, Status::InDoubt], Failures { answered: 1, failed: 1 }),
            (&[Status::InDoubt, Status::Unsent, Status::Rejected], Failures { answered: 1, failed: 1 }),
        ] {
            let (mut failures, mut before) = (Failures::default(), None);
            for step in steps {
                failures.count(before, *step);
                before = Some(*step);
            }
            assert_eq!(failures, expected, "{steps:?}");
        }
    }
}
