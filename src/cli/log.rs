//! The log: on standard error beside the progress, or in a file; never with personal data.

use std::io::{self, Write};

use anyhow::{Result, anyhow};
use schemars::JsonSchema;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::log_file::LogFile;
use super::settings::Settings;
use crate::report::Console;

/// How much is logged by default, and with `-v`, `-vv`. The phone engine logs whole numbers: it is never heard.
const LEVELS: [&str; 3] = ["leadload=warn", "leadload=info", "leadload=debug"];
const SILENT: &str = "rlibphonenumber=off";

/// Starts the log.
///
/// # Errors
/// The log file cannot be opened, or the format is none.
pub(super) fn start(settings: &Settings, verbose: u8, console: &Console, run: &str) -> Result<()> {
    let level = LEVELS[usize::from(verbose).min(LEVELS.len() - 1)];
    let is_json = settings
        .read("log_format", |text| match text {
            "text" => Ok(false),
            "json" => Ok(true),
            _ => anyhow::bail!("{text:?} is no log format\nwhat to do: write text or json"),
        })?
        .unwrap_or(false);
    match settings.text("log") {
        None => {
            let console = console.clone();
            install(level, is_json.then_some(run), move || console.log_writer());
        }
        Some(path) => {
            let file = LogFile::open(path, console.clone()).map_err(|error| {
                let said = settings.describe("log");
                anyhow!(
                    "{said}: {path} cannot be opened: {error}\nwhat to do: name a file in a folder that is there, and that you may write"
                )
            })?;
            // A log that was asked for in a file says more than what is shown beside the progress.
            let level = LEVELS[usize::from(verbose).max(1).min(LEVELS.len() - 1)];
            install(level, is_json.then_some(run), file);
        }
    }
    Ok(())
}

/// Each line as JSON where `run` names the run that they are about.
fn install<W>(level: &str, run: Option<&str>, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::new(format!("{level},{SILENT}"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // Fails only where a log is running already, which then goes on.
    let _ = match run {
        None => log.with_writer(writer).try_init(),
        Some(run) => log.json().with_writer(Stamping::new(run, writer)).try_init(),
    };
}

/// A line of the log as JSON.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "tracing writes it; this says what it writes")]
pub(super) struct LogLine {
    schema: u32,
    document: &'static str,
    /// The run's id, as in the results file, where the run gets as far as to write there.
    run: String,
    /// When, in UTC.
    timestamp: String,
    /// `ERROR`, `WARN`, `INFO` or `DEBUG`.
    level: String,
    /// `message`, and what else there is to say of it. The names here are for people and may change.
    fields: serde_json::Map<String, serde_json::Value>,
    /// The part of the program that says it.
    target: String,
}

/// Puts into each line of JSON what it is and which run it is about: not all that is logged happens within a span.
struct Stamping<W> {
    /// The beginning of every line.
    stamp: Vec<u8>,
    to: W,
}

impl<W> Stamping<W> {
    fn new(run: &str, to: W) -> Self {
        let run = serde_json::Value::from(run);
        Self { stamp: format!("{{\"schema\":1,\"document\":\"log\",\"run\":{run},").into_bytes(), to }
    }
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Stamping<W> {
    type Writer = Stamped<'a, W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Stamped { stamp: Some(&self.stamp), to: self.to.make_writer() }
    }
}

/// Writes one line.
struct Stamped<'a, W> {
    /// Until it is written.
    stamp: Option<&'a [u8]>,
    to: W,
}

impl<W: Write> Write for Stamped<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.stamp.take() {
            Some(stamp) if bytes.first() == Some(&b'{') => {
                self.to.write_all(&[stamp, &bytes[1..]].concat())?;
                Ok(bytes.len())
            }
            _ => self.to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Screen, Volume};

    #[test]
    fn every_line_of_json_says_which_run_it_is_about() {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let kept = console.clone();
        let writer = Stamping::new("r-1", move || kept.log_writer());
        let subscriber = tracing_subscriber::fmt().json().with_writer(writer).finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(rows = 3, "read");
            tracing::warn!("again");
        });
        let lines: Vec<serde_json::Value> =
            console.kept().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line["run"] == "r-1" && line["document"] == "log" && line["schema"] == 1));
        assert_eq!(lines[0]["fields"]["rows"], 3);
    }
}
