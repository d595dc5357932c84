//! Everything that only the server can tell, in as few questions as an import asks before it begins, and one more.

use std::sync::Arc;
use std::time::Duration;

use super::campaigns;
use super::clocks::Clocks;
use super::files::Before;
use super::plan::Plan;
use super::rates::Allowance;
use super::{Record, problem, token, way};
use crate::platform::ApiRequest;
use crate::report::{Finding, in_one_line};
use crate::run::{Connected, Endpoint, RunError, Server, Surroundings, platform_of};
use crate::upload::{Exchange, Pace, PreflightError, Response, Stopped, answered};

/// How often the platform is asked a question before it counts as out of reach.
const TRIES: u32 = 2;

/// What the answers say beside what was asked.
#[derive(Default)]
struct Heard {
    clocks: Clocks,
    allowance: Allowance,
}

impl Heard {
    fn listen(&mut self, response: &Response, around: &Surroundings) {
        self.clocks.listen(response, around.clock.wall());
        self.allowance.listen(response);
    }

    fn tell(&self, plan: &Plan, record: &mut Record<'_>) {
        if let Some(finding) = self.clocks.finding() {
            record.add(finding);
        }
        record.add(self.allowance.finding(&plan.sending.rates));
    }
}

pub(super) async fn look(
    plan: &Plan,
    endpoint: &Endpoint,
    before: &Before,
    around: &Surroundings,
    record: &mut Record<'_>,
) -> Result<(), Stopped> {
    let pace = Arc::new(Pace::new(&plan.sending.rates, around.clock.clone()));
    if before.is_unknown {
        pace.remember(Duration::ZERO, plan.sending.concurrency.get());
    } else if let Some(silent) = before.silent {
        pace.remember(silent, 0);
    }
    let mut heard = Heard::default();
    let (mut sent_at, has_token) = (None, token::is_there(endpoint));
    if let Server::Platform { base_url, ca_certificates, .. } = &endpoint.server {
        let platform = match platform_of(endpoint) {
            Ok(platform) => platform,
            Err(error) => {
                record.add(super::problem("platform", &error));
                return Ok(());
            }
        };
        let question = platform.token_test(endpoint.place.as_deref().unwrap_or_default());
        let server = way::Server { base_url, ca_certificates: ca_certificates.as_deref(), question, pace: &pace };
        let reached = around.stop.unless_requested(way::look(server, plan, around, record)).await.ok_or(Stopped)?;
        let Some(response) = reached else { return Ok(()) };
        heard.listen(&response, around);
        sent_at = Some(around.clock.now());
    }
    if has_token {
        ask(Asking { plan, endpoint, around, sent_at }, &mut heard, record).await?;
    }
    if let Some(hold) = &before.hold {
        hold.sent_at(around.clock.wall());
    }
    heard.tell(plan, record);
    Ok(())
}

struct Asking<'a> {
    plan: &'a Plan,
    endpoint: &'a Endpoint,
    around: &'a Surroundings,
    /// When the last request was sent.
    sent_at: Option<Duration>,
}

/// Asks with the token: is it good, which campaigns are there, what do the assistants know?
async fn ask(asking: Asking<'_>, heard: &mut Heard, record: &mut Record<'_>) -> Result<(), Stopped> {
    let Asking { plan, endpoint, around, sent_at } = asking;
    let connected = match Connected::connect(endpoint, &plan.sending, &around.clock, &around.stop).await {
        Ok(connected) => connected,
        Err(error) => {
            record.add(problem("host", &error));
            return Ok(());
        }
    };
    if let Some(sent_at) = sent_at {
        connected.line.pace().remember(around.clock.now().saturating_sub(sent_at), 0);
    }
    let mut questions = Questions { connected: &connected, around, heard };
    let test = connected.platform.token_test(endpoint.place.as_deref().unwrap_or_default());
    match questions.ask(&test).await? {
        Err(error) => {
            record.add(token::refused(endpoint, &error));
            return Ok(());
        }
        Ok(Response { status, body, .. }) if !connected.platform.token_is_good(&body) => {
            record.add(token::refused(endpoint, &PreflightError::BadToken { status }));
            return Ok(());
        }
        Ok(_) => record.add(token::accepted(endpoint)),
    }
    if let Some(request) = connected.platform.campaigns() {
        match questions.ask(&request).await? {
            Ok(response) => campaigns::look(plan, endpoint, &connected, &response.body, record),
            Err(error) => record.add(problem("campaign", &RunError::Preflight(error))),
        }
    }
    if let Some(request) = connected.platform.assistants() {
        let answer = questions.ask(&request).await?;
        record.add(variables(&connected, answer));
    }
    Ok(())
}

struct Questions<'a> {
    connected: &'a Connected,
    around: &'a Surroundings,
    heard: &'a mut Heard,
}

impl Questions<'_> {
    async fn ask(&mut self, request: &ApiRequest) -> Result<Result<Response, PreflightError>, Stopped> {
        let exchange = self.connected.line.ask(request, TRIES, self.around.reporter.as_ref()).await?;
        if let Exchange::Answered(response) = &exchange {
            self.heard.listen(response, self.around);
        }
        Ok(answered(exchange, request, &self.connected.describe()))
    }
}

/// What the assistants know, where that can be listed. An import does without.
fn variables(connected: &Connected, answer: Result<Response, PreflightError>) -> Finding {
    let not_listed = |why: String| Finding::note("variables", format!("the assistants cannot be listed ({why})"));
    let known = match answer {
        Ok(response) => connected.platform.read_assistants(&response.body).map_err(|error| error.to_string()),
        Err(error) => Err(in_one_line(&error)),
    };
    match known {
        Err(why) => not_listed(why).advising("nothing: the names of your columns are not checked then"),
        Ok(names) if names.is_empty() => Finding::ok("variables", "no assistant knows any"),
        Ok(names) => {
            let names: Vec<_> = names.into_iter().collect();
            Finding::ok("variables", format!("the assistants know {}", names.join(", ")))
        }
    }
}
