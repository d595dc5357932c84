//! What the ledger needs of a line, read without the rest of it.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use crate::lead::{Fingerprint, LeadKey, Status};

use super::format::{Certainty, FORMAT, KEYS, SettledBy};
use super::ids::IdMark;
use super::ledger::{Fact, LeadFact};

/// The fields of any line that the ledger needs; the others are skipped unread.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Glance<'a> {
    pub(super) n: u64,
    pub(super) d: u64,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) run: Cow<'a, str>,
    pub(super) at: Timestamp,
    #[serde(default, deserialize_with = "key")]
    pub(super) key: Option<LeadKey>,
    #[serde(borrow, default)]
    pub(super) status: Cow<'a, str>,
    #[serde(default)]
    pub(super) certain: Certainty,
    pub(super) settled_by: Option<SettledBy>,
    #[serde(borrow)]
    pub(super) reason: Option<Code<'a>>,
    pub(super) request: Option<Fingerprint>,
    pub(super) group: Option<Fingerprint>,
    #[serde(borrow)]
    pub(super) target: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) format: Option<u64>,
    pub(super) keys: Option<u64>,
    #[serde(default)]
    pub(super) calls: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Code<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
}

impl Glance<'_> {
    /// What the line says, or what in it this version does not know.
    pub(super) fn fact(&self) -> Result<Fact<'_>, String> {
        let run = &*self.run;
        let missing = |field: &str| format!("type {:?} without {field:?}", self.kind);
        match &*self.kind {
            "run" => self.check_versions().map(|()| Fact::Run { calls: &self.calls }),
            "sending" => Ok(Fact::Sending {
                key: self.key.ok_or_else(|| missing("key"))?,
                run,
                request: self.request.ok_or_else(|| missing("request"))?,
                group: self.group,
            }),
            "lead" => Ok(Fact::Lead(LeadFact {
                key: self.key,
                run,
                status: self.status()?,
                certain: self.certain,
                settled_by: self.settled_by,
                reason: self.reason.as_ref().map(|reason| &*reason.code),
                request: self.request,
                group: self.group,
                id: self.id.as_deref().zip(self.target.as_deref()).map(|(id, target)| IdMark::new(target, id)),
            })),
            "deleting" => Ok(Fact::Deleting { key: self.key.ok_or_else(|| missing("key"))?, run }),
            "end" => Ok(Fact::End),
            other => Err(format!("type {other:?}")),
        }
    }

    fn check_versions(&self) -> Result<(), String> {
        for (name, value, newest) in [("format", self.format, FORMAT), ("keys", self.keys, KEYS)] {
            match value {
                Some(value) if (1..=newest).contains(&value) => {}
                Some(value) => return Err(format!("{name} {value}")),
                None => return Err(format!("type \"run\" without {name:?}")),
            }
        }
        Ok(())
    }

    fn status(&self) -> Result<Status, String> {
        let known = Status::ALL.into_iter().find(|status| status.name() == self.status);
        known.ok_or_else(|| format!("status {:?}", self.status))
    }
}

/// Reads a key without a copy of its text.
fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LeadKey>, D::Error> {
    struct Hex;

    impl Visitor<'_> for Hex {
        type Value = Option<LeadKey>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("32 hex digits")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let bits = if digits { u128::from_str_radix(text, 16).ok() } else { None };
            bits.map(|bits| Some(LeadKey::from_bits(bits))).ok_or_else(|| E::custom("not a key of 32 hex digits"))
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Hex)
}
