//! Columns known by their names alone: the vendors' layout, and name patterns.

use crate::source::Header;

use super::columns::{Sureness, name_says};
use super::error::folded;

/// Every column that has a usual name of a phone number, or the vendors' of a secondary contact's: where it is better to
/// read one too many than one too few.
pub(crate) fn phone_columns(header: &Header) -> Vec<usize> {
    let is_one = |name: &str| {
        let says = name_says(name);
        let is_phone = says.kind.is_some_and(|kind| kind.is_called() || kind.is_never_called());
        (is_phone && says.sureness >= Sureness::Partly)
            || matches!(secondary_column(name), Some(SecondaryColumn::Phone(_)))
    };
    (0..header.len()).filter(|index| header.names().get(*index).is_some_and(|name| is_one(name))).collect()
}

/// The column of a chatbot lead's `field` (`name`, `email`, …): by its exact name, else the only one like `E-Mail`.
pub(super) fn field_column(header: &Header, field: &str, allowed: impl Fn(usize) -> bool) -> Option<usize> {
    if let Some(exact) = header.position_of(field).filter(|&index| allowed(index)) {
        return Some(exact);
    }
    let mut like = (0..header.len())
        .filter(|&index| allowed(index) && header.names().get(index).is_some_and(|name| folded(name.trim()) == field));
    like.next().filter(|_| like.next().is_none())
}

/// What a column's name says in the vendors' layout for secondary contacts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SecondaryColumn<'a> {
    /// `secondary_phone_<n>`
    Phone(u8),
    /// `secondary_<n>_<variable>`
    Variable(u8, &'a str),
}

/// Reads a name of the vendors' layout. Numbers run to 99, though platforms take ten: an eleventh contact is then refused
/// as one too many instead of becoming a variable of the first.
pub(super) fn secondary_column(name: &str) -> Option<SecondaryColumn<'_>> {
    let rest = strip_prefix_ignoring_case(name.trim(), "secondary_")?;
    if let Some(number) = strip_prefix_ignoring_case(rest, "phone_") {
        return contact_number(number).map(SecondaryColumn::Phone);
    }
    let (number, variable) = rest.split_once('_')?;
    if variable.is_empty() { None } else { Some(SecondaryColumn::Variable(contact_number(number)?, variable)) }
}

fn contact_number(text: &str) -> Option<u8> {
    let plain = !text.starts_with('0') && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// An entry of `include` or `exclude`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NamePattern {
    /// A column's name.
    Exact(String),
    /// The texts between the `*`, folded like column names are when looked up.
    Glob(Vec<String>),
}

impl NamePattern {
    pub(super) fn new(text: &str) -> Self {
        if text.contains('*') {
            Self::Glob(text.trim().to_lowercase().split('*').map(ToOwned::to_owned).collect())
        } else {
            Self::Exact(text.to_owned())
        }
    }

    /// The columns that are meant.
    pub(super) fn columns(&self, header: &Header) -> Vec<usize> {
        match self {
            Self::Exact(name) => header.position_of(name).into_iter().collect(),
            Self::Glob(parts) => {
                let matching = |(index, name): (usize, &String)| glob_matches(parts, name).then_some(index);
                header.names().iter().enumerate().filter_map(matching).collect()
            }
        }
    }
}

/// `parts` are the texts between the stars: the first is where the name begins, the last where it ends.
fn glob_matches(parts: &[String], name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let ([first, middle @ .., last], true) = (parts, parts.len() > 1) else { return false };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        // The leftmost place is always good enough: it leaves the most for the parts that follow.
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(names: &[&str]) -> Header {
        Header::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>())
    }

    #[test]
    fn the_vendors_names_of_secondary_contacts_are_read() {
        assert_eq!(secondary_column("secondary_phone_1"), Some(SecondaryColumn::Phone(1)));
        assert_eq!(secondary_column(" Secondary_Phone_11"), Some(SecondaryColumn::Phone(11)));
        assert_eq!(secondary_column("secondary_2_first_name"), Some(SecondaryColumn::Variable(2, "first_name")));
        for other in
            ["secondary_phone_", "secondary_phone_0", "secondary_x_name", "secondary_1_", "secondary", "phone_1"]
        {
            assert_eq!(secondary_column(other), None, "{other}");
        }
    }

    #[test]
    fn an_email_column_is_found_however_it_is_hyphenated() {
        assert_eq!(field_column(&header(&["Name", "E-Mail"]), "email", |_| true), Some(1));
        assert_eq!(field_column(&header(&["e_mail", "E-Mail"]), "email", |_| true), None);
        assert_eq!(field_column(&header(&["E-Mail", "email"]), "email", |_| true), Some(1));
    }

    #[test]
    fn stars_stand_for_any_text() {
        let header = header(&["utm_source", "UTM_medium", "note", "old note", "a*b"]);
        let matched = |pattern: &str| NamePattern::new(pattern).columns(&header);
        assert_eq!(matched("utm_*"), [0, 1]);
        assert_eq!(matched("*note"), [2, 3]);
        assert_eq!(matched("*o*e"), [0, 2, 3]);
        assert_eq!(matched("*"), [0, 1, 2, 3, 4]);
        assert_eq!(matched("NOTE"), [2]);
        assert_eq!(matched("no"), Vec::<usize>::new());
    }

    /// The definition, slow.
    fn model(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|skipped| model(rest, &name[skipped..])),
            Some((one, rest)) => name.split_first().is_some_and(|(first, more)| first == one && model(rest, more)),
        }
    }

    proptest! {
        #[test]
        fn globs_match_as_their_definition_says(pattern in "[ab*]{0,6}[*][ab*]{0,4}", name in "[ab]{0,8}") {
            let NamePattern::Glob(parts) = NamePattern::new(&pattern) else { unreachable!() };
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(glob_matches(&parts, &name), model(&chars(&pattern), &chars(&name)));
        }
    }
}
