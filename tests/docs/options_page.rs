//! The page of all options, made of what the program says of them.

use std::fmt::Write as _;

use super::assert_made;
use crate::harness::help::helps;

/// What stands above the commands.
const ABOUT: &str = "\
# Every option

What `leadload COMMAND --help` says of each option, made by the program. `leadload COMMAND -h` is shorter, where there are options for every day and others.

What is the same each time can stand in a configuration file or in the environment: [CONFIGURATION.md](CONFIGURATION.md). What an import does with its options is in [IMPORT.md](IMPORT.md), [FILES.md](FILES.md), [MAPPING.md](MAPPING.md) and [NUMBERS.md](NUMBERS.md).
";

/// An option or an argument, as a help says it.
#[derive(Debug)]
struct Entry {
    heading: String,
    name: String,
    words: String,
}

/// How far a line stands in.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The options and arguments that a help lists.
fn entries(help: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut heading = String::new();
    let mut is_open = false;
    for line in help.lines() {
        let text = line.trim();
        if indent(line) == 0 && !text.is_empty() {
            text.trim_end_matches(':').clone_into(&mut heading);
            is_open = false;
        } else if indent(line) < 10 && text.starts_with(['-', '<', '[']) {
            // Short helps say it on the same line.
            let (name, words) = text.split_once("  ").unwrap_or((text, ""));
            entries.push(Entry { heading: heading.clone(), name: name.to_owned(), words: words.trim().to_owned() });
            is_open = true;
        } else if let Some(entry) = entries.last_mut().filter(|_| is_open && !text.is_empty()) {
            let between = if entry.words.is_empty() { "" } else { " " };
            // Values that can be given are a list there.
            let text = text.replace("Possible values:", "One of");
            let value = text.strip_prefix("- ").map(|value| format!("· {value}"));
            let _ = write!(entry.words, "{between}{}", value.unwrap_or(text));
        }
    }
    entries.retain(|entry| !entry.name.contains("--help"));
    entries
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('*', "\\*")
}

/// The options of one command, under their headings.
fn tables(entries: &[&Entry]) -> String {
    let mut page = String::new();
    for (number, entry) in entries.iter().enumerate() {
        if number == 0 || entries[number - 1].heading != entry.heading {
            let _ = write!(page, "\n| {} | |\n|---|---|\n", cell(&entry.heading));
        }
        let _ = writeln!(page, "| `{}` | {} |", entry.name.replace('|', "\\|"), cell(&entry.words));
    }
    page
}

/// All that is said of one command. What it has of an import is not said again.
fn section(name: &str, help: &str, import: &[Entry]) -> String {
    let about = help.lines().next().unwrap_or_default();
    let entries = entries(help);
    let is_same = |one: &Entry, other: &Entry| (&one.name, &one.words) == (&other.name, &other.words);
    let of_import = |entry: &&Entry| name != "import" && import.iter().any(|other| is_same(entry, other));
    let (shared, own): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(of_import);
    let takes = match shared.len() {
        0..10 => String::new(),
        all if all + 1 >= import.len() => "\nIt takes every option of an import.\n".to_owned(),
        _ => {
            let names: Vec<String> = shared.iter().map(|entry| format!("`{}`", entry.name)).collect();
            format!("\nOf the options of an import it takes {}.\n", names.join(", "))
        }
    };
    let own = if takes.is_empty() { entries.iter().collect() } else { own };
    format!("\n## leadload {name}\n\n{about}.\n{takes}{}", tables(&own)).replace("..\n", ".\n")
}

#[test]
fn the_page_of_options_is_what_the_program_says_of_them() {
    let helps = helps();
    let import = &helps.iter().find(|(name, _)| name == "import").unwrap().1;
    let import = entries(import);
    assert!(import.len() > 60, "{import:#?}");
    let sections: String = helps.iter().map(|(name, help)| section(name, help, &import)).collect();
    for heading in ["## leadload import\n", "## leadload config show\n", "## leadload man\n"] {
        assert!(sections.contains(heading), "{heading}");
    }
    assert_made("docs/OPTIONS.md", &format!("{ABOUT}{sections}"));
}
