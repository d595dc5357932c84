//! What files hold and what would become of them: the report of `leadload check`, as text and as JSON.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::dry_run::DryRun;
use super::figures::counted;
use super::layout::{beside, wrapped};
use super::wording::plain;
use crate::mapping::{ColumnRoles, Role};

/// The report on several files.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    schema: u32,
    document: &'static str,
    /// Always `check`.
    outcome: &'static str,
    /// The weightiest code of those of the files, or 130 where files were not looked at any more.
    exit_code: u8,
    /// In the order in which they were named.
    files: Vec<CheckedFile>,
}

/// One file of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedFile {
    /// The file, as it was named.
    file: String,
    /// The code with which a dry run of this file alone would end.
    exit_code: u8,
    #[serde(flatten)]
    found: Found,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Found {
    /// It cannot be imported as it is.
    Unusable {
        /// Why, in a sentence.
        problem: String,
    },
    /// It was read to its end.
    Read {
        /// What was found out by looking: sentences.
        guesses: Vec<String>,
        /// Its columns, and what became of each.
        columns: Vec<ColumnRoles>,
        /// As a dry run of this file alone says it, but for up to ten `requests`.
        dry_run: Box<DryRun>,
    },
}

impl CheckedFile {
    /// A file that cannot be imported as it is.
    #[must_use]
    pub fn unusable(file: String, exit_code: u8, problem: String) -> Self {
        Self { file, exit_code, found: Found::Unusable { problem } }
    }

    /// A file that was read to its end.
    #[must_use]
    pub fn read(file: String, exit_code: u8, guesses: Vec<String>, columns: Vec<ColumnRoles>, dry_run: DryRun) -> Self {
        Self { file, exit_code, found: Found::Read { guesses, columns, dry_run: Box::new(dry_run) } }
    }

    /// The code with which a dry run of this file alone would end.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// Why it cannot be imported, if it cannot.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        if let Found::Unusable { problem } = &self.found { Some(problem) } else { None }
    }

    /// The text for people, without a line break at its end.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let name = if self.file == "-" { "standard input" } else { &self.file };
        let _ = writeln!(out, "{}\n{}", plain(name), "─".repeat(plain(name).chars().count().min(80)));
        match &self.found {
            Found::Unusable { problem } => {
                write_problem(&mut out, problem.strip_prefix(&format!("{}: ", self.file)).unwrap_or(problem));
            }
            Found::Read { guesses, columns, dry_run } => {
                write_found(&mut out, &plain(&self.file), guesses, columns, dry_run);
            }
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// Why a file cannot be imported; what further lines say in detail stands below.
fn write_problem(out: &mut String, problem: &str) {
    let mut lines = problem.lines();
    wrapped(out, 0, &format!("cannot be imported: {}", plain(lines.next().unwrap_or_default())));
    lines.for_each(|line| wrapped(out, 2, &plain(line.trim())));
}

fn write_found(out: &mut String, file: &str, guesses: &[String], columns: &[ColumnRoles], dry_run: &DryRun) {
    wrapped(out, 0, &dry_run.sentence());
    for guess in guesses {
        wrapped(out, 0, &format!("found: {}", plain(guess)));
    }
    out.push_str("\nColumns\n");
    write_columns(out, columns);
    out.push_str("\nRows\n");
    out.push_str(&dry_run.figures_within(file));
    out.push_str(&dry_run.requests_by_line());
}

/// As wide as columns' names are shown.
const WIDEST_NAME: usize = 32;

/// As many names of columns are listed that are nothing but variables: `--json` has all of them.
const MOST_NAMES: usize = 100;

/// What became of each column: first those that are called, in that order. Those that are simply variables under their own
/// names share a line.
fn write_columns(out: &mut String, columns: &[ColumnRoles]) {
    let own_variable = |it: &&ColumnRoles| it.roles == [Role::Variable(it.column.trim().to_owned())];
    let mut shown: Vec<&ColumnRoles> = columns.iter().filter(|it| !own_variable(it)).collect();
    shown.sort_by_key(|it| it.roles.iter().find_map(Role::phone_place).unwrap_or(usize::MAX));
    let width = shown.iter().map(|it| plain(&it.column).chars().count()).max().unwrap_or(0).min(WIDEST_NAME);
    for ColumnRoles { column, roles, reason } in shown {
        let name = if column.trim().is_empty() { "(no name)".into() } else { plain(column) };
        let mut words = roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if let Some(reason) = reason {
            let _ = write!(words, " ({reason})");
        }
        beside(out, 2, &name, width, &plain(&words));
    }
    let variables: Vec<_> = columns.iter().filter(own_variable).map(|it| plain(it.column.trim())).collect();
    if !variables.is_empty() {
        let many = counted(variables.len() as u64, "variable under its own name", "variables under their own names");
        let shown = variables.iter().take(MOST_NAMES).map(|name| &**name).collect::<Vec<_>>().join(", ");
        let more = variables.len().saturating_sub(MOST_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        wrapped(out, 2, &format!("{many}: {shown}{more}"));
    }
}

impl Check {
    /// The report on `files`, with the code that the program ends with.
    #[must_use]
    pub fn new(files: Vec<CheckedFile>, exit_code: u8) -> Self {
        Self { schema: 1, document: "check", outcome: "check", exit_code, files }
    }

    /// What there is to say about all of them: where there are several, one line.
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        if self.files.len() < 2 {
            return None;
        }
        let files = counted(self.files.len() as u64, "file", "files");
        let unusable = self.files.iter().filter(|file| file.problem().is_some()).count();
        let faulty = self.files.iter().filter(|file| file.exit_code != 0).count() - unusable;
        let clean = self.files.len() - unusable - faulty;
        let mut out = String::new();
        let summary = format!(
            "{files} checked, each by itself: {clean} without a fault, {faulty} with rows that need a person, {unusable} that \
             cannot be imported as they are"
        );
        wrapped(&mut out, 0, &summary);
        Some(out.trim_end().to_owned())
    }
}
