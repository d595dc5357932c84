//! The `PollyBot` family's addresses, under `/api/v1`. Any chatbot that is named exists.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::exchange::{Backend, Call, Exchange, RequestKind};
use super::options::Quirk;
use super::workspace::{Details, Person, PersonChange, PersonFilter, PersonRefusal};
use crate::target::Family;

/// The states that the documentation names.
const STATUSES: [&str; 6] = ["new", "contacted", "qualified", "converted", "lost", "follow_up"];
/// Every lead belongs to it.
const WORKSPACE: &str = "workspace_sandbox";

type Parameters = Query<HashMap<String, String>>;

/// The routes.
pub(super) fn routes() -> Router<Arc<Exchange>> {
    Router::new()
        .route("/api/v1/chatbots/{chatbot}/leads", post(create).get(list))
        .route("/api/v1/chatbots/{chatbot}/leads/{lead}", get(show).put(update).delete(delete))
        .route("/api/v1/leads", post(create_anywhere))
}

fn call(kind: RequestKind, headers: &HeaderMap) -> Call {
    Call::new(kind, Family::Pollybot, headers)
}

async fn create(
    State(exchange): State<Arc<Exchange>>,
    Path(chatbot): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let work = move |backend: &mut Backend, now| create_person(backend, Some(&chatbot), &body, now);
    exchange.serve(call(RequestKind::Create, &headers), work).await
}

async fn create_anywhere(State(exchange): State<Arc<Exchange>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let work = move |backend: &mut Backend, now| create_person(backend, None, &body, now);
    exchange.serve(call(RequestKind::Create, &headers), work).await
}

