//! What is taken out of a line. Pure.
//!
//! Of the person's own lines only what is listed here stays, so that nothing slips through which another version wrote.
//! In the lines of others the number is taken out of the secondary contacts, with the id that belongs to it, and every text
//! that names it.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use memchr::memmem;
use serde_json::{Map, Value};

use super::written;
use crate::lead::{Identity, LeadKey};
use crate::results::{FORGOTTEN, raw_key};

/// What stands in the place of a text that was taken out.
pub(super) const TAKEN_OUT: &str = "taken out by leadload forget";

/// The code of a reason whose words name rows and nobody; each import writes it anew.
const NAMES_ROWS_ONLY: &str = "same_lead";

/// What stays of the person's own lines, besides numbers and yes or no: what happened, and nothing that says to whom.
const STAYS: [&str; 17] = [
    "type",
    "key",
    "run",
    "target",
    "request",
    "group",
    "secondaries",
    "contacts",
    "source",
    "rows",
    "at",
    "status",
    "settled_by",
    "id",
    "secondary_ids",
    "reason",
    "forgotten",
];

/// Where in other lines no text of a person can stand: what is taken out there is lost for good.
const NO_TEXTS: [&str; 14] = [
    "type",
    "key",
    "run",
    "tool",
    "target",
    "phone",
    "email",
    "request",
    "group",
    "contacts",
    "source",
    "at",
    "id",
    "secondary_ids",
];

/// Takes a person out of the lines of a file, which it must be given in their order.
pub(super) struct TakeOut {
    written: String,
    keys: HashSet<LeadKey>,
    /// What names the person, in a line.
    sign: memmem::Finder<'static>,
    at: Timestamp,
    /// Of leads whose secondary contact it is: at which place, of how many.
    contacts: HashMap<String, (usize, usize)>,
    pub(super) done: Done,
}

/// What was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Done {
    /// Lines that read otherwise now.
    pub lines: u64,
    /// Numbers or addresses.
    pub numbers: u64,
    /// Texts: of repairs, and of reasons.
    pub texts: u64,
}

impl TakeOut {
    pub(super) fn new(person: &Identity, keys: HashSet<LeadKey>, at: Timestamp) -> Self {
        let written = written(person);
        // Platforms write numbers without the plus.
        let bare = written.trim_start_matches('+').to_owned();
        let sign = memmem::Finder::new(bare.as_bytes()).into_owned();
        Self { written: bare, keys, sign, at, contacts: HashMap::new(), done: Done::default() }
    }

    /// How the line reads without the person; `None` where it is as before.
    ///
    /// # Errors
    /// It is not JSON.
    pub(super) fn changed(&mut self, text: &str) -> serde_json::Result<Option<String>> {
        if !self.may_concern(text) {
            return Ok(None);
        }
        let mut line: Map<String, Value> = serde_json::from_str(text)?;
        let before = self.done;
        if self.is_own(&line) {
            self.take_out_of_own(&mut line);
        } else {
            self.take_out_of_other(&mut line);
        }
        if self.done == before {
            return Ok(None);
        }
        self.done.lines += 1;
        line.insert(FORGOTTEN.to_owned(), format!("{:.6}", self.at).into());
        serde_json::to_string(&line).map(Some)
    }

    fn may_concern(&self, text: &str) -> bool {
        let has_sign = |text: &str| self.sign.find(text.as_bytes()).is_some();
        // Lines that have the ids of such contacts name nobody.
        raw_key(text.as_bytes()).is_some_and(|key| self.keys.contains(&key))
            || has_sign(text)
            || (self.written.contains('@') && has_sign(&text.to_lowercase()))
            || (!self.contacts.is_empty() && text.contains("\"secondary_ids\""))
    }

    /// By its key; a line without one by whom it names.
    fn is_own(&self, line: &Map<String, Value>) -> bool {
        let Some(key) = line.get("key").and_then(Value::as_str) else { return self.is_named_in(line) };
        let key = u128::from_str_radix(key, 16).ok();
        key.is_some_and(|key| self.keys.contains(&LeadKey::from_bits(key)))
    }

