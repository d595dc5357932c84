//! What is in the phone column and is not a phone number, though its digits may make a valid one.

use super::Refusal;
use super::characters::{self, is_currency};

/// Refuses e-mail and web addresses, prices, dates, times, coordinates and IP addresses.
pub(super) fn refuse(text: &str) -> Result<(), Refusal> {
    if characters::are_plain_without_points(text) {
        return if is_date(text) || is_long_stamp(text) { Err(Refusal::date()) } else { Ok(()) };
    }
    if text.contains('@') {
        return Err(Refusal::new("phone_is_email", "an e-mail address, not a phone number"));
    }
    if text.contains("://") || text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www.")) {
        return Err(Refusal::new("phone_is_url", "a web address, not a phone number"));
    }
    if text.contains(is_currency) {
        return Err(Refusal::new("phone_not_a_number", "a price, not a phone number"));
    }
    if is_date(text) || has_time(text) || is_long_stamp(text) {
        return Err(Refusal::date());
    }
    if is_ip_address(text) {
        return Err(Refusal::new("phone_not_a_number", "an IP address, not a phone number"));
    }
    if are_coordinates(text) {
        return Err(Refusal::new("phone_not_a_number", "coordinates, not a phone number"));
    }
    Ok(())
}

/// `12.03.1985`, `3/12/1985`, `1985-03-12`, alone or with a time after it.
pub(super) fn is_date(text: &str) -> bool {
    let text = text.trim_start();
    let end = text.find([' ', 'T', ',']).unwrap_or(text.len());
    let date = &text[..end];
    let Some(separator) = date.chars().find(|c| !c.is_ascii_digit()) else { return false };
    if !matches!(separator, '.' | '-' | '/') {
        return false;
    }
    let mut parts = date.trim_end_matches('.').split(separator);
    let (Some(a), Some(b), Some(c), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let small = |part: &str| part.len() <= 2 && part.parse().is_ok_and(|n: u32| (1..=31).contains(&n));
    let is_year = |part: &str| part.len() == 4 && part.parse().is_ok_and(|n: u32| (1900..=2099).contains(&n));
    let month_among = |x: &str, y: &str| small(x) && small(y) && [x, y].iter().any(|part| is_month(part));
    (is_year(a) && month_among(b, c)) || (is_year(c) && month_among(a, b))
}

fn is_month(part: &str) -> bool {
    part.parse().is_ok_and(|n: u32| (1..=12).contains(&n))
}

/// `10:30` anywhere: two digits, a colon, two digits and no third.
fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.iter().enumerate().any(|(at, byte)| {
        let before = at.checked_sub(1).is_some_and(digit) && !at.checked_sub(3).is_some_and(digit);
        *byte == b':' && before && digit(at + 1) && digit(at + 2) && !digit(at + 3)
    })
}

/// `20230102103000`: too long for most numbers, but not for Germany's.
fn is_long_stamp(text: &str) -> bool {
    text.len() == 14 && is_compact_stamp(text)
}

/// `20230102`, `202301021030`, `20230102103000`: some countries have numbers that look so, therefore the caller asks what
/// kind of number the digits are before it refuses the two shorter ones.
pub(super) fn is_compact_stamp(text: &str) -> bool {
    if !matches!(text.len(), 8 | 12 | 14) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let between = |from: usize, low: u32, high: u32| {
        let part = text.get(from..from + 2).unwrap_or("00");
        part.parse().is_ok_and(|n: u32| (low..=high).contains(&n))
    };
    between(0, 19, 20)
        && between(4, 1, 12)
        && between(6, 1, 31)
        && (text.len() < 12 || (between(8, 0, 23) && between(10, 0, 59)))
        && (text.len() < 14 || between(12, 0, 59))
}

/// `192.168.0.1`, but not the `44.66.81.80` of a Dane.
fn is_ip_address(text: &str) -> bool {
    if text.bytes().filter(|b| *b == b'.').count() != 3 {
        return false;
    }
    let is_octet = |part: &str| {
        (1..=3).contains(&part.len())
            && (part.len() == 1 || !part.starts_with('0'))
            && !part.starts_with('+')
            && part.parse::<u8>().is_ok()
    };
    text.split('.').all(is_octet) && !text.split('.').all(|part| part.len() == 2)
}

/// `52.5200, 13.4050`
fn are_coordinates(text: &str) -> bool {
    let is_degree = |part: &str| {
        let part = part.strip_prefix('-').unwrap_or(part);
        part.split_once('.').is_some_and(|(whole, fraction)| {
            (1..=3).contains(&whole.len())
                && fraction.len() >= 3
                && (whole.len() == 1 || !whole.starts_with('0'))
                && whole.bytes().all(|b| b.is_ascii_digit())
                && whole.parse::<u8>().is_ok_and(|degree| degree <= 180)
                && fraction.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let mut parts = text.split([',', ' ', ';']).filter(|part| !part.is_empty());
    let (Some(a), Some(b), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    is_degree(a) && is_degree(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        refuse(text).map_or_else(|refusal| refusal.code, |()| "")
    }

    #[test]
    fn dates_and_times_are_known_in_their_usual_writings() {
        for text in [
            "12.03.1985",
            "1985-03-12",
            "3/12/1985",
            "2023-01-02 10:30",
            "2023-01-02T10:30:00",
            "10:30",
            "20230102103000",
        ] {
            assert_eq!(code(text), "phone_is_date", "{text}");
        }
    }

    #[test]
    fn other_things_with_digits_are_known() {
        assert_eq!(code("john@example.com"), "phone_is_email");
        assert_eq!(code("https://example.com/1234567"), "phone_is_url");
        assert_eq!(code("$1,234.56"), "phone_not_a_number");
        assert_eq!(code("192.168.0.1"), "phone_not_a_number");
        assert_eq!(code("52.5200, 13.4050"), "phone_not_a_number");
    }

    #[test]
    fn numbers_with_points_and_slashes_pass() {
        for text in [
            "030.123.456",
            "44.66.81.80",
            "01.42.68.53.00",
            "030/123456",
            "650.253.0000",
            "+49.30.123456",
            "030:123456",
        ] {
            assert_eq!(code(text), "", "{text}");
        }
    }
}
