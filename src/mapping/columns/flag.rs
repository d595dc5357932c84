//! Yes and no in a cell, in the languages of the product.

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
