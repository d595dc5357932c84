//! The mapping as checked, and its binding to a header: which column of this input is what.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Header;
use crate::target::Family;

use super::config::{MappingConfig, OtherColumns, ValueFrom, ValueType, VariableConfig};
use super::error::{MappingError, MissingColumn};
use super::fill::{BoundMapping, BoundPerson, BoundSecondary};
use super::object::ObjectPlan;
use super::recognise::{self, NamePattern, PhoneColumn, SecondaryColumn};
use super::template::{TemplateColumns, Templates};
use super::value::{BoundValue, Column, Form, Origin, Writing};

/// A mapping that is right in itself; whether it fits an input shows when it is bound to a header.
#[derive(Debug, Clone)]
pub struct Mapping {
    config: MappingConfig,
    family: Family,
    templates: Arc<Templates>,
    include: Option<Vec<NamePattern>>,
    exclude: Vec<NamePattern>,
    writing: Writing,
}

impl Mapping {
    /// Checks what can be checked without a header.
    ///
    /// # Errors
    /// A template does not compile, a name cannot be sent, or a key has no meaning on a platform of this family.
    pub fn new(config: MappingConfig, family: Family) -> Result<Self, MappingError> {
        super::check::check(&config, family)?;
        let templates = Arc::new(compiled(&config)?);
        let patterns = |list: &Vec<String>| list.iter().map(|text| NamePattern::new(text)).collect::<Vec<_>>();
        let list_separator = config.list_separator.as_deref().unwrap_or(";").into();
        Ok(Self {
            include: config.include.as_ref().map(patterns),
            exclude: config.exclude.as_ref().map(patterns).unwrap_or_default(),
            writing: Writing { empty: config.empty.unwrap_or_default(), list_separator },
            config,
            family,
            templates,
        })
    }

    /// True where rows are grouped into leads.
    #[must_use]
    pub fn groups_rows(&self) -> bool {
        self.config.group_by.as_ref().is_some_and(|columns| !columns.is_empty())
    }

    /// True where a column names the campaign of each row.
    #[must_use]
    pub fn names_campaign(&self) -> bool {
        self.config.campaign.is_some()
    }

    /// Binds the mapping to the header of a table.
    ///
    /// # Errors
    /// The header lacks columns that the mapping names, no column can be taken for the phone, or two things would be
    /// sent under one name.
    pub fn bind(&self, header: &Header) -> Result<BoundMapping, MappingError> {
        let bound = self.bound(header, HeaderIs::Complete)?;
        bound.require_all()?;
        Ok(bound)
    }

    /// Binds the mapping to a header that may still grow (JSON Lines). Columns that are missing so far are empty;
    /// [`BoundMapping::require_all`] tells at the end whether any never came. Bind again
    /// whenever the header has changed: it grew, or a column turned out to hold objects.
    ///
    /// # Errors
    /// Two things would be sent under one name.
    pub fn bind_so_far(&self, header: &Header) -> Result<BoundMapping, MappingError> {
        self.bound(header, HeaderIs::Growing)
    }

    fn bound(&self, header: &Header, header_is: HeaderIs) -> Result<BoundMapping, MappingError> {
        let mut binder = Binder::new(self, header);
        let secondaries = binder.listed_secondaries()?;
        let region = self.config.region.as_deref().map(|name| binder.column(name, "region"));
        let campaign = self.config.campaign.as_deref().map(|name| binder.column(name, "campaign"));
        let group_by = self.config.group_by.iter().flatten().map(|name| binder.column(name, "group_by")).collect();
        let primary_when = self
            .config
            .primary_when
            .as_ref()
            .map(|when| (binder.column(&when.column, "primary_when"), when.is.trim().to_lowercase()));
        let phone = binder.phone();
        let person = binder.person();
        let mut plan = binder.named_values()?;
        if header_is == HeaderIs::Complete && !binder.missing.is_empty() {
            // A mistyped column is the cause of what would clash below.
            return Err(MappingError::MissingColumns(binder.missing));
        }
        let secondaries = match secondaries {
            Some(listed) => listed,
            None => binder.wide_secondaries()?,
        };
        binder.other_columns(&mut plan)?;
        Ok(BoundMapping {
            unused: binder.unused(),
            templates: Arc::clone(&self.templates),
            template_columns: Arc::new(binder.template_columns),
            writing: self.writing.clone(),
            phone,
            region,
            campaign,
            group_by,
            primary_when,
            person,
            secondaries,
            variables: plan.finish(),
            missing: binder.missing,
            unfound: binder.unfound,
        })
    }
}

