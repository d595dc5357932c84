//! Where the results file of a run is: where the user says, else beside the input and named after the target, so that the
//! next night's export, a copy, or several files at once share what is known.

use std::path::{Path, PathBuf};

/// Where the results file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultsFile {
    /// There.
    At(PathBuf),
    /// In `folder`, named after the target: `famulor-7.results.jsonl`, and `famulor.results.jsonl` where a column names
    /// the campaign of each row. It is the campaign's id that names it: the same campaign by its name has the same file.
    AfterTarget {
        /// The folder of the first input.
        folder: PathBuf,
        /// The platform's name.
        platform: String,
    },
    /// There is none: a check that says of no platform or campaign where leads would go. Nothing can be sent so.
    Nowhere,
}

impl ResultsFile {
    /// The path for leads that go to the campaign (or chatbot) with this id.
    #[must_use]
    pub fn path(&self, place: Option<&str>) -> PathBuf {
        match self {
            Self::At(path) => path.clone(),
            Self::Nowhere => PathBuf::new(),
            // Nobody writes ./ before a name.
            Self::AfterTarget { folder, platform } if folder == Path::new(".") => file_name(platform, place).into(),
            Self::AfterTarget { folder, platform } => folder.join(file_name(platform, place)),
        }
    }
}

fn file_name(platform: &str, place: Option<&str>) -> String {
    let Some(place) = place else { return format!("{platform}.results.jsonl") };
    let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
    format!("{platform}-{}.results.jsonl", place.chars().map(plain).collect::<String>())
}

/// The folder that a results file is in.
pub(super) fn folder_of(results: &Path) -> &Path {
    results.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_after_the_target_and_never_leaves_the_folder() {
        let results = ResultsFile::AfterTarget { folder: "in".into(), platform: "famulor".to_owned() };
        assert_eq!(results.path(Some("7")), Path::new("in/famulor-7.results.jsonl"));
        assert_eq!(results.path(None), Path::new("in/famulor.results.jsonl"));
        assert_eq!(results.path(Some("../x y")), Path::new("in/famulor-___x_y.results.jsonl"));
        assert_eq!(ResultsFile::At("r.jsonl".into()).path(Some("7")), Path::new("r.jsonl"));
    }
}
