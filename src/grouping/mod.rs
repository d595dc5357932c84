//! Rows become leads: rows of one group are one lead, its primary contact and its secondary ones.
//!
//! Responsible for which rows belong together, for which of them is the primary contact, and for what happens to the
//! others where one cannot be sent or must not be called: every row that comes in goes out exactly once, as part of a lead, dropped from it or
//! refused. Rows of a group stand together in the input; a group that comes again is never sent a second time. Pure:
//! it must not know HTTP, files, how results are written, or who is a duplicate of whom in another lead.

mod assemble;
mod do_not_call;
mod grouper;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use do_not_call::DoNotCall;
pub(crate) use do_not_call::{FLAGGED, ON_LIST};
pub use grouper::Grouper;

use crate::lead::{Contact, Reason, Repaired, SourceRow};
use crate::mapping::Person;
use crate::phone::Phone;
use crate::target::Target;

/// How rows are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupingOptions {
    /// How many secondary contacts a lead may have. The platforms take ten.
    pub max_secondaries: usize,
    /// What happens to a lead of which something cannot be sent.
    pub strictness: Strictness,
    /// How many rows of one group are held in memory; further ones are refused.
    pub max_group_rows: usize,
}

impl Default for GroupingOptions {
    fn default() -> Self {
        Self { max_secondaries: 10, strictness: Strictness::Lenient, max_group_rows: 10_000 }
    }
}

/// What happens to a lead of which something cannot be sent: a secondary contact with a bad number, one too many, one
/// that is there twice, or two rows that both claim to be the primary one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// The lead goes with what is good.
    #[default]
    Lenient,
    /// The lead does not go.
    Strict,
}

/// What comes in, row by row in the order of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A row that can be called.
    Member(Member),
    /// A row that cannot.
    Fault(Fault),
}

/// A row that is a contact of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who is called. `None` only for a chatbot's lead without a number.
    pub phone: Option<Phone>,
    /// Its variables, or a chatbot's metadata, also where there is no number: a JSON object, `{}` where there are none.
    pub variables: String,
    /// What only chatbot platforms take.
    pub person: Person,
    /// Secondary contacts from further columns of the row, in order.
    pub secondaries: Vec<Secondary>,
    /// Where the lead is to be created.
    pub target: Arc<Target>,
    /// The values that name its group; `None`: the row is a lead of its own.
    pub group: Option<String>,
    /// True where a column says that this row is its group's primary contact.
    pub is_primary: bool,
    /// True where the row comes out of a rejects file of ours, which says that it was a duplicate.
    pub was_duplicate: bool,
    /// The row.
    pub row: SourceRow,
    /// Which column is called since those before it are empty, for people.
    pub stand_ins: Vec<String>,
    /// What else a person should know of it, though it is sent.
    pub remarks: Vec<Reason>,
    /// Why it must not be called, where the row says so itself.
    pub barred: Option<Box<Reason>>,
    /// What was repaired in its numbers.
    pub repairs: Vec<Repaired>,
}

/// A secondary contact from columns of its lead's row, its number read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secondary {
    /// The column of its number.
    pub column: Arc<str>,
    /// Who is called, or why the number is none.
    pub contact: Result<Contact, Reason>,
}

/// A row that cannot be called, but whose group must know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row.
    pub row: SourceRow,
    /// Where it would have gone, as far as that is known.
    pub target: Option<Arc<Target>>,
    /// The values that name its group.
    pub group: Option<String>,
    /// True where a column says that this row is its group's primary contact.
    pub is_primary: bool,
    /// Why it cannot be called.
    pub reason: Reason,
}

/// What comes out, in the order of the input. Each row that came in is in one of them, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assembled {
    /// A lead to send.
    Lead(Box<AssembledLead>),
    /// Rows of which none is sent.
    Refused(Refused),
}

/// A lead, before it has a key and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembledLead {
    /// Who is called first. `None` only for a chatbot's lead without a number.
    pub primary: Option<Phone>,
    /// Its variables, or a chatbot's metadata: a JSON object.
    pub variables: String,
    /// What only chatbot platforms take.
    pub person: Person,
    /// Where it is created.
    pub target: Arc<Target>,
    /// Who is called next, in order; no number twice.
    pub secondaries: Vec<Contact>,
    /// The values that name its group.
    pub group: Option<String>,
    /// The rows it is made of, the primary contact's first.
    pub rows: Vec<SourceRow>,
    /// Rows of its group that are not sent, and why.
    pub dropped: Vec<(SourceRow, Reason)>,
    /// What else was not sent or decided: it has no row of its own.
    pub notes: Vec<Reason>,
    /// What was repaired in the numbers of its rows.
    pub repairs: Vec<String>,
    /// Why its primary contact must not be called, where that contact's row says so itself.
    pub barred: Option<Reason>,
    /// True where its primary contact's row comes out of a rejects file of ours, which says that it was a duplicate.
    pub was_duplicate: bool,
}

/// Rows of which none is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The rows, and why each is not sent.
    pub rows: Vec<(SourceRow, Reason)>,
    /// The values that name their group.
    pub group: Option<String>,
}
