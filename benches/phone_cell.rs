//! What it costs to read a cell: `cargo bench --bench phone_cell`. The whole cleaning should take about 3 µs a cell on one core.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use leadload::phone::{NumberRules, PhoneReader, Region};

/// Cells as they stand in exports, in ten countries; most of them need nothing.
const USUAL: &[(&str, &str)] = &[
    ("+49 30 23125001", "DE"),
    ("0171 3920012", "DE"),
    ("(212) 555-0142", "US"),
    ("+1 415-555-0123", "US"),
    ("020 7946 0321", "GB"),
    ("06 12 34 56 78", "FR"),
    ("(11) 96123-4567", "BR"),
    ("02 36618300", "IT"),
    ("612 34 56 78", "ES"),
    ("06 12345678", "NL"),
    ("512 345 678", "PL"),
    ("048 123 456", "BG"),
];

/// Cells that need something.
const DAMAGED: &[(&str, &str)] = &[
    ("4.915123456789E+12", "DE"),
    ("4915123456789.0", "DE"),
    ("Tel.: 030 23125001", "DE"),
    ("030 23125001; 0171 3920012", "DE"),
    ("+49 (0)30 23125001 DW 12", "DE"),
    ("https://wa.me/4915123456789", "DE"),
    ("\u{202a}+49 30\u{a0}23125001\u{202c}", "DE"),
    ("1-800-FLOWERS", "US"),
    ("n/a", "DE"),
    ("ada@example.com", "DE"),
];

fn main() {
    divan::main();
}

#[divan::bench]
fn usual_cells(bencher: Bencher<'_, '_>) {
    read_all(bencher, USUAL);
}

/// The mixed sample of the fixtures: every kind of damage there is, most of it refused.
#[divan::bench]
fn sample_of_all_damage(bencher: Bencher<'_, '_>) {
    let cells = include_str!("../fixtures/phones/mess.tsv").lines().skip(1).filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?))
    });
    read_all(bencher, &cells.collect::<Vec<_>>());
}

#[divan::bench]
fn damaged_cells(bencher: Bencher<'_, '_>) {
    read_all(bencher, DAMAGED);
}

fn read_all(bencher: Bencher<'_, '_>, cells: &[(&str, &str)]) {
    let mut reader = PhoneReader::new();
    let rules = NumberRules::default();
    let cells: Vec<_> = cells.iter().map(|(cell, region)| (*cell, Region::parse(region))).collect();
    // The rules of a country are made ready at its first number, once for each thread: that is not what a cell costs.
    for (cell, region) in &cells {
        let _ = reader.read(cell, *region).and_then(|reading| rules.apply(reading));
    }
    bencher.counter(ItemsCount::new(cells.len())).bench_local(|| {
        for (cell, region) in &cells {
            let _ = black_box(reader.read(black_box(cell), *region).and_then(|reading| rules.apply(reading)));
        }
    });
}
