//! The table: one lead after the other goes to whoever writes it.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use super::Numbers;
use super::filter::Filter;
use super::row::LeadRow;
use crate::lead::Status;
use crate::phone::PhoneReader;
use crate::results::{LastStates, ResultsError, Scope};

/// How many leads and rows were shown, by state.
pub type Counts = BTreeMap<Status, u64>;

/// Why a table is not whole.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The results file cannot be read.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The table cannot be written.
    #[error("the table cannot be written: {0}")]
    Write(#[source] io::Error),
}

/// Gives every lead that `filter` takes to `add`, in the order in which the file has the last word about each, and counts
/// them. It needs memory as an import does that knows this file: some 70 bytes for each lead.
///
/// # Errors
/// [`TableError`]: the file cannot be read, or `add` fails.
pub fn table(
    results: &Path,
    scope: Scope,
    filter: &Filter,
    numbers: Numbers,
    mut add: impl FnMut(&LeadRow) -> io::Result<()>,
) -> Result<Counts, TableError> {
    let phones = PhoneReader::new();
    let (mut counts, mut failure) = (Counts::new(), None);
    LastStates::read(results, scope)?.each(|state| {
        if !filter.takes(state, &phones) {
            return ControlFlow::Continue(());
        }
        *counts.entry(state.status).or_default() += 1;
        match add(&LeadRow::of(state, &phones, numbers)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failure.map_or(Ok(counts), |error| Err(TableError::Write(error)))
}
