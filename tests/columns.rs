//! Which column is what: files with no mapping at all.

use leadload::sandbox::RequestKind;
use serde_json::{Value, json};

use crate::harness::command::{Folder, Run, Server};

/// Imports `leads.csv`, read for Germany.
fn imported(server: &Server, leads: &str) -> Run {
    Folder::with_leads(leads).import("leads.csv").to(server).args(&["--region", "DE"]).run()
}

/// What columns were recognised as, as `column: used_as`.
fn uses(json: &Value) -> Vec<String> {
    let used = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        format!("{}: {}", text("column"), text("used_as"))
    };
    json["columns"].as_array().into_iter().flatten().map(used).collect()
}

#[test]
fn a_mobile_number_is_called_first_and_the_next_column_where_it_cannot_be() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "Name;Telefon;Handy;Fax\nAda;030 23125001;0171 3920001;030 23125009\nBen;030 23125002;;030 23125009\n\
         Cleo;030 23125003;12;030 23125009\nDora;;;030 23125009\n",
    );
    let run = folder.import("leads.csv").to(&server).args(&["--region", "DE"]).run();
    run.exits(1).states(&[(2, "created"), (3, "created"), (4, "created"), (5, "invalid")]);
    run.reasons(&[(5, "phone_empty")]);
    assert_eq!(server.numbers(), ["+491713920001", "+493023125002", "+493023125003"]);
    run.says("\"Handy\" is called (its name says mobile number; ").says("\"Fax\" is never called (its name says fax)");
    run.says("\"Telefon\" is called where the columns before have no number");
    run.says("\"Handy\" cannot be dialled, \"Telefon\" is called");
    let repairs: Vec<Value> = run.lines().into_iter().filter_map(|line| line.get("repairs").cloned()).collect();
    assert!(repairs.contains(&json!(["Handy is empty: Telefon is called"])), "{repairs:?}");
}

#[test]
fn where_no_column_of_a_row_can_be_dialled_the_reasons_of_all_are_told() {
    let server = Server::start();
    let run = imported(&server, "Handy,Telefon\n0171 3920001,\n12,n. v. 1\n");
    run.exits(1).reasons(&[(3, "phone_too_short")]).says("and \"Telefon\":");
}

#[test]
fn the_order_and_the_use_of_further_numbers_can_be_set() {
    let leads = "Telefon,Handy,Name\n030 23125001,0171 3920001,Ada\n";
    let called = |flags: &[&str]| {
        let server = Server::start();
        let flags = [&["--region", "DE"], flags].concat();
        Folder::with_leads(leads).import("leads.csv").to(&server).args(&flags).run().exits(0);
        server.only_lead()
    };
    assert_eq!(called(&["--phone-preference", "phone,mobile"])["phone"], "+493023125001");
    assert_eq!(called(&["--phone-column", "Telefon", "--phone-column", "Handy"])["phone"], "+493023125001");
    let both = called(&["--other-phones", "secondary"]);
    assert_eq!(both["phone"], "+491713920001");
    assert_eq!(both["secondaries"], json!([{ "phone": "+493023125001", "variables": { "Name": "Ada" } }]));
    let one = called(&["--other-phones", "ignore"]);
    assert_eq!((&one["phone"], &one["variables"]["Telefon"]), (&json!("+491713920001"), &json!("030 23125001")));
}

#[test]
fn several_numbers_in_a_cell_become_secondary_contacts_where_that_is_asked_for() {
    let server = Server::start();
    let folder = Folder::with_leads("Telefon\n030 23125001; 030 23125002\n");
    let run = folder.import("leads.csv").to(&server).args(&["--region", "DE", "--dry-run", "--json"]).run();
    run.exits(0);
    folder.import("leads.csv").to(&server).args(&["--region", "DE", "--other-phones", "secondary"]).run().exits(0);
    assert_eq!(server.only_lead()["secondaries"][0]["phone"], "+493023125002");
}

