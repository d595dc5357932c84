//! One value that is sent: where it comes from in a row, and how it is written as JSON.

use std::borrow::Cow;
use std::sync::Arc;

use crate::lead::Reason;
use crate::source::CellKind;

use super::config::{EmptyCells, ValueType};
use super::json;
use super::template::RowInHand;

/// A column of the bound header.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name in the header; as the mapping has it where the header lacks it.
    pub(super) name: Arc<str>,
    /// `None`: a growing header lacks it so far.
    pub(super) index: Option<usize>,
}

impl Column {
    /// Its cell; empty where the row is too short. A JSON `null` is an empty cell.
    pub(super) fn cell<'a>(&self, row: &RowInHand<'a>) -> (&'a str, CellKind) {
        let Some(index) = self.index else { return ("", CellKind::Text) };
        let (text, kind) = (row.row.get(index).unwrap_or_default(), row.row.kind(index));
        if kind == CellKind::Json && text == "null" { ("", CellKind::Text) } else { (text, kind) }
    }

    /// Its cell's text without outer spaces.
    pub(super) fn trimmed<'a>(&self, row: &RowInHand<'a>) -> &'a str {
        self.cell(row).0.trim()
    }
}

/// What a value is made of, bound to a header.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    Cell(Column),
    /// Cells with a space between them, empty ones left out: a first and a last name.
    Joined(Vec<Column>),
    Template(Arc<str>),
    Constant(Arc<str>),
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the mapping's type says.
    Typed(ValueType),
    /// JSON where the input had JSON, else text.
    AsInInput,
}

/// A value that is sent, bound to a header.
#[derive(Debug, Clone)]
pub(super) struct BoundValue {
    /// The mapping's key, for messages about templates and constants: `variables.score`.
    pub(super) key: Arc<str>,
    pub(super) origin: Origin,
    pub(super) default: Option<Arc<str>>,
    pub(super) form: Form,
}

/// What the whole mapping says about how values are written.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    pub(super) empty: EmptyCells,
    pub(super) list_separator: Arc<str>,
}

/// Whether a value had anything to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    LeftOut,
}

impl BoundValue {
    /// The text, the default where it is empty, and whether it is JSON.
    pub(super) fn text<'a>(&'a self, row: &RowInHand<'a>) -> Result<(Cow<'a, str>, CellKind), Reason> {
        let (text, kind) = match &self.origin {
            Origin::Cell(column) => {
                let (text, kind) = column.cell(row);
                (Cow::Borrowed(text), kind)
            }
            Origin::Joined(columns) => {
                let parts = columns.iter().map(|column| column.trimmed(row)).filter(|part| !part.is_empty());
                (Cow::Owned(parts.collect::<Vec<_>>().join(" ")), CellKind::Text)
            }
            Origin::Template(template) => (Cow::Owned(self.rendered(template, row)?), CellKind::Text),
            Origin::Constant(text) => (Cow::Borrowed(&**text), CellKind::Text),
        };
        Ok(match &self.default {
            Some(default) if is_empty(&text) => (Cow::Borrowed(&**default), CellKind::Text),
            _ => (text, kind),
        })
    }

    fn rendered(&self, template: &str, row: &RowInHand<'_>) -> Result<String, Reason> {
        row.render(template).map_err(|problem| {
            let message = format!("the template of {} failed on this row: {problem}", self.key);
            Reason::new("mapping_template", message).about(&*self.key)
        })
    }

    /// The column it comes from, else the mapping's key, for messages.
    pub(super) fn field(&self) -> &str {
        match &self.origin {
            Origin::Cell(column) => &column.name,
            Origin::Joined(_) | Origin::Template(_) | Origin::Constant(_) => &self.key,
        }
    }

    /// Appends it to `out` as JSON. Where it is left out, nothing is appended.
    pub(super) fn write(&self, row: &RowInHand<'_>, writing: &Writing, out: &mut String) -> Result<Written, Reason> {
        let (text, kind) = self.text(row)?;
        if is_empty(&text) {
            if writing.empty == EmptyCells::Omit {
                return Ok(Written::LeftOut);
            }
            out.push_str(self.empty_json());
            return Ok(Written::Yes);
        }
        let wanted = match self.form {
            Form::AsInInput if kind == CellKind::Json => ValueType::Json,
            Form::AsInInput => ValueType::Text,
            Form::Typed(ValueType::List) if kind == CellKind::Json && text.starts_with('[') => ValueType::Json,
            Form::Typed(wanted) => wanted,
        };
        match push_typed(out, &text, wanted, &writing.list_separator) {
            Ok(()) => Ok(Written::Yes),
            Err(what) => Err(self.not_of_type(&text, what)),
        }
    }

    fn empty_json(&self) -> &'static str {
        match self.form {
            Form::AsInInput | Form::Typed(ValueType::Text) => "\"\"",
            Form::Typed(ValueType::List) => "[]",
            Form::Typed(ValueType::Number | ValueType::Boolean | ValueType::Json) => "null",
        }
    }

    fn not_of_type(&self, text: &str, what: &str) -> Reason {
        let field = self.field();
        let message =
            format!("{:?} in {field:?} is not {what}: correct the cell or the type in the mapping", shortened(text));
        Reason::new("mapping_type", message).about(field)
    }
}

