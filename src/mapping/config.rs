//! What the user wrote: the `[mapping]` table, key by key. Flags become a second one that is merged over it.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::columns::Kind;

/// The `[mapping]` table of `leadload.toml`. Every key is optional; with none the vendors' own layout is read
/// (`phone_number`, one column for each variable, `secondary_phone_1`…, `secondary_1_name`…).
///
/// ```toml
/// [mapping]
/// phone = "Telefon"
/// region = "Land"
/// group_by = ["Firma"]
/// primary_when = { column = "Hauptkontakt", is = "ja" }
/// exclude = ["Notiz*"]
///
/// [mapping.variables]
/// city = "Ort"
/// full_name = { template = "{{ Vorname }} {{ Nachname }}" }
/// fair = { value = "Berlin 2026" }
/// language = { column = "Sprache", default = "de" }
/// score = { column = "Score", type = "number" }
/// ```
///
/// Columns are found by their exact name, else without regard to case and outer spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MappingConfig {
    /// The column with the number that is called, or several: of each row the first one with a number that can be
    /// dialled. Without it, a column named `phone_number`, else what is recognised by names and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneColumns>,
    /// Which of several recognised phone columns is called first; kinds that are not here are not called. By default
    /// mobile, direct, phone, company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_preference: Option<Vec<Kind>>,
    /// What becomes of further numbers of a row; by default they stand in where the first cannot be dialled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_phones: Option<OtherPhones>,
    /// The column that says who must not be called. Without it, one is recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_call: Option<String>,
    /// The column that says who may be called: a clear no there bars the row. Without it, those that are clear are recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may_call: Option<String>,
    /// The column with the dial code that belongs before the number. Without it, one is recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dial_code: Option<String>,
    /// The column with the country for which national numbers are read; where it is empty the run's region holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The column with the campaign (id or name); where it is empty the run's campaign holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// What becomes of columns that nothing else names; by default they are variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_columns: Option<OtherColumns>,
    /// Of the other columns only these become variables: names, or patterns in which `*` stands for any text. A column
    /// with a job of its own (the phone, the group, …) or a new name is a variable as well only where its plain name
    /// stands here: `include = ["*", "company_id"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<String>>,
    /// Columns that never become variables and are not recognised by their name: names, or patterns with `*`. Wins
    /// over `include`. Templates and other keys can still name them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// What becomes of empty cells; by default their variables are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<EmptyCells>,
    /// Rows that have the same values in these columns are one lead: a primary contact and its secondary ones. These
    /// columns are not variables unless `include` names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_by: Option<Vec<String>>,
    /// Whether the rows of a group may stand anywhere in the inputs, and not only one after another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scattered: Option<bool>,
    /// Which row of a group is its primary contact; by default the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_when: Option<PrimaryWhen>,
    /// What stands between the items of a cell that is a list; `;` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_separator: Option<String>,
    /// Variables by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, VariableConfig>,
    /// Secondary contacts in further columns of the same row, in order. Without it the vendors' columns are recognised
    /// (`secondary_phone_1`, `secondary_1_name`, …); an empty list switches that off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary: Option<Vec<SecondaryConfig>>,
    /// The fields of a lead on a chatbot platform.
    #[serde(skip_serializing_if = "LeadConfig::is_empty")]
    pub lead: LeadConfig,
    /// What goes into a chatbot lead's `metadata`: dots in a name nest (`"utm.source"`), `[]` at its end makes it a list.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, VariableConfig>,
}

/// The columns with the number that is called: one name, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrSeveral", into = "OneOrSeveral")]
pub struct PhoneColumns(pub Vec<String>);

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

impl From<OneOrSeveral> for PhoneColumns {
    fn from(columns: OneOrSeveral) -> Self {
        match columns {
            OneOrSeveral::One(name) => Self(vec![name]),
            OneOrSeveral::Several(names) => Self(names),
        }
    }
}

impl From<PhoneColumns> for OneOrSeveral {
    fn from(PhoneColumns(mut names): PhoneColumns) -> Self {
        match (names.len(), names.pop()) {
            (1, Some(only)) => Self::One(only),
            (_, last) => {
                names.extend(last);
                Self::Several(names)
            }
        }
    }
}

/// What becomes of a row's numbers besides the first: in further phone columns, or in the same cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OtherPhones {
    /// They are not called.
    Ignore,
    /// The next column is called where the one before has no number that can be dialled.
    #[default]
    Fallback,
    /// The same, and those that are left are the lead's secondary contacts.
    Secondary,
}

/// What becomes of columns that nothing names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OtherColumns {
    /// Each is a variable under its own name.
    #[default]
    Variables,
    /// They are not sent.
    Ignore,
}

/// What becomes of the variable of an empty cell. A cell of nothing but spaces is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmptyCells {
    /// It is left out.
    #[default]
    Omit,
    /// It is sent: as `""`, a list as `[]`, any other type as `null`.
    Send,
}

/// The primary contact of a group is the row whose cell in `column` is the text `is` (without regard to case and outer
/// spaces).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrimaryWhen {
    /// The column.
    pub column: String,
    /// What stands in it.
    pub is: String,
}

/// A secondary contact in columns of the same row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondaryConfig {
    /// The column with its number.
    pub phone: String,
    /// Its variables by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, VariableConfig>,
}

