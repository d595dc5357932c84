//! Which numbers of each input are called, in a few words: recorded with the run, and compared with what the run before
//! did. A person who was sent under one number and is now to be called on another is a new lead.

use super::columns::Columns;
use super::plan::{OtherNumbers, Plan};
use crate::phone::{Callable, Guesses};
use crate::source::Source;

/// For each input: its name, the columns that are called, and what is wanted of their numbers.
pub(super) fn of(plan: &Plan, columns: &Columns, sources: &[Source]) -> Vec<String> {
    let wanted = wanted(plan);
    let one = |(index, source): (usize, &Source)| {
        let recognised = columns.of(index, &plan.mapping, source.header());
        let bound = plan.mapping.bind_so_far_as(source.header(), &recognised).ok()?;
        Some(format!("{}{}{wanted}", start(source.name()), bound.phone_columns().join(", ")))
    };
    sources.iter().enumerate().filter_map(one).collect()
}

/// What to say where `earlier` numbers of the same input were chosen otherwise than `now`.
pub(super) fn difference(earlier: &[String], now: &[String], sources: &[Source]) -> Option<String> {
    let of_file = |all: &[String], source: &Source| {
        let start = start(source.name());
        all.iter().find_map(|text| text.strip_prefix(&start).map(str::to_owned))
    };
    let different = sources.iter().find_map(|source| {
        let (then, now) = (of_file(earlier, source)?, of_file(now, source)?);
        (then != now).then(|| (source.name(), then, now))
    });
    different.map(|(file, then, now)| {
        format!(
            "the numbers of {file} are chosen otherwise than by the run before (then {then}; now {now}): whoever was sent \
             under another number of the row is a new lead, and is called a second time"
        )
    })
}

fn start(file: &str) -> String {
    format!("{file}: ")
}

/// What is not as usual.
fn wanted(plan: &Plan) -> String {
    let mut words = Vec::new();
    words.extend(plan.region.map(|region| format!("for {}", region.code())));
    if let Callable::Only(kinds) = &plan.numbers.rules.callable {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        words.push(format!("types {}", names.join(", ")));
    }
    if plan.numbers.rules.guesses == Guesses::Refused {
        words.push("no_repair".to_owned());
    }
    if plan.numbers.others == OtherNumbers::Secondary {
        words.push("other_numbers secondary".to_owned());
    }
    if words.is_empty() { String::new() } else { format!(" ({})", words.join("; ")) }
}
