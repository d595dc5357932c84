//! From written digits to the one number they mean: with `+`, with `00`, as dialled at home, or with a lost `+`.
//!
//! The engine alone answers "valid" for many digits that mean another number: `4915123456789` read at home in Germany is
//! +494915123456789, a valid landline. So where two readings are valid the likelier is taken and *flagged*, and nothing is
//! repaired where more than one repair is valid.

use super::codes::{
    COUNTRY_CODE_TWICE, COUNTRY_CODE_WITHOUT_PLUS, LEADING_ZERO_RESTORED, MOBILE_ONE_REMOVED, READ_AT_HOME,
    TRUNK_PREFIX_REMOVED,
};
use super::engine::{Dialled, Engine, Fault, Number};
use super::foreign;
use super::notes::{Notes, Origin};
use super::placeholder;
use super::spreadsheet;
use super::written::Written;
use super::{Refusal, Region};

/// From this many digits on, digits without a leading zero may begin with a country code.
const FEWEST_WITH_COUNTRY_CODE: usize = 10;
/// From this many digits on, a mobile abroad is likelier than a number at home that may be anything.
const FEWEST_FOR_MOBILE_ABROAD: usize = 12;
/// Mexico, whose mobiles were dialled as +52 1 from abroad until 2019.
const MEXICO: &str = "52";

/// The number that `written` means for somebody in `region`.
pub(super) fn read(
    engine: &mut Engine,
    written: &Written,
    region: Option<Region>,
    notes: &mut Notes,
) -> Result<Number, Refusal> {
    let code = if written.plus { engine.leading_code(&written.digits) } else { None };
    let filler = match code {
        Some(code) => placeholder::is_filler_abroad(&written.digits[code_length(code)..]),
        None => placeholder::is_filler(&written.digits),
    };
    if filler {
        return Err(Refusal::placeholder());
    }
    if written.endless {
        return Err(Refusal::new("phone_too_long", "too long: no country has numbers of so many digits"));
    }
    if written.bare {
        spreadsheet::refuse_rounded(&written.digits, notes)?;
    }
    let number = found(engine, written, region, notes)?;
    // However it was found, it must be a number when it is written as +…, too.
    if placeholder::is_filler_abroad(&number.national()) {
        return Err(Refusal::placeholder());
    }
    if written.bare && foreign::is_compact_stamp(&written.digits) {
        if !number.may_be_mobile() {
            return Err(Refusal::date());
        }
        notes.flag();
    }
    Ok(number)
}

fn code_length(code: u16) -> usize {
    match code {
        0..10 => 1,
        10..100 => 2,
        _ => 3,
    }
}

fn found(engine: &mut Engine, written: &Written, region: Option<Region>, notes: &mut Notes) -> Result<Number, Refusal> {
    let digits = written.digits.as_str();
    if written.plus {
        let abroad = with_plus(engine, digits, written, notes);
        if let (Ok(number), Some(region)) = (&abroad, region)
            && is_perhaps_at_home(engine, written, region, number)
        {
            let message = "+0 begins no number: write it with + and country code, or without the +";
            return Err(Refusal::new("phone_ambiguous", message));
        }
        return abroad.map_err(|fault| Refusal::of_fault(engine, fault));
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return with_zeros(engine, rest, written, region, notes);
    }
    if let Some(at) =
        written.trunk_zero.filter(|at| engine.leading_code(digits).is_some_and(|code| code_length(code) == *at))
    {
        notes.repair(COUNTRY_CODE_WITHOUT_PLUS);
        if region.is_none_or(|region| digits[..at] != engine.calling_code(region).to_string()) {
            notes.flag();
        }
        return with_plus(engine, digits, written, notes).map_err(|fault| Refusal::of_fault(engine, fault));
    }
    let Some(region) = region else { return Err(Refusal::no_country(digits.len())) };
    at_home(engine, written, region, notes)
}

/// `+0151 …` is a number at home with a `+` too many, or one of the United States with a `0` too many.
fn is_perhaps_at_home(engine: &mut Engine, written: &Written, region: Region, abroad: &Number) -> bool {
    written.zeros_after_plus == 1
        && abroad.country() != engine.calling_code(region)
        && engine.read(&format!("0{}", written.digits), Dialled::In(region)).is_ok()
}

