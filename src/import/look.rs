//! A look through an input, from its first row to its last: what its columns hold, in a sample of its whole length.

use std::sync::Arc;

use super::inputs::readable;
use super::plan::Plan;
use crate::mapping::ColumnUse;
use crate::phone::PhoneReader;
use crate::run::{RunError, Surroundings};
use crate::source::{Header, Next, Row, Source};

/// The most rows of a sample. Where there are more, every second one is dropped and the distance is doubled.
const MOST_SAMPLED: usize = 1_000;

/// What was seen.
#[derive(Debug)]
pub struct Looked {
    /// The rows that could be read.
    pub rows: u64,
    /// How many of them are in the sample, evenly spread.
    pub sampled: u64,
    /// The columns in their order.
    pub columns: Vec<LookedColumn>,
    /// What became of each by the mapping; or why the mapping does not fit.
    pub uses: Result<Vec<ColumnUse>, String>,
}

/// A column, as far as the sample tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedColumn {
    /// Its name.
    pub name: String,
    /// How many of its cells hold anything.
    pub filled: u64,
    /// How many of them hold a number that can be called.
    pub numbers: u64,
    /// How many hold one that does not name its country, where no region was given.
    pub without_country: u64,
}

/// Reads the only input of `plan` to its end.
///
/// # Errors
/// The input cannot be read.
pub fn look_through(plan: &Plan, around: &Surroundings) -> Result<Looked, RunError> {
    let inputs = readable(plan)?;
    let [input] = inputs.as_slice() else {
        return Err(RunError::Usage("name one file: its columns are recognised".to_owned()));
    };
    let mut source = Source::open(input, &plan.source)?;
    let (sample, rows) = sample_of(&mut source, around)?;
    let header = Arc::clone(source.header());
    let columns = columns_of(&header, &sample, plan);
    let bound = plan.mapping.bind(&header);
    let uses = bound.map(|bound| bound.column_uses(&header)).map_err(|error| error.to_string());
    Ok(Looked { rows, sampled: sample.len() as u64, columns, uses })
}

type Sampled = Vec<Option<String>>;

fn sample_of(source: &mut Source, around: &Surroundings) -> Result<(Vec<Sampled>, u64), RunError> {
    let mut sample: Vec<Sampled> = Vec::new();
    let (mut rows, mut apart) = (0_u64, 1_u64);
    let mut row = Row::new();
    loop {
        match source.read(&mut row)? {
            Next::End => return Ok((sample, rows)),
            Next::Bad(_) => continue,
            Next::Row => {}
        }
        if rows.is_multiple_of(apart) {
            if sample.len() == MOST_SAMPLED {
                let mut at = 0;
                sample.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                apart *= 2;
            }
            if rows.is_multiple_of(apart) {
                let columns = source.header().len();
                sample.push((0..columns).map(|index| row.get(index).map(str::to_owned)).collect());
            }
        }
        rows += 1;
        if let Some(reason) = around.stop.reason() {
            return Err(RunError::Stopped(reason));
        }
    }
}

fn columns_of(header: &Header, sample: &[Sampled], plan: &Plan) -> Vec<LookedColumn> {
    let mut phones = PhoneReader::new();
    let column = |(index, name): (usize, &String)| {
        let mut looked = LookedColumn { name: name.clone(), filled: 0, numbers: 0, without_country: 0 };
        let cells = sample.iter().filter_map(|row| row.get(index)?.as_deref());
        for cell in cells.filter(|cell| !cell.trim().is_empty()) {
            looked.filled += 1;
            match phones.read(cell, plan.region).and_then(|reading| plan.numbers.rules.apply(reading)) {
                Ok(_) => looked.numbers += 1,
                Err(refusal) if refusal.code == "phone_no_country" => looked.without_country += 1,
                Err(_) => {}
            }
        }
        looked
    };
    header.names().iter().enumerate().map(column).collect()
}
