//! Why a cell holds no number, in words that a sales person understands.

use super::engine::{Engine, Fault};

/// Why a cell holds no number that may be dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable and machine-readable, for instance `phone_too_short`: one of [`super::REFUSALS`].
    pub code: &'static str,
    /// A sentence for a sales person, without the cell's text: `too short for Germany: 4 digits`.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn spreadsheet(message: &str) -> Self {
        Self::new("phone_spreadsheet_error", message)
    }

    pub(super) fn date() -> Self {
        Self::new("phone_is_date", "a date or a time, not a phone number")
    }

    pub(super) fn placeholder() -> Self {
        Self::new("phone_placeholder", "a filler such as 1234567890, not a phone number")
    }

    /// There is no digit in the cell.
    pub(super) fn without_digits(says_nothing: bool) -> Self {
        if says_nothing {
            Self::new("phone_empty", "no number")
        } else {
            Self::new("phone_not_a_number", "text without a phone number in it")
        }
    }

    pub(super) fn no_country(digits: usize) -> Self {
        if digits < 4 {
            return Self::new("phone_too_short", format!("too short: {}", counted(digits)));
        }
        let message = "no country: write the number with + and country code, or give --region";
        Self::new("phone_no_country", message)
    }

    pub(super) fn of_fault(engine: &Engine, fault: Fault) -> Self {
        let place = |country| engine.region_of_code(country).map(|region| region.name().to_owned());
        let of = |country, word: &str| place(country).map_or_else(String::new, |name| format!(" {word} {name}"));
        match fault {
            Fault::TooShort { country, digits } => {
                Self::new("phone_too_short", format!("too short{}: {}", of(country, "for"), counted(digits)))
            }
            Fault::TooLong { country, digits } => {
                Self::new("phone_too_long", format!("too long{}: {}", of(country, "for"), counted(digits)))
            }
            Fault::Unassigned { country } => {
                Self::new("phone_invalid", format!("no such number is given out{}", of(country, "in")))
            }
            Fault::NoSuchCountry => Self::new("phone_no_such_country", "no country has the code after the +"),
            Fault::Broken => Self::new("phone_invalid", "the tables of phone numbers could not be read"),
        }
    }
}

fn counted(digits: usize) -> String {
    match digits {
        1 => "1 digit".to_owned(),
        _ => format!("{digits} digits"),
    }
}
