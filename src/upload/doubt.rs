//! Look-ups: is this lead on the platform?
//!
//! A look-up that finds nothing proves something only where look-ups have been seen to work at that target in this run:
//! because one found its lead, or because the target's whole list is recognised and empty and this run has created nobody
//! there, or because a lead that the whole list shows is found by a look-up of its own. Otherwise the answer is *unknown*,
//! and what is in doubt stays in doubt.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::client::Exchange;
use super::event::Observer;
use super::line::{Line, Stopped};
use crate::clock::Moment;
use crate::lead::{Identity, Reason};
use crate::phone::Phone;
use crate::platform::{Platform, RemoteLead};
use crate::target::Target;

/// What a look-up says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUpOutcome {
    /// It is there: all the leads that are it, the newest last.
    Found(Vec<RemoteLead>),
    /// It is not there now, and look-ups at this target work.
    Absent,
    /// The look-up proves nothing.
    Unknown(Reason),
}

/// The most pages that one look-up reads: at 100 leads a page, a million leads of a server that ignores the filter.
const MAX_PAGES: u32 = 10_000;

/// How often a page is asked for.
const TRIES: u32 = 3;

/// See the module's documentation.
pub struct LookUp {
    platform: Arc<dyn Platform>,
    line: Arc<Line>,
    observer: Arc<dyn Observer>,
    /// Targets at which a look-up was seen to work.
    proven: Mutex<HashSet<Target>>,
    /// Targets at which this run has created a lead: a list that shows nobody there hides somebody.
    peopled: Mutex<HashSet<Target>>,
}

/// A list as far as it was read.
enum Listed {
    Matches(Vec<RemoteLead>),
    Unknown(Reason),
}

impl LookUp {
    /// Look-ups over `line`.
    #[must_use]
    pub fn new(platform: Arc<dyn Platform>, line: Arc<Line>, observer: Arc<dyn Observer>) -> Self {
        Self { platform, line, observer, proven: Mutex::default(), peopled: Mutex::default() }
    }

    /// A lead was created at `target`.
    pub fn note_created(&self, target: &Target) {
        let mut peopled = lock(&self.peopled);
        if !peopled.contains(target) {
            peopled.insert(target.clone());
        }
    }

    /// Asks for the lead with this identity.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before the answer is complete.
    pub async fn find(&self, target: &Target, identity: &Identity) -> Result<LookUpOutcome, Stopped> {
        match self.list(target, identity).await? {
            Listed::Unknown(reason) => Ok(LookUpOutcome::Unknown(reason)),
            Listed::Matches(found) if found.is_empty() => self.absent_if_proven(target).await,
            Listed::Matches(found) => {
                self.prove(target);
                Ok(LookUpOutcome::Found(found))
            }
        }
    }

    /// Asks until the answer counts: a lead that is not there at `due` may still come, so absence counts only when it is
    /// seen at `due` or later, and once more `settle` after that. A look-up that proves nothing gets another chance, too:
    /// a list that is behind or fails may have caught up by then.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before the answer is complete.
    pub async fn find_twice(
        &self,
        target: &Target,
        identity: &Identity,
        due: Moment,
        settle: Duration,
    ) -> Result<LookUpOutcome, Stopped> {
        self.wait_until(due).await?;
        let (mut absent, mut unknown) = (0, 0);
        loop {
            let outcome = self.find(target, identity).await?;
            match outcome {
                LookUpOutcome::Found(_) => return Ok(outcome),
                LookUpOutcome::Absent => absent += 1,
                LookUpOutcome::Unknown(_) => unknown += 1,
            }
            if absent == 2 || unknown == 2 {
                return Ok(outcome);
            }
            self.wait_until(self.line.clock().now().saturating_add(settle)).await?;
        }
    }

    async fn wait_until(&self, moment: Moment) -> Result<(), Stopped> {
        tokio::select! {
            biased;
            () = self.line.stop().requested() => Err(Stopped),
            () = self.line.clock().sleep_until(moment) => Ok(()),
        }
    }

