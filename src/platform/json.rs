//! JSON as platforms write it: read in one pass, its texts borrowed from their bytes.
//!
//! An answer is read for every lead and thrown away at once. `serde_json::Value` would copy each name and text and build
//! a hash table for each object; here an object is the list of its members, also of several with one name. What can be read is the same to the letter.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object: its members as they stand. Of several with one name the last one counts.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads `bytes`, which hold one value and nothing else.
    ///
    /// # Errors
    /// They hold something else.
    pub fn parse(bytes: &'a [u8]) -> serde_json::Result<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse_text(text),
            // It says where.
            Err(_) => serde_json::from_slice(bytes),
        }
    }

    /// The same of what is known to be text, which need not be looked at text by text.
    ///
    /// # Errors
    /// As for [`Json::parse`].
    pub fn parse_text(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// The same, borrowed from nothing.
    #[must_use]
    pub fn detached(&self) -> Json<'static> {
        let owned = |text: &Cow<'_, str>| Cow::Owned(String::from(&**text));
        match self {
            Self::Null => Json::Null,
            Self::Bool(yes) => Json::Bool(*yes),
            Self::Number(number) => Json::Number(number.clone()),
            Self::Text(text) => Json::Text(owned(text)),
            Self::List(items) => Json::List(items.iter().map(Self::detached).collect()),
            Self::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (owned(name), value.detached())).collect())
            }
        }
    }

    /// The member `name` of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(yes) = self { Some(*yes) } else { None }
    }

    pub(super) fn as_u64(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.as_u64() } else { None }
    }

    pub(super) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub(super) fn members(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(yes) => Self::Bool(yes),
            Json::Number(number) => Self::Number(number),
            Json::Text(text) => Self::String(text.into_owned()),
            Json::List(items) => items.into_iter().map(Self::from).collect(),
            Json::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name.into_owned(), value.into())).collect())
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// Few objects have more members than this.
const USUAL_MEMBERS: usize = 8;

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(yes))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some((Name(name), value)) = members.next_entry()? {
            if object.is_empty() {
                object.reserve(USUAL_MEMBERS);
            }
            object.push((name, value));
        }
        Ok(Json::Object(object))
    }
}

/// A member's name, borrowed where it is written without escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// JSON texts, many of them with something wrong.
    fn texts() -> impl Strategy<Value = String> {
        let words = prop_oneof![
            Just("{"),
            Just("}"),
            Just("["),
            Just("]"),
            Just(","),
            Just(":"),
            Just(" "),
            Just("null"),
            Just("true"),
            Just("false"),
            Just("\"\""),
            Just("\"a\""),
            Just("\"\\u00e9 \\/ \\n\""),
            Just("\"\\ud83d\\ude00\""),
            Just("\"\\ud83d\""),
            Just("\"\\x\""),
            Just("\"ä😀\""),
            Just("\"\t\""),
            Just("0"),
            Just("-1"),
            Just("1.50"),
            Just("1e5"),
            Just("1e999"),
            Just("18446744073709551616"),
            Just("01"),
            Just("{\"a\":"),
            Just("\"a\":"),
        ];
        let broken = proptest::collection::vec(words, 0..12).prop_map(|words| words.concat());
        prop_oneof![broken, values().prop_map(|value| value.to_string())]
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((".{0,3}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_read_and_what_is_refused_is_what_serde_json_reads_and_refuses(text in texts()) {
            let slow = serde_json::from_str::<Value>(&text).map_err(|error| error.to_string());
            let fast = Json::parse_text(&text).map_err(|error| error.to_string());
            prop_assert_eq!(fast.clone().map(|json| json.detached().into()), slow.clone());
            prop_assert_eq!(fast.map(Value::from), slow);
        }
    }

    #[test]
    fn of_several_members_with_one_name_the_last_one_counts() {
        let text = r#"{"a":1,"b":2,"a":3}"#;
        let json = Json::parse(text.as_bytes()).unwrap();
        assert_eq!(json.get("a").and_then(Json::as_u64), Some(3));
        assert_eq!(Value::from(json)["a"], 3);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_in_the_words_of_serde_json() {
        for bytes in [&b"\"\xff\""[..], b"{\"a\":1}\xff", b"\xff"] {
            let slow = serde_json::from_slice::<Value>(bytes).unwrap_err();
            assert_eq!(Json::parse(bytes).unwrap_err().to_string(), slow.to_string());
        }
        assert_eq!(Json::parse("\"ä\"".as_bytes()).unwrap(), Json::Text("ä".into()));
    }
}
