//! What the whole room promises, through its door.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use encoding_rs::UTF_8;
use proptest::prelude::*;

use super::*;

/// What is read from a whole input: rows with their cells, faults with their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Row { row: u64, line: u64, cells: Vec<String> },
    Bad { row: u64, line: u64, code: String },
}

fn row(row: u64, line: u64, cells: &[&str]) -> Seen {
    Seen::Row { row, line, cells: cells.iter().map(|&cell| cell.to_owned()).collect() }
}

fn bad(row: u64, line: u64, code: &str) -> Seen {
    Seen::Bad { row, line, code: code.to_owned() }
}

fn open_named(name: &str, bytes: &[u8], options: &SourceOptions) -> Result<Source, SourceError> {
    let copy = spool(bytes).unwrap().named(name);
    Source::open(&Input::Spooled(Arc::new(copy)), options)
}

fn open(bytes: &[u8], options: &SourceOptions) -> Result<Source, SourceError> {
    open_named("leads.csv", bytes, options)
}

fn drain(source: &mut Source) -> Vec<Seen> {
    let mut seen = Vec::new();
    let mut into = Row::new();
    loop {
        match source.read(&mut into).unwrap() {
            Next::End => return seen,
            Next::Row => {
                let Position { row, line, .. } = *into.position();
                seen.push(Seen::Row { row, line, cells: into.iter().map(str::to_owned).collect() });
            }
            Next::Bad(fault) => {
                let Position { row, line, .. } = fault.position;
                seen.push(Seen::Bad { row, line, code: fault.reason.code });
            }
        }
    }
}

fn faults(bytes: &[u8], options: &SourceOptions) -> Vec<RowFault> {
    let mut source = open(bytes, options).unwrap();
    let mut into = Row::new();
    let mut faults = Vec::new();
    loop {
        match source.read(&mut into).unwrap() {
            Next::End => return faults,
            Next::Row => {}
            Next::Bad(fault) => faults.push(fault),
        }
    }
}

fn in_utf_8() -> SourceOptions {
    SourceOptions { encoding: Some(UTF_8), ..SourceOptions::default() }
}

fn small() -> SourceOptions {
    SourceOptions { max_cell_bytes: 40, max_row_bytes: 100, ..SourceOptions::default() }
}

/// One input, what its header is, and what is read from it.
macro_rules! reads {
    ($name:ident, $input:expr, [$($column:expr),*], [$($seen:expr),* $(,)?]) => {
        reads!($name, $input, SourceOptions::default(), [$($column),*], [$($seen),*]);
    };
    ($name:ident, $input:expr, $options:expr, [$($column:expr),*], [$($seen:expr),* $(,)?]) => {
        #[test]
        fn $name() {
            let mut source = open($input.as_ref(), &$options).unwrap();
            let columns: &[&str] = &[$($column),*];
            let expected: &[Seen] = &[$($seen),*];
            let seen = drain(&mut source);
            assert_eq!(source.header().names(), columns);
            assert_eq!(seen, expected);
        }
    };
}

