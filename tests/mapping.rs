//! Columns become variables.

use leadload::sandbox::RequestKind;
use serde_json::{Value, json};

use crate::harness::command::{Folder, Run, Server};

/// Imports `leads.csv` with this `leadload.toml` beside it.
fn mapped(server: &Server, leads: &str, mapping: &str) -> Run {
    let folder = Folder::with_leads(leads).with("leadload.toml", mapping);
    folder.import("leads.csv").to(server).run()
}

/// The variables of the only row, mapped so.
#[track_caller]
fn variables(leads: &str, mapping: &str) -> Value {
    let server = Server::start();
    mapped(&server, leads, mapping).exits(0);
    server.only_lead()["variables"].clone()
}

#[test]
fn without_a_mapping_the_vendors_own_layout_is_read() {
    let server = Server::start();
    let leads = "phone_number,customer_name,order id,note\n+493023125001,Ada Berger,007,\n";
    Folder::with_leads(leads).import("leads.csv").to(&server).run().exits(0);
    let lead = server.only_lead();
    assert_eq!((&lead["campaign"], &lead["phone"]), (&json!("7"), &json!("+493023125001")));
    assert_eq!(lead["variables"], json!({ "customer_name": "Ada Berger", "order id": "007" }));
}

#[test]
fn a_mapping_beside_the_input_renames_fills_templates_and_gives_constants_and_defaults() {
    let mapping = r#"
        [mapping]
        phone = "Telefon"
        other_columns = "ignore"
        [mapping.variables]
        city = "Ort"
        full_name = { template = "{{ Vorname }} {{ row['Nach Name'] }}" }
        fair = { value = "Berlin 2026" }
        language = { column = "Sprache", default = "de" }
        score = { column = "Score", type = "number" }
    "#;
    let leads = "Telefon;Vorname;Nach Name;Ort;Sprache;Score\n+493023125001;Ada;Berger;Köln;;12.50\n";
    assert_eq!(
        serde_json::to_string(&variables(leads, mapping)).unwrap(),
        r#"{"city":"Köln","fair":"Berlin 2026","full_name":"Ada Berger","language":"de","score":12.5}"#
    );
}

#[test]
fn the_same_by_flags_and_flags_win_over_the_file() {
    let server = Server::start();
    let leads = "Telefon,first,last,Ort,Stadt\n+493023125001,Ada,Berger,Köln,Bonn\n";
    let folder =
        Folder::with_leads(leads).with("leadload.toml", "[mapping]\nphone = \"Ort\"\nvariables.city = \"Ort\"");
    let flags = [
        ["--phone-column", "Telefon"],
        ["--variable", "city=Stadt"],
        ["--template", "name={{ first }} {{ last }}"],
        ["--constant", "fair=Berlin = 2026"],
        ["--exclude", "*st"],
    ];
    folder.import("leads.csv").to(&server).args(&flags.concat()).run().exits(0);
    let expected = json!({ "Ort": "Köln", "city": "Bonn", "fair": "Berlin = 2026", "name": "Ada Berger" });
    assert_eq!(server.only_lead()["variables"], expected);
}

#[test]
fn include_and_exclude_choose_among_the_columns_and_exclude_wins() {
    let leads = "phone_number,utm_source,utm_secret,name\n+493023125001,fair,x,Ada\n";
    let chosen = |mapping: &str| variables(leads, &format!("[mapping]\n{mapping}"));
    assert_eq!(chosen("include = ['utm_*']\nexclude = ['utm_secret']"), json!({ "utm_source": "fair" }));
    assert_eq!(chosen("exclude = ['utm_*']"), json!({ "name": "Ada" }));
}

#[test]
fn empty_cells_are_left_out_or_sent_as_told() {
    let leads = "phone_number,name,city\n+493023125001,Ada, \n";
    assert_eq!(variables(leads, ""), json!({ "name": "Ada" }));
    assert_eq!(variables(leads, "[mapping]\nempty = 'send'"), json!({ "name": "Ada", "city": "" }));
}

