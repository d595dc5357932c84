//! Which column of each input is what: the input is looked at, where names alone do not say it, and what was decided is
//! told before anything is sent.
//!
//! The sample comes from the whole file, not from its head: every nth row, with an n that grows with the file. An input
//! that can be read only once is judged by its first rows, which are kept and sent as if they were read then. How many these
//! are depends on nothing but what is in the input, never on the time that it takes: the same command must find the same
//! columns again, since the number that is called is part of the lead's key.

use std::borrow::Cow;
use std::sync::Arc;

use super::plan::{Passes, Plan};
use crate::mapping::{ColumnValues, Dialled, Judged, Mapping, Recognised};
use crate::phone::{PhoneReader, Region};
use crate::run::{RunError, Surroundings};
use crate::source::{Header, Input, Next, Row, Source};
use crate::upload::{StopKind, StopReason};

/// How many rows are looked at, at most.
const MOST_ROWS: usize = 2000;

/// The longest part of a cell that is looked at, in bytes: what is longer is no phone number, no country and no flag.
const LONGEST_CELL: usize = 300;

/// With fewer digits than these a cell is no phone number.
const FEWEST_DIGITS: usize = 4;

/// How much memory the first rows of an input that can be read only once may take before no more are waited for.
const MOST_BYTES_AHEAD: usize = 8 << 20;

/// How often a person who wants to stop is listened to.
const ROWS_BETWEEN_LOOKS: u64 = 4096;

/// What was recognised in each input, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns(Vec<Arc<Found>>);

#[derive(Debug)]
struct Found {
    recognised: Recognised,
    /// How many columns were looked at, where more may come of which only names are known.
    looked_at: Option<usize>,
}

/// The inputs as they were looked at.
pub(super) struct Looked {
    pub(super) columns: Columns,
    /// Those that can be read only once, opened, with the rows that were looked at in them.
    pub(super) opened: Vec<Option<Source>>,
}

impl Columns {
    /// What is recognised in input number `index`, whose header is `header` by now.
    pub(super) fn of(&self, index: usize, mapping: &Mapping, header: &Header) -> Cow<'_, Recognised> {
        let Some(found) = self.0.get(index) else { return Cow::Owned(mapping.recognise(header, &[])) };
        match found.looked_at {
            Some(looked_at) if looked_at < header.len() => {
                let late = header.names().get(looked_at..).unwrap_or_default();
                Cow::Owned(found.recognised.with_late(&mapping.recognise(header, &[]), late))
            }
            _ => Cow::Borrowed(&found.recognised),
        }
    }

    /// Those columns of input number `index` that came after the rows that were looked at.
    pub(super) fn late<'a>(&self, index: usize, header: &'a Header) -> &'a [String] {
        let looked_at = self.0.get(index).and_then(|found| found.looked_at);
        looked_at.and_then(|looked_at| header.names().get(looked_at..)).unwrap_or_default()
    }

    /// Looks at all inputs, and tells what was decided.
    ///
    /// # Errors
    /// An input cannot be read, or the run was stopped.
    pub(super) fn find(plan: &Plan, inputs: &[Input], around: &Surroundings) -> Result<Looked, RunError> {
        let mut looking = Looking { plan, around, phones: None };
        let mut looked = Looked { columns: Self::default(), opened: Vec::with_capacity(inputs.len()) };
        for input in inputs {
            let (found, opened) = looking.look(input)?;
            around.reporter.columns(&input.name(), found.recognised.uses());
            looked.columns.0.push(Arc::new(found));
            looked.opened.push(opened);
        }
        Ok(looked)
    }

    /// The same, beside the async work of a run.
    pub(super) async fn find_aside(
        plan: &Arc<Plan>,
        inputs: &[Input],
        around: &Surroundings,
    ) -> Result<Looked, RunError> {
        let (plan, inputs, around) = (Arc::clone(plan), inputs.to_vec(), around.clone());
        let finding = tokio::task::spawn_blocking(move || Self::find(&plan, &inputs, &around)).await;
        finding.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

struct Looking<'a> {
    plan: &'a Plan,
    around: &'a Surroundings,
    phones: Option<PhoneReader>,
}

impl Looking<'_> {
    fn look(&mut self, input: &Input) -> Result<(Found, Option<Source>), RunError> {
        let is_read_once = !input.can_be_read_again(self.plan.passes == Passes::Two);
        if is_read_once {
            tell_that_rows_are_waited_for(input, self.around);
        }
        let mut source = Source::open(input, &self.plan.source)?;
        if is_read_once {
            let found = self.look_at_first_rows(&mut source)?;
            return Ok((found, Some(source)));
        }
        let rows = if self.needs_rows(&source) { sample(&mut source, self.around)?.rows } else { Vec::new() };
        let recognised = self.recognise(source.header(), &rows);
        Ok((Found { recognised, looked_at: None }, None))
    }

    /// Of an input that can be read only once. What was looked at stays in `source`.
    fn look_at_first_rows(&mut self, source: &mut Source) -> Result<Found, RunError> {
        if self.needs_rows(source) {
            read_first_rows(source, self.around)?;
        }
        let header = Arc::clone(source.header());
        let recognised = self.recognise(&header, source.rows_ahead());
        if source.header_may_grow() {
            // A table is held against the mapping anyway. Here a column may still come, but nothing would call it.
            let bound = self.plan.mapping.bind_so_far_as(&header, &recognised);
            let checked = bound.and_then(|bound| bound.require_recognised());
            checked.map_err(|error| RunError::Mapping(format!("{}: {error}", source.name())))?;
        }
        Ok(Found { recognised, looked_at: source.header_may_grow().then_some(header.len()) })
    }

    fn needs_rows(&self, source: &Source) -> bool {
        source.header_may_grow() || self.plan.mapping.needs_values(source.header())
    }

    fn recognise<'r>(&mut self, header: &Header, rows: impl IntoIterator<Item = &'r Row>) -> Recognised {
        if !self.plan.mapping.needs_values(header) {
            return self.plan.mapping.recognise(header, &[]);
        }
        let phones = self.phones.get_or_insert_with(PhoneReader::new);
        self.plan.mapping.recognise(header, &values(header, rows, self.plan.region, phones))
    }
}

/// Whoever writes into a pipe by hand should know why nothing happens.
fn tell_that_rows_are_waited_for(input: &Input, around: &Surroundings) {
    let name = if *input == Input::Stdin { "standard input".to_owned() } else { input.name() };
    let rows = crate::report::count(MOST_ROWS as u64);
    around.reporter.console().note(&format!(
        "{name} is read only once: its first {rows} rows, or all of them, are looked at before anything is sent"
    ));
}

/// The first rows of an input, which are kept in it.
fn read_first_rows(source: &mut Source, around: &Surroundings) -> Result<(), RunError> {
    while source.count_ahead() < MOST_ROWS && source.bytes_ahead() < MOST_BYTES_AHEAD && source.look_ahead()? {
        if around.stop.is_requested() {
            return Err(stopped(around));
        }
    }
    Ok(())
}

fn stopped(around: &Surroundings) -> RunError {
    let reason = around.stop.reason();
    RunError::Stopped(reason.unwrap_or(StopReason::new(StopKind::Interrupted, "interrupted")))
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
            return Err(stopped(around));
        }
    }
}

/// What the cells of each column look like.
pub(super) fn values<'r>(
    header: &Header,
    rows: impl IntoIterator<Item = &'r Row>,
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
