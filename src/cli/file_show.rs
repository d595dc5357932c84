//! What a command that only needs a results file shows, wherever that was said: on the command line, in the environment, in
//! the user's own configuration.

use anyhow::{Result, anyhow};
use clap::Args;
use jiff::fmt::temporal::DateTimeParser;

use super::config_file;
use super::config_text::nearest;
use super::documents::Refused;
use super::settings::{Layer, Origin, Settings};
use super::show::code_and_words;
use crate::report::{Console, LocalTime, Volume, print_json};

/// Options of such a command about how much it prints.
#[derive(Debug, Args)]
pub(super) struct FileShowArgs {
    /// Print JSON on standard output
    #[arg(long)]
    pub(super) json: bool,
    /// Print only what was asked for, and errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Where times are those of the clock on the wall.
#[derive(Debug, Args)]
pub(super) struct ZoneArgs {
    /// The time zone in which times are shown, like Europe/Berlin or UTC [default: that of this machine]
    #[arg(long, value_name = "ZONE")]
    pub(super) time_zone: Option<String>,
}

impl FileShowArgs {
    /// What was typed.
    pub(super) fn layer(&self) -> Layer {
        let mut typed = Layer::new(Origin::Flag);
        typed.switch("json", self.json);
        typed.switch("quiet", self.quiet);
        typed
    }
}

impl ZoneArgs {
    /// Adds what was typed.
    pub(super) fn set(&self, layer: &mut Layer) {
        layer.set("time_zone", self.time_zone.as_ref());
    }
}

/// In what form the answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What is shown, to whom, and in which time zone.
#[derive(Debug)]
pub(super) struct FileShow {
    pub(super) form: Form,
    pub(super) console: Console,
    /// The settings of which these are.
    pub(super) settings: Settings,
}

impl FileShow {
    fn of(typed: Layer) -> Result<Self> {
        let mut layers = vec![typed, Layer::environment()];
        let files = config_file::asked_for(&Settings::new(layers.clone()), None)?;
        layers.extend(files.layers);
        let settings = Settings::new(layers);
        let volume = if settings.is_on("quiet")? { Volume::Quiet } else { Volume::Normal };
        Ok(Self { form: form(&settings)?, console: Console::stderr(volume), settings })
    }

    /// The clock by which times are shown.
    ///
    /// # Errors
    /// There is no such time zone.
    pub(super) fn time(&self) -> Result<LocalTime> {
        let zone = self
            .settings
            .read("time_zone", |name| DateTimeParser::new().parse_time_zone(name).map_err(|_| no_such_zone(name)))?;
        Ok(zone.map_or_else(LocalTime::system, LocalTime::new))
    }
}

fn form(settings: &Settings) -> Result<Form> {
    Ok(if settings.is_on("json")? { Form::Json } else { Form::Text })
}

fn no_such_zone(name: &str) -> anyhow::Error {
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    // People write the city.
    let by_city = known.iter().find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name)));
    let near = by_city.map(String::as_str).or_else(|| nearest(name, known.iter().map(String::as_str)));
    let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
    anyhow!("there is no time zone {name:?}; write it like Europe/Berlin, +02:00 or UTC{near}")
}

/// Does `work`, and says in JSON, too, why it was refused, where it was.
///
/// # Errors
/// As for `work`, or the configuration cannot be read.
pub(super) fn told_of_file(typed: Layer, work: impl FnOnce(&FileShow) -> Result<u8>) -> Result<u8> {
    let resolved = FileShow::of(typed.clone());
    let without_files = || form(&Settings::new(vec![typed, Layer::environment()])).unwrap_or(Form::Text);
    let form = resolved.as_ref().map_or_else(|_| without_files(), |show| show.form);
    let done = resolved.and_then(|show| work(&show));
    if let Some(error) = done.as_ref().err().filter(|_| form == Form::Json) {
        let (code, reason) = code_and_words(error);
        print_json(&Refused::new(code, &reason))?;
    }
    done
}
