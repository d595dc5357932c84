//! Reads requests as a Laravel application validates them: all faults at once, unknown fields ignored without a word.

use std::collections::HashMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::sandbox::options::Quirk;
use crate::sandbox::world::{Change, DateRange, Duplicates, Filter, NewLead, Number, PartialNumber, raw};

/// The most secondary contacts of one lead.
const MOST_SECONDARIES: usize = 10;

/// Every field that was wrong, with what was wrong about it.
#[derive(Debug, Default)]
pub(super) struct Faulty(Map<String, Value>);

impl Faulty {
    /// One field with one fault.
    pub(super) fn one(field: &str, text: &str) -> Self {
        let mut faulty = Self::default();
        faulty.add(field, text);
        faulty
    }

    /// `{"field": ["text", …]}`.
    pub(super) fn errors(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The first text, and how many more there are.
    pub(super) fn summary(&self) -> String {
        let texts: Vec<&str> =
            self.0.values().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
        match texts.as_slice() {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [first, _] => format!("{first} (and 1 more error)"),
            [first, more @ ..] => format!("{first} (and {} more errors)", more.len()),
        }
    }

    fn add(&mut self, field: &str, text: impl Into<String>) {
        let texts = self.0.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(texts) = texts {
            texts.push(Value::String(text.into()));
        }
    }

    fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// The lead that a create asks for.
pub(super) fn read_new_lead(body: &[u8], quirks: &[Quirk]) -> Result<NewLead, Faulty> {
    let mut form = Form::read(body, quirks);
    let number = form.required("phone_number").and_then(|value| form.number("phone_number", &value));
    let campaign = form.required("campaign_id").and_then(|value| form.integer("campaign_id", &value));
    let variables = form.variables("variables");
    let duplicates = form.duplicates();
    let secondaries = form.secondaries();
    let (Some(number), Some(campaign)) = (number, campaign) else { return Err(form.faulty) };
    form.faulty.or(NewLead { campaign, number, variables: raw(&variables), secondaries, duplicates })
}

/// The change that an update asks for.
pub(super) fn read_change(body: &[u8], quirks: &[Quirk]) -> Result<Change, Faulty> {
    let mut form = Form::read(body, quirks);
    let number = form.optional("phone_number").and_then(|value| form.number("phone_number", &value));
    let campaign = form.optional("campaign_id").and_then(|value| form.integer("campaign_id", &value));
    let status = form.optional("status").and_then(|value| form.text("status", value));
    let variables = form.fields.contains_key("variables").then(|| form.variables("variables"));
    form.faulty.or(Change { campaign, number, status, variables })
}

/// A list that was asked for.
#[derive(Debug)]
pub(super) struct ListRequest {
    pub(super) filter: Filter,
    pub(super) page: usize,
    pub(super) per_page: usize,
    /// The filters as they were given, for the addresses of the other pages.
    pub(super) query: String,
}

impl ListRequest {
    pub(super) fn read(query: &HashMap<String, String>) -> Result<Self, Faulty> {
        let mut faulty = Faulty::default();
        let given = |name: &str| query.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let mut number = |name: &str, label: &str| {
            let text = given(name)?;
            let parsed = text.parse::<u64>().ok();
            if parsed.is_none() {
                faulty.add(name, format!("The {label} field must be an integer."));
            }
            parsed
        };
        let campaign = number("campaign_id", "campaign id");
        let page = number("page", "page").unwrap_or(1).max(1);
        let per_page = number("per_page", "per page").unwrap_or(15);
        match per_page {
            0 => faulty.add("per_page", "The per page field must be at least 1."),
            1..=100 => {}
            _ => faulty.add("per_page", "The per page field must not be greater than 100."),
        }
        let filter = Filter {
            campaign,
            digits: given("phone_number").map(PartialNumber::of),
            status: given("status").map(str::to_owned),
            until: None,
            created: DateRange { from: given("date_from").map(str::to_owned), to: given("date_to").map(str::to_owned) },
        };
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        faulty.or(Self { filter, page: size(page), per_page: size(per_page), query: filters_of(query) })
    }
}

/// The filters again as a query, in a fixed order; each ends with `&`.
fn filters_of(query: &HashMap<String, String>) -> String {
    let names = ["campaign_id", "phone_number", "status", "date_from", "date_to", "per_page"];
    let mut text = String::new();
    for (name, value) in names.iter().filter_map(|name| Some((name, query.get(*name)?))) {
        text.push_str(name);
        text.push('=');
        value.bytes().for_each(|byte| push_encoded(&mut text, byte));
        text.push('&');
    }
    text
}

/// What RFC 3986 calls unreserved stays itself.
fn push_encoded(text: &mut String, byte: u8) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        text.push(char::from(byte));
    } else {
        text.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

/// The fields of a request's body, and what was wrong so far.
struct Form<'a> {
    fields: Map<String, Value>,
    quirks: &'a [Quirk],
    faulty: Faulty,
}

impl<'a> Form<'a> {
    /// A body that is no JSON object has no fields: Laravel does not complain about that as such.
    fn read(body: &[u8], quirks: &'a [Quirk]) -> Self {
        let fields = serde_json::from_slice(body).unwrap_or_default();
        Self { fields, quirks, faulty: Faulty::default() }
    }

