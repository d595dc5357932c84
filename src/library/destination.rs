//! Where leads go, as a program says it.

use super::error::BuildError;
use crate::platform::{BaseUrl, KnownPlatform, Words, nearest_platform, platform_named};
use crate::run::{Endpoint, Server};
use crate::target::Family;
use crate::upload::Token;

/// The campaign of the sandbox where none is given; it is always there.
const SANDBOX_CAMPAIGN: &str = "7";

/// Where leads go: a platform's campaign or chatbot, or the sandbox inside this process.
///
/// ```
/// use leadload::{Destination, Token};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let token = Token::new("token-of-your-account")?;
/// let campaign = Destination::platform("famulor").campaign("7").token(token);
/// let rehearsal = Destination::sandbox();
/// # let _ = (campaign, rehearsal);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Destination(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Said by a program, and not checked yet.
    Said(Said),
    /// Checked by whoever knows settings and flags.
    Ready { endpoint: Box<Endpoint>, label: String },
}

#[derive(Debug, Clone, Default)]
struct Said {
    /// The platform's name; `None`: the sandbox.
    platform: Option<String>,
    base_url: Option<String>,
    token: Option<Token>,
    place: Option<String>,
}

impl Destination {
    /// The stand-in for the platforms that runs inside this process: it needs no account and calls nobody.
    #[must_use]
    pub fn sandbox() -> Self {
        Self(Kind::Said(Said::default()))
    }

    /// The platform of this name: `famulor`, `autocalls`, `pollybot` and the others that `--platform` knows.
    #[must_use]
    pub fn platform(name: &str) -> Self {
        Self(Kind::Said(Said { platform: Some(name.to_owned()), ..Said::default() }))
    }

    /// Its campaign, by its id or its name. PollyBot: its chatbot.
    #[must_use]
    pub fn campaign(self, id_or_name: &str) -> Self {
        self.with(|said| said.place = Some(id_or_name.trim().to_owned()))
    }

    /// The account's token. A dry run needs none.
    #[must_use]
    pub fn token(self, token: Token) -> Self {
        self.with(|said| said.token = Some(token))
    }

    /// The address of its API, where it is not the usual one.
    #[must_use]
    pub fn base_url(self, url: &str) -> Self {
        self.with(|said| said.base_url = Some(url.to_owned()))
    }

    /// One that somebody else has checked; the results file is named after `label`.
    pub(crate) fn ready(endpoint: Endpoint, label: String) -> Self {
        Self(Kind::Ready { endpoint: Box::new(endpoint), label })
    }

    fn with(mut self, change: impl FnOnce(&mut Said)) -> Self {
        if let Kind::Said(said) = &mut self.0 {
            change(said);
        }
        self
    }

    /// The endpoint, and what the results file is named after.
    pub(super) fn resolve(self, has_campaign_column: bool) -> Result<(Endpoint, String), BuildError> {
        match self.0 {
            Kind::Ready { endpoint, label } => Ok((*endpoint, label)),
            Kind::Said(said) => said.resolve(has_campaign_column),
        }
    }
}

impl Said {
    fn resolve(self, has_campaign_column: bool) -> Result<(Endpoint, String), BuildError> {
        let place = self.place.clone().filter(|place| !place.is_empty());
        let Some(name) = &self.platform else {
            let place = place.or_else(|| (!has_campaign_column).then(|| SANDBOX_CAMPAIGN.to_owned()));
            return Ok((endpoint(Family::Autocalls, Server::Sandbox, place), "sandbox".to_owned()));
        };
        let known = platform_named(name)
            .ok_or_else(|| BuildError::UnknownPlatform { name: name.clone(), nearest: nearest_platform(name) })?;
        refuse_no_place(known, place.as_deref(), has_campaign_column)?;
        let suffix = if known.family == Family::Autocalls { "/api" } else { "" };
        let address = self.base_url.as_deref().or(known.base_url);
        let address = address.ok_or(BuildError::NoBaseUrl { platform: known.title })?;
        let base_url = BaseUrl::parse(address, suffix)?;
        let server = Server::Platform { base_url, token: self.token, ca_certificates: None };
        Ok((endpoint(known.family, server, place), known.name.to_owned()))
    }
}

fn refuse_no_place(platform: &KnownPlatform, place: Option<&str>, has_campaign_column: bool) -> Result<(), BuildError> {
    match (place, platform.family) {
        // What a file describes is not known by name.
        (Some(_), _) | (None, Family::Custom(_)) => Ok(()),
        (None, Family::Pollybot) => Err(BuildError::NoPlace { place: "chatbot", or_column: "" }),
        (None, Family::Autocalls) if has_campaign_column => Ok(()),
        (None, Family::Autocalls) => {
            let or_column = " (id or name), or name a column with it by --campaign-column";
            Err(BuildError::NoPlace { place: "campaign", or_column })
        }
    }
}

fn endpoint(family: Family, server: Server, place: Option<String>) -> Endpoint {
    Endpoint { family, server, place, leads_path: None, custom: None, words: Words::default() }
}
