//! What was recognised in a header: which columns are called, and which say something about the call.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use crate::source::Header;

use super::columns::{Choice, Chosen, ColumnValues, Kind, NameSays, Sureness, choose_phones, name_says};
use super::config::OtherPhones;
use super::error::MappingError;
use super::recognise::secondary_column;

/// What a column is used as, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnUse {
    /// Its name.
    pub column: String,
    /// `phone`, `other_phone`, `further_phone`, `country`, `dial_code`, `do_not_call`, `may_call`, `status`, `not_called`, `extension`,
    /// or what it only looks like: `campaign`, `email`, `name`, `company`.
    pub used_as: &'static str,
    /// Why, in words.
    pub reason: String,
}

impl ColumnUse {
    /// A number that nobody is called at.
    #[must_use]
    pub fn is_never_called(&self) -> bool {
        matches!(self.used_as, "not_called" | "extension")
    }
}

/// What was recognised in a header, by names and values. It names columns, so it holds for a header that grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    pub(super) phones: Vec<String>,
    pub(super) country: Option<String>,
    pub(super) dial_codes: Vec<String>,
    pub(super) do_not_call: Vec<String>,
    pub(super) may_call: Vec<String>,
    pub(super) statuses: Vec<String>,
    pub(super) email: Option<String>,
    /// The columns of the name, to be joined.
    pub(super) name: Vec<String>,
    pub(super) uses: Vec<ColumnUse>,
    /// The columns that hold no phone numbers, as far as the sample tells.
    pub(super) without_numbers: Vec<String>,
    /// Why there is no phone column.
    pub(super) problem: Option<MappingError>,
}

impl Recognised {
    /// The same, where the columns `late` came later, of which nothing but the names is known, as recognised in `by_names`. Who
    /// must not be called is heard. Nothing else changes: another column with numbers would make other leads of the same rows.
    #[must_use]
    pub fn with_late(&self, by_names: &Self, late: &[String]) -> Self {
        let is_late = |name: &&String| late.contains(name);
        let mut all = self.clone();
        all.do_not_call.extend(by_names.do_not_call.iter().filter(is_late).cloned());
        all.may_call.extend(by_names.may_call.iter().filter(is_late).cloned());
        all.statuses.extend(by_names.statuses.iter().filter(is_late).cloned());
        let bars = |found: &&ColumnUse| matches!(found.used_as, "do_not_call" | "may_call");
        let flags = by_names.uses.iter().filter(bars).filter(|found| late.contains(&found.column));
        all.uses.extend(flags.cloned());
        all
    }

    /// The columns that are used as something special, or that look like it, each with its reason.
    #[must_use]
    pub fn uses(&self) -> &[ColumnUse] {
        &self.uses
    }
}

/// A column as recognition sees it.
pub(super) struct Seen<'a> {
    index: usize,
    name: &'a str,
    says: NameSays,
    values: &'a ColumnValues,
}

/// The columns that may be recognised, with their values where these are known.
pub(super) fn seen<'a>(
    header: &'a Header,
    values: &'a [ColumnValues],
    unknown: &'a ColumnValues,
    is_free: impl Fn(usize) -> bool,
) -> Vec<Seen<'a>> {
    let names = header.names().iter().enumerate();
    let free = names.filter(|(index, name)| is_free(*index) && secondary_column(name).is_none());
    let column = |(index, name): (usize, &'a String)| {
        let values = values.get(index).unwrap_or(unknown);
        Seen { index, name, says: name_says(name), values }
    };
    free.map(column).collect()
}

/// True where the values of a header's columns are needed to know what they are.
pub(super) fn needs_values(columns: &[Seen<'_>]) -> bool {
    let telling = [Kind::Country, Kind::DialCode, Kind::DoNotCall, Kind::MayCall, Kind::Consent, Kind::Status];
    let special = |seen: &Seen<'_>| seen.says.kind.is_some_and(|kind| telling.contains(&kind));
    columns.iter().any(special)
}

/// Finds the columns of a header.
pub(super) struct Recognising<'a> {
    pub(super) columns: Vec<Seen<'a>>,
    pub(super) all_names: &'a [String],
    pub(super) found: Recognised,
}

