//! What only the command says: settings that are no part of the library's promise, each a plan's field.

use super::builder::{ImportBuilder, Scattered};
use super::destination::Destination;
use super::limits::Limits;
use crate::grouping::Strictness;
use crate::import::{CheckVariables, Existing, Mode, Numbers, Preload, Purpose, Rejected, ResultsFile};
use crate::mapping::MappingConfig;
use crate::phone::Region;
use crate::run::{Consent, Endpoint, Sending};
use crate::source::{Input, SourceOptions};

impl ImportBuilder {
    pub(crate) fn input(mut self, input: Input) -> Self {
        self.inputs.push(input);
        self
    }

    pub(crate) fn source_options(mut self, options: SourceOptions) -> Self {
        self.source = options;
        self
    }

    pub(crate) fn mapping_config(mut self, mapping: MappingConfig) -> Self {
        self.mapping = mapping;
        self
    }

    pub(crate) fn parsed_region(mut self, region: Option<Region>) -> Self {
        self.region = region;
        self
    }

    pub(crate) fn numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    pub(crate) fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Where leads go, checked; the results file is named after `label`.
    pub(crate) fn endpoint(self, endpoint: Endpoint, label: String) -> Self {
        self.to(Destination::ready(endpoint, label))
    }

    pub(crate) fn results_file_at(mut self, results: Option<ResultsFile>) -> Self {
        self.results = results;
        self
    }

    /// All of it, rates as well.
    pub(crate) fn sending(mut self, sending: Sending) -> Self {
        self.limits = Limits::all_of(&sending);
        self.sending = sending;
        self
    }

    pub(crate) fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What becomes of leads. An update knows who is there by its own results file alone; do-not-call lists stay: without them the
    /// requests would be others than those that were sent.
    pub(crate) fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        if purpose != Purpose::Create {
            (self.preload.existing, self.preload.known) = (Existing::Suggest, Vec::new());
        }
        self
    }

    pub(crate) fn scattered_as(mut self, scattered: Scattered) -> Self {
        self.scattered = scattered;
        self
    }

    pub(crate) fn most_leads(mut self, limit: Option<u64>) -> Self {
        self.limit = limit;
        self
    }

    pub(crate) fn rejected(mut self, rejected: Rejected) -> Self {
        self.rejected = rejected;
        self
    }

    pub(crate) fn check_variables(mut self, check: CheckVariables) -> Self {
        self.check_variables = check;
        self
    }

    pub(crate) fn consent(mut self, consent: Consent) -> Self {
        self.consent = consent;
        self
    }

    pub(crate) fn preload(mut self, preload: Preload) -> Self {
        self.preload = preload;
        self
    }

    /// The commands that resume this run, and that update leads which were edited since.
    pub(crate) fn commands(mut self, resume: String, update: String) -> Self {
        self.commands = (resume, update);
        self
    }

    pub(crate) fn options(mut self, options: serde_json::Value) -> Self {
        self.options = Some(options);
        self
    }
}