/// Whether columns may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeaderIs {
    Complete,
    Growing,
}

fn compiled(config: &MappingConfig) -> Result<Templates, MappingError> {
    let mut templates = Templates::new();
    super::check::each_value(config, &mut |key, value| match &value.from {
        ValueFrom::Template(template) => templates.add(template).map_err(|problem| MappingError::Template {
            wanted_by: key,
            template: template.clone(),
            problem,
        }),
        ValueFrom::Column(_) | ValueFrom::Value(_) => Ok(()),
    })?;
    Ok(templates)
}

/// The work of binding: which columns have a job by now, and what was not found.
struct Binder<'a> {
    mapping: &'a Mapping,
    header: &'a Header,
    /// Columns that have a job or another name, by position.
    used: Vec<bool>,
    excluded: Vec<bool>,
    /// Columns that are sent.
    sent: Vec<bool>,
    template_columns: TemplateColumns,
    missing: Vec<MissingColumn>,
    unfound: Option<MappingError>,
}

impl<'a> Binder<'a> {
    fn new(mapping: &'a Mapping, header: &'a Header) -> Self {
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
    fn is_free(&self, index: usize) -> bool {
        let taken = |marks: &[bool]| marks.get(index).copied().unwrap_or(true);
        !taken(&self.used) && !taken(&self.excluded) && !self.header.is_container(index) && !self.header.is_ours(index)
    }

    fn phone(&mut self) -> Option<Column> {
        if let Some(name) = self.mapping.config.phone.as_deref() {
            return Some(self.column(name, "phone"));
        }
        let columns = self.header.names().to_vec();
        match recognise::phone_column(self.header, |index| self.is_free(index)) {
            PhoneColumn::One(index) => Some(self.take(index)),
            // A chatbot's lead needs no number.
            PhoneColumn::None if self.mapping.family == Family::Pollybot => None,
            PhoneColumn::None => {
                self.unfound.get_or_insert(MappingError::NoPhoneColumn { columns });
                None
            }
            PhoneColumn::Several(found) => {
                let candidates = found.into_iter().map(|index| self.name(index).to_owned()).collect();
                self.unfound.get_or_insert(MappingError::AmbiguousPhoneColumn { candidates, columns });
                None
            }
        }
    }

    fn person(&mut self) -> Option<BoundPerson> {
        if self.mapping.family != Family::Pollybot {
            return None;
        }
        let lead = &self.mapping.config.lead;
        Some(BoundPerson {
            name: self.required_field("name", lead.name.as_ref()),
            email: self.required_field("email", lead.email.as_ref()),
            source: self.field("source", lead.source.as_ref()),
            status: self.field("status", lead.status.as_ref()),
        })
    }

    fn required_field(&mut self, field: &'static str, config: Option<&VariableConfig>) -> BoundValue {
        self.field(field, config).unwrap_or_else(|| {
            let columns = self.header.names().to_vec();
            self.unfound.get_or_insert(MappingError::NoLeadField { field, columns });
            let origin = Origin::Constant("".into());
            BoundValue { key: field.into(), origin, default: None, form: Form::Typed(ValueType::Text) }
        })
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
    fn named_values(&mut self) -> Result<ObjectPlan, MappingError> {
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
    fn listed_secondaries(&mut self) -> Result<Option<Vec<BoundSecondary>>, MappingError> {
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

    fn wide_secondaries(&mut self) -> Result<Vec<BoundSecondary>, MappingError> {
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
    fn other_columns(&mut self, plan: &mut ObjectPlan) -> Result<(), MappingError> {
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
    fn unused(&self) -> Vec<String> {
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
