//! What people see: progress, totals, the summary, and the files of rows that were refused.
//!
//! Responsible for counting what happens ([`Tally`]) so that every row and every lead is in exactly one state, for showing
//! it while it happens ([`Progress`], [`Console`]) and at the end ([`Summary`], [`DryRun`]), and for the rejects files
//! ([`Rejects`]). [`Reporter`] joins these into the one observer of a run. It must not know tokio, HTTP or the command
//! line; what it knows of a run are the [events](crate::upload::Event) and what it is told.
//!
//! Everything a platform says passes [`plain`] before it reaches a terminal, and [`masked`] before it is kept: summaries
//! name rows, not people. Standard output is for what a command is asked for: JSON ([`print_json`]), or the report of a check
//! ([`print_text`]); all else goes to standard error, through the one
//! [`Console`], so that log lines and the progress bar never tear each other.

mod columns;
mod check;
mod console;
mod counts;
mod dry_run;
mod encoded;
mod excel;
mod figures;
mod finding;
mod fit;
mod guard;
mod history;
mod layout;
mod listener;
mod live;
mod meter;
mod new_file;
mod place;
mod problem;
mod progress;
mod progress_line;
mod reason_table;
mod recorded_place;
mod reject_book;
mod reject_row;
mod reject_text;
mod rejects;
mod repair_table;
mod reporter;
mod run_id;
mod screen_lines;
mod summary;
mod tally;
mod target_name;
mod totals;
mod wording;

#[cfg(test)]
mod sample;

pub use check::{Check, CheckedFile};
pub use columns::ColumnNote;
pub use console::{Console, LogWriter, Screen, Volume, print_for_people, print_json, print_text};
pub use counts::{Counts, Sums};
pub use dry_run::DryRun;
pub(crate) use excel::{failed, fitting, text_format, without_panics};
pub(crate) use figures::counted;
pub use figures::{count, duration};
pub use finding::{Condition, Finding};
pub(crate) use guard::guarded;
pub use history::{
    Bucket, Failure, FailureExample, History, HttpCount, Latency, LatencyBar, LocalTime, NumberCount, OverTime, Pause,
    Pauses, People, Repaired, RunFigures, TargetCount, read_history,
};
pub(crate) use listener::Listener;
pub use listener::{LeadReport, Settled};
pub use meter::Meter;
pub(crate) use new_file::Draft;
pub use new_file::{Earlier, NewFile, WriteError};
pub use problem::{in_one_line, problem};
pub use progress::{Frame, Phase, Progress, Shown, Waiting};
pub use progress_line::ProgressLine;
pub use reason_table::{Example, ReasonCount, RemarkCount, UpdateCount};
pub(crate) use recorded_place::{row_place, where_it_is};
pub use rejects::{Rejects, Shape, Written, rejects_path};
pub use repair_table::{RepairCount, RepairExample};
pub use reporter::{Finished, Reporter};
pub(crate) use run_id::run_id;
pub use summary::{Ending, Files, Summary, SummaryFacts};
pub use tally::{Expected, Tally};
pub use totals::{Totals, Unbalanced};
pub use wording::{masked, meaning, plain};
