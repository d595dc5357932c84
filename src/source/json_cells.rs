//! One JSON object becomes the cells of a row: its members, and those of the objects in it, each in the column of its path.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::decode::{NAME_IT, UNDECODABLE};
use super::header::{Content, Header};
use super::row::Row;
use super::{CellKind, size};
use crate::lead::Reason;

/// Objects within objects beyond this depth are not taken apart; they stay one cell of JSON.
const DEEPEST: usize = 16;

/// More columns than this are data in the place of names. (A worksheet ends at 16,384; people's exports long before.)
const MOST_COLUMNS: usize = 4096;

/// The longest name of a column, in bytes.
const LONGEST_NAME: usize = 1024;

/// Reads one record into the row.
pub(super) fn read_line(bytes: &[u8], header: &mut Arc<Header>, row: &mut Row, max_cell: usize) -> Result<(), Reason> {
    let line = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        if byte == UNDECODABLE {
            return Reason::new("undecodable", format!("byte {} of the line cannot be decoded: {NAME_IT}", at + 1));
        }
        Reason::new("row_not_utf8", format!("byte 0x{byte:02X} at byte {} of the line is not UTF-8", at + 1))
    })?;
    place(line, header, row, max_cell)
}

/// Puts the members of the object in `line` into the row's cells; new columns are added to the header, but only where the
/// whole line can be read.
pub(super) fn place(line: &str, header: &mut Arc<Header>, row: &mut Row, max_cell: usize) -> Result<(), Reason> {
    row.start_line(line, header.len());
    if !line.trim_ascii_start().starts_with('{') {
        return Err(match serde_json::from_str::<IgnoredAny>(line) {
            Ok(_) => Reason::new("not_a_json_object", "the line is JSON but no object: write {\"column\": value, …}"),
            Err(error) => invalid(&error),
        });
    }
    let mut placer =
        Placer { line, row, header, grown: None, path: String::new(), next: 0, depth: 0, max_cell, fault: None };
    let result = placer.place_members(line);
    let Placer { grown, fault, .. } = placer;
    if let Err(error) = result {
        return Err(fault.unwrap_or_else(|| invalid(&error)));
    }
    if let Some(grown) = grown {
        row.resize(grown.len());
        *header = Arc::new(grown);
    }
    Ok(())
}

fn invalid(error: &serde_json::Error) -> Reason {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    Reason::new("invalid_json", format!("the line is not JSON: {said} (at character {} of it)", error.column()))
}

/// Walks through one object and those within it.
struct Placer<'a> {
    line: &'a str,
    row: &'a mut Row,
    header: &'a Header,
    /// The header with the columns that this line has added.
    grown: Option<Header>,
    /// The name of the object that is walked through, with a dot at its end.
    path: String,
    /// The column after the last one: records of one file mostly have the same members in the same order.
    next: usize,
    depth: usize,
    max_cell: usize,
    /// Why the walk was ended, where that was not for the JSON.
    fault: Option<Reason>,
}

impl<'a> Placer<'a> {
    fn place_members(&mut self, object: &'a str) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(object);
        deserializer.deserialize_map(&mut *self)?;
        deserializer.end()
    }

    fn place_member(&mut self, name: &str, raw: &'a str) -> Result<(), serde_json::Error> {
        let content = match raw.as_bytes().first() {
            Some(b'{') => Content::Objects,
            Some(b'n') => Content::Unknown,
            _ => Content::Values,
        };
        let outer = self.path.len();
        self.path.push_str(name);
        let i = self.column(content)?;
        self.forget_members(i);
        self.set_cell(i, raw)?;
        if content == Content::Objects && self.depth < DEEPEST {
            self.path.push('.');
            self.depth += 1;
            self.place_members(raw)?;
            self.depth -= 1;
        }
        self.path.truncate(outer);
        Ok(())
    }

    fn set_cell(&mut self, i: usize, raw: &'a str) -> Result<(), serde_json::Error> {
        let slice = self.slice(raw);
        let too_long = raw.len() > self.max_cell && !raw.starts_with('{');
        if too_long {
            let message = format!("the value of {:?} is longer than {}", self.path, size(self.max_cell));
            return Err(self.refuse(Reason::new("cell_too_long", message).about(self.path.as_str())));
        }
        match raw.as_bytes().first() {
            Some(b'n') => self.row.clear_cell(i),
            Some(b'"') if !raw.contains('\\') => {
                self.row.set_slice(i, slice.start + 1..slice.end.saturating_sub(1), CellKind::Text);
            }
            Some(b'"') => self.row.append(i, &serde_json::from_str::<Cow<'_, str>>(raw)?),
            _ => self.row.set_slice(i, slice, CellKind::Json),
        }
        Ok(())
    }

    /// Where in the line a part of it is.
    fn slice(&self, part: &str) -> Range<usize> {
        let start = (part.as_ptr() as usize).saturating_sub(self.line.as_ptr() as usize);
        start..start + part.len()
    }

    /// The column called `path`, made if there is none.
    fn column(&mut self, content: Content) -> Result<usize, serde_json::Error> {
        let header = self.grown.as_ref().unwrap_or(self.header);
        let expected = header.names().get(self.next).is_some_and(|name| *name == self.path);
        let found = if expected { Some(self.next) } else { header.position_of_exactly(&self.path) };
        let i = match found {
            Some(i) => {
                if let Some(content) = header.change_by(i, content) {
                    self.grown.get_or_insert_with(|| self.header.clone()).set_content(i, content);
                }
                i
            }
            None => self.new_column(content)?,
        };
        self.next = i + 1;
        Ok(i)
    }

    fn new_column(&mut self, content: Content) -> Result<usize, serde_json::Error> {
        if self.path.len() > LONGEST_NAME {
            let message = format!("a member's name is longer than {LONGEST_NAME} bytes");
            return Err(self.refuse(Reason::new("column_name_too_long", message)));
        }
        let grown = self.grown.get_or_insert_with(|| self.header.clone());
        if grown.len() >= MOST_COLUMNS {
            let message =
                format!("the records have more than {MOST_COLUMNS} different members: are values used as names?");
            return Err(self.refuse(Reason::new("too_many_columns", message).about(self.path.as_str())));
        }
        Ok(grown.push(self.path.clone(), content))
    }

    /// Where a name comes twice in one object the last one wins: with an object, what the first one had within it goes.
    fn forget_members(&mut self, i: usize) {
        let held_object =
            self.row.kind(i) == CellKind::Json && self.row.get(i).is_some_and(|cell| cell.starts_with('{'));
        if !held_object {
            return;
        }
        let header = self.grown.as_ref().unwrap_or(self.header);
        for (member, name) in header.names().iter().enumerate().take(self.row.len()) {
            if name.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('.')) {
                self.row.clear_cell(member);
            }
        }
    }

    fn refuse(&mut self, reason: Reason) -> serde_json::Error {
        self.fault = Some(reason);
        serde_json::Error::custom("refused")
    }
}

impl<'a> Visitor<'a> for &mut Placer<'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(name) = members.next_key_seed(Name)? {
            let value: &'a RawValue = members.next_value()?;
            self.place_member(&name, value.get()).map_err(M::Error::custom)?;
        }
        Ok(())
    }
}

/// Reads a member's name, borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
