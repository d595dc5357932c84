//! One row: mapped, its numbers read, its target found.

use std::sync::Arc;

use super::numbers::{NumberReader, RowNumbers, RowPlace};
use super::plan::Numbers;
use crate::grouping::{FLAGGED, Fault, Item, Member};
use crate::lead::{Reason, SourceRow};
use crate::mapping::{BoundMapping, DoNotCallFlag, Draft};
use crate::phone::Region;
use crate::run::Places;
use crate::source::{Record, Row};
use crate::target::{Family, Target};

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
    numbers: NumberReader<'a>,
    draft: Draft,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(places: &'a Places, region: Option<Region>, numbers: &'a Numbers, keep: Keep) -> Self {
        Self { places, region, keep, numbers: NumberReader::new(numbers), draft: Draft::default() }
    }

    /// The row as grouping takes it.
    pub(super) fn item(&mut self, bound: &BoundMapping, row: &Row) -> Item {
        let record = match self.keep {
            Keep::Records => row.record(),
            Keep::Positions => Record::Cells(Box::default()),
        };
        let source_row = SourceRow { position: row.position().clone(), record };
        let mapped = bound.fill(row, &mut self.draft).and_then(|()| bound.require_in_place(row));
        let target = self.places.resolve(self.draft.campaign.as_deref());
        let fault = |reader: &Self, row: SourceRow, target, reason| {
            let (group, is_primary) = (reader.draft.group.clone(), reader.draft.is_primary);
            Item::Fault(Fault { row, target, group, is_primary, reason })
        };
        let target = match target {
            Ok(target) => target,
            Err(reason) => return fault(self, source_row, None, reason),
        };
        match mapped.and_then(|()| self.numbers(target.family)) {
            Err(reason) => fault(self, source_row, Some(target), reason),
            Ok(numbers) => Item::Member(self.member(numbers, target, source_row)),
        }
    }

    fn member(&mut self, mut numbers: RowNumbers, target: Arc<Target>, row: SourceRow) -> Member {
        let draft = &self.draft;
        if !draft.secondaries.is_empty() {
            let place = RowPlace::of(draft, self.region);
            for contact in &draft.secondaries {
                self.numbers.read_secondary(contact, &place, &mut numbers);
            }
        }
        let RowNumbers { contact, secondaries, repairs, stand_ins, remarks } = numbers;
        Member {
            phone: contact.map(|contact| contact.phone),
            variables: draft.primary.variables.clone(),
            person: draft.person.clone(),
            secondaries,
            target,
            group: draft.group.clone(),
            is_primary: draft.is_primary,
            was_duplicate: draft.was_duplicate,
            row,
            repairs,
            stand_ins,
            remarks,
            barred: draft.do_not_call.as_ref().map(flagged).map(Box::new),
        }
    }

    /// A chatbot's lead is known by its e-mail address: it may have no number, but not a wrong one.
    fn numbers(&mut self, family: Family) -> Result<RowNumbers, Reason> {
        let mut all = std::iter::once(&self.draft.primary).chain(&self.draft.other_phones);
        if family == Family::Pollybot && all.all(|contact| contact.phone.trim().is_empty()) {
            return Ok(RowNumbers::default());
        }
        let place = RowPlace::of(&self.draft, self.region);
        let mut numbers = self.numbers.read(&self.draft, &place)?;
        if family == Family::Pollybot {
            // Its leads have no secondary contacts.
            numbers.secondaries.clear();
        }
        Ok(numbers)
    }
}

/// Why a row is not called whose own column says so.
fn flagged(flag: &DoNotCallFlag) -> Reason {
    let DoNotCallFlag { column, value, is_clear } = flag;
    let how = if *is_clear { "" } else { ", which is not clearly no" };
    let value: String = value.chars().take(60).collect();
    let message = format!("must not be called: {column:?} says {value:?}{how}");
    Reason::new(FLAGGED, message).about(&**column)
}
