//! What a sandbox is like: its campaigns, its token, its pace, and in which of the ways seen in the field it answers.

use std::time::Duration;

use jiff::SignedDuration;
use xxhash_rust::xxh3::xxh3_64;

use super::faults::Faults;
use crate::clock::Clock;

/// How a sandbox is set up. [`SandboxOptions::new`] gives a well-behaved platform; change the fields from there.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Shared with the uploader in tests, so that simulated time means the same to both.
    pub clock: Clock,
    /// The only bearer token that is accepted; `None` accepts any that is not empty.
    pub token: Option<String>,
    /// The campaigns there are.
    pub campaigns: Vec<SandboxCampaign>,
    /// Whether campaigns beyond those exist.
    pub open_campaigns: OpenCampaigns,
    /// The variables that its assistant knows (Autocalls).
    pub assistant_variables: Vec<String>,
    /// The account's balance; creates are refused when it is not above zero. Creates do not lower it.
    pub balance: f64,
    /// The HTTP status of "insufficient balance": the vendors use 400, 402 and 422.
    pub insufficient_balance_status: u16,
    /// How long a request takes, half of it before it has its effect and half after.
    pub latency: Duration,
    /// No more than so many requests in any window of this length, counted when they arrive. Several hold together.
    pub rate_limits: Vec<(u32, Duration)>,
    /// Whether answers tell how much of the rate is left.
    pub rate_headers: RateHeaders,
    /// How the answer to a lead that is already there looks (Autocalls).
    pub duplicates: DuplicateAnswer,
    /// The HTTP status of `DUPLICATE_EMAIL` (`PollyBot`), which is documented nowhere.
    pub duplicate_email_status: u16,
    /// How the list of campaigns looks.
    pub campaign_list: CampaignListShape,
    /// How a list of leads looks (Autocalls).
    pub lead_list: LeadListShape,
    /// Leads younger than this are missing from lists: a replica that is behind.
    pub list_lag: Duration,
    /// How far the platform's own clock is ahead of ours, in its `Date` header and its time stamps.
    pub clock_offset: SignedDuration,
    /// The ways in which it differs from the documentation.
    pub quirks: Vec<Quirk>,
    /// Faults of requests that create a lead.
    pub create_faults: Faults,
    /// Faults of requests that list or show leads.
    pub list_faults: Faults,
    /// Faults of requests that update or delete a lead.
    pub change_faults: Faults,
    /// Whether [`super::Sandbox::arrivals`] has anything to tell.
    pub record_arrivals: RecordArrivals,
}

impl SandboxOptions {
    /// A platform without faults or limits, with campaigns 7 "Spring campaign" (paused), 8 "Autumn campaign" (draft) and
    /// 9 "Live campaign" (in-progress).
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            token: None,
            campaigns: vec![
                SandboxCampaign::new(7, "Spring campaign", "paused"),
                SandboxCampaign::new(8, "Autumn campaign", "draft"),
                SandboxCampaign::new(9, "Live campaign", "in-progress"),
            ],
            open_campaigns: OpenCampaigns::ListedOnly,
            assistant_variables: Vec::new(),
            balance: 25.0,
            insufficient_balance_status: 402,
            latency: Duration::ZERO,
            rate_limits: Vec::new(),
            rate_headers: RateHeaders::Always,
            duplicates: DuplicateAnswer::Taken422,
            duplicate_email_status: 409,
            campaign_list: CampaignListShape::BareArray,
            lead_list: LeadListShape::Page,
            list_lag: Duration::ZERO,
            clock_offset: SignedDuration::ZERO,
            quirks: Vec::new(),
            create_faults: Faults::none(),
            list_faults: Faults::none(),
            change_faults: Faults::none(),
            record_arrivals: RecordArrivals::No,
        }
    }

    /// Makes sure that the campaign somebody asked for, by id or by name, exists, and gives its id: rehearsals start a
    /// sandbox for whatever campaign the command names. See [`campaign_asked_for`].
    pub fn ensure_campaign(&mut self, asked: &str) -> u64 {
        let campaign = campaign_asked_for(&self.campaigns, asked);
        let id = campaign.id;
        if !self.campaigns.iter().any(|known| known.id == id) {
            self.campaigns.push(campaign);
        }
        id
    }
}

