//! The inputs of a plan, opened and checked, and where the results of them go.

use std::path::PathBuf;
use std::sync::Arc;

use super::columns::{Columns, Looked};
use super::plan::{Passes, Plan};
use crate::run::{Places, RunError, Surroundings};
use crate::source::{Input, Source};
use crate::target::NO_CAMPAIGN;

/// Where a column names the campaign of each row, the file is the same with and without a campaign for the rest: to add
/// one, as the message about a row without a campaign suggests, must not forget what was sent.
pub(super) fn path_for(plan: &Plan, places: &Places) -> PathBuf {
    let fixed = places.fixed().filter(|_| !plan.mapping.names_campaign());
    let place = fixed.map(|target| target.place.as_str());
    plan.results.path(place.filter(|place| *place != NO_CAMPAIGN))
}

/// Standard input is kept so that it can be read twice.
pub(super) fn readable(plan: &Plan) -> Result<Vec<Input>, RunError> {
    match plan.passes {
        Passes::One => Ok(plan.inputs.clone()),
        Passes::Two => Ok(plan.inputs.iter().cloned().map(Input::readable_twice).collect::<Result<_, _>>()?),
    }
}

/// The same, beside the async work of a run: standard input, and what a program's rows come from, may take their time.
pub(super) async fn readable_aside(plan: &Arc<Plan>, around: &Surroundings) -> Result<Vec<Input>, RunError> {
    let plan = Arc::clone(plan);
    let _busy = around.clock.busy();
    let reading = tokio::task::spawn_blocking(move || readable(&plan)).await;
    reading.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// Opens the inputs that are not open yet, and checks that the mapping fits the headers of all, before anything else happens.
pub(super) fn open_rest(plan: &Plan, inputs: &[Input], looked: Looked) -> Result<(Columns, Vec<Source>), RunError> {
    let Looked { columns, opened } = looked;
    let mut sources = Vec::with_capacity(inputs.len());
    for (input, opened) in inputs.iter().zip(opened) {
        sources.push(match opened {
            Some(source) => source,
            None => Source::open(input, &plan.source)?,
        });
    }
    check(plan, &sources, &columns)?;
    Ok((columns, sources))
}

/// Opens inputs that can be read again.
pub(super) fn open_again(plan: &Plan, inputs: &[Input], columns: &Columns) -> Result<Vec<Source>, RunError> {
    let sources: Vec<_> = inputs.iter().map(|input| Source::open(input, &plan.source)).collect::<Result<_, _>>()?;
    check(plan, &sources, columns)?;
    Ok(sources)
}

fn check(plan: &Plan, sources: &[Source], columns: &Columns) -> Result<(), RunError> {
    for (index, source) in sources.iter().enumerate().filter(|(_, source)| !source.header_may_grow()) {
        let recognised = columns.of(index, &plan.mapping, source.header());
        let bound = plan.mapping.bind_as(source.header(), &recognised);
        bound.map_err(|error| RunError::Mapping(format!("{}: {error}", source.name())))?;
    }
    Ok(())
}
