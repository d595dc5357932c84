//! A look through an input, from its first row to its last: what its columns hold, in a sample of its whole length.

use std::sync::Arc;

use super::columns::{Sample, sample, values};
use super::inputs::readable;
use super::plan::Plan;
use crate::mapping::{ColumnRoles, ColumnValues};
use crate::phone::PhoneReader;
use crate::run::{RunError, Surroundings};
use crate::source::Source;

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
    pub roles: Result<Vec<ColumnRoles>, String>,
}

/// A column, as far as the sample tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedColumn {
    /// Its name.
    pub name: String,
    /// How many of its cells hold anything.
    pub filled: u64,
    /// How many of them hold a number that can be dialled.
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
    let Sample { rows, of } = sample(&mut source, around)?;
    let header = Arc::clone(source.header());
    let values = values(&header, &rows, plan.region, &mut PhoneReader::new());
    let recognised = plan.mapping.recognise(&header, &values);
    let bound = plan.mapping.bind_as(&header, &recognised);
    Ok(Looked {
        rows: of,
        sampled: rows.len() as u64,
        columns: header.names().iter().zip(&values).map(looked_column).collect(),
        roles: bound.map(|bound| bound.column_roles(&header, &recognised)).map_err(|error| error.to_string()),
    })
}

fn looked_column((name, values): (&String, &ColumnValues)) -> LookedColumn {
    LookedColumn {
        name: name.clone(),
        filled: u64::from(values.filled),
        numbers: u64::from(values.dialable),
        without_country: u64::from(values.needs_country),
    }
}
