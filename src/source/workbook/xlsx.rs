//! XLSX: Office Open XML (ECMA-376, part 1, 18). Rows are read as they stand in the file; in memory are the texts that cells
//! share, and the number formats.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::container::Container;
use super::date::System;
use super::number::NumberFormat;
use super::office::References;
use super::rows::{Rows, SheetRow, Strings, place};
use super::xml::{Xml, attribute, cut_off, without_escapes};
use super::{Book, SheetInfo, Visibility, broken};

/// An XLSX workbook.
pub(super) struct Xlsx {
    container: Container,
    sheets: Vec<SheetInfo>,
    paths: Vec<String>,
    shared: Arc<Shared>,
}

/// What the cells of all sheets refer to.
struct Shared {
    strings: Strings,
    formats: Vec<NumberFormat>,
    system: System,
}

impl Xlsx {
    /// Reads what is not in the sheets. `main` is the path of the workbook's main part.
    pub(super) fn open(container: Container, main: &str) -> io::Result<Self> {
        let references = References::of(&container, main)?;
        let (sheets, paths, system) = read_workbook(&container, main, &references)?;
        let strings = match references.kind("/sharedStrings") {
            Some(path) => read_strings(&container, path)?,
            None => Strings::default(),
        };
        let formats = match references.kind("/styles") {
            Some(path) => read_formats(&container, path)?,
            None => Vec::new(),
        };
        Ok(Self { container, sheets, paths, shared: Arc::new(Shared { strings, formats, system }) })
    }
}

impl Book for Xlsx {
    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(&self, sheet: usize) -> io::Result<Box<dyn Rows>> {
        let path = self.paths.get(sheet).ok_or_else(|| broken("there is no such sheet"))?;
        let xml = Xml::new(self.container.needed(path)?);
        let shared = Arc::clone(&self.shared);
        Ok(Box::new(XlsxRows { xml, shared, next_row: 0, next_column: 0, value: String::new(), cell: Cell::default() }))
    }
}

type Sheets = (Vec<SheetInfo>, Vec<String>, System);

fn read_workbook(container: &Container, main: &str, references: &References) -> io::Result<Sheets> {
    let mut xml = Xml::new(container.needed(main)?);
    let (mut sheets, mut paths, mut system) = (Vec::new(), Vec::new(), System::From1900);
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "sheet" => {
                let id = attribute(&tag, "id").unwrap_or_default();
                let Some(path) = references.worksheet(&id) else { continue };
                let name = attribute(&tag, "name").unwrap_or_default();
                let visibility = match attribute(&tag, "state").as_deref() {
                    Some("hidden") => Visibility::Hidden,
                    Some("veryHidden") => Visibility::VeryHidden,
                    _ => Visibility::Visible,
                };
                sheets.push(SheetInfo { name: Arc::from(without_escapes(&name)), visibility });
                paths.push(path.to_owned());
            }
            Event::Start(tag) if tag.local_name().as_ref() == "workbookPr" && is_on(&tag, "date1904") => {
                system = System::From1904;
            }
            Event::Eof => return Ok((sheets, paths, system)),
            _ => {}
        }
    }
}

fn read_strings(container: &Container, path: &str) -> io::Result<Strings> {
    let mut strings = Strings::default();
    let Some(part) = container.part(path)? else { return Ok(strings) };
    let mut xml = Xml::new(part);
    let mut text = String::new();
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                text.clear();
                read_rich_text(&mut xml, "si", &mut text)?;
                strings.push(&without_escapes(&text))?;
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}

/// Adds the texts in the element `name`, in whatever colours, without what only says how they sound.
fn read_rich_text(xml: &mut Xml, name: &str, into: &mut String) -> io::Result<()> {
    let mut is_sound = false;
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "rPh" => is_sound = true,
            Event::End(tag) if tag.local_name().as_ref() == "rPh" => is_sound = false,
            Event::Start(tag) if tag.local_name().as_ref() == "t" && !is_sound => xml.text_until("t", into)?,
            Event::End(tag) if tag.local_name().as_ref() == name => return Ok(()),
            Event::Eof => return Err(cut_off()),
            _ => {}
        }
    }
}

