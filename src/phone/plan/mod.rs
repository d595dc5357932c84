//! The numbering plan of a country: which digits are numbers there, and of which kind.
//!
//! What the engine's metadata say, asked in the engine's order: each function here is one of the engine's, and says which.
//! It differs in that a number goes through one automaton once, where the engine runs a regular expression for each kind,
//! whose making costs more than reading ten thousand numbers.

mod all;
mod pattern;

use rlibphonenumber::interfaces::AsOriginal as _;
use rlibphonenumber::{PhoneNumberUtil, Region};

use super::PhoneKind;
pub(super) use all::{Parsed, Plans, Wrong};
use pattern::{Automaton, Patterns, Start};

/// The bit of the pattern that all numbers of the country match.
const GENERAL: Patterns = 1;
const FIXED: Patterns = 1 << 9;
const MOBILE: Patterns = 1 << 10;

/// In the order in which they are asked for (`get_number_type_helper`), from the bit after [`GENERAL`] on.
const SPECIAL: [PhoneKind; 8] = [
    PhoneKind::Premium,
    PhoneKind::TollFree,
    PhoneKind::SharedCost,
    PhoneKind::Voip,
    PhoneKind::Personal,
    PhoneKind::Pager,
    PhoneKind::Company,
    PhoneKind::Voicemail,
];

/// Longer numbers are none in any country.
const MOST_DIGITS: usize = 17;

/// The plan of one region.
#[derive(Debug)]
pub(super) struct Plan {
    kinds: Automaton,
    /// The patterns that numbers of so many digits may match.
    of_length: [Patterns; MOST_DIGITS + 1],
    /// Mobiles and landlines have the same pattern.
    is_shared: bool,
    /// How many digits a number may have (`test_number_length`), a bit for each; and how many only at home.
    lengths: u64,
    lengths_at_home: u64,
    /// What is dialled for `+`.
    abroad: Option<Automaton>,
    /// What numbers of this one of a code's regions begin with.
    leading: Option<Automaton>,
    trunk: Option<Trunk>,
}

/// What is dialled before a number at home.
#[derive(Debug)]
struct Trunk {
    /// Each of the ways to dial it is a pattern.
    prefix: Automaton,
    /// Those that are more than digits to take off.
    unclear: Patterns,
}

impl Trunk {
    /// A way may end with `$`. Without it it matches more, which is no harm: what it matches is unclear.
    fn new(prefix: &str, rule: &str) -> Option<Self> {
        let ways = alternatives(prefix.strip_prefix("^(?:")?.strip_suffix(")$")?);
        let patterns: Vec<String> = ways.iter().map(|way| format!("^(?:{})$", way.replace('$', ""))).collect();
        let captures = |way: &str| way.match_indices('(').any(|(at, _)| !way[at..].starts_with("(?:"));
        let is_unclear = |way: &str| way.contains('$') || (!rule.is_empty() && captures(way));
        let unclear = ways.iter().enumerate().filter(|(_, way)| is_unclear(way));
        Some(Self {
            unclear: unclear.fold(0, |all, (index, _)| all | 1 << index),
            prefix: Automaton::new(patterns.iter().map(|pattern| Some(pattern.as_str())))?,
        })
    }
}

/// Which of the patterns numbers of each length may match. A kind that names no lengths may have any.
fn of_length(possible: [&[i32]; 11]) -> [Patterns; MOST_DIGITS + 1] {
    let mut of_length = [0; MOST_DIGITS + 1];
    for (index, possible) in possible.iter().enumerate() {
        for (length, patterns) in (0..).zip(&mut of_length) {
            *patterns |= Patterns::from(possible.is_empty() || possible.contains(&length)) << index;
        }
    }
    of_length
}

/// The parts of a pattern between its outermost `|`.
fn alternatives(pattern: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let is_between = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == '|' && depth == 0
    };
    pattern.split(is_between).collect()
}

/// How many digits there are, compared with what a country has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Possible,
    OnlyAtHome,
    TooShort,
    TooLong,
    /// Between two lengths that there are.
    Wrong,
}

/// Only the engine knows: a prefix at home that is more than digits to take off, one for abroad, several ways to take one
/// off, more leading zeros than a number has, a region without a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclear;

