//! The order of things in an upload.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::OptionFuture;
use thiserror::Error;
use tokio::sync::mpsc;

use super::earlier::Refusals;
use super::places::{PlaceError, Places};
use super::plan::{Consent, Passes, Plan};
use super::prepare::PrepareError;
use super::record::RunRecorder;
use super::rejects;
use super::results_file::{ResultsFile, folder_of};
use super::row::Keep;
use super::server::{Connected, only_platform_knows, places_unasked};
use super::sort::{Changed, KnownLead, Sorted};
use super::survey::{Known, Pass};
use super::witness;
use crate::clock::Clock;
use crate::lead::{Reason, Status};
use crate::platform::Campaign;
use crate::report::{Expected, Finished, Reporter};
use crate::results::{EndLine, Journal, Line, Recorder, ResultsError, RunLine, Why};
use crate::source::{Input, Snapshot, Source, SourceError};
use crate::target::Target;
use crate::upload::{
    ClientError, Crew, CrewOptions, EarlierDoubt, Event, LookUp, Observer, PreflightError, Stop, StopKind, StopReason,
    Work,
};

/// How often a first pass says how far it is.
const ROWS_BETWEEN_SIGNS: u64 = 4096;

/// What an import needs of the world.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// Stops the run; whoever hears Ctrl-C turns it.
    pub stop: Stop,
    /// Shows what happens.
    pub reporter: Arc<Reporter>,
    /// Asks the person at the terminal; `None` where there is nobody.
    pub ask: Option<fn(&str) -> bool>,
}

/// Why an import did not start, or could not go on.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The results file cannot be used.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] SourceError),
    /// The input was changed while it was read.
    #[error("{0}")]
    Changed(String),
    /// The mapping does not fit the input.
    #[error("{0}")]
    Mapping(String),
    /// The campaign cannot be used.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The platform cannot be asked.
    #[error(transparent)]
    Preflight(#[from] PreflightError),
    /// There is no token.
    #[error("there is no token")]
    NoToken,
    /// The campaign calls at once, and nobody said that it may.
    #[error("{0}")]
    NoConsent(String),
    /// The sandbox cannot be started.
    #[error("the sandbox cannot be started: {0}")]
    Sandbox(String),
}

impl ImportError {
    pub(super) fn sandbox(error: impl std::fmt::Display) -> Self {
        Self::Sandbox(error.to_string())
    }

    /// The exit code of a run that ends with this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Results(_) => 5,
            Self::Input(_) | Self::Changed(_) => 6,
            Self::Preflight(PreflightError::Stopped) => 130,
            Self::Preflight(PreflightError::Unreachable { .. } | PreflightError::BadToken { .. }) => 3,
            Self::Mapping(_)
            | Self::Place(_)
            | Self::Client(_)
            | Self::Preflight(PreflightError::NotTheApi { .. })
            | Self::NoToken
            | Self::NoConsent(_)
            | Self::Sandbox(_) => 2,
        }
    }
}

impl From<PrepareError> for ImportError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Source(error) => Self::Input(error),
            PrepareError::Results(error) => Self::Results(error),
            PrepareError::Mapping { .. } => Self::Mapping(error.to_string()),
            PrepareError::Changed(_) => Self::Changed(error.to_string()),
        }
    }
}

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
            return Err(error);
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
    if only_platform_knows(&plan.endpoint) && !matches!(plan.results, ResultsFile::At(_)) {
        connected.line.pace().remember(Duration::ZERO);
        return Ok(None);
    }
    let path = path_for(plan, &places_unasked(&plan.endpoint)?);
    Opened::open(&path, around, connected).map(Some)
}

pub(super) fn path_for(plan: &Plan, places: &Places) -> PathBuf {
    plan.results.path(places.fixed().map(|target| target.place.as_str()))
}

/// Standard input is kept so that it can be read twice.
pub(super) fn readable(plan: &Plan) -> Result<Vec<Input>, ImportError> {
    match plan.passes {
        Passes::One => Ok(plan.inputs.clone()),
        Passes::Two => Ok(plan.inputs.iter().cloned().map(Input::readable_twice).collect::<Result<_, _>>()?),
    }
}

