//! The door to `rlibphonenumber`: digits go in, a valid number or the reason why not comes out.
//!
//! The engine gets `digits` or `+digits` and nothing else: some malformed `;phone-context=` texts make it panic, letters
//! become keypad digits, and commas become extensions. All of that is decided before this door. It logs the numbers it
//! reads at `trace`: a program that logs keeps the target `rlibphonenumber` off.

use std::num::NonZeroU64;
use std::sync::{LazyLock, Mutex, PoisonError};

use rlibphonenumber as engine;
use rlibphonenumber::{ParseError, PhoneNumber, PhoneNumberType, PhoneNumberUtil, ValidationError};

use super::plan::{Length, Parsed, Plans, Unclear, Wrong};
use super::{Phone, PhoneKind, Region};

/// The fewest digits that are worth asking about: no country has a shorter full number.
const FEWEST_DIGITS: usize = 4;
/// Below this an invalid number is called too short, whatever lengths the country's plan allows.
const FEWEST_USUAL_DIGITS: usize = 6;
/// E.164 has at most 15 digits with the country code (ITU-T E.164, 6.2.1).
const MOST_E164_DIGITS: u32 = 15;

/// The engine's tables, for all threads; `None` where those that are compiled in could not be read.
static TABLES: LazyLock<Option<PhoneNumberUtil>> = LazyLock::new(|| PhoneNumberUtil::new().ok());

/// Plans that nobody uses at the moment. An import makes readers for its sample and for each of its passes; a country's
/// plan is made when a number of it comes up.
static IDLE: Mutex<Vec<Plans>> = Mutex::new(Vec::new());

/// So many are kept for the next reader.
const MOST_IDLE: usize = 8;

/// The rules of all countries, given back for the next engine when it is dropped.
pub(super) struct Engine {
    /// `None`: then every number is refused, which is loud.
    tables: Option<&'static PhoneNumberUtil>,
    plans: Plans,
    /// `+digits`, reused.
    text: String,
}

/// A number that the engine calls valid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    pub(super) phone: Phone,
    pub(super) kind: PhoneKind,
    country: u16,
    national: u64,
    /// How many of them the national number begins with.
    zeros: usize,
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
        Self { tables: TABLES.as_ref(), plans: idle.unwrap_or_default(), text: String::with_capacity(32) }
    }

    /// The valid number that `digits` (ASCII digits only) are when dialled so.
    pub(super) fn read(&mut self, digits: &str, dialled: Dialled) -> Result<Number, Fault> {
        debug_assert!(digits.bytes().all(|b| b.is_ascii_digit()), "only digits pass the door");
        let Some(tables) = self.tables else { return Err(Fault::Broken) };
        let country = match dialled {
            Dialled::In(region) => calling_code_of(tables, region),
            Dialled::Worldwide => 0,
        };
        if digits.len() < FEWEST_DIGITS {
            return Err(Fault::TooShort { country, digits: digits.len() });
        }
        match self.read_by_plan(tables, digits, dialled, country) {
            Ok(number) => number,
            Err(Unclear) => self.read_by_engine(tables, digits, dialled, country),
        }
    }

    /// The quick way, which leaves what is rare to the engine.
    fn read_by_plan(
        &mut self,
        tables: &PhoneNumberUtil,
        digits: &str,
        dialled: Dialled,
        country: u16,
    ) -> Result<Result<Number, Fault>, Unclear> {
        let parsed = match dialled {
            Dialled::Worldwide => self.plans.worldwide(tables, digits),
            Dialled::In(region) => {
                let region = engine_region(region).ok_or(Unclear)?;
                self.plans.at_home(tables, country, region, digits)
            }
        }?;
        Ok(match parsed {
            Ok(parsed) => judged_by_plan(&parsed),
            Err(Wrong::NoSuchCountry) => Err(Fault::NoSuchCountry),
            Err(Wrong::TooShort) => Err(Fault::TooShort { country, digits: digits.len() }),
            Err(Wrong::TooLong) => Err(Fault::TooLong { country, digits: digits.len() }),
        })
    }

    fn read_by_engine(
        &mut self,
        tables: &PhoneNumberUtil,
        digits: &str,
        dialled: Dialled,
        country: u16,
    ) -> Result<Number, Fault> {
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
        judged(tables, &parsed)
    }

    /// The calling code of a region, 0 where it has none.
    pub(super) fn calling_code(&self, region: Region) -> u16 {
        self.tables.map_or(0, |tables| calling_code_of(tables, region))
    }

    /// The main region of a calling code.
    pub(super) fn region_of_code(&self, code: u16) -> Option<Region> {
        let region = self.tables?.get_region_for_country_code(i32::from(code))?;
        if region == engine::Region::World { None } else { Region::parse(&region.to_string()) }
    }

    /// The calling code that `digits` begin with: no code is the start of another.
    pub(super) fn leading_code(&self, digits: &str) -> Option<u16> {
        let tables = self.tables?;
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
            idle.push(std::mem::take(&mut self.plans));
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
        self.country
    }

    /// How many zeros the national number itself begins with (Italy).
    pub(super) fn leading_zeros(&self) -> usize {
        self.zeros
    }

    /// The national number with the zeros that belong to it.
    pub(super) fn national(&self) -> String {
        let mut national = String::with_capacity(20);
        national.extend(std::iter::repeat_n('0', self.zeros));
        national.push_str(itoa::Buffer::new().format(self.national));
        national
    }

    /// True where these are the digits of its E.164 form: the engine took nothing off.
    pub(super) fn is_written(&self, digits: &str) -> bool {
        digits.parse() == Ok(self.phone.digits())
    }

    /// True where the national number is written with exactly these digits.
    pub(super) fn national_is(&self, digits: &str) -> bool {
        let rest = digits.trim_start_matches('0');
        digits.len() - rest.len() == self.zeros && rest.parse() == Ok(self.national)
    }

    /// `None` where E.164 has fewer digits.
    fn new(country: u16, national: u64, zeros: usize, kind: PhoneKind) -> Option<Self> {
        let phone = phone_of(country, national, zeros)?;
        Some(Self { phone, kind, country, national, zeros })
    }
}

