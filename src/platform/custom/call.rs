//! A described request: its method, its path with the query, and its body.

use super::super::{ApiRequest, Method, Purpose, percent_encoded};
use super::pointer::Pointer;
use super::section::{Entry, Result, Section, suggestion};
use super::template::{Allowed, Filling, Slot, Template, Tree};

const METHODS: [(&str, Method); 5] = [
    ("GET", Method::Get),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("PATCH", Method::Patch),
    ("DELETE", Method::Delete),
];

/// What the places of a request may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holds {
    pub(super) path: Allowed,
    pub(super) query: Allowed,
    /// `None`: it has no body.
    pub(super) body: Option<Allowed>,
}

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    purpose: Purpose,
    method: Method,
    pub(super) path: Template,
    query: Vec<(String, Template)>,
    pub(super) body: Option<Tree>,
}

impl Call {
    /// Reads `method` (of these; the first one where none is named), `path`, `query` and `body`.
    pub(super) fn read(section: &Section<'_>, purpose: Purpose, methods: &[&str], holds: Holds) -> Result<Self> {
        let method = section.read("method", |entry| {
            let name = entry.text()?;
            let known = methods.iter().find(|known| **known == name);
            known.copied().ok_or_else(|| entry.error(suggestion(name, methods)))
        })?;
        let method = method.or_else(|| methods.first().copied()).unwrap_or("GET");
        let method = METHODS.iter().find(|(name, _)| *name == method).map_or(Method::Get, |(_, method)| *method);
        let query = section.read("query", |entry| {
            let member = |(name, value): (&str, Entry<'_>)| Ok((name.to_owned(), Template::read(&value, holds.query)?));
            entry.members()?.into_iter().map(member).collect::<Result<Vec<_>>>()
        })?;
        let body = match holds.body {
            Some(allowed) => section.read("body", |entry| Tree::read(entry, allowed))?,
            None => None,
        };
        if let (Some(_), Method::Get) = (&body, method) {
            return Err(section.error("a GET has no \"body\": put it into \"query\", or set \"method\""));
        }
        let path = path(&section.need("path")?, holds.path)?;
        Ok(Self { purpose, method, path, query: query.unwrap_or_default(), body })
    }

    pub(super) fn request(&self, filling: &Filling<'_>) -> ApiRequest {
        let body = self.body.as_ref().and_then(|body| body.json(filling));
        self.request_with(filling, body)
    }

    /// The same with a body that is made already.
    pub(super) fn request_with(&self, filling: &Filling<'_>, body: Option<String>) -> ApiRequest {
        let mut path = self.path.path(filling);
        let mut mark = if path.contains('?') { '&' } else { '?' };
        for (name, value) in &self.query {
            // A cursor that there is none of yet is left out.
            let Some(value) = value.text(filling) else { continue };
            path.push(std::mem::replace(&mut mark, '&'));
            path.push_str(&percent_encoded(name));
            path.push('=');
            path.push_str(&percent_encoded(&value));
        }
        ApiRequest { purpose: self.purpose, method: self.method, path, body }
    }

    /// `POST /campaigns/{campaign}/people`
    pub(super) fn describe(&self) -> String {
        let name = METHODS.iter().find(|(_, method)| *method == self.method).map_or("", |(name, _)| name);
        format!("{name} {}", self.path.written())
    }

    pub(super) fn slots(&self) -> Vec<&Slot> {
        let query = self.query.iter().flat_map(|(_, template)| template.slots());
        let body = self.body.iter().flat_map(Tree::slots);
        self.path.slots().chain(query).chain(body).collect()
    }
}

/// A path behind the base URL.
fn path(entry: &Entry<'_>, allowed: Allowed) -> Result<Template> {
    let text = entry.text()?;
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '\\' | '"' | '<' | '>');
    let leaves = text.split(['/', '?']).any(|part| part == ".." || part == ".");
    if !text.starts_with('/') || text.starts_with("//") || !text.chars().all(is_plain) || leaves {
        return Err(entry.error(format!("{text:?} is not a path behind base_url; write it like /v3/contacts")));
    }
    Template::read(entry, allowed)
}

