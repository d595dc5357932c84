//! What became of a deletion, from what came back. Unlike a creation it can be asked for again: deleted twice is deleted.
//!
//! | what came back | verdict | and then |
//! |---|---|---|
//! | no connection was made, 429 | not heard | again, after the wait it names |
//! | 2xx that is the platform's | done | |
//! | 404, 410 with the platform's JSON | gone | a first answer of that kind is checked by a look-up |
//! | a status that a platform file names for it, without words | seems gone | checked by a look-up |
//! | 401, 403 with the platform's JSON | refused | stops the run |
//! | another 4xx with the platform's JSON | refused | the lead stays |
//! | 408, every 5xx, a lost answer, a 2xx that cannot be read | unknown | again, a few times |
//! | a redirect, an HTML page, a 4xx without the platform's JSON | unknown | stops the run |

use super::client::{Exchange, Response};
use super::verdict::foreign_answer;
use crate::lead::Reason;
use crate::platform::{Ability, Changed, Platform, Refused};

/// What became of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletionVerdict {
    /// The lead is deleted.
    Done,
    /// The platform says that it has no such lead.
    Gone,
    /// The same without a word, which somebody else may have said: a look-up is to tell.
    SeemsGone,
    /// The request certainly did nothing: it is made again.
    NotHeard,
    /// Nobody knows: it is made again.
    Unknown(Reason),
    /// The platform does not delete this lead.
    Refused(Reason),
    /// The token is not accepted, or may not delete: nothing was deleted, and the run stops.
    BadToken(Reason),
    /// Somebody else than the platform answers: the run stops.
    Foreign(Reason),
}

/// The verdict on a deletion.
#[must_use]
pub fn judge_deletion(platform: &dyn Platform, exchange: &Exchange) -> DeletionVerdict {
    match exchange {
        Exchange::NotSent(_) => DeletionVerdict::NotHeard,
        Exchange::Lost(error) => {
            let message = format!("the deletion was asked for, but the answer was lost: {error}");
            DeletionVerdict::Unknown(Reason::new("undo_unanswered", message))
        }
        Exchange::Answered(response) => judge_response(platform, response),
    }
}

fn judge_response(platform: &dyn Platform, response: &Response) -> DeletionVerdict {
    let status = response.status;
    if status == 429 {
        return DeletionVerdict::NotHeard;
    }
    if let Some(reason) = foreign_answer(response) {
        return DeletionVerdict::Foreign(reason);
    }
    let unknown = |message| DeletionVerdict::Unknown(Reason::new("undo_unanswered", message));
    if status == 408 || !(200..500).contains(&status) {
        return unknown(format!("the server answered {status}: the lead may have been deleted all the same"));
    }
    match platform.read_change(status, &response.body, Ability::Delete) {
        Changed::Done => DeletionVerdict::Done,
        Changed::Gone(_) => DeletionVerdict::Gone,
        Changed::SeemsGone => DeletionVerdict::SeemsGone,
        Changed::Refused(words) => DeletionVerdict::Refused(said("undo_refused", words)),
        Changed::BadToken(words) => DeletionVerdict::BadToken(said("bad_token", words)),
        Changed::Unreadable(error) if status >= 400 => {
            let message = format!("status {status} does not come from the platform ({error}); check the base URL");
            DeletionVerdict::Foreign(Reason::new("unreadable", message))
        }
        Changed::Unreadable(error) => unknown(format!("the answer (status {status}) cannot be read: {error}")),
    }
}

/// The server's own words are kept.
fn said(code: &str, words: Refused) -> Reason {
    Reason { code: code.to_owned(), message: words.message, field: words.field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Autocalls, Pollybot};

    fn judged(platform: &dyn Platform, status: u16, body: &str) -> DeletionVerdict {
        let response = Response {
            status,
            content_type: "application/json".to_owned(),
            body: body.as_bytes().to_vec(),
            ..Response::default()
        };
        judge_deletion(platform, &Exchange::Answered(response))
    }

    const BODIES: [&str; 8] =
        ["", "{}", "null", "<html>", "{\"message\":\"x\"}", "{\"data\":{\"id\":1}}", "{\"da", "{\"error\":\"x\"}"];

    #[test]
    fn of_all_statuses_and_bodies_only_a_readable_2xx_is_done_and_only_the_platforms_404_is_gone() {
        let pollybot = Pollybot::default();
        for platform in [&Autocalls::default() as &dyn Platform, &pollybot] {
            for status in 100..=999 {
                for body in BODIES {
                    let speaks = body.contains("message") || body.contains("error");
                    match judged(platform, status, body) {
                        DeletionVerdict::Done => assert!((200..300).contains(&status), "{status} {body}"),
                        DeletionVerdict::Gone => assert!(matches!(status, 404 | 410) && speaks, "{status} {body}"),
                        DeletionVerdict::Refused(_) => {
                            assert!((200..500).contains(&status) && speaks, "{status} {body}");
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    #[test]
    fn what_may_have_been_deleted_is_unknown_and_what_never_arrived_is_not() {
        for status in (500..=599).chain([408]) {
            assert!(matches!(
                judged(&Autocalls::default(), status, "{\"message\":\"x\"}"),
                DeletionVerdict::Unknown(_)
            ));
        }
        let lost = judge_deletion(&Autocalls::default(), &Exchange::Lost("reset".into()));
        assert!(matches!(lost, DeletionVerdict::Unknown(_)));
        assert_eq!(
            judge_deletion(&Autocalls::default(), &Exchange::NotSent("refused".into())),
            DeletionVerdict::NotHeard
        );
        assert_eq!(judged(&Autocalls::default(), 429, ""), DeletionVerdict::NotHeard);
    }

    #[test]
    fn a_token_that_may_not_delete_and_a_stranger_who_answers_are_told_apart() {
        assert!(matches!(judged(&Autocalls::default(), 403, "{\"message\":\"x\"}"), DeletionVerdict::BadToken(_)));
        assert!(matches!(judged(&Autocalls::default(), 404, "{}"), DeletionVerdict::Foreign(_)));
        assert!(matches!(judged(&Autocalls::default(), 302, ""), DeletionVerdict::Foreign(_)));
        assert!(matches!(judged(&Autocalls::default(), 200, "<html>"), DeletionVerdict::Foreign(_)));
    }
}
