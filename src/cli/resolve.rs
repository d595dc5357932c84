//! What was typed and configured becomes a [`Plan`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Error, Result, anyhow, bail};

use super::args::{ImportArgs, UpdateArgs};
use super::config_file::{self, Configuration};
use super::config_shown::Configured;
use super::place::{Asks, Chosen, campaign_of, endpoint, nowhere, platform};
use super::setting_table::SETTINGS;
use super::settings::{Layer, Settings};
use super::typed::{flags, mapping_said};
use super::{command, custom};
use crate::grouping::Strictness;
use crate::import::{CheckVariables, Existing, Mode, Numbers, Plan, Preload, Purpose, Reach, Rejected, ResultsFile};
use crate::library::{Import, ImportBuilder, Scattered, folder_of};
use crate::mapping::MappingConfig;
use crate::mapping::columns::says_do_not_call;
use crate::phone::{Callable, Guesses, NumberRules, PhoneKind, Region};
use crate::platform::{Ability, Custom, Duplicates, Platform};
use crate::run::{Consent, LeftInDoubt, Sending, Until};
use crate::source::{
    FormatName, Guessing, HeaderOption, Input, ListSheets, SheetChoice, SheetName, SourceOptions, encoding_by_name,
};
use crate::upload::{OnMismatch, Rate};

/// What an import needs, and what the user should be told about how it was resolved.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) import: Import,
    pub(super) settings: Settings,
    pub(super) notes: Vec<String>,
    /// Whether it is known where leads go: only a check may leave it open.
    pub(super) is_placed: bool,
}

impl Resolved {
    /// What the import is to do.
    pub(super) fn plan(&self) -> &Arc<Plan> {
        self.import.plan()
    }
}

/// Resolves an import. `typed` is the whole command line, for the command that resumes.
///
/// # Errors
/// Something is missing, mistyped or cannot be used: exit code 2.
pub(super) fn import(args: &ImportArgs, typed: Vec<String>) -> Result<Resolved> {
    resolved(args, &args.inputs, Asks::Everything, Purpose::Create, typed)
}

/// Resolves the check of one of the files: an import that sends nothing and need not know where to.
///
/// # Errors
/// Something is mistyped or cannot be used: exit code 2.
pub(super) fn check(args: &ImportArgs, input: &PathBuf, typed: Vec<String>) -> Result<Resolved> {
    resolved(args, std::slice::from_ref(input), Asks::Little, Purpose::Create, typed)
}

/// Resolves what a mapping is recognised for: as [`check`], but a `leadload.toml` beside the file is not looked at.
///
/// # Errors
/// Something is mistyped or cannot be used: exit code 2.
pub(super) fn init(args: &ImportArgs, typed: Vec<String>) -> Result<Resolved> {
    resolved(args, &args.inputs, Asks::NoMapping, Purpose::Create, typed)
}

/// What was said of settings and of columns, wherever it was said.
pub(super) struct Said {
    pub(super) settings: Settings,
    pub(super) mapping: MappingConfig,
    /// The platform that a file describes, where that is asked for.
    pub(super) custom: Option<Arc<Custom>>,
    pub(super) notes: Vec<String>,
    /// The configuration files that were read.
    pub(super) files: Vec<String>,
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
    let mut settings = Settings::new(layers);
    let custom = custom::chosen(&mut settings, files.custom.as_ref())?;
    Ok(Configured { settings, files, over: mapping_said(&said)?, custom })
}

/// Puts together what was typed, the environment and the configuration; a file `beside` the input is the weakest.
pub(super) fn said(args: &ImportArgs, beside: Option<&Path>) -> Result<Said> {
    let Configured { settings, files, over, custom } = configured(args, beside)?;
    let mut names = files.names_of_settings();
    let Configuration { mapping, notes, .. } = files;
    names.extend(mapping.iter().map(|(_, origin)| format!("[mapping] of {}", origin.file.display())));
    let mapping = match mapping {
        Some((config, _)) => config.merge(over),
        None => over,
    };
    Ok(Said { settings, mapping, custom, notes, files: names })
}

