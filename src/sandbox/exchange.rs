//! The way of one request, whatever it asks for: counted, let in or refused, met by a fault, carried out, answered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};
use jiff::Timestamp;
use tokio::sync::watch;

use super::answer::{Answer, Ending};
use super::faults::{Effect, Fault, Faults, RetryForm};
use super::options::{Quirk, RateHeaders, RecordArrivals, SandboxOptions};
use super::throttle::{Passage, Throttle};
use super::workspace::Workspace;
use super::world::World;
use crate::clock::{Clock, Moment, REQUEST_HEADER};
use crate::target::Family;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// The token is tested: `GET /user/me`.
    Account,
    /// The campaigns are listed.
    Campaigns,
    /// The assistants are listed.
    Assistants,
    /// A lead is created.
    Create,
    /// Leads are listed.
    List,
    /// One lead is shown.
    Show,
    /// A lead is updated.
    Update,
    /// A lead is deleted.
    Delete,
    /// No such address.
    Unknown,
}

/// What is asked of the platform, carried out under its lock; the time is the server's.
type Work = Box<dyn FnOnce(&mut Backend, Timestamp) -> Answer + Send>;

/// Everything that both families' requests go through.
#[derive(Debug)]
pub(super) struct Exchange {
    clock: Clock,
    latency: Duration,
    offset: jiff::SignedDuration,
    state: Mutex<State>,
    arrived: watch::Sender<usize>,
}

struct State {
    backend: Backend,
    throttle: Throttle,
    arrivals: Vec<(Moment, RequestKind)>,
    /// Work that has its effect later ([`Fault::LateCommit`]): done by whatever looks next, at its own time.
    late: Vec<(Moment, Work)>,
}

/// What is there: leads, rules and how the platform is at the moment.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) options: SandboxOptions,
    pub(super) world: World,
    pub(super) workspace: Workspace,
    token: Token,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Alive,
    Dead,
}

/// The head of a request.
#[derive(Debug)]
pub(super) struct Call {
    kind: RequestKind,
    family: Family,
    bearer: Bearer,
    asks_for: AsksFor,
    /// What it is known by on simulated time.
    simulated: Option<u64>,
}

