//! Look-ups: is this lead on the platform?
//!
//! A look-up that finds nothing proves something only where look-ups are seen to work at that target in this run: one finds
//! a lead that is known to be there. Who that is, in this order: a lead that this run or an earlier one created, else (or where
//! that of an earlier run is gone) a lead that the target's whole list shows. Where nobody is known and that list is empty, it must find a lead of another campaign:
//! an empty list looks the same where lists do not work. A list that shows the same leads again on its next page proves
//! nothing. A list that shows secondary contacts as well does not pass one off as a lead. In all other cases the answer is *unknown*, and what is in doubt stays in doubt.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::event::Observer;
use super::line::{Line, Stopped};
use super::pages::{End, Leaf, NoPage, Rest, ask_page};
use super::secondaries::{Entry, Secondaries, SecondaryContacts};
use crate::clock::Moment;
use crate::lead::{Fingerprint, Identity, Reason};
use crate::platform::{Ability, ApiRequest, ListOf, Match, Page, PageAt, Platform, RemoteLead};
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
pub(super) const MAX_PAGES: u32 = 10_000;

/// See the module's documentation.
pub struct LookUp {
    pub(super) platform: Arc<dyn Platform>,
    line: Arc<Line>,
    observer: Arc<dyn Observer>,
    /// Targets at which a look-up was seen to work.
    proven: Mutex<HashSet<Target>>,
    /// For each target, a lead that must be found there.
    known_there: Mutex<HashMap<Target, Witness>>,
    earlier: Arc<EarlierLead>,
    /// The secondary contacts of this run's leads, and, once the first doubt was found, those of earlier ones.
    secondaries: Mutex<Secondaries>,
    earlier_secondaries: tokio::sync::OnceCell<()>,
    read_secondaries: Arc<EarlierSecondaries>,
}

/// Who must be found at a target.
#[derive(Debug, Clone)]
enum Witness {
    /// Created in this run: where it is not found, the list is behind.
    OfThisRun(Identity),
    /// Created in an earlier run: it may have been deleted by hand since.
    OfEarlierRun(Identity),
    /// Nobody is known, or whoever was is gone.
    Nobody,
}

impl Witness {
    fn identity(&self) -> Option<&Identity> {
        match self {
            Self::OfThisRun(identity) | Self::OfEarlierRun(identity) => Some(identity),
            Self::Nobody => None,
        }
    }
}

/// Whether a look-up found somebody who must be found.
enum Witnessed {
    Found,
    NotFound,
    Unknown(Reason),
}

impl From<Witnessed> for LookUpOutcome {
    /// What that means for another one, who was not found.
    fn from(witnessed: Witnessed) -> Self {
        match witnessed {
            Witnessed::Found => Self::Absent,
            Witnessed::NotFound => unproven("the platform's list does not even find a lead that is there"),
            Witnessed::Unknown(reason) => Self::Unknown(reason),
        }
    }
}

/// The secondary contacts of earlier runs' leads. It may read a file.
pub type EarlierSecondaries = dyn Fn() -> Vec<SecondaryContacts> + Send + Sync;

/// Finds a lead that an earlier run created at a target. It may read a file.
pub type EarlierLead = dyn Fn(&Target) -> Option<Identity> + Send + Sync;

/// A list as far as it was read.
enum Listed {
    Matches(Vec<RemoteLead>),
    Unknown(Reason),
}

impl Listed {
    /// Whoever was found is there, whatever the list is worth; that nobody was says nothing where there is a `doubt`.
    fn of(mut matches: Vec<RemoteLead>, doubt: Option<Reason>) -> Self {
        matches.sort_by_key(|lead| (lead.id.len(), lead.id.clone()));
        match doubt {
            Some(reason) if matches.is_empty() => Self::Unknown(reason),
            _ => Self::Matches(matches),
        }
    }
}