/// The campaign among `known` with this id or (ignoring case) name, else a new paused one. A name's new id is derived
/// from the name, so that the next run of the same command finds its leads in the results file again.
#[must_use]
pub fn campaign_asked_for(known: &[SandboxCampaign], asked: &str) -> SandboxCampaign {
    let asked = asked.trim();
    if let Ok(id) = asked.parse::<u64>() {
        let found = known.iter().find(|campaign| campaign.id == id);
        return found.cloned().unwrap_or_else(|| SandboxCampaign::unnamed(id));
    }
    let found = known.iter().find(|campaign| campaign.name.to_lowercase() == asked.to_lowercase());
    found.cloned().unwrap_or_else(|| {
        let id = 1_000_000 + xxh3_64(asked.to_lowercase().as_bytes()) % 1_000_000_000;
        SandboxCampaign::new(id, asked, "paused")
    })
}

/// A campaign of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxCampaign {
    /// Its number.
    pub id: u64,
    /// What people call it.
    pub name: String,
    /// `draft`, `paused`, `in-progress`, `stopped`…: only shown, nothing is ever dialled.
    pub status: String,
}

impl SandboxCampaign {
    /// A campaign.
    pub fn new(id: u64, name: impl Into<String>, status: impl Into<String>) -> Self {
        Self { id, name: name.into(), status: status.into() }
    }

    /// The campaign that exists because its number was asked for.
    #[must_use]
    pub fn unnamed(id: u64) -> Self {
        Self::new(id, format!("Campaign {id}"), "paused")
    }
}

/// Which campaigns exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenCampaigns {
    /// Those of the list.
    ListedOnly,
    /// Any numeric id that a request names exists from then on: for rehearsals with the campaigns of a real account.
    AnyId,
}

/// How a create is answered whose number is already in the campaign. The vendors document none of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DuplicateAnswer {
    /// 422 with Laravel's "has already been taken".
    Taken422,
    /// 409 with a sentence.
    Conflict409,
    /// 200 with the lead that was there before.
    Existing200,
    /// 200 with another lead: a platform that takes no notice of `allow_dupplicate`, on which everything that is sent
    /// twice is there twice.
    CreatedAgain,
}

/// How `GET /user/campaigns` looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignListShape {
    /// `[…]`, as documented.
    BareArray,
    /// `{"campaigns":[…]}`, as some versions answer.
    CampaignsObject,
}

/// How `GET /user/leads` looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadListShape {
    /// Laravel's page: `current_page`, `data`, `last_page`, …
    Page,
    /// `{"leads":[…]}`, the older answer: one page and nothing said about others.
    LeadsObject,
    /// `[…]`: the same without a name.
    BareArray,
}

/// Which answers carry `X-RateLimit-Limit` and `X-RateLimit-Remaining`. Only refusals carry `X-RateLimit-Reset`, as
/// Laravel's `ThrottleRequests` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateHeaders {
    /// All of them, as Laravel does.
    Always,
    /// Those that refuse.
    OnRefusals,
}

/// Whether the sandbox remembers when every request arrived: 24 bytes each, for tests of the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordArrivals {
    /// It does not.
    No,
    /// It does.
    Yes,
}

/// A way in which a platform differs from what is documented, without failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quirk {
    /// Variables are neither stored nor answered, and nothing is said about it.
    DropVariables,
    /// The answer to a create holds the lead's id and nothing else.
    EchoOnlyId,
    /// The list takes no notice of `phone_number` (`PollyBot`: of `search`).
    ListIgnoresFilter,
    /// Numbers in answers have lost their plus sign.
    NumbersWithoutPlus,
    /// The whole answer to a create is wrapped in an array.
    WrappedInArray,
    /// Ids are answered as text (Autocalls).
    TextIds,
    /// Time stamps are ISO 8601 with `Z` (Autocalls).
    IsoTimestamps,
    /// Lists show secondary contacts as well, in the form of leads (Autocalls).
    ListsSecondaries,
    /// The same, with the id of their lead as `parent_id`.
    ListsMarkedSecondaries,
    /// Text in variables is trimmed and empty text becomes null, as Laravel's default middleware does.
    TrimsStrings,
}
