//! The JSON Schema of platform files, by which editors complete them and mark what is wrong.
//!
//! It is written by hand beside this file. What is only seen when several places are held against each other (a place that a
//! template does not have, answers that take each other's place) it leaves to the reader; a test holds its names against that.

use serde_json::Value;

/// The schema, of draft 7, which the editors' extensions for TOML know.
#[must_use]
pub fn schema() -> Value {
    // A test reads it; there is nothing to do for whoever meets a schema that is none.
    serde_json::from_str(include_str!("schema.json")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Custom;
    use super::*;

    const EXAMPLE: &str = include_str!("../../../examples/platforms/hubspot-shaped.toml");

    fn table(text: &str) -> Value {
        serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
    }

    fn is_valid(text: &str) -> bool {
        jsonschema::validator_for(&schema()).unwrap().is_valid(&table(text))
    }

    /// The names that the reader takes in the table before `mark`, as it lists them where it meets one that it does not know.
    fn names_of_reader(mark: &str) -> Vec<String> {
        assert!(EXAMPLE.contains(mark), "{mark}");
        let text = EXAMPLE.replacen(mark, &format!("{mark}\nzzzzz = 1"), 1);
        let error = Custom::parse("f", &text, &[]).unwrap_err().to_string();
        let mut names: Vec<String> =
            error.split_once("There are: ").unwrap().1.split(", ").map(str::to_owned).collect();
        names.sort();
        names
    }

    fn names_in(schema: &Value, pointer: &str) -> Vec<String> {
        let mut names: Vec<String> =
            schema.pointer(pointer).unwrap().as_object().unwrap().keys().map(String::clone).collect();
        names.sort();
        names
    }

    #[test]
    fn the_schema_has_the_names_that_the_reader_takes_and_no_others() {
        let schema = schema();
        for (mark, pointer) in [
            ("calls_at_once = false                # creating a contact calls nobody", "/properties"),
            (
                "settle = \"60s\"                       # its search finds a new contact only after a while",
                "/properties/limits/properties",
            ),
            ("[token]                              # sent as Authorization: Bearer …", "/properties/token/properties"),
            ("[create]", "/properties/create/properties"),
            ("means = \"created\"", "/definitions/answer/properties"),
            ("status = \"/properties/lifecyclestage\"", "/properties/lead/properties"),
            ("[look_up]                            # one contact by its number", "/definitions/list/properties"),
            ("[list]                               # everybody", "/definitions/list/properties"),
            ("[update]", "/properties/update/properties"),
            ("[delete]", "/properties/delete/properties"),
        ] {
            assert_eq!(names_in(&schema, pointer), names_of_reader(mark), "{pointer}");
        }
    }

    #[test]
    fn the_schema_takes_what_the_reader_takes() {
        let document = include_str!("../../../docs/CUSTOM_PLATFORM.md");
        let mut blocks = document.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let dialler = blocks.find(|block| block.starts_with("name = ")).unwrap();
        for text in [EXAMPLE, dialler] {
            assert!(Custom::parse("f", text, &[]).is_ok());
            let schema = schema();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&table(text)).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }

    #[test]
    fn the_schema_marks_what_the_reader_refuses() {
        for (from, to) in [
            ("calls_at_once = false", "calls_at_one = false"),
            ("calls_at_once = false", "calls_at_once = \"no\""),
            ("name = \"hubspot-shaped\"", "name = \"Hub\""),
            ("name = \"hubspot-shaped\"", "name = \"famulor\""),
            ("id = \"/id\"", "id = \"id\""),
            ("means = \"created\"", "means = \"made\""),
            ("status = [201]", "status = [400]"),
            ("status = [409]", "status = [503]"),
            ("status = [409]", "status = [429]"),
            ("status = [409]", "status = []"),
            ("status = [201]\nid = \"/id\"", "status = [201]"),
            ("pages = \"cursor\"", "pages = \"curser\""),
            ("next = \"/paging/next/after\"\n", ""),
            ("page_size = 100\n", ""),
            ("untouched = [\"lead\"]", ""),
            ("shows = { \"/properties\"", "shows = { \"properties\""),
            ("done = [204]", "done = [404]"),
            ("method = \"PATCH\"", "method = \"MERGE\""),
            ("https://api.example.com", "ftp://api.example.com"),
        ] {
            assert!(EXAMPLE.contains(from), "{from}");
            let text = EXAMPLE.replacen(from, to, 1);
            assert!(Custom::parse("f", &text, &[]).is_err(), "the reader takes {to:?}");
            assert!(!is_valid(&text), "the schema takes {to:?}");
        }
    }

    #[test]
    fn it_is_a_schema_of_the_draft_that_it_names() {
        assert_eq!(schema()["$schema"], json!("http://json-schema.org/draft-07/schema#"));
        assert!(jsonschema::meta::is_valid(&schema()));
    }
}
