//! Claims about the circuit breaker: when it opens, whom it lets through, and when it closes again.

use super::*;

const GIVE_UP: Duration = Duration::from_mins(10);
const SECOND: Duration = Duration::from_secs(1);

fn breaker() -> Breaker {
    Breaker::new(3, GIVE_UP)
}

fn pass(breaker: &mut Breaker, purpose: Purpose, now: Moment) -> Pass {
    match breaker.enter(purpose, Waiting::NoQuestions, now) {
        Entry::Go(pass) => pass,
        other => panic!("{other:?} at {now:?}"),
    }
}

/// A breaker that has just opened at `now`, and until when.
fn opened(now: Moment) -> (Breaker, Moment) {
    let mut breaker = breaker();
    let mut last = Turn::None;
    for _ in 0..3 {
        let change = pass(&mut breaker, Purpose::Change, now);
        last = breaker.heard(&change, Heard::Failure, now, 1.0);
    }
    let Turn::Opened(wait) = last else { panic!("{last:?}") };
    (breaker, now + wait)
}

#[test]
fn only_errors_to_changes_that_nothing_interrupts_open_it() {
    use Heard::{Answer, Failure, Nothing};
    use Purpose::{Change, Question};
    let said = [(Change, Answer), (Change, Failure), (Change, Nothing), (Question, Answer), (Question, Failure)];
    // All sequences of six.
    for number in 0..5_u32.pow(6) {
        let (mut breaker, mut row) = (breaker(), 0);
        for step in 0..6 {
            let (purpose, heard) = said[(number / 5_u32.pow(step) % 5) as usize];
            row = match (purpose, heard) {
                (Change, Failure) => row + 1,
                (Change, Answer) => 0,
                _ => row,
            };
            let pass = pass(&mut breaker, purpose, SECOND);
            let turn = breaker.heard(&pass, heard, SECOND, 1.0);
            assert_eq!(matches!(turn, Turn::Opened(_)), row == 3, "{number} {step}");
            if row == 3 {
                break;
            }
        }
    }
}

#[test]
fn switched_off_it_never_opens() {
    let mut breaker = Breaker::new(0, GIVE_UP);
    for _ in 0..1000 {
        let change = pass(&mut breaker, Purpose::Change, SECOND);
        assert_eq!(breaker.heard(&change, Heard::Failure, SECOND, 1.0), Turn::None);
    }
}

#[test]
fn after_the_wait_exactly_one_request_goes() {
    for purpose in [Purpose::Question, Purpose::Change] {
        let (mut breaker, until) = opened(SECOND);
        assert_eq!(breaker.enter(purpose, Waiting::NoQuestions, until.saturating_sub(SECOND)), Entry::WaitUntil(until));
        let probe = pass(&mut breaker, purpose, until);
        for other in [Purpose::Question, Purpose::Change] {
            assert_eq!(breaker.enter(other, Waiting::NoQuestions, until), Entry::WaitForOthers);
        }
        assert!(!breaker.is_void(&probe));
    }
}

#[test]
fn a_change_lets_a_question_go_first_unless_that_has_just_failed() {
    let (mut breaker, until) = opened(SECOND);
    assert_eq!(breaker.enter(Purpose::Change, Waiting::Questions, until), Entry::WaitForOthers);
    let probe = pass(&mut breaker, Purpose::Question, until);
    let Turn::Opened(wait) = breaker.heard(&probe, Heard::Failure, until, 1.0) else { panic!() };
    assert!(matches!(breaker.enter(Purpose::Change, Waiting::Questions, until + wait), Entry::Go(_)));
}

