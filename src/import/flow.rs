//! The order of things in an upload.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::before::{Before, refuse_own_results};
use super::calls;
use super::columns::Columns;
use super::earlier::Refusals;
use super::first_pass::{self, Counted, LiveCampaigns, Read};
use super::hand_over::HandOver;
use super::inputs::{open_again, open_rest, path_for, readable_aside};
use super::listed::{self, Listed};
use super::moved::refuse_moved;
use super::plan::{Existing, Passes, Plan, Purpose};
use super::prepare::PrepareError;
use super::rehearsal;
use super::rejects;
use super::results_file::{ResultsFile, folder_of};
use super::row::Keep;
use super::survey::{Known, Pass};
use super::tell::{tell_inputs, tell_late_columns, tell_platform, tell_remarks, tell_repairs, tell_short_rows};
use super::update::OnFile;
use super::variables;
use crate::platform::Campaign;
use crate::report::{Finished, in_one_line};
use crate::results::{Failed, Why};
use crate::run::{
    Closed, Connected, Opened, Places, RunError, Session, Subject, Surroundings, only_platform_knows, places_unasked,
};
use crate::source::{Input, Source};
use crate::target::Target;
use crate::upload::{Crew, Event, Observer, StopKind, StopReason};

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
    pub failure: Option<Failed>,
    /// How many leads are in doubt in the results file, also those whose rows are gone, and how many of the input are in
    /// doubt in other results files.
    pub in_doubt: u64,
    /// Of how many leads of the results file nobody knows whether an undo deleted them: they are not sent.
    pub open_deletions: u64,
    /// What there is to tell.
    pub finished: Finished,
}

/// Uploads what `plan` says, or changes it where it is.
///
/// # Errors
/// [`RunError`] where nothing was sent. Whatever happens later is in [`Ended`].
pub async fn import(plan: Arc<Plan>, around: Surroundings) -> Result<Ended, RunError> {
    let inputs = readable_aside(&plan, &around).await?;
    let looked = Columns::find_aside(&plan, &inputs, &around).await?;
    let (columns, sources) = open_rest(&plan, &inputs, looked)?;
    tell_inputs(&around.reporter, &sources);
    let before = Before::read_aside(&plan, columns, &around).await?;
    let connected = Connected::connect(&plan.endpoint, &plan.sending, &around.clock, &around.stop).await?;
    tell_platform(&around.reporter, connected.platform.as_ref());
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
    if results.is_new && matches!(plan.purpose, Purpose::Update(_)) {
        results.discard_if_new();
        let path = results.path.display();
        return Err(RunError::Usage(format!(
            "{path}: there is no results file of an import, so no lead is known that could be changed\n\
             what to do: import first, or name the file by --results"
        )));
    }
    let ready = Ready { plan, around, connected, results, places: Arc::new(places), campaigns, before };
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
    before: Before,
}

impl Ready {
    async fn go(mut self, inputs: Vec<Input>, sources: Vec<Source>) -> Result<Ended, RunError> {
        let sent = variables::sent_by(&self.plan, &self.before.columns, &sources);
        let checked = variables::check(&self.plan, sent, &self.connected, &self.around).await;
        checked.inspect_err(|_| self.results.discard_if_new())?;
        let (columns, platform) = (&self.before.columns, self.connected.platform.as_ref());
        let placed = variables::check_places(&self.plan, columns, &sources, platform, &self.around.reporter);
        placed.inspect_err(|_| self.results.discard_if_new())?;
        let known = Arc::new(Known::Recorded(Arc::clone(&self.results.recorder)));
        let calls = calls::of(&self.plan, &self.before.columns, &sources);
        self.tell_other_numbers(&calls, &sources);
        let (sources, counted) = match self.prepare_to_send(&inputs, sources, &known).await {
            Ok(ready) => ready,
            Err(error) => {
                self.results.discard_if_new();
                return Err(error);
            }
        };
        if self.plan.purpose == Purpose::Create {
            // An update refuses no rows that the import has not refused already.
            rejects::collect(&self.around.reporter, folder_of(&self.results.path), &sources);
        }
        let mut on_file = OnFile::default();
        if let Some(counted) = counted {
            self.around.reporter.expect(counted.expected());
            self.around.reporter.expect_in_doubt(counted.in_doubt);
            on_file = OnFile::read(&self.results.path, counted.to_change)?;
        }
        self.begin(known, on_file, calls).await.go(sources).await
    }

