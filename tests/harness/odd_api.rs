//! An API with habits that descriptions are wrong about: it says everything with 200, never refuses a duplicate, gives shorter
//! pages than it is asked for, takes no notice of filters, has nothing to say of who is gone.

#![expect(clippy::unwrap_used, reason = "where the harness itself fails, so does its test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::api::{Api, Asked, Reply};
use super::command::TOKEN;

/// What it does otherwise than one might expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// A page has two leads, however many are asked for.
    ShortPages,
    /// Pages beyond the last one answer 404 instead of being empty.
    NoSuchPage,
    /// The first page has the number 0.
    PagesFromZero,
    /// Lists show everybody, whoever is asked for.
    NoFilter,
    /// It refuses to change or delete, with 200.
    Locked,
    /// What it deletes it does not answer, and whoever is gone gets an empty 404.
    SilentDeletions,
    /// Leads are shown in another campaign than they were sent to.
    OtherCampaign,
    /// The answer to a create has an id of its own.
    IdOfRequest,
    /// Whoever is new is answered with 201, and whoever is there with 200 and the id.
    TellsByStatus,
    /// Creates are taken as jobs, which have ids and create nobody.
    Jobs,
    /// A list shows a contact behind each lead, and counts leads alone.
    ShowsContacts,
    /// Who asks for what stands behind the fourth lead is refused, and the total ends there.
    Window,
}

#[derive(Default)]
struct People {
    all: BTreeMap<u64, Value>,
    /// Every number that was ever created, as often as it was.
    created: Vec<String>,
    lost: Vec<String>,
}

/// See the module's documentation.
pub(crate) struct OddApi {
    pub(crate) api: Api,
    people: Arc<Mutex<People>>,
}

impl OddApi {
    /// Answers of creates of the numbers `lost` are lost, after they had their effect.
    pub(crate) fn start(habits: &'static [Habit], lost: &[&str]) -> Self {
        let lost = lost.iter().map(|number| (*number).to_owned()).collect();
        let people = Arc::new(Mutex::new(People { lost, ..People::default() }));
        let shared = Arc::clone(&people);
        let answer = move |asked: &Asked| answer(&mut shared.lock().unwrap(), habits, asked);
        Self { api: Api::start(answer), people }
    }

