//! A platform file becomes a [`Custom`], or is refused whole, before anything is sent.

use toml::de::DeTable;

use super::super::{Access, BaseUrl, Purpose, Words, platform_named};
use super::call::{Call, Holds};
use super::condition::Conditions;
use super::edit::{Edit, EditIs};
use super::listing::Listing;
use super::pointer::Pointer;
use super::rules::{Meaning, Rule};
use super::section::{DescriptionError, Entry, Result, Section, Source};
use super::shape::Shape;
use super::template::{Allowed, Slot, Tree};
use super::{Creating, Custom, Limit, agree};
use crate::target::CustomName;

/// Names that mean something else.
const TAKEN: [&str; 3] = ["custom", "sandbox", "unnamed"];

/// Headers that the program makes, or that would change what a request is.
const OURS: [&str; 7] =
    ["host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "proxy-authorization"];

impl Custom {
    /// Reads a description: all of `text`, or the table at the keys `within` of it. `file` is its name in messages.
    ///
    /// # Errors
    /// It is no TOML, holds what means nothing, or describes what could not be relied on: with file, line and key.
    pub fn parse(file: &str, text: &str, within: &[&str]) -> std::result::Result<Self, DescriptionError> {
        let source = Source { file, text };
        let parsed = DeTable::parse(text).map_err(|error| {
            source.error(&error.span().unwrap_or_default(), "", format!("not valid TOML: {}", error.message()))
        })?;
        let mut section = Section::new(&source, "", parsed.get_ref(), parsed.span());
        for key in within {
            section = section.inner(key)?;
        }
        read(section)
    }
}

fn read(section: Section<'_>) -> Result<Custom> {
    let name = name(&section.need("name")?)?;
    let base_url = section.need("base_url")?;
    let base = BaseUrl::parse(base_url.text()?, "").map_err(|error| base_url.error(error.to_string()))?;
    let message = section.read("message", Pointer::read)?;
    let access_headers = section.section("headers")?;
    let token = section.section("token")?;
    let (access, token_test, token_is_good) = access(&section, token, access_headers.as_ref())?;
    let creating = creating(section.need_section("create")?, message.as_ref())?;
    let body = creating.call.body.as_ref();
    let listing = |name: &'static str, slots: Allowed| {
        section.section(name)?.map(|section| Listing::read(section, slots)).transpose()
    };
    let edit = |name: &'static str, is: EditIs| {
        section.section(name)?.map(|section| Edit::read(section, message.as_ref(), is, body)).transpose()
    };
    let (look_up, list) = (listing("look_up", Allowed::LOOK_UP)?, listing("list", Allowed::LIST)?);
    let (update, delete) = (edit("update", EditIs::Update)?, edit("delete", EditIs::Delete)?);
    let shape = section.section("lead")?.map(|lead| Shape::read(lead, body)).transpose()?;
    let custom = Custom {
        name,
        base_url: base,
        access,
        token_test,
        token_is_good,
        creating,
        look_up,
        list,
        update,
        delete,
        shape: shape.unwrap_or_default(),
        limits: limits(section.section("limits")?)?,
        calls_at_once: section.read("calls_at_once", Entry::yes)?.unwrap_or(true),
        words: Words::default(),
    };
    section.refuse_unknown()?;
    agree::check(&custom, &section)?;
    section.finish()?;
    Ok(custom)
}

fn name(entry: &Entry<'_>) -> Result<CustomName> {
    let text = entry.text()?;
    if TAKEN.contains(&text) || platform_named(text).is_some() {
        return Err(entry.error(format!("{text:?} is a name that means something else already; choose another")));
    }
    CustomName::new(text).ok_or_else(|| {
        entry.error(format!(
            "{text:?} should be up to 32 of a-z, 0-9 and -, beginning with a letter: it is part of who a lead is"
        ))
    })
}