async fn list(
    State(exchange): State<Arc<Exchange>>,
    Path(chatbot): Path<String>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Response<Body> {
    let work = move |backend: &mut Backend, now| list_people(backend, chatbot, &query, now);
    exchange.serve(call(RequestKind::List, &headers), work).await
}

async fn show(
    State(exchange): State<Arc<Exchange>>,
    Path((_, lead)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let work = move |backend: &mut Backend, _| show_person(backend, &lead);
    exchange.serve(call(RequestKind::Show, &headers), work).await
}

async fn update(
    State(exchange): State<Arc<Exchange>>,
    Path((_, lead)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let work = move |backend: &mut Backend, now| update_person(backend, &lead, &body, now);
    exchange.serve(call(RequestKind::Update, &headers), work).await
}

async fn delete(
    State(exchange): State<Arc<Exchange>>,
    Path((_, lead)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let work = move |backend: &mut Backend, _| delete_person(backend, &lead);
    exchange.serve(call(RequestKind::Delete, &headers), work).await
}

/// A field that was wrong: the first one found, as the documentation shows no more than one.
struct Wrong {
    field: &'static str,
    value: Value,
    message: String,
}

fn create_person(backend: &mut Backend, chatbot: Option<&str>, body: &[u8], now: Timestamp) -> Answer {
    let mut fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let details = match read_details(&mut fields, backend) {
        Ok(details) => details,
        Err(wrong) => return invalid(&wrong),
    };
    if backend.options.balance <= 0.0 {
        let status = backend.options.insufficient_balance_status;
        return Answer::problem(Family::Pollybot, status, "INSUFFICIENT_BALANCE", "Insufficient balance");
    }
    let named = fields.get("chatbotId").and_then(Value::as_str);
    let email = details.email.clone();
    match backend.workspace.create(chatbot.or(named), details, now).map(|person| person.id) {
        Ok(id) => created(backend, id),
        Err(refusal) => refused(backend, refusal, &email),
    }
}

fn list_people(backend: &Backend, chatbot: String, query: &HashMap<String, String>, now: Timestamp) -> Answer {
    let given = |name: &str| query.get(name).filter(|text| !text.is_empty());
    let number = |name: &str, default: usize| given(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (page, limit) = (number("page", 1).max(1), number("limit", 20).clamp(1, 100));
    let search = given("search").map(|text| text.to_lowercase());
    let filter = PersonFilter {
        chatbot: Some(chatbot),
        status: given("status").cloned(),
        source: given("source").cloned(),
        search: search.filter(|_| !backend.has(Quirk::ListIgnoresFilter)),
        until: backend.listed_until(now),
    };
    let (people, total) = backend.workspace.list(&filter, page, limit);
    let leads: Vec<_> = people.into_iter().map(|person| view(backend, person)).collect();
    let pages = total.div_ceil(limit);
    let pagination = json!({
        "page": page, "limit": limit, "total": total, "totalPages": pages,
        "hasNext": page < pages, "hasPrev": page > 1,
    });
    success(200, &json!({ "leads": leads, "pagination": pagination }))
}

fn show_person(backend: &Backend, lead: &str) -> Answer {
    match id_in(lead).and_then(|id| backend.workspace.person(id)) {
        Some(person) => success(200, &view(backend, person)),
        None => refused(backend, PersonRefusal::NotFound, ""),
    }
}

fn update_person(backend: &mut Backend, lead: &str, body: &[u8], now: Timestamp) -> Answer {
    let mut fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let change = match read_change(&mut fields, backend) {
        Ok(change) => change,
        Err(wrong) => return invalid(&wrong),
    };
    let email = change.email.clone().unwrap_or_default();
    let id = id_in(lead).ok_or(PersonRefusal::NotFound);
    match id.and_then(|id| backend.workspace.update(id, change, now).map(|person| person.id)) {
        Ok(id) => show_person(backend, &public_id(id)),
        Err(refusal) => refused(backend, refusal, &email),
    }
}

fn delete_person(backend: &mut Backend, lead: &str) -> Answer {
    let id = id_in(lead).ok_or(PersonRefusal::NotFound);
    match id.and_then(|id| backend.workspace.delete(id)) {
        Ok(()) => Answer::json(200, &json!({ "success": true, "message": "Lead deleted successfully" })),
        Err(refusal) => refused(backend, refusal, ""),
    }
}

fn read_details(fields: &mut Map<String, Value>, backend: &Backend) -> Result<Details, Wrong> {
    let name = text(fields, "name")?.ok_or_else(|| missing("name"))?;
    let email = email(fields)?.ok_or_else(|| missing("email"))?;
    let metadata = metadata(fields, backend).unwrap_or_else(|| Value::Object(Map::new()));
    Ok(Details {
        name,
        email,
        phone: phone(fields)?,
        source: text(fields, "source")?,
        status: status(fields)?.unwrap_or_else(|| "new".to_owned()),
        metadata: serde_json::value::to_raw_value(&metadata).unwrap_or_default(),
    })
}

fn read_change(fields: &mut Map<String, Value>, backend: &Backend) -> Result<PersonChange, Wrong> {
    let metadata = match metadata(fields, backend) {
        None => None,
        Some(Value::Object(metadata)) => Some(metadata),
        Some(other) => return Err(wrong("metadata", other, "Metadata must be an object")),
    };
    let (name, source) = (text(fields, "name")?, text(fields, "source")?);
    Ok(PersonChange { name, email: email(fields)?, phone: phone(fields)?, source, status: status(fields)?, metadata })
}

/// Text that is there and not empty.
fn text(fields: &Map<String, Value>, field: &'static str) -> Result<Option<String>, Wrong> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(wrong(field, other.clone(), &format!("Field {field} must be a string"))),
    }
}

fn email(fields: &Map<String, Value>) -> Result<Option<String>, Wrong> {
    let Some(email) = text(fields, "email")? else { return Ok(None) };
    let parts = email.trim().split_once('@');
    let shaped = parts.is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'));
    if shaped && !email.trim().contains(char::is_whitespace) {
        return Ok(Some(email));
    }
    Err(wrong("email", Value::from(email), "Invalid email format"))
}

/// Free text, but for the ending 0199, which is refused on both sides of the sandbox.
fn phone(fields: &Map<String, Value>) -> Result<Option<String>, Wrong> {
    let Some(phone) = text(fields, "phone")? else { return Ok(None) };
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.ends_with("0199") {
        return Err(wrong("phone", Value::from(phone), "The phone number is blocked."));
    }
    Ok(Some(phone))
}

fn status(fields: &Map<String, Value>) -> Result<Option<String>, Wrong> {
    match text(fields, "status")? {
        Some(status) if !STATUSES.contains(&status.as_str()) => {
            Err(wrong("status", Value::from(status), &format!("Status must be one of {}", STATUSES.join(", "))))
        }
        status => Ok(status),
    }
}

fn metadata(fields: &mut Map<String, Value>, backend: &Backend) -> Option<Value> {
    let metadata = fields.remove("metadata").filter(|metadata| !metadata.is_null())?;
    if backend.has(Quirk::DropVariables) { None } else { Some(metadata) }
}

fn missing(field: &'static str) -> Wrong {
    wrong(field, Value::Null, &format!("Field {field} is required"))
}

fn wrong(field: &'static str, value: Value, message: &str) -> Wrong {
    Wrong { field, value, message: message.to_owned() }
}

fn invalid(wrong: &Wrong) -> Answer {
    let details = json!({ "field": wrong.field, "value": wrong.value, "message": wrong.message });
    let error = "Validation failed";
    Answer::json(400, &json!({ "success": false, "error": error, "code": "VALIDATION_ERROR", "details": details }))
}

fn refused(backend: &Backend, refusal: PersonRefusal, email: &str) -> Answer {
    match refusal {
        PersonRefusal::NotFound => Answer::problem(Family::Pollybot, 404, "NOT_FOUND", "Lead not found"),
        PersonRefusal::Taken(existing) => {
            let message = "A lead with this email already exists in the workspace";
            let details = json!({ "email": email, "existingLeadId": public_id(existing), "message": message });
            let body = json!({
                "success": false, "error": "Duplicate email", "code": "DUPLICATE_EMAIL", "details": details,
            });
            Answer::json(backend.options.duplicate_email_status, &body)
        }
    }
}

fn created(backend: &Backend, id: u64) -> Answer {
    let data = match backend.workspace.person(id) {
        Some(person) if !backend.has(Quirk::EchoOnlyId) => view(backend, person),
        _ => json!({ "id": public_id(id) }),
    };
    if backend.has(Quirk::WrappedInArray) {
        return Answer::json(201, &json!([{ "success": true, "data": data }]));
    }
    success(201, &data)
}

fn success(status: u16, data: &Value) -> Answer {
    Answer::json(status, &json!({ "success": true, "data": data }))
}

fn view(backend: &Backend, person: &Person) -> Value {
    let details = &person.details;
    let bare = backend.has(Quirk::NumbersWithoutPlus);
    let phone = details.phone.as_deref().map(|phone| if bare { phone.trim_start_matches('+') } else { phone });
    json!({
        "id": public_id(person.id),
        "name": details.name,
        "email": details.email,
        "phone": phone,
        "source": details.source,
        "status": details.status,
        "metadata": details.metadata,
        "chatbotId": person.chatbot,
        "workspaceId": WORKSPACE,
        "createdAt": time(person.created),
        "updatedAt": time(person.updated),
    })
}

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Ids as the family writes them.
pub(super) fn public_id(id: u64) -> String {
    format!("lead_{id:08}")
}

pub(super) fn id_in(public: &str) -> Option<u64> {
    public.strip_prefix("lead_")?.parse().ok()
}
