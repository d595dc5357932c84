//! Why a mapping cannot be used with a header, in words that say what to change.

use std::fmt;

use thiserror::Error;

use crate::source::Header;

/// A mapping that cannot be used. Nothing has been sent when it comes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MappingError {
    /// The mapping names columns that the header lacks.
    #[error("{}", missing_text(.0))]
    MissingColumns(Vec<MissingColumn>),
    /// No column is named for the phone and none has a usual name for it.
    #[error(
        "no column for the phone number was found among {}{}\nwhat to do: name it with --phone-column NAME or phone = \"NAME\" under [mapping]",
        listed(columns),
        if never_called.is_empty() { String::new() } else { format!(" (never called: {})", listed(never_called)) }
    )]
    NoPhoneColumn {
        /// The header.
        columns: Vec<String>,
        /// Those with numbers that are never called: a fax, an assistant's.
        never_called: Vec<String>,
    },
    /// Several columns may be the phone, or one that is not clearly so.
    #[error(
        "{} could {}be the phone number, and nothing says which is meant (all columns: {}){}\nwhat to do: name the right one with --phone-column NAME or phone = \"NAME\" under [mapping]",
        listed(candidates),
        if candidates.len() > 1 { "each " } else { "" },
        listed(columns),
        lines(reasons)
    )]
    AmbiguousPhoneColumn {
        /// Those, the likeliest first.
        candidates: Vec<String>,
        /// What speaks for each.
        reasons: Vec<String>,
        /// The header.
        columns: Vec<String>,
    },
    /// A chatbot lead's required field has no column of its name.
    #[error(
        "this platform needs {article} {field} for each lead and no column is called that (columns: {})\nwhat to do: name it with {field} = \"NAME\" under [mapping.lead]",
        listed(columns),
        article = if *field == "email" { "an" } else { "a" }
    )]
    NoLeadField {
        /// `name` or `email`.
        field: &'static str,
        /// The header.
        columns: Vec<String>,
    },
    /// A template is not one: it does not parse, or uses a filter or function that does not exist.
    #[error("the template of {wanted_by} cannot be used: {problem}: {template:?}")]
    Template {
        /// What it is for, for instance `variables.full_name`.
        wanted_by: String,
        /// The template.
        template: String,
        /// What is wrong.
        problem: String,
    },
    /// Two things would be sent under one name.
    #[error(
        "two things would be sent as {name:?}: {first} and {second}\nwhat to do: exclude one (exclude = [\"NAME\"]) or give one another name under [mapping]"
    )]
    NameClash {
        /// The name.
        name: String,
        /// Where the first comes from.
        first: String,
        /// Where the second comes from.
        second: String,
    },
    /// A name that cannot be a variable's.
    #[error("{} cannot be a name to send: {problem}", wanted_name(wanted_by, name))]
    IllegalName {
        /// The name.
        name: String,
        /// Where it stands.
        wanted_by: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A key that this platform has no use for.
    #[error("{key} under [mapping] has no meaning on this platform: {instead}")]
    NotOnThisPlatform {
        /// The key.
        key: &'static str,
        /// What to write instead.
        instead: &'static str,
    },
    /// A key's value cannot be used.
    #[error("{key} under [mapping] {problem}")]
    UnusableValue {
        /// The key.
        key: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
}

/// A name after what needs it, once.
fn wanted_name(wanted_by: &str, name: &str) -> String {
    let name = format!("{name:?}");
    if wanted_by.ends_with(&name) { wanted_by.to_owned() } else { format!("{wanted_by}: {name}") }
}

/// A column that the mapping names and the header lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// The name as the mapping has it.
    pub name: String,
    /// What needs it: a key of the mapping, for instance `phone` or `variables.city`.
    pub wanted_by: String,
    /// The header's names that are most like it, best first; at most three.
    pub nearest: Vec<String>,
    /// The header's names, for where none is like it. They are listed below all such columns, once.
    pub there_are: Vec<String>,
}

