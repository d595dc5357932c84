//! Settings by name, in layers: flag, environment, profile, file. The first layer that has a value gives it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use jiff::SignedDuration;
use std::time::Duration;

/// A setting that flags, the environment (`LEADLOAD_` and the name in capitals) and configuration files share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Setting {
    /// Its name in configuration files; the flag has `-` for `_`.
    pub name: &'static str,
    /// Whether it takes one value or several.
    pub takes: Takes,
}

/// How many values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// One.
    One,
    /// Any number; in the environment separated by commas.
    Several,
}

/// Every setting there is.
pub(super) const SETTINGS: &[Setting] = &[
    one("platform"),
    one("platform_file"),
    one("base_url"),
    one("campaign"),
    one("chatbot"),
    one("leads_path"),
    several("already_there_words"),
    several("no_balance_words"),
    one("results"),
    one("region"),
    several("types"),
    one("no_repair"),
    one("other_numbers"),
    several("rate"),
    one("concurrency"),
    one("timeout"),
    one("settle"),
    one("give_up"),
    one("max_in_doubt"),
    one("max_failures"),
    one("pause_after_errors"),
    one("until"),
    one("check_variables"),
    one("max_cell"),
    one("skip_existing"),
    several("known"),
    several("suppress"),
    one("suppress_column"),
    one("max_unpacked"),
    one("encoding"),
    one("token_file"),
    one("token_command"),
    one("ca_file"),
    one("allow_duplicates"),
    one("on_exists"),
    one("retry_rejected"),
    one("accept_echo"),
    one("strict"),
    one("scattered"),
    one("temp_dir"),
    one("yes"),
    one("log"),
    one("log_format"),
    one("progress"),
];

const fn one(name: &'static str) -> Setting {
    Setting { name, takes: Takes::One }
}

const fn several(name: &'static str) -> Setting {
    Setting { name, takes: Takes::Several }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// `--name` on the command line.
    Flag,
    /// An environment variable.
    Environment,
    /// A profile of a configuration file.
    Profile { name: String, file: PathBuf },
    /// The top of a configuration file.
    File(PathBuf),
}

/// The values of one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layer {
    /// Where they come from.
    pub origin: Origin,
    /// By name.
    pub values: BTreeMap<&'static str, Vec<String>>,
}

impl Layer {
    /// No values yet.
    #[must_use]
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin, values: BTreeMap::new() }
    }

    /// What the environment says, asked by `variable`.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut layer = Self::new(Origin::Environment);
        for setting in SETTINGS {
            let Some(text) = variable(&variable_name(setting.name)).filter(|text| !text.is_empty()) else { continue };
            let values = match setting.takes {
                Takes::One => vec![text],
                Takes::Several => text.split(',').map(|part| part.trim().to_owned()).collect(),
            };
            layer.values.insert(setting.name, values);
        }
        layer
    }

    /// The values of a table in a configuration file; tables in it are not settings and are left out.
    ///
    /// # Errors
    /// A name that is no setting, or a value that is no text, number, boolean or list of these.
    pub(super) fn from_table(origin: Origin, table: &toml::Table) -> Result<Self> {
        let mut layer = Self::new(origin);
        for (name, value) in table.iter().filter(|(_, value)| !value.is_table()) {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                let nearest = nearest_setting(name);
                bail!("{}: {name:?} is not a setting; did you mean {nearest:?}?", layer.origin.describe(name));
            };
            let values = match value {
                toml::Value::Array(items) if setting.takes == Takes::Several => {
                    items.iter().map(text_of).collect::<Option<_>>()
                }
                other => text_of(other).map(|text| vec![text]),
            };
            let values =
                values.ok_or_else(|| anyhow!("{}: {value} is not a value for it", layer.origin.describe(name)))?;
            layer.values.insert(setting.name, values);
        }
        Ok(layer)
    }

    /// Sets a value, if there is one.
    pub(super) fn set(&mut self, name: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.values.insert(name, vec![value.to_string()]);
        }
    }

    /// Turns a switch on, if it was typed.
    pub(super) fn switch(&mut self, name: &'static str, typed: bool) {
        self.set(name, typed.then_some("true"));
    }
}

fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}

fn variable_name(setting: &str) -> String {
    format!("LEADLOAD_{}", setting.to_uppercase())
}

fn nearest_setting(name: &str) -> &'static str {
    let likeness = |setting: &&Setting| strsim::jaro_winkler(name, setting.name);
    SETTINGS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).map_or("platform", |setting| setting.name)
}

impl Origin {
    /// The setting `name` as it stands there, for messages.
    #[must_use]
    pub(super) fn describe(&self, name: &str) -> String {
        match self {
            Self::Flag => format!("--{}", name.replace('_', "-")),
            Self::Environment => variable_name(name),
            Self::Profile { name: profile, file } => format!("{name} in profile {profile} of {}", file.display()),
            Self::File(file) => format!("{name} in {}", file.display()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::Profile { name, file } => write!(f, "profile {name} of {}", file.display()),
            Self::File(file) => write!(f, "{}", file.display()),
        }
    }
}

/// Layers, the strongest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    layers: Vec<Layer>,
}

