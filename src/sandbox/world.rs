//! The campaigns and leads of the Autocalls side, without HTTP: what may be created, and what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::options::{OpenCampaigns, SandboxCampaign};

/// The first lead's id; the others follow.
const FIRST_LEAD: u64 = 1001;
/// Secondary contacts are numbered elsewhere, so that a test that mixes the two up fails.
const FIRST_SECONDARY: u64 = 500_001;

/// Everything the Autocalls side knows.
#[derive(Debug)]
pub(super) struct World {
    campaigns: BTreeMap<u64, SandboxCampaign>,
    open: OpenCampaigns,
    /// By id; ids are never used again.
    leads: BTreeMap<u64, Lead>,
    next_lead: u64,
    /// Campaign, number and id: with duplicates allowed a number can be there several times.
    by_number: BTreeSet<(u64, Number, u64)>,
    next_secondary: u64,
}

/// A number as the platform keeps it: the digits of an E.164 number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(u64);

impl Number {
    /// `+`, a digit from 1 to 9, then 6 to 14 digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let shaped = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if shaped { digits.parse().ok().map(Self) } else { None }
    }

    /// Numbers that end in 0199 are refused: they lie in the ranges reserved for fiction, and give demos and tests a
    /// refusal without a fault.
    pub(super) fn is_blocked(self) -> bool {
        self.0 % 10_000 == 199
    }

    /// The digits without the plus sign.
    pub(super) fn digits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// A stored lead.
#[derive(Debug)]
pub(super) struct Lead {
    pub(super) id: u64,
    pub(super) campaign: u64,
    pub(super) number: Number,
    pub(super) variables: Box<RawValue>,
    pub(super) status: Box<str>,
    pub(super) secondaries: Box<[Secondary]>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
}

/// A stored secondary contact.
#[derive(Debug)]
pub(super) struct Secondary {
    pub(super) id: u64,
    pub(super) number: Number,
    pub(super) variables: Box<RawValue>,
}

/// A lead to be created, its shape already checked.
#[derive(Debug)]
pub(super) struct NewLead {
    pub(super) campaign: u64,
    pub(super) number: Number,
    pub(super) variables: Box<RawValue>,
    pub(super) secondaries: Vec<(Number, Box<RawValue>)>,
    pub(super) duplicates: Duplicates,
}

/// The request's `allow_dupplicate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duplicates {
    Allowed,
    Forbidden,
}

/// What an update changes.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) campaign: Option<u64>,
    pub(super) number: Option<Number>,
    pub(super) status: Option<String>,
    /// Merged into the variables that are there.
    pub(super) variables: Option<Map<String, Value>>,
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    CampaignNotFound,
    LeadNotFound,
    /// The number must not be called.
    Blocked,
    /// The number is in the campaign already, as this lead.
    Taken(u64),
}

/// Which leads a list shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) campaign: Option<u64>,
    pub(super) digits: Option<PartialNumber>,
    pub(super) status: Option<String>,
    /// Not those created after this.
    pub(super) until: Option<Timestamp>,
    pub(super) created: DateRange,
}

/// Days, both included, as `YYYY-MM-DD`.
#[derive(Debug, Clone, Default)]
pub(super) struct DateRange {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

/// One page of a list, newest first, and how many there are on all pages.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) leads: Vec<&'a Lead>,
    pub(super) total: usize,
}

impl World {
    pub(super) fn new(campaigns: &[SandboxCampaign], open: OpenCampaigns) -> Self {
        let campaigns = campaigns.iter().map(|campaign| (campaign.id, campaign.clone())).collect();
        Self {
            campaigns,
            open,
            leads: BTreeMap::new(),
            next_lead: FIRST_LEAD,
            by_number: BTreeSet::new(),
            next_secondary: FIRST_SECONDARY,
        }
    }

    pub(super) fn campaigns(&self) -> impl Iterator<Item = &SandboxCampaign> {
        self.campaigns.values()
    }

    pub(super) fn campaign(&self, id: u64) -> Option<&SandboxCampaign> {
        self.campaigns.get(&id)
    }

    pub(super) fn add_campaign(&mut self, campaign: SandboxCampaign) {
        self.campaigns.entry(campaign.id).or_insert(campaign);
    }

    /// In id order, without the deleted ones.
    pub(super) fn leads(&self) -> impl DoubleEndedIterator<Item = &Lead> {
        self.leads.values()
    }

    pub(super) fn lead(&self, id: u64) -> Option<&Lead> {
        self.leads.get(&id)
    }

    /// Creates a lead, in time that does not grow with their number but by its logarithm.
    pub(super) fn create(&mut self, new: NewLead, now: Timestamp) -> Result<&Lead, Refusal> {
        self.visit_campaign(new.campaign)?;
        if new.number.is_blocked() {
            return Err(Refusal::Blocked);
        }
        if new.duplicates == Duplicates::Forbidden
            && let Some(existing) = self.holder_of(new.campaign, new.number)
        {
            return Err(Refusal::Taken(existing));
        }
        let id = self.next_lead;
        let secondaries = self.numbered(new.secondaries);
        self.next_lead += 1;
        self.by_number.insert((new.campaign, new.number, id));
        Ok(self.leads.entry(id).or_insert(Lead {
            id,
            campaign: new.campaign,
            number: new.number,
            variables: new.variables,
            status: "created".into(),
            secondaries,
            created: now,
            updated: now,
        }))
    }

