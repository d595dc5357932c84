//! Durable lines a second, with so many writers that each wait for their own: `durable bare|journal FILE WRITERS LINES`.
//!
//! `bare` is what the disk gives such a loop: the lines of all writers with one write, one `fdatasync`, and again.
//! `journal` is leadload's own journal with tasks that wait.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, anyhow};
use leadload::clock::Clock;
use leadload::results::{Disk, EndLine, FileDisk, Journal, Line};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [kind, path, writers, lines] = arguments.as_slice() else {
        return Err(anyhow!("usage: durable bare|journal FILE WRITERS LINES"));
    };
    let (path, writers, lines) = (Path::new(path), writers.parse()?, lines.parse::<usize>()?);
    let rounds = lines / writers;
    let began = Instant::now();
    let syncs = match kind.as_str() {
        "bare" => bare(path, writers, rounds)?,
        "journal" => tokio::runtime::Runtime::new()?.block_on(journal(path, writers, rounds))?,
        _ => return Err(anyhow!("bare or journal, not {kind}")),
    };
    let seconds = began.elapsed().as_secs_f64();
    println!("{{\"lines\":{},\"seconds\":{seconds},\"syncs\":{syncs}}}", rounds * writers);
    Ok(())
}

fn line() -> Line<'static> {
    // As long as the line of a lead.
    let stopped = "x".repeat(300);
    Line::End(EndLine { run: "bench".into(), totals: std::borrow::Cow::default(), stopped: stopped.into(), at: now() })
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn bare(path: &Path, writers: usize, rounds: usize) -> anyhow::Result<usize> {
    let mut file = File::create(path)?;
    for round in 0..rounds {
        let mut bytes = Vec::new();
        for writer in 0..writers {
            let n = round * writers + writer;
            writeln!(bytes, "{{\"n\":{n},\"d\":{},{}", n.saturating_sub(writers), &line().encode()?[1..])?;
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
    }
    Ok(rounds)
}

/// Counts how often the journal makes its file durable.
struct Counted {
    file: FileDisk,
    syncs: Arc<AtomicUsize>,
}

impl Disk for Counted {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.file.sync()
    }

    fn check_in_place(&mut self) -> io::Result<()> {
        self.file.check_in_place()
    }
}

async fn journal(path: &Path, writers: usize, rounds: usize) -> anyhow::Result<usize> {
    let syncs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&syncs);
    let counted = |file| -> Box<dyn Disk> { Box::new(Counted { file, syncs: counter }) };
    let (journal, _, _) = Journal::open_on(path, Clock::system(), counted).context("open the journal")?;
    let journal = Arc::new(journal);
    let tasks = (0..writers).map(|_| {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move {
            for _ in 0..rounds {
                journal.append(&line()).await?;
            }
            anyhow::Ok(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(syncs.load(Ordering::Relaxed))
}
