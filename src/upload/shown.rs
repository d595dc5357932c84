//! What a platform shows, without the question whether look-ups prove anything: for those who know the ids they look for.

use std::collections::HashSet;

use super::doubt::{LookUp, MAX_PAGES, repeats_itself};
use super::line::Stopped;
use super::pages::{End, Leaf, NoPage, Rest};
use crate::lead::{Fingerprint, Identity, Reason};
use crate::platform::{ListOf, Match, PageAt, RemoteLead};
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
        let (mut shown, mut end) = (HashSet::new(), End::default());
        let of = if identity.is_some() { ListOf::One } else { ListOf::Everybody };
        let mut cursor = None;
        for number in 1..=MAX_PAGES {
            let at = PageAt { of, number, cursor: cursor.as_deref() };
            let page = match self.page(target, identity, at).await? {
                Ok(page) => page,
                Err(none) if end.may_be_after(&none) => return Ok(end.doubt().map_or(Ok(()), Err)),
                Err(NoPage { reason, .. }) => return Ok(Err(reason)),
            };
            let leaf = Leaf::of(&page);
            cursor = page.cursor;
            let (mut fresh, mut rest) = (0, Rest::IsNoMatter);
            for lead in page.leads {
                if !shown.insert(Fingerprint::of(lead.id.as_bytes())) {
                    if end.is_said() {
                        continue;
                    }
                    return Ok(Err(repeats_itself()));
                }
                fresh += 1;
                // A filter that works shows matches only, and few of them.
                if identity.is_none_or(|it| self.platform.matches(target, it, &lead) != Match::Yes) {
                    rest = Rest::Matters;
                }
                each(lead);
            }
            if !end.goes_on(leaf, fresh, rest) {
                return Ok(end.doubt().map_or(Ok(()), Err));
            }
        }
        let message = format!("the platform's list has more than {MAX_PAGES} pages");
        Ok(Err(Reason::new("look_up_too_long", message)))
    }
}
