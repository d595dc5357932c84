//! The crew: takes leads in order, records each before it is sent, sends as many at once as it has workers, and records
//! what became of it.
//!
//! Waiting for the disk does not occupy a worker: a lead holds a *place* (twice as many as workers) from before its
//! `sending` line until its outcome is durable; a worker is the line's, and held from waiting for a permit to the answer. So
//! a crash leaves at most twice as many leads in doubt as there are workers.

use std::sync::Arc;

use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};

use super::change::Change;
use super::doubt::LookUp;
use super::event::{Durable, Event, Observer, Outcome, RecordFailed, Recorder, Unsendable};
use super::line::Line;
use super::options::CrewOptions;
use super::probation::Probation;
use super::send::{Attempt, Sender};
use crate::clock::Moment;
use crate::lead::{Identity, Lead, LeadKey, Status};
use crate::phone::Phone;
use crate::platform::Platform;
use crate::target::Target;

/// A lead that an earlier run left in doubt.
#[derive(Debug, Clone)]
pub struct EarlierDoubt {
    /// Who it is.
    pub key: LeadKey,
    /// Where it was sent.
    pub target: Arc<Target>,
    /// What made the key.
    pub identity: Identity,
    /// The numbers of its secondary contacts.
    pub secondaries: Vec<Phone>,
    /// When it was first sent since anything was known of it.
    pub first_sent_at: Timestamp,
    /// When its last attempt was over: what is created later is not its doing.
    pub over_at: Timestamp,
    /// From when on a look-up that finds nothing counts.
    pub due: Moment,
}

/// What the crew is given, in the order of the input.
#[derive(Debug)]
pub enum Work {
    /// A lead to send.
    Send(Box<Lead>, Attempt),
    /// A lead to change on the platform, where it is.
    Change(Box<Change>),
    /// Rows that make no request, to be recorded.
    Record(Box<Unsendable>),
    /// A lead that is on the platform already, or may be, as others say: it is not sent.
    Known(Box<Lead>, Box<Outcome>),
}

/// See the module's documentation.
pub struct Crew {
    sender: Arc<Sender>,
    places: Arc<Semaphore>,
}

/// How many doubts of earlier runs are settled side by side.
const SETTLING_AT_ONCE: usize = 256;

/// The most recorded lines that are not yet known to be durable: bounds the memory they take.
const UNCONFIRMED_RECORDS: usize = 512;

impl Crew {
    /// A crew on `line`.
    #[must_use]
    pub fn new(
        platform: Arc<dyn Platform>,
        line: Arc<Line>,
        look_up: Arc<LookUp>,
        recorder: Arc<dyn Recorder>,
        observer: Arc<dyn Observer>,
        options: CrewOptions,
    ) -> Self {
        let places = Arc::new(Semaphore::new(2 * options.concurrency.get()));
        let sender = Sender::new(platform, line, look_up, recorder, observer, options, Arc::clone(&places));
        Self { sender: Arc::new(sender), places }
    }

    /// Looks up what earlier runs left in doubt, before anything is sent, and records what is found out.
    pub async fn settle_earlier(&self, doubts: Vec<EarlierDoubt>) {
        let sender = &self.sender;
        let settling = doubts.into_iter().map(|doubt| async move { sender.settle_earlier(&doubt).await });
        // Each mostly waits for its settle delay; how many requests are under way at once, the line decides.
        stream::iter(settling).buffer_unordered(SETTLING_AT_ONCE).collect::<Vec<()>>().await;
    }

