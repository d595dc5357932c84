//! A command of the user's that is told how a run ended: by mail, by a chat, by whatever it does.
//!
//! It comes from the command line, the environment or a configuration file that is trusted, and is run by the shell as it was
//! written. It can change nothing any more: the run is over, its results are on disk, and the exit code stays what it is.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::Serialize;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use super::documents::Refused;
use super::settings::Settings;
use super::signals;
use crate::report::{Console, Volume};

/// So long it may take; then it is ended.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// The command, and how long it may take.
#[derive(Debug, Clone)]
pub(super) struct Notify {
    command: String,
    limit: Duration,
}

/// What stands in the command's environment about a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) exit_code: u8,
    /// The run's id, where it began.
    pub(super) run: Option<&'a str>,
    pub(super) results: Option<&'a Path>,
}

/// Why nobody was notified.
#[derive(Debug, thiserror::Error)]
enum NotifyError {
    #[error("it cannot be started: {0}")]
    NotStarted(io::Error),
    #[error("it failed ({0})")]
    Failed(ExitStatus),
    #[error("it took longer than {} s and was ended", .0.as_secs())]
    TooLong(Duration),
    #[error("it was interrupted and ended")]
    Interrupted,
}

impl Notify {
    /// The command that the settings name.
    pub(super) fn configured(settings: &Settings) -> Option<Self> {
        let command = settings.text("notify_cmd").filter(|command| !command.trim().is_empty())?;
        Some(Self { command: command.to_owned(), limit: TIME_LIMIT })
    }

    /// Runs the command with `summary` as one line of JSON on its standard input. Where that fails it is told, and nothing
    /// else.
    pub(super) fn tell(&self, summary: &impl Serialize, about: About<'_>, console: &Console) {
        let told = serde_json::to_vec(summary).map_err(io::Error::from).map_err(NotifyError::NotStarted);
        if let Err(error) = told.and_then(|line| self.run(line, about)) {
            console.line(&format!("warning: nobody was notified (--notify-cmd): {error}"));
        }
    }

    /// The same of a command that never became a run.
    pub(super) fn refused(&self, refused: &Refused) {
        let about = About { exit_code: refused.exit_code, run: None, results: None };
        self.tell(refused, about, &Console::stderr(Volume::Quiet));
    }

    fn run(&self, mut line: Vec<u8>, about: About<'_>) -> Result<(), NotifyError> {
        line.push(b'\n');
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(NotifyError::NotStarted)?;
        runtime.block_on(async {
            let mut child = None;
            let told = tokio::time::timeout(self.limit, async { feed(child.insert(self.start(about)?), &line).await });
            let ended = tokio::select! {
                // It is listened for before the command begins. Whoever presses Ctrl-C now means that: the run is over.
                biased;
                () = signals::signal() => Err(NotifyError::Interrupted),
                ended = told => ended.map_err(|_| NotifyError::TooLong(self.limit)),
            };
            if let (Err(_), Some(child)) = (&ended, &mut child) {
                end(child);
            }
            match ended? {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(NotifyError::Failed(status)),
                Err(error) => Err(NotifyError::NotStarted(error)),
            }
        })
    }

    fn start(&self, about: About<'_>) -> io::Result<Child> {
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut command = Command::new(shell);
        command.args([flag, &self.command]).stdin(Stdio::piped()).stderr(Stdio::inherit());
        // Standard output is for the JSON that was asked for.
        command.stdout(io::stderr()).kill_on_drop(true);
        // What it starts ends with it; and Ctrl-C, which ended the run, is not meant for it.
        #[cfg(unix)]
        command.process_group(0);
        command.env("LEADLOAD_NOTIFY_EXIT_CODE", about.exit_code.to_string());
        command.env("LEADLOAD_NOTIFY_RUN", about.run.unwrap_or_default());
        command.env("LEADLOAD_NOTIFY_RESULTS", about.results.map(Path::as_os_str).unwrap_or_default());
        // A leadload that it calls must not notify in its turn.
        command.env_remove("LEADLOAD_NOTIFY_CMD");
        command.spawn()
    }
}

/// Gives the command its line, and waits for its end.
async fn feed(child: &mut Child, line: &[u8]) -> io::Result<ExitStatus> {
    if let Some(mut stdin) = child.stdin.take() {
        // A command need not read what it is given.
        let _ = stdin.write_all(line).await;
    }
    child.wait().await
}

/// Ends the command and all that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        // Fails where it has just ended by itself.
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
    }
    let _ = child.start_kill();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Screen;

    fn told(command: &str, limit: Duration) -> String {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let about = About { exit_code: 3, run: Some("r1"), results: Some("a b.jsonl".as_ref()) };
        Notify { command: command.to_owned(), limit }.tell(&serde_json::json!({"run": "r1"}), about, &console);
        console.kept()
    }

    #[test]
    fn the_summary_is_one_line_on_its_standard_input_and_the_rest_is_in_its_environment() {
        let command = r#"test "$(cat)" = '{"run":"r1"}' && test "$LEADLOAD_NOTIFY_EXIT_CODE $LEADLOAD_NOTIFY_RUN $LEADLOAD_NOTIFY_RESULTS" = "3 r1 a b.jsonl""#;
        assert_eq!(told(command, TIME_LIMIT), "");
    }

    #[test]
    fn what_fails_is_told_and_what_does_not_read_is_no_failure() {
        assert_eq!(
            told("exit 7", TIME_LIMIT),
            "warning: nobody was notified (--notify-cmd): it failed (exit status: 7)\n"
        );
        assert_eq!(told("exec 0<&-; true", TIME_LIMIT), "");
    }

    #[test]
    fn what_takes_too_long_is_ended_with_all_that_it_started() {
        // Whether it is over is seen by the pipe that both would hold open.
        let said = told("sleep 600 & wait", Duration::ZERO);
        assert_eq!(said, "warning: nobody was notified (--notify-cmd): it took longer than 0 s and was ended\n");
    }
}
