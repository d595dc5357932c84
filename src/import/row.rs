//! One row: mapped, its numbers read, its target found.

use crate::grouping::{Fault, Item, Member, Secondary};
use crate::lead::{Contact, Reason, SourceRow};
use crate::mapping::{BoundMapping, Draft, DraftContact};
use crate::phone::{Phone, PhoneReader, PhoneReading, Region};
use crate::run::Places;
use crate::source::{Record, Row};
use crate::target::Family;

/// Whether what a row held is kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// For the rejects file.
    Records,
    /// Only where it is: nothing is rejected in a pass that only counts.
    Positions,
}

/// Reads rows; one for each thread.
pub(super) struct RowReader<'a> {
    places: &'a Places,
    region: Option<Region>,
    keep: Keep,
    phones: PhoneReader,
    draft: Draft,
}

/// A country as a column gives it.
enum RowRegion {
    Known(Option<Region>),
    Unknown,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(places: &'a Places, region: Option<Region>, keep: Keep) -> Self {
        Self { places, region, keep, phones: PhoneReader::new(), draft: Draft::default() }
    }

    /// The row as grouping takes it.
    pub(super) fn item(&mut self, bound: &BoundMapping, row: &Row) -> Item {
        let record = match self.keep {
            Keep::Records => row.record(),
            Keep::Positions => Record::Cells(Box::default()),
        };
        let source_row = SourceRow { position: row.position().clone(), record };
        let mapped = bound.fill(row, &mut self.draft);
        let target = self.places.resolve(self.draft.campaign.as_deref());
        let fault = |reader: &Self, row: SourceRow, target, reason| {
            let (group, is_primary) = (reader.draft.group.clone(), reader.draft.is_primary);
            Item::Fault(Fault { row, target, group, is_primary, reason })
        };
        let target = match target {
            Ok(target) => target,
            Err(reason) => return fault(self, source_row, None, reason),
        };
        let mut repairs = Vec::new();
        let phone = mapped.and_then(|()| self.primary(target.family, &mut repairs));
        match phone {
            Err(reason) => fault(self, source_row, Some(target), reason),
            Ok(phone) => {
                let secondaries = self.secondaries(&mut repairs);
                let draft = &self.draft;
                Item::Member(Member {
                    phone,
                    variables: draft.primary.variables.clone(),
                    person: draft.person.clone(),
                    secondaries,
                    target,
                    group: draft.group.clone(),
                    is_primary: draft.is_primary,
                    row: source_row,
                    repairs,
                })
            }
        }
    }

    /// A chatbot's lead is known by its e-mail address: it may have no number, but not a wrong one.
    fn primary(&mut self, family: Family, repairs: &mut Vec<String>) -> Result<Option<Phone>, Reason> {
        if family == Family::Pollybot && self.draft.primary.phone.trim().is_empty() {
            return Ok(None);
        }
        let region = self.row_region();
        number(&mut self.phones, &self.draft.primary, &region, self.draft.region.as_deref(), repairs).map(Some)
    }

    fn secondaries(&mut self, repairs: &mut Vec<String>) -> Vec<Secondary> {
        let region = self.row_region();
        let read = |draft: &DraftContact| Secondary {
            column: draft.column.clone(),
            contact: number(&mut self.phones, draft, &region, self.draft.region.as_deref(), repairs)
                .map(|phone| Contact { phone, variables: draft.variables.clone() }),
        };
        self.draft.secondaries.iter().map(read).collect()
    }

    fn row_region(&self) -> RowRegion {
        match self.draft.region.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => RowRegion::Known(self.region),
            Some(text) => Region::parse(text).map_or(RowRegion::Unknown, |region| RowRegion::Known(Some(region))),
        }
    }
}

fn number(
    phones: &mut PhoneReader,
    draft: &DraftContact,
    region: &RowRegion,
    named: Option<&str>,
    repairs: &mut Vec<String>,
) -> Result<Phone, Reason> {
    let for_region = match region {
        RowRegion::Known(region) => *region,
        // A number with its own country code needs no column's help.
        RowRegion::Unknown => None,
    };
    match phones.read(&draft.phone, for_region) {
        Ok(reading) => {
            repairs.extend(repair_note(draft, &reading));
            Ok(reading.phone)
        }
        Err(refusal) => {
            if let (RowRegion::Unknown, "phone_no_country") = (region, refusal.code) {
                let named = named.unwrap_or_default();
                let message = format!("{named:?} is not a country; write its name or its code, like DE");
                return Err(Reason::new("region_unknown", message).about(&*draft.column));
            }
            Err(Reason::new(refusal.code, refusal.message).about(&*draft.column))
        }
    }
}

/// From what to what, and by which rules; only where more than the writing changed.
fn repair_note(draft: &DraftContact, reading: &PhoneReading) -> Option<String> {
    if reading.repairs.is_empty() {
        return None;
    }
    let flag = if reading.flagged { ", please check" } else { "" };
    let rules = reading.repairs.join(", ");
    Some(format!("{}: {:?} read as {} ({rules}{flag})", draft.column, draft.phone, reading.phone))
}
