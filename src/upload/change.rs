//! Leads that are there get what stands in the input now. To change a lead twice changes nothing more, so a change whose
//! answer was lost is asked for again, and nothing is written down before it.

use super::client::Exchange;
use super::doubt::LookUpOutcome;
use super::event::{Event, OnPlatform, Outcome};
use super::line::Stopped;
use super::options::OnExists;
use super::send::Sender;
use super::stop::{StopKind, StopReason};
use super::verdict::foreign_answer;
use crate::lead::{Lead, Reason, Status};
use crate::platform::{Ability, Changed, Platform};

/// A lead that is on the platform and would be another request today.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it is to be.
    pub lead: Lead,
    /// The platform's id of it.
    pub id: String,
    /// The platform's ids of its secondary contacts, which stay as they are.
    pub secondary_ids: Vec<String>,
    /// What is known of it: created or exists. A change says nothing about that.
    pub status: Status,
    /// Whether that is certain.
    pub certain: bool,
}

/// The reason code of a lead that was changed on the platform.
pub const UPDATED: &str = "updated";

/// The reason code of a lead that could not be changed since it is no longer there.
pub const GONE: &str = "update_gone";

/// Whether a reason says how the change of a lead went.
#[must_use]
pub fn is_about_a_change(code: &str) -> bool {
    code == UPDATED || code.starts_with("update_")
}

/// How the id of a lead became known that the platform has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdFrom {
    /// A refusal named it: whose number it has is the platform's word only.
    Answer,
    /// A look-up found it by an exact match of the number.
    LookUp,
}

/// How often a change is asked for where the answer is lost, cannot be read, or is the server's failure.
const TRIES: u32 = 4;

/// How a change went.
struct Put {
    reason: Reason,
    http: Option<u16>,
    requests: u32,
}

impl Sender {
    /// Changes a lead that an earlier run settled, and records it. A run that is stopped before leaves it as it was.
    pub(super) async fn change(&self, change: &Change) {
        let Change { lead, id, secondary_ids, status, certain } = change;
        let Ok(put) = self.put(lead, id).await else { return };
        let outcome = Outcome {
            id: Some(id.clone()),
            secondary_ids: secondary_ids.clone(),
            certain: *certain,
            ..put.outcome(*status)
        };
        let recorded = self.recorder.ended(lead, &outcome).await;
        self.stop_if_failed(&recorded);
        if recorded.is_ok() {
            let code = outcome.reason.as_ref().map(|reason| reason.code.as_str());
            tracing::debug!(key = %lead.key, code, attempts = outcome.attempts, "lead changed");
            self.observer.event(Event::Updated { lead, outcome: &outcome });
        }
    }

    /// What becomes of a lead that the platform has already, as the user wishes: nothing more, its id found, or its
    /// variables changed.
    pub(super) async fn treat_existing(&self, lead: &Lead, outcome: Outcome, from: IdFrom) -> Outcome {
        if outcome.status != Status::Exists || self.options.on_exists == OnExists::Skip {
            return outcome;
        }
        let is_resolved = outcome.id.is_some();
        match (self.options.on_exists, from) {
            (OnExists::Update, IdFrom::LookUp) if is_resolved => self.change_existing(lead, outcome).await,
            (OnExists::Update, _) => match self.confirmed_id(lead, outcome.id.as_deref()).await {
                Ok(id) => self.change_existing(lead, Outcome { id: Some(id), ..outcome }).await,
                Err(why) => not_changed(outcome, &why),
            },
            _ if is_resolved => outcome,
            _ => match self.confirmed_id(lead, None).await {
                Ok(id) => Outcome { id: Some(id), ..outcome },
                Err(why) => {
                    self.observer.event(Event::Note(&format!("a lead that exists stays without its id: {why}")));
                    outcome
                }
            },
        }
    }

    /// The id of the lead that has exactly this number (or address) in this campaign: the one that was named, if one was,
    /// else the newest. Or why there is none.
    async fn confirmed_id(&self, lead: &Lead, named: Option<&str>) -> Result<String, String> {
        match self.look_up.find(&lead.target, &lead.identity).await {
            Ok(LookUpOutcome::Found(found)) => {
                let is_named = |id: &str| named.is_none_or(|named| named == id);
                let ours = found.into_iter().rev().find(|found| is_named(&found.id));
                ours.map(|found| found.id).ok_or_else(|| "the id that it named is another lead's".to_owned())
            }
            Ok(LookUpOutcome::Absent) => Err("no look-up finds it in this campaign".to_owned()),
            Ok(LookUpOutcome::Unknown(reason)) => Err(reason.message),
            Err(Stopped) => Err("the run stopped before it was looked up".to_owned()),
        }
    }

    async fn change_existing(&self, lead: &Lead, outcome: Outcome) -> Outcome {
        let Some(id) = outcome.id.clone() else { return outcome };
        match self.put(lead, &id).await {
            Ok(put) => Outcome { id: Some(id), ..put.outcome(Status::Exists) },
            Err(Stopped) => not_changed(outcome, "the run stopped before that"),
        }
    }

