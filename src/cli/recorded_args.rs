//! The command lines of commands that work on a results file, as typed.

use std::path::PathBuf;

use clap::Args;

use super::args::InDoubt;
use super::shared_args::{PaceArgs, ServerArgs, ShowArgs};

/// The heading of the options that say where.
const WHERE: &str = "Where the leads are [default: where the results file says, on platforms that are known]";

/// Shown below the options of `reconcile --help`.
pub(super) const RECONCILE_NOTES: &str = "\
Exit codes:
    0  nothing is in doubt any more
    2  the command or the configuration is wrong
    3  stopped early; the same command goes on
    4  some leads are still in doubt
    5  the results file cannot be used
  130  interrupted; the same command goes on";

/// Shown below the options of `undo --help`.
pub(super) const UNDO_NOTES: &str = "\
Exit codes:
    0  all leads of the run are deleted
    1  finished; some leads are left where they are
    2  the command or the configuration is wrong, or nobody said yes
    3  stopped early, or some deletions were not answered; the same command goes on
    4  finished, but some leads are in doubt
    5  the results file cannot be used
  130  interrupted; the same command goes on";

#[derive(Debug, Args)]
pub(super) struct ReconcileArgs {
    /// The results file of an import: it lies beside the spreadsheet, named like famulor-7.results.jsonl
    #[arg(value_name = "RESULTS")]
    pub(super) results: PathBuf,
    /// Decide about the leads that no look-up can settle; nothing is sent now
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) in_doubt: Option<InDoubt>,
    #[command(flatten, next_help_heading = WHERE)]
    pub(super) server: ServerArgs,
    #[command(flatten, next_help_heading = "Pace")]
    pub(super) pace: PaceArgs,
    #[command(flatten, next_help_heading = "Output")]
    pub(super) output: ShowArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct UndoArgs {
    /// The results file of an import: it lies beside the spreadsheet, named like famulor-7.results.jsonl
    #[arg(value_name = "RESULTS")]
    pub(super) results: PathBuf,
    /// The run whose leads are deleted [default: the last one that created any]
    #[arg(long, value_name = "ID", conflicts_with = "all_runs")]
    pub(super) run: Option<String>,
    /// Delete the leads of all runs of the results file
    #[arg(long)]
    pub(super) all_runs: bool,
    /// Delete also leads that were called since, and those that only are most likely yours
    #[arg(long)]
    pub(super) force: bool,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Delete without asking
    #[arg(long, short = 'y')]
    pub(super) yes: bool,
    #[command(flatten, next_help_heading = WHERE)]
    pub(super) server: ServerArgs,
    #[command(flatten, next_help_heading = "Pace")]
    pub(super) pace: PaceArgs,
    #[command(flatten, next_help_heading = "Output")]
    pub(super) output: ShowArgs,
}
