//! The bare loops that leadload is held against. Each is a program of its own in `src/bin/`; here is what they share.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::oneshot;

/// Lines that wait at the same time share one `fdatasync`, and nothing else is done for them.
#[derive(Debug, Clone)]
pub struct GroupCommit {
    queue: Sender<Job>,
}

type Job = (String, oneshot::Sender<()>);

impl GroupCommit {
    /// Starts the thread that writes to a new file at `path`.
    ///
    /// # Errors
    /// Where the file cannot be created.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path)?;
        let (queue, jobs) = channel();
        std::thread::spawn(move || write_all(file, &jobs));
        Ok(Self { queue })
    }

    /// Waits until `line` is durable.
    ///
    /// # Errors
    /// Where the disk failed.
    pub async fn append(&self, line: String) -> anyhow::Result<()> {
        let (done, durable) = oneshot::channel();
        self.queue.send((line, done))?;
        Ok(durable.await?)
    }
}

/// At the first failure the thread ends, and with it every waiter's channel.
fn write_all(mut file: File, jobs: &Receiver<Job>) {
    let mut bytes = Vec::new();
    let mut waiting = Vec::new();
    while let Ok(first) = jobs.recv() {
        for (line, done) in std::iter::once(first).chain(jobs.try_iter()) {
            bytes.extend_from_slice(line.as_bytes());
            waiting.push(done);
        }
        if file.write_all(&bytes).and_then(|()| file.sync_data()).is_err() {
            return;
        }
        bytes.clear();
        for done in waiting.drain(..) {
            // Who waits no longer need not hear of it.
            let _ = done.send(());
        }
    }
}
