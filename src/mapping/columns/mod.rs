//! Which column is what, from its name and a sample of its values together.
//!
//! Pure: names are looked up in tables of words (`mapping/names/*.txt`), values are counted by [`ColumnValues`], and
//! what is decided comes with its reason in words, or with the candidates where nothing is clear. It must not know files
//! or the rules of phone numbers: whoever looks at the cells says which of them are numbers.

mod choose;
mod flag;
mod name;
mod score;
#[cfg(test)]
mod tests;
mod type_column;
mod values;
mod vocabulary;
mod words;

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use choose::{Choice, Chosen, choose_phones};
pub(crate) use flag::{Consent, Flag, consent, flag};
pub(crate) use name::says_do_not_call;
pub(super) use name::{NameSays, Sureness, name_says};
pub(super) use type_column::{is_never_called_type, is_type_of};
pub use values::{ColumnValues, Dialled, Judged};

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mobile number.
    Mobile,
    /// A direct line.
    Direct,
    /// A phone number.
    Phone,
    /// The number of a company, not of a person.
    #[serde(rename = "company")]
    CompanyPhone,
    /// A fax: never called.
    Fax,
    /// A pager, a telex: never called.
    Pager,
    /// Somebody else's number: never called.
    Assistant,
    /// An extension.
    Extension,
    /// A dial code, of a country or an area.
    DialCode,
    /// An e-mail address.
    Email,
    /// A first name.
    FirstName,
    /// A last name.
    LastName,
    /// A whole name.
    FullName,
    /// A name of which only the other columns say what it is.
    Name,
    /// A company.
    #[serde(rename = "company_name")]
    Company,
    /// A country.
    Country,
    /// A campaign.
    Campaign,
    /// Whether somebody must not be called.
    DoNotCall,
    /// Whether somebody may be called.
    MayCall,
    /// Whether somebody consented, to whatever.
    Consent,
    /// How a lead stands.
    Status,
}

impl Kind {
    /// In words, after "its name says".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Mobile => "mobile number",
            Self::Direct => "direct line",
            Self::Phone => "phone number",
            Self::CompanyPhone => "a company's phone number",
            Self::Fax => "fax",
            Self::Pager => "pager",
            Self::Assistant => "an assistant's number",
            Self::Extension => "extension",
            Self::DialCode => "dial code",
            Self::Email => "e-mail address",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::FullName | Self::Name => "name",
            Self::Company => "company",
            Self::Country => "country",
            Self::Campaign => "campaign",
            Self::DoNotCall => "do not call",
            Self::MayCall => "who may be called",
            Self::Consent => "consent",
            Self::Status => "status",
        }
    }

    /// True for numbers that are never called, whatever their values look like.
    #[must_use]
    pub fn is_never_called(self) -> bool {
        matches!(self, Self::Fax | Self::Pager | Self::Assistant | Self::Extension)
    }
}

/// Which of several phone columns is called first.
pub(crate) const PREFERENCE: [Kind; 4] = [Kind::Mobile, Kind::Direct, Kind::Phone, Kind::CompanyPhone];

impl FromStr for Kind {
    type Err = String;

    /// A kind that can be preferred: `mobile`, `direct`, `phone` or `company`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_lowercase().as_str() {
            "mobile" => Ok(Self::Mobile),
            "direct" => Ok(Self::Direct),
            "phone" => Ok(Self::Phone),
            "company" => Ok(Self::CompanyPhone),
            _ => Err(format!(
                "{text:?} is no kind of phone column\nwhat to do: write some of mobile, direct, phone, company"
            )),
        }
    }
}
