//! What an input is, judged by its name and its first bytes. Guesses are told; the user's word goes before all of them.

use super::format::{Format, FormatName, SourceOptions};
use super::quoting::{Event, State, Syntax, is_break};

/// How much of an input is looked at.
pub(super) const SAMPLE: usize = 64 << 10;

/// In the order of preference where they fit equally well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

const AS_CSV: &str = "open it in the spreadsheet program and save the sheet as \"CSV UTF-8\"";
const UNPACK: &str = "unpack it first";

/// First bytes that say what a file is; the registry of them is <https://en.wikipedia.org/wiki/List_of_file_signatures>.
const MAGIC: [(&[u8], &str, &str); 11] = [
    (b"PK\x03\x04", "a workbook (xlsx, ods) or a zip archive", AS_CSV),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook of an old Excel (xls)", AS_CSV),
    (b"\x1f\x8b", "a gzip file", "unpack it first, or pipe it: gunzip -c FILE | leadload import -"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it first, or pipe it: zstd -dc FILE | leadload import -"),
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xfd7zXZ\0", "an xz file", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"%PDF-", "a PDF", "export the table as \"CSV UTF-8\" where the PDF came from"),
    (b"PAR1", "a Parquet file", "export it as CSV or JSON Lines"),
    (b"\xff\xfe", UTF_16, SAVE_UTF_8),
    (b"\xfe\xff", UTF_16, SAVE_UTF_8),
];

const UTF_16: &str = "UTF-16 text";
const SAVE_UTF_8: &str = "save it as \"CSV UTF-8\" (not \"Unicode text\")";

/// Something that is not read: what it is, and what to do.
pub(super) type Unsupported = (&'static str, &'static str);

/// Says what the first bytes show that cannot be read as text; a forced format does not change that.
pub(super) fn unsupported(sample: &[u8]) -> Option<Unsupported> {
    let magic = MAGIC.iter().find(|(magic, ..)| sample.starts_with(magic));
    if let Some(&(_, what, advice)) = magic {
        return Some((what, advice));
    }
    if is_utf16_without_mark(sample) {
        return Some((UTF_16, SAVE_UTF_8));
    }
    let start = String::from_utf8_lossy(sample.get(..64).unwrap_or(sample)).trim_start().to_ascii_lowercase();
    let is_markup = ["<html", "<!doctype", "<?xml", "<table", "<meta"].iter().any(|tag| start.starts_with(tag));
    is_markup.then_some(("a page or XML (some systems call such a file .xls)", AS_CSV))
}

/// ASCII text in UTF-16 has a NUL in every other place; a few NULs are only dirt.
fn is_utf16_without_mark(sample: &[u8]) -> bool {
    let nuls = |first: usize| sample.iter().skip(first).step_by(2).filter(|&&b| b == 0).count();
    sample.len() >= 8 && (nuls(0) > sample.len() / 4 || nuls(1) > sample.len() / 4)
}

/// What was found out, and how much of the start is no data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) format: Format,
    /// The length of a `sep=;` line.
    pub(super) skip: usize,
    /// What the user should know of it.
    pub(super) notes: Vec<String>,
}

/// Finds the format of an input called `name` that begins with `sample` (without a byte order mark).
pub(super) fn guess(name: &str, sample: &[u8], options: &SourceOptions) -> Result<Guess, Unsupported> {
    let json = |notes| Ok(Guess { format: Format::JsonLines, skip: 0, notes });
    match options.format {
        Some(FormatName::JsonLines) => return json(Vec::new()),
        Some(FormatName::Csv | FormatName::Tsv) => return Ok(table(options.format, sample, options)),
        None if options.delimiter.is_some() => return Ok(table(None, sample, options)),
        None => {}
    }
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    let named = extension.as_deref().and_then(FormatName::parse);
    match (json_start(sample), named) {
        (JsonStart::Document, None | Some(FormatName::JsonLines)) => {
            Err(("JSON that is not one object a line", "write one object on each line, for instance with jq -c '.[]'"))
        }
        (_, Some(FormatName::JsonLines)) => json(Vec::new()),
        (JsonStart::Line, _) => json(vec!["format JSON Lines (the first line is a JSON object)".to_owned()]),
        (_, named) => Ok(table(named, sample, options)),
    }
}