/// `+` and the rest: the number names its own country.
fn with_plus(engine: &mut Engine, digits: &str, written: &Written, notes: &mut Notes) -> Result<Number, Fault> {
    let as_written = engine.read(digits, Dialled::Worldwide);
    if let Some(number) = country_code_twice(engine, digits, written, as_written.as_ref().ok()) {
        notes.repair(COUNTRY_CODE_TWICE);
        notes.flag();
        return Ok(number);
    }
    let fault = match as_written {
        Ok(number) => {
            if !number.is_written(digits) {
                notes.repair(TRUNK_PREFIX_REMOVED);
            }
            return Ok(number);
        }
        Err(fault) => fault,
    };
    if let Some(number) = without_trunk_zero(engine, digits, written) {
        notes.repair(TRUNK_PREFIX_REMOVED);
        return Ok(number);
    }
    if let Some(number) = without_mobile_one(engine, digits) {
        notes.repair(MOBILE_ONE_REMOVED);
        notes.flag();
        return Ok(number);
    }
    Err(fault)
}

/// `+34 (0)612…`: the bracketed zero is a hint for callers at home. Italy keeps it, so the reading with it goes first.
fn without_trunk_zero(engine: &mut Engine, digits: &str, written: &Written) -> Option<Number> {
    let at = written.trunk_zero?.checked_sub(written.digits.len() - digits.len())?;
    let (code, rest) = (digits.get(..at)?, digits.get(at + 1..)?);
    engine.read(&format!("{code}{rest}"), Dialled::Worldwide).ok()
}

/// `+4949 171 …`: where the code written twice makes a valid number too, only a code that is written as a group of its
/// own and hides a mobile is taken for one too many.
fn country_code_twice(engine: &mut Engine, digits: &str, written: &Written, whole: Option<&Number>) -> Option<Number> {
    let code = engine.leading_code(digits)?.to_string();
    let rest = &digits[code.len()..];
    if !rest.starts_with(&code) {
        return None;
    }
    let grouped = [1, 2].iter().any(|times| written.first_group == times * code.len());
    if whole.is_some() && !grouped {
        return None;
    }
    let number = engine.read(rest, Dialled::Worldwide).ok()?;
    match whole {
        Some(whole) if whole.is_mobile() || !number.is_mobile() => None,
        _ => Some(number),
    }
}

/// `+52 1 55 …`
fn without_mobile_one(engine: &mut Engine, digits: &str) -> Option<Number> {
    let rest = digits.strip_prefix(MEXICO)?.strip_prefix('1')?;
    engine.read(&format!("{MEXICO}{rest}"), Dialled::Worldwide).ok()
}

/// `00…`: people write it for `+` also where it is not what they dial. Only where national numbers begin with 00
/// themselves (services in Korea, Japan, Indonesia, India) it may be one of those.
fn with_zeros(
    engine: &mut Engine,
    rest: &str,
    written: &Written,
    region: Option<Region>,
    notes: &mut Notes,
) -> Result<Number, Refusal> {
    let rest = rest.trim_start_matches('0');
    let fault = match with_plus(engine, rest, written, notes) {
        Ok(number) => return Ok(number),
        Err(fault) => fault,
    };
    if let Some(region) = region
        && let Ok(number) = engine.read(&written.digits, Dialled::In(region))
        && number.leading_zeros() >= 2
    {
        return Ok(number);
    }
    Err(Refusal::of_fault(engine, fault))
}

/// No `+` and no `00`.
fn at_home(engine: &mut Engine, written: &Written, region: Region, notes: &mut Notes) -> Result<Number, Refusal> {
    let digits = written.digits.as_str();
    let home = engine.read(digits, Dialled::In(region));
    if digits.len() >= FEWEST_WITH_COUNTRY_CODE && !digits.starts_with('0') {
        match two_readings(engine, written, region, home.as_ref().ok().copied(), notes) {
            Some(Choice::Home(number)) => return Ok(number),
            Some(Choice::Abroad(number)) => {
                notes.repair(COUNTRY_CODE_WITHOUT_PLUS);
                if notes.origin() == Origin::Formula {
                    notes.flag();
                }
                return Ok(number);
            }
            None => {}
        }
    }
    match home {
        Ok(number) => Ok(number),
        Err(fault) => lost_characters(engine, digits, region, notes).ok_or_else(|| Refusal::of_fault(engine, fault)),
    }
}

enum Choice {
    Home(Number),
    Abroad(Number),
}