/// By the same builder as any other program's import: what goes together is its affair.
fn resolved(
    args: &ImportArgs,
    inputs: &[PathBuf],
    asks: Asks,
    purpose: Purpose,
    typed: Vec<String>,
) -> Result<Resolved> {
    let beside = beside(inputs);
    let heard = beside.as_deref().filter(|_| asks != Asks::NoMapping);
    let Said { settings, mapping, custom, notes, .. } = said(args, heard)?;
    let chosen = platform(&settings, asks, custom).map_err(|error| with_notes(&error, &notes))?;
    if let Some(custom) = chosen.custom() {
        custom::refuse_what_it_lacks(custom, &settings, &mapping)?;
        if matches!(purpose, Purpose::Update(_)) && !custom.can(Ability::Update) {
            bail!(
                "the platform file of {} has no [update], which this command needs\nwhat to do: describe it there, or change \
                 the leads on the platform",
                custom.name().as_str()
            );
        }
    }
    let campaign_of = campaign_of(&mapping);
    let mode = if settings.is_on("dry_run")? || asks != Asks::Everything { Mode::DryRun } else { Mode::Upload };
    let is_placed = asks == Asks::Everything || chosen.is_placed(&settings, campaign_of);
    let (endpoint, results) = if is_placed {
        (endpoint(&chosen, &settings, mode, campaign_of)?, results(inputs, &settings, asks))
    } else {
        (nowhere(&chosen, campaign_of)?, Some(ResultsFile::Nowhere))
    };
    let import = builder(args, &settings)?
        .mapping_config(mapping)
        .sending(Sending {
            left_in_doubt: args.sending.in_doubt.map_or(LeftInDoubt::Stays, LeftInDoubt::from),
            ..sending(&settings, matches!(chosen, Chosen::Sandbox { .. }))?
        })
        .endpoint(endpoint, chosen.label())
        .results_file_at(results)
        .mode(mode)
        .purpose(purpose)
        .commands(command::resuming(typed.clone()), command::updating(typed));
    let inputs = inputs.iter().map(|path| Input::parse(&path.to_string_lossy()));
    let import = inputs.fold(import, ImportBuilder::input).build()?;
    Ok(Resolved { import, settings, notes, is_placed })
}

/// An error with what was left out of the configuration: most likely that is what is missing.
fn with_notes(error: &Error, notes: &[String]) -> Error {
    let lines = std::iter::once(format!("{error:#}")).chain(notes.iter().cloned());
    anyhow!(lines.collect::<Vec<_>>().join("\n"))
}

/// What is said of the inputs and of single leads, wherever they go.
fn builder(args: &ImportArgs, settings: &Settings) -> Result<ImportBuilder> {
    let import = Import::builder()
        .source_options(source_options(settings)?)
        .parsed_region(settings.read("region", region)?)
        .numbers(numbers(settings)?)
        .strictness(if settings.is_on("strict")? { Strictness::Strict } else { Strictness::Lenient })
        .scattered_as(scattered(args, settings)?)
        .most_leads(settings.number("limit")?)
        .rejected(if settings.is_on("retry_rejected")? { Rejected::TryAgain } else { Rejected::StayRejected })
        .check_variables(settings.parsed("check_variables")?.unwrap_or(CheckVariables::Warn))
        .consent(if settings.is_on("yes")? { Consent::Given } else { Consent::Ask })
        .preload(preload(settings)?)
        .options(options(settings));
    Ok(if settings.is_on("stream")? { import.stream() } else { import })
}

/// Whether the rows of groups are put together, and who said so.
fn scattered(args: &ImportArgs, settings: &Settings) -> Result<Scattered> {
    Ok(match settings.one("scattered") {
        None => Scattered::NotSaid,
        Some(_) if args.mapping.scattered => Scattered::Asked,
        Some(_) => Scattered::Set(settings.is_on("scattered")?),
    })
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
        bail!("{option} is about creating leads, and update creates none\nwhat to do: leave {option} out");
    }
    let purpose = Purpose::Update(Reach { likely_ours: args.force, not_ours: args.all_known });
    resolved(&args.import, &args.import.inputs, Asks::Everything, purpose, typed)
}

/// The folder of the first input that is a file.
pub(super) fn beside(inputs: &[PathBuf]) -> Option<PathBuf> {
    inputs.iter().find(|path| path.as_os_str() != "-").map(|path| folder_of(path))
}

/// Where the user says, or nowhere; `None`: beside the first input, if that is a file.
fn results(inputs: &[PathBuf], settings: &Settings, asks: Asks) -> Option<ResultsFile> {
    if let Some(path) = settings.text("results") {
        return Some(ResultsFile::At(PathBuf::from(path)));
    }
    let is_standard_input = inputs.first().is_some_and(|path| path.as_os_str() == "-");
    (asks != Asks::Everything && is_standard_input).then_some(ResultsFile::Nowhere)
}

fn region(text: &str) -> Result<Region> {
    Region::parse(text)
        .ok_or_else(|| anyhow!("{text:?} is not a country\nwhat to do: write its code, like DE, or its name"))
}

