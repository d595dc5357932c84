//! Where a lead is created: the API family, its base URL, and the campaign or chatbot there.
//!
//! A target is part of every lead's identity, so its written form ([`Target::canonical`]) is frozen with the results
//! format: the same place must give the same bytes in every run and every version.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The API that a platform speaks. Many platforms are white labels of one API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Autocalls and its white labels: a lead is a phone number in a campaign.
    Autocalls,
    /// `PollyBot`: a lead is an e-mail address in a chatbot's workspace.
    Pollybot,
    /// An API that a platform file describes: a lead is a phone number, in a campaign where there are such.
    Custom(CustomName),
}

impl Family {
    /// The name used in results files and keys, where that of a described API stands behind `custom:`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Autocalls => "autocalls",
            Self::Pollybot => "pollybot",
            Self::Custom(name) => name.as_str(),
        }
    }
}

/// The longest name of a described API, in bytes.
const LONGEST_NAME: usize = 32;

/// The name of a described API: up to 32 of `a` to `z`, `0` to `9` and `-`, beginning with a letter. It stays in its place, so that a
/// [`Family`] can be copied.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomName {
    /// The name, filled up with zeros.
    bytes: [u8; LONGEST_NAME],
}

impl CustomName {
    /// Takes a name; `None` where it is none.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !begins || name.len() > LONGEST_NAME || !name.as_bytes().iter().all(is_plain) {
            return None;
        }
        let mut bytes = [0; LONGEST_NAME];
        bytes.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
        Some(Self { bytes })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = self.bytes.iter().position(|byte| *byte == 0).unwrap_or(LONGEST_NAME);
        // ASCII, as it was taken.
        self.bytes.get(..length).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for CustomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomName({})", self.as_str())
    }
}

/// Stands before the name of a described API, so that none can be mistaken for a built-in one.
const CUSTOM: &str = "custom:";

/// The place of a described API that has no campaigns.
pub const NO_CAMPAIGN: &str = "-";

/// Which server a target is on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A platform at this base URL (canonical: no trailing slash).
    Url(String),
    /// The built-in sandbox. It is a target of its own: nothing done there counts for a real platform.
    Sandbox,
}

/// One place where leads are created.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The API spoken there.
    pub family: Family,
    /// The server.
    pub host: Host,
    /// The campaign's id (never its name), or the chatbot's id.
    pub place: String,
}

/// By the place alone: a run has one server, and each lead asks several times what is known of its target.
impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place.hash(state);
    }
}

impl Target {
    /// The bytes that stand for this target in keys and in results files, for instance
    /// `autocalls https://app.famulor.de/api campaign 7` or `pollybot sandbox chatbot demo`.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::with_capacity(self.parts().map(str::len).iter().sum());
        self.write_canonical(&mut text);
        text
    }

    /// Appends [`Target::canonical`] to `out`.
    pub fn write_canonical(&self, out: &mut String) {
        for part in self.parts() {
            out.push_str(part);
        }
    }

    /// The campaign or chatbot, for people.
    #[must_use]
    pub fn place_in_words(&self) -> &str {
        if self.has_no_campaign() { "the account" } else { &self.place }
    }

    fn has_no_campaign(&self) -> bool {
        matches!(self.family, Family::Custom(_)) && self.place == NO_CAMPAIGN
    }

    fn parts(&self) -> [&str; 8] {
        let host = match &self.host {
            Host::Url(url) => url.as_str(),
            Host::Sandbox => "sandbox",
        };
        let kind = match self.family {
            Family::Pollybot => "chatbot",
            Family::Custom(_) if self.has_no_campaign() => "account",
            Family::Autocalls | Family::Custom(_) => "campaign",
        };
        let kind_of_name = if matches!(self.family, Family::Custom(_)) { CUSTOM } else { "" };
        [kind_of_name, self.family.name(), " ", host, " ", kind, " ", &self.place]
    }

    /// The target that [`Target::canonical`] wrote, or `None` where `text` is no such thing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(4, ' ');
        let (family, host, kind, place) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let family = match (family, kind) {
            ("autocalls", "campaign") => Family::Autocalls,
            ("pollybot", "chatbot") => Family::Pollybot,
            (custom, "campaign" | "account") if (kind == "account") == (place == NO_CAMPAIGN) => {
                Family::Custom(CustomName::new(custom.strip_prefix(CUSTOM)?)?)
            }
            _ => return None,
        };
        let host = if host == "sandbox" { Host::Sandbox } else { Host::Url(host.to_owned()) };
        Some(Self { family, host, place: place.to_owned() })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_described_platform_is_short_and_plain() {
        let longest = "a".repeat(LONGEST_NAME);
        for name in ["a", "hubspot-shaped", "crm2", &longest] {
            assert_eq!(CustomName::new(name).unwrap().as_str(), name);
        }
        for name in ["", "2crm", "-a", "Crm", "a b", "a:b", "ä", &format!("{longest}a")] {
            assert_eq!(CustomName::new(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_target_survives_being_written_and_read() {
        for text in [
            "autocalls https://app.famulor.de/api campaign 7",
            "autocalls sandbox campaign 7",
            "pollybot sandbox chatbot my bot",
            "custom:hubspot-shaped https://api.example.com account -",
            "custom:a http://127.0.0.1:9/x campaign 007",
        ] {
            assert_eq!(Target::parse(text).unwrap().canonical(), text);
        }
        assert_eq!(Target::parse("autocalls sandbox chatbot 7"), None);
        for text in ["custom: https://a campaign 7", "custom:A https://a campaign 7", "custom:a https://a account 7"] {
            assert_eq!(Target::parse(text), None, "{text}");
        }
        assert_eq!(Target::parse("custom:a https://a campaign -"), None);
    }
}
