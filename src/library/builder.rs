//! What is to be imported, said step by step: the one way from settings to a plan.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::destination::{CampaignOf, Destination};
use super::error::BuildError;
use super::import::Import;
use super::limits::Limits;
use super::progress::{Progress, Telling};
use crate::grouping::Strictness;
use crate::import::{
    CheckVariables, Existing, GroupRows, Mode, Numbers, OtherNumbers, Passes, Plan, Preload, Purpose, Rejected,
    ResultsFile,
};
use crate::mapping::columns::says_do_not_call;
use crate::mapping::{Mapping, MappingConfig};
use crate::phone::Region;
use crate::platform::Duplicates;
use crate::report::{LeadReport, Listener};
use crate::run::{Consent, Endpoint, Sending};
use crate::source::{Input, ListSheets, Rows, SheetName, SourceOptions};
use crate::target::Family;
use crate::upload::OnExists;

/// What is to be imported, where, and how. What is not said is as it is for the command.
///
/// Methods have the names of the command's options, and mean the same; `docs/OPTIONS.md` has them all.
#[derive(Debug)]
pub struct ImportBuilder {
    pub(super) inputs: Vec<Input>,
    pub(super) source: SourceOptions,
    pub(super) mapping: MappingConfig,
    pub(super) region: Option<Region>,
    pub(super) numbers: Numbers,
    pub(super) strictness: Strictness,
    pub(super) destination: Option<Destination>,
    pub(super) results: Option<ResultsFile>,
    pub(super) sending: Sending,
    pub(super) limits: Limits,
    pub(super) mode: Mode,
    pub(super) purpose: Purpose,
    pub(super) passes: Passes,
    pub(super) scattered: Scattered,
    pub(super) limit: Option<u64>,
    pub(super) rejected: Rejected,
    pub(super) check_variables: CheckVariables,
    pub(super) consent: Consent,
    pub(super) preload: Preload,
    /// The commands that resume this run and that update edited leads, where a command began it.
    pub(super) commands: (String, String),
    /// What shaped the run, for the results file; `None`: what is known here.
    pub(super) options: Option<serde_json::Value>,
    pub(super) telling: Telling,
    /// What was wrong first.
    pub(super) wrong: Option<BuildError>,
}

/// Whether rows of groups are put together, and who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scattered {
    /// The mapping may say it.
    NotSaid,
    /// By a setting for all runs, which says nothing where there are no groups.
    Set(bool),
    /// For this run.
    Asked,
}

impl ImportBuilder {
    pub(super) fn new() -> Self {
        Self {
            inputs: Vec::new(),
            source: SourceOptions {
                list_sheets: ListSheets::LeftOut(SheetName(says_do_not_call)),
                ..SourceOptions::default()
            },
            mapping: MappingConfig::default(),
            region: None,
            numbers: Numbers::default(),
            strictness: Strictness::Lenient,
            destination: None,
            results: None,
            sending: Sending::default(),
            limits: Limits::default(),
            mode: Mode::Upload,
            purpose: Purpose::Create,
            passes: Passes::Two,
            scattered: Scattered::NotSaid,
            limit: None,
            rejected: Rejected::StayRejected,
            check_variables: CheckVariables::Warn,
            consent: Consent::Ask,
            preload: Preload::default(),
            commands: Default::default(),
            options: None,
            telling: Telling::default(),
            wrong: None,
        }
    }

