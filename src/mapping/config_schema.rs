//! The JSON Schema of a `[mapping]`, where deriving it does not do.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::config::{MappingConfig, OneOrSeveral, PhoneColumns, VariableConfig, VariableTable};

impl MappingConfig {
    /// The keys of a `[mapping]`.
    #[must_use]
    pub fn keys() -> Vec<String> {
        let schema = SchemaSettings::draft07().for_deserialize().into_generator().into_root_schema_for::<Self>();
        let properties = schema.get("properties").and_then(serde_json::Value::as_object);
        properties.into_iter().flatten().map(|(key, _)| key.clone()).collect()
    }
}

impl JsonSchema for PhoneColumns {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PhoneColumns".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        OneOrSeveral::json_schema(generator)
    }
}

impl JsonSchema for VariableConfig {
    fn schema_name() -> Cow<'static, str> {
        "Variable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<VariableTable>();
        json_schema!({
            "description": "The name of a column, or a table with one of column, template and value.",
            "anyOf": [{ "type": "string", "description": "The column whose cell it is." }, table],
        })
    }
}