impl Plan {
    /// The plan of a region; `None` where it has none, or one with patterns that cannot be compiled.
    pub(super) fn new(tables: &PhoneNumberUtil, country: u16, region: Region) -> Option<Self> {
        let tables = tables.as_original();
        let metadata = tables.get_metadata_for_region_or_calling_code(i32::from(country), region)?;
        // The bits of their patterns are in this order: that of GENERAL, SPECIAL, FIXED and MOBILE.
        let kinds = [
            &metadata.general_desc,
            &metadata.premium_rate,
            &metadata.toll_free,
            &metadata.shared_cost,
            &metadata.voip,
            &metadata.personal_number,
            &metadata.pager,
            &metadata.uan,
            &metadata.voicemail,
            &metadata.fixed_line,
            &metadata.mobile,
        ];
        let general = &metadata.general_desc.original;
        let one = |pattern: &Option<String>| match pattern {
            Some(pattern) => Automaton::new([Some(pattern.as_str())]).map(Some),
            None => Some(None),
        };
        let rule = metadata.original.national_prefix_transform_rule.as_deref().unwrap_or_default();
        let prefix = metadata.national_prefix_for_parsing().pattern_base.as_deref();
        Some(Self {
            kinds: Automaton::new(kinds.iter().map(|kind| kind.national_number_pattern().pattern_base.as_deref()))?,
            of_length: of_length(kinds.map(|kind| kind.original.possible_length.as_slice())),
            is_shared: metadata.original.same_mobile_and_fixed_line_pattern == Some(true),
            lengths: length_bits(&general.possible_length),
            lengths_at_home: length_bits(&general.possible_length_local_only),
            abroad: one(&metadata.international_prefix().pattern_base)?,
            leading: one(&metadata.leading_digits().pattern_base)?,
            trunk: match prefix {
                Some(prefix) => Some(Trunk::new(prefix, rule)?),
                None => None,
            },
        })
    }

    /// The kind of a national number; `None` where it is no number of this country (`get_number_type_helper`).
    pub(super) fn kind(&mut self, national: &str) -> Option<PhoneKind> {
        let possible = self.of_length.get(national.len())?;
        let matching = self.kinds.matching(national) & possible;
        if matching & GENERAL == 0 {
            return None;
        }
        let special = matching & !(GENERAL | FIXED | MOBILE);
        if special != 0 {
            return SPECIAL.get(special.trailing_zeros() as usize - 1).copied();
        }
        match (matching & FIXED != 0, matching & MOBILE != 0) {
            (true, is_mobile) if self.is_shared || is_mobile => Some(PhoneKind::FixedOrMobile),
            (true, _) => Some(PhoneKind::Fixed),
            (false, true) if !self.is_shared => Some(PhoneKind::Mobile),
            _ => None,
        }
    }

    /// True where the digits look like a number of this country, however many they are.
    pub(super) fn is_general(&mut self, national: &str) -> bool {
        self.kinds.matching(national) & GENERAL != 0
    }

    /// True where the number begins as only those of this region do.
    pub(super) fn leads(&mut self, national: &str) -> bool {
        self.leading.as_mut().is_some_and(|leading| leading.start(national) != Start::None)
    }

    /// Without what is dialled before it at home (`maybe_strip_national_prefix_and_carrier_code`).
    pub(super) fn without_trunk<'d>(&mut self, digits: &'d str) -> Result<&'d str, Unclear> {
        let Some(trunk) = self.trunk.as_mut().filter(|_| !digits.is_empty()) else { return Ok(digits) };
        let without = match trunk.prefix.start(digits) {
            Start::None => return Ok(digits),
            Start::One { length, of } if of & trunk.unclear == 0 => &digits[length..],
            Start::One { .. } | Start::Several => return Err(Unclear),
        };
        Ok(if self.is_general(digits) && !self.is_general(without) { digits } else { without })
    }

    /// Whether there are numbers of so many digits (`test_number_length`).
    pub(super) fn length(&self, digits: usize) -> Length {
        let bit = u32::try_from(digits).ok().and_then(|digits| 1_u64.checked_shl(digits));
        match bit {
            _ if self.lengths == 0 => Length::Wrong,
            None => Length::TooLong,
            Some(bit) if self.lengths_at_home & bit != 0 => Length::OnlyAtHome,
            Some(bit) if self.lengths & bit != 0 => Length::Possible,
            // Below the lowest bit; above the highest one.
            Some(bit) if bit < self.lengths & self.lengths.wrapping_neg() => Length::TooShort,
            Some(bit) if bit > self.lengths => Length::TooLong,
            Some(_) => Length::Wrong,
        }
    }
}

/// -1 stands for: there are none.
fn length_bits(lengths: &[i32]) -> u64 {
    let bits = lengths.iter().filter_map(|length| 1_u64.checked_shl(u32::try_from(*length).ok()?));
    bits.fold(0, |all, bit| all | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_dial_a_prefix_are_told_apart() {
        assert_eq!(
            alternatives("(000[2569]\\d{4,6})$|(?:(?:003768|1)0?)|0"),
            ["(000[2569]\\d{4,6})$", "(?:(?:003768|1)0?)", "0"]
        );
    }

    #[test]
    fn every_region_has_a_plan_and_all_of_them_fit_into_a_few_megabytes() {
        let tables = PhoneNumberUtil::new().unwrap();
        let codes: Vec<i32> = tables.get_supported_calling_codes().collect();
        let regions = codes.into_iter().flat_map(|code| {
            tables.get_regions_for_country_calling_code(code).into_iter().flatten().map(move |region| (code, region))
        });
        let mut bytes = 0;
        for (code, region) in regions {
            let mut plan =
                Plan::new(&tables, u16::try_from(code).unwrap(), region).unwrap_or_else(|| panic!("{region}"));
            bytes += plan.kinds.make_all();
        }
        assert!(bytes < 16 << 20, "{bytes} bytes");
    }
}
