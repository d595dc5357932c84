//! The door to `rlibphonenumber`: digits go in, a valid number or the reason why not comes out.
//!
//! The engine gets `digits` or `+digits` and nothing else: some malformed `;phone-context=` texts make it panic, letters
//! become keypad digits, and commas become extensions. All of that is decided before this door. It logs the numbers it
//! reads at `trace`: a program that logs keeps the target `rlibphonenumber` off.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use rlibphonenumber as engine;
use rlibphonenumber::{ParseError, PhoneNumber, PhoneNumberType, PhoneNumberUtil, ValidationError};

use super::{Phone, PhoneKind, Region};

/// The fewest digits that are worth asking about: no country has a shorter full number.
const FEWEST_DIGITS: usize = 4;
/// Below this an invalid number is called too short, whatever lengths the country's plan allows.
const FEWEST_USUAL_DIGITS: usize = 6;
/// E.164 has at most 15 digits with the country code (ITU-T E.164, 6.2.1).
const MOST_E164_DIGITS: u32 = 15;

/// Tables that nobody uses at the moment. An import makes readers for its sample and for each of its passes; the tables'
/// patterns are compiled as numbers of a country come up, which costs more than reading ten thousand numbers.
static IDLE: Mutex<Vec<PhoneNumberUtil>> = Mutex::new(Vec::new());

/// So many tables are kept for the next reader.
const MOST_IDLE: usize = 8;

/// The engine's tables: tens of megabytes, given back for the next engine when it is dropped.
pub(super) struct Engine {
    /// `None` where the tables that are compiled in could not be read: then every number is refused, which is loud.
    tables: Option<PhoneNumberUtil>,
    /// `+digits`, reused.
    text: String,
}

/// A number that the engine calls valid.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    pub(super) phone: Phone,
    pub(super) kind: PhoneKind,
    parsed: PhoneNumber,
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialled {
    /// As a country's own people dial it.
    In(Region),
    /// As what stands after a `+`.
    Worldwide,
}

/// Why the engine has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Shorter than any number of the country with this calling code (0: the country is not known either).
    TooShort { country: u16, digits: usize },
    /// Longer than any number of the country with this calling code (0: the country is not known either).
    TooLong { country: u16, digits: usize },
    /// The right length, but no such numbers are given out there.
    Unassigned { country: u16 },
    /// No country has this calling code.
    NoSuchCountry,
    /// The engine's tables are missing.
    Broken,
}

impl Engine {
    pub(super) fn new() -> Self {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { tables: idle.or_else(|| PhoneNumberUtil::new().ok()), text: String::with_capacity(32) }
    }

    /// The valid number that `digits` (ASCII digits only) are when dialled so.
    pub(super) fn read(&mut self, digits: &str, dialled: Dialled) -> Result<Number, Fault> {
        debug_assert!(digits.bytes().all(|b| b.is_ascii_digit()), "only digits pass the door");
        let Some(tables) = &self.tables else { return Err(Fault::Broken) };
        let country = match dialled {
            Dialled::In(region) => calling_code_of(tables, region),
            Dialled::Worldwide => 0,
        };
        if digits.len() < FEWEST_DIGITS {
            return Err(Fault::TooShort { country, digits: digits.len() });
        }
        self.text.clear();
        let region = match dialled {
            Dialled::In(region) => engine_region(region),
            Dialled::Worldwide => {
                self.text.push('+');
                None
            }
        };
        self.text.push_str(digits);
        let parsed = tables.parse(&self.text, region).map_err(|error| fault_of(&error, country, digits.len()))?;
        judged(tables, parsed)
    }

    /// The calling code of a region, 0 where it has none.
    pub(super) fn calling_code(&self, region: Region) -> u16 {
        self.tables.as_ref().map_or(0, |tables| calling_code_of(tables, region))
    }

    /// The main region of a calling code.
    pub(super) fn region_of_code(&self, code: u16) -> Option<Region> {
        let region = self.tables.as_ref()?.get_region_for_country_code(i32::from(code))?;
        if region == engine::Region::World { None } else { Region::parse(&region.to_string()) }
    }

    /// The calling code that `digits` begin with: no code is the start of another.
    pub(super) fn leading_code(&self, digits: &str) -> Option<u16> {
        let tables = self.tables.as_ref()?;
        (1..=3).find_map(|length| {
            let code: u16 = digits.get(..length).filter(|head| !head.starts_with('0'))?.parse().ok()?;
            tables.get_region_for_country_code(i32::from(code)).map(|_| code)
        })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.extend(self.tables.take());
        }
    }
}

impl Number {
    /// True for a number that only mobiles have.
    pub(super) fn is_mobile(&self) -> bool {
        self.kind == PhoneKind::Mobile
    }

    /// The same, also where mobiles and landlines share their numbers.
    pub(super) fn may_be_mobile(&self) -> bool {
        matches!(self.kind, PhoneKind::Mobile | PhoneKind::FixedOrMobile)
    }

    /// The country's calling code.
    pub(super) fn country(&self) -> u16 {
        u16::try_from(self.parsed.country_code).unwrap_or(0)
    }

    /// How many zeros the national number itself begins with (Italy).
    pub(super) fn leading_zeros(&self) -> usize {
        zeros_of(&self.parsed)
    }

    /// The national number with the zeros that belong to it.
    pub(super) fn national(&self) -> String {
        let zeros = self.leading_zeros();
        format!("{:0>zeros$}{}", "", self.parsed.national_number)
    }

    /// True where these are the digits of its E.164 form: the engine took nothing off.
    pub(super) fn is_written(&self, digits: &str) -> bool {
        digits.parse() == Ok(self.phone.digits())
    }

