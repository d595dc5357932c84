//! The documentation keeps up with the program.

use std::path::Path;

use leadload::phone::{REFUSALS, REPAIRS};

fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The codes in the first column of the tables; the table before the first section is about states.
fn documented_codes(text: &str) -> Vec<&str> {
    let sections = text.split_once("\n## ").map_or("", |(_, sections)| sections);
    sections.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(code, _)| code)).collect()
}

/// The files of a room but its tests.
fn program_files(room: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.contains("tests")).map(|name| format!("src/{room}/{name}")).collect()
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
fn every_code_of_a_phone_number_is_documented() {
    let reasons = document("docs/REASONS.md");
    let documented = documented_codes(&reasons);
    for (code, _) in REFUSALS.iter().chain(REPAIRS) {
        assert!(documented.contains(code), "docs/REASONS.md lacks {code}");
    }
}

#[test]
fn every_reason_that_the_program_gives_is_documented() {
    let reasons = document("docs/REASONS.md");
    let documented = documented_codes(&reasons);
    let mut made = 0;
    for room in ["source", "mapping", "grouping", "import", "upload"] {
        for path in program_files(room) {
            for code in codes_made_in(&path) {
                assert!(documented.contains(&code.as_str()), "docs/REASONS.md lacks {code} of {path}");
                made += 1;
            }
        }
    }
    assert!(made > 40, "only {made} reasons were found: how they are made has changed");
}

#[test]
fn no_code_is_documented_twice() {
    let reasons = document("docs/REASONS.md");
    let mut codes = documented_codes(&reasons);
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
}
