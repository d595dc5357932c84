//! What a workbook is read as: by the files in `fixtures/source`, and by files that are made to do harm.

use std::io::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use crate::source::{
    BookFormat, Format, Guessing, HeaderOption, Input, Next, Position, Row, RowFault, SheetChoice, Source, SourceError,
    SourceOptions, spool,
};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/source").join(name)
}

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

fn open(name: &str, options: &SourceOptions) -> Result<Source, SourceError> {
    Source::open(&Input::File(fixture(name)), options)
}

fn open_bytes(bytes: &[u8], options: &SourceOptions) -> Result<Source, SourceError> {
    let copy = spool(bytes).unwrap().named("book.xlsx");
    Source::open(&Input::Spooled(std::sync::Arc::new(copy)), options)
}

fn sheet(name: &str) -> SourceOptions {
    SourceOptions { sheet: Some(SheetChoice::parse(name)), ..SourceOptions::default() }
}

type Rows = Vec<(Position, Vec<String>)>;

fn drain(source: &mut Source) -> (Rows, Vec<RowFault>) {
    let (mut rows, mut faults, mut row) = (Vec::new(), Vec::new(), Row::new());
    loop {
        match source.read(&mut row).unwrap() {
            Next::End => return (rows, faults),
            Next::Row => rows.push((row.position().clone(), row.iter().map(str::to_owned).collect())),
            Next::Bad(fault) => faults.push(fault),
        }
    }
}

fn cells(source: &mut Source) -> Vec<Vec<String>> {
    drain(source).0.into_iter().map(|(_, cells)| cells).collect()
}

/// What ends the reading.
fn failure(source: &mut Source) -> String {
    let mut row = Row::new();
    std::iter::repeat_with(|| source.read(&mut row)).take(10_000).find_map(Result::err).unwrap().to_string()
}

fn message(result: Result<Source, SourceError>) -> String {
    result.err().map_or_else(|| "it was opened".to_owned(), |error| error.to_string())
}

/// A workbook of one sheet, with these rows as XML.
fn xlsx(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    zipped(&[
        ("xl/workbook.xml", "<workbook><sheets><sheet name='S' r:id='s'/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", "<R><Relationship Id='s' Type='x/worksheet' Target='s.xml'/></R>".to_owned()),
        ("xl/s.xml", sheet),
    ])
}

fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn inline(reference: &str, text: &str) -> String {
    format!("<c r='{reference}' t='inlineStr'><is><t>{text}</t></is></c>")
}

/// A row of two cells.
fn row_of(number: u32, a: &str, b: &str) -> String {
    format!("<row r='{number}'>{}{}</row>", inline(&format!("A{number}"), a), inline(&format!("B{number}"), b))
}

const HEADER: &str = "<row r='1'><c r='A1' t='str'><v>phone</v></c><c r='B1' t='str'><v>name</v></c></row>";

#[test]
fn every_kind_of_cell_in_every_format_is_read_as_the_text_that_was_meant() {
    for (name, format) in [
        ("kinds.xlsx", BookFormat::Xlsx),
        ("kinds.xls", BookFormat::Xls),
        ("kinds.ods", BookFormat::Ods),
        ("kinds.xlsb", BookFormat::Xlsb),
    ] {
        let mut source = open(name, &SourceOptions::default()).unwrap();
        assert_eq!(source.format(), Format::Workbook(format));
        let names = source.header().names().to_vec();
        let place = |wanted: &str| names.iter().position(|name| name == wanted).unwrap();
        let rows = cells(&mut source);
        assert!(rows.len() >= 10, "{name} has {} rows", rows.len());
        for row in rows {
            assert_eq!(row[place("value")], row[place("expected")], "{name}: {row:?}");
        }
    }
}

#[test]
fn the_format_is_found_by_what_is_in_the_file_and_not_by_its_name() {
    let copy = spool(&*bytes_of("kinds.ods")).unwrap().named("leads.csv");
    let source = Source::open(&Input::Spooled(std::sync::Arc::new(copy)), &SourceOptions::default()).unwrap();
    assert_eq!(source.format(), Format::Workbook(BookFormat::Ods));
}

