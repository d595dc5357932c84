//! JSON that is not one object on each line: an array of objects, or objects that each take several lines.
//!
//! Nothing is parsed here. An automaton that knows brackets and strings finds where each record ends, so that the reader of
//! JSON Lines can take it from there, and the document is never held as a whole.

/// What surrounds the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// An array; it was opened before the first byte that is looked at.
    Array,
    /// An array that is a member of an object.
    Member,
    /// Nothing: one object follows another.
    Nothing,
}

/// Finds the records of a document, one after another.
#[derive(Debug, Clone)]
pub(super) struct Document {
    around: Around,
    is_array_over: bool,
    scan: Scan,
}

/// What stands at the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// So many bytes that are no record.
    Between(usize),
    /// A record of so many bytes.
    Record(usize),
    /// More bytes are needed to tell.
    More,
    /// The document does not end as it should: why.
    Broken(&'static str),
    End,
}

impl Document {
    pub(super) fn new(around: Around) -> Self {
        Self { around, is_array_over: false, scan: Scan::default() }
    }

    /// Says what is at the front of `bytes`; `is_all`: nothing follows them. Between two calls with the answer
    /// [`Step::More`] bytes may only be added.
    pub(super) fn next(&mut self, bytes: &[u8], is_all: bool) -> Step {
        let between = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
        if between > 0 && self.scan.scanned == 0 {
            return Step::Between(between);
        }
        match bytes.first() {
            None if !is_all => Step::More,
            None => self.at_end(),
            Some(_) if self.is_array_over => self.rest(bytes, is_all),
            Some(b']') if self.around != Around::Nothing => {
                self.is_array_over = true;
                Step::Between(1)
            }
            Some(_) => match self.scan.end(bytes) {
                Some(end) => Step::Record(end.max(1)),
                None if is_all => Step::Record(bytes.len()),
                None => Step::More,
            },
        }
    }

    /// Goes on over `bytes` of a record that is given up; where it ends in them.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Option<usize> {
        let end = self.scan.end(bytes);
        self.scan.scanned = 0;
        end
    }

    /// To be called when a record was taken.
    pub(super) fn begin_next(&mut self) {
        self.scan = Scan::default();
    }

    fn at_end(&mut self) -> Step {
        if self.is_array_over || self.around == Around::Nothing {
            return Step::End;
        }
        self.is_array_over = true;
        Step::Broken("the file ends before the array of records does: it is cut off, and what followed is missing")
    }

    /// What follows the array: the end of the object around it, perhaps with further members; another array, where two files
    /// were put together.
    fn rest(&mut self, bytes: &[u8], is_all: bool) -> Step {
        let inside = bytes.get(1..).unwrap_or_default().trim_ascii_start();
        match (bytes.first(), inside.first()) {
            (Some(b'['), None) if !is_all => Step::More,
            (Some(b'['), Some(b'{')) if self.around == Around::Array => {
                self.is_array_over = false;
                Step::Between(1)
            }
            (Some(b'['), Some(b'{')) => {
                self.around = Around::Nothing;
                Step::Broken("there is a second array of objects in the file: only the first one was read")
            }
            (Some(b'"'), _) => match self.scan.end(bytes) {
                Some(end) => {
                    self.begin_next();
                    Step::Between(end)
                }
                None if is_all => Step::Between(bytes.len()),
                None => Step::More,
            },
            (Some(b'{'), _) if self.around == Around::Array => {
                self.is_array_over = false;
                Step::Between(0)
            }
            _ => Step::Between(1),
        }
    }

    /// True where nothing more is to be read, whatever follows.
    pub(super) fn is_broken_off(&self) -> bool {
        self.is_array_over && self.around == Around::Nothing
    }
}

/// Looks for the end of one value.
#[derive(Debug, Clone, Default)]
pub(super) struct Scan {
    scanned: usize,
    depth: usize,
    string: Within,
}

/// Where a byte is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Value,
    String,
    Escape,
}