    /// The field's value; null and empty text count as absent.
    fn optional(&mut self, name: &str) -> Option<Value> {
        let value = self.fields.get_mut(name).map(Value::take)?;
        let empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if empty { None } else { Some(value) }
    }

    fn required(&mut self, name: &str) -> Option<Value> {
        let value = self.optional(name);
        if value.is_none() {
            self.faulty.add(name, format!("The {} field is required.", label(name)));
        }
        value
    }

    fn number(&mut self, name: &str, value: &Value) -> Option<Number> {
        let Some(text) = value.as_str() else {
            self.faulty.add(name, format!("The {} field must be a string.", label(name)));
            return None;
        };
        let number = Number::parse(text.trim());
        if number.is_none() {
            self.faulty.add(name, format!("The {} field format is invalid.", label(name)));
        }
        number
    }

    /// Numbers as text pass too, as PHP has it.
    fn integer(&mut self, name: &str, value: &Value) -> Option<u64> {
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        if number.is_none() {
            self.faulty.add(name, format!("The {} field must be an integer.", label(name)));
        }
        number
    }

    fn text(&mut self, name: &str, value: Value) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text);
        }
        self.faulty.add(name, format!("The {} field must be a string.", label(name)));
        None
    }

    fn variables(&mut self, name: &str) -> Map<String, Value> {
        let value = self.fields.get_mut(name).map_or(Value::Null, Value::take);
        self.object(name, value)
    }

    /// An object, or what PHP cannot tell from an empty one; as the platform keeps it.
    fn object(&mut self, name: &str, value: Value) -> Map<String, Value> {
        let mut variables = match value {
            Value::Object(variables) => variables,
            Value::Null => Map::new(),
            Value::Array(items) if items.is_empty() => Map::new(),
            _ => {
                self.faulty.add(name, format!("The {} field must be an array.", label(name)));
                Map::new()
            }
        };
        if self.quirks.contains(&Quirk::DropVariables) {
            variables.clear();
        }
        if self.quirks.contains(&Quirk::TrimsStrings) {
            variables.values_mut().for_each(trim_strings);
        }
        variables
    }

    fn duplicates(&mut self) -> Duplicates {
        match self.fields.get("allow_dupplicate") {
            None | Some(Value::Null | Value::Bool(false)) => Duplicates::Forbidden,
            Some(Value::Bool(true)) => Duplicates::Allowed,
            Some(value) if *value == 0 || *value == "0" => Duplicates::Forbidden,
            Some(value) if *value == 1 || *value == "1" => Duplicates::Allowed,
            Some(_) => {
                self.faulty.add("allow_dupplicate", "The allow dupplicate field must be true or false.");
                Duplicates::Forbidden
            }
        }
    }

    fn secondaries(&mut self) -> Vec<(Number, Box<RawValue>)> {
        let contacts = match self.optional("secondary_contacts") {
            None => return Vec::new(),
            Some(Value::Array(contacts)) => contacts,
            Some(_) => {
                self.faulty.add("secondary_contacts", "The secondary contacts field must be an array.");
                return Vec::new();
            }
        };
        if contacts.len() > MOST_SECONDARIES {
            let text = format!("The secondary contacts field must not have more than {MOST_SECONDARIES} items.");
            self.faulty.add("secondary_contacts", text);
        }
        contacts.into_iter().enumerate().filter_map(|(index, contact)| self.secondary(index, contact)).collect()
    }

    fn secondary(&mut self, index: usize, contact: Value) -> Option<(Number, Box<RawValue>)> {
        let name = format!("secondary_contacts.{index}.phone_number");
        let mut contact = if let Value::Object(contact) = contact { contact } else { Map::new() };
        let number = match contact.get("phone_number") {
            None | Some(Value::Null) => {
                self.faulty.add(&name, format!("The {name} field is required."));
                None
            }
            Some(value) => self.number(&name, &value.clone()),
        };
        let variables = contact.remove("variables").unwrap_or_default();
        let variables = self.object(&format!("secondary_contacts.{index}.variables"), variables);
        number.map(|number| (number, raw(&variables)))
    }
}

