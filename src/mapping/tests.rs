//! Claims about the whole room: a mapping as it is written, a header, a row, and the draft that comes of them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::lead::Reason;
use crate::source::{Header, Position, Row};
use crate::target::Family;

use super::*;

fn header(columns: &[(&str, &str)]) -> Header {
    Header::new(columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<String>>())
}

fn row(columns: &[(&str, &str)]) -> Row {
    let cells: Vec<&str> = columns.iter().map(|(_, cell)| *cell).collect();
    Row::from_cells(Position { file: "leads.csv".into(), sheet: None, row: 2, line: 2 }, &cells)
}

fn bind(family: Family, config: &str, columns: &[(&str, &str)]) -> Result<BoundMapping, MappingError> {
    Mapping::new(toml::from_str(config).unwrap(), family)?.bind(&header(columns))
}

fn fill(family: Family, config: &str, columns: &[(&str, &str)]) -> Result<Draft, Reason> {
    let mut draft = Draft::default();
    bind(family, config, columns).unwrap().fill(&row(columns), &mut draft).map(|()| draft)
}

fn draft(config: &str, columns: &[(&str, &str)]) -> Draft {
    fill(Family::Autocalls, config, columns).unwrap()
}

fn variables(config: &str, columns: &[(&str, &str)]) -> String {
    draft(config, columns).primary.variables
}

fn refused(config: &str, columns: &[(&str, &str)]) -> String {
    bind(Family::Autocalls, config, columns).unwrap_err().to_string()
}

const PHONE: (&str, &str) = ("phone_number", "+49 30 23125001");

