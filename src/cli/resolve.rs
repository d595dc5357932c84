//! What was typed and configured becomes a [`Plan`].

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::args::{Empty, ImportArgs, MappingArgs, NumberArgs, ReadingArgs, UpdateArgs};
use super::config_file::{self, Configuration};
use super::settings::{Layer, Origin, Settings};
use super::shared_args::path;
use super::{command, token};
use crate::grouping::Strictness;
use crate::import::{
    CheckVariables, Existing, GroupRows, Mode, Numbers, OtherNumbers, Passes, Plan, Preload, Purpose, Reach, Rejected,
    ResultsFile,
};
use crate::mapping::{
    EmptyCells, Kind, Mapping, MappingConfig, OtherPhones, PhoneColumns, PrimaryWhen, VariableConfig,
};
use crate::phone::{Callable, Guesses, NumberRules, PhoneKind, Region};
use crate::platform::{BaseUrl, Duplicates, KnownPlatform, PLATFORMS, Words, nearest_platform, platform_named};
use crate::run::{Consent, Endpoint, LeftInDoubt, Sending, Server, Until};
use crate::source::{FormatName, Guessing, HeaderOption, Input, SheetChoice, SourceOptions, encoding_by_name};
use crate::target::Family;
use crate::upload::{OnExists, OnMismatch, Rate};

/// The campaign of the sandbox where none is given; it is always there.
const SANDBOX_CAMPAIGN: &str = "7";

/// The chatbot of the sandbox where none is given.
const SANDBOX_CHATBOT: &str = "demo";

/// What an import needs, and what the user should be told about how it was resolved.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) plan: Plan,
    pub(super) settings: Settings,
    pub(super) notes: Vec<String>,
    /// Whether it is known where leads go: only a check may leave it open.
    pub(super) is_placed: bool,
}

/// Resolves an import. `typed` is the whole command line, for the command that resumes.
///
/// # Errors
/// Something is missing, mistyped or cannot be used: exit code 2.
pub(super) fn import(args: &ImportArgs, typed: Vec<String>) -> Result<Resolved> {
    resolved(args, &args.inputs, Asks::Everything, typed)
}

/// Resolves the check of one of the files: an import that sends nothing and need not know where to.
///
/// # Errors
/// Something is mistyped or cannot be used: exit code 2.
pub(super) fn check(args: &ImportArgs, input: &PathBuf, typed: Vec<String>) -> Result<Resolved> {
    resolved(args, std::slice::from_ref(input), Asks::Little, typed)
}

/// Resolves what a mapping is recognised for: as [`check`], but a `leadload.toml` beside the file is not looked at.
///
/// # Errors
/// Something is mistyped or cannot be used: exit code 2.
pub(super) fn init(args: &ImportArgs, typed: Vec<String>) -> Result<Resolved> {
    resolved(args, &args.inputs, Asks::NoMapping, typed)
}

/// How much must be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Where leads go.
    Everything,
    /// Nothing: what is not said stays open.
    Little,
    /// The same, and what a file beside the input says of its columns is not heard.
    NoMapping,
}

