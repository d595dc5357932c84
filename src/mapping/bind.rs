//! The mapping as checked, and its binding to a header: which column of this input is what.

use std::sync::Arc;

use crate::source::Header;
use crate::target::Family;

use super::barred::BarringColumns;
use super::binder::Binder;
use super::columns::ColumnValues;
use super::config::{MappingConfig, ValueFrom};
use super::error::MappingError;
use super::fill::BoundMapping;
use super::recognise::NamePattern;
use super::recognised::{self, Recognised};
use super::template::Templates;
use super::value::Writing;

/// A mapping that is right in itself; whether it fits an input shows when it is bound to a header.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) config: MappingConfig,
    pub(super) family: Family,
    pub(super) templates: Arc<Templates>,
    pub(super) include: Option<Vec<NamePattern>>,
    pub(super) exclude: Vec<NamePattern>,
    pub(super) writing: Writing,
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

    /// True where it takes the values of the columns to recognise what they are: without them, names alone must do.
    #[must_use]
    pub fn needs_values(&self, header: &Header) -> bool {
        let mut binder = Binder::new(self, header);
        binder.take_named_jobs();
        let unknown = ColumnValues::default();
        let columns = recognised::seen(header, &[], &unknown, |index| binder.is_free(index));
        let phone_is_clear = self.config.phone.is_some() || binder.vendors_phone().is_some();
        !phone_is_clear || recognised::needs_values(&columns)
    }

    /// What is recognised in `header` by names, and by `values` (one for each column, or none at all).
    #[must_use]
    pub fn recognise(&self, header: &Header, values: &[ColumnValues]) -> Recognised {
        let mut binder = Binder::new(self, header);
        binder.take_named_jobs();
        // What is wrong with them is told when the mapping is bound.
        let _ = binder.listed_secondaries();
        let mut found = binder.recognised(values);
        let columns = header.names().iter().zip(values);
        found.without_numbers =
            columns.filter(|(_, values)| values.holds_no_numbers()).map(|(name, _)| name.clone()).collect();
        found
    }

    /// Binds the mapping to the header of a table, of which nothing but names is known.
    ///
    /// # Errors
    /// The header lacks columns that the mapping names, no column can be taken for the phone, or two things would be
    /// sent under one name.
    pub fn bind(&self, header: &Header) -> Result<BoundMapping, MappingError> {
        self.bind_as(header, &self.recognise(header, &[]))
    }

    /// Binds the mapping to the header of a table in which this was recognised.
    ///
    /// # Errors
    /// Those of [`Mapping::bind`].
    pub fn bind_as(&self, header: &Header, recognised: &Recognised) -> Result<BoundMapping, MappingError> {
        let bound = self.bound(header, HeaderIs::Complete, recognised)?;
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
        self.bind_so_far_as(header, &self.recognise(header, &[]))
    }

    /// The same, with what was recognised in all of the input.
    ///
    /// # Errors
    /// Two things would be sent under one name.
    pub fn bind_so_far_as(&self, header: &Header, recognised: &Recognised) -> Result<BoundMapping, MappingError> {
        self.bound(header, HeaderIs::Growing, recognised)
    }

    fn bound(
        &self,
        header: &Header,
        header_is: HeaderIs,
        recognised: &Recognised,
    ) -> Result<BoundMapping, MappingError> {
        let mut binder = Binder::new(self, header);
        let secondaries = binder.listed_secondaries()?;
        let jobs = binder.take_named_jobs();
        let phones = binder.phones(recognised);
        let phone_types = phones.iter().map(|phone| binder.type_column(phone)).collect();
        let dial_codes = binder.beside(jobs.dial_code, &recognised.dial_codes);
        let barring = BarringColumns {
            do_not_call: binder.beside(jobs.do_not_call, &recognised.do_not_call),
            may_call: binder.beside(jobs.may_call, &recognised.may_call),
            statuses: binder.beside(None, &recognised.statuses),
        };
        let region = jobs.region.or_else(|| binder.beside(None, recognised.country.as_slice()).pop());
        let person = binder.person(recognised);
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
            status_of_rejects: header.status_of_rejects(),
            templates: Arc::clone(&self.templates),
            template_columns: Arc::new(binder.template_columns),
            writing: self.writing.clone(),
            phone_types,
            phones,
            other_phones: self.config.other_phones.unwrap_or_default(),
            dial_codes,
            barring,
            region,
            campaign: jobs.campaign,
            group_by: jobs.group_by,
            primary_when: jobs.primary_when,
            person,
            secondaries,
            variables: plan.finish(),
            missing: binder.missing,
            without_numbers: recognised.without_numbers.iter().filter_map(|name| header.position_of(name)).collect(),
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
