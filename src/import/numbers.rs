//! The numbers of a row: which country they are read for, a dial code that stands in a column of its own, and which of
//! several columns is called.

use std::sync::Arc;

use crate::grouping::Secondary;
use crate::lead::{Contact, Reason};
use crate::mapping::{Draft, DraftContact, OtherPhones, RegionBy};
use crate::phone::{Phone, PhoneReader, PhoneReading, Refusal, Region};

/// What the numbers of a row came to.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Who is called; `None` only where a chatbot's lead has no number.
    pub(super) contact: Option<Contact>,
    /// The row's further numbers, where these are called, too.
    pub(super) secondaries: Vec<Secondary>,
    pub(super) repairs: Vec<String>,
    pub(super) remarks: Vec<Reason>,
}

/// What a row says about where its numbers belong.
#[derive(Debug)]
pub(super) struct RowPlace {
    region: RowRegion,
    /// The country as its column has it.
    named: Option<String>,
    dial_codes: Vec<String>,
}

/// The country of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowRegion {
    /// The run's.
    Default(Option<Region>),
    /// Its column's.
    OfRow(Region),
    /// Its column's, but it is none.
    Unknown,
}

impl RowPlace {
    /// Of a row, where the run's region is `region`.
    pub(super) fn of(draft: &Draft, region: Option<Region>) -> Self {
        let named = draft.region.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let region = match (named, named.and_then(Region::parse), draft.region_by) {
            (_, Some(found), _) => RowRegion::OfRow(found),
            (Some(_), None, RegionBy::Mapping) => RowRegion::Unknown,
            (Some(_) | None, None, _) => RowRegion::Default(region),
        };
        Self { region, named: named.map(str::to_owned), dial_codes: draft.dial_codes.clone() }
    }

    fn region(&self) -> Option<Region> {
        match self.region {
            RowRegion::Default(region) => region,
            RowRegion::OfRow(region) => Some(region),
            // A number with its own country code needs no column's help.
            RowRegion::Unknown => None,
        }
    }
}

/// The numbers of a row: the first one that can be dialled, and what becomes of the others.
///
/// # Errors
/// None of them can be dialled: why, of every column that holds something.
pub(super) fn read(phones: &mut PhoneReader, draft: &Draft, place: &RowPlace) -> Result<Numbers, Reason> {
    let mut numbers = Numbers::default();
    let mut refused: Vec<(&DraftContact, Reason)> = Vec::new();
    let mut taken: Vec<Phone> = Vec::new();
    let mut called: Option<&DraftContact> = None;
    for contact in std::iter::once(&draft.primary).chain(&draft.other_phones) {
        if numbers.contact.is_some() && draft.others_are != OtherPhones::Secondary {
            break;
        }
        match reading(phones, contact, place) {
            Err(reason) => refused.push((contact, reason)),
            Ok(reading) => {
                numbers.repairs.extend(repair_note(contact, &reading, draft.others_are));
                let further: &[Phone] = if draft.others_are == OtherPhones::Secondary { &reading.others } else { &[] };
                for phone in std::iter::once(&reading.phone).chain(further) {
                    if !taken.contains(phone) {
                        taken.push(*phone);
                        numbers.add(contact, *phone, &draft.primary.variables);
                    }
                }
                called = called.or(Some(contact));
                numbers.tell_difference(phones, reading.phone, contact, place);
            }
        }
    }
    let Some(called) = called else { return Err(none_can_be_dialled(refused)) };
    numbers.tell_refused(&refused, called);
    Ok(numbers)
}

impl Numbers {
    fn add(&mut self, from: &DraftContact, phone: Phone, variables: &str) {
        let contact = Contact { phone, variables: variables.to_owned() };
        if self.contact.is_none() {
            self.contact = Some(contact);
        } else {
            self.secondaries.push(Secondary { column: Arc::clone(&from.column), contact: Ok(contact) });
        }
    }

    /// Columns whose number is not called, and which one is.
    fn tell_refused(&mut self, refused: &[(&DraftContact, Reason)], called: &DraftContact) {
        for (contact, reason) in refused {
            let (column, called) = (&contact.column, &called.column);
            if contact.phone.trim().is_empty() {
                self.repairs.push(format!("{column} is empty: {called} is called"));
            } else {
                let message = format!("{column:?} cannot be dialled, {called:?} is called: {}", reason.message);
                self.remarks.push(Reason::new("other_phone_called", message));
            }
        }
    }

    /// A number of another country than the row's column says: the number is believed, and it is told.
    fn tell_difference(&mut self, phones: &PhoneReader, phone: Phone, contact: &DraftContact, place: &RowPlace) {
        let RowRegion::OfRow(region) = place.region else { return };
        let code = phones.dial_code(region).to_string();
        if !phone.digits().to_string().starts_with(&code) {
            let named = place.named.as_deref().unwrap_or_default();
            let message = format!(
                "the row says {named:?}, but the number in {:?} is not one of {} (+{code}); the number is called as it stands",
                contact.column,
                region.name()
            );
            self.remarks.push(Reason::new("country_differs", message));
        }
    }
}

