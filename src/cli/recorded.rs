//! Where the leads of a results file are, and what it takes to go there.
//!
//! A results file that somebody sends must not be able to redirect a token. So an address that stands in it is used only
//! where it is that of a platform which is known by name, and no other one is configured; or where it is the configured one.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::config_file::{self, Configuration};
use super::read_file::bytes_of;
use super::settings::{Layer, Origin, Settings};
use super::shared_args::{PaceArgs, ServerArgs, ShowArgs};
use super::token;
use super::{custom, place, resolve};
use crate::platform::{BaseUrl, Custom, KnownPlatform, PLATFORMS, platform_named};
use crate::results::{Ledger, ResultsError, all_made, read};
use crate::run::{Endpoint, LeftInDoubt, RecordedPlan, Sending, Server};
use crate::target::{Family, Host, Target};

/// A server of a results file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    family: Family,
    host: Host,
}

/// What a command on a results file needs, and what the user should be told of how it was resolved.
pub(super) struct Resolved {
    pub(super) plan: RecordedPlan,
    pub(super) settings: Settings,
    pub(super) notes: Vec<String>,
}

/// What a command needs of the results file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Its doubts.
    Doubts,
    /// Its doubts and the leads that were created.
    Leads,
}

/// The targets of the leads that a command is about. The file is only read.
///
/// # Errors
/// It is not there, or cannot be read.
pub(super) fn targets(results: &Path, needs: Needs) -> Result<Vec<Target>, ResultsError> {
    if let Err(source) = std::fs::metadata(results) {
        return Err(ResultsError::Io { path: results.to_owned(), doing: "open it", source });
    }
    let (ledger, _): (Ledger, _) = read(results)?;
    let mut targets: BTreeSet<Target> = ledger.doubts()?.into_iter().map(|doubt| doubt.target).collect();
    if needs == Needs::Leads {
        let mut made = all_made(results, |_| true)?.leads;
        made.dedup_by(|a, b| a.target == b.target);
        targets.extend(made.into_iter().map(|made| (*made.target).clone()));
    }
    Ok(targets.into_iter().collect())
}

/// Of how many leads nobody knows whether an undo deleted them. The file is only read.
///
/// # Errors
/// It cannot be read.
pub(super) fn open_deletions(results: &Path) -> Result<u64, ResultsError> {
    let (ledger, _): (Ledger, _) = read(results)?;
    Ok(ledger.count_open_deletions())
}

/// Resolves where to go for the leads at `targets`, of which there are some.
///
/// # Errors
/// Something is missing, mistyped or must not be used: exit code 2.
pub(super) fn resolve(
    results: &Path,
    targets: &[Target],
    left_in_doubt: LeftInDoubt,
    (server, pace, output): (&ServerArgs, &PaceArgs, &ShowArgs),
) -> Result<Resolved> {
    let mut flags = Layer::new(Origin::Flag);
    server.set(&mut flags);
    pace.set(&mut flags);
    output.set(&mut flags);
    let mut all = vec![flags, Layer::environment()];
    let Configuration { layers, notes, custom, .. } = config_file::asked_for(&Settings::new(all.clone()), None)?;
    all.extend(layers);
    let mut settings = Settings::new(all);
    let custom = custom::chosen(&mut settings, custom.as_ref())?;
    let chosen = choose(&settings, custom.as_deref(), targets)?;
    let here = |target: &&Target| target.family == chosen.family && target.host == chosen.host;
    let chatbot = targets.iter().find(here).filter(|_| chosen.family == Family::Pollybot);
    let leads_path = settings.read("leads_path", place::leads_path)?;
    let in_sandbox = chosen.host == Host::Sandbox;
    let endpoint = Endpoint {
        family: chosen.family,
        server: server_at(&chosen, &settings)?,
        place: chatbot.map(|target| target.place.clone()),
        leads_path,
        custom: custom.filter(|custom| Family::Custom(custom.name()) == chosen.family),
        words: place::words(&settings),
    };
    let sending = Sending { left_in_doubt, ..resolve::sending(&settings, in_sandbox)? };
    let plan = RecordedPlan { results: results.to_owned(), endpoint, sending, options: options(&settings) };
    Ok(Resolved { plan, settings, notes: notes.into_iter().chain(elsewhere(targets, &chosen)).collect() })
}

