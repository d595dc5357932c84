//! A rejects file that is a workbook. Every cell of it is text, in a column of text, so that `+4930…` and `00420` stay what
//! they are, also where somebody types them anew in Excel; and a text cell is never a formula, whatever it begins with.
//!
//! Rows wait as CSV until all are there and in order, and go into the workbook one by one: it is never in memory as a whole.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};
use tempfile::NamedTempFile;

use super::excel::{failed, fitting, text_format, without_panics};
use super::reject_row::{Cells, CellsWriter};
use crate::source::TextStyle;

/// How the rows wait.
pub(super) fn sheet_writer(header: &[String]) -> CellsWriter {
    CellsWriter::new(Cells::AsTheyAre, b',', header, TextStyle::default())
}

/// Makes the workbook in `folder`, under a temporary name, and syncs it. `header` is its first row, `copy_rows` writes the
/// others, both as a [`sheet_writer`] has them.
pub(super) fn write_workbook(
    folder: &Path,
    header: &[u8],
    copy_rows: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut waiting = BufWriter::new(tempfile::tempfile_in(folder)?);
    waiting.write_all(header)?;
    copy_rows(&mut waiting)?;
    let waiting = waiting.into_inner().map_err(io::IntoInnerError::into_error)?;
    let mut book = Workbook::new();
    book.set_tempdir(folder).map_err(failed)?;
    // The same rows make the same bytes: a file that did not change is left alone.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    without_panics(|| fill(book.add_worksheet_with_constant_memory().map_err(failed)?, waiting))?;
    let mut file = tempfile::Builder::new().prefix(".rejects-").tempfile_in(folder)?;
    without_panics(|| book.save_to_writer(BufWriter::new(file.as_file_mut())).map_err(failed))?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn fill(sheet: &mut Worksheet, mut rows: File) -> io::Result<()> {
    rows.seek(SeekFrom::Start(0))?;
    let text = text_format();
    sheet.set_name("Rejects").map_err(failed)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(BufReader::new(rows));
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    while reader.read_record(&mut record)? {
        if number == 0 {
            let last = u16::try_from(record.len()).map_err(|_| io::ErrorKind::FileTooLarge)?.saturating_sub(1);
            sheet.set_column_range_format(0, last, &text).map_err(failed)?;
            sheet.set_freeze_panes(1, 0).map_err(failed)?;
        }
        for (column, cell) in (0..).zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string_with_format(number, column, fitting(cell), &text).map_err(failed)?;
        }
        number += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{Reason, SourceRow, Status};
    use crate::report::rejects::{Rejects, Shape};
    use crate::report::sample::position;
    use crate::source::{Input, Next, Record, Row, Source, SourceOptions};

    const HARD: [&str; 6] = ["+493023125001", "=1+1", "00420", "@SUM(A1)", "one\ntwo \"x\", y", ""];

    fn write(path: &Path) {
        let header = ["phone", "a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        let mut rejects = Rejects::create(path.to_owned(), Shape::Workbook { header });
        for row in [7, 3] {
            let source = SourceRow { position: position(row), record: Record::Cells(HARD.map(str::to_owned).into()) };
            rejects.add(&source, Status::Rejected, &Reason::new("code", "=HYPERLINK(\"x\")")).unwrap();
        }
        rejects.finish().unwrap();
    }

    #[test]
    fn cells_come_back_as_they_were_in_the_order_of_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.rejects.xlsx");
        write(&path);
        let mut source = Source::open(&Input::File(path.clone()), &SourceOptions::default()).unwrap();
        assert_eq!(source.header().names()[6..], ["_status", "_reason", "_row"]);
        let (mut row, mut numbers) = (Row::new(), Vec::new());
        while source.read(&mut row).unwrap() != Next::End {
            assert_eq!(row.iter().take(6).collect::<Vec<_>>(), HARD);
            numbers.push(row.get(8).unwrap().to_owned());
        }
        assert_eq!(numbers, ["3", "7"]);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn no_cell_is_a_formula_and_each_is_formatted_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.xlsx");
        write(&path);
        let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let mut part = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
        let sheet = part("xl/worksheets/sheet1.xml");
        assert!(sheet.contains("t=\"inlineStr\"") || sheet.contains("t=\"s\""), "{sheet}");
        assert!(!sheet.contains("<f>") && !sheet.contains("<v>493"), "{sheet}");
        assert!(part("xl/styles.xml").contains("numFmtId=\"49\""));
    }

    #[test]
    fn the_same_rows_make_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.xlsx");
        write(&path);
        write(&path);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}
