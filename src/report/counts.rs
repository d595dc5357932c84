//! A number for each status.

use std::borrow::Cow;
use std::ops::{Add, AddAssign};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::lead::Status;

/// How many there are of each status. Written as an object with a member for each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Status::ALL.len()]);

impl Counts {
    /// How many have `status`.
    #[must_use]
    pub fn get(&self, status: Status) -> u64 {
        self.0[status as usize]
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The states that occur, in the order in which people are shown them.
    pub fn nonzero(&self) -> impl Iterator<Item = (Status, u64)> + '_ {
        Status::ALL.into_iter().map(|status| (status, self.get(status))).filter(|(_, number)| *number > 0)
    }

    pub(super) fn add(&mut self, status: Status, number: u64) {
        self.0[status as usize] += number;
    }

    /// False, and nothing is taken, where there are not so many.
    pub(super) fn take(&mut self, status: Status, number: u64) -> bool {
        let left = self.get(status).checked_sub(number);
        if let Some(left) = left {
            self.0[status as usize] = left;
        }
        left.is_some()
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Status::ALL.len()))?;
        for status in Status::ALL {
            map.serialize_entry(status.name(), &self.get(status))?;
        }
        map.end()
    }
}

impl JsonSchema for Counts {
    fn schema_name() -> Cow<'static, str> {
        "Counts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let count = || serde_json::json!({ "type": "integer", "minimum": 0 });
        let counts = Status::ALL.iter().map(|status| (status.name().to_owned(), count()));
        let names: Vec<_> = Status::ALL.iter().map(|status| status.name()).collect();
        json_schema!({
            "description": "How many there are in each state.",
            "type": "object",
            "properties": counts.collect::<serde_json::Map<_, _>>(),
            "required": names,
        })
    }
}

/// Leads and the rows they are made of, by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sums {
    /// Leads.
    pub leads: Counts,
    /// Rows, each under the state of its lead or, where it makes none, its own.
    pub rows: Counts,
}

impl Sums {
    /// False, and nothing is taken, where there are not so many.
    pub(super) fn take(&mut self, status: Status, leads: u64, rows: u64) -> bool {
        let is_there = self.leads.get(status) >= leads && self.rows.get(status) >= rows;
        is_there && self.leads.take(status, leads) && self.rows.take(status, rows)
    }

    /// Counts leads and rows in `status`.
    pub fn add(&mut self, status: Status, leads: u64, rows: u64) {
        self.leads.add(status, leads);
        self.rows.add(status, rows);
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (number, more) in self.0.iter_mut().zip(other.0) {
            *number += more;
        }
    }
}

impl Add for Sums {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.leads += other.leads;
        self.rows += other.rows;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_count_of_its_own() {
        let mut counts = Counts::default();
        for (number, status) in (1..).zip(Status::ALL) {
            counts.add(status, number);
        }
        for (number, status) in (1..).zip(Status::ALL) {
            assert_eq!(counts.get(status), number, "{status}");
        }
        assert_eq!(counts.total(), 45);
    }

    #[test]
    fn no_more_is_taken_than_there_is() {
        let mut counts = Counts::default();
        counts.add(Status::InDoubt, 2);
        assert!(!counts.take(Status::InDoubt, 3));
        assert_eq!(counts.get(Status::InDoubt), 2);
        assert!(counts.take(Status::InDoubt, 2));
        assert_eq!(counts.nonzero().count(), 0);
    }

    #[test]
    fn counts_are_written_with_every_status_so_that_programs_need_not_guess() {
        let json = serde_json::to_string(&Counts::default()).unwrap();
        let expected = "{\"created\":0,\"exists\":0,\"rejected\":0,\"in_doubt\":0,\"invalid\":0,\"duplicate\":0,\
                        \"suppressed\":0,\"unsent\":0,\"undone\":0}";
        assert_eq!(json, expected);
    }
}
