//! The server that leads go to: the sandbox, started here, or a platform; with a client for it and the places on it.

use std::path::Path;
use std::sync::Arc;

use super::error::RunError;
use super::places::{FindId, PlaceError, Places, among, as_named, as_typed, is_name};
use super::plan::{Endpoint, Sending, Server};
use super::seed;
use super::until::Watch;
use crate::clock::Clock;
use crate::platform::{Autocalls, BaseUrl, Campaign, Custom, Platform, Pollybot};
use crate::sandbox::{Sandbox, SandboxOptions, campaign_asked_for};
use crate::target::{Family, Host, Target};
use crate::upload::{Client, ClientOptions, Line, Observer, Pace, Preflight, Stop, Token};

/// A server that can be asked.
pub(crate) struct Connected {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) line: Arc<Line>,
    base_url: String,
    sandbox: Option<Arc<Sandbox>>,
    host: Host,
    /// Stops the run when it is time.
    _until: Option<Watch>,
}

/// The sandbox takes any token; this one says in its log whose it is.
const SANDBOX_TOKEN: &str = "leadload-sandbox";

impl Connected {
    /// Starts the sandbox, if that is where leads go, and makes the client.
    pub(crate) async fn connect(
        endpoint: &Endpoint,
        sending: &Sending,
        clock: &Clock,
        stop: &Stop,
    ) -> Result<Self, RunError> {
        let platform = platform_of(endpoint)?;
        let (base_url, token, ca_certificates, sandbox, host) = match &endpoint.server {
            Server::Platform { base_url, token, ca_certificates } => {
                let token = token.clone().ok_or(RunError::NoToken)?;
                (base_url.clone(), token, ca_certificates.clone(), None, Host::Url(base_url.as_str().to_owned()))
            }
            Server::Sandbox if endpoint.custom.is_some() => return Err(RunError::Usage(NO_STAND_IN.to_owned())),
            Server::Sandbox => {
                let sandbox = start_sandbox(endpoint, clock).await?;
                let suffix = if endpoint.family == Family::Autocalls { "/api" } else { "" };
                let base_url = BaseUrl::parse(&sandbox.base_url(), suffix).map_err(RunError::sandbox)?;
                (base_url, Token::new(SANDBOX_TOKEN)?, None, Some(Arc::new(sandbox)), Host::Sandbox)
            }
        };
        let options = ClientOptions {
            base_url: base_url.clone(),
            token,
            access: platform.access(),
            timeout: sending.timeout,
            ca_certificates,
            connections: sending.concurrency.get(),
        };
        let client = Client::new(&options, clock.clone())?;
        let pace = Pace::new(&sending.rates, clock.clone());
        let (concurrency, errors) = (sending.concurrency, sending.pause_after_errors);
        let line = Line::new(client, pace, clock.clone(), concurrency, sending.give_up, errors, stop.clone());
        let line = Arc::new(line);
        let base_url = base_url.as_str().to_owned();
        let watch = sending.until.as_ref().map(|until| until.watch(clock, stop));
        Ok(Self { platform, line, base_url, sandbox, host, _until: watch })
    }

    /// Tests the token, lists the campaigns, and finds the run's own among them.
    pub(crate) async fn places(
        &self,
        endpoint: &Endpoint,
        observer: &dyn Observer,
    ) -> Result<(Places, Vec<Campaign>), RunError> {
        let campaigns = self.ask(endpoint, observer).await?;
        Ok((self.places_among(endpoint, &campaigns)?, campaigns))
    }

    /// The places of this server, whose campaigns are these, and among them the run's own.
    pub(crate) fn places_among(&self, endpoint: &Endpoint, campaigns: &[Campaign]) -> Result<Places, PlaceError> {
        let find_id: FindId = match (&self.sandbox, endpoint.family) {
            (_, Family::Pollybot) => as_named(),
            (_, Family::Custom(_)) => as_typed(),
            (None, Family::Autocalls) => among(campaigns.to_vec()),
            (Some(sandbox), Family::Autocalls) => {
                let sandbox = Arc::clone(sandbox);
                Box::new(move |wanted| Ok(sandbox.ensure_campaign(wanted).to_string()))
            }
        };
        Places::new(endpoint.family, self.host.clone(), endpoint.place.as_deref(), find_id)
    }

