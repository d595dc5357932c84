//! Random stories of runs and crashes against an oracle that is too simple to be wrong.

use std::collections::HashMap;
use std::io::Write;

use proptest::prelude::*;

use super::super::faulty::{Fault, FaultyDisk};
use super::super::recovery::scan;
use super::*;

/// Something that happens to one of four leads, or to the run.
#[derive(Debug, Clone, Copy)]
enum Step {
    Send(u32),
    Answer(u32, Status),
    LookUp(u32, Status),
    Delete(u32),
    /// The process is killed, perhaps in the middle of a line; then it is started again.
    Kill(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let answers = prop::sample::select(Status::ALL.to_vec());
    let finds = prop::sample::select(vec![Status::Created, Status::Exists, Status::Unsent]);
    let step = prop_oneof![
        5 => (0..4_u32).prop_map(Step::Send),
        6 => (0..4_u32, answers).prop_map(|(i, status)| Step::Answer(i, status)),
        3 => (0..4_u32, finds).prop_map(|(i, status)| Step::LookUp(i, status)),
        1 => (0..4_u32).prop_map(Step::Delete),
        2 => (0..60_usize).prop_map(Step::Kill),
    ];
    prop::collection::vec(step, 0..60)
}

/// What an onlooker would say of a lead: is an answer owed, and may the platform have it?
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Truth {
    on_platform: bool,
    /// The run of the attempt without an answer.
    open: Option<usize>,
    refused: bool,
}

impl Truth {
    fn may_be_sent(&self) -> bool {
        !self.on_platform && self.open.is_none()
    }

    /// What a line that was accepted means.
    fn learn(&mut self, step: Step, run: usize) {
        match step {
            Step::Send(_) => self.open = Some(run),
            Step::Answer(_, Status::Created | Status::Exists) | Step::LookUp(_, Status::Created | Status::Exists) => {
                (self.on_platform, self.open) = (true, None);
            }
            Step::Answer(_, Status::Rejected) if self.open.is_some() => (self.refused, self.open) = (true, None),
            Step::Answer(_, Status::Undone) => self.on_platform = false,
            Step::LookUp(..) => self.open = None,
            Step::Answer(..) | Step::Delete(_) | Step::Kill(_) => {}
        }
    }
}

struct Story {
    path: PathBuf,
    recorder: Option<Recorder>,
    run: usize,
    truth: HashMap<u32, Truth>,
}

impl Story {
    fn restart(&mut self) {
        self.run += 1;
        let (recorder, _) = open(&self.path).unwrap();
        recorder.record(&super::run(&self.run.to_string())).unwrap().wait().unwrap();
        self.recorder = Some(recorder);
    }

    /// Writes a line; true where it was allowed.
    fn record(&self, line: &Line<'_>) -> bool {
        let recorder = self.recorder.as_ref().unwrap();
        recorder.record(line).map(|durable| durable.wait().unwrap()).is_ok()
    }

    fn take(&mut self, step: Step) {
        let name = self.run.to_string();
        let (i, line) = match step {
            Step::Send(i) => (i, Line::Sending(sending(i, &name))),
            // A graceful stop closes an attempt this way; that is told apart below.
            Step::Answer(i, status) => (i, Line::Lead(lead(i, status, &name))),
            Step::LookUp(i, status) => (i, Line::Lead(settled(i, status, SettledBy::LookUp, &name))),
            Step::Delete(i) => (i, deleting(i, &name)),
            Step::Kill(torn) => return self.kill(torn),
        };
        let under_way = matches!(self.state(i), Some(State::Sending(_)));
        let allowed = self.record(&line);
        let truth = self.truth.entry(i).or_default();
        if let Step::Send(_) = step {
            assert_eq!(allowed, truth.may_be_sent(), "sending {i}: {truth:?}");
        }
        if !allowed {
            return;
        }
        if matches!(step, Step::Answer(_, Status::Unsent)) && under_way {
            truth.open = None;
        }
        truth.learn(step, self.run);
    }

    fn kill(&mut self, torn: usize) {
        self.recorder = None;
        let text = Line::Sending(sending(9, "torn")).encode().unwrap();
        let mut file = std::fs::OpenOptions::new().append(true).open(&self.path).unwrap();
        file.write_all(&text.as_bytes()[..torn]).unwrap();
        drop(file);
        self.restart();
    }

    fn state(&self, i: u32) -> Option<State> {
        state(&self.recorder.as_ref().unwrap().ledger(), i)
    }

    fn check(&self, ledger: &Ledger) {
        for (i, truth) in &self.truth {
            let sendable = ledger.sendable(key(*i)) == Sendable::Yes;
            assert_eq!(sendable, truth.may_be_sent(), "lead {i}: {truth:?}, {:?}", ledger.known(key(*i)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn through_any_story_a_lead_may_be_sent_only_where_nothing_of_it_can_be_on_the_platform(steps in steps()) {
        let folder = folder();
        let path = folder.path().join("story.results.jsonl");
        let mut story = Story { path: path.clone(), recorder: None, run: 0, truth: HashMap::new() };
        story.restart();
        for step in steps {
            story.take(step);
            story.check(&story.recorder.as_ref().unwrap().ledger());
        }
        story.recorder = None;
        let (ledger, recovery) = read(&path).unwrap();
        prop_assert_eq!(recovery.cut, None);
        story.check(&ledger);
        let doubts = ledger.doubts().unwrap();
        let open = story.truth.values().filter(|truth| truth.open.is_some()).count();
        prop_assert_eq!(doubts.len(), open);
    }

    #[test]
    fn after_a_loss_of_power_all_that_was_acknowledged_is_read_again_and_nothing_is_called_corrupt(
        batches in prop::collection::vec(1..5_u32, 1..6),
        page in 1..400_usize,
        length in any::<usize>(),
        survivors in any::<u64>(),
    ) {
        // The power fails while the last batch waits for its sync.
        let (disk, calls) = FaultyDisk::new(Some(Fault::SyncFails(batches.len() + 1)));
        let journal = Journal::start(Path::new("image"), Box::new(disk), 0, Clock::system()).unwrap();
        let recorder = Recorder::new(journal, Ledger::new());
        recorder.record(&run("a")).unwrap().wait().unwrap();
        let mut acknowledged = 1;
        let mut i = 0;
        for batch in batches {
            let waiting: Vec<_> = (0..batch).map(|_| {
                i += 1;
                recorder.record(&Line::Sending(sending(i, "a"))).unwrap()
            }).collect();
            acknowledged += waiting.into_iter().filter_map(|durable| durable.wait().ok()).count() as u64;
        }
        drop(recorder);
        let image = calls.lock().unwrap().after_power_loss(page, length, |page| survivors >> (page % 64) & 1 == 1);
        let scan = scan(Path::new("image"), &*image, &mut Ledger::new()).unwrap();
        prop_assert!(scan.recovery.lines >= acknowledged, "{} of {acknowledged}", scan.recovery.lines);
    }
}
