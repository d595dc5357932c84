//! Leads of an earlier process: the sandbox forgets when it ends, and whoever remembers its leads gives them back.

use jiff::Timestamp;

use super::workspace::{Details, Person};
use super::world::{self, Number, Secondary};
use super::{Sandbox, SandboxLead, SandboxSecondary, pollybot};

/// Ids are counted on from the highest one that was given back; beyond this one there might be nowhere to count to.
const HIGHEST_ID: u64 = 1 << 53;

impl Sandbox {
    /// Puts `lead` in, in place of one with its id, and goes on counting ids behind it. What cannot be a lead of the
    /// sandbox (another kind of id, no number) is left out. A lead with an address is `PollyBot`'s.
    pub fn restore(&self, lead: &SandboxLead) {
        match &lead.email {
            Some(email) => self.restore_person(lead, email),
            None => self.restore_lead(lead),
        }
    }

    /// Takes out the lead with this id, with its secondary contacts, if there is one.
    pub fn forget(&self, id: &str) {
        self.exchange.with_backend(|backend| {
            // Nothing is taken out where nothing is there.
            let _ = match (id.parse(), pollybot::id_in(id)) {
                (Ok(id), _) => backend.world.delete(id).is_ok(),
                (_, Some(id)) => backend.workspace.delete(id).is_ok(),
                _ => false,
            };
        });
    }

    fn restore_lead(&self, lead: &SandboxLead) {
        let (Some(id), Some(campaign), Some(number)) =
            (known_id(lead.id.parse().ok()), lead.campaign.parse().ok(), lead.phone.as_deref().and_then(Number::parse))
        else {
            return;
        };
        let secondaries = lead.secondaries.iter().filter_map(SandboxSecondary::restored).collect();
        let (variables, status) = (world::raw(&lead.variables), lead.status.as_str().into());
        let (created, updated) = (lead.created_at, lead.created_at);
        let lead = world::Lead { id, campaign, number, variables, status, secondaries, created, updated };
        self.exchange.with_backend(|backend| backend.world.restore(lead));
    }

    fn restore_person(&self, lead: &SandboxLead, email: &str) {
        let Some(id) = known_id(pollybot::id_in(&lead.id)) else { return };
        let details = Details {
            name: lead.name.clone().unwrap_or_default(),
            email: email.to_owned(),
            phone: lead.phone.clone(),
            source: None,
            status: lead.status.clone(),
            metadata: world::raw(&lead.variables),
        };
        let chatbot = Some(lead.campaign.as_str()).filter(|chatbot| !chatbot.is_empty()).map(Box::from);
        let (created, updated) = (lead.created_at, lead.created_at);
        self.exchange.with_backend(|backend| {
            backend.workspace.restore(Person { id, chatbot, details, created, updated });
        });
    }
}

impl SandboxSecondary {
    fn restored(&self) -> Option<Secondary> {
        let (id, number) = (known_id(self.id.parse().ok())?, Number::parse(&self.phone)?);
        Some(Secondary { id, number, variables: world::raw(&self.variables) })
    }
}

impl SandboxLead {
    /// A lead with this id to which nothing has been done since it was created then.
    #[must_use]
    pub fn untouched(id: &str, campaign: &str, created_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            campaign: campaign.to_owned(),
            phone: None,
            email: None,
            name: None,
            variables: serde_json::Map::new(),
            secondaries: Vec::new(),
            status: if pollybot::id_in(id).is_some() { "new" } else { "created" }.to_owned(),
            created_at,
        }
    }
}

fn known_id(id: Option<u64>) -> Option<u64> {
    id.filter(|id| (1..=HIGHEST_ID).contains(id))
}