#[test]
fn whom_a_column_says_not_to_call_is_not_called_and_it_is_told_before() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "phone_number,Do Not Call\n+493023125001,no\n+493023125002,YES\n+493023125003,\n+493023125004,since March\n",
    );
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(0).states(&[(2, "created"), (3, "suppressed"), (4, "created"), (5, "suppressed")]);
    run.reasons(&[(3, "do_not_call_flag"), (5, "do_not_call_flag")]);
    run.says("\"Do Not Call\" says who is not called").says("2 of 4 rows");
    assert_eq!(server.numbers(), ["+493023125001", "+493023125003"]);
}

#[test]
fn whoever_refused_to_be_called_is_not_called_and_an_empty_consent_is_no_refusal() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "phone_number,Ok to call\n+493023125001,yes\n+493023125002,No\n+493023125003,\n+493023125004,\"no, by e-mail\"\n",
    );
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(0).states(&[(2, "created"), (3, "suppressed"), (4, "created"), (5, "suppressed")]);
    run.reasons(&[(3, "do_not_call_flag"), (5, "do_not_call_flag")]);
    run.says("\"Ok to call\" says who may be called (its name says so; it says no in 2 of 4 rows looked at, and they are not called");
    run.says("1 is empty: no refusal").says("\"Ok to call\" says \"No\"");
    assert_eq!(server.numbers(), ["+493023125001", "+493023125003"]);
}

#[test]
fn consents_are_known_by_their_names_in_all_languages_and_messages_are_something_else() {
    let told = |column: &str| {
        let server = Server::start();
        let leads = format!("phone_number;{column}\n+493023125001;1\n+493023125002;0\n");
        let run = Folder::with_leads(leads).import("leads.csv").to(&server).args(&["--json"]).run();
        (uses(&run.exits(0).json()), server.numbers().len())
    };
    for column in [
        "Ok to call",
        "Call consent",
        "Phone Consent",
        "Consent to call",
        "May call",
        "Contact allowed",
        "Opt-in (phone)",
        "phone_opt_in",
        "Einwilligung Telefon",
        "Anrufen erlaubt",
        "Werbeeinwilligung",
        "Consent",
        "Puede llamar",
        "Consentimento telefone",
        "Consentement téléphonique",
        "Consenso telefono",
        "Toestemming bellen",
        "Zgoda na kontakt telefoniczny",
        "Acord telefon",
        "Arama izni",
        "Съгласие за обаждане",
        "Согласие на звонок",
        "الموافقة على الاتصال",
        "कॉल की अनुमति",
        "允许致电",
        "Phone consent ACME",
    ] {
        assert_eq!(told(column), (vec![format!("{column}: may_call")], 1), "{column}");
    }
    for column in
        ["Email consent", "Newsletter opt-in", "Consent date", "SMS opt-in", "WhatsApp opt-in", "Opt-in source"]
    {
        assert_eq!(told(column), (Vec::new(), 2), "{column}");
    }
    // The contrary of a consent is a flag.
    assert_eq!(told("Keine Einwilligung"), (vec!["Keine Einwilligung: do_not_call".to_owned()], 1));
}

#[test]
fn a_consent_whose_values_are_not_yes_or_no_is_told_and_heeded_only_where_it_is_named() {
    let server = Server::start();
    let leads = "phone_number,Phone consent\n+493023125001,letter\n+493023125002,web form\n+493023125003,no\n";
    let folder = Folder::with_leads(leads);
    let run = folder.import("leads.csv").to(&server).args(&["--dry-run"]).run();
    run.exits(0).says("\"Phone consent\" is not used").says("its values are not yes or no; it says no in 1 of 3 rows");
    folder.write("leads.toml", "[mapping]\nmay_call = \"Phone consent\"\n");
    let run = folder.import("leads.csv").to(&server).args(&["--config", "leads.toml"]).run();
    run.exits(0).states(&[(2, "created"), (3, "created"), (4, "suppressed")]);
}

