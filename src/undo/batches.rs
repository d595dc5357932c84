//! Leads are deleted in batches, each so small that what the platform showed of its leads is not old when their turn comes.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::choose::{Begun, Candidate};
use super::deleting::{Counted, Log};
use super::flow::World;
use super::look::Sorted;
use crate::clock::Moment;
use crate::lead::LeadKey;
use crate::run::look_up;
use crate::upload::{Deleter, Deletion, StopKind, StopReason};

/// A lead that was looked at longer ago than this is looked at again before it is deleted: somebody may have been called.
const LOOK_HOLDS: Duration = Duration::from_mins(1);

/// The most leads of a batch.
const MOST_IN_A_BATCH: usize = 1000;

/// Half of the time that a look holds is for looking at a batch, half for deleting it.
fn batch_size(spacing: Duration) -> usize {
    let fit = (LOOK_HOLDS / 2).as_nanos().checked_div(spacing.as_nanos()).unwrap_or(u128::MAX);
    usize::try_from(fit).unwrap_or(usize::MAX).clamp(1, MOST_IN_A_BATCH)
}

/// Deletes what is to be deleted of `sorted`, which was looked at at `surveyed`, and records of open deletions that their
/// leads are kept.
pub(super) async fn delete(world: &World<'_>, run: &str, sorted: Sorted, surveyed: Moment) -> Counted {
    let Sorted { to_delete, left, unclear } = sorted;
    let begun = left.iter().filter(|(candidate, _)| candidate.begun == Begun::Before);
    let told: Vec<&Candidate> = to_delete.iter().chain(begun.clone().map(|(candidate, _)| candidate)).collect();
    let log = Arc::new(world.log(run, &told));
    for (candidate, reason) in begun {
        stop_if_failed(world, log.keep(candidate, reason).await);
    }
    log.stay_open(unclear.len() as u64);
    let batches = Batches { world, deleter: deleter(world, run, &log), log: &log, surveyed };
    batches.delete_all(to_delete.into()).await;
    log.counted()
}

struct Batches<'a> {
    world: &'a World<'a>,
    deleter: Deleter,
    log: &'a Log,
    surveyed: Moment,
}

impl Batches<'_> {
    async fn delete_all(&self, mut waiting: VecDeque<Candidate>) {
        let line = &self.world.connected.line;
        let size = batch_size(line.pace().spacing());
        while !waiting.is_empty() && !line.stop().is_requested() {
            let mut batch: Vec<Candidate> = waiting.drain(..size.min(waiting.len())).collect();
            let mut until = self.surveyed.saturating_add(LOOK_HOLDS);
            if line.clock().now() > until {
                let Some(still) = self.look_again(&batch).await else { return };
                batch = still;
                until = line.clock().now().saturating_add(LOOK_HOLDS);
            }
            let late = self.deleter.run(batch.iter().filter_map(deletion).collect(), until).await;
            let late: HashSet<LeadKey> = late.into_iter().collect();
            for candidate in batch.into_iter().rev().filter(|candidate| late.contains(&candidate.made.key)) {
                waiting.push_front(candidate);
            }
        }
    }

    /// Those that are to be deleted still; of the others it is recorded why not. None where the run is stopped.
    async fn look_again(&self, batch: &[Candidate]) -> Option<Vec<Candidate>> {
        let Sorted { to_delete, left, unclear } = self.world.look(batch).await.ok()?;
        for (candidate, reason) in &left {
            stop_if_failed(self.world, self.log.keep(candidate, reason).await);
            self.log.count_kept(reason);
        }
        self.log.stay_open(unclear.len() as u64);
        Some(to_delete)
    }
}

fn stop_if_failed(world: &World<'_>, recorded: Result<(), crate::upload::RecordFailed>) {
    if let Err(error) = recorded {
        world.around.stop.request(StopReason::new(StopKind::Results, error.to_string()));
    }
}

fn deleter(world: &World<'_>, run: &str, log: &Arc<Log>) -> Deleter {
    let watch = world.watch();
    let look_up = Arc::new(look_up(world.connected, world.results, run, Arc::clone(&watch)));
    let sending = &world.plan.recorded.sending;
    Deleter::new(
        Arc::clone(&world.connected.platform),
        Arc::clone(&world.connected.line),
        look_up,
        Arc::clone(log) as _,
        watch,
        (sending.concurrency, sending.max_in_doubt),
    )
}

fn deletion(candidate: &Candidate) -> Option<Deletion> {
    let made = &candidate.made;
    Some(Deletion {
        key: made.key,
        target: Arc::clone(&made.target),
        identity: made.identity.clone(),
        id: made.id.clone()?,
        begun_before: candidate.begun == Begun::Before,
        shown: candidate.shown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_looked_at_and_deleted_while_its_look_holds_and_is_never_empty() {
        for (spacing, size) in [(0, 1000), (20, 1000), (1000, 30), (20_000, 1), (60_600, 1)] {
            let spacing = Duration::from_millis(spacing);
            assert_eq!(batch_size(spacing), size, "{spacing:?}");
        }
    }
}