fn resolved(args: &ImportArgs, inputs: &[PathBuf], asks: Asks, typed: Vec<String>) -> Result<Resolved> {
    let beside = inputs.iter().find(|path| path.as_os_str() != "-").map(|path| folder_of(path));
    let heard = beside.as_deref().filter(|_| asks != Asks::NoMapping);
    let configuration =
        config_file::read(args.target.server.config.as_deref(), args.target.server.profile.as_deref(), heard)?;
    let Configuration { layers, mapping, notes } = configuration;
    let mut all = vec![flags(args), Layer::from_environment(|name| std::env::var(name).ok())];
    all.extend(layers);
    let settings = Settings::new(all);

    let chosen = platform(args, &settings, asks)?;
    let mapping_config = match mapping {
        Some((config, _)) => config.merge(mapping_flags(&args.mapping, &args.numbers)?),
        None => mapping_flags(&args.mapping, &args.numbers)?,
    };
    let has_campaign_column = mapping_config.campaign.is_some();
    let group_rows = group_rows(args, &settings, &mapping_config)?;
    let mapping = Mapping::new(mapping_config, chosen.family())?;
    let mode = if args.sending.dry_run || asks != Asks::Everything { Mode::DryRun } else { Mode::Upload };
    let is_placed = asks == Asks::Everything || chosen.is_placed(&settings, has_campaign_column);
    let (endpoint, results) = if is_placed {
        let endpoint = endpoint(&chosen, &settings, mode, has_campaign_column)?;
        (endpoint, results(inputs, &settings, &chosen, beside.as_deref(), asks)?)
    } else {
        (nowhere(chosen.family(), has_campaign_column)?, ResultsFile::Nowhere)
    };
    let plan = Plan {
        inputs: inputs.iter().map(|path| Input::parse(&path.to_string_lossy())).collect(),
        source: source_options(&args.reading, &settings)?,
        mapping,
        region: settings.read("region", region)?,
        numbers: numbers(&settings, chosen.family())?,
        strictness: if settings.is_on("strict")? { Strictness::Strict } else { Strictness::Lenient },
        sending: Sending {
            left_in_doubt: args.sending.in_doubt.map_or(LeftInDoubt::Stays, LeftInDoubt::from),
            ..sending(&settings, matches!(chosen, Chosen::Sandbox { .. }))?
        },
        endpoint,
        results,
        mode,
        purpose: Purpose::Create,
        passes: if args.reading.stream { Passes::One } else { Passes::Two },
        group_rows,
        limit: args.reading.limit,
        rejected: if settings.is_on("retry_rejected")? { Rejected::TryAgain } else { Rejected::StayRejected },
        check_variables: settings.parsed("check_variables")?.unwrap_or(CheckVariables::Warn),
        consent: if settings.is_on("yes")? { Consent::Given } else { Consent::Ask },
        preload: preload(args, &settings, has_campaign_column)?,
        options: options(args, &settings),
        update_command: command::updating(typed.clone()),
        resume_command: command::resuming(typed),
    };
    Ok(Resolved { plan, settings, notes, is_placed })
}

/// Where the rows of a group are: a setting, or else what the mapping says.
fn group_rows(args: &ImportArgs, settings: &Settings, mapping: &MappingConfig) -> Result<GroupRows> {
    let set = if settings.one("scattered").is_some() { Some(settings.is_on("scattered")?) } else { mapping.scattered };
    if set != Some(true) {
        return Ok(GroupRows::Together);
    }
    if mapping.group_by.is_none() {
        if args.mapping.scattered {
            bail!(
                "--scattered puts the rows of groups together, but no column says what a group is: name one by --group-by"
            );
        }
        // Set for all runs; this one has no groups.
        return Ok(GroupRows::Together);
    }
    if args.reading.stream {
        bail!(
            "--scattered and --stream exclude each other: a group's last row may be the last one of the file, and --stream \
             sends before it is read. Leave out one of them"
        );
    }
    Ok(GroupRows::Scattered)
}

