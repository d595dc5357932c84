//! What an input is, judged by its name and its first bytes. Guesses are told; the user's word goes before all of them.

use super::format::{Format, FormatName, Guessing, SourceOptions};
use super::json_document::{Around, Scan, Shape, shape_of};
use super::quoting::{Event, State, Syntax, is_break};
use super::respell::unwrap;
use super::unreadable::Unsupported;

/// How much of an input is looked at.
pub(super) const SAMPLE: usize = super::encoding::HEAD;

/// In the order of preference where they fit equally well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

const ONE_COLUMN: &str = "one column: there is no delimiter";

/// What was found out, and how much of the start is no data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) format: Format,
    /// The length of a `sep=;` line, or of what stands before the records of a JSON document.
    pub(super) skip: usize,
    /// What surrounds the records of a JSON document.
    pub(super) around: Around,
    /// True where each line of a table is one quoted cell.
    pub(super) is_wrapped: bool,
    /// What the user should know of it.
    pub(super) notes: Vec<String>,
}

impl Guess {
    fn of(format: Format) -> Self {
        Self { format, skip: 0, around: Around::Nothing, is_wrapped: false, notes: Vec::new() }
    }
}

/// Finds the format of an input called `name` that begins with `sample` (without a byte order mark).
pub(super) fn guess(name: &str, sample: &[u8], options: &SourceOptions) -> Result<Guess, Unsupported> {
    match options.format {
        Some(FormatName::JsonLines) => return Ok(Guess::of(Format::JsonLines)),
        Some(FormatName::Json) => return json_document(sample),
        Some(FormatName::Csv | FormatName::Tsv) => return Ok(table(options.format, sample, options)),
        None if options.delimiter.is_some() => return Ok(table(None, sample, options)),
        None => {}
    }
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    let named = extension.as_deref().and_then(FormatName::parse);
    match (json_start(sample), named) {
        (JsonStart::Numbers, Some(FormatName::Json)) => Err(NO_OBJECTS),
        (JsonStart::List(what), _) => Err(what),
        (JsonStart::Document, _) | (JsonStart::OneLine, Some(FormatName::Json)) => json_document(sample),
        (_, Some(FormatName::JsonLines)) => Ok(Guess::of(Format::JsonLines)),
        (JsonStart::OneLine, _) if shape_of(sample) == Shape::ById => json_document(sample),
        (JsonStart::Line | JsonStart::OneLine, _) => Ok(Guess {
            notes: vec!["format JSON Lines (the first line is a JSON object)".to_owned()],
            ..Guess::of(Format::JsonLines)
        }),
        (_, named) => Ok(table(named, sample, options)),
    }
}

const NO_OBJECTS: Unsupported = (
    "JSON with lists, texts or numbers in place of objects",
    "write each person as an object, like {\"phone\": \"+49…\", \"name\": \"…\"}",
);

/// What the first line looks like.
#[derive(Debug, PartialEq, Eq)]
enum JsonStart {
    /// An object that begins and ends in it, or is longer than the sample.
    Line,
    /// The same, and there is no other line.
    OneLine,
    /// An object that goes on in the next line, or an array of objects.
    Document,
    /// An array of something else.
    List(Unsupported),
    /// An array of numbers, or a text in brackets.
    Numbers,
    /// Something else.
    No,
}

fn json_start(sample: &[u8]) -> JsonStart {
    let text = sample.trim_ascii_start();
    let line = text.split(|&b| is_break(b)).next().unwrap_or_default();
    let further = text.get(line.len()..).unwrap_or_default().trim_ascii();
    let inside = text.get(1..).unwrap_or_default().trim_ascii_start();
    match (text.first(), inside.first()) {
        (Some(b'['), Some(b'{')) => JsonStart::Document,
        (Some(b'['), Some(b'[' | b'"')) => JsonStart::List(NO_OBJECTS),
        (Some(b'['), Some(b'0'..=b'9')) => JsonStart::Numbers,
        (Some(b'['), Some(b']')) if inside.get(1..).unwrap_or_default().trim_ascii().is_empty() => {
            JsonStart::List(("an empty list (JSON)", "there is nobody in it: export it again"))
        }
        (Some(b'{'), Some(b'"' | b'}')) => match Scan::default().end(line) {
            None if line.len() < text.len() => JsonStart::Document,
            _ if further.is_empty() => JsonStart::OneLine,
            _ => JsonStart::Line,
        },
        _ => JsonStart::No,
    }
}