/// How a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pages {
    /// There is one page, and nothing says whether it is all.
    One,
    /// By a number; `last` is where the number of the last page stands.
    Number { last: Option<Pointer> },
    /// By how many stand before; `total` is where the number of all stands.
    Offset { total: Option<Pointer> },
    /// By a text of the page before, which stands at `next`.
    Cursor { next: Pointer },
}

/// How many leads a page may have.
const MOST_ON_A_PAGE: u64 = 10_000;

/// A described list of leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) call: Call,
    /// Where the list stands in the answer.
    pub(super) leads: Pointer,
    pub(super) pages: Pages,
    /// 0 where it is not said.
    pub(super) page_size: u32,
}

impl Listing {
    pub(super) fn read(section: Section<'_>, slots: Allowed) -> Result<Self> {
        let holds = Holds { path: Allowed::LIST_PATH, query: slots, body: Some(slots) };
        let call = Call::read(&section, Purpose::Question, &["GET", "POST"], holds)?;
        let size = section.get("page_size");
        let page_size = match &size {
            Some(entry) => match entry.number()? {
                size @ 1..=MOST_ON_A_PAGE => u32::try_from(size).unwrap_or(1),
                _ => return Err(entry.error(format!("should be a number from 1 to {MOST_ON_A_PAGE}"))),
            },
            None => 0,
        };
        let pages = Self::pages(&section)?;
        let listing = Self { call, leads: Pointer::read(&section.need("leads")?)?, pages, page_size };
        listing.check(&section)?;
        section.finish()?;
        Ok(listing)
    }

    fn pages(section: &Section<'_>) -> Result<Pages> {
        const KINDS: [&str; 4] = ["one", "number", "offset", "cursor"];
        let last = section.read("last_page", Pointer::read)?;
        let total = section.read("total", Pointer::read)?;
        let next = section.read("next", Pointer::read)?;
        let kind = section.get("pages");
        let name = kind.as_ref().map_or(Ok("one"), Entry::text)?;
        if let Some(entry) = kind.as_ref().filter(|_| !KINDS.contains(&name)) {
            return Err(entry.error(suggestion(name, &KINDS)));
        }
        let meant: &[(&str, bool)] = match name {
            "number" => &[("total", total.is_some()), ("next", next.is_some())],
            "offset" => &[("last_page", last.is_some()), ("next", next.is_some())],
            "cursor" => &[("total", total.is_some()), ("last_page", last.is_some())],
            _ => &[("total", total.is_some()), ("last_page", last.is_some()), ("next", next.is_some())],
        };
        if let Some((unmeant, _)) = meant.iter().find(|(_, is_set)| *is_set) {
            return Err(section.error(format!("{unmeant:?} has no meaning with pages = {name:?}")));
        }
        Ok(match name {
            "number" => Pages::Number { last },
            "offset" => Pages::Offset { total },
            "cursor" => Pages::Cursor {
                next: next.ok_or_else(|| section.error("\"next\" is missing: where the next cursor stands"))?,
            },
            _ => Pages::One,
        })
    }

    fn check(&self, section: &Section<'_>) -> Result<()> {
        let slots = self.call.slots();
        let (needed, name) = match self.pages {
            Pages::One => return Ok(()),
            Pages::Number { .. } => (Slot::Page, "{page}"),
            Pages::Offset { .. } => (Slot::Offset, "{offset}"),
            Pages::Cursor { .. } => (Slot::Cursor, "{cursor}"),
        };
        if !slots.contains(&&needed) {
            return Err(section
                .error(format!("pages are asked for by {name}, which stands neither in \"query\" nor in \"body\"")));
        }
        if self.page_size == 0 {
            return Err(section.error("\"page_size\" is missing: how many leads a page has"));
        }
        Ok(())
    }
}
