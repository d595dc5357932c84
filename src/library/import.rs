//! An import that can be run.

use std::future::Future;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::builder::ImportBuilder;
use super::outcome::{Outcome, Rehearsal};
use super::progress::Telling;
use crate::clock::Clock;
use crate::import::{self, Ended, Plan, Rehearsed};
use crate::report::{Console, Reporter, Volume};
use crate::run::{RunError, Surroundings};
use crate::upload::{Stop, StopKind, StopReason};

/// An import, ready to run: everything is said and goes together, nothing is opened yet.
///
/// ```
/// use leadload::{Destination, Import, Rows, Status};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let results = folder.path().join("crm.results.jsonl");
/// let people = [["+49 171 3920001", "Ada"], ["0171 3920002", "Grace"], ["unknown", "Alan"]];
/// let outcome = Import::builder()
///     .rows(Rows::new("crm", ["phone", "first_name"], people))
///     .region("DE")
///     .to(Destination::sandbox())
///     .results(&results)
///     .build()?
///     .run()?;
/// assert_eq!(outcome.leads(Status::Created), 2);
/// assert_eq!(outcome.leads(Status::Invalid), 1);
/// # Ok(())
/// # }
/// ```
///
/// The engine is async, since hundreds of requests may be under way; yet most programs that import are not.
/// So [`run`](Self::run) blocks, on a thread and a runtime of its own, and can be called anywhere. [`run_async`](Self::run_async)
/// is for those who have a tokio runtime already.
#[derive(Debug)]
pub struct Import {
    plan: Arc<Plan>,
    telling: Telling,
    stop: Stop,
}

/// Stops an import from anywhere: nothing new is sent, what is on its way is awaited and recorded. Clones are one switch.
#[derive(Debug, Clone)]
pub struct StopHandle(Stop);

impl StopHandle {
    /// Stops it. The same import again goes on where it was.
    pub fn stop(&self) {
        self.0.request(StopReason::new(StopKind::Interrupted, "interrupted by the program that runs it"));
    }
}

impl Import {
    /// Begins to say what is to be imported.
    #[must_use]
    pub fn builder() -> ImportBuilder {
        ImportBuilder::new()
    }

    pub(super) fn new(plan: Arc<Plan>, telling: Telling) -> Self {
        Self { plan, telling, stop: Stop::default() }
    }

    /// What stops it from elsewhere.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.stop.clone())
    }

    /// Creates the leads, and returns when each of them has ended in a state.
    ///
    /// It blocks; the work is done on threads of its own, so that it can be called from async code as well (which it holds up).
    ///
    /// # Errors
    /// [`RunError`] where nothing was sent. What happens later is in the [`Outcome`], also where the run was stopped.
    pub fn run(self) -> Result<Outcome, RunError> {
        on_own_threads(self.run_async())?
    }

    /// The same inside a tokio runtime whose time and network are switched on.
    ///
    /// To stop it use the [`stop_handle`](Self::stop_handle). A future that is dropped midway is like a crash: nothing is lost and
    /// nobody is created twice, but what was on its way is in doubt until the next run.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub async fn run_async(self) -> Result<Outcome, RunError> {
        let started = Instant::now();
        let around = self.surroundings();
        let ticking = self.telling.begin(&around.reporter);
        let ended = self.run_in(around).await?;
        drop(ticking);
        Ok(Outcome::new(ended, &self.plan, started.elapsed()))
    }

    /// Does everything but the network: reads, checks and counts, and says what would be sent. It needs no token, and a file
    /// of rows rejected is not written.
    ///
    /// # Errors
    /// [`RunError`] where an input, the mapping or the results file cannot be used.
    pub fn dry_run(self) -> Result<Rehearsal, RunError> {
        on_own_threads(async move {
            let around = self.surroundings();
            let ticking = self.telling.begin(&around.reporter);
            let rehearsed = self.dry_run_in(around).await?;
            drop(ticking);
            Ok(Rehearsal::new(rehearsed))
        })?
    }

    /// Runs it with these surroundings: whoever has a terminal shows there what happens.
    pub(crate) async fn run_in(&self, around: Surroundings) -> Result<Ended, RunError> {
        import::import(Arc::clone(&self.plan), around).await
    }

    /// The same for a dry run.
    pub(crate) async fn dry_run_in(&self, around: Surroundings) -> Result<Rehearsed, RunError> {
        import::dry_run(Arc::clone(&self.plan), around).await
    }

    /// What it is about.
    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// A library prints nothing, and has nobody to ask.
    fn surroundings(&self) -> Surroundings {
        let clock = Clock::system();
        let reporter = Reporter::new(Console::stderr(Volume::Quiet), clock.clone());
        let reporter = Arc::new(reporter.heard_by(self.telling.leads.clone()));
        reporter.allow(self.plan.sending.allowed_per_second());
        Surroundings { clock, stop: self.stop.clone(), reporter, ask: None, disk: None }
    }
}

/// What `work` gives, done by a runtime that lives as long as it. A runtime cannot be started inside another one, so it has a
/// thread that certainly is in none.
fn on_own_threads<T: Send>(work: impl Future<Output = T> + Send) -> Result<T, RunError> {
    let cannot = |error: std::io::Error| RunError::Usage(format!("threads cannot be started: {error}"));
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    thread::scope(|scope| {
        let working =
            thread::Builder::new().spawn_scoped(scope, || -> std::io::Result<T> { Ok(runtime()?.block_on(work)) });
        let done = working.map_err(cannot)?.join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map_err(cannot)
    })
}
