//! The command line as typed. What it means is [`super::resolve`]'s affair.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::config_args::ConfigArgs;
use super::doctor_args::{DOCTOR_NOTES, DoctorArgs};
use super::generated_args::{COMPLETIONS_NOTES, CompletionsArgs, ManArgs};
use super::help::{CHECK_NOTES, FIRST_STEPS, IMPORT_NOTES, MORE_OPTIONS, UPDATE_NOTES, short_for_every_day};
use super::history_args::{FORGET_NOTES, ForgetArgs, RESULTS_NOTES, ResultsArgs};
use super::recorded_args::{RECONCILE_NOTES, ReconcileArgs, UNDO_NOTES, UndoArgs};
use super::report_args::{REPORT_NOTES, ReportArgs};
use super::shared_args::{PaceArgs, ServerArgs, ShowArgs};
use crate::run::LeftInDoubt;

/// Creates the leads of a spreadsheet on an AI calling platform: each exactly once, at the allowed rate, resumable.
#[derive(Debug, Parser)]
#[command(name = "leadload", version, max_term_width = 100, infer_long_args = false)]
#[command(after_help = FIRST_STEPS)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Import the leads of one or more files into a campaign
    ///
    /// The same command again does only what is left: the results file beside the input remembers what was created.
    #[command(after_help = MORE_OPTIONS, after_long_help = IMPORT_NOTES)]
    Import(Box<ImportArgs>),
    /// Say what is in a file, and what would become of every row; sends nothing
    ///
    /// It needs no account. It takes the arguments of the import, of which only the files are needed. Each file is read to its end, by itself.
    #[command(after_help = MORE_OPTIONS, after_long_help = CHECK_NOTES)]
    Check(Box<CheckArgs>),
    /// Bring rows that were edited since to the leads that an import created
    ///
    /// It takes the arguments of the import. Nothing is created, and secondary contacts stay as they are.
    #[command(after_help = MORE_OPTIONS, after_long_help = UPDATE_NOTES)]
    Update(Box<UpdateArgs>),
    /// Say what became of leads: a table of all, or one person's whole story
    ///
    /// The results file is only read, also while a run goes on.
    #[command(after_long_help = RESULTS_NOTES)]
    Results(Box<ResultsArgs>),
    /// Make a report of a results file: totals, times, reasons; as text, or as a page
    ///
    /// Numbers are masked unless --show-numbers is given.
    #[command(after_long_help = REPORT_NOTES)]
    Report(ReportArgs),
    /// Take an import back: delete the leads that a run created
    ///
    /// Leads that were called since are left where they are. What is deleted can be imported again.
    #[command(after_long_help = UNDO_NOTES)]
    Undo(Box<UndoArgs>),
    /// Look up the leads that a run left in doubt; sends nothing
    #[command(after_long_help = RECONCILE_NOTES)]
    Reconcile(Box<ReconcileArgs>),
    /// Take a person out of a results file: number, names and texts, in all runs
    ///
    /// What became of the lead stays, under a key that names nobody, so that it is never sent again. Previewed and asked for.
    #[command(after_long_help = FORGET_NOTES)]
    Forget(Box<ForgetArgs>),
    /// Write a leadload.toml for a file, from what is recognised in it
    ///
    /// It is written beside the file, commented, and never over an existing one without --force.
    #[command(after_help = MORE_OPTIONS, after_long_help = "")]
    Init(Box<InitArgs>),
    /// See whether an import would work: token, host, campaign, folders; changes nothing
    ///
    /// It takes the arguments of the import, none of which is needed. Each line is ok, a note, or a PROBLEM, with what to do.
    #[command(after_long_help = DOCTOR_NOTES)]
    Doctor(Box<DoctorArgs>),
    /// Say what is configured, and where each value comes from
    Config(ConfigArgs),
    /// Serve the built-in stand-in for the platforms on this machine, for rehearsals
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of what the program prints or reads
    Schema(SchemaArgs),
    /// Print completions for a shell
    #[command(after_long_help = COMPLETIONS_NOTES)]
    Completions(CompletionsArgs),
    /// Print the manual page of the program or of one of its commands
    Man(ManArgs),
}

#[derive(Debug, Args)]
#[command(mut_args(short_for_every_day))]
pub(super) struct ImportArgs {
    /// CSV, TSV, JSON Lines, XLSX, XLSB, XLS or ODS files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
    #[command(flatten)]
    pub(super) numbers: NumberArgs,
    #[command(flatten)]
    pub(super) mapping: MappingArgs,
    #[command(flatten)]
    pub(super) preload: PreloadArgs,
    #[command(flatten)]
    pub(super) sending: SendingArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) import: ImportArgs,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    pub(super) import: ImportArgs,
    /// Write over a leadload.toml that is there
    #[arg(long, help_heading = "Writing")]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    #[command(flatten)]
    pub(super) import: ImportArgs,
    /// Change also leads that are only likely yours: found by a look-up after a lost answer
    #[arg(long, help_heading = "Updating")]
    pub(super) force: bool,
    /// Change also leads that the platform had before the import
    #[arg(long, help_heading = "Updating")]
    pub(super) all_known: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where leads are created")]
