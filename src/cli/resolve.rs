//! What was typed and configured becomes a [`Plan`].

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::args::{ImportArgs, UpdateArgs};
use super::command;
use super::config_file;
use super::config_shown::Configured;
use super::place::{Asks, Chosen, endpoint, nowhere, platform};
use super::setting_table::SETTINGS;
use super::settings::{Layer, Settings};
use super::typed::{flags, mapping_said};
use crate::grouping::Strictness;
use crate::import::{
    CheckVariables, Existing, GroupRows, Mode, Numbers, OtherNumbers, Passes, Plan, Preload, Purpose, Reach, Rejected,
    ResultsFile,
};
use crate::mapping::columns::says_do_not_call;
use crate::mapping::{Mapping, MappingConfig};
use crate::phone::{Callable, Guesses, NumberRules, PhoneKind, Region};
use crate::platform::Duplicates;
use crate::run::{Consent, LeftInDoubt, Sending, Until};
use crate::source::{
    FormatName, Guessing, HeaderOption, Input, ListSheets, SheetChoice, SheetName, SourceOptions, encoding_by_name,
};
use crate::target::Family;
use crate::upload::{OnExists, OnMismatch, Rate};

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

/// What was said of settings and of columns, wherever it was said.
struct Said {
    settings: Settings,
    mapping: MappingConfig,
    notes: Vec<String>,
}

/// What the arguments of an import, the environment and the files say, before anything is made of it.
///
/// # Errors
/// A file cannot be read, or an option cannot be used.
pub(super) fn configured(args: &ImportArgs, beside: Option<&Path>) -> Result<Configured> {
    let mut layers = vec![flags(args), Layer::environment()];
    let said = Settings::new(layers.clone());
    let files = config_file::asked_for(&said, beside)?;
    layers.extend(files.layers.iter().cloned());
    Ok(Configured { settings: Settings::new(layers), files, over: mapping_said(&said)? })
}

/// Puts together what was typed, the environment and the configuration; a file `beside` the input is the weakest.
fn said(args: &ImportArgs, beside: Option<&Path>) -> Result<Said> {
    let Configured { settings, files, over } = configured(args, beside)?;
    let mapping = match files.mapping {
        Some((config, _)) => config.merge(over),
        None => over,
    };
    Ok(Said { settings, mapping, notes: files.notes })
}

fn resolved(args: &ImportArgs, inputs: &[PathBuf], asks: Asks, typed: Vec<String>) -> Result<Resolved> {
    let beside = beside(inputs);
    let heard = beside.as_deref().filter(|_| asks != Asks::NoMapping);
    let Said { settings, mapping, notes } = said(args, heard)?;
    let chosen = platform(&settings, asks)?;
    let has_campaign_column = mapping.campaign.is_some();
    let passes = if settings.is_on("stream")? { Passes::One } else { Passes::Two };
    let group_rows = group_rows(args, &settings, &mapping, passes)?;
    let mapping = Mapping::new(mapping, chosen.family())?;
    let mode = if settings.is_on("dry_run")? || asks != Asks::Everything { Mode::DryRun } else { Mode::Upload };
    let is_placed = asks == Asks::Everything || chosen.is_placed(&settings, has_campaign_column);
    let (endpoint, results) = if is_placed {
        let endpoint = endpoint(&chosen, &settings, mode, has_campaign_column)?;
        (endpoint, results(inputs, &settings, &chosen, beside.as_deref(), asks)?)
    } else {
        (nowhere(chosen.family(), has_campaign_column)?, ResultsFile::Nowhere)
    };
    let plan = Plan {
        inputs: inputs.iter().map(|path| Input::parse(&path.to_string_lossy())).collect(),
        source: source_options(&settings)?,
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
        passes,
        group_rows,
        limit: settings.parsed("limit")?,
        rejected: if settings.is_on("retry_rejected")? { Rejected::TryAgain } else { Rejected::StayRejected },
        check_variables: settings.parsed("check_variables")?.unwrap_or(CheckVariables::Warn),
        consent: if settings.is_on("yes")? { Consent::Given } else { Consent::Ask },
        preload: preload(&settings, has_campaign_column, passes)?,
        options: options(&settings),
        update_command: command::updating(typed.clone()),
        resume_command: command::resuming(typed),
    };
    Ok(Resolved { plan, settings, notes, is_placed })
}

