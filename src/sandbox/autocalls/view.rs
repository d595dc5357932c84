//! Leads as the Autocalls family shows them, in the shapes and with the quirks that versions of it have.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::request::ListRequest;
use crate::sandbox::answer::Answer;
use crate::sandbox::exchange::Backend;
use crate::sandbox::options::{LeadListShape, Quirk};
use crate::sandbox::world::{Filter, Lead, Number, Secondary};

/// Where lists say that they are.
const LIST_PATH: &str = "/api/user/leads";

#[derive(Serialize)]
struct LeadView<'a> {
    id: Value,
    campaign_id: u64,
    phone_number: String,
    variables: &'a RawValue,
    status: &'a str,
    created_at: String,
    updated_at: String,
    campaign: CampaignView<'a>,
    secondary_contacts: Vec<SecondaryView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<Value>,
}

#[derive(Serialize)]
struct CampaignView<'a> {
    id: u64,
    name: &'a str,
}

#[derive(Serialize)]
struct SecondaryView<'a> {
    id: Value,
    phone_number: String,
    variables: &'a RawValue,
    status: &'a str,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    message: &'a str,
    data: T,
}

/// The answer to a create: the lead with this id.
pub(super) fn created(backend: &Backend, id: u64, message: &str) -> Answer {
    let Some(lead) = backend.world.lead(id) else { return Answer::json(404, &json!({ "message": "Lead not found" })) };
    if backend.has(Quirk::EchoOnlyId) {
        return wrapped(backend, &Envelope { message, data: json!({ "id": id_of(backend, id) }) });
    }
    wrapped(backend, &Envelope { message, data: view_of(backend, lead) })
}

/// The answer to an update.
pub(super) fn updated(backend: &Backend, id: u64, message: &str) -> Answer {
    let Some(lead) = backend.world.lead(id) else { return Answer::json(404, &json!({ "message": "Lead not found" })) };
    Answer::json(200, &Envelope { message, data: view_of(backend, lead) })
}

/// The answer to a list.
pub(super) fn list(backend: &Backend, request: &ListRequest) -> Answer {
    if backend.has(Quirk::ListsSecondaries) || backend.has(Quirk::ListsMarkedSecondaries) {
        return shaped(backend, &with_secondaries(backend, request), request);
    }
    let page = backend.world.list(&request.filter, request.page, request.per_page);
    let leads = page.leads.iter().map(|lead| view_of(backend, lead)).collect();
    shaped(backend, &Listed { leads, total: page.total }, request)
}

/// What a list shows of a page, and how much there is on all pages.
struct Listed<'a> {
    leads: Vec<LeadView<'a>>,
    total: usize,
}

/// The same page of a list in which every contact is an entry.
fn with_secondaries<'a>(backend: &'a Backend, request: &ListRequest) -> Listed<'a> {
    let (filter, digits) = (Filter { digits: None, ..request.filter.clone() }, request.filter.digits);
    let passes = |number: Number| digits.is_none_or(|digits| digits.is_in(number));
    let mut all = Vec::new();
    for lead in backend.world.list(&filter, 1, usize::MAX).leads {
        all.extend(passes(lead.number).then(|| view_of(backend, lead)));
        let contacts = lead.secondaries.iter().filter(|contact| passes(contact.number));
        all.extend(contacts.map(|contact| as_lead(backend, lead, contact)));
    }
    let total = all.len();
    let skipped = (request.page - 1).saturating_mul(request.per_page);
    Listed { leads: all.into_iter().skip(skipped).take(request.per_page).collect(), total }
}

/// A secondary contact as if it were a lead.
fn as_lead<'a>(backend: &'a Backend, lead: &'a Lead, contact: &'a Secondary) -> LeadView<'a> {
    LeadView {
        id: id_of(backend, contact.id),
        phone_number: number_of(backend, contact.number),
        variables: &contact.variables,
        secondary_contacts: Vec::new(),
        parent_id: backend.has(Quirk::ListsMarkedSecondaries).then(|| id_of(backend, lead.id)),
        ..view_of(backend, lead)
    }
}

fn shaped(backend: &Backend, listed: &Listed<'_>, request: &ListRequest) -> Answer {
    let leads = &listed.leads;
    match backend.options.lead_list {
        LeadListShape::Page => Answer::json(200, &laravel_page(leads, listed.total, request)),
        LeadListShape::LeadsObject => Answer::json(200, &json!({ "leads": leads })),
        LeadListShape::BareArray => Answer::json(200, leads),
    }
}

fn wrapped(backend: &Backend, answer: &impl Serialize) -> Answer {
    if backend.has(Quirk::WrappedInArray) { Answer::json(200, &[answer]) } else { Answer::json(200, answer) }
}

fn view_of<'a>(backend: &'a Backend, lead: &'a Lead) -> LeadView<'a> {
    let name = backend.world.campaign(lead.campaign).map_or("", |campaign| campaign.name.as_str());
    LeadView {
        id: id_of(backend, lead.id),
        campaign_id: lead.campaign,
        phone_number: number_of(backend, lead.number),
        variables: &lead.variables,
        status: &lead.status,
        created_at: time_of(backend, lead.created),
        updated_at: time_of(backend, lead.updated),
        campaign: CampaignView { id: lead.campaign, name },
        secondary_contacts: lead.secondaries.iter().map(|contact| secondary_of(backend, lead, contact)).collect(),
        parent_id: None,
    }
}

fn secondary_of<'a>(backend: &Backend, lead: &Lead, contact: &'a Secondary) -> SecondaryView<'a> {
    SecondaryView {
        id: id_of(backend, contact.id),
        phone_number: number_of(backend, contact.number),
        variables: &contact.variables,
        status: "created",
        created_at: time_of(backend, lead.created),
        updated_at: time_of(backend, lead.updated),
    }
}

fn id_of(backend: &Backend, id: u64) -> Value {
    if backend.has(Quirk::TextIds) { Value::from(id.to_string()) } else { Value::from(id) }
}

fn number_of(backend: &Backend, number: Number) -> String {
    if backend.has(Quirk::NumbersWithoutPlus) { number.digits().to_string() } else { number.to_string() }
}

fn time_of(backend: &Backend, time: Timestamp) -> String {
    let format = if backend.has(Quirk::IsoTimestamps) { "%Y-%m-%dT%H:%M:%S.%6fZ" } else { "%Y-%m-%d %H:%M:%S" };
    time.strftime(format).to_string()
}

fn laravel_page(leads: &[LeadView<'_>], total: usize, request: &ListRequest) -> Value {
    let last = total.div_ceil(request.per_page).max(1);
    let address = |number: usize| format!("{LIST_PATH}?{}page={number}", request.query);
    let neighbour = |exists: bool, number: usize| exists.then(|| address(number));
    let first = (request.page - 1).saturating_mul(request.per_page) + 1;
    let range = (!leads.is_empty()).then_some((first, first + leads.len().saturating_sub(1)));
    json!({
        "current_page": request.page,
        "data": leads,
        "first_page_url": address(1),
        "from": range.map(|(from, _)| from),
        "last_page": last,
        "last_page_url": address(last),
        "next_page_url": neighbour(request.page < last, request.page.saturating_add(1)),
        "path": LIST_PATH,
        "per_page": request.per_page,
        "prev_page_url": neighbour(request.page > 1, request.page - 1),
        "to": range.map(|(_, to)| to),
        "total": total,
    })
}
