//! XLSB: the binary sibling of XLSX ([MS-XLSB]). Records of a number, a length and so many bytes, read as they stand in the
//! file.
//!
//! [MS-XLSB]: https://learn.microsoft.com/openspecs/office_file_formats/ms-xlsb/

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;

use super::bytes::{Bytes, error};
use super::container::{Container, Part};
use super::date::System;
use super::number::NumberFormat;
use super::office::References;
use super::rows::{MOST_ROWS, Rows, SheetRow, Strings};
use super::xml::cut_off;
use super::{Book, SheetInfo, Visibility, broken};

/// The records that matter here (2.3.2).
mod record {
    pub(super) const ROW: u32 = 0;
    pub(super) const RK: u32 = 2;
    pub(super) const ERROR: u32 = 3;
    pub(super) const BOOLEAN: u32 = 4;
    pub(super) const REAL: u32 = 5;
    pub(super) const TEXT: u32 = 6;
    pub(super) const SHARED: u32 = 7;
    pub(super) const FORMULA_TEXT: u32 = 8;
    pub(super) const FORMULA_NUMBER: u32 = 9;
    pub(super) const FORMULA_BOOLEAN: u32 = 10;
    pub(super) const FORMULA_ERROR: u32 = 11;
    pub(super) const STRING_ITEM: u32 = 19;
    pub(super) const FORMAT: u32 = 44;
    pub(super) const STYLE: u32 = 47;
    pub(super) const RICH_TEXT: u32 = 62;
    pub(super) const END_OF_ROWS: u32 = 146;
    pub(super) const WORKBOOK_PROPERTIES: u32 = 153;
    pub(super) const SHEET: u32 = 156;
    pub(super) const STYLES_BEGIN: u32 = 617;
    pub(super) const STYLES_END: u32 = 618;
}

/// An XLSB workbook.
pub(super) struct Xlsb {
    container: Container,
    sheets: Vec<SheetInfo>,
    paths: Vec<String>,
    shared: Arc<Shared>,
}

struct Shared {
    strings: Strings,
    formats: Vec<NumberFormat>,
    system: System,
}

impl Xlsb {
    /// Reads what is not in the sheets. `main` is the path of the workbook's main part.
    pub(super) fn open(container: Container, main: &str) -> io::Result<Self> {
        let references = References::of(&container, main)?;
        let mut book = Self { sheets: Vec::new(), paths: Vec::new(), shared: Arc::default(), container };
        let mut shared = Shared { strings: Strings::default(), formats: Vec::new(), system: System::From1900 };
        let mut records = Records::new(book.container.needed(main)?);
        while let Some((kind, bytes)) = records.next()? {
            match kind {
                record::WORKBOOK_PROPERTIES if bytes.u32(0)? & 1 == 1 => shared.system = System::From1904,
                record::SHEET => book.add_sheet(bytes, &references)?,
                _ => {}
            }
        }
        if let Some(part) =
            references.kind("/sharedStrings").map(|path| book.container.part(path)).transpose()?.flatten()
        {
            shared.strings = read_strings(Records::new(part))?;
        }
        if let Some(part) = references.kind("/styles").map(|path| book.container.part(path)).transpose()?.flatten() {
            shared.formats = read_formats(Records::new(part))?;
        }
        book.shared = Arc::new(shared);
        Ok(book)
    }

    fn add_sheet(&mut self, bytes: Bytes<'_>, references: &References) -> io::Result<()> {
        let (id, end) = bytes.wide(8)?;
        let (name, _) = bytes.wide(end)?;
        let visibility = match bytes.u32(0)? {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        if let Some(path) = references.worksheet(&id) {
            self.sheets.push(SheetInfo { name: Arc::from(name), visibility });
            self.paths.push(path.to_owned());
        }
        Ok(())
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self { strings: Strings::default(), formats: Vec::new(), system: System::From1900 }
    }
}

impl Book for Xlsb {
    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(&self, sheet: usize) -> io::Result<Box<dyn Rows>> {
        let path = self.paths.get(sheet).ok_or_else(|| broken("there is no such sheet"))?;
        let records = Records::new(self.container.needed(path)?);
        Ok(Box::new(XlsbRows { records, shared: Arc::clone(&self.shared), coming: None, is_at_end: false }))
    }
}

fn read_strings(mut records: Records) -> io::Result<Strings> {
    let mut strings = Strings::default();
    while let Some((kind, bytes)) = records.next()? {
        if kind == record::STRING_ITEM {
            strings.push(&bytes.wide(1)?.0)?;
        }
    }
    Ok(strings)
}

fn read_formats(mut records: Records) -> io::Result<Vec<NumberFormat>> {
    let (mut formats, mut codes, mut is_in_styles) = (Vec::new(), HashMap::new(), false);
    while let Some((kind, bytes)) = records.next()? {
        match kind {
            record::FORMAT => {
                codes.insert(u32::from(bytes.u16(0)?), NumberFormat::parse(&bytes.wide(2)?.0));
            }
            record::STYLES_BEGIN => is_in_styles = true,
            record::STYLES_END => is_in_styles = false,
            record::STYLE if is_in_styles => {
                let id = u32::from(bytes.u16(2)?);
                formats.push(codes.get(&id).cloned().unwrap_or_else(|| NumberFormat::built_in(id)));
            }
            _ => {}
        }
    }
    Ok(formats)
}

/// The records of a part.
struct Records {
    part: Part,
    buffer: Vec<u8>,
}

/// The longest record: more than any text in a cell, or any formula, takes.
const LONGEST: u32 = 16 << 20;

impl Records {
    fn new(part: Part) -> Self {
        Self { part, buffer: Vec::new() }
    }

