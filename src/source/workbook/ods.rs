//! ODS: spreadsheets of `LibreOffice` (OASIS `OpenDocument` 1.3, part 3, 9). All sheets are in one part, which is read as it stands.
//!
//! What a cell shows stands in the file beside its value, so leading zeros and a `+` that a format adds are seen directly.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::container::Container;
use super::date::System;
use super::number::NumberFormat;
use super::rows::{MOST_COLUMNS, MOST_ROWS, Rows, SheetRow};
use super::xml::{Xml, attribute, cut_off, push_text};
use super::{Book, PROTECTED, SheetInfo, Visibility, broken};

const CONTENT: &str = "content.xml";

/// An ODS workbook.
pub(super) struct Ods {
    container: Container,
    sheets: Vec<SheetInfo>,
    max_repeated: u64,
}

impl Ods {
    /// Finds the sheets. `max_repeated` is how many bytes the repetitions of rows may come to, which the file only counts.
    pub(super) fn open(container: Container, max_repeated: u64) -> io::Result<Self> {
        if let Some(manifest) = container.part("META-INF/manifest.xml")? {
            refuse_encrypted(Xml::new(manifest))?;
        }
        let sheets = read_sheets(Xml::new(container.needed(CONTENT)?))?;
        Ok(Self { container, sheets, max_repeated })
    }
}

impl Book for Ods {
    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(&self, sheet: usize) -> io::Result<Box<dyn Rows>> {
        let mut xml = Xml::new(self.container.needed(CONTENT)?);
        skip_to_table(&mut xml, sheet)?;
        Ok(Box::new(OdsRows { xml, read: 0, repeated: Repeated::default(), budget: self.max_repeated }))
    }
}

