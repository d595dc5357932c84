//! What the platform shows of the leads that are to be deleted, and which of them may be.

use std::collections::HashMap;
use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::Which;
use super::choose::{Begun, Candidate};
use crate::lead::Reason;
use crate::platform::{Ability, Match, Platform, RemoteLead};
use crate::results::Certainty;
use crate::target::Target;
use crate::upload::{LookUp, Stopped, WasShown};

/// Up to so many leads of a campaign are looked up one by one; of more, the campaign's whole list is read.
const MOST_LOOK_UPS: usize = 100;

/// What the platform shows of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing was done with it since it was created.
    Untouched,
    /// Something was: its status, in the platform's words.
    Touched(String),
    /// It is there, but not in which status.
    Unclear,
    /// Under its id there is somebody else, or in another campaign.
    SomebodyElse,
    /// Nothing, or its list could not be read: why.
    NotShown(Option<String>),
}

/// What is to become of leads, by what the platform shows of them.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) to_delete: Vec<Candidate>,
    /// They are there, and stay there.
    pub(super) left: Vec<(Candidate, Reason)>,
    /// Whether an earlier undo deleted them cannot be seen now.
    pub(super) unclear: Vec<(Candidate, Reason)>,
}

impl Sorted {
    pub(super) fn add(&mut self, candidate: &Candidate, seen: &Seen, which: Which) {
        let why = match candidate.made.id {
            None => Some(Reason::new("undo_no_id", "the results file does not say under which id it is there")),
            Some(_) => why_left(seen, candidate.certain, which),
        };
        match (why, candidate.begun, seen) {
            // What is not shown any more was most likely deleted by the request that nobody saw answered: once more it tells.
            (None, ..) | (_, Begun::Before, Seen::NotShown(None)) => {
                let shown = if matches!(seen, Seen::NotShown(_)) { WasShown::No } else { WasShown::Yes };
                self.to_delete.push(Candidate { shown, ..candidate.clone() });
            }
            (Some(reason), Begun::Before, Seen::NotShown(Some(_))) => self.unclear.push((candidate.clone(), reason)),
            (Some(reason), ..) => self.left.push((candidate.clone(), reason)),
        }
    }
}

/// Looks at leads on the platform.
pub(super) struct Looking<'a> {
    pub(super) platform: &'a dyn Platform,
    pub(super) look_up: &'a LookUp,
    pub(super) which: Which,
    /// How many requests at once.
    pub(super) at_once: usize,
}

impl Looking<'_> {
    /// What the platform shows of each of these, in their order.
    pub(super) async fn look(&self, candidates: &[Candidate]) -> Result<Vec<Seen>, Stopped> {
        let mut seen = vec![Seen::NotShown(None); candidates.len()];
        let mut by_target: HashMap<Arc<Target>, Vec<usize>> = HashMap::new();
        for (index, candidate) in candidates.iter().enumerate() {
            by_target.entry(Arc::clone(&candidate.made.target)).or_default().push(index);
        }
        for (target, indices) in by_target {
            let has_list = self.platform.can(Ability::List);
            if indices.len() <= MOST_LOOK_UPS || !has_list {
                self.look_up_each(candidates, &indices, &mut seen).await?;
                let hidden = |index: &usize| matches!(seen[*index], Seen::NotShown(_));
                if !has_list || self.which == Which::Untouched || !indices.iter().any(hidden) {
                    continue;
                }
                // A lead that is deleted all the same must not be somebody else's by now.
            }
            self.read_list(&target, candidates, &indices, &mut seen).await?;
        }
        Ok(seen)
    }

    async fn look_up_each(
        &self,
        candidates: &[Candidate],
        indices: &[usize],
        seen: &mut [Seen],
    ) -> Result<(), Stopped> {
        let looking = stream::iter(indices).map(async |&index| (index, self.look_up_one(&candidates[index]).await));
        let mut looked = std::pin::pin!(looking.buffer_unordered(self.at_once));
        while let Some((index, shown)) = looked.next().await {
            seen[index] = shown?;
        }
        Ok(())
    }

    async fn look_up_one(&self, candidate: &Candidate) -> Result<Seen, Stopped> {
        let made = &candidate.made;
        let mut seen = Seen::NotShown(None);
        let read = self.look_up.show(&made.target, Some(&made.identity), |lead| {
            if made.id.as_ref() == Some(&lead.id) {
                seen = self.judge(candidate, &lead);
            }
        });
        let read = read.await?;
        Ok(explained(seen, read))
    }

    async fn read_list(
        &self,
        target: &Target,
        candidates: &[Candidate],
        indices: &[usize],
        seen: &mut [Seen],
    ) -> Result<(), Stopped> {
        let ids: HashMap<&str, usize> =
            indices.iter().filter_map(|&index| Some((candidates[index].made.id.as_deref()?, index))).collect();
        let read = self.look_up.show(target, None, |lead| {
            if let Some(&index) = ids.get(lead.id.as_str()) {
                seen[index] = self.judge(&candidates[index], &lead);
            }
        });
        if let Err(reason) = read.await? {
            for &index in indices {
                seen[index] = explained(seen[index].clone(), Err(reason.clone()));
            }
        }
        Ok(())
    }

    /// `lead` has the candidate's id.
    fn judge(&self, candidate: &Candidate, lead: &RemoteLead) -> Seen {
        if self.platform.matches(&candidate.made.target, &candidate.made.identity, lead) == Match::No {
            return Seen::SomebodyElse;
        }
        match self.platform.is_untouched(lead, candidate.made.sent_status.as_deref()) {
            Some(true) => Seen::Untouched,
            Some(false) => Seen::Touched(lead.status.clone().unwrap_or_default()),
            None => Seen::Unclear,
        }
    }
}

