//! The numbers of a row: which country they are read for, a dial code that stands in a column of its own, and which of
//! several columns is called.

use std::sync::Arc;

use super::plan::{Numbers, OtherNumbers};
use crate::grouping::Secondary;
use crate::lead::{Contact, Reason, Repaired};
use crate::mapping::{Draft, DraftContact, OtherPhones};
use crate::phone::{Phone, PhoneReader, PhoneReading, Refusal, Region, says_nothing, unwanted};

/// What the numbers of a row came to.
#[derive(Debug, Default)]
pub(super) struct RowNumbers {
    /// Who is called; `None` only where a chatbot's lead has no number.
    pub(super) contact: Option<Contact>,
    /// The row's further numbers, where these are called, too.
    pub(super) secondaries: Vec<Secondary>,
    pub(super) repairs: Vec<Repaired>,
    /// Which column is called since those before it are empty.
    pub(super) stand_ins: Vec<String>,
    pub(super) remarks: Vec<Reason>,
}

/// Reads numbers, as the run wants them; one for each thread.
#[derive(Debug)]
pub(super) struct NumberReader<'a> {
    phones: PhoneReader,
    wanted: &'a Numbers,
}

/// What a row says about where its numbers belong.
#[derive(Debug)]
pub(super) struct RowPlace<'a> {
    region: RowRegion,
    /// The country as its column has it.
    named: Option<&'a str>,
    dial_codes: &'a [String],
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

