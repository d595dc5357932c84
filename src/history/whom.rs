//! Who is asked about.

use crate::lead::Identity;
use crate::results::{LeadLine, SendingLine};

/// Who is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// A number or an address.
    Person(Identity),
    /// A row, as a spreadsheet numbers it.
    Row(u64),
    /// The platform's id of a lead or of a secondary contact.
    Id(String),
}

impl Whom {
    /// Whether the line is about a lead or row of theirs.
    #[must_use]
    pub fn is_in_lead(&self, line: &LeadLine<'_>) -> bool {
        match self {
            Self::Person(Identity::Phone(phone)) => line.phone == Some(*phone),
            Self::Person(Identity::Email(email)) => line.email.as_deref() == Some(email),
            Self::Row(row) => line.rows.contains(row) || line.source.as_ref().is_some_and(|source| source.row == *row),
            Self::Id(id) => line.id.as_deref() == Some(id) || line.secondary_ids.contains(id),
        }
    }

    /// The same of a lead that is about to be sent.
    pub(super) fn is_in_sending(&self, line: &SendingLine<'_>) -> bool {
        match self {
            Self::Person(person) => line.identity().as_ref() == Some(person),
            Self::Row(row) => line.rows.contains(row) || line.source.as_ref().is_some_and(|source| source.row == *row),
            Self::Id(_) => false,
        }
    }

    /// Every line that says who they are has one of these texts; others may have one, too.
    pub(super) fn signs(&self) -> Vec<String> {
        match self {
            Self::Person(Identity::Phone(phone)) => vec![phone.digits().to_string()],
            Self::Person(Identity::Email(email)) => vec![email.clone()],
            Self::Row(row) => vec![format!("\"row\":{row}"), format!("[{row}"), format!(",{row}")],
            Self::Id(id) => vec![format!("\"{id}\"")],
        }
    }
}
