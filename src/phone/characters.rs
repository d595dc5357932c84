//! The characters of a cell, made plain: every decimal digit of Unicode to ASCII, every space to one, marks that only
//! steer the layout away, and what copying through HTML, URLs or a wrong encoding left behind.
//!
//! What comes out holds ASCII, letters of any script, `£ € ¥ …` (which make a price) and nothing else.

use super::Refusal;

/// The zeros of every block of ten decimal digits (Unicode 15.1, general category Nd), but ASCII's.
const ZEROS: [u32; 65] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0,
    0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// What HTML, URLs and text that was decoded as Latin-1 or Windows-1252 leave in cells.
const LEFTOVERS: [(&str, &str); 17] = [
    ("&nbsp;", " "),
    ("&#160;", " "),
    ("&#xa0;", " "),
    ("&amp;", "&"),
    ("&plus;", "+"),
    ("&#43;", "+"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("%2B", "+"),
    ("%2b", "+"),
    ("%20", " "),
    ("â€“", "-"),
    ("â€”", "-"),
    ("Â\u{a0}", " "),
    ("Â ", " "),
];

/// True where a cell needs none of this: all it holds is digits and the characters people put between them.
pub(super) fn are_plain(cell: &str) -> bool {
    cell.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b' ' | b'(' | b')' | b'-' | b'/' | b'.'))
}

/// The same, without a point: nobody writes an address, a coordinate or a number that is cut off so.
pub(super) fn are_plain_without_points(cell: &str) -> bool {
    are_plain(cell) && !cell.contains('.')
}

/// What became of a cell's characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Nothing is missing.
    None,
    /// A replacement character stood there: something was lost before the file came to us.
    Replaced,
}

/// Writes `cell` in plain characters into `out`.
pub(super) fn write_plain(cell: &str, out: &mut String) -> Result<Damage, Refusal> {
    out.clear();
    let mut damage = Damage::None;
    let mut rest = cell;
    while let Some(c) = rest.chars().next() {
        if let Some((leftover, meant)) = leftover_at(rest, c) {
            out.push_str(meant);
            rest = &rest[leftover.len()..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match class_of(c) {
            Class::Keep => out.push(c),
            Class::As(plain) => out.push(plain),
            Class::Drop => {}
            Class::Lost => damage = Damage::Replaced,
            Class::Ornament => {
                return Err(Refusal::new("phone_not_a_number", "circled or raised digits are no number"));
            }
        }
    }
    Ok(damage)
}

fn leftover_at(rest: &str, first: char) -> Option<&'static (&'static str, &'static str)> {
    if !matches!(first, '&' | '%' | 'â' | 'Â') {
        return None;
    }
    LEFTOVERS.iter().find(|(leftover, _)| rest.starts_with(leftover))
}

enum Class {
    Keep,
    As(char),
    Drop,
    Lost,
    Ornament,
}

fn class_of(c: char) -> Class {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Class::As('\n'),
        '\u{20}'..='\u{7e}' => Class::Keep,
        '\u{fffd}' => Class::Lost,
        '\u{ff01}'..='\u{ff5e}' => Class::As(char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(' ')),
        _ if is_format_mark(c) => Class::Drop,
        _ if is_dash(c) => Class::As('-'),
        '\u{2018}'..='\u{201b}' | '\u{b4}' | '\u{2032}' | '\u{2b9}' | '\u{2bc}' => Class::As('\''),
        '\u{201c}'..='\u{201f}' | '«' | '»' | '\u{2033}' => Class::As('"'),
        '•' | '‣' | '¦' | '‖' | '。' => Class::As('|'),
        '⁄' | '∕' => Class::As('/'),
        '➕' => Class::As('+'),
        _ if is_ornamental_digit(c) => Class::Ornament,
        _ => digit_or_letter(c),
    }
}

fn digit_or_letter(c: char) -> Class {
    let code = u32::from(c);
    let block = ZEROS.partition_point(|zero| *zero <= code);
    let digit = block.checked_sub(1).and_then(|at| code.checked_sub(ZEROS[at])).filter(|digit| *digit < 10);
    if let Some(digit) = digit.and_then(|digit| char::from_digit(digit, 10)) {
        Class::As(digit)
    } else if c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c) || is_currency(c) {
        Class::Keep
    } else {
        // Every kind of space, the middle dot, telephone symbols, emoji, and whatever else is no letter.
        Class::As(' ')
    }
}

fn is_format_mark(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' | '\u{e0000}'..='\u{e007f}')
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' | '\u{30fc}' | '\u{58a}' | '¯'
    )
}

/// Superscripts, subscripts, fractions, and digits in circles, brackets or with a full stop.
fn is_ornamental_digit(c: char) -> bool {
    matches!(c,
        '²' | '³' | '¹' | '¼'..='¾' | '\u{2070}'..='\u{2089}' | '\u{2150}'..='\u{218b}' | '\u{2460}'..='\u{249b}'
        | '\u{24ea}'..='\u{24ff}' | '\u{2776}'..='\u{2793}' | '\u{3220}'..='\u{3229}' | '\u{3280}'..='\u{3289}'
        | '\u{1f100}'..='\u{1f10c}')
}

pub(super) fn is_currency(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20c0}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(cell: &str) -> String {
        let mut out = String::new();
        write_plain(cell, &mut out).unwrap();
        out
    }

    #[test]
    fn every_script_writes_the_same_digits() {
        for cell in ["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
        {
            assert_eq!(plain(cell), "0123456789");
        }
    }

    #[test]
    fn spaces_dashes_and_marks_become_plain() {
        assert_eq!(plain("+49\u{202f}30\u{a0}12\u{2011}34\u{200b}56\u{feff}"), "+49 30 12-3456");
        assert_eq!(plain("+49&nbsp;30%20123456"), "+49 30 123456");
        assert_eq!(plain("+49Â 30Â 123456"), "+49 30 123456");
        assert_eq!(plain("☎️ 030"), "  030");
        assert_eq!(plain("0️⃣3️⃣0️⃣"), "030");
    }

    #[test]
    fn ornaments_are_refused_and_losses_are_told() {
        let mut out = String::new();
        assert!(write_plain("③④", &mut out).is_err());
        assert!(write_plain("030²", &mut out).is_err());
        assert_eq!(write_plain("\u{fffd}030", &mut out), Ok(Damage::Replaced));
    }

    #[test]
    fn the_zeros_are_in_order_so_that_they_can_be_searched() {
        assert!(ZEROS.is_sorted());
    }
}
