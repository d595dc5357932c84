//! Everybody who is at a target: its whole list, read page by page.
//!
//! A list is believed only as a whole. Leads that others create meanwhile move some from one page to the next, so a page
//! may repeat what neighbours showed; but a list that goes on and shows nobody new, an empty page before the last one, a
//! page that cannot be read, or a lead whose campaign is not shown, makes all of it worth nothing.
//!
//! A list may show secondary contacts as if they were leads. Whoever stands in it as a contact of another entry is none: to
//! hold that person for a lead would be never to call them. So who could be a contact is told when the list is complete.

use std::collections::HashSet;

use super::client::Exchange;
use super::doubt::{MAX_PAGES, no_list, unclear_campaign};
use super::event::{Event, Observer};
use super::line::{Line, Stopped};
use super::pages::{End, Leaf, NoPage, Rest, ask_page};
use super::secondaries::{Entry, Secondaries, SecondaryContacts, ShowsContacts};
use crate::lead::{Fingerprint, Identity, Reason};
use crate::platform::{Ability, ListOf, Match, Page, PageAt, Pagination, Platform, RemoteContact, RemoteLead};
use crate::target::Target;

/// How many pages in a row may show nobody new: leads created meanwhile may push a whole page along.
const MOST_STALE_PAGES: u32 = 1;

/// What a whole list held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Its pages.
    pub pages: u64,
    /// The leads of the target, each once.
    pub leads: u64,
    /// Leads that show nothing by which they could be known: no number, or none that can be read.
    pub nameless: u64,
    /// Entries that are, or may be, secondary contacts of others.
    pub contacts: u64,
}

/// Reads lists over a line.
#[derive(Clone, Copy)]
pub struct Lists<'a> {
    /// Speaks the API.
    pub platform: &'a dyn Platform,
    /// To the platform.
    pub line: &'a Line,
    /// Is told of every page.
    pub observer: &'a dyn Observer,
}

impl Lists<'_> {
    /// Hands everybody who is at `target` to `take`: who it is, and the platform's id.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped meanwhile; inside, why the list cannot be believed. What was handed over until
    /// then is worth nothing.
    pub async fn whole(
        &self,
        target: &Target,
        take: &mut (dyn FnMut(&Identity, &str) + Send),
    ) -> Result<Result<Inventory, Reason>, Stopped> {
        if !self.platform.can(Ability::List) {
            return Ok(Err(no_list()));
        }
        let mut reading = Reading::default();
        let mut cursor = None;
        for number in 1..=MAX_PAGES {
            let at = PageAt { of: ListOf::Everybody, number, cursor: cursor.as_deref() };
            let request = self.platform.look_up(target, None, at);
            let page = match ask_page(self.platform, self.line, self.observer, &request, at).await? {
                Ok(page) => page,
                Err(none) if reading.end.may_be_after(&none) => {
                    return Ok(reading.whole(self.platform, target, take));
                }
                Err(NoPage { reason, .. }) => return Ok(Err(reason)),
            };
            let next = match reading.judge(number, &page) {
                Ok(next) => next,
                Err(reason) => return Ok(Err(reason)),
            };
            for lead in reading.fresh.clone().into_iter().filter_map(|index| page.leads.get(index)) {
                if let Err(reason) = reading.take(self.platform, target, lead, take) {
                    return Ok(Err(reason));
                }
            }
            cursor = page.cursor;
            let Inventory { pages, leads, .. } = reading.inventory;
            self.observer.event(Event::Listing { pages, leads });
            if next == Next::End {
                return Ok(reading.whole(self.platform, target, take));
            }
        }
        Ok(Err(Reason::new("look_up_too_long", format!("the platform's list has more than {MAX_PAGES} pages"))))
    }

    /// How many leads of `target` the first page of its list shows: one request, and nothing where that fails.
    pub async fn glance(&self, target: &Target) -> Option<usize> {
        if !self.platform.can(Ability::List) {
            return None;
        }
        let first = PageAt::new(ListOf::Everybody, 1);
        let exchange = self.line.exchange(&self.platform.look_up(target, None, first), self.observer).await.ok()?;
        let Exchange::Answered(response) = exchange else { return None };
        let is_good = (200..300).contains(&response.status);
        let page = self.platform.read_page(first, &response.body).ok().filter(|_| is_good)?;
        let here = |lead: &&RemoteLead| who(self.platform, target, lead).is_some_and(|(_, at)| at == Match::Yes);
        Some(page.leads.iter().filter(here).count())
    }
}

