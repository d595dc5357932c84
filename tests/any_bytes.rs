//! Any bytes as an input, any text as a number: the corpus that `cargo fuzz` found, and random changes to it. This is no fuzzing,
//! since nobody looks which code was reached; but it needs nothing but Rust.

use std::fs;
use std::path::Path;

use crate::harness::dice::{any_seed, setting};

mod claims;

/// How many changed inputs are tried for each claim; `LEADLOAD_TEST_CASES` says otherwise.
const USUALLY: u64 = 300;

fn files(folder: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Cells as they are found, each with a region before it.
fn cells() -> Vec<Vec<u8>> {
    let table = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/phones/mess.tsv")).unwrap();
    let cells = table.lines().skip(1).filter_map(|line| line.split('\t').next());
    cells.zip((0..=u8::MAX).cycle().step_by(37)).map(|(cell, region)| [&[region], cell.as_bytes()].concat()).collect()
}

/// One of the corpus with a few of its bytes changed, doubled, left out, or those of another one put in.
fn changed(corpus: &[Vec<u8>], dice: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = corpus[dice.usize(..corpus.len())].clone();
    for _ in 0..dice.usize(1..6) {
        let at = dice.usize(..=bytes.len());
        let end = (at + dice.usize(0..12)).min(bytes.len());
        let other = &corpus[dice.usize(..corpus.len())];
        let from = dice.usize(..=other.len());
        let piece = match dice.u8(..4) {
            0 => Vec::new(),
            1 => (0..dice.usize(1..4)).map(|_| dice.u8(..)).collect(),
            2 => bytes[at..end].repeat(dice.usize(2..20)),
            _ => other[from..(from + dice.usize(1..60)).min(other.len())].to_vec(),
        };
        bytes.splice(at..end, piece);
    }
    bytes
}

fn holds(claim: fn(&[u8]), corpus: &[Vec<u8>]) {
    assert!(corpus.len() > 100, "a corpus of {}", corpus.len());
    for bytes in corpus {
        claim(bytes);
    }
    let seed = any_seed();
    let mut dice = fastrand::Rng::with_seed(seed);
    for number in 0..setting("LEADLOAD_TEST_CASES").unwrap_or(USUALLY) {
        let bytes = changed(corpus, &mut dice);
        let held = std::panic::catch_unwind(|| claim(&bytes)).is_ok();
        assert!(held, "change {number} with LEADLOAD_TEST_SEED={seed}: {}", bytes.escape_ascii());
    }
}

#[test]
fn whatever_the_bytes_the_reader_comes_to_an_end() {
    holds(claims::reader, &[files("fixtures/source"), files("tests/any_bytes/reader")].concat());
}

#[test]
fn whatever_a_cell_holds_a_number_that_is_found_is_valid_and_reads_as_itself() {
    holds(claims::phone_cell, &[cells(), files("tests/any_bytes/phone_cell")].concat());
}
