//! A platform that a TOML file describes: requests, what answers mean, how leads are found. `docs/CUSTOM_PLATFORM.md` has every field.
//!
//! The description is refused whole where something in it means nothing. What it leaves out the program does without, and
//! says so; what it says wrongly must never make a lead be called twice: an answer that fits nothing is in doubt and stops
//! the run, an id must be where it is said to be, and that a lead is absent counts only where look-ups are seen to find.

mod call;
mod describe;
mod pointer;
mod rules;
mod section;
mod shape;
mod template;

use std::collections::BTreeSet;

use super::answer::{self, Answer, Changed, Refused, RemoteLead, Unreadable};
use super::{
    Ability, Access, ApiRequest, BaseUrl, Campaign, Content, Differences, Duplicates, Json, ListOf, Match,
    OtherVariables, Page, PageAt, Pagination, Platform, VariablePlaces, Words, digits_of,
};
use crate::lead::{Identity, Lead};
use crate::phone::Phone;
use crate::target::{CustomName, Family, Target};

use call::{Call, Listing, Pages};
use pointer::Pointer;
use rules::{Meaning, Rule, Statuses, words_at};
use shape::Shape;
use template::{Filling, Slot, Tree, variables};

pub use section::DescriptionError;

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct Custom {
    name: CustomName,
    base_url: BaseUrl,
    access: Access,
    token_test: Call,
    creating: Creating,
    look_up: Option<Listing>,
    list: Option<Listing>,
    update: Option<Edit>,
    delete: Option<Edit>,
    shape: Shape,
    limits: Vec<(&'static str, Vec<String>)>,
    calls_at_once: bool,
    words: Words,
}

/// How a lead is created.
#[derive(Debug, Clone)]
struct Creating {
    call: Call,
    /// What answers mean, in their order.
    rules: Vec<Rule>,
    /// How a secondary contact is written, where there is a place for them.
    secondary: Option<Tree>,
}

/// How a lead is changed or deleted.
#[derive(Debug, Clone)]
struct Edit {
    call: Call,
    /// What of the body of a create request is left out of a change.
    without: Vec<Pointer>,
    done: Statuses,
    /// The statuses that say that there is no such lead.
    gone: Option<Statuses>,
    message: Pointer,
}

impl Custom {
    /// Its name, which is part of who a lead is.
    #[must_use]
    pub fn name(&self) -> CustomName {
        self.name
    }

    /// Its address.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// The settings that hold where nobody sets others, by name.
    #[must_use]
    pub fn limits(&self) -> &[(&'static str, Vec<String>)] {
        &self.limits
    }

    /// Whether its leads are created in campaigns.
    #[must_use]
    pub fn takes_campaigns(&self) -> bool {
        self.creating.call.slots().iter().any(|slot| matches!(slot, Slot::Campaign | Slot::CampaignNumber))
    }

    /// The same, where refusals may also use these words.
    #[must_use]
    pub fn with_words(self, words: Words) -> Self {
        Self { words, ..self }
    }

    fn refusal(&self, means: Meaning, words: Refused, id: Option<String>) -> Answer {
        match means {
            Meaning::Exists => Answer::AlreadyThere { words, id },
            Meaning::PerhapsExists => Answer::MaybeAlreadyThere(words),
            Meaning::BadToken => Answer::BadToken(words),
            Meaning::NoBalance => Answer::NoBalance(words),
            Meaning::CampaignClosed => Answer::CampaignClosed(words),
            Meaning::Rejected if self.words.hint_at_no_balance(&words.message) => Answer::NoBalance(words),
            Meaning::Rejected if self.words.hint_at_already_there(&words.message) => Answer::MaybeAlreadyThere(words),
            Meaning::Rejected | Meaning::Created => Answer::Refused(words),
        }
    }

    fn edit(&self, edit: Option<&Edit>, target: &Target, id: &str, body: Option<String>) -> ApiRequest {
        let filling = Filling { id, campaign: &target.place, ..Filling::default() };
        match (edit, body) {
            (Some(edit), None) => edit.call.request(&filling),
            (Some(edit), body) => edit.call.request_with(&filling, body),
            // Nobody asks for what it cannot do; whoever does all the same changes nothing.
            (None, _) => self.token_test.request(&Filling::default()),
        }
    }

    fn listing(&self, of: ListOf) -> Option<&Listing> {
        match of {
            ListOf::One => self.look_up.as_ref(),
            ListOf::Everybody => self.list.as_ref(),
        }
    }

    fn created(&self, rule: &Rule, answer: &Json<'_>) -> Option<RemoteLead> {
        let id = rule.id.as_ref()?.find(answer)?;
        let shown = rule.lead.as_ref().map_or(Some(answer), |lead| lead.find(answer));
        Some(self.shape.lead_with(id, shown.unwrap_or(&Json::Null)))
    }
}

impl Platform for Custom {
    fn family(&self) -> Family {
        Family::Custom(self.name)
    }

    fn can(&self, ability: Ability) -> bool {
        match ability {
            Ability::LookUp => self.look_up.is_some(),
            Ability::List => self.list.is_some(),
            Ability::Update => self.update.is_some(),
            Ability::Delete => self.delete.is_some(),
            Ability::Secondaries => self.creating.secondary.is_some(),
        }
    }

    fn access(&self) -> Access {
        self.access.clone()
    }

    fn remarks(&self) -> Vec<String> {
        let name = self.name.as_str();
        let mut remarks = Vec::new();
        if self.look_up.is_none() {
            remarks.push(format!(
                "{name}: the platform file describes no look-up, so a lead whose answer is lost stays in doubt (exit code 4) and is \
                 never sent again by itself"
            ));
        }
        if self.shape.shows.is_empty() {
            remarks.push(format!(
                "{name}: the platform file does not say where the platform shows what was sent, so the first leads cannot be \
                 compared with it: look at one there"
            ));
        }
        remarks
    }

    fn request_line(&self) -> Option<String> {
        let (name, line) = (self.name.as_str(), self.creating.call.describe());
        Some(format!("{name}: each lead is sent by {line}"))
    }

    fn variable_places(&self) -> Option<VariablePlaces> {
        let named = |wanted: bool| {
            let slots = self.creating.call.slots().into_iter();
            let names = slots.filter_map(|slot| match slot {
                Slot::Variable { name, is_needed } if *is_needed == wanted => Some(name.clone()),
                _ => None,
            });
            names.collect::<BTreeSet<String>>()
        };
        let holds_all = self.creating.call.body.as_ref().is_some_and(Tree::holds_all_variables);
        let others = if holds_all { OtherVariables::Sent } else { OtherVariables::LeftOut };
        Some(VariablePlaces { needed: named(true), optional: named(false), others })
    }

    fn may_call_at_once(&self) -> bool {
        self.calls_at_once
    }

    fn body(&self, content: &Content<'_>) -> String {
        let filling = Filling {
            phone: content.primary,
            campaign: &content.target.place,
            variables: variables(content.variables),
            secondaries: content.secondaries,
            secondary: self.creating.secondary.as_ref(),
            ..Filling::default()
        };
        self.creating.call.body.as_ref().and_then(|body| body.json(&filling)).unwrap_or_default()
    }

    fn create(&self, lead: &Lead, _duplicates: Duplicates) -> ApiRequest {
        let filling = Filling { campaign: &lead.target.place, ..Filling::default() };
        self.creating.call.request_with(&filling, Some(lead.body.clone()))
    }

    fn read_answer(&self, status: u16, body: &[u8]) -> Answer {
        let value = match answer::json(body) {
            Ok(value) => value,
            Err(unreadable) => return Answer::Unreadable(unreadable),
        };
        let Some(rule) = self.creating.rules.iter().find(|rule| rule.fits(status, &value)) else {
            return Answer::Unreadable(Unreadable::NoRule);
        };
        if rule.means == Meaning::Created {
            let created = self.created(rule, &value);
            return created.map_or(Answer::Unreadable(Unreadable::NoRule), Answer::Accepted);
        }
        let unsaid = || Refused { message: format!("the platform answered {status} and no words"), field: None };
        let id = rule.id.as_ref().and_then(|id| id.find(&value));
        self.refusal(rule.means, rule.words(&value).unwrap_or_else(unsaid), id)
    }

    fn token_test(&self, _place: &str) -> ApiRequest {
        self.token_test.request(&Filling::default())
    }

    fn campaigns(&self) -> Option<ApiRequest> {
        None
    }

    fn read_campaigns(&self, _body: &[u8]) -> Result<Vec<Campaign>, Unreadable> {
        Err(Unreadable::Missing("list of campaigns"))
    }

    fn look_up(&self, target: &Target, identity: Option<&Identity>, page: PageAt<'_>) -> ApiRequest {
        let of = if identity.is_some() { ListOf::One } else { ListOf::Everybody };
        let phone = if let Some(Identity::Phone(phone)) = identity { Some(*phone) } else { None };
        let Some(listing) = self.listing(of) else { return self.token_test.request(&Filling::default()) };
        let filling = Filling {
            phone,
            campaign: &target.place,
            page: page.number,
            page_size: listing.page_size,
            cursor: page.cursor,
            ..Filling::default()
        };
        listing.call.request(&filling)
    }

    fn list_account(&self) -> Option<ApiRequest> {
        None
    }

    fn read_page(&self, page: PageAt<'_>, body: &[u8]) -> Result<Page, Unreadable> {
        let listing = self.listing(page.of).ok_or(Unreadable::NoRule)?;
        let value = answer::json(body)?;
        let missing = |what, pointer: &Pointer| Unreadable::NotThere { what, pointer: pointer.as_str().to_owned() };
        let list = listing.leads.find(&value).and_then(Json::as_list);
        let list = list.ok_or_else(|| missing("list of leads", &listing.leads))?;
        let leads = list.iter().map(|shown| self.shape.lead(shown)).collect::<Option<Vec<_>>>();
        let nameless = || missing("lead's id", self.shape.id.as_ref().unwrap_or(&listing.leads));
        listing.page(page, leads.ok_or_else(nameless)?, &value)
    }

    fn matches(&self, target: &Target, identity: &Identity, lead: &RemoteLead) -> Match {
        let Identity::Phone(phone) = identity else { return Match::No };
        if lead.phone.as_ref().is_none_or(|shown| digits_of(shown) != phone.digits().to_string()) {
            return Match::No;
        }
        match (&lead.campaign, &self.shape.campaign) {
            // There are none, or the path of the list says which.
            (_, None) => Match::Yes,
            (Some(campaign), _) if *campaign == target.place => Match::Yes,
            (Some(_), _) => Match::No,
            (None, _) => Match::Unclear,
        }
    }

    fn identity_of(&self, lead: &RemoteLead) -> Option<Identity> {
        Phone::from_e164(&format!("+{}", digits_of(lead.phone.as_deref()?))).map(Identity::Phone)
    }

    fn update(&self, target: &Target, id: &str, body: &str) -> ApiRequest {
        let mut change = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
        for pointer in self.update.iter().flat_map(|update| &update.without) {
            pointer.remove(&mut change);
        }
        self.edit(self.update.as_ref(), target, id, Some(change.to_string()))
    }

    fn delete(&self, target: &Target, id: &str) -> ApiRequest {
        self.edit(self.delete.as_ref(), target, id, None)
    }

    fn read_change(&self, status: u16, body: &[u8], of: Ability) -> Changed {
        let edit = if of == Ability::Delete { &self.delete } else { &self.update };
        let Some(edit) = edit else { return Changed::Unreadable(Unreadable::NoRule) };
        if edit.done.hold(status) {
            return Changed::Done;
        }
        let value = match answer::json(body) {
            Ok(value) => value,
            Err(unreadable) => return Changed::Unreadable(unreadable),
        };
        let Some(words) = words_at(&edit.message, &value) else {
            return Changed::Unreadable(Unreadable::NotThere {
                what: "message of the platform",
                pointer: edit.message.as_str().to_owned(),
            });
        };
        match (status, &edit.gone) {
            (200..=299, _) => Changed::Unreadable(Unreadable::NoRule),
            (_, Some(gone)) if gone.hold(status) => Changed::Gone(words),
            (401 | 403, _) => Changed::BadToken(words),
            (404 | 410, None) => Changed::Gone(words),
            _ => Changed::Refused(words),
        }
    }

    fn is_untouched(&self, lead: &RemoteLead, _sent_status: Option<&str>) -> Option<bool> {
        self.shape.is_untouched(lead)
    }

    fn differences(&self, sent: &str, shown: &RemoteLead) -> Differences {
        self.shape.differences(sent, shown)
    }
}

impl Listing {
    /// A page of these leads, and whether another follows. What the answer should say of that and does not, is not taken
    /// for the end.
    fn page(&self, at: PageAt<'_>, leads: Vec<RemoteLead>, answer: &Json<'_>) -> Result<Page, Unreadable> {
        let full = u32::try_from(leads.len()).unwrap_or(u32::MAX) >= self.page_size;
        let following = at.number.checked_add(1);
        let number = |pointer: &Option<Pointer>| pointer.as_ref()?.find(answer)?.as_u64();
        let shown = u64::from(at.number - 1) * u64::from(self.page_size) + leads.len() as u64;
        let mut cursor = None;
        let (more, pagination) = match &self.pages {
            Pages::One => (false, Pagination::Untold),
            Pages::Number { last } => match number(last) {
                Some(last) => (u64::from(at.number) < last, Pagination::Told),
                None => (false, Pagination::Untold),
            },
            Pages::Offset { total } => match number(total) {
                Some(total) => (shown < total, Pagination::Told),
                None => (false, Pagination::Untold),
            },
            Pages::Cursor { next } => {
                cursor = next.find(answer).and_then(answer::text_of);
                // Where a cursor led here, there being none any more is the end. On a full first page the pointer may be
                // wrong.
                let is_told = cursor.is_some() || at.cursor.is_some() || !full;
                (cursor.is_some(), if is_told { Pagination::Told } else { Pagination::Untold })
            }
        };
        if more && leads.is_empty() {
            return Err(Unreadable::Missing("leads on this page, and says that there are more"));
        }
        Ok(Page { leads, next: following.filter(|_| more), cursor, pagination })
    }
}

#[cfg(test)]
mod tests;