/// The number format of each style, by the number that cells have of it.
fn read_formats(container: &Container, path: &str) -> io::Result<Vec<NumberFormat>> {
    let (mut formats, mut codes) = (Vec::new(), HashMap::new());
    let Some(part) = container.part(path)? else { return Ok(formats) };
    let mut xml = Xml::new(part);
    let mut is_in_styles = false;
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let code = attribute(&tag, "formatCode").unwrap_or_default();
                    codes.insert(number(&tag, "numFmtId"), NumberFormat::parse(&code));
                }
                "cellXfs" => is_in_styles = true,
                "xf" if is_in_styles => {
                    let id = number(&tag, "numFmtId");
                    formats.push(codes.get(&id).cloned().unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => is_in_styles = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

fn is_on(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some_and(|value| matches!(&*value, "1" | "true" | "on"))
}

fn number(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|value| value.trim().parse().ok()).unwrap_or_default()
}

/// The rows of one sheet.
struct XlsxRows {
    xml: Xml,
    shared: Arc<Shared>,
    /// Where the next row and cell are that do not say it, from 0.
    next_row: u32,
    next_column: u32,
    /// What stands in the cell that is read.
    value: String,
    cell: Cell,
}

/// What a cell's tag says, and what was seen in it.
#[derive(Default)]
struct Cell {
    column: u32,
    style: usize,
    kind: Kind,
    has_formula: bool,
}

/// What a cell's value is (ECMA-376, part 1, 18.18.11).
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Text,
    Boolean,
    Error,
    /// A date in ISO 8601.
    Date,
}

impl Rows for XlsxRows {
    fn next(&mut self, row: &mut SheetRow) -> io::Result<bool> {
        loop {
            match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                    let stated = attribute(&tag, "r").and_then(|r| r.trim().parse::<u32>().ok()).filter(|&r| r > 0);
                    let is_hidden = is_on(&tag, "hidden");
                    let number = stated.unwrap_or(self.next_row.saturating_add(1));
                    row.start(number);
                    row.is_hidden = is_hidden;
                    (self.next_row, self.next_column) = (number, 0);
                    self.read_cells(row)?;
                    return Ok(true);
                }
                // What follows the rows (conditional formats, validations) can be long, and is nothing of theirs.
                Event::End(tag) if tag.local_name().as_ref() == "sheetData" => return Ok(false),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }
}

impl XlsxRows {
    fn read_cells(&mut self, row: &mut SheetRow) -> io::Result<()> {
        loop {
            match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                    self.cell = read_tag(&tag, self.next_column);
                    self.next_column = self.cell.column.saturating_add(1);
                    self.read_cell()?;
                    self.finish_cell(row)?;
                }
                Event::End(tag) if tag.local_name().as_ref() == "row" => return Ok(()),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }

    /// Has the value of the cell that has begun in `value`.
    fn read_cell(&mut self) -> io::Result<()> {
        self.value.clear();
        loop {
            match self.xml.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" => {
                        self.value.clear();
                        self.xml.text_until("v", &mut self.value)?;
                    }
                    "is" => {
                        self.value.clear();
                        self.cell.kind = Kind::Text;
                        read_rich_text(&mut self.xml, "is", &mut self.value)?;
                    }
                    "f" => self.cell.has_formula = true,
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "c" => return Ok(()),
                Event::Eof => return Err(cut_off()),
                _ => {}
            }
        }
    }

    fn finish_cell(&mut self, row: &mut SheetRow) -> io::Result<()> {
        let Cell { column, style, kind, has_formula } = self.cell;
        if self.value.is_empty() {
            row.uncalculated += u64::from(has_formula && kind != Kind::Text);
            return Ok(());
        }
        match kind {
            Kind::Number => {
                let format = self.shared.formats.get(style).unwrap_or(&NumberFormat::General);
                let is_plain = *format == NumberFormat::General && is_short_number(&self.value);
                if is_plain {
                    row.push(column, &self.value);
                } else {
                    row.push(column, &format.show(&self.value, self.shared.system));
                }
            }
            Kind::Shared => {
                let text = self.value.trim().parse().ok().and_then(|index| self.shared.strings.get(index));
                row.push(column, text.ok_or_else(|| broken("a cell refers to a text that is not there"))?);
            }
            Kind::Text => row.push(column, &without_escapes(&self.value)),
            Kind::Boolean => row.push(column, if matches!(self.value.trim(), "1" | "true") { "TRUE" } else { "FALSE" }),
            Kind::Error => {
                row.errors += 1;
                row.push(column, self.value.trim());
            }
            Kind::Date => row.push(column, self.value.trim().trim_end_matches("T00:00:00")),
        }
        Ok(())
    }
}

/// A number that is text already: nothing but digits.
fn is_short_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn read_tag(tag: &BytesStart<'_>, next_column: u32) -> Cell {
    let mut cell = Cell { column: next_column, ..Cell::default() };
    for found in tag.attributes().with_checks(false).flatten() {
        match found.key.as_ref() {
            "r" => cell.column = place(&found.value).map_or(next_column, |(column, _)| column),
            "s" => cell.style = found.value.parse().unwrap_or_default(),
            "t" => {
                cell.kind = match &*found.value {
                    "s" => Kind::Shared,
                    "str" | "inlineStr" => Kind::Text,
                    "b" => Kind::Boolean,
                    "e" => Kind::Error,
                    "d" => Kind::Date,
                    _ => Kind::Number,
                };
            }
            _ => {}
        }
    }
    cell
}
