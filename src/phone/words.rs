//! What the words around a number mean.
//!
//! `words.tsv` beside this file holds them as [`super::region::folded`] writes them. A word that may mean several things
//! means the first of them in the table's order; whether a whole cell says "no number" is asked separately.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::region::folded;

/// What a word says about the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// The number after it is a telephone's.
    Label,
    /// The number after it is a fax's.
    Fax,
    /// The digits after it are an extension.
    Extension,
    /// It joins two numbers.
    And,
    /// The digits after it are something else: an invoice, an account, an amount.
    Foreign,
    /// There is no number.
    Empty,
    /// Anything else.
    Unknown,
}

/// What `word` means.
pub(super) fn meaning_of(word: &str) -> Word {
    WORDS.meanings.get(folded(word).as_str()).copied().unwrap_or(Word::Unknown)
}

/// True where the whole cell is a way to say that there is no number.
pub(super) fn say_nothing(cell: &str) -> bool {
    let word = folded(cell);
    word.is_empty() || WORDS.empty.contains(word.as_str())
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("words.tsv")));

struct Words {
    meanings: HashMap<&'static str, Word>,
    empty: HashSet<&'static str>,
}

impl Words {
    fn read(table: &'static str) -> Self {
        let mut words = Self { meanings: HashMap::new(), empty: HashSet::new() };
        for (kind, list) in table.lines().filter_map(|line| line.split_once('\t')) {
            let meaning = kind_of(kind);
            for word in list.split(' ') {
                words.meanings.entry(word).or_insert(meaning);
                if meaning == Word::Empty {
                    words.empty.insert(word);
                }
            }
        }
        words
    }
}

fn kind_of(kind: &str) -> Word {
    match kind {
        "label" => Word::Label,
        "extension" => Word::Extension,
        "fax" => Word::Fax,
        "and" => Word::And,
        "foreign" => Word::Foreign,
        "empty" => Word::Empty,
        _ => Word::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_folded_words_of_known_kinds() {
        assert!(WORDS.meanings.len() > 250);
        for (word, meaning) in &WORDS.meanings {
            assert_eq!(&folded(word), word);
            assert_ne!(*meaning, Word::Unknown, "{word}");
        }
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(meaning_of("Tél"), Word::Label);
        assert_eq!(meaning_of("ТЕЛ"), Word::Label);
        assert_eq!(meaning_of("Durchwahl"), Word::Extension);
        assert_eq!(meaning_of("FAX"), Word::Fax);
        assert_eq!(meaning_of("Müller"), Word::Unknown);
    }
}
