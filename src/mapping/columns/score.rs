//! A column's name and the sample of its values together: whether it holds the number to call. Pure.

use super::Kind;
use super::name::{NameSays, Sureness, name_says};
use super::values::ColumnValues;

/// What a column is taken for, and why, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) verdict: Verdict,
    pub(super) says: NameSays,
    pub(super) reason: String,
}

/// Whether a column holds numbers to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Its name is a phone's, its values are not against it.
    Named,
    /// Its name holds a word for a phone among others, and its values are numbers.
    Likely,
    /// Its name says nothing, its values can hardly be anything else.
    ByValues,
    /// Its name is a phone's, but almost none of its values is a number.
    Contradicted,
    /// It may be.
    Possible,
    /// It is not.
    No,
}

/// The score of a column called `name`, of whose values `values` is the sample.
pub(super) fn score(name: &str, values: &ColumnValues) -> Score {
    let says = name_says(name);
    let verdict = match (says.sureness, says.kind) {
        (Sureness::Fully, Some(kind)) if kind.is_called() => named(values),
        (Sureness::Partly, Some(kind)) if kind.is_called() => partly_named(values),
        (Sureness::Nothing, None) => unnamed(values),
        // Its values are numbers, whatever the name says: nobody takes it, but a person is shown it.
        (_, None | Some(Kind::Status)) if by_writing(values) => Verdict::Possible,
        _ => Verdict::No,
    };
    Score { verdict, says, reason: reason(says, verdict, values) }
}

fn named(values: &ColumnValues) -> Verdict {
    let is_against = values.filled >= 3 && !values.at_least(1, values.numbers());
    if is_against { Verdict::Contradicted } else { Verdict::Named }
}

fn partly_named(values: &ColumnValues) -> Verdict {
    if values.is_trap() && !by_writing(values) {
        Verdict::No
    } else if values.at_least(5, values.numbers()) {
        Verdict::Likely
    } else if values.filled == 0 || values.at_least(2, values.numbers()) {
        Verdict::Possible
    } else {
        Verdict::No
    }
}

fn unnamed(values: &ColumnValues) -> Verdict {
    let digits_only = values.filled >= 10 && u64::from(values.numbers()) * 20 >= u64::from(values.filled) * 19;
    if by_writing(values) {
        Verdict::ByValues
    } else if values.is_trap() {
        Verdict::No
    } else if digits_only && values.dialable == values.numbers() {
        // Without `+`, zero or marks many a customer's number is somebody's phone number, too.
        Verdict::Possible
    } else if values.at_least(5, values.numbers()) {
        Verdict::Possible
    } else {
        Verdict::No
    }
}

/// Nearly all are numbers, most of them written as only a phone number is.
fn by_writing(values: &ColumnValues) -> bool {
    values.mostly(values.numbers()) && values.at_least(5, values.written)
}

fn reason(says: NameSays, verdict: Verdict, values: &ColumnValues) -> String {
    let by_name = match (says.kind, says.sureness) {
        (Some(kind), Sureness::Fully) => format!("its name says {}", kind.words()),
        (Some(kind), _) => format!("a part of its name says {}", kind.words()),
        (None, Sureness::SomethingElse) => "its name says something else".to_owned(),
        (None, _) => "its name says nothing that is known".to_owned(),
    };
    let but = if matches!(verdict, Verdict::ByValues | Verdict::Contradicted) { "but " } else { "" };
    format!("{by_name}; {but}{}", values.told())
}

impl Kind {
    /// True for what is called, in whatever order.
    #[must_use]
    pub fn is_called(self) -> bool {
        matches!(self, Self::Mobile | Self::Direct | Self::Phone | Self::CompanyPhone)
    }
}