/// Who `lead` is, and whether it is at `target`.
fn who(platform: &dyn Platform, target: &Target, lead: &RemoteLead) -> Option<(Identity, Match)> {
    let identity = platform.identity_of(lead)?;
    let at = platform.matches(target, &identity, lead);
    Some((identity, at))
}

/// A list as far as it was read.
#[derive(Default)]
struct Reading {
    inventory: Inventory,
    shown: HashSet<Fingerprint>,
    /// Which leads of the last page no earlier one showed.
    fresh: Vec<usize>,
    stale_pages: u32,
    /// What it said of its end.
    end: End,
    /// Whether any entry, of whatever campaign, shows by what it could be known.
    shows_names: bool,
    /// The contacts of the entries so far.
    secondaries: Secondaries,
    /// Entries without contacts of their own, which may be such themselves.
    waiting: Vec<(Identity, Box<str>, ShowsContacts)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    Page,
    End,
}

impl Reading {
    /// What `page`, the `number`th, says of the list: it goes on, it is complete, or it cannot be believed.
    fn judge(&mut self, number: u32, page: &Page) -> Result<Next, Reason> {
        self.inventory.pages += 1;
        let shown = &mut self.shown;
        let mut is_new = |lead: &RemoteLead| shown.insert(Fingerprint::of(lead.id.as_bytes()));
        self.fresh = (0..).zip(&page.leads).filter(|(_, lead)| is_new(lead)).map(|(index, _)| index).collect();
        let is_stale = self.fresh.is_empty();
        let is_described = matches!(page.pagination, Pagination::Described | Pagination::PerhapsMore);
        if self.end.is_said() || is_described && !page.leads.is_empty() {
            let goes_on = self.end.goes_on(Leaf::of(page), self.fresh.len(), Rest::Matters);
            match self.end.doubt() {
                Some(doubt) => return Err(doubt),
                None if !goes_on => return Ok(Next::End),
                None => {}
            }
        }
        match (page.leads.is_empty(), page.next, page.pagination) {
            (true, Some(_), _) => Err(broken_off(number)),
            (true, None, _) | (false, None, Pagination::Told) => Ok(Next::End),
            // A list that does not say where it ends takes notice of the page that is asked for, or tells nothing.
            (false, _, Pagination::Untold) if is_stale => Err(repeated(number)),
            (false, _, _) => {
                self.stale_pages = if is_stale { self.stale_pages + 1 } else { 0 };
                if self.stale_pages > MOST_STALE_PAGES { Err(repeated(number)) } else { Ok(Next::Page) }
            }
        }
    }

    fn take(
        &mut self,
        platform: &dyn Platform,
        target: &Target,
        lead: &RemoteLead,
        take: &mut (dyn FnMut(&Identity, &str) + Send),
    ) -> Result<(), Reason> {
        let who = who(platform, target, lead);
        self.shows_names |= who.is_some();
        match who {
            None => self.inventory.nameless += 1,
            Some((_, Match::No)) => {}
            Some((_, Match::Unclear)) => return Err(unclear_campaign()),
            Some((identity, Match::Yes)) => {
                self.inventory.leads += 1;
                match ShowsContacts::of(lead) {
                    ShowsContacts::Some => {
                        self.add_contacts(platform, target, lead);
                        take(&identity, &lead.id);
                    }
                    contacts => self.waiting.push((identity, lead.id.as_str().into(), contacts)),
                }
            }
        }
        Ok(())
    }

    fn add_contacts(&mut self, platform: &dyn Platform, target: &Target, lead: &RemoteLead) {
        for RemoteContact { id, phone } in lead.secondaries.iter().flatten() {
            let alone = RemoteLead { phone: phone.clone(), is_secondary: false, ..lead.clone() };
            let Some(Identity::Phone(number)) = platform.identity_of(&alone) else { continue };
            let ids = id.iter().cloned().collect();
            self.secondaries.add(&SecondaryContacts { target: target.clone(), numbers: vec![number], ids });
        }
    }

