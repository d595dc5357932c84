//! The patterns of a numbering plan, which are about digits and nothing else: several of them become one automaton that
//! goes through a number once, in place of a regular expression for each.
//!
//! The states of the automaton are made when a number first needs them. A pattern that uses more of the language of
//! regular expressions than plans do is not compiled: then the engine is asked.

use std::collections::HashMap;

/// One bit for each pattern of an [`Automaton`].
pub(super) type Patterns = u16;

/// Runs several patterns at once.
#[derive(Debug)]
pub(super) struct Automaton {
    nodes: Vec<Node>,
    states: Vec<State>,
    /// The state for a set of nodes.
    known: HashMap<Box<[u32]>, u32>,
}

/// A step of a pattern.
#[derive(Debug)]
enum Node {
    /// One of these digits (a bit for each), then on.
    Digit { any_of: u16, then: u32 },
    /// On in all of these ways.
    Ways(Vec<u32>),
    /// The end of a pattern.
    End(Patterns),
}

/// Where the automaton is after some digits: at all of these nodes.
#[derive(Debug)]
struct State {
    nodes: Box<[u32]>,
    /// The patterns that end here.
    ended: Patterns,
    after: [u32; 10],
}

/// The state from which no pattern can end.
const NOWHERE: u32 = 0;
const START: u32 = 1;
/// This way has not been gone yet.
const NOT_MADE: u32 = u32::MAX;

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
        let mut nodes = Vec::new();
        let mut starts = Vec::new();
        for (index, pattern) in patterns.into_iter().enumerate() {
            let Some(pattern) = pattern else { continue };
            if index >= Patterns::BITS as usize {
                return None;
            }
            let parsed = Parser { rest: pattern.as_bytes() }.pattern()?;
            let end = add(&mut nodes, Node::End(1 << index));
            starts.push(parsed.compile(&mut nodes, end));
        }
        let start = add(&mut nodes, Node::Ways(starts));
        let mut automaton = Self { nodes, states: Vec::new(), known: HashMap::new() };
        automaton.state([]);
        automaton.state([start]);
        Some(automaton)
    }

    /// The patterns that match all of `digits`, ASCII digits.
    pub(super) fn matching(&mut self, digits: &str) -> Patterns {
        let mut state = START;
        for digit in digits.bytes() {
            state = self.after(state, digit);
            if state == NOWHERE {
                return 0;
            }
        }
        self.states[state as usize].ended
    }

    /// The starts of `digits` that a pattern matches.
    pub(super) fn start(&mut self, digits: &str) -> Start {
        let mut found = Start::None;
        let mut state = START;
        for length in 0..=digits.len() {
            let of = self.states[state as usize].ended;
            if of != 0 {
                match found {
                    Start::None => found = Start::One { length, of },
                    Start::One { .. } | Start::Several => return Start::Several,
                }
            }
            if state == NOWHERE || length == digits.len() {
                break;
            }
            state = self.after(state, digits.as_bytes()[length]);
        }
        found
    }

    fn after(&mut self, state: u32, digit: u8) -> u32 {
        let digit = usize::from(digit.wrapping_sub(b'0'));
        match self.states[state as usize].after.get(digit) {
            Some(&made) if made != NOT_MADE => made,
            Some(_) => self.make(state, digit),
            None => NOWHERE,
        }
    }

    #[cold]
    fn make(&mut self, state: u32, digit: usize) -> u32 {
        let on = |node: &u32| match self.nodes[*node as usize] {
            Node::Digit { any_of, then } if any_of & (1 << digit) != 0 => Some(then),
            _ => None,
        };
        let reached: Vec<u32> = self.states[state as usize].nodes.iter().filter_map(on).collect();
        let next = self.state(reached);
        self.states[state as usize].after[digit] = next;
        next
    }

    /// The state that is at these nodes, and at all that are reached from them without a digit.
    fn state(&mut self, nodes: impl Into<Vec<u32>>) -> u32 {
        let mut waiting = nodes.into();
        let mut reached = Vec::new();
        let mut ended = 0;
        while let Some(node) = waiting.pop() {
            match &self.nodes[node as usize] {
                Node::Ways(ways) => waiting.extend(ways),
                Node::Digit { .. } => reached.push(node),
                Node::End(pattern) => {
                    ended |= pattern;
                    reached.push(node);
                }
            }
        }
        reached.sort_unstable();
        reached.dedup();
        let number = u32::try_from(self.states.len()).unwrap_or(NOT_MADE - 1);
        *self.known.entry(reached.into()).or_insert_with_key(|nodes| {
            self.states.push(State { nodes: nodes.clone(), ended, after: [NOT_MADE; 10] });
            number
        })
    }
}

fn add(nodes: &mut Vec<Node>, node: Node) -> u32 {
    nodes.push(node);
    // A plan's patterns have a few thousand steps.
    u32::try_from(nodes.len() - 1).unwrap_or_default()
}

