//! The plans of all countries, made as numbers of them come up, and the number that digits are by them.

use std::collections::HashMap;

use rlibphonenumber::{PhoneNumberUtil, Region};

use super::pattern::Start;
use super::{Length, MOST_DIGITS, Plan, Unclear};
use crate::phone::PhoneKind;

/// A country code has at most so many digits.
const MOST_CODE_DIGITS: usize = 3;
const FEWEST_NATIONAL_DIGITS: usize = 2;
/// The engine forgets more leading zeros than these.
const MOST_ZEROS: usize = 10;

/// Made of the engine's metadata, one for each thread.
#[derive(Debug, Default)]
pub(in crate::phone) struct Plans {
    made: Vec<Plan>,
    /// `None` where the region's plan cannot be used.
    of_region: HashMap<(u16, Region), Option<usize>>,
    /// By the code; shorter than the highest one while that is not asked for.
    of_code: Vec<Option<Code>>,
}

/// The regions of a country code, the main one first.
#[derive(Debug, Clone)]
struct Code(Vec<Option<usize>>);

/// Digits, read by a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct Parsed<'d> {
    pub(in crate::phone) country: u16,
    /// The national number, with zeros that belong to it.
    pub(in crate::phone) national: &'d str,
    /// `None` where it is no valid number.
    pub(in crate::phone) kind: Option<PhoneKind>,
    /// How many digits it has for one of its country, where it is no valid number.
    pub(in crate::phone) length: Length,
}

/// Why digits are no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) enum Wrong {
    NoSuchCountry,
    TooShort,
    TooLong,
}

/// What the plans say; `Unclear` where only the engine can.
type Answer<'d> = Result<Result<Parsed<'d>, Wrong>, Unclear>;

impl Plans {
    /// Digits as they stand after a `+` (`parse_helper`, without a region).
    pub(in crate::phone) fn worldwide<'d>(&mut self, tables: &PhoneNumberUtil, digits: &'d str) -> Answer<'d> {
        let code = (1..=MOST_CODE_DIGITS).filter(|_| !digits.starts_with('0')).find_map(|length| {
            let code = digits.get(..length)?.parse().ok()?;
            self.code(tables, code).then_some((code, length))
        });
        let Some((code, length)) = code else { return Ok(Err(Wrong::NoSuchCountry)) };
        let main = self.main(code)?;
        self.national(code, main, &digits[length..])
    }

    /// Digits as they are dialled in a region (`parse_helper`).
    pub(in crate::phone) fn at_home<'d>(
        &mut self,
        tables: &PhoneNumberUtil,
        country: u16,
        region: Region,
        digits: &'d str,
    ) -> Answer<'d> {
        let Some(home) = self.region(tables, country, region) else { return Err(Unclear) };
        if self.made[home].abroad.as_mut().is_some_and(|prefix| prefix.start(digits) != Start::None) {
            return Err(Unclear);
        }
        if !self.code(tables, country) {
            return Err(Unclear);
        }
        let plan = &mut self.made[home];
        if let Some(rest) = digits.strip_prefix(itoa::Buffer::new().format(country)) {
            let without = plan.without_trunk(rest)?;
            let is_better = !plan.is_general(digits) && plan.is_general(without);
            if is_better || plan.length(digits.len()) == Length::TooLong {
                let main = self.main(country)?;
                return self.national(country, main, without);
            }
        }
        self.national(country, home, digits)
    }

    /// The number that `digits` without a country code are, where `plan` says what is dialled before them.
    fn national<'d>(&mut self, country: u16, plan: usize, digits: &'d str) -> Answer<'d> {
        if digits.len() < FEWEST_NATIONAL_DIGITS {
            return Ok(Err(Wrong::TooShort));
        }
        let plan = &mut self.made[plan];
        let without = plan.without_trunk(digits)?;
        let national = match plan.length(without.len()) {
            Length::OnlyAtHome | Length::TooShort | Length::Wrong => digits,
            Length::Possible | Length::TooLong => without,
        };
        match national.len() {
            ..FEWEST_NATIONAL_DIGITS => return Ok(Err(Wrong::TooShort)),
            FEWEST_NATIONAL_DIGITS..=MOST_DIGITS => {}
            _ => return Ok(Err(Wrong::TooLong)),
        }
        if national.bytes().take_while(|digit| *digit == b'0').count() > MOST_ZEROS {
            return Err(Unclear);
        }
        let main = self.main(country)?;
        let length = self.made[main].length(national.len());
        Ok(Ok(Parsed { country, national, kind: self.kind(country, national)?, length }))
    }

    /// The kind of a number, by the plan of that of its code's regions that it is of (`get_number_type`).
    fn kind(&mut self, country: u16, national: &str) -> Result<Option<PhoneKind>, Unclear> {
        let Some(Some(Code(regions))) = self.of_code.get(usize::from(country)) else { return Err(Unclear) };
        let is_only_one = regions.len() == 1;
        for region in regions {
            let plan = &mut self.made[region.ok_or(Unclear)?];
            let kind = plan.kind(national);
            if is_only_one || kind.is_some() || plan.leads(national) {
                return Ok(kind);
            }
        }
        Ok(None)
    }

    /// The plan of the main region of a code that is known.
    fn main(&self, code: u16) -> Result<usize, Unclear> {
        let regions = self.of_code.get(usize::from(code)).and_then(Option::as_ref).ok_or(Unclear)?;
        regions.0.first().copied().flatten().ok_or(Unclear)
    }

    /// Makes the plans of a code's regions. False where there is no such code.
    fn code(&mut self, tables: &PhoneNumberUtil, code: u16) -> bool {
        if let Some(Some(known)) = self.of_code.get(usize::from(code)) {
            return !known.0.is_empty();
        }
        let regions: Vec<Region> =
            tables.get_regions_for_country_calling_code(i32::from(code)).into_iter().flatten().collect();
        let plans: Vec<_> = regions.into_iter().map(|region| self.region(tables, code, region)).collect();
        let is_one = !plans.is_empty();
        let place = usize::from(code);
        self.of_code.resize(self.of_code.len().max(place + 1), None);
        self.of_code[place] = Some(Code(plans));
        is_one
    }

    fn region(&mut self, tables: &PhoneNumberUtil, code: u16, region: Region) -> Option<usize> {
        let made = &mut self.made;
        *self.of_region.entry((code, region)).or_insert_with(|| {
            made.push(Plan::new(tables, code, region)?);
            Some(made.len() - 1)
        })
    }
}
