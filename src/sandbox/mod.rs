//! A stand-in for the calling platforms, in this process and on the loopback only: for demos, rehearsals and tests.
//!
//! It speaks both API families by real HTTP, Autocalls under `/api` and `PollyBot` under `/api/v1`, keeps everything in
//! memory, and calls nobody. It validates, refuses duplicates, lists, updates and deletes as the platforms document it;
//! where they do not, or differ among themselves, [`SandboxOptions`] chooses. It can keep to rate limits, be slow, and
//! fail in every way of [`Fault`] on demand. It shares the [clock](crate::clock) with the uploader and must know nothing
//! else of it: neither how requests are made nor what becomes of the answers.
//!
//! One rule is its own: a number that ends in 0199 is refused ("The phone number is blocked."), so that refusals can be
//! shown without any fault.

mod answer;
mod autocalls;
mod exchange;
mod faults;
mod options;
mod pollybot;
mod restore;
mod server;
mod throttle;
mod workspace;
mod world;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use self::exchange::RequestKind;
pub use self::faults::{Effect, Fault, Faults, RetryForm};
pub use self::options::{
    CampaignListShape, DuplicateAnswer, LeadListShape, OpenCampaigns, Quirk, RateHeaders, RecordArrivals,
    SandboxCampaign, SandboxOptions, campaign_asked_for,
};

use self::exchange::Exchange;
use self::server::Server;
use self::workspace::Person;
use self::world::{Lead, Secondary};
use crate::clock::Moment;

/// A running sandbox; it ends when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    exchange: Arc<Exchange>,
    server: Server,
}

impl Sandbox {
    /// Starts one on 127.0.0.1 and this port (0: any that is free), as tasks of the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails where the port is taken or may not be used.
    pub async fn start(options: SandboxOptions, port: u16) -> io::Result<Self> {
        let exchange = Arc::new(Exchange::new(options));
        let server = Server::start(Arc::clone(&exchange), port).await?;
        Ok(Self { exchange, server })
    }

    /// `http://127.0.0.1:PORT`, without `/api`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The leads there are, both families', each in the order of their ids. It copies them.
    #[must_use]
    pub fn leads(&self) -> Vec<SandboxLead> {
        self.exchange.with_backend(|backend| {
            let leads = backend.world.leads().map(SandboxLead::of_lead);
            leads.chain(backend.workspace.people().map(SandboxLead::of_person)).collect()
        })
    }

    /// The campaigns there are, in the order of their ids.
    #[must_use]
    pub fn campaigns(&self) -> Vec<SandboxCampaign> {
        self.exchange.with_backend(|backend| backend.world.campaigns().cloned().collect())
    }

    /// Makes sure that the campaign somebody asked for, by id or by name, exists, and gives its id: as
    /// [`SandboxOptions::ensure_campaign`], while it runs.
    #[must_use]
    pub fn ensure_campaign(&self, asked: &str) -> u64 {
        let known = self.campaigns();
        let campaign = campaign_asked_for(&known, asked);
        let id = campaign.id;
        self.exchange.with_backend(|backend| backend.world.add_campaign(campaign));
        id
    }

    /// How many requests have arrived, to wait for more of them.
    #[must_use]
    pub fn arrived(&self) -> tokio::sync::watch::Receiver<usize> {
        self.exchange.arrived()
    }

    /// When every request arrived and what it was for; empty unless [`SandboxOptions::record_arrivals`] says so.
    #[must_use]
    pub fn arrivals(&self) -> Vec<(Moment, RequestKind)> {
        self.exchange.arrivals()
    }

    /// How many requests came too early for [`SandboxOptions::rate_limits`] and were refused with 429.
    #[must_use]
    pub fn refused_for_rate(&self) -> u64 {
        self.exchange.refused_for_rate()
    }

    /// From now on every request that creates, changes or lists leads meets this fault.
    pub fn fail_with(&self, fault: &Fault) {
        self.exchange.with_backend(|backend| {
            let options = &mut backend.options;
            for faults in [&mut options.create_faults, &mut options.list_faults, &mut options.change_faults] {
                *faults = Faults::random(0, 1.0, [fault.clone()]);
            }
        });
    }

    /// All is well from now on: nothing fails any more, the token is good again and there is a balance. Work that is to
    /// have its effect later still has it.
    pub fn recover(&self) {
        self.exchange.with_backend(exchange::Backend::recover);
    }

    /// Ends every connection, whatever it is doing, and frees the port.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// A lead as the sandbox has it, for tests and for people.
#[derive(Debug, Clone, PartialEq)]
pub struct SandboxLead {
    /// As answers have it: `1001`, or `lead_00000001` for `PollyBot`.
    pub id: String,
    /// The campaign's id as text; for `PollyBot` the chatbot's, empty where none was named.
    pub campaign: String,
    /// The primary number as it was sent.
    pub phone: Option<String>,
    /// `PollyBot` only.
    pub email: Option<String>,
    /// `PollyBot` only.
    pub name: Option<String>,
    /// Its variables; for `PollyBot` its metadata.
    pub variables: Map<String, Value>,
    /// In the order they were sent.
    pub secondaries: Vec<SandboxSecondary>,
    /// `created`, `new`…
    pub status: String,
    /// By the server's clock.
    pub created_at: Timestamp,
}

/// A secondary contact as the sandbox has it.
#[derive(Debug, Clone, PartialEq)]
pub struct SandboxSecondary {
    /// As answers have it.
    pub id: String,
    /// Its number.
    pub phone: String,
    /// Its own variables.
    pub variables: Map<String, Value>,
}

impl SandboxLead {
    fn of_lead(lead: &Lead) -> Self {
        Self {
            id: lead.id.to_string(),
            campaign: lead.campaign.to_string(),
            phone: Some(lead.number.to_string()),
            email: None,
            name: None,
            variables: world::object_of(&lead.variables),
            secondaries: lead.secondaries.iter().map(SandboxSecondary::of).collect(),
            status: lead.status.to_string(),
            created_at: lead.created,
        }
    }

    fn of_person(person: &Person) -> Self {
        let details = &person.details;
        Self {
            id: pollybot::public_id(person.id),
            campaign: person.chatbot.as_deref().unwrap_or_default().to_owned(),
            phone: details.phone.clone(),
            email: Some(details.email.clone()),
            name: Some(details.name.clone()),
            variables: world::object_of(&details.metadata),
            secondaries: Vec::new(),
            status: details.status.clone(),
            created_at: person.created,
        }
    }
}

impl SandboxSecondary {
    fn of(contact: &Secondary) -> Self {
        Self {
            id: contact.id.to_string(),
            phone: contact.number.to_string(),
            variables: world::object_of(&contact.variables),
        }
    }
}
