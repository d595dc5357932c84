//! What is in force and where each value comes from, as text and as JSON.

use std::fmt::Write as _;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::config_file::{Configuration, MappingOrigin, ReadFile, Trust};
use super::setting_table::{Heard, SETTINGS};
use super::setting_words::described;
use super::settings::{Origin, Settings};
use super::token;
use crate::mapping::MappingConfig;
use crate::platform::Custom;
use crate::report::plain;

/// What was said, wherever it was said.
pub(super) struct Configured {
    /// All layers.
    pub(super) settings: Settings,
    pub(super) files: Configuration,
    /// The part of the mapping that the command line and the environment say.
    pub(super) over: MappingConfig,
    /// The platform that a file describes, where that is asked for.
    pub(super) custom: Option<Arc<Custom>>,
}

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// The widest value that is shown to people, in characters.
const WIDEST: usize = 60;

/// What is in force.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConfigShown {
    schema: u32,
    document: &'static str,
    /// The files that were read, the strongest first.
    files: Vec<FileShown>,
    /// Where the token comes from: `LEADLOAD_TOKEN`, `token_file`, `token_command`; null where there is none.
    token: Option<&'static str>,
    /// The settings that have a value.
    settings: Vec<SettingShown>,
    /// The keys of the `[mapping]` that have a value.
    mapping: Vec<KeyShown>,
    /// What was left out, and why: sentences.
    notes: Vec<String>,
}

/// A configuration file.
#[derive(Debug, Serialize, JsonSchema)]
struct FileShown {
    path: String,
    /// `everything`, or `mapping` where the file merely lies beside the input: of that also its `region` is heard.
    heard: &'static str,
    /// The profiles that it has.
    profiles: Vec<String>,
}

/// A setting and its value.
#[derive(Debug, Serialize, JsonSchema)]
struct SettingShown {
    name: &'static str,
    /// Its values; of a default, in words.
    values: Vec<String>,
    from: ComesFrom,
}

/// A key of the `[mapping]` and its value.
#[derive(Debug, Serialize, JsonSchema)]
struct KeyShown {
    key: String,
    value: Value,
    from: ComesFrom,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ComesFrom {
    /// An option.
    Option { name: String },
    /// An environment variable.
    Environment { name: String },
    /// A profile of a file.
    Profile { file: String, profile: String, line: Option<usize> },
    /// The top of a file, or its `[mapping]`.
    File { file: String, line: Option<usize> },
    /// Nobody said anything.
    Default,
}

impl ConfigShown {
    /// What is configured; `unheard` are sentences about what was meant to be said, and is not.
    pub(super) fn new(configured: Configured, unheard: Vec<String>) -> Self {
        let Configured { settings, files, over, .. } = configured;
        let Configuration { mapping, files, mut notes, .. } = files;
        notes.extend(unheard);
        let mapping = keys(mapping, over, &settings);
        Self {
            schema: 1,
            document: "config",
            files: files.iter().map(FileShown::new).collect(),
            token: token::source(&settings),
            settings: shown(&settings, &mapping),
            mapping,
            notes,
        }
    }

    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The text for people.
    pub(super) fn text(&self) -> String {
        let mut out = String::from("Configuration files, the strongest first\n");
        for FileShown { path, heard, profiles } in &self.files {
            let note = match (*heard, profiles.as_slice()) {
                ("mapping", _) => " (beside the input: only its [mapping] and region)".to_owned(),
                (_, []) => String::new(),
                (_, profiles) => format!(" (profiles: {})", profiles.join(", ")),
            };
            let _ = writeln!(out, "  {}{note}", plain(path));
        }
        if self.files.is_empty() {
            out.push_str("  none\n");
        }
        let token = self.token.map_or_else(|| "none".to_owned(), |from| format!("{HIDDEN} from {from}"));
        let _ = writeln!(out, "\nToken: {token}");
        let said = |it: &&SettingShown| it.from != ComesFrom::Default;
        let rows = |wanted: bool| {
            let rows = self.settings.iter().filter(move |it| said(it) == wanted);
            rows.map(|it| (it.name.to_owned(), it.values.join(", "), it.from.words())).collect::<Vec<_>>()
        };
        write_rows(&mut out, "Said", &rows(true));
        let keys = self.mapping.iter().map(|it| (it.key.clone(), in_toml(&it.value), it.from.words()));
        write_rows(&mut out, "Columns ([mapping])", &keys.collect::<Vec<_>>());
        write_rows(&mut out, "Not said: the defaults", &rows(false));
        out
    }
}

fn write_rows(out: &mut String, title: &str, rows: &[(String, String, String)]) {
    if rows.is_empty() {
        return;
    }
    let short = |value: &str| console::truncate_str(&plain(value), WIDEST, "…").into_owned();
    let widest = |of: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| console::measure_text_width(&short(of(row)))).max().unwrap_or(0)
    };
    let (names, values) = (widest(|row| &row.0), widest(|row| &row.1));
    let _ = writeln!(out, "\n{title}");
    for (name, value, from) in rows {
        let padded =
            |text: &str, width| console::pad_str(&short(text), width, console::Alignment::Left, None).into_owned();
        let row = format!("  {}  {}  {}", padded(name, names), padded(value, values), plain(from));
        let _ = writeln!(out, "{}", row.trim_end());
    }
}