    fn is_named_in(&self, line: &Map<String, Value>) -> bool {
        let named = ["phone", "email"].into_iter().filter_map(|name| line.get(name)?.as_str());
        named.into_iter().any(|named| named.trim_start_matches('+').eq_ignore_ascii_case(&self.written))
    }

    fn take_out_of_own(&mut self, line: &mut Map<String, Value>) {
        let done = &mut self.done;
        line.retain(|name, value| {
            let stays = STAYS.contains(&name.as_str()) || matches!(value, Value::Number(_) | Value::Bool(_));
            match name.as_str() {
                "phone" | "email" => done.numbers += 1,
                _ => done.texts += u64::from(!stays),
            }
            stays
        });
        let reason = line.get_mut("reason").and_then(Value::as_object_mut);
        let is_ours = |code: &Value| code == FORGOTTEN || code == NAMES_ROWS_ONLY;
        if let Some(reason) = reason.filter(|reason| !reason.get("code").is_some_and(is_ours)) {
            done.texts += u64::from(reason.get("message").is_some_and(|message| message != TAKEN_OUT));
            reason.retain(|name, _| name == "code" || name == "field");
            reason.insert("message".to_owned(), TAKEN_OUT.into());
        }
    }

    fn take_out_of_other(&mut self, line: &mut Map<String, Value>) {
        self.take_out_of_contacts(line);
        for (name, value) in line.iter_mut() {
            if !NO_TEXTS.contains(&name.as_str()) {
                self.take_out_of_texts(value);
            }
        }
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        line.retain(|name, value| !(name == "secondaries" || name == "repairs") || !is_empty(value));
    }

    /// A contact's id stands at the place of its number.
    fn take_out_of_contacts(&mut self, line: &mut Map<String, Value>) {
        let key = line.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(numbers) = line.get_mut("secondaries").and_then(Value::as_array_mut) {
            let number = format!("+{}", self.written);
            self.contacts.remove(&key);
            if let Some(place) = numbers.iter().position(|other| *other == number) {
                self.contacts.insert(key, (place, numbers.len()));
                numbers.remove(place);
                self.done.numbers += 1;
            }
        } else if let Some((place, length)) = self.contacts.get(&key)
            && let Some(ids) = line.get_mut("secondary_ids").and_then(Value::as_array_mut)
            && ids.len() == *length
        {
            ids.remove(*place);
            self.done.numbers += 1;
        }
    }

    fn take_out_of_texts(&mut self, value: &mut Value) {
        match value {
            Value::String(text) if names(text, &self.written) => {
                TAKEN_OUT.clone_into(text);
                self.done.texts += 1;
            }
            Value::Array(values) => {
                let before = values.len();
                values.retain(|value| !value.as_str().is_some_and(|text| names(text, &self.written)));
                self.done.texts += (before - values.len()) as u64;
                for value in values {
                    self.take_out_of_texts(value);
                }
            }
            Value::Object(values) => {
                for value in values.values_mut() {
                    self.take_out_of_texts(value);
                }
            }
            _ => {}
        }
    }
}