    /// Tests the token, and lists the campaigns where there are any.
    pub(crate) async fn ask(&self, endpoint: &Endpoint, observer: &dyn Observer) -> Result<Vec<Campaign>, RunError> {
        let place = endpoint.place.as_deref().unwrap_or_default();
        let preflight = Preflight::ask(self.platform.as_ref(), place, &self.base_url, &self.line, observer).await?;
        Ok(preflight.campaigns.unwrap_or_default())
    }

    /// The sandbox forgets: it gets back the leads that the results file says are there.
    pub(crate) fn give_back(&self, results: &Path) -> Result<(), RunError> {
        match &self.sandbox {
            Some(sandbox) => Ok(seed::restore(sandbox, results)?),
            None => Ok(()),
        }
    }

    /// Where leads go, for people.
    pub(crate) fn describe(&self) -> String {
        if self.sandbox.is_some() { "the sandbox".to_owned() } else { self.base_url.clone() }
    }

    /// Whether `target` is on this server.
    pub(crate) fn is_here(&self, target: &Target) -> bool {
        target.family == self.platform.family() && target.host == self.host
    }

    /// Whether creating a lead there can make a phone ring.
    pub(crate) fn calls_people(&self) -> bool {
        self.sandbox.is_none()
    }
}

/// Whether the campaign is given by a name whose id only the platform knows.
pub(crate) fn only_platform_knows(endpoint: &Endpoint) -> bool {
    let is_name = endpoint.place.as_deref().is_some_and(is_name);
    is_name && endpoint.family == Family::Autocalls && matches!(endpoint.server, Server::Platform { .. })
}

/// The places as far as they are known without asking anybody: those of a dry run, and what names the results file.
pub(crate) fn places_unasked(endpoint: &Endpoint) -> Result<Places, RunError> {
    let (host, find_id) = match (&endpoint.server, endpoint.family) {
        (Server::Platform { base_url, .. }, Family::Custom(_)) => (Host::Url(base_url.as_str().to_owned()), as_typed()),
        (Server::Sandbox, Family::Custom(_)) => return Err(RunError::Usage(NO_STAND_IN.to_owned())),
        (Server::Platform { base_url, .. }, _) => (Host::Url(base_url.as_str().to_owned()), as_named()),
        (Server::Sandbox, Family::Pollybot) => (Host::Sandbox, as_named()),
        (Server::Sandbox, Family::Autocalls) => {
            let campaigns = SandboxOptions::new(Clock::system()).campaigns;
            let find_id: FindId = Box::new(move |wanted| Ok(campaign_asked_for(&campaigns, wanted).id.to_string()));
            (Host::Sandbox, find_id)
        }
    };
    Ok(Places::new(endpoint.family, host, endpoint.place.as_deref(), find_id)?)
}

async fn start_sandbox(endpoint: &Endpoint, clock: &Clock) -> Result<Sandbox, RunError> {
    let mut options = SandboxOptions::new(clock.clone());
    if let (Family::Autocalls, Some(place)) = (endpoint.family, &endpoint.place) {
        options.ensure_campaign(place);
    }
    Sandbox::start(options, 0).await.map_err(RunError::sandbox)
}

/// The sandbox speaks the built-in APIs only.
const NO_STAND_IN: &str = "the sandbox cannot stand in for a platform that a file describes: leave out --sandbox; leadload \
                           check shows the requests, and sends nothing";

/// The pure part of an endpoint: what speaks its API.
///
/// # Errors
/// The endpoint is of an API that a file describes, and that description is not there, or another one.
pub(crate) fn platform_of(endpoint: &Endpoint) -> Result<Arc<dyn Platform>, RunError> {
    let words = endpoint.words.clone();
    Ok(match (endpoint.family, &endpoint.leads_path) {
        (Family::Autocalls, _) => Arc::new(Autocalls::with_words(words)),
        (Family::Pollybot, None) => Arc::new(Pollybot::default().with_words(words)),
        (Family::Pollybot, Some(path)) => Arc::new(Pollybot::new(path).with_words(words)),
        (Family::Custom(name), _) => match &endpoint.custom {
            Some(custom) if custom.name() == name => Arc::new(Custom::clone(custom).with_words(words)),
            _ => {
                let what = format!("the platform {} needs its description (--platform-file)", name.as_str());
                return Err(RunError::Usage(what));
            }
        },
    })
}
