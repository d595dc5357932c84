//! An input becomes rows.

use std::path::{Path, PathBuf};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use leadload::source::{Input, Next, Row, Source, SourceOptions};

use crate::people;

const ROWS: usize = 5000;

#[divan::bench]
fn csv(bencher: Bencher<'_, '_>) {
    read_all(bencher, people::csv);
}

#[divan::bench]
fn json_lines(bencher: Bencher<'_, '_>) {
    read_all(bencher, people::json_lines);
}

#[divan::bench]
fn xlsx(bencher: Bencher<'_, '_>) {
    read_all(bencher, people::xlsx);
}

fn read_all(bencher: Bencher<'_, '_>, write: fn(&Path, usize) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let input = Input::File(write(folder.path(), ROWS));
    let bytes = std::fs::metadata(input.name()).unwrap().len();
    let mut row = Row::new();
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::new(bytes)).bench_local(|| {
        let mut source = Source::open(&input, &SourceOptions::default()).unwrap();
        while !matches!(source.read(&mut row).unwrap(), Next::End) {
            black_box(&row);
        }
    });
}
