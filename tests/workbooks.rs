//! Workbooks, from the file to the platform and back into a rejects file.

use std::path::Path;

use leadload::source::{Input, Next, Row, Source, SourceOptions};

use crate::harness::command::{Folder, Server};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/source").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_workbook_in_each_format_is_imported_from_the_sheet_with_the_leads() {
    for name in ["sheets.xlsx", "sheets.xls", "sheets.ods"] {
        let server = Server::start();
        let folder = Folder::new().with(name, fixture(name));
        let run = folder.import(name).to(&server).run();
        run.exits(0).leads_in("created", 3).balances();
        run.says("sheet \"Leads\"; left out: \"Read me\", \"Prices\"").says("1 hidden row was read like the others");
        let first = run.lines().into_iter().find(|line| line["source"]["row"] == 6).unwrap();
        assert_eq!(first["source"]["sheet"], "Leads", "{name}");
        folder.import(name).to(&server).run().exits(0).says("nothing was sent");
        assert_eq!(server.leads().len(), 3);
    }
}

#[test]
fn a_workbook_is_read_from_standard_input_too() {
    let server = Server::start();
    let folder = Folder::new();
    let import = folder.import("-").to(&server).stdin(fixture("kinds.xlsx")).args(&["--results", "r.results.jsonl"]);
    import.run().exits(0).leads_in("created", 18).balances();
    assert_eq!(server.lead("+493023125003")["variables"]["value"], "00420");
}

#[test]
fn the_sheet_is_asked_for_where_several_could_be_meant() {
    let server = Server::start();
    let folder = Folder::new().with("two.xlsx", fixture("two.xlsx"));
    let import = |more: &[&str]| folder.import("two.xlsx").to(&server).args(more).run();
    import(&[]).exits(6).says("--sheet NAME").says("\"South\"");
    import(&["--sheet", "South"]).exits(0).leads_in("created", 3);
    import(&["--sheet", "all"]).exits(0).leads_in("created", 6).says("3 requests").balances();
    assert_eq!(server.leads().len(), 6);
}

#[test]
fn rejects_of_a_workbook_are_a_workbook_of_texts_that_can_be_imported() {
    let server = Server::start();
    let folder = Folder::new().with("kinds.xls", fixture("kinds.xls"));
    let run = folder.import("kinds.xls").to(&server).args(&["--max-cell", "20"]).run();
    run.exits(1).leads_in("created", 16).leads_in("invalid", 2).balances();
    let rejects = Input::File(folder.path("kinds.rejects.xlsx"));
    let mut source = Source::open(&rejects, &SourceOptions::default()).unwrap();
    assert_eq!(source.header().names(), ["phone", "kind", "value", "expected", "_status", "_reason", "_row"]);
    let mut row = Row::new();
    assert_eq!(source.read(&mut row).unwrap(), Next::Row);
    assert_eq!((row.get(0), row.get(2), row.get(6)), (Some("+493023125003"), Some("00420"), Some("3")));
    folder.import("kinds.rejects.xlsx").to(&server).run().exits(0).leads_in("created", 2).balances();
    assert_eq!(server.lead("+493023125003")["variables"]["value"], "00420");
}

/// A workbook of these sheets, each with these numbers below its header.
fn book(sheets: &[(&str, &[&str])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, numbers) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        sheet.write(0, 0, "Telefon").unwrap();
        for (row, number) in (1..).zip(*numbers) {
            sheet.write(row, 0, *number).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

const LEADS: &[&str] = &["+49 30 23125001", "+49 30 23125002"];

#[test]
fn a_sheet_that_is_a_do_not_call_list_is_left_out_unless_it_is_named() {
    for list in ["DNC", "Do not call", "Blacklist", "Sperrliste", "Robinson", "Suppression", "DNC List"] {
        for flags in [&[][..], &["--sheet", "all"]] {
            let server = Server::start();
            let folder = Folder::new().with("b.xlsx", book(&[("Leads", LEADS), (list, &["+49 30 23125003"])]));
            let run = folder.import("b.xlsx").to(&server).args(flags).run();
            run.exits(0).says(&format!("left out: {list:?} (a do-not-call list: --suppress FILE heeds it)"));
            assert_eq!(server.numbers(), ["+493023125001", "+493023125002"], "{list} {flags:?}");
            folder.import("b.xlsx").to(&server).args(&["--sheet", list]).run().exits(0);
            assert_eq!(server.numbers().len(), 3);
        }
    }
}

#[test]
fn a_workbook_of_do_not_call_lists_alone_calls_nobody_and_says_what_to_do() {
    let server = Server::start();
    let folder = Folder::new().with("b.xlsx", book(&[("DNC", LEADS)]));
    let run = folder.import("b.xlsx").to(&server).run();
    run.exits(6).says("nothing but do-not-call lists: \"DNC\"").says("--suppress FILE");
    assert_eq!(server.leads().len(), 0);
}

#[test]
fn a_workbook_may_hold_the_leads_and_the_list_of_those_who_are_not_called() {
    let server = Server::start();
    let folder = Folder::new().with("b.xlsx", book(&[("Leads", LEADS), ("DNC", &["+49 30 23125002"])]));
    let run = folder.import("b.xlsx").to(&server).args(&["--suppress", "b.xlsx"]).run();
    run.exits(0).leads_in("created", 1).leads_in("suppressed", 1).says("1 number on 1 do-not-call list");
    assert_eq!(server.numbers(), ["+493023125001"]);
}
