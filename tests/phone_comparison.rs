//! The phone room beside an independent implementation: what Python's `phonenumbers` says of more than five thousand
//! numbers of all regions and types stands in `phones/expected.tsv`, made by `phones/make_expected.py`.
//!
//! Both libraries hold the metadata of libphonenumber 9.0.42 (`rlibphonenumber` 2.2.15 and `phonenumbers` 9.0.42), so that
//! no difference comes from there. With another version of either, a range that was given out since shows as a difference
//! that no rule explains: make the table again with the version that fits.

use std::collections::BTreeMap;

use leadload::phone::{PhoneReader, Region};

const EXPECTED: &str = include_str!("phones/expected.tsv");

/// A cell, and what both say of it.
struct Compared<'a> {
    cell: &'a str,
    region: &'a str,
    /// In E.164; empty where there is none.
    expected: &'a str,
    ours: String,
    /// Our repairs, or the refusal's code.
    said: Vec<&'static str>,
}

/// A rule of our own that reads some cells otherwise.
struct Rule {
    name: &'static str,
    why: &'static str,
    /// How many of the table's numbers it concerns: a number that changes is looked at.
    numbers: usize,
    explains: fn(&Compared<'_>) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        name: "00 is + everywhere",
        why: "in North America and some other places 011 or 010 is dialled for +, but whoever writes 00 there means + too",
        numbers: 51,
        explains: |it| it.cell.starts_with("00") && it.expected.is_empty() && it.ours == it.cell.replacen("00", "+", 1),
    },
    Rule {
        name: "fillers are no numbers",
        why: "1234567890 and its like stand in a column of numbers where there is none; a few are valid somewhere",
        numbers: 43,
        explains: |it| it.said == ["phone_placeholder"],
    },
    Rule {
        name: "rounded digits are no numbers",
        why: "a spreadsheet opens 4.93023E+11 and keeps 493023000000: whoever is called by that is somebody else. Of all the \
              examples of all countries one ends so, without its +",
        numbers: 1,
        explains: |it| it.said == ["phone_lossy"] && it.cell.ends_with("00000"),
    },
    Rule {
        name: "E.164 has 15 digits",
        why: "libphonenumber's plan of Nigeria allows toll-free numbers of 16 digits, which nobody can dial from abroad",
        numbers: 1,
        explains: |it| it.said == ["phone_too_long"] && it.expected.len() > "+123456789012345".len(),
    },
    Rule {
        name: "a country code without +",
        why: "digits that are a mobile with the region's own code in front are that mobile, not the landline that the same \
              digits make with a second code",
        numbers: 3,
        explains: |it| it.said == ["country_code_without_plus"] && it.ours == format!("+{}", it.cell),
    },
    Rule {
        name: "a range of lines",
        why: "two or three digits behind the last slash are the end of a range (030 123456/57): the first is taken, flagged",
        numbers: 1,
        explains: |it| it.said.contains(&"first_of_range") && it.cell.contains('/'),
    },
];

/// A line of the table on which the two differ.
fn difference<'a>(reader: &mut PhoneReader, line: &'a str) -> Option<Compared<'a>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [cell, region, _, expected, kind, extension] = fields[..] else { panic!("not a line of the table: {line:?}") };
    let home = Region::parse(region);
    assert_eq!(home.is_none(), region.is_empty(), "{line}");
    let (ours, said, same) = match reader.read(cell, home) {
        Ok(reading) => {
            let ours = reading.phone.to_string();
            let found = (ours.as_str(), reading.kind.name(), reading.extension.as_deref().unwrap_or_default());
            let same = found == (expected, kind, extension);
            (ours, reading.repairs, same)
        }
        Err(refusal) => (String::new(), vec![refusal.code], expected.is_empty()),
    };
    (!same).then_some(Compared { cell, region, expected, ours, said })
}

#[test]
fn the_phone_room_agrees_with_an_independent_implementation_but_for_rules_of_its_own() {
    let mut reader = PhoneReader::new();
    let mut unexplained = Vec::new();
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    for compared in EXPECTED.lines().filter(|line| !line.starts_with('#')).filter_map(|l| difference(&mut reader, l)) {
        match RULES.iter().find(|rule| (rule.explains)(&compared)) {
            Some(rule) => *explained.entry(rule.name).or_default() += 1,
            None => unexplained.push(format!(
                "{:?} in {:?}: expected {:?}, read as {:?} {:?}",
                compared.cell, compared.region, compared.expected, compared.ours, compared.said
            )),
        }
    }
    assert!(unexplained.is_empty(), "{} numbers:\n{}", unexplained.len(), unexplained.join("\n"));
    for Rule { name, why, numbers, .. } in RULES {
        let found = explained.get(name).copied().unwrap_or_default();
        assert_eq!(found, *numbers, "{name} ({why})");
    }
}

#[test]
fn the_table_holds_every_region_and_type_and_says_which_version_made_it() {
    let (head, rest) = EXPECTED.split_once('\n').unwrap();
    assert_eq!(head, "# made by make_expected.py with phonenumbers 9.0.42");
    let column = |at: usize| rest.lines().filter_map(move |line| line.split('\t').nth(at));
    let regions = Region::all().filter(|region| column(1).any(|found| found == region.code())).count();
    let lines = rest.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!((regions, lines > 5_000), (Region::all().count(), true), "{lines} lines");
    for (kind, name) in leadload::phone::PhoneKind::NAMED {
        assert!(column(4).filter(|found| found == name).count() > 50, "{kind:?}");
    }
}