impl<'a> Recognising<'a> {
    pub(super) fn new(columns: Vec<Seen<'a>>, all_names: &'a [String]) -> Self {
        Self { columns, all_names, found: Recognised::default() }
    }

    fn used(&mut self, column: &str, used_as: &'static str, reason: impl Into<String>) {
        self.found.uses.push(ColumnUse { column: column.to_owned(), used_as, reason: reason.into() });
    }

    /// The numbers, where the mapping does not name them.
    pub(super) fn phones(&mut self, preference: &[Kind], others: OtherPhones) {
        let choice = choose_phones(self.columns.iter().map(|seen| (seen.index, seen.name, seen.values)), preference);
        match choice {
            Choice::Chosen(chosen) => self.take_phones(&chosen, others),
            Choice::Unclear(candidates) => {
                let name = |index: usize| self.all_names.get(index).cloned().unwrap_or_default();
                let reasons = candidates.iter().map(|it| format!("{:?}: {}", name(it.index), it.reason)).collect();
                self.found.problem = Some(MappingError::AmbiguousPhoneColumn {
                    candidates: candidates.iter().map(|it| name(it.index)).collect(),
                    reasons,
                    columns: self.all_names.to_vec(),
                });
            }
            Choice::None => {
                let never = self.columns.iter().filter(|seen| seen.says.kind.is_some_and(Kind::is_never_called));
                let never_called = never.map(|seen| seen.name.to_owned()).collect();
                let columns = self.all_names.to_vec();
                self.found.problem = Some(MappingError::NoPhoneColumn { columns, never_called });
            }
        }
    }

    fn take_phones(&mut self, chosen: &[Chosen], others: OtherPhones) {
        for (at, one) in chosen.iter().enumerate() {
            let Some(name) = self.all_names.get(one.index) else { continue };
            let used_as = match others {
                _ if at == 0 => "phone",
                OtherPhones::Ignore => "not_called",
                OtherPhones::Fallback => "other_phone",
                OtherPhones::Secondary => "further_phone",
            };
            self.used(name, used_as, one.reason.clone());
            if at == 0 || others != OtherPhones::Ignore {
                self.found.phones.push(name.clone());
            }
        }
    }

    /// Numbers that are not called, although they are numbers.
    pub(super) fn never_called(&mut self) {
        let never = |seen: &&Seen<'_>| seen.says.kind.is_some_and(Kind::is_never_called);
        let columns: Vec<_> = self.columns.iter().filter(never).map(|seen| (seen.name, seen.says.kind)).collect();
        for (name, kind) in columns {
            let used_as = if kind == Some(Kind::Extension) { "extension" } else { "not_called" };
            self.used(name, used_as, format!("its name says {}", kind.map_or("so", Kind::words)));
        }
    }

