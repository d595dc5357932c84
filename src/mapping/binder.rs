//! The work of binding a mapping to a header: which columns have a job by now, and what was not found.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Header;
use crate::target::Family;

use super::bind::Mapping;
use super::columns::{ColumnValues, PREFERENCE, is_type_of};
use super::config::{OtherColumns, ValueFrom, ValueType, VariableConfig};
use super::error::{MappingError, MissingColumn};
use super::fill::{BoundPerson, BoundSecondary};
use super::object::ObjectPlan;
use super::recognise::{self, NamePattern, SecondaryColumn};
use super::recognised::{self, Recognised, Recognising};
use super::template::TemplateColumns;
use super::value::{BoundValue, Column, Form, Origin};

/// The columns that the mapping gives a job, besides the numbers.
pub(super) struct NamedJobs {
    pub(super) region: Option<Column>,
    pub(super) campaign: Option<Column>,
    pub(super) group_by: Vec<Column>,
    pub(super) primary_when: Option<(Column, String)>,
    pub(super) dial_code: Option<Column>,
    pub(super) do_not_call: Option<Column>,
    pub(super) may_call: Option<Column>,
}

/// The work of binding: which columns have a job by now, and what was not found.
pub(super) struct Binder<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) header: &'a Header,
    /// Columns that have a job or another name, by position.
    pub(super) used: Vec<bool>,
    pub(super) excluded: Vec<bool>,
    /// Columns that are sent.
    pub(super) sent: Vec<bool>,
    pub(super) template_columns: TemplateColumns,
    pub(super) missing: Vec<MissingColumn>,
    pub(super) unfound: Option<MappingError>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(mapping: &'a Mapping, header: &'a Header) -> Self {
        let none = || vec![false; header.len()];
        let mut binder = Self {
            mapping,
            header,
            used: none(),
            excluded: none(),
            sent: none(),
            template_columns: TemplateColumns::default(),
            missing: Vec::new(),
            unfound: None,
        };
        for index in binder.matched(&mapping.exclude, "exclude") {
            mark(&mut binder.excluded, index);
        }
        binder
    }

    /// The column called `name`, which has its job from now on.
    fn column(&mut self, name: &str, wanted_by: &str) -> Column {
        if let Some(index) = self.header.position_of(name) {
            return self.take(index);
        }
        self.miss(name, wanted_by);
        Column { name: name.into(), index: None }
    }

    fn take(&mut self, index: usize) -> Column {
        mark(&mut self.used, index);
        Column { name: self.name(index).into(), index: Some(index) }
    }

    fn name(&self, index: usize) -> &'a str {
        self.header.names().get(index).map_or("", String::as_str)
    }

    fn miss(&mut self, name: &str, wanted_by: &str) {
        let missing = MissingColumn::new(name, wanted_by, self.header);
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }

    /// The columns that `patterns` mean. A plain name that is not there is missing: a slip in `exclude` would send what
    /// was to be held back.
    fn matched(&mut self, patterns: &[NamePattern], key: &str) -> Vec<usize> {
        let mut all = Vec::new();
        for pattern in patterns {
            let columns = pattern.columns(self.header);
            if let (NamePattern::Exact(name), []) = (pattern, columns.as_slice()) {
                self.miss(name, key);
            }
            all.extend(columns);
        }
        all
    }

    /// True for columns that may be taken by their name alone.
    pub(super) fn is_free(&self, index: usize) -> bool {
        let taken = |marks: &[bool]| marks.get(index).copied().unwrap_or(true);
        !taken(&self.used) && !taken(&self.excluded) && !self.header.is_container(index) && !self.header.is_ours(index)
    }

    /// The columns that the mapping gives a job.
    pub(super) fn take_named_jobs(&mut self) -> NamedJobs {
        let config = &self.mapping.config;
        NamedJobs {
            region: config.region.as_deref().map(|name| self.column(name, "region")),
            campaign: config.campaign.as_deref().map(|name| self.column(name, "campaign")),
            group_by: config.group_by.iter().flatten().map(|name| self.column(name, "group_by")).collect(),
            primary_when: config
                .primary_when
                .as_ref()
                .map(|when| (self.column(&when.column, "primary_when"), when.is.trim().to_lowercase())),
            dial_code: config.dial_code.as_deref().map(|name| self.column(name, "dial_code")),
            do_not_call: config.do_not_call.as_deref().map(|name| self.column(name, "do_not_call")),
            may_call: config.may_call.as_deref().map(|name| self.column(name, "may_call")),
        }
    }

    pub(super) fn vendors_phone(&self) -> Option<usize> {
        self.header.position_of("phone_number").filter(|&index| self.is_free(index))
    }

    /// What is recognised among the columns that have no job so far.
    pub(super) fn recognised(&mut self, values: &[ColumnValues]) -> Recognised {
        let config = &self.mapping.config;
        let unknown = ColumnValues::default();
        let named = config.phone.iter().flat_map(|columns| &columns.0).filter_map(|name| self.header.position_of(name));
        let named: Vec<usize> = named.chain(self.vendors_phone()).collect();
        let is_free = |index: usize| self.is_free(index) && !named.contains(&index);
        let columns = recognised::seen(self.header, values, &unknown, is_free);
        let mut recognising = Recognising::new(columns, self.header.names());
        if config.phone.is_none() {
            if let Some(vendors) = self.vendors_phone() {
                recognising.found.phones.push(self.name(vendors).to_owned());
            } else {
                let preference = config.phone_preference.as_deref().unwrap_or(&PREFERENCE);
                recognising.phones(preference, config.other_phones.unwrap_or_default());
            }
            recognising.never_called();
        }
        if config.region.is_none() {
            recognising.country();
        }
        if config.dial_code.is_none() {
            recognising.dial_codes();
        }
        if config.do_not_call.is_none() {
            recognising.do_not_call();
        }
        if config.may_call.is_none() {
            recognising.may_call();
        }
        recognising.statuses();
        recognising.person();
        recognising.found
    }

    pub(super) fn phones(&mut self, recognised: &Recognised) -> Vec<Column> {
        let config = &self.mapping.config;
        let names: Vec<&str> = match &config.phone {
            Some(columns) => columns.0.iter().map(String::as_str).collect(),
            None => recognised.phones.iter().map(String::as_str).collect(),
        };
        // A chatbot's lead needs no number.
        let is_needed = |problem: &MappingError| {
            self.mapping.family != Family::Pollybot || !matches!(problem, MappingError::NoPhoneColumn { .. })
        };
        if let (true, Some(problem)) = (config.phone.is_none(), recognised.problem.clone().filter(is_needed)) {
            self.unfound.get_or_insert(problem);
        }
        names.into_iter().map(|name| self.column(name, "phone")).collect()
    }

    /// The column that says of which type the numbers of `phone` are; it stays a variable.
    pub(super) fn type_column(&self, phone: &Column) -> Option<Column> {
        let is_one = |index: &usize| {
            let excluded = self.excluded.get(*index).copied().unwrap_or(true);
            !excluded && !self.header.is_container(*index) && is_type_of(self.name(*index), &phone.name)
        };
        let index = (0..self.header.len()).find(is_one)?;
        Some(Column { name: self.name(index).into(), index: Some(index) })
    }

    /// The columns of a job that leaves them what they are, as variables: the one that is named, else those recognised,
    /// as far as the header has them by now.
    pub(super) fn beside(&self, named: Option<Column>, recognised: &[String]) -> Vec<Column> {
        if let Some(named) = named {
            return vec![named];
        }
        let column = |name: &String| {
            let index = self.header.position_of(name)?;
            Some(Column { name: self.name(index).into(), index: Some(index) })
        };
        recognised.iter().filter_map(column).collect()
    }

    pub(super) fn person(&mut self, recognised: &Recognised) -> Option<BoundPerson> {
        if self.mapping.family != Family::Pollybot {
            return None;
        }
        let lead = &self.mapping.config.lead;
        Some(BoundPerson {
            name: self.required_field("name", lead.name.as_ref(), &recognised.name),
            email: self.required_field("email", lead.email.as_ref(), recognised.email.as_slice()),
            source: self.field("source", lead.source.as_ref()),
            status: self.field("status", lead.status.as_ref()),
        })
    }

    fn required_field(
        &mut self,
        field: &'static str,
        config: Option<&VariableConfig>,
        recognised: &[String],
    ) -> BoundValue {
        // `Name` beside `Vorname` is half of a name.
        let joined = if config.is_none() && recognised.len() > 1 { self.joined(field, recognised) } else { None };
        if let Some(found) = joined.or_else(|| self.field(field, config)).or_else(|| self.joined(field, recognised)) {
            return found;
        }
        let columns = self.header.names().to_vec();
        self.unfound.get_or_insert(MappingError::NoLeadField { field, columns });
        let origin = Origin::Constant("".into());
        BoundValue { key: field.into(), origin, default: None, form: Form::Typed(ValueType::Text) }
    }

    /// The field made of the columns `names`, which then have their job.
    fn joined(&mut self, field: &str, names: &[String]) -> Option<BoundValue> {
        let found: Option<Vec<usize>> = names.iter().map(|name| self.header.position_of(name)).collect();
        let found = found.filter(|found| !found.is_empty() && found.iter().all(|index| self.is_free(*index)))?;
        let columns = found.into_iter().map(|index| self.take(index)).collect();
        let form = Form::Typed(ValueType::Text);
        Some(BoundValue { key: format!("lead.{field}").into(), origin: Origin::Joined(columns), default: None, form })
    }

    fn field(&mut self, field: &str, config: Option<&VariableConfig>) -> Option<BoundValue> {
        let key = format!("lead.{field}");
        if let Some(config) = config {
            return Some(self.value(&key, config, Form::Typed(ValueType::Text)));
        }
        let index = recognise::field_column(self.header, field, |index| self.is_free(index))?;
        Some(BoundValue {
            key: key.into(),
            origin: Origin::Cell(self.take(index)),
            default: None,
            form: Form::Typed(ValueType::Text),
        })
    }

    /// What `[mapping.variables]` (for chatbots `[mapping.metadata]`) names.
    pub(super) fn named_values(&mut self) -> Result<ObjectPlan, MappingError> {
        let mut plan = ObjectPlan::default();
        for (name, config) in &self.mapping.config.variables {
            let key = format!("variables.{name}");
            let value = self.value(&key, config, Form::Typed(ValueType::Text));
            self.override_column(name, config);
            plan.insert(std::slice::from_ref(name), &key, value)?;
        }
        for (name, config) in &self.mapping.config.metadata {
            let key = format!("metadata.{name}");
            let (path, form) = metadata_path(name);
            let value = self.value(&key, config, form);
            self.override_column(name, config);
            plan.insert(&path, &key, value)?;
        }
        Ok(plan)
    }

    /// `note = { template = "{{ note | upper }}" }` stands in the place of the column `note`.
    fn override_column(&mut self, name: &str, config: &VariableConfig) {
        let (ValueFrom::Template(template), Some(own)) = (&config.from, self.header.position_of(name)) else { return };
        let uses = self.mapping.templates.uses(template);
        if uses.names.iter().any(|used| self.header.position_of(used) == Some(own)) {
            mark(&mut self.used, own);
        }
    }

    fn value(&mut self, key: &str, config: &VariableConfig, untyped: Form) -> BoundValue {
        let origin = match &config.from {
            ValueFrom::Column(name) => Origin::Cell(self.column(name, key)),
            ValueFrom::Value(text) => Origin::Constant(text.as_str().into()),
            ValueFrom::Template(template) => {
                let uses = self.mapping.templates.uses(template);
                for name in self.template_columns.bind(&uses, self.header) {
                    self.miss(&name, &format!("the template of {key}"));
                }
                Origin::Template(template.as_str().into())
            }
        };
        let form = config.value_type.map_or(untyped, Form::Typed);
        BoundValue { key: key.into(), origin, default: config.default.as_deref().map(Into::into), form }
    }

    /// The secondary contacts that the mapping lists; `None` where it lists none and the vendors' columns are looked for.
    pub(super) fn listed_secondaries(&mut self) -> Result<Option<Vec<BoundSecondary>>, MappingError> {
        let Some(list) = &self.mapping.config.secondary else { return Ok(None) };
        let mut bound = Vec::with_capacity(list.len());
        for (at, secondary) in list.iter().enumerate() {
            let key = format!("secondary.{}", at + 1);
            let phone = self.column(&secondary.phone, &format!("{key}.phone"));
            let mut plan = ObjectPlan::default();
            for (name, config) in &secondary.variables {
                let key = format!("{key}.variables.{name}");
                let value = self.value(&key, config, Form::Typed(ValueType::Text));
                plan.insert(std::slice::from_ref(name), &key, value)?;
            }
            bound.push(BoundSecondary { phone, variables: plan.finish() });
        }
        Ok(Some(bound))
    }

    pub(super) fn wide_secondaries(&mut self) -> Result<Vec<BoundSecondary>, MappingError> {
        if self.mapping.family == Family::Pollybot {
            return Ok(Vec::new());
        }
        let mut found: BTreeMap<u8, (Option<Column>, ObjectPlan)> = BTreeMap::new();
        for index in 0..self.header.len() {
            let Some(column) = recognise::secondary_column(self.name(index)).filter(|_| self.is_free(index)) else {
                continue;
            };
            let from = format!("the column {:?}", self.name(index));
            let taken = self.take(index);
            match column {
                SecondaryColumn::Phone(number) => found.entry(number).or_default().0 = Some(taken),
                SecondaryColumn::Variable(number, name) => {
                    let plan = &mut found.entry(number).or_default().1;
                    plan.insert(&[name.to_owned()], &from, cell_value(taken, Form::Typed(ValueType::Text)))?;
                }
            }
        }
        let bound = found.into_iter().map(|(number, (phone, plan))| {
            let phone = phone.unwrap_or_else(|| {
                self.column(&format!("secondary_phone_{number}"), &format!("the columns secondary_{number}_…"))
            });
            BoundSecondary { phone, variables: plan.finish() }
        });
        Ok(bound.collect())
    }

    /// The columns that nothing has named so far.
    pub(super) fn other_columns(&mut self, plan: &mut ObjectPlan) -> Result<(), MappingError> {
        let listed = self.listed_columns();
        for index in 0..self.header.len() {
            if self.is_sent(index, listed.as_deref()) {
                mark(&mut self.sent, index);
                self.send_column(index, plan)?;
            }
        }
        Ok(())
    }

    /// What `include` says of each column; `None` where there is no `include`.
    fn listed_columns(&mut self) -> Option<Vec<Listed>> {
        let include = self.mapping.include.as_deref()?;
        let mut listed = vec![Listed::No; self.header.len()];
        for pattern in include {
            let how = if matches!(pattern, NamePattern::Exact(_)) { Listed::ByName } else { Listed::ByPattern };
            for index in self.matched(std::slice::from_ref(pattern), "include") {
                if let Some(entry) = listed.get_mut(index) {
                    *entry = how.max(*entry);
                }
            }
        }
        Some(listed)
    }

    fn is_sent(&self, index: usize, listed: Option<&[Listed]>) -> bool {
        let excluded = self.excluded.get(index).copied().unwrap_or(true);
        if excluded || self.header.is_ours(index) || self.name(index).trim().is_empty() {
            return false;
        }
        let by_default = self.mapping.config.other_columns.unwrap_or_default() == OtherColumns::Variables;
        match listed.map(|listed| listed.get(index).copied().unwrap_or(Listed::No)) {
            Some(Listed::ByName) => true,
            Some(Listed::ByPattern) => self.is_free(index),
            Some(Listed::No) => false,
            None => by_default && self.is_free(index),
        }
    }

    fn send_column(&mut self, index: usize, plan: &mut ObjectPlan) -> Result<(), MappingError> {
        let column = Column { name: self.name(index).into(), index: Some(index) };
        let name = self.name(index).trim();
        let from = format!("the column {name:?}");
        if self.mapping.family == Family::Pollybot {
            let (path, form) = metadata_path(name.strip_prefix("metadata.").unwrap_or(name));
            return plan.insert(&path, &from, cell_value(column, form));
        }
        super::check::variable_name(name, &from)?;
        plan.insert(&[name.to_owned()], &from, cell_value(column, Form::Typed(ValueType::Text)))
    }

    /// The columns that play no part at all.
    pub(super) fn unused(&self) -> Vec<String> {
        let in_templates = self.template_columns.indices();
        let marked = |marks: &[bool], index: usize| marks.get(index).copied().unwrap_or(false);
        let plays_none = |&index: &usize| {
            let part = marked(&self.used, index) || marked(&self.sent, index) || in_templates.contains(&index);
            !part && !self.header.is_ours(index) && !self.header.is_container(index)
        };
        (0..self.header.len()).filter(plays_none).map(|index| self.name(index).to_owned()).collect()
    }
}

/// What `include` says of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Listed {
    No,
    ByPattern,
    ByName,
}

fn mark(marks: &mut [bool], index: usize) {
    if let Some(mark) = marks.get_mut(index) {
        *mark = true;
    }
}

fn cell_value(column: Column, form: Form) -> BoundValue {
    BoundValue { key: Arc::clone(&column.name), origin: Origin::Cell(column), default: None, form }
}

/// Where in `metadata` a name stands: dots nest, `[]` at the end makes a list. A name with nothing between two dots is
/// taken as it is.
fn metadata_path(name: &str) -> (Vec<String>, Form) {
    let (name, form) = match name.strip_suffix("[]") {
        Some(name) => (name, Form::Typed(ValueType::List)),
        None => (name, Form::AsInInput),
    };
    let parts: Vec<String> = name.split('.').map(|part| part.trim().to_owned()).collect();
    if parts.iter().any(String::is_empty) { (vec![name.to_owned()], form) } else { (parts, form) }
}