impl MissingColumn {
    /// `name`, which `wanted_by` needs, with what in `header` is like it.
    pub(super) fn new(name: &str, wanted_by: &str, header: &Header) -> Self {
        let nearest = nearest(name, header.names());
        let there_are = if nearest.is_empty() { header.names().to_vec() } else { Vec::new() };
        Self { name: name.to_owned(), wanted_by: wanted_by.to_owned(), nearest, there_are }
    }
}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no column {:?} (needed by {})", self.name, self.wanted_by)?;
        if self.nearest.is_empty() { Ok(()) } else { write!(f, "; the nearest: {}", listed(&self.nearest)) }
    }
}

fn missing_text(missing: &[MissingColumn]) -> String {
    let told = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    // A mapping that was made for another file misses ten columns, and lists of ten times the same names hide that.
    match missing.iter().find(|column| column.nearest.is_empty()) {
        None => told,
        Some(column) => {
            let between = if missing.len() == 1 { "; " } else { "\n" };
            format!("{told}{between}there are: {}", listed(&column.there_are))
        }
    }
}

/// Each on a line of its own, below the message.
fn lines(reasons: &[String]) -> String {
    reasons.iter().flat_map(|reason| ["\n  ", reason.as_str()]).collect()
}

/// Names for a message: quoted, and not more than a person reads.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 30;
    let shown = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "no columns at all".to_owned(),
        count if count > SHOWN => format!("{shown} and {} more", count - SHOWN),
        _ => shown,
    }
}

/// How alike two names must be (1 is equal) to be worth suggesting: `Telfon` and `Telefon` are 0.96, `Ort` and `Name` 0.
const ALIKE: f64 = 0.75;

/// The names most like `wanted`, best first; at most three.
fn nearest(wanted: &str, names: &[String]) -> Vec<String> {
    let wanted = folded(wanted);
    let mut scored: Vec<(f64, &String)> = names
        .iter()
        .map(|name| (likeness(&wanted, &folded(name)), name))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.into_iter().take(3).map(|(_, name)| name.clone()).collect()
}

fn likeness(wanted: &str, name: &str) -> f64 {
    // `Phone` for `Phone (work)` is a likely slip that edit distances rate low.
    let one_in_the_other = wanted.len().min(name.len()) >= 3 && (wanted.contains(name) || name.contains(wanted));
    let alike = strsim::jaro_winkler(wanted, name);
    if one_in_the_other { alike.max(0.9) } else { alike }
}

/// A name without what people write differently: case, spaces, `_`, `-`, `.`.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.' | '\u{a0}')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_nearest_names_are_suggested_best_first_and_strangers_are_not() {
        let header = names(&["Ort", "Telefon", "Telefon 2", "Vorname"]);
        assert_eq!(nearest("Telfon", &header), ["Telefon", "Telefon 2"]);
        assert_eq!(nearest("PHONE (work)", &names(&["phone", "city"])), ["phone"]);
        assert!(nearest("zzz", &header).is_empty());
    }

    #[test]
    fn a_missing_column_is_told_with_what_needs_it_and_what_is_like_it() {
        let header = Header::new(names(&["Telefon", "Ort"]));
        let error = MappingError::MissingColumns(vec![
            MissingColumn::new("Telfon", "phone", &header),
            MissingColumn::new("zzz", "variables.x", &header),
        ]);
        assert_eq!(
            error.to_string(),
            "there is no column \"Telfon\" (needed by phone); the nearest: \"Telefon\"\n\
             there is no column \"zzz\" (needed by variables.x)\n\
             there are: \"Telefon\", \"Ort\""
        );
    }

    #[test]
    fn the_columns_that_there_are_are_listed_once_however_many_are_missing() {
        let header = Header::new(names(&["Telefon", "Ort"]));
        let missing = |name: &str| MissingColumn::new(name, "exclude", &header);
        let alone = MappingError::MissingColumns(vec![missing("zzz")]).to_string();
        assert_eq!(alone, "there is no column \"zzz\" (needed by exclude); there are: \"Telefon\", \"Ort\"");
        let several = MappingError::MissingColumns(vec![missing("xxx"), missing("yyy"), missing("zzz")]).to_string();
        assert_eq!(several.matches("there are:").count(), 1, "{several}");
        assert!(several.ends_with("(needed by exclude)\nthere are: \"Telefon\", \"Ort\""), "{several}");
    }
}
