//! The order of things in an upload.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::error::ImportError;
use super::first_pass::{self, Counted};
use super::inputs::{open_all, path_for, readable};
use super::opened::Opened;
use super::places::Places;
use super::plan::{Consent, Passes, Plan};
use super::prepare::PrepareError;
use super::record::RunRecorder;
use super::rejects;
use super::results_file::{ResultsFile, folder_of};
use super::row::Keep;
use super::server::{Connected, only_platform_knows, places_unasked};
use super::sort::Sorted;
use super::surroundings::Surroundings;
use super::survey::{Known, Pass};
use super::tell::{tell_inputs, tell_known, tell_short_rows};
use super::witness;
use crate::clock::{Clock, Moment};
use crate::lead::Status;
use crate::platform::Campaign;
use crate::report::Finished;
use crate::results::{EndLine, Line, RunLine, Why};
use crate::source::{Input, Source};
use crate::target::Target;
use crate::upload::{Crew, CrewOptions, EarlierDoubt, LookUp, Observer, StopKind, StopReason, Work};

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
/// [`ImportError`] where nothing was sent. Whatever happens later is in [`Ended`].
pub async fn import(plan: Arc<Plan>, around: Surroundings) -> Result<Ended, ImportError> {
    let inputs = readable(&plan)?;
    let sources = open_all(&plan, &inputs)?;
    tell_inputs(&around.reporter, &sources);
    let connected = Connected::connect(&plan, &around.clock, &around.stop).await?;
    let early = open_before_asking(&plan, &around, &connected)?;
    let (places, campaigns) = match connected.places(&plan.endpoint, around.reporter.as_ref()).await {
        Ok(asked) => asked,
        Err(error) => {
            early.inspect(Opened::discard_if_new);
            // Whoever stopped the run knows why.
            return Err(around.stop.reason().map_or(error, ImportError::Stopped));
        }
    };
    let results = match early {
        Some(results) => results,
        None => Opened::open(&path_for(&plan, &places), &around, &connected)?,
    };
    let run = Run { plan, around, connected, results, places: Arc::new(places), campaigns };
    run.go(inputs, sources).await
}

/// The results file is opened before the platform is asked, since it says when the last request was sent. Where only the
/// platform knows the campaign's id, which names the file, the last request may have been sent just now.
fn open_before_asking(
    plan: &Plan,
    around: &Surroundings,
    connected: &Connected,
) -> Result<Option<Opened>, ImportError> {
    let named_after_place = !matches!(plan.results, ResultsFile::At(_)) && !plan.mapping.names_campaign();
    if named_after_place && only_platform_knows(&plan.endpoint) {
        connected.line.pace().remember(Duration::ZERO, plan.sending.concurrency.get());
        return Ok(None);
    }
    let path = path_for(plan, &places_unasked(&plan.endpoint)?);
    Opened::open(&path, around, connected).map(Some)
}

/// A run that can begin.
struct Run {
    plan: Arc<Plan>,
    around: Surroundings,
    connected: Connected,
    results: Opened,
    places: Arc<Places>,
    campaigns: Vec<Campaign>,
}

impl Run {
    async fn go(self, inputs: Vec<Input>, sources: Vec<Source>) -> Result<Ended, ImportError> {
        let known = Arc::new(Known::Recorded(Arc::clone(&self.results.recorder)));
        let (sources, counted) = match self.prepare_to_send(&inputs, sources, &known).await {
            Ok(ready) => ready,
            Err(error) => {
                self.results.discard_if_new();
                return Err(error);
            }
        };
        rejects::collect(&self.around.reporter, folder_of(&self.results.path), &sources);
        let run = run_id(&self.around.clock);
        self.begin(&run).await;
        if let Some(counted) = &counted {
            self.around.reporter.expect(counted.expected());
        }
        let crew = Arc::new(self.crew(&run)?);
        let due = self.around.clock.now().saturating_add(self.results.settle_in(&self.plan));
        let doubts = self.earlier_doubts(&run, due)?;
        if !doubts.is_empty() {
            // An absence is asked twice, a settle delay apart.
            let patience = due.saturating_sub(self.around.clock.now()).saturating_add(self.plan.sending.settle);
            self.around.reporter.begin_looking_up(doubts.len() as u64, patience);
            crew.settle_earlier(doubts).await;
        }
        self.send_all(&crew, sources, &known).await;
        if !self.around.stop.is_requested() {
            // By now somebody may be known to be there, so that look-ups prove more.
            crew.settle_earlier(self.earlier_doubts(&run, due)?).await;
        }
        self.end(run).await
    }

