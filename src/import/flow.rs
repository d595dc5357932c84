//! The order of things in an upload.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::earlier::Refusals;
use super::first_pass::{self, Counted};
use super::inputs::{open_all, path_for, readable};
use super::plan::{Passes, Plan};
use super::prepare::PrepareError;
use super::rejects;
use super::results_file::{ResultsFile, folder_of};
use super::row::Keep;
use super::sort::Sorted;
use super::survey::{Known, Pass};
use super::tell::{tell_inputs, tell_known, tell_remarks, tell_short_rows};
use crate::platform::Campaign;
use crate::report::Finished;
use crate::results::Why;
use crate::run::{
    Closed, Connected, Opened, Places, RunError, Session, Subject, Surroundings, only_platform_knows, places_unasked,
};
use crate::source::{Input, Source};
use crate::target::Target;
use crate::upload::{Crew, StopKind, StopReason, Work};

/// How an import ended.
#[derive(Debug)]
pub struct Ended {
    /// The run's id.
    pub run: String,
    /// Where leads went, for people.
    pub target: String,
    /// The results file.
    pub results: PathBuf,
    /// Why it stopped early.
    pub stopped: Option<StopReason>,
    /// Why the results file is no longer written, whatever else stopped the run.
    pub failure: Option<String>,
    /// How many leads are in doubt in the results file, also those whose rows are gone.
    pub in_doubt: u64,
    /// What there is to tell.
    pub finished: Finished,
}

/// Uploads what `plan` says.
///
/// # Errors
/// [`RunError`] where nothing was sent. Whatever happens later is in [`Ended`].
pub async fn import(plan: Arc<Plan>, around: Surroundings) -> Result<Ended, RunError> {
    let inputs = readable(&plan)?;
    let sources = open_all(&plan, &inputs)?;
    tell_inputs(&around.reporter, &sources);
    let connected = Connected::connect(&plan.endpoint, &plan.sending, &around.clock, &around.stop).await?;
    let early = open_before_asking(&plan, &around, &connected)?;
    let (places, campaigns) = match connected.places(&plan.endpoint, around.reporter.as_ref()).await {
        Ok(asked) => asked,
        Err(error) => {
            early.inspect(Opened::discard_if_new);
            // Whoever stopped the run knows why.
            return Err(around.stop.reason().map_or(error, RunError::Stopped));
        }
    };
    let results = match early {
        Some(results) => results,
        None => Opened::open(&path_for(&plan, &places), &around, &connected)?,
    };
    let ready = Ready { plan, around, connected, results, places: Arc::new(places), campaigns };
    ready.go(inputs, sources).await
}

/// The results file is opened before the platform is asked, since it says when the last request was sent. Where only the
/// platform knows the campaign's id, which names the file, the last request may have been sent just now.
fn open_before_asking(plan: &Plan, around: &Surroundings, connected: &Connected) -> Result<Option<Opened>, RunError> {
    let named_after_place = !matches!(plan.results, ResultsFile::At(_)) && !plan.mapping.names_campaign();
    if named_after_place && only_platform_knows(&plan.endpoint) {
        connected.line.pace().remember(Duration::ZERO, plan.sending.concurrency.get());
        return Ok(None);
    }
    let path = path_for(plan, &places_unasked(&plan.endpoint)?);
    Opened::open(&path, around, connected).map(Some)
}

/// An import that can begin.
struct Ready {
    plan: Arc<Plan>,
    around: Surroundings,
    connected: Connected,
    results: Opened,
    places: Arc<Places>,
    campaigns: Vec<Campaign>,
}

impl Ready {
    async fn go(self, inputs: Vec<Input>, sources: Vec<Source>) -> Result<Ended, RunError> {
        let known = Arc::new(Known::Recorded(Arc::clone(&self.results.recorder)));
        let (sources, counted) = match self.prepare_to_send(&inputs, sources, &known).await {
            Ok(ready) => ready,
            Err(error) => {
                self.results.discard_if_new();
                return Err(error);
            }
        };
        rejects::collect(&self.around.reporter, folder_of(&self.results.path), &sources);
        if let Some(counted) = &counted {
            self.around.reporter.expect(counted.expected());
        }
        self.begin(known).await.go(sources).await
    }

    async fn begin(self, known: Arc<Known>) -> Import {
        let Self { plan, around, connected, results, places, .. } = self;
        let refusals = Refusals::read(&results.path, &results.recorder.ledger());
        let target = places.fixed().map_or_else(|| connected.describe(), |target| target.canonical());
        let inputs = plan.inputs.iter().map(Input::name).collect();
        let subject = Subject { why: Why::Import, target, inputs, options: &plan.options };
        let session = Session::begin(around, connected, results, &plan.sending, subject).await;
        Import { plan, places, known, refusals: Arc::new(refusals), session }
    }

