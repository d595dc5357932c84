//! The documentation keeps up with the program.

mod options_page;

use std::path::Path;
use std::process::{Command, Output};

use leadload::reasons;

fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The document at `path` is what the program makes of its own tables; with `LEADLOAD_WRITE_DOCS` it is written anew.
fn assert_made(path: &str, made: &str) {
    if std::env::var_os("LEADLOAD_WRITE_DOCS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), made).unwrap();
    }
    let first_difference = || {
        document(path)
            .lines()
            .zip(made.lines())
            .find(|(is, should)| is != should)
            .map(|(is, should)| format!("{is:?} should be {should:?}"))
    };
    assert!(
        document(path) == made,
        "{path} is not current: LEADLOAD_WRITE_DOCS=1 writes it anew ({:?})",
        first_difference()
    );
}

/// The files of a room but its tests, with those of the rooms in it.
fn program_files(room: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let files_of = |name: String| match name.strip_suffix(".rs") {
        Some(_) => vec![format!("src/{room}/{name}")],
        None => program_files(&format!("{room}/{name}")),
    };
    names.filter(|name| !name.contains("tests")).flat_map(files_of).collect()
}

/// Every code that a file of the program makes a reason with.
fn codes_made_in(path: &str) -> Vec<String> {
    let source = document(path);
    let program = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let makers = ["Reason::new(\"", "Reason::new(\n", "said(\"", "code: \""];
    let rests = makers.iter().flat_map(|maker| program.split(maker).skip(1));
    let code = |rest: &str| rest.trim_start().trim_start_matches('"').split('"').next().unwrap_or_default().to_owned();
    rests.map(code).filter(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).collect()
}

#[test]
fn the_glossary_of_reasons_is_made_from_the_code() {
    assert_made("docs/REASONS.md", &reasons::page());
}

#[test]
fn every_reason_that_the_program_gives_is_in_the_glossary() {
    let mut made = 0;
    for room in ["source", "mapping", "grouping", "import", "upload", "run", "undo"] {
        for path in program_files(room) {
            for code in codes_made_in(&path) {
                assert!(reasons::of(&code).is_some(), "src/reasons lacks {code} of {path}");
                made += 1;
            }
        }
    }
    assert!(made > 40, "only {made} reasons were found: how they are made has changed");
}

/// The program, run in `folder`.
fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadload"));
    // A terminal's width, settings and the user's own configuration must not show in what is printed.
    command.env_clear().env("HOME", folder).current_dir(folder).args(args);
    command.output().unwrap_or_else(|error| panic!("leadload cannot be run: {error}"))
}

#[test]
fn the_readme_shows_what_its_first_command_prints() {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = folder.path().join("fixtures");
    std::fs::create_dir(&fixtures).unwrap();
    std::fs::write(fixtures.join("leads.csv"), document("fixtures/leads.csv")).unwrap();
    let output = run(folder.path(), &["import", "fixtures/leads.csv", "--sandbox"]);
    let printed = String::from_utf8_lossy(&output.stderr);
    let readme = document("README.md");
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    // The first line says how long it took.
    let after_first = |text: &str| text.trim_end().lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(after_first(&printed), after_first(shown));
    assert_eq!(output.status.code(), Some(1));
}

/// The names of all tests under `folder`: functions of the sources that are written like claims and stand behind `#[test]`.
fn tests_under(folder: &Path, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            tests_under(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let attributes = ["#[test]", "#[tokio::test]"];
            let behind = attributes.iter().flat_map(|attribute| source.split(attribute).skip(1));
            let name = |rest: &str| Some(rest.split_once("fn ")?.1.split_once('(')?.0.to_owned());
            names.extend(behind.filter_map(name));
        }
    }
}

#[test]
fn every_test_that_the_guarantees_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = Vec::new();
    tests_under(&root.join("src"), &mut tests);
    tests_under(&root.join("tests"), &mut tests);
    let guarantees = document("docs/GUARANTEES.md");
    let is_test = |word: &&str| word.matches('_').count() > 3 && !word.contains(char::is_whitespace);
    let named: Vec<&str> = guarantees.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 50, "only {} tests are named", named.len());
    for name in named {
        assert!(tests.iter().any(|test| test == name), "docs/GUARANTEES.md names {name}, which is no test");
    }
}