fn access(
    whole: &Section<'_>,
    token: Option<Section<'_>>,
    headers: Option<&Section<'_>>,
) -> Result<(Access, Call, Option<Conditions>)> {
    let Some(token) = token else {
        return Err(
            whole.error("[token.test] is missing: a request that succeeds only with a good token, and changes nothing")
        );
    };
    let mut access = Access::default();
    if let Some(header) = token.get("header") {
        header_name(&header, header.text()?)?;
        header.text()?.clone_into(&mut access.header);
        // Another header has the token alone.
        access.prefix = String::new();
    }
    if let Some(prefix) = token.get("prefix") {
        header_value(&prefix)?.clone_into(&mut access.prefix);
    }
    let test = token.need_section("test")?;
    let holds = Holds { path: Allowed::NONE, query: Allowed::NONE, body: Some(Allowed::NONE) };
    let call = Call::read(&test, Purpose::Question, &["GET", "POST"], holds)?;
    let is_good = Conditions::read(&test)?;
    test.finish()?;
    token.finish()?;
    for (name, value) in headers.into_iter().flat_map(Section::members) {
        header_name(&value, name)?;
        if name.eq_ignore_ascii_case(&access.header) {
            return Err(value.error("is the header of the token: that is set under [token]"));
        }
        access.further.push((name.to_owned(), header_value(&value)?.to_owned()));
    }
    Ok((access, call, is_good))
}

fn header_name(entry: &Entry<'_>, name: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_plain) {
        return Err(entry.error(format!("{name:?} is no name of a header")));
    }
    if OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name)) {
        return Err(entry.error(format!("the header {name} is made by the program")));
    }
    Ok(())
}

fn header_value<'a>(entry: &Entry<'a>) -> Result<&'a str> {
    let text = entry.text()?;
    if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Ok(text);
    }
    Err(entry.error(format!("{text:?} cannot stand in a header")))
}

fn creating(section: Section<'_>, message: Option<&Pointer>) -> Result<Creating> {
    let holds = Holds { path: Allowed::CREATE_PATH, query: Allowed::CREATE_PATH, body: Some(Allowed::CREATE_BODY) };
    let call = Call::read(&section, Purpose::Change, &["POST", "PUT"], holds)?;
    let secondary = section.read("secondary", |entry| Tree::read(entry, Allowed::SECONDARY))?;
    let Some(body) = &call.body else { return Err(section.error("\"body\" is missing: what a lead is made of")) };
    let slots = body.slots();
    let has = |slot: &Slot| slots.contains(&slot);
    if !has(&Slot::Phone) && !has(&Slot::PhoneDigits) {
        return Err(section.error("\"body\" has no {phone}: nobody could be called"));
    }
    if has(&Slot::Secondaries) != secondary.is_some() {
        return Err(section.error(
            "\"{secondaries}\" in \"body\" says where secondary contacts stand, [create.secondary] how one is written: both, or none",
        ));
    }
    let rules = rules(&section.need("answers")?, message)?;
    section.finish()?;
    Ok(Creating { call, rules, secondary })
}

fn rules(answers: &Entry<'_>, message: Option<&Pointer>) -> Result<Vec<Rule>> {
    let mut rules: Vec<Rule> = Vec::new();
    for item in answers.items()? {
        let rule = Rule::read(item.section()?, message)?;
        let taken = |earlier: &Rule| rule.taken_by(earlier);
        if let Some((before, status)) = (1..).zip(&rules).find_map(|(n, earlier)| Some((n, taken(earlier)?))) {
            return Err(item.error(format!(
                "an answer with {status} is taken for answers[{before}] before this one is asked: put this one above it, or say \
                 there by \"when\" what tells them apart"
            )));
        }
        rules.push(rule);
    }
    if !rules.iter().any(|rule| rule.means == Meaning::Created) {
        return Err(answers.error("none of them means \"created\""));
    }
    Ok(rules)
}

/// Settings that hold where nobody sets others.
fn limits(section: Option<Section<'_>>) -> Result<Vec<Limit>> {
    let Some(section) = section else { return Ok(Vec::new()) };
    let mut limits = Vec::new();
    for setting in ["rate", "concurrency", "settle", "timeout"] {
        let limit = section.read(setting, |entry| {
            let values = match setting {
                "rate" if entry.text().is_err() => {
                    entry.items()?.iter().map(|item| item.text().map(str::to_owned)).collect::<Result<_>>()?
                }
                "concurrency" => vec![entry.number()?.to_string()],
                _ => vec![entry.text()?.to_owned()],
            };
            Ok(Limit { setting, values, line: entry.line() })
        })?;
        limits.extend(limit);
    }
    section.finish()?;
    Ok(limits)
}