impl Settings {
    /// Of these layers, the strongest first.
    #[must_use]
    pub(super) fn new(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// The same with one more layer, weaker than all others.
    pub(super) fn above(&mut self, layer: Layer) {
        self.layers.push(layer);
    }

    /// How strong the layer is that gives a setting; less is stronger.
    pub(super) fn rank(&self, name: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.values.contains_key(name))
    }

    /// The values of a setting and where they come from.
    #[must_use]
    pub(super) fn all(&self, name: &str) -> Option<(&[String], &Origin)> {
        self.layers.iter().find_map(|layer| layer.values.get(name).map(|values| (values.as_slice(), &layer.origin)))
    }

    /// The value of a setting and where it comes from.
    #[must_use]
    pub(super) fn one(&self, name: &str) -> Option<(&str, &Origin)> {
        let (values, origin) = self.all(name)?;
        values.last().map(|value| (value.as_str(), origin))
    }

    /// The value of a setting.
    #[must_use]
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.one(name).map(|(value, _)| value)
    }

    /// The value, parsed.
    ///
    /// # Errors
    /// Names the setting, where it stands, and what is wrong.
    pub(super) fn parsed<T>(&self, name: &str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        self.read(name, |text| text.parse::<T>().map_err(|error| anyhow!("{error}")))
    }

    /// The value, read by `read`.
    ///
    /// # Errors
    /// Names the setting, where it stands, and what is wrong.
    pub(super) fn read<T>(&self, name: &str, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
        let Some((text, origin)) = self.one(name) else { return Ok(None) };
        read(text).map(Some).with_context(|| format!("{} cannot be used", origin.describe(name)))
    }

    /// A length of time, `30s`, `10m` or `1h 30m`.
    ///
    /// # Errors
    /// Names the setting, where it stands, and what is wrong.
    pub(super) fn duration(&self, name: &str, default: Duration) -> Result<Duration> {
        Ok(self.read(name, parse_duration)?.unwrap_or(default))
    }

    /// A switch.
    ///
    /// # Errors
    /// The value is neither `true` nor `false`.
    pub(super) fn is_on(&self, name: &str) -> Result<bool> {
        let on = self.read(name, |text| match text.to_lowercase().as_str() {
            "true" | "yes" | "1" | "on" => Ok(true),
            "false" | "no" | "0" | "off" => Ok(false),
            _ => Err(anyhow!("{text:?} is neither true nor false")),
        })?;
        Ok(on.unwrap_or(false))
    }
}

pub(super) fn parse_duration(text: &str) -> Result<Duration> {
    let wrong = || anyhow!("{text:?} is not a length of time; write it like 30s, 10m or 1h");
    let duration: SignedDuration = text.trim().parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(origin: Origin, text: &str) -> Layer {
        Layer::from_table(origin, &text.parse().unwrap()).unwrap()
    }

    fn file() -> Origin {
        Origin::File("leadload.toml".into())
    }

    #[test]
    fn the_strongest_layer_gives_the_value_and_is_named() {
        let mut flags = Layer::new(Origin::Flag);
        flags.set("campaign", Some(9));
        let environment = Layer::from_environment(|name| (name == "LEADLOAD_RATE").then(|| "5/s, 100/min".to_owned()));
        let settings =
            Settings::new(vec![flags, environment, layer(file(), "campaign = 7\nrate = '1/s'\nregion = 'DE'")]);
        assert_eq!(settings.one("campaign"), Some(("9", &Origin::Flag)));
        assert_eq!(settings.all("rate"), Some((&["5/s".to_owned(), "100/min".to_owned()][..], &Origin::Environment)));
        assert_eq!(settings.one("region"), Some(("DE", &file())));
        assert_eq!(settings.one("timeout"), None);
    }

    #[test]
    fn a_mistyped_setting_is_answered_with_the_nearest() {
        let error = Layer::from_table(file(), &"campain = 7".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("did you mean \"campaign\""), "{error}");
    }

    #[test]
    fn a_bad_value_is_named_with_its_place() {
        let settings = Settings::new(vec![layer(file(), "timeout = 'soon'\nyes = 'maybe'")]);
        let error = format!("{:#}", settings.duration("timeout", Duration::ZERO).unwrap_err());
        assert!(error.contains("timeout in leadload.toml") && error.contains("soon"), "{error}");
        assert!(settings.is_on("yes").is_err());
    }

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        for (text, seconds) in [("30s", 30), ("10m", 600), ("1h", 3600), ("1h 30m", 5400), ("0s", 0)] {
            assert_eq!(parse_duration(text).unwrap().as_secs(), seconds, "{text}");
        }
        for text in ["", "30", "-5s", "soon"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