/// The reason of the first column that holds something, with those of the others.
fn none_can_be_dialled(refused: Vec<(&DraftContact, Reason)>) -> Reason {
    let is_filled = |(contact, _): &&(&DraftContact, Reason)| !contact.phone.trim().is_empty();
    let filled: Vec<&(&DraftContact, Reason)> = refused.iter().filter(is_filled).collect();
    let [first, others @ ..] = filled.as_slice() else {
        let first = refused.into_iter().next();
        return first.map_or_else(|| Reason::new("phone_empty", "the row has no number"), |(_, reason)| reason);
    };
    let mut reason = first.1.clone();
    for (contact, other) in others {
        reason.message = format!("{}; and {:?}: {}", reason.message, contact.column, other.message);
    }
    reason
}

/// The number of a contact that has one column of its own.
pub(super) fn read_one(
    phones: &mut PhoneReader,
    contact: &DraftContact,
    place: &RowPlace,
    repairs: &mut Vec<String>,
) -> Result<Contact, Reason> {
    let reading = reading(phones, contact, place)?;
    repairs.extend(repair_note(contact, &reading, OtherPhones::Ignore));
    Ok(Contact { phone: reading.phone, variables: contact.variables.clone() })
}

fn reading(phones: &mut PhoneReader, contact: &DraftContact, place: &RowPlace) -> Result<PhoneReading, Reason> {
    let read = match with_dial_codes(phones, contact, place) {
        Some(reading) => Ok(reading),
        None => phones.read(&contact.phone, place.region()),
    };
    read.map_err(|refusal| refused(&refusal, contact, place))
}

fn refused(refusal: &Refusal, contact: &DraftContact, place: &RowPlace) -> Reason {
    if let (RowRegion::Unknown, "phone_no_country") = (place.region, refusal.code) {
        let named = place.named.as_deref().unwrap_or_default();
        let message = format!("{named:?} is not a country; write its name or its code, like DE");
        return Reason::new("region_unknown", message).about(&*contact.column);
    }
    Reason::new(refusal.code, refusal.message.as_str()).about(&*contact.column)
}

/// The number with the codes that stand in columns of their own before it: a country's (`+33`, `0033`, `33`) says where
/// it is read, an area's (`030`, `212`) belongs to it. A number with its own `+` needs none.
fn with_dial_codes(phones: &mut PhoneReader, contact: &DraftContact, place: &RowPlace) -> Option<PhoneReading> {
    let number = contact.phone.trim();
    if number.is_empty() || place.dial_codes.is_empty() || number.starts_with(['+', '=']) || number.starts_with("00") {
        return None;
    }
    let mut region = place.region();
    let mut area = None;
    for code in &place.dial_codes {
        match Code::of(code) {
            Code::Country(found) => region = Some(found),
            Code::Area(digits) => area = Some(digits),
            Code::Either(found, digits) => {
                // A code without + is an area's only where the number is none of that country.
                if phones.read(number, Some(found)).is_ok() {
                    region = Some(found);
                } else {
                    area = Some(digits);
                }
            }
            Code::None => {}
        }
    }
    if let Some(area) = area.filter(|area| !number.starts_with(area.as_str())) {
        let joined = format!("{area} {number}");
        if let Ok(reading) = phones.read(&joined, region) {
            return Some(reading);
        }
    }
    region.and_then(|region| phones.read(number, Some(region)).ok())
}

/// What stands in a column of dial codes.
enum Code {
    Country(Region),
    Area(String),
    Either(Region, String),
    None,
}

impl Code {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let country = |digits: &str| Region::parse(&format!("+{digits}"));
        if digits.is_empty() {
            Self::None
        } else if text.contains('+') || digits.starts_with("00") {
            country(digits.trim_start_matches('0')).map_or(Self::None, Self::Country)
        } else if digits.starts_with('0') {
            Self::Area(digits)
        } else {
            match country(&digits) {
                Some(region) => Self::Either(region, digits),
                None => Self::Area(digits),
            }
        }
    }
}

/// From what to what, and by which rules; only where more than the writing changed.
fn repair_note(contact: &DraftContact, reading: &PhoneReading, others_are: OtherPhones) -> Option<String> {
    if reading.repairs.is_empty() {
        return None;
    }
    let flag = if reading.flagged { ", please check" } else { "" };
    let rules = reading.repairs.join(", ");
    let mut note = format!("{}: {:?} read as {} ({rules}{flag})", contact.column, contact.phone, reading.phone);
    if others_are != OtherPhones::Secondary && !reading.others.is_empty() {
        let others: Vec<String> = reading.others.iter().map(ToString::to_string).collect();
        note = format!("{note}; not called: {}", others.join(", "));
    }
    Some(note)
}
