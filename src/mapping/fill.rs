//! A mapping bound to a header: cells become a [`Draft`].

use std::sync::Arc;

use crate::lead::{Reason, Status};
use crate::source::{Row, looks_dialled};

use super::barred::BarringColumns;
use super::columns::is_never_called_type;
use super::config::OtherPhones;
use super::error::{MappingError, MissingColumn};
use super::object::Object;
use super::template::{RowInHand, TemplateColumns, Templates};
use super::value::{BoundValue, Column, Writing};
use super::{Draft, DraftContact, NumberType, Person};

/// A [`Mapping`](super::Mapping) bound to a header. Made once, used for every row, by several threads at a time.
#[derive(Debug)]
pub struct BoundMapping {
    pub(super) templates: Arc<Templates>,
    pub(super) template_columns: Arc<TemplateColumns>,
    pub(super) writing: Writing,
    /// In the order in which they are called.
    pub(super) phones: Vec<Column>,
    /// For each of them the column that says of which type its numbers are.
    pub(super) phone_types: Vec<Option<Column>>,
    pub(super) other_phones: OtherPhones,
    pub(super) dial_codes: Vec<Column>,
    pub(super) barring: BarringColumns,
    pub(super) region: Option<Column>,
    pub(super) campaign: Option<Column>,
    pub(super) group_by: Vec<Column>,
    /// The column, and what stands in it, in lower case.
    pub(super) primary_when: Option<(Column, String)>,
    pub(super) person: Option<BoundPerson>,
    pub(super) secondaries: Vec<BoundSecondary>,
    pub(super) variables: Object,
    pub(super) missing: Vec<MissingColumn>,
    pub(super) unfound: Option<MappingError>,
    pub(super) unused: Vec<String>,
    /// The column of a rejects file of ours that says what became of each row.
    pub(super) status_of_rejects: Option<usize>,
    /// Columns in which a number tells that a row's cells have moved.
    pub(super) without_numbers: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct BoundSecondary {
    pub(super) phone: Column,
    pub(super) variables: Object,
}

#[derive(Debug)]
pub(super) struct BoundPerson {
    pub(super) name: BoundValue,
    pub(super) email: BoundValue,
    pub(super) source: Option<BoundValue>,
    pub(super) status: Option<BoundValue>,
}

/// What stands between the values that name a group: the unit separator, which nobody types.
const GROUP_SEPARATOR: char = '\u{1f}';

impl BoundMapping {
    /// The columns that the mapping names and the header lacks. Only a mapping that was bound to a growing header can
    /// have any.
    #[must_use]
    pub fn missing_columns(&self) -> &[MissingColumn] {
        &self.missing
    }

    /// Whether everything that the mapping needs has been found.
    ///
    /// # Errors
    /// It has not: the columns that are missing, or the field for which there is none.
    pub fn require_all(&self) -> Result<(), MappingError> {
        if !self.missing.is_empty() {
            return Err(MappingError::MissingColumns(self.missing.clone()));
        }
        self.unfound.clone().map_or(Ok(()), Err)
    }

    /// As long as columns may come, but what is recognised may not change any more.
    ///
    /// # Errors
    /// No column was recognised as one that a lead needs.
    pub fn require_recognised(&self) -> Result<(), MappingError> {
        self.unfound.clone().map_or(Ok(()), Err)
    }

    /// The names of the variables that leads and their secondary contacts may have, each as often as it occurs.
    #[must_use]
    pub fn variable_names(&self) -> Vec<String> {
        let objects = self.secondaries.iter().map(|secondary| &secondary.variables);
        std::iter::once(&self.variables).chain(objects).flat_map(Object::names).collect()
    }

    /// The names of the columns with the number that is called, in their order.
    #[must_use]
    pub fn phone_columns(&self) -> Vec<&str> {
        self.phones.iter().map(|column| &*column.name).collect()
    }

    /// The columns of the header that play no part, because the mapping excludes or ignores them or their name is empty.
    #[must_use]
    pub fn unused_columns(&self) -> &[String] {
        &self.unused
    }

    /// Why the cells of a row that ends early cannot be trusted: where none of its columns has numbers there stands one, so
    /// a cell in the middle is missing, and the others have moved to its place.
    ///
    /// # Errors
    /// `row_too_short`, with what to do.
    pub fn require_in_place(&self, row: &Row) -> Result<(), Reason> {
        if !row.lacks_cells() {
            return Ok(());
        }
        let holds_number = |index: &&usize| row.get(**index).is_some_and(looks_dialled);
        let Some(index) = self.without_numbers.iter().find(holds_number) else { return Ok(()) };
        let cell: String = row.get(*index).unwrap_or_default().trim().chars().take(40).collect();
        let message = format!(
            "the row has fewer cells than the header, and {cell:?} stands where no number belongs: a cell is missing before \
             it; put it in, if only as an empty one"
        );
        Err(Reason::new("row_too_short", message))
    }

    /// Makes `draft` what `row` says, whatever it was before.
    ///
    /// # Errors
    /// A value does not fit its type (`mapping_type`), a template fails on this row (`mapping_template`), or a chatbot's
    /// lead lacks what it needs (`name_missing`, `email_missing`, `email_invalid`). The draft then still has the row's
    /// campaign, region, group and number, so that the row can be told as one of its group.
    pub fn fill(&self, row: &Row, draft: &mut Draft) -> Result<(), Reason> {
        let row = RowInHand::new(row, &self.templates, &self.template_columns);
        draft.secondaries.truncate(self.secondaries.len());
        self.fill_place(&row, draft);
        fill_phone(&mut draft.primary, self.phones.first(), &row);
        self.fill_other_phones(&row, draft);
        self.fill_phone_types(&row, draft);
        let variables = self.variables.write(&row, &self.writing, &mut draft.primary.variables);
        let person = self.person.as_ref().map_or(Ok(()), |person| person.fill(&row, &mut draft.person));
        let secondaries = self.fill_secondaries(&row, &mut draft.secondaries);
        person.and(variables).and(secondaries)
    }

