//! `PollyBot`: leads of a chatbot, known by their e-mail address.
//!
//! From the vendor's public documentation. Its own samples disagree about the path, so the path is a setting. Errors carry
//! a `code`; the HTTP status of a duplicate is not documented, so the code decides.

use serde_json::Value;

use super::answer::{self, Answer, Changed, Refused, RemoteLead, Unreadable, text_of, tidy};
use super::autocalls::{compare_variables, push_text};
use super::{
    Ability, ApiRequest, Campaign, Content, Differences, Duplicates, Json, Match, Method, Page, PageAt, Pagination,
    Platform, Words, is_same_number, percent_encoded,
};
use crate::lead::{Identity, Lead};
use crate::target::{Family, Target};

/// The path of the documented calls; `{chatbot}` stands for the chatbot's id.
pub(super) const DEFAULT_PATH: &str = "/api/v1/chatbots/{chatbot}/leads";

/// The most leads on one page of a list, from the documentation.
const PER_PAGE: u32 = 100;

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct Pollybot {
    path: String,
    words: Words,
}

impl Pollybot {
    /// With leads at `path`, in which `{chatbot}` is replaced; the documented one is that of [`Pollybot::default`].
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), words: Words::default() }
    }

    /// The same, where refusals may also use these words.
    #[must_use]
    pub fn with_words(self, words: Words) -> Self {
        Self { words, ..self }
    }

    fn leads_path(&self, place: &str) -> String {
        self.path.replace("{chatbot}", &percent_encoded(place))
    }

    fn path_of(&self, target: &Target, id: &str) -> String {
        format!("{}/{}", self.leads_path(&target.place), percent_encoded(id))
    }
}

impl Default for Pollybot {
    fn default() -> Self {
        Self::new(DEFAULT_PATH)
    }
}

impl Platform for Pollybot {
    fn family(&self) -> Family {
        Family::Pollybot
    }

    fn body(&self, content: &Content<'_>) -> String {
        let person = content.person;
        let mut body = String::from("{\"email\":");
        push_text(&mut body, person.email.trim());
        if content.variables != "{}" {
            body.push_str(",\"metadata\":");
            body.push_str(content.variables);
        }
        let phone = content.primary.map(|phone| phone.to_string());
        let fields = [
            ("name", Some(person.name.as_str())),
            ("phone", phone.as_deref()),
            ("source", person.source.as_deref()),
            ("status", person.status.as_deref()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                body.push_str(",\"");
                body.push_str(name);
                body.push_str("\":");
                push_text(&mut body, value);
            }
        }
        body.push('}');
        body
    }

    fn create(&self, lead: &Lead, _duplicates: Duplicates) -> ApiRequest {
        ApiRequest::change(Method::Post, self.leads_path(&lead.target.place), Some(lead.body.clone()))
    }

    fn read_answer(&self, status: u16, body: &[u8]) -> Answer {
        let value = match answer::json(body) {
            Ok(value) => value,
            Err(unreadable) => return Answer::Unreadable(unreadable),
        };
        let success = value.get("success").and_then(Json::as_bool);
        let refused = success.map_or_else(|| code_of(&value).is_some(), |success| !success);
        if (200..300).contains(&status) && !refused {
            return match value.get("data").map_or_else(|| read_lead(&value), read_lead) {
                Some(lead) => Answer::Accepted(lead),
                None => Answer::Unreadable(Unreadable::Missing("id of the lead")),
            };
        }
        read_refusal(status, &value, &self.words)
    }

    fn token_test(&self, place: &str) -> ApiRequest {
        ApiRequest::get(format!("{}?page=1&limit=1", self.leads_path(place)))
    }

    fn campaigns(&self) -> Option<ApiRequest> {
        None
    }

    fn read_campaigns(&self, _body: &[u8]) -> Result<Vec<Campaign>, Unreadable> {
        Err(Unreadable::Missing("list of campaigns"))
    }

    fn look_up(&self, target: &Target, identity: Option<&Identity>, page: PageAt<'_>) -> ApiRequest {
        let mut path = format!("{}?page={}&limit={PER_PAGE}", self.leads_path(&target.place), page.number);
        if let Some(Identity::Email(email)) = identity {
            path.push_str("&search=");
            path.push_str(&percent_encoded(email));
        }
        ApiRequest::get(path)
    }

    fn list_account(&self) -> Option<ApiRequest> {
        None
    }

    fn read_page(&self, page: PageAt<'_>, body: &[u8]) -> Result<Page, Unreadable> {
        let page = page.number;
        let value = answer::json(body)?;
        let data = value.get("data").unwrap_or(&value);
        let list = data.as_list().or_else(|| data.get("leads").and_then(Json::as_list));
        let list = list.ok_or(Unreadable::Missing("list of leads"))?;
        let leads = list.iter().map(read_lead).collect::<Option<Vec<_>>>().ok_or(Unreadable::Missing("lead's id"))?;
        let pagination = data.get("pagination").or_else(|| value.get("pagination"));
        let number = |name: &str| pagination.and_then(|pagination| pagination.get(name)).and_then(Json::as_u64);
        if number("page").is_some_and(|shown| shown != u64::from(page)) {
            return Err(Unreadable::Missing("page that was asked for"));
        }
        let (more, pagination) = match (number("page"), number("totalPages")) {
            (Some(_), Some(count)) => (u64::from(page) < count, Pagination::Told),
            (_, count) => {
                let has_next = pagination.and_then(|pagination| pagination.get("hasNext")).and_then(Json::as_bool);
                (count.is_some_and(|count| u64::from(page) < count) || has_next == Some(true), Pagination::Untold)
            }
        };
        Ok(Page { leads, next: more.then_some(page + 1), cursor: None, pagination })
    }