impl Scan {
    /// Where the value at the front ends, if that is within `bytes`.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (i, &byte) in bytes.iter().enumerate().skip(self.scanned) {
            super::effort::spend(1);
            if let Some(end) = self.step(i, byte) {
                return Some(end);
            }
        }
        self.scanned = bytes.len();
        None
    }

    fn step(&mut self, i: usize, byte: u8) -> Option<usize> {
        match (self.string, byte) {
            (Within::Escape, _) | (Within::Value, b'"') => self.string = Within::String,
            (Within::String, b'\\') => self.string = Within::Escape,
            // No string has a line break in it: one that is not closed costs its own record and not the rest of the file.
            (Within::String, b'"' | b'\n') => {
                self.string = Within::Value;
                return (self.depth == 0).then_some(i + 1);
            }
            (Within::Value, b'{' | b'[') => self.depth += 1,
            (Within::Value, b'}' | b']') => {
                self.depth = self.depth.saturating_sub(1);
                return (self.depth == 0).then_some(i + 1);
            }
            (Within::Value, b',' | b' ' | b'\t' | b'\r' | b'\n') if self.depth == 0 => return Some(i),
            (Within::String | Within::Value, _) => {}
        }
        None
    }
}

/// What a text that begins with an object is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Its member of this name is the only one that is an array of objects; the array's content begins at `start`.
    Wrapper { name: String, start: usize },
    /// Several of its members are arrays of objects.
    Ambiguous(String, String),
    /// All its members, several, are objects of one shape, and nothing follows: each is a record, called by its id.
    ById,
    /// None is.
    Plain,
}

/// Looks through the members of the object that `text` begins with, as far as the text goes.
pub(super) fn shape_of(text: &[u8]) -> Shape {
    let mut found: Option<(String, usize)> = None;
    if is_by_id(text) {
        return Shape::ById;
    }
    let mut i = text.iter().position(|&byte| byte == b'{').map_or(text.len(), |i| i + 1);
    while let Some(name) = member_at(text, &mut i) {
        let value = text.get(i..).unwrap_or_default();
        let inside = value.get(1..).unwrap_or_default().trim_ascii_start();
        if value.first() == Some(&b'[') && inside.first() == Some(&b'{') {
            match found {
                Some((first, _)) => return Shape::Ambiguous(first, name),
                None => found = Some((name, i + 1)),
            }
        }
        let Some(len) = Scan::default().end(value).filter(|&len| len > 0) else { break };
        i += len;
    }
    found.map_or(Shape::Plain, |(name, start)| Shape::Wrapper { name, start })
}

fn is_by_id(text: &[u8]) -> bool {
    let (mut first, mut records) = (Vec::new(), 0);
    let mut i = text.iter().position(|&byte| byte == b'{').map_or(text.len(), |i| i + 1);
    while member_at(text, &mut i).is_some() {
        let value = text.get(i..).unwrap_or_default();
        let Some(len) = Scan::default().end(value).filter(|&len| len > 0) else { break };
        let names = names_of(value.get(..len).unwrap_or_default());
        if value.first() != Some(&b'{') || names.is_empty() || (records > 0 && names != first) {
            return false;
        }
        (first, records, i) = (names, records + 1, i + len);
    }
    let rest = text.get(i..).unwrap_or_default().trim_ascii_start();
    records > 1 && rest.strip_prefix(b"}").is_some_and(|after| after.trim_ascii().is_empty())
}

/// The names of an object's members.
fn names_of(object: &[u8]) -> Vec<String> {
    let (mut names, mut i) = (Vec::new(), 1);
    while let Some(name) = member_at(object, &mut i) {
        names.push(name);
        let value = object.get(i..).unwrap_or_default();
        let Some(len) = Scan::default().end(value).filter(|&len| len > 0) else { break };
        i += len;
    }
    names
}

