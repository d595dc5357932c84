//! What kind of number a number is, as its country's numbering plan says.

use std::fmt;
use std::str::FromStr;

use super::Refusal;

/// What kind of number a number is. The plan of its country says so by the number's range: a landline that forwards to a
/// mobile is a landline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhoneKind {
    /// A mobile.
    Mobile,
    /// A landline.
    Fixed,
    /// Either: in some countries (the United States, Canada) they share their ranges.
    FixedOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays the called, often by the minute.
    Premium,
    /// The caller pays a part, or more than usual (0180 in Germany, 084 in the United Kingdom).
    SharedCost,
    /// Internet telephony.
    Voip,
    /// A number that follows a person (070 in the United Kingdom).
    Personal,
    /// A pager.
    Pager,
    /// The one number of a company with many places (UAN).
    Company,
    /// The way to a voice mailbox.
    Voicemail,
    /// Valid, and of no kind that is told apart.
    Unknown,
}

impl PhoneKind {
    /// Every kind that can be named, with its name.
    pub const NAMED: &[(Self, &str)] = &[
        (Self::Mobile, "mobile"),
        (Self::Fixed, "fixed"),
        (Self::TollFree, "toll-free"),
        (Self::Premium, "premium"),
        (Self::SharedCost, "shared-cost"),
        (Self::Voip, "voip"),
        (Self::Personal, "personal"),
        (Self::Pager, "pager"),
        (Self::Company, "company"),
        (Self::Voicemail, "voicemail"),
    ];

    /// Its name, as `--types` takes it; `fixed-or-mobile` and `unknown` are no names of one kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::NAMED.iter().find(|(kind, _)| *kind == self).map(|(_, name)| *name);
        named.unwrap_or(if self == Self::FixedOrMobile { "fixed-or-mobile" } else { "unknown" })
    }

    /// What it is, in a sentence: `a premium-rate number`.
    fn words(self) -> &'static str {
        match self {
            Self::Mobile => "a mobile",
            Self::Fixed => "a landline",
            Self::FixedOrMobile => "a landline or a mobile",
            Self::TollFree => "a toll-free number",
            Self::Premium => "a premium-rate number",
            Self::SharedCost => "a shared-cost number",
            Self::Voip => "a number of internet telephony",
            Self::Personal => "a personal number",
            Self::Pager => "a pager",
            Self::Company => "a company's common number",
            Self::Voicemail => "a voice mailbox",
            Self::Unknown => "a number of no known type",
        }
    }
}

impl fmt::Display for PhoneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no type of number\nwhat to do: name some of {names}", names = PhoneKind::NAMED.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", "))]
pub struct UnknownKind(String);

impl FromStr for PhoneKind {
    type Err = UnknownKind;

    /// Reads a name, without regard to case, `-`, `_` and spaces.
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let folded = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let found = Self::NAMED.iter().find(|(_, name)| folded(name) == folded(text));
        found.map(|(kind, _)| *kind).ok_or_else(|| UnknownKind(text.trim().to_owned()))
    }
}

/// Which kinds may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callable {
    /// All but premium-rate and shared-cost numbers: there the call is paid for by the minute to a third party, and no
    /// customer is at the other end.
    Usual,
    /// These and no others.
    Only(Vec<PhoneKind>),
}

impl Callable {
    /// Whether a number of this kind may be called. Where mobiles and landlines share their ranges, the name of either is
    /// enough.
    #[must_use]
    pub fn allows(&self, kind: PhoneKind) -> bool {
        match self {
            Self::Usual => !matches!(kind, PhoneKind::Premium | PhoneKind::SharedCost),
            Self::Only(kinds) if kind == PhoneKind::FixedOrMobile => {
                kinds.iter().any(|kind| matches!(kind, PhoneKind::Fixed | PhoneKind::Mobile))
            }
            Self::Only(kinds) => kinds.contains(&kind),
        }
    }

    pub(super) fn refusal(&self, kind: PhoneKind) -> Refusal {
        let what = kind.words();
        match self {
            Self::Usual => Refusal::new(
                "phone_type_not_called",
                format!("{what}, which is not called unless --types names {}", kind.name()),
            ),
            Self::Only(kinds) => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                let names = names.join(", ");
                Refusal::new("phone_type_not_called", format!("{what}, and --types allows only {names}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_by_its_name_however_it_is_written() {
        for (kind, name) in PhoneKind::NAMED {
            for written in [(*name).to_owned(), name.to_uppercase(), name.replace('-', "_"), name.replace('-', "")] {
                assert_eq!(written.parse(), Ok(*kind), "{written}");
            }
        }
        let error = "fax".parse::<PhoneKind>().unwrap_err().to_string();
        assert!(error.contains("\"fax\"") && error.contains("toll-free"), "{error}");
    }

    #[test]
    fn what_costs_the_caller_by_the_minute_is_called_only_where_it_is_named() {
        for (kind, _) in PhoneKind::NAMED {
            let costly = matches!(kind, PhoneKind::Premium | PhoneKind::SharedCost);
            assert_eq!(Callable::Usual.allows(*kind), !costly, "{kind}");
            assert!(Callable::Only(vec![*kind]).allows(*kind), "{kind}");
        }
    }

    #[test]
    fn a_number_that_may_be_a_mobile_is_called_where_mobiles_are() {
        for kind in [PhoneKind::Mobile, PhoneKind::Fixed] {
            assert!(Callable::Only(vec![kind]).allows(PhoneKind::FixedOrMobile));
        }
        assert!(!Callable::Only(vec![PhoneKind::Voip]).allows(PhoneKind::FixedOrMobile));
    }
}
