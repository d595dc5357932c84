//! Files of every shape.

use leadload::sandbox::RequestKind;

use crate::harness::command::{Folder, Run, Server};

/// Imports a file of this name and content.
fn read(server: &Server, name: &str, content: impl AsRef<[u8]>, more: &[&str]) -> Run {
    Folder::new().with(name, content).import(name).to(server).args(more).run()
}

#[test]
fn every_usual_delimiter_is_found_by_looking() {
    for (name, delimiter) in [("a.csv", ","), ("a.csv", ";"), ("a.csv", "|"), ("a.csv", "\t"), ("a.tsv", "\t")] {
        let server = Server::start();
        let text = "phone_number,name\n+493023125001,Ada\n".replace(',', delimiter);
        read(&server, name, text, &[]).exits(0);
        assert_eq!(server.only_lead()["variables"]["name"], "Ada", "{delimiter:?}");
    }
}

#[test]
fn a_delimiter_that_is_told_is_not_looked_for() {
    let server = Server::start();
    let text = "phone_number;name,company\n+493023125001;Ada,Berger\n";
    read(&server, "a.csv", text, &["--delimiter", ";"]).exits(0);
    assert_eq!(server.only_lead()["variables"]["name,company"], "Ada,Berger");
    read(&server, "a.csv", text, &["--delimiter", "ab"]).exits(2).says("--delimiter cannot be used: \"ab\"");
}