    /// The list is complete.
    fn whole(
        mut self,
        platform: &dyn Platform,
        target: &Target,
        take: &mut (dyn FnMut(&Identity, &str) + Send),
    ) -> Result<Inventory, Reason> {
        self.tell_leads_from_contacts(target, take);
        // The number may be looked for in the wrong place.
        if platform.is_described() && self.inventory.nameless > 0 && !self.shows_names {
            let message =
                "nobody on the platform's list shows a number with its country code by which it could be known";
            return Err(Reason::new("look_up_unproven", message));
        }
        Ok(self.inventory)
    }

    /// Of those who may be contacts, hands over who is none.
    fn tell_leads_from_contacts(&mut self, target: &Target, take: &mut (dyn FnMut(&Identity, &str) + Send)) {
        for (identity, id, contacts) in std::mem::take(&mut self.waiting) {
            let entry = match identity {
                Identity::Phone(number) => self.secondaries.judge_entry(target, number, &id, contacts),
                Identity::Email(_) => Entry::Lead,
            };
            if entry == Entry::Lead {
                take(&identity, &id);
            } else {
                self.inventory.leads -= 1;
                self.inventory.contacts += 1;
            }
        }
    }
}

fn broken_off(number: u32) -> Reason {
    let message = format!("the platform's list breaks off: its page {number} is empty and says that more follow");
    Reason::new("look_up_unproven", message)
}

fn repeated(number: u32) -> Reason {
    let message = format!("the platform's list goes round: its page {number} shows only leads of earlier pages");
    Reason::new("look_up_unproven", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: Pagination = Pagination::Told;
    const UNTOLD: Pagination = Pagination::Untold;

    fn page(ids: &[u32], next: Option<u32>, pagination: Pagination) -> Page {
        let lead = |id: &u32| RemoteLead {
            id: id.to_string(),
            campaign: None,
            phone: None,
            email: None,
            variables: None,
            secondaries: None,
            status: None,
            is_secondary: false,
            created_at: None,
        };
        Page { leads: ids.iter().map(lead).collect(), next, cursor: None, pagination }
    }

    /// What a list of these pages says at its end; `None` where it wants a page more.
    fn read(pages: &[Page]) -> Option<Result<(), String>> {
        let mut reading = Reading::default();
        for (number, page) in (1..).zip(pages) {
            match reading.judge(number, page) {
                Ok(Next::Page) => {}
                Ok(Next::End) => return Some(Ok(())),
                Err(reason) => return Some(Err(reason.message)),
            }
        }
        None
    }

    #[test]
    fn a_list_that_says_where_it_ends_ends_there() {
        assert_eq!(read(&[page(&[], None, TOLD)]), Some(Ok(())));
        assert_eq!(read(&[page(&[1, 2], Some(2), TOLD)]), None);
        assert_eq!(read(&[page(&[1, 2], Some(2), TOLD), page(&[3], None, TOLD)]), Some(Ok(())));
    }

    #[test]
    fn a_list_that_does_not_is_read_until_a_page_is_empty() {
        assert_eq!(read(&[page(&[1, 2], None, UNTOLD)]), None);
        assert_eq!(read(&[page(&[1, 2], None, UNTOLD), page(&[], None, UNTOLD)]), Some(Ok(())));
        assert!(read(&[page(&[1, 2], None, UNTOLD), page(&[1, 2], None, UNTOLD)]).unwrap().is_err());
    }

    #[test]
    fn pages_may_shift_but_not_go_round() {
        let one = page(&[1, 2], Some(2), TOLD);
        let shifted = [one.clone(), page(&[2, 3], Some(3), TOLD), page(&[3], None, TOLD)];
        assert_eq!(read(&shifted), Some(Ok(())));
        let pushed_along = [one.clone(), page(&[1, 2], Some(3), TOLD), page(&[3, 4], None, TOLD)];
        assert_eq!(read(&pushed_along), Some(Ok(())));
        let round = [one.clone(), page(&[1, 2], Some(3), TOLD), page(&[1, 2], Some(4), TOLD)];
        assert!(read(&round).unwrap().unwrap_err().contains("page 3 shows only leads of earlier pages"));
    }

    #[test]
    fn an_empty_page_before_the_last_one_breaks_a_list_off() {
        let pages = [page(&[1, 2], Some(2), TOLD), page(&[], Some(3), TOLD)];
        assert!(read(&pages).unwrap().unwrap_err().contains("page 2 is empty"));
    }
}