    /// A file with leads, in any form that the command reads. Several are read one after another.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>) -> Self {
        self.input(Input::File(path.as_ref().to_owned()))
    }

    /// Rows that your program has itself. They need a results file ([`results`](Self::results)).
    ///
    /// They are read twice, as a file is: first all of them are counted and checked, then they are sent. For that they are
    /// kept in a temporary file that nobody else can open, and nothing is sent before the last row was given.
    /// [`stream`](Self::stream) does without.
    #[must_use]
    pub fn rows(self, rows: Rows) -> Self {
        self.input(Input::Rows(rows))
    }

    /// Where leads go.
    #[must_use]
    pub fn to(mut self, destination: Destination) -> Self {
        self.destination = Some(destination);
        self
    }

    /// The results file: it is the memory that keeps people from being called twice. It must be the same one in every run.
    /// Without it, it lies beside the first file and is named after the destination.
    #[must_use]
    pub fn results(mut self, path: impl Into<PathBuf>) -> Self {
        self.results = Some(ResultsFile::At(path.into()));
        self
    }

    /// The country for which numbers are read that do not name their own: `DE`, `Germany`, `+49`.
    #[must_use]
    pub fn region(mut self, country: &str) -> Self {
        match Region::parse(country) {
            Some(region) => self.region = Some(region),
            None => self.blame(BuildError::UnknownCountry(country.to_owned())),
        }
        self
    }

    /// What the columns mean: the keys of a `[mapping]` as in `docs/MAPPING.md`, in TOML.
    #[must_use]
    pub fn mapping(mut self, toml: &str) -> Self {
        match toml::from_str(toml) {
            Ok(mapping) => self.mapping = mapping,
            Err(error) => self.blame(BuildError::MappingText(error.to_string())),
        }
        self
    }

    /// What the account is allowed, like `60/min`; several are all kept. 60 a minute unless said, and as fast as it goes in the
    /// sandbox.
    #[must_use]
    pub fn rate(mut self, rate: &str) -> Self {
        match rate.parse() {
            Ok(rate) => self.limits.rates.get_or_insert_default().push(rate),
            Err(error) => self.blame(BuildError::Value(format!("--rate: {error}"))),
        }
        self
    }

    /// How many requests may be under way at once, from 1 to 1,000; 4 unless said.
    #[must_use]
    pub fn concurrency(mut self, requests: u16) -> Self {
        match requests.to_string().parse() {
            Ok(concurrency) => self.limits.concurrency = Some(concurrency),
            Err(problem) => self.blame(BuildError::Value(format!("--concurrency: {problem}"))),
        }
        self
    }

    /// After this long a request is given up; the lead that it was to create is in doubt then. 30 seconds unless said.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.limits.timeout = Some(time);
        self
    }

    /// How long after a lost answer a look-up that finds no lead starts to count. 30 seconds unless said.
    #[must_use]
    pub fn settle(mut self, time: Duration) -> Self {
        self.limits.settle = Some(time);
        self
    }

    /// Leads are sent as they are read: nothing is counted before, so how many there are is not known, a lead's rows must
    /// stand together, and what is wrong with a later row shows when the earlier ones are sent. Rows of a program are then
    /// not kept. What is sent at all is the same.
    #[must_use]
    pub fn stream(mut self) -> Self {
        self.passes = Passes::One;
        self
    }

    /// Only so many leads are read.
    #[must_use]
    pub fn limit(mut self, leads: u64) -> Self {
        self.limit = Some(leads);
        self
    }

    /// People may be called as soon as their leads are created. Without it a run into a campaign that calls at once does not
    /// begin: a program has nobody to ask.
    #[must_use]
    pub fn yes(mut self) -> Self {
        self.consent = Consent::Given;
        self
    }

    /// A do-not-call list; nobody on it is sent.
    #[must_use]
    pub fn suppress(mut self, list: impl AsRef<Path>) -> Self {
        self.preload.suppress.push(Input::File(list.as_ref().to_owned()));
        self
    }

    /// Whoever is on the platform already is found out before anything is sent, and is not sent.
    #[must_use]
    pub fn skip_existing(mut self) -> Self {
        self.preload.existing = Existing::List;
        self
    }

    /// Leads that the platform refused earlier are tried again.
    #[must_use]
    pub fn retry_rejected(mut self) -> Self {
        self.rejected = Rejected::TryAgain;
        self
    }

    /// Rows of one group may stand anywhere in the inputs.
    #[must_use]
    pub fn scattered(mut self) -> Self {
        self.scattered = Scattered::Asked;
        self
    }

    /// `hear` is told what becomes of each lead, and of each row that makes none, once it is recorded; of a lead whose
    /// doubt ends, once more. It is called from many threads, and what it takes long for holds up the import.
    #[must_use]
    pub fn on_lead(mut self, hear: impl Fn(LeadReport) + Send + Sync + 'static) -> Self {
        self.telling.leads = Some(Listener::new(hear));
        self
    }

    /// `hear` is told how far the import is, each time that `every` has passed, and once at the end.
    #[must_use]
    pub fn on_progress(mut self, every: Duration, hear: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.telling.hear_progress(every, hear);
        self
    }

    /// The import, if all that was said goes together. Nothing is opened or asked yet.
    ///
    /// # Errors
    /// [`BuildError`] says what is missing or wrong.
    pub fn build(mut self) -> Result<Import, BuildError> {
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        if self.inputs.is_empty() {
            return Err(BuildError::NoInput);
        }
        let campaign = if self.mapping.campaign.is_some() { CampaignOf::EachRow } else { CampaignOf::TheRun };
        let destination = self.destination.take().ok_or(BuildError::NoDestination)?;
        let (endpoint, label) = destination.resolve(campaign)?;
        self.check(endpoint.family, campaign)?;
        let (group_rows, results) = (self.group_rows()?, self.results_file(label)?);
        let telling = std::mem::take(&mut self.telling);
        Ok(Import::new(Arc::new(self.into_plan(endpoint, group_rows, results)?), telling))
    }

    fn into_plan(
        mut self,
        endpoint: Endpoint,
        group_rows: GroupRows,
        results: ResultsFile,
    ) -> Result<Plan, BuildError> {
        let sending = std::mem::take(&mut self.limits).sending(&endpoint, self.sending.clone())?;
        let options = self.options.take().unwrap_or_else(|| self.known_options());
        let (resume_command, update_command) = self.commands;
        Ok(Plan {
            inputs: self.inputs,
            source: self.source,
            mapping: Mapping::new(self.mapping, endpoint.family)?,
            region: self.region,
            numbers: self.numbers,
            strictness: self.strictness,
            endpoint,
            results,
            sending,
            mode: self.mode,
            purpose: self.purpose,
            passes: self.passes,
            group_rows,
            limit: self.limit,
            rejected: self.rejected,
            check_variables: self.check_variables,
            consent: self.consent,
            preload: self.preload,
            resume_command,
            update_command,
            options,
        })
    }

    /// Whether settings go together.
    fn check(&self, family: Family, campaign: CampaignOf) -> Result<(), BuildError> {
        let is_streamed = self.passes == Passes::One;
        let is_listed = self.preload.existing == Existing::List;
        let has_duplicates = self.sending.duplicates == Duplicates::Allowed;
        let is_update = self.purpose != Purpose::Create;
        let wrong = [
            (is_update && is_streamed, BuildError::UpdatedStream),
            (is_update && has_duplicates, BuildError::UpdatedDuplicates),
            (has_duplicates && self.sending.on_exists != OnExists::Skip, BuildError::ResolvedDuplicates),
            (is_listed && has_duplicates, BuildError::ListedDuplicates),
            (is_listed && is_streamed && campaign == CampaignOf::EachRow, BuildError::ListedStream),
            (
                self.numbers.others == OtherNumbers::Secondary && family == Family::Pollybot,
                BuildError::SecondariesOfChatbot,
            ),
        ];
        wrong.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Where the rows of a group are: a setting, or else what the mapping says.
    fn group_rows(&self) -> Result<GroupRows, BuildError> {
        let is_scattered = match self.scattered {
            Scattered::Asked => true,
            Scattered::Set(set) => set,
            Scattered::NotSaid => self.mapping.scattered == Some(true),
        };
        match (is_scattered, self.mapping.group_by.is_some(), self.passes) {
            (true, false, _) if self.scattered == Scattered::Asked => Err(BuildError::ScatteredWithoutGroups),
            // It may be set for all runs, and this one has no groups.
            (false, ..) | (true, false, _) => Ok(GroupRows::Together),
            (true, true, Passes::One) => Err(BuildError::ScatteredStream),
            (true, true, Passes::Two) => Ok(GroupRows::Scattered),
        }
    }

    /// Beside the first input, if that is a file.
    fn results_file(&mut self, platform: String) -> Result<ResultsFile, BuildError> {
        if let Some(results) = self.results.take() {
            return Ok(results);
        }
        match self.inputs.first() {
            Some(Input::File(path)) => Ok(ResultsFile::AfterTarget { folder: folder_of(path), platform }),
            Some(Input::Stdin) => Err(BuildError::NoResults { input: "standard input".to_owned() }),
            other => Err(BuildError::NoResults { input: other.map(Input::name).unwrap_or_default() }),
        }
    }

    fn known_options(&self) -> serde_json::Value {
        let mut options = serde_json::Map::new();
        if let Some(region) = self.region {
            options.insert("region".to_owned(), region.code().into());
        }
        if let Some(limit) = self.limit {
            options.insert("limit".to_owned(), limit.into());
        }
        options.into()
    }

    fn blame(&mut self, error: BuildError) {
        self.wrong.get_or_insert(error);
    }
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
