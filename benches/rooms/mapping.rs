//! Rows become drafts of leads.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use leadload::mapping::{Draft, Mapping, MappingConfig};
use leadload::source::{Input, Next, Row, Source, SourceOptions};
use leadload::target::Family;

use crate::people;

const ROWS: usize = 1000;

/// The vendors' own layout: every other column is a variable.
#[divan::bench]
fn vendors_layout(bencher: Bencher<'_, '_>) {
    fill_all(bencher, "");
}

/// Columns by their names, a template, a constant and a default.
#[divan::bench]
fn configured(bencher: Bencher<'_, '_>) {
    fill_all(
        bencher,
        r#"
        phone = "phone_number"
        region = "country"
        campaign = "campaign"
        [variables]
        full_name = { template = "{{ first_name }} {{ last_name }}" }
        fair = { value = "Berlin 2026" }
        city = { column = "city", default = "Berlin" }
        "#,
    );
}

fn fill_all(bencher: Bencher<'_, '_>, config: &str) {
    let config: MappingConfig = toml::from_str(config).unwrap();
    let (source, rows) = rows();
    let bound = Mapping::new(config, Family::Autocalls).unwrap().bind(source.header()).unwrap();
    let mut draft = Draft::default();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        for row in &rows {
            bound.fill(row, &mut draft).unwrap();
            black_box(&draft);
        }
    });
}

fn rows() -> (Source, Vec<Row>) {
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::open(&Input::File(people::csv(folder.path(), ROWS)), &SourceOptions::default()).unwrap();
    let (mut row, mut rows) = (Row::new(), Vec::new());
    while matches!(source.read(&mut row).unwrap(), Next::Row) {
        rows.push(row.clone());
    }
    (source, rows)
}
