//! Claims about the room as a whole, by theme.

mod journal;
mod ledger;
mod model;
mod nights;
mod recovery;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::lead::{Fingerprint, Identity, LeadKey, Reason, Status};
use crate::phone::Phone;
use crate::target::{Family, Host, Target};

/// A folder in memory where there is one: these tests sync thousands of times.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn target() -> Target {
    Target {
        family: Family::Autocalls,
        host: Host::Url("https://app.famulor.de/api".to_owned()),
        place: "7".to_owned(),
    }
}

/// The `i`th of the numbers that are reserved for fiction.
fn phone(i: u32) -> Phone {
    Phone::from_e164(&format!("+4930231250{i:02}")).unwrap()
}

fn key(i: u32) -> LeadKey {
    LeadKey::new(&target(), &Identity::Phone(phone(i)))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_690_000 + second).unwrap()
}

fn request(i: u32) -> Fingerprint {
    Fingerprint::of(format!("request {i}").as_bytes())
}

fn group(i: u32) -> Fingerprint {
    Fingerprint::of(format!("group {i}").as_bytes())
}

fn run(name: &str) -> Line<'_> {
    Line::Run(RunLine {
        format: FORMAT,
        keys: KEYS,
        run: Cow::Borrowed(name),
        tool: Cow::Borrowed("leadload 0.1.0"),
        at: at(0),
        target: Cow::Borrowed("autocalls https://app.famulor.de/api campaign 7"),
        inputs: Cow::Owned(vec!["leads.csv".to_owned()]),
        options: Cow::default(),
        calls: Cow::default(),
        why: Why::Import,
    })
}

fn sending(i: u32, run: &str) -> SendingLine<'_> {
    SendingLine {
        key: key(i),
        run: Cow::Borrowed(run),
        target: Cow::Owned(target()),
        phone: Some(phone(i)),
        email: None,
        request: request(i),
        group: None,
        secondaries: Cow::Borrowed(&[]),
        contacts: None,
        sent_status: None,
        source: None,
        rows: Cow::Owned(vec![u64::from(i)]),
        at: at(i64::from(i)),
    }
}

fn lead(i: u32, status: Status, run: &str) -> LeadLine<'_> {
    LeadLine { key: Some(key(i)), request: Some(request(i)), ..LeadLine::new(status, run, at(i64::from(i))) }
}

fn settled(i: u32, status: Status, by: SettledBy, run: &str) -> LeadLine<'_> {
    let reason = Reason::new(ABSENT, "The platform does not have it.");
    LeadLine { settled_by: Some(by), reason: Some(Cow::Owned(reason)), ..lead(i, status, run) }
}

fn deleting(i: u32, run: &str) -> Line<'_> {
    Line::Deleting(DeletingLine { key: key(i), id: Cow::Owned(i.to_string()), run: Cow::Borrowed(run), at: at(90) })
}

fn open(path: &Path) -> Result<(Recorder, Recovery), ResultsError> {
    let (journal, ledger, recovery) = Journal::open(path, Clock::system())?;
    Ok((Recorder::new(journal, ledger), recovery))
}

/// A file with a run of three leads: created, rejected and (as the run was killed) in doubt. Each line was durable before
/// the next.
fn small_file(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("famulor-7.results.jsonl");
    let (recorder, _) = open(&path).unwrap();
    for line in [
        run("a"),
        Line::Sending(sending(1, "a")),
        Line::Lead(lead(1, Status::Created, "a")),
        Line::Sending(sending(2, "a")),
        Line::Lead(lead(2, Status::Rejected, "a")),
        Line::Sending(sending(3, "a")),
    ] {
        recorder.record(&line).unwrap().wait().unwrap();
    }
    recorder.close().unwrap();
    path
}

fn state(ledger: &Ledger, i: u32) -> Option<State> {
    ledger.known(key(i)).map(|known| known.state)
}