/// Digits that are a number at home, or one with its country code but without the `+`.
fn two_readings(
    engine: &mut Engine,
    written: &Written,
    region: Region,
    home: Option<Number>,
    notes: &mut Notes,
) -> Option<Choice> {
    let digits = written.digits.as_str();
    let own_code = engine.calling_code(region);
    let begins_with_own = engine.leading_code(digits) == Some(own_code);
    if begins_with_own
        && home.is_some()
        && let Some(number) = country_code_twice(engine, digits, written, home.as_ref())
    {
        notes.repair(COUNTRY_CODE_TWICE);
        notes.flag();
        return Some(Choice::Abroad(number));
    }
    if let Some(number) = &home
        && !number.national_is(digits)
    {
        // The engine took a prefix off: the country code itself, or one that is dialled at home (8 495 … in Russia).
        let is_code = own_code != 1 && begins_with_own && digits.ends_with(&number.national());
        let is_code = is_code && number.national().len() + own_code.to_string().len() == digits.len();
        return Some(if is_code { Choice::Abroad(*number) } else { Choice::Home(*number) });
    }
    if home.is_some() && !begins_with_own && digits.len() < FEWEST_FOR_MOBILE_ABROAD {
        return home.map(Choice::Home);
    }
    let abroad = engine.read(digits, Dialled::Worldwide).ok();
    match (home, abroad) {
        (Some(home), None) => {
            if begins_with_own && own_code != 1 {
                // 49 1512 312500 is more likely a mobile that lost a digit than a landline in Leer.
                notes.repair(READ_AT_HOME);
                notes.flag();
            }
            Some(Choice::Home(home))
        }
        (None, Some(abroad)) => {
            // Somebody who types leaves out his own country's +; a spreadsheet leaves out every country's.
            if abroad.country() != own_code && notes.origin() == Origin::Typed {
                notes.flag();
            }
            Some(Choice::Abroad(abroad))
        }
        (Some(home), Some(abroad)) => Some(likelier(written, home, abroad, notes)),
        (None, None) => None,
    }
}

/// Both are valid.
fn likelier(written: &Written, home: Number, abroad: Number, notes: &mut Notes) -> Choice {
    let mobile_wins = abroad.is_mobile() && !home.is_mobile();
    if home.country() == abroad.country() {
        if mobile_wins {
            return Choice::Abroad(abroad);
        }
        notes.flag();
        // What stands behind a bare = was typed as +49…: nobody writes = before a number at home. And a group that is the
        // country code is one: 49 030 123456.
        let code_alone = written.first_group == code_length(home.country());
        let coded = notes.origin() == Origin::Formula || code_alone;
        return if coded { Choice::Abroad(abroad) } else { Choice::Home(home) };
    }
    if mobile_wins && written.digits.len() >= FEWEST_FOR_MOBILE_ABROAD {
        notes.flag();
        return Choice::Abroad(abroad);
    }
    // Who writes a number at home without its 0 and with so many digits may as well have left out the + of another country.
    notes.repair(READ_AT_HOME);
    notes.flag();
    Choice::Home(home)
}

/// Nothing is valid as it stands: what may have been lost is put back, where exactly one way of doing so is valid.
fn lost_characters(engine: &mut Engine, digits: &str, region: Region, notes: &mut Notes) -> Option<Number> {
    let bare_start = !digits.starts_with('0');
    let zero = bare_start.then(|| engine.read(&format!("0{digits}"), Dialled::In(region)).ok()).flatten();
    let plus = bare_start.then(|| engine.read(digits, Dialled::Worldwide).ok()).flatten();
    let twice = engine.leading_code(digits).and_then(|code| {
        let rest = digits.strip_prefix(&code.to_string())?;
        rest.starts_with(&code.to_string()).then(|| engine.read(rest, Dialled::Worldwide).ok()).flatten()
    });
    let one = without_mobile_one(engine, digits);
    let mut found = None;
    let ways = [
        (zero, LEADING_ZERO_RESTORED),
        (plus, COUNTRY_CODE_WITHOUT_PLUS),
        (twice, COUNTRY_CODE_TWICE),
        (one, MOBILE_ONE_REMOVED),
    ];
    for (number, repair) in ways {
        let Some(number) = number else { continue };
        if found.is_some() {
            return None;
        }
        found = Some((number, repair));
    }
    let (number, repair) = found?;
    notes.repair(repair);
    notes.flag();
    Some(number)
}