#[derive(Debug)]
enum Bearer {
    Missing,
    Token(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AsksFor {
    Json,
    AnyPage,
}

enum Gate {
    Open(Option<Fault>),
    Closed(Answer),
}

impl Call {
    pub(super) fn new(kind: RequestKind, family: Family, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = text(AUTHORIZATION).strip_prefix("Bearer ").map(str::trim).filter(|token| !token.is_empty());
        let bearer = token.map_or(Bearer::Missing, |token| Bearer::Token(token.to_owned()));
        let simulated = headers.get(REQUEST_HEADER).and_then(|id| id.to_str().ok()?.parse().ok());
        let asks_for = if text(ACCEPT).contains("json") { AsksFor::Json } else { AsksFor::AnyPage };
        Self { kind, family, bearer, asks_for, simulated }
    }
}

impl Exchange {
    pub(super) fn new(options: SandboxOptions) -> Self {
        let world = World::new(&options.campaigns, options.open_campaigns);
        Self {
            clock: options.clock.clone(),
            latency: options.latency,
            offset: options.clock_offset,
            state: Mutex::new(State {
                throttle: Throttle::new(&options.rate_limits),
                backend: Backend { options, world, workspace: Workspace::default(), token: Token::Alive },
                arrivals: Vec::new(),
                late: Vec::new(),
            }),
            arrived: watch::Sender::new(0),
        }
    }

    /// Takes `call` through everything; `work` is what it asks for.
    pub(super) async fn serve(
        &self,
        call: Call,
        work: impl FnOnce(&mut Backend, Timestamp) -> Answer + Send + 'static,
    ) -> Response<Body> {
        let (gate, passage) = self.admit(&call);
        let (ending, headers) = match gate {
            Gate::Closed(answer) => (Ending::Answer(answer), self.rate_headers(passage)),
            Gate::Open(fault) => {
                self.pause(self.latency / 2, call.simulated).await;
                let ending = self.carry_out(&call, fault, Box::new(work)).await;
                self.pause(self.latency / 2, call.simulated).await;
                (ending, self.rate_headers(passage))
            }
        };
        let browser = call.family == Family::Autocalls && call.asks_for == AsksFor::AnyPage;
        let ending = match ending {
            Ending::Answer(answer) if browser => Ending::Answer(answer.for_a_browser()),
            other => other,
        };
        let mut response = ending.into_response(self.wall());
        response.headers_mut().extend(headers);
        response
    }

    /// Looks at or changes what is there, outside any request.
    pub(super) fn with_backend<T>(&self, look: impl FnOnce(&mut Backend) -> T) -> T {
        look(&mut self.lock().backend)
    }

    pub(super) fn arrived(&self) -> watch::Receiver<usize> {
        self.arrived.subscribe()
    }

    pub(super) fn arrivals(&self) -> Vec<(Moment, RequestKind)> {
        self.lock().arrivals.clone()
    }

    pub(super) fn refused_for_rate(&self) -> u64 {
        self.lock().throttle.refused()
    }

    /// Counts the arrival and decides whether the request comes in, and which fault it meets there.
    fn admit(&self, call: &Call) -> (Gate, Passage) {
        self.arrived.send_modify(|count| *count += 1);
        let mut state = self.lock();
        let now = self.clock.now();
        if state.backend.options.record_arrivals == RecordArrivals::Yes {
            state.arrivals.push((now, call.kind));
        }
        let passage = state.throttle.arrive(now);
        if let Passage::Refused { wait, .. } = passage {
            let form = RetryForm::Seconds(whole_seconds(wait));
            return (Gate::Closed(Answer::too_many(call.family, &form, self.wall())), passage);
        }
        let gate = match state.backend.refusal_of_token(call) {
            Some(answer) => Gate::Closed(answer),
            None => Gate::Open(state.backend.faults_of(call.kind).and_then(Faults::next_fault)),
        };
        (gate, passage)
    }

    async fn carry_out(&self, call: &Call, fault: Option<Fault>, work: Work) -> Ending {
        let family = call.family;
        let Some(fault) = fault else { return Ending::Answer(self.perform(work)) };
        self.change_for_good(&fault);
        match fault {
            Fault::ResetBefore => Ending::Severed,
            Fault::HangBefore => self.hang(call.simulated).await,
            Fault::Redirect => Ending::Answer(Answer::redirect("/login")),
            Fault::HtmlOk => Ending::Answer(Answer::html()),
            Fault::TooManyRequests(form) => Ending::Answer(Answer::too_many(family, &form, self.wall())),
            Fault::TokenDies => Ending::Answer(invalid_token(family)),
            Fault::Status(status, Effect::Before) => Ending::Answer(server_error(family, status)),
            Fault::Status(status, Effect::After) => {
                self.perform(work);
                Ending::Answer(server_error(family, status))
            }
            Fault::ResetAfter => {
                self.perform(work);
                Ending::Severed
            }
            Fault::HangAfter => {
                self.perform(work);
                self.hang(call.simulated).await
            }
            Fault::LateCommit(delay) => {
                let due = self.clock.now().saturating_add(delay);
                self.lock().late.push((due, work));
                Ending::Severed
            }
            Fault::HalfAnswer => Ending::Half(self.perform(work)),
            Fault::TruncatedJson => Ending::Answer(self.perform(work).truncated()),
            Fault::BalanceDies | Fault::Turns(_) => Ending::Answer(self.perform(work)),
        }
    }

    /// Faults that are the beginning of something.
    fn change_for_good(&self, fault: &Fault) {
        let mut state = self.lock();
        match fault {
            Fault::TokenDies => state.backend.token = Token::Dead,
            Fault::BalanceDies => state.backend.options.balance = 0.0,
            Fault::Turns(quirk) => state.backend.options.quirks.push(*quirk),
            _ => {}
        }
    }

    fn perform(&self, work: Work) -> Answer {
        let now = self.wall();
        work(&mut self.lock().backend, now)
    }

    /// Never answers: the connection's end drops this future.
    async fn hang(&self, simulated: Option<u64>) -> Ending {
        let _idle = self.clock.idle(simulated);
        std::future::pending().await
    }

    async fn pause(&self, duration: Duration, simulated: Option<u64>) {
        if !duration.is_zero() {
            let _idle = self.clock.idle(simulated);
            self.clock.sleep(duration).await;
        }
    }

    /// The lock, with everything done that was due before now.
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.late.is_empty() {
            self.do_late_work(&mut state);
        }
        state
    }

    fn do_late_work(&self, state: &mut State) {
        let (now, wall) = (self.clock.now(), self.wall());
        let (mut due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.late).into_iter().partition(|(moment, _)| *moment <= now);
        state.late = later;
        due.sort_by_key(|(moment, _)| *moment);
        for (moment, work) in due {
            let ago = now.saturating_sub(moment);
            work(&mut state.backend, wall.saturating_sub(ago).unwrap_or(Timestamp::MIN));
        }
    }

    /// The server's own clock.
    fn wall(&self) -> Timestamp {
        self.clock.wall().saturating_add(self.offset).unwrap_or(Timestamp::MAX)
    }

    fn rate_headers(&self, passage: Passage) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let (limit, remaining) = match passage {
            Passage::Free => return headers,
            Passage::Admitted { limit, remaining } => (limit, remaining),
            Passage::Refused { limit, wait } => {
                let reset = (self.wall() + wait).as_second() + 1;
                headers.insert("x-ratelimit-reset", HeaderValue::from(reset));
                (limit, 0)
            }
        };
        let refused = matches!(passage, Passage::Refused { .. });
        if refused || self.lock().backend.options.rate_headers == RateHeaders::Always {
            headers.insert("x-ratelimit-limit", HeaderValue::from(limit));
            headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
        }
        headers
    }
}

