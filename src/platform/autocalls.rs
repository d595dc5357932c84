//! The Autocalls API and its white labels: one lead a request, `POST /user/lead`.
//!
//! From the vendors' public documentation. Versions differ, so reading is liberal: answers may be wrapped in an array, ids
//! may be texts, lists may be Laravel pages, `{"leads": […]}` or bare arrays, and messages come in the label's language.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answer::{self, Answer, Changed, Refused, RemoteContact, RemoteLead, Unreadable, text_of, tidy};
use super::{
    Ability, ApiRequest, Campaign, Content, Differences, Duplicates, Json, Match, Method, Page, PageAt, Pagination,
    Platform, Words, digits_of, is_same_number, percent_encoded,
};
use crate::lead::{Contact, Identity, Lead};
use crate::phone::Phone;
use crate::target::{Family, Target};

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub struct Autocalls {
    words: Words,
}

impl Autocalls {
    /// One whose refusals may also use these words.
    #[must_use]
    pub fn with_words(words: Words) -> Self {
        Self { words }
    }
}

/// The most leads on one page of a list, from the documentation.
const PER_PAGE: u32 = 100;

impl Platform for Autocalls {
    fn family(&self) -> Family {
        Family::Autocalls
    }

    fn body(&self, content: &Content<'_>) -> String {
        // Made for every row: what is left over is for the other names and marks.
        let mut body = String::with_capacity(content.variables.len() + 96);
        body.push_str("{\"campaign_id\":");
        // A dry run may know only the campaign's name.
        match content.target.place.parse::<u64>() {
            Ok(id) => body.push_str(itoa::Buffer::new().format(id)),
            Err(_) => push_text(&mut body, &content.target.place),
        }
        body.push_str(",\"phone_number\":");
        if let Some(primary) = content.primary {
            body.push('"');
            primary.write(&mut body);
            body.push('"');
        }
        if !content.secondaries.is_empty() {
            body.push_str(",\"secondary_contacts\":[");
            for (index, secondary) in content.secondaries.iter().enumerate() {
                if index > 0 {
                    body.push(',');
                }
                push_secondary(&mut body, secondary);
            }
            body.push(']');
        }
        body.push_str(",\"variables\":");
        body.push_str(content.variables);
        body.push('}');
        body
    }

    fn create(&self, lead: &Lead, duplicates: Duplicates) -> ApiRequest {
        let allowed = duplicates == Duplicates::Allowed;
        let body = format!("{{\"allow_dupplicate\":{allowed},{}", lead.body.trim_start_matches('{'));
        ApiRequest::change(Method::Post, "/user/lead", Some(body))
    }

    fn read_answer(&self, status: u16, body: &[u8]) -> Answer {
        let value = match answer::json(body) {
            Ok(value) => unwrapped(value),
            Err(unreadable) => return Answer::Unreadable(unreadable),
        };
        if (200..300).contains(&status) {
            return match value.get("data").map_or_else(|| read_lead(&value), read_lead) {
                Some(lead) => Answer::Accepted(lead),
                None => Answer::Unreadable(Unreadable::Missing("id of the lead")),
            };
        }
        read_refusal(status, &value, &self.words)
    }

    fn token_test(&self, _place: &str) -> ApiRequest {
        ApiRequest::get("/user/me")
    }

    fn campaigns(&self) -> Option<ApiRequest> {
        Some(ApiRequest::get("/user/campaigns"))
    }

    fn read_campaigns(&self, body: &[u8]) -> Result<Vec<Campaign>, Unreadable> {
        let value = answer::json(body)?;
        let list = list_in(&value, &["campaigns", "data"]).ok_or(Unreadable::Missing("list of campaigns"))?;
        list.iter().map(read_campaign).collect::<Option<_>>().ok_or(Unreadable::Missing("campaign's id"))
    }

    fn assistants(&self) -> Option<ApiRequest> {
        Some(ApiRequest::get("/user/assistants/outbound"))
    }