reads!(cells_are_read_as_they_stand, "a,b\n 1 ,02\n", ["a", "b"], [row(2, 2, &[" 1 ", "02"])]);
reads!(the_last_line_needs_no_break, "a,b\n1,2", ["a", "b"], [row(2, 2, &["1", "2"])]);
reads!(crlf_ends_a_line, "a,b\r\n1,2\r\n3,4", ["a", "b"], [row(2, 2, &["1", "2"]), row(3, 3, &["3", "4"])]);
reads!(a_lone_cr_ends_a_line, "a,b\r1,2\r3,4\r", ["a", "b"], [row(2, 2, &["1", "2"]), row(3, 3, &["3", "4"])]);
reads!(a_byte_order_mark_is_no_part_of_the_first_name, "\u{feff}a,b\n1,2\n", ["a", "b"], [row(2, 2, &["1", "2"])]);
reads!(a_byte_order_mark_further_down_is_text, "a,b\n\u{feff}1,2\n", ["a", "b"], [row(2, 2, &["\u{feff}1", "2"])]);
reads!(quotes_are_taken_off, "a,b\n\"x, \"\"y\"\"\",2\n", ["a", "b"], [row(2, 2, &["x, \"y\"", "2"])]);
reads!(
    a_line_break_in_quotes_is_a_line_but_no_row,
    "a,b\n\"x\r\ny\",2\n3,4\n",
    ["a", "b"],
    [row(2, 2, &["x\r\ny", "2"]), row(3, 4, &["3", "4"])]
);
reads!(
    blank_rows_are_skipped_and_counted,
    "a,b\n\n1,2\n,\n \n\r\n3,4\n\n",
    ["a", "b"],
    [row(3, 3, &["1", "2"]), row(7, 7, &["3", "4"])]
);
reads!(a_header_may_stand_below_blank_rows, "\n,\na,b\n1,2\n", ["a", "b"], [row(4, 4, &["1", "2"])]);
reads!(a_separator_line_is_a_line_but_no_row, "sep=|\na|b\n1,5|2\n", ["a", "b"], [row(2, 3, &["1,5", "2"])]);
reads!(names_are_trimmed, " a , b\n1,2\n", ["a", "b"], [row(2, 2, &["1", "2"])]);
reads!(a_short_row_is_filled_up, "a,b,c\n1\n", ["a", "b", "c"], [row(2, 2, &["1", "", ""])]);
reads!(empty_cells_beyond_the_header_are_dropped, "a,b\n1,2,, ,\n", ["a", "b"], [row(2, 2, &["1", "2"])]);
reads!(
    text_beyond_the_header_is_a_fault,
    "a,b\n1,2,3\n4,5\n",
    ["a", "b"],
    [bad(2, 2, "row_too_long"), row(3, 3, &["4", "5"])]
);
reads!(
    bytes_that_are_no_text_are_a_fault,
    b"a,b\nx,\xfcber\n3,4\n",
    in_utf_8(),
    ["a", "b"],
    [bad(2, 2, "row_not_utf8"), row(3, 3, &["3", "4"])]
);
reads!(
    a_character_split_by_a_delimiter_is_a_fault,
    b"a,b\n\xc3,\xa4\n3,4\n",
    in_utf_8(),
    ["a", "b"],
    [bad(2, 2, "row_not_utf8"), row(3, 3, &["3", "4"])]
);
reads!(nuls_are_text, "a,b\n1\0,2\n", ["a", "b"], [row(2, 2, &["1\0", "2"])]);
reads!(one_column_is_a_table, "phone\n+15555550100\n", ["phone"], [row(2, 2, &["+15555550100"])]);
reads!(a_header_alone_is_a_table_without_rows, "a,b\n", ["a", "b"], []);
reads!(a_quote_within_a_cell_is_text, "a,b\n5\" pipe,2\n", ["a", "b"], [row(2, 2, &["5\" pipe", "2"])]);
reads!(
    without_a_quote_byte_quotes_are_text,
    "a,b\n\"1,2\n",
    SourceOptions { quote: None, ..SourceOptions::default() },
    ["a", "b"],
    [row(2, 2, &["\"1", "2"])]
);
reads!(
    a_quote_open_at_the_end_costs_one_row,
    "a,b\n1,\"2\n3,4\n5,6\n",
    ["a", "b"],
    [bad(2, 2, "unclosed_quote"), row(3, 3, &["3", "4"]), row(4, 4, &["5", "6"])]
);
reads!(
    a_quote_closed_by_the_next_opening_one_costs_one_row,
    "a,b\n1,\"2\n3,\"x, y\"\n5,6\n",
    ["a", "b"],
    [bad(2, 2, "unclosed_quote"), row(3, 3, &["3", "x, y"]), row(4, 4, &["5", "6"])]
);
reads!(
    a_quote_opened_in_the_second_line_of_a_row_is_given_up_there,
    "a,b\n\"1\n1\",\"2\n3,4\n",
    ["a", "b"],
    [bad(2, 2, "unclosed_quote"), row(3, 4, &["3", "4"])]
);
#[test]
fn a_quote_that_is_not_closed_within_the_limit_costs_one_row() {
    let input = format!("a,b\n1,\"2\n{}5,\"\n", "3,4\n".repeat(40));
    let mut expected = vec![bad(2, 2, "unclosed_quote")];
    expected.extend((3..43).map(|i| row(i, i, &["3", "4"])));
    expected.push(bad(43, 43, "unclosed_quote"));
    assert_eq!(drain(&mut open(input.as_bytes(), &small()).unwrap()), expected);
}