impl FileShown {
    fn new(file: &ReadFile) -> Self {
        let heard = if file.trust == Trust::Everything { "everything" } else { "mapping" };
        Self { path: file.path.display().to_string(), heard, profiles: file.profiles.clone() }
    }
}

impl ComesFrom {
    fn of_setting(name: &str, settings: &Settings) -> Self {
        let line = settings.line(name);
        match settings.all(name) {
            None => Self::Default,
            Some((_, Origin::Flag)) => Self::Option { name: settings.describe(name) },
            Some((_, Origin::Environment)) => Self::Environment { name: settings.describe(name) },
            Some((_, Origin::Profile { name, file })) => {
                Self::Profile { file: file.display().to_string(), profile: name.clone(), line }
            }
            Some((_, Origin::File(file))) => Self::File { file: file.display().to_string(), line },
        }
    }

    fn of_mapping(origin: &MappingOrigin) -> Self {
        let file = origin.file.display().to_string();
        match &origin.profile {
            Some(profile) => Self::Profile { file, profile: profile.clone(), line: None },
            None => Self::File { file, line: None },
        }
    }

    fn words(&self) -> String {
        let at = |line: &Option<usize>| line.map(|line| format!(", line {line}")).unwrap_or_default();
        match self {
            Self::Option { name } | Self::Environment { name } => name.clone(),
            Self::Profile { file, profile, line } => format!("profile {profile} of {file}{}", at(line)),
            Self::File { file, line } => format!("{file}{}", at(line)),
            Self::Default => String::new(),
        }
    }
}

/// Every setting that has a value, or a default that no key of the `mapping` overrules.
fn shown(settings: &Settings, mapping: &[KeyShown]) -> Vec<SettingShown> {
    let show = |it: super::setting_words::Described| {
        let name = it.setting.name;
        let is_mapped =
            matches!(it.setting.heard, Heard::AsMapping(key) if mapping.iter().any(|shown| shown.key == key));
        let values = match settings.all(name) {
            Some((values, _)) => values.iter().map(|value| openly(name, value)).collect(),
            None if is_mapped => return None,
            None => vec![it.default?],
        };
        Some(SettingShown { name, values, from: ComesFrom::of_setting(name, settings) })
    };
    described().into_iter().filter_map(show).collect()
}

/// A value as it may be shown: of a command that may hold a secret, which program it is; of an address, nobody's password.
fn openly(name: &str, value: &str) -> String {
    match name {
        "token_command" | "notify_cmd" => {
            let program = value.split_whitespace().next().unwrap_or_default();
            let is_name = program.chars().all(|c| c.is_alphanumeric() || "-_./\\".contains(c));
            if is_name { format!("{program} {HIDDEN}") } else { HIDDEN.to_owned() }
        }
        "base_url" if value.contains('@') => HIDDEN.to_owned(),
        _ => value.to_owned(),
    }
}

/// Every key of the mapping that has a value; what holds names is taken apart, since it is merged name by name.
fn keys(base: Option<(MappingConfig, MappingOrigin)>, over: MappingConfig, settings: &Settings) -> Vec<KeyShown> {
    let over_keys: Vec<String> = entries(&over).into_iter().map(|(key, _)| key).collect();
    let (config, origin) = match base {
        Some((base, origin)) => (base.merge(over), Some(origin)),
        None => (over, None),
    };
    let from = |key: &str| match &origin {
        Some(origin) if !over_keys.iter().any(|it| it == key) => ComesFrom::of_mapping(origin),
        _ => said(key, settings),
    };
    entries(&config).into_iter().map(|(key, value)| KeyShown { from: from(&key), key, value }).collect()
}

/// Which option or variable says this key of the mapping.
fn said(key: &str, settings: &Settings) -> ComesFrom {
    let (key, variable) = key.split_once('.').unwrap_or((key, ""));
    let says = |name: &str| {
        let values = settings.all(name).map_or(&[][..], |(values, _)| values);
        let names_it = |value: &String| value.split_once('=').is_some_and(|(name, _)| name.trim() == variable);
        !values.is_empty() && (variable.is_empty() || values.iter().any(names_it))
    };
    let setting = SETTINGS.iter().find(|it| it.heard == Heard::AsMapping(key_of(key)) && says(it.name));
    setting.map_or(ComesFrom::Default, |setting| ComesFrom::of_setting(setting.name, settings))
}

/// The same key as the table of settings has it.
fn key_of(key: &str) -> &'static str {
    let keys = SETTINGS.iter().filter_map(|setting| match setting.heard {
        Heard::AsMapping(known) => Some(known),
        Heard::Everywhere | Heard::AboutFiles => None,
    });
    keys.into_iter().find(|known| *known == key).unwrap_or("")
}

fn entries(config: &MappingConfig) -> Vec<(String, Value)> {
    let Ok(Value::Object(keys)) = serde_json::to_value(config) else { return Vec::new() };
    let mut entries = Vec::new();
    for (key, value) in keys {
        match value {
            Value::Object(names) if ["variables", "metadata", "lead"].contains(&key.as_str()) => {
                entries.extend(names.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => entries.push((key, value)),
        }
    }
    entries
}

/// A value nearly as a file has it.
fn in_toml(value: &Value) -> String {
    toml::Value::try_from(value).map_or_else(|_| value.to_string(), |value| value.to_string())
}