    fn tell_other_numbers(&self, calls: &[String], sources: &[Source]) {
        if self.plan.purpose == Purpose::Create
            && let Some(note) = calls::difference(self.results.recorder.ledger().calls(), calls, sources)
        {
            self.around.reporter.event(Event::Note(&note));
        }
    }

    async fn begin(self, known: Arc<Known>, on_file: OnFile, calls: Vec<String>) -> Import {
        let Self { plan, around, connected, results, places, before, .. } = self;
        let refusals = Refusals::read(&results.path, &results.recorder.ledger());
        let target = places.fixed().map_or_else(|| connected.describe(), |target| target.canonical());
        let inputs = plan.inputs.iter().map(Input::name).collect();
        let why = if plan.purpose == Purpose::Create { Why::Import } else { Why::Update };
        let subject = Subject { why, target, inputs, options: &plan.options, calls };
        let session = Session::begin(around, connected, results, &plan.sending, subject).await;
        let (refusals, on_file) = (Arc::new(refusals), Arc::new(on_file));
        Import { plan, places, known, before, refusals, on_file, session }
    }

    /// Counts, asks, and opens the inputs a second time.
    async fn prepare_to_send(
        &mut self,
        inputs: &[Input],
        sources: Vec<Source>,
        known: &Arc<Known>,
    ) -> Result<(Vec<Source>, Option<Counted>), RunError> {
        refuse_own_results(&self.plan, &self.results.path)?;
        refuse_moved(&self.plan, &self.results.path, &self.results.recorder.ledger(), &self.before.elsewhere)?;
        let sources = self.list_existing(inputs, sources, known).await?;
        if self.plan.passes == Passes::One {
            self.suggest_listing(None).await;
            self.ask_consent(None).await?;
            return Ok((sources, None));
        }
        let read = self.count(sources, known).await?;
        for note in read.counted.notes() {
            self.around.reporter.event(Event::Note(&note));
        }
        self.tell_what_will_be_left(&read.counted);
        self.suggest_listing(Some(&read.counted)).await;
        self.ask_consent(Some(&read.counted)).await?;
        self.open_again(inputs, read).map(|(sources, counted)| (sources, Some(counted)))
    }

    async fn count(&self, sources: Vec<Source>, known: &Arc<Known>) -> Result<Read, RunError> {
        let platform = &self.connected.platform;
        first_pass::count(sources, &self.plan, &self.places, platform, known, &self.before, &self.around).await
    }

    /// With `--skip-existing`, lists who is in the campaigns that are to be sent to; in a run with two passes these are
    /// found by a pass of their own, so that what is counted afterwards is what is sent.
    async fn list_existing(
        &mut self,
        inputs: &[Input],
        sources: Vec<Source>,
        known: &Arc<Known>,
    ) -> Result<Vec<Source>, RunError> {
        let targets: Vec<Arc<Target>>;
        let sources = match (self.plan.preload.existing, self.plan.passes) {
            (Existing::Suggest, _) => return Ok(sources),
            (Existing::List, Passes::One) => {
                targets = self.places.fixed().into_iter().cloned().collect();
                sources
            }
            (Existing::List, Passes::Two) => {
                let (sources, counted) = self.open_again(inputs, self.count(sources, known).await?)?;
                targets = counted.by_place().keys().map(|place| self.places.target(place.clone())).collect();
                sources
            }
        };
        self.before.listed = Arc::new(Listed::read(&targets, &self.connected, &self.around).await?);
        Ok(sources)
    }