/// Opens the inputs and checks that the mapping fits their headers, before anything else happens.
pub(super) fn open_all(plan: &Plan, inputs: &[Input]) -> Result<Vec<Source>, ImportError> {
    let mut sources = Vec::with_capacity(inputs.len());
    for input in inputs {
        let source = Source::open(input, &plan.source)?;
        if !source.header_may_grow() {
            let bound = plan.mapping.bind(source.header());
            bound.map_err(|error| ImportError::Mapping(format!("{}: {error}", source.name())))?;
        }
        sources.push(source);
    }
    Ok(sources)
}

/// The results file of this run.
struct Opened {
    /// As people are shown it.
    path: PathBuf,
    recorder: Arc<Recorder>,
    /// What earlier runs were told.
    refusals: Arc<Refusals>,
    is_new: bool,
}

impl Opened {
    fn open(path: &Path, around: &Surroundings, connected: &Connected) -> Result<Self, ImportError> {
        let is_new = !path.exists();
        let (journal, ledger, recovery) = Journal::open(path, around.clock.clone())?;
        if let Some(cut) = &recovery.cut {
            let name = path.display();
            around
                .reporter
                .console()
                .note(&format!("{name}: the last run ended in the middle of a line; {} bytes cut off", cut.bytes));
        }
        if let Some(last) = ledger.last_at() {
            let ago = Duration::try_from(around.clock.wall().duration_since(last)).unwrap_or_default();
            connected.line.pace().remember(ago);
        }
        let refusals = Arc::new(Refusals::read(path, &ledger));
        let recorder = Arc::new(Recorder::new(journal, ledger));
        Ok(Self { path: path.to_owned(), recorder, refusals, is_new })
    }

    /// A run that never began leaves no file behind.
    fn discard_if_new(&self) {
        if self.is_new {
            // At worst an empty file stays, which is a results file all the same.
            let _ = std::fs::remove_file(self.recorder.path());
        }
    }
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

/// What the first pass found.
#[derive(Debug, Default)]
struct Counted {
    leads: u64,
    rows: u64,
    to_send: u64,
    /// How many of them go to each place.
    by_place: BTreeMap<String, u64>,
    snapshots: Vec<Option<Snapshot>>,
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
        self.begin(&run).await?;
        let crew = Arc::new(self.crew(&run)?);
        self.settle_earlier(&crew).await?;
        let passed = self.send_all(&crew, sources, &known, counted.as_ref()).await;
        if let Err(error) = passed {
            self.around.stop.request(StopReason::new(StopKind::Input, error.to_string()));
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
            self.ask_consent(None)?;
            return Ok((sources, None));
        }
        let (headers, counted) = self.count(sources, known).await?;
        self.ask_consent(Some(&counted))?;
        let mut again = Vec::new();
        for ((source, header), before) in open_all(&self.plan, inputs)?.into_iter().zip(headers).zip(&counted.snapshots)
        {
            if source.snapshot() != *before {
                return Err(PrepareError::Changed(source.name().to_owned()).into());
            }
            again.push(source.with_header(header));
        }
        Ok((again, Some(counted)))
    }