#[test]
fn the_sheet_with_the_leads_is_chosen_and_the_others_are_named() {
    for name in ["sheets.xlsx", "sheets.xls", "sheets.ods"] {
        let mut source = open(name, &SourceOptions::default()).unwrap();
        assert_eq!(source.header().names(), ["Name", "Telefon", "Ort"], "{name}");
        let notes = source.notes().join("\n");
        assert!(
            notes.contains("sheet \"Leads\"; left out: \"Read me\", \"Prices\", \"Old leads\" (hidden)"),
            "{notes}"
        );
        assert!(notes.contains("the header is row 5; what stands above it is left out"), "{notes}");
        let (rows, faults) = drain(&mut source);
        assert_eq!(faults, []);
        let places: Vec<String> = rows.iter().map(|(position, _)| position.to_string()).collect();
        let expected = [6, 7, 9].map(|row| format!("{} › Leads › row {row}", source.name()));
        assert_eq!(places, expected);
        assert_eq!(rows[2].1, ["Cem", "+493023125003", "Ulm"]);
        assert_eq!(source.remarks(), ["1 hidden row was read like the others"], "{name}");
    }
}

#[test]
fn where_two_sheets_could_be_meant_the_user_is_asked() {
    let text = message(open("two.xlsx", &SourceOptions::default()));
    assert!(text.contains("\"North\", \"South\", \"Staff\". Say which one by --sheet NAME"), "{text}");
}

#[test]
fn a_sheet_is_chosen_by_its_name_or_its_number_also_a_hidden_one() {
    for (wanted, first) in [("South", "Lead 11"), (" south ", "Lead 11"), ("1", "Lead 1"), ("2", "Lead 11")] {
        let rows = cells(&mut open("two.xlsx", &sheet(wanted)).unwrap());
        assert_eq!(rows[0][0], first, "{wanted}");
    }
    let rows = cells(&mut open("sheets.xlsx", &sheet("Old leads")).unwrap());
    assert_eq!(rows, [["Old", "+493023125099"]]);
    let text = message(open("two.xlsx", &sheet("West")));
    assert!(text.contains("there is no sheet \"West\"; there are \"North\", \"South\", \"Staff\""), "{text}");
    assert!(message(open("two.xlsx", &sheet("9"))).contains("there is no sheet \"9\""));
}

#[test]
fn all_sheets_with_one_header_are_read_in_order_each_row_with_its_sheet() {
    let mut source = open("two.xlsx", &sheet("all")).unwrap();
    assert!(
        source.notes().join("\n").contains("sheets \"North\", \"South\"; left out: \"Staff\""),
        "{:?}",
        source.notes()
    );
    let (rows, _) = drain(&mut source);
    let places: Vec<_> = rows.iter().map(|(at, _)| (at.sheet.as_deref().unwrap().to_owned(), at.row)).collect();
    let at = |sheet: &str, row| (sheet.to_owned(), row);
    assert_eq!(
        places,
        [at("North", 2), at("North", 3), at("North", 4), at("South", 2), at("South", 3), at("South", 4)]
    );
}

#[test]
fn what_programs_other_than_excel_write_is_read_too() {
    let mut source = open("odd.xlsx", &SourceOptions::default()).unwrap();
    assert_eq!(source.header().names(), ["phone", "name", "since"]);
    let rows = cells(&mut source);
    let expected = [
        ["+493023125001", "one\ntwo", ""],
        ["+493023125002", "Rich ", "2026-11-21"],
        ["493023125003", "#REF!", "2026-11-21"],
    ];
    assert_eq!(rows, expected);
    assert_eq!(source.remarks(), ["1 cell holds an error such as #N/A"]);
}

#[test]
fn a_formula_that_nobody_has_calculated_is_empty_and_told() {
    let mut source = open("formulas.xlsx", &SourceOptions::default()).unwrap();
    assert_eq!(cells(&mut source), [["+493023125001", ""], ["+493023125002", "#N/A"]]);
    let remarks = source.remarks().join("\n");
    assert!(
        remarks.contains("1 cell holds a formula without a result") && remarks.contains("1 cell holds an error"),
        "{remarks}"
    );
}