    /// The numbers of all leads, sorted.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let people = self.people.lock().unwrap();
        let mut numbers: Vec<String> =
            people.all.values().map(|person| person["tel"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        numbers
    }

    /// Every number that was created, deleted or not, sorted.
    pub(crate) fn created(&self) -> Vec<String> {
        let mut created = self.people.lock().unwrap().created.clone();
        created.sort();
        created
    }
}

fn no(status: u16, text: &str) -> Reply {
    Reply::Json(status, json!({ "ok": false, "errors": [{ "text": text }] }))
}

fn answer(people: &mut People, habits: &[Habit], asked: &Asked) -> Reply {
    if asked.header("x-key") != TOKEN {
        return no(200, "who are you?");
    }
    let line = asked.line();
    match line.strip_prefix("GET /me/").or_else(|| line.strip_prefix("GET /lists/7/people/")) {
        Some(_) if line.starts_with("GET /me") => Reply::Json(200, json!({ "ok": true })),
        Some(_) => list(people, habits, asked),
        None if line == "POST /lists/7/people/" => create(people, habits, asked),
        None => edit(people, habits, asked),
    }
}

fn shown(id: u64, person: &Value, habits: &[Habit]) -> Value {
    let list = if habits.contains(&Habit::OtherCampaign) { "Spring" } else { "7" };
    json!({ "ref": { "id": id }, "tel": person["tel"], "state": "new", "list": list, "attrs": person["attrs"] })
}

fn create(people: &mut People, habits: &[Habit], asked: &Asked) -> Reply {
    let id = 900 + people.created.len() as u64;
    let number = asked.body["tel"].as_str().unwrap().to_owned();
    if habits.contains(&Habit::Jobs) {
        return Reply::Json(200, json!({ "ok": true, "result": [{ "kind": "audit" }, { "id": "job-1" }] }));
    }
    let there = people.all.iter().find(|(_, person)| person["tel"] == number.as_str());
    if let Some((id, _)) = there.filter(|_| habits.contains(&Habit::TellsByStatus)) {
        return Reply::Json(200, json!({ "ok": true, "result": [{ "kind": "audit" }, { "id": id }] }));
    }
    people.all.insert(id, asked.body.clone());
    people.created.push(number.clone());
    if people.lost.contains(&number) {
        people.lost.retain(|lost| *lost != number);
        return Reply::Lost;
    }
    let person = shown(id, &asked.body, habits);
    let said = if habits.contains(&Habit::IdOfRequest) { json!(5000 + id) } else { json!(id) };
    let status = if habits.contains(&Habit::TellsByStatus) { 201 } else { 200 };
    Reply::Json(status, json!({ "ok": true, "result": [{ "kind": "audit" }, { "id": said, "person": person }] }))
}

fn list(people: &People, habits: &[Habit], asked: &Asked) -> Reply {
    let number = asked.query("tel").filter(|_| !habits.contains(&Habit::NoFilter));
    let is_meant = |person: &Value| number.as_deref().is_none_or(|number| person["tel"] == number);
    let all: Vec<Value> =
        people.all.iter().filter(|(_, it)| is_meant(it)).map(|(id, it)| shown(*id, it, habits)).collect();
    let asked_for = |name: &str| asked.query(name).and_then(|text| text.parse::<usize>().ok());
    let size = if habits.contains(&Habit::ShortPages) { 2 } else { asked_for("limit").unwrap_or(3) };
    let first = usize::from(!habits.contains(&Habit::PagesFromZero));
    let start = asked_for("offset").or_else(|| Some((asked_for("page")? - first) * size)).unwrap_or(0);
    let part: Vec<&Value> = all.iter().skip(start).take(size).collect();
    if part.is_empty() && start > 0 && habits.contains(&Habit::NoSuchPage) {
        return no(404, "Invalid page.");
    }
    let window = if habits.contains(&Habit::Window) { 4 } else { usize::MAX };
    if start + size > window {
        return no(400, "from + size must be less than or equal to 4");
    }
    let with_contact = |person: &Value| {
        let mut contact = person.clone();
        contact["ref"]["id"] = format!("c{}", person["ref"]["id"]).into();
        contact["tel"] = person["tel"].as_str().unwrap().replace("125", "126").into();
        [person.clone(), contact]
    };
    let part: Vec<Value> = if habits.contains(&Habit::ShowsContacts) {
        part.into_iter().flat_map(with_contact).collect()
    } else {
        part.into_iter().cloned().collect()
    };
    let (count, total, page) = (part.len(), all.len().min(window), asked_for("page"));
    Reply::Json(
        200,
        json!({ "ok": true, "people": part, "count": count, "total": total, "page": page, "pages": total.div_ceil(size) }),
    )
}

fn edit(people: &mut People, habits: &[Habit], asked: &Asked) -> Reply {
    let line = asked.line();
    let id = line.split('/').nth(2).and_then(|id| id.parse::<u64>().ok()).unwrap_or(0);
    match people.all.get_mut(&id) {
        None if habits.contains(&Habit::SilentDeletions) => Reply::Empty(404),
        None => no(404, "nobody there"),
        Some(_) if habits.contains(&Habit::Locked) => no(200, "in a call just now"),
        Some(person) if asked.method == "PUT" => {
            person["attrs"] = asked.body["attrs"].clone();
            Reply::Json(200, json!({ "ok": true }))
        }
        Some(_) => {
            people.all.remove(&id);
            if habits.contains(&Habit::SilentDeletions) { Reply::Lost } else { Reply::Json(200, json!({ "ok": true })) }
        }
    }
}
