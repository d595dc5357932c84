//! The transition table: what is known of a key, what a line says, and what is known then. Pure, and the only place
//! that decides it.
//!
//! What is known stands in the rows, what a line says in the columns. `=` is *as before*, `✗` is *refused*: a line that
//! no run may write, and with which a file contradicts itself. `b` is what was known before the `sending` line, `h` what
//! was held before the `deleting` line.
//!
//! | known | sending | deleting | a run ended | created | exists | rejected | in doubt | unsent | absent | undone | aside |
//! |---|---|---|---|---|---|---|---|---|---|---|---|
//! | nothing | sending | ✗ | = | created | exists | ✗ | ✗ | = | = | ✗ | = |
//! | rejected | sending | ✗ | = | created | exists | = | ✗ | = | = | ✗ | = |
//! | undone | sending | ✗ | = | created | exists | ✗ | ✗ | = | = | = | = |
//! | created | ✗ | deleting | = | = | = | = | = | = | = | undone | = |
//! | exists | ✗ | deleting | = | = | = | = | = | = | = | undone | = |
//! | sending | ✗ | ✗ | in doubt | created ¹ | exists ¹ | rejected ² | in doubt | b ³ | b | ✗ | = |
//! | in doubt | ✗ | ✗ | = | created ¹ | exists ¹ | rejected ² | = | = | b | ✗ | = |
//! | deleting | ✗ | = | = | h | h | ✗ | = | h ³ | = | undone | = |
//!
//! ¹ By an answer to its own attempt, by a look-up or by a person; ✗ where it claims to be an answer but another run made
//! the attempt. ² Only by an answer to its own attempt, else ✗. ³ Only where the attempt is its own run's, else `=`.
//!
//! *Absent* is an `unsent` line with the reason `absent` by which a look-up or a person ended a doubt; *aside* are
//! `invalid`, `duplicate` and `suppressed`, which are about a row and not about its key. Repeating `created` or `exists`
//! makes a likely state certain, never the other way round.

use crate::lead::Status;

use super::format::{Certainty, SettledBy};

/// What is known of a key. Where nothing is, there is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The platform created it.
    Created(Certainty),
    /// The platform had it already.
    Exists(Certainty),
    /// The platform refused it.
    Rejected,
    /// A request is under way in this run.
    Sending(Before),
    /// A request was made, or may have been, and its answer is not known.
    InDoubt(Before),
    /// A deletion is under way, or may have been done.
    Deleting(Held),
    /// It was deleted again.
    Undone,
}

/// What was known of a key before its attempt: only what may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// It was refused once.
    Rejected,
    /// It was deleted.
    Undone,
}

/// What was known of a key before its deletion: only what the platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// We created it.
    Created(Certainty),
    /// It was there already.
    Exists(Certainty),
}

/// What a line says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A `sending` line.
    Sending,
    /// A `deleting` line.
    Deleting,
    /// The run that made the attempt is over: the file ends, or another run begins.
    RunOver,
    /// A `created` line.
    Created(Evidence, Certainty),
    /// An `exists` line.
    Exists(Evidence, Certainty),
    /// A `rejected` line.
    Rejected(Evidence),
    /// An `in_doubt` line.
    InDoubt,
    /// An `unsent` line.
    Unsent(Attempt),
    /// An `unsent` line that ends a doubt: the lead is not there.
    Absent,
    /// An `undone` line.
    Undone,
    /// An `invalid`, `duplicate` or `suppressed` line.
    Aside,
}

/// On what a line's word rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// On the platform's answer to a create request.
    Answer(Attempt),
    /// On something that came after: a look-up or a person's decision.
    Settled,
}

/// Whose attempt a line speaks of, by the run that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// That of the run which wrote the line (or there is none).
    Own,
    /// That of another run.
    Other,
}

/// Whether a key may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sendable {
    /// Nothing stands against it.
    Yes,
    /// It is there, may be there, or is on its way.
    No,
}

/// The line may not follow what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow {known}")]
pub struct NotAllowed {
    known: &'static str,
    event: &'static str,
}

