//! `leadload init`: a commented `leadload.toml` from what is recognised in a file.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::args::{ImportArgs, InitArgs};
use super::command::quoted;
use super::documents::{Refused, Written};
use super::resolve;
use super::run::block_on;
use super::settings::Settings;
use super::show::Show;
use super::{config_file, log, temp, unheard};
use crate::clock::Clock;
use crate::import::{self, GroupRows, Looked, LookedColumn};
use crate::mapping::{ColumnRoles, Role};
use crate::phone::Region;
use crate::report::{Console, Reporter, count, counted, in_one_line, plain, print_json, problem};
use crate::run::Surroundings;
use crate::target::Family;
use crate::upload::Stop;

/// How many requests are shown.
const SHOWN_REQUESTS: usize = 3;

/// Writes the file and says what is in it. Exit code 2 where the column of the number is for a person to choose.
///
/// # Errors
/// The file is there already, or cannot be written; the arguments cannot be used.
pub(super) fn run_init(args: &InitArgs, typed: Vec<String>, show: &Show) -> Result<u8> {
    let input = only_input(&args.import)?;
    let path = beside(&input);
    let earlier = if args.force { Earlier::IsWrittenOver } else { Earlier::Stays };
    if path.exists() && earlier == Earlier::Stays {
        bail!(
            "{}: there is one already, and it stays as it is\nwhat to do: add --force to write over it",
            path.display()
        );
    }
    let console = Console::stderr(show.volume);
    let resolved = resolve::init(&args.import, typed)?;
    let plan = Arc::clone(resolved.plan());
    let settings = resolved.settings;
    refuse_what_is_not_recognised(&settings)?;
    let around = surroundings(&console);
    log::start(&settings, show.verbose, &console, around.reporter.run())?;
    temp::choose_folder(&settings)?;
    unheard::warn(&console);
    let looked = match import::look_through(&plan, &around) {
        Ok(looked) => looked,
        Err(error) => {
            console.line(&problem(&error));
            if show.json {
                print_json(&Refused::new(error.exit_code(), &error.to_string()))?;
            }
            return Ok(error.exit_code());
        }
    };
    write(&path, &text(&input, &looked, &plan), earlier)?;
    console.line(&format!("written: {}", path.display()));
    if show.json {
        print_json(&Written::new(&path, looked.roles.as_ref().err().map(String::as_str)))?;
    }
    if let Err(problem) = &looked.roles {
        console.line(&format!("choose in it which column is what: {}", plain(&in_one_line(problem))));
        return Ok(2);
    }
    show_requests(plan, around, &console)?;
    let check = check_command(&input.display().to_string());
    console.line(&format!("\nSee what becomes of every row:\n{check}"));
    Ok(0)
}

/// The country for which numbers are read stands in the file that was written.
fn check_command(input: &str) -> String {
    format!("leadload check {}", quoted(input))
}

fn only_input(args: &ImportArgs) -> Result<PathBuf> {
    match args.inputs.as_slice() {
        [input] if input.as_os_str() != "-" => Ok(input.clone()),
        several => bail!(
            "init looks at one file, beside which it writes the {}; {} were named, or standard input\nwhat to do: name one file",
            config_file::NAME,
            several.len()
        ),
    }
}

/// What is not recognised in a file cannot be kept by what is written for it.
fn refuse_what_is_not_recognised(settings: &Settings) -> Result<()> {
    let unrecognised = ["variable", "template", "constant", "include", "exclude", "empty", "primary_when"];
    match unrecognised.iter().find(|name| settings.one(name).is_some()) {
        None => Ok(()),
        Some(name) => {
            let said = settings.describe(name);
            bail!(
                "{said}: init writes what it recognises\nwhat to do: leave it out, and add it to the file that is written"
            )
        }
    }
}

fn beside(input: &Path) -> PathBuf {
    input.with_file_name(config_file::NAME)
}

fn surroundings(console: &Console) -> Surroundings {
    let clock = Clock::system();
    let reporter = Arc::new(Reporter::new(console.clone(), clock.clone()));
    Surroundings { clock, stop: Stop::default(), reporter, ask: None, disk: None }
}

