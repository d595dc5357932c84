//! Variables that are called like ours and are none. Mistyped, `LEADLOAD_SUPPRESS` would go unheard, and people would be called
//! whom a list was to keep from it.

use super::setting_table::{SAID_ONCE, SETTINGS, Setting};
use super::token;
use crate::report::Console;

/// With this begins the name of each of our variables.
const PREFIX: &str = "LEADLOAD_";

/// What is set for a command that is notified, which may be another leadload.
const SET_FOR_OTHERS: [&str; 3] = ["LEADLOAD_NOTIFY_EXIT_CODE", "LEADLOAD_NOTIFY_RUN", "LEADLOAD_NOTIFY_RESULTS"];

/// Those who test this program set such variables for it.
const OF_TESTS: &str = "LEADLOAD_TEST_";

/// From this likeness on it may be what was meant; 1 is the same.
const LIKE: f64 = 0.6;

/// Says of each such variable of this process that nobody hears it, also with `--quiet`: that is how programs call us.
pub(super) fn warn(console: &Console) {
    for sentence in sentences() {
        console.line(&format!("warning: {sentence}"));
    }
}

/// A sentence about each such variable of this process.
pub(super) fn sentences() -> Vec<String> {
    let is_set =
        |(name, value): (std::ffi::OsString, std::ffi::OsString)| name.into_string().ok().filter(|_| !value.is_empty());
    let mut names: Vec<String> = std::env::vars_os().filter_map(is_set).collect();
    names.sort();
    names.iter().filter_map(|name| sentence(name)).collect()
}

fn sentence(name: &str) -> Option<String> {
    let capitals = name.to_ascii_uppercase();
    let ours = capitals.strip_prefix(PREFIX)?;
    // Where the system takes no notice of capitals, neither do we.
    let asked = if cfg!(windows) { capitals.as_str() } else { name };
    if variables().any(|known| known == asked) || SET_FOR_OTHERS.contains(&asked) || asked.starts_with(OF_TESTS) {
        return None;
    }
    if let Some((once, _)) = SAID_ONCE.iter().find(|(once, _)| *once == ours.to_ascii_lowercase()) {
        let option = once.replace('_', "-");
        return Some(format!("{name} is not heard: --{option} can be said on the command line only"));
    }
    Some(match nearest(ours) {
        Some(near) => format!("{name} is not heard: there is no such variable; did you mean {near}?"),
        None => format!("{name} is not heard: there is no such variable (leadload config variables lists all)"),
    })
}

fn variables() -> impl Iterator<Item = String> {
    SETTINGS.iter().map(Setting::variable).chain([token::VARIABLE.to_owned()])
}

/// The variable whose name goes on most like this.
fn nearest(ours: &str) -> Option<String> {
    let likeness =
        |known: &String| strsim::normalized_damerau_levenshtein(ours, known.strip_prefix(PREFIX).unwrap_or_default());
    let like = variables().map(|known| (likeness(&known), known)).max_by(|(a, _), (b, _)| a.total_cmp(b));
    like.filter(|(likeness, _)| *likeness >= LIKE).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::super::setting_table::variable_name;
    use super::*;

    #[test]
    fn a_mistyped_variable_is_told_with_the_one_that_was_probably_meant() {
        for (typed, meant) in [
            ("LEADLOAD_RTAE", "LEADLOAD_RATE"),
            ("LEADLOAD_SUPRESS", "LEADLOAD_SUPPRESS"),
            ("LEADLOAD_RESULT", "LEADLOAD_RESULTS"),
            ("LEADLOAD_TOKENFILE", "LEADLOAD_TOKEN_FILE"),
            ("LEADLOAD_TOKNE", "LEADLOAD_TOKEN"),
        ] {
            let told = sentence(typed).unwrap();
            assert!(told.starts_with(typed) && told.ends_with(&format!("did you mean {meant}?")), "{told}");
        }
    }

    #[test]
    fn what_is_like_none_of_ours_is_told_without_a_guess() {
        let told = sentence("LEADLOAD_SERVICE_HOST").unwrap();
        assert!(!told.contains("did you mean") && told.contains("leadload config variables"), "{told}");
    }

    #[test]
    fn a_decision_about_one_run_is_told_where_it_belongs() {
        assert!(sentence("LEADLOAD_IN_DOUBT").unwrap().contains("--in-doubt can be said on the command line only"));
    }

    #[test]
    fn nothing_is_said_of_variables_that_are_heard_or_of_others() {
        for setting in SETTINGS {
            assert_eq!(sentence(&variable_name(setting.name)), None);
        }
        for name in ["LEADLOAD_TOKEN", "LEADLOAD_NOTIFY_RUN", "LEADLOAD_TEST_SEED", "HOME", "LEADLOADER_X"] {
            assert_eq!(sentence(name), None, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_in_small_letters_is_told() {
        assert!(sentence("leadload_rate").unwrap().ends_with("did you mean LEADLOAD_RATE?"));
    }
}