#[test]
fn a_source_can_be_read_twice_and_from_standard_input() {
    let bytes = bytes_of("two.xlsx");
    let copy = Input::Spooled(std::sync::Arc::new(spool(&*bytes).unwrap()));
    let read = || cells(&mut Source::open(&copy, &sheet("all")).unwrap());
    assert_eq!(read(), read());
    assert_eq!(Source::open(&copy, &sheet("1")).unwrap().snapshot(), None);
    let source = open("two.xlsx", &sheet("1")).unwrap();
    assert_eq!(source.snapshot().unwrap().len(), bytes.len() as u64);
    assert!(!source.has_changed().unwrap());
}

#[test]
fn a_text_outside_the_table_is_a_fault_of_its_row_and_loses_nothing() {
    let rows = format!(
        "{HEADER}<row r='2'>{}{}</row><row r='3'>{}</row>",
        inline("A2", "1"),
        inline("ZZ2", "note"),
        inline("A3", "2")
    );
    let (rows, faults) = drain(&mut open_bytes(&xlsx(&rows), &SourceOptions::default()).unwrap());
    assert_eq!((rows.len(), faults.len()), (1, 1));
    assert_eq!(faults[0].reason.code, "row_too_long");
    assert!(faults[0].reason.message.contains("column ZZ"));
    assert_eq!(faults[0].record, crate::source::Record::Cells(["1", "", "note"].map(str::to_owned).into()));
}

#[test]
fn a_cell_and_a_row_over_their_limits_are_faults_and_reading_goes_on() {
    let long = "x".repeat(60);
    let rows = format!(
        "{HEADER}<row r='2'>{}</row><row r='3'>{}{}</row><row r='4'>{}</row>",
        inline("A2", &long),
        inline("A3", &long[..30]),
        inline("B3", &long[..35]),
        inline("A4", "1")
    );
    let options = SourceOptions { max_cell_bytes: 40, max_row_bytes: 61, ..SourceOptions::default() };
    let (rows, faults) = drain(&mut open_bytes(&xlsx(&rows), &options).unwrap());
    let codes: Vec<_> = faults.iter().map(|fault| (fault.position.row, fault.reason.code.as_str())).collect();
    assert_eq!(codes, [(2, "cell_too_long"), (3, "line_too_long")]);
    assert_eq!(rows.len(), 1);
}

#[test]
fn a_missing_header_is_seen_and_one_that_the_user_insists_on_is_told_with_its_place() {
    let rows = format!(
        "<row r='3'>{}{}</row><row r='4'>{}</row>",
        inline("B3", "Ada"),
        inline("C3", "+493023125001"),
        inline("C4", "+493023125002")
    );
    let mut source = open_bytes(&xlsx(&rows), &SourceOptions::default()).unwrap();
    assert_eq!(
        (source.has_names(), source.header().names()),
        (false, ["column_1", "column_2"].map(str::to_owned).as_slice())
    );
    assert_eq!(cells(&mut source), [["Ada", "+493023125001"], ["", "+493023125002"]]);
    let as_is = SourceOptions { guessing: Guessing::Off, ..SourceOptions::default() };
    let text = message(open_bytes(&xlsx(&rows), &as_is));
    assert!(text.starts_with("book.xlsx › S › row 3: column 3 of the first row holds a number"), "{text}");
}

#[test]
fn a_packed_workbook_is_read_as_one_and_a_stream_is_no_hindrance() {
    for name in ["kinds.xlsx", "kinds.xls"] {
        let whole = cells(&mut open(name, &SourceOptions::default()).unwrap());
        let zstd = zstd::stream::encode_all(&*bytes_of(name), 1).unwrap();
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes_of(name)).unwrap();
        for packed in [zstd, archive.finish().unwrap().into_inner()] {
            let mut source = open_bytes(&packed, &SourceOptions::default()).unwrap();
            assert!(source.notes()[0].starts_with("unpacked ("), "{:?}", source.notes());
            assert_eq!(cells(&mut source), whole);
        }
    }
}

#[test]
fn where_the_header_of_a_sheet_is_can_be_told() {
    let rows = [
        row_of(1, "Leads", "x"),
        row_of(2, "Name", "Telefon"),
        row_of(3, "Ada", "+493023125001"),
        row_of(4, "Ben", "+493023125002"),
    ]
    .concat();
    let read = |options: SourceOptions| {
        let mut source = open_bytes(&xlsx(&rows), &options).unwrap();
        (source.header().names().join("|"), cells(&mut source).len())
    };
    let told = |header, skip_rows| read(SourceOptions { skip_rows, header, ..SourceOptions::default() });
    assert_eq!(told(HeaderOption::Row(2), 0), ("Name|Telefon".to_owned(), 2));
    assert_eq!(told(HeaderOption::Found, 1), ("Name|Telefon".to_owned(), 2));
    assert_eq!(told(HeaderOption::Missing, 2), ("column_1|column_2".to_owned(), 2));
    assert_eq!(told(HeaderOption::Missing, 0), ("column_1|column_2".to_owned(), 4));
}