/// The name of a field as Laravel writes it in sentences; nested ones keep theirs.
fn label(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { name.replace('_', " ") }
}

fn trim_strings(value: &mut Value) {
    match value {
        Value::String(text) if text.trim().is_empty() => *value = Value::Null,
        Value::String(text) => *text = text.trim().to_owned(),
        Value::Array(items) => items.iter_mut().for_each(trim_strings),
        Value::Object(fields) => fields.values_mut().for_each(trim_strings),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(body: &str) -> Vec<String> {
        let faulty = read_new_lead(body.as_bytes(), &[]).unwrap_err();
        faulty.errors().iter().map(|(field, texts)| format!("{field}: {}", texts[0].as_str().unwrap())).collect()
    }

    #[test]
    fn a_body_that_is_no_json_misses_its_required_fields() {
        for body in ["", "nonsense", "[]", "{}", r#"{"phone_number":"","campaign_id":null}"#] {
            let faults = [
                "phone_number: The phone number field is required.",
                "campaign_id: The campaign id field is required.",
            ];
            assert_eq!(faults_of(body), faults, "{body}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_and_the_message_counts_them() {
        let body = r#"{"phone_number":"030 23125","campaign_id":"x","variables":"y","allow_dupplicate":"maybe",
            "secondary_contacts":[{"phone_number":"+493023125001"},{},{"phone_number":12,"variables":[1]}]}"#;
        assert_eq!(
            faults_of(body),
            [
                "phone_number: The phone number field format is invalid.",
                "campaign_id: The campaign id field must be an integer.",
                "variables: The variables field must be an array.",
                "allow_dupplicate: The allow dupplicate field must be true or false.",
                "secondary_contacts.1.phone_number: The secondary_contacts.1.phone_number field is required.",
                "secondary_contacts.2.phone_number: The secondary_contacts.2.phone_number field must be a string.",
                "secondary_contacts.2.variables: The secondary_contacts.2.variables field must be an array.",
            ]
        );
        let summary = read_new_lead(body.as_bytes(), &[]).unwrap_err().summary();
        assert_eq!(summary, "The phone number field format is invalid. (and 6 more errors)");
    }

    #[test]
    fn eleven_secondary_contacts_are_one_too_many() {
        let contacts = |count| vec![r#"{"phone_number":"+493023125002"}"#; count].join(",");
        let body = |count| {
            format!(r#"{{"phone_number":"+493023125001","campaign_id":7,"secondary_contacts":[{}]}}"#, contacts(count))
        };
        assert_eq!(read_new_lead(body(10).as_bytes(), &[]).unwrap().secondaries.len(), 10);
        let text = "secondary_contacts: The secondary contacts field must not have more than 10 items.";
        assert_eq!(faults_of(&body(11)), [text]);
    }

    #[test]
    fn the_filters_of_a_list_are_repeated_as_a_query_that_survives_the_way() {
        let query = [("phone_number", "+49 ü"), ("campaign_id", "7"), ("page", "2")];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = ListRequest::read(&HashMap::from(query)).unwrap();
        assert_eq!(request.query, "campaign_id=7&phone_number=%2B49%20%C3%BC&");
    }

    #[test]
    fn a_campaign_id_may_be_text_and_unknown_fields_are_ignored() {
        let new = read_new_lead(br#"{"phone_number":"+493023125001","campaign_id":"7","variablez":1}"#, &[]).unwrap();
        assert_eq!((new.campaign, new.variables.get()), (7, "{}"));
    }

    #[test]
    fn quirks_change_the_variables_that_are_kept() {
        let body = br#"{"phone_number":"+493023125001","campaign_id":7,"variables":{"a":" x ","b":" ","c":[" y"]}}"#;
        let kept = |quirks: &[Quirk]| read_new_lead(body, quirks).unwrap().variables.get().to_owned();
        assert_eq!(kept(&[]), r#"{"a":" x ","b":" ","c":[" y"]}"#);
        assert_eq!(kept(&[Quirk::TrimsStrings]), r#"{"a":"x","b":null,"c":["y"]}"#);
        assert_eq!(kept(&[Quirk::DropVariables]), "{}");
    }
}
