//! What the user said about columns, bound to a header once; cells become a [`Draft`] of a lead.
//!
//! Responsible for which column is what, for templates, constants and defaults, and for naming the nearest columns where
//! one is missing. A [`MappingConfig`] (what was written) becomes a [`Mapping`] (right in itself), that a [`BoundMapping`]
//! (right for this header). It must not know file formats, the wire's names or the rules of phone numbers.

mod barred;
mod bind;
mod binder;
mod check;
pub(crate) mod columns;
mod config;
mod config_schema;
mod error;
mod fill;
mod json;
mod object;
pub(crate) mod recognise;
mod recognised;
mod roles;
mod template;
mod value;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use bind::Mapping;
pub use columns::{ColumnValues, Dialled, Judged, Kind};
pub use config::{
    EmptyCells, LeadConfig, MappingConfig, OtherColumns, OtherPhones, PhoneColumns, PrimaryWhen, SecondaryConfig,
    ValueFrom, ValueType, VariableConfig,
};
pub use error::{MappingError, MissingColumn};
pub use fill::BoundMapping;
pub use recognised::{ColumnUse, Recognised};
pub use roles::{ColumnRoles, Role};

/// One person of a draft: the cell that should hold a number, and the variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftContact {
    /// The column that the number came from, for messages.
    pub column: Arc<str>,
    /// The cell, as it stood.
    pub phone: String,
    /// The column beside it that says that this is no telephone's number but a fax's or a pager's, and what stands there.
    pub no_telephone: Option<NumberType>,
    /// A JSON object with its names sorted; `{}` where there are none.
    pub variables: String,
}

/// What one row says about a lead, before numbers are read and rows are grouped. Reused from row to row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The row's own contact.
    pub primary: DraftContact,
    /// Further columns of the same person's numbers, in order; empty ones as well.
    pub other_phones: Vec<DraftContact>,
    /// What becomes of them.
    pub others_are: OtherPhones,
    /// Dial codes in columns of their own, as they stand; empty ones are left out.
    pub dial_codes: Vec<String>,
    /// The column that says that nobody may call here, and what stands in it.
    pub do_not_call: Option<DoNotCallFlag>,
    /// Secondary contacts that stand in further columns of the same row, in order; those with an empty number are left out.
    pub secondaries: Vec<DraftContact>,
    /// What only chatbot platforms take; for them `primary.variables` is the `metadata`.
    pub person: Person,
    /// The campaign (id or name) as a column gives it; `None`: the run's.
    pub campaign: Option<String>,
    /// The country as a column gives it, unparsed; `None`: the run's region.
    pub region: Option<String>,
    /// The values that name the row's group, joined by U+001F; `None` where rows are not grouped or all the values are empty.
    pub group: Option<String>,
    /// True where a column says that this row is its group's primary contact.
    pub is_primary: bool,
    /// True where the row comes out of a rejects file of ours, which says that it was a duplicate.
    pub was_duplicate: bool,
}

/// A cell that says that its row must not be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoNotCallFlag {
    /// The column.
    pub column: Arc<str>,
    /// What stands there.
    pub value: String,
    /// False where it is only not clearly the contrary.
    pub is_clear: bool,
}

/// A cell that says of which type the number beside it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberType {
    /// The column.
    pub column: Arc<str>,
    /// What stands there.
    pub value: String,
}

/// The fields of a lead on a chatbot platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Name, required there.
    pub name: String,
    /// E-mail address, required there; as typed.
    pub email: String,
    /// Where the lead comes from.
    pub source: Option<String>,
    /// Its state in the sales process.
    pub status: Option<String>,
}
