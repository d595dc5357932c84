//! What became of each column of a header, for people.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::source::Header;

use super::config::OtherPhones;
use super::fill::{BoundMapping, BoundPerson};
use super::object::Object;
use super::recognised::Recognised;
use super::value::{BoundValue, Column, Origin};

/// A column and what it is used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnRoles {
    /// Its name in the header.
    pub column: String,
    /// What for, in the order of weight; never empty.
    #[schemars(with = "Vec<String>")]
    pub roles: Vec<Role>,
    /// Why, where it was recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a column is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The number that is called.
    Phone,
    /// The number that is called where the columns before it have none: after how many.
    OtherPhone(usize),
    /// The same; else that of a secondary contact.
    FurtherPhone(usize),
    /// The number of a secondary contact: which one, from 1.
    SecondaryPhone(usize),
    /// It is put before numbers without a country code.
    DialCode,
    /// It says who is not called.
    DoNotCall,
    /// It says who may be called.
    MayCall,
    /// It says how a lead stands, and of some that they are not to be called.
    BarringStatus,
    /// A number that is never called, or no number at all.
    NeverCalled,
    /// It looks like something else, but is not taken for it.
    OnlyVariable,
    /// It looks like the campaign of each row, which only a person can say.
    PerhapsCampaign,
    /// The country of each row.
    Country,
    /// The campaign of each row.
    Campaign,
    /// Rows with the same value are one lead.
    Group,
    /// It says which row of a group is its primary contact.
    PrimaryMark,
    /// A field of a chatbot's lead, as `[mapping.lead]` calls it.
    Field(&'static str),
    /// A variable, by its name.
    Variable(String),
    /// A variable of a secondary contact.
    SecondaryVariable(usize, String),
    /// A template uses it.
    InTemplate,
    /// It comes from a rejects file, and is not looked at.
    Ours,
    /// It holds objects, whose members are columns of their own.
    Members,
    /// It is not sent.
    NotSent,
}

impl Role {
    /// The place of a number that is called among the others of its row, from 0.
    #[must_use]
    pub fn phone_place(&self) -> Option<usize> {
        match self {
            Self::Phone => Some(0),
            Self::OtherPhone(place) | Self::FurtherPhone(place) => Some(*place),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone => f.write_str("the number to call"),
            Self::OtherPhone(place) => {
                write!(f, "{} choice: called where those before have no number", Ordinal(*place + 1))
            }
            Self::FurtherPhone(place) => {
                write!(f, "a secondary contact, or {} choice where those before have no number", Ordinal(*place + 1))
            }
            Self::DialCode => f.write_str("put before numbers without a country code"),
            Self::MayCall => f.write_str("says who may be called"),
            Self::BarringStatus | Self::DoNotCall => f.write_str("says who is not called"),
            Self::NeverCalled => f.write_str("never called"),
            Self::OnlyVariable => f.write_str("and nothing else"),
            Self::PerhapsCampaign => f.write_str("and the campaign of the row if --campaign-column names it"),
            Self::SecondaryPhone(at) => write!(f, "the number of secondary contact {at}"),
            Self::Country => f.write_str("the country of the row"),
            Self::Campaign => f.write_str("the campaign of the row"),
            Self::Group => f.write_str("rows with the same value are one lead"),
            Self::PrimaryMark => f.write_str("says who of a group is called first"),
            Self::Field("email") => f.write_str("the lead's e-mail"),
            Self::Field(name) => write!(f, "the lead's {name}"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::SecondaryVariable(at, name) => write!(f, "variable {name} of secondary contact {at}"),
            Self::InTemplate => f.write_str("used in a template"),
            Self::Ours => f.write_str("from a rejects file, left out"),
            Self::Members => f.write_str("its members are columns of their own"),
            Self::NotSent => f.write_str("not sent"),
        }
    }
}

/// `2nd`, `11th`.
struct Ordinal(usize);

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = match (self.0 % 10, self.0 % 100) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            _ => "th",
        };
        write!(f, "{}{ending}", self.0)
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl BoundMapping {
    /// What became of each column of `header`, the one that this mapping is bound to, and why where it was `recognised`.
    #[must_use]
    pub fn column_roles(&self, header: &Header, recognised: &Recognised) -> Vec<ColumnRoles> {
        let mut roles: Vec<Vec<Role>> = vec![Vec::new(); header.len()];
        let mut add = |index: Option<usize>, role: Role| {
            if let Some(roles) = index.and_then(|index| roles.get_mut(index))
                && !roles.contains(&role)
            {
                roles.push(role);
            }
        };
        let of = |column: &Option<Column>| column.as_ref().and_then(|column| column.index);
        for (at, phone) in self.phones.iter().enumerate() {
            add(phone.index, self.phone_role(at));
        }
        self.barring.do_not_call.iter().for_each(|column| add(column.index, Role::DoNotCall));
        self.barring.may_call.iter().for_each(|column| add(column.index, Role::MayCall));
        for it in recognised.uses().iter().filter(|it| it.used_as == "status") {
            add(header.position_of(&it.column), Role::BarringStatus);
        }
        self.dial_codes.iter().for_each(|column| add(column.index, Role::DialCode));
        add(of(&self.region), Role::Country);
        add(of(&self.campaign), Role::Campaign);
        self.group_by.iter().for_each(|column| add(column.index, Role::Group));
        add(self.primary_when.as_ref().and_then(|(column, _)| column.index), Role::PrimaryMark);
        self.person.iter().flat_map(BoundPerson::fields).for_each(|(name, value)| add(cell(value), Role::Field(name)));
        for (at, secondary) in self.secondaries.iter().enumerate() {
            add(secondary.phone.index, Role::SecondaryPhone(at + 1));
            each_variable(&secondary.variables, |name, index| add(index, Role::SecondaryVariable(at + 1, name)));
        }
        each_variable(&self.variables, |name, index| add(index, Role::Variable(name)));
        self.template_columns.indices().into_iter().for_each(|index| add(Some(index), Role::InTemplate));
        for it in recognised.uses().iter().filter(|it| it.is_never_called()) {
            add(header.position_of(&it.column), Role::NeverCalled);
        }
        self.add_what_it_looks_like(&mut roles, header, recognised);
        let named = header.names().iter().zip(roles).enumerate();
        let column = |(index, (name, roles)): (usize, (&String, Vec<Role>))| ColumnRoles {
            column: name.clone(),
            roles: with_any(header, index, roles),
            reason: recognised.uses().iter().find(|it| it.column == *name).map(|it| it.reason.clone()),
        };
        named.map(column).collect()
    }

    /// A column that is used for something else than what it looks like is told so.
    fn add_what_it_looks_like(&self, roles: &mut [Vec<Role>], header: &Header, recognised: &Recognised) {
        for it in recognised.uses() {
            let told = match it.used_as {
                "not_used" => Role::OnlyVariable,
                "campaign" if self.campaign.is_none() => Role::PerhapsCampaign,
                _ => continue,
            };
            let roles = header.position_of(&it.column).and_then(|index| roles.get_mut(index));
            roles.into_iter().filter(|roles| !roles.is_empty()).for_each(|roles| roles.push(told.clone()));
        }
    }

    fn phone_role(&self, at: usize) -> Role {
        match self.other_phones {
            _ if at == 0 => Role::Phone,
            OtherPhones::Secondary => Role::FurtherPhone(at),
            OtherPhones::Ignore | OtherPhones::Fallback => Role::OtherPhone(at),
        }
    }
}