    fn read_assistants(&self, body: &[u8]) -> Result<BTreeSet<String>, Unreadable> {
        let value = answer::json(body)?;
        let list = list_in(&value, &["assistants", "data"]).ok_or(Unreadable::Missing("list of assistants"))?;
        // PHP writes an empty object as an empty array.
        let variables = list.iter().filter_map(|assistant| assistant.get("variables")?.members());
        Ok(variables.flatten().map(|(name, _)| name.clone().into_owned()).collect())
    }

    fn look_up(&self, target: &Target, identity: Option<&Identity>, page: PageAt<'_>) -> ApiRequest {
        let mut path = format!("/user/leads?campaign_id={}", percent_encoded(&target.place));
        // The filter is a partial match: without the `+` it also finds numbers that are stored without one.
        if let Some(Identity::Phone(phone)) = identity {
            path.push_str("&phone_number=");
            path.push_str(&phone.digits().to_string());
        }
        ApiRequest::get(format!("{path}&per_page={PER_PAGE}&page={}", page.number))
    }

    fn list_account(&self) -> Option<ApiRequest> {
        Some(ApiRequest::get(format!("/user/leads?per_page={PER_PAGE}&page=1")))
    }

    fn read_page(&self, page: PageAt<'_>, body: &[u8]) -> Result<Page, Unreadable> {
        let page = page.number;
        let value = answer::json(body)?;
        let list = list_in(&value, &["data", "leads"]).ok_or(Unreadable::Missing("list of leads"))?;
        let leads = list.iter().map(read_lead).collect::<Option<Vec<_>>>().ok_or(Unreadable::Missing("lead's id"))?;
        // Laravel's plain pages have these at the top, its resource pages in `meta`.
        let meta = value.get("meta").unwrap_or(&value);
        let number = |name: &str| meta.get(name).and_then(Json::as_u64);
        if number("current_page").is_some_and(|shown| shown != u64::from(page)) {
            return Err(Unreadable::Missing("page that was asked for"));
        }
        let (more, pagination) = match (number("current_page"), number("last_page")) {
            (Some(_), Some(count)) => (u64::from(page) < count, Pagination::Told),
            (_, count) => {
                let links =
                    value.get("links").and_then(|links| links.get("next")).or_else(|| value.get("next_page_url"));
                (
                    count.is_some_and(|count| u64::from(page) < count) || links.and_then(Json::as_str).is_some(),
                    Pagination::Untold,
                )
            }
        };
        Ok(Page { leads, next: more.then_some(page + 1), cursor: None, pagination })
    }

    fn matches(&self, target: &Target, identity: &Identity, lead: &RemoteLead) -> Match {
        let Identity::Phone(phone) = identity else { return Match::No };
        let same_number = lead.phone.as_ref().is_some_and(|shown| digits_of(shown) == phone.digits().to_string());
        match &lead.campaign {
            _ if !same_number || lead.is_secondary => Match::No,
            Some(campaign) if *campaign == target.place => Match::Yes,
            Some(_) => Match::No,
            None => Match::Unclear,
        }
    }

    fn identity_of(&self, lead: &RemoteLead) -> Option<Identity> {
        if lead.is_secondary {
            return None;
        }
        Phone::from_e164(&format!("+{}", digits_of(lead.phone.as_deref()?))).map(Identity::Phone)
    }

    fn update(&self, _target: &Target, id: &str, body: &str) -> ApiRequest {
        let sent = serde_json::from_str::<Value>(body).unwrap_or_default();
        let variables = sent.get("variables").cloned().unwrap_or_else(|| json!({}));
        ApiRequest::change(Method::Put, path_of(id), Some(json!({ "variables": variables }).to_string()))
    }

    fn delete(&self, _target: &Target, id: &str) -> ApiRequest {
        ApiRequest::change(Method::Delete, path_of(id), None)
    }

