//! XLS: the workbooks of Excel 97 to 2003 ([MS-XLS]). The stream of records is kept in memory, as no more than its bytes; rows
//! are read from it one by one.
//!
//! [MS-XLS]: https://learn.microsoft.com/openspecs/office_file_formats/ms-xls/

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use super::bytes::{Bytes, error, utf16};
use super::compound::Compound;
use super::date::System;
use super::number::NumberFormat;
use super::rows::{Rows, SheetRow, Strings};
use super::xml::cut_off;
use super::{Book, PROTECTED, SheetInfo, Visibility, broken};

/// The records that matter here (2.3).
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000a;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const PASSWORD: u16 = 0x002f;
    pub(super) const CONTINUE: u16 = 0x003c;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const MANY_RK: u16 = 0x00bd;
    pub(super) const STYLE: u16 = 0x00e0;
    pub(super) const STRINGS: u16 = 0x00fc;
    pub(super) const SHARED: u16 = 0x00fd;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const TEXT: u16 = 0x0204;
    pub(super) const BOOLEAN_OR_ERROR: u16 = 0x0205;
    pub(super) const FORMULA_TEXT: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const RK: u16 = 0x027e;
    pub(super) const FORMAT: u16 = 0x041e;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// The version that Excel 97 and later write.
const BIFF8: u16 = 0x0600;

/// An XLS workbook.
pub(super) struct Xls {
    sheets: Vec<SheetInfo>,
    places: Vec<usize>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stream: Vec<u8>,
    strings: Strings,
    formats: Vec<NumberFormat>,
    system: System,
}

impl Xls {
    /// Reads what is not in the sheets.
    pub(super) fn open(mut file: Compound) -> io::Result<Self> {
        if file.has("EncryptedPackage") {
            return Err(broken(PROTECTED));
        }
        let Some(stream) = file.stream("Workbook")? else {
            return Err(if file.has("Book") {
                broken("it is of Excel 95 or older; save it as an .xlsx workbook")
            } else {
                broken("it is a file of Office, but no workbook")
            });
        };
        let mut book = Self { sheets: Vec::new(), places: Vec::new(), shared: Arc::default() };
        let mut shared = Shared::default();
        book.read_globals(&stream, &mut shared)?;
        shared.stream = stream;
        book.shared = Arc::new(shared);
        Ok(book)
    }

