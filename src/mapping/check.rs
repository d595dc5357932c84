//! What is wrong with a mapping whatever the header: keys without meaning on a platform, names that cannot be sent.

use crate::target::Family;

use super::columns::Kind;
use super::config::{MappingConfig, VariableConfig};
use super::error::MappingError;

/// # Errors
/// The first thing that is wrong.
pub(super) fn check(config: &MappingConfig, family: Family) -> Result<(), MappingError> {
    check_platform(config, family)?;
    check_values(config)?;
    for name in config.variables.keys() {
        variable_name(name, &format!("variables.{name}"))?;
    }
    for (at, secondary) in config.secondary.iter().flatten().enumerate() {
        for name in secondary.variables.keys() {
            variable_name(name, &format!("secondary.{}.variables.{name}", at + 1))?;
        }
    }
    config.metadata.keys().try_for_each(|name| metadata_name(name))
}

fn check_platform(config: &MappingConfig, family: Family) -> Result<(), MappingError> {
    let empty_lead = super::config::LeadConfig::default();
    let unmeant = match family {
        Family::Autocalls | Family::Custom(_) => [
            (
                config.lead != empty_lead,
                "lead",
                "write names and e-mail addresses as variables, under [mapping.variables]",
            ),
            (!config.metadata.is_empty(), "metadata", "its leads have variables: use [mapping.variables]"),
        ]
        .to_vec(),
        Family::Pollybot => [
            (!config.variables.is_empty(), "variables", "its leads have metadata: use [mapping.metadata]"),
            (config.secondary.is_some(), "secondary", "its leads have no secondary contacts"),
            (config.group_by.is_some(), "group_by", "its leads have no secondary contacts, each row is a lead"),
            (config.campaign.is_some(), "campaign", "its leads belong to one chatbot: name it with --chatbot"),
        ]
        .to_vec(),
    };
    match unmeant.into_iter().find(|(is_set, ..)| *is_set) {
        Some((_, key, instead)) => Err(MappingError::NotOnThisPlatform { key, instead }),
        None => Ok(()),
    }
}

fn check_values(config: &MappingConfig) -> Result<(), MappingError> {
    let unusable = |key, problem| Err(MappingError::UnusableValue { key, problem });
    if config.list_separator.as_deref().is_some_and(str::is_empty) {
        return unusable("list_separator", "is empty: write the text between the items of a list, such as \";\"");
    }
    if config.phone.as_ref().is_some_and(|columns| columns.0.is_empty()) {
        return unusable("phone", "is empty: name the column with the number, or leave the key out");
    }
    let callable = |kinds: &Vec<Kind>| !kinds.is_empty() && kinds.iter().all(|kind| kind.is_called());
    if !config.phone_preference.as_ref().is_none_or(callable) {
        return unusable("phone_preference", "takes mobile, direct, phone and company, at least one of them");
    }
    if config.group_by.as_ref().is_some_and(Vec::is_empty) {
        return unusable("group_by", "is empty: name the columns whose values make a group, or leave the key out");
    }
    if config.primary_when.is_some() && config.group_by.is_none() {
        return unusable("primary_when", "has no meaning without group_by");
    }
    if config.scattered == Some(true) && config.group_by.is_none() {
        return unusable("scattered", "has no meaning without group_by");
    }
    Ok(())
}

/// # Errors
/// `name` cannot be a variable's.
pub(super) fn variable_name(name: &str, wanted_by: &str) -> Result<(), MappingError> {
    let problem = if name.trim().is_empty() {
        "it is empty"
    } else if name.trim() != name {
        "it begins or ends with a space"
    } else if name.chars().any(char::is_control) {
        "it has a line break or another control character in it"
    } else if name == "phone_number" {
        "the platforms call the number itself so; exclude the column or choose another name"
    } else {
        return Ok(());
    };
    Err(MappingError::IllegalName { name: name.to_owned(), wanted_by: wanted_by.to_owned(), problem })
}

fn metadata_name(name: &str) -> Result<(), MappingError> {
    let path = name.strip_suffix("[]").unwrap_or(name);
    if path.split('.').any(|part| part.trim().is_empty()) {
        let wanted_by = "metadata".to_owned();
        let problem = "there is nothing before, after or between its dots";
        return Err(MappingError::IllegalName { name: name.to_owned(), wanted_by, problem });
    }
    Ok(())
}

/// Shows `visit` every value of the mapping with its key.
///
/// # Errors
/// The first of `visit`.
pub(super) fn each_value(
    config: &MappingConfig,
    visit: &mut dyn FnMut(String, &VariableConfig) -> Result<(), MappingError>,
) -> Result<(), MappingError> {
    for (name, value) in &config.variables {
        visit(format!("variables.{name}"), value)?;
    }
    for (at, secondary) in config.secondary.iter().flatten().enumerate() {
        for (name, value) in &secondary.variables {
            visit(format!("secondary.{}.variables.{name}", at + 1), value)?;
        }
    }
    let lead = &config.lead;
    let fields = [("name", &lead.name), ("email", &lead.email), ("source", &lead.source), ("status", &lead.status)];
    for (field, value) in fields {
        value.as_ref().map_or(Ok(()), |value| visit(format!("lead.{field}"), value))?;
    }
    config.metadata.iter().try_for_each(|(name, value)| visit(format!("metadata.{name}"), value))
}
