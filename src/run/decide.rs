//! What a person decides about a doubt, as a line of the results file.

use std::borrow::Cow;

use jiff::Timestamp;

use super::plan::LeftInDoubt;
use super::recorder::about_doubt;
use crate::lead::{Reason, Status};
use crate::results::{ABSENT, Certainty, Doubt, LeadLine, Line, SettledBy};

/// The line with which `run` ends `doubt` by that decision, and the status that the lead has then; `None` where it is to
/// stay.
pub(super) fn line<'a>(
    doubt: &'a Doubt,
    decision: LeftInDoubt,
    run: &'a str,
    at: Timestamp,
) -> Option<(Status, Line<'a>)> {
    let (status, certain, reason) = match decision {
        LeftInDoubt::Stays => return None,
        LeftInDoubt::Resend => {
            let message = "its answer was lost; a person decided that it is not on the platform";
            (Status::Unsent, Certainty::Certain, Reason::new(ABSENT, message))
        }
        LeftInDoubt::Skip => {
            let message = "its answer was lost; a person decided that it is on the platform, or is not to be sent";
            (Status::Exists, Certainty::Likely, Reason::new("decided", message))
        }
    };
    let mut line = LeadLine::new(status, run, at);
    about_doubt(&mut line, doubt);
    line.certain = certain;
    line.settled_by = Some(SettledBy::Person);
    line.reason = Some(Cow::Owned(reason));
    Some((status, Line::Lead(line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Attempt, Before, Event, State, after};

    fn state_after(decision: LeftInDoubt) -> Option<State> {
        let (status, certain, reason) = match decision {
            LeftInDoubt::Skip => (Status::Exists, Certainty::Likely, "decided"),
            _ => (Status::Unsent, Certainty::Certain, ABSENT),
        };
        let event = Event::of_lead(status, certain, Some(SettledBy::Person), Some(reason), Attempt::Other);
        after(Some(State::InDoubt(Before::Nothing)), event).unwrap()
    }

    #[test]
    fn resend_frees_the_lead_and_skip_holds_it_for_good() {
        assert_eq!(state_after(LeftInDoubt::Resend), None);
        assert_eq!(state_after(LeftInDoubt::Skip), Some(State::Exists(Certainty::Likely)));
    }
}
