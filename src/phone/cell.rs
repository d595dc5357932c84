//! Everything in one cell: which of its numbers is the one that counts, and what the words beside it say.

use super::codes::{
    EXTENSION_REMOVED, FAX_SKIPPED, FIRST_OF_RANGE, FIRST_OF_SEVERAL, INVALID_PART_SKIPPED, LABEL_REMOVED,
    LETTERS_TO_DIGITS, TRAILING_TEXT_REMOVED,
};
use super::engine::{Engine, Number};
use super::notes::Notes;
use super::tokens::{
    FEWEST_DIGITS_OF_A_NUMBER, Kind, Marks, Token, begins_a_number, bracketed_end, digits_in, looks_like_a_phone,
    partings, tokens, without_list_count,
};
use super::vanity::{self, Sureness};
use super::words::{Word, meaning_of, say_nothing};
use super::written::Written;
use super::{Phone, PhoneKind, PhoneReading, Refusal, Region, foreign, readings};

/// Digits after an extension word; more of them are a number of their own.
const MOST_EXTENSION_DIGITS: usize = 7;
/// A label of fewer letters that touches the digits may be a mistyped digit.
const FEWEST_LETTERS_GLUED: usize = 3;
/// The most digits of `…57` in `030 123456/57`.
const MOST_RANGE_DIGITS: usize = 3;

/// Reads one cell, whose characters are plain already.
pub(super) struct Cell<'e> {
    engine: &'e mut Engine,
    written: &'e mut Written,
    region: Option<Region>,
    notes: Notes,
    phones: Vec<(Phone, PhoneKind)>,
    extension: Option<String>,
    /// The first refusal of a part, in case that there is no number at all.
    refusal: Option<Refusal>,
}

impl<'e> Cell<'e> {
    pub(super) fn new(engine: &'e mut Engine, written: &'e mut Written, region: Option<Region>, notes: Notes) -> Self {
        Self { engine, written, region, notes, phones: Vec::new(), extension: None, refusal: None }
    }

    /// The reading of `text`.
    pub(super) fn read(mut self, text: &str) -> Result<PhoneReading, Refusal> {
        if digits_in(text) == 0 {
            return Err(Refusal::without_digits(say_nothing(text)));
        }
        if text.contains(|c: char| !matches!(c, '0'..='9' | '+' | '(' | ')' | '-' | '/' | '.' | ' ')) {
            self.read_mixed(text)?;
        } else {
            self.read_plain(text)?;
        }
        self.finish()
    }

    /// Only digits and the usual marks between them.
    fn read_plain(&mut self, text: &str) -> Result<(), Refusal> {
        let second_plus = text.trim_start_matches(['+', '0', '(', ')', ' ']).contains('+');
        if second_plus {
            return self.read_mixed(text);
        }
        self.read_number(text);
        Ok(())
    }

    /// Words and marks as well.
    fn read_mixed(&mut self, text: &str) -> Result<(), Refusal> {
        if self.read_vanity(text) {
            return Ok(());
        }
        let tokens = tokens(text);
        let mut at = 0;
        let mut beside = Beside::default();
        while let Some(token) = tokens.get(at) {
            match token.kind {
                Kind::Mark => beside.see_mark(*token),
                Kind::Word => {
                    refuse_letter_in_number(&tokens, at)?;
                    beside.see_word(*token);
                }
                Kind::Number => {
                    let mut stretch = token.text;
                    if let Some(end) = end_after_area_code(&tokens, at) {
                        stretch = &text[token.start..end];
                        at += 2;
                        self.notes.flag();
                    }
                    self.see_number(stretch, &tokens, at, &beside);
                    beside = Beside::default();
                }
            }
            at += 1;
        }
        if beside.words > 0 && !self.phones.is_empty() {
            self.notes.repair(TRAILING_TEXT_REMOVED);
        }
        Ok(())
    }