#[test]
fn excels_habits_are_read() {
    let server = Server::start();
    read(&server, "a.csv", "\u{feff}sep=;\r\nphone_number;name\r\n+493023125001;\"Ada \"\"A\"\"\"\r\n", &[]).exits(0);
    let lead = server.only_lead();
    assert_eq!(lead["variables"], serde_json::json!({ "name": "Ada \"A\"" }));
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them_also_after_cells_with_line_breaks() {
    let server = Server::start();
    let text = "phone_number,note\n+493023125001,\"two\nlines\"\n12,\n";
    let run = read(&server, "a.csv", text, &[]);
    run.exits(1).states(&[(2, "created"), (3, "invalid")]).says("a.csv › row 3");
    assert_eq!(run.lines().into_iter().find(|line| line["source"]["row"] == 3).unwrap()["source"]["line"], 4);
}

#[test]
fn short_rows_are_filled_and_long_ones_refused() {
    let server = Server::start();
    let run = read(&server, "a.csv", "phone_number,name\n+493023125001\n+493023125002,Ben,x\n+493023125003,Cem\n", &[]);
    run.exits(1).states(&[(2, "created"), (3, "invalid"), (4, "created")]).reasons(&[(3, "row_too_long")]);
    run.says("1 row has fewer cells than the header");
}

#[test]
fn an_unclosed_quote_costs_one_row_and_not_the_rest_of_the_file() {
    let server = Server::start();
    let text = "phone_number,name\n+493023125001,\"Ada\n+493023125002,Ben\n+493023125003,Cem\n";
    let run = read(&server, "a.csv", text, &[]);
    run.exits(1).states(&[(2, "invalid"), (3, "created"), (4, "created")]).reasons(&[(2, "unclosed_quote")]);
}

#[test]
fn a_row_that_is_not_utf_8_is_refused_with_advice() {
    let server = Server::start();
    let text = b"phone_number,name\n+493023125001,M\xfcller\n+493023125002,Ben\n";
    let run = read(&server, "a.csv", text, &["--encoding", "utf-8"]);
    run.exits(1).states(&[(2, "invalid"), (3, "created")]).reasons(&[(2, "row_not_utf8")]).says("UTF-8");
}

#[test]
fn a_cell_over_the_limit_is_refused_and_the_limit_is_an_option() {
    let server = Server::start();
    let text = format!("phone_number,note\n+493023125001,{}\n+493023125002,short\n", "x".repeat(200));
    let run = read(&server, "a.csv", &text, &["--max-cell", "100"]);
    run.exits(1).states(&[(2, "invalid"), (3, "created")]).reasons(&[(2, "cell_too_long")]).says("100 bytes");
    read(&server, "a.csv", &text, &[]).exits(0);
}

#[test]
fn bad_lines_of_json_lines_are_refused_each_for_itself() {
    let server = Server::start();
    let text =
        "{\"phone_number\":\"+493023125001\"}\n{\"phone_number\": oops}\n[1]\n\n{\"phone_number\":\"+493023125002\"}\n";
    let run = read(&server, "a.jsonl", text, &[]);
    run.exits(1).leads_in("created", 2).leads_in("invalid", 2).balances().says("not JSON").says("no object");
    assert_eq!(server.leads().len(), 2);
}

#[test]
fn blank_rows_are_no_rows() {
    let server = Server::start();
    let run = read(&server, "a.csv", "\nphone_number,name\n\n+493023125001,Ada\n,\n  ,  \n+493023125002,Ben\n\n", &[]);
    run.exits(0).leads_in("created", 2).balances();
}

#[test]
fn the_same_name_twice_in_a_header_is_told_and_both_are_kept() {
    let server = Server::start();
    let run = read(&server, "a.csv", "phone_number,name,name\n+493023125001,Ada,Berger\n", &[]);
    run.exits(0).says("column 3 is another \"name\": it is called \"name (2)\" here");
    let expected = serde_json::json!({ "name": "Ada", "name (2)": "Berger" });
    assert_eq!(server.only_lead()["variables"], expected);
}

#[test]
fn a_file_that_cannot_be_read_ends_the_run_before_anything_is_sent() {
    let files: [(&str, &[u8], &str); 4] = [
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b"\n , \n", "only blank rows"),
        ("book.xlsx", b"PK\x03\x04rest", "workbook"),
        ("page.csv", b"<!DOCTYPE html><html>", "a web page"),
    ];
    let server = Server::start();
    for (name, content, words) in files {
        let folder = Folder::with_leads("phone_number\n+493023125001\n").with(name, content);
        folder.leadload(&["import", "leads.csv", name]).to(&server).run().exits(6).says(name).says(words);
    }
    let folder = Folder::with_leads("phone_number\n+493023125001\n");
    folder.leadload(&["import", "leads.csv", "gone.csv"]).to(&server).run().exits(6).says("gone.csv: cannot be opened");
    folder.leadload(&["import", "leads.csv", "."]).to(&server).run().exits(6).says("cannot be opened");
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn a_file_from_another_time_and_place_is_read_as_it_was_meant() {
    let server = Server::start();
    let text = b"Kundenliste 2024;;\n\nphone_number;name;city\n+493023125001;M\xfcller;K\xf6ln\n+493023125002;J\xe4ger;Ulm\nSumme;;2\n";
    let run = read(&server, "a.csv", text, &[]);
    run.exits(0).says("encoding windows-1252").says("the header is row 3").says("row 6, the last one, holds totals");
    assert_eq!(server.leads()[0].variables["name"], "Müller");
}

#[test]
fn a_table_without_names_is_read_by_the_numbers_of_its_columns() {
    let server = Server::start();
    let text = "Ada;+493023125001\nBen;+493023125002\n";
    let run = read(&server, "a.csv", text, &["--phone-column", "column_2"]);
    run.exits(0).says("there is no header").leads_in("created", 2);
    read(&server, "b.csv", text, &["--as-is"]).exits(6).says("the header is missing");
}

#[test]
fn an_array_of_json_objects_is_read_like_json_lines() {
    let server = Server::start();
    let text =
        "[\n  {\n    \"phone_number\": \"+493023125001\",\n    \"n\": 1e5\n  },\n  {\"phone_number\": \"12\"}\n]\n";
    let folder = Folder::new().with("a.json", text);
    folder.import("a.json").to(&server).run().exits(1).states(&[(1, "created"), (2, "invalid")]);
    assert!(folder.read("a.rejects.json").starts_with("{\"phone_number\":\"12\",\"_status\":\"invalid\""));
}

#[test]
fn what_an_option_says_of_reading_is_checked() {
    let server = Server::start();
    let text = "phone_number\n+493023125001\n";
    for (flags, words) in [
        (&["--encoding", "klingon"][..], "--encoding cannot be used: \"klingon\" is no encoding"),
        (&["--max-unpacked", "much"], "is no size"),
        (&["--skip-rows", "3", "--header-row", "2"], "--skip-rows leaves out the first 3"),
    ] {
        read(&server, "a.csv", text, flags).exits(2).says(words);
    }
    read(&server, "a.csv", text, &["--header-row", "9"]).exits(6).says("there is no row 9");
}

#[test]
fn standard_input_is_read_where_a_results_file_is_named() {
    let server = Server::start();
    let folder = Folder::new();
    let import = || folder.import("-").to(&server).stdin("phone_number;name\n+493023125001;Ada\n12;Bo\n");
    import().run().exits(2).says("--results");
    assert_eq!(server.arrivals().len(), 0);
    import().args(&["--results", "r.results.jsonl"]).run().exits(1).states(&[(2, "created"), (3, "invalid")]);
    import().args(&["--results", "r.results.jsonl", "--stream"]).run().exits(1).says("nothing was sent");
    assert_eq!(folder.files(), ["r.results.jsonl", "stdin.rejects.csv"]);
    assert!(folder.read("stdin.rejects.csv").starts_with("phone_number;name;_status;_reason;_row\n12;Bo;invalid;"));
}

#[test]
fn rejects_of_a_file_in_another_encoding_are_in_that_encoding_and_are_imported_once_corrected() {
    let server = Server::start();
    let text =
        b"Telefon;Name;Stra\xdfe\r\n12;M\xfcller;K\xf6nigstra\xdfe 5\r\n+49 30 23125001;J\xe4ger;Gr\xfcner Weg 3\r\n";
    let folder = Folder::new().with("a.csv", text);
    folder.import("a.csv").to(&server).run().exits(1).says_nothing_of("byte order mark");
    let rejects = std::fs::read(folder.path("a.rejects.csv")).unwrap();
    assert!(
        rejects
            .starts_with(b"Telefon;Name;Stra\xdfe;_status;_reason;_row\r\n12;M\xfcller;K\xf6nigstra\xdfe 5;invalid;")
    );
    assert!(rejects.ends_with(b";2\r\n"));
    folder.write("a.rejects.csv", [&rejects[..42], b"030 23125002", &rejects[44..]].concat());
    let run = folder.import("a.rejects.csv").to(&server).args(&["--region", "DE"]).run();
    run.exits(0).says("encoding windows-1252");
    assert_eq!(server.lead("+493023125002")["variables"]["Straße"], "Königstraße 5");
}

#[test]
fn several_files_are_one_import_with_one_results_file_and_a_rejects_file_each() {
    let server = Server::start();
    let folder = Folder::new()
        .with("a.csv", "phone_number,name\n+493023125001,Ada\n12,Bo\n")
        .with("b.jsonl", "{\"phone_number\":\"+493023125002\"}\n{\"phone_number\":\"+493023125001\"}\n")
        .with("c.tsv", "Telefon\tOrt\n+493023125003\tKöln\n");
    let run = folder.leadload(&["import", "a.csv", "b.jsonl", "c.tsv"]).to(&server).run();
    run.exits(1).leads_in("created", 3).leads_in("duplicate", 1).leads_in("invalid", 1).balances();
    run.says("the same number as a.csv › row 2");
    let files = ["a.csv", "a.rejects.csv", "autocalls-7.results.jsonl", "b.jsonl", "b.rejects.jsonl", "c.tsv"];
    assert_eq!(folder.files(), files);
    assert_eq!(server.requests(RequestKind::Create), 3);
}

#[test]
fn rejects_of_two_files_with_one_name_do_not_overwrite_each_other() {
    let server = Server::start();
    let folder = Folder::new().with("x/leads.csv", "phone_number\n12\n").with("y/leads.csv", "phone_number\n13\n");
    let run = folder.leadload(&["import", "x/leads.csv", "y/leads.csv"]).to(&server).run();
    run.exits(1).leads_in("invalid", 2);
    let rejects: Vec<_> = folder.files().into_iter().filter(|name| name.contains("rejects")).collect();
    assert_eq!(rejects, ["x/leads-2.rejects.csv", "x/leads.rejects.csv"]);
    assert!(folder.read("x/leads.rejects.csv").contains("\n12,"));
    assert!(folder.read("x/leads-2.rejects.csv").contains("\n13,"));
}

#[test]
fn a_results_file_is_no_list_of_people_and_is_refused_with_what_it_is_for() {
    let (server, folder) = (Server::start(), Folder::with_leads("phone_number,name\n+493023125001,Ada\n"));
    folder.import("leads.csv").to(&server).run().exits(0);
    let results = "autocalls-7.results.jsonl";
    folder.write("copy.csv", folder.read(results));
    let refused = |run: Run, name: &str| {
        run.exits(2).says(&format!("{name}: this is a results file of leadload, not a table of leads"));
        run.says("leadload results FILE shows").says("--known FILE keeps");
    };
    refused(folder.import(results).to(&server).args(&["--dry-run"]).run(), results);
    refused(folder.import("copy.csv").to(&server).run(), "copy.csv");
    refused(folder.import("leads.csv").to(&server).args(&["--suppress", results]).run(), results);
    refused(folder.leadload(&["update", results]).to(&server).run(), results);
    let piped = folder.import("-").to(&server).stdin(folder.read(results));
    refused(piped.args(&["--results", "r.results.jsonl"]).run(), "-");
    folder.leadload(&["check", results]).run().exits(2).says("cannot be imported: this is a results file of leadload");
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn a_sheet_that_is_named_for_a_file_without_sheets_is_told() {
    let folder = Folder::with_leads("phone_number,name\n+493023125001,Ada\n");
    let import = |sheet: &str| folder.import("leads.csv").into_sandbox().args(&["--dry-run", "--sheet", sheet]).run();
    import("South").exits(0).says("no workbook and has no sheets: --sheet \"South\" changes nothing here");
    import("all").exits(0).says_nothing_of("no workbook");
}