impl State {
    /// The status under which people are shown it.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Created(_) | Self::Deleting(Held::Created(_)) => Status::Created,
            Self::Exists(_) | Self::Deleting(Held::Exists(_)) => Status::Exists,
            Self::Rejected => Status::Rejected,
            Self::Sending(_) | Self::InDoubt(_) => Status::InDoubt,
            Self::Undone => Status::Undone,
        }
    }

    /// Whether it may be sent (again): not while it is there or may be there.
    #[must_use]
    pub fn sendable(self) -> Sendable {
        match self {
            Self::Rejected | Self::Undone => Sendable::Yes,
            Self::Created(_) | Self::Exists(_) | Self::Sending(_) | Self::InDoubt(_) | Self::Deleting(_) => {
                Sendable::No
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Created(_) => "`created`",
            Self::Exists(_) => "`exists`",
            Self::Rejected => "`rejected`",
            Self::Sending(_) => "`sending`",
            Self::InDoubt(_) => "`in_doubt`",
            Self::Deleting(_) => "`deleting`",
            Self::Undone => "`undone`",
        }
    }
}

impl Before {
    fn of(known: Option<State>) -> Option<Self> {
        match known {
            None => Some(Self::Nothing),
            Some(State::Rejected) => Some(Self::Rejected),
            Some(State::Undone) => Some(Self::Undone),
            Some(_) => None,
        }
    }

    /// What is known again.
    #[must_use]
    pub fn restored(self) -> Option<State> {
        match self {
            Self::Nothing => None,
            Self::Rejected => Some(State::Rejected),
            Self::Undone => Some(State::Undone),
        }
    }
}

impl Held {
    /// What is known again.
    #[must_use]
    pub fn restored(self) -> State {
        match self {
            Self::Created(certainty) => State::Created(certainty),
            Self::Exists(certainty) => State::Exists(certainty),
        }
    }
}

impl Event {
    /// What a `lead` line says, where its attempt is `whose`.
    #[must_use]
    pub fn of_lead(
        status: Status,
        certainty: Certainty,
        settled_by: Option<SettledBy>,
        reason: Option<&str>,
        whose: Attempt,
    ) -> Self {
        let evidence = if settled_by.is_some() { Evidence::Settled } else { Evidence::Answer(whose) };
        match status {
            Status::Created => Self::Created(evidence, certainty),
            Status::Exists => Self::Exists(evidence, certainty),
            Status::Rejected => Self::Rejected(evidence),
            Status::InDoubt => Self::InDoubt,
            Status::Unsent if settled_by.is_some() && reason == Some(super::format::ABSENT) => Self::Absent,
            // Settled as unsent for another reason proves nothing about the platform.
            Status::Unsent => Self::Unsent(if settled_by.is_some() { Attempt::Other } else { whose }),
            Status::Undone => Self::Undone,
            Status::Invalid | Status::Duplicate | Status::Suppressed => Self::Aside,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sending => "`sending`",
            Self::Deleting => "`deleting`",
            Self::RunOver => "the run's end",
            Self::Created(Evidence::Answer(Attempt::Other), _) => "`created` by an answer to another run",
            Self::Created(..) => "`created`",
            Self::Exists(Evidence::Answer(Attempt::Other), _) => "`exists` by an answer to another run",
            Self::Exists(..) => "`exists`",
            Self::Rejected(Evidence::Answer(Attempt::Own)) => "`rejected`",
            Self::Rejected(Evidence::Answer(Attempt::Other)) => "`rejected` by an answer to another run",
            Self::Rejected(Evidence::Settled) => "`rejected` without an answer",
            Self::InDoubt => "`in_doubt`",
            Self::Unsent(_) => "`unsent`",
            Self::Absent => "`unsent` (absent)",
            Self::Undone => "`undone`",
            Self::Aside => "a line about a row",
        }
    }
}

