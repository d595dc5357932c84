//! A platform that a TOML file describes: requests, what answers mean, how leads are found. `docs/CUSTOM_PLATFORM.md` has every field.
//!
//! The description is refused whole where something in it means nothing. What it leaves out the program does without, and
//! says so; what it says wrongly must never make a lead be called twice: an answer that fits nothing is in doubt and stops
//! the run, an id must be where it is said to be, and that a lead is absent counts only where look-ups are seen to find.

mod agree;
mod call;
mod condition;
mod describe;
mod edit;
mod listing;
mod pointer;
mod rules;
mod schema;
mod section;
mod shape;
mod template;

use std::collections::BTreeSet;

use super::answer::{self, Answer, Changed, Refused, RemoteLead, Unreadable};
use super::{
    Ability, Access, ApiRequest, BaseUrl, Campaign, Content, Differences, Duplicates, Json, ListOf, Match,
    OtherVariables, Page, PageAt, Platform, VariablePlaces, Words, digits_of,
};
use crate::lead::{Identity, Lead};
use crate::phone::Phone;
use crate::target::{CustomName, Family, Target};

use call::Call;
use condition::Conditions;
use edit::Edit;
use listing::Listing;
use pointer::Pointer;
use rules::{Meaning, Rule};
use shape::Shape;
use template::{Filling, Slot, Tree, variables};

pub use schema::schema as platform_file_schema;
pub use section::DescriptionError;

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct Custom {
    name: CustomName,
    base_url: BaseUrl,
    access: Access,
    token_test: Call,
    /// What stands in its answer where the token is good.
    token_is_good: Option<Conditions>,
    creating: Creating,
    look_up: Option<Listing>,
    list: Option<Listing>,
    update: Option<Edit>,
    delete: Option<Edit>,
    shape: Shape,
    limits: Vec<Limit>,
    calls_at_once: bool,
    words: Words,
}

/// A setting that holds where nobody sets another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Its name.
    pub setting: &'static str,
    /// Its values, as they were written.
    pub values: Vec<String>,
    /// The line of the file that it stands on.
    pub line: usize,
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

    /// The settings that hold where nobody sets others.
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
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

    /// The lead that an answer shows. Where it has two ids, one of them is somebody's or something else's.
    fn created(&self, rule: &Rule, answer: &Json<'_>) -> Result<RemoteLead, Unreadable> {
        let id = rule.id.as_ref().and_then(|id| id.find(answer)).ok_or(Unreadable::NoRule)?;
        let shown = rule.lead.as_ref().map_or(Some(answer), |lead| lead.find(answer)).unwrap_or(&Json::Null);
        match self.shape.id_in(shown) {
            Some(other) if other != id => Err(Unreadable::TwoIds { answer: id, lead: other }),
            _ => Ok(self.shape.lead_with(id, shown)),
        }
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
            return self.created(rule, &value).map_or_else(Answer::Unreadable, Answer::Accepted);
        }
        let unsaid = || Refused { message: format!("the platform answered {status} and no words"), field: None };
        let id = rule.id.as_ref().and_then(|id| id.find(&value));
        let words = rule.words(&value).unwrap_or_else(unsaid);
        if rule.believes_an_id(status) {
            return Answer::PerhapsItsId(words);
        }
        // Who lumps all refusals together does not mean that a token which ran out is each lead's own fault.
        let is_lumped = rule.means == Meaning::Rejected && status == 401 && !rule.names(status);
        self.refusal(if is_lumped { Meaning::BadToken } else { rule.means }, words, id)
    }

    fn token_test(&self, _place: &str) -> ApiRequest {
        self.token_test.request(&Filling::default())
    }

    fn token_is_good(&self, body: &[u8]) -> bool {
        let Some(conditions) = self.token_is_good.as_ref().filter(|conditions| !conditions.are_none()) else {
            return true;
        };
        answer::json(body).is_ok_and(|answer| conditions.hold(&answer))
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
        listing.request(page, Filling { phone, campaign: &target.place, ..Filling::default() })
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
        let without = self.update.iter().flat_map(|update| &update.without);
        let change = without.fold(body.to_owned(), |change, pointer| pointer.without(change));
        self.edit(self.update.as_ref(), target, id, Some(change))
    }

    fn delete(&self, target: &Target, id: &str) -> ApiRequest {
        self.edit(self.delete.as_ref(), target, id, None)
    }

    fn read_change(&self, status: u16, body: &[u8], of: Ability) -> Changed {
        let edit = if of == Ability::Delete { &self.delete } else { &self.update };
        let Some(edit) = edit else { return Changed::Unreadable(Unreadable::NoRule) };
        let answer = answer::json(body);
        if edit.is_done(status, answer.as_ref().ok()) {
            return Changed::Done;
        }
        edit.not_done(status, answer)
    }

    fn is_untouched(&self, lead: &RemoteLead, _sent_status: Option<&str>) -> Option<bool> {
        self.shape.is_untouched(lead)
    }

    fn differences(&self, sent: &str, shown: &RemoteLead) -> Differences {
        self.shape.differences(sent, shown)
    }

    fn misplaced(&self, target: &Target, identity: &Identity, shown: &RemoteLead) -> Vec<String> {
        self.shape.misplaced(target, identity, shown)
    }
}

#[cfg(test)]
mod tests;