#[test]
fn every_cell_is_text_and_survives_as_it_stands() {
    let leads = "phone_number,a,b,c,d,e\n+493023125001,007,1e5,12345678901234567890,+49,TRUE\n";
    let expected = json!({ "a": "007", "b": "1e5", "c": "12345678901234567890", "d": "+49", "e": "TRUE" });
    assert_eq!(variables(leads, ""), expected);
}

#[test]
fn a_campaign_column_sends_each_row_to_its_own_campaign_by_id_or_name() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "phone_number,campaign\n+493023125001,7\n+493023125002,autumn campaign\n+493023125003,Winter\n+493023125004,\n",
    );
    let run = folder.import("leads.csv").into_server(&server).args(&["--campaign-column", "campaign"]).run();
    run.exits(1).states(&[(2, "created"), (3, "created"), (4, "invalid"), (5, "invalid")]);
    run.reasons(&[(4, "campaign_unknown"), (5, "campaign_missing")]).says("8 \"Autumn campaign\" (draft)");
    assert_eq!(server.lead("+493023125001")["campaign"], "7");
    assert_eq!(server.lead("+493023125002")["campaign"], "8");
    assert_eq!(folder.results().as_deref(), Some("autocalls.results.jsonl"));
}

#[test]
fn where_the_campaign_column_is_empty_the_runs_campaign_holds() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number,campaign\n+493023125001,\n+493023125002,8\n");
    folder.import("leads.csv").to(&server).args(&["--campaign-column", "campaign"]).run().exits(0);
    assert_eq!(server.lead("+493023125001")["campaign"], "7");
    assert_eq!(server.lead("+493023125002")["campaign"], "8");
}

#[test]
fn a_campaign_added_for_rows_that_name_none_forgets_nothing_that_was_sent() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number,campaign\n+493023125001,8\n+493023125002,\n");
    let import = |flags: &[&str]| folder.import("leads.csv").into_server(&server).args(flags).run();
    import(&["--campaign-column", "campaign"]).exits(1).reasons(&[(3, "campaign_missing")]);
    import(&["--campaign-column", "campaign", "--campaign", "7", "--dry-run"]).exits(0).says("1 of 2 leads would");
    import(&["--campaign-column", "campaign", "--campaign", "7"]).exits(0).says("(1 request");
    import(&["--campaign-column", "campaign", "--campaign", "Spring campaign"]).exits(0).says("nothing was sent");
    assert_eq!((server.leads().len(), server.requests(RequestKind::Create)), (2, 2));
    assert_eq!(folder.results().as_deref(), Some("autocalls.results.jsonl"));
}

#[test]
fn a_column_that_the_header_lacks_is_an_error_before_anything_is_sent_with_the_nearest_names() {
    let server = Server::start();
    let folder = Folder::with_leads("Telefon,Ort,Vorname\n+493023125001,Köln,Ada\n");
    let flags = ["--phone-column", "Telfon", "--variable", "name=Vornahme", "--exclude", "zzz"];
    let run = folder.import("leads.csv").to(&server).args(&flags).run();
    run.exits(2).says("leads.csv: there is no column").says("\"Telfon\" (needed by phone); the nearest: \"Telefon\"");
    run.says("\"Vornahme\" (needed by variables.name); the nearest: \"Vorname\"").says("\"zzz\"");
    assert_eq!(server.arrivals().len(), 0);
    assert_eq!(folder.files(), ["leads.csv"]);
}