    /// Works until there is no more work, every lead has ended and every doubt was settled as far as it can be; or until
    /// the run is stopped, and what is on its way has ended.
    pub async fn run(&self, mut work: mpsc::Receiver<Work>) {
        let stop = self.sender.line.stop().clone();
        let mut tasks = JoinSet::new();
        let mut probation = Probation::default();
        let mut records = Records::default();
        while let Some(next) = stop.unless_requested(work.recv()).await.flatten() {
            let done = match next {
                Work::Record(unsendable) => self.record(&unsendable, &mut records).await,
                Work::Known(lead, outcome) => self.record_known(&lead, &outcome, &mut records).await,
                Work::Change(change) => {
                    self.change(*change, &mut tasks).await;
                    Ok(())
                }
                Work::Send(lead, attempt) => {
                    self.send(Arc::new(*lead), attempt, &mut probation, &mut tasks).await;
                    Ok(())
                }
            };
            self.sender.stop_if_failed(&done);
            while let Some(ended) = tasks.try_join_next() {
                not_panicked(ended);
            }
        }
        drop(work);
        self.sender.stop_if_failed(&records.confirm_all().await);
        while let Some(ended) = tasks.join_next().await {
            not_panicked(ended);
        }
        self.settle_the_rest().await;
    }

    /// By now somebody may be known to be there, so that look-ups prove something.
    async fn settle_the_rest(&self) {
        let mut settling = JoinSet::new();
        for doubt in self.sender.take_unsettled() {
            let sender = Arc::clone(&self.sender);
            settling.spawn(async move { sender.settle_on(doubt).await });
        }
        while let Some(ended) = settling.join_next().await {
            not_panicked(ended);
        }
    }

    async fn record(&self, unsendable: &Unsendable, records: &mut Records) -> Result<(), RecordFailed> {
        self.sender.observer.event(Event::Unsendable(unsendable));
        records.push(self.sender.recorder.unsendable(unsendable)).await
    }

    /// What is there is written down, so that the next run knows it by itself. A doubt is that of whoever sent it.
    async fn record_known(&self, lead: &Lead, outcome: &Outcome, records: &mut Records) -> Result<(), RecordFailed> {
        self.sender.observer.event(Event::Known { lead, outcome });
        if outcome.status == Status::InDoubt {
            return Ok(());
        }
        records.push(self.sender.recorder.ended(lead, outcome)).await
    }

    /// Sends `lead` beside the others, or, while its campaign is on probation, alone.
    async fn send(&self, lead: Arc<Lead>, attempt: Attempt, probation: &mut Probation, tasks: &mut JoinSet<()>) {
        if self.sender.is_closed(&lead) {
            return;
        }
        let Some(place) = self.place().await else { return };
        let sender = Arc::clone(&self.sender);
        if !probation.holds(&lead.target) {
            tasks.spawn(async move { sender.send_and_settle(&lead, attempt, place).await });
            return;
        }
        let Some(ended) = sender.send_alone(&lead, attempt, place).await else { return };
        probation.heard(&lead.target, ended.status);
        if let Some(lost) = ended.lost {
            tasks.spawn(async move { sender.settle(&lead, lost).await });
        }
    }

    async fn change(&self, change: Change, tasks: &mut JoinSet<()>) {
        let Some(place) = self.place().await else { return };
        let sender = Arc::clone(&self.sender);
        tasks.spawn(async move {
            sender.change(&change).await;
            drop(place);
        });
    }

    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.sender.line.stop().unless_requested(Arc::clone(&self.places).acquire_owned()).await?.ok()
    }
}

/// A task that panicked is a fault of this program: it must not pass for a lead that was sent.
fn not_panicked(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// Lines that were recorded but not awaited, so that a file of bad rows is not held up by one sync a row.
#[derive(Default)]
struct Records {
    last: Option<Durable>,
    unconfirmed: usize,
}

impl Records {
    async fn push(&mut self, durable: Durable) -> Result<(), RecordFailed> {
        // Durable in order: who awaits the last has awaited all.
        self.last = Some(durable);
        self.unconfirmed += 1;
        if self.unconfirmed >= UNCONFIRMED_RECORDS { self.confirm_all().await } else { Ok(()) }
    }

    async fn confirm_all(&mut self) -> Result<(), RecordFailed> {
        self.unconfirmed = 0;
        match self.last.take() {
            Some(durable) => durable.await,
            None => Ok(()),
        }
    }
}
