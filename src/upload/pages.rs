//! One page of a list, asked for over the line.

use super::client::Exchange;
use super::event::Observer;
use super::line::{Line, Stopped};
use crate::lead::Reason;
use crate::platform::{ApiRequest, Page, PageAt, Pagination, Platform};

/// How often a page is asked for.
const TRIES: u32 = 3;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoPage {
    /// In words.
    pub(super) reason: Reason,
    /// The status with which the platform refused it.
    status: Option<u16>,
}

impl NoPage {
    /// Whether this is how a platform answers that has no page of that number.
    fn is_beyond_the_last(&self) -> bool {
        // 400 and 422 may as well say that nobody is shown what stands so far down.
        matches!(self.status, Some(404 | 410 | 416))
    }
}

impl From<Reason> for NoPage {
    fn from(reason: Reason) -> Self {
        Self { reason, status: None }
    }
}

/// The page that `request` asks for, or why there is none.
///
/// # Errors
/// [`Stopped`] where the run is stopped before the answer is there.
pub(super) async fn ask_page(
    platform: &dyn Platform,
    line: &Line,
    observer: &dyn Observer,
    request: &ApiRequest,
    at: PageAt<'_>,
) -> Result<Result<Page, NoPage>, Stopped> {
    let exchange = line.ask(request, TRIES, observer).await?;
    Ok(match exchange {
        Exchange::Answered(response) if (200..300).contains(&response.status) => {
            platform.read_page(at, &response.body).map_err(|error| {
                if error.is_unproven() {
                    return Reason::new("look_up_unproven", format!("the platform's list may not be whole: {error}"))
                        .into();
                }
                let advice = advice(platform, at);
                let message = format!("the platform's list cannot be read: {error}{advice}");
                Reason::new("look_up_unreadable", message).into()
            })
        }
        Exchange::Answered(response) => {
            let message = format!("the platform's list answered {}{}", response.status, advice(platform, at));
            Err(NoPage { reason: Reason::new("look_up_refused", message), status: Some(response.status) })
        }
        Exchange::Lost(error) | Exchange::NotSent(error) => {
            Err(Reason::new("look_up_failed", format!("the platform's list did not answer: {error}")).into())
        }
    })
}

/// What may be wrong with a platform file where a page behind the first one is none.
fn advice(platform: &dyn Platform, at: PageAt<'_>) -> String {
    if at.number == 1 || !platform.is_described() {
        return String::new();
    }
    let (number, before) = (at.number, at.number - 1);
    format!(
        ". That was page {number}: see to \"pages\" and what belongs to it in the platform file. Where page {before} is the last one, only an \
         empty page behind it, or 404, 410 or 416, shows that: if this platform answers otherwise, describe the list by another kind of \
         \"pages\" (offset, cursor), or leave [list] out"
    )
}

/// Whether it matters who stands behind the pages that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Matters,
    /// A filter that works shows matches only, and there they are.
    IsNoMatter,
}

/// What matters of a page for the question whether a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    next: Option<u32>,
    pagination: Pagination,
    /// How many leads it shows.
    shown: usize,
}

impl Leaf {
    pub(super) fn of(page: &Page) -> Self {
        Self { next: page.next, pagination: page.pagination, shown: page.leads.len() }
    }
}

/// What a list has said of its end, page by page. Where a platform file says where the end is told, that may be the wrong place:
/// then the page after the last one shows it, and is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct End {
    said: Said,
    /// How many pages showed somebody whom none before them did.
    fresh_pages: u32,
    /// The page that is asked for next may not be there.
    perhaps_over: bool,
    /// Its only page came a second time.
    came_again: bool,
}

/// Whether an end was said that is to be doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Said {
    /// Nothing, or nothing that is to be doubted.
    #[default]
    Nothing,
    /// The page before said that it is the last one.
    Last,
    /// It said so, and another one followed.
    Wrongly,
}

impl End {
    /// Whether the page before said that it is the last one, at a place that may be the wrong one.
    pub(super) fn is_said(self) -> bool {
        self.said == Said::Last
    }

