//! What the program says about itself for shells and for `man`: made from the same description that it reads its command
//! line by, so it is never behind.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::CommandLine;
use super::generated_args::{CompletionsArgs, ManArgs};
use crate::phone::{PhoneKind, Region};
use crate::platform::PLATFORMS;
use crate::report::print_text;

/// The name of the program.
const NAME: &str = "leadload";

/// `leadload completions`.
///
/// # Errors
/// The folder or standard output cannot be written.
pub(super) fn completions(args: &CompletionsArgs) -> Result<u8> {
    let chosen = args.shell.map(|shell| vec![shell]);
    match (&args.dir, chosen) {
        (Some(folder), chosen) => {
            for shell in chosen.unwrap_or_else(|| Shell::value_variants().to_vec()) {
                let cannot = || format!("the completions for {shell} cannot be written into {}", folder.display());
                clap_complete::generate_to(shell, &mut described(), NAME, folder).with_context(cannot)?;
            }
        }
        (None, chosen) => {
            for shell in chosen.into_iter().flatten() {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut described(), NAME, &mut script);
                print(&script)?;
            }
        }
    }
    Ok(0)
}

/// `leadload man`.
///
/// # Errors
/// There is no such command; the folder or standard output cannot be written.
pub(super) fn man(args: &ManArgs) -> Result<u8> {
    // Only then does each command know its whole name.
    let mut program = described().disable_help_subcommand(true);
    program.build();
    if let Some(folder) = &args.dir {
        for command in with_all_below(&program) {
            write_page(command, folder)?;
        }
        return Ok(0);
    }
    let mut command = &program;
    for name in &args.command {
        command = match below(command).find(|below| below.get_name() == name) {
            Some(below) => below,
            None => bail!("there is no command {name:?}\nwhat to do: name one of {}", names_below(command)),
        };
    }
    print(&page(command)?)?;
    Ok(0)
}

/// The commands of a command, but that which prints help.
fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| below.get_name() != "help")
}

/// The command, its commands, and theirs.
fn with_all_below(command: &Command) -> Vec<&Command> {
    std::iter::once(command).chain(below(command).flat_map(with_all_below)).collect()
}

fn names_below(command: &Command) -> String {
    below(command).map(Command::get_name).collect::<Vec<_>>().join(", ")
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    // A page is for who reads it all: what the short help leaves out has its words here.
    let command = command.clone().mut_args(|arg| arg.hide_short_help(false));
    Man::new(command).render(&mut page).context("the manual page cannot be made")?;
    Ok(page)
}

fn write_page(command: &Command, folder: &Path) -> Result<()> {
    let name = format!("{}.1", command.get_display_name().unwrap_or(NAME));
    let path = folder.join(name);
    std::fs::write(&path, page(command)?).with_context(|| format!("{} cannot be written", path.display()))
}

/// Whoever reads it may have read enough.
fn print(text: &[u8]) -> Result<()> {
    Ok(print_text(String::from_utf8_lossy(text).trim_end())?)
}

/// The command line with what shells can complete: values that are read by us and not by the parser, and what files and
/// folders are.
fn described() -> Command {
    with_values_below(CommandLine::command().version(env!("CARGO_PKG_VERSION")))
}

fn with_values_below(command: Command) -> Command {
    command.mut_args(with_values).mut_subcommands(with_values_below)
}

fn with_values(arg: Arg) -> Arg {
    let values = |arg: Arg, values: &[&'static str]| arg.value_parser(PossibleValuesParser::new(values.to_vec()));
    match arg.get_id().as_str() {
        "platform" => values(arg, &PLATFORMS.map(|platform| platform.name)),
        "types" => values(arg, &PhoneKind::NAMED.iter().map(|(_, name)| *name).collect::<Vec<_>>()),
        "region" => arg.value_parser(PossibleValuesParser::new(Region::codes())).hide_possible_values(true),
        "phone_preference" => values(arg, &["mobile", "direct", "phone", "company"]),
        "other_numbers" => values(arg, &["told", "secondary"]),
        "on_exists" => values(arg, &["skip", "resolve", "update"]),
        "format" => values(arg, &["csv", "tsv", "json", "jsonl"]),
        "delimiter" => values(arg, &["comma", "semicolon", "tab", "pipe"]).hide_possible_values(true),
        "encoding" => values(arg, &ENCODINGS).hide_possible_values(true),
        "inputs" | "results" | "config" | "token_file" | "ca_file" | "known" | "suppress" | "log" => {
            arg.value_hint(ValueHint::FilePath)
        }
        "temp_dir" | "dir" => arg.value_hint(ValueHint::DirPath),
        "token_command" | "notify_cmd" => arg.value_hint(ValueHint::CommandString),
        "base_url" => arg.value_hint(ValueHint::Url),
        _ => arg,
    }
}

/// The encodings that files of spreadsheets have.
const ENCODINGS: [&str; 12] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1254",
    "iso-8859-2",
    "macintosh",
    "shift_jis",
    "gb18030",
    "big5",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::encoding_by_name;

    /// Every option of every command, with its command.
    fn options() -> Vec<(String, Arg)> {
        let program = described();
        let of = |command: &Command| {
            let name = command.get_name().to_owned();
            command.get_arguments().map(|arg| (name.clone(), arg.clone())).collect::<Vec<_>>()
        };
        with_all_below(&program).into_iter().flat_map(of).collect()
    }

    #[test]
    fn the_description_for_shells_is_consistent() {
        described().debug_assert();
    }

    #[test]
    fn every_value_that_is_offered_is_one_that_the_program_takes() {
        for name in ENCODINGS {
            assert!(encoding_by_name(name).is_some(), "{name}");
        }
        assert!(
            ["mobile", "direct", "phone", "company"].iter().all(|kind| kind.parse::<crate::mapping::Kind>().is_ok())
        );
        assert!(["told", "secondary"].iter().all(|what| what.parse::<crate::import::OtherNumbers>().is_ok()));
        assert!(["skip", "resolve", "update"].iter().all(|what| what.parse::<crate::upload::OnExists>().is_ok()));
        assert!(["csv", "tsv", "json", "jsonl"].iter().all(|name| crate::source::FormatName::parse(name).is_some()));
        assert!(Region::codes().iter().all(|code| Region::parse(code).is_some()) && Region::codes().len() > 200);
    }

    #[test]
    fn whatever_names_a_file_or_a_folder_is_completed_as_one() {
        for (command, arg) in options() {
            let takes_path = arg
                .get_value_names()
                .is_some_and(|names| names.iter().any(|name| ["FILE", "FOLDER", "RESULTS"].contains(&name.as_str())));
            let hint = arg.get_value_hint();
            let is_path = matches!(hint, ValueHint::FilePath | ValueHint::DirPath | ValueHint::AnyPath);
            assert!(!takes_path || is_path, "{command} {}: {hint:?}", arg.get_id());
        }
    }
}
