//! The table as a file: CSV, a workbook, JSON Lines or JSON. It is written under a temporary name beside its place, and
//! takes it when it is whole, so a file under that name is always complete. Only its owner can read it.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, PersistError};

use super::row::LeadRow;
use super::spreadsheet::{Book, COLUMNS, cells};
use crate::report::guarded;
use crate::source::guarded_cell;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Its name does not say what it is to be.
    #[error("{}: it is not clear what this is to be: let its name end in .csv, .xlsx, .jsonl or .json", .0.display())]
    UnknownForm(PathBuf),
    /// A file is there.
    #[error("{}: there is such a file already; --force writes over it", .0.display())]
    IsThere(PathBuf),
    /// It is the results file itself.
    #[error("{}: this is the results file itself, which is never written over", .0.display())]
    IsResults(PathBuf),
    /// It cannot be written.
    #[error("{}: it cannot be written: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What becomes of a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Stays,
    IsReplaced,
}

/// A table that is being written.
#[derive(Debug)]
pub struct Export {
    path: PathBuf,
    there: There,
    writing: Writing,
}

#[derive(Debug)]
enum Writing {
    Csv(Box<csv::Writer<BufWriter<NamedTempFile>>>),
    Book(Box<Book>),
    Lines(BufWriter<NamedTempFile>),
    Json(BufWriter<NamedTempFile>, Separator),
}

/// What stands before the next item of a JSON list.
#[derive(Debug, Clone, Copy)]
enum Separator {
    Nothing,
    Comma,
}

impl Export {
    /// Begins a file that will be at `path`, in the form that its name ends in. Without `replacing`, one that is there stays.
    ///
    /// # Errors
    /// [`ExportError`]; nothing was written.
    pub fn begin(path: &Path, results: &Path, replacing: Option<Replacing>) -> Result<Self, ExportError> {
        let there = if replacing.is_some() { There::IsReplaced } else { There::Stays };
        let same = |a: &Path, b: &Path| {
            std::fs::canonicalize(a).ok().is_some_and(|a| Some(a) == std::fs::canonicalize(b).ok())
        };
        if same(path, results) {
            return Err(ExportError::IsResults(path.to_owned()));
        }
        if there == There::Stays && std::fs::symlink_metadata(path).is_ok() {
            return Err(ExportError::IsThere(path.to_owned()));
        }
        let io = |source| ExportError::Io { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Files of this kind are made with mode 0600.
        let file = || tempfile::Builder::new().prefix(".leadload-").tempfile_in(folder).map_err(io);
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        let writing = match extension.as_deref() {
            Some("csv") => Writing::Csv(Box::new(csv_writer(file()?).map_err(io)?)),
            Some("xlsx") => Writing::Book(Box::new(Book::begin(folder).map_err(io)?)),
            Some("jsonl" | "ndjson") => Writing::Lines(BufWriter::new(file()?)),
            Some("json") => {
                let mut out = BufWriter::new(file()?);
                out.write_all(b"[").map_err(io)?;
                Writing::Json(out, Separator::Nothing)
            }
            _ => return Err(ExportError::UnknownForm(path.to_owned())),
        };
        Ok(Self { path: path.to_owned(), there, writing })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, row: &LeadRow) -> io::Result<()> {
        match &mut self.writing {
            Writing::Csv(out) => out.write_record(cells(row).map(|cell| guarded_text(&cell))).map_err(io::Error::from),
            Writing::Book(book) => book.add(row),
            Writing::Lines(out) => {
                serde_json::to_writer(&mut *out, row)?;
                out.write_all(b"\n")
            }
            Writing::Json(out, separator) => {
                let before = std::mem::replace(separator, Separator::Comma);
                out.write_all(if matches!(before, Separator::Comma) { b",\n " } else { b"\n " })?;
                serde_json::to_writer(out, row).map_err(io::Error::from)
            }
        }
    }

    /// Puts the whole file in its place.
    ///
    /// # Errors
    /// [`ExportError`]: it cannot be written, or a file came to be there meanwhile.
    pub fn finish(self) -> Result<(), ExportError> {
        let Self { path, there, writing } = self;
        let io = |source| ExportError::Io { path: path.clone(), source };
        let file = match writing {
            Writing::Csv(out) => {
                out.into_inner().map_err(|error| io(error.into_error())).and_then(|out| whole(out).map_err(io))
            }
            Writing::Book(book) => book.finish().map_err(io),
            Writing::Lines(out) => whole(out).map_err(io),
            Writing::Json(mut out, _) => out.write_all(b"\n]\n").and_then(|()| whole(out)).map_err(io),
        }?;
        file.as_file().sync_all().map_err(io)?;
        let put = match there {
            There::Stays => file.persist_noclobber(&path),
            There::IsReplaced => file.persist(&path),
        };
        put.map(drop).map_err(|PersistError { error, .. }| match error.kind() {
            io::ErrorKind::AlreadyExists => ExportError::IsThere(path.clone()),
            _ => io(error),
        })
    }
}

/// `--force`: a file that is there is written over.
#[derive(Debug, Clone, Copy)]
pub struct Replacing;

fn whole(out: BufWriter<NamedTempFile>) -> io::Result<NamedTempFile> {
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// With the mark by which Excel knows UTF-8.
fn csv_writer(mut file: NamedTempFile) -> io::Result<csv::Writer<BufWriter<NamedTempFile>>> {
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
