//! The names of the columns.

use std::collections::{HashMap, HashSet};

use super::format::HeaderOption;

/// The columns that a rejects file of ours has at its end; they are never data.
const OURS: [&str; 3] = ["_status", "_reason", "_row"];

/// The names of an input's columns, each of them once.
///
/// Names are trimmed. An empty one becomes `column_3`, a second `Name` becomes `Name (2)`, so that every column can be
/// spoken of; [`Header::renamed`] tells which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    names: Vec<String>,
    contents: Vec<Content>,
    index: HashMap<String, usize>,
    renamed: Vec<String>,
}

/// What a column of JSON Lines was seen to hold; tables have only values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing but nulls so far.
    Unknown,
    /// Objects, whose members are columns of their own.
    Objects,
    /// Values: also where other records have an object there.
    Values,
}

impl Header {
    /// The header of these names.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        let given: Vec<String> = names.into_iter().map(|name| tidy(&name.into()).to_owned()).collect();
        let taken: HashSet<&str> = given.iter().map(String::as_str).collect();
        let mut header = Self::default();
        // So that thousands of columns of one name are numbered in one go.
        let mut next: HashMap<&str, usize> = HashMap::new();
        for name in &given {
            let distinct = header.distinct(name, &taken, next.entry(name).or_insert(2));
            if distinct != *name {
                header.renamed.push(renaming(header.len() + 1, name, &distinct));
            }
            header.push(distinct, Content::Values);
        }
        header
    }

    /// The header of a table that has none, and what is to be said of it.
    pub(super) fn numbered(width: usize, option: HeaderOption) -> (Self, String) {
        let header = Self::default().widened(width);
        let last = header.names.last().cloned().unwrap_or_default();
        let why = if option == HeaderOption::Missing {
            ""
        } else {
            " (the first row holds data; --header-row 1 says otherwise)"
        };
        let called = if width == 1 {
            "the column is called column_1".to_owned()
        } else {
            format!("the columns are called column_1 to {last}")
        };
        let note = format!("there is no header{why}: {called}");
        (header, note)
    }

    /// The names, in the order of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True where there is no column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The column called `name`: exactly so, else trimmed and without regard to case (the first such one).
    #[must_use]
    pub fn position_of(&self, name: &str) -> Option<usize> {
        self.position_of_exactly(name).or_else(|| {
            let wanted = tidy(name).to_lowercase();
            self.names.iter().position(|candidate| candidate.to_lowercase() == wanted)
        })
    }

    /// True where column `i` was added by us to an earlier rejects file (`_status`, `_reason`, `_row`): never data.
    #[must_use]
    pub fn is_ours(&self, i: usize) -> bool {
        self.names.get(i).is_some_and(|name| OURS.contains(&name.as_str()))
    }

    /// True for the header of a rejects file of ours.
    pub(super) fn is_of_rejects(&self) -> bool {
        OURS.iter().all(|name| self.index.contains_key(*name))
    }

    /// The column of a rejects file of ours that says what became of each row; `None` in any other file.
    #[must_use]
    pub fn status_of_rejects(&self) -> Option<usize> {
        let [status, ..] = OURS;
        self.position_of_exactly(status).filter(|_| self.is_of_rejects())
    }

    /// True where column `i` of JSON Lines holds objects, whose members are columns of their own (`a` beside `a.b`).
    /// It can be asked for by name; *all columns* does not mean it.
    #[must_use]
    pub fn is_container(&self, i: usize) -> bool {
        self.contents.get(i) == Some(&Content::Objects)
    }

    /// A sentence for each column that could not keep its name.
    #[must_use]
    pub fn renamed(&self) -> &[String] {
        &self.renamed
    }

    /// The header with columns added until there are `width`, called `column_7` and so on.
    pub(super) fn widened(&self, width: usize) -> Self {
        let mut wider = self.clone();
        while wider.len() < width {
            let name = wider.distinct("", &HashSet::new(), &mut 2);
            wider.push(name, Content::Values);
        }
        wider
    }

    pub(super) fn position_of_exactly(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// Adds a column and returns its index. The name must be a new one.
    pub(super) fn push(&mut self, name: String, content: Content) -> usize {
        let i = self.names.len();
        self.index.insert(name.clone(), i);
        self.names.push(name);
        self.contents.push(content);
        i
    }

    /// What column `i` holds once `seen` was seen there too; `None` where that is nothing new.
    pub(super) fn change_by(&self, i: usize, seen: Content) -> Option<Content> {
        let known = self.contents.get(i).copied()?;
        let now = match (known, seen) {
            (Content::Values, _) | (_, Content::Values) => Content::Values,
            (Content::Objects, _) | (_, Content::Objects) => Content::Objects,
            (Content::Unknown, Content::Unknown) => Content::Unknown,
        };
        (now != known).then_some(now)
    }

    pub(super) fn set_content(&mut self, i: usize, content: Content) {
        if let Some(place) = self.contents.get_mut(i) {
            *place = content;
        }
    }

    /// Adds the columns of `other` that are not here yet, and what is known of those that are.
    pub(super) fn merge(&mut self, other: &Self) {
        for (name, &content) in other.names.iter().zip(&other.contents) {
            match self.position_of_exactly(name) {
                Some(i) => {
                    if let Some(now) = self.change_by(i, content) {
                        self.set_content(i, now);
                    }
                }
                None => {
                    self.push(name.clone(), content);
                }
            }
        }
    }

    /// The name, or else it with a number, `next` at least.
    fn distinct(&self, name: &str, taken: &HashSet<&str>, next: &mut usize) -> String {
        let column = self.len() + 1;
        let base = if name.is_empty() { format!("column_{column}") } else { name.to_owned() };
        let free =
            |candidate: &str| !self.index.contains_key(candidate) && (candidate == name || !taken.contains(candidate));
        if free(&base) {
            return base;
        }
        let first = if name.is_empty() { 2 } else { *next };
        for number in first..=first + self.len() + taken.len() {
            let candidate = format!("{base} ({number})");
            if free(&candidate) {
                *next = number + 1;
                return candidate;
            }
        }
        base
    }
}

