//! `leadload config`: what is configured, and what may be.

use anyhow::{Result, anyhow};

use super::config_args::{ConfigArgs, ConfigCommand, ShowConfigArgs};
use super::config_file::user_file;
use super::config_schema;
use super::config_shown::ConfigShown;
use super::setting_words::table_of_variables;
use super::show::{Show, Tells, told};
use super::{resolve, unheard};
use crate::report::{Console, print_json, print_text};

/// Prints what is asked for.
///
/// # Errors
/// The configuration cannot be read.
pub(super) fn run_config(args: ConfigArgs) -> Result<u8> {
    match args.command {
        ConfigCommand::Show(args) => {
            let import = &args.import;
            told((&import.output.show, &import.target.server), Tells::Output, |show| show_config(&args, &show))
        }
        ConfigCommand::Path => {
            let path = user_file().ok_or_else(|| {
                anyhow!("there is no configuration folder: HOME is not set, and the user has none\nwhat to do: name a file by --config")
            })?;
            print_text(&path.display().to_string())?;
            Ok(0)
        }
        ConfigCommand::Schema => {
            print_json(&config_schema::schema())?;
            Ok(0)
        }
        ConfigCommand::Variables => {
            print_text(table_of_variables().trim_end())?;
            Ok(0)
        }
    }
}

fn show_config(args: &ShowConfigArgs, show: &Show) -> Result<u8> {
    let configured = resolve::configured(&args.import, resolve::beside(&args.import.inputs).as_deref())?;
    let shown = ConfigShown::new(configured, unheard::sentences());
    if show.json {
        print_json(&shown)?;
    } else {
        print_text(shown.text().trim_end())?;
    }
    let console = Console::stderr(crate::report::Volume::Normal);
    for note in shown.notes() {
        console.note(&format!("note: {note}"));
    }
    Ok(0)
}