    /// Hears a page on which so many leads are `fresh`, shown by none before it; whether another is to be asked for.
    pub(super) fn goes_on(&mut self, leaf: Leaf, fresh: usize, rest: Rest) -> bool {
        self.perhaps_over = leaf.pagination == Pagination::PerhapsMore;
        self.fresh_pages = self.fresh_pages.saturating_add(u32::from(fresh > 0));
        if self.said == Said::Last {
            if fresh == 0 {
                // A platform may show its last page to whoever asks for one behind it. Where all pages are the same, it may as
                // well take no notice of what is asked for.
                self.came_again = leaf.shown > 0 && self.fresh_pages < 2;
                return false;
            }
            self.said = Said::Wrongly;
        }
        match leaf.pagination {
            _ if leaf.next.is_some() => true,
            _ if rest == Rest::IsNoMatter => false,
            Pagination::Told => false,
            Pagination::Untold => true,
            Pagination::Described | Pagination::PerhapsMore => {
                if self.said == Said::Nothing {
                    self.said = Said::Last;
                }
                // Whatever it says of its end once it was wrong, it is read until nobody new comes.
                self.said == Said::Last || fresh > 0
            }
        }
    }

    /// Whether a page is refused since the one before, which said so, was the last.
    pub(super) fn may_be_after(self, refused: &NoPage) -> bool {
        (self.said != Said::Nothing || self.perhaps_over) && refused.is_beyond_the_last()
    }

    /// Why such a list proves nothing, where it does not.
    pub(super) fn doubt(self) -> Option<Reason> {
        let message = match self {
            Self { said: Said::Wrongly, .. } => {
                "the platform's list goes on behind the page that says that it is the last one: see to total or last_page in the \
                 platform file"
            }
            Self { came_again: true, .. } => {
                "the platform's list shows the same leads whatever page is asked for: nobody knows whether they are all. See to the name \
                 under which the page is asked for in the platform file (\"query\" or \"body\"), and to last_page or total; if both are right, \
                 another kind of \"pages\" may show where the list ends"
            }
            _ => return None,
        };
        Some(Reason::new("look_up_unproven", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pages are read of a list whose pages have so many leads, so many of them fresh, and what is said of it then.
    fn read(pages: &[(usize, usize, Option<u32>)], pagination: Pagination) -> (usize, bool) {
        let mut end = End::default();
        let read = pages.iter().take_while(|(shown, fresh, next)| {
            let leaf = Leaf { next: *next, pagination, shown: *shown };
            end.goes_on(leaf, *fresh, Rest::Matters)
        });
        (read.count() + 1, end.doubt().is_some())
    }

    #[test]
    fn an_end_that_a_description_says_is_believed_when_nobody_stands_behind_it() {
        let described = Pagination::Described;
        assert_eq!(read(&[(2, 2, Some(2)), (1, 1, None), (0, 0, None)], described), (3, false));
        assert_eq!(read(&[(0, 0, None), (0, 0, None)], described), (2, false));
        assert_eq!(read(&[(2, 2, None), (2, 2, None), (1, 1, None), (0, 0, None)], described), (4, true));
        assert_eq!(read(&[(2, 2, Some(2)), (1, 1, None)], Pagination::Told), (2, false));
    }

    #[test]
    fn a_last_page_that_comes_again_is_the_end_only_where_pages_were_seen_to_differ() {
        let described = Pagination::Described;
        assert_eq!(read(&[(2, 2, Some(2)), (1, 1, None), (1, 0, None)], described), (3, false));
        assert_eq!(read(&[(2, 2, None), (2, 0, None)], described), (2, true));
        assert_eq!(read(&[(2, 2, Some(2)), (2, 0, None), (2, 0, None)], described), (3, true));
    }

    #[test]
    fn only_a_status_that_says_there_is_no_such_page_ends_a_list() {
        let refused = |status| NoPage { reason: Reason::new("look_up_refused", ""), status: Some(status) };
        let mut end = End::default();
        let leaf = Leaf { next: None, pagination: Pagination::Described, shown: 2 };
        assert!(end.goes_on(leaf, 2, Rest::Matters));
        let ends: Vec<u16> = (400..600).filter(|status| end.may_be_after(&refused(*status))).collect();
        assert_eq!(ends, [404, 410, 416]);
        let mut end = End::default();
        assert!(end.goes_on(Leaf { next: Some(2), ..leaf }, 2, Rest::Matters));
        assert!(!end.may_be_after(&refused(404)), "another page was said to follow");
        end.goes_on(Leaf { next: Some(3), pagination: Pagination::PerhapsMore, shown: 2 }, 2, Rest::Matters);
        assert!(end.may_be_after(&refused(404)) && end.doubt().is_none());
    }

    #[test]
    fn where_the_rest_is_no_matter_nothing_is_asked_for() {
        for pagination in [Pagination::Told, Pagination::Described, Pagination::Untold] {
            let leaf = Leaf { next: None, pagination, shown: 1 };
            assert!(!End::default().goes_on(leaf, 1, Rest::IsNoMatter));
        }
    }
}