/// Where the rows of a group are: a setting, or else what the mapping says.
fn group_rows(args: &ImportArgs, settings: &Settings, mapping: &MappingConfig, passes: Passes) -> Result<GroupRows> {
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
    if passes == Passes::One {
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
    if resolved.plan.passes == Passes::One {
        bail!("{} is about creating leads; update creates none: leave it out", resolved.settings.describe("stream"));
    }
    if resolved.plan.sending.duplicates == Duplicates::Allowed {
        bail!("with allow_duplicates an edited row is a further lead, so there is nothing to update: leave it out");
    }
    // Do-not-call lists stay: without them the requests would be others than those that were sent.
    (resolved.plan.preload.existing, resolved.plan.preload.known) = (Existing::Suggest, Vec::new());
    resolved.plan.purpose = Purpose::Update(Reach { likely_ours: args.force, not_ours: args.all_known });
    Ok(resolved)
}

/// The folder of the first input that is a file.
pub(super) fn beside(inputs: &[PathBuf]) -> Option<PathBuf> {
    inputs.iter().find(|path| path.as_os_str() != "-").map(|path| folder_of(path))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
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
        Some((names, _)) => {
            let kinds = names.iter().filter(|name| !name.trim().is_empty()).map(|name| name.parse::<PhoneKind>());
            let kinds = kinds.collect::<Result<Vec<_>, _>>();
            Callable::Only(kinds.with_context(|| format!("{} cannot be used", settings.describe("types")))?)
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

fn source_options(settings: &Settings) -> Result<SourceOptions> {
    let default = SourceOptions::default();
    let max_cell_bytes = settings.parsed("max_cell")?.unwrap_or(default.max_cell_bytes);
    let format = settings.read("format", |name| {
        FormatName::parse(name).ok_or_else(|| anyhow!("{name:?}: there are csv, tsv, json and jsonl"))
    })?;
    let delimiter = settings.text("delimiter").map(delimiter).transpose()?;
    let encoding = settings.text("encoding").map(encoding).transpose()?;
    let max_unpacked = settings.text("max_unpacked").map(bytes).transpose()?.unwrap_or(default.max_unpacked);
    let skip_rows = settings.parsed("skip_rows")?.unwrap_or_default();
    let header = header(settings, skip_rows)?;
    let guessing = if settings.is_on("as_is")? { Guessing::Off } else { Guessing::Allowed };
    let sheet = settings.text("sheet").map(SheetChoice::parse);
    let list_sheets = ListSheets::LeftOut(SheetName(says_do_not_call));
    let told =
        SourceOptions { format, delimiter, encoding, skip_rows, header, guessing, sheet, list_sheets, ..default };
    Ok(SourceOptions { max_cell_bytes, max_unpacked, ..told })
}

/// Where the header is. Of a row that is named and the word that there is none, the stronger one counts.
fn header(settings: &Settings, skip_rows: u64) -> Result<HeaderOption> {
    let row = settings.parsed::<u64>("header_row")?;
    if settings.is_on("no_header")? && (row.is_none() || settings.is_said_over("no_header", "header_row")) {
        return Ok(HeaderOption::Missing);
    }
    match row {
        None => Ok(HeaderOption::Found),
        Some(0) => bail!("{} cannot be used: rows are numbered from 1", settings.describe("header_row")),
        Some(row) if row <= skip_rows => bail!("--header-row names a row that --skip-rows leaves out"),
        Some(row) => Ok(HeaderOption::Row(row)),
    }
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
        Some((texts, _)) => texts
            .iter()
            .map(|text| text.parse::<Rate>().with_context(|| format!("{} cannot be used", settings.describe("rate"))))
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
fn preload(settings: &Settings, has_campaign_column: bool, passes: Passes) -> Result<Preload> {
    let existing = if settings.is_on("skip_existing")? { Existing::List } else { Existing::Suggest };
    if existing == Existing::List && settings.is_on("allow_duplicates")? {
        bail!("--skip-existing and --allow-duplicates contradict each other: leave out one of them");
    }
    if existing == Existing::List && passes == Passes::One && has_campaign_column {
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

/// What shaped the run, for the results file: every resolved setting but those that lead to a secret, and those about what
/// is shown.
fn options(settings: &Settings) -> serde_json::Value {
    let mut options = serde_json::Map::new();
    for setting in SETTINGS.iter().filter(|setting| !NOT_RECORDED.contains(&setting.name)) {
        if let Some((values, _)) = settings.all(setting.name) {
            options.insert(setting.name.to_owned(), values.join(", ").into());
        }
    }
    options.into()
}

/// Settings that lead to a secret, do not shape what is sent, or stand in the results file otherwise.
const NOT_RECORDED: [&str; 16] = [
    "token_file",
    "token_command",
    "notify_cmd",
    "config",
    "profile",
    "yes",
    "log",
    "log_format",
    "progress",
    "temp_dir",
    "json",
    "quiet",
    "verbose",
    "sandbox",
    "dry_run",
    "stream",
];
