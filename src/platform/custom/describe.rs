//! A platform file becomes a [`Custom`], or is refused whole, before anything is sent.

use toml::de::DeTable;

use super::super::{Access, BaseUrl, Purpose, Words, platform_named};
use super::call::{Call, Holds, Listing};
use super::pointer::Pointer;
use super::rules::{Meaning, Rule, Statuses};
use super::section::{DescriptionError, Entry, Result, Section, Source};
use super::shape::Shape;
use super::template::{Allowed, Slot, Tree};
use super::{Creating, Custom, Edit};
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
    let (access, token_test) = access(&section, token, access_headers.as_ref())?;
    let creating = creating(section.need_section("create")?, message.as_ref())?;
    let listing = |name: &'static str, slots: Allowed| {
        section.section(name)?.map(|section| Listing::read(section, slots)).transpose()
    };
    let custom = Custom {
        name,
        base_url: base,
        access,
        token_test,
        creating,
        look_up: listing("look_up", Allowed::LOOK_UP)?,
        list: listing("list", Allowed::LIST)?,
        update: section
            .section("update")?
            .map(|section| edit(section, message.as_ref(), EditIs::Update))
            .transpose()?,
        delete: section
            .section("delete")?
            .map(|section| edit(section, message.as_ref(), EditIs::Delete))
            .transpose()?,
        shape: section.section("lead")?.map(Shape::read).transpose()?.unwrap_or_default(),
        limits: limits(section.section("limits")?)?,
        calls_at_once: section.read("calls_at_once", Entry::yes)?.unwrap_or(true),
        words: Words::default(),
    };
    check(&custom, &section)?;
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

fn access(whole: &Section<'_>, token: Option<Section<'_>>, headers: Option<&Section<'_>>) -> Result<(Access, Call)> {
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
    test.finish()?;
    token.finish()?;
    for (name, value) in headers.into_iter().flat_map(Section::members) {
        header_name(&value, name)?;
        if name.eq_ignore_ascii_case(&access.header) {
            return Err(value.error("is the header of the token: that is set under [token]"));
        }
        access.further.push((name.to_owned(), header_value(&value)?.to_owned()));
    }
    Ok((access, call))
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
    let answers = section.need("answers")?;
    let rules = answers.items()?.iter().map(|item| Rule::read(item.section()?, message)).collect::<Result<Vec<_>>>()?;
    if !rules.iter().any(|rule| rule.means == Meaning::Created) {
        return Err(answers.error("none of them means \"created\""));
    }
    section.finish()?;
    Ok(Creating { call, rules, secondary })
}

/// What an [`Edit`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EditIs {
    Update,
    Delete,
}

fn edit(section: Section<'_>, message: Option<&Pointer>, is: EditIs) -> Result<Edit> {
    let methods: &[&str] = if is == EditIs::Update { &["PATCH", "PUT", "POST"] } else { &["DELETE", "POST"] };
    let body = (is == EditIs::Delete).then_some(Allowed::ONE_LEAD);
    let holds = Holds { path: Allowed::ONE_LEAD, query: Allowed::ONE_LEAD, body };
    let call = Call::read(&section, Purpose::Change, methods, holds)?;
    if !call.slots().contains(&&Slot::Id) {
        return Err(section.error("no place has the {id} of the lead"));
    }
    let without = if is == EditIs::Update { section.get("without") } else { None };
    let without =
        without.map(|entry| entry.items()?.iter().map(Pointer::read).collect::<Result<Vec<_>>>()).transpose()?;
    let message = section.read("message", Pointer::read)?.or_else(|| message.cloned());
    let Some(message) = message else {
        return Err(section
            .error("\"message\" is missing, here or at the top: where the platform's words stand when it refuses"));
    };
    let done = section.need("done")?;
    let edit = Edit {
        call,
        without: without.unwrap_or_default(),
        done: Statuses::read(&done)?,
        gone: section.read("gone", Statuses::read)?,
        message,
    };
    if !edit.done.are_successes() {
        return Err(done.error("only a status from 200 to 299 can mean that it is done"));
    }
    if edit.gone.as_ref().is_some_and(|gone| !gone.are_refusals()) {
        return Err(section.error("\"gone\" should hold statuses from 400 to 499, such as 404"));
    }
    section.finish()?;
    Ok(edit)
}

/// Settings that hold where nobody sets others.
fn limits(section: Option<Section<'_>>) -> Result<Vec<(&'static str, Vec<String>)>> {
    let Some(section) = section else { return Ok(Vec::new()) };
    let mut limits = Vec::new();
    let rates = section.read("rate", |entry| match entry.text() {
        Ok(one) => Ok(vec![one.to_owned()]),
        Err(_) => entry.items()?.iter().map(|item| item.text().map(str::to_owned)).collect(),
    })?;
    limits.extend(rates.map(|rates| ("rate", rates)));
    let concurrency = section.read("concurrency", |entry| entry.number().map(|number| number.to_string()))?;
    limits.extend(concurrency.map(|number| ("concurrency", vec![number])));
    for name in ["settle", "timeout"] {
        let time = section.read(name, |entry| entry.text().map(str::to_owned))?;
        limits.extend(time.map(|time| (name, vec![time])));
    }
    section.finish()?;
    Ok(limits)
}

/// What only shows when all of it is read.
fn check(custom: &Custom, section: &Section<'_>) -> Result<()> {
    let Custom { look_up, list, shape, .. } = custom;
    let takes_campaigns = custom.takes_campaigns();
    if let Some(look_up) = look_up
        && !look_up.call.slots().iter().any(|slot| matches!(slot, Slot::Phone | Slot::PhoneDigits))
    {
        return Err(
            section.error("[look_up] does not ask for a number: put {phone} or {phone.digits} into its query or body")
        );
    }
    if (look_up.is_some() || list.is_some()) && (shape.id.is_none() || shape.phone.is_none()) {
        return Err(section.error("[lead] should say by \"id\" and \"phone\" where an entry of a list shows them"));
    }
    if look_up.is_none() && list.is_some() {
        return Err(
            section.error("[list] without [look_up] would help nobody: describe how one lead is found by its number")
        );
    }
    for (name, listing) in [("look_up", look_up), ("list", list)] {
        let Some(listing) = listing else { continue };
        let by_path = listing.call.path.slots().any(|slot| *slot == Slot::Campaign);
        if takes_campaigns && !by_path && shape.campaign.is_none() {
            return Err(section.error(format!(
                "[{name}] may show leads of other campaigns: say by \"campaign\" under [lead] where an entry shows its own, or put {{campaign}} into the path"
            )));
        }
    }
    let is_campaign = |slot: &&Slot| matches!(slot, Slot::Campaign | Slot::CampaignNumber);
    let lists = [look_up, list].into_iter().flatten().flat_map(|listing| listing.call.slots());
    let edits = [&custom.update, &custom.delete].into_iter().flatten().flat_map(|edit| edit.call.slots());
    if !takes_campaigns && (lists.chain(edits).any(|slot| is_campaign(&slot)) || shape.campaign.is_some()) {
        return Err(section.error(
            "leads are created without a campaign ([create] has no {campaign}), so nothing else can speak of one",
        ));
    }
    Ok(())
}