/// Whether `text` names the number or the address: not a longer one that it is a part of.
fn names(text: &str, wanted: &str) -> bool {
    let text = text.to_lowercase();
    let is_part = |c: char| c.is_ascii_digit();
    let found = text.match_indices(wanted).map(|(at, _)| (&text[..at], &text[at + wanted.len()..]));
    found.into_iter().any(|(before, after)| {
        let is_address = wanted.contains('@');
        is_address || !(before.ends_with(is_part) || after.starts_with(is_part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Phone;
    use crate::target::Target;

    const NUMBER: &str = "+493023125001";
    const TARGET: &str = "autocalls sandbox campaign 7";

    fn person() -> Identity {
        Identity::Phone(Phone::from_e164(NUMBER).unwrap())
    }

    fn own_key() -> LeadKey {
        LeadKey::new(&Target::parse(TARGET).unwrap(), &person())
    }

    fn take_out() -> TakeOut {
        TakeOut::new(&person(), [own_key()].into(), "2026-11-21T10:00:00Z".parse().unwrap())
    }

    fn changed(take_out: &mut TakeOut, line: &str) -> String {
        take_out.changed(line).unwrap().unwrap()
    }

    #[test]
    fn of_the_persons_own_line_only_what_happened_stays() {
        let key = own_key();
        let line = format!(
            r#"{{"n":3,"d":2,"type":"lead","key":"{key}","status":"created","id":"1001","secondary_ids":["5"],"target":"{TARGET}","phone":"{NUMBER}","source":{{"file":"leads.csv","row":2,"line":2}},"rows":[2],"repairs":["Tel: \"030 23125001 Ada\" read as {NUMBER}"],"reason":{{"code":"already_there","message":"Ada is there","field":"phone"}},"name_of_a_later_version":"Ada","latency_ms":12,"http":200,"attempts":1,"request":"f50670a2dc155992","at":"2026-11-21T02:47:58.502076Z","run":"r"}}"#
        );
        let out = changed(&mut take_out(), &line);
        assert!(!out.contains("23125001") && !out.contains("Ada"), "{out}");
        let rest = format!(
            r#"{{"n":3,"d":2,"type":"lead","key":"{key}","status":"created","id":"1001","secondary_ids":["5"],"target":"{TARGET}","source":{{"file":"leads.csv","row":2,"line":2}},"rows":[2],"reason":{{"code":"already_there","field":"phone","message":"{TAKEN_OUT}"}},"latency_ms":12,"http":200,"attempts":1,"request":"f50670a2dc155992","at":"2026-11-21T02:47:58.502076Z","run":"r","forgotten":"2026-11-21T10:00:00.000000Z"}}"#
        );
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), serde_json::from_str::<Value>(&rest).unwrap());
        assert_eq!(take_out().changed(&out).unwrap(), None, "a second time nothing is left to be taken out");
    }

    #[test]
    fn in_a_lead_of_somebody_else_the_contact_goes_with_its_id_and_the_others_stay_paired() {
        let mut take_out = take_out();
        let sending = r#"{"n":2,"d":1,"type":"sending","key":"00","phone":"+493023125009","secondaries":["+493023125002","+493023125001","+493023125003"]}"#;
        let lead = r#"{"n":3,"d":2,"type":"lead","key":"00","status":"created","secondary_ids":["2","1","3"],"phone":"+493023125009"}"#;
        let sending: Value = serde_json::from_str(&changed(&mut take_out, sending)).unwrap();
        let lead: Value = serde_json::from_str(&changed(&mut take_out, lead)).unwrap();
        assert_eq!(sending["secondaries"], serde_json::json!(["+493023125002", "+493023125003"]));
        assert_eq!((&lead["secondary_ids"], &lead["phone"]), (&serde_json::json!(["2", "3"]), &"+493023125009".into()));
    }

    #[test]
    fn a_text_that_names_the_number_goes_and_one_with_a_longer_number_stays() {
        let line = |text: &str| {
            format!(r#"{{"n":3,"d":2,"type":"lead","key":"00","repairs":["{text}","b"],"phone":"+4930231250010"}}"#)
        };
        let out = changed(&mut take_out(), &line("Tel: read as +493023125009; not called: +493023125001"));
        assert!(out.contains(r#""repairs":["b"]"#), "{out}");
        assert_eq!(take_out().changed(&line("not called: +4930231250010")).unwrap(), None);
    }

    #[test]
    fn a_line_about_somebody_else_stays_byte_for_byte() {
        assert_eq!(take_out().changed(r#"{ "n": 3, "phone":"+493023125009" }"#).unwrap(), None);
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        let person = Identity::email("Ada@Example.com");
        let mut take_out = TakeOut::new(&person, HashSet::new(), Timestamp::UNIX_EPOCH);
        let out =
            changed(&mut take_out, r#"{"n":3,"d":2,"type":"lead","reason":{"message":"ADA@example.com exists"}}"#);
        assert!(!out.to_lowercase().contains("ada@"), "{out}");
    }
}