#[test]
fn quotes_that_chain_rows_together_cost_their_own_rows_only() {
    let input = format!("a,b,c\n{}1,2,3\n", "5\",a,\"b\n".repeat(50));
    let seen = drain(&mut open(input.as_bytes(), &SourceOptions::default()).unwrap());
    assert_eq!(seen.len(), 51);
    assert_eq!(seen[50], row(52, 52, &["1", "2", "3"]));
}

#[test]
fn a_file_of_nothing_but_unclosed_quotes_is_read_in_linear_time() {
    let lines = 20_000;
    let input = format!("a,b,c\n{}", "1,\"2,3\n4,x\"\"y\n".repeat(lines));
    let options = SourceOptions { max_row_bytes: 1 << 20, ..SourceOptions::default() };
    let seen = drain(&mut open(input.as_bytes(), &options).unwrap());
    assert_eq!(seen.len(), 2 * lines);
}

#[test]
fn a_file_of_nothing_but_long_rows_is_read_in_linear_time() {
    let lines = 20_000;
    let input = format!("a,b\n1,+15555550100\n2,+15555550101\n{}", "x,y,+15555550100\n".repeat(lines));
    let seen = drain(&mut open(input.as_bytes(), &SourceOptions::default()).unwrap());
    assert_eq!(seen.len(), lines + 2);
    assert_eq!(seen[2], bad(4, 4, "row_too_long"));
}

#[test]
fn an_array_with_one_record_over_the_limit_loses_that_record_only() {
    let text = format!("[{{\"a\":\"{}\"}},\n{{\"a\":1}}]", "x".repeat(900_000));
    let seen = drain(&mut open_named("a.json", text.as_bytes(), &small()).unwrap());
    assert_eq!(seen, [bad(1, 1, "line_too_long"), row(2, 2, &["1"])]);
}

#[test]
fn an_array_gives_the_rows_that_json_lines_give() {
    let records: Vec<String> = (0..5000).map(|i| format!("{{\"id\":{i},\"n\":\"[{{{i}\"}}")).collect();
    let lines = drain(&mut open_json(&records.join("\n"), &SourceOptions::default()));
    let array = format!("[{}\n]", records.join(",\n"));
    assert_eq!(drain(&mut open_named("a.json", array.as_bytes(), &SourceOptions::default()).unwrap()), lines);
}

#[test]
fn a_row_of_a_million_cells_is_one_fault_that_is_cut() {
    let input = format!("a,b\n{}x\n{}\n3,4\n", ",".repeat(1_000_000), ",".repeat(1_000_000));
    let found = faults(input.as_bytes(), &SourceOptions::default());
    assert_eq!(found.len(), 1);
    assert!(found[0].reason.message.starts_with("1000001 cells where the header has 2"));
    let Record::Cells(cells) = &found[0].record else { panic!("a line") };
    assert_eq!(cells.len(), 16_384);
}

#[test]
fn a_cell_over_the_limit_costs_its_row() {
    let long = "x".repeat(41);
    let seen = drain(&mut open(format!("a,b\n{long},2\n3,4\n").as_bytes(), &small()).unwrap());
    assert_eq!(seen, [bad(2, 2, "cell_too_long"), row(3, 3, &["3", "4"])]);
}

#[test]
fn a_quoted_cell_in_one_line_over_every_limit_costs_its_line() {
    let input = format!("a,b\n1,\"{}\"\n3,4\n", "x".repeat(1_000_000));
    let seen = drain(&mut open(input.as_bytes(), &small()).unwrap());
    assert_eq!(seen, [bad(2, 2, "cell_too_long"), row(3, 3, &["3", "4"])]);
}

#[test]
fn a_row_over_the_limit_is_skipped_and_what_is_kept_of_it_is_cut() {
    for line_break in ["\n", "\r\n", "\r"] {
        let input = format!("a,b{line_break}{}{line_break}3,4", "xyz,".repeat(300_000));
        let found = faults(input.as_bytes(), &small());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].reason.code, "line_too_long");
        let Record::Cells(cells) = &found[0].record else { panic!("a line") };
        assert!(cells.len() < 400 && cells.last().unwrap().ends_with('…'));
        let seen = drain(&mut open(input.as_bytes(), &small()).unwrap());
        assert_eq!(seen[1], row(3, 3, &["3", "4"]));
    }
}