    /// Somebody may have imported this input before, with a results file that is not this one.
    async fn suggest_listing(&self, counted: Option<&Counted>) {
        let preload = &self.plan.preload;
        let is_asked_for = preload.existing == Existing::List || !preload.known.is_empty();
        let has_nothing_to_send = counted.is_some_and(|counted| counted.to_send() == 0);
        let fixed = self.places.fixed().filter(|_| !self.plan.mapping.names_campaign());
        if let (true, Some(target)) = (self.results.is_new && !is_asked_for && !has_nothing_to_send, fixed) {
            listed::suggest(&self.plan, target, &self.connected, &self.around).await;
        }
    }

    /// Opens the inputs for another pass, if they are still what they were.
    fn open_again(&self, inputs: &[Input], read: Read) -> Result<(Vec<Source>, Counted), RunError> {
        let mut again = Vec::new();
        let opened = open_again(&self.plan, inputs, &self.before.columns)?;
        for ((source, header), before) in opened.into_iter().zip(read.headers).zip(read.snapshots) {
            if source.snapshot() != before {
                return Err(PrepareError::Changed(source.name().to_owned()).into());
            }
            again.push(source.with_header(header));
        }
        Ok((again, read.counted))
    }

    /// Where there is less time than the leads take.
    fn tell_what_will_be_left(&self, counted: &Counted) {
        let Some(until) = &self.plan.sending.until else { return };
        let (to_send, spacing) = (counted.expected().to_send, self.connected.line.pace().spacing());
        let left = until.left_over(to_send, spacing, self.around.clock.wall());
        if left > 0 {
            let (left, all) = (crate::report::count(left), crate::report::count(to_send));
            let note = format!("note: about {left} of {all} leads will be left at {until} (--until)");
            self.around.reporter.console().note(&note);
        }
    }

    /// Asks where people would be called at once, and, at a terminal, before leads are changed.
    async fn ask_consent(&self, counted: Option<&Counted>) -> Result<(), RunError> {
        let is_update = matches!(self.plan.purpose, Purpose::Update(_));
        let nothing_to_change = is_update && counted.is_some_and(|counted| counted.to_change.is_empty());
        if !self.connected.calls_people() || nothing_to_change {
            return Ok(());
        }
        // An update sends nothing that is in doubt.
        let doubts = if is_update { Vec::new() } else { self.results.recorder.ledger().doubts()? };
        let doubts: Vec<Target> =
            doubts.into_iter().map(|doubt| doubt.target).filter(|target| self.connected.is_here(target)).collect();
        let has_nothing_to_send = doubts.is_empty() && counted.is_some_and(|counted| counted.to_send() == 0);
        if self.connected.platform.may_call_at_once() && (is_update || !has_nothing_to_send) {
            let live = LiveCampaigns::of_platform(&self.connected.describe(), self.plan.purpose, counted);
            return self.around.consent(self.plan.consent, live.question(), live.unasked()).await;
        }
        match first_pass::live_campaigns(&self.plan, &self.places, &self.campaigns, &doubts, counted) {
            Some(live) => self.around.consent(self.plan.consent, live.question(), live.unasked()).await,
            None if is_update && self.around.ask.is_some() => {
                let number = counted.map_or(0, |counted| counted.to_change.len());
                let question = format!("Leads that were edited: {number}. Change them on the platform?");
                self.around.consent(self.plan.consent, question, String::new()).await
            }
            None => Ok(()),
        }
    }
}

/// An import that has begun.
struct Import {
    plan: Arc<Plan>,
    places: Arc<Places>,
    known: Arc<Known>,
    before: Before,
    /// What earlier runs were told.
    refusals: Arc<Refusals>,
    /// What the results file says of the leads that are to be changed.
    on_file: Arc<OnFile>,
    session: Session,
}

