//! The columns with the numbers to call, out of all columns; or the candidates, where that is not clear. Pure: the same
//! columns in another order give the same choice.

use std::cmp::Reverse;

use super::Kind;
use super::name::Sureness;
use super::score::{Score, Verdict, score};
use super::values::ColumnValues;

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// These, the best one first.
    Chosen(Vec<Chosen>),
    /// None was clear enough; perhaps one of these, the likeliest first.
    Unclear(Vec<Candidate>),
    /// None of them.
    None,
}

/// A column that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) index: usize,
    pub(crate) kind: Kind,
    pub(crate) reason: String,
}

/// A column that might be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) index: usize,
    pub(crate) reason: String,
}

struct Scored<'a> {
    index: usize,
    name: &'a str,
    score: Score,
    values: &'a ColumnValues,
}

impl Scored<'_> {
    fn kind(&self) -> Kind {
        self.score.says.kind.unwrap_or(Kind::Phone)
    }

    fn has_values(&self) -> bool {
        self.values.looked_at == 0 || self.values.filled > 0
    }
}

/// Chooses among `columns`: index, name, sample of the values. Kinds that are not in `preference` are not called.
pub(crate) fn choose_phones<'a>(
    columns: impl IntoIterator<Item = (usize, &'a str, &'a ColumnValues)>,
    preference: &[Kind],
) -> Choice {
    let scored = columns.into_iter().map(|(index, name, values)| {
        let score = score(name, values);
        Scored { index, name, score, values }
    });
    let wanted = |scored: &Scored<'_>| scored.score.verdict != Verdict::No && preference.contains(&scored.kind());
    let mut all: Vec<Scored<'_>> = scored.filter(wanted).collect();
    // By name, so that no tie is broken by where a column stands.
    all.sort_by(|a, b| a.name.cmp(b.name).then(a.index.cmp(&b.index)));
    let with = |verdict: Verdict| -> Vec<&Scored<'_>> {
        all.iter().filter(|scored| scored.score.verdict == verdict).collect()
    };
    let (named, likely, by_values) = (with(Verdict::Named), with(Verdict::Likely), with(Verdict::ByValues));
    let named_with_values = named.iter().any(|scored| scored.has_values());
    if named_with_values || (!named.is_empty() && likely.is_empty() && by_values.is_empty()) {
        return in_order(named, preference);
    }
    // A part of a name, and values alone, decide only where they leave no choice.
    let mut rivals: Vec<&Scored<'_>> = likely.into_iter().chain(by_values).collect();
    let contradicted = with(Verdict::Contradicted);
    match (rivals.as_slice(), contradicted.as_slice()) {
        ([only], _) if named.is_empty() && contradicted.is_empty() => Choice::Chosen(vec![chosen(only)]),
        ([], [only]) if with(Verdict::Possible).is_empty() => Choice::Chosen(vec![chosen(only)]),
        _ => {
            rivals.extend(named.into_iter().chain(contradicted).chain(with(Verdict::Possible)));
            unclear(rivals)
        }
    }
}

/// Columns whose names say it, by what is preferred; two that nothing tells apart are a person's choice.
fn in_order(mut named: Vec<&Scored<'_>>, preference: &[Kind]) -> Choice {
    let rank = |scored: &Scored<'_>| {
        let preferred = preference.iter().position(|kind| *kind == scored.kind());
        (!scored.has_values(), preferred, scored.score.says.place)
    };
    named.sort_by_key(|scored| (rank(scored), Reverse(scored.values.numbers())));
    if let [first, second, ..] = named.as_slice()
        && rank(first) == rank(second)
    {
        let tied = rank(first);
        return unclear(named.into_iter().filter(|scored| rank(scored) == tied).collect());
    }
    Choice::Chosen(named.into_iter().map(chosen).collect())
}

fn unclear(mut candidates: Vec<&Scored<'_>>) -> Choice {
    let share =
        |scored: &Scored<'_>| u64::from(scored.values.numbers()) * 1000 / u64::from(scored.values.filled.max(1));
    candidates.sort_by_key(|scored| (Reverse(share(scored)), scored.score.verdict));
    let candidate = |scored: &Scored<'_>| Candidate { index: scored.index, reason: scored.score.reason.clone() };
    if candidates.is_empty() { Choice::None } else { Choice::Unclear(candidates.into_iter().map(candidate).collect()) }
}

fn chosen(scored: &Scored<'_>) -> Chosen {
    debug_assert!(scored.score.says.sureness != Sureness::SomethingElse, "{}", scored.name);
    Chosen { index: scored.index, kind: scored.kind(), reason: scored.score.reason.clone() }
}