    /// Counts, asks, and opens the inputs a second time.
    async fn prepare_to_send(
        &self,
        inputs: &[Input],
        sources: Vec<Source>,
        known: &Arc<Known>,
    ) -> Result<(Vec<Source>, Option<Counted>), RunError> {
        if self.plan.passes == Passes::One {
            self.ask_consent(None).await?;
            return Ok((sources, None));
        }
        let platform = &self.connected.platform;
        let read = first_pass::count(sources, &self.plan, &self.places, platform, known, &self.around).await?;
        self.ask_consent(Some(&read.counted)).await?;
        let mut again = Vec::new();
        let opened = open_all(&self.plan, inputs)?;
        for ((source, header), before) in opened.into_iter().zip(read.headers).zip(read.snapshots) {
            if source.snapshot() != before {
                return Err(PrepareError::Changed(source.name().to_owned()).into());
            }
            again.push(source.with_header(header));
        }
        Ok((again, Some(read.counted)))
    }

    /// Asks where people would be called at once.
    async fn ask_consent(&self, counted: Option<&Counted>) -> Result<(), RunError> {
        if !self.connected.calls_people() {
            return Ok(());
        }
        let doubts = self.results.recorder.ledger().doubts()?;
        let doubts: Vec<Target> =
            doubts.into_iter().map(|doubt| doubt.target).filter(|target| self.connected.is_here(target)).collect();
        let Some(live) = first_pass::live_campaigns(&self.plan, &self.places, &self.campaigns, &doubts, counted) else {
            return Ok(());
        };
        self.around.consent(self.plan.consent, live.question(), live.unasked()).await
    }
}

/// An import that has begun.
struct Import {
    plan: Arc<Plan>,
    places: Arc<Places>,
    known: Arc<Known>,
    /// What earlier runs were told.
    refusals: Arc<Refusals>,
    session: Session,
}

impl Import {
    async fn go(self, sources: Vec<Source>) -> Result<Ended, RunError> {
        let crew = Arc::new(self.session.crew(&self.plan.sending)?);
        self.session.settle_earlier_doubts(&crew, &self.plan.sending).await?;
        self.send_all(&crew, sources).await;
        self.session.settle_what_is_left(&crew).await?;
        Ok(self.end().await)
    }

    /// The second pass, beside the crew that sends. An input that changes or breaks off stops the run.
    async fn send_all(&self, crew: &Arc<Crew>, mut sources: Vec<Source>) {
        let (to_crew, work) = mpsc::channel(4 * self.plan.sending.concurrency.get() + 64);
        let Session { around, connected, .. } = &self.session;
        around.reporter.begin_sending(None);
        let crew = Arc::clone(crew);
        let working = tokio::spawn(async move { crew.run(work).await });
        let (plan, places, known) = (Arc::clone(&self.plan), Arc::clone(&self.places), Arc::clone(&self.known));
        let (platform, stop) = (Arc::clone(&connected.platform), around.stop.clone());
        let (reporter, refusals) = (Arc::clone(&around.reporter), Arc::clone(&self.refusals));
        let preparing = tokio::task::spawn_blocking(move || {
            let pass =
                Pass { plan: &plan, places: &places, platform: platform.as_ref(), known: &known, keep: Keep::Records };
            let mut handed_over = Counted::default();
            let passed = pass.run(&mut sources, &mut |sorted| {
                handed_over.add(&sorted);
                let sent = match sorted {
                    Sorted::Send(lead, attempt) => to_crew.blocking_send(Work::Send(lead, attempt)).is_ok(),
                    Sorted::NotSent(unsendable) => to_crew.blocking_send(Work::Record(unsendable)).is_ok(),
                    Sorted::Remark(remark) => {
                        reporter.remark(&remark.reason, &remark.position);
                        true
                    }
                    Sorted::Known(known) => {
                        tell_known(&reporter, &known, &refusals);
                        true
                    }
                };
                if sent && !stop.is_requested() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            tell_short_rows(&reporter, &sources);
            if plan.passes == Passes::One {
                tell_remarks(&reporter, &sources);
                reporter.expect(handed_over.expected());
            }
            if let Err(error) = passed {
                stop.request(StopReason::new(StopKind::Input, error.to_string()));
            }
        });
        let prepared = preparing.await;
        // A panic is a fault of this program: it must not pass for a finished run.
        working.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        prepared.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    }

    async fn end(self) -> Ended {
        let around = &self.session.around;
        let finished = around.reporter.finish(around.stop.reason().as_ref());
        let results = self.session.results.path.clone();
        let totals = serde_json::to_value(&finished.totals).unwrap_or_default();
        let Closed { run, target, stopped, failure, in_doubt } = self.session.end(totals).await;
        Ended { run, target, results, stopped, failure, in_doubt, finished }
    }
}
