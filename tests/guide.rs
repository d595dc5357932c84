//! The guide's commands print what it shows: each chapter alone, and all of them in their order in one folder, as somebody reads
//! them, twice.
//!
//! `LEADLOAD_WRITE_DOCS=1 cargo test --test tests guide` writes what they print now into the guide, and tells what that changed.
//! What is `[..]` there stays so.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use snapbox::filter::NormalizeToExpected;
use snapbox::{Assert, Data};

use crate::harness::command::Folder;

/// What of the project a reader has, who stands in its `fixtures/` folder.
const FILES: [&str; 6] = [
    "fixtures/leads.csv",
    "fixtures/crm-export-de.csv",
    "fixtures/source/two-phone-columns.csv",
    "fixtures/damaged.csv",
    "fixtures/two.csv",
    "examples/platforms/hubspot-shaped.toml",
];

/// With these lines begins and ends an example.
const BEGINS: &str = "```console";
const ENDS: &str = "```";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The chapters that have commands, in the order in which the guide's first page names them.
fn chapters() -> Vec<PathBuf> {
    let contents = fs::read_to_string(project("docs/guide/README.md")).unwrap();
    let numbered = contents.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let named = numbered.filter_map(|line| line.split_once("](")?.1.split_once(')')).map(|(path, _)| path);
    let chapters = named.map(|path| project("docs/guide").join(path));
    chapters.filter(|path| fs::read_to_string(path).unwrap().contains(BEGINS)).collect()
}

/// A command, and below it what a reader sees.
struct Example {
    command: String,
    /// The lines of the chapter that show it.
    lines: Range<usize>,
    /// With the exit code before it, where that is not 0.
    shown: String,
}

fn examples(text: &str) -> Vec<Example> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = (0..lines.len()).filter(|&at| lines[at] == BEGINS);
    let example = |at: usize| {
        let command = lines[at + 1].strip_prefix("$ ").unwrap_or_else(|| panic!("no command: {:?}", lines[at + 1]));
        let length = lines[at..].iter().position(|line| *line == ENDS).unwrap();
        let shown = at + 2..at + length;
        Example { command: command.to_owned(), shown: lines[shown.clone()].join("\n"), lines: shown }
    };
    begins.map(example).collect()
}

/// The project as a reader has it who never ran anything.
fn fresh_clone() -> Folder {
    let folder = Folder::new();
    for file in FILES {
        folder.write(file, fs::read(project(file)).unwrap());
    }
    folder
}

/// What a reader sees who types `command` in the folder of the examples.
fn printed(clone: &Folder, command: &str) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_leadload")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec 2>&1; {command}")).current_dir(clone.path("fixtures"));
    shell.env_clear().env("PATH", path).env("HOME", "/home/ada").env("TZ", "UTC");
    // A machine that is busy would have lines of progress to show.
    let output = shell.env("LEADLOAD_PROGRESS", "never").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().filter(|code| *code != 0).map(|code| format!("? {code}\n"));
    format!("{}{}", code.unwrap_or_default(), printed.trim_end())
}

/// Types the commands of a chapter; what they print otherwise than it shows is put into it, or told.
fn follow(chapter: &Path, clone: &Folder, faults: &mut Vec<String>) {
    let text = fs::read_to_string(chapter).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the last one on, so that the places of those before it stay what they are.
    let printed: Vec<(Example, String)> =
        examples(&text).into_iter().map(|it| (printed(clone, &it.command), it)).map(|(out, it)| (it, out)).collect();
    for (example, printed) in printed.into_iter().rev() {
        let shown = Data::text(example.shown.trim_end());
        let printed = NormalizeToExpected::new().redact().normalize(Data::text(printed), &shown);
        let place = format!("{}, $ {}", chapter.file_name().unwrap().display(), example.command);
        // Backslashes are shown as they are printed: they stand in texts here, not in paths.
        let compared = Assert::new().normalize_paths(false).try_eq(Some(&place), printed.clone(), shown);
        if let Err(difference) = compared {
            faults.push(difference.to_string());
        }
        lines.splice(example.lines, printed.render().unwrap().lines().map(str::to_owned));
    }
    if std::env::var_os("LEADLOAD_WRITE_DOCS").is_some() {
        fs::write(chapter, lines.join("\n") + "\n").unwrap();
    }
}

#[test]
fn each_chapter_of_the_guide_prints_what_it_shows_and_so_do_all_of_them_in_one_folder_twice() {
    let chapters = chapters();
    assert!(chapters.len() > 5, "{chapters:?}");
    let mut faults = Vec::new();
    for chapter in &chapters {
        follow(chapter, &fresh_clone(), &mut faults);
    }
    let clone = fresh_clone();
    for chapter in chapters.iter().chain(&chapters) {
        follow(chapter, &clone, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_chapter_names_no_file_that_a_fresh_clone_lacks() {
    let is_file = |word: &str| Path::new(word).extension().is_some_and(|ending| ending == "csv" || ending == "toml");
    let clone = fresh_clone();
    for example in chapters().iter().flat_map(|chapter| examples(&fs::read_to_string(chapter).unwrap())) {
        let words = example.command.split_whitespace().skip_while(|word| *word != "check" && *word != "import");
        for file in words.filter(|word| is_file(word)) {
            assert!(clone.path("fixtures").join(file).is_file(), "{file} is not there");
        }
    }
    for file in FILES {
        assert!(project(file).is_file(), "{file}");
    }
}
