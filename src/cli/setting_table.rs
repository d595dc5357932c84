//! Every setting there is: what it takes, and where it can be said.
//!
//! Each is an option of `leadload import`, an environment variable and, with few exceptions, a key of a configuration file.
//! Three things are made of this table and are therefore never behind it: what is heard in the environment and in files, the
//! documented table of variables (`leadload config variables`), and the schema of configuration files.

/// A setting that options, the environment (`LEADLOAD_` and the name in capitals) and configuration files share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Setting {
    /// Its name in configuration files; the option has `-` for `_`.
    pub name: &'static str,
    /// What its value is.
    pub takes: Takes,
    /// Where it can be said.
    pub heard: Heard,
    /// What it is, where no option says it.
    pub what: &'static str,
}

/// What a setting's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A text.
    One,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any number of texts; in the environment separated by commas, or one on each line.
    Several,
    /// Any number of texts that may hold commas; in the environment one on each line.
    Lines,
}

/// Where a setting can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// On the command line, in the environment, and in configuration files that are trusted.
    Everywhere,
    /// Not in a file, which has it under `[mapping]`, by this name.
    AsMapping(&'static str),
    /// Not in a file: it says which file, and what of it.
    AboutFiles,
}

/// Every setting there is, in the order in which people are shown them.
pub(super) const SETTINGS: &[Setting] = &[
    one("platform"),
    one("platform_file"),
    switch("sandbox"),
    one("base_url"),
    one("campaign"),
    one("chatbot"),
    one("leads_path"),
    several("already_there_words")
        .means("How this platform says that it has a lead already, where leadload does not know the words"),
    several("no_balance_words").means("How this platform says that the account has no money left"),
    one("token_file"),
    one("token_command"),
    one("ca_file"),
    about_files("config"),
    about_files("profile"),
    one("region"),
    mapping("region_column", Takes::One, "region"),
    several("types"),
    switch("no_repair"),
    word("other_numbers", &["told", "secondary"]),
    one("delimiter"),
    one("encoding"),
    number("header_row"),
    switch("no_header"),
    number("skip_rows"),
    switch("as_is"),
    one("max_unpacked"),
    word("format", &["csv", "tsv", "json", "jsonl"]),
    one("sheet"),
    number("max_cell"),
    one("temp_dir"),
    number("limit"),
    switch("stream"),
    mapping("phone_column", Takes::Lines, "phone"),
    mapping("phone_preference", Takes::Several, "phone_preference"),
    mapping("other_phones", Takes::Word(&["ignore", "fallback", "secondary"]), "other_phones"),
    mapping("campaign_column", Takes::One, "campaign"),
    mapping("variable", Takes::Lines, "variables"),
    mapping("template", Takes::Lines, "variables"),
    mapping("constant", Takes::Lines, "variables"),
    mapping("include", Takes::Lines, "include"),
    mapping("exclude", Takes::Lines, "exclude"),
    mapping("empty", Takes::Word(&["omit", "send"]), "empty"),
    mapping("group_by", Takes::Lines, "group_by"),
    switch("scattered"),
    mapping("primary_when", Takes::One, "primary_when"),
    switch("strict"),
    switch("skip_existing"),
    several("known"),
    several("suppress"),
    one("suppress_column"),
    switch("dry_run"),
    switch("yes"),
    several("rate"),
    number("concurrency"),
    one("timeout"),
    one("settle"),
    one("give_up"),
    number("max_in_doubt"),
    one("max_failures"),
    number("pause_after_errors"),
    one("until"),
    word("check_variables", &["warn", "stop", "off"]),
    switch("allow_duplicates"),
    word("on_exists", &["skip", "resolve", "update"]),
    switch("retry_rejected"),
    switch("accept_echo"),
    one("results"),
    switch("json"),
    switch("quiet"),
    number("verbose"),
    word("progress", &["never", "auto", "always", "json"]),
    one("log"),
    word("log_format", &["text", "json"]),
    one("notify_cmd"),
    one("time_zone").means("The time zone in which `report` and `results` show times, like Europe/Berlin (`--time-zone` there) [default: that of the machine]"),
];