    fn read_change(&self, status: u16, body: &[u8], _of: Ability) -> Changed {
        // A deletion may be answered with nothing at all.
        if status == 204 {
            return Changed::Done;
        }
        let value = match answer::json(body) {
            Ok(value) => unwrapped(value),
            Err(unreadable) => return Changed::Unreadable(unreadable),
        };
        if (200..300).contains(&status) {
            return Changed::Done;
        }
        Changed::not_done(status, words_of(&value))
    }

    fn is_untouched(&self, lead: &RemoteLead, _sent_status: Option<&str>) -> Option<bool> {
        lead.status.as_deref().map(|status| status.eq_ignore_ascii_case("created"))
    }

    fn differences(&self, sent: &str, shown: &RemoteLead) -> Differences {
        let Ok(sent) = Json::parse_text(sent) else { return Differences::default() };
        let mut found = Vec::new();
        if let (Some(shown), Some(sent)) = (&shown.phone, sent.get("phone_number").and_then(Json::as_str))
            && !is_same_number(shown, sent)
        {
            found.push(format!("the number was sent as {sent} and is shown as {shown}"));
        }
        if let (Some(shown), Some(sent)) = (&shown.campaign, sent.get("campaign_id").and_then(text_of))
            && *shown != sent
        {
            found.push(format!("the lead was sent to campaign {sent} and is shown in campaign {shown}"));
        }
        if let Some(shown) = &shown.variables {
            compare_variables(sent.get("variables"), shown, &mut found);
        }
        if let Some(shown) = &shown.secondaries {
            let sent = sent.get("secondary_contacts").and_then(Json::as_list).map_or(0, <[_]>::len);
            if shown.len() != sent {
                found.push(format!("{sent} secondary contacts were sent and {} are shown", shown.len()));
            }
        }
        Differences { found, comparable: shown.phone.is_some() && shown.variables.is_some() }
    }
}

fn push_secondary(body: &mut String, contact: &Contact) {
    body.push_str("{\"phone_number\":");
    push_text(body, &contact.phone.to_string());
    if contact.variables != "{}" {
        body.push_str(",\"variables\":");
        body.push_str(&contact.variables);
    }
    body.push('}');
}

fn path_of(id: &str) -> String {
    format!("/user/leads/{}", percent_encoded(id))
}

/// `text` as a JSON string.
pub(super) fn push_text(body: &mut String, text: &str) {
    body.push_str(&Value::from(text).to_string());
}

/// Variables that were sent must be shown with the same trimmed text; further ones (defaults) are the platform's affair.
pub(super) fn compare_variables(sent: Option<&Json<'_>>, shown: &Json<'_>, found: &mut Vec<String>) {
    for (name, sent) in sent.and_then(Json::members).unwrap_or_default() {
        let sent = plain_text(sent);
        // PHP writes an empty object as an empty array, which has no members.
        let shown = shown.get(name).map(plain_text).unwrap_or_default();
        if sent != shown {
            let shown = if shown.is_empty() { "not there".to_owned() } else { format!("{shown:?}") };
            found.push(format!("the variable {name:?} was sent as {sent:?} and is {shown}"));
        }
    }
}

fn plain_text<'a>(value: &'a Json<'_>) -> Cow<'a, str> {
    match value {
        Json::Null => Cow::Borrowed(""),
        Json::Text(text) => Cow::Borrowed(text.trim()),
        other => Cow::Owned(Value::from(other.clone()).to_string()),
    }
}

/// Some versions wrap the whole answer in an array of one.
fn unwrapped(value: Json<'_>) -> Json<'_> {
    match value {
        Json::List(mut items) if items.len() == 1 => items.swap_remove(0),
        other => other,
    }
}

fn list_in<'a, 'b>(value: &'b Json<'a>, names: &[&str]) -> Option<&'b [Json<'a>]> {
    value.as_list().or_else(|| names.iter().find_map(|name| value.get(name).and_then(Json::as_list)))
}