/// The region and kind of a number; `None` where it cannot be read at all.
pub(super) fn origin(phone: Phone) -> Option<(Option<Region>, PhoneKind)> {
    let tables = TABLES.as_ref()?;
    let parsed = tables.parse(phone.to_string(), None).ok()?;
    // The code of the world would be read as a dial code.
    let region = tables.get_region_for_number(&parsed).filter(|region| *region != engine::Region::World);
    let region = region.and_then(|region| Region::parse(&region.to_string()));
    Some((region, kind_of(tables.get_number_type(&parsed))))
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
fn judged(tables: &PhoneNumberUtil, parsed: &PhoneNumber) -> Result<Number, Fault> {
    let country = u16::try_from(parsed.country_code).unwrap_or(0);
    let zeros = zeros_of(parsed);
    let digits = zeros + digits_in(parsed.national_number);
    // A number is valid where it is of any kind: to ask for the kind answers both.
    let kind = kind_of(tables.get_number_type(parsed));
    if kind != PhoneKind::Unknown {
        let number = Number::new(country, parsed.national_number, zeros, kind);
        return number.ok_or(Fault::TooLong { country, digits });
    }
    Err(match tables.is_possible_number_with_reason(parsed) {
        Err(ValidationError::TooShort) => Fault::TooShort { country, digits },
        Err(ValidationError::TooLong) => Fault::TooLong { country, digits },
        Err(ValidationError::InvalidCountryCode) => Fault::NoSuchCountry,
        _ => not_given_out(country, digits),
    })
}

/// The same of what a plan read.
fn judged_by_plan(parsed: &Parsed<'_>) -> Result<Number, Fault> {
    let (country, digits) = (parsed.country, parsed.national.len());
    let Some(kind) = parsed.kind else {
        return Err(match parsed.length {
            Length::TooShort => Fault::TooShort { country, digits },
            Length::TooLong => Fault::TooLong { country, digits },
            Length::Possible | Length::OnlyAtHome | Length::Wrong => not_given_out(country, digits),
        });
    };
    let number = parsed.national.parse().ok().and_then(|national| {
        let zeros = digits - digits_in(national);
        Number::new(country, national, zeros, kind)
    });
    number.ok_or(Fault::TooLong { country, digits })
}

fn not_given_out(country: u16, digits: usize) -> Fault {
    // Germany "possibly" has numbers of four digits; a person who typed five has lost some.
    if digits < FEWEST_USUAL_DIGITS { Fault::TooShort { country, digits } } else { Fault::Unassigned { country } }
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
fn phone_of(country: u16, national: u64, zeros: usize) -> Option<Phone> {
    let length = u32::try_from(zeros + digits_in(national)).ok()?;
    let code = u64::from(country);
    if code == 0 || length + u32::try_from(digits_in(code)).ok()? > MOST_E164_DIGITS {
        return None;
    }
    let digits = code.checked_mul(10u64.checked_pow(length)?)?.checked_add(national)?;
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

    /// By the plan where it can, and by the engine.
    fn both_ways(
        engine: &mut Engine,
        digits: &str,
        dialled: Dialled,
    ) -> (Option<Result<Number, Fault>>, Result<Number, Fault>) {
        let tables = TABLES.as_ref().unwrap();
        let country = match dialled {
            Dialled::In(region) => calling_code_of(tables, region),
            Dialled::Worldwide => 0,
        };
        let by_plan = engine.read_by_plan(tables, digits, dialled, country).ok();
        (by_plan, engine.read_by_engine(tables, digits, dialled, country))
    }

    /// Digits that are almost a number of the region, or one.
    fn near_a_number(region: Region, seed: u64) -> String {
        let mut dice = fastrand::Rng::with_seed(seed);
        let tables = TABLES.as_ref().unwrap();
        let kinds = [
            PhoneNumberType::Mobile,
            PhoneNumberType::FixedLine,
            PhoneNumberType::TollFree,
            PhoneNumberType::PremiumRate,
            PhoneNumberType::SharedCost,
            PhoneNumberType::VoIP,
            PhoneNumberType::UAN,
            PhoneNumberType::Pager,
        ];
        let kind = kinds[dice.usize(..kinds.len())];
        let region = engine_region(region).unwrap();
        let example = tables.get_example_number_for_type_and_region(region, kind);
        let code = tables.get_country_code_for_region(region).unwrap();
        let national =
            example.map_or_else(|_| dice.u32(..).to_string(), |it| engine::get_national_significant_number_owned(&it));
        let prefixes = ["", "0", "1", "8", "06", "00", "9"];
        let mut digits = prefixes[dice.usize(..prefixes.len())].repeat(usize::from(dice.bool())) + &national;
        if dice.bool() {
            digits.insert_str(0, &code.to_string());
        }
        for _ in 0..dice.usize(..4) {
            let at = dice.usize(..digits.len());
            match dice.u8(..4) {
                0 => digits.insert(at, char::from(b'0' + dice.u8(..10))),
                1 if digits.len() > FEWEST_DIGITS => drop(digits.remove(at)),
                _ => digits.replace_range(at..=at, &dice.u8(..10).to_string()),
            }
        }
        if digits.len() < FEWEST_DIGITS { format!("{digits}1234") } else { digits }
    }

    #[test]
    fn a_plan_reads_digits_as_the_engine_does_in_every_region() {
        let mut engine = Engine::new();
        let (mut read, mut left) = (0_u32, 0_u32);
        for (index, region) in (0_u64..).zip(Region::all()) {
            for round in 0..numbers_of_each_region() {
                let digits = near_a_number(region, index << 32 | round);
                for dialled in [Dialled::In(region), Dialled::Worldwide] {
                    let (by_plan, by_engine) = both_ways(&mut engine, &digits, dialled);
                    read += 1;
                    left += u32::from(by_plan.is_none());
                    assert!(
                        by_plan.is_none_or(|by_plan| by_plan == by_engine),
                        "{digits} {dialled:?}: {by_plan:?}, but {by_engine:?}"
                    );
                }
            }
        }
        assert!(left * 10 < read, "the engine is left {left} of {read}");
    }

    /// More of them than usual: `LEADLOAD_NUMBERS=10000 cargo test --release --lib a_plan_reads`.
    fn numbers_of_each_region() -> u64 {
        std::env::var("LEADLOAD_NUMBERS").map_or(40, |number| number.parse().unwrap())
    }
}
