//! A platform that is described by a file: where the description comes from, and what may not be asked of it.
//!
//! It says where a token goes, so it comes only from what is trusted: a file named by `--platform-file` (or by that setting), or
//! the section `[custom]` of a configuration file that is. A `leadload.toml` beside the input is not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};

use super::read_file::text_of;
use super::setting_table::setting;
use super::settings::{Layer, Origin, Settings};
use crate::doctor::CampaignOf;
use crate::mapping::MappingConfig;
use crate::platform::{Ability, BaseUrl, Custom, Platform};
use crate::target::NO_CAMPAIGN;

/// The name for `--platform`.
pub(super) const NAME: &str = "custom";

/// The described platform that `settings` ask for, with its limits as the weakest of them; `None` where they ask for another.
/// `section` is where a trusted configuration file describes one.
///
/// # Errors
/// There is no description, or it cannot be used.
pub(super) fn chosen(settings: &mut Settings, section: Option<&(PathBuf, Vec<String>)>) -> Result<Option<Arc<Custom>>> {
    let file = settings.text("platform_file").map(PathBuf::from);
    match settings.text("platform").map(|name| name.trim().eq_ignore_ascii_case(NAME)) {
        // A file that is named by the stronger word counts, and none where a weaker one names it.
        Some(false) => match (settings.rank("platform_file"), settings.rank("platform")) {
            (Some(file), Some(platform)) if file < platform => {}
            (Some(file), Some(platform)) if file == platform => {
                bail!(
                    "--platform-file describes a platform of its own, and --platform names another\nwhat to do: leave out \
                     --platform, or say --platform {NAME}"
                )
            }
            _ => return Ok(None),
        },
        None if file.is_none() => return Ok(None),
        Some(true) | None => {}
    }
    let (path, within) = match (file, section) {
        (Some(file), _) => (file, Vec::new()),
        (None, Some((path, within))) => (path.clone(), within.clone()),
        (None, None) => bail!(
            "--platform {NAME} needs a description\nwhat to do: name a file by --platform-file, or write it as [{NAME}] into your \
             configuration (not into a leadload.toml beside the input); docs/CUSTOM_PLATFORM.md has every field"
        ),
    };
    let custom = read(&path, &within)?;
    let mut limits = Layer::new(Origin::File(path));
    for limit in custom.limits() {
        if let Some(setting) = setting(limit.setting) {
            limits.insert(setting, limit.values.clone(), limit.line);
        }
    }
    settings.above(limits);
    Ok(Some(Arc::new(custom)))
}

fn read(path: &Path, within: &[String]) -> Result<Custom> {
    let name = path.display().to_string();
    let text = text_of("the platform file", path)?;
    let within: Vec<&str> = within.iter().map(String::as_str).collect();
    Ok(Custom::parse(&name, &text, &within)?)
}

/// The address that leads go to: the file's, or another that is set.
pub(super) fn base_url(custom: &Custom, settings: &Settings) -> Result<BaseUrl> {
    let given = settings.read("base_url", |text| Ok(BaseUrl::parse(text, "")?))?;
    Ok(given.unwrap_or_else(|| custom.base_url().clone()))
}

/// The campaign that leads go to, which is [`NO_CAMPAIGN`] where the platform has none.
///
/// # Errors
/// There should be one and is none, or the other way round.
pub(super) fn place(custom: &Custom, settings: &Settings, campaign_of: CampaignOf) -> Result<Option<String>> {
    let given = settings.text("campaign").map(str::trim).filter(|place| !place.is_empty());
    match (custom.takes_campaigns(), given) {
        (false, None) if campaign_of == CampaignOf::TheRun => Ok(Some(NO_CAMPAIGN.to_owned())),
        (false, _) => bail!(
            "{} has no campaigns: its platform file has no place for {{campaign}}\nwhat to do: leave out --campaign and \
             --campaign-column",
            custom.name().as_str()
        ),
        (true, Some(NO_CAMPAIGN)) => bail!(
            "{NO_CAMPAIGN:?} is no campaign: it stands for platforms that have none\nwhat to do: give the campaign's id"
        ),
        (true, None) if campaign_of == CampaignOf::TheRun => {
            bail!(
                "no campaign\nwhat to do: say which one by --campaign ID, or name a column with it by --campaign-column"
            )
        }
        (true, given) => Ok(given.map(str::to_owned)),
    }
}

/// What the description says nothing of cannot be done: told before anything is read.
pub(super) fn refuse_what_it_lacks(custom: &Custom, settings: &Settings, mapping: &MappingConfig) -> Result<()> {
    let name = custom.name();
    let name = name.as_str();
    let resolves = settings.text("on_exists").is_some_and(|what| what != "skip");
    let updates = settings.text("on_exists") == Some("update");
    let lacks = [
        (settings.is_on("skip_existing")?, Ability::List, "--skip-existing", "list"),
        (updates, Ability::Update, "--on-exists update", "update"),
        (resolves, Ability::LookUp, "--on-exists", "look_up"),
    ];
    let is_lacking = |(is_asked, ability, ..): &&(bool, Ability, &str, &str)| *is_asked && !custom.can(*ability);
    if let Some((_, _, option, section)) = lacks.iter().find(is_lacking) {
        bail!(
            "{option} needs [{section}], which the platform file of {name} does not have\nwhat to do: describe it there, or leave \
             {option} out"
        );
    }
    let groups = [
        (mapping.secondary.is_some(), "[[mapping.secondary]]"),
        (mapping.group_by.is_some(), "--group-by"),
        (settings.text("other_numbers") == Some("secondary"), "--other-numbers secondary"),
    ];
    if let Some((_, option)) = groups.iter().find(|(is_asked, _)| *is_asked && !custom.can(Ability::Secondaries)) {
        bail!(
            "{option}: the platform file of {name} has no place for secondary contacts ({{secondaries}})\nwhat to do: describe it \
             there, or leave {option} out"
        );
    }
    Ok(())
}