    /// True where the national number is written with exactly these digits.
    pub(super) fn national_is(&self, digits: &str) -> bool {
        let rest = digits.trim_start_matches('0');
        digits.len() - rest.len() == self.leading_zeros() && rest.parse() == Ok(self.parsed.national_number)
    }
}

fn zeros_of(parsed: &PhoneNumber) -> usize {
    if parsed.italian_leading_zero == Some(true) {
        usize::try_from(parsed.number_of_leading_zeros.unwrap_or(1)).unwrap_or(0)
    } else {
        0
    }
}

fn engine_region(region: Region) -> Option<engine::Region> {
    engine::Region::from_code(region.code()).ok()
}

fn calling_code_of(tables: &PhoneNumberUtil, region: Region) -> u16 {
    let code = engine_region(region).and_then(|region| tables.get_country_code_for_region(region));
    code.and_then(|code| u16::try_from(code).ok()).unwrap_or(0)
}

fn fault_of(error: &ParseError, country: u16, digits: usize) -> Fault {
    match error {
        ParseError::InvalidCountryCode | ParseError::NotANumber(_) => Fault::NoSuchCountry,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Fault::TooShort { country, digits },
        ParseError::TooLongNsn => Fault::TooLong { country, digits },
    }
}

/// Valid, or the likeliest reason why not.
fn judged(tables: &PhoneNumberUtil, parsed: PhoneNumber) -> Result<Number, Fault> {
    let country = u16::try_from(parsed.country_code).unwrap_or(0);
    let digits = zeros_of(&parsed) + digits_in(parsed.national_number);
    // A number is valid where it is of any kind: to ask for the kind answers both.
    let kind = kind_of(tables.get_number_type(&parsed));
    if kind != PhoneKind::Unknown {
        return match phone_of(&parsed) {
            Some(phone) => Ok(Number { phone, kind, parsed }),
            None => Err(Fault::TooLong { country, digits }),
        };
    }
    Err(match tables.is_possible_number_with_reason(&parsed) {
        Err(ValidationError::TooShort) => Fault::TooShort { country, digits },
        Err(ValidationError::TooLong) => Fault::TooLong { country, digits },
        Err(ValidationError::InvalidCountryCode) => Fault::NoSuchCountry,
        // Germany "possibly" has numbers of four digits; a person who typed five has lost some.
        _ if digits < FEWEST_USUAL_DIGITS => Fault::TooShort { country, digits },
        _ => Fault::Unassigned { country },
    })
}

fn kind_of(kind: PhoneNumberType) -> PhoneKind {
    match kind {
        PhoneNumberType::Mobile => PhoneKind::Mobile,
        PhoneNumberType::FixedLine => PhoneKind::Fixed,
        PhoneNumberType::FixedLineOrMobile => PhoneKind::FixedOrMobile,
        PhoneNumberType::TollFree => PhoneKind::TollFree,
        PhoneNumberType::PremiumRate => PhoneKind::Premium,
        PhoneNumberType::SharedCost => PhoneKind::SharedCost,
        PhoneNumberType::VoIP => PhoneKind::Voip,
        PhoneNumberType::PersonalNumber => PhoneKind::Personal,
        PhoneNumberType::Pager => PhoneKind::Pager,
        PhoneNumberType::UAN => PhoneKind::Company,
        PhoneNumberType::VoiceMail => PhoneKind::Voicemail,
        PhoneNumberType::Unknown => PhoneKind::Unknown,
    }
}

fn digits_in(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The E.164 digits as one number; `None` where there are more of them than E.164 has.
fn phone_of(parsed: &PhoneNumber) -> Option<Phone> {
    let national = u32::try_from(zeros_of(parsed) + digits_in(parsed.national_number)).ok()?;
    let code = u64::try_from(parsed.country_code).ok().filter(|code| *code > 0)?;
    if national + u32::try_from(digits_in(code)).ok()? > MOST_E164_DIGITS {
        return None;
    }
    let digits = code.checked_mul(10u64.checked_pow(national)?)?.checked_add(parsed.national_number)?;
    NonZeroU64::new(digits).map(Phone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str) -> Region {
        Region::parse(code).unwrap()
    }

    #[test]
    fn the_dial_codes_of_the_table_are_those_of_the_engine() {
        let engine = Engine::new();
        for code in 1..1000 {
            let main = engine.region_of_code(code);
            assert_eq!(Region::parse(&format!("+{code}")), main, "+{code}");
        }
        for region in Region::all() {
            assert_ne!(engine.calling_code(region), 0, "{region} has no numbering plan");
        }
    }

    #[test]
    fn zeros_that_belong_to_the_number_stay() {
        let mut engine = Engine::new();
        let number = engine.read("0236618300", Dialled::In(region("IT"))).unwrap();
        assert_eq!(number.phone.to_string(), "+390236618300");
        assert_eq!(number.national(), "0236618300");
        assert!(number.national_is("0236618300") && !number.national_is("236618300"));
    }

    #[test]
    fn a_fault_names_the_country_and_the_digits() {
        let mut engine = Engine::new();
        let de = Dialled::In(region("DE"));
        assert_eq!(engine.read("110", de), Err(Fault::TooShort { country: 49, digits: 3 }));
        let few = engine.read("491512", Dialled::Worldwide);
        assert_eq!(few, Err(Fault::TooShort { country: 49, digits: 4 }));
        assert_eq!(engine.read("99912345678", Dialled::Worldwide), Err(Fault::NoSuchCountry));
    }
}
