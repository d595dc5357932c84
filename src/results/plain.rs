//! Lines read fast that are as the journal writes nearly all of them: no white space, no escapes, nothing out of the
//! ordinary. A file is opened at each start, so this is what a resume costs.
//!
//! `serde_json` is the truth: whatever is not plain is `None` here and left to it, and what is read here is read the same
//! by it (a property, below).

use std::borrow::Cow;

use jiff::Timestamp;

use crate::lead::{Fingerprint, LeadKey};

use super::format::Certainty;
use super::glance::Glance;

/// Reads plain lines, one after the other.
#[derive(Debug, Default)]
pub(super) struct Plain {
    minute: Minute,
}

/// Values within values within values: more than any line of ours has.
const DEEPEST: u8 = 8;

impl Plain {
    /// What the ledger needs of the line; `None` where it is not plain, or says more than a lead on its way does.
    pub(super) fn glance<'a>(&mut self, text: &'a str) -> Option<Glance<'a>> {
        // Over all bytes, without an end at the first: the compiler then looks at many at once.
        let strange = text.bytes().map(|byte| u8::from(byte < b' ') | u8::from(byte == b'\\'));
        if strange.fold(0, |any, one| any | one) != 0 {
            return None;
        }
        let mut cursor = Cursor { text, at: 0 };
        let mut seen = Seen::default();
        cursor.each(b'{', b'}', |cursor| {
            let name = cursor.name()?;
            seen.member(name, cursor)
        })?;
        if cursor.at == text.len() { seen.glance(&mut self.minute) } else { None }
    }
}

/// The members read so far, each at most once.
#[derive(Default)]
struct Seen<'a> {
    n: Option<u64>,
    d: Option<u64>,
    kind: Option<&'a str>,
    run: Option<&'a str>,
    at: Option<&'a str>,
    key: Option<&'a str>,
    status: Option<&'a str>,
    request: Option<&'a str>,
    group: Option<&'a str>,
    target: Option<&'a str>,
    id: Option<&'a str>,
}

impl<'a> Seen<'a> {
    fn member(&mut self, name: &str, cursor: &mut Cursor<'a>) -> Option<()> {
        let text = match name.as_bytes() {
            b"n" => return once(&mut self.n, cursor.number()?),
            b"d" => return once(&mut self.d, cursor.number()?),
            b"type" => &mut self.kind,
            b"run" => &mut self.run,
            b"at" => &mut self.at,
            b"key" => &mut self.key,
            b"status" => &mut self.status,
            b"request" => &mut self.request,
            b"group" => &mut self.group,
            b"target" => &mut self.target,
            b"id" => &mut self.id,
            b"certain" | b"settled_by" | b"reason" | b"format" | b"keys" | b"calls" => return None,
            _ => return cursor.skip(DEEPEST),
        };
        once(text, cursor.string()?)
    }

    fn glance(self, minute: &mut Minute) -> Option<Glance<'a>> {
        let key = match self.key {
            Some(text) => Some(LeadKey::from_bits(hex(text, 32)?)),
            None => None,
        };
        let request = match self.request {
            Some(text) => Some(fingerprint(text)?),
            None => None,
        };
        let group = match self.group {
            Some(text) => Some(fingerprint(text)?),
            None => None,
        };
        Some(Glance {
            n: self.n?,
            d: self.d?,
            kind: Cow::Borrowed(self.kind?),
            run: Cow::Borrowed(self.run.unwrap_or_default()),
            at: minute.timestamp(self.at?)?,
            key,
            status: Cow::Borrowed(self.status.unwrap_or_default()),
            certain: Certainty::default(),
            settled_by: None,
            reason: None,
            request,
            group,
            target: self.target.map(Cow::Borrowed),
            id: self.id.map(Cow::Borrowed),
            format: None,
            keys: None,
            calls: Vec::new(),
        })
    }
}

/// A member that stands twice is an error, which `serde_json` words.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn fingerprint(text: &str) -> Option<Fingerprint> {
    hex(text, 16).and_then(|bits| u64::try_from(bits).ok()).map(Fingerprint::from_bits)
}

/// A number of exactly so many lower-case hex digits, at most 32.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let half = |digits: &[u8]| {
        digits.iter().try_fold(0_u64, |bits, digit| {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            Some(bits << 4 | u64::from(value))
        })
    };
    if text.len() != digits {
        return None;
    }
    let (high, low) = text.as_bytes().split_at(digits.saturating_sub(16));
    Some(u128::from(half(high)?) << 64 | u128::from(half(low)?))
}

/// Goes through a text without white space and escapes.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let rest = self.text.get(self.at..)?;
        let length = memchr::memchr(b'"', rest.as_bytes())?;
        self.at += length + 1;
        rest.get(..length)
    }

    /// A member's name, so short that looking at each byte is fastest.
    fn name(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let rest = self.text.get(self.at..)?;
        let length = rest.bytes().position(|byte| byte == b'"')?;
        self.at += length + 1;
        self.take(b':')?;
        rest.get(..length)
    }

    /// A whole number without a sign, of at most 19 digits. What follows it is looked at by whoever goes on.
    fn number(&mut self) -> Option<u64> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (mut number, mut digits) = (0_u64, 0);
        while let Some(digit) = rest.get(digits).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
            if digits == 19 || (digits == 1 && number == 0) {
                return None;
            }
            (number, digits) = (number * 10 + u64::from(digit), digits + 1);
        }
        self.at += digits;
        (digits > 0).then_some(number)
    }

    /// Goes past a value of any kind, which must be whole.
    fn skip(&mut self, deepest: u8) -> Option<()> {
        let deeper = deepest.checked_sub(1)?;
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'0'..=b'9' => self.number().map(drop),
            b'[' => self.each(b'[', b']', |cursor| cursor.skip(deeper)),
            b'{' => self.each(b'{', b'}', |cursor| {
                cursor.name()?;
                cursor.skip(deeper)
            }),
            _ => ["true", "false", "null"].iter().find_map(|word| self.word(word)),
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.text.get(self.at..)?.starts_with(word);
        found.then(|| self.at += word.len())
    }

    /// Takes each item of a list between two brackets.
    fn each(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.take(b',').is_none() {
                return self.take(close);
            }
        }
    }
}

