//! What answers mean: rules in their order, of which the first that fits counts. An answer that fits none means nothing.

use super::super::Json;
use super::super::answer::{Refused, text_of, tidy};
use super::pointer::Pointer;
use super::section::{Entry, Result, Section, suggestion};

/// What an answer to a create request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Created,
    Exists,
    PerhapsExists,
    Rejected,
    BadToken,
    NoBalance,
    CampaignClosed,
}

const MEANINGS: [(&str, Meaning); 7] = [
    ("created", Meaning::Created),
    ("exists", Meaning::Exists),
    ("perhaps_exists", Meaning::PerhapsExists),
    ("rejected", Meaning::Rejected),
    ("bad_token", Meaning::BadToken),
    ("no_balance", Meaning::NoBalance),
    ("campaign_closed", Meaning::CampaignClosed),
];

/// HTTP statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statuses(Vec<(u16, u16)>);

impl Statuses {
    pub(super) fn read(entry: &Entry<'_>) -> Result<Self> {
        let ranges = entry.items()?.iter().map(Self::range).collect::<Result<Vec<_>>>()?;
        if ranges.is_empty() {
            return Err(entry.error("names no status: write it like [200, 201] or [\"4xx\"]"));
        }
        Ok(Self(ranges))
    }

    fn range(entry: &Entry<'_>) -> Result<(u16, u16)> {
        let wrong = || entry.error("should be a status such as 201, or \"4xx\"");
        let (low, high) = if let Some(text) = entry.value.as_str() {
            let class = text.strip_suffix("xx").and_then(|class| class.parse::<u16>().ok()).ok_or_else(wrong)?;
            (class.saturating_mul(100), class.saturating_mul(100).saturating_add(99))
        } else {
            let status = u16::try_from(entry.number()?).map_err(|_| wrong())?;
            (status, status)
        };
        if !(100..=599).contains(&low) {
            return Err(wrong());
        }
        let class = entry.value.as_str().is_some();
        let says = |status: u16| (low..=high).contains(&status);
        if (300..400).contains(&low) || !(200..500).contains(&low) {
            return Err(entry.error(
                "says nothing of the lead: after a redirect or a server's failure it may be there or not, and stays in doubt",
            ));
        }
        if !class && (says(408) || says(429)) {
            return Err(entry.error("is understood already: 429 asks to wait, and after 408 the lead is in doubt"));
        }
        Ok((low, high))
    }

    pub(super) fn hold(&self, status: u16) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&status))
    }

    fn any(&self, is_it: impl Fn(u16) -> bool) -> bool {
        self.0.iter().any(|(low, _)| is_it(*low))
    }

    pub(super) fn are_successes(&self) -> bool {
        !self.any(|status| status >= 300)
    }

    pub(super) fn are_refusals(&self) -> bool {
        !self.any(|status| status < 400)
    }
}

/// What must stand at a place of an answer.
#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Is(Pointer, serde_json::Value),
    Contains(Pointer, String),
}

impl Condition {
    fn read_all(entry: &Entry<'_>) -> Result<Vec<Self>> {
        let one = |(name, value): (&str, Entry<'_>)| {
            let at = Pointer::parse(name).map_err(|problem| value.error(problem))?;
            if let Ok(section) = value.section() {
                let text = section.need("contains")?.text()?.to_lowercase();
                section.finish()?;
                return Ok(Self::Contains(at, text));
            }
            let is = value.value.as_str().map(serde_json::Value::from);
            let is = is.or_else(|| value.value.as_bool().map(serde_json::Value::from));
            let is = is.or_else(|| value.number().ok().map(serde_json::Value::from));
            let wrong = || value.error("should be a text, a number, true, false or { contains = \"…\" }");
            Ok(Self::Is(at, is.ok_or_else(wrong)?))
        };
        entry.members()?.into_iter().map(one).collect()
    }

    fn holds(&self, answer: &Json<'_>) -> bool {
        match self {
            Self::Is(at, is) => at.find(answer).is_some_and(|found| serde_json::Value::from(found.clone()) == *is),
            Self::Contains(at, text) => {
                at.find(answer).and_then(Json::as_str).is_some_and(|found| found.to_lowercase().contains(text))
            }
        }
    }
}

/// Where an id stands: at a pointer, there perhaps behind some words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdAt {
    at: Pointer,
    after: Option<String>,
}

