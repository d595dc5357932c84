//! The rejects file: the rows of one input that were not uploaded, in the input's own format, to be corrected and imported
//! again.
//!
//! Outcomes arrive in any order, so rows go to a nameless scratch file in the same folder first (mode 0600, gone with the
//! process), with 24 bytes each in memory; at the end they are copied in the order of the input, synced, and renamed into
//! place: a file under the final name is always complete. People edit these files, so one that is there with other content
//! is never overwritten, but kept as `<name>.previous`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::reject_book::{sheet_writer, write_workbook};
use super::reject_row::{Cells, CellsWriter, Verdict, json_row};
use super::reject_text::{Text, write_text};
use crate::lead::{Reason, SourceRow, Status};
use crate::source::TextStyle;

/// How an input is written, so that its rejects file is written like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Cells between delimiters.
    Csv {
        /// The byte between two cells.
        delimiter: u8,
        /// The names of the columns.
        header: Vec<String>,
        /// How the text is written, if it can be.
        text: TextStyle,
    },
    /// One JSON object on each line, in UTF-8.
    JsonLines {
        /// Whether the file begins with a byte order mark.
        bom: bool,
    },
    /// A workbook, written as XLSX.
    Workbook {
        /// The names of the columns.
        header: Vec<String>,
    },
}

/// The name of the rejects file of `input`, beside it: `leads.csv` → `leads.rejects.csv`.
#[must_use]
pub fn rejects_path(input: &Path) -> PathBuf {
    let mut name = input.file_stem().unwrap_or_default().to_owned();
    name.push(".rejects");
    if let Some(extension) = input.extension() {
        name.push(".");
        name.push(extension);
    }
    input.with_file_name(name)
}

/// A rejects file in its place.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it is.
    pub path: PathBuf,
    /// What is otherwise than in the input, in words for the user.
    pub note: Option<String>,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    shape: Shape,
    scratch: Option<Scratch>,
}

impl Rejects {
    /// A rejects file that will be at `path`. Nothing is created before there is something to write.
    #[must_use]
    pub fn create(path: PathBuf, shape: Shape) -> Self {
        Self { path, shape, scratch: None }
    }

    /// Whether rows that ended so belong into a rejects file: those that a person may correct, or should look at.
    /// Leads in doubt do not: importing them again is not what ends a doubt.
    #[must_use]
    pub fn takes(status: Status) -> bool {
        matches!(status, Status::Rejected | Status::Invalid | Status::Duplicate)
    }

    /// Adds `row` with what became of it. The row's own cells (or JSON values) are kept byte for byte, but for those of a table
    /// that a spreadsheet would run ([`guarded_cell`](crate::source::guarded_cell)): these come back as they were when the
    /// file is imported again. A `reason` that could run gets an apostrophe, too, since those words may come from a server.
    ///
    /// # Errors
    /// The scratch file cannot be made or written: no permission in the folder, a full disk.
    pub fn add(&mut self, row: &SourceRow, status: Status, reason: &Reason) -> io::Result<()> {
        let verdict = Verdict { status, reason, row: row.position.row };
        let bytes = match &self.shape {
            Shape::Csv { delimiter, header, text } => {
                CellsWriter::new(Cells::Guarded, *delimiter, header, *text).row(row, verdict)?
            }
            Shape::JsonLines { .. } => json_row(row, verdict)?,
            Shape::Workbook { header } => sheet_writer(header).row(row, verdict)?,
        };
        let scratch = match &mut self.scratch {
            Some(scratch) => scratch,
            none => none.insert(Scratch::new(folder(&self.path))?),
        };
        scratch.add(row.position.row, &bytes)
    }

    /// Puts the file into place and gives its path; `None` where there was nothing to reject. A file that is already
    /// there is left alone when it is the same, and else kept as `<name>.previous` (in place of an older one).
    ///
    /// # Errors
    /// The file cannot be written, synced or renamed. What stood there before is then still there, as it was or as
    /// `<name>.previous`.
    pub fn finish(mut self) -> io::Result<Option<Written>> {
        let Some(scratch) = self.scratch.take() else {
            if keep_previous(&self.path)? {
                sync_folder(&self.path)?;
            }
            return Ok(None);
        };
        let Text { file, other_encoding } = self.sorted(scratch)?;
        let note = other_encoding.map(|why| format!("{} {why}", self.path.display()));
        if !is_same(file.path(), &self.path)? {
            keep_previous(&self.path)?;
            file.persist(&self.path).map_err(|error| error.error)?;
            sync_folder(&self.path)?;
        }
        Ok(Some(Written { path: self.path, note }))
    }

