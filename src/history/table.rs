//! The table: one lead after the other goes to whoever writes it.

use std::collections::BTreeMap;
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
#[derive(Debug)]
pub enum TableError<E> {
    /// The results file cannot be read any more.
    Results(ResultsError),
    /// Whoever takes the rows cannot go on.
    Taker(E),
}

/// The leads that a filter takes. It needs memory as an import does that knows this file: some 100 bytes for each lead.
#[derive(Debug)]
pub struct LeadTable<'a> {
    states: LastStates,
    filter: &'a Filter,
    numbers: Numbers,
}

impl<'a> LeadTable<'a> {
    /// Reads and checks the file as a whole, so that nothing is shown of one that cannot be used.
    ///
    /// # Errors
    /// The file cannot be read or is damaged, or has no such run.
    pub fn read(results: &Path, scope: Scope, filter: &'a Filter, numbers: Numbers) -> Result<Self, ResultsError> {
        Ok(Self { states: LastStates::read(results, scope)?, filter, numbers })
    }

    /// Gives every lead to `take`, in the order in which the file has the last word about each, and counts them.
    ///
    /// # Errors
    /// The file cannot be read any more, or `take` fails.
    pub fn each<E>(self, mut take: impl FnMut(&LeadRow) -> Result<(), E>) -> Result<Counts, TableError<E>> {
        let Self { states, filter, numbers } = self;
        let phones = PhoneReader::new();
        let (mut counts, mut failure) = (Counts::new(), None);
        let read = states.each(|state| {
            if !filter.takes(state, &phones) {
                return ControlFlow::Continue(());
            }
            *counts.entry(state.status).or_default() += 1;
            match take(&LeadRow::of(state, &phones, numbers)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        read.map_err(TableError::Results)?;
        failure.map_or(Ok(counts), |error| Err(TableError::Taker(error)))
    }
}
