//! What commands print with `--json` besides what the report room has: each with its `schema` number and the name of its
//! `document`, which is also the name of its schema (`leadload schema NAME`).

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::reconcile;
use crate::report::{Ending, in_one_line};
use crate::undo;

/// Nothing was done, or sent, or printed: the command, the configuration, the files or the platform are not as they must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Refused {
    schema: u32,
    document: &'static str,
    /// Always `refused`.
    outcome: &'static str,
    /// Why, in words.
    reason: String,
    /// The code that the program ends with.
    pub(super) exit_code: u8,
    /// The command that goes on, where it would.
    resume: Option<String>,
}

impl Refused {
    pub(super) fn new(exit_code: u8, reason: &str) -> Self {
        let reason = in_one_line(&reason);
        Self { schema: 1, document: "refused", outcome: "refused", reason, exit_code, resume: None }
    }

    /// Of what the parser of the command line says: all but how the command is used.
    pub(super) fn of_usage(exit_code: u8, said: &str) -> Self {
        let lines = said.trim_start_matches("error: ").lines().map(str::trim);
        let words = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
        Self::new(exit_code, &words.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
    }

    /// The same, where this command goes on.
    pub(super) fn with_resume(self, resume: Option<String>) -> Self {
        Self { resume, ..self }
    }
}

/// How a command on a results file ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RecordedEnd<T> {
    pub(super) schema: u32,
    pub(super) document: &'static str,
    /// The run's id, as in the results file; empty where nothing was done, missing where there was nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<String>,
    #[serde(flatten)]
    pub(super) ending: Ending,
    /// The code that the program ends with.
    pub(super) exit_code: u8,
    /// The server, in words; missing where there was nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    /// The results file.
    pub(super) results: String,
    /// The command that goes on, or null.
    pub(super) resume: Option<String>,
    #[serde(flatten)]
    pub(super) what: T,
}

impl<T> RecordedEnd<T> {
    /// Of a command that found nothing to do in `results`.
    pub(super) fn of_nothing(document: &'static str, results: &Path, what: T) -> Self {
        let results = results.display().to_string();
        Self {
            schema: 1,
            document,
            run: None,
            ending: Ending::Finished,
            exit_code: 0,
            target: None,
            results,
            resume: None,
            what,
        }
    }
}

/// What became of doubts.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Reconciliation {
    /// How many there were, and what became of them; missing where there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) doubts: Option<reconcile::Figures>,
}

/// What was taken back.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Undoing {
    /// What was to be deleted; missing where there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preview: Option<undo::Preview>,
    /// What was deleted; missing where there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deleted: Option<undo::Figures>,
}

/// A `leadload.toml` was written.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Written {
    schema: u32,
    document: &'static str,
    /// `written`, or `choose` where a person has to say in the file which column holds the number.
    outcome: &'static str,
    exit_code: u8,
    /// The file that was written.
    file: String,
    /// Why a person has to choose.
    problem: Option<String>,
}

impl Written {
    pub(super) fn new(file: &Path, problem: Option<&str>) -> Self {
        let (outcome, exit_code) = if problem.is_some() { ("choose", 2) } else { ("written", 0) };
        let file = file.display().to_string();
        Self { schema: 1, document: "init", outcome, exit_code, file, problem: problem.map(str::to_owned) }
    }
}
