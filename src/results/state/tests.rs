//! Which line may follow which, over all pairs of states and events.

use super::*;

const STATES: [(&str, Option<State>); 8] = [
    ("nothing", None),
    ("rejected", Some(State::Rejected)),
    ("undone", Some(State::Undone)),
    ("created", Some(State::Created(Certainty::Certain))),
    ("exists", Some(State::Exists(Certainty::Certain))),
    ("sending", Some(State::Sending(Before::Rejected))),
    ("doubt", Some(State::InDoubt(Before::Rejected))),
    ("deleting", Some(State::Deleting(Held::Exists(Certainty::Certain)))),
];

const OWN: Evidence = Evidence::Answer(Attempt::Own);
const OTHER: Evidence = Evidence::Answer(Attempt::Other);
const SETTLED: Evidence = Evidence::Settled;
const SURE: Certainty = Certainty::Certain;

/// Each event with what follows each of `STATES`, in that order: `=` as before, `x` refused, else a state's name.
const TABLE: [(Event, [&str; 8]); 18] = [
    (Event::Sending, ["sending:nothing", "sending", "sending:undone", "x", "x", "x", "x", "x"]),
    (Event::Deleting, ["x", "x", "x", "deleting:created", "deleting", "x", "x", "="]),
    (Event::RunOver, ["=", "=", "=", "=", "=", "doubt", "=", "="]),
    (Event::Created(OWN, SURE), ["created", "created", "created", "=", "=", "created", "created", "exists"]),
    (Event::Created(OTHER, SURE), ["created", "created", "created", "=", "=", "x", "x", "exists"]),
    (Event::Created(SETTLED, SURE), ["created", "created", "created", "=", "=", "created", "created", "exists"]),
    (Event::Exists(OWN, SURE), ["exists", "exists", "exists", "=", "=", "exists", "exists", "exists"]),
    (Event::Exists(OTHER, SURE), ["exists", "exists", "exists", "=", "=", "x", "x", "exists"]),
    (Event::Exists(SETTLED, SURE), ["exists", "exists", "exists", "=", "=", "exists", "exists", "exists"]),
    (Event::Rejected(OWN), ["x", "=", "x", "=", "=", "rejected", "rejected", "x"]),
    (Event::Rejected(OTHER), ["x", "=", "x", "=", "=", "x", "x", "x"]),
    (Event::Rejected(SETTLED), ["x", "=", "x", "=", "=", "x", "x", "x"]),
    (Event::InDoubt, ["x", "x", "x", "=", "=", "doubt", "=", "="]),
    (Event::Unsent(Attempt::Own), ["=", "=", "=", "=", "=", "rejected", "=", "exists"]),
    (Event::Unsent(Attempt::Other), ["=", "=", "=", "=", "=", "=", "=", "="]),
    (Event::Absent, ["=", "=", "=", "=", "=", "rejected", "rejected", "="]),
    (Event::Undone, ["x", "x", "=", "undone", "undone", "x", "x", "undone"]),
    (Event::Aside, ["=", "=", "=", "=", "=", "=", "=", "="]),
];

fn named(name: &str) -> Option<State> {
    match name {
        "sending:nothing" => Some(State::Sending(Before::Nothing)),
        "sending:undone" => Some(State::Sending(Before::Undone)),
        "deleting:created" => Some(State::Deleting(Held::Created(Certainty::Certain))),
        _ => STATES.iter().find(|(state, _)| *state == name).unwrap().1,
    }
}

#[test]
fn every_event_after_every_state_is_as_written_down() {
    for (event, row) in TABLE {
        for ((name, known), expected) in STATES.into_iter().zip(row) {
            let expected = match expected {
                "x" => None,
                "=" => Some(known),
                state => Some(named(state)),
            };
            assert_eq!(after(known, event).ok(), expected, "{event:?} after {name}");
        }
    }
}

fn all_events() -> Vec<Event> {
    let mut events: Vec<_> = TABLE.iter().map(|(event, _)| *event).collect();
    events.extend([OWN, OTHER, SETTLED].map(|e| Event::Created(e, Certainty::Likely)));
    events.extend([OWN, OTHER, SETTLED].map(|e| Event::Exists(e, Certainty::Likely)));
    events
}

fn all_states() -> Vec<Option<State>> {
    let sure = [Certainty::Certain, Certainty::Likely];
    let befores = [Before::Nothing, Before::Rejected, Before::Undone];
    let mut states = vec![None, Some(State::Rejected), Some(State::Undone)];
    states.extend(sure.map(|c| Some(State::Created(c))));
    states.extend(sure.map(|c| Some(State::Exists(c))));
    states.extend(befores.map(|b| Some(State::Sending(b))));
    states.extend(befores.map(|b| Some(State::InDoubt(b))));
    states.extend(sure.map(|c| Some(State::Deleting(Held::Created(c)))));
    states.extend(sure.map(|c| Some(State::Deleting(Held::Exists(c)))));
    states
}

#[test]
fn what_the_platform_has_becomes_sendable_only_by_undone() {
    for known in all_states().into_iter().flatten() {
        let held = matches!(known, State::Created(_) | State::Exists(_) | State::Deleting(_));
        for event in all_events().into_iter().filter(|event| held && *event != Event::Undone) {
            if let Ok(next) = after(Some(known), event) {
                assert_eq!(next.map(State::sendable), Some(Sendable::No), "{event:?} after {known:?}");
            }
        }
    }
}

#[test]
fn doubt_becomes_sendable_only_by_absence_or_a_refusal_of_its_own_attempt() {
    for known in all_states().into_iter().flatten().filter(|state| matches!(state, State::InDoubt(_))) {
        for event in all_events() {
            let sendable =
                after(Some(known), event).is_ok_and(|next| next.is_none_or(|next| next.sendable() == Sendable::Yes));
            let may = matches!(event, Event::Absent | Event::Rejected(OWN));
            assert_eq!(sendable, may, "{event:?} after {known:?}");
        }
    }
}

#[test]
fn nothing_that_is_not_sendable_can_be_sent() {
    for known in all_states() {
        let sendable = known.is_none_or(|state| state.sendable() == Sendable::Yes);
        assert_eq!(after(known, Event::Sending).is_ok(), sendable, "{known:?}");
    }
}

#[test]
fn repeating_a_state_makes_it_certain_and_never_uncertain() {
    let likely = Some(State::Created(Certainty::Likely));
    let certain = Some(State::Created(Certainty::Certain));
    assert_eq!(after(likely, Event::Created(SETTLED, Certainty::Certain)), Ok(certain));
    assert_eq!(after(certain, Event::Created(SETTLED, Certainty::Likely)), Ok(certain));
}

#[test]
fn an_unsent_line_ends_a_doubt_only_when_absence_was_established() {
    let unsent = |by, reason| Event::of_lead(Status::Unsent, SURE, by, reason, Attempt::Own);
    assert_eq!(unsent(Some(SettledBy::LookUp), Some("absent")), Event::Absent);
    assert_eq!(unsent(None, Some("absent")), Event::Unsent(Attempt::Own));
    assert_eq!(unsent(Some(SettledBy::Person), Some("stopped")), Event::Unsent(Attempt::Other));
}
