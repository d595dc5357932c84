//! The inputs of a plan, opened and checked, and where the results of them go.

use std::path::PathBuf;

use super::columns::Columns;
use super::plan::{Passes, Plan};
use crate::run::{Places, RunError};
use crate::source::{Input, Source};

/// Where a column names the campaign of each row, the file is the same with and without a campaign for the rest: to add
/// one, as the message about a row without a campaign suggests, must not forget what was sent.
pub(super) fn path_for(plan: &Plan, places: &Places) -> PathBuf {
    let fixed = places.fixed().filter(|_| !plan.mapping.names_campaign());
    plan.results.path(fixed.map(|target| target.place.as_str()))
}

/// Standard input is kept so that it can be read twice.
pub(super) fn readable(plan: &Plan) -> Result<Vec<Input>, RunError> {
    match plan.passes {
        Passes::One => Ok(plan.inputs.clone()),
        Passes::Two => Ok(plan.inputs.iter().cloned().map(Input::readable_twice).collect::<Result<_, _>>()?),
    }
}

/// Opens the inputs and checks that the mapping fits their headers, before anything else happens.
pub(super) fn open_all(plan: &Plan, inputs: &[Input], columns: &Columns) -> Result<Vec<Source>, RunError> {
    let mut sources = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let source = Source::open(input, &plan.source)?;
        if !source.header_may_grow() {
            let bound = match columns.of(index) {
                Some(recognised) => plan.mapping.bind_as(source.header(), recognised),
                None => plan.mapping.bind(source.header()),
            };
            bound.map_err(|error| RunError::Mapping(format!("{}: {error}", source.name())))?;
        }
        sources.push(source);
    }
    Ok(sources)
}
