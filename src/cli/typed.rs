//! What was typed, as the strongest layer of the settings and the strongest mapping.

use anyhow::{Result, anyhow, bail};

use super::args::{Empty, ImportArgs, MappingArgs, PreloadArgs, ReadingArgs, SendingArgs};
use super::settings::{Layer, Origin, Settings};
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
    layer.set("region_column", args.numbers.region_column.as_ref());
    layer.set("other_numbers", args.numbers.other_numbers.as_ref());
    layer.switch("no_repair", args.numbers.no_repair);
    layer.set_all("types", &args.numbers.types);
    layer.set("results", path(args.output.results.as_ref()));
    set_reading(&args.reading, &mut layer);
    set_mapping(&args.mapping, &mut layer);
    set_preload(&args.preload, &mut layer);
    set_sending(&args.sending, &mut layer);
    layer
}

fn set_reading(args: &ReadingArgs, layer: &mut Layer) {
    layer.set("delimiter", args.delimiter.as_ref());
    layer.set("encoding", args.encoding.as_ref());
    layer.set("header_row", args.header_row);
    layer.switch("no_header", args.no_header);
    layer.set("skip_rows", args.skip_rows);
    layer.switch("as_is", args.as_is);
    layer.set("max_unpacked", args.max_unpacked.as_ref());
    layer.set("format", args.format.as_ref());
    layer.set("sheet", args.sheet.as_ref());
    layer.set("max_cell", args.max_cell);
    layer.set("temp_dir", path(args.temp_dir.as_ref()));
    layer.set("limit", args.limit);
    layer.switch("stream", args.stream);
}

fn set_mapping(args: &MappingArgs, layer: &mut Layer) {
    layer.set_all("phone_column", &args.phone_column);
    layer.set_all("phone_preference", &args.phone_preference);
    layer.set("other_phones", word(args.other_phones));
    layer.set("campaign_column", args.campaign_column.as_ref());
    layer.set_all("variable", &args.variable);
    layer.set_all("template", &args.template);
    layer.set_all("constant", &args.constant);
    layer.set_all("include", &args.include);
    layer.set_all("exclude", &args.exclude);
    layer.set("empty", word(args.empty));
    layer.set_all("group_by", &args.group_by);
    layer.switch("scattered", args.scattered);
    layer.set("primary_when", args.primary_when.as_ref());
    layer.switch("strict", args.strict);
}

fn set_preload(args: &PreloadArgs, layer: &mut Layer) {
    layer.switch("skip_existing", args.skip_existing);
    layer.set("suppress_column", args.suppress_column.as_ref());
    for (name, paths) in [("known", &args.known), ("suppress", &args.suppress)] {
        let paths: Vec<_> = paths.iter().map(|path| path.display()).collect();
        layer.set_all(name, &paths);
    }
}

fn set_sending(args: &SendingArgs, layer: &mut Layer) {
    layer.switch("dry_run", args.dry_run);
    layer.switch("yes", args.yes);
    layer.set("max_in_doubt", args.max_in_doubt);
    layer.set("max_failures", args.max_failures.as_ref());
    layer.set("pause_after_errors", args.pause_after_errors);
    layer.set("until", args.until.as_ref());
    layer.set("check_variables", args.check_variables.map(super::args::CheckVariables::name));
    layer.set("on_exists", args.on_exists.as_ref());
    layer.switch("allow_duplicates", args.allow_duplicates);
    layer.switch("retry_rejected", args.retry_rejected);
    layer.switch("accept_echo", args.accept_echo);
}

/// The word that stands for one of an option's values.
fn word(value: Option<impl clap::ValueEnum>) -> Option<String> {
    Some(value?.to_possible_value()?.get_name().to_owned())
}

/// The kinds of phone columns in the order in which they are called.
fn preference(settings: &Settings) -> Result<Option<Vec<Kind>>> {
    let Some((kinds, _)) = settings.all("phone_preference") else { return Ok(None) };
    let named = settings.describe("phone_preference");
    let kind = |text: &String| text.parse::<Kind>().map_err(|why| anyhow!("{named}: {why}"));
    kinds.iter().map(kind).collect::<Result<Vec<_>>>().map(Some)
}

/// The mapping that options and the environment give; files have a `[mapping]`.
pub(super) fn mapping_said(settings: &Settings) -> Result<MappingConfig> {
    let several = |name| settings.all(name).map(|(values, _)| values.to_vec());
    let one = |name| settings.text(name).map(str::to_owned);
    let mut config = MappingConfig {
        phone: several("phone_column").map(PhoneColumns),
        phone_preference: preference(settings)?,
        other_phones: settings.word("other_phones")?.map(|others| match others {
            super::args::OtherPhones::Ignore => OtherPhones::Ignore,
            super::args::OtherPhones::Fallback => OtherPhones::Fallback,
            super::args::OtherPhones::Secondary => OtherPhones::Secondary,
        }),
        campaign: one("campaign_column"),
        region: one("region_column"),
        include: several("include"),
        exclude: several("exclude"),
        group_by: several("group_by"),
        empty: settings.word("empty")?.map(|empty| match empty {
            Empty::Omit => EmptyCells::Omit,
            Empty::Send => EmptyCells::Send,
        }),
        ..MappingConfig::default()
    };
    if let Some(text) = settings.text("primary_when") {
        let (column, is) = pair(&settings.describe("primary_when"), text)?;
        config.primary_when = Some(PrimaryWhen { column, is });
    }
    add_variables(&mut config, "variable", settings, VariableConfig::column)?;
    add_variables(&mut config, "template", settings, VariableConfig::template)?;
    add_variables(&mut config, "constant", settings, VariableConfig::value)?;
    Ok(config)
}

fn add_variables(
    config: &mut MappingConfig,
    name: &str,
    settings: &Settings,
    variable: impl Fn(String) -> VariableConfig,
) -> Result<()> {
    let Some((texts, _)) = settings.all(name) else { return Ok(()) };
    let said = settings.describe(name);
    for text in texts {
        let (name, value) = pair(&said, text)?;
        if config.variables.insert(name.clone(), variable(value)).is_some() {
            bail!(
                "{said} {text:?}: the variable {name:?} is given twice\nwhat to do: leave out one of them, or give it another name"
            );
        }
    }
    Ok(())
}

fn pair(said: &str, text: &str) -> Result<(String, String)> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| anyhow!("{said} {text:?} has no =\nwhat to do: write it as NAME=VALUE"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}
