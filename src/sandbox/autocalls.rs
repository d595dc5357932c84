//! The Autocalls family's addresses, under `/api`.

mod request;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Response};
use axum::routing::{get, post, put};
use jiff::Timestamp;
use serde_json::json;

use self::request::{Faulty, ListRequest, read_change, read_new_lead};
use super::answer::Answer;
use super::exchange::{Backend, Call, Exchange, RequestKind};
use super::options::{CampaignListShape, DuplicateAnswer, Quirk};
use super::world::{Duplicates, Refusal};
use crate::target::Family;

/// The routes.
pub(super) fn routes() -> Router<Arc<Exchange>> {
    Router::new()
        .route("/api/user/me", get(account))
        .route("/api/user/campaigns", get(campaigns))
        .route("/api/user/assistants/outbound", get(assistants))
        .route("/api/user/lead", post(create))
        .route("/api/user/leads", get(list))
        .route("/api/user/leads/{id}", put(update).delete(delete))
}

async fn account(State(exchange): State<Arc<Exchange>>, headers: HeaderMap) -> Response<Body> {
    let call = Call::new(RequestKind::Account, Family::Autocalls, &headers);
    exchange.serve(call, |backend, _| account_answer(backend)).await
}

async fn campaigns(State(exchange): State<Arc<Exchange>>, headers: HeaderMap) -> Response<Body> {
    let call = Call::new(RequestKind::Campaigns, Family::Autocalls, &headers);
    exchange.serve(call, |backend, _| campaigns_answer(backend)).await
}

async fn assistants(State(exchange): State<Arc<Exchange>>, headers: HeaderMap) -> Response<Body> {
    let call = Call::new(RequestKind::Assistants, Family::Autocalls, &headers);
    exchange.serve(call, |backend, _| assistants_answer(backend)).await
}

async fn create(State(exchange): State<Arc<Exchange>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let call = Call::new(RequestKind::Create, Family::Autocalls, &headers);
    exchange.serve(call, move |backend, now| create_lead(backend, &body, now)).await
}

async fn list(
    State(exchange): State<Arc<Exchange>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response<Body> {
    let call = Call::new(RequestKind::List, Family::Autocalls, &headers);
    exchange.serve(call, move |backend, now| list_leads(backend, &query, now)).await
}

async fn update(
    State(exchange): State<Arc<Exchange>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let call = Call::new(RequestKind::Update, Family::Autocalls, &headers);
    exchange.serve(call, move |backend, now| update_lead(backend, &id, &body, now)).await
}

async fn delete(State(exchange): State<Arc<Exchange>>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    let call = Call::new(RequestKind::Delete, Family::Autocalls, &headers);
    exchange.serve(call, move |backend, _| delete_lead(backend, &id)).await
}

fn account_answer(backend: &Backend) -> Answer {
    let balance = backend.options.balance;
    Answer::json(200, &json!({ "name": "Sandbox", "email": "sandbox@example.com", "total_balance": balance }))
}

fn campaigns_answer(backend: &Backend) -> Answer {
    let describe = |campaign: &super::options::SandboxCampaign| {
        json!({
            "id": campaign.id,
            "name": campaign.name,
            "status": campaign.status,
            "timezone": "Europe/Berlin",
            "allowed_hours_start_time": "09:00",
            "allowed_hours_end_time": "17:00",
        })
    };
    let campaigns: Vec<_> = backend.world.campaigns().map(describe).collect();
    match backend.options.campaign_list {
        CampaignListShape::BareArray => Answer::json(200, &campaigns),
        CampaignListShape::CampaignsObject => Answer::json(200, &json!({ "campaigns": campaigns })),
    }
}

fn assistants_answer(backend: &Backend) -> Answer {
    let names = &backend.options.assistant_variables;
    let with_defaults: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), "".into())).collect();
    // As PHP writes it: an empty object is an empty array.
    let variables = if names.is_empty() { json!([]) } else { with_defaults.into() };
    Answer::json(200, &json!([{ "id": 1, "name": "Sandbox assistant", "variables": variables }]))
}

fn create_lead(backend: &mut Backend, body: &[u8], now: Timestamp) -> Answer {
    let mut new = match read_new_lead(body, &backend.options.quirks) {
        Ok(new) => new,
        Err(faulty) => return invalid(&faulty),
    };
    if backend.options.duplicates == DuplicateAnswer::CreatedAgain {
        new.duplicates = Duplicates::Allowed;
    }
    if backend.options.balance <= 0.0 {
        return message(backend.options.insufficient_balance_status, "Insufficient balance.");
    }
    match backend.world.create(new, now).map(|lead| lead.id) {
        Ok(id) => view::created(backend, id, "Lead created successfully"),
        Err(refusal) => refused(backend, refusal),
    }
}

fn list_leads(backend: &Backend, query: &HashMap<String, String>, now: Timestamp) -> Answer {
    let mut request = match ListRequest::read(query) {
        Ok(request) => request,
        Err(faulty) => return invalid(&faulty),
    };
    request.filter.until = backend.listed_until(now);
    if backend.has(Quirk::ListIgnoresFilter) {
        request.filter.digits = None;
    }
    view::list(backend, &request)
}

fn update_lead(backend: &mut Backend, id: &str, body: &[u8], now: Timestamp) -> Answer {
    let change = match read_change(body, &backend.options.quirks) {
        Ok(change) => change,
        Err(faulty) => return invalid(&faulty),
    };
    let Ok(id) = id.parse() else { return refused(backend, Refusal::LeadNotFound) };
    match backend.world.update(id, change, now).map(|lead| lead.id) {
        Ok(id) => view::updated(backend, id, "Lead updated successfully"),
        Err(refusal) => refused(backend, refusal),
    }
}

fn delete_lead(backend: &mut Backend, id: &str) -> Answer {
    let deleted = id.parse().map_err(|_| Refusal::LeadNotFound).and_then(|id| backend.world.delete(id));
    match deleted {
        Ok(()) => message(200, "Lead deleted successfully"),
        Err(refusal) => refused(backend, refusal),
    }
}

fn refused(backend: &Backend, refusal: Refusal) -> Answer {
    match refusal {
        Refusal::CampaignNotFound => message(404, "Campaign not found"),
        Refusal::LeadNotFound => message(404, "Lead not found"),
        Refusal::Blocked => invalid(&Faulty::one("phone_number", "The phone number is blocked.")),
        Refusal::Taken(existing) => match backend.options.duplicates {
            DuplicateAnswer::Taken422 => {
                let text = "The phone number has already been taken for this campaign.";
                invalid(&Faulty::one("phone_number", text))
            }
            DuplicateAnswer::Conflict409 => message(409, "A lead with this phone number already exists."),
            // Nothing is ever taken where leads are created again.
            DuplicateAnswer::Existing200 | DuplicateAnswer::CreatedAgain => {
                view::created(backend, existing, "Lead already exists")
            }
        },
    }
}

fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({ "message": text }))
}

fn invalid(faulty: &Faulty) -> Answer {
    Answer::json(422, &json!({ "message": faulty.summary(), "errors": faulty.errors() }))
}
