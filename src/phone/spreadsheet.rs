//! Numbers as spreadsheets write them: `4.915123456789E+12`, `4915123456789.0`, `4,915,123,456,789`.

use std::borrow::Cow;

use super::Refusal;
use super::codes::{DECIMAL_TAIL_REMOVED, MAY_BE_ROUNDED, SCIENTIFIC_NOTATION, THOUSANDS_SEPARATORS_REMOVED};
use super::notes::{Notes, Rounded};

/// Fewer significant digits than this are a rounded number.
const FEWEST_SIGNIFICANT: usize = 9;
/// Zeros at the end that a spreadsheet may leave out of `4.91512345E+12` because the number really ends with them.
const MOST_MISSING: usize = 3;
/// The longest whole numbers that are worth writing out: no phone number has more digits.
const MOST_DIGITS: usize = 20;
/// Whole numbers of fewer digits are written in full: Excel shows the first that it shortens with 12, and a column that
/// is formatted as scientific shortens all.
const FEWEST_ROUNDED: usize = 11;
/// So many digits Excel leaves of a number that it shortens: `493023125001` becomes `4.93023E+11`.
const MOST_LEFT: usize = 6;
/// From so many digits on, and with so many zeros at the end, digits may be what a program left that keeps seven or eight.
const FEWEST_DOUBTFUL: usize = 10;
const FEWEST_ZEROS: usize = 5;

/// The text with a spreadsheet's number written out, unchanged where it is none.
pub(super) fn written_out<'a>(text: Cow<'a, str>, notes: &mut Notes) -> Result<Cow<'a, str>, Refusal> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(text);
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        return match expanded(mantissa, exponent) {
            Expanded::Digits(digits, missing) => {
                notes.repair(SCIENTIFIC_NOTATION);
                notes.spreadsheet_number();
                if missing > 0 {
                    notes.flag();
                }
                Ok(Cow::Owned(digits))
            }
            Expanded::Lossy => Err(Refusal::new(
                "phone_lossy",
                "the spreadsheet rounded the number, digits are lost: format the column as text and export it again",
            )),
            Expanded::NoNumber => Ok(text),
        };
    }
    let text = without_decimal_tail(text, notes);
    Ok(without_thousands(text, notes))
}

/// Refuses what is left of a rounded number once a spreadsheet has read it again: it opens `4.93023E+11` and keeps
/// 493023000000. `digits` are such as nobody writes by hand, without a `+`, a zero before them or a mark between them.
pub(super) fn refuse_rounded(digits: &str, notes: &mut Notes) -> Result<(), Refusal> {
    let significant = digits.trim_end_matches('0').len();
    if digits.starts_with('0') || digits.len() < FEWEST_DOUBTFUL {
        return Ok(());
    }
    if digits.len() >= FEWEST_ROUNDED && significant <= MOST_LEFT && notes.rounded() == Rounded::Refused {
        let zeros = digits.len() - significant;
        let message = format!(
            "it ends with {zeros} zeros, as a number does that a spreadsheet rounded, its digits are lost: look the number up, \
             or if it is right write it with a + before it"
        );
        return Err(Refusal::new("phone_lossy", message));
    }
    if digits.len() - significant >= FEWEST_ZEROS {
        notes.repair(MAY_BE_ROUNDED);
        notes.flag();
    }
    Ok(())
}

enum Expanded {
    /// The digits, and how many of the zeros at their end were not written.
    Digits(String, usize),
    Lossy,
    NoNumber,
}

fn expanded(mantissa: &str, exponent: &str) -> Expanded {
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 1 || !all_digits(whole) || !all_digits(fraction) {
        return Expanded::NoNumber;
    }
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if power.is_empty() || !all_digits(power) {
        return Expanded::NoNumber;
    }
    let Some(power) = power.parse::<usize>().ok().filter(|power| !exponent.starts_with('-') && *power < MOST_DIGITS)
    else {
        return Expanded::Lossy;
    };
    let significant = 1 + fraction.len();
    let (Some(missing), true) = (power.checked_sub(fraction.len()), significant >= FEWEST_SIGNIFICANT) else {
        return Expanded::Lossy;
    };
    if missing > MOST_MISSING {
        return Expanded::Lossy;
    }
    Expanded::Digits(format!("{whole}{fraction}{:0>missing$}", ""), missing)
}

