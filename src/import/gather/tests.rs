//! Claims about what comes out of real inputs, whatever fits into memory.

use proptest::prelude::*;

use super::*;
use crate::import::columns::Columns;
use crate::import::plan::{GroupRows, Numbers};
use crate::import::row::Keep;
use crate::mapping::Mapping;
use crate::run::Places;
use crate::source::{Input, SourceOptions};
use crate::target::{Family, Host};
use crate::upload::{Stop, StopKind, StopReason};

/// What is gathered of these files, each row as its file, its number and its first cell.
fn gathered(files: &[(&str, String)], memory: usize, stop: &Stop) -> Option<Vec<(String, u64, String)>> {
    let folder = tempfile::tempdir().unwrap();
    let open = |(name, text): &(&str, String)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Source::open(&Input::File(path), &SourceOptions::default()).unwrap()
    };
    let mut sources: Vec<Source> = files.iter().map(open).collect();
    let mapping =
        Mapping::new(toml::from_str("phone = 'p'\ngroup_by = ['g', 'h']").unwrap(), Family::Autocalls).unwrap();
    let find_id = Box::new(|wanted: &str| Ok(wanted.to_owned()));
    let places = Places::new(Family::Autocalls, Host::Sandbox, Some("7"), find_id).unwrap();
    let preparing = Preparing {
        mapping: &mapping,
        columns: &Columns::default(),
        places: &places,
        region: None,
        numbers: &Numbers::default(),
        keep: Keep::Records,
        group_rows: GroupRows::Scattered,
        stop,
    };
    let mut gathered = gather_within(memory, &mut sources, &preparing).unwrap()?;
    let (mut row, mut all) = (Row::new(), Vec::new());
    let mut tell = |position: &Position, cell: &str| {
        let file = position.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        all.push((file, position.row, cell.to_owned()));
    };
    loop {
        match gathered.next(&mut row).unwrap() {
            Out::Row(_) => tell(row.position(), row.get(0).unwrap()),
            Out::Bad(fault) => tell(&fault.position, &fault.reason.code),
            Out::End => return Some(all),
        }
    }
}

#[test]
fn a_group_is_known_before_and_after_the_columns_of_json_are() {
    let first = "{\"p\":\"1\",\"g\":\"a\"}\n{\"p\":\"2\",\"g\":\"b\"}\n{\"p\":\"3\",\"g\":\"a\",\"h\":\"x\"}\n";
    let second = "{\"p\":\"4\",\"g\":\"a\",\"h\":\"\"}\n{\"h\":\"x\",\"g\":\"a\",\"p\":\"5\"}\n".to_owned();
    let files = [("1.jsonl", first.to_owned()), ("2.jsonl", second)];
    let all = gathered(&files, 100, &Stop::default()).unwrap();
    let rows: Vec<_> = all.iter().map(|(file, row, _)| (file.as_str(), *row)).collect();
    assert_eq!(rows, [("1.jsonl", 1), ("2.jsonl", 1), ("1.jsonl", 2), ("1.jsonl", 3), ("2.jsonl", 2)]);
}

#[test]
fn who_stops_the_run_need_not_wait_for_the_end_of_the_inputs() {
    let stop = Stop::default();
    stop.request(StopReason::new(StopKind::Interrupted, "interrupted"));
    assert!(gathered(&[("1.csv", "p,g,h\n1,a,\n2,a,\n".to_owned())], 100, &stop).is_none());
}

/// A row: the group that it is in, if any, or one that cannot be read.
fn any_row() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![8 => (0..6_u8).prop_map(Some), 1 => Just(None)]
}

fn text(rows: &[Option<u8>]) -> String {
    let line = |(at, row): (usize, &Option<u8>)| match row {
        Some(0) => format!("{at},,\n"),
        Some(group) => format!("{at},{},{}\n", group / 2, group % 2),
        None => "one,cell,too,many\n".to_owned(),
    };
    std::iter::once("p,g,h\n".to_owned()).chain(rows.iter().enumerate().map(line)).collect()
}

/// By the plainest way: for each row that is the first of its group, all rows of it.
fn by_hand(files: &[Vec<Option<u8>>]) -> Vec<(String, u64)> {
    let number = |file: usize, at: usize| (format!("{file}.csv"), at as u64 + 2);
    let of_file = |(file, rows): (usize, &Vec<Option<u8>>)| -> Vec<_> {
        rows.iter().enumerate().map(|(at, row)| (row.filter(|group| *group > 0), number(file, at))).collect()
    };
    let all: Vec<_> = files.iter().enumerate().flat_map(of_file).collect();
    let mut sorted = Vec::new();
    for (at, (group, place)) in all.iter().enumerate() {
        match group {
            None => sorted.push(place.clone()),
            Some(_) if all[..at].iter().any(|(earlier, _)| earlier == group) => {}
            Some(_) => sorted.extend(all.iter().filter(|(other, _)| other == group).map(|(_, place)| place.clone())),
        }
    }
    sorted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_the_memory_rows_come_as_if_sorted_by_hand(
        files in prop::collection::vec(prop::collection::vec(any_row(), 1..30), 1..4),
        memory in 0..3000_usize,
    ) {
        let names = ["0.csv", "1.csv", "2.csv"];
        let texts: Vec<_> = names.into_iter().zip(files.iter().map(|rows| text(rows))).collect();
        let all = gathered(&texts, memory, &Stop::default()).unwrap();
        let places: Vec<_> = all.iter().map(|(file, row, _)| (file.clone(), *row)).collect();
        prop_assert_eq!(places, by_hand(&files));
        for (file, row, cell) in all {
            let given = files[file[..1].parse::<usize>().unwrap()][usize::try_from(row).unwrap() - 2];
            let expected = if given.is_some() { (row - 2).to_string() } else { "row_too_long".to_owned() };
            prop_assert_eq!(cell, expected);
        }
    }
}
