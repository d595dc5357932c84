//! A described list of leads: how its pages are asked for, where leads stand in them, and where it ends.

use super::super::answer::{RemoteLead, Unreadable, text_of};
use super::super::{ApiRequest, Json, Page, PageAt, Pagination, Purpose};
use super::call::{Call, Holds};
use super::pointer::Pointer;
use super::section::{Entry, Result, Section, not_among};
use super::template::{Allowed, Filling, Slot};

/// How a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pages {
    /// There is one page. That it is all only `total` tells, where it stands how many there are.
    One { total: Option<Pointer> },
    /// By a number, which is `first` for the first page; `last` is where that of the last page stands.
    Number { first: u32, last: Option<Pointer> },
    /// By how many stand before; `total` is where the number of all stands.
    Offset { total: Option<Pointer> },
    /// By a text of the page before, which stands at `next`.
    Cursor { next: Pointer },
}

/// The ways in which a list goes on.
const KINDS: [&str; 4] = ["one", "number", "offset", "cursor"];

/// What belongs to which of them.
const BELONGS: [(&str, &[&str]); 4] =
    [("first_page", &["number"]), ("last_page", &["number"]), ("total", &["one", "offset"]), ("next", &["cursor"])];

/// How many leads a page may have.
const MOST_ON_A_PAGE: u64 = 10_000;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) call: Call,
    /// Where the list stands in the answer.
    pub(super) leads: Pointer,
    pages: Pages,
    /// 0 where it is not said.
    page_size: u32,
}

impl Listing {
    pub(super) fn read(section: Section<'_>, slots: Allowed) -> Result<Self> {
        let holds = Holds { path: Allowed::LIST_PATH, query: slots, body: Some(slots) };
        let call = Call::read(&section, Purpose::Question, &["GET", "POST"], holds)?;
        let page_size = section.read("page_size", |entry| match entry.number()? {
            size @ 1..=MOST_ON_A_PAGE => Ok(u32::try_from(size).unwrap_or(1)),
            _ => Err(entry.error(format!("should be a number from 1 to {MOST_ON_A_PAGE}"))),
        })?;
        let leads = Pointer::read(&section.need("leads")?)?;
        let listing = Self { call, leads, pages: Pages::read(&section)?, page_size: page_size.unwrap_or(0) };
        listing.check(&section)?;
        section.finish()?;
        Ok(listing)
    }

    fn check(&self, section: &Section<'_>) -> Result<()> {
        let slots = self.call.slots();
        let (needed, name) = match self.pages {
            Pages::One { .. } => return Ok(()),
            Pages::Number { .. } => (Slot::Page, "{page}"),
            Pages::Offset { .. } => (Slot::Offset, "{offset}"),
            Pages::Cursor { .. } => (Slot::Cursor, "{cursor}"),
        };
        if !slots.contains(&&needed) {
            return Err(section
                .error(format!("pages are asked for by {name}, which stands neither in \"query\" nor in \"body\"")));
        }
        if self.page_size == 0 {
            return Err(section.lacks("page_size"));
        }
        Ok(())
    }

    /// Whether its one page may be cut off without anybody's noticing.
    pub(super) fn may_be_cut_off(&self) -> bool {
        self.pages == Pages::One { total: None }
    }

    /// The request for a page; `filling` says for whom.
    pub(super) fn request(&self, at: PageAt<'_>, filling: Filling<'_>) -> ApiRequest {
        let first = if let Pages::Number { first, .. } = self.pages { first } else { 1 };
        let (page, offset) = (u64::from(at.number - 1) + u64::from(first), self.shown_before(at));
        let cursor = at.cursor.filter(|_| matches!(self.pages, Pages::Cursor { .. }));
        self.call.request(&Filling { page, offset, page_size: self.page_size, cursor, ..filling })
    }

    /// How many leads stand before a page. Where offsets are asked for it is how many were shown, whatever the size of pages
    /// is said to be: many platforms give fewer than they are asked for, and those in between would be left out.
    fn shown_before(&self, at: PageAt<'_>) -> u64 {
        match (&self.pages, at.cursor) {
            (Pages::Offset { .. }, Some(shown)) => shown.parse().unwrap_or(0),
            _ => u64::from(at.number - 1) * u64::from(self.page_size),
        }
    }

    /// A page of these leads, and whether another follows. What the answer should say of that and does not, is not taken
    /// for the end.
    pub(super) fn page(
        &self,
        at: PageAt<'_>,
        leads: Vec<RemoteLead>,
        answer: &Json<'_>,
    ) -> std::result::Result<Page, Unreadable> {
        let number = |pointer: &Option<Pointer>| text_of(pointer.as_ref()?.find(answer)?)?.parse::<u64>().ok();
        let shown = self.shown_before(at) + leads.len() as u64;
        let described = |more: Option<bool>| match more {
            Some(more) => (more, Pagination::Described),
            None => (false, Pagination::Untold),
        };
        let mut cursor = None;
        let (more, pagination) = match &self.pages {
            Pages::One { total } => match number(total) {
                Some(total) if total > shown => return Err(Unreadable::CutOff { shown, total }),
                total => described(total.map(|_| false)),
            },
            Pages::Number { first, last } => {
                let page = u64::from(at.number - 1) + u64::from(*first);
                described(number(last).map(|last| page < last))
            }
            Pages::Offset { total } => {
                cursor = Some(shown.to_string());
                described(number(total).map(|total| shown < total))
            }
            Pages::Cursor { next } => {
                cursor = next.find(answer).and_then(text_of);
                // Where a cursor led here, there being none any more is the end. On a full first page the pointer may be
                // wrong.
                let is_full = leads.len() as u64 >= u64::from(self.page_size);
                let is_told = cursor.is_some() || at.cursor.is_some() || !is_full;
                (cursor.is_some(), if is_told { Pagination::Told } else { Pagination::Untold })
            }
        };
        if more && leads.is_empty() {
            return Err(Unreadable::Missing("leads on this page, and says that there are more"));
        }
        Ok(Page { leads, next: at.number.checked_add(1).filter(|_| more), cursor, pagination })
    }
}

impl Pages {
    fn read(section: &Section<'_>) -> Result<Self> {
        let kind = section.get("pages");
        let name = kind.as_ref().map_or(Ok("one"), Entry::text)?;
        if let Some(entry) = kind.as_ref().filter(|_| !KINDS.contains(&name)) {
            return Err(entry.error(not_among(name, &KINDS)));
        }
        for (field, kinds) in BELONGS {
            if let Some(entry) = section.get(field).filter(|_| !kinds.contains(&name)) {
                return Err(entry.error(format!("has no meaning with pages = {name:?}")));
            }
        }
        let pointer = |name: &'static str| section.read(name, Pointer::read);
        let first = section.read("first_page", |entry| match entry.number()? {
            0 => Ok(0),
            1 => Ok(1),
            _ => Err(entry.error("should be 0 or 1: the number of the first page")),
        });
        Ok(match name {
            "number" => Self::Number { first: first?.unwrap_or(1), last: pointer("last_page")? },
            "offset" => Self::Offset { total: pointer("total")? },
            "cursor" => Self::Cursor {
                next: pointer("next")?
                    .ok_or_else(|| section.error("\"next\" is missing: where the next cursor stands"))?,
            },
            _ => Self::One { total: pointer("total")? },
        })
    }
}