/// `15123456789.0` and `.00`, with a point or a comma: the fraction of a number, not digits that are dialled.
fn without_decimal_tail<'a>(text: Cow<'a, str>, notes: &mut Notes) -> Cow<'a, str> {
    let Some((whole, zeros)) = text.rsplit_once(['.', ',']) else { return text };
    let is_number = whole.len() >= 6 && whole.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'\'' | b' '));
    if !is_number || !matches!(zeros, "0" | "00") || (whole.contains(',') && !are_thousands(whole)) {
        return text;
    }
    notes.repair(DECIMAL_TAIL_REMOVED);
    notes.spreadsheet_number();
    let end = whole.len();
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

fn without_thousands<'a>(text: Cow<'a, str>, notes: &mut Notes) -> Cow<'a, str> {
    if !are_thousands(&text) {
        return text;
    }
    notes.repair(THOUSANDS_SEPARATORS_REMOVED);
    notes.spreadsheet_number();
    Cow::Owned(text.chars().filter(char::is_ascii_digit).collect())
}

/// `4,915,123` or `4'915'123`: one separator, groups of three, at least three groups, no zero in front.
fn are_thousands(text: &str) -> bool {
    let Some(separator) = text.chars().find(|c| matches!(c, ',' | '\'')) else { return false };
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let is_group = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let mut others = 0;
    for group in groups {
        if group.len() != 3 || !is_group(group) {
            return false;
        }
        others += 1;
    }
    others >= 2 && (1..=3).contains(&first.len()) && is_group(first) && !first.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(text: &str) -> Result<String, &'static str> {
        written_out(Cow::Borrowed(text), &mut Notes::default()).map(Cow::into_owned).map_err(|refusal| refusal.code)
    }

    #[test]
    fn scientific_notation_is_written_out_digit_by_digit() {
        assert_eq!(out("4.915123456789E+12").unwrap(), "4915123456789");
        assert_eq!(out("4,915123456789e12").unwrap(), "4915123456789");
        assert_eq!(out("9.19876543210E+11").unwrap(), "919876543210");
        assert_eq!(out("4.9151234567E+12").unwrap(), "4915123456700");
    }

    #[test]
    fn rounded_numbers_are_refused_not_filled_with_zeros() {
        for text in ["4,91512E+12", "4.9E+11", "4.91512345E+14", "1.5123456789E+9", "4E99", "1.23456789012E-3"] {
            assert_eq!(out(text), Err("phone_lossy"), "{text}");
        }
    }

    #[test]
    fn digits_that_end_as_rounded_numbers_do_are_refused_or_doubted() {
        let judged = |digits: &str| {
            let mut notes = Notes::default();
            refuse_rounded(digits, &mut notes).map(|()| notes.into_parts().1).map_err(|refusal| refusal.code)
        };
        for digits in ["493023000000", "493000000000", "4915120000000", "48601000000", "100000000000"] {
            assert_eq!(judged(digits), Err("phone_lossy"), "{digits}");
        }
        for digits in ["493023100000", "4915123000000", "3023100000", "2126000000"] {
            assert_eq!(judged(digits), Ok(true), "{digits}");
        }
        for digits in ["493023125000", "442079460000", "2125550000", "930200000", "08001000000"] {
            assert_eq!(judged(digits), Ok(false), "{digits}");
        }
    }

    #[test]
    fn what_numbers_have_and_phones_do_not_is_taken_off() {
        assert_eq!(out("4915123456789.0").unwrap(), "4915123456789");
        assert_eq!(out("4915123456789,00").unwrap(), "4915123456789");
        assert_eq!(out("4,915,123,456,789.00").unwrap(), "4915123456789");
        assert_eq!(out("4'915'123'456'789").unwrap(), "4915123456789");
    }

    #[test]
    fn what_people_write_stays() {
        for text in ["030 123456-0", "030.123.456", "650,253,0000", "030,123", "12 34 56.78", "030 123456 privE"] {
            assert_eq!(out(text).unwrap(), text);
        }
    }
}
