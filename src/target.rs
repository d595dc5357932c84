//! Where a lead is created: the API family, its base URL, and the campaign or chatbot there.
//!
//! A target is part of every lead's identity, so its written form ([`Target::canonical`]) is frozen with the results
//! format: the same place must give the same bytes in every run and every version.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// The API that a platform speaks. Many platforms are white labels of one API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Autocalls and its white labels: a lead is a phone number in a campaign.
    Autocalls,
    /// `PollyBot`: a lead is an e-mail address in a chatbot's workspace.
    Pollybot,
}

impl Family {
    /// The name used in results files and keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Autocalls => "autocalls",
            Self::Pollybot => "pollybot",
        }
    }
}

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

    fn parts(&self) -> [&str; 7] {
        let host = match &self.host {
            Host::Url(url) => url.as_str(),
            Host::Sandbox => "sandbox",
        };
        let kind = match self.family {
            Family::Autocalls => "campaign",
            Family::Pollybot => "chatbot",
        };
        [self.family.name(), " ", host, " ", kind, " ", &self.place]
    }

    /// The target that [`Target::canonical`] wrote, or `None` where `text` is no such thing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(4, ' ');
        let (family, host, kind, place) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let family = match (family, kind) {
            ("autocalls", "campaign") => Family::Autocalls,
            ("pollybot", "chatbot") => Family::Pollybot,
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
    fn a_target_survives_being_written_and_read() {
        for text in [
            "autocalls https://app.famulor.de/api campaign 7",
            "autocalls sandbox campaign 7",
            "pollybot sandbox chatbot my bot",
        ] {
            assert_eq!(Target::parse(text).unwrap().canonical(), text);
        }
        assert_eq!(Target::parse("autocalls sandbox chatbot 7"), None);
    }
}
