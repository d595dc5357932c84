//! The JSON Schema of configuration files, by which editors complete them and mark what is wrong.

use serde_json::{Map, Value, json};

use super::setting_table::Takes;
use super::setting_words::{Described, described};
use crate::mapping::MappingConfig;
use crate::platform::platform_file_schema;

/// The schema. It is of draft 7, which the editors' extensions for TOML know.
pub(super) fn schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft07().for_deserialize();
    let mapping = settings.into_generator().into_root_schema_for::<MappingConfig>().to_value();
    let mut definitions = mapping.get("definitions").cloned().unwrap_or_else(|| json!({}));
    definitions["mapping"] = without(mapping, &["$schema", "definitions", "title"]);
    let mut section: Map<String, Value> =
        described().iter().filter(|it| it.setting.is_in_files()).map(property).collect();
    section.insert("mapping".to_owned(), json!({ "$ref": "#/definitions/mapping" }));
    let platform = platform_file_schema();
    for (name, definition) in platform["definitions"].as_object().into_iter().flatten() {
        definitions[name.as_str()] = definition.clone();
    }
    definitions["custom"] = without(platform, &["$schema", "definitions", "title"]);
    section.insert("custom".to_owned(), json!({ "$ref": "#/definitions/custom" }));
    definitions["profile"] = json!({
        "description": "What holds with --profile and this name, over the rest of the file.",
        "type": "object",
        "properties": section.clone(),
        "additionalProperties": false,
    });
    section.insert(
        "profiles".to_owned(),
        json!({
            "description": "Profiles by name; --profile chooses one.",
            "type": "object",
            "additionalProperties": { "$ref": "#/definitions/profile" },
        }),
    );
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A configuration file of leadload, version 1",
        "description": "Of a leadload.toml that merely lies beside the input only [mapping] and region are heard.",
        "type": "object",
        "properties": section,
        "additionalProperties": false,
        "definitions": definitions,
    })
}

fn property(it: &Described) -> (String, Value) {
    let text = json!({ "type": ["string", "integer"] });
    let mut schema = match it.setting.takes {
        Takes::One => text,
        Takes::Number => json!({ "type": "integer", "minimum": 0 }),
        Takes::Switch => json!({ "type": "boolean" }),
        Takes::Word(words) => json!({ "enum": words }),
        Takes::Several | Takes::Lines => {
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
        }
    };
    let default = it.default.as_ref().map(|default| format!(" [default: {default}]")).unwrap_or_default();
    schema["description"] = format!("{}{default}", it.what).into();
    (it.setting.name.to_owned(), schema)
}

fn without(mut schema: Value, names: &[&str]) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|name, _| !names.contains(&name.as_str()));
    }
    schema
}