impl<'a> RowPlace<'a> {
    /// Of a row, where the run's region is `region`.
    pub(super) fn of(draft: &'a Draft, region: Option<Region>) -> Self {
        // Two letters are a code: NA is Namibia, and only n/a says nothing.
        let is_code = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let named = draft.region.as_deref().map(str::trim).filter(|text| is_code(text) || !says_nothing(text));
        let region = match (named, named.and_then(Region::parse)) {
            (_, Some(found)) => RowRegion::OfRow(found),
            // To read its number as one of the run's country would be to call a stranger there.
            (Some(_), None) => RowRegion::Unknown,
            (None, None) => RowRegion::Default(region),
        };
        Self { region, named, dial_codes: &draft.dial_codes }
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

impl<'a> NumberReader<'a> {
    pub(super) fn new(wanted: &'a Numbers) -> Self {
        Self { phones: PhoneReader::new(), wanted }
    }

    /// The numbers of a row: the first one that can be dialled, and what becomes of the others.
    ///
    /// # Errors
    /// None of them can be dialled: why, of every column that holds something.
    pub(super) fn read(&mut self, draft: &Draft, place: &RowPlace<'_>) -> Result<RowNumbers, Reason> {
        let mut numbers = RowNumbers::default();
        let mut refused: Vec<(&DraftContact, Reason)> = Vec::new();
        let mut called: Option<&DraftContact> = None;
        let others = self.others_in_cell(draft.others_are);
        for contact in std::iter::once(&draft.primary).chain(&draft.other_phones) {
            if numbers.contact.is_some() && draft.others_are != OtherPhones::Secondary {
                break;
            }
            match self.reading(contact, place) {
                Err(reason) => refused.push((contact, reason)),
                Ok(reading) => {
                    numbers.take(contact, &reading, others, &draft.primary.variables);
                    called = called.or(Some(contact));
                    numbers.tell_difference(&self.phones, reading.phone, contact, place);
                }
            }
        }
        let Some(called) = called else { return Err(none_can_be_dialled(refused)) };
        numbers.tell_refused(&refused, called);
        Ok(numbers)
    }

    /// The numbers of a contact that has a column of its own, added to those of its row.
    pub(super) fn read_secondary(&mut self, contact: &DraftContact, place: &RowPlace<'_>, numbers: &mut RowNumbers) {
        let others = self.others_in_cell(OtherPhones::Ignore);
        match self.reading(contact, place) {
            Ok(reading) => {
                numbers.repairs.extend(repaired(contact, &reading, others));
                for phone in called_of(&reading, others) {
                    numbers.add_secondary(contact, Ok(phone), &contact.variables);
                }
            }
            Err(reason) => numbers.add_secondary(contact, Err(reason), &contact.variables),
        }
    }

    fn others_in_cell(&self, other_columns: OtherPhones) -> OtherNumbers {
        if other_columns == OtherPhones::Secondary { OtherNumbers::Secondary } else { self.wanted.others }
    }

    fn reading(&mut self, contact: &DraftContact, place: &RowPlace<'_>) -> Result<PhoneReading, Reason> {
        if let Some(says) = contact.no_telephone.as_ref().filter(|_| !contact.phone.trim().is_empty()) {
            let message = format!("{:?} says that it is no telephone's number: {:?}", &*says.column, says.value);
            return Err(Reason::new("phone_is_fax", message).about(&*contact.column));
        }
        let read = unwanted::refuse(&contact.phone).and_then(|()| {
            with_dial_codes(&mut self.phones, contact, place)
                .unwrap_or_else(|| self.phones.read(&contact.phone, place.region()))
        });
        let wanted = read.and_then(|reading| self.wanted.rules.apply(reading));
        wanted.map_err(|refusal| refused(&refusal, contact, place))
    }
}

impl RowNumbers {
    /// Each number once, however often a row has it.
    fn take(&mut self, from: &DraftContact, reading: &PhoneReading, others: OtherNumbers, variables: &str) {
        self.repairs.extend(repaired(from, reading, others));
        for phone in called_of(reading, others) {
            if self.contact.is_none() {
                self.contact = Some(Contact { phone, variables: variables.to_owned() });
            } else if !self.has(phone) {
                self.add_secondary(from, Ok(phone), variables);
            }
        }
    }

    fn has(&self, phone: Phone) -> bool {
        let secondaries = self.secondaries.iter().filter_map(|secondary| secondary.contact.as_ref().ok());
        self.contact.iter().chain(secondaries).any(|contact| contact.phone == phone)
    }

    fn add_secondary(&mut self, from: &DraftContact, phone: Result<Phone, Reason>, variables: &str) {
        let contact = phone.map(|phone| Contact { phone, variables: variables.to_owned() });
        self.secondaries.push(Secondary { column: Arc::clone(&from.column), contact });
    }

    /// Columns whose number is not called, and which one is.
    fn tell_refused(&mut self, refused: &[(&DraftContact, Reason)], called: &DraftContact) {
        for (contact, reason) in refused {
            let (column, called) = (&contact.column, &called.column);
            if contact.phone.trim().is_empty() {
                self.stand_ins.push(format!("{column} is empty: {called} is called"));
            } else {
                let message = format!("{column:?} cannot be dialled, {called:?} is called: {}", reason.message);
                self.remarks.push(Reason::new("other_phone_called", message));
            }
        }
    }

    /// A number of another country than the row's column says: the number is believed, and it is told.
    fn tell_difference(&mut self, phones: &PhoneReader, phone: Phone, contact: &DraftContact, place: &RowPlace<'_>) {
        let RowRegion::OfRow(region) = place.region else { return };
        let code = phones.dial_code(region);
        if !has_dial_code(phone, code) {
            let named = place.named.unwrap_or_default();
            let message = format!(
                "the row says {named:?}, but the number in {:?} is not one of {} (+{code}); the number is called as it stands",
                contact.column,
                region.name()
            );
            self.remarks.push(Reason::new("country_differs", message));
        }
    }
}

/// True for a number of that country; asked of every row with one.
fn has_dial_code(phone: Phone, code: u16) -> bool {
    let mut digits = phone.digits();
    while digits > u64::from(code) {
        digits /= 10;
    }
    digits == u64::from(code)
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

fn refused(refusal: &Refusal, contact: &DraftContact, place: &RowPlace<'_>) -> Reason {
    if let (RowRegion::Unknown, "phone_no_country") = (place.region, refusal.code) {
        let named = place.named.unwrap_or_default();
        let message = format!("{named:?} is not a country; write its name or its code, like DE");
        return Reason::new("region_unknown", message).about(&*contact.column);
    }
    Reason::new(refusal.code, refusal.message.as_str()).about(&*contact.column)
}

/// The number with the codes that stand in columns of their own before it: a country's (`+33`, `0033`, `33`) says where
/// it is read, an area's (`030`, `212`) belongs to it. A number with its own `+` needs none.
fn with_dial_codes(
    phones: &mut PhoneReader,
    contact: &DraftContact,
    place: &RowPlace<'_>,
) -> Option<Result<PhoneReading, Refusal>> {
    let number = contact.phone.trim();
    if number.is_empty() || place.dial_codes.is_empty() || number.starts_with(['+', '=']) || number.starts_with("00") {
        return None;
    }
    let mut region = place.region();
    let mut area = None;
    let mut perhaps = None;
    for code in place.dial_codes {
        match Code::of(code) {
            Code::Country(found) => region = Some(found),
            Code::Area(digits) => area = Some(digits),
            Code::Either(found, digits) => {
                // A code without + is an area's only where the number is none of that country.
                if phones.read(number, Some(found)).is_ok() {
                    region = Some(found);
                } else {
                    area = Some(digits);
                    perhaps = Some(found);
                }
            }
            Code::None => {}
        }
    }
    if let Some(area) = area.filter(|area| !number.starts_with(area.as_str())) {
        let joined = format!("{area} {number}");
        if let Ok(reading) = phones.read(&joined, region) {
            return Some(Ok(reading));
        }
    }
    // What the code's country has no such number of is not another country's: its reason is the one to tell.
    region.or(perhaps).map(|region| phones.read(number, Some(region)))
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

/// The numbers of a cell that are called.
fn called_of(reading: &PhoneReading, others: OtherNumbers) -> impl Iterator<Item = Phone> + '_ {
    let most = if others == OtherNumbers::Secondary { usize::MAX } else { 1 };
    reading.phones().take(most)
}

/// What was done, where more than the writing changed or where a person should look: a likely reading may need no repair.
fn repaired(contact: &DraftContact, reading: &PhoneReading, others: OtherNumbers) -> Option<Repaired> {
    if reading.repairs.is_empty() && !reading.flagged {
        return None;
    }
    let left_out = match others {
        OtherNumbers::Told => reading.phones().skip(1).collect(),
        OtherNumbers::Secondary => Vec::new(),
    };
    Some(Repaired {
        column: Arc::clone(&contact.column),
        from: contact.phone.clone(),
        to: reading.phone,
        rules: reading.repairs.clone(),
        flagged: reading.flagged,
        left_out,
    })
}
