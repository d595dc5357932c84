//! What a command shows, to people and to programs, wherever that was said: as JSON, quietly, to whom at the end.

use anyhow::Result;
use serde::Serialize;

use super::args::SendingArgs;
use super::config_file;
use super::documents::Refused;
use super::notify::Notify;
use super::run_recorded::Unusable;
use super::settings::{Layer, Origin, Settings};
use super::shared_args::{ServerArgs, ShowArgs};
use crate::report::{Console, Volume, in_one_line, print_json};

/// See the module's documentation.
#[derive(Debug, Clone)]
pub(super) struct Show {
    /// Whether the summary is printed as JSON on standard output.
    pub(super) json: bool,
    pub(super) volume: Volume,
    pub(super) verbose: u8,
    pub(super) notify: Option<Notify>,
}

impl Show {
    /// What was typed, set and configured of it.
    ///
    /// # Errors
    /// The configuration cannot be read, or a value cannot be used.
    pub(super) fn of(show: &ShowArgs, server: &ServerArgs) -> Result<Self> {
        let mut layers = said(show, server);
        let files = config_file::asked_for(&Settings::new(layers.clone()), None)?;
        layers.extend(files.layers);
        Self::new(&Settings::new(layers))
    }

    /// The same for a command that tells itself what is wrong with the files.
    pub(super) fn whatever_files_say(show: &ShowArgs, server: &ServerArgs) -> Self {
        Self::of(show, server).unwrap_or_else(|_| Self::without_files(show, server))
    }

    /// The same without any file, for where these cannot be read.
    fn without_files(show: &ShowArgs, server: &ServerArgs) -> Self {
        let unreadable = |_| Self { json: show.json, volume: Volume::Normal, verbose: 0, notify: None };
        Self::new(&Settings::new(said(show, server))).unwrap_or_else(unreadable)
    }

    pub(super) fn new(settings: &Settings) -> Result<Self> {
        Ok(Self {
            json: settings.is_on("json")?,
            volume: if settings.is_on("quiet")? { Volume::Quiet } else { Volume::Normal },
            verbose: settings.number("verbose")?.unwrap_or(0),
            notify: if settings.is_on("dry_run")? { None } else { Notify::configured(settings) },
        })
    }

    /// Prints how a run ended as JSON, where that is asked for. What was sent was sent: where standard output is gone or full,
    /// that is told, and the exit code stays that of the run.
    pub(super) fn print_ending(&self, document: &impl Serialize, console: &Console) {
        if !self.json {
            return;
        }
        if let Err(error) = print_json(document) {
            let error = in_one_line(&error);
            console.line(&format!("warning: {error}; what became of each lead is in the results file"));
        }
    }
}

fn said(show: &ShowArgs, server: &ServerArgs) -> Vec<Layer> {
    let mut flags = Layer::new(Origin::Flag);
    server.set(&mut flags);
    show.set(&mut flags);
    vec![flags, Layer::environment()]
}

/// Who hears of a command that was refused before it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    /// Whoever reads its output.
    Output,
    /// Also whoever is notified of runs.
    Notified,
}

impl Tells {
    /// Of an import: where nothing is to be sent there is nothing to be notified of.
    pub(super) fn of(sending: &SendingArgs) -> Self {
        if sending.dry_run { Self::Output } else { Self::Notified }
    }
}

/// Does `work`, and says in JSON, too, why it was refused, where it was.
///
/// # Errors
/// As for `work`.
pub(super) fn told(
    (show, server): (&ShowArgs, &ServerArgs),
    tells: Tells,
    work: impl FnOnce(Show) -> Result<u8>,
) -> Result<u8> {
    let resolved = Show::of(show, server);
    let known = resolved.as_ref().map_or_else(|_| Show::without_files(show, server), Clone::clone);
    let done = resolved.and_then(work);
    if let Err(error) = &done {
        let (code, reason) = code_and_words(error);
        let refused = Refused::new(code, &reason);
        if known.json {
            // Where standard output is gone, too, the exit code says it.
            let _ = print_json(&refused);
        }
        if let Some(notify) = known.notify.filter(|_| tells == Tells::Notified) {
            notify.refused(&refused);
        }
    }
    done
}

/// The same for a command that reads no configuration, of which `json` is asked or not.
///
/// # Errors
/// As for `work`.
pub(super) fn told_in_json(json: bool, work: impl FnOnce() -> Result<u8>) -> Result<u8> {
    let done = work();
    if let Some(error) = done.as_ref().err().filter(|_| json) {
        let (code, reason) = code_and_words(error);
        print_json(&Refused::new(code, &reason))?;
    }
    done
}

/// The exit code of an error that ends the program, and what is said of it.
pub(super) fn code_and_words(error: &anyhow::Error) -> (u8, String) {
    match error.downcast_ref::<Unusable>() {
        Some(unusable) => (5, unusable.to_string()),
        None => (2, format!("{error:#}")),
    }
}