/// Leads on other servers are left alone, and that is said.
fn elsewhere(targets: &[Target], place: &Place) -> Option<String> {
    let servers: BTreeSet<Place> = targets.iter().map(Place::of).filter(|other| other != place).collect();
    let names: Vec<String> = servers.iter().map(Place::describe).collect();
    (!names.is_empty()).then(|| format!("leads on other servers are left alone: {}", names.join(", ")))
}

fn choose(settings: &Settings, custom: Option<&Custom>, targets: &[Target]) -> Result<Place> {
    let servers: BTreeSet<Place> = targets.iter().map(Place::of).collect();
    let names = || servers.iter().map(Place::describe).collect::<Vec<_>>().join(", ");
    let configured = configured(settings, custom)?;
    let fits = |place: &Place| match &configured {
        Configured::Nothing => true,
        Configured::Sandbox(family) => {
            place.host == Host::Sandbox && family.is_none_or(|family| family == place.family)
        }
        Configured::Place(configured) => place == configured,
    };
    let fitting: Vec<&Place> = servers.iter().filter(|place| fits(place)).collect();
    match (fitting.as_slice(), &configured) {
        ([one], Configured::Nothing) if !one.is_known() => bail!(
            "the leads of this file are on {}, which is no platform that is known by name\nwhat to do: if you trust it with your \
             token, say so: {}",
            one.describe(),
            one.options()
        ),
        ([one], _) => Ok((*one).clone()),
        ([], _) => bail!(
            "the file has no such leads on {}; it has some on {}\nwhat to do: name that server (--platform, --base-url), or another \
             results file",
            configured.describe(),
            names()
        ),
        (_, _) => {
            let options: Vec<String> = servers.iter().map(Place::options).collect();
            bail!(
                "the file has leads on several servers ({})\nwhat to do: say which one: {}",
                names(),
                options.join(" or ")
            )
        }
    }
}

/// The server that flags, environment or configuration name.
enum Configured {
    Nothing,
    Sandbox(Option<Family>),
    Place(Place),
}

impl Configured {
    fn describe(&self) -> String {
        match self {
            Self::Nothing => "any server".to_owned(),
            Self::Sandbox(_) => "the sandbox".to_owned(),
            Self::Place(place) => place.describe(),
        }
    }
}

fn configured(settings: &Settings, custom: Option<&Custom>) -> Result<Configured> {
    let in_sandbox = settings.is_on("sandbox")?;
    if let Some(custom) = custom.filter(|_| !in_sandbox) {
        let host = Host::Url(custom::base_url(custom, settings)?.as_str().to_owned());
        return Ok(Configured::Place(Place { family: Family::Custom(custom.name()), host }));
    }
    let named = settings.read("platform", |name| platform_named(name).ok_or_else(|| place::unknown_platform(name)))?;
    match named {
        like if in_sandbox => Ok(Configured::Sandbox(like.map(|platform| platform.family))),
        Some(platform) => {
            let host = Host::Url(place::base_url(platform, settings)?.as_str().to_owned());
            Ok(Configured::Place(Place { family: platform.family, host }))
        }
        None if settings.text("base_url").is_some() => {
            bail!(
                "--base-url says where, and nobody says how to speak to it\nwhat to do: add --platform autocalls (for its white labels, \
                 too) or --platform pollybot"
            )
        }
        None => Ok(Configured::Nothing),
    }
}

fn server_at(place: &Place, settings: &Settings) -> Result<Server> {
    let Host::Url(url) = &place.host else { return Ok(Server::Sandbox) };
    // The same form as when it was written; else nothing on file would be there.
    let base_url = BaseUrl::parse(url, "").context("the address in the results file")?;
    let ca_certificates = settings.read("ca_file", |path| bytes_of("the file", path.as_ref()))?;
    Ok(Server::Platform { base_url, token: Some(token::find(settings)?), ca_certificates })
}