impl Import {
    async fn go(self, sources: Vec<Source>) -> Result<Ended, RunError> {
        let crew = Arc::new(self.session.crew(&self.plan.sending)?);
        // An update leaves what is in doubt to the next import: its input may be a part of it only.
        let settles = self.plan.purpose == Purpose::Create;
        if settles {
            self.session.settle_earlier_doubts(&crew, &self.plan.sending).await?;
            self.session.decide_the_rest(&crew, self.plan.sending.left_in_doubt).await?;
        }
        let handed_over = self.send_all(&crew, sources).await;
        if settles {
            self.session.settle_what_is_left(&crew).await?;
        }
        Ok(self.end(&handed_over).await)
    }

    /// The second pass, beside the crew that sends. An input that changes or breaks off stops the run.
    async fn send_all(&self, crew: &Arc<Crew>, mut sources: Vec<Source>) -> Counted {
        let (to_crew, work) = mpsc::channel(4 * self.plan.sending.concurrency.get() + 64);
        let Session { around, connected, .. } = &self.session;
        around.reporter.begin_sending(None);
        let crew = Arc::clone(crew);
        let working = tokio::spawn(async move { crew.run(work).await });
        let (plan, places, known) = (Arc::clone(&self.plan), Arc::clone(&self.places), Arc::clone(&self.known));
        let (platform, stop) = (Arc::clone(&connected.platform), around.stop.clone());
        let reporter = Arc::clone(&around.reporter);
        let on_file = Arc::clone(&self.on_file);
        // By now the doubts of earlier runs are settled, and their ids on file.
        let refusals = if around.reporter.is_heard() {
            Arc::new(self.refusals.with_ids(&self.session.results.path))
        } else {
            Arc::clone(&self.refusals)
        };
        let mut hand_over = HandOver {
            to_crew,
            purpose: plan.purpose,
            reporter: Arc::clone(&reporter),
            refusals,
            on_file,
            clock: around.clock.clone(),
            busy: Some(around.clock.busy()),
        };
        let before = self.before.clone();
        let preparing = tokio::task::spawn_blocking(move || {
            let (platform, keep) = (platform.as_ref(), Keep::Records);
            let (known, before, stop) = (&known, &before, &stop);
            let pass = Pass { plan: &plan, places: &places, platform, known, before, keep, stop };
            let mut handed_over = Counted::default();
            let passed = pass.run_seeing(&mut sources, &mut |item| tell_repairs(&reporter, item), &mut |sorted| {
                handed_over.add(&sorted);
                let sent = hand_over.take(sorted);
                if sent && !stop.is_requested() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            drop(hand_over);
            match passed {
                Ok(passed) => handed_over.groups_apart = passed.groups_apart,
                Err(error) => stop.request(StopReason::new(StopKind::Input, in_one_line(&error))),
            }
            tell_short_rows(&reporter, &sources);
            if plan.passes == Passes::One {
                tell_remarks(&reporter, &sources);
                tell_late_columns(&reporter, &before.columns, &sources);
                reporter.expect(handed_over.expected());
                for note in handed_over.notes() {
                    reporter.event(Event::Note(&note));
                }
            }
            handed_over
        });
        let prepared = preparing.await;
        // A panic is a fault of this program: it must not pass for a finished run.
        working.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        prepared.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }

    async fn end(self, handed_over: &Counted) -> Ended {
        let around = &self.session.around;
        let stopped = around.stop.reason();
        let mut finished = around.reporter.finish(stopped.as_ref());
        let results = self.session.results.path.clone();
        if stopped.is_none() {
            finished.notes.extend(rehearsal::how_to_begin_anew(&self.plan, &finished, &results));
        }
        let totals = serde_json::to_value(&finished.totals).unwrap_or_default();
        let Closed { run, target, stopped, failure, in_doubt, open_deletions } = self.session.end(totals).await;
        // No look-up of this run can end what is in doubt elsewhere.
        let in_doubt = in_doubt + handed_over.in_doubt_elsewhere();
        Ended { run, target, results, stopped, failure, in_doubt, open_deletions, finished }
    }
}