#[test]
fn a_status_that_forbids_the_call_bars_its_row_and_other_values_mean_nothing() {
    let server = Server::start();
    let statuses = [
        "New",
        "Do Not Call",
        "DNC",
        "Wrong number",
        "nicht anrufen",
        "Closed - falsche Nummer",
        "Werbesperre",
        "unsubscribed from calls",
        "Verstorben",
        "No calls yet",
        "",
    ];
    for column in ["Lead Status", "Phone Status", "Call Disposition", "Status"] {
        let server = Server::start();
        let rows = statuses.iter().enumerate().map(|(at, status)| format!("+4930231250{at:02},{status}\n"));
        let folder = Folder::with_leads(format!("phone_number,{column}\n{}", rows.collect::<String>()));
        let run = folder.import("leads.csv").to(&server).run();
        run.exits(0).leads_in("created", 3).leads_in("suppressed", 8).balances();
        run.says(&format!("\"{column}\" says who is not called")).says("8 of 11 rows looked at");
        run.says(&format!("must not be called: \"{column}\" says \"Do Not Call\""));
        assert_eq!(server.numbers(), ["+493023125000", "+493023125009", "+493023125010"]);
    }
    let run = imported(&server, "Telefon,Bemerkung,Lead Status\n030 23125001,Werbesperre,Open\n");
    run.exits(0).leads_in("created", 1).says_nothing_of("Lead Status");
}

#[test]
fn a_secondary_contact_that_must_not_be_called_is_left_out_and_a_primary_one_bars_its_group() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "phone_number,firm,dnc\n+493023125001,A,\n+493023125002,A,x\n+493023125003,B,1\n+493023125004,B,\n",
    );
    let run = folder.import("leads.csv").to(&server).args(&["--group-by", "firm", "--strict"]).run();
    run.exits(0).states(&[(2, "created"), (3, "suppressed"), (4, "suppressed"), (5, "suppressed")]);
    assert_eq!(server.numbers(), ["+493023125001"]);
}

#[test]
fn a_lead_that_is_there_stays_there_when_its_row_is_flagged_later() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number,dnc\n+493023125001,\n");
    folder.import("leads.csv").to(&server).run().exits(0);
    folder.write("leads.csv", "phone_number,dnc\n+493023125001,yes\n");
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(0).says("1 lead that is on the platform already is on a do-not-call list");
    assert_eq!(server.requests(RequestKind::Create), 1);
}

#[test]
fn a_clear_country_column_says_for_which_country_a_row_is_read_and_a_difference_is_told() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "Telefon,Land\n030 23125001,Deutschland\n020 7946 0321,GBR\n+49 30 23125003,+44\n030 23125004,\n",
    );
    let run = folder.import("leads.csv").to(&server).args(&["--region", "DE"]).run();
    run.exits(0).says("\"Land\" is the country of each row");
    run.says("the row says \"+44\", but the number in \"Telefon\" is not one of United Kingdom");
    assert_eq!(server.numbers(), ["+442079460321", "+493023125001", "+493023125003", "+493023125004"]);
    assert_eq!(server.lead("+442079460321")["variables"], json!({ "Land": "GBR" }));
}

#[test]
fn dial_codes_and_area_codes_in_columns_of_their_own_are_put_before_the_number() {
    let server = Server::start();
    imported(&server, "Vorwahl,Rufnummer\n030,23125001\n030,030 23125002\n030,+44 20 7946 0321\n").exits(0);
    assert_eq!(server.numbers(), ["+442079460321", "+493023125001", "+493023125002"]);
    let server = Server::start();
    let leads = "Indicatif,Telephone\n+44,020 7946 0321\n49,30 23125001\n0049,030 23125002\n";
    Folder::with_leads(leads).import("leads.csv").to(&server).run().exits(0).says("\"Indicatif\" is put before");
    assert_eq!(server.numbers(), ["+442079460321", "+493023125001", "+493023125002"]);
}

