//! What the values of a column look like, counted cell by cell over a sample. Pure; whether a number is valid is told by
//! whoever knows numbers.

use super::flag::{Consent, Flag, consent, flag};
use crate::phone::unwanted::is_said_by_status;

/// What others know of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Whether it can be dialled.
    pub number: Dialled,
    /// Whether it is a country: a name, a code of letters, a dial code with `+`.
    pub is_country: bool,
}

/// Whether a cell can be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialled {
    /// A valid number is in it.
    Yes,
    /// It would be one, if its country were known.
    NeedsCountry,
    /// No.
    No,
}

/// The counts of a sample of a column's cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnValues {
    /// How many cells were looked at; 0 where values are not known.
    pub(crate) looked_at: u32,
    pub(crate) filled: u32,
    pub(crate) dialable: u32,
    pub(crate) needs_country: u32,
    /// Can be dialled, and is written as only a phone number is: with `+`, a leading zero, marks between groups.
    pub(crate) written: u32,
    pub(crate) countries: u32,
    pub(crate) emails: u32,
    pub(crate) yes: u32,
    pub(crate) no: u32,
    /// As consents: they may be called.
    pub(crate) consents: u32,
    /// As consents: they may not.
    pub(crate) refusals: u32,
    /// As consents: nothing, though something may stand there.
    pub(crate) unsaid: u32,
    /// As a status: they must not be called.
    pub(crate) forbidding: u32,
    /// One to three digits with `+` or zeros before them, or without.
    pub(crate) dial_codes: u32,
    /// Cards and stamps of time.
    pub(crate) traps: u32,
    /// Bigger than the one before, by less than a hundred.
    counting: u32,
    last: Option<u64>,
}

/// Fewer values than these say nothing of what a column never holds.
const FEWEST_TELLING: u32 = 4;

/// So many of ten values must agree.
const MOST: u32 = 8;

impl ColumnValues {
    /// True where the sample shows that this column holds no phone numbers.
    pub(crate) fn holds_no_numbers(&self) -> bool {
        self.filled >= FEWEST_TELLING && (self.dialable + self.needs_country) * 10 <= self.filled
    }

    /// Counts a cell in.
    pub fn see(&mut self, cell: &str, judged: Judged) {
        let cell = cell.trim();
        self.looked_at += 1;
        if cell.is_empty() {
            self.unsaid += 1;
            return;
        }
        self.filled += 1;
        let could = judged.number != Dialled::No;
        self.dialable += u32::from(judged.number == Dialled::Yes);
        self.needs_country += u32::from(judged.number == Dialled::NeedsCountry);
        self.written += u32::from(could && is_written_as_phone(cell));
        self.countries += u32::from(judged.is_country);
        self.emails += u32::from(cell.contains('@') && cell.contains('.'));
        let flag = flag(cell);
        self.yes += u32::from(flag == Flag::Yes);
        self.no += u32::from(flag == Flag::No);
        self.see_consent(cell);
        self.dial_codes += u32::from(is_dial_code(cell));
        self.traps += u32::from(is_card(cell) || is_time_stamp(cell));
        let number = cell.parse::<u64>().ok();
        let counts = number.zip(self.last).is_some_and(|(now, last)| now > last && now - last < 100);
        self.counting += u32::from(counts);
        self.last = number;
    }

    fn see_consent(&mut self, cell: &str) {
        match consent(cell) {
            Consent::Given => self.consents += 1,
            Consent::Refused => self.refusals += 1,
            Consent::Unsaid => self.unsaid += 1,
            Consent::Unclear => {}
        }
        self.forbidding += u32::from(is_said_by_status(cell));
    }

    /// True where half of what stands there, or more, gives a consent or refuses it.
    pub(crate) fn are_consents(&self) -> bool {
        let said = self.looked_at - self.unsaid;
        u64::from(self.consents + self.refusals) * 2 >= u64::from(said)
    }

    /// Values that are valid numbers, or would be with a country.
    pub(crate) fn numbers(&self) -> u32 {
        self.dialable + self.needs_country
    }

    /// True where at least so many tenths of the values are `part` of them.
    pub(crate) fn at_least(&self, tenths: u32, part: u32) -> bool {
        self.filled > 0 && u64::from(part) * 10 >= u64::from(self.filled) * u64::from(tenths)
    }

