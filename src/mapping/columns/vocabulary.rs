//! What words in column names mean, in all languages of the product: `mapping/names/*.txt`, read once.
//!
//! A line is `role = name | name | …`. A name is one or more words; it is compared as [`words`] splits it. Where two
//! files say different things of one name, the first file in [`FILES`] holds.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::words;

/// What a word says about its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Role {
    Phone,
    Mobile,
    Direct,
    /// Only beside a word for a phone.
    DirectWord,
    Switchboard,
    /// Only beside a word for a phone: whose it is.
    Corporate,
    Fax,
    Pager,
    Assistant,
    Extension,
    DialCode,
    /// A dial code or the code of a country.
    CountryCode,
    Email,
    FirstName,
    LastName,
    FullName,
    Name,
    Company,
    Country,
    Campaign,
    DoNotCall,
    /// Who may be called.
    MayCall,
    /// A consent, to whatever.
    Consent,
    /// A call; beside a consent, what it is to. Else it says that the column is something else.
    Call,
    /// It turns round what stands beside it.
    Negation,
    /// How a lead stands, or how a call went.
    Status,
    Primary,
    Work,
    Home,
    Other,
    /// Says nothing.
    Filler,
    /// Says that the column is something else.
    Else,
    /// Beside a word for "do not call": something else must not be done.
    NoCallElse,
}

/// The roles by the names that the files use.
const ROLES: &[(&str, Role)] = &[
    ("phone", Role::Phone),
    ("mobile", Role::Mobile),
    ("direct", Role::Direct),
    ("direct_word", Role::DirectWord),
    ("switchboard", Role::Switchboard),
    ("corporate", Role::Corporate),
    ("fax", Role::Fax),
    ("pager", Role::Pager),
    ("assistant", Role::Assistant),
    ("extension", Role::Extension),
    ("dial_code", Role::DialCode),
    ("country_code", Role::CountryCode),
    ("email", Role::Email),
    ("first_name", Role::FirstName),
    ("last_name", Role::LastName),
    ("full_name", Role::FullName),
    ("name", Role::Name),
    ("company", Role::Company),
    ("country", Role::Country),
    ("campaign", Role::Campaign),
    ("do_not_call", Role::DoNotCall),
    ("may_call", Role::MayCall),
    ("consent", Role::Consent),
    ("call", Role::Call),
    ("negation", Role::Negation),
    ("status", Role::Status),
    ("primary", Role::Primary),
    ("work", Role::Work),
    ("home", Role::Home),
    ("other", Role::Other),
    ("filler", Role::Filler),
    ("else", Role::Else),
    ("no_call_else", Role::NoCallElse),
];

/// The tables, one for each language.
const FILES: &[&str] = &[
    include_str!("../names/en.txt"),
    include_str!("../names/de.txt"),
    include_str!("../names/bg.txt"),
    include_str!("../names/pt.txt"),
    include_str!("../names/es.txt"),
    include_str!("../names/fr.txt"),
    include_str!("../names/it.txt"),
    include_str!("../names/nl.txt"),
    include_str!("../names/pl.txt"),
    include_str!("../names/ro.txt"),
    include_str!("../names/tr.txt"),
    include_str!("../names/ru.txt"),
    include_str!("../names/ar.txt"),
    include_str!("../names/hi.txt"),
    include_str!("../names/zh.txt"),
];

/// More words than this are in no name of the tables.
const MOST_WORDS: usize = 6;

/// Longer words than this, in bytes, are not put together of known ones: looking for the parts of a word of a hundred
/// thousand letters would take hours.
const LONGEST_WORD: usize = 120;

/// Shorter words than this are no part of a longer one, but in Chinese every character counts.
const SHORTEST_PART: usize = 3;

/// What is known of words.
pub(super) struct Vocabulary {
    meanings: HashMap<String, Role>,
}

/// What the words of a name mean.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) roles: Vec<Role>,
    /// How many words are in no table.
    pub(super) unknown: usize,
    /// The first number in it: `Phone 2`.
    pub(super) number: Option<u32>,
}

impl Meaning {
    pub(super) fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    pub(super) fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }
}

/// The vocabulary of all languages.
pub(super) fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::read(FILES));
    &VOCABULARY
}