#[test]
fn faults_say_where_and_what_and_keep_what_the_row_held() {
    let found = faults(b"Name,Ort\nAda,Bonn,x\nBo,\xfcber\nCy,\"Ulm\n", &in_utf_8());
    let told: Vec<_> = found.iter().map(|fault| format!("{}: {}", fault.position, fault.reason.message)).collect();
    assert_eq!(
        told,
        [
            "leads.csv › row 2: 3 cells where the header has 2; is a delimiter inside a cell not quoted?",
            "leads.csv › row 3: byte 0xFC in column \"Ort\" is not UTF-8: save the file as \"CSV UTF-8\"",
            "leads.csv › row 4: the quote opened in line 4 is not closed: close it or double it; the lines after it are \
             read as rows",
        ]
    );
    let cells = |cells: &[&str]| Record::Cells(cells.iter().map(|&cell| cell.to_owned()).collect());
    assert_eq!(found[0].record, cells(&["Ada", "Bonn", "x"]));
    assert_eq!(found[1].record, cells(&["Bo", "\u{fffd}ber"]));
    assert_eq!(found[2].record, cells(&["Cy", "Ulm"]));
}

#[test]
fn a_line_break_that_the_limit_cuts_in_two_is_counted_once() {
    let options = SourceOptions { max_cell_bytes: 1, max_row_bytes: 18, ..SourceOptions::default() };
    let seen = drain(&mut open(b"a\n\"aa\"a,\"aa,,\"a,\"aa\r\n{", &options).unwrap());
    let lines = seen.iter().map(|seen| match seen {
        Seen::Row { line, .. } | Seen::Bad { line, .. } => *line,
    });
    assert!(lines.max() <= Some(3), "{seen:?}");
}