    pub(crate) fn mostly(&self, part: u32) -> bool {
        self.at_least(MOST, part)
    }

    /// Numbers that are given out one after another, card numbers, stamps of time.
    pub(crate) fn is_trap(&self) -> bool {
        self.mostly(self.traps) || (self.filled >= 5 && self.mostly(self.counting + 1))
    }

    /// In words: `38 of the 40 values looked at can be dialled`.
    pub(crate) fn told(&self) -> String {
        match (self.looked_at, self.filled, self.needs_country) {
            (0, ..) => "its values were not looked at".to_owned(),
            (_, 0, _) => "it has no value".to_owned(),
            (_, filled, 0) => format!("{} of {} can be dialled", self.dialable, values(filled)),
            (_, filled, needing) => format!(
                "{} of {} can be dialled, {needing} more if their country were known (--region)",
                self.dialable,
                values(filled)
            ),
        }
    }
}

fn values(number: u32) -> String {
    if number == 1 { "1 value looked at".to_owned() } else { format!("{number} values looked at") }
}

fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|c| c.to_digit(10))
}

fn is_written_as_phone(cell: &str) -> bool {
    let inner = cell.trim_start_matches(['\'', '(', ' ', '=', '"']);
    if inner.starts_with('+') || inner.starts_with('0') || inner.starts_with("tel:") {
        return true;
    }
    let groups = inner.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    let marks_only = inner.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '/' | '.'));
    marks_only && groups > 2 || (groups == 2 && marks_only && !inner.contains('.'))
}

fn is_dial_code(cell: &str) -> bool {
    let inner = cell.trim_start_matches(['+', '0', '(', ' ']).trim_end_matches([')', ' ']);
    let digits = inner.bytes().filter(u8::is_ascii_digit).count();
    (1..=5).contains(&digits) && digits == inner.len()
}

/// Thirteen to nineteen digits whose check digit is right.
fn is_card(cell: &str) -> bool {
    let plain = cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    let digits: Vec<u32> = digits(cell).collect();
    if !plain || !(13..=19).contains(&digits.len()) || digits.first() == Some(&0) {
        return false;
    }
    let doubled = |(at, digit): (usize, &u32)| match (at % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// Seconds or milliseconds since 1970, from 2001 on; digits of a date and a time.
fn is_time_stamp(cell: &str) -> bool {
    let plain = cell.bytes().all(|b| b.is_ascii_digit());
    let dated = cell.starts_with("19") || cell.starts_with("20");
    plain
        && match cell.len() {
            10 | 13 => ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"].iter().any(|s| cell.starts_with(s)),
            8 | 12 | 14 => dated && month_and_day(cell),
            _ => false,
        }
}

fn month_and_day(cell: &str) -> bool {
    let number = |from: usize| cell.get(from..from + 2).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    (1..=12).contains(&number(4)) && (1..=31).contains(&number(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cells: &[&str], number: Dialled) -> ColumnValues {
        let mut values = ColumnValues::default();
        for cell in cells {
            values.see(cell, Judged { number, is_country: false });
        }
        values
    }

    #[test]
    fn numbers_that_count_up_cards_and_stamps_are_traps() {
        let counting: Vec<String> = (0..10).map(|n| (2_030_000_001_u64 + n).to_string()).collect();
        let counting: Vec<&str> = counting.iter().map(String::as_str).collect();
        assert!(seen(&counting, Dialled::Yes).is_trap());
        assert!(seen(&["4111111111111111", "5500 0000 0000 0004"], Dialled::Yes).is_trap());
        assert!(seen(&["1700000000", "1699999999", "1712345678"], Dialled::Yes).is_trap());
        assert!(seen(&["20230102", "202301021530"], Dialled::Yes).is_trap());
        assert!(!seen(&["2125550101", "3125550199", "4155550123"], Dialled::Yes).is_trap());
    }

    #[test]
    fn numbers_are_written_as_phones_with_a_plus_a_zero_or_groups() {
        for cell in ["+493023125001", "030 23125001", "(212) 555-0101", "212-555-0101", "'+1 212 555 0101"] {
            assert!(is_written_as_phone(cell), "{cell}");
        }
        for cell in ["2125550101", "52.52000", "A 12", "DE123456789"] {
            assert!(!is_written_as_phone(cell), "{cell}");
        }
    }
}
