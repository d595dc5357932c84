//! The words every room shares about a lead: what it is made of, who it is (its key), and how it can end.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::phone::{Phone, Repair};
use crate::source::{Position, Record};
use crate::target::Target;

/// How a lead ended, or what is known of it. The names are those of the results file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The platform created it and its id is known.
    Created,
    /// The platform already had it.
    Exists,
    /// The platform refused it, for good.
    Rejected,
    /// It may or may not have been created: an answer was lost. Never sent again before look-ups say it is not there.
    InDoubt,
    /// We refused it: no valid number, a missing field, an unreadable row.
    Invalid,
    /// An earlier row of the input is the same lead.
    Duplicate,
    /// Its number is on a do-not-call list.
    Suppressed,
    /// The run stopped before it was sent.
    Unsent,
    /// It was created and has been deleted again on purpose.
    Undone,
}

impl Status {
    /// Every status, in the order in which people are shown them.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Exists,
        Self::Rejected,
        Self::InDoubt,
        Self::Invalid,
        Self::Duplicate,
        Self::Suppressed,
        Self::Unsent,
        Self::Undone,
    ];

    /// Whether it speaks of a row, also where its line names a lead: nothing became of the lead by it.
    #[must_use]
    pub fn is_about_a_row(self) -> bool {
        matches!(self, Self::Invalid | Self::Duplicate | Self::Suppressed)
    }

    /// The name used in results files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Exists => "exists",
            Self::Rejected => "rejected",
            Self::InDoubt => "in_doubt",
            Self::Invalid => "invalid",
            Self::Duplicate => "duplicate",
            Self::Suppressed => "suppressed",
            Self::Unsent => "unsent",
            Self::Undone => "undone",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why something is as it is: a code for programs, a sentence for people, and the column or field it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Stable and machine-readable, for instance `phone_too_short`.
    pub code: String,
    /// One sentence: what was wrong, the value, what to do.
    pub message: String,
    /// The column of the input or field of the request that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Reason {
    /// A reason that is not about one field.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), field: None }
    }

    /// The same, about `field`.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// Who a lead is: 128 bits over its target and its primary number (PollyBot: its e-mail). Two leads with one key are one
/// person in one campaign.
///
/// The hashed bytes are part of the results format (`keys: 1`) and never change: `leadload key 1`, the target as
/// [`Target::canonical`] writes it, `phone` or `email`, and the number as `+digits` or the e-mail trimmed and
/// lower-cased, each followed by one newline. With duplicates allowed, then also `request`, the fingerprint as 16 hex
/// digits and the occurrence as a decimal number. Written as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeadKey(u128);

impl LeadKey {
    /// The key of `identity` at `target`.
    #[must_use]
    pub fn new(target: &Target, identity: &Identity) -> Self {
        Self(xxh3_128(key_text(target, identity).as_bytes()))
    }

    /// The key where duplicates are allowed: identical requests are told apart by which `occurrence` (0, 1, …) among
    /// those in the input this one is.
    #[must_use]
    pub fn of_occurrence(target: &Target, identity: &Identity, request: Fingerprint, occurrence: u32) -> Self {
        let mut text = key_text(target, identity);
        // Writing to a string cannot fail.
        let _ = write!(text, "request\n{request}\n{occurrence}\n");
        Self(xxh3_128(text.as_bytes()))
    }

    /// The number behind the key, for tables.
    #[must_use]
    pub fn bits(self) -> u128 {
        self.0
    }

    /// The key whose number is `bits`.
    #[must_use]
    pub fn from_bits(bits: u128) -> Self {
        Self(bits)
    }
}

/// Room for the text of most keys: it is made for every row.
const KEY_TEXT: usize = 160;

fn key_text(target: &Target, identity: &Identity) -> String {
    let mut text = String::with_capacity(KEY_TEXT);
    text.push_str("leadload key 1\n");
    target.write_canonical(&mut text);
    match identity {
        Identity::Phone(phone) => {
            text.push_str("\nphone\n");
            phone.write(&mut text);
        }
        Identity::Email(email) => {
            text.push_str("\nemail\n");
            text.push_str(email);
        }
    }
    text.push('\n');
    text
}

impl fmt::Display for LeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text_of(&self.hex()))
    }
}

impl fmt::Debug for LeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeadKey({self})")
    }
}

/// 64 bits over a text whose equality is asked later: a request without `allow_dupplicate`, or a group's name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of these bytes (XXH3, 64 bits, no seed).
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(xxh3_64(bytes))
    }

    /// The fingerprint of a text that means something at one target only, such as an id or the name of a group.
    #[must_use]
    pub fn at(target: &Target, text: &str) -> Self {
        let mut bytes = String::with_capacity(KEY_TEXT);
        target.write_canonical(&mut bytes);
        bytes.push('\n');
        bytes.push_str(text);
        Self::of(bytes.as_bytes())
    }

    /// The fingerprint of secondary contacts, their numbers and variables in order; `None` where there are none.
    #[must_use]
    pub fn of_contacts(contacts: &[Contact]) -> Option<Self> {
        let lines = contacts.iter().map(|contact| format!("{}\n{}\n", contact.phone, contact.variables));
        (!contacts.is_empty()).then(|| Self::of(lines.collect::<String>().as_bytes()))
    }

    /// The number behind it, for tables.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The fingerprint whose number is `bits`.
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text_of(&self.hex()))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Both are written as hex text.
macro_rules! hex_serde {
    ($type:ident, $number:ty, $digits:literal) => {
        impl $type {
            /// Written for every line of a results file, where the machinery of `{:x}` would be felt.
            fn hex(self) -> [u8; $digits] {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let mut hex = [0; $digits];
                for (byte, two) in self.0.to_be_bytes().into_iter().zip(hex.chunks_exact_mut(2)) {
                    two[0] = DIGITS[usize::from(byte >> 4)];
                    two[1] = DIGITS[usize::from(byte & 15)];
                }
                hex
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(text_of(&self.hex()))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                let bits = if text.len() == $digits { <$number>::from_str_radix(&text, 16).ok() } else { None };
                bits.map(Self)
                    .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not {} hex digits", $digits)))
            }
        }
    };
}