/// What is known after `event`, where `known` was before. The module's documentation has the table.
///
/// # Errors
/// [`NotAllowed`] where no run may write such a line.
pub fn after(known: Option<State>, event: Event) -> Result<Option<State>, NotAllowed> {
    let next = match known {
        None | Some(State::Rejected | State::Undone) => after_sendable(known, event),
        Some(state @ (State::Created(_) | State::Exists(_))) => after_held(state, event),
        Some(State::Sending(before)) => after_sending(before, event),
        Some(State::InDoubt(before)) => after_doubt(before, event),
        Some(State::Deleting(held)) => after_deleting(held, event),
    };
    next.map_err(|Forbidden| NotAllowed { known: known.map_or("nothing", State::name), event: event.name() })
}

/// The line may not follow: [`after`] says which and what.
struct Forbidden;

fn after_sendable(known: Option<State>, event: Event) -> Result<Option<State>, Forbidden> {
    Ok(match event {
        Event::Sending => Some(State::Sending(Before::of(known).ok_or(Forbidden)?)),
        // The platform's list may show a lead that was never sent from here.
        Event::Created(_, certainty) => Some(State::Created(certainty)),
        Event::Exists(_, certainty) => Some(State::Exists(certainty)),
        Event::Rejected(_) if known == Some(State::Rejected) => known,
        Event::Undone if known == Some(State::Undone) => known,
        Event::RunOver | Event::Unsent(_) | Event::Absent | Event::Aside => known,
        Event::Rejected(_) | Event::InDoubt | Event::Deleting | Event::Undone => return Err(Forbidden),
    })
}

fn after_held(state: State, event: Event) -> Result<Option<State>, Forbidden> {
    Ok(Some(match (state, event) {
        (_, Event::Sending) => return Err(Forbidden),
        (State::Created(was), Event::Deleting) => State::Deleting(Held::Created(was)),
        (State::Exists(was), Event::Deleting) => State::Deleting(Held::Exists(was)),
        (_, Event::Undone) => State::Undone,
        (State::Created(was), Event::Created(_, is)) => State::Created(was.max(is)),
        (State::Exists(was), Event::Exists(_, is)) => State::Exists(was.max(is)),
        _ => state,
    }))
}

fn after_sending(before: Before, event: Event) -> Result<Option<State>, Forbidden> {
    match event {
        Event::RunOver | Event::InDoubt => Ok(Some(State::InDoubt(before))),
        Event::Unsent(Attempt::Own) => Ok(before.restored()),
        Event::Unsent(Attempt::Other) | Event::Aside => Ok(Some(State::Sending(before))),
        _ => settled(before, event),
    }
}

fn after_doubt(before: Before, event: Event) -> Result<Option<State>, Forbidden> {
    match event {
        Event::RunOver | Event::InDoubt | Event::Unsent(_) | Event::Aside => Ok(Some(State::InDoubt(before))),
        _ => settled(before, event),
    }
}

/// How an attempt ends: by its own answer, or by what came after it.
fn settled(before: Before, event: Event) -> Result<Option<State>, Forbidden> {
    match event {
        Event::Created(Evidence::Answer(Attempt::Own) | Evidence::Settled, certainty) => {
            Ok(Some(State::Created(certainty)))
        }
        Event::Exists(Evidence::Answer(Attempt::Own) | Evidence::Settled, certainty) => {
            Ok(Some(State::Exists(certainty)))
        }
        Event::Rejected(Evidence::Answer(Attempt::Own)) => Ok(Some(State::Rejected)),
        Event::Absent => Ok(before.restored()),
        _ => Err(Forbidden),
    }
}

fn after_deleting(held: Held, event: Event) -> Result<Option<State>, Forbidden> {
    Ok(Some(match event {
        Event::Undone => State::Undone,
        Event::Created(..) | Event::Exists(..) | Event::Unsent(Attempt::Own) => held.restored(),
        Event::Deleting
        | Event::RunOver
        | Event::InDoubt
        | Event::Unsent(Attempt::Other)
        | Event::Absent
        | Event::Aside => State::Deleting(held),
        Event::Sending | Event::Rejected(_) => return Err(Forbidden),
    }))
}

#[cfg(test)]
mod tests;