/// What the first line looks like.
#[derive(Debug, PartialEq, Eq)]
enum JsonStart {
    /// An object that begins and ends in it, or begins with a member.
    Line,
    /// The start of a JSON document over several lines, or an array of objects.
    Document,
    /// Something else.
    No,
}

fn json_start(sample: &[u8]) -> JsonStart {
    let text = sample.trim_ascii_start();
    let line = text.split(|&b| is_break(b)).next().unwrap_or_default();
    let inside = line.get(1..).unwrap_or_default().trim_ascii_start();
    match (line.first(), inside.first()) {
        (Some(b'{'), Some(b'"' | b'}')) => JsonStart::Line,
        (Some(b'{' | b'['), None) | (Some(b'['), Some(b'{')) => JsonStart::Document,
        _ => JsonStart::No,
    }
}

fn table(named: Option<FormatName>, sample: &[u8], options: &SourceOptions) -> Guess {
    let separator = separator_line(sample);
    let skip = separator.map_or(0, |(_, end)| end);
    let rest = sample.get(skip..).unwrap_or_default();
    let (delimiter, why) = if let Some(told) = options.delimiter {
        (told, None)
    } else if let Some((delimiter, _)) = separator {
        (delimiter, Some("named in the file's first line"))
    } else if named == Some(FormatName::Tsv) && (options.format.is_some() || first_line_has(rest, b'\t')) {
        (b'\t', None)
    } else {
        sniff_delimiter(rest, options.quote)
    };
    let notes = why.map(|why| format!("delimiter {} ({why})", shown(delimiter))).into_iter().collect();
    Guess { format: Format::Csv { delimiter }, skip, notes }
}

/// Excel's own `sep=;` as the first line: the delimiter, and where the line ends. Excel does not count it as a row.
fn separator_line(sample: &[u8]) -> Option<(u8, usize)> {
    let end = super::quoting::line_end(sample, 0);
    let line = sample.get(..end)?.strip_suffix(b"\n").unwrap_or(sample.get(..end)?);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => Some((*delimiter, end)),
        _ => None,
    }
}

fn first_line_has(sample: &[u8], byte: u8) -> bool {
    sample.split(|&b| is_break(b)).find(|line| !line.is_empty()).is_some_and(|line| line.contains(&byte))
}

