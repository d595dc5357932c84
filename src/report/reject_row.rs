//! One row of a rejects file: the row as it was, and what became of it.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::encoded::plainly;
use super::guard::guarded;
use crate::lead::{Reason, SourceRow, Status};
use crate::source::{LineEnd, Quoting, Record, TextStyle, guarded_cell};

/// The columns that are added; the import ignores them when the file is imported again.
pub(super) const OURS: [&str; 3] = ["_status", "_reason", "_row"];

/// Where what cannot be read as JSON is kept.
const UNREADABLE: &str = "_line";

/// What became of a row.
#[derive(Clone, Copy)]
pub(super) struct Verdict<'a> {
    pub(super) status: Status,
    pub(super) reason: &'a Reason,
    pub(super) row: u64,
}

impl Verdict<'_> {
    /// The reason with the column that is at fault, where one is: `Telefon: too short for Germany: 2 digits`.
    fn words(&self) -> Cow<'_, str> {
        let is_of_cell = crate::reasons::is_about_a_cell(&self.reason.code);
        let column = self.reason.field.as_deref().filter(|column| is_of_cell && !column.trim().is_empty());
        match column {
            Some(column) => Cow::Owned(format!("{column}: {}", self.reason.message)),
            None => Cow::Borrowed(&self.reason.message),
        }
    }
}

/// How cells of the input are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cells {
    /// So that no spreadsheet runs them.
    Guarded,
    /// As they are: in a workbook, text is never a formula.
    AsTheyAre,
}

/// Writes rows of a table, each as one record.
pub(super) struct CellsWriter {
    cells: Cells,
    delimiter: u8,
    text: TextStyle,
    columns: usize,
    /// Which columns of the input an earlier rejects file had added: they are replaced.
    replaced: Vec<usize>,
}

impl CellsWriter {
    pub(super) fn new(cells: Cells, delimiter: u8, header: &[String], text: TextStyle) -> Self {
        let ours = header.iter().enumerate().filter(|(_, name)| OURS.contains(&name.as_str()));
        Self { cells, delimiter, text, columns: header.len(), replaced: ours.map(|(i, _)| i).collect() }
    }

    pub(super) fn header(&self, header: &[String]) -> io::Result<Vec<u8>> {
        self.record(header, OURS)
    }

    pub(super) fn row(&self, source: &SourceRow, verdict: Verdict<'_>) -> io::Result<Vec<u8>> {
        let words = verdict.words();
        let message = plainly(&words, self.text.encoding);
        let ours = [verdict.status.name(), &guarded(&message), &verdict.row.to_string()];
        match &source.record {
            Record::Cells(cells) => self.record(cells, ours),
            Record::Line(line) => self.record(std::slice::from_ref(line), ours),
        }
    }

    /// The cells under the header, ours, and then those that the header has no column for: so ours stay in their columns,
    /// and nothing is lost of a row that is too long.
    fn record(&self, cells: &[String], ours: [&str; 3]) -> io::Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(match self.text.line_end {
                LineEnd::Lf => csv::Terminator::Any(b'\n'),
                LineEnd::CrLf => csv::Terminator::CRLF,
                LineEnd::Cr => csv::Terminator::Any(b'\r'),
            })
            .quote_style(match self.text.quoting {
                Quoting::WhereNeeded => csv::QuoteStyle::Necessary,
                Quoting::Always => csv::QuoteStyle::Always,
            })
            .flexible(true)
            .from_writer(Vec::new());
        for i in (0..self.columns).filter(|i| !self.replaced.contains(i)) {
            writer.write_field(&*self.shown(cells.get(i).map_or("", String::as_str)))?;
        }
        for cell in ours {
            writer.write_field(cell)?;
        }
        for cell in cells.get(self.columns..).unwrap_or_default() {
            writer.write_field(&*self.shown(cell))?;
        }
        writer.write_record(None::<&[u8]>)?;
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    fn shown<'a>(&self, cell: &'a str) -> Cow<'a, str> {
        match self.cells {
            Cells::Guarded => guarded_cell(cell),
            Cells::AsTheyAre => Cow::Borrowed(cell),
        }
    }
}

/// A JSON line with what became of it as three members at its end. Values keep the bytes they had: a number of 19 digits
/// or `1e5` must not pass through a float.
pub(super) fn json_row(source: &SourceRow, verdict: Verdict<'_>) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let line = match &source.record {
        Record::Line(line) => line.clone(),
        Record::Cells(cells) => serde_json::to_string(cells)?,
    };
    let members =
        serde_json::from_str::<Members<'_>>(&line).unwrap_or(Members { kept: Vec::new(), unreadable: Some(&line) });
    serde_json::to_writer(&mut out, &Judged { members, verdict })?;
    out.write_all(b"\n")?;
    Ok(out)
}

