//! Claims about appending: order, group commit, the lock, and disks that fail.

use std::fs;
use std::sync::mpsc;

use super::super::faulty::{Fault, FaultyDisk};
use super::super::recovery::{HEAD, scan};
use super::*;

fn on(disk: FaultyDisk) -> Recorder {
    let journal = Journal::start(Path::new("test.results.jsonl"), Box::new(disk), 0, Clock::system()).unwrap();
    Recorder::new(journal, Ledger::new())
}

#[derive(serde::Deserialize)]
struct Numbered {
    n: u64,
    d: u64,
}

#[test]
fn lines_are_numbered_and_say_what_was_durable_before_them() {
    let folder = folder();
    let text = fs::read_to_string(small_file(&folder)).unwrap();
    for (index, line) in (1..).zip(text.lines()) {
        let numbers: Numbered = serde_json::from_str(line).unwrap();
        assert_eq!((numbers.n, numbers.d), (index, index - 1));
    }
    assert!(text.as_bytes().starts_with(HEAD));
}

#[test]
fn a_second_process_is_refused_until_the_first_is_done() {
    let folder = folder();
    let path = small_file(&folder);
    let (recorder, _) = open(&path).unwrap();
    let error = open(&path).map(|_| ()).unwrap_err();
    assert!(matches!(error, ResultsError::Locked { .. }));
    assert!(error.to_string().contains("another leadload is running"), "{error}");
    recorder.close().unwrap();
    open(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn a_new_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let mode = fs::metadata(small_file(&folder)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn one_sync_serves_all_who_wait() {
    let (open_gate, gate) = mpsc::channel();
    let (disk, calls) = FaultyDisk::new(None);
    let recorder = on(disk.gated(gate));
    let first = recorder.record(&run("a")).unwrap();
    while calls.lock().unwrap().appends == 0 {
        tokio::task::yield_now().await;
    }
    let rest: Vec<_> = (0..64).map(|i| recorder.record(&Line::Sending(sending(i, "a"))).unwrap()).collect();
    open_gate.send(()).unwrap();
    open_gate.send(()).unwrap();
    first.await.unwrap();
    for waiter in rest {
        waiter.await.unwrap();
    }
    let calls = calls.lock().unwrap();
    assert_eq!((calls.appends, calls.syncs), (2, 2));
}

#[test]
fn a_line_whose_waiter_is_gone_is_written_all_the_same() {
    let (disk, calls) = FaultyDisk::new(None);
    let recorder = on(disk);
    drop(recorder.record(&run("a")).unwrap());
    recorder.close().unwrap();
    let calls = calls.lock().unwrap();
    assert_eq!(calls.durable, calls.bytes.len());
    assert_ne!(calls.durable, 0);
}

#[test]
fn after_any_fault_nothing_more_is_written_and_every_waiter_hears_of_it() {
    let faults = (1..=5).flat_map(|at| {
        let short = [0, 1, 40, 90].map(|bytes| Fault::ShortWrite(at, bytes));
        [Fault::FullDisk(at), Fault::SyncFails(at), Fault::Gone(at)].into_iter().chain(short).map(move |f| (at, f))
    });
    for (at, fault) in faults {
        let (disk, calls) = FaultyDisk::new(Some(fault));
        let recorder = on(disk);
        let mut stored_at_failure = None;
        for i in 1..=6 {
            let line = if i == 1 { run("a") } else { Line::Sending(sending(u32::try_from(i).unwrap(), "a")) };
            let outcome = recorder.record(&line).unwrap().wait();
            assert_eq!(outcome.is_ok(), i < at, "{fault:?}, line {i}");
            if i >= at {
                let stored = calls.lock().unwrap().bytes.len();
                assert_eq!(stored, *stored_at_failure.get_or_insert(stored), "{fault:?}: written after the failure");
                assert!(recorder.failure().is_some());
            }
        }
        let error = recorder.close().map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("nothing more is sent"), "{error}");

        // What is on the disk then is read again up to the last complete line, and all that was acknowledged is there.
        let bytes = calls.lock().unwrap().bytes.clone();
        let scan = scan(Path::new("image"), &*bytes, &mut Ledger::new()).unwrap();
        assert!(scan.recovery.lines >= at as u64 - 1, "{fault:?}");
    }
}

#[test]
fn a_file_deleted_or_replaced_under_a_run_stops_it() {
    for replaced in [false, true] {
        let folder = folder();
        let path = small_file(&folder);
        let (recorder, _) = open(&path).unwrap();
        recorder.record(&run("b")).unwrap().wait().unwrap();
        if replaced {
            let other = folder.path().join("other");
            fs::copy(&path, &other).unwrap();
            fs::rename(other, &path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let failed = recorder.record(&Line::Sending(sending(9, "b"))).unwrap().wait().unwrap_err();
        assert!(failed.is_displaced(), "{failed}");
        recorder.record(&Line::Sending(sending(8, "b"))).unwrap().wait().unwrap_err();
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_not_a_panic() {
    let error = open(Path::new("/nowhere at all/x.results.jsonl")).map(|_| ()).unwrap_err();
    assert!(matches!(error, ResultsError::Io { .. }), "{error}");
    let folder = folder();
    assert!(open(folder.path()).is_err());
}

#[tokio::test]
async fn simulated_time_stands_still_until_a_line_is_durable() {
    let clock = Clock::simulated(at(0));
    let (open_gate, gate) = mpsc::channel();
    let (disk, calls) = FaultyDisk::new(None);
    let disk = Box::new(disk.gated(gate));
    let journal = Journal::start(Path::new("test.results.jsonl"), disk, 0, clock.clone()).unwrap();
    let durable = journal.append(&run("a"));
    let driver = tokio::spawn({
        let clock = clock.clone();
        async move { clock.auto_advance().await }
    });
    let sleeper = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep(std::time::Duration::from_mins(1)).await }
    });
    while calls.lock().unwrap().appends == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..300 {
        tokio::task::yield_now().await;
    }
    assert_eq!(clock.now(), std::time::Duration::ZERO);
    open_gate.send(()).unwrap();
    durable.await.unwrap();
    sleeper.await.unwrap();
    driver.abort();
}