fn options(settings: &Settings) -> serde_json::Value {
    let shown = ["rate", "concurrency", "timeout", "settle", "give_up", "max_in_doubt", "leads_path"];
    let mut options = serde_json::Map::new();
    for name in shown {
        if let Some((values, _)) = settings.all(name) {
            options.insert(name.to_owned(), values.join(", ").into());
        }
    }
    options.into()
}

impl Place {
    fn of(target: &Target) -> Self {
        Self { family: target.family, host: target.host.clone() }
    }

    /// The platform that is known to be there.
    fn known(&self) -> Option<&'static KnownPlatform> {
        let Host::Url(url) = &self.host else { return None };
        PLATFORMS.iter().find(|known| known.family == self.family && known.base_url == Some(url.as_str()))
    }

    /// Whether a token may go there because the file says so: the sandbox is in this process.
    fn is_known(&self) -> bool {
        self.host == Host::Sandbox || self.known().is_some()
    }

    fn describe(&self) -> String {
        match &self.host {
            Host::Sandbox => "the sandbox".to_owned(),
            Host::Url(url) => url.clone(),
        }
    }

    /// The options that name it.
    fn options(&self) -> String {
        match (&self.host, self.known()) {
            (Host::Sandbox, _) => format!("--sandbox --platform {}", self.family.name()),
            (Host::Url(url), _) if matches!(self.family, Family::Custom(_)) => {
                format!("--platform-file FILE --base-url {url} (the file that describes {})", self.family.name())
            }
            (Host::Url(_), Some(known)) => format!("--platform {}", known.name),
            (Host::Url(url), None) => format!("--platform {} --base-url {url}", self.family.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(settings: &str, targets: &[&str]) -> Result<String, String> {
        let path = Path::new("c.toml");
        let layer = super::super::config_text::ConfigText::parse(path, settings).unwrap().top().settings().unwrap();
        let targets: Vec<Target> = targets.iter().map(|text| Target::parse(text).unwrap()).collect();
        let place = choose(&Settings::new(vec![layer]), None, &targets);
        place.map(|place| place.describe()).map_err(|error| format!("{error:#}"))
    }

    const FAMULOR: &str = "autocalls https://app.famulor.de/api campaign 7";
    const STRANGER: &str = "autocalls https://evil.example/api campaign 7";

    #[test]
    fn an_address_from_the_file_is_used_only_where_it_is_known_or_configured() {
        assert_eq!(chosen("", &[FAMULOR]).unwrap(), "https://app.famulor.de/api");
        assert_eq!(chosen("", &["autocalls sandbox campaign 7"]).unwrap(), "the sandbox");
        let refused = chosen("", &[STRANGER]).unwrap_err();
        assert!(refused.contains("--platform autocalls --base-url https://evil.example/api"), "{refused}");
        let named = "platform = 'autocalls'\nbase_url = 'https://evil.example'";
        assert_eq!(chosen(named, &[STRANGER]).unwrap(), "https://evil.example/api");
    }

    #[test]
    fn a_configured_platform_is_not_left_for_another_that_the_file_names() {
        let refused = chosen("platform = 'otonistark'", &[FAMULOR]).unwrap_err();
        assert!(refused.contains("it has some on https://app.famulor.de/api"), "{refused}");
        assert!(chosen("platform = 'famulor'", &[STRANGER]).is_err());
        assert_eq!(chosen("platform = 'famulor'", &[STRANGER, FAMULOR]).unwrap(), "https://app.famulor.de/api");
    }

    #[test]
    fn of_several_servers_one_must_be_named() {
        let refused = chosen("", &[FAMULOR, "autocalls sandbox campaign 7"]).unwrap_err();
        assert!(refused.contains("--platform famulor") && refused.contains("--sandbox"), "{refused}");
    }
}
