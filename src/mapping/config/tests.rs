//! What a configuration says of a mapping, and what it may not say.

use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> MappingConfig {
    toml::from_str(text).unwrap()
}

#[test]
fn every_key_is_read_as_it_is_written_by_hand() {
    let config = parsed(
        r#"
        phone = "Telefon"
        other_columns = "ignore"
        include = ["utm_*"]
        empty = "send"
        group_by = ["Firma", "Ort"]
        primary_when = { column = "Hauptkontakt", is = "ja" }
        [variables]
        city = "Ort"
        full_name = { template = "{{ first }} {{ last }}" }
        fair = { value = "Berlin 2026" }
        score = { column = "Score", type = "number", default = "0" }
        [[secondary]]
        phone = "Tel 2"
        variables = { role = "Rolle 2" }
        "#,
    );
    assert_eq!(config.phone, Some(PhoneColumns(vec!["Telefon".to_owned()])));
    assert_eq!(config.variables["city"], VariableConfig::column("Ort"));
    assert_eq!(config.variables["fair"], VariableConfig::value("Berlin 2026"));
    assert_eq!(config.variables["score"].value_type, Some(ValueType::Number));
    assert_eq!(config.secondary.unwrap()[0].variables["role"], VariableConfig::column("Rolle 2"));
}

#[test]
fn a_misspelt_key_is_an_error_that_names_it() {
    assert!(toml::from_str::<MappingConfig>("fone = \"x\"").unwrap_err().to_string().contains("fone"));
    let nested = toml::from_str::<MappingConfig>("variables.a = { colum = \"x\" }").unwrap_err().to_string();
    assert!(nested.contains("colum"), "{nested}");
}

#[test]
fn a_variable_with_two_sources_or_none_is_an_error() {
    for table in ["{ column = \"a\", value = \"b\" }", "{ default = \"b\" }", "{}"] {
        let error = toml::from_str::<MappingConfig>(&format!("variables.x = {table}")).unwrap_err().to_string();
        assert!(error.contains("exactly one of"), "{error}");
    }
    assert!(toml::from_str::<MappingConfig>("variables.x = 5").unwrap_err().to_string().contains("column's name"));
}

#[test]
fn what_is_laid_over_wins_name_by_name() {
    let file = parsed("phone = \"A\"\nregion = \"L\"\n[variables]\nx = \"a\"\ny = \"b\"\n[lead]\nname = \"n\"");
    let flags = parsed("phone = \"B\"\n[variables]\ny = { value = \"c\" }\n[lead]\nemail = \"e\"");
    let merged = file.merge(flags);
    assert_eq!(merged.phone, Some(PhoneColumns(vec!["B".to_owned()])));
    assert_eq!(merged.region.as_deref(), Some("L"));
    assert_eq!(merged.variables["x"], VariableConfig::column("a"));
    assert_eq!(merged.variables["y"], VariableConfig::value("c"));
    assert_eq!(merged.lead.name, Some(VariableConfig::column("n")));
    assert_eq!(merged.lead.email, Some(VariableConfig::column("e")));
}

fn variable() -> impl Strategy<Value = VariableConfig> {
    let from = prop_oneof![
        any::<String>().prop_map(ValueFrom::Column),
        any::<String>().prop_map(ValueFrom::Template),
        any::<String>().prop_map(ValueFrom::Value),
    ];
    let value_type = prop_oneof![
        Just(None),
        Just(Some(ValueType::Text)),
        Just(Some(ValueType::Number)),
        Just(Some(ValueType::Boolean)),
        Just(Some(ValueType::Json)),
        Just(Some(ValueType::List)),
    ];
    (from, any::<Option<String>>(), value_type).prop_map(|(from, default, value_type)| VariableConfig {
        from,
        default,
        value_type,
    })
}

prop_compose! {
    fn config()(
        phone in proptest::option::of(proptest::collection::vec(any::<String>(), 0..3)),
        include in any::<Option<Vec<String>>>(),
        group_by in any::<Option<Vec<String>>>(),
        primary_when in proptest::option::of(any::<(String, String)>()),
        variables in proptest::collection::btree_map(any::<String>(), variable(), 0..4),
        secondary in proptest::option::of(proptest::collection::vec((any::<String>(), variable()), 0..3)),
        email in proptest::option::of(variable()),
        metadata in proptest::collection::btree_map(any::<String>(), variable(), 0..4),
        send in any::<bool>(),
    ) -> MappingConfig {
        let secondary = secondary.map(|list| {
            let one = |(phone, variable)| SecondaryConfig { phone, variables: BTreeMap::from([("v".to_owned(), variable)]) };
            list.into_iter().map(one).collect()
        });
        MappingConfig {
            phone: phone.map(PhoneColumns),
            include,
            group_by,
            primary_when: primary_when.map(|(column, is)| PrimaryWhen { column, is }),
            variables,
            secondary,
            lead: LeadConfig { email, ..LeadConfig::default() },
            metadata,
            empty: send.then_some(EmptyCells::Send),
            other_columns: send.then_some(OtherColumns::Ignore),
            ..MappingConfig::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_configuration_survives_being_written_and_read(config in config()) {
        let text = toml::to_string(&config).unwrap();
        prop_assert_eq!(toml::from_str::<MappingConfig>(&text).unwrap(), config);
    }

    #[test]
    fn merging_with_nothing_changes_nothing(config in config()) {
        prop_assert_eq!(config.clone().merge(MappingConfig::default()), config.clone());
        prop_assert_eq!(MappingConfig::default().merge(config.clone()), config);
    }
}
