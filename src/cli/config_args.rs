//! The command line of `leadload config`, as typed.

use clap::{Args, Subcommand};

use super::args::ImportArgs;

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print what is in force and where each value comes from; secrets are hidden
    ///
    /// It takes the arguments of the import, so that its options, its profile and a leadload.toml beside its file count. Nothing
    /// is sent, and files of leads are not read.
    Show(Box<ShowConfigArgs>),
    /// Print the path of your own configuration file, whether or not it is there
    Path,
    /// Print the JSON Schema of configuration files, for editors
    Schema,
    /// Print the table of all environment variables
    Variables,
}

#[derive(Debug, Args)]
#[command(mut_arg("inputs", |inputs| inputs.required(false)))]
pub(super) struct ShowConfigArgs {
    #[command(flatten)]
    pub(super) import: ImportArgs,
}
