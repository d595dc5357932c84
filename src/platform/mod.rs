//! One file for each API: what is asked of it and how its answers read.
//!
//! Responsible for request bodies and paths, for telling apart what an answer says (created, already there, refused, stop),
//! and for reading lists. Everything here is pure: bytes in, values out. It must not know sockets, async code or files.

mod answer;
mod autocalls;
mod custom;
mod hints;
mod json;
mod pollybot;
mod registry;
mod url;

use std::collections::BTreeSet;
use std::fmt;

use crate::lead::{Contact, Identity, Lead};
use crate::mapping::Person;
use crate::phone::Phone;
use crate::target::{Family, Target};

pub use answer::{Answer, Changed, Refused, RemoteContact, RemoteLead, Unreadable};
pub use autocalls::Autocalls;
pub use custom::{Custom, DescriptionError, Limit, platform_file_schema};
pub use hints::Words;
pub use json::Json;
pub use pollybot::Pollybot;
pub use registry::{KnownPlatform, PLATFORMS, nearest_platform, platform_named};
pub use url::{BaseUrl, BaseUrlError, percent_encoded};

/// The HTTP methods that the platforms use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Put,
    /// Changes a part.
    Patch,
    /// Deletes.
    Delete,
}

/// What a request is for: its method alone does not tell, since some platforms search by POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It changes nothing.
    Question,
    /// It creates, updates or deletes.
    Change,
}

/// A request, ready to be sent to a base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// What it is for.
    pub purpose: Purpose,
    /// The method.
    pub method: Method,
    /// Path and query, to be put behind the base URL.
    pub path: String,
    /// The JSON body.
    pub body: Option<String>,
}

impl ApiRequest {
    fn get(path: impl Into<String>) -> Self {
        Self { purpose: Purpose::Question, method: Method::Get, path: path.into(), body: None }
    }

    fn change(method: Method, path: impl Into<String>, body: Option<String>) -> Self {
        Self { purpose: Purpose::Change, method, path: path.into(), body }
    }
}

/// Whether the platform may create a second lead with the same number in the same campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// It must refuse: the default, and always so for whatever was once in doubt.
    Forbidden,
    /// `--allow-duplicates`.
    Allowed,
}

/// What a request is made of, before it has a key.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Where it goes.
    pub target: &'a Target,
    /// The primary contact's number; `None` only on chatbot platforms, where a number is optional.
    pub primary: Option<Phone>,
    /// The fields of chatbot platforms; their `metadata` is `variables`.
    pub person: &'a Person,
    /// The primary contact's variables (or the metadata): a JSON object.
    pub variables: &'a str,
    /// Secondary contacts, in order.
    pub secondaries: &'a [Contact],
}

/// A campaign as the platform lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id, as text.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status in the platform's words.
    pub status: String,
}

impl Campaign {
    /// True where leads that are created in it are dialled soon, with no further action. A status that is not known to
    /// hold leads back counts as live.
    #[must_use]
    pub fn is_live(&self) -> bool {
        const HOLDING: [&str; 9] =
            ["draft", "paused", "stopped", "created", "completed", "finished", "inactive", "archived", "ended"];
        !HOLDING.contains(&self.status.to_ascii_lowercase().as_str())
    }
}

/// What a list of leads is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOf {
    /// One lead, looked for by what makes it the same.
    One,
    /// Everybody at a target.
    Everybody,
}

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageAt<'a> {
    /// Of which list.
    pub of: ListOf,
    /// Its number, from 1.
    pub number: u32,
    /// What the page before says of where this one begins, on platforms that do.
    pub cursor: Option<&'a str>,
}

impl PageAt<'_> {
    /// The page of this number.
    #[must_use]
    pub fn new(of: ListOf, number: u32) -> Self {
        Self { of, number, cursor: None }
    }
}

/// One page of a list of leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The leads on it.
    pub leads: Vec<RemoteLead>,
    /// The number of the next page, if there is one.
    pub next: Option<u32>,
    /// Where that begins, on platforms that say so in words of their own.
    pub cursor: Option<String>,
    /// Whether the platform says which page this is and how many there are.
    pub pagination: Pagination,
}

