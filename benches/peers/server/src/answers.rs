//! What the server says, in the shapes of the Autocalls API, and to `/bench/…` what it has noted.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response, StatusCode};
use jiff::Timestamp;

use crate::record::{Created, Record, Which};

/// Shared by all connections.
pub struct Server {
    latency: Duration,
    campaigns: u32,
    record: Record,
}

type Answer = Response<Full<Bytes>>;

impl Server {
    pub fn new(latency: Duration, campaigns: u32) -> Self {
        Self { latency, campaigns, record: Record::new() }
    }

    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let at = self.record.now();
        let path = request.uri().path();
        // Some clients are told the address with `/api`, some without.
        let path = path.strip_prefix("/api").unwrap_or(path);
        if request.method() == Method::POST && path == "/user/lead" {
            return Ok(self.create(at, request.into_body()).await);
        }
        let body = match path.strip_prefix("/bench/") {
            Some(question) => self.told(question),
            None => self.platform(at, path, request.uri().query().unwrap_or_default()).await,
        };
        Ok(body.map_or_else(not_found, |body| json(StatusCode::OK, body)))
    }

    async fn create(&self, at: u64, body: Incoming) -> Answer {
        let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            return json(StatusCode::BAD_REQUEST, r#"{"message":"The body broke off."}"#.to_owned());
        };
        self.wait().await;
        let id = self.record.create(at, &body);
        json(StatusCode::CREATED, created(id, &body))
    }

    async fn platform(&self, at: u64, path: &str, query: &str) -> Option<String> {
        self.record.request(at);
        let body = match path {
            "/user/me" => r#"{"name":"Bench","email":"bench@example.com","total_balance":100}"#.to_owned(),
            "/user/campaigns" => self.campaigns(),
            "/user/assistants/outbound" => "[]".to_owned(),
            "/user/leads" => self.page(query),
            _ => return None,
        };
        self.wait().await;
        Some(body)
    }

    fn told(&self, question: &str) -> Option<String> {
        Some(match question {
            "reset" => {
                self.record.reset();
                "{}".to_owned()
            }
            "counts" => self.record.counts(),
            "creates" => self.record.times(Which::Creates),
            "requests" => self.record.times(Which::Requests),
            "phones" => self.record.phones(),
            _ => return None,
        })
    }

    fn campaigns(&self) -> String {
        let one = |id: u32| format!(r#"{{"id":{id},"name":"Campaign {id}","status":"draft","timezone":"UTC"}}"#);
        format!("[{}]", (1..=self.campaigns).map(one).collect::<Vec<_>>().join(","))
    }

    /// The newest hundred of the leads that match: enough for look-ups of one number.
    fn page(&self, query: &str) -> String {
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .filter(|(key, _)| *key == name)
                .find_map(|(_, value)| value.trim_start_matches("%2B").parse::<u64>().ok())
        };
        let (phone, campaign) = (value("phone_number"), value("campaign_id"));
        let leads = self.record.leads(|lead| {
            phone.is_none_or(|phone| lead.phone == phone) && campaign.is_none_or(|campaign| lead.campaign == campaign)
        });
        let shown: Vec<_> = leads.iter().rev().take(100).map(listed).collect();
        format!(
            r#"{{"current_page":1,"data":[{}],"last_page":1,"per_page":100,"total":{}}}"#,
            shown.join(","),
            shown.len()
        )
    }

    async fn wait(&self) {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
    }
}

fn listed((id, lead): &(usize, Created)) -> String {
    let Created { phone, campaign } = lead;
    format!(
        r#"{{"id":{id},"campaign_id":{campaign},"phone_number":"+{phone}","status":"created","secondary_contacts":[]}}"#
    )
}

/// As the platform answers: what was sent comes back, and its id, its status and when it came about.
fn created(id: usize, body: &[u8]) -> String {
    let sent = String::from_utf8_lossy(body);
    let sent = sent.trim().trim_start_matches('{');
    let comma = if sent.starts_with('}') { "" } else { "," };
    let now = now();
    let sent = if sent.ends_with('}') { sent } else { "}" };
    format!(
        r#"{{"message":"Lead created successfully","data":{{"id":{id},"status":"created","created_at":"{now}"{comma}{sent}}}"#
    )
}

/// The time of day, made into a text once a second.
fn now() -> String {
    thread_local! {
        static TEXT: RefCell<(i64, String)> = const { RefCell::new((0, String::new())) };
    }
    let now = Timestamp::now();
    TEXT.with_borrow_mut(|(second, text)| {
        if *second != now.as_second() {
            *second = now.as_second();
            *text = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        }
        text.clone()
    })
}

fn json(status: StatusCode, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    answer
}

fn not_found() -> Answer {
    json(StatusCode::NOT_FOUND, r#"{"message":"Not found."}"#.to_owned())
}