impl IdAt {
    fn read(section: &Section<'_>) -> Result<Option<Self>> {
        let at = section.read("id", Pointer::read)?;
        let after = section.read("id_after", |entry| entry.text().map(str::to_owned))?;
        match at {
            None if after.is_some() => Err(section.error("\"id_after\" has no meaning without \"id\"")),
            at => Ok(at.map(|at| Self { at, after })),
        }
    }

    pub(super) fn find(&self, answer: &Json<'_>) -> Option<String> {
        let text = id_of(self.at.find(answer)?)?;
        let Some(after) = &self.after else { return Some(text) };
        let (_, rest) = text.split_once(after.as_str())?;
        let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let id: String = rest.trim_start().chars().take_while(|c| is_part(*c)).collect();
        (!id.is_empty()).then_some(id)
    }
}

/// An id as text. Dots alone are none: in a path they would lead elsewhere.
pub(super) fn id_of(value: &Json<'_>) -> Option<String> {
    text_of(value).filter(|id| !id.trim_matches(['.', ' ']).is_empty())
}

/// One kind of answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) means: Meaning,
    statuses: Statuses,
    conditions: Vec<Condition>,
    pub(super) id: Option<IdAt>,
    /// Where the platform's words stand, if it is said.
    message: Option<Pointer>,
    /// Where the created lead is shown.
    pub(super) lead: Option<Pointer>,
}

impl Rule {
    pub(super) fn read(section: Section<'_>, message: Option<&Pointer>) -> Result<Self> {
        let means = section.need("means")?;
        let known = MEANINGS.iter().find(|(name, _)| Some(*name) == means.value.as_str());
        let names: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
        let unknown = means.value.as_str().unwrap_or_default();
        let (_, meaning) = known.ok_or_else(|| means.error(suggestion(unknown, &names)))?;
        let rule = Self {
            means: *meaning,
            statuses: Statuses::read(&section.need("status")?)?,
            conditions: section.read("when", Condition::read_all)?.unwrap_or_default(),
            id: IdAt::read(&section)?,
            message: section.read("message", Pointer::read)?.or_else(|| message.cloned()),
            lead: section.read("lead", Pointer::read)?,
        };
        rule.check(&section)?;
        section.finish()?;
        Ok(rule)
    }

    fn check(&self, section: &Section<'_>) -> Result<()> {
        let is_created = self.means == Meaning::Created;
        if is_created && !self.statuses.are_successes() {
            return Err(section.error("only an answer with a status from 200 to 299 can mean that a lead was created"));
        }
        if is_created && self.id.is_none() {
            return Err(
                section.error("\"id\" is missing: a lead whose id is not known could not be told from another's")
            );
        }
        if !is_created && self.statuses.any(|status| status < 300) && self.conditions.is_empty() {
            return Err(section.error(
                "a status from 200 to 299 alone says that a lead was created; where it does not, say by \"when\" how that shows",
            ));
        }
        if !is_created && self.message.is_none() && self.conditions.is_empty() {
            return Err(section.error(
                "say by \"message\" (here, or once at the top) where the platform's words stand, or by \"when\" how this answer \
                 differs from one of somebody else, such as a proxy",
            ));
        }
        if !is_created && self.lead.is_some() {
            return Err(section.error("\"lead\" says where a created lead is shown; here none was created"));
        }
        if self.id.is_some() && !matches!(self.means, Meaning::Created | Meaning::Exists) {
            return Err(section.error("\"id\" has a meaning for created and exists only"));
        }
        Ok(())
    }

    /// Whether an answer is of this kind. One that has no id or words where they should be is not.
    pub(super) fn fits(&self, status: u16, answer: &Json<'_>) -> bool {
        let says_what_it_should = match self.means {
            Meaning::Created => self.id.as_ref().is_some_and(|id| id.find(answer).is_some()),
            // A stranger's 404 is not the platform's word.
            _ => !self.conditions.is_empty() || self.words(answer).is_some(),
        };
        self.statuses.hold(status)
            && self.conditions.iter().all(|condition| condition.holds(answer))
            && says_what_it_should
    }

    /// The platform's words.
    pub(super) fn words(&self, answer: &Json<'_>) -> Option<Refused> {
        words_at(self.message.as_ref()?, answer)
    }
}

/// The platform's words at `message`.
pub(super) fn words_at(message: &Pointer, answer: &Json<'_>) -> Option<Refused> {
    let text = message.find(answer).and_then(Json::as_str).filter(|text| !text.trim().is_empty())?;
    Some(Refused { message: tidy(text), field: None })
}
