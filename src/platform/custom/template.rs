//! Templates: texts with places for what differs from lead to lead, and trees of them that become JSON. A value is put
//! into a text that is JSON, or part of a path, by what writes such things; it can never end one and begin another.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use toml::de::DeValue;

use super::super::percent_encoded;
use super::section::{Entry, Result, suggestion};
use crate::lead::Contact;
use crate::phone::Phone;

/// What a place in a template holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// `{phone}`: the number as `+49…`.
    Phone,
    /// `{phone.digits}`: without the plus.
    PhoneDigits,
    /// `{campaign}`: its id.
    Campaign,
    /// `{campaign.number}`: the same, as a JSON number where it is one.
    CampaignNumber,
    /// `{id}`: the platform's id of a lead.
    Id,
    /// `{page}`: the number of a list's page, from 1.
    Page,
    /// `{page_size}`: how many leads a page has.
    PageSize,
    /// `{offset}`: how many leads stand before the page.
    Offset,
    /// `{cursor}`: what the page before says of where this one begins.
    Cursor,
    /// `{variables}`: all of them, as a JSON object.
    Variables,
    /// `{variables.NAME}`, and with `?` at its end one that an input may lack.
    Variable { name: String, is_needed: bool },
    /// `{secondaries}`: the secondary contacts, as a JSON list.
    Secondaries,
}

/// The names of slots, without those of single variables.
const SLOTS: [(&str, Slot); 11] = [
    ("phone", Slot::Phone),
    ("phone.digits", Slot::PhoneDigits),
    ("campaign", Slot::Campaign),
    ("campaign.number", Slot::CampaignNumber),
    ("id", Slot::Id),
    ("page", Slot::Page),
    ("page_size", Slot::PageSize),
    ("offset", Slot::Offset),
    ("cursor", Slot::Cursor),
    ("variables", Slot::Variables),
    ("secondaries", Slot::Secondaries),
];

/// The slots that mean something in a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed(pub(super) &'static [&'static str]);

impl Allowed {
    pub(super) const NONE: Self = Self(&[]);
    pub(super) const CREATE_PATH: Self = Self(&["campaign"]);
    pub(super) const CREATE_BODY: Self =
        Self(&["phone", "phone.digits", "campaign", "campaign.number", "variables", "variables.NAME", "secondaries"]);
    pub(super) const SECONDARY: Self = Self(&["phone", "phone.digits", "variables", "variables.NAME"]);
    pub(super) const ONE_LEAD: Self = Self(&["id", "campaign"]);
    pub(super) const LIST_PATH: Self = Self(&["campaign"]);
    pub(super) const LIST: Self = Self(&["campaign", "campaign.number", "page", "page_size", "offset", "cursor"]);
    pub(super) const LOOK_UP: Self =
        Self(&["phone", "phone.digits", "campaign", "campaign.number", "page", "page_size", "offset", "cursor"]);

    fn slot(self, name: &str) -> std::result::Result<Slot, String> {
        if let Some(variable) = name.strip_prefix("variables.").filter(|name| !name.is_empty())
            && self.0.contains(&"variables.NAME")
        {
            let needed = variable.strip_suffix('?');
            let name = needed.unwrap_or(variable).to_owned();
            return Ok(Slot::Variable { name, is_needed: needed.is_none() });
        }
        let known = SLOTS.iter().find(|(known, _)| *known == name && self.0.contains(known));
        let unknown = || {
            if self.0.is_empty() {
                return format!("{{{name}}} is no field here: nothing can be put in");
            }
            format!("{{{name}}} is no field here; {}", suggestion(name, self.0))
        };
        known.map(|(_, slot)| slot.clone()).ok_or_else(unknown)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Slot),
}

/// A text with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// As it stands in the file.
    written: String,
    pieces: Vec<Piece>,
}

/// What the places of a template are filled with.
#[derive(Debug, Default)]
pub(super) struct Filling<'a> {
    pub(super) phone: Option<Phone>,
    pub(super) campaign: &'a str,
    pub(super) id: &'a str,
    pub(super) page: u64,
    pub(super) page_size: u32,
    pub(super) offset: u64,
    pub(super) cursor: Option<&'a str>,
    pub(super) variables: Variables<'a>,
    pub(super) secondaries: &'a [Contact],
    /// How a secondary contact is written.
    pub(super) secondary: Option<&'a Tree>,
}

/// The variables of a contact: names with the JSON of their values, to the byte.
pub(super) type Variables<'a> = BTreeMap<String, &'a RawValue>;

/// The variables in a JSON object.
pub(super) fn variables(object: &str) -> Variables<'_> {
    // The mapping has written it.
    serde_json::from_str(object).unwrap_or_default()
}

