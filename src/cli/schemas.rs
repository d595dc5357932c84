//! The schemas of everything that programs read of this one: printed by `leadload schema`, and kept in `docs/schemas/`, where
//! a test holds them against these.

use anyhow::{Result, bail};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::args::SchemaArgs;
use super::config_schema;
use super::config_shown::ConfigShown;
use super::doctor::Examination;
use super::documents::{Reconciliation, RecordedEnd, Refused, Undoing, Written};
use super::log::LogLine;
use super::run_forget::ForgetDone;
use super::run_history::{Exported, Table, ToldOfOne};
use crate::platform::platform_file_schema;
use crate::report::{Check, DryRun, History, ProgressLine, Summary, print_json, print_text};

/// A schema that is published.
pub(super) struct Published {
    /// Its name, and that of the `document` that it describes.
    pub(super) name: &'static str,
    /// Where it is met.
    pub(super) of: &'static str,
    pub(super) schema: fn(&Self) -> Value,
}

/// The number that every document says of itself. It is raised when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// All of them.
pub(super) const PUBLISHED: &[Published] = &[
    published::<Summary>("summary", "an import or an update: --json, --notify-cmd"),
    published::<DryRun>("dry_run", "an import or an update with --dry-run: --json"),
    published::<Refused>("refused", "any command that could not begin: --json, --notify-cmd"),
    published::<Check>("check", "leadload check --json"),
    published::<Written>("init", "leadload init --json"),
    published::<RecordedEnd<Reconciliation>>("reconcile", "leadload reconcile: --json, --notify-cmd"),
    published::<RecordedEnd<Undoing>>("undo", "leadload undo: --json, --notify-cmd"),
    published::<ConfigShown>("config", "leadload config show --json"),
    published::<History>("report", "leadload report --json"),
    published::<Table>("results", "leadload results --json, where it is a table"),
    published::<ToldOfOne>("stories", "leadload results --json, where it is about one"),
    published::<Exported>("exported", "leadload results --to FILE --json"),
    published::<ForgetDone>("forget", "leadload forget --json"),
    published::<Examination<'static>>("doctor", "leadload doctor --json"),
    published::<ProgressLine>("progress", "each line of --progress json"),
    published::<LogLine>("log", "each line of --log-format json"),
    Published {
        name: "toml",
        of: "configuration files: config.toml and leadload.toml",
        schema: |_| config_schema::schema(),
    },
    Published {
        name: "platform",
        of: "platform files: --platform-file, and [custom] of a configuration file",
        schema: |_| platform_file_schema(),
    },
];

const fn published<T: JsonSchema>(name: &'static str, of: &'static str) -> Published {
    Published { name, of, schema: document::<T> }
}

/// The schema of a document, which says its name and its version.
fn document<T: JsonSchema>(published: &Published) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    schema["title"] = format!("leadload {}, version {VERSION}", published.name).into();
    schema["$comment"] = format!("What is printed by {}. New fields may come at any time.", published.of).into();
    schema["properties"]["schema"] = json!({ "const": VERSION, "description": "The version of this schema: raised when a field changes its meaning or goes." });
    schema["properties"]["document"] =
        json!({ "const": published.name, "description": "What this is, and the name of its schema." });
    schema
}

/// `leadload schema`.
///
/// # Errors
/// There is no schema of that name.
pub(super) fn run_schema(args: &SchemaArgs) -> Result<u8> {
    let Some(name) = &args.name else {
        let width = PUBLISHED.iter().map(|it| it.name.len()).max().unwrap_or(0);
        let lines: Vec<String> = PUBLISHED.iter().map(|it| format!("{:width$}  {}", it.name, it.of)).collect();
        print_text(&lines.join("\n"))?;
        return Ok(0);
    };
    let Some(published) = PUBLISHED.iter().find(|it| it.name == name) else {
        let names: Vec<&str> = PUBLISHED.iter().map(|it| it.name).collect();
        bail!("there is no schema {name:?}\nwhat to do: name one of {}", names.join(", "));
    };
    print_json(&(published.schema)(published))?;
    Ok(0)
}