fn json_document(sample: &[u8]) -> Result<Guess, Unsupported> {
    let blank = sample.len() - sample.trim_ascii_start().len();
    let (skip, around, what) = match sample.get(blank) {
        Some(b'[') => (blank + 1, Around::Array, "an array of objects".to_owned()),
        _ => match shape_of(sample) {
            Shape::Wrapper { name, start } => (start, Around::Member, format!("the objects in {name:?}")),
            Shape::Plain => (0, Around::Nothing, "objects one after another".to_owned()),
            Shape::ById => {
                return Err((
                    "JSON with an object for each id",
                    "write a list of the objects, for instance with jq '[.[]]'",
                ));
            }
            Shape::Ambiguous(..) => {
                return Err((
                    "JSON with several lists of objects",
                    "write the one that is meant to a file of its own, for instance with jq '.data'",
                ));
            }
        },
    };
    let notes = vec![format!("format JSON ({what})")];
    Ok(Guess { skip, around, notes, ..Guess::of(Format::Json) })
}

fn table(named: Option<FormatName>, sample: &[u8], options: &SourceOptions) -> Guess {
    let separator = separator_line(sample);
    let skip = separator.map_or(0, |(_, end)| end);
    let rest = sample.get(skip..).unwrap_or_default();
    let unwrapped = unwrapped(rest, options);
    let is_wrapped = unwrapped.is_some();
    let rest = unwrapped.as_deref().unwrap_or(rest);
    let (delimiter, why) = if let Some(told) = options.delimiter {
        (told, None)
    } else if let Some((delimiter, _)) = separator {
        (delimiter, Some("named in the file's first line"))
    } else if named == Some(FormatName::Tsv) && (options.format.is_some() || first_line_has(rest, b'\t')) {
        ('\t', None)
    } else {
        sniff_delimiter(rest, options.quote)
    };
    let told = why
        .map(|why| if why == ONE_COLUMN { why.to_owned() } else { format!("delimiter {} ({why})", shown(delimiter)) });
    let mut notes: Vec<String> = told.into_iter().collect();
    if is_wrapped {
        notes.push("each line is one quoted cell: those quotes are taken off".to_owned());
    }
    Guess { skip, is_wrapped, notes, ..Guess::of(Format::Csv { delimiter }) }
}

/// The sample without the quotes around its lines, where each line is one quoted cell with cells in it.
fn unwrapped(sample: &[u8], options: &SourceOptions) -> Option<Vec<u8>> {
    if options.guessing == Guessing::Off || options.quote != Some(b'"') {
        return None;
    }
    let (mut lines, mut wrapped, mut inside) = (0, 0, Vec::new());
    for line in sample.split_inclusive(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        lines += 1;
        match unwrap(line) {
            Some(line) => {
                wrapped += 1;
                inside.extend_from_slice(&line);
            }
            None => inside.extend_from_slice(line),
        }
    }
    let quote = options.quote;
    let has_cells =
        || DELIMITERS.iter().any(|&delimiter| agreement(&record_widths(&inside, Syntax { delimiter, quote })) > 0.4);
    let is_one_cell =
        || DELIMITERS.iter().all(|&delimiter| agreement(&record_widths(sample, Syntax { delimiter, quote })) <= 0.0);
    (lines >= 2 && wrapped * 5 >= lines * 4 && is_one_cell() && has_cells()).then_some(inside)
}

/// Excel's own `sep=;` as the first line: the delimiter, and where the line ends. Excel does not count it as a row.
fn separator_line(sample: &[u8]) -> Option<(char, usize)> {
    let end = super::quoting::line_end(sample, 0);
    let line = sample.get(..end)?.strip_suffix(b"\n").unwrap_or(sample.get(..end)?);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', rest @ ..] => {
            let mut characters = std::str::from_utf8(rest).ok()?.chars();
            let delimiter = characters.next()?;
            characters.next().is_none().then_some((delimiter, end))
        }
        _ => None,
    }
}

fn first_line_has(sample: &[u8], byte: u8) -> bool {
    sample.split(|&b| is_break(b)).find(|line| !line.is_empty()).is_some_and(|line| line.contains(&byte))
}

