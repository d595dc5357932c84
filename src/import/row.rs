//! One row: mapped, its numbers read, its target found.

use std::sync::Arc;

use super::plan::{Numbers, OtherNumbers};
use crate::grouping::{Fault, Item, Member, Secondary};
use crate::lead::{Contact, Reason, Repaired, SourceRow};
use crate::mapping::{BoundMapping, Draft, DraftContact};
use crate::phone::{Phone, PhoneReader, PhoneReading, Refusal, Region};
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
    numbers: &'a Numbers,
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
    pub(super) fn new(places: &'a Places, region: Option<Region>, numbers: &'a Numbers, keep: Keep) -> Self {
        Self { places, region, numbers, keep, phones: PhoneReader::new(), draft: Draft::default() }
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
        let found = mapped.and_then(|()| self.primary(target.family, &mut repairs));
        match found {
            Err(reason) => fault(self, source_row, Some(target), reason),
            Ok(found) => {
                let (contact, beside) = found.map_or_else(Default::default, |it| (Some(it.first), it.others));
                let secondaries = self.secondaries(beside, &mut repairs);
                let draft = &self.draft;
                Item::Member(Member {
                    contact,
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
    fn primary(&mut self, family: Family, repairs: &mut Vec<Repaired>) -> Result<Option<Found>, Reason> {
        if family == Family::Pollybot && self.draft.primary.phone.trim().is_empty() {
            return Ok(None);
        }
        let region = self.row_region();
        let mut reading = self.numbers.reading(&mut self.phones, &region, self.draft.region.as_deref());
        reading.found(&self.draft.primary, repairs).map(Some)
    }

    /// Those in further cells, and those that stand beside another number in its cell.
    fn secondaries(&mut self, beside_primary: Vec<Contact>, repairs: &mut Vec<Repaired>) -> Vec<Secondary> {
        let region = self.row_region();
        let column = &self.draft.primary.column;
        let beside = |column: &Arc<str>, contact| Secondary { column: Arc::clone(column), contact: Ok(contact) };
        let mut all: Vec<_> = beside_primary.into_iter().map(|contact| beside(column, contact)).collect();
        let mut reading = self.numbers.reading(&mut self.phones, &region, self.draft.region.as_deref());
        for draft in &self.draft.secondaries {
            match reading.found(draft, repairs) {
                Ok(Found { first, others }) => {
                    all.push(beside(&draft.column, first));
                    all.extend(others.into_iter().map(|contact| beside(&draft.column, contact)));
                }
                Err(reason) => all.push(Secondary { column: Arc::clone(&draft.column), contact: Err(reason) }),
            }
        }
        all
    }

    fn row_region(&self) -> RowRegion {
        match self.draft.region.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => RowRegion::Known(self.region),
            Some(text) => Region::parse(text).map_or(RowRegion::Unknown, |region| RowRegion::Known(Some(region))),
        }
    }
}

/// The people that a cell names.
struct Found {
    first: Contact,
    /// Where further numbers of a cell are called as well.
    others: Vec<Contact>,
}

/// Cells of one row, as they are read.
struct CellReading<'a> {
    phones: &'a mut PhoneReader,
    numbers: &'a Numbers,
    region: &'a RowRegion,
    /// The country as its column gives it.
    named: Option<&'a str>,
}

impl Numbers {
    fn reading<'a>(
        &'a self,
        phones: &'a mut PhoneReader,
        region: &'a RowRegion,
        named: Option<&'a str>,
    ) -> CellReading<'a> {
        CellReading { phones, numbers: self, region, named }
    }
}

impl CellReading<'_> {
    fn found(&mut self, draft: &DraftContact, repairs: &mut Vec<Repaired>) -> Result<Found, Reason> {
        let region = match self.region {
            RowRegion::Known(region) => *region,
            // A number with its own country code needs no column's help.
            RowRegion::Unknown => None,
        };
        let read = self.phones.read(&draft.phone, region);
        match read.and_then(|reading| self.numbers.rules.apply(reading)) {
            Ok(reading) => Ok(self.taken(draft, reading, repairs)),
            Err(refusal) => Err(self.reason(draft, refusal)),
        }
    }

    fn taken(&self, draft: &DraftContact, reading: PhoneReading, repairs: &mut Vec<Repaired>) -> Found {
        let contact = |phone| Contact { phone, variables: draft.variables.clone() };
        let others: Vec<Phone> = reading.phones().skip(1).collect();
        let (others, left_out) = match self.numbers.others {
            OtherNumbers::Told => (Vec::new(), others),
            OtherNumbers::Secondary => (others, Vec::new()),
        };
        let PhoneReading { phone, repairs: rules, flagged, .. } = reading;
        // Only where more than the writing changed.
        if !rules.is_empty() {
            let (column, from) = (Arc::clone(&draft.column), draft.phone.clone());
            repairs.push(Repaired { column, from, to: phone, rules, flagged, left_out });
        }
        Found { first: contact(phone), others: others.into_iter().map(contact).collect() }
    }

    fn reason(&self, draft: &DraftContact, refusal: Refusal) -> Reason {
        if let (RowRegion::Unknown, "phone_no_country") = (self.region, refusal.code) {
            let named = self.named.unwrap_or_default();
            let message = format!("{named:?} is not a country; write its name or its code, like DE");
            return Reason::new("region_unknown", message).about(&*draft.column);
        }
        Reason::new(refusal.code, refusal.message).about(&*draft.column)
    }
}