impl Backend {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.options.quirks.contains(&quirk)
    }

    pub(super) fn recover(&mut self) {
        let options = &mut self.options;
        for faults in [&mut options.create_faults, &mut options.list_faults, &mut options.change_faults] {
            *faults = Faults::none();
        }
        options.balance = options.balance.max(25.0);
        self.token = Token::Alive;
    }

    /// Leads created after this are not in lists yet.
    pub(super) fn listed_until(&self, now: Timestamp) -> Option<Timestamp> {
        let lag = self.options.list_lag;
        if lag.is_zero() { None } else { Some(now.saturating_sub(lag).unwrap_or(Timestamp::MIN)) }
    }

    /// The answer to a call whose token is missing or not good.
    fn refusal_of_token(&self, call: &Call) -> Option<Answer> {
        let Bearer::Token(token) = &call.bearer else { return Some(missing_token(call.family)) };
        let known = self.options.token.as_ref().is_none_or(|wanted| wanted == token);
        if known && self.token == Token::Alive { None } else { Some(invalid_token(call.family)) }
    }

    fn faults_of(&mut self, kind: RequestKind) -> Option<&mut Faults> {
        match kind {
            RequestKind::Create => Some(&mut self.options.create_faults),
            RequestKind::List | RequestKind::Show => Some(&mut self.options.list_faults),
            RequestKind::Update | RequestKind::Delete => Some(&mut self.options.change_faults),
            RequestKind::Account | RequestKind::Campaigns | RequestKind::Assistants | RequestKind::Unknown => None,
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("late", &self.late.len()).finish_non_exhaustive()
    }
}

fn missing_token(family: Family) -> Answer {
    match family {
        Family::Autocalls | Family::Custom(_) => invalid_token(family),
        Family::Pollybot => Answer::problem(family, 401, "MISSING_AUTH_HEADER", "Authorization header is required"),
    }
}

fn invalid_token(family: Family) -> Answer {
    match family {
        Family::Autocalls | Family::Custom(_) => Answer::problem(family, 401, "", "Unauthenticated."),
        Family::Pollybot => Answer::problem(family, 401, "INVALID_API_KEY", "Invalid API key"),
    }
}

fn server_error(family: Family, status: u16) -> Answer {
    Answer::problem(family, status, "SERVER_ERROR", "Server Error")
}

/// Rounded up, and never none: a client that waits this long is let in.
fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
}