#[test]
fn a_template_that_names_an_absent_column_is_the_same_error() {
    let server = Server::start();
    let folder = Folder::with_leads("phone_number,first\n+493023125001,Ada\n");
    let run = folder.import("leads.csv").to(&server).args(&["--template", "name={{ frist }}"]).run();
    run.exits(2).says("there is no column \"frist\"").says("the nearest: \"first\"");
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn two_columns_that_may_both_be_the_phone_are_never_chosen_between() {
    let server = Server::start();
    let folder = Folder::with_leads("Telefon,Rufnummer\n+493023125001,+493023125002\n");
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(2).says("\"Rufnummer\", \"Telefon\" could each").says("1 of 1 value looked at can be dialled");
    folder.import("leads.csv").to(&server).args(&["--phone-column", "rufnummer"]).run().exits(0);
    assert_eq!(server.numbers(), ["+493023125002"]);
}

#[test]
fn a_misspelt_key_of_the_mapping_is_named() {
    let server = Server::start();
    let run = mapped(&server, "phone_number\n+493023125001\n", "[mapping]\nfone = \"phone_number\"");
    run.exits(2).says("leadload.toml").says("fone");
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn a_value_that_is_not_of_its_type_is_the_rows_fault_alone() {
    let server = Server::start();
    let leads = "phone_number,score\n+493023125001,12\n+493023125002,many\n";
    let run = mapped(&server, leads, "[mapping.variables]\nscore = { column = \"score\", type = \"number\" }");
    run.exits(1).states(&[(2, "created"), (3, "invalid")]).reasons(&[(3, "mapping_type")]);
}

#[test]
fn secondary_contacts_can_be_mapped_from_any_columns() {
    let server = Server::start();
    let mapping =
        "[mapping]\nphone = \"Tel\"\n[[mapping.secondary]]\nphone = \"Tel 2\"\nvariables = { role = \"Rolle\" }";
    mapped(&server, "Tel,Tel 2,Rolle\n+493023125001,+493023125002,Büro\n", mapping).exits(0);
    let expected = json!([{ "phone": "+493023125002", "variables": { "role": "Büro" } }]);
    assert_eq!(server.only_lead()["secondaries"], expected);
}

#[test]
fn national_numbers_are_read_for_the_country_of_their_row_else_of_the_run() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "phone_number,country\n030 23125001,DE\n020 7946 0321,United Kingdom\n030 23125003,\n030 23125004,Atlantis\n\
         +49 30 23125005,Atlantis\n",
    );
    let flags = ["--region", "de", "--region-column", "country"];
    let run = folder.import("leads.csv").to(&server).args(&flags).run();
    run.exits(1).reasons(&[(5, "region_unknown")]).says("\"Atlantis\" is not a country");
    assert_eq!(server.numbers(), ["+442079460321", "+493023125001", "+493023125003", "+493023125005"]);
}

#[test]
fn objects_in_json_lines_are_reached_by_dots_and_later_columns_join_in() {
    let server = Server::start();
    let lines = r#"{"phone_number":"+493023125001","who":{"name":"Ada","id":12345678901234567890}}
{"phone_number":"+493023125002","city":"Köln","who":{"name":"Ben"},"ok":true,"n":1e5}
"#;
    let folder = Folder::new().with("leads.jsonl", lines);
    folder.import("leads.jsonl").to(&server).args(&["--variable", "name=who.name"]).run().exits(0);
    let expected = json!({ "name": "Ada", "who.id": "12345678901234567890" });
    assert_eq!(server.lead("+493023125001")["variables"], expected);
    let expected = json!({ "name": "Ben", "city": "Köln", "ok": "true", "n": "1e5" });
    assert_eq!(server.lead("+493023125002")["variables"], expected);
}

#[test]
fn a_column_that_never_comes_in_json_lines_is_an_error_before_anything_is_sent() {
    let server = Server::start();
    let folder = Folder::new().with("leads.jsonl", "{\"phone_number\":\"+493023125001\",\"city\":\"Köln\"}\n");
    let run = folder.import("leads.jsonl").to(&server).args(&["--variable", "town=citty"]).run();
    run.exits(2).says("there is no column \"citty\"").says("\"city\"");
    assert_eq!(server.requests(RequestKind::Create), 0);
    assert_eq!(folder.files(), ["leads.jsonl"]);
}

