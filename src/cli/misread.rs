//! A command line that the parser refuses. Programs hear of it all the same: as JSON, and whoever is notified of runs, as far as
//! it can be told from single words.

use std::path::PathBuf;

use super::documents::Refused;
use super::mistyped;
use super::shared_args::{ServerArgs, ShowArgs};
use super::show::Show;
use crate::report::{self, Console, Volume, print_json};

/// The commands whose ends somebody may be notified of.
const NOTIFYING: [&str; 4] = ["import", "update", "reconcile", "undo"];

/// Prints what is wrong, and tells programs. Returns the exit code.
pub(super) fn tell(error: &clap::Error, typed: &[String]) -> u8 {
    let words = mistyped::words(error, typed);
    match &words {
        Some(words) => Console::stderr(Volume::Quiet).line(&report::problem(words)),
        // Help and version are no errors; clap knows where each is printed.
        None => drop(error.print()),
    }
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    if code == 0 {
        return 0;
    }
    let refused = match words {
        Some(words) => Refused::new(code, &words),
        None => Refused::of_usage(code, &error.to_string()),
    };
    tell_programs(&refused, typed);
    code
}

/// Says it as JSON, where that is asked for, and to whoever is notified.
fn tell_programs(refused: &Refused, typed: &[String]) {
    if has(typed, "--json") {
        // Where standard output is gone, too, the exit code says it.
        let _ = print_json(refused);
    }
    let command = typed.get(1).map_or("", String::as_str);
    if NOTIFYING.contains(&command) && !has(typed, "--dry-run") {
        let show = ShowArgs { notify_cmd: value(typed, "--notify-cmd"), ..ShowArgs::default() };
        let config = value(typed, "--config").map(PathBuf::from);
        let server = ServerArgs { config, profile: value(typed, "--profile"), ..ServerArgs::default() };
        if let Some(notify) = Show::whatever_files_say(&show, &server).notify {
            notify.refused(refused);
        }
    }
}

fn has(typed: &[String], option: &str) -> bool {
    typed.iter().any(|word| word == option)
}

/// What stands behind an option: `--name value` or `--name=value`.
fn value(typed: &[String], option: &str) -> Option<String> {
    typed.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(option)? {
        "" => typed.get(at + 1).cloned(),
        rest => rest.strip_prefix('=').map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_found_however_its_value_is_written() {
        let typed = ["leadload", "import", "--config=c.toml", "--profile", "acme", "--notify-cmd"].map(str::to_owned);
        assert_eq!(value(&typed, "--config").as_deref(), Some("c.toml"));
        assert_eq!(value(&typed, "--profile").as_deref(), Some("acme"));
        assert_eq!((value(&typed, "--notify-cmd"), value(&typed, "--con")), (None, None));
    }
}
