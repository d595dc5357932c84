//! The patterns of a numbering plan: several of them become one automaton that goes through a number once, in place of a
//! regular expression for each.
//!
//! The states of the automaton are made when a number first needs them, and kept. A pattern that asks for more than an
//! automaton can tell is not compiled: then the engine is asked.

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

/// One bit for each pattern of an [`Automaton`].
pub(super) type Patterns = u16;

/// Runs several patterns at once.
#[derive(Debug)]
pub(super) struct Automaton {
    automaton: DFA,
    states: Cache,
}

/// Stands where there is no pattern.
const NOTHING: &str = r"[1&&2]";

/// Which starts of a text are what a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    None,
    /// The only one.
    One {
        length: usize,
        of: Patterns,
    },
    Several,
}

impl Automaton {
    /// Of these patterns; those that are `None` match nothing. `None` where one of them cannot be compiled.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = Option<&'a str>>) -> Option<Self> {
        let inner = |pattern: Option<&'a str>| match pattern {
            Some(pattern) => pattern.strip_prefix('^')?.strip_suffix('$'),
            None => Some(NOTHING),
        };
        let patterns = patterns.into_iter().map(inner).collect::<Option<Vec<_>>>()?;
        if patterns.len() > Patterns::BITS as usize {
            return None;
        }
        // All ends of all patterns are told, the first as well as the longest.
        let told = DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true);
        let automaton = DFA::builder()
            .configure(told)
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().which_captures(WhichCaptures::None))
            .build_many(&patterns)
            .ok()?;
        let states = automaton.create_cache();
        Some(Self { automaton, states })
    }

    /// The patterns that match all of `digits`, ASCII digits.
    pub(super) fn matching(&mut self, digits: &str) -> Patterns {
        let Some(mut state) = self.start_state() else { return 0 };
        for digit in digits.bytes() {
            match self.after(state, digit) {
                Some(next) => state = next,
                None => return 0,
            }
        }
        self.ended(state)
    }

    /// The starts of `digits` that a pattern matches.
    pub(super) fn start(&mut self, digits: &str) -> Start {
        let mut found = Start::None;
        let mut state = self.start_state();
        for length in 0..=digits.len() {
            let Some(here) = state else { break };
            let of = self.ended(here);
            if of != 0 {
                match found {
                    Start::None => found = Start::One { length, of },
                    Start::One { .. } | Start::Several => return Start::Several,
                }
            }
            state = digits.as_bytes().get(length).and_then(|digit| self.after(here, *digit));
        }
        found
    }

    /// Asked for each text anew: where states were forgotten since, it is another one.
    fn start_state(&mut self) -> Option<LazyStateID> {
        self.automaton.start_state(&mut self.states, &start::Config::new().anchored(Anchored::Yes)).ok()
    }

    /// `None` where nothing can end any more.
    fn after(&mut self, state: LazyStateID, digit: u8) -> Option<LazyStateID> {
        self.automaton.next_state(&mut self.states, state, digit).ok().filter(|next| !next.is_dead())
    }

    /// The patterns that end here.
    fn ended(&mut self, state: LazyStateID) -> Patterns {
        let ended = self.automaton.next_eoi_state(&mut self.states, state).ok().filter(LazyStateID::is_match);
        let Some(ended) = ended else { return 0 };
        let all = 0..self.automaton.match_len(&self.states, ended);
        all.fold(0, |all, index| all | 1 << self.automaton.match_pattern(&self.states, ended, index).as_usize())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    impl Automaton {
        /// Goes every way there is. How many bytes that takes.
        pub(in crate::phone::plan) fn make_all(&mut self) -> usize {
            let mut known: HashSet<LazyStateID> = HashSet::new();
            let mut waiting = vec![self.start_state().unwrap()];
            while let Some(state) = waiting.pop() {
                if known.insert(state) {
                    self.ended(state);
                    waiting.extend((b'0'..=b'9').filter_map(|digit| self.after(state, digit)));
                }
            }
            assert_eq!(self.states.clear_count(), 0);
            self.automaton.memory_usage() + self.states.memory_usage()
        }
    }

    fn automaton(patterns: &[&str]) -> Automaton {
        Automaton::new(patterns.iter().map(|pattern| Some(*pattern))).unwrap()
    }

    #[test]
    fn a_number_matches_those_patterns_that_match_all_of_it() {
        let mut automaton = automaton(&["^(?:1(?:5[1-3]|6\\d)\\d{2,3})$", "^(?:15?1234)$", "^(?:)$"]);
        for (digits, patterns) in
            [("15100", 1), ("151234", 3), ("11234", 2), ("1510", 0), ("1540000", 0), ("16900", 1), ("", 4), ("9", 0)]
        {
            assert_eq!(automaton.matching(digits), patterns, "{digits}");
        }
    }

    #[test]
    fn the_starts_that_match_are_counted() {
        let mut automaton = automaton(&["^(?:0|180020|00?5)$"]);
        let one = |length| Start::One { length, of: 1 };
        for (digits, start) in [
            ("030", one(1)),
            ("0", one(1)),
            ("18002012", one(6)),
            ("180", Start::None),
            ("", Start::None),
            ("0057", Start::Several),
        ] {
            assert_eq!(automaton.start(digits), start, "{digits}");
        }
    }

    #[test]
    fn what_is_lazy_has_as_many_starts_as_what_is_not() {
        for pattern in ["^(?:12??)$", "^(?:12?)$"] {
            assert_eq!(automaton(&[pattern]).start("12"), Start::Several, "{pattern}");
        }
    }

    #[test]
    fn where_a_pattern_is_missing_nothing_matches_and_the_others_keep_their_bits() {
        let mut automaton = Automaton::new([None, Some("^(?:12)$")]).unwrap();
        assert_eq!([automaton.matching("12"), automaton.matching(""), automaton.matching("1")], [2, 0, 0]);
    }

    #[test]
    fn what_an_automaton_cannot_tell_is_not_compiled() {
        for pattern in ["^(?:(?=1)1)$", r"^(?:(1)\1)$", "1", "^(?:1))$"] {
            assert!(Automaton::new([Some(pattern)]).is_none(), "{pattern}");
        }
    }
}
