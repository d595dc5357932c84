//! The log: on standard error beside the progress, or in a file; never with personal data.

use std::fs::OpenOptions;
use std::sync::Mutex;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::settings::Settings;
use crate::report::Console;

/// How much is logged by default, and with `-v`, `-vv`. The phone engine logs whole numbers: it is never heard.
const LEVELS: [&str; 3] = ["leadload=warn", "leadload=info", "leadload=debug"];
const SILENT: &str = "rlibphonenumber=off";

/// Starts the log.
///
/// # Errors
/// The log file cannot be opened, or the format is none.
pub(super) fn start(settings: &Settings, verbose: u8, console: &Console) -> Result<()> {
    let level = LEVELS[usize::from(verbose).min(LEVELS.len() - 1)];
    let is_json = settings
        .read("log_format", |text| match text {
            "text" => Ok(false),
            "json" => Ok(true),
            _ => anyhow::bail!("{text:?} is no log format: there are text and json"),
        })?
        .unwrap_or(false);
    match settings.text("log") {
        None => {
            let console = console.clone();
            install(level, is_json, move || console.log_writer());
        }
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let file = file.with_context(|| format!("the log file {path} cannot be opened"))?;
            // A log that was asked for in a file says more than what is shown beside the progress.
            let level = LEVELS[usize::from(verbose).max(1).min(LEVELS.len() - 1)];
            install(level, is_json, Mutex::new(file));
        }
    }
    Ok(())
}

fn install<W>(level: &str, is_json: bool, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::new(format!("{level},{SILENT}"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false);
    // Fails only where a log is running already, which then goes on.
    let _ = if is_json { log.json().try_init() } else { log.try_init() };
}