impl Filling<'_> {
    /// What `slot` stands for, as JSON; `None` where there is nothing.
    fn json(&self, slot: &Slot) -> Option<String> {
        match slot {
            Slot::CampaignNumber if self.campaign.parse::<u64>().is_ok_and(|id| id.to_string() == self.campaign) => {
                Some(self.campaign.to_owned())
            }
            Slot::Page | Slot::PageSize | Slot::Offset => self.text(slot),
            Slot::Variable { name, .. } => Some(self.variables.get(name)?.get().to_owned()),
            Slot::Variables => {
                let members = self.variables.iter().map(|(name, value)| (name.as_str(), value.get().to_owned()));
                Some(object(members))
            }
            Slot::Secondaries if self.secondaries.is_empty() => None,
            Slot::Secondaries => {
                let one = |contact: &Contact| {
                    let (phone, variables) = (Some(contact.phone), variables(&contact.variables));
                    self.secondary?.json(&Filling { phone, variables, ..Filling::default() })
                };
                Some(list(self.secondaries.iter().filter_map(one)))
            }
            _ => self.text(slot).map(|text| quoted(&text)),
        }
    }

    /// The same as text.
    fn text(&self, slot: &Slot) -> Option<String> {
        match slot {
            Slot::Phone => self.phone.map(|phone| phone.to_string()),
            Slot::PhoneDigits => self.phone.map(|phone| phone.digits().to_string()),
            Slot::Campaign | Slot::CampaignNumber => Some(self.campaign.to_owned()),
            Slot::Id => Some(self.id.to_owned()),
            Slot::Page => Some(self.page.to_string()),
            Slot::PageSize => Some(self.page_size.to_string()),
            Slot::Offset => Some(self.offset.to_string()),
            Slot::Cursor => self.cursor.map(str::to_owned),
            Slot::Variable { name, .. } => {
                let raw = self.variables.get(name)?.get();
                Some(serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned()))
            }
            Slot::Variables | Slot::Secondaries => self.json(slot),
        }
    }
}

impl Template {
    /// Reads a text; `{{` and `}}` are braces that stand for themselves.
    pub(super) fn parse(text: &str, allowed: Allowed) -> std::result::Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let Some((name, after)) = from.strip_prefix('{').and_then(|from| from.split_once('}')) else {
                return Err(format!("{text:?} has a brace without its other half; {{{{ and }}}} mean braces"));
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Slot(allowed.slot(name.trim())?));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        let whole_only = |piece: &Piece| matches!(piece, Piece::Slot(Slot::Variables | Slot::Secondaries));
        if pieces.len() > 1 && pieces.iter().any(whole_only) {
            return Err(format!(
                "{text:?}: {{variables}} and {{secondaries}} stand alone, nothing before or behind them"
            ));
        }
        Ok(Self { written: text.to_owned(), pieces })
    }

    pub(super) fn read(entry: &Entry<'_>, allowed: Allowed) -> Result<Self> {
        Self::parse(entry.text()?, allowed).map_err(|problem| entry.error(problem))
    }

    fn whole(&self) -> Option<&Slot> {
        if let [Piece::Slot(slot)] = self.pieces.as_slice() { Some(slot) } else { None }
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.pieces.iter().filter_map(|piece| if let Piece::Slot(slot) = piece { Some(slot) } else { None })
    }

    /// As it stands in the file.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Its text; a place with nothing to hold is empty, and a template that is such a place alone is `None`.
    pub(super) fn text(&self, filling: &Filling<'_>) -> Option<String> {
        if let Some(slot) = self.whole() {
            return filling.text(slot);
        }
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(slot) => filling.text(slot).unwrap_or_default(),
        };
        Some(self.pieces.iter().map(piece).collect())
    }

    /// The text of a path: what is put in cannot end its part.
    pub(super) fn path(&self, filling: &Filling<'_>) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(slot) => percent_encoded(&filling.text(slot).unwrap_or_default()),
        };
        self.pieces.iter().map(piece).collect()
    }

    fn json(&self, filling: &Filling<'_>) -> Option<String> {
        match self.whole() {
            Some(slot) => filling.json(slot),
            None => self.text(filling).map(|text| quoted(&text)),
        }
    }
}

/// JSON with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    /// A number, `true` or `false`.
    Raw(String),
    Text(Template),
    List(Vec<Tree>),
    /// Members by name, and whether those of all variables stand beside them.
    Object {
        members: BTreeMap<String, Tree>,
        spread: Spread,
    },
}

/// Whether the variables are members of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    Nothing,
    Variables,
}

/// The name in an object for "and all variables".
const ALL: &str = "*";

