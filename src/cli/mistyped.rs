//! What is said of a command line that cannot be read, where more can be said than the parser knows: a file without a command, a
//! results file that is not named, a token that is typed.

use std::path::Path;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::command::quoted;

/// As what people type a token.
const SECRET: [&str; 5] = ["--token", "--api-key", "--api-token", "--apikey", "--key"];

/// How results files end.
const RESULTS: &str = ".results.jsonl";

/// The message, where it can be better than the parser's.
pub(super) fn words(error: &Error, typed: &[String]) -> Option<String> {
    words_where(error, typed, &results_files_here())
}

/// The same where these results files are.
fn words_where(error: &Error, typed: &[String], results: &[String]) -> Option<String> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word)), _) if is_file(word) => Some(no_command(word)),
        (ErrorKind::MissingRequiredArgument, _, Some(ContextValue::Strings(missing))) if missing == &["<RESULTS>"] => {
            Some(no_results(typed, results))
        }
        (ErrorKind::UnknownArgument, _, Some(ContextValue::String(option))) if SECRET.contains(&option.as_str()) => {
            Some(no_secret(option))
        }
        _ => None,
    }
}

fn no_secret(option: &str) -> String {
    format!(
        "{option} is no option: every user of this machine could read the token in the list of processes\nwhat to do: put it into the \
         environment variable LEADLOAD_TOKEN, into a file named by --token-file, or name a command that prints it by --token-command"
    )
}

/// Whether it is the name of a file rather than of a command.
fn is_file(word: &str) -> bool {
    Path::new(word).extension().is_some() || Path::new(word).exists()
}

fn no_command(file: &str) -> String {
    let file = quoted(file);
    let command = if file.ends_with(RESULTS) {
        format!("leadload results {file} says what became of everybody in it")
    } else {
        format!(
            "leadload check {file} says what is in it, and leadload import {file} --sandbox rehearses the import; \
             nobody is called by either"
        )
    };
    format!("{file} is a file, and no command says what to do with it\nwhat to do: {command}")
}

fn no_results(typed: &[String], results: &[String]) -> String {
    let words: Vec<String> = typed.iter().skip(1).map(|word| quoted(word)).collect();
    let what_to_do = match results {
        [] => {
            "name it; an import leaves it beside the spreadsheet, and names it like famulor-7.results.jsonl".to_owned()
        }
        [one] => format!("leadload {} {}", words.join(" "), quoted(one)),
        several => format!("name one of those that are here: {}", several.join(", ")),
    };
    format!("no results file is named\nwhat to do: {what_to_do}")
}

/// The results files of this folder, by their names.
fn results_files_here() -> Vec<String> {
    let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut results: Vec<String> = names.filter(|name| name.ends_with(RESULTS)).collect();
    results.sort();
    results
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::CommandLine;
    use super::*;

    fn said(typed: &[&str], results: &[&str]) -> Option<String> {
        let typed: Vec<String> = typed.iter().map(|&word| word.to_owned()).collect();
        let results: Vec<String> = results.iter().map(|&name| name.to_owned()).collect();
        words_where(&CommandLine::try_parse_from(&typed).unwrap_err(), &typed, &results)
    }

    #[test]
    fn a_file_without_a_command_is_answered_with_the_commands_for_it() {
        insta::assert_snapshot!(said(&["leadload", "my leads.xlsx", "--campaign", "7"], &[]).unwrap(), @"
        'my leads.xlsx' is a file, and no command says what to do with it
        what to do: leadload check 'my leads.xlsx' says what is in it, and leadload import 'my leads.xlsx' --sandbox rehearses the import; nobody is called by either
        ");
        insta::assert_snapshot!(said(&["leadload", "famulor-7.results.jsonl"], &[]).unwrap(), @"
        famulor-7.results.jsonl is a file, and no command says what to do with it
        what to do: leadload results famulor-7.results.jsonl says what became of everybody in it
        ");
    }

    #[test]
    fn where_no_results_file_is_named_those_that_are_here_are() {
        insta::assert_snapshot!(said(&["leadload", "report", "--html", "a b.html"], &["x.results.jsonl"]).unwrap(), @"
        no results file is named
        what to do: leadload report --html 'a b.html' x.results.jsonl
        ");
        let several = said(&["leadload", "undo"], &["x.results.jsonl", "y.results.jsonl"]).unwrap();
        assert!(several.ends_with("name one of those that are here: x.results.jsonl, y.results.jsonl"), "{several}");
        let none = said(&["leadload", "results"], &[]).unwrap();
        assert!(none.contains("beside the spreadsheet"), "{none}");
    }

    #[test]
    fn a_token_that_is_typed_is_answered_with_where_it_belongs_and_never_repeated() {
        for typed in [&["--token", "tok-1"][..], &["--token=tok-1"], &["--api-key", "tok-1"]] {
            let said = said(&[&["leadload", "import", "a.csv"], typed].concat(), &[]).unwrap();
            assert!(said.contains("LEADLOAD_TOKEN") && !said.contains("tok-1"), "{said}");
        }
    }

    #[test]
    fn of_a_mistyped_command_or_option_the_parser_speaks() {
        for typed in [&["leadload", "chek", "leads.csv"][..], &["leadload", "import"], &["leadload", "--help"]] {
            assert_eq!(said(typed, &["x.results.jsonl"]), None, "{typed:?}");
        }
    }
}