/// The delimiter under which the records agree best with the header, and why a person should be told.
fn sniff_delimiter(sample: &[u8], quote: Option<u8>) -> (char, Option<&'static str>) {
    let mut best = (b',', 0.0_f64);
    for delimiter in DELIMITERS {
        let widths = record_widths(sample, Syntax { delimiter, quote });
        let is_loose = has(sample, &[delimiter, b' ']);
        let score = agreement(&widths).max(if is_loose { 0.0 } else { agreement_below_titles(&widths) });
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    match best {
        (_, 0.0) => odd_delimiter(sample).map_or((',', Some(ONE_COLUMN)), |odd| (odd, Some("it stands in every row"))),
        (b',', _) => (',', None),
        (delimiter, _) => (char::from(delimiter), Some("found by looking")),
    }
}

fn has(sample: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(sample, wanted).is_some()
}

/// As many records may be titles above a header.
const MOST_TITLES: usize = 20;

/// The best agreement with a record further down, where those above are narrower than it: it may be a header below titles. It
/// counts less than that with the first record.
fn agreement_below_titles(widths: &[u32]) -> f64 {
    let mut best = 0.0_f64;
    for (i, &header) in widths.iter().enumerate().take(MOST_TITLES).skip(1) {
        let is_below_narrower = widths.iter().take(i).all(|&above| above < header);
        if is_below_narrower && let Some(rest) = widths.get(i..).filter(|rest| rest.len() > 1) {
            best = best.max(agreement(rest) * 0.8);
        }
    }
    best
}

/// A character that is no part of words, numbers, addresses or times, and stands equally often in every line.
fn odd_delimiter(sample: &[u8]) -> Option<char> {
    let whole = memchr::memrchr2(b'\n', b'\r', sample).map_or(sample, |end| sample.get(..end).unwrap_or(sample));
    let text = std::str::from_utf8(if sample.len() < SAMPLE { sample } else { whole }).ok()?;
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    let is_candidate =
        |c: &char| !(c.is_alphanumeric() || c.is_whitespace() || *c == UNDECODABLE_MARK || COMMON.contains(*c));
    let count = |line: &str, wanted: char| line.chars().filter(|&c| c == wanted).count();
    let stands_in_all =
        |c: &char| lines.clone().count() > 0 && lines.clone().all(|line| count(line, *c) == count(first, *c));
    first.chars().filter(is_candidate).find(stands_in_all)
}

/// What stands in words, numbers, addresses and times.
const COMMON: &str = "\"'`´.,;:-–_+@/\\()[]{}<>&";

/// What a lossy conversion leaves.
const UNDECODABLE_MARK: char = '\u{fffd}';

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

fn shown(delimiter: char) -> String {
    match delimiter {
        '\t' => "tab".to_owned(),
        other => other.to_string(),
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
                assert_eq!(sniff_delimiter($sample.as_bytes(), Some(b'"')).0, $delimiter);
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
        assert_eq!(is_json("a.csv", "[\n"), Ok(false));
    }

    #[test]
    fn a_separator_line_is_honoured_and_skipped() {
        for line in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\n", "sep=;\r"] {
            let sample = format!("{line}a,b;c\n");
            let guess = guess("a.csv", sample.as_bytes(), &options()).unwrap();
            assert_eq!((guess.format, guess.skip), (Format::Csv { delimiter: ';' }, line.len()), "{line:?}");
        }
        assert_eq!(separator_line(b"sep=ab\n"), None);
    }

    #[test]
    fn the_users_word_goes_before_every_guess() {
        let told = SourceOptions { delimiter: Some('|'), ..options() };
        assert_eq!(guess("a.jsonl", b"{\"a\":1}", &told).unwrap().format, Format::Csv { delimiter: '|' });
        let told = SourceOptions { format: Some(FormatName::Tsv), ..options() };
        assert_eq!(guess("a.csv", b"a,b", &told).unwrap().format, Format::Csv { delimiter: '\t' });
    }

    #[test]
    fn a_tsv_that_has_no_tabs_is_looked_at_like_any_other() {
        assert_eq!(guess("a.tsv", b"a;b\n", &options()).unwrap().format, Format::Csv { delimiter: ';' });
        assert_eq!(guess("a.tsv", b"a,x\tb\n", &options()).unwrap().format, Format::Csv { delimiter: '\t' });
    }

    #[test]
    fn json_documents_are_told_from_json_lines() {
        let around = |name, sample: &str| {
            guess(name, sample.as_bytes(), &options())
                .ok()
                .filter(|guess| guess.format == Format::Json)
                .map(|guess| guess.around)
        };
        assert_eq!(around("a.json", "[\n{\"a\":1}]"), Some(Around::Array));
        assert_eq!(around("-", "[{\"a\":1}]"), Some(Around::Array));
        assert_eq!(around("a.json", "{\n\"a\":1}"), Some(Around::Nothing));
        assert_eq!(around("a.txt", "{\n\"a\":[{\n"), Some(Around::Member));
        assert_eq!(around("a.json", "{\"a\":[{\"b\":1}]}"), Some(Around::Member));
        assert_eq!(around("-", "{\"a\":[{\"b\":1}]}"), None);
        assert_eq!(around("a.jsonl", "{\"a\":[{\"b\":1}]}"), None);
        assert_eq!(around("a.json", "{\"a\":1}\n{\"a\":2}\n"), None);
        assert!(guess("a.json", b"{\n\"a\":[{}],\"b\":[{}]}", &options()).is_err());
    }

    delimiter!(a_title_above_does_not_hide_the_delimiter, "Customers, all\n\na;b;c\n1;2;3\n4;5;6\n", ';');
    delimiter!(an_odd_delimiter_that_stands_in_every_row_is_found, "name§phone\nAda§1\nBo§2\n", '§');
    delimiter!(a_character_that_is_missing_in_one_row_is_no_delimiter, "name§phone\nAda§1\nBo\n", ',');
}
