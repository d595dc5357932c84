//! The guide's commands print what it shows.
//!
//! `TRYCMD=overwrite cargo test --test tests guide` writes what they print now into the guide; put `[..]` back where a line
//! says how long something took.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What lies in the folder that each chapter begins in.
const FILES: [&str; 6] = [
    "fixtures/leads.csv",
    "fixtures/crm-export-de.csv",
    "fixtures/source/two-phone-columns.csv",
    "docs/guide/damaged.csv",
    "docs/guide/two.csv",
    "examples/platforms/hubspot-shaped.toml",
];

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The chapters that have commands.
fn chapters() -> Vec<PathBuf> {
    let files = fs::read_dir(project("docs/guide")).unwrap().map(|entry| entry.unwrap().path());
    let has_commands = |path: &PathBuf| fs::read_to_string(path).unwrap().contains("```console\n");
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).filter(has_commands).collect()
}

/// A copy of the chapters, each with a folder of its own to run in, which is copied once more for the run.
fn staged(chapters: &[PathBuf]) -> TempDir {
    let stage = tempfile::tempdir().unwrap();
    for chapter in chapters {
        let copy = stage.path().join(chapter.file_name().unwrap());
        fs::copy(chapter, &copy).unwrap();
        let (start, end) = (copy.with_extension("in"), copy.with_extension("out"));
        fs::create_dir(&start).unwrap();
        // That it is there has the chapter run in a copy.
        fs::create_dir(&end).unwrap();
        for file in FILES.map(project) {
            fs::copy(&file, start.join(file.file_name().unwrap())).unwrap();
        }
    }
    stage
}

#[test]
fn the_commands_of_the_guide_print_what_it_shows() {
    let chapters = chapters();
    assert!(chapters.len() > 5, "{chapters:?}");
    let stage = staged(&chapters);
    let tried = std::panic::catch_unwind(|| {
        trycmd::TestCases::new()
            .register_bin("leadload", Path::new(env!("CARGO_BIN_EXE_leadload")))
            .env("XDG_CONFIG_HOME", "no-configuration")
            .env("TZ", "UTC")
            // A machine that is busy would have lines of progress to show.
            .env("LEADLOAD_PROGRESS", "never")
            .case(stage.path().join("*.md"))
            .run();
    });
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        for chapter in chapters {
            fs::copy(stage.path().join(chapter.file_name().unwrap()), chapter).unwrap();
        }
    }
    if let Err(panic) = tried {
        std::panic::resume_unwind(panic);
    }
}
