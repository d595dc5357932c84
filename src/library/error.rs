//! Why settings make no import.

use thiserror::Error;

use crate::mapping::MappingError;
use crate::platform::BaseUrlError;

/// Why settings make no import: something is missing, cannot be read, or does not go together.
///
/// Messages name settings as the command's options do: `--results` is [`ImportBuilder::results`](crate::ImportBuilder::results).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No file and no rows.
    #[error("there is nothing to import\nwhat to do: name a file, or give rows")]
    NoInput,
    /// Nobody said where leads go.
    #[error(
        "no platform: nobody says where leads go\nwhat to do: say which one by --platform, or take the sandbox to try it without an account"
    )]
    NoDestination,
    /// There is no platform of this name.
    #[error(
        "there is no platform {name:?}{}\nwhat to do: correct the name, or describe the platform in a file",
        nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default()
    )]
    UnknownPlatform {
        /// The name.
        name: String,
        /// The name most like it, where one is.
        nearest: Option<&'static str>,
    },
    /// The file that describes a platform cannot be read, or describes none: where in it, and what is wrong.
    #[error("{0}")]
    PlatformFile(String),
    /// A campaign for a platform that has none.
    #[error(
        "{platform} has no campaigns: its platform file has no place for {{campaign}}\nwhat to do: leave out --campaign and --campaign-column"
    )]
    PlaceOfNone {
        /// The platform.
        platform: String,
    },
    /// A platform that has no usual address.
    #[error("{platform} needs its address\nwhat to do: give it by --base-url")]
    NoBaseUrl {
        /// The platform.
        platform: &'static str,
    },
    /// The address is none.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    /// No campaign (or chatbot), and no column that names one.
    #[error("no {place}\nwhat to do: say which one by --{place}{or_column}")]
    NoPlace {
        /// What is missing.
        place: &'static str,
        /// What else could say it.
        or_column: &'static str,
    },
    /// An input without a folder of its own.
    #[error("{input} needs a results file\nwhat to do: name one by --results FILE, the same in every run")]
    NoResults {
        /// The input.
        input: String,
    },
    /// It is no country.
    #[error("{0:?} is not a country\nwhat to do: write its code, like DE, or its name")]
    UnknownCountry(String),
    /// The mapping is no TOML, or has keys or values that no mapping has.
    #[error("the mapping cannot be read: {0}")]
    MappingText(String),
    /// The mapping contradicts itself or the platform.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A value that cannot be used.
    #[error("{0}")]
    Value(String),
    /// Rows of groups cannot be put together without groups.
    #[error(
        "--scattered puts the rows of groups together, but no column says what a group is\nwhat to do: name one by --group-by"
    )]
    ScatteredWithoutGroups,
    /// See the message.
    #[error(
        "--scattered and --stream exclude each other: a group's last row may be the last one of the file, and --stream \
         sends before it is read\nwhat to do: leave out one of them"
    )]
    ScatteredStream,
    /// See the message.
    #[error("--skip-existing and --allow-duplicates contradict each other\nwhat to do: leave out one of them")]
    ListedDuplicates,
    /// See the message.
    #[error(
        "--skip-existing with --stream needs one campaign for all rows: which campaigns a column names is only known \
         when all is read\nwhat to do: leave out --stream"
    )]
    ListedStream,
    /// See the message.
    #[error(
        "--on-exists and --allow-duplicates exclude each other: with the second one nothing counts as there already\nwhat to do: leave out one of them"
    )]
    ResolvedDuplicates,
    /// See the message.
    #[error("--other-numbers secondary: a chatbot's lead has no secondary contacts\nwhat to do: leave it out")]
    SecondariesOfChatbot,
    /// See the message.
    #[error(
        "with allow_duplicates an edited row is a further lead, so there is nothing to update\nwhat to do: leave it out"
    )]
    UpdatedDuplicates,
    /// See the message.
    #[error("--stream is about creating leads, and update creates none\nwhat to do: leave --stream out")]
    UpdatedStream,
}
