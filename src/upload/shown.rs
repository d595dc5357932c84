//! What a platform shows, without the question whether look-ups prove anything: for those who know the ids they look for.

use std::collections::HashSet;

use super::doubt::{LookUp, MAX_PAGES, repeats_itself};
use super::line::Stopped;
use crate::lead::{Fingerprint, Identity, Reason};
use crate::platform::{ListOf, Match, PageAt, Pagination, RemoteLead};
use crate::target::Target;

impl LookUp {
    /// Hands each lead of the list to `each`: of those that the platform's filter gives for `identity`, or of the whole
    /// target. The inner error says why the list could not be read to its end.
    ///
    /// # Errors
    /// [`Stopped`] where the run is stopped before the list is read.
    pub async fn show(
        &self,
        target: &Target,
        identity: Option<&Identity>,
        mut each: impl FnMut(RemoteLead),
    ) -> Result<Result<(), Reason>, Stopped> {
        let mut shown = HashSet::new();
        let of = if identity.is_some() { ListOf::One } else { ListOf::Everybody };
        let mut cursor = None;
        for number in 1..=MAX_PAGES {
            let at = PageAt { of, number, cursor: cursor.as_deref() };
            let page = match self.page(target, identity, at).await? {
                Ok(page) => page,
                Err(reason) => return Ok(Err(reason)),
            };
            cursor = page.cursor;
            let mut worth_more = false;
            for lead in page.leads {
                if !shown.insert(Fingerprint::of(lead.id.as_bytes())) {
                    return Ok(Err(repeats_itself()));
                }
                // A filter that works shows matches only, and few of them.
                worth_more |= identity.is_none_or(|it| self.platform.matches(target, it, &lead) != Match::Yes);
                each(lead);
            }
            let may_go_on = page.pagination == Pagination::Untold && worth_more;
            if page.next.is_none() && !may_go_on {
                return Ok(Ok(()));
            }
        }
        let message = format!("the platform's list has more than {MAX_PAGES} pages");
        Ok(Err(Reason::new("look_up_too_long", message)))
    }
}
