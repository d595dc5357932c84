//! What became of a lead, from what came back: the one table that decides whether something may be sent again.
//!
//! | what came back | verdict | and then |
//! |---|---|---|
//! | DNS, connect or TLS failed | send again | backoff |
//! | 429 | send again | after the wait it names |
//! | 2xx with the lead's id | created | |
//! | 409, or the platform's code for a duplicate | exists | where it names no id, each is looked up |
//! | 400/422 whose words hint at a duplicate | maybe exists | the first of each text is looked up |
//! | another 4xx with the platform's JSON | rejected | |
//! | 401, 402, "insufficient balance" | unsent | stops the run |
//! | 403, "campaign not found" | unsent | stops that campaign |
//! | 408, every 5xx, a lost answer, a 2xx that cannot be read, anything else | in doubt | |
//! | a redirect, an HTML page, a 4xx without the platform's JSON | in doubt | stops the run |
//! | what fits none of the answers that a platform file describes | in doubt | stops the run |

use super::client::{Exchange, Response};
use crate::lead::Reason;
use crate::platform::{Answer, Platform, Refused, RemoteLead, Unreadable};

/// What became of the lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there, under this id.
    Created(RemoteLead),
    /// The platform says it had it already, perhaps under which id.
    Exists {
        /// The id, where the platform says.
        id: Option<String>,
        /// Its words.
        reason: Reason,
    },
    /// Its words hint that it had it already.
    MaybeExists(Reason),
    /// All that says so is an id, with a status of success: where a look-up does not find it, nobody knows.
    PerhapsExists(Reason),
    /// Refused, for good.
    Rejected(Reason),
    /// Not created, and not this lead's fault: it can be sent by a later run.
    Unsent(Reason),
    /// It certainly was not created: it is sent again, after the wait that all of the run keeps.
    SendAgain(Reason),
    /// Nobody knows.
    InDoubt(Reason),
}

/// How much has to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopScope {
    /// The whole run.
    Run,
    /// The leads of the same campaign.
    Campaign,
}

/// A verdict, and whether sending must stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What became of the lead.
    pub verdict: Verdict,
    /// What has to stop, and why it does is the verdict's reason.
    pub stop: Option<StopScope>,
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, stop: None }
    }
}

/// The verdict on a create request.
#[must_use]
pub fn judge(platform: &dyn Platform, exchange: &Exchange) -> Judgement {
    match exchange {
        Exchange::NotSent(error) => {
            Verdict::SendAgain(Reason::new("not_reached", format!("the server was not reached: {error}"))).into()
        }
        Exchange::Lost(error) => {
            Verdict::InDoubt(Reason::new("answer_lost", format!("the request left, but the answer was lost: {error}")))
                .into()
        }
        Exchange::Answered(response) => judge_response(platform, response),
    }
}

fn judge_response(platform: &dyn Platform, response: &Response) -> Judgement {
    let status = response.status;
    if status == 429 {
        return Verdict::SendAgain(Reason::new("too_many_requests", "the platform asked to wait (429)")).into();
    }
    if let Some(reason) = foreign_answer(response) {
        return Judgement { verdict: Verdict::InDoubt(reason), stop: Some(StopScope::Run) };
    }
    if status == 408 || !(200..500).contains(&status) {
        let message = format!("the server answered {status}: the lead may have been created all the same");
        return Verdict::InDoubt(Reason::new("server_error", message)).into();
    }
    judge_answer(status, platform.read_answer(status, &response.body))
}

/// A redirect or a web page does not come from the API.
pub(super) fn foreign_answer(response: &Response) -> Option<Reason> {
    if (300..400).contains(&response.status) {
        let message =
            format!("the server answered with a redirect ({}); check the base URL and the token", response.status);
        return Some(Reason::new("redirect", message));
    }
    let start: Vec<u8> = response.body.iter().copied().skip_while(u8::is_ascii_whitespace).take(1).collect();
    if response.status < 500 && (response.content_type.contains("html") || start == b"<") {
        let message = format!(
            "the server answered with a web page (status {}); check the base URL and the token",
            response.status
        );
        return Some(Reason::new("html_answer", message));
    }
    None
}