#[test]
fn what_is_unclear_stops_the_run_and_lists_the_candidates_with_their_shares() {
    let server = Server::start();
    let folder =
        Folder::with_leads("Kontakt,Kunde\n+49 30 23125001,+49 30 23125002\n+49 30 23125003,+49 30 23125004\n");
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(2).says("\"Kontakt\": its name says nothing that is known; but 2 of 2 values looked at can be dialled");
    assert_eq!(server.arrivals().len(), 0);
    assert_eq!(folder.files(), ["leads.csv"]);
}

#[test]
fn a_column_with_an_unknown_name_is_called_where_its_values_can_be_nothing_else() {
    let server = Server::start();
    let leads = "Kunde;Kontaktinfo\n1001;+49 30 23125001\n1002;030 23125002\n";
    imported(&server, leads)
        .exits(0)
        .says("\"Kontaktinfo\" is called (its name says nothing that is known; but 2 of 2");
    assert_eq!(server.numbers().len(), 2);
}

#[test]
fn the_four_ways_of_having_nobody_to_call_are_told_apart() {
    let server = Server::start();
    let says = |leads: &str, code: i32, words: &str| {
        for flags in [&["--region", "DE", "--dry-run"][..], &["--region", "DE"]] {
            let folder = Folder::with_leads(leads);
            folder.import("leads.csv").to(&server).args(flags).run().exits(code).says(words);
        }
    };
    says("Name,Ort\nAda,Bonn\n", 2, "no column for the phone number was found");
    says("Name,Telefon\nAda,\nBen,\n", 1, "the phone column has no value in any of the 2 rows");
    says("Name,Telefon\n", 0, "there are no rows below the header");
    says(
        "Name,Telefon\nAda,12\nBen,abc\n",
        1,
        "there are values in the phone column, but none of 2 rows can be dialled",
    );
    assert_eq!(server.requests(RequestKind::Create), 0);
}

#[test]
fn the_choice_is_in_the_json_of_a_dry_run_and_of_an_import() {
    let server = Server::start();
    let folder = Folder::with_leads("Vorname,Name,Mobil,Fax,Land\nAda,Berger,0171 3920001,030 23125009,DE\n");
    let expected = ["Mobil: phone", "Fax: not_called", "Land: country", "Vorname: name", "Name: name"];
    for flags in [&["--json", "--dry-run"][..], &["--json"]] {
        let run = folder.import("leads.csv").to(&server).args(flags).run();
        assert_eq!(uses(&run.exits(0).json()), expected);
    }
}

#[test]
fn the_vendors_own_layout_is_read_as_it_stands_and_no_other_number_is_called() {
    let server = Server::start();
    let run = imported(&server, "phone_number,mobile,name\n,0171 3920001,Ada\n030 23125001,0171 3920002,Ben\n");
    run.exits(1).states(&[(2, "invalid"), (3, "created")]);
    assert_eq!(server.only_lead()["variables"], json!({ "mobile": "0171 3920002", "name": "Ben" }));
}

#[test]
fn a_chatbots_lead_has_its_name_from_the_columns_of_first_and_last_name() {
    let server = Server::start();
    let folder = Folder::with_leads("Vorname,Name,E-Mail-Adresse,Handy\nAda,Berger,ada@example.com,0171 3920001\n");
    folder.import("leads.csv").into_pollybot(&server).args(&["--region", "DE"]).run().exits(0);
    let lead = server.only_lead();
    assert_eq!((&lead["name"], &lead["email"]), (&json!("Ada Berger"), &json!("ada@example.com")));
    assert_eq!(lead["phone"], "+491713920001");
}

#[test]
fn the_columns_of_json_lines_are_recognised_over_all_of_its_records() {
    let server = Server::start();
    let lines = "{\"name\":\"Ada\"}\n{\"telefon\":\"030 23125001\"}\n{\"telefon\":\"030 23125002\",\"handy\":\"0171 3920001\"}\n";
    let folder = Folder::new().with("leads.jsonl", lines);
    let run = folder.import("leads.jsonl").to(&server).args(&["--region", "DE"]).run();
    run.exits(1).states(&[(1, "invalid"), (2, "created"), (3, "created")]);
    assert_eq!(server.numbers(), ["+491713920001", "+493023125001"]);
}