    /// Puts in a lead that was there before, in place of one with its id; later ids go on behind its own.
    pub(super) fn restore(&mut self, lead: Lead) {
        self.add_campaign(SandboxCampaign::unnamed(lead.campaign));
        if let Some(old) = self.leads.remove(&lead.id) {
            self.by_number.remove(&(old.campaign, old.number, old.id));
        }
        self.next_lead = self.next_lead.max(lead.id.saturating_add(1));
        let behind = lead.secondaries.iter().map(|contact| contact.id.saturating_add(1)).max();
        self.next_secondary = self.next_secondary.max(behind.unwrap_or_default());
        self.by_number.insert((lead.campaign, lead.number, lead.id));
        self.leads.insert(lead.id, lead);
    }

    /// Changes a lead; a number that is already in the campaign as another lead is refused.
    pub(super) fn update(&mut self, id: u64, change: Change, now: Timestamp) -> Result<&Lead, Refusal> {
        let old = self.lead(id).ok_or(Refusal::LeadNotFound)?;
        let before = (old.campaign, old.number);
        let after = (change.campaign.unwrap_or(before.0), change.number.unwrap_or(before.1));
        self.visit_campaign(after.0)?;
        if before != after {
            if after.1.is_blocked() {
                return Err(Refusal::Blocked);
            }
            if let Some(other) = self.holder_of(after.0, after.1) {
                return Err(Refusal::Taken(other));
            }
            self.by_number.remove(&(before.0, before.1, id));
            self.by_number.insert((after.0, after.1, id));
        }
        let lead = self.leads.get_mut(&id).ok_or(Refusal::LeadNotFound)?;
        (lead.campaign, lead.number) = after;
        lead.apply(change, now);
        Ok(lead)
    }

    /// Deletes a lead with its secondary contacts.
    pub(super) fn delete(&mut self, id: u64) -> Result<(), Refusal> {
        let lead = self.leads.remove(&id).ok_or(Refusal::LeadNotFound)?;
        self.by_number.remove(&(lead.campaign, lead.number, id));
        Ok(())
    }

    /// The leads that pass `filter`; pages count from 1. Looks at every lead.
    pub(super) fn list(&self, filter: &Filter, page: usize, per_page: usize) -> Page<'_> {
        let skipped = page.saturating_sub(1).saturating_mul(per_page);
        let mut total = 0;
        let mut leads = Vec::new();
        for lead in self.leads().rev().filter(|lead| filter.passes(lead)) {
            if total >= skipped && leads.len() < per_page {
                leads.push(lead);
            }
            total += 1;
        }
        Page { leads, total }
    }

    /// Fails where there is no such campaign and none comes into being by being asked for.
    pub(super) fn visit_campaign(&mut self, id: u64) -> Result<(), Refusal> {
        if self.campaigns.contains_key(&id) {
            return Ok(());
        }
        match self.open {
            OpenCampaigns::ListedOnly => Err(Refusal::CampaignNotFound),
            OpenCampaigns::AnyId => {
                self.add_campaign(SandboxCampaign::unnamed(id));
                Ok(())
            }
        }
    }

    fn holder_of(&self, campaign: u64, number: Number) -> Option<u64> {
        let holders = self.by_number.range((campaign, number, 0)..=(campaign, number, u64::MAX));
        holders.map(|(_, _, id)| *id).next()
    }

    fn numbered(&mut self, secondaries: Vec<(Number, Box<RawValue>)>) -> Box<[Secondary]> {
        let first = self.next_secondary;
        self.next_secondary += secondaries.len() as u64;
        let ids = first..;
        let numbered = secondaries.into_iter().zip(ids);
        numbered.map(|((number, variables), id)| Secondary { id, number, variables }).collect()
    }
}

impl Lead {
    fn apply(&mut self, change: Change, now: Timestamp) {
        if let Some(status) = change.status {
            self.status = status.into();
        }
        if let Some(new) = change.variables {
            let mut variables = object_of(&self.variables);
            variables.extend(new);
            self.variables = raw(&variables);
        }
        self.updated = now;
    }
}

impl Filter {
    fn passes(&self, lead: &Lead) -> bool {
        self.campaign.is_none_or(|campaign| lead.campaign == campaign)
            && self.digits.is_none_or(|digits| digits.is_in(lead.number))
            && self.status.as_ref().is_none_or(|status| **status == *lead.status)
            && self.until.is_none_or(|until| lead.created <= until)
            && self.created.holds(lead.created)
    }
}

impl DateRange {
    fn holds(&self, time: Timestamp) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let day = time.strftime("%Y-%m-%d").to_string();
        self.from.as_ref().is_none_or(|from| *from <= day) && self.to.as_ref().is_none_or(|to| day <= *to)
    }
}

/// Some digits of a number, as a list is filtered by. Kept as arithmetic: a million leads are looked through at a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum PartialNumber {
    Any,
    Digits { value: u64, above: u64 },
    Nowhere,
}

impl PartialNumber {
    /// The digits in `text`, whatever stands between them; text without any is in no number.
    pub(super) fn of(text: &str) -> Self {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if text.trim().is_empty() {
            return Self::Any;
        }
        match (digits.parse(), u32::try_from(digits.len())) {
            (Ok(value), Ok(length @ 1..=15)) => Self::Digits { value, above: 10_u64.pow(length) },
            _ => Self::Nowhere,
        }
    }

    pub(super) fn is_in(self, number: Number) -> bool {
        let (value, above) = match self {
            Self::Any => return true,
            Self::Nowhere => return false,
            Self::Digits { value, above } => (value, above),
        };
        let mut rest = number.digits();
        while rest >= above / 10 && rest > 0 {
            if rest % above == value {
                return true;
            }
            rest /= 10;
        }
        false
    }
}

/// The object in this JSON text; empty where it is something else.
pub(super) fn object_of(json: &RawValue) -> Map<String, Value> {
    serde_json::from_str(json.get()).unwrap_or_default()
}

/// The JSON text of an object.
pub(super) fn raw(object: &Map<String, Value>) -> Box<RawValue> {
    serde_json::value::to_raw_value(object).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests;
