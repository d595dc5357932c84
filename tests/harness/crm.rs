//! Two APIs that are neither of the built-in ones: a CRM with the shape of `HubSpot`'s, and a dialler that says everything
//! with 200.

#![expect(clippy::unwrap_used, reason = "where the harness itself fails, so does its test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::api::{Api, Asked, Reply};
use super::command::TOKEN;

/// What happens to creates of a number, each once and in this order.
pub(crate) type Troubles = BTreeMap<String, Vec<Trouble>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection breaks, and nothing was created.
    LostBefore,
    /// It was created, and the connection breaks.
    LostAfter,
    /// Too many requests, with JSON.
    TooMany,
    /// An answer that nobody has described; it was created.
    Undescribed,
}

/// The contacts of such a platform.
#[derive(Debug, Default)]
struct Contacts {
    all: BTreeMap<u64, Value>,
    troubles: Troubles,
    last: u64,
}

impl Contacts {
    fn trouble(&mut self, phone: &str) -> Option<Trouble> {
        let waiting = self.troubles.get_mut(phone)?;
        (!waiting.is_empty()).then(|| waiting.remove(0))
    }

    fn create(&mut self, properties: &Value) -> Value {
        self.last += 1;
        let id = self.last + 100;
        let created_at = jiff::Timestamp::now().to_string();
        let contact = json!({ "id": id.to_string(), "properties": properties, "createdAt": created_at });
        self.all.insert(id, contact.clone());
        contact
    }

    fn with_phone(&self, phone: &str) -> Vec<Value> {
        self.all.values().filter(|contact| contact["properties"]["phone"] == phone).cloned().collect()
    }

    /// A page of so many after the cursor, as a CRM lists them.
    fn page(contacts: &[Value], after: Option<u64>, limit: usize) -> Value {
        let id = |contact: &Value| contact["id"].as_str().unwrap().parse::<u64>().unwrap();
        let rest: Vec<&Value> =
            contacts.iter().filter(|contact| after.is_none_or(|after| id(contact) > after)).collect();
        let shown: Vec<&Value> = rest.iter().copied().take(limit).collect();
        let mut page = json!({ "results": shown });
        if rest.len() > shown.len() {
            page["paging"] = json!({ "next": { "after": id(shown[shown.len() - 1]).to_string() } });
        }
        page
    }
}

/// A platform with contacts.
pub(crate) struct Crm {
    pub(crate) api: Api,
    contacts: Arc<Mutex<Contacts>>,
}

impl Crm {
    /// A CRM with the shape of `HubSpot`'s: `/crm/v3/objects/contacts`.
    pub(crate) fn hubspot_shaped(troubles: &[(&str, &[Trouble])]) -> Self {
        Self::start(troubles, hubspot_shaped)
    }

    /// A dialler with campaigns, that says by `ok` in a 200 what became of a contact.
    pub(crate) fn dialler(troubles: &[(&str, &[Trouble])]) -> Self {
        Self::start(troubles, dialler)
    }

    fn start(troubles: &[(&str, &[Trouble])], answer: fn(&mut Contacts, &Asked) -> Reply) -> Self {
        let troubles = troubles.iter().map(|(phone, all)| ((*phone).to_owned(), all.to_vec())).collect();
        let contacts = Arc::new(Mutex::new(Contacts { troubles, ..Contacts::default() }));
        let shared = Arc::clone(&contacts);
        Self { api: Api::start(move |asked| answer(&mut shared.lock().unwrap(), asked)), contacts }
    }

    /// Somebody was there before.
    pub(crate) fn knows(&self, phone: &str) -> String {
        let mut contacts = self.contacts.lock().unwrap();
        let contact = contacts.create(&json!({ "phone": phone, "lifecyclestage": "customer" }));
        contact["id"].as_str().unwrap().to_owned()
    }

