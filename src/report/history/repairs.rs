//! Which numbers were repaired, from the words that lead lines have for it.

use std::collections::HashMap;

use super::People;
use super::failures::short;
use super::figures::Repaired;
use crate::phone::{REPAIRS, Repair};
use crate::report::wording::masked;

/// How many examples are told of each.
const EXAMPLES: usize = 3;

/// How many combinations of rules are told apart; later ones are counted by their first rule alone.
const MOST_COMBINATIONS: usize = 100;

/// What stands among the rules where the reading is likely, but not certain.
const PLEASE_CHECK: &str = "please check";

/// How sure the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Reading {
    Certain,
    PleaseCheck,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Repairs {
    people: People,
    counts: HashMap<(Vec<Repair>, Reading), (u64, Vec<String>)>,
    /// Remarks in words of another version, or that are no repairs.
    unread: u64,
}

impl Repairs {
    pub(super) fn new(people: People) -> Self {
        Self { people, counts: HashMap::new(), unread: 0 }
    }

    /// One of a lead's repairs: `Telefon: "4930…" read as +4930… (country_code_without_plus, please check)`.
    pub(super) fn add(&mut self, words: &str) {
        let Some((mut rules, reading)) = rules_of(words) else {
            self.unread += 1;
            return;
        };
        if self.counts.len() >= MOST_COMBINATIONS {
            rules.truncate(1);
        }
        let (count, examples) = self.counts.entry((rules, reading)).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(shown(words, self.people));
        }
    }

    /// The most frequent first, and how many could not be read.
    pub(super) fn figures(self) -> (Vec<Repaired>, u64) {
        let repaired = |((rules, reading), (count, examples)): ((Vec<Repair>, Reading), (u64, Vec<String>))| {
            let words = words(&rules, reading);
            let please_check = reading == Reading::PleaseCheck;
            Repaired { rules, words, please_check, count, examples }
        };
        let mut repairs: Vec<Repaired> = self.counts.into_iter().map(repaired).collect();
        repairs.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.rules.cmp(&b.rules)));
        (repairs, self.unread)
    }
}

/// The known rules in the last brackets, and whether the reading is to be checked.
fn rules_of(words: &str) -> Option<(Vec<Repair>, Reading)> {
    let (_, rest) = words.rsplit_once(" read as ")?;
    let (_, rest) = rest.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    let (mut rules, mut reading) = (Vec::new(), Reading::Certain);
    for word in inside.split(", ") {
        if word == PLEASE_CHECK {
            reading = Reading::PleaseCheck;
        } else {
            rules.push(REPAIRS.iter().find(|(code, _)| *code == word)?.0);
        }
    }
    Some((rules, reading))
}

fn words(rules: &[Repair], reading: Reading) -> String {
    let known = |rule: &Repair| REPAIRS.iter().find(|(code, _)| code == rule).map_or("", |(_, words)| *words);
    let mut words: Vec<&str> = rules.iter().map(known).collect();
    if words.is_empty() {
        words.push("read in the likely way, which is not certain");
    }
    words.extend((reading == Reading::PleaseCheck).then_some(PLEASE_CHECK));
    words.join("; ")
}

/// What stood in the cell may be a name, so where people are not shown only what was read is.
fn shown(words: &str, people: People) -> String {
    match people {
        People::Shown => short(words),
        People::Masked => {
            let read = words.rsplit_once(" read as ").map_or("", |(_, read)| read);
            masked(&short(read.split(" (").next().unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead;
    use crate::phone::Phone;

    fn told(rules: &[Repair], flagged: bool) -> String {
        let repaired = lead::Repaired {
            column: "Telefon (privat) read as written".into(),
            from: "Ada Example (4930 23125001)".to_owned(),
            to: Phone::from_e164("+493023125001").unwrap(),
            rules: rules.to_vec(),
            flagged,
            left_out: vec![Phone::from_e164("+493023125002").unwrap()],
        };
        repaired.to_string()
    }

    #[test]
    fn every_rule_is_read_back_from_the_words_that_the_results_file_has_for_it() {
        for (code, meaning) in REPAIRS {
            for flagged in [false, true] {
                let mut repairs = Repairs::new(People::Masked);
                repairs.add(&told(&[code], flagged));
                let (figures, unread) = repairs.figures();
                assert_eq!((unread, figures.len()), (0, 1), "{code}");
                assert_eq!((figures[0].rules.as_slice(), figures[0].please_check), ([*code].as_slice(), flagged));
                assert!(figures[0].words.starts_with(meaning));
            }
        }
    }

    #[test]
    fn a_cell_is_shown_only_where_people_are() {
        for (people, is_shown) in [(People::Masked, false), (People::Shown, true)] {
            let mut repairs = Repairs::new(people);
            repairs.add(&told(&["label_removed"], false));
            let examples = repairs.figures().0.remove(0).examples;
            assert_eq!(examples[0].contains("Ada Example"), is_shown, "{examples:?}");
            assert_eq!(examples[0].contains("23125001"), is_shown, "{examples:?}");
        }
    }

    #[test]
    fn words_of_another_version_are_counted_and_not_guessed() {
        let mut repairs = Repairs::new(People::Masked);
        repairs.add("phone_number: 030 23125010 read as +493023125010 (national)");
        repairs.add("");
        assert_eq!(repairs.figures(), (Vec::new(), 2));
    }
}