impl Vocabulary {
    fn read(files: &[&str]) -> Self {
        let mut meanings = HashMap::new();
        for line in files.iter().flat_map(|file| file.lines()) {
            let Some((role, names)) = entry(line) else { continue };
            for name in names {
                meanings.entry(words(name).join(" ")).or_insert(role);
            }
        }
        Self { meanings }
    }

    /// What the name of a column says.
    pub(super) fn meaning_of(&self, name: &str) -> Meaning {
        let words = words(name);
        let mut meaning = Meaning::default();
        let mut rest = words.as_slice();
        while let Some((first, others)) = rest.split_first() {
            if let Some((role, length)) = self.longest(rest) {
                meaning.roles.push(role);
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            rest = others;
            if let Ok(number) = first.parse::<u32>() {
                meaning.number.get_or_insert(number);
            } else if let Some(parts) = self.parts_of(first) {
                meaning.roles.extend(parts);
            } else {
                meaning.unknown += 1;
            }
        }
        meaning
    }

    /// The longest name that `words` begin with, and how many of them it takes.
    fn longest(&self, words: &[String]) -> Option<(Role, usize)> {
        let most = words.len().min(MOST_WORDS);
        let at_start = |length: usize| self.meanings.get(&words.get(..length)?.join(" ")).map(|role| (*role, length));
        (1..=most).rev().find_map(at_start)
    }

    /// The parts of a word that is put together of known ones (`Mobilfunknummer`, `客户电话`): as few as there can be.
    fn parts_of(&self, word: &str) -> Option<Vec<Role>> {
        if word.len() > LONGEST_WORD {
            return None;
        }
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        let mut best: Vec<Option<Vec<Role>>> = vec![None; starts.len()];
        if let Some(first) = best.first_mut() {
            *first = Some(Vec::new());
        }
        for end in 1..starts.len() {
            let fewest = (0..end).filter_map(|start| {
                let part = word.get(*starts.get(start)?..*starts.get(end)?)?;
                let role = self.meanings.get(part).filter(|_| is_part(part))?;
                let mut roles = best.get(start)?.clone()?;
                roles.push(*role);
                Some(roles)
            });
            let fewest = fewest.min_by_key(Vec::len);
            if let Some(place) = best.get_mut(end) {
                *place = fewest;
            }
        }
        best.pop().flatten()
    }
}

fn is_part(part: &str) -> bool {
    part.chars().count() >= SHORTEST_PART || part.chars().all(|c| ('\u{2e80}'..='\u{9fff}').contains(&c))
}

/// A line of a table; `None` for comments and empty lines.
fn entry(line: &str) -> Option<(Role, impl Iterator<Item = &str>)> {
    let (role, names) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
    let (_, role) = ROLES.iter().find(|(name, _)| *name == role.trim())?;
    Some((*role, names.split('|').map(str::trim).filter(|name| !name.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_comment_or_names_of_a_known_role() {
        for line in FILES.iter().flat_map(|file| file.lines()).filter(|line| !line.trim().is_empty()) {
            let names = entry(line).map(|(_, names)| names.collect::<Vec<_>>());
            assert!(line.starts_with('#') || names.is_some_and(|names| !names.is_empty()), "{line}");
        }
    }

    #[test]
    fn every_name_of_the_tables_is_found_again() {
        for name in FILES.iter().flat_map(|file| file.lines()).filter_map(entry).flat_map(|(_, names)| names) {
            let meaning = vocabulary().meaning_of(name);
            assert_eq!((meaning.roles.len(), meaning.unknown), (1, 0), "{name}");
        }
    }

    #[test]
    fn long_words_are_known_by_their_parts_only_where_all_of_them_are_known() {
        let roles = |name: &str| vocabulary().meaning_of(name).roles;
        assert_eq!(roles("Kundentelefonnummer"), [Role::Filler, Role::Phone]);
        assert_eq!(roles("phonenumber"), [Role::Phone, Role::Filler]);
        assert_eq!(roles("客户电话"), [Role::Filler, Role::Phone]);
        assert!(roles("telefonica").is_empty());
        assert_eq!(vocabulary().meaning_of("telefonica").unknown, 1);
    }

    #[test]
    fn a_word_without_end_is_unknown_at_once() {
        assert_eq!(vocabulary().meaning_of(&"phone".repeat(100_000)).unknown, 1);
    }

    #[test]
    fn the_first_number_in_a_name_is_kept() {
        assert_eq!(vocabulary().meaning_of("Phone 2 - Value 7").number, Some(2));
    }
}
