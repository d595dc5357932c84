//! The log in a file. Where it cannot be written any more, that is told once, and the run goes on: it is not what the log is for.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

use crate::report::Console;

/// See the module's documentation.
pub(super) struct LogFile {
    path: String,
    file: Mutex<File>,
    console: Console,
    told: Once,
}

impl LogFile {
    /// The file at `path`, to which is appended. Trouble is told on `console`.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(path: &str, console: Console) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), console, told: Once::new() })
    }

    fn append(&self, line: &[u8]) {
        let written = self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line);
        if let Err(error) = written {
            self.told.call_once(|| {
                let path = &self.path;
                self.console.line(&format!("warning: the log is incomplete: {path} cannot be written: {error}"));
            });
        }
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Appending<'a>;

    fn make_writer(&'a self) -> Appending<'a> {
        Appending(self)
    }
}

/// Appends lines.
pub(super) struct Appending<'a>(&'a LogFile);

impl Write for Appending<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.append(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
