//! Which column of each input is what: the input is looked at, where names alone do not say it, and what was decided is
//! told before anything is sent.
//!
//! The sample comes from the whole file, not from its head: every nth row, with an n that grows with the file. An input
//! that can be read only once is judged by its first rows.

use std::sync::Arc;

use super::plan::{Passes, Plan};
use crate::mapping::{ColumnValues, Dialled, Judged, Mapping, Recognised};
use crate::phone::{PhoneReader, Region};
use crate::run::{RunError, Surroundings};
use crate::source::{Header, Input, Next, Row, Source, SourceOptions};
use crate::upload::{StopKind, StopReason};

/// How many rows are looked at, at most.
const MOST_ROWS: usize = 2000;

/// The longest part of a cell that is looked at, in bytes: what is longer is no phone number, no country and no flag.
const LONGEST_CELL: usize = 300;

/// With fewer digits than these a cell is no phone number.
const FEWEST_DIGITS: usize = 4;

/// How often a person who wants to stop is listened to.
const ROWS_BETWEEN_LOOKS: u64 = 4096;

/// What was recognised in each input, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns(Vec<Option<Arc<Recognised>>>);

impl Columns {
    /// What was recognised in input number `index`; `None` where only its header can say it.
    pub(super) fn of(&self, index: usize) -> Option<&Recognised> {
        self.0.get(index)?.as_deref()
    }

    /// Looks at all inputs, and tells what was decided.
    ///
    /// # Errors
    /// An input cannot be read, or the run was stopped.
    pub(super) fn find(plan: &Plan, inputs: &[Input], around: &Surroundings) -> Result<Self, RunError> {
        let mut phones = None;
        let mut all = Vec::with_capacity(inputs.len());
        for input in inputs {
            let looking = Looking { mapping: &plan.mapping, region: plan.region, around };
            let found = looking.look(input, &plan.source, plan.passes, &mut phones)?;
            if let Some(recognised) = &found {
                around.reporter.columns(&input.name(), recognised.uses());
            }
            all.push(found.map(Arc::new));
        }
        Ok(Self(all))
    }

    /// The same, beside the async work of a run.
    pub(super) async fn find_aside(
        plan: &Arc<Plan>,
        inputs: &[Input],
        around: &Surroundings,
    ) -> Result<Self, RunError> {
        let (plan, inputs, around) = (Arc::clone(plan), inputs.to_vec(), around.clone());
        let finding = tokio::task::spawn_blocking(move || Self::find(&plan, &inputs, &around)).await;
        finding.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

struct Looking<'a> {
    mapping: &'a Mapping,
    region: Option<Region>,
    around: &'a Surroundings,
}

impl Looking<'_> {
    fn look(
        &self,
        input: &Input,
        options: &SourceOptions,
        passes: Passes,
        phones: &mut Option<PhoneReader>,
    ) -> Result<Option<Recognised>, RunError> {
        if !input.can_be_read_again(passes == Passes::Two) {
            return Ok(None);
        }
        let mut source = Source::open(input, options)?;
        if !source.header_may_grow() && !self.mapping.needs_values(source.header()) {
            return Ok(Some(self.mapping.recognise(source.header(), &[])));
        }
        let rows = sample(&mut source, self.around)?.rows;
        let header = Arc::clone(source.header());
        if !self.mapping.needs_values(&header) {
            return Ok(Some(self.mapping.recognise(&header, &[])));
        }
        let phones = phones.get_or_insert_with(PhoneReader::new);
        let values = values(&header, &rows, self.region, phones);
        Ok(Some(self.mapping.recognise(&header, &values)))
    }
}

/// Rows from the whole length of an input.
pub(super) struct Sample {
    pub(super) rows: Vec<Row>,
    /// How many rows there are.
    pub(super) of: u64,
}

/// Every nth row of the whole input.
pub(super) fn sample(source: &mut Source, around: &Surroundings) -> Result<Sample, RunError> {
    let (mut rows, mut stride, mut of) = (Vec::new(), 1_u64, 0_u64);
    let mut row = Row::new();
    loop {
        match source.read(&mut row)? {
            Next::End => return Ok(Sample { rows, of }),
            Next::Bad(_) => continue,
            Next::Row => {}
        }
        if of.is_multiple_of(stride) {
            if rows.len() == MOST_ROWS {
                let mut index = 0_usize;
                rows.retain(|_| {
                    index += 1;
                    !index.is_multiple_of(2)
                });
                stride *= 2;
            }
            if of.is_multiple_of(stride) {
                rows.push(row.clone());
            }
        }
        of += 1;
        if of.is_multiple_of(ROWS_BETWEEN_LOOKS) && around.stop.is_requested() {
            let reason = around.stop.reason();
            return Err(RunError::Stopped(reason.unwrap_or(StopReason::new(StopKind::Interrupted, "interrupted"))));
        }
    }
}

/// What the cells of each column look like.
pub(super) fn values(
    header: &Header,
    rows: &[Row],
    region: Option<Region>,
    phones: &mut PhoneReader,
) -> Vec<ColumnValues> {
    let mut all = vec![ColumnValues::default(); header.len()];
    for row in rows {
        for (index, values) in all.iter_mut().enumerate() {
            let cell = row.get(index).unwrap_or_default();
            values.see(cell, judged(cell, region, phones));
        }
    }
    all
}

fn judged(cell: &str, region: Option<Region>, phones: &mut PhoneReader) -> Judged {
    let cell = cell.trim();
    if cell.is_empty() || cell.len() > LONGEST_CELL {
        return Judged { number: Dialled::No, is_country: false };
    }
    let could_be_number = cell.chars().filter(|c| c.is_numeric()).count() >= FEWEST_DIGITS;
    let number = match could_be_number.then(|| phones.read(cell, region)) {
        Some(Ok(_)) => Dialled::Yes,
        Some(Err(refusal)) if refusal.code == "phone_no_country" => Dialled::NeedsCountry,
        None | Some(Err(_)) => Dialled::No,
    };
    Judged { number, is_country: Region::parse(cell).is_some() }
}
