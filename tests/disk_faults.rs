//! The disk under the results file fails at every single operation of an import, in every way.

use leadload::sandbox::{Fault, Faults};

use crate::harness::dice::{Cell, any_seed, cell};
use crate::harness::failing_disk::{DiskFailure, DiskScript};
use crate::harness::in_process::{World, csv, in_parallel, numbers, simulated, states_in};

const LEADS: usize = 8;

/// At most so many operations has an import of so many leads: three for each batch of lines, and hardly a batch has only
/// one line. Its end is walked over, too.
const OPERATIONS: usize = 66;

/// An import on this disk, then another on a good one, compared with the sandbox.
fn survives(failure: DiskFailure, at: usize, seed: u64) {
    simulated(async |clock| {
        let world = World::new(&clock, |options| {
            options.create_faults = Faults::script([None, Some(Fault::ResetAfter), None, Some(Fault::ResetBefore)]);
        })
        .await;
        let expected = numbers(LEADS);
        world.input(&csv(&expected));
        let disk = DiskScript::new(failure, at);
        let ran = world.import().workers(2).on(&disk).run().await;
        assert_eq!(ran.ended().failure.is_some(), disk.has_failed(), "{:?} {}", ran.ended().failure, ran.said);
        assert_eq!(disk.writes_after_failure(), 0, "something was written after the failure");
        assert_nothing_undurable_was_sent(&world, &disk);
        if failure == DiskFailure::PowerLost {
            let image = disk.image(&mut fastrand::Rng::with_seed(seed));
            std::fs::write(world.results(), image).unwrap();
        }
        if is_begun(&disk) {
            finish(&world).await;
        } else {
            // A file whose very first line is in pieces may be refused as somebody else's: then nobody was called.
            assert!(world.sandbox.leads().is_empty());
            let _ = world.import().run().await.result.inspect_err(|_| std::fs::remove_file(world.results()).unwrap());
            finish(&world).await;
        }
        world.assert_exactly_once(&expected);
    });
}

/// Whether the line with which the run began is durable.
fn is_begun(disk: &DiskScript) -> bool {
    !disk.durable().is_empty()
}

/// The same import on a good disk. Where nobody was on the platform but one lead in doubt, the first one settles that at its
/// end, when somebody shows that look-ups work; the second sends it.
async fn finish(world: &World) {
    let ran = world.import().run().await;
    let ran = if ran.is_done() { ran } else { world.import().run().await };
    assert!(ran.is_done(), "{} {}", ran.why_stopped(), ran.said);
}

/// Everybody on the platform has a line that survives any loss of power.
fn assert_nothing_undurable_was_sent(world: &World, disk: &DiskScript) {
    let recorded = states_in(&disk.durable());
    for lead in world.sandbox.leads() {
        let phone = lead.phone.unwrap();
        assert!(recorded.contains_key(&phone), "{phone} was sent before its line was durable");
    }
}

fn at_operations(operations: impl Iterator<Item = usize>, failure: impl Fn(u64) -> DiskFailure) {
    let seed = any_seed();
    let cells = operations.map(|at| -> Cell {
        let mixed = seed.wrapping_add(at as u64);
        let failure = failure(mixed);
        let name = format!("{failure:?} at operation {at}, LEADLOAD_TEST_SEED={seed}");
        cell(name, move || survives(failure, at, mixed))
    });
    in_parallel(cells.collect());
}

#[test]
fn a_write_or_sync_that_fails_at_any_operation_stops_the_run_before_the_next_send() {
    at_operations(1..=OPERATIONS, |_| DiskFailure::Once);
}

#[test]
fn a_write_that_is_cut_short_at_any_operation_stops_the_run_before_the_next_send() {
    // Of three operations the first is the write.
    let writes = (1..=OPERATIONS).step_by(3);
    at_operations(writes, |seed| DiskFailure::Short(fastrand::Rng::with_seed(seed).usize(1..400)));
}

#[test]
fn power_lost_at_any_operation_with_any_part_of_the_last_lines_on_disk_loses_nobody_and_calls_nobody_twice() {
    at_operations(1..=OPERATIONS, |_| DiskFailure::PowerLost);
}
