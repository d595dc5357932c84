//! Why a run did not start, or could not go on, and the exit code of that.

use thiserror::Error;

use super::exit::Ending;
use super::places::PlaceError;
use crate::results::ResultsError;
use crate::source::SourceError;
use crate::upload::{ClientError, PreflightError, StopKind, StopReason};

/// Why a run did not start, or could not go on.
///
/// Its text says where, what and what to do; [`exit_code`](Self::exit_code) says of which kind it is, as for the command. What stands
/// inside a variant is not listed here and may change, but for texts and a [`StopReason`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The results file cannot be used.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] SourceError),
    /// The input was changed while it was read.
    #[error("{0}")]
    Changed(String),
    /// What was read could not be kept for a moment: the disk for temporary files is full, perhaps.
    #[error("{0}")]
    TemporaryFile(String),
    /// The mapping does not fit the input.
    #[error("{0}")]
    Mapping(String),
    /// The results file has no such run, or no lead where it is to have some.
    #[error("{0}")]
    NoSuchRun(String),
    /// The campaign cannot be used.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The platform cannot be asked.
    #[error(transparent)]
    Preflight(#[from] PreflightError),
    /// The run was stopped before anything was sent.
    #[error("{}", .0.message)]
    Stopped(StopReason),
    /// There is no token.
    #[error("there is no token for the platform\nwhat to do: give the account's own (the sandbox needs none)")]
    NoToken,
    /// The campaign calls at once, and nobody said that it may.
    #[error("{0}")]
    NoConsent(String),
    /// An undo that names no run would delete what an earlier import than the last created, and nobody was there to be asked.
    #[error("nothing was deleted: {said}\nwhat to do: if it is meant, add --run {run}")]
    NotTheLast {
        /// Which import is the last, and which it would be.
        said: String,
        /// The run that it would be.
        run: String,
    },
    /// What was asked for does not go together, or does not fit the files.
    #[error("{0}")]
    Usage(String),
    /// A do-not-call list says nothing: to go on would be to call everybody on it.
    #[error("{0}")]
    DoNotCall(String),
    /// The sandbox cannot be started.
    #[error("the sandbox cannot be started: {0}")]
    Sandbox(String),
}

impl RunError {
    pub(crate) fn sandbox(error: impl std::fmt::Display) -> Self {
        Self::Sandbox(error.to_string())
    }

    /// The exit code of a run that ends with this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let all = Ending::default();
        let ending = match self {
            Self::Results(_) => Ending { results_unusable: true, ..all },
            Self::Stopped(reason) if reason.kind == StopKind::Interrupted => Ending { interrupted: true, ..all },
            Self::Stopped(_)
            | Self::Preflight(PreflightError::Unreachable { .. } | PreflightError::BadToken { .. }) => {
                Ending { stopped: true, ..all }
            }
            Self::Input(SourceError::ResultsFile { .. })
            | Self::Mapping(_)
            | Self::NoSuchRun(_)
            | Self::Place(_)
            | Self::Client(_)
            | Self::Preflight(PreflightError::NotTheApi { .. } | PreflightError::Stopped)
            | Self::NoToken
            | Self::NoConsent(_)
            | Self::NotTheLast { .. }
            | Self::Usage(_)
            | Self::Sandbox(_) => Ending { usage: true, ..all },
            Self::Input(_) | Self::Changed(_) | Self::TemporaryFile(_) | Self::DoNotCall(_) => {
                Ending { input_unreadable: true, ..all }
            }
        };
        ending.code()
    }
}