    /// The first pass.
    async fn count(
        &self,
        mut sources: Vec<Source>,
        known: &Arc<Known>,
    ) -> Result<(Vec<Arc<crate::source::Header>>, Counted), ImportError> {
        let (plan, places, known) = (Arc::clone(&self.plan), Arc::clone(&self.places), Arc::clone(known));
        let (platform, stop) = (Arc::clone(&self.connected.platform), self.around.stop.clone());
        let reporter = Arc::clone(&self.around.reporter);
        let counting = tokio::task::spawn_blocking(move || {
            let snapshots = sources.iter().map(Source::snapshot).collect();
            let mut counted = Counted { snapshots, ..Counted::default() };
            let pass = Pass {
                plan: &plan,
                places: &places,
                platform: platform.as_ref(),
                known: &known,
                keep: Keep::Positions,
            };
            pass.run(&mut sources, &mut |sorted| {
                counted.add(&sorted);
                if counted.rows % ROWS_BETWEEN_SIGNS < 16 {
                    reporter.rows_read(counted.rows);
                }
                if stop.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            let headers = sources.iter().map(|source| Arc::clone(source.header())).collect();
            Ok::<_, PrepareError>((headers, counted))
        });
        let (headers, counted) = counting.await.map_err(|error| ImportError::Mapping(error.to_string()))??;
        if self.around.stop.is_requested() {
            return Err(PreflightError::Stopped.into());
        }
        Ok((headers, counted))
    }

    /// A campaign that calls at once needs a person's word.
    fn ask_consent(&self, counted: Option<&Counted>) -> Result<(), ImportError> {
        if self.plan.consent == Consent::Given || !self.connected.calls_people() {
            return Ok(());
        }
        let used = |campaign: &&Campaign| match counted {
            Some(counted) => counted.by_place.contains_key(&campaign.id),
            None => self.places.fixed().is_none_or(|target| target.place == campaign.id),
        };
        let live: Vec<_> = self.campaigns.iter().filter(used).filter(|campaign| campaign.is_live()).collect();
        if live.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = live.iter().map(|c| format!("{} {:?} is {}", c.id, c.name, c.status)).collect();
        let names = names.join(", ");
        let number = counted.map_or_else(|| "all".to_owned(), |counted| crate::report::count(counted.to_send));
        let question =
            format!("Campaign {names}: people are called as soon as their leads are created. Create {number} leads?");
        match self.around.ask {
            Some(ask) if ask(&question) => Ok(()),
            Some(_) => Err(ImportError::NoConsent("nothing was sent".to_owned())),
            None => Err(ImportError::NoConsent(format!(
                "campaign {names}: people would be called as soon as their leads are created; add --yes to say that this is meant"
            ))),
        }
    }

    async fn begin(&self, run: &str) -> Result<(), ImportError> {
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
        Ok(())
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

    /// Looks up what earlier runs left in doubt, before anything is sent; also what stands in the input no more.
    async fn settle_earlier(&self, crew: &Crew) -> Result<(), ImportError> {
        let doubts = self.results.recorder.ledger().doubts()?;
        // A request of a run that was killed may still be on its way, for as long as that run could have waited. After
        // that, absence counts at once.
        let clock = &self.around.clock;
        let sending = &self.plan.sending;
        let last_sign = self.results.recorder.ledger().last_at();
        let quiet =
            last_sign.and_then(|at| Duration::try_from(clock.wall().duration_since(at)).ok()).unwrap_or_default();
        let long_ago = quiet > sending.give_up.saturating_add(sending.timeout).saturating_add(sending.settle);
        let due = if long_ago { clock.now() } else { clock.now().saturating_add(sending.settle) };
        let doubts: Vec<_> = doubts
            .into_iter()
            .filter(|doubt| self.places.is_here(&doubt.target))
            .map(|doubt| EarlierDoubt { key: doubt.key, target: Arc::new(doubt.target), identity: doubt.identity, due })
            .collect();
        if !doubts.is_empty() {
            self.around
                .reporter
                .console()
                .note(&format!("{} leads of an earlier run are in doubt; looking them up", doubts.len()));
            crew.settle_earlier(doubts).await;
        }
        Ok(())
    }

    /// The second pass, beside the crew that sends.
    async fn send_all(
        &self,
        crew: &Arc<Crew>,
        mut sources: Vec<Source>,
        known: &Arc<Known>,
        counted: Option<&Counted>,
    ) -> Result<(), PrepareError> {
        let (to_crew, work) = mpsc::channel(4 * self.plan.sending.concurrency.get() + 64);
        let expected = counted.map(|c| Expected { leads: c.leads, rows: c.rows, to_send: c.to_send });
        self.around.reporter.begin_sending(expected);
        let crew = Arc::clone(crew);
        let working = tokio::spawn(async move { crew.run(work).await });
        let (plan, places, known) = (Arc::clone(&self.plan), Arc::clone(&self.places), Arc::clone(known));
        let (platform, stop) = (Arc::clone(&self.connected.platform), self.around.stop.clone());
        let (reporter, refusals) = (Arc::clone(&self.around.reporter), Arc::clone(&self.results.refusals));
        let preparing = tokio::task::spawn_blocking(move || {
            let pass =
                Pass { plan: &plan, places: &places, platform: platform.as_ref(), known: &known, keep: Keep::Records };
            let passed = pass.run(&mut sources, &mut |sorted| {
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
            if let Err(error) = &passed {
                // What was handed over is sent; nothing after it.
                stop.request(StopReason::new(StopKind::Input, error.to_string()));
            }
            passed
        });
        let passed = preparing.await;
        let _ = working.await;
        passed.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }

    async fn end(self, run: String) -> Result<Ended, ImportError> {
        let stopped = self.around.stop.reason();
        tracing::info!(run, stopped = stopped.as_ref().map(|reason| reason.message.as_str()), "run ends");
        let finished = self.around.reporter.finish(stopped.as_ref());
        let end = EndLine {
            run: run.as_str().into(),
            totals: Cow::Owned(serde_json::to_value(&finished.totals).unwrap_or_default()),
            stopped: stopped.map_or_else(|| "finished".to_owned(), |reason| reason.message).into(),
            at: self.around.clock.wall(),
        };
        let ended: OptionFuture<_> = self.results.recorder.record(&Line::End(end)).ok().into();
        if let Some(Err(error)) = ended.await {
            self.around.stop.request(StopReason::new(StopKind::Results, error.to_string()));
        }
        let in_doubt = self.results.recorder.ledger().count(Status::InDoubt);
        let target = self.target();
        let results = self.results.path.clone();
        Ok(Ended { run, target, results, stopped: self.around.stop.reason(), in_doubt, finished })
    }

    /// Where leads go: the target, or the platform where a column names the campaign.
    fn target(&self) -> String {
        self.places.fixed().map_or_else(|| self.connected.describe(), |target| target.canonical())
    }
}

/// What was found out about the inputs by looking.
pub(super) fn tell_inputs(reporter: &Reporter, sources: &[Source]) {
    for source in sources {
        for note in source.notes() {
            reporter.console().note(&format!("{}: {note}", source.name()));
        }
    }
}

pub(super) fn tell_short_rows(reporter: &Reporter, sources: &[Source]) {
    for source in sources.iter().filter(|source| source.short_rows() > 0) {
        let message = format!(
            "{}: {} rows have fewer cells than the header; the missing ones count as empty",
            source.name(),
            source.short_rows()
        );
        reporter.event(Event::Note(&message));
    }
}

impl Counted {
    fn add(&mut self, sorted: &Sorted) {
        self.leads += sorted.leads();
        self.rows += sorted.rows();
        if let Sorted::Send(lead, _) = sorted {
            self.to_send += 1;
            match self.by_place.get_mut(&lead.target.place) {
                Some(number) => *number += 1,
                None => drop(self.by_place.insert(lead.target.place.clone(), 1)),
            }
        }
    }
}

pub(super) fn tell_known(reporter: &Reporter, known: &KnownLead, refusals: &Refusals) {
    let earlier = |words| Cow::Owned(Reason::new("earlier_run", words));
    let reason = match (known.status, refusals.of(known.key)) {
        (Status::Rejected, Some(reason)) => Cow::Borrowed(reason),
        (Status::Rejected, None) => earlier("the platform refused it in an earlier run; --retry-rejected tries again"),
        (Status::InDoubt, _) => earlier("its answer was lost in an earlier run, and no look-up could settle that"),
        _ => earlier("settled by an earlier run"),
    };
    reporter.known(known.status, &known.rows, &reason);
    if known.changed == Changed::Yes {
        reporter.changed();
    }
}

/// Unique, and sorted by time: `20261121T140509Z-7f3a9c`.
fn run_id(clock: &Clock) -> String {
    format!("{}-{:06x}", clock.wall().strftime("%Y%m%dT%H%M%SZ"), fastrand::u32(..0x0100_0000))
}