#[test]
fn a_change_that_is_answered_closes_it_and_a_question_lets_questions_go_and_one_change() {
    let (mut breaker, until) = opened(SECOND);
    let probe = pass(&mut breaker, Purpose::Change, until);
    assert_eq!(breaker.heard(&probe, Heard::Answer, until, 1.0), Turn::AskAgain);
    for _ in 0..100 {
        pass(&mut breaker, Purpose::Change, until);
    }

    let (mut breaker, until) = opened(SECOND);
    let probe = pass(&mut breaker, Purpose::Question, until);
    assert_eq!(breaker.heard(&probe, Heard::Answer, until, 1.0), Turn::AskAgain);
    let change = pass(&mut breaker, Purpose::Change, until);
    assert_eq!(breaker.enter(Purpose::Change, Waiting::NoQuestions, until), Entry::WaitForOthers);
    for _ in 0..100 {
        let question = pass(&mut breaker, Purpose::Question, until);
        assert_eq!(breaker.heard(&question, Heard::Answer, until, 1.0), Turn::None);
    }
    assert_eq!(breaker.heard(&change, Heard::Answer, until, 1.0), Turn::AskAgain);
    pass(&mut breaker, Purpose::Change, until);
    pass(&mut breaker, Purpose::Change, until);
}

#[test]
fn waits_grow_with_each_failure_and_half_of_each_is_sure() {
    for (random, expected) in [(1.0, [8, 16, 32, 60, 60]), (0.0, [4, 8, 16, 30, 30])] {
        let (mut breaker, mut now) = opened(SECOND);
        for seconds in expected {
            let probe = pass(&mut breaker, Purpose::Change, now);
            let turn = breaker.heard(&probe, Heard::Failure, now, random);
            assert_eq!(turn, Turn::Opened(seconds * SECOND));
            now += seconds * SECOND;
        }
    }
}

#[test]
fn it_gives_up_after_that_long_and_tries_once_more_just_then() {
    let (mut breaker, mut now) = opened(SECOND);
    loop {
        let probe = pass(&mut breaker, Purpose::Question, now);
        match breaker.heard(&probe, Heard::Failure, now, 0.7) {
            Turn::Opened(wait) => now += wait,
            Turn::GiveUp => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(now, SECOND + GIVE_UP);
}

#[test]
fn a_server_that_answers_questions_only_is_given_up_as_well() {
    let (mut breaker, mut now) = opened(SECOND);
    loop {
        let question = pass(&mut breaker, Purpose::Question, now);
        breaker.heard(&question, Heard::Answer, now, 1.0);
        let change = pass(&mut breaker, Purpose::Change, now);
        match breaker.heard(&change, Heard::Failure, now, 1.0) {
            Turn::Opened(wait) => now += wait,
            turn => break assert_eq!(turn, Turn::GiveUp),
        }
    }
    assert_eq!(now, SECOND + GIVE_UP);
}

#[test]
fn what_left_before_the_outage_was_noticed_says_nothing_later() {
    let mut breaker = breaker();
    let early: Vec<_> = (0..67).map(|_| pass(&mut breaker, Purpose::Change, SECOND)).collect();
    for early in &early[..3] {
        breaker.heard(early, Heard::Failure, SECOND, 1.0);
    }
    for (number, early) in early[3..].iter().enumerate() {
        let heard = if number % 2 == 0 { Heard::Failure } else { Heard::Answer };
        assert_eq!(breaker.heard(early, heard, SECOND, 1.0), Turn::None);
    }
    assert!(matches!(breaker.enter(Purpose::Change, Waiting::NoQuestions, SECOND), Entry::WaitUntil(_)));
}

#[test]
fn a_probe_that_never_arrived_leaves_its_turn_to_the_next() {
    for purpose in [Purpose::Question, Purpose::Change] {
        let (mut breaker, until) = opened(SECOND);
        let probe = pass(&mut breaker, purpose, until);
        assert_eq!(breaker.heard(&probe, Heard::Nothing, until, 0.0), Turn::AskAgain);
        pass(&mut breaker, purpose, until);
    }
    let (mut breaker, until) = opened(SECOND);
    let question = pass(&mut breaker, Purpose::Question, until);
    breaker.heard(&question, Heard::Answer, until, 0.0);
    let change = pass(&mut breaker, Purpose::Change, until);
    assert_eq!(breaker.heard(&change, Heard::Nothing, until, 0.0), Turn::AskAgain);
    pass(&mut breaker, Purpose::Change, until);
}