#[test]
fn the_sums_at_the_end_of_a_sheet_and_drawn_rows_are_left_out_unless_all_is_data() {
    let middle = [row_of(2, "-----", "-----"), row_of(3, "Total", "5"), row_of(4, "+493023125001", "Ada")].concat();
    let sheet = format!("{HEADER}{middle}{}", row_of(6, "Total", "5"));
    let mut source = open_bytes(&xlsx(&sheet), &SourceOptions::default()).unwrap();
    assert_eq!(cells(&mut source), [["Total", "5"], ["+493023125001", "Ada"]]);
    assert_eq!(source.remarks(), ["row 6, the last one, holds totals: it is left out"]);
    let as_is = SourceOptions { guessing: Guessing::Off, ..SourceOptions::default() };
    assert_eq!(cells(&mut open_bytes(&xlsx(&sheet), &as_is).unwrap()).len(), 4);
}

#[test]
fn a_workbook_with_nothing_in_it_is_blank() {
    assert!(message(open_bytes(&xlsx(""), &SourceOptions::default())).contains("only blank rows"));
}

#[test]
fn a_used_cell_at_the_very_end_of_a_sheet_costs_neither_memory_nor_time() {
    let started = std::time::Instant::now();
    let rows =
        format!("{HEADER}<row r='2'>{}</row><row r='1048576'>{}</row>", inline("A2", "1"), inline("XFD1048576", "x"));
    let (rows, faults) = drain(&mut open_bytes(&xlsx(&rows), &SourceOptions::default()).unwrap());
    assert_eq!((rows.len(), faults.len(), faults[0].position.row), (1, 1, 1_048_576));
    assert!(started.elapsed().as_secs() < 5);
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!("<o><table:table table:name='S'>{rows}</table:table></o>");
    zipped(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()), ("content.xml", content)])
}

#[test]
fn repetitions_in_ods_are_rows_and_cells_and_blank_ones_cost_nothing() {
    let cell = |text: &str, times: u32| {
        format!(
            "<table:table-cell office:value-type='string' table:number-columns-repeated='{times}'><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let rows = format!(
        "<table:table-row>{}{}</table:table-row><table:table-row table:number-rows-repeated='3'>{}</table:table-row>\
         <table:table-row table:number-rows-repeated='1048570'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>",
        cell("phone", 1),
        cell("name", 1),
        cell("7", 2)
    );
    let (rows, _) = drain(&mut open_bytes(&ods(&rows), &SourceOptions::default()).unwrap());
    let read: Vec<_> = rows.into_iter().map(|(at, cells)| (at.row, cells.join("|"))).collect();
    assert_eq!(read, [2, 3, 4].map(|row| (row, "7|7".to_owned())));
}

#[test]
fn repetitions_without_end_are_given_up_at_the_limit() {
    let cell = format!(
        "<table:table-cell office:value-type='string' table:number-columns-repeated='16384'><text:p>{}</text:p></table:table-cell>",
        "x".repeat(100)
    );
    let rows = format!("<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>");
    let options = SourceOptions { max_unpacked: 50 << 20, ..SourceOptions::default() };
    let text = failure(&mut open_bytes(&ods(&rows), &options).unwrap());
    assert!(text.contains("more text than a workbook may unpack to"), "{text}");
}

#[test]
fn comments_in_ods_are_no_part_of_a_cell() {
    let rows = "<table:table-row><table:table-cell office:value-type='string'><office:annotation><text:p>ask Bob</text:p></office:annotation><text:p>phone</text:p><text:p>2<text:s text:c='2'/>x</text:p></table:table-cell></table:table-row>";
    let source = open_bytes(&ods(rows), &SourceOptions::default()).unwrap();
    assert_eq!(source.header().names(), ["phone\n2  x"]);
}

#[test]
fn what_unpacks_without_end_is_given_up_at_the_limit() {
    let rows = format!("{HEADER}{}", format!("<row><c t='str'><v>{}</v></c></row>", "x".repeat(1000)).repeat(2000));
    let bytes = xlsx(&rows);
    assert!(bytes.len() < 50_000);
    let options = SourceOptions { max_unpacked: 1 << 20, ..SourceOptions::default() };
    let mut source = open_bytes(&bytes, &options).unwrap();
    let error = failure(&mut source);
    assert!(error.contains("unpacks to more than 1 MiB; --max-unpacked allows more"), "{error}");
}

#[test]
fn a_long_text_that_many_cells_share_is_given_up_at_the_limit() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(30_000));
    let row = format!("<row>{}</row>", "<c t='s'><v>0</v></c>".repeat(100));
    let rels = "<R><Relationship Id='s' Type='x/worksheet' Target='s.xml'/><Relationship Id='t' Type='x/sharedStrings' Target='t.xml'/></R>";
    let bytes = zipped(&[
        ("xl/workbook.xml", "<workbook><sheets><sheet name='S' r:id='s'/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", rels.to_owned()),
        ("xl/t.xml", strings),
        ("xl/s.xml", format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(300))),
    ]);
    let options = SourceOptions { max_unpacked: 20 << 20, ..SourceOptions::default() };
    let mut source = open_bytes(&bytes, &options).unwrap();
    let error = failure(&mut source);
    assert!(error.contains("more text than a workbook may unpack to"), "{error}");
}

