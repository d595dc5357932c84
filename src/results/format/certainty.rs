//! How sure a line is of what it says.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a state is known or only likely: a lead found after a lost answer may be an older one of another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Certainty {
    /// It is likely.
    Likely,
    /// It is known.
    #[default]
    Certain,
}

/// What ended a doubt other than an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettledBy {
    /// The platform was asked.
    LookUp,
    /// A person decided.
    Person,
}

impl Certainty {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn is_certain(&self) -> bool {
        *self == Self::Certain
    }
}

impl From<bool> for Certainty {
    fn from(certain: bool) -> Self {
        if certain { Self::Certain } else { Self::Likely }
    }
}

impl From<Certainty> for bool {
    fn from(certainty: Certainty) -> Self {
        certainty == Certainty::Certain
    }
}

impl fmt::Display for SettledBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LookUp => "look-up",
            Self::Person => "a person",
        })
    }
}
