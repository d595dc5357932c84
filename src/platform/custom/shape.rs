//! How a platform shows a lead: where its id, its number and the rest stand, and how that compares with what was sent.

use serde_json::Value;

use super::super::answer::{RemoteLead, text_of};
use super::super::{Differences, Json, digits_of, is_same_number};
use super::pointer::Pointer;
use super::rules::id_of;
use super::section::{Entry, Result, Section};
use super::template::Tree;
use crate::lead::Identity;
use crate::target::Target;

/// See the module's documentation. Pointers begin at what shows the lead, not at the answer around it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shape {
    pub(super) id: Option<Pointer>,
    pub(super) phone: Option<Pointer>,
    pub(super) campaign: Option<Pointer>,
    created_at: Option<Pointer>,
    status: Option<Pointer>,
    /// The statuses of a lead that nobody was called for, in lower case.
    untouched: Vec<String>,
    /// Where in the body that is sent something stands, and where the platform shows it.
    pub(super) shows: Vec<(Pointer, Pointer)>,
}

impl Shape {
    /// Reads `[lead]`; `body` is what a lead is made of.
    pub(super) fn read(section: Section<'_>, body: Option<&Tree>) -> Result<Self> {
        let status = section.read("status", Pointer::read)?;
        let untouched = section.read("untouched", |entry| {
            entry.items()?.iter().map(|item| item.text().map(str::to_lowercase)).collect::<Result<Vec<_>>>()
        })?;
        if status.is_some() != untouched.is_some() {
            return Err(section.error("\"status\" says where a lead's status stands, \"untouched\" which ones say that nobody was called yet: both, or none"));
        }
        let shape = Self {
            id: section.read("id", Pointer::read)?,
            phone: section.read("phone", Pointer::read)?,
            campaign: section.read("campaign", Pointer::read)?,
            created_at: section.read("created_at", Pointer::read)?,
            shows: section.read("shows", |entry| shows(entry, body))?.unwrap_or_default(),
            untouched: untouched.unwrap_or_default(),
            status,
        };
        section.finish()?;
        Ok(shape)
    }

    /// An entry of a list; `None` where it shows no id.
    pub(super) fn lead(&self, shown: &Json<'_>) -> Option<RemoteLead> {
        Some(self.lead_with(self.id_in(shown)?, shown))
    }

    /// The id where the description says that a lead shows it.
    pub(super) fn id_in(&self, shown: &Json<'_>) -> Option<String> {
        id_of(self.id.as_ref()?.find(shown)?)
    }

    /// The lead with this id, with whatever `shown` shows of it.
    pub(super) fn lead_with(&self, id: String, shown: &Json<'_>) -> RemoteLead {
        let text = |pointer: &Option<Pointer>| pointer.as_ref()?.find(shown).and_then(text_of);
        RemoteLead {
            id,
            campaign: text(&self.campaign),
            phone: text(&self.phone),
            email: None,
            is_secondary: false,
            // All of it: where in it something stands that was sent, only the description knows.
            variables: (!self.shows.is_empty()).then(|| shown.detached()),
            secondaries: None,
            status: text(&self.status),
            created_at: text(&self.created_at),
        }
    }

    /// What a lead that was just created shows of who and where it is, and is not so: then the description takes one thing for
    /// another, and whoever is looked for by it would not be found.
    pub(super) fn misplaced(&self, target: &Target, identity: &Identity, shown: &RemoteLead) -> Vec<String> {
        let mut found = Vec::new();
        if let (Some(pointer), Some(number), Identity::Phone(phone)) = (&self.phone, &shown.phone, identity)
            && digits_of(number) != phone.digits().to_string()
        {
            let at = pointer.as_str();
            found.push(format!("its number was sent as {phone} and is shown as {number:?} at {at:?} ([lead] phone)"));
        }
        if let (Some(pointer), Some(campaign)) = (&self.campaign, &shown.campaign)
            && *campaign != target.place
        {
            let (at, sent) = (pointer.as_str(), &target.place);
            found.push(format!("it was sent to campaign {sent:?} and shows {campaign:?} at {at:?} ([lead] campaign)"));
        }
        found
    }

    /// Whether its status says that nobody was called.
    pub(super) fn is_untouched(&self, lead: &RemoteLead) -> Option<bool> {
        let status = lead.status.as_deref()?.to_lowercase();
        Some(self.untouched.contains(&status))
    }

    /// What was sent and is shown otherwise. Comparable is what shows all that the description says.
    pub(super) fn differences(&self, sent: &str, shown: &RemoteLead) -> Differences {
        let (Ok(sent), Some(shown)) = (Json::parse_text(sent), &shown.variables) else { return Differences::default() };
        let mut differences = Differences { found: Vec::new(), comparable: !self.shows.is_empty() };
        for (from, to) in &self.shows {
            // What this lead did not have cannot be missing.
            let Some(sent) = from.find(&sent) else { continue };
            match to.find(shown) {
                Some(shown) => compare(from.as_str(), sent, shown, &mut differences.found),
                None => differences.comparable = false,
            }
        }
        differences
    }
}

fn shows(entry: &Entry<'_>, body: Option<&Tree>) -> Result<Vec<(Pointer, Pointer)>> {
    let one = |(name, value): (&str, Entry<'_>)| {
        let from = Pointer::parse(name).map_err(|problem| value.error(problem))?;
        if body.is_some_and(|body| !body.may_hold(from.steps())) {
            return Err(value.error(format!("nothing of create.body stands at {name:?}")));
        }
        Ok((from, Pointer::read(&value)?))
    };
    entry.members()?.into_iter().map(one).collect()
}

/// Members that were sent must be shown; further ones are the platform's affair.
fn compare(at: &str, sent: &Json<'_>, shown: &Json<'_>, found: &mut Vec<String>) {
    match (sent, shown) {
        // Some show what is empty as an empty list, or not at all.
        (Json::Object(members), Json::Null) if members.is_empty() => {}
        (Json::Object(members), Json::List(items)) if members.is_empty() && items.is_empty() => {}
        (Json::Object(members), Json::Object(_)) => {
            for (name, sent) in members {
                let at = format!("{at}/{name}");
                match shown.get(name) {
                    Some(shown) => compare(&at, sent, shown, found),
                    None if plain(sent).is_empty() => {}
                    None => found.push(format!("{at} was sent as {:?} and is not there", plain(sent))),
                }
            }
        }
        (Json::List(sent), Json::List(shown)) if sent.len() == shown.len() => {
            for (index, (sent, shown)) in sent.iter().zip(shown).enumerate() {
                compare(&format!("{at}/{index}"), sent, shown, found);
            }
        }
        _ => {
            let (sent, shown) = (plain(sent), plain(shown));
            let is_number = (sent.starts_with('+') || shown.starts_with('+')) && is_same_number(&sent, &shown);
            if sent != shown && !is_number {
                found.push(format!("{at} was sent as {sent:?} and is shown as {shown:?}"));
            }
        }
    }
}

/// A value as text; nothing for `null`.
fn plain(value: &Json<'_>) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => text.trim().to_owned(),
        other => Value::from(other.clone()).to_string(),
    }
}
