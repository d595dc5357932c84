//! Which rejects file the rows of each input go to: one for each, beside the results file, and never over an input.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::report::{Rejects, Reporter, Shape, rejects_path};
use crate::source::{Format, Source};

/// What the name of a rejects file has before its ending.
const REJECTS: &str = ".rejects";
/// A higher number in a name is somebody's own.
const MOST_ROUNDS: u32 = 9999;

/// What is refused goes into a file of its own for each of `sources`, in `folder`.
pub(super) fn collect(reporter: &Reporter, folder: &Path, sources: &[Source]) {
    let mut collected = HashSet::new();
    let mut taken: HashSet<PathBuf> = sources.iter().map(|source| in_full(Path::new(source.name()))).collect();
    for source in sources.iter().filter(|source| collected.insert(source.name().to_owned())) {
        let shape = shape_of(source);
        let path = free_path(folder, &source.file_name(), &shape, &mut taken);
        reporter.collect_rejects(source.name().into(), Rejects::create(path, shape));
    }
}

fn shape_of(source: &Source) -> Shape {
    let layout = source.layout();
    match layout.format {
        // JSON is in UTF-8; by the mark that is seen even where another encoding is named, as for the input.
        Format::JsonLines | Format::Json => Shape::JsonLines { bom: layout.text.encoding != encoding_rs::UTF_8 },
        Format::Workbook(_) => Shape::Workbook { header: source.header().names().to_vec() },
        Format::Csv { delimiter } => {
            // A writer of tables knows delimiters of one byte only, and spreadsheet programs know few others.
            let delimiter = u8::try_from(delimiter).ok().filter(u8::is_ascii).unwrap_or(b';');
            Shape::Csv { delimiter, header: source.header().names().to_vec(), text: layout.text }
        }
    }
}

/// `leads.rejects.csv`; where that is another input or belongs to one, `leads-2.rejects.csv`, and so on. What is refused of
/// `leads.rejects.csv` itself goes into `leads.rejects-2.csv`, which no other input's rejects are called. The same inputs give
/// the same names in every run.
fn free_path(folder: &Path, input: &str, shape: &Shape, taken: &mut HashSet<PathBuf>) -> PathBuf {
    let usual = match shape {
        Shape::Csv { .. } => "stdin.csv",
        Shape::JsonLines { .. } => "stdin.jsonl",
        Shape::Workbook { .. } => "stdin.xlsx",
    };
    let mut input = unpacked_name(Path::new(if input == "-" { usual } else { input }), usual);
    if matches!(shape, Shape::Workbook { .. }) {
        // Whatever workbook was read, this one is written; and Excel believes the name.
        input.set_extension("xlsx");
    }
    let (first, round) = round_of(&input);
    let mut number = if round == 0 { 1 } else { round + 1 };
    loop {
        let name = match round {
            0 => rejects_path(&numbered(&input, number)),
            _ => numbered(&rejects_path(&first), number),
        };
        let path = folder.join(name);
        if taken.insert(in_full(&path)) {
            return path;
        }
        number += 1;
    }
}

