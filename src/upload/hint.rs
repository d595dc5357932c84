//! Refusals whose words hint that the platform has the lead already: believed only when a look-up has found one.

use super::doubt::LookUpOutcome;
use super::event::Outcome;
use super::line::Stopped;
use super::send::{Sender, lock};
use super::stop::{StopKind, StopReason};
use crate::lead::{Lead, Reason, Status};

/// What a text means that hints at an existing lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    Exists,
    Refusal,
    /// The look-up proved nothing.
    Unclear,
}

/// The most texts that are told apart; further ones are looked up each.
const MAX_HINTS: usize = 1_000;

impl Sender {
    /// The first refusal of each text that hints at an existing lead is checked by a look-up; later ones follow it, unless
    /// it proved nothing: then it is a refusal that can be tried again. Either way nothing was created.
    pub(super) async fn check_hint(&self, lead: &Lead, reason: Reason) -> Outcome {
        let text = without_numbers(&reason.message);
        let known = lock(&self.hints).get(&text).copied();
        if let Some(hint) = known {
            return outcome(hint, None, reason);
        }
        let Ok((hint, id)) = self.look_up_hint(lead).await else { return not_looked_up() };
        if hint == Hint::Unclear {
            // The next one's look-up may tell.
            return outcome(hint, id, reason);
        }
        let mut hints = lock(&self.hints);
        if hints.len() < MAX_HINTS {
            hints.insert(text, hint);
        }
        drop(hints);
        outcome(hint, id, reason)
    }

    /// A conflict that does not say with what.
    pub(super) async fn look_up_conflict(&self, lead: &Lead, reason: Reason) -> Outcome {
        match self.look_up_hint(lead).await {
            Ok((hint, id)) => outcome(hint, id, reason),
            Err(Stopped) => not_looked_up(),
        }
    }

    /// A success that shows an id, which a platform file takes for that of a lead that was there. Where nobody is found, something
    /// else may have succeeded, and would for whoever is sent next: the run stops.
    pub(super) async fn look_up_success(&self, lead: &Lead, reason: Reason) -> Outcome {
        if let Ok((Hint::Exists, id)) = self.look_up_hint(lead).await {
            return outcome(Hint::Exists, id, reason);
        }
        let message = "by the platform file this success means that the lead exists, and no look-up finds it; nobody knows what became \
                       of the lead. Say by \"when\" in [[create.answers]] how such answers differ from others";
        self.line.stop().request(StopReason::new(StopKind::Platform, message.to_owned()));
        Outcome::new(Status::InDoubt, Some(Reason::new("unreadable", message)))
    }

    async fn look_up_hint(&self, lead: &Lead) -> Result<(Hint, Option<String>), Stopped> {
        Ok(match self.look_up.find(&lead.target, &lead.identity).await? {
            LookUpOutcome::Found(found) => (Hint::Exists, found.last().map(|lead| lead.id.clone())),
            LookUpOutcome::Absent => (Hint::Refusal, None),
            LookUpOutcome::Unknown(_) => (Hint::Unclear, None),
        })
    }
}

/// The refused request created nothing, so that the next run can send the lead and look.
fn not_looked_up() -> Outcome {
    let message = "the run stopped before a look-up told whether the platform has it already";
    Outcome::new(Status::Unsent, Some(Reason::new("stopped", message)))
}

fn outcome(hint: Hint, id: Option<String>, reason: Reason) -> Outcome {
    match hint {
        Hint::Exists => Outcome { id, ..Outcome::new(Status::Exists, Some(reason)) },
        Hint::Refusal => Outcome::new(Status::Rejected, Some(Reason { code: "rejected".to_owned(), ..reason })),
        Hint::Unclear => {
            Outcome::new(Status::Rejected, Some(Reason { code: "perhaps_already_there".to_owned(), ..reason }))
        }
    }
}

/// A text with every run of digits as one `#`: texts that name the lead's own number are one text.
fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if !c.is_ascii_digit() => plain.push(c),
            _ if plain.ends_with('#') => {}
            _ => plain.push('#'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_names_a_number_is_one_text() {
        assert_eq!(without_numbers("+4930 is taken (id 12)"), without_numbers("+35988 is taken (id 3)"));
        assert_ne!(without_numbers("taken"), without_numbers("token"));
    }
}