/// Resolves an update: an import that changes what is there and creates nothing.
///
/// # Errors
/// As for [`import`]; and an option says something about creating leads.
pub(super) fn update(args: &UpdateArgs, typed: Vec<String>) -> Result<Resolved> {
    let sending = &args.import.sending;
    let about_creating = [
        ("--stream", args.import.reading.stream),
        ("--allow-duplicates", sending.allow_duplicates),
        ("--retry-rejected", sending.retry_rejected),
        ("--accept-echo", sending.accept_echo),
        ("--on-exists", sending.on_exists.is_some()),
        ("--in-doubt", args.import.sending.in_doubt.is_some()),
        ("--skip-existing", args.import.preload.skip_existing),
        ("--known", !args.import.preload.known.is_empty()),
    ];
    if let Some((option, _)) = about_creating.iter().find(|(_, typed)| *typed) {
        bail!("{option} is about creating leads; update creates none: leave it out");
    }
    let mut resolved = import(&args.import, typed)?;
    if resolved.plan.sending.duplicates == Duplicates::Allowed {
        bail!("with allow_duplicates an edited row is a further lead, so there is nothing to update: leave it out");
    }
    // Do-not-call lists stay: without them the requests would be others than those that were sent.
    (resolved.plan.preload.existing, resolved.plan.preload.known) = (Existing::Suggest, Vec::new());
    resolved.plan.purpose = Purpose::Update(Reach { likely_ours: args.force, not_ours: args.all_known });
    Ok(resolved)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Flags as the strongest layer.
fn flags(args: &ImportArgs) -> Layer {
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

/// The platform that was asked for.
enum Chosen {
    Sandbox {
        like: Option<&'static KnownPlatform>,
    },
    Platform(&'static KnownPlatform),
    /// A check without one.
    Unnamed,
}

impl Chosen {
    fn family(&self) -> Family {
        match self {
            Self::Unnamed | Self::Sandbox { like: None } => Family::Autocalls,
            Self::Sandbox { like: Some(platform) } | Self::Platform(platform) => platform.family,
        }
    }

    /// What the results file is named after.
    fn label(&self) -> String {
        match self {
            Self::Sandbox { like: None } => "sandbox".to_owned(),
            Self::Sandbox { like: Some(platform) } => format!("sandbox-{}", platform.name),
            Self::Platform(platform) => platform.name.to_owned(),
            Self::Unnamed => "unnamed".to_owned(),
        }
    }

    /// Whether it is known where leads would go, so that a check can tell what was sent there before.
    fn is_placed(&self, settings: &Settings, has_campaign_column: bool) -> bool {
        match self {
            Self::Sandbox { .. } => true,
            Self::Unnamed => false,
            Self::Platform(platform) => {
                let place = if platform.family == Family::Pollybot { "chatbot" } else { "campaign" };
                let has_place = settings.text(place).is_some_and(|place| !place.trim().is_empty());
                let has_address = platform.base_url.is_some() || settings.text("base_url").is_some();
                has_address && (has_place || has_campaign_column && platform.family == Family::Autocalls)
            }
        }
    }
}

/// Where leads of a check go that does not say where: no such host can exist, and there is no token.
fn nowhere(family: Family, has_campaign_column: bool) -> Result<Endpoint> {
    let (suffix, place) = match family {
        Family::Autocalls => ("/api", "your campaign"),
        Family::Pollybot => ("", "your chatbot"),
    };
    let base_url = BaseUrl::parse("https://nowhere.invalid", suffix)?;
    let place = (!has_campaign_column).then(|| place.to_owned());
    let server = Server::Platform { base_url, token: None, ca_certificates: None };
    Ok(Endpoint { family, server, place, leads_path: None, words: Words::default() })
}

fn platform(args: &ImportArgs, settings: &Settings, asks: Asks) -> Result<Chosen> {
    let named = settings.read("platform", |name| {
        platform_named(name)
            .ok_or_else(|| anyhow!("there is no platform {name:?}; did you mean {:?}?", nearest_platform(name)))
    })?;
    match named {
        like if args.target.server.sandbox => Ok(Chosen::Sandbox { like }),
        Some(platform) => Ok(Chosen::Platform(platform)),
        None if asks != Asks::Everything => Ok(Chosen::Unnamed),
        None => {
            let known: Vec<_> = PLATFORMS.iter().map(|platform| platform.name).collect();
            bail!(
                "no platform: say which one by --platform ({}), or add --sandbox to try the program without an account",
                known.join(", ")
            )
        }
    }
}

fn endpoint(chosen: &Chosen, settings: &Settings, mode: Mode, has_campaign_column: bool) -> Result<Endpoint> {
    let family = chosen.family();
    let (setting, in_sandbox) = match family {
        Family::Autocalls => ("campaign", SANDBOX_CAMPAIGN),
        Family::Pollybot => ("chatbot", SANDBOX_CHATBOT),
    };
    let place = settings.text(setting).map(str::trim).filter(|place| !place.is_empty()).map(str::to_owned);
    let place = match (place, chosen) {
        (None, Chosen::Sandbox { .. }) if !has_campaign_column => Some(in_sandbox.to_owned()),
        (None, Chosen::Platform(_)) if family == Family::Pollybot => {
            bail!("no chatbot: say which one by --chatbot ID")
        }
        (None, Chosen::Platform(_)) if !has_campaign_column => {
            bail!(
                "no campaign: say which one by --campaign (id or name), or name a column with it by --campaign-column"
            )
        }
        (place, _) => place,
    };
    let leads_path = settings.read("leads_path", leads_path)?;
    let server = match chosen {
        Chosen::Sandbox { .. } => Server::Sandbox,
        Chosen::Unnamed => return nowhere(family, has_campaign_column),
        Chosen::Platform(platform) => Server::Platform {
            base_url: base_url(platform, settings)?,
            token: if mode == Mode::DryRun { None } else { Some(token::find(settings)?) },
            ca_certificates: settings.read("ca_file", |path| std::fs::read(path).with_context(|| path.to_owned()))?,
        },
    };
    Ok(Endpoint { family, server, place, leads_path, words: words(settings) })
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
    let usual =
        platform.base_url.ok_or_else(|| anyhow!("{} needs its address: give it by --base-url", platform.title))?;
    Ok(BaseUrl::parse(usual, suffix)?)
}

pub(super) fn leads_path(text: &str) -> Result<String> {
    let text = text.trim();
    if !text.starts_with('/') || text.contains(['?', '#', ' ']) {
        bail!("{text:?} is not a path; write it like /api/v1/leads");
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn results(
    inputs: &[PathBuf],
    settings: &Settings,
    chosen: &Chosen,
    beside: Option<&Path>,
    asks: Asks,
) -> Result<ResultsFile> {
    if let Some(path) = settings.text("results") {
        return Ok(ResultsFile::At(PathBuf::from(path)));
    }
    let Some(folder) = beside.filter(|_| inputs.first().is_some_and(|path| path.as_os_str() != "-")) else {
        if asks != Asks::Everything {
            return Ok(ResultsFile::Nowhere);
        }
        bail!("standard input needs a results file: name one by --results FILE, the same in every run");
    };
    Ok(ResultsFile::AfterTarget { folder: folder.to_path_buf(), platform: chosen.label() })
}

fn region(text: &str) -> Result<Region> {
    Region::parse(text).ok_or_else(|| anyhow!("{text:?} is not a country; write its code, like DE, or its name"))
}

/// Which numbers are called.
fn numbers(settings: &Settings, family: Family) -> Result<Numbers> {
    let callable = match settings.all("types") {
        None => Callable::Usual,
        Some((names, origin)) => {
            let kinds = names.iter().filter(|name| !name.trim().is_empty()).map(|name| name.parse::<PhoneKind>());
            let kinds = kinds.collect::<Result<Vec<_>, _>>();
            Callable::Only(kinds.with_context(|| format!("{} cannot be used", origin.describe("types")))?)
        }
    };
    if callable == Callable::Only(Vec::new()) {
        bail!("--types names no type of number, so that nobody could be called");
    }
    let guesses = if settings.is_on("no_repair")? { Guesses::Refused } else { Guesses::Marked };
    let others = settings.parsed("other_numbers")?.unwrap_or_default();
    if others == OtherNumbers::Secondary && family == Family::Pollybot {
        bail!("--other-numbers secondary: a chatbot's lead has no secondary contacts; leave it out");
    }
    Ok(Numbers { rules: NumberRules { callable, guesses }, others })
}

fn source_options(args: &ReadingArgs, settings: &Settings) -> Result<SourceOptions> {
    let default = SourceOptions::default();
    let max_cell_bytes = settings.parsed("max_cell")?.unwrap_or(default.max_cell_bytes);
    let format = match &args.format {
        None => None,
        Some(name) => Some(
            FormatName::parse(name).ok_or_else(|| anyhow!("--format {name:?}: there are csv, tsv, json and jsonl"))?,
        ),
    };
    let delimiter = args.delimiter.as_deref().map(delimiter).transpose()?;
    let encoding = settings.text("encoding").map(encoding).transpose()?;
    let max_unpacked = settings.text("max_unpacked").map(bytes).transpose()?.unwrap_or(default.max_unpacked);
    let header = match args.header_row {
        _ if args.no_header => HeaderOption::Missing,
        Some(row) => HeaderOption::Row(row),
        None => HeaderOption::Found,
    };
    let skip_rows = args.skip_rows.unwrap_or_default();
    if args.header_row.is_some_and(|row| row <= skip_rows) {
        bail!("--header-row names a row that --skip-rows leaves out");
    }
    let guessing = if args.as_is { Guessing::Off } else { Guessing::Allowed };
    let sheet = args.sheet.as_deref().map(SheetChoice::parse);
    let told = SourceOptions { format, delimiter, encoding, skip_rows, header, guessing, sheet, ..default };
    Ok(SourceOptions { max_cell_bytes, max_unpacked, ..told })
}

fn encoding(name: &str) -> Result<&'static encoding_rs::Encoding> {
    encoding_by_name(name).ok_or_else(|| {
        anyhow!("--encoding {name:?} is not known; there are utf-8, utf-16le, windows-1250 to windows-1258, iso-8859-2, macintosh, …")
    })
}

/// A size such as `500MB`, `20 GiB` or `1048576`.
fn bytes(text: &str) -> Result<u64> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kb" | "kib" => Some(1 << 10),
        "m" | "mb" | "mib" => Some(1 << 20),
        "g" | "gb" | "gib" => Some(1 << 30),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    size.filter(|&size| size > 0)
        .ok_or_else(|| anyhow!("--max-unpacked {text:?} is no size; write it like 500MB or 20GiB"))
}

fn delimiter(text: &str) -> Result<char> {
    match text {
        "tab" | "\\t" | "\t" => Ok('\t'),
        "comma" => Ok(','),
        "semicolon" => Ok(';'),
        "pipe" => Ok('|'),
        other => match other.chars().collect::<Vec<_>>().as_slice() {
            [character] if !character.is_alphanumeric() => Ok(*character),
            _ => bail!("--delimiter {other:?}: give one character such as ; or the word tab"),
        },
    }
}

pub(super) fn sending(settings: &Settings, in_sandbox: bool) -> Result<Sending> {
    let default = Sending::default();
    let rates = match settings.all("rate") {
        None if in_sandbox => Vec::new(),
        None => default.rates,
        Some((texts, origin)) => texts
            .iter()
            .map(|text| text.parse::<Rate>().with_context(|| format!("{} cannot be used", origin.describe("rate"))))
            .collect::<Result<_>>()?,
    };
    let timeout = settings.duration("timeout", default.timeout)?;
    if timeout.is_zero() {
        bail!("--timeout must be longer than nothing");
    }
    let on_exists = settings.parsed("on_exists")?.unwrap_or_default();
    let duplicates = if settings.is_on("allow_duplicates")? { Duplicates::Allowed } else { Duplicates::Forbidden };
    if duplicates == Duplicates::Allowed && on_exists != OnExists::Skip {
        bail!(
            "--on-exists and --allow-duplicates exclude each other: with the second one nothing counts as there already"
        );
    }
    Ok(Sending {
        rates,
        concurrency: settings.parsed("concurrency")?.unwrap_or(default.concurrency),
        timeout,
        settle: settings.duration("settle", default.settle)?,
        give_up: settings.duration("give_up", default.give_up)?,
        max_in_doubt: settings.parsed("max_in_doubt")?.unwrap_or(default.max_in_doubt),
        max_failures: settings.parsed("max_failures")?,
        pause_after_errors: settings.parsed("pause_after_errors")?.unwrap_or(default.pause_after_errors),
        until: settings.read("until", |text| Ok(Until::parse(text, &jiff::Zoned::now())?))?,
        duplicates,
        on_exists,
        on_mismatch: if settings.is_on("accept_echo")? { OnMismatch::GoOn } else { OnMismatch::Stop },
        left_in_doubt: LeftInDoubt::Stays,
    })
}

/// Who is there already, and who must not be called.
fn preload(args: &ImportArgs, settings: &Settings, has_campaign_column: bool) -> Result<Preload> {
    let existing = if settings.is_on("skip_existing")? { Existing::List } else { Existing::Suggest };
    if existing == Existing::List && settings.is_on("allow_duplicates")? {
        bail!("--skip-existing and --allow-duplicates contradict each other: leave out one of them");
    }
    if existing == Existing::List && args.reading.stream && has_campaign_column {
        bail!(
            "--skip-existing with --stream needs one campaign for all rows: which campaigns a column names is only known \
             when all is read. Leave out --stream"
        );
    }
    let files = |name| settings.all(name).map_or_else(Vec::new, |(files, _)| files.to_vec());
    Ok(Preload {
        existing,
        known: files("known").into_iter().map(PathBuf::from).collect(),
        suppress: files("suppress").iter().map(|file| Input::parse(file)).collect(),
        suppress_column: settings.text("suppress_column").map(str::to_owned),
    })
}

/// The kinds of phone columns in the order in which they are called.
fn preference(kinds: &[String]) -> Result<Option<Vec<Kind>>> {
    let kind = |text: &String| text.parse::<Kind>().map_err(|why| anyhow!("--phone-preference: {why}"));
    let kinds = kinds.iter().map(kind).collect::<Result<Vec<_>>>()?;
    Ok((!kinds.is_empty()).then_some(kinds))
}

/// The mapping that flags give.
fn mapping_flags(args: &MappingArgs, numbers: &NumberArgs) -> Result<MappingConfig> {
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

/// What shaped the run, for the results file: every resolved setting but those that lead to a secret.
fn options(args: &ImportArgs, settings: &Settings) -> serde_json::Value {
    let hidden = ["token_file", "token_command", "yes", "log", "log_format", "progress", "temp_dir"];
    let mut options = serde_json::Map::new();
    for setting in super::settings::SETTINGS.iter().filter(|setting| !hidden.contains(&setting.name)) {
        if let Some((values, _)) = settings.all(setting.name) {
            options.insert(setting.name.to_owned(), values.join(", ").into());
        }
    }
    if let Some(limit) = args.reading.limit {
        options.insert("limit".to_owned(), limit.into());
    }
    if let Some(sheet) = &args.reading.sheet {
        options.insert("sheet".to_owned(), sheet.as_str().into());
    }
    options.into()
}
