//! The text of a configuration file: TOML of which every mistake is told with the file, the line, and what was probably
//! meant.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::setting_table::{Heard, SETTINGS, Setting, Takes, setting};
use super::settings::{Layer, Origin};
use crate::mapping::MappingConfig;

/// The sections that a file can have.
const SECTIONS: [&str; 3] = ["mapping", CUSTOM, "profiles"];

/// The section that describes a platform.
pub(super) const CUSTOM: &str = "custom";

/// A configuration file, read and taken apart.
pub(super) struct ConfigText<'a> {
    path: &'a Path,
    text: &'a str,
    table: DeTable<'a>,
}

/// The top of a file, or one of its profiles.
pub(super) struct Section<'a> {
    file: &'a ConfigText<'a>,
    table: &'a DeTable<'a>,
    /// The name of the profile.
    profile: Option<&'a str>,
}

impl<'a> ConfigText<'a> {
    /// Takes `text` apart, which stands in the file at `path`.
    ///
    /// # Errors
    /// It is no TOML, or has a section that there is not.
    pub(super) fn parse(path: &'a Path, text: &'a str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            fault(path, text, at, &format!("not valid TOML: {}", error.message()))
        })?;
        Ok(Self { path, text, table: parsed.into_inner() })
    }

    /// What stands above all sections.
    pub(super) fn top(&'a self) -> Section<'a> {
        Section { file: self, table: &self.table, profile: None }
    }

    /// The names of the profiles.
    pub(super) fn profiles(&self) -> Vec<&str> {
        let profiles = find(&self.table, "profiles").and_then(|(_, profiles)| profiles.get_ref().as_table());
        profiles.into_iter().flat_map(DeTable::iter).map(|(name, _)| name.get_ref().as_ref()).collect()
    }

    /// The profile `name`.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn profile(&'a self, name: &'a str) -> Result<Section<'a>> {
        let profiles = find(&self.table, "profiles").and_then(|(_, profiles)| profiles.get_ref().as_table());
        let chosen = profiles.and_then(|profiles| find(profiles, name)).and_then(|(_, it)| it.get_ref().as_table());
        chosen.map(|table| Section { file: self, table, profile: Some(name) }).ok_or_else(|| {
            let (path, known) = (self.path.display(), self.profiles());
            match nearest(name, known.iter().copied()) {
                None => anyhow!(
                    "{path} has no profile {name:?}: it has no profiles at all\nwhat to do: add [profiles.{name}] to it, or leave \
                     out --profile"
                ),
                Some(near) => {
                    let known = known.join(", ");
                    anyhow!("{path} has no profile {name:?}; did you mean {near:?}?\nwhat to do: name one of {known}")
                }
            }
        })
    }

    /// The names of everything at the top that is no `[mapping]` and none of `settings`.
    pub(super) fn all_but_mapping_and(&self, settings: &[&str]) -> Vec<&str> {
        let names = self.table.keys().map(|name| name.get_ref().as_ref());
        names.filter(|name| *name != "mapping" && !settings.contains(name)).collect()
    }

    fn fault(&self, at: usize, words: &str) -> anyhow::Error {
        fault(self.path, self.text, at, words)
    }
}