#[test]
fn one_endless_text_and_one_endless_tag_are_given_up() {
    let bytes = xlsx(&format!("<row><c t='str'><v>{}</v></c></row>", "x".repeat(40 << 20)));
    let text = message(open_bytes(&bytes, &SourceOptions::default()));
    assert!(text.contains("one thing in it is longer than 32 MiB"), "{text}");
    let bytes = xlsx(&format!("<row {}/>", "a='1' ".repeat(8 << 20)));
    assert!(message(open_bytes(&bytes, &SourceOptions::default())).contains("one thing"));
}

#[test]
fn entities_that_a_file_defines_are_not_expanded() {
    let rows = format!("{HEADER}<row>{}</row>", inline("A2", "&bomb; &amp; &#65;"));
    let rows = cells(&mut open_bytes(&xlsx(&rows), &SourceOptions::default()).unwrap());
    assert_eq!(rows[0][0], "&bomb; & A");
}

#[test]
fn a_workbook_that_is_cut_off_or_changed_is_an_error_and_no_end() {
    let bytes = xlsx(&format!("{HEADER}{}", format!("<row>{}</row>", inline("A2", "1")).repeat(50)));
    for cut in [30, bytes.len() / 2, bytes.len() - 30] {
        assert!(message(open_bytes(&bytes[..cut], &SourceOptions::default())).contains("book.xlsx: "), "{cut}");
    }
    let text = message(open_bytes(&ods("<table:table-row>"), &SourceOptions::default()));
    assert!(text.contains("only blank rows") || text.contains("cut off"), "{text}");
    let unended = zipped(&[("content.xml", "<o><table:table table:name='S'><table:table-row>".to_owned())]);
    assert!(message(open_bytes(&unended, &SourceOptions::default())).contains("cut off"));
}

#[test]
fn a_protected_workbook_and_another_document_are_named_for_what_they_are_and_a_packed_table_is_read() {
    let manifest = "<m><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></m>".to_owned();
    let protected = zipped(&[("META-INF/manifest.xml", manifest), ("content.xml", String::new())]);
    assert!(message(open_bytes(&protected, &SourceOptions::default())).contains("protected by a password"));
    let archive = zipped(&[("leads.csv", "phone\n".to_owned())]);
    assert_eq!(cells(&mut open_bytes(&archive, &SourceOptions::default()).unwrap()), Vec::<Vec<String>>::new());
    let letter = zipped(&[("_rels/.rels", "<R/>".to_owned()), ("word/document.xml", String::new())]);
    assert!(message(open_bytes(&letter, &SourceOptions::default())).contains("a Word document"));
}