fn show_requests(plan: Arc<import::Plan>, around: Surroundings, console: &Console) -> Result<()> {
    let rehearsing = import::rehearse_showing(SHOWN_REQUESTS, plan, around.clone());
    let rehearsed = match block_on(around.stop, console.clone(), rehearsing)? {
        Ok(rehearsed) => rehearsed,
        Err(error) => bail!("{error}"),
    };
    console.line("\nThe first requests would be");
    for request in rehearsed.requests {
        console.line(&format!("  {}", plain(&request)));
    }
    Ok(())
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Earlier {
    /// It stays, also where somebody has put it there meanwhile.
    Stays,
    IsWrittenOver,
}

fn write(path: &Path, text: &str, earlier: Earlier) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    match earlier {
        Earlier::Stays => options.create_new(true),
        Earlier::IsWrittenOver => options.create(true).truncate(true),
    };
    let file = options.open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// The file. It names columns and counts cells; it holds no cell.
fn text(input: &Path, looked: &Looked, plan: &import::Plan) -> String {
    let mut out = String::new();
    let name = input.file_name().unwrap_or_default().to_string_lossy();
    let (sampled, rows) = (count(looked.sampled), counted(looked.rows, "row", "rows"));
    let _ =
        writeln!(out, "# The columns of {}, as leadload init recognised them in {sampled} of {rows}.", plain(&name));
    out.push_str(
        "# A file of this name beside the input holds what its rows mean and nothing else. Change what you like, then look:\n",
    );
    let _ = writeln!(out, "#   {}", plain(&check_command(&name)));
    out.push_str(
        "# Editors that know TOML complete it with what leadload config schema prints: name that file in the first line,\n\
         # as #:schema PATH\n\n",
    );
    write_region(&mut out, plan.region);
    out.push_str("[mapping]\n");
    match &looked.roles {
        Ok(uses) => write_uses(&mut out, uses, &looked.columns, plan),
        Err(problem) => write_candidates(&mut out, problem, &looked.columns),
    }
    out
}

/// The country of numbers without one: said to `init`, or as a comment.
fn write_region(out: &mut String, region: Option<Region>) {
    let mark = if region.is_some() { "" } else { "# " };
    let code = region.as_ref().map_or("DE", Region::code);
    let _ = writeln!(
        out,
        "# The country for which numbers without a country code are read:\n{mark}region = {}\n",
        text_in_toml(code)
    );
}

fn write_uses(out: &mut String, uses: &[ColumnRoles], columns: &[LookedColumn], plan: &import::Plan) {
    let with = |wanted: Role| uses.iter().zip(columns).filter(move |(it, _)| it.roles.contains(&wanted));
    write_phones(out, uses, columns);
    single(out, "region", "the country of each row, like DE or Germany", with(Role::Country).next());
    single(out, "campaign", "the campaign of each row, by its id or name", with(Role::Campaign).next());
    only_or_recognised(out, "dial_code", "the dial code that belongs before numbers", with(Role::DialCode));
    only_or_recognised(out, "do_not_call", "who is not called", with(Role::DoNotCall));
    only_or_recognised(out, "may_call", "who may be called", with(Role::MayCall));
    write_groups(out, with(Role::Group).map(|(it, _)| text_in_toml(&it.column)).collect(), plan.group_rows);
    let unsent: Vec<String> =
        with(Role::NotSent).filter(|(it, _)| !it.column.is_empty()).map(|(it, _)| text_in_toml(&it.column)).collect();
    let (mark, shown) = if unsent.is_empty() { ("# ", vec!["\"Notes\"".to_owned()]) } else { ("", unsent) };
    let _ =
        writeln!(out, "# Columns that are not sent (* stands for any text):\n{mark}exclude = [{}]", shown.join(", "));
    if plan.endpoint.family == Family::Pollybot {
        write_fields(out, uses);
    } else {
        write_variables(out, uses, columns);
    }
}

/// Which rows are one lead, and where in the file they stand.
fn write_groups(out: &mut String, groups: Vec<String>, rows: GroupRows) {
    let (mark, shown) = if groups.is_empty() { ("# ", vec!["\"Company\"".to_owned()]) } else { ("", groups) };
    let scattered = if rows == GroupRows::Scattered { "" } else { "# " };
    let _ = writeln!(
        out,
        "# Rows with the same value, one after another, are one lead; with scattered = true wherever they stand:\n\
         {mark}group_by = [{}]\n{scattered}scattered = true",
        shown.join(", ")
    );
}

/// The columns that are called, in their order, and what becomes of those after the first.
fn write_phones(out: &mut String, uses: &[ColumnRoles], columns: &[LookedColumn]) {
    let place = |it: &ColumnRoles| it.roles.iter().find_map(Role::phone_place);
    let mut called: Vec<_> = uses.iter().zip(columns).filter(|(it, _)| place(it).is_some()).collect();
    called.sort_by_key(|(it, _)| place(it));
    for (it, column) in &called {
        let why = it.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let _ = writeln!(out, "# {}: {}{}", plain(&it.column), numbers_in(column), plain(&why));
    }
    let names: Vec<String> = called.iter().map(|(it, _)| text_in_toml(&it.column)).collect();
    match names.as_slice() {
        [] => {}
        [only] => {
            let _ = writeln!(out, "# The number to call:\nphone = {only}");
        }
        several => {
            let _ = writeln!(
                out,
                "# The number to call: of each row the first one that can be dialled:\nphone = [{}]",
                several.join(", ")
            );
            let further =
                called.iter().any(|(it, _)| it.roles.iter().any(|role| matches!(role, Role::FurtherPhone(_))));
            let mark = if further { "" } else { "# " };
            let _ = writeln!(out, "# The others are secondary contacts:\n{mark}other_phones = \"secondary\"");
        }
    }
}

/// A key for one column, or the same as a comment.
fn single(out: &mut String, key: &str, what: &str, found: Option<(&ColumnRoles, &LookedColumn)>) {
    let _ = match found {
        Some((it, _)) => writeln!(out, "# The column with {what}:\n{key} = {}", text_in_toml(&it.column)),
        None => writeln!(out, "# A column with {what}:\n# {key} = \"…\""),
    };
}

/// A key where there is one such column. It names one column and switches recognition off, so where there are several it is
/// left out: all of them stay heeded, as they were when they were recognised.
fn only_or_recognised<'a>(
    out: &mut String,
    key: &str,
    what: &str,
    found: impl Iterator<Item = (&'a ColumnRoles, &'a LookedColumn)>,
) {
    let found: Vec<_> = found.collect();
    match found.as_slice() {
        [] => {}
        [only] => single(out, key, what, Some(*only)),
        several => {
            let names: Vec<_> = several.iter().map(|(it, _)| plain(&it.column)).collect();
            let _ = writeln!(
                out,
                "# The columns with {what}; all are heeded as long as {key} names none of them: {}",
                names.join(", ")
            );
        }
    }
}

