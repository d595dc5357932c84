//! What can make a results file unusable. Every variant ends the run before the next lead is sent.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ledger::Refused;

/// A results file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// Another process has the file open for writing.
    #[error("{}: another leadload is running with this results file\nwhat to do: wait for it to end: with another results file everybody would be sent a second time", path.display())]
    Locked {
        /// The results file.
        path: PathBuf,
    },
    /// The file is something else. It was not touched.
    #[error("{}: this is not a results file ({why}), and it is left as it is\nwhat to do: name the right one", path.display())]
    NotResults {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// A line that was safely on disk has changed since.
    #[error(
        "{}: line {line} (byte {offset}) is damaged ({why}), although it was safely written once\n\
         what to do: restore the file from a backup: leads recorded there would be sent again",
        path.display()
    )]
    Corrupt {
        /// The results file.
        path: PathBuf,
        /// The byte at which the line begins.
        offset: u64,
        /// The number of the line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A newer version wrote the file.
    #[error("{}: line {line} (byte {offset}) was written by a newer leadload ({what})\nwhat to do: update leadload", path.display())]
    Newer {
        /// The results file.
        path: PathBuf,
        /// The byte at which the line begins.
        offset: u64,
        /// The number of the line, from 1.
        line: u64,
        /// What this version does not know.
        what: String,
    },
    /// A line says what cannot follow the lines before it.
    #[error("{}: line {line} (byte {offset}) contradicts the lines before it: {refused}", path.display())]
    Contradiction {
        /// The results file.
        path: PathBuf,
        /// The byte at which the line begins.
        offset: u64,
        /// The number of the line, from 1.
        line: u64,
        /// What cannot follow what.
        refused: Refused,
    },
    /// The file has no such run.
    #[error("{}: there is no run {run:?} in it; the last ones are: {last}", path.display())]
    NoSuchRun {
        /// The results file.
        path: PathBuf,
        /// What was asked for.
        run: String,
        /// The ids of the last runs.
        last: String,
    },
    /// The file belongs to somebody else, so that it cannot be replaced by one that does as well.
    #[error("{}: it cannot be rewritten ({why}): run this as the user whose file it is", path.display())]
    NotOurs {
        /// The results file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A line lacks what this version needs of it.
    #[error("a line of the results file cannot be understood: {0}")]
    Unreadable(#[source] serde_json::Error),
    /// The operating system refused something.
    #[error("{}: cannot {doing}: {source}{}", path.display(), advice_on(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl ResultsError {
    pub(super) fn unreadable(error: serde_json::Error) -> Self {
        Self::Unreadable(error)
    }

    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }
}

/// What to do where the system refuses the file. Never to name another one: it would be another memory.
fn advice_on(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "\nwhat to do: see whether the name is right, and its folder there",
        io::ErrorKind::PermissionDenied => {
            "\nwhat to do: let the user who runs leadload read and write the file, and its folder"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "\nwhat to do: make room there",
        _ => "",
    }
}

/// The journal can no longer record: nothing more may be sent. Cheap to clone, every waiter gets one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: cannot {doing}: {source}; nothing more is recorded, so nothing more is sent", path.display())]
pub struct Failed {
    /// The results file.
    pub path: Arc<Path>,
    /// What was being done.
    pub doing: Doing,
    /// What the operating system said.
    pub source: Arc<io::Error>,
}

/// What a journal does with its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Lines are appended.
    Writing,
    /// What was written is made durable.
    Syncing,
    /// It is looked whether the file is still there, and is the same.
    Finding,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Writing => "write it",
            Self::Syncing => "make it durable",
            Self::Finding => "find it in its place",
        })
    }
}

impl Failed {
    /// Whether the file is no longer where it was: deleted, moved away, or replaced.
    #[must_use]
    pub fn is_displaced(&self) -> bool {
        self.doing == Doing::Finding
    }
}