#[test]
fn calamine_reads_the_same_texts_from_the_same_files() {
    use calamine::{Data, Reader as _};
    for name in ["kinds.xlsx", "kinds.xls", "kinds.xlsb", "sheets.xlsx", "sheets.xls", "sheets.ods", "two.xlsx"] {
        let wanted = if name.starts_with("two") { "South" } else { "Leads" };
        let (rows, _) = drain(&mut open(name, &sheet(wanted)).unwrap());
        let range = calamine::open_workbook_auto(fixture(name)).unwrap().worksheet_range(wanted).unwrap();
        let mut compared = 0;
        for (position, cells) in rows {
            let theirs =
                (0..20).filter_map(|column| range.get_value((u32::try_from(position.row).unwrap() - 1, column)));
            let theirs: Vec<String> = theirs
                .filter_map(|cell| if let Data::String(text) = cell { Some(text.clone()) } else { None })
                .collect();
            for text in theirs {
                assert!(cells.contains(&text), "{name}, row {}: {text:?} is not in {cells:?}", position.row);
                compared += 1;
            }
        }
        assert!(compared > 5, "{name}");
    }
}

/// Opens and reads everything, whatever comes of it.
fn survive(bytes: &[u8]) {
    let options = SourceOptions { max_unpacked: 4 << 20, ..sheet("1") };
    if let Ok(mut source) = open_bytes(bytes, &options) {
        let mut row = Row::new();
        while !matches!(source.read(&mut row), Ok(Next::End) | Err(_)) {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_behind_the_signature_of_a_workbook_never_panic_or_hang(
        zip in any::<bool>(), rest in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let start: &[u8] = if zip { b"PK\x03\x04" } else { super::COMPOUND };
        survive(&[start, &rest].concat());
    }

    #[test]
    fn a_damaged_workbook_never_panics_or_hangs(
        name in prop::sample::select(vec!["kinds.xlsx", "kinds.xls", "kinds.xlsb", "kinds.ods", "sheets.xls", "odd.xlsx"]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = bytes_of(name);
        for (place, byte) in damage {
            let i = place.index(bytes.len());
            bytes[i] = byte;
        }
        survive(&bytes);
    }

    #[test]
    fn any_bytes_as_a_part_never_panic_or_hang(
        part in prop::sample::select(vec!["xl/s.xml", "xl/workbook.xml", "content.xml", "xl/workbook.bin", "xl/s.bin"]),
        text in "(<(row|c|v|is|t|sheet|/row|/c|/v|table:table|table:table-row|table:table-cell|text:p)[ r='A0-9]{0,6}/?>|[a-z&;0-9]{0,4}){0,60}",
    ) {
        let rels = "<R><Relationship Id='s' Type='x/worksheet' Target='s.xml'/></R>".to_owned();
        let mut parts = vec![("xl/_rels/workbook.xml.rels", rels), (part, text)];
        if part == "xl/s.xml" {
            parts.push(("xl/workbook.xml", "<w><sheet name='S' id='s'/></w>".to_owned()));
        }
        survive(&zipped(&parts));
    }
}

/// A workbook with these sheets: the name, the rows of two cells.
fn workbook(sheets: &[(&str, &[[&str; 2]])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0u32..).zip(*rows) {
            for (column, cell) in (0u16..).zip(cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn all_sheets_are_those_with_the_usual_header_and_not_those_like_the_first() {
    let leads: &[[&str; 2]] = &[["Name", "Phone"], ["Ada", "+493023125001"]];
    let instructions: &[[&str; 2]] = &[["Call us at", "+493023125009"]];
    let bytes = workbook(&[("Read me", instructions), ("North", leads), ("South", leads)]);
    let mut source = open_bytes(&bytes, &sheet("all")).unwrap();
    assert!(source.notes().join("\n").contains("left out: \"Read me\""), "{:?}", source.notes());
    assert_eq!(cells(&mut source), [["Ada", "+493023125001"], ["Ada", "+493023125001"]]);
}

#[test]
fn all_sheets_with_different_headers_are_not_read_as_one_and_none_is_left_out() {
    let turned: &[[&str; 2]] = &[["Phone", "Name"], ["+493023125002", "Ben"]];
    let bytes = workbook(&[("January", &[["Name", "Phone"], ["Ada", "+493023125001"]]), ("February", turned)]);
    let text = message(open_bytes(&bytes, &sheet("all")));
    assert!(text.contains("\"January\", \"February\". Import them one by one, each by --sheet NAME"), "{text}");
}