#[test]
fn what_is_known_only_at_the_end_of_a_long_file_is_seen_too() {
    let server = Server::start();
    let empty = "x;\n".repeat(9000);
    let filled = "x;+49 30 23125001\nx;030 23125002\n".repeat(750);
    let folder = Folder::with_leads(format!("Kunde;Kontaktinfo\n{empty}{filled}"));
    let run = folder.import("leads.csv").to(&server).args(&["--region", "DE", "--dry-run"]).run();
    run.says("\"Kontaktinfo\" is called").says_nothing_of("no column for the phone number");
}

/// Imports `text` through a pipe, read once.
fn streamed(server: &Server, text: impl Into<Vec<u8>>, more: &[&str]) -> Run {
    let flags = [&["--stream", "--results", "r.results.jsonl"], more].concat();
    Folder::new().import("-").to(server).stdin(text).args(&flags).run()
}

#[test]
fn what_comes_through_a_pipe_is_judged_by_values_too_and_every_row_is_sent_once() {
    let server = Server::start();
    let rows: Vec<_> = (1..=2_500).map(|n| format!("{n};+44 20 7946 0{:03};no\n", n % 1000)).collect();
    let run = streamed(&server, format!("Kunde;Kontaktinfo;Werbesperre\n{}", rows.concat()), &["--dry-run", "--json"]);
    let leads = &run.exits(0).json()["totals"]["run"]["leads"];
    assert_eq!((&leads["unsent"], &leads["duplicate"]), (&json!(1_000), &json!(1_500)));
    run.says("\"Kontaktinfo\" is called (its name says nothing that is known; but 2000 of 2000 values looked at");
    run.says("\"Werbesperre\" says who is not called").says("0 of 2000 rows");
    assert_eq!(uses(&run.json()), ["Kontaktinfo: phone", "Werbesperre: do_not_call"]);
}

#[test]
fn rows_of_a_pipe_that_were_looked_at_are_sent_in_their_order_with_those_that_cannot_be_read() {
    let server = Server::start();
    let text = "Kunde;Kontaktinfo\nAda;+49 30 23125001\nBen;+49 30 23125002;x\n\nCleo;+49 30 23125003\n";
    let run = streamed(&server, text, &[]);
    run.exits(1).states(&[(2, "created"), (3, "invalid"), (5, "created")]).reasons(&[(3, "row_too_long")]);
    assert_eq!(server.numbers(), ["+493023125001", "+493023125003"]);
}

