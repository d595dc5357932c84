//! Settings in words: what each means and what holds where nobody says anything. The words are those of the options' help, so
//! that there is one source of them.

use std::fmt::Write as _;

use clap::CommandFactory;

use super::args::CommandLine;
use super::setting_table::{Heard, SAID_ONCE, SETTINGS, Setting, Takes};
use super::token;

/// A setting in words.
pub(super) struct Described {
    pub(super) setting: &'static Setting,
    /// The option, where there is one.
    pub(super) option: Option<String>,
    pub(super) what: String,
    /// What holds by default, where the help says it.
    pub(super) default: Option<String>,
}

/// Every setting, in the order of the table.
pub(super) fn described() -> Vec<Described> {
    let command_line = CommandLine::command();
    let import = command_line.find_subcommand("import");
    let help = |option: &str| {
        let arg = import?.get_arguments().find(|arg| arg.get_long() == Some(option))?;
        Some(arg.get_help()?.to_string())
    };
    let describe = |setting: &'static Setting| {
        let option = setting.name.replace('_', "-");
        match help(&option) {
            None => Described { setting, option: None, what: setting.what.to_owned(), default: None },
            Some(help) => {
                let (what, default) = help.split_once(" [default: ").unwrap_or((&help, ""));
                let default = Some(default.trim_end_matches(']').to_owned()).filter(|default| !default.is_empty());
                Described { setting, option: Some(format!("--{option}")), what: what.to_owned(), default }
            }
        }
    };
    SETTINGS.iter().map(describe).collect()
}

/// The table of all environment variables, in Markdown, as it stands in the documentation.
pub(super) fn table_of_variables() -> String {
    let mut table = String::from("| variable | option | in a file | what |\n|---|---|---|---|\n");
    let _ = writeln!(
        table,
        "| `{}` | none: everybody could read it there | never | The token of your account |",
        token::VARIABLE
    );
    for Described { setting, option, what, default } in described() {
        let option = option.map_or_else(|| "none".to_owned(), |option| format!("`{option}`"));
        let key = match setting.heard {
            Heard::Everywhere => format!("`{}`", setting.name),
            Heard::AsMapping(key) => format!("`{key}` under `[mapping]`"),
            Heard::AboutFiles => "no".to_owned(),
        };
        let default = default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
        let what = format!("{what}{default}{}", form(setting.takes)).replace('|', "\\|");
        let _ = writeln!(table, "| `{}` | {option} | {key} | {what} |", setting.variable());
    }
    table.push_str(
        "\nOptions of an import, an update, an undo and `init` without a variable, each with the reason:\n\n",
    );
    for (name, why) in SAID_ONCE {
        let _ = writeln!(table, "- `--{}`: {why}", name.replace('_', "-"));
    }
    table
}

/// How a value is written in the environment, where that is not plain.
fn form(takes: Takes) -> String {
    match takes {
        Takes::One | Takes::Number => String::new(),
        Takes::Switch => ". `true` or `false`".to_owned(),
        Takes::Word(words) => format!(". One of `{}`", words.join("`, `")),
        Takes::Several => ". Several with commas between them, or one on each line".to_owned(),
        Takes::Lines => ". Several one on each line".to_owned(),
    }
}