#[test]
fn a_chatbots_lead_has_its_fields_and_nested_metadata_with_lists() {
    let server = Server::start();
    let mapping = r#"
        [mapping.lead]
        name = { template = "{{ first }} {{ last }}" }
        source = { value = "fair" }
        [mapping.metadata]
        "utm.source" = "utm"
        "tags[]" = "tags"
    "#;
    let leads = "email,first,last,phone,status,utm,tags,note\n\
                 Ada@Example.com,Ada,Berger,030 23125001,qualified,mail,a; b,hi\n";
    let folder = Folder::with_leads(leads).with("leadload.toml", mapping);
    folder.import("leads.csv").into_pollybot(&server).args(&["--region", "DE"]).run().exits(0);
    let lead = server.only_lead();
    assert_eq!(lead["campaign"], "demo");
    assert_eq!(lead["name"], "Ada Berger");
    assert_eq!(lead["phone"], "+493023125001");
    assert_eq!(lead["status"], "qualified");
    let metadata = &lead["variables"];
    assert_eq!((&metadata["utm"], &metadata["tags"]), (&json!({ "source": "mail" }), &json!(["a", "b"])));
    assert_eq!(metadata["note"], "hi");
}

#[test]
fn a_chatbots_lead_is_known_by_its_address_and_needs_one_and_a_name() {
    let server = Server::start();
    let folder = Folder::with_leads(
        "email,name,phone\nada@example.com,Ada,\nADA@example.com ,Ada again,\n,Nobody,\nben@example,Ben,\nc@example.com,,\n",
    );
    let run = folder.import("leads.csv").into_pollybot(&server).run();
    run.exits(1).states(&[(2, "created"), (3, "duplicate"), (4, "invalid"), (5, "invalid"), (6, "invalid")]);
    run.reasons(&[(3, "same_lead"), (4, "email_missing"), (5, "email_invalid"), (6, "name_missing")]);
    folder.import("leads.csv").into_pollybot(&server).run().exits(1).says("nothing was sent");
    let elsewhere = Folder::with_leads("email,name\nada@example.com,Ada\n");
    elsewhere.import("leads.csv").into_pollybot(&server).run().exits(0).states(&[(2, "exists")]);
}

#[test]
fn a_chatbots_lead_without_a_number_has_its_metadata_all_the_same_and_an_edit_of_it_is_seen() {
    let before = "email,name,phone,city\nada@example.com,Ada,,Rome\nben@example.com,Ben,+493023125002,Oslo\n";
    let (server, folder) = (Server::start(), Folder::with_leads(before));
    folder.import("leads.csv").into_pollybot(&server).run().exits(0).states(&[(2, "created"), (3, "created")]);
    let shown = || -> Vec<_> {
        let leads = server.leads().into_iter();
        leads.map(|lead| (lead.phone, lead.variables["city"].as_str().unwrap().to_owned())).collect()
    };
    assert_eq!(shown(), [(None, "Rome".to_owned()), (Some("+493023125002".to_owned()), "Oslo".to_owned())]);
    let again = folder.import("leads.csv").into_pollybot(&server).run();
    again.exits(0).says("nothing was sent").says_nothing_of("edited");
    folder.write("leads.csv", before.replace("Rome", "Bern"));
    folder.import("leads.csv").into_pollybot(&server).run().exits(0).says("nothing was sent").says("1 lead edited");
    let update = folder.leadload(&["update", "leads.csv"]).into_pollybot(&server).run();
    update.exits(0).says("created, updated: 1 lead");
    assert_eq!(shown()[0], (None, "Bern".to_owned()));
}

#[test]
fn what_has_no_meaning_on_a_platform_is_an_error_that_says_what_to_write_instead() {
    let server = Server::start();
    let folder = Folder::with_leads("email,name\nada@example.com,Ada\n");
    let run = folder.import("leads.csv").into_pollybot(&server).args(&["--variable", "a=name"]).run();
    run.exits(2).says("use [mapping.metadata]");
}