fn read_campaign(value: &Json<'_>) -> Option<Campaign> {
    let text = |name: &str| value.get(name).and_then(text_of).unwrap_or_default();
    Some(Campaign { id: value.get("id").and_then(text_of)?, name: text("name"), status: text("status") })
}

fn read_lead(value: &Json<'_>) -> Option<RemoteLead> {
    let text = |name: &str| value.get(name).and_then(text_of);
    Some(RemoteLead {
        id: text("id")?,
        campaign: text("campaign_id").or_else(|| value.get("campaign")?.get("id").and_then(text_of)),
        phone: text("phone_number"),
        email: None,
        is_secondary: is_secondary(value),
        variables: value.get("variables").map(Json::detached),
        status: text("status"),
        secondaries: value
            .get("secondary_contacts")
            .and_then(Json::as_list)
            .map(|all| all.iter().map(read_contact).collect()),
        created_at: text("created_at"),
    })
}

/// Whether an entry of a list says that it is a secondary contact: it names its lead, or its kind.
fn is_secondary(value: &Json<'_>) -> bool {
    let text = |name: &str| value.get(name).and_then(text_of);
    let names_its_lead = ["parent_id", "parent_lead_id", "primary_lead_id", "lead_id"].iter().any(|name| {
        // A lead may name itself.
        text(name).is_some_and(|id| id != "0" && Some(id) != text("id"))
    });
    let says = |name: &str, yes: bool| match value.get(name) {
        Some(Json::Bool(said)) => *said == yes,
        Some(Json::Number(said)) => *said == u64::from(yes).into(),
        _ => false,
    };
    let kind = value.get("type").and_then(Json::as_str).unwrap_or_default();
    names_its_lead
        || says("is_secondary", true)
        || says("is_primary", false)
        || ["secondary", "secondary_contact"].iter().any(|secondary| kind.eq_ignore_ascii_case(secondary))
}

fn read_contact(value: &Json<'_>) -> RemoteContact {
    RemoteContact { id: value.get("id").and_then(text_of), phone: value.get("phone_number").and_then(text_of) }
}

/// A JSON object with a `message` (or `error`) or `errors` is the platform speaking; anything else is somebody else.
fn read_refusal(status: u16, value: &Json<'_>, hints: &Words) -> Answer {
    let Some(words) = words_of(value) else {
        return Answer::Unreadable(Unreadable::Missing("message of the platform"));
    };
    let about_campaign = words.field.as_deref() == Some("campaign_id");
    match status {
        401 => Answer::BadToken(words),
        402 => Answer::NoBalance(words),
        _ if hints.hint_at_no_balance(&words.message) => Answer::NoBalance(words),
        403 | 404 => Answer::CampaignClosed(words),
        400 | 422 if about_campaign => Answer::CampaignClosed(words),
        409 => Answer::AlreadyThere { words, id: value.get("data").and_then(|data| text_of(data.get("id")?)) },
        400 | 422 if hints.hint_at_already_there(&words.message) => Answer::MaybeAlreadyThere(words),
        _ => Answer::Refused(words),
    }
}

/// The message, and behind it what `errors` says of each field.
fn words_of(value: &Json<'_>) -> Option<Refused> {
    let message = ["message", "error"].iter().find_map(|name| value.get(name)?.as_str());
    let errors = value.get("errors").and_then(Json::members);
    if message.is_none() && errors.is_none() {
        return None;
    }
    let mut text = message.unwrap_or_default().to_owned();
    for (_, detail) in errors.unwrap_or_default() {
        let detail = detail.as_list().and_then(<[_]>::first).unwrap_or(detail);
        if let Some(detail) = detail.as_str()
            && !text.contains(detail)
        {
            if !text.is_empty() {
                text.push_str(" — ");
            }
            text.push_str(detail);
        }
    }
    let field = errors.and_then(<[_]>::first).map(|(name, _)| name.clone().into_owned());
    Some(Refused { message: tidy(&text), field })
}

#[cfg(test)]
#[path = "autocalls_tests.rs"]
mod tests;
