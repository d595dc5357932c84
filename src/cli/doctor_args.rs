//! The command line of `doctor`, as typed.

use clap::{Arg, Args};

use super::args::ImportArgs;

/// Shown below the options of `doctor --help`.
pub(super) const DOCTOR_NOTES: &str = "\
Put doctor in the place of import in your command: all options of import are taken, and those that say nothing about where
leads go are not looked at. It asks the platform four questions at most, at the allowed rate, and none while a run with the
same results file is under way.

Exit codes: that with which the import would end, as far as can be told.
    0  no problem
    2  the command, the configuration, the campaign or the address is wrong
    3  the platform cannot be reached, or does not take the token
    5  results cannot be written, or another leadload is running with the same results file
    6  temporary files cannot be written
  130  interrupted";

#[derive(Debug, Args)]
#[command(mut_arg("inputs", optional), mut_args(shown_if_heeded))]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) import: ImportArgs,
}

/// The options of an import that make a difference here.
const HEEDED: [&str; 24] = [
    "inputs",
    "platform",
    "platform_file",
    "sandbox",
    "base_url",
    "leads_path",
    "token_file",
    "token_command",
    "ca_file",
    "config",
    "profile",
    "campaign",
    "chatbot",
    "campaign_column",
    "rate",
    "timeout",
    "give_up",
    "temp_dir",
    "results",
    "json",
    "quiet",
    "verbose",
    "log",
    "log_format",
];

fn optional(inputs: Arg) -> Arg {
    inputs.required(false).help("The files to be imported: results are written beside the first [default: this folder]")
}

fn shown_if_heeded(arg: Arg) -> Arg {
    let is_heeded = HEEDED.contains(&arg.get_id().as_str());
    arg.hide(!is_heeded)
}
