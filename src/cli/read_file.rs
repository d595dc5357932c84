//! Small files that settings name: what to do where one of them cannot be read.

use std::io;
use std::path::Path;

use anyhow::{Error, Result, anyhow};

/// The text of the file at `path`, of which `what` says what it is: `the token file`.
///
/// # Errors
/// It cannot be read, or is no UTF-8.
pub(super) fn text_of(what: &str, path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| unreadable(what, path, &error))
}

/// The bytes of the file at `path`, of which `what` says what it is.
///
/// # Errors
/// It cannot be read.
pub(super) fn bytes_of(what: &str, path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| unreadable(what, path, &error))
}

fn unreadable(what: &str, path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    let what_to_do = match error.kind() {
        io::ErrorKind::InvalidData => {
            return anyhow!("{what} {path} is not UTF-8\nwhat to do: save it as UTF-8 in your editor");
        }
        io::ErrorKind::NotFound => "see whether the name is right, and in which folder the file is",
        io::ErrorKind::PermissionDenied => "see whether you may read the file",
        io::ErrorKind::IsADirectory => "name a file in it",
        _ => "see whether its disk is well, or name another file",
    };
    anyhow!("{what} {path} cannot be read: {error}\nwhat to do: {what_to_do}")
}
