//! A column that says of which type the number beside it is: `Phone 1 - Label` beside `Phone 1 - Value`, with `Work Fax`
//! in some of its rows. Pure.

use super::name::name_says;
use super::words::words;

/// What such a column has in its name and the number's has not.
const TYPE: &[&str] = &["type", "types", "label", "kind", "typ", "art", "tipo", "rodzaj", "soort", "тип"];

/// What the number's column may have in its name and the type's has not.
const VALUE: &[&str] = &["value", "number", "no", "nr", "nummer", "numero", "номер", "wert", "valor"];

/// What Google's contacts put between several values of one cell.
const BETWEEN_VALUES: &str = ":::";

/// True where the column `name` says of which type the numbers of the column `phone` are.
pub(crate) fn is_type_of(name: &str, phone: &str) -> bool {
    let (name, phone) = (words(name), words(phone));
    let is_type = |word: &&String| TYPE.contains(&word.as_str());
    let is_value = |word: &&String| VALUE.contains(&word.as_str());
    name.iter().any(|word| is_type(&word))
        && name.iter().filter(|word| !is_type(word) && !is_value(word)).eq(phone.iter().filter(|word| !is_value(word)))
}

/// True for `Work Fax` and `Pager`: the first number beside it is not to be called.
pub(crate) fn is_never_called_type(cell: &str) -> bool {
    let first = cell.split(BETWEEN_VALUES).next().unwrap_or_default();
    name_says(first).kind.is_some_and(super::Kind::is_never_called)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_column_is_found_beside_its_number_and_no_other() {
        for (name, phone) in [
            ("Phone 1 - Type", "Phone 1 - Value"),
            ("Phone 2 - Label", "Phone 2 - Value"),
            ("Phone Type", "Phone"),
            ("phone_type", "phone_number"),
            ("Telefon Art", "Telefon"),
            ("phones.0.type", "phones.0.value"),
        ] {
            assert!(is_type_of(name, phone), "{name} of {phone}");
        }
        for (name, phone) in [
            ("Phone 1 - Type", "Phone 2 - Value"),
            ("Type", "Phone"),
            ("Mobile Type", "Phone"),
            ("Phone", "Phone"),
            ("Phone Status", "Phone"),
        ] {
            assert!(!is_type_of(name, phone), "{name} of {phone}");
        }
    }

    #[test]
    fn faxes_and_pagers_are_never_called_in_any_language() {
        for cell in ["Fax", "Work Fax", "home fax", "Fax geschäftlich", "Факс", "Pager", "Work Fax ::: Mobile"] {
            assert!(is_never_called_type(cell), "{cell}");
        }
        for cell in ["", "Mobile", "Work", "* Home", "Main", "Mobile ::: Work Fax", "Other"] {
            assert!(!is_never_called_type(cell), "{cell}");
        }
    }
}