    /// Asks for the change until there is an answer that counts.
    async fn put(&self, lead: &Lead, id: &str) -> Result<Put, Stopped> {
        let request = self.platform.update(&lead.target, id, &lead.body);
        let began = self.line.clock().now();
        let (mut requests, mut unread) = (0, 0);
        loop {
            let (exchange, made) = self.line.ask_counted(&request, TRIES, self.observer.as_ref()).await?;
            requests += made;
            let waited = self.line.clock().now().saturating_sub(began);
            if matches!(exchange, Exchange::NotSent(_)) && waited < self.line.give_up() {
                // An outage is everybody's: the line ends the run where it lasts too long.
                continue;
            }
            let judged = judge_change(self.platform.as_ref(), &exchange);
            if judged.is_unread && unread + 1 < TRIES {
                unread += 1;
                continue;
            }
            if let Some(message) = judged.stop {
                self.line.stop().request(StopReason::new(StopKind::Platform, message));
            }
            let http = match exchange {
                Exchange::Answered(response) => Some(response.status),
                Exchange::NotSent(_) | Exchange::Lost(_) => None,
            };
            return Ok(Put { reason: judged.reason, http, requests });
        }
    }
}

impl Put {
    fn outcome(self, status: Status) -> Outcome {
        let request = if self.reason.code == UPDATED { OnPlatform::AsAsked } else { OnPlatform::Otherwise };
        let Self { reason, http, requests } = self;
        Outcome { http, attempts: requests, request, ..Outcome::new(status, Some(reason)) }
    }
}

fn not_changed(outcome: Outcome, why: &str) -> Outcome {
    let reason = Reason::new("update_failed", format!("the platform has it already, and it was not changed: {why}"));
    Outcome { reason: Some(reason), request: OnPlatform::Otherwise, ..outcome }
}

/// What an answer to a change says.
#[derive(Debug)]
struct JudgedChange {
    reason: Reason,
    /// The answer cannot be read, so nobody knows.
    is_unread: bool,
    /// Why the run must stop.
    stop: Option<String>,
}

impl JudgedChange {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self { reason: Reason::new(code, message), is_unread: false, stop: None }
    }

    fn stopping(self) -> Self {
        Self { stop: Some(self.reason.message.clone()), ..self }
    }
}

fn judge_change(platform: &dyn Platform, exchange: &Exchange) -> JudgedChange {
    let response = match exchange {
        Exchange::NotSent(error) | Exchange::Lost(error) => {
            return JudgedChange::new("update_failed", format!("the change was not answered: {error}"));
        }
        Exchange::Answered(response) => response,
    };
    if let Some(foreign) = foreign_answer(response) {
        return JudgedChange::new("update_failed", foreign.message).stopping();
    }
    let status = response.status;
    if status == 408 || status >= 500 {
        let failed = JudgedChange::new("update_failed", format!("the server answered {status}"));
        return JudgedChange { is_unread: status == 408, ..failed };
    }
    match platform.read_change(status, &response.body, Ability::Update) {
        Changed::Done => JudgedChange::new(UPDATED, "its variables were changed on the platform"),
        Changed::SeemsGone => {
            let message =
                "the platform answers that it has no such lead (any more), without a word: see there whether it has";
            JudgedChange::new("update_refused", message)
        }
        Changed::Gone(words) => JudgedChange::new(
            GONE,
            format!("it is no longer on the platform, so it was not changed: {}", words.message),
        ),
        Changed::Refused(words) => JudgedChange::new("update_refused", words.message),
        Changed::BadToken(words) => {
            let message = format!("the platform does not let this token change leads: {}", words.message);
            JudgedChange::new("update_refused", message).stopping()
        }
        Changed::Unreadable(error) => {
            let message = format!("the answer (status {status}) cannot be read: {error}");
            JudgedChange { is_unread: true, ..JudgedChange::new("update_failed", message) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Autocalls, Pollybot};
    use crate::upload::Response;

    fn judged(status: u16, body: &str) -> Vec<JudgedChange> {
        let pollybot = Pollybot::default();
        let answer = Exchange::Answered(Response { status, body: body.into(), ..Response::default() });
        [&Autocalls::default() as &dyn Platform, &pollybot].map(|platform| judge_change(platform, &answer)).into()
    }

    #[test]
    fn only_a_readable_2xx_says_that_a_lead_was_changed() {
        for status in 100..=999 {
            for body in ["", "{}", "<html>", r#"{"message":"x"}"#, r#"{"data":{"id":1}}"#, r#"{"data":{"id":1"#] {
                for judged in judged(status, body) {
                    let may = (200..300).contains(&status) && (status == 204 || body.ends_with('}') && body.len() > 1);
                    assert!(judged.reason.code != UPDATED || may, "{status} {body} {judged:?}");
                }
            }
        }
    }

    #[test]
    fn a_token_that_may_not_change_leads_stops_the_run_and_a_lead_that_is_gone_does_not() {
        for (status, code, stops) in [
            (401, "update_refused", true),
            (403, "update_refused", true),
            (404, GONE, false),
            (422, "update_refused", false),
            (302, "update_failed", true),
            (503, "update_failed", false),
        ] {
            for judged in judged(status, r#"{"message":"no"}"#) {
                assert_eq!((judged.reason.code.as_str(), judged.stop.is_some()), (code, stops), "{status}");
            }
        }
    }
}
