//! Numbers as text. A worksheet stores a number and how it is shown; here the number is what counts, because it is what was
//! meant (`493023125001`, not `4.93E+11`), but for two kinds of formats: those of dates, and those that give whole numbers
//! leading zeros, a `+`, or spaces, as people do with phone numbers and postcodes.

use super::date;

/// How the cells of one style are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum NumberFormat {
    /// As the number is.
    #[default]
    General,
    /// As a date or a time of day.
    Date,
    /// As a length of time, which may be longer than a day.
    Duration,
    /// By a picture of the digits.
    Picture(Vec<Section>),
}

/// One of the pictures of a format, which `;` separates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    condition: Option<(Comparison, u64)>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// `0`: a digit, also where it is a leading zero.
    Digit,
    /// `#` or `?`: a digit, if there is one.
    Optional,
    /// Any character, as it stands.
    Literal(char),
}

impl NumberFormat {
    /// The format with a number of Excel's own (ECMA-376, part 1, 18.8.30), where the file has no code for it.
    pub(super) fn built_in(id: u32) -> Self {
        match id {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            46 => Self::Duration,
            _ => Self::General,
        }
    }

    /// The format that a code such as `dd.mm.yyyy`, `[h]:mm` or `00000` describes.
    pub(super) fn parse(code: &str) -> Self {
        match date_kind(code) {
            Some(kind) => kind,
            None => pictures(code).map_or(Self::General, Self::Picture),
        }
    }

    /// The text of a number, given as it stands in the file.
    pub(super) fn show(&self, text: &str, system: date::System) -> String {
        let Some(value) = text.trim().parse::<f64>().ok().filter(|value| value.is_finite()) else {
            return text.trim().to_owned();
        };
        let shown = match self {
            Self::General => None,
            Self::Date => date::moment(value, system),
            Self::Duration => date::duration(value),
            Self::Picture(sections) => whole(text, value).and_then(|digits| by_picture(sections, &digits)),
        };
        shown.unwrap_or_else(|| plain(text, value))
    }

    /// The text of a number that a binary file holds.
    pub(super) fn show_value(&self, value: f64, system: date::System) -> String {
        self.show(&exact(value), system)
    }
}

/// Without an exponent, and without digits that only the computer's arithmetic made: a worksheet knows fifteen.
fn plain(text: &str, value: f64) -> String {
    let text = text.trim();
    if !text.is_empty() && text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit()) {
        return text.to_owned();
    }
    exact(value)
}

fn exact(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{:.0}", value + 0.0);
    }
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    rounded.to_string()
}

/// The digits of a whole number that is not negative.
fn whole(text: &str, value: f64) -> Option<String> {
    (value >= 0.0 && value.fract() == 0.0).then(|| plain(text, value))
}

fn by_picture(sections: &[Section], digits: &str) -> Option<String> {
    let number: u64 = digits.parse().ok()?;
    let section = match sections {
        [first, ..] if first.condition.is_some() => {
            sections.iter().find(|section| section.condition.is_none_or(|condition| holds(condition, number)))?
        }
        [_, _, zero, ..] if number == 0 => zero,
        [first, ..] => first,
        [] => return None,
    };
    Some(section.draw(digits)).filter(|text| !text.trim().is_empty())
}

fn holds((comparison, limit): (Comparison, u64), number: u64) -> bool {
    match comparison {
        Comparison::Less => number < limit,
        Comparison::AtMost => number <= limit,
        Comparison::Equal => number == limit,
        Comparison::AtLeast => number >= limit,
        Comparison::More => number > limit,
    }
}

impl Section {
    /// Puts the digits into the picture, from the right; those that find no place stand before the first one.
    fn draw(&self, digits: &str) -> String {
        let mut left: Vec<char> = digits.trim_start_matches('0').chars().collect();
        let mut backwards = Vec::new();
        let first = self.pieces.iter().position(|piece| !matches!(piece, Piece::Literal(_)));
        for (i, piece) in self.pieces.iter().enumerate().rev() {
            match piece {
                Piece::Literal(character) => backwards.push(*character),
                Piece::Digit => backwards.push(left.pop().unwrap_or('0')),
                Piece::Optional => backwards.extend(left.pop()),
            }
            if Some(i) == first {
                backwards.extend(left.drain(..).rev());
            }
        }
        backwards.iter().rev().collect()
    }
}

/// Whether a format shows a date or a length of time: by its first section, without what is quoted, escaped or in brackets.
fn date_kind(code: &str) -> Option<NumberFormat> {
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' | '_' | '*' => drop(characters.next()),
            '"' => drop(characters.by_ref().find(|&c| c == '"')),
            '[' => {
                let inside: String = characters.by_ref().take_while(|&c| c != ']').collect();
                let is_time = !inside.is_empty() && inside.chars().all(|c| "hmsHMS".contains(c));
                if is_time {
                    return Some(NumberFormat::Duration);
                }
            }
            ';' => return None,
            'G' | 'g' if characters.as_str().to_lowercase().starts_with("eneral") => return None,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return Some(NumberFormat::Date),
            _ => {}
        }
    }
    None
}