impl LookUp {
    /// Look-ups over `line`.
    #[must_use]
    pub fn new(
        platform: Arc<dyn Platform>,
        line: Arc<Line>,
        observer: Arc<dyn Observer>,
        earlier: Arc<EarlierLead>,
    ) -> Self {
        Self {
            platform,
            line,
            observer,
            proven: Mutex::default(),
            known_there: Mutex::default(),
            earlier,
            secondaries: Mutex::default(),
            earlier_secondaries: tokio::sync::OnceCell::new(),
            read_secondaries: Arc::new(Vec::new),
        }
    }

    /// The same, where the leads of earlier runs have secondary contacts.
    #[must_use]
    pub fn with_secondaries(self, read_secondaries: Arc<EarlierSecondaries>) -> Self {
        Self { read_secondaries, ..self }
    }

    /// What is known of secondary contacts, to be changed.
    pub(super) fn secondaries(&self) -> MutexGuard<'_, Secondaries> {
        lock(&self.secondaries)
    }

    /// A lead was created at `target`, so look-ups there must find it.
    pub fn is_there(&self, target: &Target, identity: &Identity) {
        let mut known = lock(&self.known_there);
        if !matches!(known.get(target), Some(Witness::OfThisRun(_))) {
            known.insert(target.clone(), Witness::OfThisRun(identity.clone()));
            // Older leads may be found in a list that is behind.
            lock(&self.proven).remove(target);
        }
    }

    /// The look-up of `identity` at `target` showed it. That proves look-ups there, unless a newer lead must be found first.
    pub(super) fn was_shown(&self, target: &Target, identity: &Identity) {
        if !matches!(lock(&self.known_there).get(target), Some(Witness::OfThisRun(witness)) if witness != identity) {
            lock(&self.proven).insert(target.clone());
        }
    }

    /// Asks for the lead with this identity.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before the answer is complete.
    pub async fn find(&self, target: &Target, identity: &Identity) -> Result<LookUpOutcome, Stopped> {
        match self.list(target, identity).await? {
            Listed::Unknown(reason) => Ok(LookUpOutcome::Unknown(reason)),
            Listed::Matches(found) if found.is_empty() => self.absent_if_proven(target, identity).await,
            Listed::Matches(found) => {
                self.was_shown(target, identity);
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
        if !self.platform.can(Ability::LookUp) {
            return Ok(LookUpOutcome::Unknown(no_look_ups()));
        }
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

    async fn absent_if_proven(&self, target: &Target, identity: &Identity) -> Result<LookUpOutcome, Stopped> {
        if lock(&self.proven).contains(target) {
            return Ok(LookUpOutcome::Absent);
        }
        let known = self.known_at(target).await;
        if known.as_ref() == Some(identity) && self.must_be_there(target) {
            return Ok(Witnessed::NotFound.into());
        }
        if let Some(known) = known.filter(|known| known != identity) {
            let outcome = self.absent_if_found(target, &known).await?;
            if !matches!(outcome, Witnessed::NotFound) || !self.dismiss(target) {
                return Ok(outcome.into());
            }
        }
        match self.somebody(target).await? {
            Ok(Some(somebody)) => Ok(self.absent_if_found(target, &somebody).await?.into()),
            Ok(None) => self.empty_if_lists_work(target).await,
            Err(reason) => Ok(LookUpOutcome::Unknown(reason)),
        }
    }

    async fn absent_if_found(&self, target: &Target, witness: &Identity) -> Result<Witnessed, Stopped> {
        Ok(match self.list(target, witness).await? {
            Listed::Matches(found) if found.is_empty() => Witnessed::NotFound,
            Listed::Matches(_) => {
                self.was_shown(target, witness);
                Witnessed::Found
            }
            Listed::Unknown(reason) => Witnessed::Unknown(reason),
        })
    }

    /// Whether somebody was created at `target` in this run.
    fn must_be_there(&self, target: &Target) -> bool {
        matches!(lock(&self.known_there).get(target), Some(Witness::OfThisRun(_)))
    }

    /// Whoever was created in an earlier run and is not found was deleted by hand since: somebody else is to be asked for.
    /// False where it was created in this run: then the list is behind.
    fn dismiss(&self, target: &Target) -> bool {
        if self.must_be_there(target) {
            return false;
        }
        lock(&self.known_there).insert(target.clone(), Witness::Nobody);
        true
    }

    /// Somebody who was created at `target`, by this run or an earlier one.
    async fn known_at(&self, target: &Target) -> Option<Identity> {
        if let Some(known) = lock(&self.known_there).get(target) {
            return known.identity().cloned();
        }
        let (earlier, asked) = (Arc::clone(&self.earlier), target.clone());
        let _busy = self.line.clock().busy();
        let found = tokio::task::spawn_blocking(move || earlier(&asked)).await.ok().flatten();
        let found = found.map_or(Witness::Nobody, Witness::OfEarlierRun);
        lock(&self.known_there).entry(target.clone()).or_insert(found).identity().cloned()
    }

    /// Somebody whom the target's whole list shows; `Ok(None)` where it shows that there is nobody.
    async fn somebody(&self, target: &Target) -> Result<Result<Option<Identity>, Reason>, Stopped> {
        let page = match self.page(target, None, PageAt::new(ListOf::Everybody, 1)).await? {
            Ok(page) => page,
            Err(NoPage { reason, .. }) => return Ok(Err(reason)),
        };
        if page.leads.is_empty() && page.next.is_none() {
            return Ok(Ok(None));
        }
        let here = |lead: &&RemoteLead| {
            self.platform.identity_of(lead).is_some_and(|it| self.platform.matches(target, &it, lead) == Match::Yes)
        };
        let witness = page.leads.iter().rev().find(here).and_then(|lead| self.platform.identity_of(lead));
        let message = "the platform's list shows nobody who could be looked up to see whether look-ups work";
        Ok(witness.map(Some).ok_or_else(|| Reason::new("look_up_unproven", message)))
    }

    /// An empty list says the same whether nobody is there or lists do not work: it counts where a lead of another campaign
    /// is found in the list of its own. For this look-up only: leads may be created meanwhile.
    async fn empty_if_lists_work(&self, target: &Target) -> Result<LookUpOutcome, Stopped> {
        let Some(request) = self.platform.list_account() else { return Ok(no_witness()) };
        let page = match self.asked_page(&request, PageAt::new(ListOf::Everybody, 1)).await? {
            Ok(page) => page,
            Err(NoPage { reason, .. }) => return Ok(LookUpOutcome::Unknown(reason)),
        };
        let elsewhere = page.leads.iter().find_map(|lead| {
            let place = lead.campaign.clone().filter(|place| *place != target.place)?;
            Some((Target { place, ..target.clone() }, self.platform.identity_of(lead)?))
        });
        let Some((elsewhere, witness)) = elsewhere else { return Ok(no_witness()) };
        Ok(match self.list(&elsewhere, &witness).await? {
            Listed::Matches(found) if !found.is_empty() => LookUpOutcome::Absent,
            Listed::Matches(_) => no_witness(),
            Listed::Unknown(reason) => LookUpOutcome::Unknown(reason),
        })
    }

    /// All pages of the list that the platform's filter gives, reduced to exact matches. A list that shows others as well
    /// and does not say where it ends is asked for page after page, until one is empty.
    async fn list(&self, target: &Target, identity: &Identity) -> Result<Listed, Stopped> {
        let (mut matches, mut shown, mut end) = (Vec::new(), HashSet::new(), End::default());
        let mut cursor = None;
        for number in 1..=MAX_PAGES {
            let at = PageAt { of: ListOf::One, number, cursor: cursor.as_deref() };
            let page = match self.page(target, Some(identity), at).await? {
                Ok(page) => page,
                Err(none) if end.may_be_after(&none) => return Ok(Listed::of(matches, end.doubt())),
                Err(NoPage { reason, .. }) => return Ok(Listed::Unknown(reason)),
            };
            let leaf = Leaf::of(&page);
            cursor = page.cursor;
            let (mut fresh, mut rest) = (0, Rest::IsNoMatter);
            for lead in page.leads {
                if !shown.insert(Fingerprint::of(lead.id.as_bytes())) {
                    if end.is_said() {
                        continue;
                    }
                    return Ok(Listed::of(matches, Some(repeats_itself())));
                }
                fresh += 1;
                match self.is_it(target, identity, &lead).await {
                    Ok(Match::Yes) => matches.push(lead),
                    Ok(Match::No) => rest = Rest::Matters,
                    Ok(Match::Unclear) => return Ok(Listed::Unknown(unclear_campaign())),
                    Err(reason) => return Ok(Listed::Unknown(reason)),
                }
            }
            if !end.goes_on(leaf, fresh, rest) {
                return Ok(Listed::of(matches, end.doubt()));
            }
        }
        let message = format!("the platform's list has more than {MAX_PAGES} pages");
        Ok(Listed::Unknown(Reason::new("look_up_too_long", message)))
    }

    /// Whether `lead` is the one that is looked for. An error where it may be a secondary contact.
    async fn is_it(&self, target: &Target, identity: &Identity, lead: &RemoteLead) -> Result<Match, Reason> {
        let (Match::Yes, Identity::Phone(number)) = (self.platform.matches(target, identity, lead), identity) else {
            return Ok(self.platform.matches(target, identity, lead));
        };
        let reading = self.earlier_secondaries.get_or_init(|| async {
            let read = Arc::clone(&self.read_secondaries);
            let _busy = self.line.clock().busy();
            let earlier = tokio::task::spawn_blocking(move || read()).await.unwrap_or_default();
            let mut known = lock(&self.secondaries);
            for contacts in &earlier {
                known.add(contacts);
            }
        });
        reading.await;
        match lock(&self.secondaries).judge(target, *number, lead) {
            Entry::Lead => Ok(Match::Yes),
            Entry::SecondaryContact => Ok(Match::No),
            Entry::Either => Err(perhaps_secondary()),
        }
    }

    /// A page of the list that the platform's filter gives for `identity`, or of the target's whole list.
    pub(super) async fn page(
        &self,
        target: &Target,
        identity: Option<&Identity>,
        at: PageAt<'_>,
    ) -> Result<Result<Page, NoPage>, Stopped> {
        let needed = if at.of == ListOf::One { Ability::LookUp } else { Ability::List };
        if !self.platform.can(needed) {
            return Ok(Err(if at.of == ListOf::One { no_look_ups() } else { no_list() }.into()));
        }
        self.asked_page(&self.platform.look_up(target, identity, at), at).await
    }

    async fn asked_page(&self, request: &ApiRequest, at: PageAt<'_>) -> Result<Result<Page, NoPage>, Stopped> {
        ask_page(self.platform.as_ref(), &self.line, self.observer.as_ref(), request, at).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unproven(message: &str) -> LookUpOutcome {
    LookUpOutcome::Unknown(Reason::new("look_up_unproven", message))
}

fn no_witness() -> LookUpOutcome {
    unproven("the platform's list is empty, and nobody is known to be there who would show that it works")
}

pub(super) fn unclear_campaign() -> Reason {
    Reason::new("look_up_unclear", "the platform's list shows the number but not in which campaign")
}

/// The platform cannot be asked for one lead.
fn no_look_ups() -> Reason {
    Reason::new("look_up_missing", "the platform file describes no look-up, so nobody can tell whether it is there")
}

/// The platform cannot be asked for everybody.
pub(super) fn no_list() -> Reason {
    Reason::new("look_up_missing", "the platform file describes no list of all leads")
}

fn perhaps_secondary() -> Reason {
    let message = "the platform's list shows the number, but it may be the secondary contact of another lead";
    Reason::new("look_up_ambiguous", message)
}

pub(super) fn repeats_itself() -> Reason {
    let message = "the platform's list ignores what is asked for and shows the same leads on every page";
    Reason::new("look_up_unproven", message)
}
