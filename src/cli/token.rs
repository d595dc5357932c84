//! Where a token comes from: the environment, a file, or a command; never a flag's value, which every user of the machine
//! could read in the list of processes.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::read_file::text_of;
use super::settings::Settings;
use crate::upload::Token;

/// The environment variable that holds a token.
pub(super) const VARIABLE: &str = "LEADLOAD_TOKEN";

/// The token, from the first of: `LEADLOAD_TOKEN`, the token file, the token command.
///
/// # Errors
/// There is none, or what there is cannot be read.
pub(super) fn find(settings: &Settings) -> Result<Token> {
    if let Some(text) = in_environment() {
        return Token::new(&text).with_context(|| format!("the value of {VARIABLE}"));
    }
    if let Some(path) = settings.text("token_file") {
        return from_file(Path::new(path));
    }
    if let Some(command) = settings.text("token_command") {
        return from_command(command);
    }
    bail!(
        "there is no token\nwhat to do: put it into the environment variable {VARIABLE}, into a file named by --token-file, or name a \
         command that prints it by --token-command. To try the program without an account, add --sandbox"
    )
}

/// What is no text is no token, which is told, and not that there is none.
fn in_environment() -> Option<String> {
    let set = std::env::var_os(VARIABLE).filter(|text| !text.is_empty())?;
    Some(set.to_string_lossy().into_owned())
}

/// Where the token comes from, if there is any.
pub(super) fn source(settings: &Settings) -> Option<&'static str> {
    if in_environment().is_some() {
        return Some(VARIABLE);
    }
    ["token_file", "token_command"].into_iter().find(|name| settings.text(name).is_some())
}

/// Where [`find`] takes the token from, in words; `None` where there is none. What a command is, is not told: it may say
/// more than it should.
pub(super) fn origin(settings: &Settings) -> Option<String> {
    if in_environment().is_some() {
        let others = ["token_file", "token_command"].into_iter().filter(|name| settings.one(name).is_some());
        let others: Vec<String> = others.map(|name| settings.describe(name)).collect();
        let ignored = if others.is_empty() { String::new() } else { format!(", so not by {}", others.join(", ")) };
        return Some(format!("from the environment variable {VARIABLE}{ignored}"));
    }
    if let Some(path) = settings.text("token_file") {
        return Some(format!("from the file {path} ({})", settings.describe("token_file")));
    }
    settings.one("token_command").map(|_| format!("from a command ({})", settings.describe("token_command")))
}

/// Whether the token comes from a file that others than its owner may read.
pub(super) fn is_open_to_others(settings: &Settings) -> bool {
    let is_used = in_environment().is_none();
    settings.text("token_file").is_some_and(|path| is_used && may_be_read_by_others(Path::new(path)))
}

#[cfg(unix)]
fn may_be_read_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn may_be_read_by_others(_path: &Path) -> bool {
    false
}

fn from_file(path: &Path) -> Result<Token> {
    let text = text_of("the token file", path)?;
    Token::new(&text).with_context(|| format!("the token file {}", path.display()))
}

/// The command is run by the shell, as typed; its first line of output is the token.
fn from_command(command: &str) -> Result<Token> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("the token command cannot be started")?;
    if !output.status.success() {
        bail!(
            "the token command failed ({})\nwhat to do: run it by itself, and see what it says (--token-command, token_command)",
            output.status
        );
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Token::new(text.lines().next().unwrap_or_default()).context("what the token command printed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gives_the_first_line_it_prints() {
        assert!(from_command("printf 'abc\\nrest'").is_ok());
        assert!(from_command("true").is_err());
        assert!(from_command("exit 3").is_err());
    }

    #[test]
    fn a_token_file_that_is_not_there_is_named() {
        let error = format!("{:#}", from_file(Path::new("/no/such/token")).unwrap_err());
        assert!(error.contains("/no/such/token"), "{error}");
    }
}