#[test]
fn the_apostrophes_of_a_rejects_file_are_none_of_its_cells_and_those_of_other_files_are() {
    let rejects = b"name,'=note,_status,_reason,_row\n'=1+1,'@x,invalid,why,2\n'Ada,+493023125001,invalid,why,3\n";
    let mut source = open(rejects, &SourceOptions::default()).unwrap();
    assert_eq!(source.header().names()[..2], ["name", "=note"]);
    let mut row = Row::new();
    let mut cells = || {
        assert_eq!(source.read(&mut row).unwrap(), Next::Row);
        row.iter().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(cells(), ["=1+1", "@x"]);
    assert_eq!(cells(), ["'Ada", "+493023125001"]);
    let mut source = open(b"name,note\n'=1+1,x\n", &SourceOptions::default()).unwrap();
    source.read(&mut row).unwrap();
    assert_eq!(row.get(0), Some("'=1+1"));
}

#[test]
fn a_mark_goes_before_the_encoding_that_was_named() {
    let options = SourceOptions { encoding: super::encoding_by_name("macintosh"), ..SourceOptions::default() };
    let source = open("\u{feff}Größe,phone\n".as_bytes(), &options).unwrap();
    assert_eq!(source.header().names()[0], "Größe");
}

#[test]
fn thousands_of_columns_of_one_name_cost_no_more_than_others() {
    let header = Header::new(std::iter::repeat_n("x", 16_384));
    assert_eq!(header.names()[16_383], "x (16384)");
}

#[test]
fn short_rows_are_counted() {
    let mut source = open(b"a,b,c\n1\n1,2,3\n1,2\n\n", &SourceOptions::default()).unwrap();
    drain(&mut source);
    assert_eq!(source.short_rows(), 2);
}

#[test]
fn the_layout_says_how_to_write_a_file_like_it() {
    let source = open("\u{feff}a;b\r\n1;2\r\n".as_bytes(), &SourceOptions::default()).unwrap();
    assert_eq!(
        source.layout(),
        Layout {
            format: Format::Csv { delimiter: ';' },
            text: TextStyle { bom: true, line_end: LineEnd::CrLf, ..TextStyle::default() }
        }
    );
    assert_eq!(source.notes(), ["begins with a byte order mark, which is dropped", "delimiter ; (found by looking)"]);
}

#[test]
fn an_input_that_cannot_be_read_says_why_and_what_to_do() {
    let message = |name, bytes: &[u8]| open_named(name, bytes, &SourceOptions::default()).unwrap_err().to_string();
    assert_eq!(message("a.csv", b""), "a.csv: the file is empty\nwhat to do: export the table again");
    assert_eq!(
        message("a.csv", b"\xef\xbb\xbf"),
        "a.csv: the file has only blank rows\nwhat to do: export the table again"
    );
    assert_eq!(
        message("a.csv", b"\n , \n\n"),
        "a.csv: the file has only blank rows\nwhat to do: export the table again"
    );
    assert_eq!(
        message("a.jsonl", b"\n \n"),
        "a.jsonl: the file has only blank rows\nwhat to do: export the table again"
    );
    assert_eq!(
        message("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "a.xls: the workbook cannot be read: it is cut off: get it again"
    );
    let as_is = SourceOptions { guessing: Guessing::Off, ..in_utf_8() };
    let message = |name, bytes: &[u8]| open_named(name, bytes, &as_is).unwrap_err().to_string();
    assert_eq!(
        message("a.csv", b"Ada,+1 555 555 0100\nBo,+1 555 555 0101\n"),
        "a.csv › row 1: column 2 of the first row holds a number like a phone number: the header is missing\n\
         what to do: add a first row with the columns' names"
    );
    assert_eq!(
        message("a.csv", b"Name,Stra\xdfe\n"),
        "a.csv › row 1: the header cannot be read: byte 0xDF in column \"2\" is not UTF-8: save the file as \"CSV UTF-8\""
    );
    let options = SourceOptions { delimiter: Some('"'), ..SourceOptions::default() };
    assert!(matches!(open(b"a,b\n", &options), Err(SourceError::Dialect { .. })));
}

#[test]
fn a_file_that_is_written_to_or_replaced_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let input = Input::File(path.clone());
    let source = Source::open(&input, &SourceOptions::default()).unwrap();
    assert!(!source.has_changed().unwrap());
    assert_eq!(source.snapshot(), Source::open(&input, &SourceOptions::default()).unwrap().snapshot());
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(b"3,4\n").unwrap();
    assert!(source.has_changed().unwrap());

    let source = Source::open(&input, &SourceOptions::default()).unwrap();
    let then = std::fs::metadata(&path).unwrap().modified().unwrap() + Duration::from_secs(1);
    file.set_modified(then).unwrap();
    assert!(source.has_changed().unwrap());
    std::fs::remove_file(&path).unwrap();
    assert!(source.has_changed().unwrap());
}

#[cfg(unix)]
#[test]
fn another_file_of_the_same_length_and_time_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    std::fs::write(&other, "a,b\n3,4\n").unwrap();
    let source = Source::open(&Input::File(path.clone()), &SourceOptions::default()).unwrap();
    let then = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::File::options().append(true).open(&other).unwrap().set_modified(then).unwrap();
    std::fs::rename(&other, &path).unwrap();
    assert!(source.has_changed().unwrap());
}

fn open_json(text: &str, options: &SourceOptions) -> Source {
    open_named("leads.jsonl", text.as_bytes(), options).unwrap()
}

/// One JSON Lines input, the columns it has, and what is read from it.
macro_rules! reads_json {
    ($name:ident, $input:expr, [$($column:expr),*], [$($seen:expr),* $(,)?]) => {
        #[test]
        fn $name() {
            let mut source = open_json($input, &SourceOptions::default());
            let columns: &[&str] = &[$($column),*];
            let expected: &[Seen] = &[$($seen),*];
            let seen = drain(&mut source);
            assert_eq!(source.header().names(), columns);
            assert_eq!(seen, expected);
        }
    };
}

