//! Which rejects file the rows of each input go to: one for each, beside the results file, and never over an input.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::report::{Rejects, Reporter, Shape, rejects_path};
use crate::source::{Format, Source};

/// What is refused goes into a file of its own for each of `sources`, in `folder`.
pub(super) fn collect(reporter: &Reporter, folder: &Path, sources: &[Source]) {
    let mut collected = HashSet::new();
    let mut taken: HashSet<PathBuf> = sources.iter().map(|source| in_full(Path::new(source.name()))).collect();
    for source in sources.iter().filter(|source| collected.insert(source.name().to_owned())) {
        let shape = shape_of(source);
        let path = free_path(folder, source.name(), &shape, &mut taken);
        reporter.collect_rejects(source.name().into(), Rejects::create(path, shape));
    }
}

fn shape_of(source: &Source) -> Shape {
    let layout = source.layout();
    match layout.format {
        Format::JsonLines | Format::Json => Shape::JsonLines,
        Format::Workbook(_) => Shape::Workbook { header: source.header().names().to_vec() },
        Format::Csv { delimiter } => {
            // A writer of tables knows delimiters of one byte only, and spreadsheet programs know few others.
            let delimiter = u8::try_from(delimiter).ok().filter(u8::is_ascii).unwrap_or(b';');
            // By the mark a spreadsheet program sees that what was in another encoding is UTF-8 here.
            let bom = layout.bom || layout.encoding != encoding_rs::UTF_8;
            Shape::Csv { delimiter, header: source.header().names().to_vec(), bom, crlf: layout.crlf }
        }
    }
}

/// `leads.rejects.csv`; where that is another input or belongs to one, `leads-2.rejects.csv`, and so on. The same inputs
/// give the same names in every run.
fn free_path(folder: &Path, input: &str, shape: &Shape, taken: &mut HashSet<PathBuf>) -> PathBuf {
    let usual = match shape {
        Shape::Csv { .. } => "stdin.csv",
        Shape::JsonLines => "stdin.jsonl",
        Shape::Workbook { .. } => "stdin.xlsx",
    };
    let mut input = unpacked_name(Path::new(if input == "-" { usual } else { input }), usual);
    if matches!(shape, Shape::Workbook { .. }) {
        // Whatever workbook was read, this one is written; and Excel believes the name.
        input.set_extension("xlsx");
    }
    let mut number = 1;
    loop {
        let path = folder.join(rejects_path(&numbered(&input, number)));
        if taken.insert(in_full(&path)) {
            return path;
        }
        number += 1;
    }
}

/// The name without that of a packing: what is written is not packed.
fn unpacked_name(input: &Path, usual: &str) -> PathBuf {
    let is_packing = |kind: &str| ["gz", "gzip", "zst", "zstd", "zip"].contains(&kind.to_ascii_lowercase().as_str());
    let mut name = input.to_owned();
    while name.extension().is_some_and(|kind| kind.to_str().is_some_and(is_packing)) {
        name.set_extension("");
    }
    if name != input && name.extension().is_none() {
        name.set_extension(Path::new(usual).extension().unwrap_or_default());
    }
    name
}

/// The file's name alone, with `-2` at the end of its stem.
fn numbered(input: &Path, number: u32) -> PathBuf {
    let mut name = input.file_stem().unwrap_or_default().to_owned();
    if number > 1 {
        name.push(format!("-{number}"));
    }
    if let Some(extension) = input.extension() {
        name.push(".");
        name.push(extension);
    }
    PathBuf::from(name)
}

/// One way to write a path, for a file that need not be there: its folder resolved.
fn in_full(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(inputs: &[&str], taken: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut taken = taken.iter().map(|name| in_full(&folder.path().join(name))).collect();
        let path = |input: &&str| free_path(folder.path(), input, &Shape::JsonLines, &mut taken);
        inputs.iter().map(path).map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn inputs_of_one_name_have_rejects_of_their_own() {
        let inputs = ["a/leads.csv", "b/leads.csv", "-", "c/leads"];
        assert_eq!(
            names(&inputs, &[]),
            ["leads.rejects.csv", "leads-2.rejects.csv", "stdin.rejects.jsonl", "leads.rejects"]
        );
    }

    #[test]
    fn the_rejects_of_a_packed_file_are_not_packed_and_their_name_says_so() {
        assert_eq!(
            names(&["leads.csv.gz", "people.zip", "leads.jsonl.ZST"], &[]),
            ["leads.rejects.csv", "people.rejects.jsonl", "leads.rejects.jsonl"]
        );
    }

    #[test]
    fn a_rejects_file_that_is_an_input_itself_is_not_written_over() {
        assert_eq!(names(&["leads.csv"], &["leads.csv", "leads.rejects.csv"]), ["leads-2.rejects.csv"]);
    }
}
