//! Settings by name, in layers: flag, environment, profile, file. The first layer that has a value gives it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Error, Result, anyhow};
use clap::ValueEnum;
use std::time::Duration;

use super::setting_table::{SETTINGS, Setting, variable_name};

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
    /// The lines on which they stand, where they stand in a file.
    lines: BTreeMap<&'static str, usize>,
}

impl Layer {
    /// No values yet.
    #[must_use]
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin, values: BTreeMap::new(), lines: BTreeMap::new() }
    }

    /// What the environment says, asked by `variable`.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut layer = Self::new(Origin::Environment);
        for setting in SETTINGS {
            if let Some(text) = variable(&setting.variable()).filter(|text| !text.is_empty()) {
                layer.values.insert(setting.name, setting.values_in(&text));
            }
        }
        layer
    }

    /// What the environment of this process says.
    pub(super) fn environment() -> Self {
        // What is no text is taken as an option is: a path that is not heard would be another path.
        Self::from_environment(|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// Adds a value of a file that stands on `line`.
    pub(super) fn insert(&mut self, setting: &'static Setting, values: Vec<String>, line: usize) {
        self.values.insert(setting.name, values);
        self.lines.insert(setting.name, line);
    }

    /// Sets a value, if there is one.
    pub(super) fn set(&mut self, name: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.values.insert(name, vec![value.to_string()]);
        }
    }

    /// Sets several values, if there are any.
    pub(super) fn set_all(&mut self, name: &'static str, values: &[impl ToString]) {
        if !values.is_empty() {
            self.values.insert(name, values.iter().map(ToString::to_string).collect());
        }
    }

    /// Turns a switch on, if it was typed.
    pub(super) fn switch(&mut self, name: &'static str, typed: bool) {
        self.set(name, typed.then_some("true"));
    }

    /// The setting `name` as it stands there, for messages.
    fn describe(&self, name: &str) -> String {
        match self.lines.get(name) {
            Some(line) => format!("{}, line {line}", self.origin.describe(name)),
            None => self.origin.describe(name),
        }
    }
}

impl Origin {
    /// The setting `name` as it stands there, for messages.
    #[must_use]
    fn describe(&self, name: &str) -> String {
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

    /// The layer that gives the setting its value.
    fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.values.contains_key(name))
    }

    /// The setting `name` as it stands where its value comes from, for messages.
    #[must_use]
    pub(super) fn describe(&self, name: &str) -> String {
        self.layer(name).map_or_else(|| Origin::Flag.describe(name), |layer| layer.describe(name))
    }

    /// The line of the file on which the setting's value stands, where it comes from a file.
    #[must_use]
    pub(super) fn line(&self, name: &str) -> Option<usize> {
        self.layer(name)?.lines.get(name).copied()
    }

    /// Whether `name` is said at a place that is as strong as that of `other`, or stronger.
    #[must_use]
    pub(super) fn is_said_over(&self, name: &str, other: &str) -> bool {
        let place = |name: &str| self.layers.iter().position(|layer| layer.values.contains_key(name));
        place(name).unwrap_or(usize::MAX) <= place(other).unwrap_or(usize::MAX)
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

    /// A whole number.
    ///
    /// # Errors
    /// Names the setting, where it stands, and what is wrong.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        let wrong =
            |text: &str| anyhow!("{text:?} is not a whole number that it takes\nwhat to do: write digits only, like 5");
        self.read(name, |text| text.trim().parse::<T>().map_err(|_| wrong(text)))
    }

    /// The value, read by `read`.
    ///
    /// # Errors
    /// Names the setting, where it stands, and what is wrong.
    pub(super) fn read<T>(&self, name: &str, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        read(text).map(Some).with_context(|| format!("{} cannot be used", self.describe(name)))
    }

    /// A length of time, `30s`, `10m` or `1h 30m`.
    ///
    /// # Errors
    /// Names the setting, where it stands, and what is wrong.
    pub(super) fn duration(&self, name: &str, default: Duration) -> Result<Duration> {
        Ok(self.read(name, parse_duration)?.unwrap_or(default))
    }

    /// One of the words of `T`.
    ///
    /// # Errors
    /// It is none of them; names the setting, where it stands, and which there are.
    pub(super) fn word<T: ValueEnum>(&self, name: &str) -> Result<Option<T>> {
        let words = || T::value_variants().iter().filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()));
        self.read(name, |text| {
            T::from_str(text, true).map_err(|_| {
                anyhow!(
                    "{text:?} is not one of its words\nwhat to do: write one of {}",
                    words().collect::<Vec<_>>().join(", ")
                )
            })
        })
    }

    /// A switch.
    ///
    /// # Errors
    /// The value is neither `true` nor `false`.
    pub(super) fn is_on(&self, name: &str) -> Result<bool> {
        let on = self.read(name, |text| match text.to_lowercase().as_str() {
            "true" | "yes" | "1" | "on" => Ok(true),
            "false" | "no" | "0" | "off" => Ok(false),
            _ => Err(anyhow!("{text:?} is neither true nor false\nwhat to do: write one of these")),
        })?;
        Ok(on.unwrap_or(false))
    }
}

pub(super) fn parse_duration(text: &str) -> Result<Duration> {
    crate::library::duration(text).map_err(Error::msg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(text: &str) -> Layer {
        let path = std::path::Path::new("leadload.toml");
        super::super::config_text::ConfigText::parse(path, text).unwrap().top().settings().unwrap()
    }

    fn file() -> Origin {
        Origin::File("leadload.toml".into())
    }

    #[test]
    fn the_strongest_layer_gives_the_value_and_is_named() {
        let mut flags = Layer::new(Origin::Flag);
        flags.set("campaign", Some(9));
        let environment = Layer::from_environment(|name| (name == "LEADLOAD_RATE").then(|| "5/s, 100/min".to_owned()));
        let settings = Settings::new(vec![flags, environment, layer("campaign = 7\nrate = '1/s'\nregion = 'DE'")]);
        assert_eq!(settings.one("campaign"), Some(("9", &Origin::Flag)));
        assert_eq!(settings.all("rate"), Some((&["5/s".to_owned(), "100/min".to_owned()][..], &Origin::Environment)));
        assert_eq!(settings.one("region"), Some(("DE", &file())));
        assert_eq!(settings.one("timeout"), None);
    }

    #[test]
    fn a_bad_value_is_named_with_its_place() {
        let settings = Settings::new(vec![layer("timeout = 'soon'\nyes = 'maybe'")]);
        let error = format!("{:#}", settings.duration("timeout", Duration::ZERO).unwrap_err());
        assert!(error.contains("timeout in leadload.toml, line 1") && error.contains("soon"), "{error}");
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