pub(super) struct TargetArgs {
    #[command(flatten)]
    pub(super) server: ServerArgs,
    /// The campaign, by id or by its unique name
    #[arg(long, value_name = "ID|NAME", display_order = 1)]
    pub(super) campaign: Option<String>,
    /// The chatbot (pollybot)
    #[arg(long, value_name = "ID", display_order = 1)]
    pub(super) chatbot: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Numbers")]
pub(super) struct NumberArgs {
    /// The country for which numbers without a country code are read, like DE
    #[arg(long, value_name = "COUNTRY")]
    pub(super) region: Option<String>,
    /// The column with the country of each row
    #[arg(long, value_name = "COLUMN")]
    pub(super) region_column: Option<String>,
    /// Which types of numbers are called: mobile, fixed, toll-free, premium, shared-cost, voip, personal, pager, company,
    /// voicemail; separated by commas [default: all but premium and shared-cost]
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    pub(super) types: Vec<String>,
    /// Refuse numbers that are read likely, but not certainly, right
    #[arg(long)]
    pub(super) no_repair: bool,
    /// What becomes of further numbers in one cell: told, or secondary (contacts of the lead) [default: told]
    #[arg(long, value_name = "WHAT")]
    pub(super) other_numbers: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct ReadingArgs {
    /// What stands between cells: , ; | § or tab [default: found by looking]
    #[arg(long, value_name = "CHARACTER")]
    pub(super) delimiter: Option<String>,
    /// The encoding of the file: utf-8, windows-1252, macintosh… [default: found by looking]
    #[arg(long, value_name = "NAME")]
    pub(super) encoding: Option<String>,
    /// The row that the header is in, as a spreadsheet numbers it [default: found by looking]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) header_row: Option<u64>,
    /// There is no header: the columns are called `column_1`, `column_2`…
    #[arg(long, conflicts_with = "header_row")]
    pub(super) no_header: bool,
    /// Leave out the first N rows
    #[arg(long, value_name = "N")]
    pub(super) skip_rows: Option<u64>,
    /// Look for no titles, missing headers, totals, quoted lines or longer rows: the first row is the header, all others are data
    #[arg(long)]
    pub(super) as_is: bool,
    /// What a packed file, or a part of a workbook, may unpack to, like 500MB [default: 4GiB]
    #[arg(long, value_name = "SIZE")]
    pub(super) max_unpacked: Option<String>,
    /// csv, tsv, json or jsonl [default: found by looking]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<String>,
    /// The sheet of a workbook, by name or number; all reads every one with the same header [default: found by looking]
    #[arg(long, value_name = "SHEET")]
    pub(super) sheet: Option<String>,
    /// The longest cell, in bytes [default: 1048576]
    #[arg(long, value_name = "BYTES")]
    pub(super) max_cell: Option<usize>,
    /// Where temporary files are made: of standard input, of what is packed, of --scattered [default: that of the system]
    #[arg(long, value_name = "FOLDER")]
    pub(super) temp_dir: Option<PathBuf>,
    /// Read the first N leads and no further
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
    /// Send leads as they are read, without counting them first
    #[arg(long)]
    pub(super) stream: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Mapping (or [mapping] in leadload.toml)")]
pub(super) struct MappingArgs {
    /// The column with the number to call; repeatable: of each row the first one that can be dialled
    #[arg(long, value_name = "COLUMN")]
    pub(super) phone_column: Vec<String>,
    /// Which of several recognised phone columns is called first [default: mobile,direct,phone,company]
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    pub(super) phone_preference: Vec<String>,
    /// What becomes of a row's further numbers [default: fallback]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) other_phones: Option<OtherPhones>,
    /// The column with the campaign of each row
    #[arg(long, value_name = "COLUMN")]
    pub(super) campaign_column: Option<String>,
    /// A variable and the column it comes from; repeatable
    #[arg(long, value_name = "NAME=COLUMN")]
    pub(super) variable: Vec<String>,
    /// A variable and a template: 'name={{ first }} {{ last }}'; repeatable
    #[arg(long, value_name = "NAME=TEMPLATE")]
    pub(super) template: Vec<String>,
    /// A variable and its value for every lead; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) constant: Vec<String>,
    /// Columns that become variables, * stands for any text; repeatable [default: all]
    #[arg(long, value_name = "COLUMN")]
    pub(super) include: Vec<String>,
    /// Columns that do not; repeatable
    #[arg(long, value_name = "COLUMN")]
    pub(super) exclude: Vec<String>,
    /// What becomes of empty cells [default: omit]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) empty: Option<Empty>,
    /// Rows with the same value here are one lead with secondary contacts; repeatable
    #[arg(long, value_name = "COLUMN")]
    pub(super) group_by: Vec<String>,
    /// Rows of a group may stand anywhere in the files: all is read and sorted before anything is sent
    #[arg(long)]
    pub(super) scattered: bool,
    /// Which row of a group is its primary contact [default: the first]
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(super) primary_when: Option<String>,
    /// A lead with a bad, repeated or eleventh secondary contact is not sent at all
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OtherPhones {
    /// They are not called
    Ignore,
    /// One is called where the number before it cannot be dialled
    Fallback,
    /// The same, and those that are left are secondary contacts of the lead
    Secondary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Empty {
    /// Their variables are left out
    Omit,
    /// Their variables are sent empty
    Send,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Who is not sent")]
pub(super) struct PreloadArgs {
    /// List who is in the campaign before anything is sent, and leave those out
    #[arg(long)]
    pub(super) skip_existing: bool,
    /// The results file of another import: leads that it knows are left out; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) known: Vec<PathBuf>,
    /// A do-not-call list, CSV, text or JSON Lines: its numbers are never sent; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) suppress: Vec<PathBuf>,
    /// The column with the number in do-not-call lists [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    pub(super) suppress_column: Option<String>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(next_help_heading = "Sending")]
pub(super) struct SendingArgs {
    /// Everything but the network: what would be sent, and what is wrong
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Start without asking, also where leads are called at once
    #[arg(long, short = 'y')]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) pace: PaceArgs,
    /// Stop when this many leads are in doubt [default: 100]
    #[arg(long, value_name = "N")]
    pub(super) max_in_doubt: Option<usize>,
    /// Stop when so many leads, or such a share of them (5%), were refused or are in doubt
    #[arg(long, value_name = "N|N%")]
    pub(super) max_failures: Option<String>,
    /// Leave the server alone after this many errors in a row, then try with one request; 0: never [default: 5]
    #[arg(long, value_name = "N")]
    pub(super) pause_after_errors: Option<u32>,
    /// Stop at this time of day (18:00), or on a day (2026-11-30T18:00), by this machine's clock
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
    /// What happens where a variable is on none of the platform's assistants [default: warn]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) check_variables: Option<CheckVariables>,
    /// Send identical leads as often as they stand in the input
    #[arg(long)]
    pub(super) allow_duplicates: bool,
    /// What becomes of a lead that the platform has already: skip, resolve (its id is looked up) or update [default: skip]
    #[arg(long, value_name = "WHAT")]
    pub(super) on_exists: Option<String>,
    /// Try leads again that the platform refused before
    #[arg(long)]
    pub(super) retry_rejected: bool,
    /// Go on where the platform shows something else than was sent
    #[arg(long)]
    pub(super) accept_echo: bool,
    /// Decide about leads that an earlier run left in doubt and no look-up can settle
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) in_doubt: Option<InDoubt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InDoubt {
    /// They are not on the platform: send them again
    Resend,
    /// They are there, or are not wanted: never send them again
    Skip,
}

impl From<InDoubt> for LeftInDoubt {
    fn from(decision: InDoubt) -> Self {
        match decision {
            InDoubt::Resend => Self::Resend,
            InDoubt::Skip => Self::Skip,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckVariables {
    /// It is told
    Warn,
    /// Nothing is sent
    Stop,
    /// Assistants are not looked at
    Off,
}

impl CheckVariables {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Stop => "stop",
            Self::Off => "off",
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// The results file [default: beside the input, named after the platform and campaign]
    #[arg(long, value_name = "FILE")]
    pub(super) results: Option<PathBuf>,
    #[command(flatten)]
    pub(super) show: ShowArgs,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which one [default: names all of them]
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080, value_name = "N")]
    pub(super) port: u16,
    /// The only token that is accepted [default: any]
    #[arg(long, value_name = "TOKEN")]
    pub(super) token: Option<String>,
    /// Answer each request after this long
    #[arg(long, default_value = "0ms", value_name = "TIME")]
    pub(super) latency: String,
    /// Refuse requests beyond this rate; repeatable
    #[arg(long, value_name = "N/WINDOW")]
    pub(super) rate: Vec<String>,
    /// Fail a share of the create requests, 0 to 1, in the ways networks fail
    #[arg(long, value_name = "SHARE")]
    pub(super) chaos: Option<f64>,
    /// The seed of --chaos, to see the same failures again
    #[arg(long, default_value_t = 1, value_name = "N", requires = "chaos")]
    pub(super) seed: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_mistyped_option_is_answered_with_the_nearest() {
        let error = CommandLine::try_parse_from(["leadload", "import", "a.csv", "--campain", "7"]).unwrap_err();
        assert!(error.to_string().contains("--campaign"), "{error}");
    }
}
