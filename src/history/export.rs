//! The table as a file: CSV, a workbook, JSON Lines or JSON. It is put in its place
//! when it is whole, so a file under that name is always complete. Only its owner can read it.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::row::LeadRow;
use super::spreadsheet::{Book, COLUMNS, cells};
use crate::report::{Draft, NewFile, WriteError, guarded};
use crate::source::guarded_cell;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Its name does not say what it is to be.
    #[error("{}: it is not clear what this is to be\nwhat to do: let its name end in .csv, .xlsx, .jsonl or .json", .0.display())]
    UnknownForm(PathBuf),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A table that is being written.
#[derive(Debug)]
pub struct Export {
    place: NewFile,
    writing: Writing,
}

#[derive(Debug)]
enum Writing {
    Csv(Box<csv::Writer<BufWriter<Draft>>>),
    Book(Box<Book>),
    Lines(BufWriter<Draft>),
    Json(BufWriter<Draft>, Separator),
}

/// What stands before the next item of a JSON list.
#[derive(Debug, Clone, Copy)]
enum Separator {
    Nothing,
    Comma,
}

/// What a file is to be.
#[derive(Debug, Clone, Copy)]
enum Form {
    Csv,
    Book,
    Lines,
    Json,
}

impl Form {
    /// By the end of its name.
    fn of(path: &Path) -> Result<Self, ExportError> {
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("xlsx") => Ok(Self::Book),
            Some("jsonl" | "ndjson") => Ok(Self::Lines),
            Some("json") => Ok(Self::Json),
            _ => Err(ExportError::UnknownForm(path.to_owned())),
        }
    }
}

impl Export {
    /// Begins a file that will be at `place`, in the form that its name ends in.
    ///
    /// # Errors
    /// [`ExportError`]; nothing was written.
    pub fn begin(place: NewFile) -> Result<Self, ExportError> {
        let begun = match Form::of(place.path())? {
            Form::Csv => place.draft().and_then(csv_writer).map(|out| Writing::Csv(Box::new(out))),
            Form::Book => Book::begin(&place).map(|book| Writing::Book(Box::new(book))),
            Form::Lines => place.draft().map(|file| Writing::Lines(BufWriter::new(file))),
            Form::Json => place.draft().and_then(|file| {
                let mut out = BufWriter::new(file);
                out.write_all(b"[").map(|()| Writing::Json(out, Separator::Nothing))
            }),
        };
        let writing = begun.map_err(|error| place.failed(error))?;
        Ok(Self { place, writing })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, row: &LeadRow) -> Result<(), ExportError> {
        self.writing.add(row).map_err(|error| self.place.failed(error).into())
    }

    /// Puts the whole file in its place.
    ///
    /// # Errors
    /// [`ExportError`]: it cannot be written, or a file came to be there meanwhile.
    pub fn finish(self) -> Result<(), ExportError> {
        let file = self.writing.finish().map_err(|error| self.place.failed(error))?;
        Ok(self.place.put(file)?)
    }
}

impl Writing {
    fn add(&mut self, row: &LeadRow) -> io::Result<()> {
        match self {
            Self::Csv(out) => out.write_record(cells(row).map(|cell| guarded_text(&cell))).map_err(io::Error::from),
            Self::Book(book) => book.add(row),
            Self::Lines(out) => {
                serde_json::to_writer(&mut *out, row)?;
                out.write_all(b"\n")
            }
            Self::Json(out, separator) => {
                let before = std::mem::replace(separator, Separator::Comma);
                out.write_all(if matches!(before, Separator::Comma) { b",\n " } else { b"\n " })?;
                serde_json::to_writer(out, row).map_err(io::Error::from)
            }
        }
    }

    fn finish(self) -> io::Result<Draft> {
        match self {
            Self::Csv(out) => out.into_inner().map_err(csv::IntoInnerError::into_error).and_then(whole),
            Self::Book(book) => book.finish(),
            Self::Lines(out) => whole(out),
            Self::Json(mut out, _) => out.write_all(b"\n]\n").and_then(|()| whole(out)),
        }
    }
}

fn whole(out: BufWriter<Draft>) -> io::Result<Draft> {
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// With the mark by which Excel knows UTF-8.
fn csv_writer(mut file: Draft) -> io::Result<csv::Writer<BufWriter<Draft>>> {
    file.write_all("\u{feff}".as_bytes())?;
    let mut out = csv::Writer::from_writer(BufWriter::new(file));
    out.write_record(COLUMNS)?;
    Ok(out)
}

/// A number stays a number; nothing else that stands there is run by a spreadsheet program.
fn guarded_text(cell: &str) -> String {
    if guarded_cell(cell) == cell && crate::phone::Phone::from_e164(cell).is_some() {
        return cell.to_owned();
    }
    guarded(cell).into_owned()
}