impl Tree {
    pub(super) fn read(entry: &Entry<'_>, allowed: Allowed) -> Result<Self> {
        Ok(match entry.value {
            DeValue::String(_) => Self::Text(Template::read(entry, allowed)?),
            DeValue::Boolean(yes) => Self::Raw(yes.to_string()),
            DeValue::Integer(number) => {
                let read = i128::from_str_radix(number.as_str(), number.radix());
                Self::Raw(read.map_err(|_| entry.error("this number is too long; write it as a text"))?.to_string())
            }
            DeValue::Float(number) => {
                let read = number.as_str().parse().ok().and_then(serde_json::Number::from_f64);
                Self::Raw(read.ok_or_else(|| entry.error("JSON has no such number"))?.to_string())
            }
            DeValue::Datetime(_) => return Err(entry.error("JSON has no dates: write it as a text in quotes")),
            DeValue::Array(_) => {
                Self::List(entry.items()?.iter().map(|item| Self::read(item, allowed)).collect::<Result<_>>()?)
            }
            DeValue::Table(_) => Self::object(entry, allowed)?,
        })
    }

    fn object(entry: &Entry<'_>, allowed: Allowed) -> Result<Self> {
        let (mut members, mut spread) = (BTreeMap::new(), Spread::Nothing);
        for (name, member) in entry.members()? {
            if name == ALL {
                let is_meant = member.text()? == "{variables}" && allowed.0.contains(&"variables");
                if !is_meant {
                    return Err(member.error(
                        r#"write "*" = "{variables}" for one member for each variable, in the body of create"#,
                    ));
                }
                spread = Spread::Variables;
            } else {
                members.insert(name.to_owned(), Self::read(&member, allowed)?);
            }
        }
        Ok(Self::Object { members, spread })
    }

    /// The JSON of it, its names sorted; `None` where it is a place with nothing to hold.
    pub(super) fn json(&self, filling: &Filling<'_>) -> Option<String> {
        match self {
            Self::Raw(raw) => Some(raw.clone()),
            Self::Text(template) => template.json(filling),
            Self::List(items) => Some(list(items.iter().filter_map(|item| item.json(filling)))),
            Self::Object { members, spread } => {
                let mut written: BTreeMap<&str, String> = BTreeMap::new();
                if *spread == Spread::Variables {
                    written
                        .extend(filling.variables.iter().map(|(name, value)| (name.as_str(), value.get().to_owned())));
                }
                for (name, member) in members {
                    // A member that the description names wins, also where it has nothing to hold.
                    match member.json(filling) {
                        Some(json) => drop(written.insert(name, json)),
                        None => drop(written.remove(name.as_str())),
                    }
                }
                Some(object(written.into_iter()))
            }
        }
    }

    /// Whether something of it may stand where these steps lead. What is made of variables may hold anything.
    pub(super) fn may_hold(&self, steps: &[String]) -> bool {
        let Some((step, further)) = steps.split_first() else { return true };
        match self {
            Self::Raw(_) => false,
            Self::Text(template) => template
                .whole()
                .is_some_and(|slot| matches!(slot, Slot::Variables | Slot::Variable { .. } | Slot::Secondaries)),
            Self::List(items) => {
                let item = step.parse::<usize>().ok().and_then(|index| items.get(index));
                item.is_some_and(|item| item.may_hold(further))
            }
            Self::Object { members, spread } => match members.get(step) {
                Some(member) => member.may_hold(further),
                None => *spread == Spread::Variables,
            },
        }
    }

    /// Whether what stands where these steps lead can be taken out: it is a member of an object, in objects all the way.
    pub(super) fn may_lose(&self, steps: &[String]) -> bool {
        let Some((step, further)) = steps.split_first() else { return false };
        match self {
            Self::Raw(_) | Self::List(_) => false,
            // The inside of a variable's value is nobody's to know.
            Self::Text(template) => !matches!(template.whole(), Some(Slot::Secondaries)),
            Self::Object { members, .. } => {
                members.get(step).is_none_or(|member| further.is_empty() || member.may_lose(further))
            }
        }
    }

    /// Every place in it.
    pub(super) fn slots(&self) -> Vec<&Slot> {
        match self {
            Self::Raw(_) => Vec::new(),
            Self::Text(template) => template.slots().collect(),
            Self::List(items) => items.iter().flat_map(Self::slots).collect(),
            Self::Object { members, .. } => members.values().flat_map(Self::slots).collect(),
        }
    }

    /// Whether all variables stand in it.
    pub(super) fn holds_all_variables(&self) -> bool {
        match self {
            Self::Raw(_) => false,
            Self::Text(template) => template.slots().any(|slot| *slot == Slot::Variables),
            Self::List(items) => items.iter().any(Self::holds_all_variables),
            Self::Object { members, spread } => {
                *spread == Spread::Variables || members.values().any(Self::holds_all_variables)
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A JSON object of these members, whose values are JSON.
pub(super) fn object<'n>(members: impl Iterator<Item = (&'n str, impl std::fmt::Display)>) -> String {
    let member = |(name, json): (&str, _)| format!("{}:{json}", quoted(name));
    format!("{{{}}}", members.map(member).collect::<Vec<_>>().join(","))
}
