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
    /// There is one page. That it is all nobody knows: `total`, where it stands how many there are, may be the page's own count.
    One { total: Option<Pointer> },
    /// By a number, which is `first` for the first page; `last` is where that of the last page stands.
    Number { first: u32, last: Option<Pointer> },
    /// By how many stand before; `total` is where the number of all stands. A further page begins with the last lead of the one
    /// before: so it shows that offsets count what lists show, and that nobody was left out.
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
        matches!(self.pages, Pages::One { .. })
    }

    /// The request for a page; `filling` says for whom.
    pub(super) fn request(&self, at: PageAt<'_>, filling: Filling<'_>) -> ApiRequest {
        let first = if let Pages::Number { first, .. } = self.pages { first } else { 1 };
        let (page, offset) = (u64::from(at.number - 1) + u64::from(first), self.shown(at).offset());
        let cursor = at.cursor.filter(|_| matches!(self.pages, Pages::Cursor { .. }));
        let page_size = if self.is_trial(at) { 1 } else { self.page_size };
        self.call.request(&Filling { page, page_size, offset, cursor, ..filling })
    }

    /// Whether this is no further page, but a trial of the pointer: the first page had several leads and no cursor, so a page of one
    /// lead must have one.
    fn is_trial(&self, at: PageAt<'_>) -> bool {
        matches!(self.pages, Pages::Cursor { .. }) && at.number > 1 && at.cursor.is_none()
    }

    /// What the pages before showed. Where offsets are asked for it is how many were shown, whatever the size of pages
    /// is said to be: many platforms give fewer than they are asked for, and those in between would be left out.
    fn shown<'a>(&self, at: PageAt<'a>) -> Shown<'a> {
        match (&self.pages, at.cursor) {
            (Pages::Offset { .. }, Some(cursor)) => Shown::read(cursor),
            _ => Shown { number: u64::from(at.number - 1) * u64::from(self.page_size), last: None },
        }
    }

    /// A page of these leads, and whether another follows. What the answer should say of that and does not, is not taken
    /// for the end.
    pub(super) fn page(
        &self,
        at: PageAt<'_>,
        mut leads: Vec<RemoteLead>,
        answer: &Json<'_>,
    ) -> std::result::Result<Page, Unreadable> {
        if let (Pages::Cursor { next }, true) = (&self.pages, self.is_trial(at)) {
            return Self::tried(next, answer);
        }
        let before = self.shown(at);
        let next_overlap = Shown::overlap(&leads);
        before.take_overlap(&mut leads)?;
        let shown = before.number + leads.len() as u64;
        let cursor = match &self.pages {
            Pages::One { .. } | Pages::Number { .. } => None,
            Pages::Offset { .. } => Some(Shown::written(shown, next_overlap.as_deref())),
            Pages::Cursor { next } => next.find(answer).and_then(text_of),
        };
        let (more, pagination) = match &self.pages {
            Pages::Cursor { next } => {
                let is_told = cursor.is_some() || self.ends_without_cursor(at, next, answer, leads.len());
                (cursor.is_some(), if is_told { Pagination::Told } else { Pagination::Untold })
            }
            _ => self.end(at, shown, answer)?,
        };
        if more && leads.is_empty() {
            return Err(Unreadable::Missing("leads on this page, and says that there are more"));
        }
        Ok(Page { leads, next: at.number.checked_add(1).filter(|_| more), cursor, pagination })
    }

    /// What an answer says by a number of the end of its list, once so many leads were `shown`.
    fn end(
        &self,
        at: PageAt<'_>,
        shown: u64,
        answer: &Json<'_>,
    ) -> std::result::Result<(bool, Pagination), Unreadable> {
        let number = |pointer: &Option<Pointer>| text_of(pointer.as_ref()?.find(answer)?)?.parse::<u64>().ok();
        let described = |more: Option<bool>| match more {
            Some(more) => (more, Pagination::Described),
            None => (false, Pagination::Untold),
        };
        Ok(match &self.pages {
            Pages::One { .. } if at.number > 1 => return Err(Unreadable::OnePage),
            Pages::One { total } => match number(total) {
                Some(total) if total > shown => return Err(Unreadable::CutOff { shown, total }),
                _ => (false, Pagination::Untold),
            },
            Pages::Number { first, last } => {
                let (page, last) = (u64::from(at.number - 1) + u64::from(*first), number(last));
                // What is 3 there, with pages 0 to 2, is how many there are.
                let may_be_last = *first == 0 && last == Some(page + 1);
                let (more, told) = described(last.map(|last| page < last));
                (more, if may_be_last { Pagination::PerhapsMore } else { told })
            }
            Pages::Offset { total } => described(number(total).map(|total| shown < total)),
            Pages::Cursor { .. } => (false, Pagination::Untold),
        })
    }

    /// Whether a page of so many leads that shows no cursor is the last one. Where a cursor led to it, it is. On the first page the
    /// pointer may be a wrong one: then a trial tells, if the size of pages can be asked for, and else only an empty value in its place.
    fn ends_without_cursor(&self, at: PageAt<'_>, next: &Pointer, answer: &Json<'_>, leads: usize) -> bool {
        let is_empty = |value: &Json<'_>| matches!(value, Json::Null) || value.as_str() == Some("");
        // Nobody who is asked for several gives one and keeps others.
        at.cursor.is_some()
            || leads == 0
            || leads == 1 && self.page_size > 1
            || !self.call.slots().contains(&&Slot::PageSize) && next.find(answer).is_some_and(is_empty)
    }

    /// What the answer to a trial of the pointer says: the first page was all, or nobody knows.
    fn tried(next: &Pointer, answer: &Json<'_>) -> std::result::Result<Page, Unreadable> {
        match next.find(answer).and_then(text_of) {
            Some(_) => Ok(Page { leads: Vec::new(), next: None, cursor: None, pagination: Pagination::Told }),
            None => Err(Unreadable::NoCursor { pointer: next.as_str().to_owned() }),
        }
    }
}

/// What earlier pages of a list by offsets showed: kept in the cursor, as `4` or `4 ID`.
struct Shown<'a> {
    number: u64,
    /// The id with which the next page begins again.
    last: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn read(cursor: &'a str) -> Self {
        let (number, last) = cursor.split_once(' ').map_or((cursor, None), |(number, last)| (number, Some(last)));
        Self { number: number.parse().unwrap_or(0), last }
    }

    fn written(number: u64, last: Option<&str>) -> String {
        last.map_or_else(|| number.to_string(), |last| format!("{number} {last}"))
    }

    /// The id with which the page behind these leads is to begin. Where pages hold a single one, nobody would come any further.
    fn overlap(leads: &[RemoteLead]) -> Option<String> {
        if let [_, .., last] = leads { Some(last.id.clone()) } else { None }
    }

    fn offset(&self) -> u64 {
        self.number.saturating_sub(u64::from(self.last.is_some()))
    }

    /// Takes out the one that was shown before. Leads that others created meanwhile may stand above it.
    fn take_overlap(&self, leads: &mut Vec<RemoteLead>) -> std::result::Result<(), Unreadable> {
        let Some(last) = self.last else { return Ok(()) };
        let index = leads.iter().position(|lead| lead.id == last);
        let index = index.ok_or_else(|| Unreadable::Gap { id: last.to_owned() })?;
        leads.remove(index);
        Ok(())
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