    async fn absent_if_proven(&self, target: &Target) -> Result<LookUpOutcome, Stopped> {
        if self.is_proven(target) {
            return Ok(LookUpOutcome::Absent);
        }
        let first_page = match self.page(target, None, 1).await? {
            Ok(page) => page,
            Err(reason) => return Ok(LookUpOutcome::Unknown(reason)),
        };
        if first_page.leads.is_empty() && first_page.next.is_none() {
            return Ok(self.nobody_listed(target));
        }
        let here = |lead: &&RemoteLead| lead.campaign.as_ref().is_none_or(|campaign| *campaign == target.place);
        let witness = first_page.leads.iter().filter(here).find_map(|lead| self.identity_of(lead));
        if let Some(witness) = witness
            && let Listed::Matches(found) = self.list(target, &witness).await?
            && !found.is_empty()
        {
            self.prove(target);
            return Ok(LookUpOutcome::Absent);
        }
        let message = "the platform's list does not even find a lead that it shows, so it proves nothing";
        Ok(LookUpOutcome::Unknown(Reason::new("look_up_unproven", message)))
    }

    /// The whole list is recognised and empty. That proves nothing for later look-ups: leads may be created meanwhile.
    fn nobody_listed(&self, target: &Target) -> LookUpOutcome {
        if !lock(&self.peopled).contains(target) {
            return LookUpOutcome::Absent;
        }
        let message = "the platform's list shows nobody, although leads were created there, so it proves nothing";
        LookUpOutcome::Unknown(Reason::new("look_up_unproven", message))
    }

    /// All pages of the list that the platform's filter gives, reduced to exact matches.
    async fn list(&self, target: &Target, identity: &Identity) -> Result<Listed, Stopped> {
        let mut matches = Vec::new();
        for number in 1..=MAX_PAGES {
            let page = match self.page(target, Some(identity), number).await? {
                Ok(page) => page,
                Err(reason) => return Ok(Listed::Unknown(reason)),
            };
            let is_match = |lead: &RemoteLead| self.platform.is_match(target, identity, lead);
            matches.extend(page.leads.into_iter().filter(is_match));
            if page.next.is_none() {
                return Ok(Listed::Matches(matches));
            }
        }
        let message = format!("the platform's list has more than {MAX_PAGES} pages");
        Ok(Listed::Unknown(Reason::new("look_up_too_long", message)))
    }

    async fn page(
        &self,
        target: &Target,
        identity: Option<&Identity>,
        number: u32,
    ) -> Result<Result<crate::platform::Page, Reason>, Stopped> {
        let request = self.platform.look_up(target, identity, number);
        let exchange = self.line.ask(&request, TRIES, self.observer.as_ref()).await?;
        Ok(match exchange {
            Exchange::Answered(response) if (200..300).contains(&response.status) => {
                self.platform.read_page(number, &response.body).map_err(|error| {
                    Reason::new("look_up_unreadable", format!("the platform's list cannot be read: {error}"))
                })
            }
            Exchange::Answered(response) => {
                Err(Reason::new("look_up_refused", format!("the platform's list answered {}", response.status)))
            }
            Exchange::Lost(error) | Exchange::NotSent(error) => {
                Err(Reason::new("look_up_failed", format!("the platform's list did not answer: {error}")))
            }
        })
    }

    fn identity_of(&self, lead: &RemoteLead) -> Option<Identity> {
        match self.platform.family() {
            crate::target::Family::Pollybot => lead.email.as_deref().map(Identity::email),
            crate::target::Family::Autocalls => {
                let shown = lead.phone.as_deref()?;
                let shown = if shown.starts_with('+') { shown.to_owned() } else { format!("+{shown}") };
                Phone::from_e164(&shown).map(Identity::Phone)
            }
        }
    }

    fn prove(&self, target: &Target) {
        lock(&self.proven).insert(target.clone());
    }

    fn is_proven(&self, target: &Target) -> bool {
        lock(&self.proven).contains(target)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
