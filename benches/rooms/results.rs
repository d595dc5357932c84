//! Two lines a lead, durable before anybody goes on; and all of them read again at the next start.

use std::borrow::Cow;
use std::path::Path;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use leadload::clock::Clock;
use leadload::lead::{Fingerprint, Identity, LeadKey, Status};
use leadload::phone::Phone;
use leadload::results::{
    Durable, FORMAT, Journal, KEYS, LeadLine, Line, Recorder, RunLine, SendingLine, Source, Why, read,
};
use leadload::target::{Family, Host, Target};

const RUN: &str = "20261121T080000Z-000000";
/// How many wait for the disk at the same time.
const WAITING: u32 = 64;

/// 1,024 leads, 64 waiting for each sync, in a folder for temporary files: what the disk under it needs is most of it.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn append(bencher: Bencher<'_, '_>) {
    const LEADS: u32 = 1024;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.jsonl");
    bencher.counter(ItemsCount::new(LEADS)).bench_local(|| {
        drop(std::fs::remove_file(&path));
        record(&path, LEADS);
    });
}

/// A file of 10,000 created leads becomes what is known of each.
#[divan::bench]
fn open(bencher: Bencher<'_, '_>) {
    const LEADS: u32 = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.jsonl");
    record(&path, LEADS);
    let bytes = std::fs::metadata(&path).unwrap().len();
    bencher.counter(ItemsCount::new(LEADS)).counter(BytesCount::new(bytes)).bench_local(|| {
        let (ledger, recovery) = read(black_box(&path)).unwrap();
        assert!(!ledger.knows_nobody() && recovery.cut.is_none());
        ledger
    });
}

fn record(path: &Path, leads: u32) {
    let (journal, ledger, _) = Journal::open(path, Clock::system()).unwrap();
    let recorder = Recorder::new(journal, ledger);
    recorder.record(&run()).unwrap().wait().unwrap();
    let target = Target { family: Family::Autocalls, host: Host::Sandbox, place: "7".to_owned() };
    for first in (0..leads).step_by(WAITING as usize) {
        let batch = first..leads.min(first + WAITING);
        let sent: Vec<_> = batch.clone().map(|n| recorder.record(&sending(&target, n)).unwrap()).collect();
        wait_for_all(sent);
        let ended: Vec<_> = batch.map(|n| recorder.record(&created(&target, n)).unwrap()).collect();
        wait_for_all(ended);
    }
    recorder.close().unwrap();
}

fn wait_for_all(lines: Vec<Durable>) {
    for line in lines {
        line.wait().unwrap();
    }
}

fn run() -> Line<'static> {
    Line::Run(RunLine {
        format: FORMAT,
        keys: KEYS,
        run: Cow::Borrowed(RUN),
        tool: Cow::Borrowed("leadload"),
        at: Clock::system().wall(),
        target: Cow::Borrowed("autocalls sandbox campaign 7"),
        inputs: Cow::default(),
        options: Cow::default(),
        calls: Cow::default(),
        why: Why::Import,
    })
}

/// The number is one of those for fiction; the key is made of its place in the file, so each is another lead.
fn key(target: &Target, n: u32) -> LeadKey {
    LeadKey::of_occurrence(target, &Identity::Phone(phone()), Fingerprint::of(b"request"), n)
}

fn phone() -> Phone {
    Phone::from_e164("+493023125001").unwrap()
}

fn source(n: u32) -> Source<'static> {
    Source { file: Cow::Borrowed("leads.csv"), sheet: None, row: u64::from(n), line: u64::from(n) }
}

fn sending(target: &Target, n: u32) -> Line<'_> {
    Line::Sending(SendingLine {
        key: key(target, n),
        run: Cow::Borrowed(RUN),
        target: Cow::Borrowed(target),
        phone: Some(phone()),
        email: None,
        request: Fingerprint::of(b"request"),
        group: None,
        secondaries: Cow::default(),
        contacts: None,
        sent_status: None,
        source: Some(source(n)),
        rows: Cow::Owned(vec![u64::from(n)]),
        at: Clock::system().wall(),
    })
}

fn created(target: &Target, n: u32) -> Line<'_> {
    Line::Lead(LeadLine {
        key: Some(key(target, n)),
        id: Some(Cow::Owned(n.to_string())),
        target: Some(Cow::Borrowed(target)),
        phone: Some(phone()),
        source: Some(source(n)),
        rows: Cow::Owned(vec![u64::from(n)]),
        http: Some(201),
        attempts: 1,
        request: Some(Fingerprint::of(b"request")),
        ..LeadLine::new(Status::Created, RUN, Clock::system().wall())
    })
}
