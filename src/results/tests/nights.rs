//! Nights of imports that are killed, with inputs that change between them, against two oracles: the platform itself, and
//! the plainest reading of the file. After each night the file is torn at every byte that a loss of power could take.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::super::recovery::scan;
use super::*;

const LEADS: u32 = 5;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reply {
    Created,
    CreatedUnheard,
    NeverArrived,
    Refused,
    NotSent,
}

/// One run of the program.
#[derive(Debug, Clone)]
struct Night {
    /// Lead and version of each row: what was edited, sorted, added and taken out shows only here.
    input: Vec<(u32, u32)>,
    /// In turn, for each request.
    replies: Vec<Reply>,
    /// How many requests are under way at once.
    workers: usize,
    /// A lead that is deleted again, where it is there.
    undo: Option<u32>,
    /// After so many lines it is killed.
    killed_after: usize,
    /// Which of the bytes that may be lost are.
    torn: usize,
}

fn nights() -> impl Strategy<Value = Vec<Night>> {
    let replies = vec![
        Reply::Created,
        Reply::Created,
        Reply::CreatedUnheard,
        Reply::NeverArrived,
        Reply::Refused,
        Reply::NotSent,
    ];
    let night = (
        prop::collection::vec((0..LEADS, 0..3_u32), 0..8),
        prop::collection::vec(prop::sample::select(replies), 1..8),
        1..4_usize,
        prop::option::of(0..LEADS),
        1..30_usize,
        any::<usize>(),
    )
        .prop_map(|(input, replies, workers, undo, killed_after, torn)| Night {
            input,
            replies,
            workers,
            undo,
            killed_after,
            torn,
        });
    prop::collection::vec(night, 1..5)
}

/// The run was killed.
struct Killed;

struct World {
    path: PathBuf,
    /// The version of each lead that is there.
    platform: HashMap<u32, u32>,
    run: usize,
    /// How many lines may still be written tonight.
    breath: usize,
    /// How many bytes of the file survive whatever happens.
    safe: usize,
    requests: usize,
}

impl World {
    fn new(folder: &TempDir) -> Self {
        let path = folder.path().join("nights.results.jsonl");
        Self { path, platform: HashMap::new(), run: 0, breath: 0, safe: 0, requests: 0 }
    }

    fn name(&self) -> String {
        self.run.to_string()
    }

    /// Appends a line, perhaps the last one tonight.
    fn record(&mut self, recorder: &Recorder, line: &Line<'_>) -> Result<Durable, Killed> {
        self.breath = self.breath.checked_sub(1).ok_or(Killed)?;
        Ok(recorder.record(line).unwrap())
    }

    /// The same for a line that must be durable before anything else happens.
    fn record_durably(&mut self, recorder: &Recorder, line: &Line<'_>) -> Result<(), Killed> {
        self.record(recorder, line)?.wait().unwrap();
        self.safe = std::fs::read(&self.path).unwrap().len();
        Ok(())
    }

    fn pass(&mut self, night: &Night) {
        self.run += 1;
        self.breath = night.killed_after;
        self.safe = std::fs::read(&self.path).map_or(0, |bytes| bytes.len());
        let (recorder, _) = open(&self.path).unwrap();
        let ended = self.work(&recorder, night);
        recorder.close().unwrap();
        if ended.is_ok() {
            self.safe = std::fs::read(&self.path).unwrap().len();
        }
        self.tear(night.torn);
    }

    fn work(&mut self, recorder: &Recorder, night: &Night) -> Result<(), Killed> {
        let name = self.name();
        self.record_durably(recorder, &super::run(&name))?;
        self.finish_deletions(recorder)?;
        self.settle(recorder)?;
        self.undo(recorder, night.undo)?;
        let mut seen = HashSet::new();
        let rows: Vec<_> = night.input.iter().copied().filter(|(i, _)| seen.insert(*i)).collect();
        for together in rows.chunks(night.workers) {
            self.send(recorder, night, together)?;
        }
        Ok(())
    }

    fn finish_deletions(&mut self, recorder: &Recorder) -> Result<(), Killed> {
        let name = self.name();
        let open = recorder.ledger().open_deletions().unwrap();
        for deletion in open {
            let i = deletion.id.parse().unwrap();
            self.platform.remove(&i);
            drop(self.record(recorder, &Line::Lead(lead(i, Status::Undone, &name)))?);
        }
        Ok(())
    }

    /// Looks up what is in doubt.
    fn settle(&mut self, recorder: &Recorder) -> Result<(), Killed> {
        let name = self.name();
        let doubts = recorder.ledger().doubts().unwrap();
        for doubt in doubts {
            let i = number_of(doubt.key);
            let found = if self.platform.contains_key(&i) { Status::Created } else { Status::Unsent };
            let line = LeadLine { request: Some(doubt.request), ..settled(i, found, SettledBy::LookUp, &name) };
            drop(self.record(recorder, &Line::Lead(line))?);
        }
        Ok(())
    }

