//! Claims about whole headers: `fixtures/columns/headers.tsv`, and that the order of columns plays no part.

use proptest::prelude::*;

use super::*;
use crate::phone::{PhoneReader, Region};

/// How many values each column has.
const ROWS: usize = 24;

/// A value of the kind that the table of headers calls `kind`. Numbers are of ranges that are reserved for fiction.
fn value(kind: &str, row: usize) -> String {
    let pick = |list: &[&str]| list[row % list.len()].to_owned();
    // Scattered, as customers are.
    let any = (row * 7919 + 13) % 97;
    match kind {
        "us" => format!("{}5550{}", [212, 312, 415, 646][row % 4], 100 + any),
        "dashes" => format!("{}-555-0{}", [212, 312, 415, 646][row % 4], 100 + any),
        "gb" => format!("020 7946 0{}", 100 + any),
        "de" => format!("030 23125{}", 100 + any),
        "plus" => format!("+49 30 23125{}", 100 + any),
        "area" => "030".to_owned(),
        "dial" => pick(&["+33", "+49", "33", "0049"]),
        "ids" => format!("{}", 10_000 + row * 37),
        "counting" => format!("{}", 2_030_000_001 + row),
        "small" => format!("{}", 1 + any),
        "ext" => format!("{}", 10 + any),
        "card" => "4111111111111111".to_owned(),
        "vat" => format!("DE1234567{any}"),
        "coord" => format!("52.5{any}31"),
        "stamp" => format!("17000{}", 10_000 + row * 711),
        "date" => format!("2026-03-{:02} 10:15", 1 + row),
        "types" => pick(&["Mobile", "Work", "Home"]),
        "flags" => pick(&["no", "no", "yes"]),
        "name" => pick(&["Ada", "Ben", "Cleo", "Dora"]),
        "email" => format!("ada{row}@example.com"),
        "city" => pick(&["Bonn", "Köln", "Ulm"]),
        "text" => pick(&["calls back", "no interest", "later"]),
        "empty" => String::new(),
        other => panic!("there is no kind of value {other:?}"),
    }
}

fn judged(cell: &str, region: Option<Region>, phones: &mut PhoneReader) -> Judged {
    let number = match phones.read(cell, region) {
        Ok(_) => Dialled::Yes,
        Err(refusal) if refusal.code == "phone_no_country" => Dialled::NeedsCountry,
        Err(_) => Dialled::No,
    };
    Judged { number, is_country: Region::parse(cell).is_some() }
}

fn sample(kind: &str, region: Option<Region>, phones: &mut PhoneReader) -> ColumnValues {
    let mut values = ColumnValues::default();
    for row in 0..ROWS {
        let cell = value(kind, row);
        values.see(&cell, judged(&cell, region, phones));
    }
    values
}

/// A line of the table.
struct Case {
    expected: String,
    columns: Vec<(String, ColumnValues)>,
}

fn cases() -> Vec<Case> {
    let phones = &mut PhoneReader::new();
    let lines = include_str!("../../../fixtures/columns/headers.tsv").lines().filter(|line| !line.starts_with('#'));
    let case = |line: &str| {
        let [expected, region, columns] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let region = Region::parse(region);
        let column = |text: &str| {
            let (name, kind) = text.rsplit_once('=').unwrap_or_else(|| panic!("{line}"));
            (name.to_owned(), sample(kind, region, phones))
        };
        Case { expected: expected.to_owned(), columns: columns.split('|').map(column).collect() }
    };
    lines.map(case).collect()
}

fn decided(columns: &[(String, ColumnValues)]) -> String {
    let listed = columns.iter().enumerate().map(|(index, (name, values))| (index, name.as_str(), values));
    let names = |indices: Vec<usize>| {
        let names: Vec<&str> = indices.into_iter().map(|index| columns[index].0.as_str()).collect();
        names.join(" > ")
    };
    match choose_phones(listed, &PREFERENCE) {
        Choice::None => "-".to_owned(),
        Choice::Chosen(chosen) => names(chosen.into_iter().map(|one| one.index).collect()),
        Choice::Unclear(candidates) => format!("? {}", names(candidates.into_iter().map(|one| one.index).collect())),
    }
}

#[test]
fn real_headers_give_the_choice_that_a_careful_person_makes_or_the_candidates() {
    let cases = cases();
    assert!(cases.len() >= 120, "only {} headers", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| (case, decided(&case.columns)))
        .filter(|(case, decided)| case.expected != *decided)
        .map(|(case, decided)| {
            let names: Vec<&str> = case.columns.iter().map(|(name, _)| name.as_str()).collect();
            format!("{names:?}: {decided}, not {}", case.expected)
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn never_called_kinds_are_not_even_candidates() {
    let phones = &mut PhoneReader::new();
    let region = Region::parse("DE");
    for name in
        ["Fax", "Telefax", "Pager", "Assistenz Telefon", "Assistant's Phone", "Durchwahl Nebenstelle", "传真", "Факс"]
    {
        assert_eq!(decided(&[(name.to_owned(), sample("plus", region, phones))]), "-", "{name}");
    }
}

proptest! {
    #[test]
    fn the_order_of_columns_plays_no_part(seed in any::<u64>()) {
        thread_local!(static CASES: Vec<Case> = cases());
        CASES.with(|cases| {
            let case = &cases[usize::try_from(seed % cases.len() as u64).unwrap_or_default()];
            let mut columns = case.columns.clone();
            let mut dice = fastrand::Rng::with_seed(seed);
            dice.shuffle(&mut columns);
            prop_assert_eq!(&decided(&columns), &decided(&case.columns));
            Ok(())
        })?;
    }
}
