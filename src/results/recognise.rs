//! Whether a file is one of ours, by its first line: for whoever is about to write over a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::glance::Glance;
use super::reader::RawLines;

/// No first line of ours is longer.
const LONGEST_FIRST: u64 = 1 << 20;

/// Whether the file at `path` begins as results files do, whatever its name is. What cannot be read is none.
#[must_use]
pub fn is_results_file(path: &Path) -> bool {
    // Others, such as pipes, would be waited for.
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let Ok(file) = File::open(path) else { return false };
    let mut lines = RawLines::new(file.take(LONGEST_FIRST));
    let Ok(Some(first)) = lines.next_line() else { return false };
    let glance = serde_json::from_slice::<Glance<'_>>(first.bytes);
    glance.is_ok_and(|glance| glance.kind == "run" && glance.format.is_some() && glance.keys.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_results_file_is_known_by_its_first_line_whatever_its_name_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        let run = r#"{"n":1,"d":0,"type":"run","format":1,"keys":1,"run":"r","at":"2026-11-21T10:00:00Z"}"#;
        for (text, expected) in [
            (format!("{run}\n{{\"n\":2,"), true),
            (run.replace("\"format\":1", "\"format\":99"), true),
            (String::new(), false),
            ("<!DOCTYPE html>\n".to_owned(), false),
            ("{\"status\":\"created\"}\n".to_owned(), false),
            (run.replace("run\",", "lead\","), false),
        ] {
            std::fs::write(&path, &text).unwrap();
            assert_eq!(is_results_file(&path), expected, "{text}");
        }
        assert!(!is_results_file(folder.path()) && !is_results_file(&folder.path().join("missing")));
    }
}