    /// The finished file, synced, under a temporary name (which tempfile makes with mode 0600).
    fn sorted(&self, mut scratch: Scratch) -> io::Result<Text> {
        let folder = folder(&self.path);
        match &self.shape {
            Shape::Workbook { header } => {
                let first = sheet_writer(header).header(header)?;
                let file = write_workbook(folder, &first, |out| scratch.copy_sorted(out))?;
                Ok(Text { file, other_encoding: None })
            }
            Shape::Csv { delimiter, header, text } => {
                let first = CellsWriter::new(Cells::Guarded, *delimiter, header, *text).header(header)?;
                write_text(folder, *text, &mut |out| {
                    out.write_all(&first)?;
                    scratch.copy_sorted(out)
                })
            }
            Shape::JsonLines { bom } => {
                let style = TextStyle { bom: *bom, ..TextStyle::default() };
                write_text(folder, style, &mut |out| scratch.copy_sorted(out))
            }
        }
    }
}

/// Rows in the order in which they came, and where each is.
#[derive(Debug)]
struct Scratch {
    file: BufWriter<File>,
    end: u64,
    index: Vec<Place>,
}

/// Where a row is in the scratch file. 24 bytes.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: u64,
    offset: u64,
    length: u64,
}

impl Scratch {
    fn new(folder: &Path) -> io::Result<Self> {
        let file = BufWriter::new(tempfile::tempfile_in(folder)?);
        Ok(Self { file, end: 0, index: Vec::new() })
    }

    fn add(&mut self, row: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        let length = bytes.len() as u64;
        self.index.push(Place { row, offset: self.end, length });
        self.end += length;
        Ok(())
    }

    fn copy_sorted(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.file.flush()?;
        let mut file = self.file.get_ref();
        file.seek(SeekFrom::Start(0))?;
        let mut from = BufReader::new(file);
        // Rows with one number keep the order in which they came.
        self.index.sort_by_key(|place| (place.row, place.offset));
        let mut at = 0;
        for place in &self.index {
            seek(&mut from, at, place.offset)?;
            let copied = io::copy(&mut from.by_ref().take(place.length), &mut *out)?;
            if copied != place.length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            at = place.offset + place.length;
        }
        Ok(())
    }
}

