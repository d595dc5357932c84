//! XML as workbooks have it: tags by their local names, texts with their references resolved. Entities that a document
//! defines itself are never expanded, so none can grow without end.

use std::borrow::Cow;
use std::io;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::broken;
use super::container::Part;

/// A reader of one part.
pub(super) struct Xml {
    reader: Reader<Part>,
    buffer: Vec<u8>,
}

impl Xml {
    pub(super) fn new(part: Part) -> Self {
        let mut reader = Reader::from_reader(part);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.check_comments = false;
        config.trim_text(false);
        Self { reader, buffer: Vec::with_capacity(1024) }
    }

    /// What stands next. An empty element is a start and an end.
    pub(super) fn next(&mut self) -> io::Result<Event<'_>> {
        self.reader.get_mut().refuel();
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(failed)
    }

    /// Adds the text up to the end of the element `name`, which has begun, to `into`, with that of the elements in it.
    pub(super) fn text_until(&mut self, name: &str, into: &mut String) -> io::Result<()> {
        loop {
            match self.next()? {
                Event::End(end) if end.local_name().as_ref() == name => return Ok(()),
                Event::Eof => return Err(cut_off()),
                other => push_text(&other, into),
            }
        }
    }
}

/// The value of an attribute, by its local name.
pub(super) fn attribute<'a>(tag: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let found = tag.attributes().with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name)?;
    match found.value {
        Cow::Borrowed(text) => Some(unescape(text).unwrap_or(Cow::Borrowed(text))),
        Cow::Owned(text) => Some(Cow::Owned(unescape(&text).map(Cow::into_owned).unwrap_or(text))),
    }
}

/// Adds what an event says to `into`, where it is text. A reference that is no known one stays as it stands.
pub(super) fn push_text(event: &Event<'_>, into: &mut String) {
    match event {
        Event::Text(text) => into.push_str(&text.xml10_content()),
        Event::CData(text) => into.push_str(&text.xml10_content()),
        Event::GeneralRef(name) => match (name.resolve_char_ref(), resolve_predefined_entity(name)) {
            (Ok(Some(character)), _) => into.push(character),
            (_, Some(text)) => into.push_str(text),
            _ => into.extend(["&", name, ";"]),
        },
        _ => {}
    }
}

/// The part ends too early.
pub(super) fn cut_off() -> io::Error {
    broken("it is cut off")
}

fn failed(error: quick_xml::Error) -> io::Error {
    match error {
        quick_xml::Error::Io(error) => io::Error::new(error.kind(), error.to_string()),
        other => broken(other.to_string()),
    }
}

/// Replaces `_x000D_` and its like, which Office writes for characters that XML cannot hold. A line break so written is
/// one line break, and characters that nobody sees are left out.
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find("_x") {
        let (before, from) = rest.split_at(i);
        plain.push_str(before);
        rest = if let Some((character, after)) = escaped(from) {
            push_visible(&mut plain, character, after);
            after
        } else {
            plain.push_str("_x");
            from.get(2..).unwrap_or_default()
        };
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn push_visible(plain: &mut String, character: char, after: &str) {
    match character {
        '\r' if after.starts_with('\n') => {}
        '\r' => plain.push('\n'),
        '\n' | '\t' => plain.push(character),
        hidden if hidden.is_control() => {}
        other => plain.push(other),
    }
}

/// The character at the start of `text`, which is `_x` and four hexadecimal digits and `_`; and what follows.
fn escaped(text: &str) -> Option<(char, &str)> {
    let digits = text.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let after = text.get(6..)?.strip_prefix('_')?;
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_office_are_resolved_and_what_only_looks_like_one_stays() {
        for (text, plain) in [
            ("one_x000D_\ntwo", "one\ntwo"),
            ("one_x000D_two", "one\ntwo"),
            ("a_x005F_b", "a_b"),
            ("_x005F_x000D_", "_x000D_"),
            ("a_x0000_b", "ab"),
            ("my_xylophone _x12_ _xD83D_", "my_xylophone _x12_ _xD83D_"),
            ("_x", "_x"),
            ("_xäöü_", "_xäöü_"),
        ] {
            assert_eq!(without_escapes(text), plain, "{text}");
        }
    }
}
