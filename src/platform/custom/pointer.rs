//! JSON pointers (RFC 6901): where in an answer something stands.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::super::Json;
use super::section::{Entry, Result};
use super::template::object;

/// A JSON pointer that is one: empty for all of a value, else `/name/0/…`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pointer {
    text: String,
    steps: Vec<String>,
}

impl Pointer {
    /// Reads a pointer; an error says what is wrong with it.
    pub(super) fn parse(text: &str) -> std::result::Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("{text:?} is no JSON pointer: write it like /data/id (empty means the whole)"));
        };
        let steps = rest.split('/').map(|step| {
            let escapes = step.split('~').skip(1);
            if escapes.clone().any(|after| !after.starts_with(['0', '1'])) {
                return Err(format!("{text:?} is no JSON pointer: ~ is written ~0 in it, and / in a name ~1"));
            }
            Ok(step.replace("~1", "/").replace("~0", "~"))
        });
        Ok(Self { text: text.to_owned(), steps: steps.collect::<std::result::Result<_, _>>()? })
    }

    pub(super) fn read(entry: &Entry<'_>) -> Result<Self> {
        Self::parse(entry.text()?).map_err(|problem| entry.error(problem))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands there.
    pub(super) fn find<'v, 'a>(&self, value: &'v Json<'a>) -> Option<&'v Json<'a>> {
        self.steps.iter().try_fold(value, |value, step| match value.as_list() {
            Some(items) => {
                let is_index = step == "0" || !step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit());
                items.get(step.parse::<usize>().ok().filter(|_| is_index)?)
            }
            None => value.get(step),
        })
    }

    /// The steps from the outside to the inside.
    pub(super) fn steps(&self) -> &[String] {
        &self.steps
    }

    /// The JSON object without the member that stands there. All else stays as it is, to the byte: a number that is read and
    /// written may be another one.
    pub(super) fn without(&self, json: String) -> String {
        without(&json, &self.steps).unwrap_or(json)
    }
}

/// `None` where nothing stands there.
fn without(json: &str, steps: &[String]) -> Option<String> {
    let (step, further) = steps.split_first()?;
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    let member = members.remove(step)?;
    let changed = if further.is_empty() { None } else { Some(without(member.get(), further)?) };
    let mut written: BTreeMap<&str, &str> = members.iter().map(|(name, value)| (name.as_str(), value.get())).collect();
    written.extend(changed.as_deref().map(|changed| (step.as_str(), changed)));
    Some(object(written.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_what_rfc_6901_says() {
        let text = r#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"~1":9}"#;
        let json = Json::parse_text(text).unwrap();
        let found = |pointer: &str| Pointer::parse(pointer).unwrap().find(&json).cloned();
        assert_eq!(found("").as_ref(), Some(&json));
        assert_eq!(found("/foo/1"), Some(Json::Text("baz".into())));
        assert_eq!(found("/").and_then(|it| it.as_u64()), Some(0));
        assert_eq!(found("/a~1b").and_then(|it| it.as_u64()), Some(1));
        assert_eq!(found("/m~0n").and_then(|it| it.as_u64()), Some(8));
        assert_eq!(found("/~01").and_then(|it| it.as_u64()), Some(9));
        for nothing in ["/foo/2", "/foo/01", "/foo/-", "/foo/+1", "/bar", "/foo/0/x"] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_taken_out_leaves_the_rest_to_the_byte() {
        let json = r#"{"a":{"b":{"c":1,"d":12345678901234567890.10},"z":1e400},"n":[1]}"#;
        let without = |pointer: &str| Pointer::parse(pointer).unwrap().without(json.to_owned());
        assert_eq!(without("/a/b/c"), r#"{"a":{"b":{"d":12345678901234567890.10},"z":1e400},"n":[1]}"#);
        assert_eq!(without("/a"), r#"{"n":[1]}"#);
        for nothing in ["", "/x", "/a/x", "/n/0", "/a/b/c/d"] {
            assert_eq!(without(nothing), json, "{nothing}");
        }
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for text in ["id", "#/id", "$.id", "/a~", "/a~2", "/~a"] {
            assert!(Pointer::parse(text).is_err(), "{text}");
        }
    }
}
