//! Files that are no tables: what they are, and what a person can do. Their names say nothing of it: a web page is called
//! `.xls`, a PDF `.csv`.

/// Something that cannot be read: what it is, and what to do.
pub(super) type Unsupported = (&'static str, &'static str);

const AS_CSV: &str = "open it in the spreadsheet program and save the sheet as \"CSV UTF-8\"";
const COPY: &str = "copy the table into a spreadsheet, and save it as \"CSV UTF-8\"";
const EXPORT: &str = "export the table as CSV";
const EXPORT_CONTACTS: &str = "open it in the address book (Outlook, Google Contacts), and export the contacts as CSV";
const UNPACK: &str = "unpack it first";
const NO_PICTURE: &str = "ask for the table itself, as CSV or as a workbook";

/// First bytes that say what a file is; the registry of them is <https://en.wikipedia.org/wiki/List_of_file_signatures>.
const SIGNATURES: [(&[u8], &str, &str); 17] = [
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xfd7zXZ\0", "an xz file", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"%PDF-", "a PDF", "export the table as \"CSV UTF-8\" where the PDF came from"),
    (b"PAR1", "a Parquet file", "export it as CSV or JSON Lines"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)", NO_PICTURE),
    (b"\xff\xd8\xff", "a picture (JPEG)", NO_PICTURE),
    (b"GIF8", "a picture (GIF)", NO_PICTURE),
    (b"II*\0", "a picture (TIFF)", NO_PICTURE),
    (b"MM\0*", "a picture (TIFF)", NO_PICTURE),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"\0\x01\0\0Standard Jet DB", "an Access database", EXPORT),
    (b"\0\x01\0\0Standard ACE DB", "an Access database", EXPORT),
    (b"{\\rtf", "a text document (RTF)", COPY),
    (b"\xff\xfe\0\0", "text in UTF-32", "save it as \"CSV UTF-8\""),
    (b"\0\0\xfe\xff", "text in UTF-32", "save it as \"CSV UTF-8\""),
];

/// How a text begins, in lower case, that is written for programs or to be read.
const BEGINNINGS: [(&str, &str, &str); 16] = [
    ("begin:vcard", "a file of contact cards (vCard)", EXPORT_CONTACTS),
    ("begin:vcalendar", "a calendar", EXPORT),
    ("mime-version:", "a saved web page or an e-mail", AS_CSV),
    ("<html", "a web page (some programs call it .xls)", AS_CSV),
    ("<!doctype", "a web page (some programs call it .xls)", AS_CSV),
    ("<table", "a web page (some programs call it .xls)", AS_CSV),
    ("<meta", "a web page (some programs call it .xls)", AS_CSV),
    ("<head", "a web page (some programs call it .xls)", AS_CSV),
    ("<style", "a web page (some programs call it .xls)", AS_CSV),
    ("<?xml", "XML (some programs call it .xls)", AS_CSV),
    ("<workbook", "XML (some programs call it .xls)", AS_CSV),
    ("insert into ", "a database dump (SQL)", EXPORT),
    ("create table ", "a database dump (SQL)", EXPORT),
    ("-- mysql dump", "a database dump (SQL)", EXPORT),
    ("-- phpmyadmin", "a database dump (SQL)", EXPORT),
    ("--\n-- postgresql", "a database dump (SQL)", EXPORT),
];

/// As many bytes of the start as the longest beginning needs.
const START: usize = 64;

/// The first members of the first line of a results file stand in so many bytes.
const RUN_START: usize = 256;

/// One control character in so many bytes is too many for dirt in a text, where there are a few of them at least.
const NOISY: usize = 20;
const NOISE_AT_LEAST: usize = 8;

/// Says what the first bytes show that is no text; a forced format does not change that.
pub(super) fn binary(head: &[u8]) -> Option<Unsupported> {
    SIGNATURES.iter().find(|(signature, ..)| head.starts_with(signature)).map(|&(_, what, advice)| (what, advice))
}

