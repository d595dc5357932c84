//! Countries as people write them: codes, names in the languages of our users, and dial codes.
//!
//! `countries.tsv` beside this file is the whole knowledge. Its names come from the Unicode CLDR (each country's own
//! languages, and English, German, French, Spanish, Italian, Dutch, Portuguese, Polish, Bulgarian, Romanian, Turkish,
//! Russian, Arabic, Hindi and Chinese) and from ISO 3166-1, with the short forms that people type (`UK`, `Holland`, `BRD`).
//! A dial code stands only in the row of the main region that libphonenumber's metadata names for it.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A country or territory with a numbering plan: an ISO 3166 code of two letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region([u8; 2]);

impl Region {
    /// The two letters of every country with a numbering plan.
    #[must_use]
    pub fn codes() -> Vec<&'static str> {
        COUNTRIES.order.iter().map(Self::code).collect()
    }

    /// Reads an ISO code of two or three letters, a country's name in one of the languages of the product, or a dial
    /// code (`+49`, `0049`), without regard to case, accents and outer spaces. `None` where it is no country with a
    /// numbering plan. A dial code that several countries share means the main one: `+1` is the United States, whose
    /// national numbers are written as Canada's are.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let [a, b] = text.as_bytes() {
            let code = Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]);
            if COUNTRIES.names.contains_key(&code) {
                return Some(code);
            }
        }
        match dial_digits(text) {
            Some(digits) => COUNTRIES.by_dial.get(digits.as_str()).copied(),
            None => COUNTRIES.by_word.get(&folded(text)).copied(),
        }
    }

    /// The two letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The English name, for messages: `Germany`.
    #[must_use]
    pub fn name(self) -> &'static str {
        COUNTRIES.names.get(&self).copied().unwrap_or("an unknown country")
    }

    /// Every region there is, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.order.iter().copied()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The digits of `+49`, `0049`, `+ 49` or `(+49)`; `None` where the text is not a dial code at all.
fn dial_digits(text: &str) -> Option<String> {
    let inner = text.trim_matches(|c| matches!(c, '(' | ')' | ' '));
    let digits = inner.strip_prefix('+').or_else(|| inner.strip_prefix("00"))?;
    let digits: String = digits.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// A name as it is compared: no case, no accents, letters, digits and flags only (`Côte d’Ivoire` is `cotedivoire`).
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    }
    folded_slowly(text)
}

/// [`folded`] of any text.
fn folded_slowly(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|c| c.is_alphanumeric() || ('🇦'..='🇿').contains(c))
        .flat_map(|c| if c == 'ß' { ['s', 's'] } else { [c, '\0'] })
        .filter(|c| *c != '\0')
        .collect()
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| Countries::read(include_str!("countries.tsv")));

/// `countries.tsv`, indexed.
struct Countries {
    order: Vec<Region>,
    names: HashMap<Region, &'static str>,
    by_word: HashMap<String, Region>,
    by_dial: HashMap<&'static str, Region>,
}

impl Countries {
    fn read(table: &'static str) -> Self {
        let mut countries =
            Self { order: Vec::new(), names: HashMap::new(), by_word: HashMap::new(), by_dial: HashMap::new() };
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let (Some(two), Some(three), Some(dial), Some(name), Some(others), None) =
                (fields.next(), fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            if let [a, b] = two.as_bytes() {
                countries.add(Region([*a, *b]), three, dial, name, others);
            }
        }
        countries
    }

    fn add(&mut self, region: Region, three: &str, dial: &'static str, name: &'static str, others: &'static str) {
        self.order.push(region);
        self.names.insert(region, name);
        let flag: String = region.0.iter().filter_map(|b| char::from_u32(0x1F1A5 + u32::from(*b))).collect();
        self.by_word.insert(folded(&flag), region);
        for word in [region.code(), three, name].into_iter().chain(others.split('|')).filter(|word| !word.is_empty()) {
            self.by_word.insert(folded(word), region);
        }
        if !dial.is_empty() {
            self.by_dial.insert(dial, region);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<String> {
        Region::parse(text).map(|region| region.code().to_owned())
    }

    #[test]
    fn a_country_is_read_in_every_way_people_write_it() {
        let ways = [
            "DE",
            "de",
            " DE ",
            "DEU",
            "Germany",
            "germany",
            "Deutschland",
            "DEUTSCHLAND",
            "Allemagne",
            "Alemania",
            "Германия",
            "+49",
            "0049",
            "(+49)",
            "+ 49",
            "BRD",
        ];
        for way in ways {
            assert_eq!(code(way).as_deref(), Some("DE"), "{way}");
        }
        let others = [
            ("UK", "GB"),
            ("Großbritannien", "GB"),
            ("Grossbritannien", "GB"),
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("u.s.", "US"),
            ("Österreich", "AT"),
            ("Oesterreich", "AT"),
            ("osterreich", "AT"),
            ("България", "BG"),
            ("Ελλάδα", "GR"),
            ("日本", "JP"),
            ("Côte d'Ivoire", "CI"),
            ("cote divoire", "CI"),
            ("Türkei", "TR"),
            ("Turkey", "TR"),
            ("Türkiye", "TR"),
            ("Schweiz", "CH"),
            ("Suisse", "CH"),
            ("+41", "CH"),
            ("+1", "US"),
            ("+44", "GB"),
            ("+7", "RU"),
            ("+39", "IT"),
            ("Magyarország", "HU"),
            ("Norge", "NO"),
            ("Kosovo", "XK"),
            ("🇩🇪", "DE"),
            ("ألمانيا", "DE"),
            ("जर्मनी", "DE"),
            ("德国", "DE"),
            ("德國", "DE"),
            ("Statele Unite", "US"),
            ("США", "US"),
            ("الولايات المتحدة", "US"),
            ("संयुक्त राज्य अमेरिका", "US"),
            ("Marea Britanie", "GB"),
            ("المملكة المتحدة", "GB"),
            ("英国", "GB"),
        ];
        for (way, expected) in others {
            assert_eq!(code(way).as_deref(), Some(expected), "{way}");
        }
    }

    #[test]
    fn ascii_is_folded_as_any_text_is() {
        for first in 0..128_u8 {
            for second in 0..128_u8 {
                let text = format!("{}{}", char::from(first), char::from(second));
                assert_eq!(folded(&text), folded_slowly(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_no_country_is_none() {
        for text in ["", " ", "ZZ", "XX", "??", "Atlantis", "49", "+", "+999", "00", "+49 30", "e", "+800"] {
            assert_eq!(code(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_region_is_found_by_its_codes_and_its_name() {
        assert_eq!(Region::all().count(), 245);
        for region in Region::all() {
            assert_eq!(Region::parse(region.code()), Some(region));
            assert_eq!(Region::parse(region.name()), Some(region), "{}", region.name());
        }
    }

    #[test]
    fn no_name_means_two_countries() {
        let mut owners: HashMap<String, &str> = HashMap::new();
        for line in include_str!("countries.tsv").lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 5, "{line}");
            for name in [fields[1], fields[3]].into_iter().chain(fields[4].split('|')).filter(|n| !n.is_empty()) {
                let earlier = owners.insert(folded(name), fields[0]);
                assert!(earlier.is_none_or(|owner| owner == fields[0]), "{name} is {earlier:?} and {}", fields[0]);
            }
        }
    }
}
