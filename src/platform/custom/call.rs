//! A described request: its method, its path with the query, and its body.

use super::super::{ApiRequest, Method, Purpose, percent_encoded};
use super::section::{Entry, Result, Section, not_among};
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
            let known = methods.iter().find(|known| known.eq_ignore_ascii_case(name));
            known.copied().ok_or_else(|| entry.error(not_among(name, methods)))
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
        return Err(entry.error(format!(
            "{text:?} is not a path behind base_url; write it like /v3/contacts, other letters than those of English as %C3%A4"
        )));
    }
    Template::read(entry, allowed)
}
