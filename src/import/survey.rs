//! One pass over the input: rows prepared, grouped, sorted, in order, up to the limit.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::before::Before;
use super::plan::Plan;
use super::prepare::{PrepareError, Preparing, prepare};
use super::row::Keep;
use super::sort::{FileNames, InDoubt, Sorted, Sorter};
use crate::grouping::{Assembled, Grouper, GroupingOptions, Item};
use crate::platform::Platform;
use crate::results::{Ledger, Recorder};
use crate::run::Places;
use crate::source::Source;
use crate::upload::Stop;

/// What is known of keys: from the results file that is being written, or from one that is only looked at.
pub(super) enum Known {
    Recorded(Arc<Recorder>),
    ReadOnly(Box<Mutex<Ledger>>),
}

impl Known {
    /// The ledger, for one lead at a time.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        match self {
            Self::Recorded(recorder) => recorder.ledger(),
            Self::ReadOnly(ledger) => ledger.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// What a pass needs besides the plan.
pub(super) struct Pass<'a> {
    pub(super) plan: &'a Plan,
    pub(super) places: &'a Places,
    pub(super) platform: &'a dyn Platform,
    pub(super) known: &'a Known,
    pub(super) before: &'a Before,
    pub(super) keep: Keep,
    pub(super) stop: &'a Stop,
}

/// What a pass saw besides the leads that it handed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// How many groups came again, after other rows.
    pub(super) groups_apart: u64,
}

impl Pass<'_> {
    /// Runs over `sources`; `take` gets what was sorted, in order, and may break off.
    ///
    /// # Errors
    /// [`PrepareError`]; what came before it has been handed over.
    pub(super) fn run(
        &self,
        sources: &mut [Source],
        take: &mut dyn FnMut(Sorted) -> ControlFlow<()>,
    ) -> Result<Passed, PrepareError> {
        self.run_seeing(sources, &mut |_| (), take)
    }

    /// The same, where `see` sees every row as it was read, before it is grouped.
    ///
    /// # Errors
    /// As for [`Pass::run`].
    pub(super) fn run_seeing(
        &self,
        sources: &mut [Source],
        see: &mut dyn FnMut(&Item),
        take: &mut dyn FnMut(Sorted) -> ControlFlow<()>,
    ) -> Result<Passed, PrepareError> {
        let plan = self.plan;
        let preparing = Preparing {
            mapping: &plan.mapping,
            columns: &self.before.columns,
            places: self.places,
            region: plan.region,
            numbers: &plan.numbers,
            keep: self.keep,
            group_rows: plan.group_rows,
            stop: self.stop,
        };
        let options = GroupingOptions { strictness: plan.strictness, ..GroupingOptions::default() };
        let mut grouper = Grouper::new(options).without(Arc::clone(&self.before.do_not_call));
        let sorter = self.sorter()?;
        let mut taking = Taking { sorter, known: self.known, names: FileNames::default(), left: plan.limit, take };
        let mut flow = taking.has_room();
        let mut assembled = Vec::new();
        if flow.is_continue() {
            prepare(sources, &preparing, |item: Item| {
                see(&item);
                grouper.push(item, &mut assembled);
                flow = taking.take_all(&mut assembled);
                flow
            })?;
        }
        if flow.is_continue() {
            grouper.finish(&mut assembled);
            let _ = taking.take_all(&mut assembled);
        }
        Ok(Passed { groups_apart: grouper.groups_apart() })
    }

    fn sorter(&self) -> Result<Sorter<'_>, PrepareError> {
        let mut ledger = self.known.ledger();
        ledger.begin_pass();
        Ok(Sorter {
            platform: self.platform,
            duplicates: self.plan.sending.duplicates,
            purpose: self.plan.purpose,
            rejected: self.plan.rejected,
            in_doubt: InDoubt::of(&ledger.doubts()?),
            before: self.before,
        })
    }
}

struct Taking<'a> {
    sorter: Sorter<'a>,
    known: &'a Known,
    names: FileNames,
    /// How many leads may still be read.
    left: Option<u64>,
    take: &'a mut dyn FnMut(Sorted) -> ControlFlow<()>,
}

impl Taking<'_> {
    fn has_room(&self) -> ControlFlow<()> {
        if self.left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn take_all(&mut self, assembled: &mut Vec<Assembled>) -> ControlFlow<()> {
        for lead in assembled.drain(..) {
            self.has_room()?;
            let sorted = self.sorter.sort(lead, &mut self.known.ledger(), &mut self.names);
            if let Some(left) = &mut self.left {
                *left -= 1;
            }
            for one in sorted {
                (self.take)(one)?;
            }
        }
        self.has_room()
    }
}