/// A part of a pattern.
#[derive(Debug)]
enum Part {
    /// One of these digits.
    Digit(u16),
    /// One after another.
    Sequence(Vec<Part>),
    /// One of them.
    Either(Vec<Part>),
    /// So many times.
    Repeated { part: Box<Part>, least: usize, most: usize },
}

impl Part {
    /// Adds its steps, after which it goes on at `then`. The first of them.
    fn compile(&self, nodes: &mut Vec<Node>, then: u32) -> u32 {
        match self {
            Self::Digit(any_of) => add(nodes, Node::Digit { any_of: *any_of, then }),
            Self::Sequence(parts) => parts.iter().rev().fold(then, |then, part| part.compile(nodes, then)),
            Self::Either(parts) => {
                let ways = parts.iter().map(|part| part.compile(nodes, then)).collect();
                add(nodes, Node::Ways(ways))
            }
            Self::Repeated { part, least, most } => {
                let mut first = then;
                for _ in *least..*most {
                    let once = part.compile(nodes, first);
                    first = add(nodes, Node::Ways(vec![once, then]));
                }
                (0..*least).fold(first, |first, _| part.compile(nodes, first))
            }
        }
    }
}

/// No plan repeats anything so often; each time costs a copy.
const MOST_TIMES: usize = 32;

/// Reads `^(?:…)$` with digits, `\d`, sets, groups, alternatives, `?` and counted repetitions.
struct Parser<'a> {
    rest: &'a [u8],
}

impl Parser<'_> {
    fn pattern(mut self) -> Option<Part> {
        self.rest = self.rest.strip_prefix(b"^(?:")?.strip_suffix(b")$")?;
        let part = self.either()?;
        self.rest.is_empty().then_some(part)
    }

    fn either(&mut self) -> Option<Part> {
        let mut parts = vec![self.sequence()?];
        while self.takes(b"|") {
            parts.push(self.sequence()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Part::Either(parts)) }
    }

    fn sequence(&mut self) -> Option<Part> {
        let mut parts = Vec::new();
        while !matches!(self.rest.first(), None | Some(b'|' | b')')) {
            let part = self.one()?;
            parts.push(self.repeated(part)?);
        }
        Some(Part::Sequence(parts))
    }

    fn one(&mut self) -> Option<Part> {
        if self.takes(b"\\d") {
            return Some(Part::Digit(0b11_1111_1111));
        }
        if self.takes(b"[") {
            return self.set();
        }
        if self.takes(b"(?:") || self.takes(b"(") {
            let inner = self.either()?;
            return self.takes(b")").then_some(inner);
        }
        self.digit().map(|digit| Part::Digit(1 << digit))
    }

    /// `2-57]`
    fn set(&mut self) -> Option<Part> {
        let mut any_of = 0;
        while !self.takes(b"]") {
            let first = self.digit()?;
            let last = if self.takes(b"-") { self.digit()? } else { first };
            (first..=last).for_each(|digit| any_of |= 1 << digit);
        }
        Some(Part::Digit(any_of))
    }

    fn repeated(&mut self, part: Part) -> Option<Part> {
        let (least, most) = if self.takes(b"?") {
            (0, 1)
        } else if self.takes(b"{") {
            let least = self.number()?;
            let most = if self.takes(b",") { self.number()? } else { least };
            self.takes(b"}").then_some((least, most))?
        } else {
            return Some(part);
        };
        // What is lazy matches the same texts, but not the same starts of one.
        let is_plain = !matches!(self.rest.first(), Some(b'?' | b'{' | b'*' | b'+'));
        (is_plain && most <= MOST_TIMES).then(|| Part::Repeated { part: Box::new(part), least, most })
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = usize::from(self.digit()?);
        while number <= MOST_TIMES
            && let Some(digit) = self.digit()
        {
            number = number * 10 + usize::from(digit);
        }
        Some(number)
    }

    fn digit(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first().filter(|(first, _)| first.is_ascii_digit())?;
        self.rest = rest;
        Some(first - b'0')
    }

    fn takes(&mut self, text: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Automaton {
        /// Goes every way there is. How many states that makes.
        pub(in crate::phone::plan) fn make_all(&mut self) -> usize {
            let mut state = START;
            while (state as usize) < self.states.len() {
                for digit in b'0'..=b'9' {
                    self.after(state, digit);
                }
                state += 1;
            }
            self.states.len()
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
    fn what_no_plan_uses_is_not_compiled() {
        for pattern in
            ["^(?:1+)$", "^(?:(?=1)1)$", "^(?:[^1])$", "^(?:1{2,})$", "^(?:1??)$", "1", "^(?:1))$", "^(?:(1)$|2)$"]
        {
            assert!(Automaton::new([Some(pattern)]).is_none(), "{pattern}");
        }
    }
}
