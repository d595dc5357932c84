//! How far this machine's clock is from the server's.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::report::{Finding, duration};
use crate::upload::Response;

/// What differs by no more is no difference that matters: the header has whole seconds, and answers take their time.
const TOLERATED: SignedDuration = SignedDuration::from_secs(30);

/// The smallest difference that an answer showed: what it took on its way only adds to it.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    ahead: Option<SignedDuration>,
}

impl Clocks {
    /// Hears an answer that arrived at `now`.
    pub(super) fn listen(&mut self, response: &Response, now: Timestamp) {
        let Some(date) = response.date else { return };
        // The header has no parts of a second: half of one is the best guess.
        let theirs = date + SignedDuration::from_millis(500);
        let half_way = SignedDuration::try_from(response.took / 2).unwrap_or_default();
        let ahead = now.duration_since(theirs) - half_way;
        if self.ahead.is_none_or(|known| ahead.abs() < known.abs()) {
            self.ahead = Some(ahead);
        }
    }

    /// `None` where no answer had a date.
    pub(super) fn finding(&self) -> Option<Finding> {
        let ahead = self.ahead?;
        let apart = Duration::try_from(ahead.abs()).unwrap_or_default();
        if ahead.abs() <= TOLERATED {
            return Some(Finding::ok("clock", format!("{} s from the server's", apart.as_secs())));
        }
        let side = if ahead.is_negative() { "behind" } else { "ahead of" };
        let advice = "set this machine's clock (timedatectl shows whether it is kept). --until goes by it, and the time \
                      stamps by which a lead is told from one that was there before";
        Some(Finding::note("clock", format!("{} {side} the server's", duration(apart))).advising(advice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Condition;

    fn told(our_seconds: i64, their_seconds: i64, took: u64) -> Finding {
        let mut clocks = Clocks::default();
        let date = Some(Timestamp::from_second(their_seconds).unwrap());
        let response = Response { date, took: Duration::from_secs(took), ..Response::default() };
        clocks.listen(&response, Timestamp::from_second(our_seconds).unwrap());
        clocks.finding().unwrap()
    }

    #[test]
    fn a_clock_that_is_wrong_is_told_with_its_direction() {
        assert_eq!(told(1_000, 1_000, 0).condition, Condition::Ok);
        assert_eq!(told(1_020, 1_000, 40).condition, Condition::Ok, "half of it was on its way");
        let behind = told(1_000, 1_300, 0);
        assert_eq!(behind.condition, Condition::Note);
        assert!(behind.message.contains("behind"), "{}", behind.message);
        assert!(told(5_000, 1_000, 0).message.contains("ahead of"));
    }

    #[test]
    fn without_a_date_nothing_is_said() {
        let mut clocks = Clocks::default();
        clocks.listen(&Response::default(), Timestamp::UNIX_EPOCH);
        assert_eq!(clocks.finding(), None);
    }
}
