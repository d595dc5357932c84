//! What the name of a column says about it. Pure.

use super::Kind;
use super::vocabulary::{Meaning, Role, vocabulary};

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameSays {
    pub(crate) kind: Option<Kind>,
    pub(crate) sureness: Sureness,
    /// Which of several of one kind is meant first: lower comes first.
    pub(crate) place: Place,
}

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sureness {
    /// No word of it is known.
    Nothing,
    /// It says that the column is something else, whatever its values look like.
    SomethingElse,
    /// A word of it is known, others are not.
    Partly,
    /// All of it is known.
    Fully,
}

/// The order of several columns of one kind: the main one, the plain one, work, home, others; then by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    rank: u8,
    number: u32,
}

/// What `name` says.
pub(crate) fn name_says(name: &str) -> NameSays {
    let meaning = vocabulary().meaning_of(name);
    let kind = kind_of(&meaning);
    let sureness = match kind {
        Some(_) if meaning.unknown > 0 || meaning.has(Role::Negation) => Sureness::Partly,
        Some(_) => Sureness::Fully,
        None if meaning.has_any(SAYS_SOMETHING) => Sureness::SomethingElse,
        None => Sureness::Nothing,
    };
    NameSays { kind, sureness, place: place_of(&meaning) }
}

/// True where a name says, and says nothing else, that nobody in what is called so may be called: `DNC`, `Sperrliste`.
pub(crate) fn says_do_not_call(name: &str) -> bool {
    let says = name_says(name);
    says.kind == Some(Kind::DoNotCall) && says.sureness == Sureness::Fully
}

/// What says that a column is not a phone, where no kind is known: `Hausnummer`, `Call ID`.
const SAYS_SOMETHING: &[Role] = &[Role::Else, Role::NoCallElse, Role::MayCall, Role::Consent, Role::Call, Role::Status];

const A_PHONE: &[Role] = &[Role::Phone, Role::Mobile, Role::Direct, Role::Switchboard];

/// In the order in which they outweigh each other.
fn kind_of(meaning: &Meaning) -> Option<Kind> {
    if meaning.has(Role::DoNotCall) {
        return (!meaning.has_any(&[Role::NoCallElse, Role::Email, Role::Fax])).then_some(Kind::DoNotCall);
    }
    if meaning.has_any(&[Role::MayCall, Role::Consent]) {
        return consent_kind(meaning);
    }
    if meaning.has(Role::Status) {
        return (!meaning.has_any(&[Role::NoCallElse, Role::Email, Role::Fax])).then_some(Kind::Status);
    }
    if meaning.has_any(&[Role::Else, Role::Call]) {
        return None;
    }
    let is_phone = meaning.has_any(A_PHONE);
    let only = |roles: &[Role]| meaning.has_any(roles);
    if only(&[Role::DialCode]) || (is_phone && only(&[Role::CountryCode])) {
        return Some(Kind::DialCode);
    }
    if only(&[Role::Fax]) {
        return Some(Kind::Fax);
    }
    if only(&[Role::Pager]) {
        return Some(Kind::Pager);
    }
    if only(&[Role::Extension]) {
        return Some(Kind::Extension);
    }
    if only(&[Role::Assistant]) {
        return is_phone.then_some(Kind::Assistant);
    }
    if is_phone {
        return phone_kind(meaning);
    }
    other_kind(meaning)
}

/// "Consent date" and "Email consent" are something else, and "no consent" would be the contrary.
fn consent_kind(meaning: &Meaning) -> Option<Kind> {
    if meaning.has_any(&[Role::Else, Role::Negation, Role::NoCallElse, Role::Email, Role::Fax]) {
        return None;
    }
    let to_calls = meaning.has_any(&[Role::MayCall, Role::Call, Role::Phone]);
    let to_messages = meaning.has_any(&[Role::Mobile, Role::Pager]);
    match (to_calls, to_messages) {
        (true, _) => Some(Kind::MayCall),
        // "WhatsApp opt-in" and "Mobile opt-in" are mostly to messages.
        (false, true) => None,
        (false, false) => Some(Kind::Consent),
    }
}

fn phone_kind(meaning: &Meaning) -> Option<Kind> {
    // "Email or phone" and "Phone country" are neither.
    if meaning.has_any(&[Role::Email, Role::Country, Role::Campaign, Role::FullName, Role::FirstName, Role::LastName]) {
        return None;
    }
    if meaning.has(Role::Mobile) {
        Some(Kind::Mobile)
    } else if meaning.has_any(&[Role::Direct, Role::DirectWord]) {
        Some(Kind::Direct)
    } else if meaning.has_any(&[Role::Switchboard, Role::Corporate, Role::Company]) {
        Some(Kind::CompanyPhone)
    } else {
        Some(Kind::Phone)
    }
}

fn other_kind(meaning: &Meaning) -> Option<Kind> {
    let kinds = [
        (Role::Email, Kind::Email),
        (Role::FirstName, Kind::FirstName),
        (Role::LastName, Kind::LastName),
        (Role::CountryCode, Kind::Country),
        (Role::Country, Kind::Country),
        (Role::Campaign, Kind::Campaign),
        (Role::Company, Kind::Company),
        (Role::FullName, Kind::FullName),
        (Role::Name, Kind::Name),
    ];
    let mut said = kinds.iter().filter(|(role, _)| meaning.has(*role)).map(|(_, kind)| *kind);
    let first = said.next()?;
    // "Company country" is the country of something else; "Vorname Name" is both.
    match (first, said.next()) {
        (_, None) => Some(first),
        (Kind::FirstName | Kind::LastName, Some(Kind::LastName | Kind::Name)) => Some(Kind::FullName),
        (Kind::Company, Some(Kind::Name)) => Some(Kind::Company),
        (Kind::Country, Some(Kind::Country | Kind::Name)) => Some(Kind::Country),
        _ => None,
    }
}

fn place_of(meaning: &Meaning) -> Place {
    let ranks = [(Role::Primary, 0), (Role::Work, 2), (Role::Home, 3), (Role::Other, 4)];
    let rank = ranks.iter().find(|(role, _)| meaning.has(*role)).map_or(1, |(_, rank)| *rank);
    Place { rank, number: meaning.number.unwrap_or_default() }
}