/// The delimiter under which the records agree best with the header, and why a person should be told.
fn sniff_delimiter(sample: &[u8], quote: Option<u8>) -> (u8, Option<&'static str>) {
    let mut best = (b',', 0.0_f64);
    for delimiter in DELIMITERS {
        let score = agreement(&record_widths(sample, Syntax { delimiter, quote }));
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    match best {
        (_, 0.0) => (b',', Some("none was found: one column")),
        (b',', _) => (b',', None),
        (delimiter, _) => (delimiter, Some("found by looking")),
    }
}

/// The numbers of cells of the records in a sample, blank lines left out, and the last one too where it may be cut.
fn record_widths(sample: &[u8], syntax: Syntax) -> Vec<u32> {
    let mut widths = Vec::new();
    let (mut state, mut cells, mut is_blank) = (State::CellStart, 1, true);
    for &byte in sample {
        let (next, event) = syntax.step(state, byte);
        state = next;
        match event {
            Event::RecordEnd if is_blank => {}
            Event::RecordEnd => {
                widths.push(cells);
                (cells, is_blank) = (1, true);
            }
            Event::CellEnd => (cells, is_blank) = (cells + 1, false),
            Event::Inside | Event::Opened | Event::Stray => is_blank = false,
        }
    }
    if !is_blank && (widths.is_empty() || sample.len() < SAMPLE) {
        widths.push(cells);
    }
    widths
}

/// 0 where the header has one cell; else the share of the records that are as wide (narrower ones count half), times a
/// factor that grows with the width: a wide table agrees by chance less easily than a narrow one.
fn agreement(widths: &[u32]) -> f64 {
    let Some((&header, rows)) = widths.split_first() else { return 0.0 };
    if header < 2 {
        return 0.0;
    }
    let (mut sum, mut count) = (1.0, 1.0);
    for &width in rows {
        count += 1.0;
        sum += match width.cmp(&header) {
            std::cmp::Ordering::Equal => 1.0,
            std::cmp::Ordering::Less if width > 1 => 0.5,
            _ => 0.0,
        };
    }
    sum / count * (1.0 - 1.0 / f64::from(header))
}

fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        other => char::from(other).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> SourceOptions {
        SourceOptions::default()
    }

    macro_rules! delimiter {
        ($name:ident, $sample:expr, $delimiter:expr) => {
            #[test]
            fn $name() {
                assert_eq!(char::from(sniff_delimiter($sample.as_bytes(), Some(b'"')).0), $delimiter);
            }
        };
    }

    delimiter!(commas_are_found, "a,b,c\n1,2,3\n", ',');
    delimiter!(semicolons_are_found_among_decimal_commas, "Name;Betrag\nAda;1,5\nBo;2,5\n", ';');
    delimiter!(tabs_are_found, "a\tb\n1,5\t2\n", '\t');
    delimiter!(bars_are_found, "a|b\n1|2\n", '|');
    delimiter!(delimiters_in_quotes_do_not_count, "\"a;b;c\",d\n\"1;2;3\",4\n", ',');
    delimiter!(a_header_that_has_both_is_decided_by_the_rows, "Name, Vorname;Telefon\nA;1\nB;2\n", ';');
    delimiter!(one_column_needs_none, "phone\n+15555550100\n", ',');
    delimiter!(a_header_alone_decides, "a;b", ';');
    delimiter!(ragged_rows_of_a_wide_table_win_over_a_chance, "a;b;c;d,e\n1;2\n1;2;3;4\n1;2;3;4,\n", ';');
    delimiter!(an_unclosed_quote_does_not_hide_the_header, "a;b;c\n1;\"2;3\n4,5;6\n", ';');

    #[test]
    fn the_name_and_the_first_byte_say_what_is_json_lines() {
        let is_json = |name, sample: &str| {
            guess(name, sample.as_bytes(), &options()).map(|guess| guess.format == Format::JsonLines)
        };
        assert_eq!(is_json("a.jsonl", "x"), Ok(true));
        assert_eq!(is_json("a.NDJSON", "{}"), Ok(true));
        assert_eq!(is_json("-", "\n {\"a\":1}\n"), Ok(true));
        assert_eq!(is_json("a.csv", "{\"a\":1}\n"), Ok(true));
        assert_eq!(is_json("a.csv", "{name},{phone}\n"), Ok(false));
        assert!(is_json("a.json", "[\n{\"a\":1}]").is_err());
        assert!(is_json("a.json", "{\n\"a\":1}").is_err());
        assert_eq!(is_json("a.csv", "[\n"), Ok(false));
    }

    #[test]
    fn a_separator_line_is_honoured_and_skipped() {
        for line in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\n", "sep=;\r"] {
            let sample = format!("{line}a,b;c\n");
            let guess = guess("a.csv", sample.as_bytes(), &options()).unwrap();
            assert_eq!((guess.format, guess.skip), (Format::Csv { delimiter: b';' }, line.len()), "{line:?}");
        }
        assert_eq!(separator_line(b"sep=ab\n"), None);
    }

    #[test]
    fn the_users_word_goes_before_every_guess() {
        let told = SourceOptions { delimiter: Some(b'|'), ..options() };
        assert_eq!(guess("a.jsonl", b"{\"a\":1}", &told).unwrap().format, Format::Csv { delimiter: b'|' });
        let told = SourceOptions { format: Some(FormatName::Tsv), ..options() };
        assert_eq!(guess("a.csv", b"a,b", &told).unwrap().format, Format::Csv { delimiter: b'\t' });
    }

    #[test]
    fn a_tsv_that_has_no_tabs_is_looked_at_like_any_other() {
        assert_eq!(guess("a.tsv", b"a;b\n", &options()).unwrap().format, Format::Csv { delimiter: b';' });
        assert_eq!(guess("a.tsv", b"a,x\tb\n", &options()).unwrap().format, Format::Csv { delimiter: b'\t' });
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, what) in [
            (&b"PK\x03\x04...."[..], "workbook"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\xff\xfea\0", "UTF-16"),
            (b"a\0,\0b\0\n\0", "UTF-16"),
            (b"\0a\0,\0b\0\n", "UTF-16"),
            (b"  <!DOCTYPE html>", "page"),
        ] {
            let found = unsupported(bytes).map_or("", |(found, _)| found);
            assert!(found.contains(what), "{found:?} for {bytes:?}");
        }
        assert_eq!(unsupported(b"a,b\0,c\n1,2,3\n"), None);
    }
}