/// Whether a list says where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pagination {
    /// It does.
    Told,
    /// It does, at a place that a platform file names, which may be the wrong one: where the end matters, the page after the last
    /// one is asked for.
    Described,
    /// As for described, and by it another page follows which may not be there: whether pages were counted from 0 or from 1, nobody
    /// says.
    PerhapsMore,
    /// It does not: what it leaves out may stand on pages that nobody knows of.
    Untold,
}

/// Whether a lead that a list shows is the one that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The number is the same, but the platform does not show in which campaign.
    Unclear,
}

/// What an API may be able to do besides creating leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// To find a lead by what makes it the same: without it no doubt can be settled.
    LookUp,
    /// To list everybody at a target.
    List,
    /// To change a lead.
    Update,
    /// To delete a lead.
    Delete,
    /// To take secondary contacts.
    Secondaries,
}

/// How a server knows whom it speaks with: a header with the token, and others that every request has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The name of the header with the token.
    pub header: String,
    /// What stands in it before the token.
    pub prefix: String,
    /// Names and values of further headers.
    pub further: Vec<(String, String)>,
}

impl Default for Access {
    /// `Authorization: Bearer …`
    fn default() -> Self {
        Self { header: "Authorization".to_owned(), prefix: "Bearer ".to_owned(), further: Vec::new() }
    }
}

/// The variables that a request has places for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariablePlaces {
    /// The names of those that every input must have.
    pub needed: BTreeSet<String>,
    /// The names of those that it may lack.
    pub optional: BTreeSet<String>,
    /// Whether there is a place for all others as well.
    pub others: OtherVariables,
}

/// Whether variables that no place names are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherVariables {
    /// They are.
    Sent,
    /// They are not.
    #[default]
    LeftOut,
}

/// An API that leads are created with.
pub trait Platform: fmt::Debug + Send + Sync {
    /// The API's family.
    fn family(&self) -> Family;

    /// Whether a file describes it, which may be wrong.
    fn is_described(&self) -> bool {
        matches!(self.family(), Family::Custom(_))
    }

    /// Whether it can do this.
    fn can(&self, _ability: Ability) -> bool {
        true
    }

    /// How it knows whom it speaks with.
    fn access(&self) -> Access {
        Access::default()
    }

    /// What a user should know of it before anything is sent.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// How a lead is sent, in words, where that is not known from the platform's name.
    fn request_line(&self) -> Option<String> {
        None
    }

    /// Which variables its requests have places for; `None`: for any.
    fn variable_places(&self) -> Option<VariablePlaces> {
        None
    }

    /// Whether people may be called as soon as their leads are created, wherever that is no matter of the campaign's status.
    fn may_call_at_once(&self) -> bool {
        false
    }