/// Which numbers are called.
fn numbers(settings: &Settings) -> Result<Numbers> {
    let callable = match settings.all("types") {
        None => Callable::Usual,
        Some((names, _)) => {
            let kinds = names.iter().filter(|name| !name.trim().is_empty()).map(|name| name.parse::<PhoneKind>());
            let kinds = kinds.collect::<Result<Vec<_>, _>>();
            Callable::Only(kinds.with_context(|| format!("{} cannot be used", settings.describe("types")))?)
        }
    };
    if callable == Callable::Only(Vec::new()) {
        bail!(
            "{} names no type of number, so that nobody could be called\nwhat to do: name one, like mobile, or leave it out",
            settings.describe("types")
        );
    }
    let guesses = if settings.is_on("no_repair")? { Guesses::Refused } else { Guesses::Marked };
    let others = settings.parsed("other_numbers")?.unwrap_or_default();
    Ok(Numbers { rules: NumberRules { callable, guesses }, others })
}

fn source_options(settings: &Settings) -> Result<SourceOptions> {
    let default = SourceOptions::default();
    let max_cell_bytes = settings.number("max_cell")?.unwrap_or(default.max_cell_bytes);
    let format = settings.read("format", |name| {
        FormatName::parse(name).ok_or_else(|| {
            anyhow!("{name:?} is no format\nwhat to do: write csv, tsv, json or jsonl; workbooks need no word")
        })
    })?;
    let delimiter = settings.read("delimiter", delimiter)?;
    let encoding = settings.read("encoding", encoding)?;
    let max_unpacked = settings.read("max_unpacked", bytes)?.unwrap_or(default.max_unpacked);
    let skip_rows = settings.number("skip_rows")?.unwrap_or_default();
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
    let row = settings.number::<u64>("header_row")?;
    if settings.is_on("no_header")? && (row.is_none() || settings.is_said_over("no_header", "header_row")) {
        return Ok(HeaderOption::Missing);
    }
    match row {
        None => Ok(HeaderOption::Found),
        Some(0) => bail!(
            "{} is 0, and rows are numbered from 1\nwhat to do: give the number that a spreadsheet shows",
            settings.describe("header_row")
        ),
        Some(row) if row <= skip_rows => bail!(
            "{} names row {row}, and {} leaves out the first {skip_rows}\nwhat to do: correct one of them; rows above the \
             header are left out anyway",
            settings.describe("header_row"),
            settings.describe("skip_rows")
        ),
        Some(row) => Ok(HeaderOption::Row(row)),
    }
}

fn encoding(name: &str) -> Result<&'static encoding_rs::Encoding> {
    encoding_by_name(name).ok_or_else(|| {
        anyhow!(
            "{name:?} is no encoding that is known\nwhat to do: write utf-8, utf-16le, windows-1252, iso-8859-2, macintosh or \
             another name that browsers know"
        )
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
        .ok_or_else(|| anyhow!("{text:?} is no size\nwhat to do: write it like 500MB or 20GiB"))
}

fn delimiter(text: &str) -> Result<char> {
    match text {
        "tab" | "\\t" | "\t" => Ok('\t'),
        "comma" => Ok(','),
        "semicolon" => Ok(';'),
        "pipe" => Ok('|'),
        other => match other.chars().collect::<Vec<_>>().as_slice() {
            [character] if !character.is_alphanumeric() => Ok(*character),
            _ => bail!("{other:?} is no delimiter\nwhat to do: write one character, such as ; or the word tab"),
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
        bail!(
            "{} is no time at all: every request would be given up\nwhat to do: write it like 30s",
            settings.describe("timeout")
        );
    }
    let on_exists = settings.parsed("on_exists")?.unwrap_or_default();
    let duplicates = if settings.is_on("allow_duplicates")? { Duplicates::Allowed } else { Duplicates::Forbidden };
    Ok(Sending {
        rates,
        concurrency: settings.parsed("concurrency")?.unwrap_or(default.concurrency),
        timeout,
        settle: settings.duration("settle", default.settle)?,
        give_up: settings.duration("give_up", default.give_up)?,
        max_in_doubt: settings.number("max_in_doubt")?.unwrap_or(default.max_in_doubt),
        max_failures: settings.parsed("max_failures")?,
        pause_after_errors: settings.number("pause_after_errors")?.unwrap_or(default.pause_after_errors),
        until: settings.read("until", |text| Ok(Until::parse(text, &jiff::Zoned::now())?))?,
        duplicates,
        on_exists,
        on_mismatch: if settings.is_on("accept_echo")? { OnMismatch::GoOn } else { OnMismatch::Stop },
        left_in_doubt: LeftInDoubt::Stays,
    })
}

/// Who is there already, and who must not be called.
fn preload(settings: &Settings) -> Result<Preload> {
    let existing = if settings.is_on("skip_existing")? { Existing::List } else { Existing::Suggest };
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