/// The members of an object, in order, without ours.
struct Members<'a> {
    kept: Vec<(String, &'a RawValue)>,
    unreadable: Option<&'a str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if OURS.contains(&name.as_str()) {
                map.next_value::<IgnoredAny>()?;
            } else {
                kept.push((name, map.next_value()?));
            }
        }
        Ok(Members { kept, unreadable: None })
    }
}

struct Judged<'a> {
    members: Members<'a>,
    verdict: Verdict<'a>,
}

impl Serialize for Judged<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.members.kept {
            map.serialize_entry(name, value)?;
        }
        if let Some(line) = self.members.unreadable {
            map.serialize_entry(UNREADABLE, line)?;
        }
        let [status, reason, row] = OURS;
        map.serialize_entry(status, self.verdict.status.name())?;
        map.serialize_entry(reason, &self.verdict.words())?;
        map.serialize_entry(row, &self.verdict.row)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::position;

    fn text(bytes: io::Result<Vec<u8>>) -> String {
        String::from_utf8(bytes.unwrap()).unwrap()
    }

    fn owned(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    fn table_row(header: &[&str], cells: &[&str], message: &str) -> String {
        let source = SourceRow { position: position(12), record: Record::Cells(owned(cells).into()) };
        let reason = Reason::new("code", message);
        let verdict = Verdict { status: Status::Invalid, reason: &reason, row: 12 };
        let header = owned(header);
        let writer = CellsWriter::new(Cells::Guarded, b',', &header, TextStyle::default());
        text(writer.header(&header)) + &text(writer.row(&source, verdict))
    }

    fn json(line: &str) -> String {
        let source = SourceRow { position: position(3), record: Record::Line(line.to_owned()) };
        let reason = Reason::new("code", "=why");
        text(json_row(&source, Verdict { status: Status::Rejected, reason: &reason, row: 3 }))
    }

    #[test]
    fn a_reason_names_the_column_at_fault_and_a_platforms_field_is_none() {
        let words = |code: &str, field: &str| {
            let reason = Reason::new(code, "too short").about(field);
            Verdict { status: Status::Invalid, reason: &reason, row: 2 }.words().into_owned()
        };
        assert_eq!(words("phone_too_short", "Telefon"), "Telefon: too short");
        assert_eq!(words("phone_too_short", " "), "too short");
        assert_eq!(words("rejected", "phone_number"), "too short");
    }

    #[test]
    fn a_row_keeps_its_cells_and_gets_three_more() {
        insta::assert_snapshot!(table_row(&["name", "phone"], &["Ada, \"A\"", "+4930"], "=too, short"), @r#"
        name,phone,_status,_reason,_row
        "Ada, ""A""",+4930,invalid,"'=too, short",12
        "#);
    }

    #[test]
    fn columns_of_an_earlier_rejects_file_are_replaced() {
        let header = ["_row", "name", "_status", "_reason", "phone"];
        insta::assert_snapshot!(table_row(&header, &["2", "Ada", "invalid", "old", "+4930"], "new"), @r"
        name,phone,_status,_reason,_row
        Ada,+4930,invalid,new,12
        ");
    }

    #[test]
    fn ours_stay_in_their_columns_when_a_row_is_short_or_long() {
        insta::assert_snapshot!(table_row(&["name", "phone"], &["Ada"], "short"), @r"
        name,phone,_status,_reason,_row
        Ada,,invalid,short,12
        ");
        insta::assert_snapshot!(table_row(&["name", "phone"], &["Ada", "+4930", "x", "y"], "long"), @r"
        name,phone,_status,_reason,_row
        Ada,+4930,invalid,long,12,x,y
        ");
    }

    #[test]
    fn values_of_a_json_line_keep_their_bytes() {
        let line = r#"{ "id": 12345678901234567890123, "n": 1e5, "t": {"b": [1.0], "a": null}, "name": "Ü\u00e9" }"#;
        insta::assert_snapshot!(json(line), @r#"{"id":12345678901234567890123,"n":1e5,"t":{"b": [1.0], "a": null},"name":"Ü\u00e9","_status":"rejected","_reason":"=why","_row":3}"#);
    }

    #[test]
    fn members_of_an_earlier_rejects_file_are_replaced() {
        insta::assert_snapshot!(json(r#"{"_status":"invalid","phone":"1","_reason":"old","_row":9}"#), @r#"{"phone":"1","_status":"rejected","_reason":"=why","_row":3}"#);
    }

    #[test]
    fn what_is_no_json_object_is_kept_as_it_stood() {
        insta::assert_snapshot!(json(r#"{"phone": "+49"#), @r#"{"_line":"{\"phone\": \"+49","_status":"rejected","_reason":"=why","_row":3}"#);
        insta::assert_snapshot!(json("[1,2]"), @r#"{"_line":"[1,2]","_status":"rejected","_reason":"=why","_row":3}"#);
    }
}
