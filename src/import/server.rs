//! The server that leads go to: the sandbox, started here, or a platform; with a client for it and the places on it.

use std::sync::Arc;

use super::error::ImportError;
use super::places::{FindId, Places, among, as_named, is_name};
use super::plan::{Endpoint, Plan, Server};
use crate::clock::Clock;
use crate::platform::{BaseUrl, Campaign, Platform};
use crate::sandbox::{Sandbox, SandboxOptions, campaign_asked_for};
use crate::target::{Family, Host};
use crate::upload::{Client, ClientOptions, Line, Observer, Pace, Preflight, Stop, Token};

/// A server that can be asked.
pub(super) struct Connected {
    pub(super) platform: Arc<dyn Platform>,
    pub(super) line: Arc<Line>,
    base_url: String,
    sandbox: Option<Arc<Sandbox>>,
    host: Host,
}

/// The sandbox takes any token; this one says in its log whose it is.
const SANDBOX_TOKEN: &str = "leadload-sandbox";

impl Connected {
    /// Starts the sandbox, if that is where leads go, and makes the client.
    pub(super) async fn connect(plan: &Plan, clock: &Clock, stop: &Stop) -> Result<Self, ImportError> {
        let (base_url, token, ca_certificates, sandbox, host) = match &plan.endpoint.server {
            Server::Platform { base_url, token, ca_certificates } => {
                let token = token.clone().ok_or(ImportError::NoToken)?;
                (base_url.clone(), token, ca_certificates.clone(), None, Host::Url(base_url.as_str().to_owned()))
            }
            Server::Sandbox => {
                let sandbox = start_sandbox(&plan.endpoint, clock).await?;
                let suffix = if plan.endpoint.family == Family::Autocalls { "/api" } else { "" };
                let base_url = BaseUrl::parse(&sandbox.base_url(), suffix).map_err(ImportError::sandbox)?;
                (base_url, Token::new(SANDBOX_TOKEN)?, None, Some(Arc::new(sandbox)), Host::Sandbox)
            }
        };
        let sending = &plan.sending;
        let options = ClientOptions {
            base_url: base_url.clone(),
            token,
            timeout: sending.timeout,
            ca_certificates,
            connections: sending.concurrency.get(),
        };
        let client = Client::new(&options, clock.clone())?;
        let pace = Pace::new(&sending.rates, clock.clone());
        let line = Arc::new(Line::new(client, pace, clock.clone(), sending.concurrency, sending.give_up, stop.clone()));
        let (platform, base_url) = (platform_of(&plan.endpoint), base_url.as_str().to_owned());
        Ok(Self { platform, line, base_url, sandbox, host })
    }

    /// Tests the token, lists the campaigns, and finds the run's own among them.
    pub(super) async fn places(
        &self,
        endpoint: &Endpoint,
        observer: &dyn Observer,
    ) -> Result<(Places, Vec<Campaign>), ImportError> {
        let place = endpoint.place.as_deref().unwrap_or_default();
        let preflight = Preflight::ask(self.platform.as_ref(), place, &self.base_url, &self.line, observer).await?;
        let campaigns = preflight.campaigns.unwrap_or_default();
        let find_id: FindId = match (&self.sandbox, endpoint.family) {
            (_, Family::Pollybot) => as_named(),
            (None, Family::Autocalls) => among(campaigns.clone()),
            (Some(sandbox), Family::Autocalls) => {
                let sandbox = Arc::clone(sandbox);
                Box::new(move |wanted| Ok(sandbox.ensure_campaign(wanted).to_string()))
            }
        };
        let places = Places::new(endpoint.family, self.host.clone(), endpoint.place.as_deref(), find_id)?;
        Ok((places, campaigns))
    }

    /// Where leads go, for people.
    pub(super) fn describe(&self) -> String {
        if self.sandbox.is_some() { "the sandbox".to_owned() } else { self.base_url.clone() }
    }

    /// Whether creating a lead there can make a phone ring.
    pub(super) fn calls_people(&self) -> bool {
        self.sandbox.is_none()
    }
}

/// Whether the campaign is given by a name whose id only the platform knows.
pub(super) fn only_platform_knows(endpoint: &Endpoint) -> bool {
    let is_name = endpoint.place.as_deref().is_some_and(is_name);
    is_name && endpoint.family == Family::Autocalls && matches!(endpoint.server, Server::Platform { .. })
}

/// The places as far as they are known without asking anybody: those of a dry run, and what names the results file.
pub(super) fn places_unasked(endpoint: &Endpoint) -> Result<Places, ImportError> {
    let (host, find_id) = match (&endpoint.server, endpoint.family) {
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

async fn start_sandbox(endpoint: &Endpoint, clock: &Clock) -> Result<Sandbox, ImportError> {
    let mut options = SandboxOptions::new(clock.clone());
    if let (Family::Autocalls, Some(place)) = (endpoint.family, &endpoint.place) {
        options.ensure_campaign(place);
    }
    Sandbox::start(options, 0).await.map_err(ImportError::sandbox)
}

/// The pure part of an endpoint: what speaks its API.
pub(super) fn platform_of(endpoint: &Endpoint) -> Arc<dyn Platform> {
    match (endpoint.family, &endpoint.leads_path) {
        (Family::Autocalls, _) => Arc::new(crate::platform::Autocalls),
        (Family::Pollybot, None) => Arc::new(crate::platform::Pollybot::default()),
        (Family::Pollybot, Some(path)) => Arc::new(crate::platform::Pollybot::new(path)),
    }
}