    /// The country of each row, where one column is clear.
    pub(super) fn country(&mut self) {
        let is_clear = |seen: &&Seen<'_>| {
            seen.says.kind == Some(Kind::Country)
                && seen.says.sureness == Sureness::Fully
                && seen.values.at_least(5, seen.values.countries)
        };
        self.tell_other_countries();
        let mut clear: Vec<&Seen<'_>> = self.columns.iter().filter(is_clear).collect();
        clear.sort_by_key(|seen| seen.says.place);
        let (name, values) = match clear.as_slice() {
            [] => return,
            [first, second, ..] if first.says.place == second.says.place => {
                let names: Vec<(&str, String)> = clear.iter().map(|seen| (seen.name, share(seen.values))).collect();
                for (name, share) in names {
                    let reason =
                        format!("{share}, but other columns are countries too: --region-column names the right one");
                    self.used(name, "not_used", reason);
                }
                return;
            }
            [first, ..] => (first.name, first.values),
        };
        let reason = format!("its name says country; {}", share(values));
        self.used(name, "country", reason);
        self.found.country = Some(name.to_owned());
    }

    /// Columns whose name says country, but hardly any value does: nobody should believe that they are heeded.
    fn tell_other_countries(&mut self) {
        let is_other = |seen: &&Seen<'_>| {
            let values = seen.values;
            seen.says.kind == Some(Kind::Country)
                && seen.says.sureness == Sureness::Fully
                && values.filled > 0
                && !values.at_least(5, values.countries)
                && !values.mostly(values.dial_codes)
        };
        let others: Vec<_> = self.columns.iter().filter(is_other).map(|seen| (seen.name, share(seen.values))).collect();
        for (name, share) in others {
            let reason = format!("its name says country, but {share}: numbers are not read by it");
            self.used(name, "not_used", reason);
        }
    }

    /// Dial codes in columns of their own.
    pub(super) fn dial_codes(&mut self) {
        let is_code = |seen: &&Seen<'_>| {
            let values = seen.values;
            let codes = values.mostly(values.dial_codes);
            match seen.says.kind {
                Some(Kind::DialCode) => seen.says.sureness == Sureness::Fully && codes,
                Some(Kind::Country) => {
                    seen.says.sureness == Sureness::Fully && codes && !values.mostly(values.countries)
                }
                _ => false,
            }
        };
        let names: Vec<&str> = self.columns.iter().filter(is_code).map(|seen| seen.name).collect();
        for name in names {
            self.used(name, "dial_code", "its name and values are dial codes; they belong before the number");
            self.found.dial_codes.push(name.to_owned());
        }
    }

    /// Columns that say who must not be called. Where there is doubt, nobody is.
    pub(super) fn do_not_call(&mut self) {
        let said = |seen: &&Seen<'_>| seen.says.kind == Some(Kind::DoNotCall);
        let columns: Vec<_> =
            self.columns.iter().filter(said).map(|seen| (seen.name, seen.says.sureness, seen.values)).collect();
        for (name, sureness, values) in columns {
            let flags = values.filled == 0 || values.at_least(5, values.yes + values.no);
            if sureness == Sureness::Fully || flags {
                let barred = values.filled - values.no;
                let reason = format!(
                    "its name says do not call; it says so in {barred} of {} rows looked at, and they are not called",
                    values.looked_at
                );
                self.used(name, "do_not_call", reason);
                self.found.do_not_call.push(name.to_owned());
            } else {
                let reason = "a part of its name says do not call, but its values are not yes or no: it is not heeded \
                              unless do_not_call under [mapping] names it";
                self.used(name, "not_used", reason);
            }
        }
    }

    /// Columns that say who may be called. Only a clear no bars: an empty cell says nothing.
    pub(super) fn may_call(&mut self) {
        let said = |seen: &&Seen<'_>| matches!(seen.says.kind, Some(Kind::MayCall | Kind::Consent));
        let columns: Vec<_> =
            self.columns.iter().filter(said).map(|seen| (seen.name, seen.says, seen.values)).collect();
        for (name, says, values) in columns {
            let is_said = says.kind == Some(Kind::MayCall) || says.sureness == Sureness::Fully;
            if is_said && values.are_consents() {
                self.used(name, "may_call", consents(says, values));
                self.found.may_call.push(name.to_owned());
            } else if values.refusals > 0 || says.sureness == Sureness::Fully {
                let no = if values.are_consents() { "" } else { ", but its values are not yes or no" };
                let reason = format!(
                    "{} {}{no}; it says no in {} of {} rows looked at, and is not heeded unless \
                     may_call under [mapping] names it",
                    part_of_name(says),
                    says.kind.map_or("so", Kind::words),
                    values.refusals,
                    values.looked_at
                );
                self.used(name, "not_used", reason);
            }
        }
    }

    /// Columns that say how a lead stands. Told where any of them bars somebody; heeded in all rows.
    pub(super) fn statuses(&mut self) {
        let said = |seen: &&Seen<'_>| seen.says.kind == Some(Kind::Status);
        let columns: Vec<_> =
            self.columns.iter().filter(said).map(|seen| (seen.name, seen.says, seen.values)).collect();
        for (name, says, values) in columns {
            self.found.statuses.push(name.to_owned());
            if values.forbidding > 0 {
                let reason = format!(
                    "{} status; {} of {} rows looked at say that nobody is to be called, and they are not",
                    part_of_name(says),
                    values.forbidding,
                    values.looked_at
                );
                self.used(name, "status", reason);
            }
        }
    }

    /// Who it is, for platforms that need it, and for people.
    pub(super) fn person(&mut self) {
        let one = |kinds: &[Kind]| {
            let fits = |seen: &&Seen<'_>| {
                seen.says.sureness == Sureness::Fully && seen.says.kind.is_some_and(|kind| kinds.contains(&kind))
            };
            let mut fitting: Vec<&Seen<'_>> = self.columns.iter().filter(fits).collect();
            fitting.sort_by_key(|seen| seen.says.place);
            match fitting.as_slice() {
                [only] => Some(only.name.to_owned()),
                [first, second, ..] if first.says.place != second.says.place => Some(first.name.to_owned()),
                _ => None,
            }
        };
        let email = one(&[Kind::Email]);
        let (first, last) = (one(&[Kind::FirstName]), one(&[Kind::LastName]));
        let (full, name) = (one(&[Kind::FullName]), one(&[Kind::Name]));
        let (company, campaign) = (one(&[Kind::Company]), one(&[Kind::Campaign]));
        self.found.name = name_parts(first, last, full, name);
        for part in self.found.name.clone() {
            self.used(&part, "name", "its name says so");
        }
        let others = [(&email, "email"), (&company, "company"), (&campaign, "campaign")];
        for (column, used_as) in others {
            if let Some(column) = column {
                self.used(column, used_as, "its name says so");
            }
        }
        self.found.email = email;
    }
}