/// The fields of a lead on a chatbot platform. Those not given are taken from the column of that name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeadConfig {
    /// Name, required there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<VariableConfig>,
    /// E-mail address, required there: it is who the lead is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<VariableConfig>,
    /// Where the lead comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<VariableConfig>,
    /// Its state in the sales process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<VariableConfig>,
}

impl LeadConfig {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a value comes from: `"Column"`, or a table with one of `column`, `template` and `value`, and perhaps a
/// `default` for where that is empty and a `type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableConfig {
    /// What it is made of.
    pub from: ValueFrom,
    /// Taken where that is empty.
    pub default: Option<String>,
    /// What it is sent as. Without it: text, but in `metadata` JSON values of the input stay JSON.
    pub value_type: Option<ValueType>,
}

/// What a value is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueFrom {
    /// A column's cell, exactly as it stands.
    Column(String),
    /// A template over all columns, in the language of Jinja: `{{ first }} {{ last }}`, and `{{ row["Erster Name"] }}`
    /// where a name is no identifier. Spaces around what comes out are cut.
    Template(String),
    /// A constant.
    Value(String),
}

/// What a value is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// A JSON string.
    Text,
    /// A JSON number, with the digits that stand in the cell.
    Number,
    /// `true` or `false`, from those words, yes/no, 1/0, and the same in German, French, Spanish and Portuguese.
    Boolean,
    /// The cell is JSON.
    Json,
    /// An array of texts, from items with the list separator between them.
    List,
}

impl VariableConfig {
    /// The cell of `column`.
    #[must_use]
    pub fn column(column: impl Into<String>) -> Self {
        Self { from: ValueFrom::Column(column.into()), default: None, value_type: None }
    }

    /// What `template` makes of the row.
    #[must_use]
    pub fn template(template: impl Into<String>) -> Self {
        Self { from: ValueFrom::Template(template.into()), default: None, value_type: None }
    }

    /// A constant.
    #[must_use]
    pub fn value(value: impl Into<String>) -> Self {
        Self { from: ValueFrom::Value(value.into()), default: None, value_type: None }
    }
}

impl MappingConfig {
    /// This configuration with `over` laid over it: what `over` says wins. Variables, metadata and the fields of a lead
    /// are merged name by name, lists are replaced whole.
    #[must_use]
    pub fn merge(mut self, over: Self) -> Self {
        self.variables.extend(over.variables);
        self.metadata.extend(over.metadata);
        Self {
            phone: over.phone.or(self.phone),
            phone_preference: over.phone_preference.or(self.phone_preference),
            other_phones: over.other_phones.or(self.other_phones),
            do_not_call: over.do_not_call.or(self.do_not_call),
            may_call: over.may_call.or(self.may_call),
            dial_code: over.dial_code.or(self.dial_code),
            region: over.region.or(self.region),
            campaign: over.campaign.or(self.campaign),
            other_columns: over.other_columns.or(self.other_columns),
            include: over.include.or(self.include),
            exclude: over.exclude.or(self.exclude),
            empty: over.empty.or(self.empty),
            group_by: over.group_by.or(self.group_by),
            scattered: over.scattered.or(self.scattered),
            primary_when: over.primary_when.or(self.primary_when),
            list_separator: over.list_separator.or(self.list_separator),
            variables: self.variables,
            secondary: over.secondary.or(self.secondary),
            lead: LeadConfig {
                name: over.lead.name.or(self.lead.name),
                email: over.lead.email.or(self.lead.email),
                source: over.lead.source.or(self.lead.source),
                status: over.lead.status.or(self.lead.status),
            },
            metadata: self.metadata,
        }
    }
}

/// A variable as a table; the short form is a column's name alone.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariableTable {
    /// The column whose cell it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// A template over all columns: `{{ first }} {{ last }}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    /// A constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Taken where that is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    /// What it is sent as; text where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r#type: Option<ValueType>,
}

impl Serialize for VariableConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self { from: ValueFrom::Column(column), default: None, value_type: None } = self {
            return serializer.serialize_str(column);
        }
        let (column, template, value) = match self.from.clone() {
            ValueFrom::Column(text) => (Some(text), None, None),
            ValueFrom::Template(text) => (None, Some(text), None),
            ValueFrom::Value(text) => (None, None, Some(text)),
        };
        VariableTable { column, template, value, default: self.default.clone(), r#type: self.value_type }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for VariableConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `#[serde(untagged)]`: that would answer every mistake with "did not match any variant".
        deserializer.deserialize_any(VariableVisitor)
    }
}

struct VariableVisitor;

impl<'de> Visitor<'de> for VariableVisitor {
    type Value = VariableConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column's name, or a table such as { column = \"Ort\" }, { template = \"{{ a }} {{ b }}\" } or { value = \"text\" }")
    }

    fn visit_str<E: serde::de::Error>(self, column: &str) -> Result<Self::Value, E> {
        Ok(VariableConfig::column(column))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let table = VariableTable::deserialize(MapAccessDeserializer::new(map))?;
        let from = match (table.column, table.template, table.value) {
            (Some(column), None, None) => ValueFrom::Column(column),
            (None, Some(template), None) => ValueFrom::Template(template),
            (None, None, Some(value)) => ValueFrom::Value(value),
            _ => return Err(A::Error::custom("needs exactly one of `column`, `template` and `value`")),
        };
        Ok(VariableConfig { from, default: table.default, value_type: table.r#type })
    }
}

#[cfg(test)]
mod tests;
