//! What the platform shows of a created lead, compared with what was sent.

use super::event::Event;
use super::options::OnMismatch;
use super::send::{Sender, lock};
use super::stop::{StopKind, StopReason};
use crate::lead::Lead;
use crate::platform::{Differences, Match, RemoteLead};
use crate::target::Target;

/// Whether what the platform does not show with its answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    AskForIt,
    TakeWhatComes,
}

impl Sender {
    /// Compares what the platform shows of a created lead with what was sent.
    pub(super) async fn compare(&self, lead: &Lead, shown: RemoteLead, echo: Echo) {
        let mut differences = self.platform.differences(&lead.body, &shown);
        differences.found.extend(self.platform.misplaced(&lead.target, &lead.identity, &shown));
        if !differences.comparable && differences.found.is_empty() && echo == Echo::AskForIt {
            // In a box: what is needed once a campaign would be carried along by every lead.
            differences = Box::pin(self.compare_by_look_up(lead, &shown.id)).await;
        }
        if differences.found.is_empty() {
            if differences.comparable || echo == Echo::AskForIt {
                self.trust(&lead.target);
            }
            return;
        }
        self.observer.event(Event::Mismatch(&differences.found));
        // A campaign that showed a lead as it was sent is not stopped by one that it does not: they are counted.
        let is_trusted = lock(&self.trusted).contains(&*lead.target);
        if self.options.on_mismatch == OnMismatch::Stop && !is_trusted {
            let what = differences.found.join("; ");
            let message = format!(
                "the platform shows something else than was sent: {what}. Mend the mapping, or the assistant's variables; \
                 leadload undo takes this lead back; --accept-echo goes on as it is"
            );
            self.line.stop().request(StopReason::new(StopKind::Mismatch, message));
        }
    }

    fn trust(&self, target: &Target) {
        let mut trusted = lock(&self.trusted);
        if !trusted.contains(target) {
            trusted.insert(target.clone());
        }
    }

    /// What is shown under its id is it, whatever number stands there: where it is another one, whoever is looked for by
    /// a number is not found.
    async fn compare_by_look_up(&self, lead: &Lead, id: &str) -> Differences {
        let mut found = None;
        let read = self.look_up.show(&lead.target, Some(&lead.identity), |shown| {
            if shown.id == id {
                found = Some(shown);
            }
        });
        // Whatever is shown counts, wherever the list ends.
        let _ = read.await;
        let mut differences = Differences::default();
        if let Some(shown) = &found {
            differences = self.platform.differences(&lead.body, shown);
            differences.found.extend(self.platform.misplaced(&lead.target, &lead.identity, shown));
            if self.platform.matches(&lead.target, &lead.identity, shown) == Match::Yes {
                self.look_up.was_shown(&lead.target, &lead.identity);
            }
        }
        if !differences.comparable {
            let note =
                "the platform shows neither variables nor numbers of what it created: they could not be compared";
            self.observer.event(Event::Note(note));
        }
        differences
    }
}
