//! Files of invented people, always the same ones. Their numbers are kept free for fiction by the Bundesnetzagentur, the
//! North American numbering plan, Ofcom, ARCEP and ACMA: a thousand in each of five countries. Who comes later has one of
//! them in the next campaign, where it is another lead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;

pub(crate) const COLUMNS: [&str; 8] =
    ["phone_number", "country", "first_name", "last_name", "company", "city", "email", "campaign"];

const IN_A_CAMPAIGN: usize = 5000;
const AREAS: [&str; 10] = ["201", "212", "213", "305", "312", "415", "503", "617", "702", "808"];
const FIRST: [&str; 7] = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Hedy", "Sophie"];
const LAST: [&str; 5] = ["Example", "Sample", "Muster", "Chapter", "Stanza"];
const COMPANY: [&str; 3] = ["Example Trading & Partners", "Muster Maschinenbau GmbH", "Nowhere, Networks and Sons"];
const CITY: [&str; 4] = ["Berlin", "San Antonio", "Nîmes", "Adelaide"];

/// The cells of the nth person.
pub(crate) fn person(n: usize) -> [String; 8] {
    let (phone, country) = phone(n % IN_A_CAMPAIGN);
    let (first, last) = (FIRST[n % FIRST.len()], LAST[n % LAST.len()]);
    [
        phone,
        country.to_owned(),
        first.to_owned(),
        last.to_owned(),
        COMPANY[n % COMPANY.len()].to_owned(),
        CITY[n % CITY.len()].to_owned(),
        format!("{first}.{last}.{n}@example.com"),
        (7 + n / IN_A_CAMPAIGN).to_string(),
    ]
}

/// A number as people write it, and its country.
fn phone(n: usize) -> (String, &'static str) {
    let (turn, international) = (n / 5, n.is_multiple_of(3));
    let (area, last) = (AREAS[turn / 100], turn % 100);
    match n % 5 {
        0 if international => (format!("+49 30 23125{turn:03}"), "DE"),
        0 => (format!("030/23125{turn:03}"), "DE"),
        1 if international => (format!("+1 {area}-555-01{last:02}"), "US"),
        1 => (format!("({area}) 555-01{last:02}"), "US"),
        2 => (format!("020 7946 0{turn:03}"), "GB"),
        3 => (format!("01 99 00 {:02} {:02}", turn / 100, turn % 100), "FR"),
        _ => (format!("02 5550 {turn:04}"), "AU"),
    }
}

/// Writes a file of so many people, and says where it is.
pub(crate) fn csv(folder: &Path, count: usize) -> PathBuf {
    let mut text = format!("{}\n", COLUMNS.join(","));
    for n in 0..count {
        let cells = person(n).map(|cell| if cell.contains(',') { format!("\"{cell}\"") } else { cell });
        let _ = writeln!(text, "{}", cells.join(","));
    }
    written(folder.join("people.csv"), &text)
}

/// The same as JSON Lines.
pub(crate) fn json_lines(folder: &Path, count: usize) -> PathBuf {
    let mut text = String::new();
    for n in 0..count {
        let row: serde_json::Map<_, _> =
            COLUMNS.into_iter().zip(person(n)).map(|(name, cell)| (name.to_owned(), cell.into())).collect();
        let _ = writeln!(text, "{}", serde_json::to_string(&row).unwrap());
    }
    written(folder.join("people.jsonl"), &text)
}

/// The same as a workbook, all cells text.
pub(crate) fn xlsx(folder: &Path, count: usize) -> PathBuf {
    let path = folder.join("people.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, COLUMNS).unwrap();
    for n in 0..count {
        sheet.write_row(u32::try_from(n).unwrap() + 1, 0, person(n)).unwrap();
    }
    book.save(&path).unwrap();
    path
}

fn written(path: PathBuf, text: &str) -> PathBuf {
    std::fs::write(&path, text).unwrap();
    path
}