    /// Counts, asks, and opens the inputs a second time.
    async fn prepare_to_send(
        &self,
        inputs: &[Input],
        sources: Vec<Source>,
        known: &Arc<Known>,
    ) -> Result<(Vec<Source>, Option<Counted>), ImportError> {
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

    /// Asks where people would be called at once. Whoever presses Ctrl-C instead of answering has answered.
    async fn ask_consent(&self, counted: Option<&Counted>) -> Result<(), ImportError> {
        if !self.connected.calls_people() || self.plan.consent == Consent::Given {
            return Ok(());
        }
        let doubts = self.results.recorder.ledger().doubts()?;
        let doubts: Vec<Target> =
            doubts.into_iter().map(|doubt| doubt.target).filter(|target| self.places.is_here(target)).collect();
        let Some(live) = first_pass::live_campaigns(&self.plan, &self.places, &self.campaigns, &doubts, counted) else {
            return Ok(());
        };
        let Some(ask) = self.around.ask else { return Err(live.unasked()) };
        let question = live.question();
        let answer = tokio::select! {
            biased;
            () = self.around.stop.requested() => None,
            answer = tokio::task::spawn_blocking(move || ask(&question)) => answer.ok(),
        };
        match (answer, self.around.stop.reason()) {
            (_, Some(reason)) => Err(ImportError::Stopped(reason)),
            (Some(true), None) => Ok(()),
            (_, None) => Err(ImportError::NoConsent("nothing was sent".to_owned())),
        }
    }

    async fn begin(&self, run: &str) {
        let target = self.target();
        tracing::info!(run, target, results = %self.results.path.display(), "run begins");
        let inputs: Vec<String> = self.plan.inputs.iter().map(Input::name).collect();
        let line = RunLine {
            format: crate::results::FORMAT,
            keys: crate::results::KEYS,
            run: run.into(),
            tool: concat!("leadload ", env!("CARGO_PKG_VERSION")).into(),
            at: self.around.clock.wall(),
            target: target.into(),
            inputs: inputs.into(),
            options: Cow::Borrowed(&self.plan.options),
            why: Why::Import,
        };
        let recorded = self.results.recorder.record(&Line::Run(line));
        let failed = |message: String| self.around.stop.request(StopReason::new(StopKind::Results, message));
        match recorded {
            Ok(durable) => {
                if let Err(error) = durable.await {
                    failed(error.to_string());
                }
            }
            Err(refused) => failed(refused.to_string()),
        }
    }

    fn crew(&self, run: &str) -> Result<Crew, ImportError> {
        let sending = &self.plan.sending;
        let observer: Arc<dyn Observer> = Arc::clone(&self.around.reporter) as _;
        let doubts = self.results.recorder.ledger().doubts()?;
        let recorder =
            RunRecorder::new(Arc::clone(&self.results.recorder), run.to_owned(), self.around.clock.clone(), &doubts);
        let (platform, line) = (Arc::clone(&self.connected.platform), Arc::clone(&self.connected.line));
        let results = self.results.recorder.path().to_path_buf();
        let earlier = Arc::new(move |target: &Target| witness::created_at(&results, target));
        let look_up = Arc::new(LookUp::new(Arc::clone(&platform), Arc::clone(&line), Arc::clone(&observer), earlier));
        let options = CrewOptions {
            concurrency: sending.concurrency,
            duplicates: sending.duplicates,
            settle: sending.settle,
            on_mismatch: sending.on_mismatch,
            max_in_doubt: sending.max_in_doubt,
        };
        Ok(Crew::new(platform, line, look_up, Arc::new(recorder), observer, options))
    }

    /// What runs before `run` left in doubt, also what stands in the input no more. From `due` on an absence counts.
    fn earlier_doubts(&self, run: &str, due: Moment) -> Result<Vec<EarlierDoubt>, ImportError> {
        let doubts = self.results.recorder.ledger().doubts()?;
        let earlier = doubts.into_iter().filter(|doubt| self.places.is_here(&doubt.target) && doubt.run != run);
        let doubts = earlier.map(|doubt| EarlierDoubt {
            key: doubt.key,
            target: Arc::new(doubt.target),
            identity: doubt.identity,
            rows: doubt.rows.len() as u64,
            due,
        });
        Ok(doubts.collect())
    }

    /// The second pass, beside the crew that sends. An input that changes or breaks off stops the run.
    async fn send_all(&self, crew: &Arc<Crew>, mut sources: Vec<Source>, known: &Arc<Known>) {
        let (to_crew, work) = mpsc::channel(4 * self.plan.sending.concurrency.get() + 64);
        self.around.reporter.begin_sending(None);
        let crew = Arc::clone(crew);
        let working = tokio::spawn(async move { crew.run(work).await });
        let (plan, places, known) = (Arc::clone(&self.plan), Arc::clone(&self.places), Arc::clone(known));
        let (platform, stop) = (Arc::clone(&self.connected.platform), self.around.stop.clone());
        let (reporter, refusals) = (Arc::clone(&self.around.reporter), Arc::clone(&self.results.refusals));
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

    async fn end(self, run: String) -> Result<Ended, ImportError> {
        let stopped = self.around.stop.reason();
        // Only the kind: the message may hold a person's number.
        tracing::info!(run, stopped = ?stopped.as_ref().map(|reason| reason.kind), "run ends");
        let finished = self.around.reporter.finish(stopped.as_ref());
        let end = EndLine {
            run: run.as_str().into(),
            totals: Cow::Owned(serde_json::to_value(&finished.totals).unwrap_or_default()),
            stopped: stopped.as_ref().map_or("finished", |reason| reason.message.as_str()).into(),
            at: self.around.clock.wall(),
        };
        if let Ok(durable) = self.results.recorder.record(&Line::End(end)) {
            // Where it fails, the recorder says so below.
            let _ = durable.await;
        }
        let failure = self.results.recorder.failure().map(|failed| failed.to_string());
        let in_doubt = self.results.recorder.ledger().count(Status::InDoubt);
        let target = self.target();
        let results = self.results.path.clone();
        Ok(Ended { run, target, results, stopped, failure, in_doubt, finished })
    }

    /// Where leads go: the target, or the platform where a column names the campaign.
    fn target(&self) -> String {
        self.places.fixed().map_or_else(|| self.connected.describe(), |target| target.canonical())
    }
}

/// Unique, and sorted by time: `20261121T140509Z-7f3a9c`.
fn run_id(clock: &Clock) -> String {
    format!("{}-{:06x}", clock.wall().strftime("%Y%m%dT%H%M%SZ"), fastrand::u32(..0x0100_0000))
}