    /// Makes `group` the values that name the row's group, as [`fill`](Self::fill) does, and does nothing else.
    pub(crate) fn fill_group_of(&self, row: &Row, group: &mut Option<String>) {
        self.fill_group(&RowInHand::new(row, &self.templates, &self.template_columns), group);
    }

    fn fill_place(&self, row: &RowInHand<'_>, draft: &mut Draft) {
        put(&mut draft.campaign, self.campaign.as_ref().map_or("", |column| column.trimmed(row)));
        put(&mut draft.region, self.region.as_ref().map_or("", |column| column.trimmed(row)));
        draft.do_not_call = self.barring.flag_of(row);
        draft.was_duplicate =
            self.status_of_rejects.and_then(|index| row.row.get(index)) == Some(Status::Duplicate.name());
        self.fill_group(row, &mut draft.group);
        draft.is_primary =
            self.primary_when.as_ref().is_some_and(|(column, is)| column.trimmed(row).to_lowercase() == *is);
    }

    fn fill_other_phones(&self, row: &RowInHand<'_>, draft: &mut Draft) {
        draft.others_are = self.other_phones;
        draft.other_phones.resize_with(self.phones.len().saturating_sub(1), DraftContact::default);
        for (contact, column) in draft.other_phones.iter_mut().zip(self.phones.iter().skip(1)) {
            fill_phone(contact, Some(column), row);
        }
        draft.dial_codes.clear();
        let codes = self.dial_codes.iter().map(|column| column.trimmed(row));
        draft.dial_codes.extend(codes.filter(|code| !code.is_empty()).map(ToOwned::to_owned));
    }

    fn fill_phone_types(&self, row: &RowInHand<'_>, draft: &mut Draft) {
        let contacts = std::iter::once(&mut draft.primary).chain(&mut draft.other_phones);
        for (contact, column) in contacts.zip(&self.phone_types) {
            contact.no_telephone = column.as_ref().and_then(|column| {
                let value = column.trimmed(row);
                let says_so = !value.is_empty() && is_never_called_type(value);
                says_so.then(|| NumberType { column: Arc::clone(&column.name), value: value.to_owned() })
            });
        }
    }

    fn fill_group(&self, row: &RowInHand<'_>, group: &mut Option<String>) {
        if self.group_by.iter().all(|column| column.trimmed(row).is_empty()) {
            *group = None;
            return;
        }
        let text = group.get_or_insert_default();
        text.clear();
        for (at, column) in self.group_by.iter().enumerate() {
            if at > 0 {
                text.push(GROUP_SEPARATOR);
            }
            text.push_str(column.trimmed(row));
        }
    }

    fn fill_secondaries(&self, row: &RowInHand<'_>, drafts: &mut Vec<DraftContact>) -> Result<(), Reason> {
        let mut count = 0;
        let mut result = Ok(());
        for secondary in &self.secondaries {
            if secondary.phone.trimmed(row).is_empty() {
                continue;
            }
            if drafts.len() == count {
                drafts.push(DraftContact::default());
            }
            let Some(draft) = drafts.get_mut(count) else { break };
            count += 1;
            fill_phone(draft, Some(&secondary.phone), row);
            result = result.and(secondary.variables.write(row, &self.writing, &mut draft.variables));
        }
        drafts.truncate(count);
        result
    }
}

fn fill_phone(contact: &mut DraftContact, column: Option<&Column>, row: &RowInHand<'_>) {
    contact.phone.clear();
    if let Some(column) = column {
        contact.column = Arc::clone(&column.name);
        contact.phone.push_str(column.cell(row).0);
    } else if !contact.column.is_empty() {
        contact.column = Arc::default();
    }
}

/// Sets `slot` to `text`, `None` where it is empty, and keeps the allocation.
fn put(slot: &mut Option<String>, text: &str) {
    if text.is_empty() {
        *slot = None;
    } else {
        let kept = slot.get_or_insert_default();
        kept.clear();
        kept.push_str(text);
    }
}

impl BoundPerson {
    fn fill(&self, row: &RowInHand<'_>, person: &mut Person) -> Result<(), Reason> {
        *person = Person::default();
        for (value, slot) in [(&self.source, &mut person.source), (&self.status, &mut person.status)] {
            if let Some(value) = value {
                put(slot, value.text(row)?.0.trim());
            }
        }
        person.name.push_str(self.name.text(row)?.0.trim());
        person.email.push_str(self.email.text(row)?.0.trim());
        self.check(person)
    }

    fn check(&self, person: &Person) -> Result<(), Reason> {
        if person.email.is_empty() {
            let message = "there is no e-mail address, which this platform needs for each lead";
            return Err(Reason::new("email_missing", message).about(self.email.field()));
        }
        if !is_email(&person.email) {
            let message = format!("{:?} is no e-mail address", person.email);
            return Err(Reason::new("email_invalid", message).about(self.email.field()));
        }
        if person.name.is_empty() {
            let message = "there is no name, which this platform needs for each lead";
            return Err(Reason::new("name_missing", message).about(self.name.field()));
        }
        Ok(())
    }
}

/// No more is asked than what no address can lack: the platform judges the rest.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let dotted = domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty());
    !local.is_empty() && dotted && !domain.contains('@') && !text.contains(char::is_whitespace)
}