/// Hex digits are always text.
fn text_of(hex: &[u8]) -> &str {
    std::str::from_utf8(hex).unwrap_or_default()
}

hex_serde!(LeadKey, u128, 32);
hex_serde!(Fingerprint, u64, 16);

/// What makes two leads of one target the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The primary number.
    Phone(Phone),
    /// The e-mail address, trimmed and lower-cased: only [`Identity::email`] makes it.
    Email(String),
}

impl Identity {
    /// The identity of an e-mail address as typed.
    #[must_use]
    pub fn email(typed: &str) -> Self {
        Self::Email(typed.trim().to_lowercase())
    }
}

/// A person who is called: a number, and the variables that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The number that is dialled.
    pub phone: Phone,
    /// A JSON object, its names sorted; `{}` where there are none.
    pub variables: String,
}

/// A lead as it is sent: one request.
#[derive(Debug, Clone)]
pub struct Lead {
    /// Where it is created.
    pub target: Arc<Target>,
    /// Who it is.
    pub key: LeadKey,
    /// Tells an edited request from an unchanged one.
    pub request: Fingerprint,
    /// What made the key.
    pub identity: Identity,
    /// The request's JSON body, with names sorted, without `allow_dupplicate`: [`crate::platform`] writes it.
    pub body: String,
    /// The numbers of its secondary contacts, in order.
    pub secondaries: Vec<Phone>,
    /// The fingerprint of its secondary contacts with their variables; `None` where it has none.
    pub contacts: Option<Fingerprint>,
    /// The status that a chatbot's lead is created with, where its row names one.
    pub sent_status: Option<String>,
    /// The values that name its group, where rows are grouped.
    pub group: Option<String>,
    /// The rows it is made of, the primary contact's first.
    pub rows: Vec<SourceRow>,
    /// What was repaired in its numbers, for people: `Telefon: 4915… read as +4915… (country_code_without_plus)`.
    pub repairs: Vec<String>,
}

/// A number that was not simply read: what stood in the cell, what it was read as, and by which rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The column of the cell.
    pub column: Arc<str>,
    /// The cell, as it stood.
    pub from: String,
    /// What it was read as.
    pub to: Phone,
    /// The rules that did more than write the number in another way; none where a person should look all the same.
    pub rules: Vec<Repair>,
    /// True where the reading is likely, but not certain.
    pub flagged: bool,
    /// Further numbers of the cell that are not called.
    pub left_out: Vec<Phone>,
}

impl fmt::Display for Repaired {
    /// `Telefon: "4915…" read as +4915… (country_code_without_plus, please check)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.rules.clone();
        words.extend(self.flagged.then_some("please check"));
        write!(f, "{}: {:?} read as {} ({})", self.column, self.from, self.to, words.join(", "))?;
        for (at, phone) in self.left_out.iter().enumerate() {
            write!(f, "{}{phone}", if at == 0 { "; not called: " } else { ", " })?;
        }
        Ok(())
    }
}

/// One row of the input: where it is and, for the rejects file, what it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Where it is.
    pub position: Position,
    /// What it held.
    pub record: Record,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Family, Host};

    fn target() -> Target {
        Target {
            family: Family::Autocalls,
            host: Host::Url("https://app.famulor.de/api".to_owned()),
            place: "7".to_owned(),
        }
    }

    #[test]
    fn keys_and_fingerprints_are_written_as_hex_digits_with_leading_zeros() {
        for bits in [0, 1, 0xabc, u128::MAX, 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210] {
            assert_eq!(LeadKey(bits).to_string(), format!("{bits:032x}"));
            assert_eq!(serde_json::to_string(&LeadKey(bits)).unwrap(), format!("\"{bits:032x}\""));
        }
        for bits in [0, 1, 0xabc, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(Fingerprint(bits).to_string(), format!("{bits:016x}"));
        }
    }

    /// Results files of every version rely on these bytes: a change here calls people twice.
    #[test]
    fn keys_and_fingerprints_never_change() {
        let phone = Identity::Phone(Phone::from_e164("+493023125555").unwrap());
        assert_eq!(LeadKey::new(&target(), &phone).to_string(), KEY_OF_PHONE);
        assert_eq!(LeadKey::new(&target(), &Identity::email(" Ada@Example.com ")).to_string(), KEY_OF_EMAIL);
        let request = Fingerprint::of(b"{}");
        assert_eq!(request.to_string(), FINGERPRINT);
        assert_eq!(LeadKey::of_occurrence(&target(), &phone, request, 1).to_string(), KEY_OF_SECOND_OCCURRENCE);
    }

    const KEY_OF_PHONE: &str = "d84c4d34e70bbfb6de579d47b989e079";
    const KEY_OF_EMAIL: &str = "a74f374719716b0b1fe277d511d9fa36";
    const FINGERPRINT: &str = "1349cde127705c16";
    const KEY_OF_SECOND_OCCURRENCE: &str = "22cec8aeb9df64760c00aaa447ac5780";

    #[test]
    fn a_key_survives_json() {
        let key = LeadKey::new(&target(), &Identity::email("a@example.com"));
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<LeadKey>(&json).unwrap(), key);
        assert!(serde_json::from_str::<LeadKey>("\"12\"").is_err());
    }
}
