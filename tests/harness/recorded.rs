//! `undo` and `reconcile` inside the test, on the clock and the sandbox of a [`World`].

use std::sync::Arc;

use leadload::platform::BaseUrl;
use leadload::reconcile::{Reconciled, reconcile};
use leadload::report::{Console, Reporter, Screen, Volume};
use leadload::run::{Consent, Endpoint, LeftInDoubt, RecordedPlan, RunError, Sending, Server, Surroundings};
use leadload::target::Family;
use leadload::undo::{Mode, Plan, Runs, Undone, Which, undo};
use leadload::upload::{Stop, StopKind, StopReason, Token};

use super::in_process::World;

/// A command on the results file of a world that is being set up.
pub(crate) struct OnResults<'a> {
    world: &'a World,
    pub(crate) family: Family,
    pub(crate) runs: Runs,
    pub(crate) which: Which,
    pub(crate) mode: Mode,
    pub(crate) consent: Consent,
    pub(crate) sending: Sending,
    stop: Stop,
}

/// What came of it.
pub(crate) struct Came<T> {
    pub(crate) result: Result<T, RunError>,
    pub(crate) said: String,
}

impl<T> Came<T> {
    #[track_caller]
    pub(crate) fn done(&self) -> &T {
        self.result.as_ref().unwrap_or_else(|error| panic!("it did not begin: {error}\n{}", self.said))
    }
}

impl World {
    /// A command on the results file, with sane settings for tests.
    pub(crate) fn on_results(&self) -> OnResults<'_> {
        OnResults {
            world: self,
            family: Family::Autocalls,
            runs: Runs::Last,
            which: Which::Untouched,
            mode: Mode::Delete,
            consent: Consent::Given,
            sending: Sending { rates: vec!["50/s".parse().unwrap()], max_in_doubt: 1000, ..Sending::default() },
            stop: Stop::default(),
        }
    }
}

impl OnResults<'_> {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn workers(self, workers: u16) -> Self {
        self.with(|command| command.sending.concurrency = workers.to_string().parse().unwrap())
    }

    pub(crate) fn deciding(self, decision: LeftInDoubt) -> Self {
        self.with(|command| command.sending.left_in_doubt = decision)
    }

    /// Stops it as Ctrl-C would, when the sandbox has had so many requests more.
    pub(crate) fn stopped_after(self, requests: usize) -> Self {
        let (mut arrived, stop) = (self.world.sandbox.arrived(), self.stop.clone());
        let until = *arrived.borrow() + requests;
        tokio::spawn(async move {
            // An error: the sandbox is gone, and nobody is there to be stopped.
            if arrived.wait_for(|count| *count >= until).await.is_ok() {
                stop.request(StopReason::new(StopKind::Interrupted, "interrupted"));
            }
        });
        self
    }

    fn recorded(&self) -> RecordedPlan {
        let (suffix, place) = match self.family {
            Family::Autocalls => ("/api", None),
            Family::Pollybot => ("", Some("bot_7".to_owned())),
            Family::Custom(_) => ("", None),
        };
        RecordedPlan {
            results: self.world.results(),
            endpoint: Endpoint {
                family: self.family,
                server: Server::Platform {
                    base_url: BaseUrl::parse(&self.world.sandbox.base_url(), suffix).unwrap(),
                    token: Some(Token::new("invented").unwrap()),
                    ca_certificates: None,
                },
                place,
                leads_path: None,
                custom: None,
                words: leadload::platform::Words::default(),
            },
            sending: self.sending.clone(),
            options: serde_json::json!({}),
        }
    }

    fn around(&self) -> (Console, Surroundings) {
        let (console, clock) = (Console::in_memory(Screen::Plain, Volume::Normal), self.world.clock.clone());
        let reporter = Arc::new(Reporter::new(console.clone(), clock.clone()));
        (console, Surroundings { clock, stop: self.stop.clone(), reporter, ask: None, disk: None })
    }

    pub(crate) async fn undo(self) -> Came<Undone> {
        let (console, around) = self.around();
        let recorded = self.recorded();
        let plan = Plan { recorded, runs: self.runs, which: self.which, mode: self.mode, consent: self.consent };
        Came { result: undo(Arc::new(plan), around).await, said: console.kept() }
    }

    pub(crate) async fn reconcile(self) -> Came<Reconciled> {
        let (console, around) = self.around();
        Came { result: reconcile(Arc::new(self.recorded()), around).await, said: console.kept() }
    }
}
