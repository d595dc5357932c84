//! The command lines of commands that work on a results file, as typed.

use std::path::PathBuf;

use clap::Args;

use super::args::{InDoubt, LogFormat};
use super::settings::{Layer, Origin};

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
    /// The results file
    #[arg(value_name = "RESULTS")]
    pub(super) results: PathBuf,
    /// Decide about the leads that no look-up can settle; nothing is sent now
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) in_doubt: Option<InDoubt>,
    #[command(flatten)]
    pub(super) server: ServerArgs,
    #[command(flatten)]
    pub(super) pace: PaceArgs,
    #[command(flatten)]
    pub(super) output: ShowArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct UndoArgs {
    /// The results file
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
    #[command(flatten)]
    pub(super) server: ServerArgs,
    #[command(flatten)]
    pub(super) pace: PaceArgs,
    #[command(flatten)]
    pub(super) output: ShowArgs,
}

#[derive(Debug, Args)]
#[command(
    next_help_heading = "Where the leads are [default: where the results file says, on platforms that are known]"
)]
pub(super) struct ServerArgs {
    /// famulor, aiployees, otonistark, web-wb, autocalls or pollybot
    #[arg(long, value_name = "NAME")]
    pub(super) platform: Option<String>,
    /// The built-in sandbox
    #[arg(long)]
    pub(super) sandbox: bool,
    /// The platform's address, where it is not the usual one
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// The path of a chatbot's leads, where it is not the documented one [default: /api/v1/chatbots/{chatbot}/leads]
    #[arg(long, value_name = "PATH")]
    pub(super) leads_path: Option<String>,
    /// A file with the token (else `LEADLOAD_TOKEN`)
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// A command that prints the token
    #[arg(long, value_name = "COMMAND")]
    pub(super) token_command: Option<String>,
    /// Root certificates to trust besides the system's, in PEM form
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// A configuration file that is trusted [default: leadload/config.toml in your configuration folder]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// A profile of the configuration file
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct PaceArgs {
    /// The allowed rate: 60/min, 20/10s, 5/s; repeatable, all are kept [default: 60/min; sandbox: none]
    #[arg(long, value_name = "N/WINDOW")]
    pub(super) rate: Vec<String>,
    /// Requests at once, 1 to 1000 [default: 4]
    #[arg(long, value_name = "N")]
    pub(super) concurrency: Option<String>,
    /// After this long a request is given up [default: 30s]
    #[arg(long, value_name = "TIME")]
    pub(super) timeout: Option<String>,
    /// How long after a lost answer a look-up that finds no lead starts to count [default: 30s]
    #[arg(long, value_name = "TIME")]
    pub(super) settle: Option<String>,
    /// Stop when nothing gets through for this long [default: 10m]
    #[arg(long, value_name = "TIME")]
    pub(super) give_up: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct ShowArgs {
    /// Print the summary as JSON on standard output
    #[arg(long)]
    pub(super) json: bool,
    /// Print only the summary and errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Log more; -vv still more
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// How the log is written [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
}

/// Flags as the strongest layer.
pub(super) fn flags(server: &ServerArgs, pace: &PaceArgs, output: &ShowArgs) -> Layer {
    let mut layer = Layer::new(Origin::Flag);
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    layer.set("platform", server.platform.as_ref());
    layer.set("base_url", server.base_url.as_ref());
    layer.set("leads_path", server.leads_path.as_ref());
    layer.set("token_file", path(&server.token_file));
    layer.set("token_command", server.token_command.as_ref());
    layer.set("ca_file", path(&server.ca_file));
    layer.set("concurrency", pace.concurrency.as_ref());
    layer.set("timeout", pace.timeout.as_ref());
    layer.set("settle", pace.settle.as_ref());
    layer.set("give_up", pace.give_up.as_ref());
    layer.set("log", path(&output.log));
    layer.set("log_format", output.log_format.map(LogFormat::name));
    if !pace.rate.is_empty() {
        layer.values.insert("rate", pace.rate.clone());
    }
    layer
}
