//! What a program is told while its import runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::report::{Counts, Frame, Listener, Phase, Reporter, Waiting};

/// How far an import is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Leads by state so far, those of earlier runs included.
    pub leads: Counts,
    /// How many leads there are, where they were counted.
    pub expected: Option<u64>,
    /// Leads sent per second, of late.
    pub per_second: Option<f64>,
    /// How many requests per second the rates allow; `None` where there is no limit.
    pub allowed_per_second: Option<f64>,
    /// How long the rest will take.
    pub left: Option<Duration>,
    /// What everybody waits for: the platform asked for it, or does not answer.
    pub waiting: Option<Waiting>,
}

impl From<Frame> for Progress {
    fn from(frame: Frame) -> Self {
        let Frame { phase, leads, expected, rate, allowed, left, waiting } = frame;
        Self { phase, leads, expected, per_second: rate, allowed_per_second: allowed, left, waiting }
    }
}

/// Who is told what.
#[derive(Debug, Default)]
pub(super) struct Telling {
    pub(super) leads: Option<Listener>,
    progress: Option<Hearing>,
}

#[derive(Clone)]
struct Hearing {
    every: Duration,
    hear: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl fmt::Debug for Hearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hearing").field("every", &self.every).finish_non_exhaustive()
    }
}

/// The shortest time between two calls.
const SHORTEST: Duration = Duration::from_millis(1);

impl Telling {
    pub(super) fn hear_progress(&mut self, every: Duration, hear: impl Fn(Progress) + Send + Sync + 'static) {
        self.progress = Some(Hearing { every: every.max(SHORTEST), hear: Arc::new(hear) });
    }

    /// Tells of `reporter` until the end.
    pub(super) fn begin(&self, reporter: &Arc<Reporter>) -> Option<Ticking> {
        let hearing = self.progress.clone()?;
        let (told, reporter) = (hearing.clone(), Arc::clone(reporter));
        let of = Arc::clone(&reporter);
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(hearing.every).await;
                (hearing.hear)(of.now().into());
            }
        });
        Some(Ticking { task, told, reporter })
    }
}

/// Calls whoever hears, until it is dropped; then once more.
pub(super) struct Ticking {
    task: JoinHandle<()>,
    told: Hearing,
    reporter: Arc<Reporter>,
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.task.abort();
        (self.told.hear)(self.reporter.now().into());
    }
}