/// The last minute that was read: the times of neighbouring lines differ by less, mostly.
#[derive(Debug, Default)]
struct Minute {
    /// As it is written, up to the seconds: `2026-11-21T11:34:`.
    written: [u8; 17],
    microseconds: i64,
}

impl Minute {
    /// A time as the journal writes it, with six digits after the seconds.
    fn timestamp(&mut self, text: &str) -> Option<Timestamp> {
        let (minute, seconds) = text.as_bytes().split_first_chunk::<17>()?;
        let [s, t, b'.', fraction @ .., b'Z'] = seconds else { return None };
        if fraction.len() != 6 || ![s, t].into_iter().chain(fraction).all(u8::is_ascii_digit) || *s > b'5' {
            return None;
        }
        if *minute != self.written {
            self.begin(*minute)?;
        }
        let digits = [s, t].into_iter().chain(fraction);
        let passed = digits.fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        Timestamp::from_microsecond(self.microseconds + passed).ok()
    }

    fn begin(&mut self, written: [u8; 17]) -> Option<()> {
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if !separators.into_iter().all(|(at, byte)| written[at] == byte) {
            return None;
        }
        let text = format!("{}00Z", std::str::from_utf8(&written).ok()?);
        self.microseconds = text.parse::<Timestamp>().ok()?.as_microsecond();
        self.written = written;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENDING: &str = r#"{"n":2,"d":1,"type":"sending","key":"af1405372e58754611a520d8cc460a83","run":"20261121T113414Z-5c5865","target":"autocalls https://app.example.com/api campaign 7","phone":"+4915120000000","request":"f50670a2dc155992","group":"0123456789abcdef","secondaries":["+4915120000001"],"source":{"file":"Käufer.csv","row":2,"line":2},"rows":[2,3],"at":"2026-11-21T11:34:14.415932Z"}"#;
    const LEAD: &str = r#"{"n":3,"d":2,"type":"lead","key":"af1405372e58754611a520d8cc460a83","status":"created","id":"1","target":"autocalls https://app.example.com/api campaign 7","phone":"+4915120000000","source":{"file":"Käufer.csv","row":2,"line":2},"rows":[],"http":201,"attempts":1,"request":"f50670a2dc155992","at":"2026-11-21T11:35:59.999999Z","run":"20261121T113414Z-5c5865"}"#;
    const END: &str = r#"{"n":4,"d":3,"type":"end","run":"20261121T113414Z-5c5865","totals":{"leads":{"created":1,"is":[true,null]}},"stopped":"finished","at":"2026-11-21T11:36:00.000000Z"}"#;

    /// What replaces a piece of a line: the letters that mean something in JSON, in numbers and in times.
    const PIECES: [&str; 24] = [
        "", "\"", ",", ":", "{", "}", "[", "]", "\\", " ", "\u{1}", "0", "00", "1", "60", "-", "+", ".5", "e1", "null",
        "true", "A", "ü", "\"n\":2,",
    ];

    fn agrees(plain: &mut Plain, text: &str) -> bool {
        match plain.glance(text) {
            Some(glance) => serde_json::from_str::<Glance<'_>>(text).is_ok_and(|truth| truth == glance),
            None => true,
        }
    }

    #[test]
    fn the_lines_that_an_import_writes_are_plain() {
        let mut plain = Plain::default();
        for line in [SENDING, LEAD, END] {
            let truth: Glance<'_> = serde_json::from_str(line).unwrap();
            assert_eq!(plain.glance(line), Some(truth));
        }
    }

    #[test]
    fn a_line_with_any_byte_replaced_or_left_out_is_read_as_serde_json_reads_it_or_not_at_all() {
        let mut plain = Plain::default();
        for line in [SENDING, LEAD, END] {
            for at in 0..line.len() {
                let (Some(head), Some(tail)) = (line.get(..at), line.get(at + 1..)) else { continue };
                for piece in PIECES {
                    for text in [format!("{head}{piece}{tail}"), format!("{head}{piece}{}", &line[at..])] {
                        assert!(agrees(&mut plain, &text), "{text}");
                    }
                }
                assert_eq!(plain.glance(head), None);
            }
        }
    }

    proptest! {
        #[test]
        fn a_line_with_anything_in_it_is_read_as_serde_json_reads_it_or_not_at_all(
            line in prop::sample::select(vec![SENDING, LEAD, END]),
            from in any::<prop::sample::Index>(),
            length in 0..40_usize,
            piece in "[ -~\\t]{0,12}|[0-9]{1,24}|(\"[a-z]{1,3}\":[0-9tfn\\[\\]{}\"]{1,6},){1,3}|.{0,3}",
        ) {
            let from = from.index(line.len());
            if let (Some(head), Some(tail)) = (line.get(..from), line.get((from + length).min(line.len())..)) {
                let text = format!("{head}{piece}{tail}");
                prop_assert!(agrees(&mut Plain::default(), &text), "{}", text);
            }
        }

        #[test]
        fn a_time_is_the_one_that_jiff_reads(microseconds in -62_135_596_800_000_000..253_402_207_200_000_000_i64) {
            let at = Timestamp::from_microsecond(microseconds).unwrap();
            prop_assert_eq!(Minute::default().timestamp(&format!("{at:.6}")), Some(at));
        }
    }
}
