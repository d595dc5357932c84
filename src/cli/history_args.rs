//! The command lines of those who ask a results file about leads, or take one out of it, as typed.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::file_show::{FileShowArgs, ZoneArgs};
use super::settings::Layer;
use crate::lead::Status;
use crate::report::meaning;

/// Shown below the options of `results --help`.
pub(super) const RESULTS_NOTES: &str = "\
Examples:
    leadload results famulor-7.results.jsonl                             everybody, with the last state of each
    leadload results famulor-7.results.jsonl --status rejected,invalid   who needs a person
    leadload results famulor-7.results.jsonl --row 812                   what happened to row 812, in all runs
    leadload results famulor-7.results.jsonl --phone '030 23125001' --region DE
    leadload results famulor-7.results.jsonl --to leads.xlsx             the table as a file

What is printed has its numbers masked, since screens are shared; --show-numbers shows them. A file that --to writes is
yours and has them in full; only you can read it.

Exit codes:
    0  it was found
    1  nothing in the file is what was asked for
    2  the command is wrong, or the file of --to is there already
    5  the results file cannot be used";

/// Shown below the options of `forget --help`.
pub(super) const FORGET_NOTES: &str = "\
It does not reach the platform, the spreadsheets, rejects files, tables made by leadload results --to, or backups: what is
left to do there is told at the end.

Exit codes:
    0  the person is taken out, or was not in the file
    2  the command is wrong, an undo of the lead is not finished, or nobody said yes; nothing was changed
    5  the results file cannot be used, or is in use; it is as it was";

#[derive(Debug, Args)]
pub(super) struct ResultsArgs {
    /// The results file of an import: it lies beside the spreadsheet, named like famulor-7.results.jsonl
    #[arg(value_name = "RESULTS")]
    pub(super) results: PathBuf,
    #[command(flatten)]
    pub(super) of_whom: WhomArgs,
    #[command(flatten)]
    pub(super) which: WhichArgs,
    #[command(flatten)]
    pub(super) shown: TableArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "One person: the whole story, over all runs")]
pub(super) struct WhomArgs {
    /// The number, as people write it, or the e-mail address of a chatbot's lead
    #[arg(long, value_name = "NUMBER")]
    pub(super) phone: Option<String>,
    /// The row's number as a spreadsheet shows it
    #[arg(long, value_name = "N")]
    pub(super) row: Option<u64>,
    /// The platform's id of the lead, or of a secondary contact
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
    /// The country for which --phone without a country code is read [default: that of the last run]
    #[arg(long, value_name = "COUNTRY", requires = "phone")]
    pub(super) region: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which leads")]
pub(super) struct WhichArgs {
    /// Only these states, separated by commas
    #[arg(long, value_parser = states(), value_name = "STATE,…", value_delimiter = ',')]
    pub(super) status: Vec<Status>,
    /// Only with this reason, by its code; * stands for any text (phone_*); repeatable
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(super) reason: Vec<String>,
    /// What this run said of each lead, in place of all runs; last: the last one
    #[arg(long, value_name = "ID|last")]
    pub(super) run: Option<String>,
    /// Only numbers of these countries, by their country codes (+1 is the United States, also for Canada)
    #[arg(long, value_name = "COUNTRY,…", value_delimiter = ',')]
    pub(super) country: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct TableArgs {
    /// Write the table to a file: .csv, .xlsx, .jsonl or .json
    #[arg(long, value_name = "FILE")]
    pub(super) to: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "to")]
    pub(super) force: bool,
    /// Print numbers and addresses in full
    #[arg(long)]
    pub(super) show_numbers: bool,
    #[command(flatten)]
    pub(super) zone: ZoneArgs,
    #[command(flatten)]
    pub(super) show: FileShowArgs,
}

#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    /// The number, as people write it, or the e-mail address of a chatbot's lead
    #[arg(value_name = "NUMBER")]
    pub(super) person: String,
    /// The results file of an import: it lies beside the spreadsheet, named like famulor-7.results.jsonl
    #[arg(value_name = "RESULTS")]
    pub(super) results: PathBuf,
    /// The country for which a number without a country code is read [default: that of the last run]
    #[arg(long, value_name = "COUNTRY")]
    pub(super) region: Option<String>,
    /// Say what would be taken out, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Take it out without asking
    #[arg(long, short = 'y')]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) show: FileShowArgs,
}

impl ResultsArgs {
    /// What was typed of its settings.
    pub(super) fn layer(&self) -> Layer {
        let mut typed = self.shown.show.layer();
        self.shown.zone.set(&mut typed);
        typed
    }
}

impl ForgetArgs {
    /// What was typed of its settings. That somebody said yes is none: it is about this person.
    pub(super) fn layer(&self) -> Layer {
        let mut typed = self.show.layer();
        typed.switch("dry_run", self.dry_run);
        typed
    }
}

impl WhichArgs {
    /// Whether nothing of it was asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.status.is_empty() && self.reason.is_empty() && self.run.is_none() && self.country.is_empty()
    }
}

/// Reads a state by its name in results files.
fn states() -> impl TypedValueParser<Value = Status> {
    let named = Status::ALL.map(|status| PossibleValue::new(status.name()).help(meaning(status)));
    PossibleValuesParser::new(named).try_map(|name| {
        let known = Status::ALL.into_iter().find(|status| status.name() == name);
        known.ok_or_else(|| format!("there is no state {name:?}"))
    })
}