fn write_variables(out: &mut String, uses: &[ColumnRoles], columns: &[LookedColumn]) {
    let secondary = |role: &Role| matches!(role, Role::SecondaryPhone(_) | Role::SecondaryVariable(..));
    let secondaries: Vec<_> =
        uses.iter().filter(|it| it.roles.iter().any(secondary)).map(|it| plain(&it.column)).collect();
    if !secondaries.is_empty() {
        let _ =
            writeln!(out, "# Secondary contacts, recognised by the names of their columns: {}", secondaries.join(", "));
    }
    out.push_str(
        "\n# Variables: the name that the assistant knows, and the column. Also possible:\n\
         #   full_name = { template = \"{{ First }} {{ Last }}\" }\n#   source = { value = \"CRM\" }\n[mapping.variables]\n",
    );
    for (it, column) in uses.iter().zip(columns) {
        for role in &it.roles {
            if let Role::Variable(name) = role {
                let (name, from) = (text_in_toml(name), text_in_toml(&it.column));
                let _ = writeln!(out, "{name} = {from}  # {}", filled(column));
            }
        }
    }
}

/// A chatbot's lead: its fields are found by their names, and other columns are its metadata.
fn write_fields(out: &mut String, uses: &[ColumnRoles]) {
    out.push_str("\n[mapping.lead]\n");
    for it in uses {
        for role in &it.roles {
            if let Role::Field(name) = role {
                let _ = writeln!(out, "{name} = {}", text_in_toml(&it.column));
            }
        }
    }
}

/// Which column holds the number is for a person to say.
fn write_candidates(out: &mut String, problem: &str, columns: &[LookedColumn]) {
    for line in problem.lines() {
        let _ = writeln!(out, "# {}", plain(line));
    }
    let mut candidates: Vec<&LookedColumn> = columns.iter().filter(|it| it.numbers + it.without_country > 0).collect();
    candidates.sort_by_key(|it| std::cmp::Reverse(it.numbers + it.without_country));
    out.push_str("# Take the # away from the one that is to be called:\n");
    for column in candidates {
        let _ = writeln!(out, "# phone = {}  # {}", text_in_toml(&column.name), numbers_in(column));
    }
}

fn numbers_in(column: &LookedColumn) -> String {
    let mut words = format!("{}, {} of them with a number that can be called", filled(column), count(column.numbers));
    if column.without_country > 0 {
        let _ = write!(words, ", {} without a country (give --region)", count(column.without_country));
    }
    words
}

fn filled(column: &LookedColumn) -> String {
    format!("{} filled", counted(column.filled, "cell", "cells"))
}

/// A string as TOML has it, fit for a key as well.
fn text_in_toml(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_name_of_a_column_survives_the_file(name in "(?s).{0,20}") {
            let table: toml::Table = format!("{} = {}", text_in_toml(&name), text_in_toml(&name)).parse().unwrap();
            proptest::prop_assert_eq!(table.get(&name).and_then(toml::Value::as_str), Some(name.as_str()));
        }
    }
}
