//! The command that resumes a run, for the last line of its summary.

/// Options that must not be repeated by themselves: they are decisions about one run.
const ONCE: [&str; 2] = ["--retry-rejected", "--in-doubt"];

/// The command as typed, quoted for a shell, without the decisions that belong to one run.
pub(super) fn resuming(typed: impl IntoIterator<Item = String>) -> String {
    let mut words = vec!["leadload".to_owned()];
    let mut skip_value = false;
    let words_left: Vec<String> = typed.into_iter().skip(1).collect();
    for (number, word) in words_left.iter().enumerate() {
        if std::mem::take(&mut skip_value) {
            continue;
        }
        let name = word.split('=').next().unwrap_or_default();
        if name == "--until" {
            // A time of day comes again tomorrow; a date does not.
            let value =
                word.split_once('=').map(|(_, value)| value).or_else(|| words_left.get(number + 1).map(String::as_str));
            if value.is_some_and(|value| value.contains('-')) {
                skip_value = !word.contains('=');
                continue;
            }
        }
        if ONCE.contains(&name) {
            skip_value = name != "--retry-rejected" && !word.contains('=');
            continue;
        }
        words.push(quoted(word));
    }
    words.join(" ")
}

/// Options of an import that mean nothing where leads are changed.
const ABOUT_CREATING: [&str; 8] = [
    "--stream",
    "--retry-rejected",
    "--accept-echo",
    "--allow-duplicates",
    "--on-exists",
    "--skip-existing",
    "--known",
    "--dry-run",
];

/// The command that changes on the platform what `typed`, an import, found to be edited.
pub(super) fn updating(typed: impl IntoIterator<Item = String>) -> String {
    let mut skip_value = false;
    let mut kept: Vec<String> = typed.into_iter().collect();
    kept.retain(|word| {
        let name = word.split('=').next().unwrap_or_default();
        let is_value = std::mem::take(&mut skip_value);
        let is_out = ABOUT_CREATING.contains(&name);
        skip_value = matches!(name, "--on-exists" | "--known") && is_out && !word.contains('=');
        !is_value && !is_out
    });
    if let Some(word) = kept.iter_mut().skip(1).find(|word| *word == "import") {
        "update".clone_into(word);
    }
    resuming(kept)
}

pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if cfg!(windows) {
        format!("\"{}\"", word.replace('"', "\\\""))
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resumed(typed: &[&str]) -> String {
        resuming(typed.iter().map(|&word| word.to_owned()))
    }

    #[test]
    fn the_command_can_be_pasted_into_a_shell() {
        assert_eq!(
            resumed(&["/usr/bin/leadload", "import", "my leads.csv", "--campaign", "Bob's", "--rate=5/s"]),
            r"leadload import 'my leads.csv' --campaign 'Bob'\''s' --rate=5/s"
        );
    }

    #[test]
    fn the_command_that_updates_has_the_arguments_of_the_import_but_those_about_creating() {
        let typed = ["leadload", "import", "a.csv", "--on-exists", "update", "--stream", "--campaign", "7", "--yes"];
        let updated = updating(typed.iter().map(|&word| word.to_owned()));
        assert_eq!(updated, "leadload update a.csv --campaign 7 --yes");
    }

    #[test]
    fn decisions_about_one_run_are_not_repeated() {
        let typed = ["leadload", "import", "a.csv", "--retry-rejected", "--limit", "5", "--in-doubt=resend", "--yes"];
        assert_eq!(resumed(&typed), "leadload import a.csv --limit 5 --yes");
        for date in [&["--until", "2026-11-30T18:00"][..], &["--until=2026-11-30T18:00"]] {
            let typed = [&["leadload", "import", "a.csv"], date, &["--yes"]].concat();
            assert_eq!(resumed(&typed), "leadload import a.csv --yes");
        }
        let typed = ["leadload", "import", "a.csv", "--until", "18:00"];
        assert_eq!(resumed(&typed), "leadload import a.csv --until 18:00");
    }
}