/// The input whose rejects these are, and which ones: 1 for `leads.rejects.csv`, 2 for `leads.rejects-2.csv`, 0 for `leads.csv`.
fn round_of(input: &Path) -> (PathBuf, u32) {
    let stem = input.file_stem().unwrap_or_default().to_str().unwrap_or_default();
    let (name, round) = match stem.rsplit_once('-').and_then(|(name, round)| Some((name, round.parse().ok()?))) {
        Some((name, round @ 2..=MOST_ROUNDS)) if name.ends_with(REJECTS) => (name, round),
        _ => (stem, 1),
    };
    let Some(name) = name.strip_suffix(REJECTS).filter(|name| !name.is_empty()) else { return (input.to_owned(), 0) };
    let mut first = PathBuf::from(name).into_os_string();
    if let Some(extension) = input.extension() {
        first.push(".");
        first.push(extension);
    }
    (PathBuf::from(first), round)
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
    use encoding_rs::Encoding;
    use proptest::prelude::*;

    use super::*;
    use crate::lead::{Reason, SourceRow, Status};
    use crate::source::{Input, Next, Row, SourceOptions, encoding_by_name};

    fn names(inputs: &[&str], taken: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut taken = taken.iter().map(|name| in_full(&folder.path().join(name))).collect();
        let path = |input: &&str| free_path(folder.path(), input, &Shape::JsonLines { bom: false }, &mut taken);
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

    #[test]
    fn what_is_refused_of_a_rejects_file_goes_into_the_next_one_and_never_into_another_inputs() {
        let inputs = ["leads.rejects.csv", "b/leads.rejects-2.csv", "leads.rejects.csv.gz", "x.y.rejects.xlsx"];
        assert_eq!(
            names(&inputs, &["leads.rejects.csv", "leads.rejects-2.csv"]),
            ["leads.rejects-3.csv", "leads.rejects-4.csv", "leads.rejects-5.csv", "x.y.rejects-2.xlsx"]
        );
        assert_eq!(names(&["leads.rejects.csv"], &["leads.rejects.csv"]), ["leads.rejects-2.csv"]);
        assert_eq!(names(&["leads.rejects"], &[]), ["leads.rejects.rejects"], "an ending, not a word in the name");
        let ordinary = ["leads-2.csv", "leads.rejects-1.csv", "leads.rejects-copy.csv", ".rejects.csv"];
        assert_eq!(
            names(&ordinary, &[]),
            [
                "leads-2.rejects.csv",
                "leads.rejects-1.rejects.csv",
                "leads.rejects-copy.rejects.csv",
                ".rejects.rejects.csv"
            ]
        );
    }

    const REASON: &str = "‘x’ is no number…";

    fn options(encoding: Option<&'static Encoding>) -> SourceOptions {
        SourceOptions { encoding, ..SourceOptions::default() }
    }

    /// The header and the rows of a file, without columns of ours.
    fn read(path: &Path, options: &SourceOptions) -> (Vec<String>, Vec<Vec<String>>, Source) {
        let mut source = Source::open(&Input::File(path.to_owned()), options).unwrap();
        let (mut row, mut rows) = (Row::new(), Vec::new());
        let header = source.header().names().to_vec();
        let kept = |cells: Vec<String>| -> Vec<String> {
            cells.into_iter().zip(&header).filter(|(_, name)| !name.starts_with('_')).map(|(cell, _)| cell).collect()
        };
        loop {
            match source.read(&mut row).unwrap() {
                Next::Row => rows.push(kept(row.iter().map(str::to_owned).collect())),
                Next::Bad(fault) => panic!("{fault:?}"),
                Next::End => break,
            }
        }
        (kept(header.clone()), rows, source)
    }

    /// Writes `input`, reads it, rejects all of it, and gives the rejects file with what is to be in it.
    fn rejected(
        folder: &Path,
        input: &[u8],
        encoding: Option<&'static Encoding>,
    ) -> (crate::report::Written, Vec<String>, Vec<Vec<String>>) {
        let path = folder.join("leads.csv");
        std::fs::write(&path, input).unwrap();
        let (header, rows, source) = read(&path, &options(encoding));
        let mut rejects = Rejects::create(folder.join("leads.rejects.csv"), shape_of(&source));
        let mut source = Source::open(&Input::File(path), &options(encoding)).unwrap();
        let mut row = Row::new();
        while source.read(&mut row).unwrap() == Next::Row {
            let row = SourceRow { position: row.position().clone(), record: row.record() };
            rejects.add(&row, Status::Invalid, &Reason::new("code", REASON)).unwrap();
        }
        (rejects.finish().unwrap().unwrap(), header, rows)
    }

    fn named(name: &str) -> &'static Encoding {
        encoding_by_name(name).unwrap()
    }

    /// `text` in an encoding, UTF-16 without a mark.
    fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        match encoding.name() {
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => encoding.encode(text).0.into_owned(),
        }
    }

    #[test]
    fn a_rejects_file_has_the_encoding_the_line_ends_and_the_quotes_of_its_input() {
        let folder = tempfile::tempdir().unwrap();
        let text = "\"Telefon\";\"Straße\"\r\n\"+49 30\";\"Königstraße, Grünwald\"\r\n\"1\";\"Größer Müller\"\r\n";
        for name in ["windows-1252", "utf-16le", "utf-16be", "utf-8"] {
            let encoding = named(name);
            let (written, ..) = rejected(folder.path(), &encoded(text, encoding), None);
            assert_eq!(written.note, None, "{name}");
            let bytes = std::fs::read(&written.path).unwrap();
            let (read, _, had_errors) = encoding.decode(&bytes);
            let reason = "‘x’ is no number…";
            let expected = format!(
                "\"Telefon\";\"Straße\";\"_status\";\"_reason\";\"_row\"\r\n\
                 \"+49 30\";\"Königstraße, Grünwald\";\"invalid\";\"{reason}\";\"2\"\r\n\
                 \"1\";\"Größer Müller\";\"invalid\";\"{reason}\";\"3\"\r\n"
            );
            assert!(!had_errors);
            assert_eq!(read, expected, "{name}");
        }
    }

    #[test]
    fn where_the_encoding_would_be_mistaken_the_file_is_utf_8_with_a_mark_and_that_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let macintosh = named("macintosh");
        let (written, header, rows) =
            rejected(folder.path(), &encoded("phone,name\n1,Müller\n", macintosh), Some(macintosh));
        assert!(written.note.unwrap().contains("is in UTF-8 with a byte order mark: in macintosh it could be taken"));
        for encoding in [None, Some(macintosh)] {
            let (again, found, _) = read(&written.path, &options(encoding));
            assert_eq!((&again, &found), (&header, &rows));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// With the encoding named, as the command that read the input has it, and without.
        #[test]
        fn whatever_the_encoding_the_rejects_are_read_as_the_input_was(
            name in prop::sample::select(vec![
                "utf-8", "utf-16le", "utf-16be", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
                "iso-8859-2", "iso-8859-15", "koi8-r", "macintosh", "shift_jis", "gb18030", "big5", "euc-kr", "iso-2022-jp",
            ]),
            cells in prop::collection::vec(
                prop::collection::vec("[A-Za-z0-9 ;\"'=+@äöüßŁąčțşĞЖйяάΩ漢字あア한글\u{a0}–…\n-]{0,10}", 2), 1..8),
            numbers in prop::collection::vec("\\+49 30 23125[0-9]{3}|-5\\.5|=1\\+1", 8),
            line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            is_quoted in any::<bool>(),
            is_marked in any::<bool>(),
        ) {
            let encoding = named(name);
            let fits = |text: &str| !encoding.encode(text).2;
            let quote = |cell: &str| if is_quoted || cell.contains([';', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.to_owned()
            };
            let mut text = ["phone", "name", "note"].map(quote).join(";") + line_end;
            for (cells, number) in cells.iter().zip(&numbers) {
                let fitting = |cell: &String| cell.chars().filter(|c| fits(&c.to_string())).collect::<String>();
                let row = [number.clone(), fitting(&cells[0]), fitting(&cells[1])];
                text += &(row.each_ref().map(|cell| quote(cell)).join(";") + line_end);
            }
            let is_marked = is_marked && encoding.output_encoding() == encoding_rs::UTF_8;
            let text = format!("{}{text}", if is_marked { "\u{feff}" } else { "" });
            let folder = tempfile::tempdir().unwrap();
            let (written, header, rows) = rejected(folder.path(), &encoded(&text, encoding), Some(encoding));
            for by in [None, Some(encoding)] {
                let (again, found, _) = read(&written.path, &options(by));
                prop_assert_eq!(&again, &header, "{:?}", std::fs::read(&written.path));
                prop_assert_eq!(&found, &rows, "{:?}", std::fs::read(&written.path));
            }
        }
    }
}
