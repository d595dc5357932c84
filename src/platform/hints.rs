//! Words in a platform's refusals that hint at one of two things which have no code of their own: the lead is already
//! there, or the account has no money left. A hint of the first kind is checked by a look-up before it is believed; a
//! false hint of the second stops a run that can be resumed.

/// In the languages in which the platforms are sold, lower-case.
const ALREADY_THERE: &[&str] = &[
    "already exist",
    "already been taken",
    "already taken",
    "already in",
    "already added",
    "already registered",
    "duplicate",
    "bereits vorhanden",
    "bereits vergeben",
    "bereits in ",
    "existiert bereits",
    "schon vorhanden",
    "duplikat",
    "já existe",
    "ja existe",
    "já está",
    "já foi",
    "duplicad",
    "ya existe",
    "ya está",
    "ya ha sido",
    "existe déjà",
    "déjà utilisé",
    "déjà pris",
    "doublon",
    "esiste già",
    "già stato",
    "già presente",
    "duplicat",
    "bestaat al",
    "al in gebruik",
    "al bezet",
    "już istnieje",
    "został już",
    "există deja",
    "deja folosit",
    "zaten var",
    "zaten mevcut",
    "daha önce",
    "вече съществува",
    "вече е",
    "уже существует",
    "уже занят",
    "موجود بالفعل",
    "مستخدم بالفعل",
    "पहले से",
    "已存在",
    "已被",
];

const NO_BALANCE: &[&str] = &[
    "insufficient balance",
    "insufficient credit",
    "insufficient fund",
    "not enough balance",
    "not enough credit",
    "balance is too low",
    "out of credit",
    "payment required",
    "nicht genügend guthaben",
    "guthaben",
    "saldo insuficiente",
    "sem saldo",
    "créditos insuficientes",
    "solde insuffisant",
    "crédit insuffisant",
    "credito insufficiente",
    "saldo insufficiente",
    "onvoldoende saldo",
    "onvoldoende tegoed",
    "niewystarczające środki",
    "sold insuficient",
    "yetersiz bakiye",
    "недостатъчен баланс",
    "недостатъчна наличност",
    "недостаточно средств",
    "رصيد غير كاف",
    "余额不足",
];

/// True where the text hints that the lead was there before.
pub(super) fn hints_at_already_there(text: &str) -> bool {
    contains_any(text, ALREADY_THERE)
}

/// True where the text says that the account's balance does not suffice.
pub(super) fn hints_at_no_balance(text: &str) -> bool {
    contains_any(text, NO_BALANCE)
}

fn contains_any(text: &str, hints: &[&str]) -> bool {
    let text = text.to_lowercase();
    hints.iter().any(|hint| text.contains(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_several_languages_are_known() {
        assert!(hints_at_already_there("The phone number has already been taken."));
        assert!(hints_at_already_there("Diese Nummer ist BEREITS VORHANDEN."));
        assert!(!hints_at_already_there("The phone number field is required."));
        assert!(hints_at_no_balance("Saldo insuficiente."));
        assert!(!hints_at_no_balance("The phone number is blocked."));
    }
}