impl Section<'_> {
    /// Its settings, each with its line.
    ///
    /// # Errors
    /// A name that is no setting, a section that there is not, or a value that cannot be one.
    pub(super) fn settings(&self) -> Result<Layer> {
        self.settings_where(|_| true)
    }

    /// Those of its settings whose names are in `names`, each with its line; values of others are not looked at.
    ///
    /// # Errors
    /// A name that is no setting, a section that there is not, or one of these with a value that cannot be one.
    pub(super) fn settings_among(&self, names: &[&str]) -> Result<Layer> {
        self.settings_where(|name| names.contains(&name))
    }

    fn settings_where(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Layer> {
        let mut layer = Layer::new(self.origin());
        for (name, value) in self.table {
            let Some(setting) = self.setting_of(name, value)?.filter(|setting| is_wanted(setting.name)) else {
                continue;
            };
            let (at, name) = (name.span().start, setting.name);
            let Some(values) = values_of(setting, value.get_ref()) else {
                return Err(self.file.fault(at, &format!("{name} takes {}", wanted(setting.takes))));
            };
            layer.insert(setting, values, line_of(self.file.text, at));
        }
        Ok(layer)
    }

    /// The setting that a name stands for; `None` where it stands for a section.
    fn setting_of(
        &self,
        name: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Option<&'static Setting>> {
        let (at, name, value) = (name.span().start, name.get_ref().as_ref(), value.get_ref());
        if self.sections().contains(&name) && value.is_table() {
            return Ok(None);
        }
        let known = setting(name).filter(|setting| setting.is_in_files());
        known.map(Some).ok_or_else(|| self.file.fault(at, &self.unknown(name, value)))
    }

    /// Its `[mapping]`.
    ///
    /// # Errors
    /// A key that there is not, or a value that cannot be.
    pub(super) fn mapping(&self) -> Result<Option<MappingConfig>> {
        let Some((name, value)) = find(self.table, "mapping") else { return Ok(None) };
        let start = name.span().start;
        MappingConfig::deserialize(ValueDeserializer::from(value.clone())).map(Some).map_err(|error| {
            let at = error.span().map_or(start, |span| span.start);
            self.file.fault(at, &format!("[mapping]: {}", in_words(error.message())))
        })
    }

    /// Whether it has the section `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        find(self.table, name).is_some_and(|(_, value)| value.get_ref().is_table())
    }

    fn origin(&self) -> Origin {
        let file = self.file.path.to_path_buf();
        match self.profile {
            None => Origin::File(file),
            Some(name) => Origin::Profile { name: name.to_owned(), file },
        }
    }

    fn sections(&self) -> &'static [&'static str] {
        if self.profile.is_some() { &SECTIONS[..2] } else { &SECTIONS }
    }

    /// What is wrong with a name that is no setting of a file.
    fn unknown(&self, name: &str, value: &DeValue<'_>) -> String {
        if value.is_table() {
            let near = nearest(name, self.sections().iter().copied()).unwrap_or("mapping");
            return format!("there is no section [{name}]; did you mean [{near}]?");
        }
        match setting(name).map(|setting| setting.heard) {
            Some(Heard::AsMapping(key)) => {
                return format!("{name:?} is no setting of a file: it is {key} under [mapping]");
            }
            Some(Heard::AboutFiles) => {
                return format!(
                    "{name:?} is no setting of a file: it is said on the command line or in the environment"
                );
            }
            _ => {}
        }
        if MappingConfig::keys().iter().any(|key| key == name) {
            return format!("{name:?} is no setting: it stands under [mapping]");
        }
        let names = SETTINGS.iter().filter(|setting| setting.is_in_files()).map(|setting| setting.name);
        format!("{name:?} is not a setting; did you mean {:?}?", nearest(name, names).unwrap_or("platform"))
    }
}

fn find<'t, 'a>(table: &'t DeTable<'a>, name: &str) -> Option<(&'t Spanned<Cow<'a, str>>, &'t Spanned<DeValue<'a>>)> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

