//! What help shows besides the options' own words: what stands below them, and which of them are for every day.

use clap::Arg;

/// Shown below the commands of `leadload --help`.
pub(super) const FIRST_STEPS: &str = "\
Begin here; nobody is called, and no account is needed:
    leadload check leads.xlsx --region DE               what is in it, and what becomes of each row
    leadload import leads.xlsx --region DE --sandbox    a rehearsal of the import

leadload import -h lists the options of every day, leadload import --help all of them.";

/// Shown below the options of `import -h` and of the commands that take the same options.
pub(super) const MORE_OPTIONS: &str = "These are the options of every day. All of them, and the exit codes: --help";

/// Shown below the options of `import --help`.
pub(super) const IMPORT_NOTES: &str = "\
Options can also be set in the environment (LEADLOAD_RATE=5/s) or in a configuration file (rate = \"5/s\");
leadload config show says what is in force and where it comes from.

Exit codes:
    0  every lead is on the platform, or is a duplicate of one that is
    1  finished; some rows are invalid or some leads were refused
    2  the command, the configuration or the mapping is wrong
    3  stopped early; the same command goes on
    4  finished, but some leads are in doubt; the same command looks them up
    5  the results file cannot be used
    6  an input cannot be read, or there is no room for a temporary file
  130  interrupted; the same command goes on";

/// Shown below the options of `check --help`.
pub(super) const CHECK_NOTES: &str = "\
Without --platform and --campaign nothing is known of what was sent before, and a request shows \"your campaign\" in the
place of its id.

Exit codes are those of a dry run; of several files the weightiest counts.";

/// Shown below the options of `update --help`.
pub(super) const UPDATE_NOTES: &str = "\
Options about creating leads are refused here: --stream, --allow-duplicates, --retry-rejected, --accept-echo, --on-exists.

Exit codes are those of import; 1 also says that some leads could not be changed.";

/// The options of an import that `-h` lists; `--help` lists them all.
const EVERY_DAY: [&str; 20] = [
    "inputs",
    "platform",
    "campaign",
    "sandbox",
    "token_file",
    "profile",
    "region",
    "phone_column",
    "group_by",
    "sheet",
    "limit",
    "skip_existing",
    "suppress",
    "dry_run",
    "yes",
    "rate",
    "until",
    "results",
    "json",
    "quiet",
];

/// Leaves `arg` out of `-h` where it is not for every day.
pub(super) fn short_for_every_day(arg: Arg) -> Arg {
    let is_for_every_day = EVERY_DAY.contains(&arg.get_id().as_str());
    arg.hide_short_help(!is_for_every_day)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::CommandLine;
    use super::*;

    #[test]
    fn every_option_of_every_day_is_one_of_an_import() {
        let command = CommandLine::command();
        let import = command.find_subcommand("import").unwrap();
        for name in EVERY_DAY {
            assert!(import.get_arguments().any(|arg| arg.get_id() == name), "{name}");
        }
    }

    #[test]
    fn the_short_help_of_an_import_fits_on_a_screen_and_the_long_one_has_everything() {
        let mut command = CommandLine::command().term_width(100);
        command.build();
        let import = command.find_subcommand_mut("import").unwrap();
        let (short, long) = (import.render_help().to_string(), import.render_long_help().to_string());
        assert!(short.lines().count() < 60, "{short}");
        for (option, is_short) in [("--campaign ", true), ("--region ", true), ("--max-unpacked ", false)] {
            assert_eq!(short.contains(option), is_short, "{option}\n{short}");
            assert!(long.contains(option), "{option}");
        }
        assert!(short.contains(MORE_OPTIONS) && long.contains("Exit codes"), "{short}");
    }
}
