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
    "existiert schon",
    "bereits registriert",
    "bereits angelegt",
    "doppelt",
    "duplikat",
    "já existe",
    "ja existe",
    "já está",
    "já foi",
    "duplicad",
    "ya existe",
    "ya está",
    "ya ha sido",
    "ya fue",
    "ya se encuentra",
    "repetido",
    "existe déjà",
    "déjà utilisé",
    "déjà pris",
    "déjà été",
    "déjà enregistré",
    "déjà présent",
    "doublon",
    "esiste già",
    "già stato",
    "già presente",
    "già esistente",
    "già in uso",
    "duplicat",
    "bestaat al",
    "al in gebruik",
    "al bezet",
    "al toegevoegd",
    "al geregistreerd",
    "reeds",
    "już istnieje",
    "został już",
    "już został",
    "jest już",
    "już zajęt",
    "există deja",
    "deja folosit",
    "zaten var",
    "zaten mevcut",
    "zaten kayıtlı",
    "zaten alınmış",
    "daha önce",
    "вече съществува",
    "вече е",
    "уже существует",
    "уже занят",
    "уже есть",
    "уже добавлен",
    "дубликат",
    "вже існує",
    "υπάρχει ήδη",
    "již existuje",
    "už existuje",
    "már létezik",
    "finns redan",
    "findes allerede",
    "finnes allerede",
    "on jo olemassa",
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

/// Further words, of the user's own platform.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    already_there: Vec<String>,
    no_balance: Vec<String>,
}

impl Words {
    /// These hint that the lead is already there, and those that the balance does not suffice. Upper and lower case are the
    /// same; empty texts, which are in everything, are left out.
    #[must_use]
    pub fn new(already_there: &[String], no_balance: &[String]) -> Self {
        let plain = |words: &[String]| {
            words.iter().map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect()
        };
        Self { already_there: plain(already_there), no_balance: plain(no_balance) }
    }

    /// True where the text hints that the lead was there before.
    pub(super) fn hint_at_already_there(&self, text: &str) -> bool {
        contains_any(text, ALREADY_THERE, &self.already_there)
    }

    /// True where the text says that the account's balance does not suffice.
    pub(super) fn hint_at_no_balance(&self, text: &str) -> bool {
        contains_any(text, NO_BALANCE, &self.no_balance)
    }
}

fn contains_any(text: &str, hints: &[&str], further: &[String]) -> bool {
    let text = text.to_lowercase();
    hints.iter().copied().chain(further.iter().map(String::as_str)).any(|hint| text.contains(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_several_languages_are_known() {
        let words = Words::default();
        for text in [
            "The phone number has already been taken.",
            "Diese Nummer ist BEREITS VORHANDEN.",
            "Ein Lead mit dieser Nummer existiert schon.",
            "Este número já está cadastrado.",
            "El número ya existe en la campaña.",
            "Ce numéro existe déjà.",
            "Il numero esiste già.",
            "Dit nummer is al toegevoegd.",
            "Ten numer już istnieje.",
            "Numărul există deja.",
            "Bu numara zaten kayıtlı.",
            "Номерът вече съществува.",
            "Такой номер уже есть.",
            "Ο αριθμός υπάρχει ήδη.",
            "Telefonní číslo již existuje.",
            "Numret finns redan.",
        ] {
            assert!(words.hint_at_already_there(text), "{text}");
            assert!(!words.hint_at_no_balance(text), "{text}");
        }
        for text in ["The phone number field is required.", "Die Nummer ist ungültig.", "O número é inválido."] {
            assert!(!words.hint_at_already_there(text), "{text}");
        }
        for text in ["Saldo insuficiente.", "Ihr Guthaben reicht nicht aus.", "Yetersiz bakiye", "Insufficient funds"] {
            assert!(words.hint_at_no_balance(text), "{text}");
        }
        assert!(!words.hint_at_no_balance("The phone number is blocked."));
    }

    #[test]
    fn further_words_are_added_to_the_table_and_empty_ones_mean_nothing() {
        let texts = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        let words = Words::new(&texts(&[" Kennen Wir Schon ", " "]), &texts(&["", "kein Geld"]));
        assert!(words.hint_at_already_there("Den kennen wir schon!") && words.hint_at_already_there("Duplicate"));
        assert!(words.hint_at_no_balance("Kein Geld da") && words.hint_at_no_balance("insufficient balance"));
        assert!(!words.hint_at_already_there("wrong number") && !words.hint_at_no_balance("wrong number"));
    }
}
