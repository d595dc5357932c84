//! What answers mean: rules in their order, of which the first that fits counts. An answer that fits none means nothing.

use super::super::Json;
use super::super::answer::{Refused, text_of, tidy};
use super::condition::Conditions;
use super::pointer::Pointer;
use super::section::{Entry, Result, Section, not_among};

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
        let wrong = || entry.error(format!("{} should be a status such as 201, or \"4xx\"", entry.written()));
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

    /// Whether this status is named, and not merely one of a class.
    fn name(&self, status: u16) -> bool {
        self.0.contains(&(status, status))
    }

    /// The first of these that the `others` hold as well, in words.
    fn first_held_by(&self, others: &Self) -> Option<String> {
        let is_held = |(low, high): &&(u16, u16)| others.0.iter().any(|(from, to)| from <= low && high <= to);
        self.0
            .iter()
            .find(is_held)
            .map(|(low, high)| if low == high { low.to_string() } else { format!("{}xx", low / 100) })
    }

    pub(super) fn are_successes(&self) -> bool {
        !self.any(|status| status >= 300)
    }

    /// Reads statuses that say that something is done.
    pub(super) fn read_successes(entry: &Entry<'_>) -> Result<Self> {
        let read = Self::read(entry)?;
        let wrong = || entry.error("only a status from 200 to 299 can mean that it is done");
        if read.are_successes() { Ok(read) } else { Err(wrong()) }
    }

    /// Reads statuses that say that there is no such lead.
    pub(super) fn read_refusals(entry: &Entry<'_>) -> Result<Self> {
        let read = Self::read(entry)?;
        let wrong = || entry.error("should hold statuses from 400 to 499, such as 404");
        if read.any(|status| status < 400) { Err(wrong()) } else { Ok(read) }
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

/// An id as text. Dots alone are none: in a path they would lead elsewhere. A number that is not whole, or has more digits
/// than are read, is none either: it might be another one's.
pub(super) fn id_of(value: &Json<'_>) -> Option<String> {
    if matches!(value, Json::Number(number) if number.is_f64()) {
        return None;
    }
    text_of(value).filter(|id| !id.trim_matches(['.', ' ']).is_empty())
}

/// One kind of answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) means: Meaning,
    statuses: Statuses,
    conditions: Conditions,
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
        let wanted = means.text()?;
        let (_, meaning) = known.ok_or_else(|| means.error(not_among(wanted, &names)))?;
        let rule = Self {
            means: *meaning,
            statuses: Statuses::read(&section.need("status")?)?,
            conditions: Conditions::read(&section)?.unwrap_or_default(),
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
        // An answer that shows the lead which was there has its id, and that is looked at before it is believed.
        let names_lead = self.means == Meaning::Exists && self.id.is_some();
        if !is_created && !names_lead && self.statuses.any(|status| status < 300) && self.conditions.are_none() {
            return Err(section.error(
                "a status from 200 to 299 alone says that a lead was created; where it does not, say by \"when\" how that shows",
            ));
        }
        let is_told_by_id = names_lead && !self.statuses.any(|status| status >= 300);
        if !is_created && !is_told_by_id && self.message.is_none() && self.conditions.are_none() {
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
        let has_id = || self.id.as_ref().is_some_and(|id| id.find(answer).is_some());
        let says_what_it_should = match self.means {
            Meaning::Created => has_id(),
            Meaning::Exists if self.believes_an_id(status) => has_id(),
            // A stranger's 404 is not the platform's word.
            _ => !self.conditions.are_none() || self.words(answer).is_some(),
        };
        self.statuses.hold(status) && self.conditions.hold(answer) && says_what_it_should
    }

    /// Whether by an id alone an answer of this success is one about a lead that was there. It may be the id of anything: a job, a
    /// refusal.
    pub(super) fn believes_an_id(&self, status: u16) -> bool {
        self.means == Meaning::Exists && status < 300 && self.conditions.are_none()
    }

    /// The same of any answer.
    pub(super) fn may_believe_an_id(&self) -> bool {
        self.statuses.any(|status| self.believes_an_id(status))
    }

    /// Whether it tells by the body of an answer with a status of success.
    pub(super) fn is_told_in_a_success(&self) -> bool {
        self.statuses.any(|status| status < 300) && !self.conditions.are_none()
    }

    /// Whether it is about this status by name, and not merely by its class (`"4xx"`).
    pub(super) fn names(&self, status: u16) -> bool {
        self.statuses.name(status)
    }

    /// A status of this rule, in words, that an `earlier` one leaves nothing of: what it says is never asked.
    pub(super) fn taken_by(&self, earlier: &Self) -> Option<String> {
        let says_the_same = match (earlier.means, self.means) {
            (Meaning::Created, Meaning::Created) => earlier.id == self.id,
            // Whatever else is said of an answer with a lead's id, it counts as created.
            (Meaning::Created, _) => true,
            (Meaning::Exists, _) if earlier.id.is_some() && earlier.statuses.any(|status| status < 300) => true,
            _ => earlier.message == self.message,
        };
        if !earlier.conditions.are_none() || !says_the_same {
            return None;
        }
        self.statuses.first_held_by(&earlier.statuses)
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