    fn read_globals(&mut self, stream: &[u8], shared: &mut Shared) -> io::Result<()> {
        let (mut at, mut codes) = (0, HashMap::new());
        while let Some((kind, bytes, next)) = record_at(stream, at)? {
            match kind {
                record::BEGIN if bytes.u16(0)? != BIFF8 => {
                    return Err(broken("it is of Excel 95 or older; save it as an .xlsx workbook"));
                }
                record::PASSWORD => return Err(broken(PROTECTED)),
                record::DATE_MODE if bytes.u16(0)? == 1 => shared.system = System::From1904,
                record::FORMAT => {
                    codes.insert(u32::from(bytes.u16(0)?), NumberFormat::parse(&text(bytes, 2)?));
                }
                record::STYLE => {
                    let id = u32::from(bytes.u16(2)?);
                    shared.formats.push(codes.get(&id).cloned().unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                record::SHEET => self.add_sheet(bytes)?,
                record::STRINGS => shared.strings = SharedStrings::new(stream, at)?.read()?,
                record::END => return Ok(()),
                _ => {}
            }
            at = next;
        }
        Err(cut_off())
    }

    fn add_sheet(&mut self, bytes: Bytes<'_>) -> io::Result<()> {
        // What is no worksheet is a chart, a macro or a module.
        if bytes.u8(5)? != 0 {
            return Ok(());
        }
        let visibility = match bytes.u8(4)? & 3 {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        let length = usize::from(bytes.u8(6)?);
        let name = characters(bytes, 8, length, bytes.u8(7)?)?;
        self.sheets.push(SheetInfo { name: Arc::from(name), visibility });
        self.places.push(bytes.u32(0)? as usize);
        Ok(())
    }
}

impl Book for Xls {
    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(&self, sheet: usize) -> io::Result<Box<dyn Rows>> {
        let start = *self.places.get(sheet).ok_or_else(|| broken("there is no such sheet"))?;
        let Some((record::BEGIN, _, at)) = record_at(&self.shared.stream, start)? else {
            return Err(broken("a sheet is not where it should be"));
        };
        Ok(Box::new(XlsRows { shared: Arc::clone(&self.shared), at, hidden: HashSet::new(), formula: None }))
    }
}

/// The record at `at`: its kind, its bytes, and where the next one is. `None` at the end.
fn record_at(stream: &[u8], at: usize) -> io::Result<Option<(u16, Bytes<'_>, usize)>> {
    if at >= stream.len() {
        return Ok(None);
    }
    let head = Bytes(stream);
    let length = usize::from(head.u16(at + 2)?);
    Ok(Some((head.u16(at)?, Bytes(head.slice(at + 4, length)?), at + 4 + length)))
}

/// A text after its length of two bytes and its flags (2.5.294).
fn text(bytes: Bytes<'_>, at: usize) -> io::Result<String> {
    characters(bytes, at + 3, usize::from(bytes.u16(at)?), bytes.u8(at + 2)?)
}

/// `length` characters, of two bytes or, where the flags say so, of the lower byte alone.
fn characters(bytes: Bytes<'_>, at: usize, length: usize, flags: u8) -> io::Result<String> {
    if flags & 1 == 0 {
        return Ok(bytes.slice(at, length)?.iter().map(|&byte| char::from(byte)).collect());
    }
    Ok(utf16(bytes.slice(at, length * 2)?))
}

/// The table of shared texts (2.4.265), which goes on in records of its own where one is full, in the middle of a text too.
struct SharedStrings<'a> {
    stream: &'a [u8],
    record: Bytes<'a>,
    at: usize,
    next: usize,
}

impl<'a> SharedStrings<'a> {
    fn new(stream: &'a [u8], at: usize) -> io::Result<Self> {
        let (_, record, next) = record_at(stream, at)?.ok_or_else(cut_off)?;
        Ok(Self { stream, record, at: 8, next })
    }

    fn read(mut self) -> io::Result<Strings> {
        let count = self.record.u32(4)?;
        let mut strings = Strings::default();
        for _ in 0..count {
            if self.at >= self.record.0.len() && !self.go_on()? {
                break;
            }
            let text = self.string()?;
            strings.push(&text)?;
        }
        Ok(strings)
    }

    fn string(&mut self) -> io::Result<String> {
        let length = usize::from(self.record.u16(self.at)?);
        let flags = self.record.u8(self.at + 2)?;
        self.at += 3;
        let mut behind = 0;
        if flags & 8 != 0 {
            behind += 4 * usize::from(self.record.u16(self.at)?);
            self.at += 2;
        }
        if flags & 4 != 0 {
            behind += self.record.u32(self.at)? as usize;
            self.at += 4;
        }
        let text = self.characters(length, flags)?;
        self.skip(behind)?;
        Ok(text)
    }

    /// The characters, which may change their width where the record ends.
    fn characters(&mut self, mut left: usize, mut flags: u8) -> io::Result<String> {
        let mut text = String::new();
        while left > 0 {
            let width = 1 + usize::from(flags & 1);
            let here = (self.record.0.len().saturating_sub(self.at) / width).min(left);
            text.push_str(&characters(self.record, self.at, here, flags)?);
            (self.at, left) = (self.at + here * width, left - here);
            if left > 0 {
                if !self.go_on()? {
                    return Err(cut_off());
                }
                flags = self.record.u8(0)?;
                self.at = 1;
            }
        }
        Ok(text)
    }

    fn skip(&mut self, mut left: usize) -> io::Result<()> {
        while left > 0 {
            let here = self.record.0.len().saturating_sub(self.at).min(left);
            (self.at, left) = (self.at + here, left - here);
            if left > 0 && !self.go_on()? {
                return Err(cut_off());
            }
        }
        Ok(())
    }

    /// Goes to the record that continues this one; false where there is none.
    fn go_on(&mut self) -> io::Result<bool> {
        let Some((record::CONTINUE, record, next)) = record_at(self.stream, self.next)? else { return Ok(false) };
        (self.record, self.at, self.next) = (record, 0, next);
        Ok(true)
    }
}

/// The rows of one sheet.
struct XlsRows {
    shared: Arc<Shared>,
    at: usize,
    /// The rows that are hidden: which they are stands before their cells.
    hidden: HashSet<u16>,
    /// The column of a formula whose text comes in a record of its own.
    formula: Option<u32>,
}

impl Rows for XlsRows {
    fn next(&mut self, row: &mut SheetRow) -> io::Result<bool> {
        let shared = Arc::clone(&self.shared);
        let mut current = None;
        loop {
            let (kind, bytes, next) = record_at(&shared.stream, self.at)?.ok_or_else(cut_off)?;
            match kind {
                record::END => return Ok(current.is_some()),
                record::BEGIN => self.at = after_inner(&shared.stream, next)?,
                record::ROW => {
                    if bytes.u16(12)? & 0x20 != 0 {
                        self.hidden.insert(bytes.u16(0)?);
                    }
                    self.at = next;
                }
                kind if is_cell(kind) => {
                    let number = bytes.u16(0)?;
                    if current.is_some_and(|current| current != number) {
                        return Ok(true);
                    }
                    if current.is_none() {
                        row.start(u32::from(number) + 1);
                        row.is_hidden = self.hidden.contains(&number);
                        current = Some(number);
                    }
                    self.read_cell(kind, bytes, &shared, row)?;
                    self.at = next;
                }
                record::FORMULA_TEXT => {
                    if let Some(column) = self.formula.take() {
                        row.push(column, &text(bytes, 0)?);
                    }
                    self.at = next;
                }
                _ => self.at = next,
            }
        }
    }
}

/// Where a substream in a sheet, such as a chart, ends.
fn after_inner(stream: &[u8], mut at: usize) -> io::Result<usize> {
    let mut depth = 1_u32;
    while let Some((kind, _, next)) = record_at(stream, at)? {
        at = next;
        match kind {
            record::BEGIN => depth += 1,
            record::END if depth == 1 => return Ok(at),
            record::END => depth -= 1,
            _ => {}
        }
    }
    Err(cut_off())
}

fn is_cell(kind: u16) -> bool {
    use record::{BOOLEAN_OR_ERROR, FORMULA, MANY_RK, NUMBER, RK, SHARED, TEXT};
    matches!(kind, FORMULA | MANY_RK | SHARED | NUMBER | TEXT | BOOLEAN_OR_ERROR | RK)
}

impl XlsRows {
    fn read_cell(&mut self, kind: u16, bytes: Bytes<'_>, shared: &Shared, row: &mut SheetRow) -> io::Result<()> {
        let column = u32::from(bytes.u16(2)?);
        let number = |style: u16, value: f64| {
            let format = shared.formats.get(usize::from(style)).unwrap_or(&NumberFormat::General);
            format.show_value(value, shared.system)
        };
        match kind {
            record::MANY_RK => {
                let count = bytes.0.len().saturating_sub(6) / 6;
                for (i, column) in (0..count).zip(column..) {
                    row.push(column, &number(bytes.u16(4 + 6 * i)?, bytes.rk(6 + 6 * i)?));
                }
            }
            record::RK => row.push(column, &number(bytes.u16(4)?, bytes.rk(6)?)),
            record::NUMBER => row.push(column, &number(bytes.u16(4)?, bytes.f64(6)?)),
            record::TEXT => row.push(column, &text(bytes, 6)?),
            record::SHARED => {
                let text = shared.strings.get(bytes.u32(6)? as usize);
                row.push(column, text.ok_or_else(|| broken("a cell refers to a text that is not there"))?);
            }
            record::BOOLEAN_OR_ERROR => boolean_or_error(bytes.u8(6)?, bytes.u8(7)? != 0, column, row),
            // The result of a formula is a number, or says in its first byte what else it is (2.5.133).
            _ if bytes.u16(12)? != 0xffff => row.push(column, &number(bytes.u16(4)?, bytes.f64(6)?)),
            _ => match bytes.u8(6)? {
                0 => self.formula = Some(column),
                1 => boolean_or_error(bytes.u8(8)?, false, column, row),
                2 => boolean_or_error(bytes.u8(8)?, true, column, row),
                _ => {}
            },
        }
        Ok(())
    }
}

fn boolean_or_error(value: u8, is_error: bool, column: u32, row: &mut SheetRow) {
    row.errors += u64::from(is_error);
    let text = match value {
        value if is_error => error(value),
        0 => "FALSE",
        _ => "TRUE",
    };
    row.push(column, text);
}
