//! What platforms say, in terms that do not depend on the platform.

use thiserror::Error;

use super::json::Json;

/// A contact as a platform shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteContact {
    /// Its id.
    pub id: Option<String>,
    /// Its number, as the platform writes it.
    pub phone: Option<String>,
}

/// A lead as a platform shows it; everything but the id may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteLead {
    /// Its id, as text.
    pub id: String,
    /// The campaign's id, as text.
    pub campaign: Option<String>,
    /// The primary number, as the platform writes it.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the entry says that it is a secondary contact of a lead: some lists show those as well.
    pub is_secondary: bool,
    /// The variables or metadata; `None` where they are not shown.
    pub variables: Option<Json<'static>>,
    /// The secondary contacts; `None` where they are not shown.
    pub secondaries: Option<Vec<RemoteContact>>,
    /// Its status, in the platform's words.
    pub status: Option<String>,
    /// When it was created, in the platform's words.
    pub created_at: Option<String>,
}

impl RemoteLead {
    /// The ids of its secondary contacts.
    #[must_use]
    pub fn secondary_ids(&self) -> Vec<String> {
        self.secondaries.iter().flatten().filter_map(|contact| contact.id.clone()).collect()
    }
}

/// The platform's words when it refuses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refused {
    /// Its message, shortened to a sensible length.
    pub message: String,
    /// The field that it is about.
    pub field: Option<String>,
}

/// What an answer to a create request says.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Success, with the lead.
    Accepted(RemoteLead),
    /// The platform says by a status or code of its own that it has this lead.
    AlreadyThere {
        /// The platform's words.
        words: Refused,
        /// The id of the lead it has, where it says.
        id: Option<String>,
    },
    /// A success that shows nothing but an id, which is that of a lead it has, if the platform file is right; to be checked.
    PerhapsItsId(Refused),
    /// A refusal whose words hint that it has this lead; to be checked.
    MaybeAlreadyThere(Refused),
    /// A refusal of this lead, final.
    Refused(Refused),
    /// The token is not accepted (401).
    BadToken(Refused),
    /// The account has no money (402, or words that say so in any status).
    NoBalance(Refused),
    /// This campaign may not be used (403), or does not exist.
    CampaignClosed(Refused),
    /// Neither: not the platform's JSON.
    Unreadable(Unreadable),
}

/// What an answer to a request that changes or deletes a lead says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// There is no such lead (any more).
    Gone(Refused),
    /// The same by a status that a platform file names, without the platform's words: a look-up is to tell.
    SeemsGone,
    /// A refusal of this change, final.
    Refused(Refused),
    /// The token is not accepted (401), or may not do this (403).
    BadToken(Refused),
    /// Neither: not the platform's JSON.
    Unreadable(Unreadable),
}

impl Changed {
    /// What an answer says that does not confirm the change, with the platform's words in it, if there are any.
    pub(super) fn not_done(status: u16, words: Option<Refused>) -> Self {
        let Some(words) = words else { return Self::Unreadable(Unreadable::Missing("message of the platform")) };
        match status {
            401 | 403 => Self::BadToken(words),
            404 | 410 => Self::Gone(words),
            _ => Self::Refused(words),
        }
    }
}

/// A body that is not what the platform documents.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// No JSON.
    #[error("the answer is not JSON: {0}")]
    NotJson(String),
    /// JSON, but without what it should hold.
    #[error("the answer holds no {0}")]
    Missing(&'static str),
    /// JSON, but of none of the kinds that a platform file describes.
    #[error("the answer fits none of those that the platform file describes")]
    NoRule,
    /// The lead that it created has one id here and another one there.
    #[error(
        "the answer names the lead {answer:?} where [[create.answers]] says that its id is, and {lead:?} where [lead] says so. Correct one \
         of them (or \"lead\" of that answer, the place that shows the lead)"
    )]
    TwoIds {
        /// What stands where the rule says.
        answer: String,
        /// What stands where the lead is shown.
        lead: String,
    },
    /// A list that has fewer leads than it says that there are, and no further page.
    #[error(
        "the answer shows {shown} of {total} leads: say by \"pages\" in the platform file how the others are asked for"
    )]
    CutOff {
        /// How many it shows.
        shown: u64,
        /// How many there are.
        total: u64,
    },
    /// A further page that does not begin where the one before ended.
    #[error(
        "its pages do not join: the lead {id:?}, the last one of a page, should be the first one of the next, and is not on it. Either \
         somebody was deleted meanwhile, or {{offset}} does not count what the list shows: then describe it by pages = \"number\" or \
         \"cursor\" in the platform file"
    )]
    Gap {
        /// The lead's id.
        id: String,
    },
    /// Others than the one asked for stand on the one page of a list.
    #[error(
        "one page alone is described, and nothing shows that it is all: say by \"pages\" in the platform file how the others are asked for"
    )]
    OnePage,
    /// Nothing shows that the next cursor stands where the platform file says.
    #[error(
        "nothing shows that the next cursor stands at {pointer:?}: asked for one lead of several, the platform showed none there. See to \
         \"next\" in the platform file, and to {{page_size}} in the query, under the platform's name for it"
    )]
    NoCursor {
        /// The JSON pointer.
        pointer: String,
    },
    /// JSON, but without what the platform file says that it holds there.
    #[error("the answer holds no {what} at {pointer:?}, where the platform file says that it is")]
    NotThere {
        /// What should be there.
        what: &'static str,
        /// The JSON pointer.
        pointer: String,
    },
}

impl Unreadable {
    /// Whether it is a list that can be read, but may not be whole.
    #[must_use]
    pub fn is_unproven(&self) -> bool {
        matches!(self, Self::CutOff { .. } | Self::Gap { .. } | Self::OnePage | Self::NoCursor { .. })
    }
}

/// `body` as JSON.
pub(super) fn json(body: &[u8]) -> Result<Json<'_>, Unreadable> {
    Json::parse(body).map_err(|error| Unreadable::NotJson(error.to_string()))
}

/// A text, or a number as text: ids come as both.
pub(super) fn text_of(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Text(text) if !text.is_empty() => Some(text.clone().into_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The longest server message that is kept, in characters: they go into results files and terminals.
const MAX_MESSAGE: usize = 500;

/// A server's text without control characters (it could move a terminal's cursor), and not longer than is sensible.
pub(super) fn tidy(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut tidy: String = visible.take(MAX_MESSAGE).collect();
    tidy.truncate(tidy.trim_end().len());
    tidy
}
