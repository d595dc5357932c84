//! How a lead is changed or deleted, and what answers to that mean.

use super::super::answer::{Changed, Unreadable};
use super::super::{Json, Purpose};
use super::call::{Call, Holds};
use super::condition::Conditions;
use super::pointer::Pointer;
use super::rules::{Statuses, words_at};
use super::section::{Entry, Result, Section};
use super::template::{Allowed, Slot, Tree};

/// What an [`Edit`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EditIs {
    Update,
    Delete,
}

/// See the module's documentation.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) call: Call,
    /// What of the body of a create request is left out of a change.
    pub(super) without: Vec<Pointer>,
    done: Statuses,
    /// What else must stand in an answer that says so.
    pub(super) when: Option<Conditions>,
    /// The statuses that say that there is no such lead, where the file names them.
    gone: Option<Statuses>,
    message: Pointer,
}

/// Pointers into the body of create.
fn left_out(entry: &Entry<'_>, body: Option<&Tree>) -> Result<Vec<Pointer>> {
    let one = |item: &Entry<'_>| {
        let pointer = Pointer::read(item)?;
        match body {
            Some(body) if !body.may_hold(pointer.steps()) => {
                Err(item.error(format!("nothing of create.body stands at {:?}", pointer.as_str())))
            }
            Some(body) if !body.may_lose(pointer.steps()) => Err(item.error(format!(
                "{:?} is all of create.body, or stands in a list: what stands under a name can be left out",
                pointer.as_str()
            ))),
            _ => Ok(pointer),
        }
    };
    entry.items()?.iter().map(one).collect()
}

impl Edit {
    /// Reads `[update]` or `[delete]`; `message` is where the platform's words stand, unless it says otherwise.
    pub(super) fn read(
        section: Section<'_>,
        message: Option<&Pointer>,
        is: EditIs,
        body: Option<&Tree>,
    ) -> Result<Self> {
        let methods: &[&str] = if is == EditIs::Update { &["PATCH", "PUT", "POST"] } else { &["DELETE", "POST"] };
        let own_body = (is == EditIs::Delete).then_some(Allowed::ONE_LEAD);
        let holds = Holds { path: Allowed::ONE_LEAD, query: Allowed::ONE_LEAD, body: own_body };
        let call = Call::read(&section, Purpose::Change, methods, holds)?;
        if !call.slots().contains(&&Slot::Id) {
            return Err(section.error("no place has the {id} of the lead"));
        }
        let without = if is == EditIs::Update { section.read("without", |entry| left_out(entry, body))? } else { None };
        let message = section.read("message", Pointer::read)?.or_else(|| message.cloned());
        let Some(message) = message else {
            return Err(section.error(
                "\"message\" is missing, here or at the top: where the platform's words stand when it refuses",
            ));
        };
        let edit = Self {
            call,
            without: without.unwrap_or_default(),
            done: section.read("done", Statuses::read_successes)?.ok_or_else(|| section.lacks("done"))?,
            when: Conditions::read(&section)?,
            gone: section.read("gone", Statuses::read_refusals)?,
            message,
        };
        section.finish()?;
        Ok(edit)
    }

    /// Whether an answer says that it is done.
    pub(super) fn is_done(&self, status: u16, answer: Option<&Json<'_>>) -> bool {
        // Many deletions are answered with nothing at all.
        let when = self.when.as_ref().filter(|when| !when.are_none());
        self.done.hold(status) && when.is_none_or(|when| answer.is_some_and(|answer| when.hold(answer)))
    }

    /// What an answer means that does not say so.
    pub(super) fn not_done(&self, status: u16, answer: std::result::Result<Json<'_>, Unreadable>) -> Changed {
        let words = answer.as_ref().ok().and_then(|answer| words_at(&self.message, answer));
        let is_success = (200..300).contains(&status);
        let says_gone = self.gone.as_ref().map(|gone| gone.hold(status));
        match (words, answer) {
            // It says by its words, not by its status, that it does not do it.
            (Some(words), _) if is_success && self.done.hold(status) => Changed::Refused(words),
            (Some(_), _) if is_success => Changed::Unreadable(Unreadable::NoRule),
            (Some(words), _) if says_gone.unwrap_or(matches!(status, 404 | 410)) => Changed::Gone(words),
            (Some(words), _) if matches!(status, 401 | 403) => Changed::BadToken(words),
            (Some(words), _) => Changed::Refused(words),
            (None, _) if says_gone == Some(true) => Changed::SeemsGone,
            (None, Err(unreadable)) => Changed::Unreadable(unreadable),
            (None, Ok(_)) => {
                let pointer = self.message.as_str().to_owned();
                Changed::Unreadable(Unreadable::NotThere { what: "message of the platform", pointer })
            }
        }
    }
}