/// The name of the member at or after `i`, which is moved to its value.
fn member_at(text: &[u8], i: &mut usize) -> Option<String> {
    let blank = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count()
    };
    let start = blank(*i);
    let rest = text.get(start..).filter(|rest| rest.first() == Some(&b'"'))?;
    let len = Scan::default().end(rest)?;
    let name = serde_json::from_slice(rest.get(..len)?).ok()?;
    let colon = blank(start + len);
    (text.get(colon) == Some(&b':')).then(|| *i = blank(colon + 1))?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a document, given `size` bytes at a time.
    fn records(text: &str, around: Around, size: usize) -> Vec<String> {
        let (mut document, mut found) = (Document::new(around), Vec::new());
        let (mut front, mut end) = (0, 0);
        loop {
            let step = document.next(&text.as_bytes()[front..end], end == text.len());
            match step {
                Step::Between(n) => front += n,
                Step::Record(n) => {
                    found.push(text[front..front + n].to_owned());
                    front += n;
                    document.begin_next();
                }
                Step::More => end = (end + size).min(text.len()),
                Step::Broken(why) => found.push(format!("! {why}")),
                Step::End => return found,
            }
            if document.is_broken_off() {
                return found;
            }
        }
    }

    #[test]
    fn records_are_found_however_the_pieces_are_cut() {
        let text = r#" {"a":"]},{"} ,{"b":[1,{"c":"\""}]}, 5 ,"x,y",[{}], null ] "#;
        for size in 1..20 {
            assert_eq!(
                records(text, Around::Array, size),
                [r#"{"a":"]},{"}"#, r#"{"b":[1,{"c":"\""}]}"#, "5", r#""x,y""#, "[{}]", "null"],
            );
        }
        assert_eq!(records("{\n}\n{ }{}", Around::Nothing, 3), ["{\n}", "{ }", "{}"]);
    }

    #[test]
    fn what_follows_the_array_is_passed_over_unless_there_is_another_one() {
        assert_eq!(records(r#"{}], "next": null, "links": ["[{"]}"#, Around::Member, 4), ["{}"]);
        assert_eq!(records("{}][{ }]", Around::Array, 2), ["{}", "{ }"]);
        let several = records(r#"{}], "more": [ {} ]}"#, Around::Member, 4);
        assert!(several[1].contains("a second array"), "{several:?}");
    }

    #[test]
    fn a_document_that_is_cut_off_says_so() {
        let cut = records("{},{\"a\":1", Around::Array, 100);
        assert_eq!(cut[..2], ["{}", "{\"a\":1"]);
        assert!(cut[2].contains("it is cut off"));
    }

    #[test]
    fn a_string_that_is_not_closed_costs_its_own_record() {
        assert_eq!(records("{\"a\":\"x},\n\"b\":1},\n{ }]", Around::Array, 100), ["{\"a\":\"x},\n\"b\":1}", "{ }"]);
    }

    #[test]
    fn the_one_list_of_a_wrapper_is_found() {
        let wrapper = |name: &str, start| Shape::Wrapper { name: name.to_owned(), start };
        assert_eq!(shape_of(br#"{"ok":true,"data":[{"a":1}],"n":[1]}"#), wrapper("data", 19));
        assert_eq!(shape_of(b"{ \"d\\u0061ta\" : [\n {"), wrapper("data", 17));
        assert_eq!(shape_of(br#"{"a":[{}],"b":[{}]}"#), Shape::Ambiguous("a".to_owned(), "b".to_owned()));
        assert_eq!(shape_of(br#"{"a":{"b":[{}]},"c":[]}"#), Shape::Plain);
        assert_eq!(shape_of(b"{"), Shape::Plain);
    }

    #[test]
    fn records_that_are_called_by_their_ids_are_told_from_one_record_with_parts() {
        assert_eq!(shape_of(br#"{"1":{"name":"Ada","phone":"1"},"2":{"name":"Bo","phone":"2"}}"#), Shape::ById);
        assert_eq!(shape_of(br#"{"person":{"name":"Ada"},"firm":{"name":"X","zip":1}}"#), Shape::Plain);
        assert_eq!(shape_of(br#"{"a":{"n":1},"b":{"n":2}}{"a":{"n":1},"b":{"n":2}}"#), Shape::Plain);
        assert_eq!(shape_of(br#"{"a":{"n":1}}"#), Shape::Plain);
    }
}