/// Options that have no variable and no key: a person decides them about one run.
pub(super) const SAID_ONCE: &[(&str, &str)] = &[
    ("in_doubt", "what a person saw on the platform holds for the leads that are in doubt now"),
    ("force", "it overrules a check of one call of `update`, `undo` or `init`"),
    ("all_known", "it overrules a check of one call of `update`"),
    ("run", "it names a run of one results file, for `undo`"),
    ("all_runs", "it is about one results file, for `undo`"),
];

/// The setting of this name.
pub(super) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

impl Setting {
    /// The environment variable.
    pub(super) fn variable(&self) -> String {
        variable_name(self.name)
    }

    /// Whether a configuration file may say it at its top, or in a profile.
    pub(super) fn is_in_files(&self) -> bool {
        self.heard == Heard::Everywhere
    }

    /// Whether it takes more than one value.
    pub(super) fn takes_several(&self) -> bool {
        matches!(self.takes, Takes::Several | Takes::Lines)
    }

    /// The values of its variable that is set to `text`.
    pub(super) fn values_in(&self, text: &str) -> Vec<String> {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        match self.takes {
            Takes::Lines => lines(),
            Takes::Several if text.contains('\n') => lines(),
            Takes::Several => text.split(',').map(|part| part.trim().to_owned()).collect(),
            Takes::One | Takes::Number | Takes::Switch | Takes::Word(_) => vec![text.to_owned()],
        }
    }

    const fn means(self, what: &'static str) -> Self {
        Self { what, ..self }
    }
}

/// The environment variable of the setting `name`.
pub(super) fn variable_name(name: &str) -> String {
    format!("LEADLOAD_{}", name.to_uppercase())
}

const fn new(name: &'static str, takes: Takes) -> Setting {
    Setting { name, takes, heard: Heard::Everywhere, what: "" }
}

const fn one(name: &'static str) -> Setting {
    new(name, Takes::One)
}

const fn number(name: &'static str) -> Setting {
    new(name, Takes::Number)
}

const fn switch(name: &'static str) -> Setting {
    new(name, Takes::Switch)
}

const fn word(name: &'static str, words: &'static [&'static str]) -> Setting {
    new(name, Takes::Word(words))
}

const fn several(name: &'static str) -> Setting {
    new(name, Takes::Several)
}

const fn mapping(name: &'static str, takes: Takes, key: &'static str) -> Setting {
    Setting { name, takes, heard: Heard::AsMapping(key), what: "" }
}

const fn about_files(name: &'static str) -> Setting {
    Setting { name, takes: Takes::One, heard: Heard::AboutFiles, what: "" }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::CommandLine;
    use super::*;

    #[test]
    fn every_option_of_an_import_is_a_setting_or_a_decision_about_one_run() {
        let command_line = CommandLine::command();
        let import = command_line.find_subcommand("import").unwrap();
        for option in import.get_arguments().filter_map(clap::Arg::get_long) {
            let name = option.replace('-', "_");
            let is_known = setting(&name).is_some() || SAID_ONCE.iter().any(|(once, _)| *once == name);
            assert!(is_known, "--{option} can be said neither in the environment nor in a file, and nothing says why");
        }
    }

    #[test]
    fn every_setting_is_an_option_or_says_what_it_is() {
        let command_line = CommandLine::command();
        let import = command_line.find_subcommand("import").unwrap();
        for setting in SETTINGS {
            let option = setting.name.replace('_', "-");
            let has_option = import.get_arguments().any(|arg| arg.get_long() == Some(option.as_str()));
            assert_eq!(has_option, setting.what.is_empty(), "{}", setting.name);
        }
    }

    #[test]
    fn lists_in_the_environment_are_cut_at_commas_or_at_line_breaks() {
        let values = |name, text| setting(name).unwrap().values_in(text);
        assert_eq!(values("rate", "5/s, 100/min"), ["5/s", "100/min"]);
        assert_eq!(values("known", "a, b.jsonl\nc.jsonl\n"), ["a, b.jsonl", "c.jsonl"]);
        assert_eq!(
            values("template", "name={{ a }}, {{ b }}\ncity={{ c }}"),
            ["name={{ a }}, {{ b }}", "city={{ c }}"]
        );
        assert_eq!(values("region", "DE"), ["DE"]);
    }
}