/// True for the start of a results file of ours: each of its lines would be read as a person. What its first line holds stands
/// in docs/RESULTS.md.
pub(super) fn is_results_file(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let start = line.get(..RUN_START).unwrap_or(line);
    let has = |member: &[u8]| memchr::memmem::find(start, member).is_some();
    start.starts_with(b"{") && has(br#""type":"run""#) && has(br#""format":"#) && has(br#""keys":"#)
}

/// Says what a text shows that is no table.
pub(super) fn markup(sample: &[u8]) -> Option<Unsupported> {
    let start = String::from_utf8_lossy(sample.get(..START).unwrap_or(sample)).trim_start().to_ascii_lowercase();
    BEGINNINGS.iter().find(|(beginning, ..)| start.starts_with(beginning)).map(|&(_, what, advice)| (what, advice))
}

/// Says so where a text of one byte or more for each character is none: no text has so many control characters.
pub(super) fn noise(head: &[u8]) -> Option<Unsupported> {
    let is_noise = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 127);
    let controls = head.iter().filter(is_noise).count();
    (controls >= NOISE_AT_LEAST && controls * NOISY > head.len())
        .then_some(("no text but the data of some program", EXPORT))
}

/// Says what the names in a zip archive show that is no file of a person's but one document of a program.
pub(super) fn document<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<Unsupported> {
    names.find_map(|name| match name {
        "word/document.xml" => Some(("a Word document", COPY)),
        "ppt/presentation.xml" => Some(("a presentation", COPY)),
        _ if name.starts_with("index/") && name.contains(".iwa") => {
            Some(("a document of Apple's Numbers or Pages", "export it as CSV or as an Excel workbook"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(found: Option<Unsupported>) -> &'static str {
        found.map_or("a table, perhaps", |(what, _)| what)
    }

    #[test]
    fn what_is_no_text_is_named_by_its_first_bytes() {
        assert_eq!(what(binary(b"%PDF-1.7")), "a PDF");
        assert_eq!(what(binary(b"\x89PNG\r\n\x1a\n\0")), "a picture (PNG)");
        assert_eq!(what(binary(b"Rar!\x1a\x07\x01\0")), "a RAR archive");
        assert_eq!(what(binary(b"\xff\xfea\0")), "a table, perhaps");
        assert_eq!(what(binary(b"name,phone\n")), "a table, perhaps");
    }

    #[test]
    fn what_is_written_for_programs_is_named_by_how_it_begins() {
        assert_eq!(what(markup(b"  <!DOCTYPE html>")), "a web page (some programs call it .xls)");
        assert_eq!(what(markup(b"BEGIN:VCARD\r\nVERSION:3.0")), "a file of contact cards (vCard)");
        assert_eq!(what(markup(b"INSERT INTO leads VALUES")), "a database dump (SQL)");
        for text in ["Create tables;phone\n", "<name>,<phone>\n", "Insert,phone\n"] {
            assert_eq!(what(markup(text.as_bytes())), "a table, perhaps", "{text}");
        }
    }

    #[test]
    fn a_results_file_is_known_by_what_its_first_line_holds() {
        let run = r#"{"n":1,"d":0,"type":"run","format":1,"keys":1,"run":"r"}"#;
        assert!(is_results_file(run.as_bytes()));
        assert!(is_results_file(format!("{run}\n{{\"n\":2").as_bytes()));
        for text in ["", "type,run\n", &run.replace("\"run\",", "\"visit\","), &format!("{{\"phone\":\"+49\"}}\n{run}")]
        {
            assert!(!is_results_file(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_few_control_characters_are_dirt_and_many_are_no_text() {
        assert!(noise(b"name,phone,city\nAda,+12125550100,Bonn\0\0\n").is_none());
        assert!(noise(b"").is_none());
        let bytes: Vec<u8> = (0..64).collect();
        assert!(noise(&bytes).is_some());
    }

    #[test]
    fn documents_of_programs_that_are_zip_archives_are_named() {
        assert_eq!(what(document(["_rels/.rels", "word/document.xml"].into_iter())), "a Word document");
        assert!(what(document(["index/document.iwa"].into_iter())).contains("Numbers"));
        assert_eq!(what(document(["leads.csv", "a/b.csv"].into_iter())), "a table, perhaps");
    }
}