reads_json!(
    values_keep_the_text_they_have,
    r#"{"id":1234567890123456789,"n":1e5,"x":1.10,"t":true,"z":null,"a":[1, 2],"s":"0049"}"#,
    ["id", "n", "x", "t", "z", "a", "s"],
    [row(1, 1, &["1234567890123456789", "1e5", "1.10", "true", "", "[1, 2]", "0049"])]
);
reads_json!(
    objects_are_columns_and_so_are_their_members,
    r#"{"a":{"b":1,"c":{"d":"x"}},"e":"y"}"#,
    ["a", "a.b", "a.c", "a.c.d", "e"],
    [row(1, 1, &[r#"{"b":1,"c":{"d":"x"}}"#, "1", r#"{"d":"x"}"#, "x", "y"])]
);
reads_json!(
    escapes_are_resolved_in_values_and_names,
    r#"{"n\u00e4me":"a\nb \ud83d\ude00 \"c\"","o":{"p":"\t"}}"#,
    ["näme", "o", "o.p"],
    [row(1, 1, &["a\nb 😀 \"c\"", r#"{"p":"\t"}"#, "\t"])]
);
reads_json!(
    blank_lines_are_no_records_and_crlf_ends_a_line,
    "\n{\"a\":1}\r\n \r\n{\"a\":2}",
    ["a"],
    [row(1, 2, &["1"]), row(2, 4, &["2"])]
);
reads_json!(
    members_may_come_in_any_order,
    "{\"a\":1,\"b\":2}\n{\"b\":3,\"a\":4}\n",
    ["a", "b"],
    [row(1, 1, &["1", "2"]), row(2, 2, &["4", "3"]),]
);
reads_json!(
    of_two_members_of_one_name_the_last_wins,
    r#"{"a":1,"b":{"c":1,"d":2},"a":"x","b":{"d":3},"e":{"f":1},"e":5}"#,
    ["a", "b", "b.c", "b.d", "e", "e.f"],
    [row(1, 1, &["x", r#"{"d":3}"#, "", "3", "5", ""])]
);
reads_json!(
    lines_that_are_no_objects_cost_only_themselves,
    "{\"a\":1}\n[1]\nnull\n{\"z\":1,\n{\"a\":\"\\ud800\"}\n{\"a\":1} x\nnope\n{\"a\":2}\n",
    ["a"],
    [
        row(1, 1, &["1"]),
        bad(2, 2, "not_a_json_object"),
        bad(3, 3, "not_a_json_object"),
        bad(4, 4, "invalid_json"),
        bad(5, 5, "invalid_json"),
        bad(6, 6, "invalid_json"),
        bad(7, 7, "invalid_json"),
        row(8, 8, &["2"]),
    ]
);

#[test]
fn a_json_fault_says_what_is_wrong_and_where() {
    let mut source = open_json("{\"a\":1}\n{\"a\":1 \"b\":2}\n", &SourceOptions::default());
    let mut into = Row::new();
    assert_eq!(source.read(&mut into).unwrap(), Next::Row);
    let Next::Bad(fault) = source.read(&mut into).unwrap() else { panic!("no fault") };
    assert_eq!(fault.reason.message, "the line is not JSON: expected `,` or `}` (at character 8 of it)");
    assert_eq!(fault.record, Record::Line("{\"a\":1 \"b\":2}".to_owned()));
}

#[test]
fn values_that_are_no_strings_are_marked_and_the_line_is_kept() {
    let line = r#"{"s":"1","n":1,"z":null,"o":{}}"#;
    let mut source = open_json(line, &SourceOptions::default());
    let mut into = Row::new();
    source.read(&mut into).unwrap();
    let kinds: Vec<CellKind> = (0..4).map(|i| into.kind(i)).collect();
    assert_eq!(kinds, [CellKind::Text, CellKind::Json, CellKind::Text, CellKind::Json]);
    assert_eq!(into.record(), Record::Line(line.to_owned()));
    let containers: Vec<bool> = (0..4).map(|i| source.header().is_container(i)).collect();
    assert_eq!(containers, [false, false, false, true]);
}

#[test]
fn a_member_met_beyond_the_sample_is_a_new_column_and_the_old_ones_keep_their_place() {
    let mut text = "{\"a\":1}\n".repeat(2000);
    text.push_str("{\"b\":2,\"a\":3}\n");
    let mut source = open_json(&text, &SourceOptions::default());
    assert!(source.header_may_grow());
    let first = Arc::clone(source.header());
    assert_eq!(first.names(), ["a"]);
    let seen = drain(&mut source);
    assert_eq!(seen[1999..], [row(2000, 2000, &["1"]), row(2001, 2001, &["3", "2"])]);
    let whole = Arc::clone(source.header());
    assert!(!Arc::ptr_eq(&first, &whole));

    let mut again = open_json(&text, &SourceOptions::default()).with_header(Arc::clone(&whole));
    assert_eq!(drain(&mut again)[0], row(1, 1, &["1", ""]));
    assert!(Arc::ptr_eq(again.header(), &whole));
}

#[test]
fn a_json_line_over_the_limit_is_skipped() {
    let text = format!("{{\"a\":\"{}\"}}\n{{\"a\":\"{}\"}}\n{{\"a\":1}}", "x".repeat(900_000), "y".repeat(50));
    let seen = drain(&mut open_json(&text, &small()));
    assert_eq!(seen, [bad(1, 1, "line_too_long"), bad(2, 2, "cell_too_long"), row(3, 3, &["1"])]);
}

#[test]
fn values_used_as_names_do_not_fill_the_memory() {
    let lines: Vec<String> = (0..5000).map(|i| format!("{{\"id\":1,\"n{i}\":1}}")).collect();
    let text = lines.join("\n");
    let mut source = open_json(&text, &SourceOptions::default());
    let seen = drain(&mut source);
    assert_eq!(source.header().len(), 4096);
    assert_eq!(seen[4999], bad(5000, 5000, "too_many_columns"));
}

#[test]
fn objects_very_deep_within_objects_do_not_overflow_the_stack() {
    let text = format!("{}1{}\n{{\"a\":1}}\n", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let seen = drain(&mut open_json(&text, &SourceOptions::default()));
    assert_eq!(seen.len(), 2);
}

/// Bytes that quotes, delimiters and line breaks are frequent in.
fn hard_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => Just(b'"'),
        3 => Just(b','),
        3 => Just(b'\n'),
        1 => Just(b'\r'),
        4 => prop::sample::select(&b"ab {}:[]\\1"[..]),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..400)
}

fn place_of(seen: &Seen) -> (u64, u64) {
    match *seen {
        Seen::Row { row, line, .. } | Seen::Bad { row, line, .. } => (row, line),
    }
}

fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "Ada",
        "Bo",
        "x, y",
        "say \"hi\"",
        "two\nlines",
        "ü;|\t",
        "",
        "0049",
        "\"",
        "5\" pipe",
        "a\r\nb",
    ])
    .prop_map(str::to_owned)
}

fn table(width: usize) -> impl Strategy<Value = Vec<Vec<String>>> {
    // The first cell is never empty: a blank row would be skipped.
    let row = (1_u32..1000, prop::collection::vec(words(), width - 1)).prop_map(|(first, mut rest)| {
        rest.insert(0, first.to_string());
        rest
    });
    prop::collection::vec(row, 1..12)
}

fn written(header: &[String], rows: &[Vec<String>], delimiter: u8, terminator: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
    writer.write_record(header).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

fn columns(width: usize) -> Vec<String> {
    (0..width).map(|i| format!("c{i}")).collect()
}

fn cells_of(seen: &[Seen]) -> Vec<Vec<String>> {
    seen.iter()
        .filter_map(|seen| match seen {
            Seen::Row { cells, .. } => Some(cells.clone()),
            Seen::Bad { .. } => None,
        })
        .collect()
}

proptest! {
    #[test]
    fn whatever_the_bytes_reading_ends_and_positions_only_grow(
        bytes in hard_bytes(),
        name in prop::sample::select(vec!["a.csv", "a.tsv", "a.jsonl", "a.json", "-"]),
        max_cell_bytes in 0_usize..50,
        max_row_bytes in 0_usize..100,
    ) {
        let options = SourceOptions { max_cell_bytes, max_row_bytes, ..SourceOptions::default() };
        if let Ok(mut source) = open_named(name, &bytes, &options) {
            let places: Vec<_> = drain(&mut source).iter().map(place_of).collect();
            // Several records of an array may stand in one line.
            let is_loose = source.format() == Format::Json;
            let grows = |before: u64, after: u64| before < after || (is_loose && before == after);
            prop_assert!(places.windows(2).all(|pair| pair[0].0 < pair[1].0 && grows(pair[0].1, pair[1].1)), "{places:?}");
            let lines = quoting::count_breaks(&bytes) + 1;
            prop_assert!(places.iter().all(|&(_, line)| line <= u64::try_from(lines).unwrap()));
        }
    }

    #[test]
    fn whatever_follows_a_signature_reading_ends(
        signature in prop::sample::select(vec![
            &b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], b"\x28\xb5\x2f\xfd\x24\x05", b"PK\x03\x04\x14\0\0\0\0\0", b"PK\x05\x06",
            b"\xff\xfe", b"\xfe\xff", b"[{", b"{\"a\":[{", b"{\n\"a\":", b"sep=\xc2\xa7\n", b"\"a,b\"\n\"1,2\"\n", b"a\xc2\xa7b\n1\xc2\xa72\n",
        ]),
        bytes in hard_bytes(),
        name in prop::sample::select(vec!["a.csv", "a.json", "-"]),
    ) {
        let all = [signature, &bytes].concat();
        if let Ok(mut source) = open_named(name, &all, &SourceOptions::default()) {
            let mut into = Row::new();
            let mut steps = 0;
            while matches!(source.read(&mut into), Ok(Next::Row | Next::Bad(_))) {
                steps += 1;
                prop_assert!(steps <= all.len() + 1, "more rows than bytes");
            }
        }
    }

    #[test]
    fn a_written_table_reads_back_cell_by_cell(
        (width, rows) in (2_usize..7).prop_flat_map(|width| (Just(width), table(width))),
        delimiter in prop::sample::select(&b",;\t|"[..]),
        terminator in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n'), csv::Terminator::Any(b'\r')]),
    ) {
        let bytes = written(&columns(width), &rows, delimiter, terminator);
        let options = SourceOptions { delimiter: Some(char::from(delimiter)), guessing: Guessing::Off, ..SourceOptions::default() };
        let seen = drain(&mut open(&bytes, &options).unwrap());
        prop_assert_eq!(cells_of(&seen), rows.clone());
        let numbers: Vec<u64> = seen.iter().map(|seen| place_of(seen).0).collect();
        prop_assert_eq!(numbers, (2..).take(rows.len()).collect::<Vec<u64>>());
        let mut line = 2;
        for (seen, cells) in seen.iter().zip(&rows) {
            prop_assert_eq!(place_of(seen).1, line);
            line += 1 + cells.iter().map(|cell| u64::try_from(quoting::count_breaks(cell.as_bytes())).unwrap()).sum::<u64>();
        }
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_row_and_no_other(
        (width, rows) in (2_usize..5).prop_flat_map(|width| (Just(width), table(width))),
        at in any::<prop::sample::Index>(),
        terminator in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n')]),
    ) {
        let at = at.index(rows.len());
        let mut bytes = written(&columns(width), &rows[..at], b',', terminator);
        bytes.extend_from_slice(b"7,\"not closed\n");
        let after = written(&columns(width), &rows[at..], b',', terminator);
        bytes.extend_from_slice(&after[quoting::line_end(&after, 0)..]);
        let options = SourceOptions { delimiter: Some(','), guessing: Guessing::Off, ..SourceOptions::default() };
        let seen = drain(&mut open(&bytes, &options).unwrap());
        prop_assert_eq!(cells_of(&seen), rows.clone());
        prop_assert_eq!(seen.len(), rows.len() + 1);
        let is_fault = matches!(&seen[at], Seen::Bad { code, .. } if code == "unclosed_quote");
        prop_assert!(is_fault, "{:?}", seen[at]);
    }

    #[test]
    fn json_values_read_back_as_they_were_written(
        rows in prop::collection::vec(prop::collection::btree_map("[a-c]{1,2}", any::<String>(), 1..5), 1..10),
    ) {
        let text: String = rows.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
        let mut source = open_json(&text, &SourceOptions::default());
        let seen = cells_of(&drain(&mut source));
        prop_assert_eq!(seen.len(), rows.len());
        for (cells, row) in seen.iter().zip(&rows) {
            for (name, cell) in source.header().names().iter().zip(cells) {
                prop_assert_eq!(cell, row.get(name).map_or("", String::as_str));
            }
        }
    }
}