fn judge_answer(status: u16, answer: Answer) -> Judgement {
    let stop = |verdict, scope| Judgement { verdict, stop: Some(scope) };
    match answer {
        Answer::Accepted(lead) => Verdict::Created(lead).into(),
        Answer::AlreadyThere { words, id } => Verdict::Exists { id, reason: said("already_there", words) }.into(),
        Answer::PerhapsItsId(words) => Verdict::PerhapsExists(said("already_there", words)).into(),
        Answer::MaybeAlreadyThere(words) => Verdict::MaybeExists(said("already_there", words)).into(),
        Answer::Refused(words) => Verdict::Rejected(said("rejected", words)).into(),
        Answer::BadToken(words) => stop(Verdict::Unsent(said("bad_token", words)), StopScope::Run),
        Answer::NoBalance(words) => stop(Verdict::Unsent(said("no_balance", words)), StopScope::Run),
        Answer::CampaignClosed(words) => stop(Verdict::Unsent(said("campaign_closed", words)), StopScope::Campaign),
        Answer::Unreadable(error @ (Unreadable::NoRule | Unreadable::TwoIds { .. })) => {
            // Where the description is wrong, whoever is sent next would be in doubt as well.
            let advice = if error == Unreadable::NoRule { ". Describe such answers" } else { "" };
            let message = format!("status {status}: {error}; nobody knows what became of the lead{advice}");
            stop(Verdict::InDoubt(Reason::new("unreadable", message)), StopScope::Run)
        }
        Answer::Unreadable(error) if status >= 400 => {
            let message = format!("status {status} does not come from the platform ({error}); check the base URL");
            stop(Verdict::InDoubt(Reason::new("unreadable", message)), StopScope::Run)
        }
        Answer::Unreadable(error) => {
            Verdict::InDoubt(Reason::new("unreadable", format!("the answer (status {status}) cannot be read: {error}")))
                .into()
        }
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

    fn answered(status: u16, content_type: &str, body: &str) -> Exchange {
        let content_type = content_type.to_owned();
        Exchange::Answered(Response { status, content_type, body: body.into(), ..Response::default() })
    }

    fn judged(exchange: &Exchange) -> Judgement {
        judge(&Autocalls::default(), exchange)
    }

    fn may_be_sent_again(judgement: &Judgement) -> bool {
        matches!(judgement.verdict, Verdict::SendAgain(_))
    }

    const BODIES: [&str; 12] = [
        "",
        "{}",
        "null",
        "[]",
        "<html>",
        "{\"message\":\"x\"}",
        "{\"message\":\"already exists\"}",
        "{\"message\":\"insufficient balance\"}",
        "{\"data\":{\"id\":1}}",
        "{\"data\":{\"id\":1",
        "{\"errors\":{\"phone_number\":[\"bad\"]}}",
        "{\"code\":\"DUPLICATE_EMAIL\",\"message\":\"x\"}",
    ];

    #[test]
    fn of_all_statuses_and_bodies_only_429_may_be_sent_again() {
        let pollybot = Pollybot::default();
        for status in 100..=999 {
            for body in BODIES {
                for content_type in ["application/json", "text/html; charset=utf-8", ""] {
                    for platform in [&Autocalls::default() as &dyn Platform, &pollybot] {
                        let judgement = judge(platform, &answered(status, content_type, body));
                        assert_eq!(may_be_sent_again(&judgement), status == 429, "{status} {body} {judgement:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn of_all_statuses_and_bodies_only_a_readable_2xx_is_created() {
        for status in 100..=999 {
            for body in BODIES {
                let judgement = judged(&answered(status, "application/json", body));
                let created = matches!(judgement.verdict, Verdict::Created(_));
                assert_eq!(created, (200..300).contains(&status) && body == "{\"data\":{\"id\":1}}", "{status} {body}");
            }
        }
    }

    #[test]
    fn every_server_error_timeout_and_reset_is_in_doubt() {
        for status in (500..=599).chain([408, 100, 600, 999]) {
            for body in BODIES {
                assert!(matches!(judged(&answered(status, "", body)).verdict, Verdict::InDoubt(_)), "{status} {body}");
            }
        }
        assert!(matches!(judged(&Exchange::Lost("reset".into())).verdict, Verdict::InDoubt(_)));
        assert!(may_be_sent_again(&judged(&Exchange::NotSent("refused".into()))));
    }

    #[test]
    fn what_does_not_come_from_the_platform_stops_the_run_in_doubt() {
        for (status, content_type, body) in [
            (302, "", ""),
            (200, "text/html", "<html>"),
            (404, "application/json", "{}"),
            (400, "text/plain", "Bad Request"),
        ] {
            let judgement = judged(&answered(status, content_type, body));
            assert_eq!(judgement.stop, Some(StopScope::Run), "{status}");
            assert!(matches!(judgement.verdict, Verdict::InDoubt(_)), "{status}");
        }
    }

    #[test]
    fn a_dead_token_or_an_empty_account_stops_the_run_and_the_lead_is_unsent() {
        for (status, body) in
            [(401, r#"{"message":"Unauthenticated."}"#), (402, r#"{"message":"Pay"}"#), (422, BODIES[7])]
        {
            let judgement = judged(&answered(status, "application/json", body));
            assert_eq!(judgement.stop, Some(StopScope::Run));
            assert!(matches!(judgement.verdict, Verdict::Unsent(_)));
        }
        let judgement = judged(&answered(404, "application/json", r#"{"message":"Campaign not found"}"#));
        assert_eq!(judgement.stop, Some(StopScope::Campaign));
    }
}
