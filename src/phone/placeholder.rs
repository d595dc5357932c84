//! Digits that people type because a form wanted some.

/// Fewer digits than these are too few for any number anyway.
const FEWEST_REPEATED: usize = 4;
/// So many digits in a row are counted, not dialled.
const FEWEST_COUNTED: usize = 7;
/// And behind a country code.
const FEWEST_COUNTED_ABROAD: usize = 9;

/// True for a digit repeated, and for 1234567… and 9876543…, with zeros before them or not.
pub(super) fn is_filler(digits: &str) -> bool {
    let counted = digits.trim_start_matches('0').as_bytes();
    is_repetition(digits)
        || (counted.len() >= FEWEST_COUNTED && (counts_by(counted, b'1', 1) || counts_by(counted, b'9', 9)))
}

/// The same for digits behind a country code, where more of them are real: Budapest has 1 234 5678, Abidjan
/// 01 23 45 6789 and India 98765 43210.
pub(super) fn is_filler_abroad(digits: &str) -> bool {
    is_repetition(digits) || (digits.len() >= FEWEST_COUNTED_ABROAD && counts_by(digits.as_bytes(), b'1', 1))
}

/// True for one digit repeated, with zeros before it or not.
fn is_repetition(digits: &str) -> bool {
    let repeated = digits.trim_start_matches('0').as_bytes();
    match repeated.first() {
        None => digits.len() >= FEWEST_REPEATED,
        Some(first) => {
            let enough = if repeated.len() < digits.len() { FEWEST_COUNTED - 1 } else { FEWEST_REPEATED };
            repeated.len() >= enough && repeated.iter().all(|b| b == first)
        }
    }
}

/// The digits begin with `first`, and each is `step` more than the one before it, modulo ten.
fn counts_by(digits: &[u8], first: u8, step: u8) -> bool {
    digits.first() == Some(&first) && digits.windows(2).all(|pair| (pair[0] - b'0' + step) % 10 == pair[1] - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_are_known() {
        for digits in
            ["0000", "9999999999", "0123456789", "123456789", "1234567890", "9876543210", "0987654321", "0111111111"]
        {
            assert!(is_filler(digits), "{digits}");
        }
    }

    #[test]
    fn numbers_that_only_end_like_fillers_are_not() {
        for digits in ["030123456", "02079460000", "6502530000", "12345", "0171234567", "123456780"] {
            assert!(!is_filler(digits), "{digits}");
        }
    }
}