    fn undo(&mut self, recorder: &Recorder, undo: Option<u32>) -> Result<(), Killed> {
        let name = self.name();
        let Some(i) = undo.filter(|i| matches!(state(&recorder.ledger(), *i), Some(State::Created(_)))) else {
            return Ok(());
        };
        self.record_durably(recorder, &deleting(i, &name))?;
        self.platform.remove(&i);
        drop(self.record(recorder, &Line::Lead(lead(i, Status::Undone, &name)))?);
        Ok(())
    }

    /// Sends these leads, as far as they may be sent: announced first, answered later, and nobody waits for the outcomes.
    fn send(&mut self, recorder: &Recorder, night: &Night, leads: &[(u32, u32)]) -> Result<(), Killed> {
        let name = self.name();
        let mut under_way = Vec::new();
        for (i, version) in leads {
            if recorder.ledger().sendable(key(*i)) == Sendable::Yes {
                let line = SendingLine { request: version_of(*i, *version), ..sending(*i, &name) };
                self.record_durably(recorder, &Line::Sending(line))?;
                under_way.push((*i, *version));
            }
        }
        for (i, version) in under_way {
            let reply = night.replies[self.requests % night.replies.len()];
            self.requests += 1;
            if matches!(reply, Reply::Created | Reply::CreatedUnheard) {
                assert_eq!(self.platform.insert(i, version), None, "lead {i} is created twice");
            }
            let status = match reply {
                Reply::Created => Status::Created,
                Reply::CreatedUnheard | Reply::NeverArrived => Status::InDoubt,
                Reply::Refused => Status::Rejected,
                Reply::NotSent => Status::Unsent,
            };
            let line = LeadLine { request: Some(version_of(i, version)), ..lead(i, status, &name) };
            drop(self.record(recorder, &Line::Lead(line))?);
        }
        Ok(())
    }

    /// Tears the file at every byte that may be lost, asks what would be sent then, and goes on with one of them.
    fn tear(&self, torn: usize) {
        let whole = std::fs::read(&self.path).unwrap();
        for length in self.safe..=whole.len() {
            self.check(&whole[..length]);
        }
        let length = self.safe + torn % (whole.len() - self.safe + 1);
        std::fs::write(&self.path, &whole[..length]).unwrap();
    }

    fn check(&self, torn: &[u8]) {
        let mut ledger = Ledger::new();
        scan(Path::new("torn"), torn, &mut ledger).unwrap();
        let plainly = plainly_sendable(torn);
        for i in 0..LEADS {
            let sendable = ledger.sendable(key(i)) == Sendable::Yes;
            let there = self.platform.contains_key(&i);
            assert!(!(sendable && there), "lead {i} is there and would be sent again, torn at {}", torn.len());
            assert_eq!(sendable, plainly[i as usize], "lead {i}, torn at {}", torn.len());
        }
    }

    /// A night in which all goes well.
    fn finish(&mut self, input: Vec<(u32, u32)>) {
        let calm =
            Night { input, replies: vec![Reply::Created], workers: 2, undo: None, killed_after: usize::MAX, torn: 0 };
        self.pass(&calm);
        let (ledger, _) = read(&self.path).unwrap();
        for (i, _) in &calm.input {
            let there = self.platform.get(i).unwrap_or_else(|| panic!("lead {i} is lost"));
            let known = ledger.known(key(*i)).unwrap();
            assert!(matches!(known.state, State::Created(_)), "lead {i}: {known:?}");
            assert_eq!(known.request, Some(version_of(*i, *there)), "lead {i}");
        }
    }
}

fn version_of(i: u32, version: u32) -> Fingerprint {
    request(10 * i + version)
}

fn number_of(wanted: LeadKey) -> u32 {
    (0..LEADS).find(|i| key(*i) == wanted).unwrap()
}

/// Who may be sent, by the plainest reading of the complete lines: what is said last counts, whatever is not answered may
/// be there, and what is taken back counts for nothing.
fn plainly_sendable(file: &[u8]) -> Vec<bool> {
    let mut said: Vec<Vec<bool>> = vec![vec![true]; LEADS as usize];
    for line in file.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let line: serde_json::Value = serde_json::from_slice(line).unwrap();
        let Some(i) = (0..LEADS).find(|i| line["key"] == key(*i).to_string()) else { continue };
        let lead = &mut said[i as usize];
        match (line["type"].as_str(), line["status"].as_str()) {
            (Some("sending"), _) => lead.push(false),
            (_, Some("unsent")) => drop(lead.pop()),
            (_, Some("created" | "in_doubt")) => *lead = vec![true, false],
            (_, Some("rejected" | "undone")) => *lead = vec![true],
            _ => {}
        }
    }
    said.iter().map(|lead| *lead.last().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn through_any_nights_and_torn_at_any_byte_nobody_is_sent_twice_and_the_last_input_is_there(nights in nights()) {
        let folder = folder();
        let mut world = World::new(&folder);
        let mut last = Vec::new();
        for night in nights {
            world.pass(&night);
            last = night.input;
        }
        world.finish(last);
    }
}