fn refuse_encrypted(mut xml: Xml) -> io::Result<()> {
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "encryption-data" => {
                return Err(broken(PROTECTED));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The sheets, and which are hidden: that is a matter of their styles.
fn read_sheets(mut xml: Xml) -> io::Result<Vec<SheetInfo>> {
    let (mut sheets, mut hiding, mut style, mut depth) = (Vec::new(), HashSet::new(), String::new(), 0_u32);
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.name().as_ref() {
                "style:style" => style = attribute(&tag, "name").unwrap_or_default().into_owned(),
                "style:table-properties" if attribute(&tag, "display").as_deref() == Some("false") => {
                    hiding.insert(style.clone());
                }
                "table:table" => {
                    if depth == 0 {
                        let name = attribute(&tag, "name").unwrap_or_default();
                        let is_hidden = attribute(&tag, "style-name").is_some_and(|name| hiding.contains(&*name));
                        let visibility = if is_hidden { Visibility::Hidden } else { Visibility::Visible };
                        sheets.push(SheetInfo { name: Arc::from(&*name), visibility });
                    }
                    depth += 1;
                }
                _ => {}
            },
            Event::End(tag) if tag.name().as_ref() == "table:table" => depth = depth.saturating_sub(1),
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

fn skip_to_table(xml: &mut Xml, sheet: usize) -> io::Result<()> {
    let (mut seen, mut depth) = (0, 0_u32);
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.name().as_ref() == "table:table" => {
                if depth == 0 && seen == sheet {
                    return Ok(());
                }
                seen += usize::from(depth == 0);
                depth += 1;
            }
            Event::End(tag) if tag.name().as_ref() == "table:table" => depth = depth.saturating_sub(1),
            Event::Eof => return Err(cut_off()),
            _ => {}
        }
    }
}

/// The rows of one sheet.
struct OdsRows {
    xml: Xml,
    /// How many rows were read.
    read: u32,
    repeated: Repeated,
    /// How many bytes repetitions may still come to.
    budget: u64,
}

/// A row that stands once in the file and several times in the sheet.
#[derive(Default)]
struct Repeated {
    left: u32,
    is_hidden: bool,
    cells: Vec<(u32, String)>,
}

/// What a cell's tag says, and the text in it.
#[derive(Default)]
struct Cell {
    repeated: u32,
    kind: String,
    value: String,
    is_error: bool,
    has_formula: bool,
    shown: String,
}

impl Repeated {
    /// `row`, to be given `left` times more.
    fn new(left: u32, row: &SheetRow) -> Self {
        let copies = row.cells().take(if left > 0 { usize::MAX } else { 0 });
        let cells = copies.map(|(column, text)| (column, text.to_owned())).collect();
        Self { left, is_hidden: row.is_hidden, cells }
    }
}

impl Rows for OdsRows {
    fn next(&mut self, row: &mut SheetRow) -> io::Result<bool> {
        if self.repeated.left > 0 {
            return self.repeat(row).map(|()| true);
        }
        loop {
            match self.xml.next()? {
                Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                    let count =
                        repetitions(&tag, "table:number-rows-repeated").min(MOST_ROWS.saturating_sub(self.read));
                    let is_hidden = attribute(&tag, "visibility").is_some_and(|value| value != "visible");
                    row.start(self.read.saturating_add(1));
                    row.is_hidden = is_hidden;
                    self.read_cells(row)?;
                    if count == 0 {
                        return Ok(false);
                    }
                    if !row.is_blank() {
                        self.read += 1;
                        self.repeated = Repeated::new(count - 1, row);
                        return Ok(true);
                    }
                    self.read += count;
                }
                Event::End(tag) if tag.name().as_ref() == "table:table" => return Ok(false),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }
}

impl OdsRows {
    fn repeat(&mut self, row: &mut SheetRow) -> io::Result<()> {
        self.repeated.left -= 1;
        self.read += 1;
        row.start(self.read);
        row.is_hidden = self.repeated.is_hidden;
        for (column, text) in &self.repeated.cells {
            row.push(*column, text);
            self.budget =
                self.budget.checked_sub(text.len() as u64).ok_or_else(|| broken("it repeats too many rows"))?;
        }
        Ok(())
    }

    fn read_cells(&mut self, row: &mut SheetRow) -> io::Result<()> {
        let mut column = 0_u32;
        loop {
            match self.xml.next()? {
                Event::Start(tag) if is_cell(tag.name().as_ref()) => {
                    let mut cell = read_tag(&tag);
                    let name = tag.name().as_ref().to_owned();
                    self.read_text(&name, &mut cell.shown)?;
                    let text = cell.text();
                    row.errors += u64::from(cell.is_error);
                    row.uncalculated += u64::from(cell.has_formula && text.is_empty() && cell.kind.is_empty());
                    let end = column.saturating_add(cell.repeated).min(MOST_COLUMNS);
                    if !text.is_empty() {
                        push_repeated(row, column..end, &text);
                    }
                    column = end;
                }
                Event::End(tag) if tag.name().as_ref() == "table:table-row" => return Ok(()),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }

    /// The text that the cell shows: paragraphs are lines; comments and drawings are no part of it.
    fn read_text(&mut self, cell: &str, into: &mut String) -> io::Result<()> {
        let (mut outside, mut paragraphs, mut in_paragraph) = (0_u32, 0_u32, 0_u32);
        loop {
            match &self.xml.next()? {
                Event::Start(tag) if outside > 0 || is_outside(tag.name().as_ref()) => outside += 1,
                Event::End(tag) if tag.name().as_ref() == cell => return Ok(()),
                Event::End(_) if outside > 0 => outside -= 1,
                Event::Start(tag) => match tag.name().as_ref() {
                    "text:p" | "text:h" => {
                        if paragraphs > 0 {
                            into.push('\n');
                        }
                        paragraphs += 1;
                        in_paragraph += 1;
                    }
                    "text:s" => into.extend(spaces(tag)),
                    "text:tab" => into.push('\t'),
                    "text:line-break" => into.push('\n'),
                    _ => {}
                },
                Event::End(tag) if matches!(tag.name().as_ref(), "text:p" | "text:h") => {
                    in_paragraph = in_paragraph.saturating_sub(1);
                }
                Event::Eof => return Err(cut_off()),
                text if outside == 0 && in_paragraph > 0 => push_text(text, into),
                _ => {}
            }
        }
    }
}

/// As many spaces as the tag of them says, within reason.
fn spaces(tag: &BytesStart<'_>) -> impl Iterator<Item = char> {
    let count = attribute(tag, "c").and_then(|count| count.parse().ok()).unwrap_or(1_usize);
    std::iter::repeat_n(' ', count.min(1000))
}

fn push_repeated(row: &mut SheetRow, columns: std::ops::Range<u32>, text: &str) {
    for column in columns {
        row.push(column, text);
        if row.is_cut {
            return;
        }
    }
}

fn is_cell(name: &str) -> bool {
    matches!(name, "table:table-cell" | "table:covered-table-cell")
}

fn is_outside(name: &str) -> bool {
    name.starts_with("draw:") || matches!(name, "office:annotation" | "table:table" | "text:note" | "text:ruby-text")
}

fn repetitions(tag: &BytesStart<'_>, name: &str) -> u32 {
    let found = tag.attributes().with_checks(false).flatten().find(|found| found.key.as_ref() == name);
    found.and_then(|found| found.value.trim().parse().ok()).unwrap_or(1).max(1)
}

fn read_tag(tag: &BytesStart<'_>) -> Cell {
    let mut cell = Cell { repeated: repetitions(tag, "table:number-columns-repeated"), ..Cell::default() };
    for found in tag.attributes().with_checks(false).flatten() {
        match found.key.as_ref() {
            "office:value-type" => cell.kind = found.value.into_owned(),
            "office:value" | "office:date-value" | "office:time-value" | "office:boolean-value" => {
                cell.value = found.value.into_owned();
            }
            "calcext:value-type" => cell.is_error = found.value == "error",
            "table:formula" => cell.has_formula = true,
            _ => {}
        }
    }
    cell
}

impl Cell {
    fn text(&self) -> String {
        match self.kind.as_str() {
            "float" => {
                let plain = NumberFormat::General.show(&self.value, System::From1900);
                match plain.as_str() {
                    // A truth from Excel is a number here, shown in some language.
                    "0" | "1" if !self.shown.is_empty() && self.shown.chars().all(char::is_alphabetic) => {
                        if plain == "1" { "TRUE".to_owned() } else { "FALSE".to_owned() }
                    }
                    _ if shows_more(&self.shown, &plain) => self.shown.clone(),
                    _ => plain,
                }
            }
            "percentage" | "currency" => NumberFormat::General.show(&self.value, System::From1900),
            "boolean" => self.value.to_uppercase(),
            "date" => self.value.trim_end_matches("T00:00:00").to_owned(),
            "time" => time(&self.value).unwrap_or_else(|| self.shown.clone()),
            _ => self.shown.clone(),
        }
    }
}

/// True where a format has put zeros, a `+` or brackets before the number.
fn shows_more(shown: &str, plain: &str) -> bool {
    let is_picture = shown.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    is_picture
        && shown.starts_with(['0', '+', '('])
        && !plain.starts_with('-')
        && digits.trim_start_matches('0') == plain.trim_start_matches('0')
}

/// `18:00:00` from `PT18H00M00S`.
fn time(text: &str) -> Option<String> {
    let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
    let (minutes, seconds) = rest.strip_suffix('S')?.split_once('M')?;
    let seconds = seconds.split(['.', ',']).next()?;
    let number = |text: &str| text.parse::<u32>().ok();
    Some(format!("{:02}:{:02}:{:02}", number(hours)?, number(minutes)?, number(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_with_the_zeros_and_the_plus_that_its_format_adds_and_else_as_it_is() {
        for (value, shown, text) in [
            ("420", "00420", "00420"),
            ("493023125001", "+493023125001", "+493023125001"),
            ("493023125001", "4,93E+11", "493023125001"),
            ("1234", "1.234,00", "1234"),
            ("0", "0", "0"),
            ("0.5", "0.50", "0.5"),
            ("-5", "(5)", "-5"),
        ] {
            let cell = Cell { kind: "float".into(), value: value.into(), shown: shown.into(), ..Cell::default() };
            assert_eq!(cell.text(), text, "{value} as {shown}");
        }
    }

    #[test]
    fn times_are_written_as_clocks_show_them() {
        assert_eq!(time("PT18H05M09S").as_deref(), Some("18:05:09"));
        assert_eq!(time("PT36H00M00.5S").as_deref(), Some("36:00:00"));
        assert_eq!(time("P1D"), None);
    }
}
