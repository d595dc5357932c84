//! Words beside a number that say not to call it: `0171 … (nicht anrufen)`, `… wrong number`.
//!
//! Only who is called asks this. A do-not-call list may well say so of every number in it. The same words bar a row where
//! they stand in a column that says how a lead stands (`Lead Status`: Do Not Call).

use std::sync::LazyLock;

use super::Refusal;
use super::region::folded;

/// As [`folded`] writes them, without the spaces: whoever is meant, such a number is not dialled on a guess. As a status they
/// say the same.
const PHRASES: &[&str] = &[
    // English
    "donotcall",
    "donotphone",
    "donotcontact",
    "dontcall",
    "nevercall",
    "wrongnumber",
    "invalidnumber",
    "notinservice",
    "outofservice",
    "deceased",
    // German
    "nichtanrufen",
    "nichtmehranrufen",
    "nichtkontaktieren",
    "falschenummer",
    "nummerfalsch",
    "werbesperre",
    "verstorben",
    // Spanish, Portuguese, French, Italian
    "nollamar",
    "numeroequivocado",
    "naoligar",
    "numeroerrado",
    "nepasappeler",
    "fauxnumero",
    "mauvaisnumero",
    "nonchiamare",
    "numerosbagliato",
    // Dutch, Polish, Romanian, Turkish
    "nietbellen",
    "verkeerdnummer",
    "niedzwonic",
    "nusunati",
    "numargresit",
    "aramayin",
    "yanlisnumara",
    // Bulgarian, Russian
    "незвънете",
    "незвъни",
    "грешенномер",
    "незвонить",
    "незвоните",
    "неверныиномер",
    // Arabic, Chinese
    "لاتتصل",
    "请勿致电",
    "请勿拨打",
    "不要打",
    "错号",
];

/// Only beside a number: as a status they tell how a call went, or that there was none.
const BESIDE_A_NUMBER: &[&str] = &["nocalls", "disconnected", "keineanrufe", "keinanruf"];

/// Only as a status, and only where nothing else stands there, or marks stand between: they are short, and may be a part of
/// other words.
const AS_A_STATUS: &[&str] = &[
    // English
    "dnc",
    "ondnc",
    "dnclist",
    "dncrequested",
    "optedout",
    "callsoptedout",
    "unsubscribedfromcalls",
    "blacklisted",
    "badnumber",
    // German
    "gesperrt",
    "anrufsperre",
    "kontaktsperre",
    "gestorben",
    // Dead, in Spanish, Portuguese, French, Italian, Dutch, Polish, Romanian, Turkish, Bulgarian, Russian, Arabic, Chinese
    "fallecido",
    "fallecida",
    "falecido",
    "falecida",
    "decede",
    "decedee",
    "deceduto",
    "deceduta",
    "overleden",
    "zmarły",
    "zmarła",
    "decedat",
    "vefatetti",
    "починал",
    "умер",
    "متوفى",
    "已故",
];

/// Phrases, found in one pass over a text.
struct Phrases {
    /// By their first byte.
    beginning_with: Vec<Vec<&'static [u8]>>,
}

impl Phrases {
    fn new<'a>(phrases: impl IntoIterator<Item = &'a &'static str>) -> Self {
        let mut beginning_with = vec![Vec::new(); 256];
        for phrase in phrases {
            if let Some(first) = phrase.bytes().next() {
                beginning_with[usize::from(first)].push(phrase.as_bytes());
            }
        }
        Self { beginning_with }
    }

    fn one_is_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let begins = |at: usize, first: u8| {
            self.beginning_with[usize::from(first)].iter().any(|phrase| bytes[at..].starts_with(phrase))
        };
        bytes.iter().enumerate().any(|(at, first)| begins(at, *first))
    }
}

static SAID_BY_STATUS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(PHRASES));
static SAID_BESIDE_A_NUMBER: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(PHRASES.iter().chain(BESIDE_A_NUMBER)));

/// A status has no more characters than this; the rest is not looked at.
const LONGEST_STATUS: usize = 120;

/// True where a status says that nobody is to be called: `Do Not Call`, `Closed - DNC`, `falsche Nummer`.
pub(crate) fn is_said_by_status(cell: &str) -> bool {
    if !cell.contains(char::is_alphabetic) {
        return false;
    }
    let start: String = cell.chars().take(LONGEST_STATUS).collect();
    let is_one = |text: &str| AS_A_STATUS.contains(&text);
    let whole = folded(&start);
    let parts = || start.split(|c: char| !c.is_alphanumeric() && !c.is_whitespace());
    SAID_BY_STATUS.one_is_in(&whole) || is_one(&whole) || parts().any(|part| is_one(&folded(part)))
}

/// Refuses a cell whose words say that its number is not to be called.
///
/// # Errors
/// It says so.
pub(crate) fn refuse(cell: &str) -> Result<(), Refusal> {
    if !cell.contains(char::is_alphabetic) {
        return Ok(());
    }
    if SAID_BESIDE_A_NUMBER.one_is_in(&folded(cell)) {
        let message = "the words beside the number say that it is not to be called: take them out if it may be";
        return Err(Refusal::new("phone_not_wanted", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrases_are_folded() {
        for phrase in PHRASES.iter().chain(BESIDE_A_NUMBER).chain(AS_A_STATUS) {
            assert_eq!(&folded(phrase), phrase);
        }
    }

    #[test]
    fn every_phrase_is_found_wherever_it_stands() {
        for phrase in PHRASES.iter().chain(BESIDE_A_NUMBER) {
            for text in [(*phrase).to_owned(), format!("d{phrase}"), format!("do not{phrase}"), format!("{phrase}42")] {
                assert!(SAID_BESIDE_A_NUMBER.one_is_in(&text), "{text}");
                let cut = &text[..text.len() - text.chars().next_back().map_or(0, char::len_utf8)];
                let is_in = |text: &str| PHRASES.iter().chain(BESIDE_A_NUMBER).any(|phrase| text.contains(phrase));
                assert_eq!(SAID_BESIDE_A_NUMBER.one_is_in(cut), is_in(cut), "{cut}");
            }
        }
    }

    #[test]
    fn a_status_bars_by_the_same_words_but_not_by_how_a_call_went() {
        for status in ["Do Not Call", "DNC", "Closed - DNC", "Wrong number", "falsche Nummer", "Décédé", "Werbesperre"]
        {
            assert!(is_said_by_status(status), "{status}");
        }
        for status in ["", "New", "No calls yet", "Disconnected", "kein Anruf", "Call back", "Numerous", "42"] {
            assert!(!is_said_by_status(status), "{status}");
        }
    }

    #[test]
    fn words_that_forbid_the_call_are_heeded_wherever_they_stand() {
        for cell in [
            "0151 23125026 (nicht anrufen!)",
            "DO NOT CALL 212-555-0101",
            "0151 23125030 - falsche Nummer",
            "212-555-0102 wrong number",
            "no llamar 612 34 12 34",
            "8 916 123-45-67 не звонить",
        ] {
            assert_eq!(refuse(cell).map_err(|refusal| refusal.code), Err("phone_not_wanted"), "{cell}");
        }
        for cell in
            ["+49 30 23125001", "Tel. 030 23125001", "call 212-555-0101", "0151 23125061 Mutter", "bitte anrufen"]
        {
            assert_eq!(refuse(cell), Ok(()), "{cell}");
        }
    }
}