fn with_any(header: &Header, index: usize, mut roles: Vec<Role>) -> Vec<Role> {
    if roles.is_empty() {
        roles.push(match () {
            () if header.is_ours(index) => Role::Ours,
            () if header.is_container(index) => Role::Members,
            () => Role::NotSent,
        });
    }
    roles
}

fn cell(value: &BoundValue) -> Option<usize> {
    if let Origin::Cell(column) = &value.origin { column.index } else { None }
}

fn each_variable(object: &Object, mut add: impl FnMut(String, Option<usize>)) {
    for (name, value) in object.values() {
        add(name, cell(value));
    }
}

impl BoundPerson {
    fn fields(&self) -> impl Iterator<Item = (&'static str, &BoundValue)> {
        let optional = [("source", &self.source), ("status", &self.status)];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        [("name", &self.name), ("email", &self.email)].into_iter().chain(optional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{Mapping, MappingConfig};
    use crate::target::Family;

    fn uses(toml: &str, header: &[&str], family: Family) -> Vec<String> {
        let config: MappingConfig = toml::from_str(toml).unwrap();
        let header = Header::new(header.iter().map(|&name| name.to_owned()));
        let bound = Mapping::new(config, family).unwrap().bind(&header).unwrap();
        let shown = |it: ColumnRoles| {
            let roles: Vec<String> = it.roles.iter().map(ToString::to_string).collect();
            format!("{}: {}", it.column, roles.join(", "))
        };
        bound.column_roles(&header, &Recognised::default()).into_iter().map(shown).collect()
    }

    #[test]
    fn later_choices_are_counted_as_people_do() {
        let shown: Vec<String> = [2, 3, 4, 11, 12, 21, 22, 113].iter().map(|n| Ordinal(*n).to_string()).collect();
        assert_eq!(shown, ["2nd", "3rd", "4th", "11th", "12th", "21st", "22nd", "113th"]);
    }

    #[test]
    fn every_column_has_a_use_or_is_told_as_not_sent() {
        let toml = "region = 'Land'\ngroup_by = ['Firma']\nexclude = ['Notiz']\n\
                    [variables]\ncity = 'Ort'\nname = { template = '{{ Vorname }}' }\n";
        let header = ["Telefon", "Land", "Firma", "Notiz", "Ort", "Vorname", "_row", "secondary_phone_1"];
        let found = uses(toml, &header, Family::Autocalls);
        assert_eq!(
            found,
            [
                "Telefon: the number to call",
                "Land: the country of the row",
                "Firma: rows with the same value are one lead",
                "Notiz: not sent",
                "Ort: variable city",
                "Vorname: variable Vorname, used in a template",
                "_row: from a rejects file, left out",
                "secondary_phone_1: the number of secondary contact 1",
            ]
        );
    }

    #[test]
    fn fields_and_nested_metadata_of_a_chatbot_are_named() {
        let found = uses("", &["name", "email", "metadata.utm.source"], Family::Pollybot);
        assert_eq!(
            found,
            ["name: the lead's name", "email: the lead's e-mail", "metadata.utm.source: variable utm.source"]
        );
    }
}