/// Mostly rows follow each other, and what is read ahead stays useful.
fn seek(from: &mut BufReader<&File>, at: u64, to: u64) -> io::Result<()> {
    match i64::try_from(i128::from(to) - i128::from(at)) {
        Ok(distance) => from.seek_relative(distance),
        Err(_) => from.seek(SeekFrom::Start(to)).map(drop),
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Moves what is at `path` to `<name>.previous`. False where there is nothing.
fn keep_previous(path: &Path) -> io::Result<bool> {
    let mut previous = OsString::from(path);
    previous.push(".previous");
    match std::fs::rename(path, previous) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_same(a: &Path, b: &Path) -> io::Result<bool> {
    let b = match File::open(b) {
        Ok(b) => b,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let a = File::open(a)?;
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(a), BufReader::new(b));
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let length = left.len().min(right.len());
        if left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        a.consume(length);
        b.consume(length);
    }
}

/// A rename is durable only with its folder; elsewhere than on Unix a folder cannot be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::sample::{position, row};
    use crate::source::{LineEnd, Record, unguarded_cell};

    fn csv_shape() -> Shape {
        let header = ["name", "phone"].map(str::to_owned).to_vec();
        Shape::Csv { delimiter: b';', header, text: TextStyle::default() }
    }

    fn reason(message: &str) -> Reason {
        Reason::new("code", message)
    }

    /// Writes these rows to `path` as one run does.
    fn run(path: &Path, rows: &[u64]) -> Option<PathBuf> {
        let mut rejects = Rejects::create(path.to_owned(), csv_shape());
        for &number in rows {
            rejects.add(&row(number), Status::Invalid, &reason("why")).unwrap();
        }
        rejects.finish().unwrap().map(|written| written.path)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn rows_come_out_in_the_order_of_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.rejects.csv");
        assert_eq!(run(&path, &[7, 3, 5]), Some(path.clone()));
        insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap(), @r"
        name;phone;_status;_reason;_row
        Ada;+493023125503;invalid;why;3
        Ada;+493023125505;invalid;why;5
        Ada;+493023125507;invalid;why;7
        ");
        assert_eq!(names(folder.path()), ["leads.rejects.csv"]);
    }

    #[test]
    fn a_file_is_written_like_its_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        let text = TextStyle { bom: true, line_end: LineEnd::CrLf, ..TextStyle::default() };
        let shape = Shape::Csv { delimiter: b'\t', header: vec!["phone".to_owned()], text };
        let mut rejects = Rejects::create(path.clone(), shape);
        let record = Record::Cells(["+493023125555".to_owned()].into());
        let source = SourceRow { position: position(2), record };
        rejects.add(&source, Status::Rejected, &reason("+why")).unwrap();
        rejects.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "\u{feff}phone\t_status\t_reason\t_row\r\n+493023125555\trejected\t'+why\t2\r\n");
    }

    #[test]
    fn without_rejects_there_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(&folder.path().join("leads.rejects.csv"), &[]), None);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn an_edited_file_is_kept_and_an_identical_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        run(&path, &[2, 3]);
        run(&path, &[3, 2]);
        assert_eq!(names(folder.path()), ["r.csv"]);
        std::fs::write(&path, "edited by hand").unwrap();
        run(&path, &[2, 3]);
        assert_eq!(names(folder.path()), ["r.csv", "r.csv.previous"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("r.csv.previous")).unwrap(), "edited by hand");
        assert_eq!(run(&path, &[]), None);
        assert_eq!(names(folder.path()), ["r.csv.previous"]);
        assert!(std::fs::read_to_string(folder.path().join("r.csv.previous")).unwrap().starts_with("name;phone"));
    }

    #[test]
    fn a_run_that_dies_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        run(&path, &[2]);
        let before = std::fs::read(&path).unwrap();
        let mut rejects = Rejects::create(path.clone(), csv_shape());
        rejects.add(&row(9), Status::Invalid, &reason("why")).unwrap();
        drop(rejects);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(names(folder.path()), ["r.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        run(&path, &[2]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_of_the_first_row() {
        let folder = tempfile::tempdir().unwrap();
        let mut rejects = Rejects::create(folder.path().join("gone/r.csv"), csv_shape());
        assert!(rejects.add(&row(2), Status::Invalid, &reason("why")).is_err());
    }

    #[test]
    fn the_name_is_the_inputs_with_a_word_in_it() {
        assert_eq!(rejects_path(Path::new("a/leads.csv")), Path::new("a/leads.rejects.csv"));
        assert_eq!(rejects_path(Path::new("leads")), Path::new("leads.rejects"));
        assert_eq!(rejects_path(Path::new("leads.rejects.csv")), Path::new("leads.rejects.rejects.csv"));
    }

    #[test]
    fn the_index_takes_24_bytes_a_row() {
        assert_eq!(size_of::<Place>(), 24);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whatever the cells hold, the file that is imported again has them as they were, in the order of the input.
        #[test]
        fn cells_survive_byte_for_byte(
            cells in prop::collection::vec(prop::collection::vec("(?s).{0,8}", 2), 1..20),
            order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle(),
            line_end in prop::sample::select(vec![LineEnd::Lf, LineEnd::CrLf, LineEnd::Cr]),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("r.csv");
            let header = ["a", "b"].map(str::to_owned).to_vec();
            let mut rejects = Rejects::create(path.clone(), Shape::Csv { delimiter: b',', header, text: TextStyle { line_end, ..TextStyle::default() } });
            for i in order.into_iter().filter(|i| *i < cells.len()) {
                let record = Record::Cells(cells[i].clone().into());
                let source = SourceRow { position: position(i as u64 + 2), record };
                rejects.add(&source, Status::Invalid, &reason("why")).unwrap();
            }
            rejects.finish().unwrap();
            let mut reader = csv::Reader::from_path(&path).unwrap();
            let read: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().take(2).map(|cell| unguarded_cell(cell).to_owned()).collect()).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