    fn matches(&self, _target: &Target, identity: &Identity, lead: &RemoteLead) -> Match {
        let is_same = lead.email.as_deref().map(Identity::email).as_ref() == Some(identity);
        if is_same { Match::Yes } else { Match::No }
    }

    fn identity_of(&self, lead: &RemoteLead) -> Option<Identity> {
        lead.email.as_deref().map(Identity::email)
    }

    fn update(&self, target: &Target, id: &str, body: &str) -> ApiRequest {
        let mut change = serde_json::from_str::<Value>(body).unwrap_or_default();
        if let Some(fields) = change.as_object_mut() {
            // The address is who the lead is, and its status may have moved on since.
            fields.retain(|name, _| !matches!(name.as_str(), "email" | "status"));
        }
        ApiRequest::change(Method::Put, self.path_of(target, id), Some(change.to_string()))
    }

    fn delete(&self, target: &Target, id: &str) -> ApiRequest {
        ApiRequest::change(Method::Delete, self.path_of(target, id), None)
    }

    fn read_change(&self, status: u16, body: &[u8], _of: Ability) -> Changed {
        if status == 204 {
            return Changed::Done;
        }
        let value = match answer::json(body) {
            Ok(value) => value,
            Err(unreadable) => return Changed::Unreadable(unreadable),
        };
        let success = value.get("success").and_then(Json::as_bool);
        if (200..300).contains(&status) && success != Some(false) && code_of(&value).is_none() {
            return Changed::Done;
        }
        Changed::not_done(status, words_of(&value))
    }

    fn is_untouched(&self, lead: &RemoteLead, sent_status: Option<&str>) -> Option<bool> {
        let expected = sent_status.unwrap_or("new").trim();
        lead.status.as_deref().map(|status| status.eq_ignore_ascii_case("new") || status.eq_ignore_ascii_case(expected))
    }

    fn differences(&self, sent: &str, shown: &RemoteLead) -> Differences {
        let Ok(sent) = Json::parse_text(sent) else { return Differences::default() };
        let mut found = Vec::new();
        if let (Some(shown), Some(sent)) = (&shown.email, sent.get("email").and_then(Json::as_str))
            && Identity::email(shown) != Identity::email(sent)
        {
            found.push(format!("the e-mail address was sent as {sent} and is shown as {shown}"));
        }
        if let (Some(shown), Some(sent)) = (&shown.phone, sent.get("phone").and_then(Json::as_str))
            && !is_same_number(shown, sent)
        {
            found.push(format!("the number was sent as {sent} and is shown as {shown}"));
        }
        if let Some(shown) = &shown.variables {
            compare_variables(sent.get("metadata"), shown, &mut found);
        }
        let has_metadata = shown.variables.is_some() || sent.get("metadata").is_none();
        Differences { found, comparable: shown.email.is_some() && has_metadata }
    }
}

fn read_lead(value: &Json<'_>) -> Option<RemoteLead> {
    let text = |name: &str| value.get(name).and_then(text_of);
    Some(RemoteLead {
        id: text("id")?,
        campaign: None,
        phone: text("phone"),
        email: text("email"),
        is_secondary: false,
        variables: value.get("metadata").filter(|metadata| **metadata != Json::Null).map(Json::detached),
        secondaries: None,
        status: text("status"),
        created_at: text("createdAt"),
    })
}

/// The `code`, at the top or inside `error`.
fn code_of<'a>(value: &'a Json<'_>) -> Option<&'a str> {
    value.get("code").or_else(|| value.get("error")?.get("code")).and_then(Json::as_str)
}

fn details_of<'a, 'b>(value: &'b Json<'a>) -> Option<&'b Json<'a>> {
    value.get("details").or_else(|| value.get("error")?.get("details"))
}

fn read_refusal(status: u16, value: &Json<'_>, hints: &Words) -> Answer {
    let Some(words) = words_of(value) else {
        return Answer::Unreadable(Unreadable::Missing("message of the platform"));
    };
    let code = code_of(value).unwrap_or_default();
    match (code, status) {
        ("DUPLICATE_EMAIL", _) => Answer::AlreadyThere {
            words,
            id: details_of(value).and_then(|details| text_of(details.get("existingLeadId")?)),
        },
        // A code that speaks of this lead is believed only in a status that says so too: a 5xx may have committed.
        (_, 200..=299 | 500..) => Answer::Unreadable(Unreadable::Missing("lead")),
        ("MISSING_AUTH_HEADER", _) | (_, 401) => Answer::BadToken(words),
        (_, 402) => Answer::NoBalance(words),
        _ if hints.hint_at_no_balance(&words.message) => Answer::NoBalance(words),
        (_, 403 | 404) => Answer::CampaignClosed(words),
        (_, 409) => Answer::AlreadyThere { words, id: None },
        _ if hints.hint_at_already_there(&words.message) => Answer::MaybeAlreadyThere(words),
        _ => Answer::Refused(words),
    }
}

fn words_of(value: &Json<'_>) -> Option<Refused> {
    let error = value.get("error");
    let message = [value.get("message"), error.and_then(|error| error.get("message")), error, value.get("code")]
        .into_iter()
        .flatten()
        .find_map(Json::as_str)?;
    let details = details_of(value);
    let detail = details.and_then(|details| details.get("message")).and_then(Json::as_str);
    let text = match detail {
        Some(detail) if !message.contains(detail) => format!("{message} — {detail}"),
        _ => message.to_owned(),
    };
    let field = details.and_then(|details| details.get("field")).and_then(text_of);
    Some(Refused { message: tidy(&text), field })
}

#[cfg(test)]
#[path = "pollybot_tests.rs"]
mod tests;