fn explained(seen: Seen, read: Result<(), Reason>) -> Seen {
    match (seen, read) {
        (Seen::NotShown(_), Err(reason)) => Seen::NotShown(Some(reason.message)),
        (seen, _) => seen,
    }
}

/// Why a lead is left where it is; `None`: it may be deleted.
///
/// | shown | certainly ours | likely ours | with `--force`: certainly | likely |
/// |---|---|---|---|---|
/// | untouched | deleted | left | deleted | deleted |
/// | touched, or unclear | left | left | deleted | deleted |
/// | not shown | left | left | deleted | left |
/// | somebody else under its id | left | left | left | left |
pub(super) fn why_left(seen: &Seen, certain: Certainty, which: Which) -> Option<Reason> {
    let reason = |code: &str, message: &str| Some(Reason::new(code, message));
    match (seen, which, certain) {
        (Seen::SomebodyElse, _, _) => {
            reason("undo_somebody_else", "the platform shows somebody else under its id, or in another campaign")
        }
        (Seen::NotShown(Some(why)), Which::Untouched, _) | (Seen::NotShown(Some(why)), _, Certainty::Likely) => {
            Some(Reason::new("undo_not_shown", format!("the platform does not show it: {why}")))
        }
        (Seen::NotShown(None), Which::Untouched, _) | (Seen::NotShown(None), _, Certainty::Likely) => {
            reason("undo_not_shown", "the platform does not show it (any more)")
        }
        (Seen::Touched(status), Which::Untouched, _) => {
            let message = format!("called, or changed, since it was created: its status is {status:?} (--force)");
            Some(Reason::new("undo_touched", message))
        }
        (Seen::Unclear, Which::Untouched, _) => {
            reason("undo_unclear", "the platform does not show whether it was called (--force)")
        }
        (Seen::Untouched, Which::Untouched, Certainty::Likely) => {
            let message = "found by a look-up after its answer was lost, so it may be somebody else's (--force)";
            reason("undo_uncertain", message)
        }
        (_, Which::All, _) | (_, _, Certainty::Certain) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_deleted(seen: &Seen, certain: Certainty, which: Which) -> bool {
        why_left(seen, certain, which).is_none()
    }

    #[test]
    fn only_what_is_certain_and_untouched_is_deleted_unless_it_is_forced() {
        let touched = Seen::Touched("completed".to_owned());
        let all = [Seen::Untouched, touched, Seen::Unclear, Seen::SomebodyElse, Seen::NotShown(None)];
        for seen in &all {
            for certain in [Certainty::Certain, Certainty::Likely] {
                let expected = *seen == Seen::Untouched && certain == Certainty::Certain;
                assert_eq!(is_deleted(seen, certain, Which::Untouched), expected, "{seen:?} {certain:?}");
            }
        }
    }

    #[test]
    fn even_by_force_nobody_else_is_deleted_and_nothing_likely_that_is_not_shown() {
        for certain in [Certainty::Certain, Certainty::Likely] {
            assert!(!is_deleted(&Seen::SomebodyElse, certain, Which::All));
            for seen in [Seen::Untouched, Seen::Touched("called".to_owned()), Seen::Unclear] {
                assert!(is_deleted(&seen, certain, Which::All), "{seen:?}");
            }
            for why in [None, Some("its list cannot be read".to_owned())] {
                assert_eq!(is_deleted(&Seen::NotShown(why), certain, Which::All), certain == Certainty::Certain);
            }
        }
    }
}