#[test]
fn the_vendors_own_layout_needs_no_mapping() {
    let draft = draft(
        "",
        &[
            PHONE,
            ("name", "Ada"),
            ("city", "Bonn"),
            ("secondary_phone_1", "+49 30 23125002"),
            ("secondary_1_name", "Grace"),
            ("secondary_phone_2", ""),
            ("secondary_2_name", "nobody"),
            ("secondary_phone_10", "+49 30 23125003"),
        ],
    );
    assert_eq!(draft.primary.phone, PHONE.1);
    assert_eq!(&*draft.primary.column, "phone_number");
    assert_eq!(draft.primary.variables, r#"{"city":"Bonn","name":"Ada"}"#);
    let secondaries: Vec<_> =
        draft.secondaries.iter().map(|s| (&*s.column, s.phone.as_str(), s.variables.as_str())).collect();
    assert_eq!(
        secondaries,
        [
            ("secondary_phone_1", "+49 30 23125002", r#"{"name":"Grace"}"#),
            ("secondary_phone_10", "+49 30 23125003", "{}")
        ]
    );
}

#[test]
fn variables_are_columns_templates_constants_and_defaults() {
    let config = r#"
        phone = "Telefon"
        other_columns = "ignore"
        [variables]
        city = "Ort"
        full_name = { template = "{{ Vorname }} {{ row['Nach Name'] }}" }
        fair = { value = "Berlin 2026" }
        language = { column = "Sprache", default = "de" }
        score = { column = "Score", type = "number" }
    "#;
    let columns = [
        ("Telefon", "1"),
        ("Ort", "Köln"),
        ("Vorname", ""),
        ("Nach Name", "Lovelace"),
        ("Sprache", " "),
        ("Score", "1.50"),
        ("Notiz", "x"),
    ];
    assert_eq!(
        variables(config, &columns),
        r#"{"city":"Köln","fair":"Berlin 2026","full_name":"Lovelace","language":"de","score":1.50}"#
    );
    assert_eq!(bind(Family::Autocalls, config, &columns).unwrap().unused_columns(), ["Notiz"]);
}

#[test]
fn a_renamed_column_is_not_sent_under_its_old_name_and_a_templates_column_is() {
    let config = "[variables]\nort = \"city\"\nhello = { template = \"Hi {{ first }}\" }";
    assert_eq!(
        variables(config, &[PHONE, ("city", "Bonn"), ("first", "Ada")]),
        r#"{"first":"Ada","hello":"Hi Ada","ort":"Bonn"}"#
    );
}

#[test]
fn a_template_over_a_column_of_its_own_name_takes_that_columns_place() {
    let config = "[variables]\ncity = { template = \"{{ city | upper }}\" }";
    assert_eq!(variables(config, &[PHONE, ("city", "Bonn")]), r#"{"city":"BONN"}"#);
}

#[test]
fn columns_with_a_job_are_no_variables_unless_include_names_them() {
    let columns = [PHONE, ("Land", "DE"), ("Kampagne", "7"), ("company", "A"), ("main", "ja"), ("city", "Bonn")];
    let jobs = "region = \"Land\"\ncampaign = \"Kampagne\"\ngroup_by = [\"company\"]\nprimary_when = { column = \"main\", is = \"JA\" }\n";
    let filled = draft(jobs, &columns);
    assert_eq!(filled.primary.variables, r#"{"city":"Bonn"}"#);
    assert_eq!((filled.region.as_deref(), filled.campaign.as_deref()), (Some("DE"), Some("7")));
    assert_eq!((filled.group.as_deref(), filled.is_primary), (Some("A"), true));
    let with = |include: &str| variables(&format!("{jobs}include = {include}"), &columns);
    assert_eq!(with(r#"["*"]"#), r#"{"city":"Bonn"}"#);
    assert_eq!(with(r#"["*", "company"]"#), r#"{"city":"Bonn","company":"A"}"#);
    assert_eq!(with(r#"["company"]"#), r#"{"company":"A"}"#);
}

#[test]
fn include_and_exclude_take_names_and_patterns_and_exclude_wins() {
    let columns = [PHONE, ("utm_source", "x"), ("utm_note", "y"), ("city", "z")];
    assert_eq!(variables(r#"include = ["UTM_*"]"#, &columns), r#"{"utm_note":"y","utm_source":"x"}"#);
    assert_eq!(variables(r#"exclude = ["*note", "city"]"#, &columns), r#"{"utm_source":"x"}"#);
    assert_eq!(variables("include = [\"utm_*\"]\nexclude = [\"utm_note\"]", &columns), r#"{"utm_source":"x"}"#);
    assert_eq!(
        variables("other_columns = \"ignore\"\ninclude = [\"city\"]", &columns),
        r#"{"city":"z"}"#,
        "what is included is sent though other columns are ignored"
    );
}

#[test]
fn empty_cells_are_left_out_or_sent() {
    let columns = [PHONE, ("a", ""), ("b", "  "), ("c", "x")];
    assert_eq!(variables("", &columns), r#"{"c":"x"}"#);
    assert_eq!(variables("empty = \"send\"", &columns), r#"{"a":"","b":"","c":"x"}"#);
    assert_eq!(
        variables("empty = \"send\"\nvariables.a = { column = \"a\", type = \"number\" }\nexclude = [\"b\"]", &columns),
        r#"{"a":null,"c":"x"}"#
    );
}

#[test]
fn a_short_row_has_empty_cells_at_its_end() {
    let columns = [PHONE, ("city", "Bonn"), ("zip", "01067")];
    let bound = bind(Family::Autocalls, "", &columns).unwrap();
    let mut draft = Draft::default();
    bound.fill(&row(&columns[..2]), &mut draft).unwrap();
    assert_eq!(draft.primary.variables, r#"{"city":"Bonn"}"#);
}

#[test]
fn the_columns_that_a_rejects_file_adds_are_not_sent() {
    let columns = [PHONE, ("_status", "invalid"), ("_reason", "x"), ("_row", "3"), ("city", "Bonn")];
    assert_eq!(variables("", &columns), r#"{"city":"Bonn"}"#);
}

#[test]
fn a_missing_column_is_named_with_the_nearest_before_any_row_is_read() {
    let columns = [("Telefon", ""), ("Ort", ""), ("Vorname", "")];
    let cases = [
        ("phone = \"Telfon\"", "\"Telfon\" (needed by phone); the nearest: \"Telefon\""),
        ("variables.x = \"Orte\"", "\"Orte\" (needed by variables.x); the nearest: \"Ort\""),
        ("variables.x = { template = \"{{ vornahme }}\" }", "the template of variables.x); the nearest: \"Vorname\""),
        ("group_by = [\"Firma\"]", "\"Firma\" (needed by group_by)"),
        ("exclude = [\"Notiz\"]", "\"Notiz\" (needed by exclude)"),
        (
            "secondary = [{ phone = \"Telefon 2\" }]",
            "\"Telefon 2\" (needed by secondary.1.phone); the nearest: \"Telefon\"",
        ),
    ];
    for (config, expected) in cases {
        let error = refused(config, &columns);
        assert!(error.contains(expected), "{config}: {error}");
    }
}

#[test]
fn all_missing_columns_are_named_at_once() {
    let error = bind(Family::Autocalls, "region = \"a\"\ncampaign = \"b\"", &[PHONE]).unwrap_err();
    let MappingError::MissingColumns(missing) = error else { panic!("{error}") };
    assert_eq!(missing.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn without_one_column_for_the_phone_the_user_is_asked_to_name_it() {
    let none = refused("", &[("Name", ""), ("Ort", "")]);
    assert!(none.contains("--phone-column NAME") && none.contains("\"Name\", \"Ort\""), "{none}");
    let several = refused("", &[("Telefon", ""), ("Rufnummer", "")]);
    assert!(several.contains("\"Rufnummer\", \"Telefon\" could each"), "{several}");
}

#[test]
fn columns_that_are_excluded_or_have_another_job_are_not_called() {
    let called = |config: &str| {
        let columns = [("Telefon", ""), ("Handy", "")];
        let bound = bind(Family::Autocalls, config, &columns).unwrap();
        bound.phone_columns().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(called(""), ["Handy", "Telefon"]);
    assert_eq!(called("exclude = [\"Handy\"]"), ["Telefon"]);
    assert_eq!(called("secondary = [{ phone = \"Handy\" }]"), ["Telefon"]);
    assert_eq!(called("other_phones = \"ignore\""), ["Handy"]);
    assert_eq!(called("phone_preference = [\"phone\", \"mobile\"]"), ["Telefon", "Handy"]);
    assert_eq!(called("phone_preference = [\"phone\"]"), ["Telefon"]);
    assert_eq!(called("phone = [\"Telefon\", \"Handy\"]"), ["Telefon", "Handy"]);
}

#[test]
fn two_sources_for_one_name_are_refused() {
    let error = refused("variables.city = \"Ort\"", &[PHONE, ("Ort", ""), ("city", "")]);
    assert!(error.contains("variables.city and the column \"city\""), "{error}");
}

#[test]
fn names_that_the_platforms_keep_and_names_nobody_can_see_are_refused() {
    assert!(refused("phone = \"Telefon\"", &[("Telefon", ""), ("phone_number", "")]).contains("cannot be a name"));
    for config in ["variables.phone_number = \"a\"", "variables.\"\" = \"a\"", "variables.\" a\" = \"a\""] {
        assert!(matches!(bind(Family::Autocalls, config, &[PHONE, ("a", "")]), Err(MappingError::IllegalName { .. })));
    }
    let dots = Mapping::new(toml::from_str("metadata.\"a..b\" = \"x\"").unwrap(), Family::Pollybot);
    assert!(matches!(dots, Err(MappingError::IllegalName { .. })));
}

#[test]
fn keys_without_meaning_on_a_platform_are_refused_with_what_to_write_instead() {
    for (family, config, instead) in [
        (Family::Autocalls, "metadata.a = \"a\"", "[mapping.variables]"),
        (Family::Autocalls, "lead.name = \"a\"", "[mapping.variables]"),
        (Family::Pollybot, "variables.a = \"a\"", "[mapping.metadata]"),
        (Family::Pollybot, "group_by = [\"a\"]", "each row is a lead"),
        (Family::Pollybot, "campaign = \"a\"", "--chatbot"),
    ] {
        let error = Mapping::new(toml::from_str(config).unwrap(), family).unwrap_err().to_string();
        assert!(error.contains(instead), "{error}");
    }
    for config in
        ["primary_when = { column = \"a\", is = \"b\" }", "group_by = []", "scattered = true", "list_separator = \"\""]
    {
        let error = Mapping::new(toml::from_str(config).unwrap(), Family::Autocalls).unwrap_err();
        assert!(matches!(error, MappingError::UnusableValue { .. }), "{error}");
    }
}

#[test]
fn a_template_that_does_not_parse_is_told_before_there_is_an_input() {
    let config = toml::from_str("variables.x = { template = \"{{ a\" }").unwrap();
    let error = Mapping::new(config, Family::Autocalls).unwrap_err().to_string();
    assert!(error.contains("variables.x"), "{error}");
}

#[test]
fn a_cell_that_is_not_of_its_type_refuses_the_row_and_keeps_its_group() {
    let config = "group_by = [\"company\"]\nvariables.score = { column = \"Score\", type = \"number\" }";
    let columns = [PHONE, ("company", "A"), ("Score", "viel")];
    let mut draft = Draft::default();
    let reason = bind(Family::Autocalls, config, &columns).unwrap().fill(&row(&columns), &mut draft).unwrap_err();
    assert_eq!((reason.code.as_str(), reason.field.as_deref()), ("mapping_type", Some("Score")));
    assert!(reason.message.contains("\"viel\""), "{}", reason.message);
    assert_eq!((draft.group.as_deref(), draft.primary.phone.as_str()), (Some("A"), PHONE.1));
    assert_eq!(draft.primary.variables, "{}");
}

#[test]
fn a_template_that_fails_on_a_row_refuses_that_row() {
    let config = "variables.x = { template = \"{{ 10 // (n | int) }}\" }";
    let reason = fill(Family::Autocalls, config, &[PHONE, ("n", "0")]).unwrap_err();
    assert_eq!((reason.code.as_str(), reason.field.as_deref()), ("mapping_template", Some("variables.x")));
    assert_eq!(variables(config, &[PHONE, ("n", "5")]), r#"{"n":"5","x":"2"}"#);
}

#[test]
fn secondary_contacts_can_be_listed_instead_of_recognised() {
    let config = r#"
        [[secondary]]
        phone = "Tel 2"
        variables = { role = "Rolle 2", from = { value = "wide" } }
        [[secondary]]
        phone = "Tel 3"
    "#;
    let filled = draft(config, &[PHONE, ("Tel 3", "3"), ("Tel 2", "2"), ("Rolle 2", "CFO"), ("city", "Bonn")]);
    assert_eq!(filled.primary.variables, r#"{"city":"Bonn"}"#);
    let numbers: Vec<_> = filled.secondaries.iter().map(|s| (s.phone.as_str(), s.variables.as_str())).collect();
    assert_eq!(numbers, [("2", r#"{"from":"wide","role":"CFO"}"#), ("3", "{}")]);
}

#[test]
fn a_secondary_contacts_variables_without_its_number_are_a_missing_column() {
    assert!(refused("", &[PHONE, ("secondary_3_name", "")]).contains("secondary_phone_3"));
}

#[test]
fn a_group_is_named_by_all_its_columns_and_rows_without_any_value_have_none() {
    let config = "group_by = [\"a\", \"b\"]";
    assert_eq!(draft(config, &[PHONE, ("a", " x "), ("b", "")]).group.as_deref(), Some("x\u{1f}"));
    assert_eq!(draft(config, &[PHONE, ("a", ""), ("b", "x")]).group.as_deref(), Some("\u{1f}x"));
    assert_eq!(draft(config, &[PHONE, ("a", " "), ("b", "")]).group, None);
}

#[test]
fn a_growing_header_is_bound_as_far_as_it_goes() {
    let config = "variables.city = \"ort\"\nvariables.hi = { template = \"Hi {{ first }}{{ last }}\" }";
    let mapping = Mapping::new(toml::from_str(config).unwrap(), Family::Autocalls).unwrap();
    let first = [("first", "Ada")];
    let bound = mapping.bind_so_far(&header(&first)).unwrap();
    assert_eq!(bound.missing_columns().iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["ort", "last"]);
    let mut draft = Draft::default();
    bound.fill(&row(&first), &mut draft).unwrap();
    assert_eq!(
        (draft.primary.phone.as_str(), draft.primary.variables.as_str()),
        ("", r#"{"first":"Ada","hi":"Hi Ada"}"#)
    );
    assert!(bound.require_all().is_err());
    let all = [("first", "Ada"), ("ort", "Bonn"), ("last", ""), ("phone", "1")];
    let bound = mapping.bind_so_far(&header(&all)).unwrap();
    assert_eq!(bound.require_all(), Ok(()));
    let unfound = mapping.bind_so_far(&header(&all[..3])).unwrap().require_all();
    assert!(matches!(unfound, Err(MappingError::NoPhoneColumn { .. })));
}

mod pollybot {
    use super::*;

    fn filled(config: &str, columns: &[(&str, &str)]) -> Result<Draft, Reason> {
        fill(Family::Pollybot, config, columns)
    }

    const NAME: (&str, &str) = ("Name", "Ada Lovelace");
    const EMAIL: (&str, &str) = ("E-Mail", " Ada@example.com ");

    #[test]
    fn fields_are_found_by_name_and_the_rest_is_nested_metadata() {
        let columns = [
            NAME,
            EMAIL,
            ("phone", "030 23125001"),
            ("source", "fair"),
            ("metadata.utm.source", "ads"),
            ("utm.medium", "mail"),
            ("tags[]", "a; b"),
            ("zip", "01067"),
            ("metadata.utm.term", ""),
        ];
        let draft = filled("", &columns).unwrap();
        assert_eq!(draft.person.name, "Ada Lovelace");
        assert_eq!(draft.person.email, "Ada@example.com");
        assert_eq!((draft.person.source.as_deref(), draft.person.status), (Some("fair"), None));
        assert_eq!(draft.primary.phone, "030 23125001");
        let metadata = r#"{"tags":["a","b"],"utm":{"medium":"mail","source":"ads"},"zip":"01067"}"#;
        assert_eq!(draft.primary.variables, metadata);
    }

    #[test]
    fn fields_and_metadata_can_be_mapped() {
        let config = r#"
            other_columns = "ignore"
            list_separator = "|"
            [lead]
            name = { template = "{{ first }} {{ last }}" }
            email = "mail"
            source = { value = "fair" }
            status = { column = "st", default = "new" }
            [metadata]
            "utm.source" = "src"
            "interests[]" = "likes"
            raw = { column = "json", type = "json" }
        "#;
        let columns = [
            ("first", "Ada"),
            ("last", "L"),
            ("mail", "a@example.com"),
            ("st", ""),
            ("src", "ads"),
            ("likes", "x|y;z"),
            ("json", "{ \"n\": 12345678901234567890 }"),
        ];
        let draft = filled(config, &columns).unwrap();
        assert_eq!((draft.person.name.as_str(), draft.person.status.as_deref()), ("Ada L", Some("new")));
        let metadata = r#"{"interests":["x","y;z"],"raw":{"n":12345678901234567890},"utm":{"source":"ads"}}"#;
        assert_eq!(draft.primary.variables, metadata);
        assert!(draft.primary.phone.is_empty());
    }

    #[test]
    fn a_lead_without_name_or_valid_email_is_refused() {
        let code = |name, email| filled("", &[("name", name), ("email", email)]).map_err(|reason| reason.code);
        assert!(code("Ada", "ada@mail.example.com").is_ok());
        assert_eq!(code("", "ada@example.com").unwrap_err(), "name_missing");
        assert_eq!(code("Ada", " ").unwrap_err(), "email_missing");
        for email in
            ["ada", "ada@example", "a@b@example.com", "@example.com", "a@.com", "a@example.", "a b@example.com"]
        {
            assert_eq!(code("Ada", email).unwrap_err(), "email_invalid", "{email}");
        }
    }

    #[test]
    fn without_a_column_for_the_email_the_user_is_asked_to_name_it() {
        let error = bind(Family::Pollybot, "", &[NAME, ("Adresse", "")]).unwrap_err().to_string();
        assert!(error.contains("email = \"NAME\" under [mapping.lead]"), "{error}");
    }

    #[test]
    fn a_name_that_is_both_a_value_and_an_object_is_refused() {
        let error = bind(Family::Pollybot, "", &[NAME, EMAIL, ("utm", ""), ("utm.source", "")]).unwrap_err();
        assert!(matches!(&error, MappingError::NameClash { name, .. } if name == "utm.source"), "{error}");
    }

    #[test]
    fn the_vendors_secondary_columns_mean_nothing_here() {
        let draft = filled("", &[NAME, EMAIL, ("secondary_phone_1", "1")]).unwrap();
        assert_eq!(draft.primary.variables, r#"{"secondary_phone_1":"1"}"#);
        assert!(draft.secondaries.is_empty());
    }
}

prop_compose! {
    /// Columns with names of their own, and the same in another order.
    fn shuffled_columns()(
        columns in proptest::collection::btree_map("[a-zA-Zäöü_. ]{0,4}[a-z]", any::<String>(), 0..8),
    )(
        shuffled in Just(columns.iter().map(|(name, cell)| (format!("v{name}"), cell.clone())).collect::<Vec<_>>()).prop_shuffle(),
        columns in Just(columns),
    ) -> (Vec<(String, String)>, Vec<(String, String)>) {
        let plain = columns.into_iter().map(|(name, cell)| (format!("v{name}"), cell)).collect();
        (plain, shuffled)
    }
}

fn with_phone(columns: &[(String, String)]) -> Vec<(&str, &str)> {
    let rest = columns.iter().map(|(name, cell)| (name.as_str(), cell.as_str()));
    std::iter::once(PHONE).chain(rest).collect()
}

proptest! {
    #[test]
    fn the_order_of_columns_never_changes_the_bytes_of_variables((plain, shuffled) in shuffled_columns()) {
        prop_assert_eq!(variables("", &with_phone(&plain)), variables("", &with_phone(&shuffled)));
    }

    #[test]
    fn variables_are_json_objects_of_every_cell_that_is_not_empty((plain, _) in shuffled_columns()) {
        let json = variables("", &with_phone(&plain));
        let sent: BTreeMap<String, String> = serde_json::from_str(&json).unwrap();
        let cells = plain.into_iter().filter(|(_, cell)| !cell.trim().is_empty());
        prop_assert_eq!(&sent, &cells.collect::<BTreeMap<_, _>>());
        prop_assert_eq!(serde_json::to_string(&sent).unwrap(), json, "sorted by their bytes, no spaces");
    }

    #[test]
    fn a_reused_draft_keeps_nothing_of_the_row_before(
        before in proptest::collection::vec("[ab7]{0,2}", 7),
        cells in proptest::collection::vec("[ab7]{0,2}", 7),
    ) {
        let names = ["phone", "name", "group", "Land", "secondary_phone_1", "secondary_1_x", "secondary_phone_2"];
        let config = "group_by = [\"group\"]\nregion = \"Land\"\nprimary_when = { column = \"name\", is = \"a\" }\nvariables.n = { column = \"name\", type = \"boolean\" }";
        let columns = |cells: &'_ [String]| -> Vec<(&'static str, String)> { names.into_iter().zip(cells.iter().cloned()).collect() };
        let (before, after) = (columns(&before), columns(&cells));
        let refs = |columns: &'_ [(&'static str, String)]| -> Row {
            row(&columns.iter().map(|(name, cell)| (*name, cell.as_str())).collect::<Vec<_>>())
        };
        let bound = bind(Family::Autocalls, config, &names.map(|name| (name, ""))).unwrap();
        let (mut reused, mut fresh) = (Draft::default(), Draft::default());
        let _ = bound.fill(&refs(&before), &mut reused);
        let result = bound.fill(&refs(&after), &mut reused);
        prop_assert_eq!(result, bound.fill(&refs(&after), &mut fresh));
        prop_assert_eq!(reused, fresh);
    }
}

#[test]
fn one_bound_mapping_serves_several_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<BoundMapping>();
    shared::<Mapping>();
}
mod json_lines {
    use std::io::Write as _;

    use crate::source::{Input, Next, Source, SourceOptions};

    use super::*;

    /// The drafts' variables of every line, bound again whenever the header changes.
    fn all(family: Family, config: &str, text: &str) -> Vec<String> {
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mapping = Mapping::new(toml::from_str(config).unwrap(), family).unwrap();
        let mut source = Source::open(&Input::File(file.path().to_owned()), &SourceOptions::default()).unwrap();
        let (mut row, mut draft, mut out) = (Row::new(), Draft::default(), Vec::new());
        while let Next::Row = source.read(&mut row).unwrap() {
            let bound = mapping.bind_so_far(source.header()).unwrap();
            bound.fill(&row, &mut draft).unwrap();
            out.push(draft.primary.variables.clone());
        }
        mapping.bind(source.header()).unwrap();
        out
    }

    #[test]
    fn values_are_texts_in_variables_and_members_have_names_with_dots() {
        let line = r#"{"phone":"1","id":1234567890123456789,"ok":true,"none":null,"address":{"city":"Bonn","zip":"01067"},"tags":["a", "b"]}"#;
        assert_eq!(
            all(Family::Autocalls, "", line),
            [
                r#"{"address.city":"Bonn","address.zip":"01067","id":"1234567890123456789","ok":"true","tags":"[\"a\", \"b\"]"}"#
            ]
        );
        let config = "other_columns = \"ignore\"\n[variables]\nok = { column = \"ok\", type = \"boolean\" }\nn = { column = \"id\", type = \"number\" }\ntags = { column = \"tags\", type = \"list\" }\nc = { template = \"{{ address.city }} {{ address.zip }}\" }\nwhole = { column = \"address\", type = \"json\" }";
        assert_eq!(
            all(Family::Autocalls, config, line),
            [
                r#"{"c":"Bonn 01067","n":1234567890123456789,"ok":true,"tags":["a","b"],"whole":{"city":"Bonn","zip":"01067"}}"#
            ]
        );
    }

    #[test]
    fn json_stays_json_in_metadata() {
        let line = r#"{"name":"Ada","email":"a@example.com","n":1.10,"zip":"01067","utm":{"source":"ads","ids":[1, 2]},"none":null}"#;
        assert_eq!(all(Family::Pollybot, "", line), [r#"{"n":1.10,"utm":{"ids":[1,2],"source":"ads"},"zip":"01067"}"#]);
        let typed = "metadata.n = { column = \"n\", type = \"text\" }\nexclude = [\"utm*\", \"zip\"]";
        assert_eq!(all(Family::Pollybot, typed, line), [r#"{"n":"1.10"}"#]);
    }
}

#[test]
fn a_mistyped_column_is_told_before_what_follows_from_it() {
    let config =
        MappingConfig { phone: Some(PhoneColumns(vec!["phone_nmber".to_owned()])), ..MappingConfig::default() };
    let mapping = Mapping::new(config, Family::Autocalls).unwrap();
    let error = mapping.bind(&Header::new(["phone_number", "name"])).unwrap_err();
    assert!(matches!(&error, MappingError::MissingColumns(_)), "{error}");
    assert!(error.to_string().contains("phone_number"), "{error}");
}
