//! Numbers that are secondary contacts of our leads: a list that shows those as well must not pass one off as a lead.
//!
//! An entry that says of itself that it is secondary is no lead; the platform's file sees to that. This is for entries that
//! say nothing: one with the number *and* the id of a secondary contact of ours is that contact. An id alone decides nothing,
//! for contacts may be numbered apart from leads. Where a contact's id is not known, or the entry shows no list of contacts
//! as leads do, it may be either, and proves nothing.

use std::collections::{HashMap, HashSet};

use crate::lead::Fingerprint;
use crate::phone::Phone;
use crate::platform::RemoteLead;
use crate::target::Target;

/// The secondary contacts of one lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondaryContacts {
    /// Where their lead is.
    pub target: Target,
    /// Their numbers, in order.
    pub numbers: Vec<Phone>,
    /// The platform's ids of them, in the same order; empty where they are not known.
    pub ids: Vec<String>,
}

/// What an entry of a list is that has the number that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Lead,
    SecondaryContact,
    Either,
}

/// Whether an entry of a list shows secondary contacts of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShowsContacts {
    /// It does.
    Some,
    /// It shows that it has none.
    Empty,
    /// It says nothing of them.
    No,
}

impl ShowsContacts {
    pub(super) fn of(shown: &RemoteLead) -> Self {
        match shown.secondaries.as_ref().map(Vec::is_empty) {
            Some(false) => Self::Some,
            Some(true) => Self::Empty,
            None => Self::No,
        }
    }
}

/// See the module's documentation. Eight bytes for each number and each id, in a hash table.
#[derive(Debug, Default)]
pub(super) struct Secondaries {
    /// How many contacts with this number have an id that is not known.
    numbers: HashMap<Fingerprint, u32>,
    with_ids: HashSet<Fingerprint>,
}

impl Secondaries {
    /// A lead with these contacts is there, or is about to be.
    pub(super) fn add(&mut self, contacts: &SecondaryContacts) {
        let SecondaryContacts { target, numbers, ids } = contacts;
        let are_known = ids.len() == numbers.len();
        for (index, number) in numbers.iter().enumerate() {
            let unknown = self.numbers.entry(mark(target, *number, "")).or_default();
            match ids.get(index).filter(|_| are_known) {
                Some(id) => drop(self.with_ids.insert(mark(target, *number, id))),
                None => *unknown = unknown.saturating_add(1),
            }
        }
    }

    /// What was added with unknown ids has come to an end: these are the ids, or, if empty, they stay unknown.
    pub(super) fn learn(&mut self, contacts: &SecondaryContacts) {
        if contacts.ids.len() != contacts.numbers.len() {
            return;
        }
        self.forget(contacts);
        self.add(contacts);
    }

    /// What was added with unknown ids is not there.
    pub(super) fn forget(&mut self, contacts: &SecondaryContacts) {
        for number in &contacts.numbers {
            if let Some(unknown) = self.numbers.get_mut(&mark(&contacts.target, *number, "")) {
                *unknown = unknown.saturating_sub(1);
            }
        }
    }

    /// What `shown` is, which has this number.
    pub(super) fn judge(&self, target: &Target, number: Phone, shown: &RemoteLead) -> Entry {
        self.judge_entry(target, number, &shown.id, ShowsContacts::of(shown))
    }

    /// What an entry with this number and id is.
    pub(super) fn judge_entry(&self, target: &Target, number: Phone, id: &str, contacts: ShowsContacts) -> Entry {
        let Some(unknown) = self.numbers.get(&mark(target, number, "")) else { return Entry::Lead };
        match contacts {
            // Contacts have no contacts.
            ShowsContacts::Some => Entry::Lead,
            _ if self.with_ids.contains(&mark(target, number, id)) => Entry::SecondaryContact,
            ShowsContacts::Empty if *unknown == 0 => Entry::Lead,
            ShowsContacts::Empty | ShowsContacts::No => Entry::Either,
        }
    }
}

fn mark(target: &Target, number: Phone, id: &str) -> Fingerprint {
    Fingerprint::of(format!("{target}\n{number}\n{id}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::RemoteContact;
    use crate::target::{Family, Host};

    fn target() -> Target {
        Target { family: Family::Autocalls, host: Host::Sandbox, place: "7".to_owned() }
    }

    fn phone(last: u32) -> Phone {
        Phone::from_e164(&format!("+4930231250{last:02}")).unwrap()
    }

    fn contacts(ids: &[&str]) -> SecondaryContacts {
        let ids = ids.iter().map(ToString::to_string).collect();
        SecondaryContacts { target: target(), numbers: vec![phone(1), phone(2)], ids }
    }

    /// An entry with this id that shows so many contacts.
    fn entry(id: &str, shows: Option<usize>) -> RemoteLead {
        let contact = RemoteContact { id: None, phone: None };
        RemoteLead {
            id: id.to_owned(),
            campaign: Some("7".to_owned()),
            phone: None,
            email: None,
            is_secondary: false,
            variables: None,
            secondaries: shows.map(|count| vec![contact; count]),
            status: None,
            created_at: None,
        }
    }

    #[test]
    fn number_and_id_together_make_a_contact_and_neither_alone_does() {
        let mut known = Secondaries::default();
        known.add(&contacts(&["500001", "500002"]));
        let judge = |number, id, shows| known.judge(&target(), number, &entry(id, shows));
        for shows in [None, Some(0)] {
            assert_eq!(judge(phone(1), "500001", shows), Entry::SecondaryContact);
            // The same id with another number: leads may be numbered like contacts.
            assert_eq!(judge(phone(3), "500001", shows), Entry::Lead);
        }
        assert_eq!(judge(phone(1), "500002", Some(0)), Entry::Lead);
        assert_eq!(judge(phone(1), "1001", Some(0)), Entry::Lead);
        assert_eq!(judge(phone(1), "1001", None), Entry::Either);
        assert_eq!(judge(phone(1), "500001", Some(1)), Entry::Lead);
        let elsewhere = Target { place: "8".to_owned(), ..target() };
        assert_eq!(known.judge(&elsewhere, phone(1), &entry("500001", None)), Entry::Lead);
    }

    #[test]
    fn a_contact_whose_id_is_not_known_may_be_any_entry_until_it_is() {
        let mut known = Secondaries::default();
        known.add(&contacts(&[]));
        assert_eq!(known.judge(&target(), phone(2), &entry("1001", Some(0))), Entry::Either);
        known.learn(&contacts(&[]));
        assert_eq!(known.judge(&target(), phone(2), &entry("1001", Some(0))), Entry::Either);
        known.learn(&contacts(&["500001", "500002"]));
        assert_eq!(known.judge(&target(), phone(2), &entry("1001", Some(0))), Entry::Lead);
        assert_eq!(known.judge(&target(), phone(2), &entry("500002", Some(0))), Entry::SecondaryContact);
    }

    #[test]
    fn contacts_of_a_lead_that_was_not_created_are_forgotten() {
        let mut known = Secondaries::default();
        known.add(&contacts(&[]));
        known.forget(&contacts(&[]));
        assert_eq!(known.judge(&target(), phone(2), &entry("1001", Some(0))), Entry::Lead);
    }
}
