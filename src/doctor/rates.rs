//! What the server says of its limits, held against the rate in force.

use std::time::Duration;

use crate::report::{Finding, count};
use crate::upload::{Rate, Response};

const CHECK: &str = "rate";

/// The headers of the last answer that had some.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Allowance {
    limit: Option<u64>,
    remaining: Option<u64>,
}

impl Allowance {
    /// Hears an answer.
    pub(super) fn listen(&mut self, response: &Response) {
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.trim().parse().ok());
        // Nobody allows nothing: such a header means something else.
        let limit = number(&response.rate_limit).filter(|limit| *limit > 0);
        let said = Self { limit, remaining: number(&response.rate_remaining) };
        if said != Self::default() {
            *self = said;
        }
    }

    /// What that means for `rates`. The header does not say how long its window is; with servers of the platforms' kind it
    /// is a minute.
    pub(super) fn finding(&self, rates: &[Rate]) -> Finding {
        let in_force = rates.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        let in_force = if rates.is_empty() { "no limit is kept".to_owned() } else { format!("{in_force} is kept") };
        let left = self.remaining.map(|left| format!(", {} of them left", count(left))).unwrap_or_default();
        let Some(limit) = self.limit else {
            return Finding::ok(CHECK, format!("{in_force}; the platform says nothing of its limits"));
        };
        let said = format!("{in_force}; the platform allows {} in its window{left}", count(limit));
        match most_in_a_minute(rates) {
            Some(ours) if ours <= limit => Finding::ok(CHECK, said),
            _ => Finding::note(CHECK, said).advising(format!(
                "if its window is a minute, as usual, set --rate {limit}/min: whoever is too fast is told to wait, which \
                 costs time"
            )),
        }
    }
}

/// How many requests go in a minute at most; `None` without a limit.
fn most_in_a_minute(rates: &[Rate]) -> Option<u64> {
    let minute = Duration::from_mins(1).as_millis();
    let of = |rate: &Rate| (u128::from(rate.count()) * minute).div_ceil(rate.window().as_millis().max(1));
    rates.iter().map(of).min().map(|most| u64::try_from(most).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Condition;

    fn told(rates: &[&str], limit: &str) -> Finding {
        let rates: Vec<Rate> = rates.iter().map(|text| text.parse().unwrap()).collect();
        let (rate_limit, rate_remaining) = (Some(limit.to_owned()), Some("17".to_owned()));
        let mut allowance = Allowance::default();
        allowance.listen(&Response { rate_limit, rate_remaining, ..Response::default() });
        // An answer without headers takes nothing back.
        allowance.listen(&Response::default());
        allowance.finding(&rates)
    }

    #[test]
    fn a_rate_within_what_the_server_allows_is_fine() {
        let finding = told(&["60/min"], "60");
        assert_eq!(finding.condition, Condition::Ok);
        assert_eq!(finding.message, "60/min is kept; the platform allows 60 in its window, 17 of them left");
        assert_eq!(told(&["100/s", "1000/h"], "60").condition, Condition::Ok, "the slowest counts");
    }

    #[test]
    fn a_rate_beyond_it_is_told_with_the_one_to_set() {
        for rates in [&["5/s"][..], &["61/min"], &[]] {
            let finding = told(rates, "60");
            assert_eq!(finding.condition, Condition::Note, "{rates:?}");
            assert!(finding.what_to_do.is_some_and(|advice| advice.contains("--rate 60/min")));
        }
    }

    #[test]
    fn a_server_that_says_nothing_or_nonsense_is_believed_in_nothing() {
        assert_eq!(told(&["60/min"], "many").condition, Condition::Ok);
        assert_eq!(told(&["60/min"], "0").condition, Condition::Ok);
        let silent = Allowance::default().finding(&["60/min".parse().unwrap()]);
        assert_eq!(silent.message, "60/min is kept; the platform says nothing of its limits");
    }
}
