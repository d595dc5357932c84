//! Where leads go: the platform that was asked for, its address, and the campaign or chatbot.

use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use super::read_file::bytes_of;
use super::settings::Settings;
use super::{custom, token};
use crate::doctor::CampaignOf;
use crate::import::Mode;
use crate::mapping::MappingConfig;
use crate::platform::{BaseUrl, Custom, KnownPlatform, PLATFORMS, Words, nearest_platform, platform_named};
use crate::run::{Endpoint, Server};
use crate::target::Family;

/// The campaign of the sandbox where none is given; it is always there.
const SANDBOX_CAMPAIGN: &str = "7";

/// The chatbot of the sandbox where none is given.
const SANDBOX_CHATBOT: &str = "demo";
/// How much must be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Where leads go.
    Everything,
    /// Nothing: what is not said stays open.
    Little,
    /// The same, and what a file beside the input says of its columns is not heard.
    NoMapping,
}

/// The platform that was asked for.
pub(super) enum Chosen {
    Sandbox {
        like: Option<&'static KnownPlatform>,
    },
    Platform(&'static KnownPlatform),
    /// One that a file describes.
    Custom(Arc<Custom>),
    /// A check without one.
    Unnamed,
}

impl Chosen {
    pub(super) fn family(&self) -> Family {
        match self {
            Self::Unnamed | Self::Sandbox { like: None } => Family::Autocalls,
            Self::Sandbox { like: Some(platform) } | Self::Platform(platform) => platform.family,
            Self::Custom(custom) => Family::Custom(custom.name()),
        }
    }

    /// The description, where it is a platform of its own.
    pub(super) fn custom(&self) -> Option<&Arc<Custom>> {
        if let Self::Custom(custom) = self { Some(custom) } else { None }
    }

    /// What the results file is named after.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Sandbox { like: None } => "sandbox".to_owned(),
            Self::Sandbox { like: Some(platform) } => format!("sandbox-{}", platform.name),
            Self::Platform(platform) => platform.name.to_owned(),
            Self::Custom(custom) => custom.name().as_str().to_owned(),
            Self::Unnamed => "unnamed".to_owned(),
        }
    }

    /// Whether it is known where leads would go, so that a check can tell what was sent there before.
    pub(super) fn is_placed(&self, settings: &Settings, campaign_of: CampaignOf) -> bool {
        match self {
            Self::Sandbox { .. } => true,
            Self::Unnamed => false,
            Self::Custom(custom) => !custom.takes_campaigns() || custom::place(custom, settings, campaign_of).is_ok(),
            Self::Platform(platform) => {
                let place = if platform.family == Family::Pollybot { "chatbot" } else { "campaign" };
                let has_place = settings.text(place).is_some_and(|place| !place.trim().is_empty());
                let has_address = platform.base_url.is_some() || settings.text("base_url").is_some();
                has_address && (has_place || campaign_of == CampaignOf::EachRow && platform.family == Family::Autocalls)
            }
        }
    }
}

/// How the campaign of a row is known, by what is said of columns.
pub(super) fn campaign_of(mapping: &MappingConfig) -> CampaignOf {
    if mapping.campaign.is_some() { CampaignOf::EachRow } else { CampaignOf::TheRun }
}

/// Where leads of a check go that does not say where: no such host can exist, and there is no token.
pub(super) fn nowhere(chosen: &Chosen, campaign_of: CampaignOf) -> Result<Endpoint> {
    let family = chosen.family();
    let (suffix, place) = match family {
        Family::Autocalls => ("/api", "your campaign"),
        Family::Pollybot => ("", "your chatbot"),
        Family::Custom(_) => ("", "your campaign"),
    };
    let base_url = BaseUrl::parse("https://nowhere.invalid", suffix)?;
    let place = (campaign_of == CampaignOf::TheRun).then(|| place.to_owned());
    let server = Server::Platform { base_url, token: None, ca_certificates: None };
    Ok(Endpoint { family, server, place, leads_path: None, custom: chosen.custom().cloned(), words: Words::default() })
}

/// Nobody knows a platform of this name.
pub(super) fn unknown_platform(name: &str) -> anyhow::Error {
    let meant = nearest_platform(name).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
    anyhow!("there is no platform {name:?}{meant}\nwhat to do: name one of {}", known_platforms())
}