/// The sections of a format that does no more than place digits; `None` where it does more (decimals, groups of thousands,
/// per cent, currencies, words in place of numbers), and where it changes nothing.
fn pictures(code: &str) -> Option<Vec<Section>> {
    let mut sections = vec![Section { condition: None, pieces: Vec::new() }];
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        let section = sections.last_mut()?;
        match character {
            ';' => sections.push(Section { condition: None, pieces: Vec::new() }),
            '0' => section.pieces.push(Piece::Digit),
            '#' | '?' => section.pieces.push(Piece::Optional),
            '\\' => section.pieces.push(Piece::Literal(characters.next()?)),
            '"' => section.pieces.extend(characters.by_ref().take_while(|&c| c != '"').map(Piece::Literal)),
            '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|&c| c != ']').collect();
                read_bracket(&inside, section)?;
            }
            '+' | '-' | '(' | ')' | ' ' | ':' | '\u{a0}' => section.pieces.push(Piece::Literal(character)),
            _ => return None,
        }
    }
    let does_something = sections.iter().any(|section| section.pieces.len() > 1);
    let has_digits =
        sections.first().is_some_and(|section| section.pieces.iter().any(|p| !matches!(p, Piece::Literal(_))));
    (does_something && has_digits).then_some(sections)
}

/// A condition, a colour, or a language; `None` where it is a currency, or something else.
fn read_bracket(inside: &str, section: &mut Section) -> Option<()> {
    if let Some(currency) = inside.strip_prefix('$') {
        return currency.starts_with('-').then_some(());
    }
    let split = inside.find(|c: char| c.is_ascii_digit()).unwrap_or(inside.len());
    let comparison = match inside.get(..split)? {
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        "=" => Comparison::Equal,
        ">=" => Comparison::AtLeast,
        ">" => Comparison::More,
        colour if !colour.is_empty() && colour.chars().all(char::is_alphabetic) => return Some(()),
        _ => return None,
    };
    section.condition = Some((comparison, inside.get(split..)?.parse().ok()?));
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(code: &str, number: &str) -> String {
        NumberFormat::parse(code).show(number, date::System::From1900)
    }

    #[test]
    fn numbers_are_written_out_as_they_were_meant() {
        for (number, text) in [
            ("493023125001", "493023125001"),
            ("4.93023125001E+11", "493023125001"),
            ("493023125001.0", "493023125001"),
            ("1234567890123456789", "1234567890123456789"),
            ("-5", "-5"),
            ("0", "0"),
            ("-0.0", "0"),
            ("12.5", "12.5"),
            ("0.30000000000000004", "0.3"),
            ("1e-7", "0.0000001"),
            ("", ""),
            ("oops", "oops"),
            ("NaN", "NaN"),
        ] {
            assert_eq!(shown("General", number), text, "{number}");
        }
    }

    #[test]
    fn formats_that_place_digits_show_what_the_worksheet_shows() {
        for (code, number, text) in [
            ("00000", "420", "00420"),
            ("00000", "123456", "123456"),
            ("00000", "0", "00000"),
            ("+0", "493023125001", "+493023125001"),
            ("\\+0", "493023125001", "+493023125001"),
            ("\"+\"#", "493023125001", "+493023125001"),
            ("+## ## ########", "493023125001", "+49 30 23125001"),
            ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "5555550100", "(555) 555-0100"),
            ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "5550100", "555-0100"),
            ("000\\-00\\-0000", "12345678", "012-34-5678"),
            ("0;-0;;@", "7", "7"),
            ("[Red]00000", "420", "00420"),
            ("[$-407]00000", "420", "00420"),
            ("00000_ ", "420", "00420"),
        ] {
            assert_eq!(shown(code, number), text, "{code} of {number}");
        }
    }

    #[test]
    fn formats_that_do_more_leave_the_number_as_it_is() {
        for code in [
            "0",
            "#,##0",
            "0.00",
            "0%",
            "0.00E+00",
            "#,##0.00 \"€\"",
            "[$€-407] 0",
            "@",
            "General",
            ";;;",
            "# ?/?",
            "\"n/a\"",
        ] {
            assert_eq!(shown(code, "493023125001"), "493023125001", "{code}");
        }
        assert_eq!(shown("00000", "-420"), "-420");
        assert_eq!(shown("00000", "4.5"), "4.5");
        assert_eq!(shown("0;-0;;@", "0"), "0");
    }

    #[test]
    fn formats_of_dates_are_told_from_others() {
        for code in ["dd.mm.yyyy", "yyyy-mm-dd", "h:mm AM/PM", "[$-407]d. mmmm yyyy;@", "mm:ss", "\"am \"d.m."] {
            assert_eq!(NumberFormat::parse(code), NumberFormat::Date, "{code}");
        }
        for code in ["[h]:mm", "[mm]:ss", "[s]"] {
            assert_eq!(NumberFormat::parse(code), NumberFormat::Duration, "{code}");
        }
        for code in ["General", "\"Day \"0", "0\\d", "#,##0_m", "[Red]0", "0;dd", "@"] {
            assert!(!matches!(NumberFormat::parse(code), NumberFormat::Date | NumberFormat::Duration), "{code}");
        }
        assert_eq!(NumberFormat::built_in(14), NumberFormat::Date);
        assert_eq!(NumberFormat::built_in(1), NumberFormat::General);
    }

    #[test]
    fn a_phone_number_in_a_column_of_dates_stays_a_number() {
        assert_eq!(shown("dd.mm.yyyy", "493023125001"), "493023125001");
    }

    proptest! {
        #[test]
        fn no_format_and_no_number_panics_and_no_digit_is_lost(code in "[0#?+ ()\\\\\"\\[\\]<>=;a-z.,%$-]{0,12}", number in any::<u64>()) {
            let text = shown(&code, &number.to_string());
            if !matches!(NumberFormat::parse(&code), NumberFormat::Date | NumberFormat::Duration) && number > 0 {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let is_there = digits.ends_with(&number.to_string()) || code.contains(';') || code.contains(['"', '\\']);
                prop_assert!(is_there, "{number} by {code:?} is {text:?}");
            }
        }
    }
}