/// Without white space and byte order marks around it.
fn tidy(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

fn renaming(column: usize, name: &str, distinct: &str) -> String {
    if name.is_empty() {
        format!("column {column} has no name: it is called {distinct:?} here")
    } else {
        format!("column {column} is another {name:?}: it is called {distinct:?} here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn empty_and_repeated_names_are_kept_apart_and_told() {
        let header = Header::new(["Name", "", " Name ", "Name (2)", "Name"]);
        assert_eq!(header.names(), ["Name", "column_2", "Name (3)", "Name (2)", "Name (4)"]);
        assert_eq!(header.renamed().len(), 3);
        assert_eq!(header.renamed()[1], "column 3 is another \"Name\": it is called \"Name (3)\" here");
    }

    #[test]
    fn a_column_is_found_exactly_first_and_then_without_regard_to_case_and_spaces() {
        let header = Header::new(["PHONE", "phone", " Straße "]);
        assert_eq!(header.position_of("phone"), Some(1));
        assert_eq!(header.position_of("Phone"), Some(0));
        assert_eq!(header.position_of(" straße"), Some(2));
        assert_eq!(header.position_of("mail"), None);
    }

    #[test]
    fn the_columns_of_an_earlier_rejects_file_are_ours() {
        let header = Header::new(["phone", "_status", "_reason", "_row", "status"]);
        let ours: Vec<bool> = (0..6).map(|i| header.is_ours(i)).collect();
        assert_eq!(ours, [false, true, true, true, false, false]);
        assert_eq!(header.status_of_rejects(), Some(1));
        assert_eq!(Header::new(["phone", "_status"]).status_of_rejects(), None, "somebody else's column");
    }

    #[test]
    fn a_column_holds_objects_until_a_value_is_seen_in_it_and_nulls_do_not_count() {
        let mut header = Header::default();
        let i = header.push("a".to_owned(), Content::Unknown);
        assert!(!header.is_container(i));
        header.set_content(i, header.change_by(i, Content::Objects).unwrap());
        assert!(header.is_container(i));
        assert_eq!(header.change_by(i, Content::Unknown), None);
        header.set_content(i, header.change_by(i, Content::Values).unwrap());
        assert_eq!(header.change_by(i, Content::Objects), None);
        assert!(!header.is_container(i));
    }

    proptest! {
        #[test]
        fn whatever_the_names_each_column_has_one_of_its_own(names in prop::collection::vec("( ?[ab]?( \\(2\\))?|column_[0-3])", 0..8)) {
            let header = Header::new(names.clone());
            prop_assert_eq!(header.len(), names.len());
            for (i, name) in header.names().iter().enumerate() {
                prop_assert_eq!(header.position_of(name), Some(i));
                prop_assert!(!name.is_empty());
            }
        }
    }
}
