//! A platform file as it was written: every value knows the line and the key that it stands at, and a name that means
//! nothing is answered with the nearest one that does.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What is wrong with a platform file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct DescriptionError {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// The key, for instance `create.path`; empty where all of it is meant.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for DescriptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, key, problem } = self;
        let colon = if key.is_empty() { "" } else { ": " };
        write!(f, "{file}, line {line}: {key}{colon}{problem}")
    }
}

/// What reading gives.
pub(super) type Result<T> = std::result::Result<T, DescriptionError>;

/// A text that is being read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// The file's name, for messages.
    pub(super) file: &'a str,
    /// All of it.
    pub(super) text: &'a str,
}

impl Source<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count()
    }

    pub(super) fn error(&self, span: &Range<usize>, key: &str, problem: impl Into<String>) -> DescriptionError {
        let (file, line) = (self.file.to_owned(), self.line(span));
        DescriptionError { file, line, key: key.to_owned(), problem: problem.into() }
    }
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    source: &'a Source<'a>,
    pub(super) key: String,
    span: Range<usize>,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Entry<'a> {
    pub(super) fn error(&self, problem: impl Into<String>) -> DescriptionError {
        self.source.error(&self.span, &self.key, problem)
    }

    /// The value as it stands in the file.
    pub(super) fn written(&self) -> &'a str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// The line that it stands on, from 1.
    pub(super) fn line(&self) -> usize {
        self.source.line(&self.span)
    }

    fn wanted(&self, what: &str) -> DescriptionError {
        self.error(format!("should be {what}, not {}", kind(self.value)))
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.wanted("a text in quotes"))
    }

    pub(super) fn number(&self) -> Result<u64> {
        let read = self.value.as_integer().and_then(|it| u64::from_str_radix(it.as_str(), it.radix()).ok());
        read.ok_or_else(|| self.wanted("a number without a sign"))
    }

    /// A whole number, with a sign or without.
    pub(super) fn integer(&self) -> Option<i64> {
        self.value.as_integer().and_then(|it| i64::from_str_radix(it.as_str(), it.radix()).ok())
    }

    pub(super) fn yes(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.wanted("true or false"))
    }

    pub(super) fn items(&self) -> Result<Vec<Self>> {
        let Some(items) = self.value.as_array() else { return Err(self.wanted("a list in [ ]")) };
        let item = |(index, item): (usize, &'a Spanned<DeValue<'a>>)| Self {
            source: self.source,
            key: format!("{}[{}]", self.key, index + 1),
            span: item.span(),
            value: item.get_ref(),
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The names and values of a table, in the order of names.
    pub(super) fn members(&self) -> Result<Vec<(&'a str, Self)>> {
        let Some(table) = self.value.as_table() else { return Err(self.wanted("a table")) };
        Ok(members(self.source, &self.key, table))
    }

    pub(super) fn section(&self) -> Result<Section<'a>> {
        let Some(table) = self.value.as_table() else { return Err(self.wanted("a section")) };
        Ok(Section::new(self.source, &self.key, table, self.span.clone()))
    }
}

fn members<'a>(source: &'a Source<'a>, key: &str, table: &'a DeTable<'a>) -> Vec<(&'a str, Entry<'a>)> {
    let member = |(name, value): (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>)| {
        let name: &'a str = name.get_ref();
        let entry = Entry { source, key: joined(key, name), span: value.span(), value: value.get_ref() };
        (name, entry)
    };
    table.iter().map(member).collect()
}

fn joined(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "this number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A table whose names are known; [`Section::finish`] refuses others.
#[derive(Debug)]
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    key: String,
    span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(source: &'a Source<'a>, key: &str, table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { source, key: key.to_owned(), span, table, asked: RefCell::default() }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> DescriptionError {
        self.source.error(&self.span, &self.key, problem)
    }

    /// What is wrong with the section `name`, where it stands.
    pub(super) fn error_at(&self, name: &'static str, problem: impl Into<String>) -> DescriptionError {
        match self.get(name) {
            Some(entry) => entry.error(problem),
            None => self.error(problem),
        }
    }

    /// The value of `name`, which is a name that may stand here.
    pub(super) fn get(&self, name: &'static str) -> Option<Entry<'a>> {
        let is_known = self.asked.borrow().contains(&name);
        if !is_known {
            self.asked.borrow_mut().push(name);
        }
        let value = self.table.get(name)?;
        let key = joined(&self.key, name);
        Some(Entry { source: self.source, key, span: value.span(), value: value.get_ref() })
    }

    pub(super) fn need(&self, name: &'static str) -> Result<Entry<'a>> {
        self.get(name).ok_or_else(|| self.lacks(name))
    }

    /// That `name` is not there, or, where a name is like it, that this is none.
    pub(super) fn lacks(&self, name: &'static str) -> DescriptionError {
        let others = members(self.source, &self.key, self.table).into_iter();
        let mut unasked = others.filter(|(other, _)| !self.asked.borrow().contains(other));
        match unasked.find(|(other, _)| strsim::jaro_winkler(name, other) >= ALIKE) {
            Some((_, entry)) => entry.error(format!("means nothing here; did you mean {name:?}?")),
            None => self.error(format!("{name:?} is missing")),
        }
    }

    /// The section `name`, whatever else stands beside it.
    pub(super) fn inner(&self, name: &str) -> Result<Self> {
        let missing = || self.error(format!("there is no section [{}]", joined(&self.key, name)));
        let value = self.table.get(name).ok_or_else(missing)?;
        let key = joined(&self.key, name);
        Entry { source: self.source, key, span: value.span(), value: value.get_ref() }.section()
    }

    /// All names and values, where any name may stand.
    pub(super) fn members(&self) -> Vec<(&'a str, Entry<'a>)> {
        members(self.source, &self.key, self.table)
    }

    pub(super) fn section(&self, name: &'static str) -> Result<Option<Self>> {
        self.get(name).map(|entry| entry.section()).transpose()
    }

    pub(super) fn need_section(&self, name: &'static str) -> Result<Self> {
        self.need(name)?.section()
    }

    /// Of a value that may be left out, what `read` makes of it.
    pub(super) fn read<T>(&self, name: &'static str, read: impl Fn(&Entry<'a>) -> Result<T>) -> Result<Option<T>> {
        self.get(name).map(|entry| read(&entry)).transpose()
    }

    /// All of it is read: refuses what nobody has asked for.
    pub(super) fn finish(self) -> Result<()> {
        self.refuse_unknown()
    }

    /// Refuses what nobody has asked for.
    pub(super) fn refuse_unknown(&self) -> Result<()> {
        let known = self.asked.borrow();
        for (name, entry) in members(self.source, &self.key, self.table) {
            if !known.contains(&name) {
                return Err(entry.error(format!("means nothing here; {}", suggestion(name, &known))));
            }
        }
        Ok(())
    }
}

/// Names that are less alike are no slips of the pen.
const ALIKE: f64 = 0.75;

/// The name that was probably meant, if one is like it, and all that there are.
pub(super) fn suggestion(name: &str, known: &[&str]) -> String {
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let nearest = nearest.filter(|nearest| likeness(nearest) >= ALIKE);
    let nearest = nearest.map(|nearest| format!("did you mean {nearest:?}? ")).unwrap_or_default();
    format!("{nearest}There are: {}", known.join(", "))
}

/// What is wrong with a word that is none of those `known`.
pub(super) fn not_among(name: &str, known: &[&str]) -> String {
    format!("{name:?} means nothing here; {}", suggestion(name, known))
}
