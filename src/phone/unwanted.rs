//! Words beside a number that say not to call it: `0171 … (nicht anrufen)`, `… wrong number`.
//!
//! Only who is called asks this. A do-not-call list may well say so of every number in it.

use super::Refusal;
use super::region::folded;

/// As [`folded`] writes them, without the spaces: whoever is meant, such a number is not dialled on a guess.
const PHRASES: &[&str] = &[
    // English
    "donotcall",
    "donotphone",
    "donotcontact",
    "dontcall",
    "nevercall",
    "nocalls",
    "wrongnumber",
    "invalidnumber",
    "notinservice",
    "outofservice",
    "disconnected",
    "deceased",
    // German
    "nichtanrufen",
    "nichtmehranrufen",
    "nichtkontaktieren",
    "keineanrufe",
    "keinanruf",
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

/// Refuses a cell whose words say that its number is not to be called.
///
/// # Errors
/// It says so.
pub(crate) fn refuse(cell: &str) -> Result<(), Refusal> {
    if !cell.contains(char::is_alphabetic) {
        return Ok(());
    }
    let words = folded(cell);
    if PHRASES.iter().any(|phrase| words.contains(phrase)) {
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
        for phrase in PHRASES {
            assert_eq!(&folded(phrase), phrase);
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
