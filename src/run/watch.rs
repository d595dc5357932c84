//! Watches a run that has no rows: remembers what became of doubts of earlier runs, and passes everything on to the reporter.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use crate::lead::Status;
use crate::report::{Reporter, masked, plain};
use crate::upload::{Event, Observer};

/// Why doubts could not be settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftDoubt {
    /// The reason's code.
    pub code: String,
    /// The reason of the first of them, in words.
    pub message: String,
    /// How many leads stay in doubt for it.
    pub leads: u64,
}

/// See the module's documentation.
pub(crate) struct Watch {
    reporter: Arc<Reporter>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    found: u64,
    absent: u64,
    /// By code: the first message, and how many.
    left: BTreeMap<String, (String, u64)>,
}

impl Watch {
    pub(crate) fn new(reporter: Arc<Reporter>) -> Self {
        Self { reporter, seen: Mutex::default() }
    }

    /// What is left is looked up once more: what was said of it so far does not count.
    pub(crate) fn begin_again(&self) {
        self.seen().left.clear();
    }

    /// How many were found on the platform.
    pub(crate) fn found(&self) -> u64 {
        self.seen().found
    }

    /// How many are not there.
    pub(crate) fn absent(&self) -> u64 {
        self.seen().absent
    }

    /// How many stay in doubt, by reason.
    pub(crate) fn left(&self) -> Vec<LeftDoubt> {
        let left = |(code, (message, leads)): (&String, &(String, u64))| LeftDoubt {
            code: code.clone(),
            message: message.clone(),
            leads: *leads,
        };
        self.seen().left.iter().map(left).collect()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watch {
    fn event(&self, event: Event<'_>) {
        if let Event::DoubtEnded { outcome, .. } = &event {
            let mut seen = self.seen();
            match (outcome.status, &outcome.reason) {
                (Status::InDoubt, Some(reason)) => {
                    let first = || (masked(&plain(&reason.message)), 0);
                    seen.left.entry(reason.code.clone()).or_insert_with(first).1 += 1;
                }
                (Status::Unsent, _) => seen.absent += 1,
                _ => seen.found += 1,
            }
        }
        self.reporter.event(event);
    }
}
