//! The only maker of [`Phone`]: reads the cells in which people keep phone numbers.
//!
//! Responsible for repairing what spreadsheets do to numbers, for finding the valid E.164 number in a cell, and for
//! saying in words why there is none. The engine behind the door is `rlibphonenumber`; nothing outside this room knows
//! that. It must not know rows, files or configuration.

mod cell;
mod characters;
mod codes;
mod engine;
mod foreign;
mod kind;
mod masked;
mod notes;
mod origin;
mod placeholder;
mod plan;
#[cfg(test)]
mod properties;
mod readings;
mod refusal;
mod region;
mod rules;
mod spreadsheet;
mod tokens;
pub(crate) mod unwanted;
mod vanity;
mod words;
mod wrapping;
mod written;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU64;

pub use codes::{REFUSALS, REPAIRS};
pub use kind::{Callable, PhoneKind, UnknownKind};
pub use origin::Origin;
pub use refusal::Refusal;
pub use region::Region;
pub use rules::{Guesses, NumberRules};

use cell::Cell;
use characters::Damage;
use codes::{DAMAGED_CHARACTERS_REMOVED, MAY_BE_ROUNDED};
use engine::Engine;
use notes::{Notes, Rounded};
use written::Written;

/// True for a cell that is empty, or says in a word that there is nothing in it (`n/a`, `-`, `unbekannt`).
#[must_use]
pub fn says_nothing(cell: &str) -> bool {
    words::say_nothing(cell)
}

/// The longest cell that is read, in bytes: no number with its label and a comment is longer.
const MOST_BYTES: usize = 300;

/// A valid phone number in E.164 form. Eight bytes; of a cell only [`PhoneReader`] makes one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(NonZeroU64);

impl Phone {
    /// Reads a number that already is E.164 (`+` and 7 to 15 digits), as it stands in our own files and in platforms'
    /// answers. It is not checked for validity: cells of an input go through [`PhoneReader::read`].
    #[must_use]
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let well_formed =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if well_formed { digits.parse().ok().map(Self) } else { None }
    }

    /// The digits without the `+`.
    #[must_use]
    pub fn digits(self) -> u64 {
        self.0.get()
    }

    /// Appends the number in E.164 form to `out`, faster than by formatting it.
    pub fn write(self, out: &mut String) {
        out.push('+');
        out.push_str(itoa::Buffer::new().format(self.0.get()));
    }

    /// The number for logs: the start and the end of it, `+49302•••555`.
    #[must_use]
    pub fn masked(self) -> String {
        let digits = self.0.to_string();
        let shown = digits.len().saturating_sub(6).clamp(2, 6);
        let (start, rest) = digits.split_at(shown);
        format!("+{start}•••{}", &rest[rest.len().saturating_sub(3)..])
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Reads cells; one for each thread. The engine's tables, which all share, cost some milliseconds to make, and the plan of a
/// country a fraction of one when its first number comes. Plans are kept for later readers.
#[derive(Debug)]
pub struct PhoneReader {
    engine: Engine,
    /// The cell in plain characters.
    plain: String,
    /// The number that is being looked at.
    written: Written,
    rounded: Rounded,
}

impl PhoneReader {
    /// With the engine's tables, built where this is the first one.
    #[must_use]
    pub fn new() -> Self {
        Self { engine: Engine::new(), plain: String::new(), written: Written::default(), rounded: Rounded::Refused }
    }

    /// One for do-not-call lists: what may be the rest of a rounded number is read and marked, since whoever really has such a
    /// number is not to be called.
    #[must_use]
    pub fn for_lists() -> Self {
        Self { rounded: Rounded::Marked, ..Self::new() }
    }

    /// The number in `cell`, read for `region` where it does not name its own country.
    ///
    /// # Errors
    /// [`Refusal`] says why there is no number that may be dialled.
    pub fn read(&mut self, cell: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
        if cell.len() > MOST_BYTES {
            return Err(Refusal::new("phone_cell_too_long", "the cell is too long to be a phone number"));
        }
        if !characters::are_plain_without_points(cell) {
            masked::refuse(cell)?;
        }
        let mut notes = Notes::with(self.rounded);
        if characters::are_plain(cell) {
            let text = wrapping::unwrap(cell, &mut notes)?;
            return self.read_text(text, region, notes);
        }
        let mut plain = std::mem::take(&mut self.plain);
        let reading = self.read_damaged(cell, &mut plain, region, notes);
        self.plain = plain;
        reading
    }

    /// The dial code of `region`: 49 for Germany. Several regions may share one.
    #[must_use]
    pub fn dial_code(&self, region: Region) -> u16 {
        self.engine.calling_code(region)
    }

    /// The country whose code `phone` begins with; of several that share it, the main one.
    #[must_use]
    pub fn country_of(&self, phone: Phone) -> Option<Region> {
        let code = self.engine.leading_code(itoa::Buffer::new().format(phone.digits()))?;
        self.engine.region_of_code(code)
    }

    fn read_damaged(
        &mut self,
        cell: &str,
        plain: &mut String,
        region: Option<Region>,
        mut notes: Notes,
    ) -> Result<PhoneReading, Refusal> {
        if characters::write_plain(cell, plain)? == Damage::Replaced {
            notes.repair(DAMAGED_CHARACTERS_REMOVED);
            notes.flag();
        }
        let text = wrapping::unwrap(plain, &mut notes)?;
        self.read_text(text, region, notes)
    }

    fn read_text(
        &mut self,
        text: Cow<'_, str>,
        region: Option<Region>,
        mut notes: Notes,
    ) -> Result<PhoneReading, Refusal> {
        foreign::refuse(&text)?;
        let text = spreadsheet::written_out(text, &mut notes)?;
        Cell::new(&mut self.engine, &mut self.written, region, notes).read(&text)
    }
}

impl Default for PhoneReader {
    fn default() -> Self {
        Self::new()
    }
}

/// What was found in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneReading {
    /// The first valid number.
    pub phone: Phone,
    /// What kind of number it is.
    pub kind: PhoneKind,
    /// Further valid numbers in the same cell, in order, each once.
    pub others: Vec<(Phone, PhoneKind)>,
    /// The rules that changed more than the writing of the number, in the order in which they were applied.
    pub repairs: Vec<Repair>,
    /// True where the reading is the likely one but a person should look at it.
    pub flagged: bool,
    /// The extension, which is not dialled.
    pub extension: Option<String>,
}

impl PhoneReading {
    /// Every valid number of the cell, in order.
    pub fn phones(&self) -> impl Iterator<Item = Phone> + '_ {
        std::iter::once(self.phone).chain(self.others.iter().map(|(phone, _)| *phone))
    }

    /// True where one of them may be what a spreadsheet left of another number.
    #[must_use]
    pub fn may_be_rounded(&self) -> bool {
        self.repairs.contains(&MAY_BE_ROUNDED)
    }
}

/// A rule that repaired a cell: a stable code.
pub type Repair = &'static str;