    /// The next record; `None` at the end of the part.
    fn next(&mut self) -> io::Result<Option<(u32, Bytes<'_>)>> {
        let Some(first) = self.byte()? else { return Ok(None) };
        let mut kind = u32::from(first);
        if first & 0x80 != 0 {
            kind = (kind & 0x7f) | (u32::from(self.byte()?.ok_or_else(cut_off)? & 0x7f) << 7);
        }
        let mut length = 0_u32;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?.ok_or_else(cut_off)?;
            length |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if length > LONGEST {
            return Err(broken("a record in it is longer than any is"));
        }
        self.buffer.clear();
        let read = self.part.by_ref().take(u64::from(length)).read_to_end(&mut self.buffer)?;
        if read < length as usize { Err(cut_off()) } else { Ok(Some((kind, Bytes(&self.buffer)))) }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.part.read(&mut byte)? == 1).then_some(byte[0]))
    }
}

/// The rows of one sheet.
struct XlsbRows {
    records: Records,
    shared: Arc<Shared>,
    /// The row whose head was read already: its number from 0, and whether it is hidden.
    coming: Option<(u32, bool)>,
    is_at_end: bool,
}

impl Rows for XlsbRows {
    fn next(&mut self, row: &mut SheetRow) -> io::Result<bool> {
        while self.coming.is_none() && !self.is_at_end {
            self.step(row)?;
        }
        let Some((number, is_hidden)) = self.coming.take() else { return Ok(false) };
        row.start(number.saturating_add(1));
        row.is_hidden = is_hidden;
        while self.coming.is_none() && !self.is_at_end {
            self.step(row)?;
        }
        Ok(true)
    }
}

impl XlsbRows {
    /// Reads one record.
    fn step(&mut self, row: &mut SheetRow) -> io::Result<()> {
        let Some((kind, bytes)) = self.records.next()? else { return Err(cut_off()) };
        match kind {
            record::END_OF_ROWS => self.is_at_end = true,
            record::ROW => {
                let number = bytes.u32(0)?;
                if number >= MOST_ROWS {
                    return Err(broken("a row in it is beyond the end of any worksheet"));
                }
                // The flags are in the twelfth byte (2.4.716): the fifth of them hides the row.
                self.coming = Some((number, bytes.u8(11).is_ok_and(|flags| flags & 0x10 != 0)));
            }
            kind => read_cell(kind, bytes, &self.shared, row)?,
        }
        Ok(())
    }
}

fn read_cell(kind: u32, bytes: Bytes<'_>, shared: &Shared, row: &mut SheetRow) -> io::Result<()> {
    if !(record::RK..=record::FORMULA_ERROR).contains(&kind) && kind != record::RICH_TEXT {
        return Ok(());
    }
    let column = bytes.u32(0)?;
    let style = (bytes.u32(4)? & 0x00ff_ffff) as usize;
    let number = |value: f64| {
        let format = shared.formats.get(style).unwrap_or(&NumberFormat::General);
        format.show_value(value, shared.system)
    };
    match kind {
        record::RK => row.push(column, &number(bytes.rk(8)?)),
        record::REAL | record::FORMULA_NUMBER => row.push(column, &number(bytes.f64(8)?)),
        record::BOOLEAN | record::FORMULA_BOOLEAN => row.push(column, if bytes.u8(8)? == 0 { "FALSE" } else { "TRUE" }),
        record::TEXT | record::FORMULA_TEXT => row.push(column, &bytes.wide(8)?.0),
        record::RICH_TEXT => row.push(column, &bytes.wide(9)?.0),
        record::ERROR | record::FORMULA_ERROR => {
            row.errors += 1;
            row.push(column, error(bytes.u8(8)?));
        }
        record::SHARED => {
            let text = shared.strings.get(bytes.u32(8)? as usize);
            row.push(column, text.ok_or_else(|| broken("a cell refers to a text that is not there"))?);
        }
        _ => {}
    }
    Ok(())
}
