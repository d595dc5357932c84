//! The command lines of what the program says about itself: completions and manual pages.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Shown below the options of `completions --help`.
pub(super) const COMPLETIONS_NOTES: &str = "\
bash:        leadload completions bash > ~/.local/share/bash-completion/completions/leadload
zsh:         leadload completions zsh > ~/.zfunc/_leadload      (with fpath+=~/.zfunc before compinit in ~/.zshrc)
fish:        leadload completions fish > ~/.config/fish/completions/leadload.fish
PowerShell:  leadload completions powershell >> $PROFILE";

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, required_unless_present = "dir")]
    pub(super) shell: Option<Shell>,
    /// Write files into this folder, under their usual names: for this shell, or for all
    #[arg(long, value_name = "FOLDER")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command, like import or config show [default: the program]
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub(super) command: Vec<String>,
    /// Write the pages of the program, of all its commands and of theirs into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(super) dir: Option<PathBuf>,
}