#[test]
fn a_pipe_that_is_unclear_sends_nothing_and_lists_the_candidates() {
    let server = Server::start();
    let table = "Kontakt,Kunde\n+49 30 23125001,+49 30 23125002\n+49 30 23125003,+49 30 23125004\n";
    let lines = "{\"kontakt\":\"+49 30 23125001\",\"kunde\":\"+49 30 23125002\"}\n";
    for (text, name) in [(table, "Kontakt"), (lines, "kontakt")] {
        streamed(&server, text, &[]).exits(2).says(&format!("\"{name}\": its name says nothing that is known; but"));
    }
    streamed(&server, "{\"name\":\"Ada\"}\n", &[]).exits(2).says("no column for the phone number was found");
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn the_header_of_a_pipe_is_found_below_titles_and_in_another_encoding_as_in_a_file() {
    let server = Server::start();
    let text =
        b"Kundenliste 2024;;\n\nTelefon;Name;Ort\n+49 30 23125001;M\xfcller;K\xf6ln\n+49 30 23125002;J\xe4ger;Ulm\n";
    streamed(&server, text, &[]).exits(0).says("the header is row 3").says("encoding windows-1252");
    assert_eq!(server.lead("+493023125001")["variables"]["Name"], "Müller");
}

#[test]
fn members_that_come_after_the_rows_looked_at_call_nobody_but_whom_they_bar_is_not_called() {
    let server = Server::start();
    let early = "{\"phone\":\"\"}\n".repeat(1_999);
    let text = format!(
        "{{\"phone\":\"+49 30 23125001\"}}\n{early}{{\"phone\":\"+49 30 23125002\",\"mobile\":\"+49 171 3920001\"}}\n\
         {{\"phone\":\"+49 30 23125003\",\"do not call\":\"yes\"}}\n"
    );
    let run = streamed(&server, text, &[]);
    run.exits(1).leads_in("created", 2).leads_in("suppressed", 1).leads_in("invalid", 1_999).balances();
    run.says("columns that came after the rows that were looked at: \"mobile\", \"do not call\"");
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002"]);
    assert_eq!(server.lead("+493023125002")["variables"]["mobile"], "+49 171 3920001");
}

#[test]
fn a_number_whose_type_column_says_fax_is_not_called() {
    let server = Server::start();
    let run = imported(
        &server,
        "Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n\
         Ada,Mobile,0171 3920001,Work Fax,030 23125001\nBen,Work Fax,030 23125002,Mobile,0171 3920002\n\
         Cleo,Home Fax,030 23125003,,\n",
    );
    run.exits(1).states(&[(2, "created"), (3, "created"), (4, "invalid")]).reasons(&[(4, "phone_is_fax")]);
    run.says("\"Phone 1 - Label\" says that it is no telephone's number: \"Work Fax\"");
    assert_eq!(server.numbers(), ["+491713920001", "+491713920002"]);
}

#[test]
fn the_letters_that_cars_bear_are_countries_in_a_column_that_says_so() {
    let server = Server::start();
    let run = imported(&server, "Name;Land;Telefon\nAda;A;0512 581231\nBen;D;030 23125002\nCleo;CH;044 668 18 00\n");
    run.exits(0).says("\"Land\" is the country of each row");
    let mut numbers = server.numbers();
    numbers.sort();
    assert_eq!(numbers, ["+41446681800", "+43512581231", "+493023125002"]);
}

#[test]
fn a_run_that_chooses_other_numbers_than_the_one_before_says_so_before_it_sends() {
    let server = Server::start();
    let folder = Folder::with_leads("Telefon;Mobil\n030 23125001;\n030 23125002;\n");
    let import = |flags: &[&str]| folder.import("leads.csv").to(&server).args(flags).run();
    import(&["--region", "DE"]).exits(0).says_nothing_of("chosen otherwise");
    import(&["--region", "DE"]).exits(0).says_nothing_of("chosen otherwise");
    let other = import(&["--region", "DE", "--types", "mobile", "--dry-run"]);
    other.says("the numbers of leads.csv are chosen otherwise than by the run before (then Telefon, Mobil (for DE)");
    other.says("now Telefon, Mobil (for DE; types mobile)): whoever was sent under another number");
    let other = import(&["--region", "DE", "--phone-column", "Telefon"]);
    other.exits(0).says("now Telefon (for DE)").says("nothing was sent");
    import(&["--region", "DE", "--phone-column", "Telefon"]).says_nothing_of("chosen otherwise");
}

#[test]
fn a_short_row_whose_cells_have_moved_is_refused_and_one_that_only_ends_early_is_not() {
    let server = Server::start();
    let run = imported(
        &server,
        "Name,Ort,Telefon,Fax\nAda,Bonn,030 23125001,030 23125091\nBen,Ulm,030 23125002\nCleo,030 23125003,030 23125093\n\
         Dora,Jena,030 23125004,030 23125094\nEmil,Kiel,030 23125005,\nFritz,,030 23125006,\nGero,Hof,030 23125007,\n\
         Hans,Lauf,030 23125008,\nIna,Roth,030 23125009,\nJan,Selb,030 23125010,\nKai,Cham,030 23125011,\nLea,Weil,030 23125012,\n",
    );
    run.exits(1).reasons(&[(4, "row_too_short")]).says("stands where no number belongs");
    assert_eq!(server.numbers().len(), 11);
    assert!(!server.numbers().contains(&"+493023125093".to_owned()));
}
