//! A file of each shape (`fixtures/source/`), and what is read of it: header, rows, faults, notes
//! (`fixtures/expected/`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/source")
}

/// What is read of a file, as text.
fn shown(name: &str, options: &SourceOptions) -> String {
    let bytes = std::fs::read(fixtures().join(name)).unwrap();
    let input = Input::Spooled(Arc::new(spool(&bytes[..]).unwrap().named(name)));
    let mut out = String::new();
    let mut source = match Source::open(&input, options) {
        Ok(source) => source,
        Err(error) => return format!("error: {error}\n"),
    };
    for note in source.notes() {
        writeln!(out, "note: {note}").unwrap();
    }
    writeln!(out, "header: {}", source.header().names().join(" | ")).unwrap();
    let mut row = Row::new();
    loop {
        match source.read(&mut row) {
            Ok(Next::Row) => {
                let cells: Vec<&str> = row.iter().collect();
                writeln!(out, "row {}, line {}: {}", row.position().row, row.position().line, cells.join(" | "))
                    .unwrap();
            }
            Ok(Next::Bad(fault)) => {
                let Position { row, line, .. } = fault.position;
                writeln!(out, "row {row}, line {line}: {}: {}", fault.reason.code, fault.reason.message).unwrap();
            }
            Ok(Next::End) => break,
            Err(error) => {
                writeln!(out, "error: {error}").unwrap();
                break;
            }
        }
    }
    for remark in source.remarks() {
        writeln!(out, "remark: {remark}").unwrap();
    }
    out
}

#[test]
fn a_file_of_each_shape_is_read_as_it_was_meant() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(fixtures().with_file_name("expected"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut names: Vec<String> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file() && entry.path().extension().is_none_or(|kind| kind != "py"))
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 40, "{} files", names.len());
    settings.bind(|| {
        for name in names {
            // Some files are read right only where somebody names their encoding, and so does their name.
            let encoding = name.strip_suffix("-named.csv").map(|name| encoding_by_name(name).unwrap());
            let options = SourceOptions { encoding, ..SourceOptions::default() };
            insta::assert_snapshot!(name.clone(), shown(&name, &options));
        }
    });
}

#[test]
fn every_guess_can_be_switched_off() {
    let off = SourceOptions { guessing: Guessing::Off, ..SourceOptions::default() };
    assert!(
        shown("title-lines.csv", &off).starts_with("note: delimiter ; (found by looking)\nnote: column 2 has no name")
    );
    assert!(shown("no-header.csv", &off).contains("the header is missing"));
    assert!(shown("totals.csv", &off).contains("Total |  | 7"));
    assert!(shown("separators-only.csv", &off).contains("----- | -----"));
    assert!(shown("longer-midway.csv", &off).contains("row_too_long"));
    assert!(shown("quoted-lines.csv", &off).contains("header: name,phone,city\n"));
    assert!(shown("trailing-columns.csv", &off).contains("header: name | phone | column_3 | column_4 | column_5\n"));
    let utf_8 = SourceOptions { encoding: encoding_by_name("utf-8"), ..SourceOptions::default() };
    assert!(shown("windows-1252.csv", &utf_8).contains("row_not_utf8"));
}

#[test]
fn where_the_header_is_can_be_told() {
    let with = |header, skip_rows| SourceOptions { skip_rows, header, ..SourceOptions::default() };
    let missing = shown("title-lines.csv", &with(HeaderOption::Missing, 4));
    assert!(missing.contains("header: column_1 | column_2 | column_3\nrow 5, line 5: Ada"), "{missing}");
    let told = shown("title-lines.csv", &with(HeaderOption::Row(4), 0));
    assert!(told.contains("header: name | phone | city\nrow 5, line 5: Ada"), "{told}");
    let skipped = shown("summary-above.csv", &with(HeaderOption::Found, 2));
    assert!(skipped.contains("header: name | phone | city | zip\nrow 4, line 4: Ada"), "{skipped}");
    assert!(shown("utf-8.csv", &with(HeaderOption::Found, 90)).contains("there is no row 91"));
}