fn known_platforms() -> String {
    let names = PLATFORMS.iter().map(|platform| platform.name);
    names.chain(["custom with --platform-file"]).collect::<Vec<_>>().join(", ")
}

/// The platform that was asked for; `custom` is the described one, where that is it.
pub(super) fn platform(settings: &Settings, asks: Asks, custom: Option<Arc<Custom>>) -> Result<Chosen> {
    let in_sandbox = settings.is_on("sandbox")?;
    if let Some(custom) = custom {
        if in_sandbox {
            bail!(
                "--sandbox cannot stand in for a platform that a file describes\nwhat to do: leave it out; leadload check shows \
                 the requests and sends none"
            );
        }
        return Ok(Chosen::Custom(custom));
    }
    let named = settings.read("platform", |name| platform_named(name).ok_or_else(|| unknown_platform(name)))?;
    match named {
        like if in_sandbox => Ok(Chosen::Sandbox { like }),
        Some(platform) => Ok(Chosen::Platform(platform)),
        None if asks != Asks::Everything => Ok(Chosen::Unnamed),
        None => {
            bail!(
                "no platform: nobody says where leads go\nwhat to do: say which one by --platform ({}), or add --sandbox to try \
                 the program without an account",
                known_platforms()
            )
        }
    }
}

pub(super) fn endpoint(chosen: &Chosen, settings: &Settings, mode: Mode, campaign_of: CampaignOf) -> Result<Endpoint> {
    let family = chosen.family();
    let (setting, in_sandbox) = match family {
        Family::Autocalls | Family::Custom(_) => ("campaign", SANDBOX_CAMPAIGN),
        Family::Pollybot => ("chatbot", SANDBOX_CHATBOT),
    };
    let place = settings.text(setting).map(str::trim).filter(|place| !place.is_empty()).map(str::to_owned);
    let place = match (place, chosen) {
        (None, Chosen::Sandbox { .. }) if campaign_of == CampaignOf::TheRun => Some(in_sandbox.to_owned()),
        (_, Chosen::Custom(custom)) => custom::place(custom, settings, campaign_of)?,
        (None, Chosen::Platform(_)) if family == Family::Pollybot => {
            bail!("no chatbot\nwhat to do: say which one by --chatbot ID")
        }
        (None, Chosen::Platform(_)) if campaign_of == CampaignOf::TheRun => {
            bail!(
                "no campaign\nwhat to do: say which one by --campaign (id or name), or name a column with it by --campaign-column"
            )
        }
        (place, _) => place,
    };
    let leads_path = settings.read("leads_path", leads_path)?;
    let server = match chosen {
        Chosen::Sandbox { .. } => Server::Sandbox,
        Chosen::Unnamed => return nowhere(chosen, campaign_of),
        Chosen::Platform(platform) => server(base_url(platform, settings)?, settings, mode)?,
        Chosen::Custom(custom) => server(custom::base_url(custom, settings)?, settings, mode)?,
    };
    Ok(Endpoint { family, server, place, leads_path, custom: chosen.custom().cloned(), words: words(settings) })
}

fn server(base_url: BaseUrl, settings: &Settings, mode: Mode) -> Result<Server> {
    Ok(Server::Platform {
        base_url,
        token: if mode == Mode::DryRun { None } else { Some(token::find(settings)?) },
        ca_certificates: settings.read("ca_file", |path| bytes_of("the file", path.as_ref()))?,
    })
}

/// What the platform's refusals say, besides the built-in table.
pub(super) fn words(settings: &Settings) -> Words {
    let several = |name| settings.all(name).map_or(&[][..], |(words, _)| words);
    Words::new(several("already_there_words"), several("no_balance_words"))
}

pub(super) fn base_url(platform: &KnownPlatform, settings: &Settings) -> Result<BaseUrl> {
    let suffix = if platform.family == Family::Autocalls { "/api" } else { "" };
    if let Some(given) = settings.read("base_url", |text| Ok(BaseUrl::parse(text, suffix)?))? {
        return Ok(given);
    }
    let usual = platform
        .base_url
        .ok_or_else(|| anyhow!("{} needs its address\nwhat to do: give it by --base-url", platform.title))?;
    Ok(BaseUrl::parse(usual, suffix)?)
}

pub(super) fn leads_path(text: &str) -> Result<String> {
    Ok(crate::library::leads_path(text)?)
}
