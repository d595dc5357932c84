//! Yes and no in a cell, in the languages of the product.

use crate::phone::unwanted::is_said_by_status;

/// What a cell of a flag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    /// Yes.
    Yes,
    /// No, or nothing.
    No,
    /// Something else.
    Unclear,
}

const YES: &[&str] = &[
    "yes",
    "y",
    "true",
    "t",
    "1",
    "1.0",
    "x",
    "✓",
    "✔",
    "☑",
    "on",
    "checked",
    "ja",
    "j",
    "wahr",
    "oui",
    "o",
    "vrai",
    "sí",
    "si",
    "sì",
    "s",
    "sim",
    "verdadeiro",
    "verdadero",
    "vero",
    "waar",
    "da",
    "adevărat",
    "да",
    "д",
    "вярно",
    "истина",
    "tak",
    "prawda",
    "evet",
    "e",
    "doğru",
    "نعم",
    "हाँ",
    "हां",
    "是",
    "对",
    "do not call",
    "dnc",
    "nicht anrufen",
];

const NO: &[&str] = &[
    "no",
    "n",
    "false",
    "f",
    "0",
    "0.0",
    "-",
    "–",
    "off",
    "unchecked",
    "nein",
    "falsch",
    "non",
    "faux",
    "não",
    "nao",
    "falso",
    "nee",
    "onwaar",
    "nu",
    "fals",
    "не",
    "н",
    "нет",
    "невярно",
    "ложь",
    "nie",
    "fałsz",
    "hayır",
    "h",
    "yanlış",
    "لا",
    "नहीं",
    "नही",
    "否",
    "不",
    "n/a",
    "na",
    "null",
    "none",
    "☐",
    "✗",
];

/// What a cell of a column says that tells who may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// They may be called.
    Given,
    /// They may not.
    Refused,
    /// Nothing.
    Unsaid,
    /// Something else.
    Unclear,
}

const GIVEN: &[&str] = &[
    "ok",
    "okay",
    "opt in",
    "opt-in",
    "opted in",
    "opted-in",
    "granted",
    "given",
    "allowed",
    "agreed",
    "accepted",
    "consented",
    "subscribed",
    "erteilt",
    "erlaubt",
    "zugestimmt",
    "eingewilligt",
    "accordé",
    "autorisé",
    "concedido",
    "autorizado",
    "concesso",
    "toegestaan",
    "разрешено",
];

const REFUSED: &[&str] = &[
    "not ok",
    "never",
    "opt out",
    "opt-out",
    "opted out",
    "opted-out",
    "denied",
    "declined",
    "refused",
    "rejected",
    "revoked",
    "withdrawn",
    "not given",
    "not granted",
    "not allowed",
    "unsubscribed",
    "verweigert",
    "abgelehnt",
    "widerrufen",
    "nicht erteilt",
    "nicht erlaubt",
    "refusé",
    "retiré",
    "denegado",
    "rechazado",
    "revocado",
    "negado",
    "recusado",
    "rifiutato",
    "negato",
    "revocato",
    "geweigerd",
    "odmowa",
    "refuzat",
    "reddedildi",
    "отказ",
    "запрещено",
    "拒绝",
    "مرفوض",
];

/// What stands for an empty cell: it is no refusal.
const UNSAID: &[&str] = &["", "-", "–", "n/a", "na", "null", "none", "unknown", "?"];

/// What `cell` says of a consent. A clear no with words behind it (`No, by e-mail only`) is one.
pub(crate) fn consent(cell: &str) -> Consent {
    let text = cell.trim().to_lowercase();
    if UNSAID.contains(&text.as_str()) {
        return Consent::Unsaid;
    }
    let begins = text.split([',', ';', '(', '.', ':', '!', '–', '—']).next().unwrap_or_default();
    let begins = begins.split(" - ").next().unwrap_or_default().trim();
    let is_no = |text: &str| NO.contains(&text) || REFUSED.contains(&text);
    if is_no(&text) || (!UNSAID.contains(&begins) && is_no(begins)) || is_said_by_status(&text) {
        Consent::Refused
    } else if YES.contains(&text.as_str()) || GIVEN.contains(&text.as_str()) {
        Consent::Given
    } else {
        Consent::Unclear
    }
}

/// What `cell` says.
pub(crate) fn flag(cell: &str) -> Flag {
    let text = cell.trim().to_lowercase();
    if text.is_empty() || NO.contains(&text.as_str()) {
        Flag::No
    } else if YES.contains(&text.as_str()) {
        Flag::Yes
    } else {
        Flag::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_is_refused_only_by_a_clear_no_and_an_empty_cell_is_none() {
        for no in
            ["No", "nein", "0", "FALSE", "No, by e-mail only", "opted out", "Widerrufen", "DNC", "do not call", "✗"]
        {
            assert_eq!(consent(no), Consent::Refused, "{no}");
        }
        for yes in ["Yes", "1", "ja", "Granted", "x", "да"] {
            assert_eq!(consent(yes), Consent::Given, "{yes}");
        }
        for unsaid in ["", "  ", "-", "n/a", "NULL"] {
            assert_eq!(consent(unsaid), Consent::Unsaid, "{unsaid}");
        }
        for unclear in ["2026-03-01", "by e-mail", "November"] {
            assert_eq!(consent(unclear), Consent::Unclear, "{unclear}");
        }
    }

    #[test]
    fn yes_and_no_are_read_in_every_language_and_empty_is_no() {
        for yes in ["Yes", " TRUE", "1", "X", "ja", "да", "sí", "Oui", "是", "نعم"] {
            assert_eq!(flag(yes), Flag::Yes, "{yes}");
        }
        for no in ["", " ", "No", "false", "0", "nein", "не", "não", "-"] {
            assert_eq!(flag(no), Flag::No, "{no}");
        }
        assert_eq!(flag("since March"), Flag::Unclear);
    }
}
