//! What was typed, as the strongest layer of the settings and the strongest mapping.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};

use super::args::{Empty, ImportArgs, MappingArgs, NumberArgs};
use super::settings::{Layer, Origin};
use super::shared_args::path;
use crate::mapping::{EmptyCells, Kind, MappingConfig, OtherPhones, PhoneColumns, PrimaryWhen, VariableConfig};

/// Flags as the strongest layer.
pub(super) fn flags(args: &ImportArgs) -> Layer {
    let mut layer = Layer::new(Origin::Flag);
    args.target.server.set(&mut layer);
    args.sending.pace.set(&mut layer);
    args.output.show.set(&mut layer);
    layer.set("campaign", args.target.campaign.as_ref());
    layer.set("chatbot", args.target.chatbot.as_ref());
    layer.set("region", args.numbers.region.as_ref());
    layer.set("other_numbers", args.numbers.other_numbers.as_ref());
    layer.switch("no_repair", args.numbers.no_repair);
    layer.set("max_cell", args.reading.max_cell);
    layer.set("max_unpacked", args.reading.max_unpacked.as_ref());
    layer.set("encoding", args.reading.encoding.as_ref());
    layer.set("max_in_doubt", args.sending.max_in_doubt);
    layer.set("max_failures", args.sending.max_failures.as_ref());
    layer.set("pause_after_errors", args.sending.pause_after_errors);
    layer.set("until", args.sending.until.as_ref());
    layer.set("check_variables", args.sending.check_variables.map(super::args::CheckVariables::name));
    layer.set("results", path(args.output.results.as_ref()));
    layer.set("on_exists", args.sending.on_exists.as_ref());
    layer.switch("yes", args.sending.yes);
    layer.switch("allow_duplicates", args.sending.allow_duplicates);
    layer.switch("retry_rejected", args.sending.retry_rejected);
    layer.switch("accept_echo", args.sending.accept_echo);
    layer.switch("strict", args.mapping.strict);
    layer.switch("scattered", args.mapping.scattered);
    layer.set("temp_dir", path(args.reading.temp_dir.as_ref()));
    layer.switch("skip_existing", args.preload.skip_existing);
    layer.set("suppress_column", args.preload.suppress_column.as_ref());
    let several = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    for (name, paths) in [("known", &args.preload.known), ("suppress", &args.preload.suppress)] {
        if !paths.is_empty() {
            layer.values.insert(name, several(paths));
        }
    }
    if !args.numbers.types.is_empty() {
        layer.values.insert("types", args.numbers.types.clone());
    }
    layer
}

/// The kinds of phone columns in the order in which they are called.
fn preference(kinds: &[String]) -> Result<Option<Vec<Kind>>> {
    let kind = |text: &String| text.parse::<Kind>().map_err(|why| anyhow!("--phone-preference: {why}"));
    let kinds = kinds.iter().map(kind).collect::<Result<Vec<_>>>()?;
    Ok((!kinds.is_empty()).then_some(kinds))
}

/// The mapping that flags give.
pub(super) fn mapping_flags(args: &MappingArgs, numbers: &NumberArgs) -> Result<MappingConfig> {
    let mut config = MappingConfig {
        phone: (!args.phone_column.is_empty()).then(|| PhoneColumns(args.phone_column.clone())),
        phone_preference: preference(&args.phone_preference)?,
        other_phones: args.other_phones.map(|others| match others {
            super::args::OtherPhones::Ignore => OtherPhones::Ignore,
            super::args::OtherPhones::Fallback => OtherPhones::Fallback,
            super::args::OtherPhones::Secondary => OtherPhones::Secondary,
        }),
        campaign: args.campaign_column.clone(),
        region: numbers.region_column.clone(),
        include: (!args.include.is_empty()).then(|| args.include.clone()),
        exclude: (!args.exclude.is_empty()).then(|| args.exclude.clone()),
        group_by: (!args.group_by.is_empty()).then(|| args.group_by.clone()),
        empty: args.empty.map(|empty| match empty {
            Empty::Omit => EmptyCells::Omit,
            Empty::Send => EmptyCells::Send,
        }),
        ..MappingConfig::default()
    };
    if let Some(text) = &args.primary_when {
        let (column, is) = pair("--primary-when", text)?;
        config.primary_when = Some(PrimaryWhen { column, is });
    }
    add_variables(&mut config, "--variable", &args.variable, VariableConfig::column)?;
    add_variables(&mut config, "--template", &args.template, VariableConfig::template)?;
    add_variables(&mut config, "--constant", &args.constant, VariableConfig::value)?;
    Ok(config)
}

fn add_variables(
    config: &mut MappingConfig,
    flag: &str,
    texts: &[String],
    variable: impl Fn(String) -> VariableConfig,
) -> Result<()> {
    for text in texts {
        let (name, value) = pair(flag, text)?;
        if config.variables.insert(name.clone(), variable(value)).is_some() {
            bail!("{flag} {text:?}: the variable {name:?} is given twice");
        }
    }
    Ok(())
}

fn pair(flag: &str, text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').ok_or_else(|| anyhow!("{flag} {text:?}: write it as NAME=VALUE"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}