/// Appends `text` as `wanted`, or says what it is not.
fn push_typed(out: &mut String, text: &str, wanted: ValueType, separator: &str) -> Result<(), &'static str> {
    match wanted {
        ValueType::Text => json::push_string(out, text),
        ValueType::Number if json::is_number(text.trim()) => out.push_str(text.trim()),
        ValueType::Number => return Err("a number such as 12 or 1.5"),
        ValueType::Boolean => match boolean(text) {
            Some(true) => out.push_str("true"),
            Some(false) => out.push_str("false"),
            None => return Err("yes or no"),
        },
        ValueType::Json if json::push_compact(out, text) => {}
        ValueType::Json => return Err("JSON"),
        ValueType::List => push_list(out, text, separator),
    }
    Ok(())
}

fn push_list(out: &mut String, text: &str, separator: &str) {
    out.push('[');
    for (count, item) in text.split(separator).map(str::trim).filter(|item| !item.is_empty()).enumerate() {
        if count > 0 {
            out.push(',');
        }
        json::push_string(out, item);
    }
    out.push(']');
}

fn boolean(text: &str) -> Option<bool> {
    const YES: &[&str] = &["true", "yes", "y", "1", "wahr", "ja", "j", "oui", "vrai", "sí", "si", "sim", "verdadeiro"];
    const NO: &[&str] = &["false", "no", "n", "0", "falsch", "nein", "non", "faux", "não", "nao", "falso"];
    let text = text.trim().to_lowercase();
    if YES.contains(&text.as_str()) {
        Some(true)
    } else if NO.contains(&text.as_str()) {
        Some(false)
    } else {
        None
    }
}

/// True for what counts as an empty cell.
pub(super) fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}

/// A cell's text for a message.
fn shortened(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, wanted: ValueType) -> Result<String, &'static str> {
        let mut out = String::new();
        push_typed(&mut out, text, wanted, ";").map(|()| out)
    }

    #[test]
    fn texts_are_sent_exactly_as_they_stand() {
        for text in ["01067", "+49", "1e5", "12345678901234567890", " x ", "true"] {
            assert_eq!(typed(text, ValueType::Text).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn numbers_keep_their_digits_and_what_is_none_is_told() {
        assert_eq!(typed(" 1.50 ", ValueType::Number).unwrap(), "1.50");
        assert_eq!(typed("12345678901234567890", ValueType::Number).unwrap(), "12345678901234567890");
        for text in ["1,5", "01067", "x", "1 000"] {
            assert!(typed(text, ValueType::Number).is_err(), "{text}");
        }
    }

    #[test]
    fn yes_and_no_are_read_in_the_languages_of_the_product() {
        for (text, json) in [("Ja", "true"), (" NEIN ", "false"), ("1", "true"), ("0", "false"), ("SÍ", "true")] {
            assert_eq!(typed(text, ValueType::Boolean).unwrap(), json);
        }
        assert!(typed("vielleicht", ValueType::Boolean).is_err());
    }

    #[test]
    fn lists_are_split_at_the_separator_and_empty_items_dropped() {
        assert_eq!(typed("a; b;;c \"d\"", ValueType::List).unwrap(), r#"["a","b","c \"d\""]"#);
    }

    #[test]
    fn json_stays_json() {
        assert_eq!(typed("{ \"a\": 1.0 }", ValueType::Json).unwrap(), "{\"a\":1.0}");
        assert!(typed("{a}", ValueType::Json).is_err());
    }
}
