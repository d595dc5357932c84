//! What must stand in an answer: pointers with values. All of them must hold.

use super::super::Json;
use super::pointer::Pointer;
use super::section::{Entry, Result, Section};

/// Conditions of an answer; none of them is always so.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Conditions(Vec<Condition>);

/// What must stand at a place of an answer.
#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Is(Pointer, serde_json::Value),
    Contains(Pointer, String),
}

impl Conditions {
    /// Reads `when`, where it is there.
    pub(super) fn read(section: &Section<'_>) -> Result<Option<Self>> {
        let one = |(name, value): (&str, Entry<'_>)| Condition::read(name, &value);
        let all = section.read("when", |entry| entry.members()?.into_iter().map(one).collect::<Result<Vec<_>>>())?;
        Ok(all.map(Self))
    }

    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn hold(&self, answer: &Json<'_>) -> bool {
        self.0.iter().all(|condition| condition.holds(answer))
    }
}

impl Condition {
    fn read(name: &str, value: &Entry<'_>) -> Result<Self> {
        let at = Pointer::parse(name).map_err(|problem| value.error(problem))?;
        if let Ok(section) = value.section() {
            let text = section.need("contains")?.text()?.to_lowercase();
            section.finish()?;
            return Ok(Self::Contains(at, text));
        }
        let is = value.value.as_str().map(serde_json::Value::from);
        let is = is.or_else(|| value.value.as_bool().map(serde_json::Value::from));
        let is = is.or_else(|| value.integer().map(serde_json::Value::from));
        let words = "should be a text, a whole number, true, false or { contains = \"…\" }";
        let wrong = || value.error(format!("{} {words}", value.written()));
        Ok(Self::Is(at, is.ok_or_else(wrong)?))
    }

    fn holds(&self, answer: &Json<'_>) -> bool {
        match self {
            Self::Is(at, is) => at.find(answer).is_some_and(|found| serde_json::Value::from(found.clone()) == *is),
            Self::Contains(at, text) => {
                at.find(answer).and_then(Json::as_str).is_some_and(|found| found.to_lowercase().contains(text))
            }
        }
    }
}