    /// Their numbers, sorted.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let contacts = self.contacts.lock().unwrap();
        let mut numbers: Vec<String> =
            contacts.all.values().map(|contact| contact["properties"]["phone"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        numbers
    }

    /// What is known of the contact with this number.
    pub(crate) fn properties(&self, phone: &str) -> Value {
        self.contacts.lock().unwrap().with_phone(phone)[0]["properties"].clone()
    }
}

fn error(status: u16, category: &str, message: &str) -> Reply {
    Reply::Json(status, json!({ "status": "error", "message": message, "category": category }))
}

/// Numbers with this end are refused.
pub(crate) const REFUSED: &str = "99";

fn hubspot_shaped(contacts: &mut Contacts, asked: &Asked) -> Reply {
    const PATH: &str = "/crm/v3/objects/contacts";
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
    }
    let properties = &asked.body["properties"];
    let phone = properties["phone"].as_str().unwrap_or_default();
    let line = asked.line();
    let (path, id) = line.split_once(&format!("{PATH}/")).unwrap_or((&line, ""));
    match (path.trim(), id) {
        ("POST", "search") => {
            let wanted = asked.body["filterGroups"][0]["filters"][0]["value"].as_str().unwrap();
            let after = asked.body["after"].as_str().and_then(|after| after.parse().ok());
            Reply::Json(200, Contacts::page(&contacts.with_phone(wanted), after, 100))
        }
        ("DELETE", id) => match contacts.all.remove(&id.parse().unwrap()) {
            Some(_) => Reply::Empty(204),
            None => error(404, "OBJECT_NOT_FOUND", "resource not found"),
        },
        ("PATCH", id) => match contacts.all.get_mut(&id.parse().unwrap()) {
            Some(contact) => {
                for (name, value) in properties.as_object().unwrap() {
                    contact["properties"][name] = value.clone();
                }
                Reply::Json(200, contact.clone())
            }
            None => error(404, "OBJECT_NOT_FOUND", "resource not found"),
        },
        (_, "") if asked.method == "GET" => {
            let all: Vec<Value> = contacts.all.values().cloned().collect();
            let after = asked.query("after").and_then(|after| after.parse().ok());
            Reply::Json(200, Contacts::page(&all, after, asked.query("limit").unwrap().parse().unwrap()))
        }
        _ => create_contact(contacts, phone, properties),
    }
}

fn create_contact(contacts: &mut Contacts, phone: &str, properties: &Value) -> Reply {
    let trouble = contacts.trouble(phone);
    match trouble {
        Some(Trouble::LostBefore) => return Reply::Lost,
        Some(Trouble::TooMany) => {
            let message = json!({ "status": "error", "message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT" });
            return Reply::Wait(429, message, 1);
        }
        _ => {}
    }
    if phone.ends_with(REFUSED) {
        return error(400, "VALIDATION_ERROR", "Property values were not valid");
    }
    if let Some(known) = contacts.with_phone(phone).first() {
        let id = known["id"].as_str().unwrap();
        return error(409, "CONFLICT", &format!("Contact already exists. Existing ID: {id}"));
    }
    let created = contacts.create(properties);
    match trouble {
        Some(Trouble::LostAfter) => Reply::Lost,
        Some(Trouble::Undescribed) => Reply::Json(202, json!({ "queued": true })),
        _ => Reply::Json(201, created),
    }
}

/// `/v1/campaigns/7/people`, as `docs/CUSTOM_PLATFORM.md` describes it.
fn dialler(contacts: &mut Contacts, asked: &Asked) -> Reply {
    let no = |code: &str, text: &str| Reply::Json(200, json!({ "ok": false, "error": { "code": code, "text": text } }));
    if asked.header("x-api-key") != TOKEN {
        return no("AUTH", "who are you?");
    }
    let shown = |contact: &Value| {
        let properties = &contact["properties"];
        let id = contact["id"].as_str().unwrap().parse::<u64>().unwrap();
        json!({ "id": id, "number": properties["phone"], "state": "waiting", "fields": properties["fields"] })
    };
    match asked.line().as_str() {
        "GET /v1/account" => Reply::Json(200, json!({ "ok": true })),
        "GET /v1/campaigns/spring%2026/people" => {
            let all = match asked.query("number") {
                Some(number) => contacts.with_phone(&number),
                None => contacts.all.values().cloned().collect(),
            };
            let (page, size) = (asked.query("page").unwrap().parse::<usize>().unwrap(), 2);
            let people: Vec<Value> = all.iter().skip((page - 1) * size).take(size).map(shown).collect();
            Reply::Json(200, json!({ "ok": true, "people": people, "pages": all.len().div_ceil(size) }))
        }
        "POST /v1/campaigns/spring%2026/people" => {
            let number = asked.body["number"].as_str().unwrap();
            let trouble = contacts.trouble(number);
            if trouble == Some(Trouble::LostBefore) {
                return Reply::Lost;
            }
            if number.ends_with(REFUSED) {
                return no("NUMBER", "this number cannot be dialled");
            }
            if !contacts.with_phone(number).is_empty() {
                return no("DUPLICATE", "this number is in the campaign");
            }
            let created = contacts.create(&json!({ "phone": number, "fields": asked.body["fields"] }));
            if trouble == Some(Trouble::LostAfter) {
                Reply::Lost
            } else {
                Reply::Json(200, json!({ "ok": true, "person": shown(&created) }))
            }
        }
        line => match line.strip_prefix("POST /v1/people/").and_then(|rest| rest.strip_suffix("/remove")) {
            Some(id) if contacts.all.remove(&id.parse().unwrap()).is_some() => Reply::Json(200, json!({ "ok": true })),
            _ => Reply::Json(404, json!({ "ok": false, "error": { "code": "NONE", "text": "nobody there" } })),
        },
    }
}