    /// `1-800-FLOWERS`, where the number or the region is of +1.
    fn read_vanity(&mut self, text: &str) -> bool {
        let of_one = self.region.is_some_and(|region| self.engine.calling_code(region) == 1);
        let says_one = text.trim_start_matches(['(', ' ']).starts_with("+1");
        if !(of_one || says_one) {
            return false;
        }
        let says_word = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).any(|word| {
            // CALL is dialled, home is a comment.
            let shouted = !word.contains(char::is_lowercase);
            !matches!((meaning_of(word), shouted), (Word::Unknown, _) | (Word::Label | Word::And, true))
        });
        if says_word || !text.starts_with(['+', '1', '(', '8']) && !of_one {
            return false;
        }
        let Some(sureness) = vanity::read(text, self.written) else { return false };
        let mut notes = self.notes.for_part();
        let Ok(number) = readings::read(self.engine, self.written, self.region, &mut notes) else { return false };
        notes.repair(LETTERS_TO_DIGITS);
        if sureness != Sureness::Sure {
            notes.flag();
        }
        self.keep(&number, notes);
        true
    }

    /// A stretch of digits with what stands before it.
    fn see_number(&mut self, text: &str, tokens: &[Token<'_>], at: usize, beside: &Beside) {
        let digits = digits_in(text);
        let after_number = !self.phones.is_empty();
        if after_number
            && self.extension.is_none()
            && beside.says == Some(Word::Extension)
            && digits <= MOST_EXTENSION_DIGITS
        {
            self.notes.repair(EXTENSION_REMOVED);
            self.extension = Some(text.chars().filter(char::is_ascii_digit).collect());
            return;
        }
        let more = another_number_follows(tokens, at);
        if digits < FEWEST_DIGITS_OF_A_NUMBER && (after_number || more) {
            // Tel. 2: 030 … counts numbers, 030 … ab 18 Uhr is a comment.
            if !more {
                self.notes.repair(TRAILING_TEXT_REMOVED);
                self.notes.flag();
            }
            return;
        }
        if let Some(refusal) = beside.refusal_of(text) {
            self.refuse(refusal);
            return;
        }
        if beside.says == Some(Word::Fax) {
            self.notes.repair(FAX_SKIPPED);
            self.refuse(Refusal::new("phone_is_fax", "the number is labelled as a fax"));
            return;
        }
        let first = !after_number;
        self.read_number(text);
        if first && !self.phones.is_empty() && beside.words > 0 {
            self.notes.repair(LABEL_REMOVED);
            if beside.unknown {
                self.notes.flag();
            }
        }
    }

    /// One number, or several with nothing but a slash, a comma, a dash or a space between them.
    fn read_number(&mut self, text: &str) {
        let mut text = without_list_count(text);
        while let Some((first, rest)) = self.parted(text, Marks::Strong) {
            self.judge(first, self.notes.for_part());
            text = rest;
        }
        if let Some(head) = self.head_of_range(text) {
            let mut notes = self.notes.for_part();
            notes.repair(FIRST_OF_RANGE);
            notes.flag();
            return self.judge(head, notes);
        }
        if let Some((head, digits)) = bracketed_end(text)
            && self.number_in(head).is_some()
        {
            let mut notes = self.notes.for_part();
            notes.repair(EXTENSION_REMOVED);
            notes.flag();
            self.extension.get_or_insert_with(|| digits.to_owned());
            return self.judge(head, notes);
        }
        let mut notes = self.notes.for_part();
        self.written.read(text);
        match readings::read(self.engine, self.written, self.region, &mut notes) {
            Ok(number) => self.keep(&number, notes),
            Err(refusal) => self.read_spaced(text, refusal),
        }
    }

    /// The whole is no number: perhaps only a space parts two.
    fn read_spaced(&mut self, text: &str, refusal: Refusal) {
        let Some((first, second)) = self.parted(text, Marks::Weak) else { return self.refuse(refusal) };
        let mut notes = self.notes.for_part();
        notes.flag();
        self.judge(first, notes.clone());
        self.judge(second, notes);
    }

    /// The first place where both sides are valid, and the whole is not or the second side begins as a number does.
    fn parted<'t>(&mut self, text: &'t str, marks: Marks) -> Option<(&'t str, &'t str)> {
        let mut whole = None;
        let mut found = None;
        for (left, right) in partings(text, marks) {
            let right_first = partings(right, marks).next().map_or(right, |(first, _)| first);
            let own_start = begins_a_number(right);
            if digits_in(right) < FEWEST_DIGITS_OF_A_NUMBER || (marks == Marks::Weak && !own_start && found.is_some()) {
                continue;
            }
            let both = self.number_in(left).is_some()
                && (self.number_in(right).is_some() || self.number_in(right_first).is_some());
            if !both {
                continue;
            }
            if own_start {
                return Some((left, right));
            }
            let whole = *whole.get_or_insert_with(|| self.number_in(text).is_some());
            if !whole {
                found = found.or(Some((left, right)));
            }
        }
        found
    }

    /// `030 123456/57`: lines 56 to 57.
    fn head_of_range<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let (head, tail) = text.rsplit_once('/')?;
        let tail = tail.trim();
        let few = (1..=MOST_RANGE_DIGITS).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_digit());
        let head = head.trim_end_matches([' ', '/']);
        (few && digits_in(head) >= FEWEST_DIGITS_OF_A_NUMBER && self.number_in(head).is_some()).then_some(head)
    }

    /// The number that `text` is by itself.
    fn number_in(&mut self, text: &str) -> Option<Number> {
        if foreign::is_date(text) {
            return None;
        }
        self.written.read(text);
        readings::read(self.engine, self.written, self.region, &mut self.notes.for_part()).ok()
    }

    /// Keeps the number that `text` is, or why it is none.
    fn judge(&mut self, text: &str, mut notes: Notes) {
        self.written.read(text);
        match readings::read(self.engine, self.written, self.region, &mut notes) {
            Ok(number) => self.keep(&number, notes),
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn keep(&mut self, number: &Number, notes: Notes) {
        if self.phones.iter().any(|(phone, _)| *phone == number.phone) {
            return;
        }
        if self.phones.is_empty() {
            self.notes.absorb(notes);
        } else {
            self.notes.repair(FIRST_OF_SEVERAL);
            if notes.into_parts().1 {
                self.notes.flag();
            }
        }
        self.phones.push((number.phone, number.kind));
    }

    fn refuse(&mut self, refusal: Refusal) {
        if self.refusal.is_none() {
            if self.phones.is_empty() && refusal.code != "phone_is_fax" {
                // A later number counts then, and nobody can be sure that it is the one that was meant.
                self.notes.flag();
            }
            self.refusal = Some(refusal);
        }
    }

    fn finish(mut self) -> Result<PhoneReading, Refusal> {
        let mut phones = self.phones.into_iter();
        let Some((phone, kind)) = phones.next() else {
            return Err(self.refusal.unwrap_or_else(|| Refusal::without_digits(false)));
        };
        if self.refusal.is_some_and(|refusal| refusal.code != "phone_is_fax") {
            self.notes.repair(INVALID_PART_SKIPPED);
        }
        let (repairs, flagged) = self.notes.into_parts();
        Ok(PhoneReading { phone, kind, others: phones.collect(), repairs, flagged, extension: self.extension })
    }
}

/// What stands between the last number and the next.
#[derive(Debug, Default)]
struct Beside {
    words: usize,
    /// What the words say about the digits after them.
    says: Option<Word>,
    /// There are words that are not known.
    unknown: bool,
    /// The last thing was a word, with nothing after it: how many letters it has.
    ending_letters: usize,
}

impl Beside {
    fn see_word(&mut self, token: Token<'_>) {
        self.words += 1;
        self.ending_letters = token.text.chars().count();
        match (self.says, meaning_of(token.text)) {
            (_, Word::Unknown | Word::Empty) => self.unknown = true,
            // "Fax Nr." and "order number" stay what they are, "Tel./Fax" is a telephone, "ext. no." an extension.
            (Some(Word::Fax | Word::Foreign), _)
            | (Some(Word::Label), Word::Fax | Word::And)
            | (Some(Word::Extension), Word::Label) => {}
            (_, meaning) => self.says = Some(meaning),
        }
    }

    fn see_mark(&mut self, token: Token<'_>) {
        self.ending_letters = 0;
        if token.text == "#" {
            self.says = Some(Word::Extension);
        }
    }

    /// Why the digits in `text` behind these words are not to be dialled.
    fn refusal_of(&self, text: &str) -> Option<Refusal> {
        let message = if self.says == Some(Word::Foreign) {
            "the word before the digits says that they are something else"
        } else if self.glued_to(text) {
            "letters and digits in one word are no phone number"
        } else if self.words > 0 && self.says.is_none() && !looks_like_a_phone(text) {
            "the words before the digits do not say that they are a phone number: write it with +"
        } else {
            return None;
        };
        Some(Refusal::new("phone_not_a_number", message))
    }

    /// True for `O30` and `INV-2023`, not for `Tel030`, `Tel.030` and `t+49`.
    fn glued_to(&self, number: &str) -> bool {
        let start = number.trim_start_matches(['-', '/', '\'']);
        let known = self.says == Some(Word::Label) && self.ending_letters >= FEWEST_LETTERS_GLUED;
        self.ending_letters > 0 && !known && start.starts_with(|c: char| c.is_ascii_digit())
    }
}

fn another_number_follows(tokens: &[Token<'_>], at: usize) -> bool {
    let is_number = |token: &Token<'_>| token.kind == Kind::Number && token.digits() >= FEWEST_DIGITS_OF_A_NUMBER;
    tokens.get(at + 1..).is_some_and(|later| later.iter().any(is_number))
}

/// A letter between two digits, or one that looks like a digit right behind one, is a mistyped digit; and the digit of
/// `… 2nd floor` belongs to the word.
fn refuse_letter_in_number(tokens: &[Token<'_>], at: usize) -> Result<(), Refusal> {
    let Some(word) = tokens.get(at) else { return Ok(()) };
    let before = at.checked_sub(1).and_then(|at| tokens.get(at)).filter(|token| token.kind == Kind::Number);
    let after = tokens.get(at + 1).filter(|token| token.kind == Kind::Number);
    let (Some(before), false) = (before, meaning_of(word.text) == Word::Extension) else { return Ok(()) };
    let touching = before.text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let short = word.text.chars().count() <= 2;
    let looks_like_digit = word.text.chars().all(vanity::looks_like_digit);
    let inside = short && after.is_some_and(|after| after.text.starts_with(|c: char| c.is_ascii_digit()));
    let own_group = (1..=2).contains(&touching) && before.digits() >= FEWEST_DIGITS_OF_A_NUMBER;
    if inside || own_group || (touching > 0 && short && looks_like_digit) {
        return Err(Refusal::new("phone_letter_in_number", "a letter touches the digits, perhaps an O for a 0"));
    }
    Ok(())
}

/// Where a number ends whose area code stands before a comma or semicolon (`040; 22334455`): what stands behind it would
/// be valid without it too, and somebody else's.
fn end_after_area_code(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let [code, mark, rest] = tokens.get(at..at + 3)? else { return None };
    let few = code.digits() < FEWEST_DIGITS_OF_A_NUMBER && begins_a_number(code.text);
    let continues = rest.kind == Kind::Number && !begins_a_number(rest.text);
    let parts = matches!(mark.text, "," | ";" | "|" | ":" | "_" | "~" | "*" | "\n");
    (few && parts && continues).then(|| rest.end())
}
