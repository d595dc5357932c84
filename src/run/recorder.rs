//! What the crew tells becomes lines of the results file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::lead::{Identity, Lead, LeadKey};
use crate::results::{self, Certainty, Doubt, KnownId, LeadLine, Line, SendingLine, SettledBy, Source};
use crate::target::Target;
use crate::upload::{Durable, OnPlatform, Outcome, RecordFailed, RecordedId, Recorder, Unsendable};

/// Writes for one run.
pub(crate) struct RunRecorder {
    results: Arc<results::Recorder>,
    run: String,
    clock: Clock,
    /// What earlier runs left in doubt, for the lines that end it.
    doubts: HashMap<LeadKey, Doubt>,
}

impl RunRecorder {
    pub(crate) fn new(results: Arc<results::Recorder>, run: String, clock: Clock, doubts: &[Doubt]) -> Self {
        let doubts = doubts.iter().map(|doubt| (doubt.key, doubt.clone())).collect();
        Self { results, run, clock, doubts }
    }

    fn record(&self, line: &Line<'_>) -> Durable {
        match self.results.record(line) {
            Ok(durable) => Box::pin(async move { durable.await.map_err(|error| RecordFailed(error.to_string())) }),
            Err(refused) => Box::pin(std::future::ready(Err(RecordFailed(refused.to_string())))),
        }
    }
}

impl Recorder for RunRecorder {
    fn sending(&self, lead: &Lead) -> Durable {
        self.record(&Line::Sending(SendingLine::of(lead, &self.run, self.clock.wall())))
    }

    fn ended(&self, lead: &Lead, outcome: &Outcome) -> Durable {
        let line = LeadLine::of(lead, outcome.status, &self.run, self.clock.wall());
        self.record(&Line::Lead(with_outcome(line, outcome)))
    }

    fn doubt_ended(&self, key: LeadKey, outcome: &Outcome) -> Durable {
        let mut line = LeadLine::new(outcome.status, &self.run, self.clock.wall());
        line.key = Some(key);
        if let Some(doubt) = self.doubts.get(&key) {
            about_doubt(&mut line, doubt);
        }
        self.record(&Line::Lead(with_outcome(line, outcome)))
    }

    fn unsendable(&self, unsendable: &Unsendable) -> Durable {
        let mut last: Durable = Box::pin(std::future::ready(Ok(())));
        for (row, reason) in &unsendable.rows {
            let mut line = LeadLine::new(unsendable.status, &self.run, self.clock.wall());
            line.key = unsendable.key;
            line.target = unsendable.target.as_deref().map(Cow::Borrowed);
            // Whoever was forgotten is not written down again.
            let is_forgotten = unsendable.key.is_some_and(|key| self.results.ledger().is_forgotten(key));
            if let Some(identity) = unsendable.identity.as_ref().filter(|_| !is_forgotten) {
                (line.phone, line.email) = written(identity);
            }
            line.source = Some(Source::from(&row.position));
            line.rows = Cow::Owned(vec![row.position.row]);
            line.reason = Some(Cow::Borrowed(reason));
            last = self.record(&Line::Lead(line));
        }
        last
    }

    fn id_at(&self, target: &Target, id: &str) -> RecordedId {
        match self.results.ledger().known_id(target, id) {
            KnownId::Free => RecordedId::Free,
            KnownId::Held => RecordedId::Held,
            KnownId::Undone => RecordedId::Undone,
        }
    }
}

fn with_outcome<'a>(mut line: LeadLine<'a>, outcome: &'a Outcome) -> LeadLine<'a> {
    line.certain = Certainty::from(outcome.certain);
    line.settled_by = outcome.by_look_up.then_some(SettledBy::LookUp);
    line.id = outcome.id.as_deref().map(Cow::Borrowed);
    line.secondary_ids = Cow::Borrowed(&outcome.secondary_ids);
    line.reason = outcome.reason.as_ref().map(Cow::Borrowed);
    line.http = outcome.http;
    line.attempts = outcome.attempts;
    line.latency_ms = outcome.took.map(|took| u64::try_from(took.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX));
    if outcome.request == OnPlatform::Otherwise {
        line.request = None;
    }
    line
}

/// What is on file of a lead in doubt, for the line that ends it.
pub(super) fn about_doubt<'a>(line: &mut LeadLine<'a>, doubt: &'a Doubt) {
    line.key = Some(doubt.key);
    line.target = Some(Cow::Borrowed(&doubt.target));
    (line.phone, line.email) = written(&doubt.identity);
    line.request = Some(doubt.request);
    line.group = doubt.group;
    line.source.clone_from(&doubt.source);
    line.rows = Cow::Borrowed(&doubt.rows);
}

pub(crate) fn written(identity: &Identity) -> (Option<crate::phone::Phone>, Option<Cow<'_, str>>) {
    match identity {
        Identity::Phone(phone) => (Some(*phone), None),
        Identity::Email(email) => (None, Some(Cow::Borrowed(email))),
    }
}

#[cfg(test)]
mod tests {
    /// Otherwise no doubt would ever end by an absence.
    #[test]
    fn the_uploader_and_the_results_file_have_one_word_for_absent() {
        assert_eq!(crate::upload::ABSENT, crate::results::ABSENT);
    }
}
