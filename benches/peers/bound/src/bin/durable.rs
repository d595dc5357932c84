//! Durable lines a second, with so many writers that each wait for their own: `durable bare|journal FILE WRITERS LINES`.
//!
//! `bare` is what the disk gives such a loop: the lines of all writers with one write, one `fdatasync`, and again.
//! `journal` is leadload's own journal with tasks that wait.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use leadload::clock::Clock;
use leadload::results::{EndLine, Journal, Line};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [kind, path, writers, lines] = arguments.as_slice() else {
        return Err(anyhow!("usage: durable bare|journal FILE WRITERS LINES"));
    };
    let (path, writers, lines) = (Path::new(path), writers.parse()?, lines.parse::<usize>()?);
    let rounds = lines / writers;
    let began = Instant::now();
    match kind.as_str() {
        "bare" => bare(path, writers, rounds)?,
        "journal" => tokio::runtime::Runtime::new()?.block_on(journal(path, writers, rounds))?,
        _ => return Err(anyhow!("bare or journal, not {kind}")),
    }
    println!("{{\"lines\":{},\"seconds\":{}}}", rounds * writers, began.elapsed().as_secs_f64());
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

fn bare(path: &Path, writers: usize, rounds: usize) -> anyhow::Result<()> {
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
    Ok(())
}

async fn journal(path: &Path, writers: usize, rounds: usize) -> anyhow::Result<()> {
    let (journal, _, _) = Journal::open(path, Clock::system()).context("open the journal")?;
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
    Ok(())
}
