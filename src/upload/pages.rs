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
        matches!(self.status, Some(400 | 404 | 410 | 416 | 422))
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
                Reason::new("look_up_unreadable", format!("the platform's list cannot be read: {error}")).into()
            })
        }
        Exchange::Answered(response) => {
            let message = format!("the platform's list answered {}", response.status);
            Err(NoPage { reason: Reason::new("look_up_refused", message), status: Some(response.status) })
        }
        Exchange::Lost(error) | Exchange::NotSent(error) => {
            Err(Reason::new("look_up_failed", format!("the platform's list did not answer: {error}")).into())
        }
    })
}

/// Whether it matters who stands behind the pages that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Matters,
    /// A filter that works shows matches only, and there they are.
    IsNoMatter,
}

/// What a list has said of its end, page by page. Where a platform file says where the end is told, that may be the wrong place:
/// then the page after the last one shows it, and is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum End {
    /// Nothing, or nothing that is to be doubted.
    #[default]
    NotSaid,
    /// The page before said that it is the last one.
    Said,
    /// It said so, and another one followed.
    SaidWrongly,
}

impl End {
    /// Hears a page on which so many leads are `fresh`, shown by none before it; whether another is to be asked for.
    pub(super) fn goes_on(&mut self, next: Option<u32>, pagination: Pagination, fresh: usize, rest: Rest) -> bool {
        if *self == Self::Said {
            if fresh == 0 {
                return false;
            }
            *self = Self::SaidWrongly;
        }
        match pagination {
            _ if next.is_some() => true,
            _ if rest == Rest::IsNoMatter => false,
            Pagination::Told => false,
            Pagination::Untold => true,
            Pagination::Described => {
                if *self == Self::NotSaid {
                    *self = Self::Said;
                }
                // Whatever it says of its end once it was wrong, it is read until nobody new comes.
                *self == Self::Said || fresh > 0
            }
        }
    }

    /// Whether a page is refused since the one before, which said so, was the last.
    pub(super) fn may_be_after(self, refused: &NoPage) -> bool {
        self != Self::NotSaid && refused.is_beyond_the_last()
    }

    /// Why such a list proves nothing, where it does not.
    pub(super) fn doubt(self) -> Option<Reason> {
        let message = "the platform's list goes on behind the page that says that it is the last one: see to total or last_page \
                       in the platform file";
        (self == Self::SaidWrongly).then(|| Reason::new("look_up_unproven", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pages are read of a list whose pages have so many fresh leads, and what is said of it then.
    fn read(pages: &[(usize, Option<u32>)], pagination: Pagination) -> (usize, bool) {
        let mut end = End::default();
        let read =
            pages.iter().take_while(|(fresh, next)| end.goes_on(*next, pagination, *fresh, Rest::Matters)).count();
        (read + 1, end.doubt().is_some())
    }

    #[test]
    fn an_end_that_a_description_says_is_believed_when_nobody_stands_behind_it() {
        let described = Pagination::Described;
        assert_eq!(read(&[(2, Some(2)), (1, None), (0, None)], described), (3, false));
        assert_eq!(read(&[(0, None), (0, None)], described), (2, false));
        assert_eq!(read(&[(2, None), (2, None), (1, None), (0, None)], described), (4, true));
        assert_eq!(read(&[(2, Some(2)), (1, None)], Pagination::Told), (2, false));
    }

    #[test]
    fn where_the_rest_is_no_matter_nothing_is_asked_for() {
        for pagination in [Pagination::Told, Pagination::Described, Pagination::Untold] {
            assert!(!End::default().goes_on(None, pagination, 1, Rest::IsNoMatter));
        }
    }
}