    /// The body of the request that creates a lead, with its names sorted and without `allow_dupplicate`: equal leads
    /// give equal bytes, so its fingerprint tells an edited lead from an unchanged one.
    fn body(&self, content: &Content<'_>) -> String;

    /// The request that creates `lead`.
    fn create(&self, lead: &Lead, duplicates: Duplicates) -> ApiRequest;

    /// What the platform says in an answer to [`Platform::create`] that came back whole.
    fn read_answer(&self, status: u16, body: &[u8]) -> Answer;

    /// A request that succeeds exactly if the token is good, and costs nothing.
    fn token_test(&self, place: &str) -> ApiRequest;

    /// The request that lists the campaigns; `None` where the platform has none.
    fn campaigns(&self) -> Option<ApiRequest>;

    /// Whether the body of a successful answer to that says that the token is good: on some platforms the status does not.
    fn token_is_good(&self, _body: &[u8]) -> bool {
        true
    }

    /// The campaigns in its answer.
    ///
    /// # Errors
    /// [`Unreadable`] where the body is not such a list.
    fn read_campaigns(&self, body: &[u8]) -> Result<Vec<Campaign>, Unreadable>;

    /// The request that lists the assistants with the variables that they know; `None` where the platform has none.
    fn assistants(&self) -> Option<ApiRequest> {
        None
    }

    /// The names of the variables in its answer, over all assistants.
    ///
    /// # Errors
    /// [`Unreadable`] where the body is not such a list.
    fn read_assistants(&self, _body: &[u8]) -> Result<BTreeSet<String>, Unreadable> {
        Ok(BTreeSet::new())
    }

    /// The request for a page of the leads that may match `identity` (all the target's, if `None`).
    fn look_up(&self, target: &Target, identity: Option<&Identity>, page: PageAt<'_>) -> ApiRequest;

    /// The request for the first page of all leads of the account, whatever their campaign; `None` where there is none such.
    fn list_account(&self) -> Option<ApiRequest>;

    /// The leads in the answer to either.
    ///
    /// # Errors
    /// [`Unreadable`] where the body is not such a page.
    fn read_page(&self, page: PageAt<'_>, body: &[u8]) -> Result<Page, Unreadable>;

    /// Whether `lead` is the one with this identity at this target: exact match on the primary's digits, or the e-mail.
    fn matches(&self, target: &Target, identity: &Identity, lead: &RemoteLead) -> Match;

    /// What `lead` can be looked for by.
    fn identity_of(&self, lead: &RemoteLead) -> Option<Identity>;

    /// The request that gives the lead `id`, which is there, the variables (and what else can be changed) of `body`, the
    /// body of a create request. Secondary contacts cannot be changed on any platform.
    fn update(&self, target: &Target, id: &str, body: &str) -> ApiRequest;

    /// The request that deletes the lead `id`, with its secondary contacts and its call history.
    fn delete(&self, target: &Target, id: &str) -> ApiRequest;

    /// What the platform says in an answer to [`Platform::update`] or [`Platform::delete`], whichever it is `of`, that came
    /// back whole.
    fn read_change(&self, status: u16, body: &[u8], of: Ability) -> Changed;

    /// Whether nothing has been done with a lead since it was created: nobody was called. It has the status of a new lead,
    /// or, where leads can be created with a status, the one that was sent. `None` where the platform does not show that.
    fn is_untouched(&self, lead: &RemoteLead, sent_status: Option<&str>) -> Option<bool>;

    /// What `shown`, which was just created, shows of who and where it is that cannot be so: one sentence for each.
    fn misplaced(&self, _target: &Target, _identity: &Identity, _shown: &RemoteLead) -> Vec<String> {
        Vec::new()
    }

    /// What differs between the request that was sent and the lead that the platform shows; empty where nothing does.
    /// Parts that the platform does not show are not compared.
    fn differences(&self, sent: &str, shown: &RemoteLead) -> Differences;
}

/// The result of comparing what was sent with what the platform shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// One sentence for each thing that differs.
    pub found: Vec<String>,
    /// True where the platform showed enough to compare: at least the number (or e-mail) and the variables.
    pub comparable: bool,
}

/// Whether two texts are the same number, in whatever forms.
fn is_same_number(one: &str, other: &str) -> bool {
    one == other || digits_of(one) == digits_of(other)
}

/// Digits of a number in whatever form a platform stores it: no `+`, no leading `00`, no spaces.
fn digits_of(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("00") {
        Some(rest) if !text.trim_start().starts_with('+') => rest.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_in_every_form_that_platforms_store() {
        for text in ["+493023125001", "493023125001", "00493023125001", "+49 30 23125001", "tel:+493023125001"] {
            assert_eq!(digits_of(text), "493023125001", "{text}");
        }
    }

    #[test]
    fn a_campaign_of_unknown_status_counts_as_live() {
        let campaign = |status: &str| Campaign { id: "7".into(), name: "Spring".into(), status: status.into() };
        assert!(!campaign("paused").is_live());
        assert!(!campaign("Draft").is_live());
        assert!(campaign("in-progress").is_live());
        assert!(campaign("active").is_live());
        assert!(campaign("").is_live());
    }
}