fn part_of_name(says: NameSays) -> &'static str {
    if says.sureness == Sureness::Fully { "its name says" } else { "a part of its name says" }
}

/// Why a column is heeded that says who may be called; how many rows say nothing is a person's business.
fn consents(says: NameSays, values: &ColumnValues) -> String {
    let why = if says.kind == Some(Kind::MayCall) && says.sureness == Sureness::Fully {
        "its name says so".to_owned()
    } else {
        format!("{} {}", part_of_name(says), says.kind.map_or("so", Kind::words))
    };
    let mut reason = format!(
        "{why}; it says no in {} of {} rows looked at, and they are not called",
        values.refusals, values.looked_at
    );
    let unclear = values.looked_at - values.unsaid - values.consents - values.refusals;
    for (count, what) in [(values.unsaid, "empty"), (unclear, "neither yes nor no")] {
        if count > 0 {
            let are = if count == 1 { "is" } else { "are" };
            let _ = write!(reason, "; {count} {are} {what}: no refusal");
        }
    }
    reason
}

/// `Name` beside `Vorname` is the last name, `Nombre` beside `Apellidos` the first.
fn name_parts(first: Option<String>, last: Option<String>, full: Option<String>, name: Option<String>) -> Vec<String> {
    match (first, last, full, name) {
        (_, _, Some(full), _) => vec![full],
        (Some(first), Some(last), ..) => vec![first, last],
        (Some(first), None, None, Some(name)) => vec![first, name],
        (None, Some(last), None, Some(name)) => vec![name, last],
        (None, None, None, Some(only)) | (Some(only), None, None, None) | (None, Some(only), None, None) => vec![only],
        (None, None, None, None) => Vec::new(),
    }
}

fn share(values: &ColumnValues) -> String {
    let verb = if values.countries == 1 { "is a country" } else { "are countries" };
    match values.filled {
        1 => format!("{} of 1 value looked at {verb}", values.countries),
        filled => format!("{} of {filled} values looked at {verb}", values.countries),
    }
}