fn fault(path: &Path, text: &str, at: usize, words: &str) -> anyhow::Error {
    anyhow!("{}, line {}: {words}", path.display(), line_of(text, at))
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The name that is most like `name`.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |other: &&str| strsim::jaro_winkler(name, other);
    names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// What serde says of a name that there is not, with the one that was probably meant in place of all.
fn in_words(message: &str) -> String {
    let message = message.trim();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let named = quoted.next();
    match named.and_then(|name| Some((name, nearest(name, quoted)?))) {
        Some((name, near)) if message.starts_with("unknown field") => {
            format!("there is no {name:?}; did you mean {near:?}?")
        }
        Some((name, near)) if message.starts_with("unknown variant") => {
            let words: Vec<_> = message.split('`').skip(3).step_by(2).collect();
            format!("{name:?} is none of {}; did you mean {near:?}?", words.join(", "))
        }
        _ => message.to_owned(),
    }
}

fn values_of(setting: &Setting, value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::Array(items) if setting.takes_several() => items.iter().map(|item| text_of(item.get_ref())).collect(),
        other => text_of(other).map(|text| vec![text]),
    }
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        DeValue::Boolean(boolean) => Some(boolean.to_string()),
        // A time of day need not stand in quotes.
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Float(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn wanted(takes: Takes) -> String {
    match takes {
        Takes::One => "one text, in quotes, or a whole number".to_owned(),
        Takes::Number => "a whole number".to_owned(),
        Takes::Switch => "true or false".to_owned(),
        Takes::Word(words) => format!("one of {}, in quotes", words.join(", ")),
        Takes::Several | Takes::Lines => "a text in quotes, or a list of such texts in [ ]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with `text`.
    fn problem(text: &str) -> String {
        let path = Path::new("c.toml");
        let read = |text: &str| -> Result<()> {
            let file = ConfigText::parse(path, text)?;
            file.top().settings()?;
            file.top().mapping()?;
            for name in file.profiles() {
                file.profile(name)?.settings()?;
                file.profile(name)?.mapping()?;
            }
            Ok(())
        };
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_was_probably_meant() {
        for (text, expected) in [
            ("# a comment\ncampain = 7\n", r#"line 2: "campain" is not a setting; did you mean "campaign"?"#),
            ("rate = ", "line 1: not valid TOML: string values must be quoted, expected literal string"),
            ("\n\n[mappings]\nphone = 'x'\n", "line 3: there is no section [mappings]; did you mean [mapping]?"),
            (
                "[mapping]\nregion = 'Land'\nfone = 'x'\n",
                r#"line 3: [mapping]: there is no "fone"; did you mean "phone"?"#,
            ),
            ("[mapping]\nempty = 'sned'\n", r#"line 2: [mapping]: "sned" is none of omit, send; did you mean "send"?"#),
            (
                "[mapping.variables]\na = { colum = 'x' }\n",
                r#"line 2: [mapping]: there is no "colum"; did you mean "column"?"#,
            ),
            (
                "[mapping.variables]\na = { column = 'x', value = 'y' }\n",
                "line 2: [mapping]: needs exactly one of `column`, `template` and `value`",
            ),
            ("phone_column = 'x'\n", r#"line 1: "phone_column" is no setting of a file: it is phone under [mapping]"#),
            ("phone = 'x'\n", r#"line 1: "phone" is no setting: it stands under [mapping]"#),
            (
                "profile = 'x'\n",
                r#"line 1: "profile" is no setting of a file: it is said on the command line or in the environment"#,
            ),
            ("campaign = [1, 2]\n", "line 1: campaign takes one text, in quotes, or a whole number"),
            ("yes = 0.5\n", "line 1: yes takes true or false"),
            ("[profiles.acme]\nratte = '5/s'\n", r#"line 2: "ratte" is not a setting; did you mean "rate"?"#),
        ] {
            assert_eq!(problem(text), format!("c.toml, {expected}"));
        }
    }

    #[test]
    fn a_profile_that_is_not_there_is_answered_with_the_nearest() {
        let file = ConfigText::parse(Path::new("c.toml"), "[profiles.acme-de]\n[profiles.beta]\n").unwrap();
        let problem = file.profile("acme").err().unwrap().to_string();
        assert_eq!(
            problem,
            "c.toml has no profile \"acme\"; did you mean \"acme-de\"?\nwhat to do: name one of acme-de, beta"
        );
    }

    #[test]
    fn numbers_and_times_need_no_quotes() {
        let text = "campaign = 7\nmax_in_doubt = 0x10\nuntil = 18:00:00\nyes = true\n";
        let file = ConfigText::parse(Path::new("c.toml"), text).unwrap();
        let values = file.top().settings().unwrap().values;
        assert_eq!((&*values["campaign"][0], &*values["max_in_doubt"][0]), ("7", "16"));
        assert_eq!((&*values["until"][0], &*values["yes"][0]), ("18:00:00", "true"));
    }
}
