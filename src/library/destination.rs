//! Where leads go, as a program says it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::BuildError;
use crate::platform::{BaseUrl, Custom, Words, nearest_platform, platform_named};
use crate::run::{Endpoint, Server};
use crate::target::{Family, NO_CAMPAIGN};
use crate::upload::Token;

/// The campaign of the sandbox where none is given; it is always there.
const SANDBOX_CAMPAIGN: &str = "7";

/// Who says to which campaign a lead goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CampaignOf {
    /// The destination.
    TheRun,
    /// A column, row by row; where it is empty, the destination.
    EachRow,
}

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
    platform: Named,
    base_url: Option<String>,
    token: Option<Token>,
    place: Option<String>,
    leads_path: Option<String>,
    ca_file: Option<PathBuf>,
}

/// Which platform.
#[derive(Debug, Clone, Default)]
enum Named {
    #[default]
    Sandbox,
    /// One of those that are known.
    Known(String),
    /// One that this file describes.
    ByFile(PathBuf),
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
        Self(Kind::Said(Said { platform: Named::Known(name.to_owned()), ..Said::default() }))
    }

    /// A platform that this file describes, as `docs/CUSTOM_PLATFORM.md` says. It is read by [`build`](crate::ImportBuilder::build); the
    /// limits in it hold where the builder says no others.
    #[must_use]
    pub fn platform_file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Said(Said { platform: Named::ByFile(path.into()), ..Said::default() }))
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

    /// The path of a chatbot's leads (PollyBot), where it is not the documented one.
    #[must_use]
    pub fn leads_path(self, path: &str) -> Self {
        self.with(|said| said.leads_path = Some(path.to_owned()))
    }

    /// A file with root certificates in PEM form that are trusted besides the system's.
    #[must_use]
    pub fn ca_file(self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self.with(|said| said.ca_file = Some(path))
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
    pub(super) fn resolve(self, campaign: CampaignOf) -> Result<(Endpoint, String), BuildError> {
        match self.0 {
            Kind::Ready { endpoint, label } => Ok((*endpoint, label)),
            Kind::Said(said) => said.resolve(campaign),
        }
    }
}

impl Said {
    fn resolve(self, campaign: CampaignOf) -> Result<(Endpoint, String), BuildError> {
        let place = self.place.clone().filter(|place| !place.is_empty());
        match &self.platform {
            Named::Sandbox => {
                let its_own = || (campaign == CampaignOf::TheRun).then(|| SANDBOX_CAMPAIGN.to_owned());
                Ok((endpoint(Family::Autocalls, Server::Sandbox, place.or_else(its_own)), "sandbox".to_owned()))
            }
            Named::Known(name) => {
                let nearest = || BuildError::UnknownPlatform { name: name.clone(), nearest: nearest_platform(name) };
                let known = platform_named(name).ok_or_else(nearest)?;
                refuse_no_place(known.family, place.as_deref(), campaign)?;
                let suffix = if known.family == Family::Autocalls { "/api" } else { "" };
                let address = self.base_url.as_deref().or(known.base_url);
                let address = address.ok_or(BuildError::NoBaseUrl { platform: known.title })?;
                let leads_path = self.leads_path.as_deref().map(leads_path).transpose()?;
                let server = self.server(BaseUrl::parse(address, suffix)?)?;
                Ok((Endpoint { leads_path, ..endpoint(known.family, server, place) }, known.name.to_owned()))
            }
            Named::ByFile(path) => self.described(path, place, campaign),
        }
    }

    fn described(
        &self,
        path: &Path,
        place: Option<String>,
        campaign: CampaignOf,
    ) -> Result<(Endpoint, String), BuildError> {
        let name = path.display().to_string();
        let unread = |error: std::io::Error| BuildError::PlatformFile(format!("the platform file {name}: {error}"));
        let text = std::fs::read_to_string(path).map_err(unread)?;
        let custom = Custom::parse(&name, &text, &[]).map_err(|error| BuildError::PlatformFile(error.to_string()))?;
        let family = Family::Custom(custom.name());
        let place = match (custom.takes_campaigns(), place) {
            (false, None) if campaign == CampaignOf::TheRun => Some(NO_CAMPAIGN.to_owned()),
            (false, _) => return Err(BuildError::PlaceOfNone { platform: custom.name().as_str().to_owned() }),
            (true, place) => {
                refuse_no_place(family, place.as_deref().filter(|place| *place != NO_CAMPAIGN), campaign)?;
                place
            }
        };
        let base_url = match &self.base_url {
            Some(address) => BaseUrl::parse(address, "")?,
            None => custom.base_url().clone(),
        };
        let label = custom.name().as_str().to_owned();
        Ok((Endpoint { custom: Some(Arc::new(custom)), ..endpoint(family, self.server(base_url)?, place) }, label))
    }

    fn server(&self, base_url: BaseUrl) -> Result<Server, BuildError> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| BuildError::Value(format!("--ca-file: {}: {error}", path.display())))
        };
        let ca_certificates = self.ca_file.as_ref().map(read).transpose()?;
        Ok(Server::Platform { base_url, token: self.token.clone(), ca_certificates })
    }
}

fn refuse_no_place(family: Family, place: Option<&str>, campaign: CampaignOf) -> Result<(), BuildError> {
    match (place, family) {
        (Some(_), _) => Ok(()),
        (None, Family::Pollybot) => Err(BuildError::NoPlace { place: "chatbot", or_column: "" }),
        (None, _) if campaign == CampaignOf::EachRow => Ok(()),
        (None, Family::Custom(_)) => {
            Err(BuildError::NoPlace { place: "campaign", or_column: ", or name a column with it by --campaign-column" })
        }
        (None, Family::Autocalls) => {
            let or_column = " (id or name), or name a column with it by --campaign-column";
            Err(BuildError::NoPlace { place: "campaign", or_column })
        }
    }
}

/// A path of leads as it was said.
///
/// # Errors
/// It is no path.
pub(crate) fn leads_path(text: &str) -> Result<String, BuildError> {
    let text = text.trim();
    if !text.starts_with('/') || text.contains(['?', '#', ' ']) {
        return Err(BuildError::Value(format!("{text:?} is not a path\nwhat to do: write it like /api/v1/leads")));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn endpoint(family: Family, server: Server, place: Option<String>) -> Endpoint {
    Endpoint { family, server, place, leads_path: None, custom: None, words: Words::default() }
}
