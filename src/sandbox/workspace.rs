//! The leads of the `PollyBot` side, without HTTP: people by e-mail, unique in the whole workspace.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::world::{object_of, raw};

/// All people of the workspace, whichever chatbot they were added through.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// No id is this or below.
    below: u64,
    /// The person with id `below + 1 + index`; deleted ones leave a hole.
    people: Vec<Option<Person>>,
    by_email: HashMap<Box<str>, u64>,
}

/// A stored lead.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: u64,
    pub(super) chatbot: Option<Box<str>>,
    pub(super) details: Details,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
}

/// What a request says of a person.
#[derive(Debug)]
pub(super) struct Details {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: Option<String>,
    pub(super) source: Option<String>,
    pub(super) status: String,
    pub(super) metadata: Box<RawValue>,
}

/// What an update changes; `None` leaves things as they are.
#[derive(Debug, Default)]
pub(super) struct PersonChange {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) source: Option<String>,
    pub(super) status: Option<String>,
    /// Merged into the metadata that are there.
    pub(super) metadata: Option<Map<String, Value>>,
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PersonRefusal {
    NotFound,
    /// The e-mail belongs to this lead.
    Taken(u64),
}

/// Which people a list shows.
#[derive(Debug, Default)]
pub(super) struct PersonFilter {
    pub(super) chatbot: Option<String>,
    pub(super) status: Option<String>,
    pub(super) source: Option<String>,
    /// A part of the name or the e-mail, in lower case.
    pub(super) search: Option<String>,
    /// Not those created after this.
    pub(super) until: Option<Timestamp>,
}

impl Workspace {
    /// The next person's id is above `id`. Only while there is nobody.
    pub(super) fn begin_above(&mut self, id: u64) {
        if self.people.is_empty() {
            self.below = self.below.max(id);
        }
    }

    fn place_of(&self, id: u64) -> Option<usize> {
        usize::try_from(id.checked_sub(self.below)?.checked_sub(1)?).ok()
    }

    /// In id order, without the deleted ones.
    pub(super) fn people(&self) -> impl DoubleEndedIterator<Item = &Person> {
        self.people.iter().flatten()
    }

    pub(super) fn person(&self, id: u64) -> Option<&Person> {
        self.people.get(self.place_of(id)?)?.as_ref()
    }

    pub(super) fn create(
        &mut self,
        chatbot: Option<&str>,
        details: Details,
        now: Timestamp,
    ) -> Result<&Person, PersonRefusal> {
        let email = email_key(&details.email);
        if let Some(existing) = self.by_email.get(&email) {
            return Err(PersonRefusal::Taken(*existing));
        }
        let id = self.below + self.people.len() as u64 + 1;
        self.by_email.insert(email, id);
        self.people.push(None);
        let place = self.people.len() - 1;
        let chatbot = chatbot.map(Box::from);
        Ok(self.people[place].insert(Person { id, chatbot, details, created: now, updated: now }))
    }

    pub(super) fn update(&mut self, id: u64, change: PersonChange, now: Timestamp) -> Result<&Person, PersonRefusal> {
        let old = email_key(&self.person(id).ok_or(PersonRefusal::NotFound)?.details.email);
        if let Some(new) = change.email.as_deref().map(email_key)
            && new != old
        {
            if let Some(other) = self.by_email.get(&new) {
                return Err(PersonRefusal::Taken(*other));
            }
            self.by_email.remove(&old);
            self.by_email.insert(new, id);
        }
        let slot = self.place_of(id).and_then(|place| self.people.get_mut(place));
        let person = slot.and_then(Option::as_mut).ok_or(PersonRefusal::NotFound)?;
        person.details.apply(change);
        person.updated = now;
        Ok(person)
    }

    pub(super) fn delete(&mut self, id: u64) -> Result<(), PersonRefusal> {
        let slot = self.place_of(id).and_then(|place| self.people.get_mut(place));
        let person = slot.and_then(Option::take).ok_or(PersonRefusal::NotFound)?;
        self.by_email.remove(&email_key(&person.details.email));
        Ok(())
    }

    /// The people that pass `filter`, newest first, and how many there are on all pages; pages count from 1.
    pub(super) fn list(&self, filter: &PersonFilter, page: usize, limit: usize) -> (Vec<&Person>, usize) {
        let skipped = page.saturating_sub(1).saturating_mul(limit);
        let mut total = 0;
        let mut people = Vec::new();
        for person in self.people().rev().filter(|person| filter.passes(person)) {
            if total >= skipped && people.len() < limit {
                people.push(person);
            }
            total += 1;
        }
        (people, total)
    }
}

impl Details {
    fn apply(&mut self, change: PersonChange) {
        let texts = [(&mut self.name, change.name), (&mut self.email, change.email), (&mut self.status, change.status)];
        for (old, new) in texts {
            if let Some(new) = new {
                *old = new;
            }
        }
        self.phone = change.phone.or(self.phone.take());
        self.source = change.source.or(self.source.take());
        if let Some(new) = change.metadata {
            let mut metadata = object_of(&self.metadata);
            metadata.extend(new);
            self.metadata = raw(&metadata);
        }
    }
}

impl PersonFilter {
    fn passes(&self, person: &Person) -> bool {
        let details = &person.details;
        let found = |search: &String| {
            details.name.to_lowercase().contains(search) || details.email.to_lowercase().contains(search)
        };
        admits(self.chatbot.as_deref(), person.chatbot.as_deref())
            && admits(self.status.as_deref(), Some(&details.status))
            && admits(self.source.as_deref(), details.source.as_deref())
            && self.search.as_ref().is_none_or(found)
            && self.until.is_none_or(|until| person.created <= until)
    }
}

/// A filter that is not set lets everything pass.
fn admits(wanted: Option<&str>, value: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| value == Some(wanted))
}

fn email_key(email: &str) -> Box<str> {
    email.trim().to_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada(email: &str) -> Details {
        Details {
            name: "Ada Invented".to_owned(),
            email: email.to_owned(),
            phone: None,
            source: None,
            status: "new".to_owned(),
            metadata: raw(&Map::new()),
        }
    }

    #[test]
    fn an_email_is_one_person_however_it_is_spelt_and_whatever_the_chatbot() {
        let mut workspace = Workspace::default();
        let now = Timestamp::UNIX_EPOCH;
        let id = workspace.create(Some("demo"), ada("Ada@Example.com"), now).unwrap().id;
        let again = workspace.create(Some("other"), ada(" ada@example.COM "), now).unwrap_err();
        assert_eq!(again, PersonRefusal::Taken(id));
        workspace.delete(id).unwrap();
        assert!(workspace.create(None, ada("ada@example.com"), now).is_ok());
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name_and_merges_metadata() {
        let mut workspace = Workspace::default();
        let now = Timestamp::UNIX_EPOCH;
        let id = workspace.create(None, ada("ada@example.com"), now).unwrap().id;
        for (name, value) in [("a", 1), ("b", 2)] {
            let metadata = Some(Map::from_iter([(name.to_owned(), Value::from(value))]));
            workspace.update(id, PersonChange { metadata, ..PersonChange::default() }, now).unwrap();
        }
        let details = &workspace.person(id).unwrap().details;
        assert_eq!((details.metadata.get(), details.name.as_str()), (r#"{"a":1,"b":2}"#, "Ada Invented"));
    }
}
