//! The HTTP client: one, shared, with every hidden retry and redirect off. What comes back is told apart only by whether
//! the request can have reached the server; what it means is [`super::judge`]'s affair.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::departing::Departing;
use super::tls::TlsTrouble;
use crate::clock::{self, Busy, Clock};
use crate::platform::{Access, ApiRequest, BaseUrl, Method};

/// A token: never shown, never logged.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// A token as read from a file, a command or the environment; outer white space does not belong to it.
    ///
    /// # Errors
    /// [`ClientError::BadToken`] where it is empty or could not stand in a header.
    pub fn new(text: &str) -> Result<Self, ClientError> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ClientError::BadToken);
        }
        Ok(Self(SecretString::from(text)))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// Why no client could be made.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The token is empty, or holds spaces or other characters that no token has.
    #[error(
        "the token is empty or holds spaces or line breaks\nwhat to do: copy it again from the platform's settings"
    )]
    BadToken,
    /// A header of a platform file.
    #[error("the header {0:?} of the platform file cannot be sent")]
    BadHeader(String),
    /// The file of `--ca-file` holds no certificate.
    #[error("the certificates of --ca-file cannot be used: {0}")]
    BadCertificates(String),
    /// The TLS library or the proxy's settings.
    #[error("the HTTP client cannot be set up: {0}")]
    SetUp(String),
}

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Where paths are put behind.
    pub base_url: BaseUrl,
    /// Sent in a header.
    pub token: Token,
    /// In which one, and what else each request has.
    pub access: Access,
    /// After this a request is given up. Its lead is then in doubt.
    pub timeout: Duration,
    /// Further root certificates, PEM.
    pub ca_certificates: Option<Vec<u8>>,
    /// How many connections are kept open.
    pub connections: usize,
}

/// What came of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// It certainly never reached the server: DNS, connect or TLS failed.
    NotSent(String),
    /// It left, but no whole answer came back. The server may have done what it was asked.
    Lost(String),
    /// An answer came back whole.
    Answered(Response),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`, lower-case.
    pub content_type: String,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `X-RateLimit-Limit`.
    pub rate_limit: Option<String>,
    /// `X-RateLimit-Remaining`.
    pub rate_remaining: Option<String>,
    /// `X-RateLimit-Reset`.
    pub rate_reset: Option<String>,
    /// When the server answered, by its own clock: `Date`.
    pub date: Option<Timestamp>,
    /// How long it took, from the request's leaving to the answer's end.
    pub took: Duration,
    /// The body.
    pub body: Vec<u8>,
}

/// The largest answer that is read: a page of 100 leads with long variables is far below.
const MAX_BODY: usize = 32 << 20;

/// Longer than this no connection takes that is worth waiting for; less than the request's own timeout.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Servers close idle connections after a minute or so; a request on one that is just being closed would be in doubt.
const POOL_IDLE: Duration = Duration::from_secs(20);

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// See the module's documentation. Clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base_url: BaseUrl,
    timeout: Duration,
    clock: Clock,
    /// What bodies are called.
    content_type: HeaderValue,
    /// The last path that was posted to, and its address: nearly all requests have the same.
    posted_to: Arc<Mutex<Option<(String, reqwest::Url)>>>,
}

impl Client {
    /// A client for one platform.
    ///
    /// # Errors
    /// [`ClientError`] where TLS, the proxy's settings or the certificates are unusable.
    pub fn new(options: &ClientOptions, clock: Clock) -> Result<Self, ClientError> {
        let mut headers = headers(&options.token, &options.access)?;
        let content_type = headers.remove(CONTENT_TYPE).unwrap_or(JSON);
        let builder = connections(&options.base_url, options.timeout, options.ca_certificates.as_deref())?
            .default_headers(headers)
            .pool_max_idle_per_host(options.connections);
        let http = builder.build().map_err(|error| ClientError::SetUp(chain(&error)))?;
        Ok(Self {
            http,
            base_url: options.base_url.clone(),
            timeout: options.timeout,
            clock,
            content_type,
            posted_to: Arc::default(),
        })
    }

    /// Sends one request, once; `leaves` is called when a connection takes it, which may have had to be opened first. Of a request
    /// without a body (a question, a deletion) nobody learns that, and it is dropped.
    pub async fn exchange(&self, request: &ApiRequest, leaves: impl FnOnce() + Send + Sync + 'static) -> Exchange {
        let busy = self.clock.busy();
        let began = self.clock.now();
        let mut exchange = match self.clock.timeout(self.timeout, self.send(request, leaves, &busy)).await {
            Some(exchange) => exchange,
            None => Exchange::Lost(format!("no answer within {:?}", self.timeout)),
        };
        let took = self.clock.now().saturating_sub(began);
        if let Exchange::Answered(response) = &mut exchange {
            response.took = took;
        }
        log(request, &exchange, took);
        exchange
    }

    /// Where a request goes; that of leads to be created is taken apart once.
    fn url(&self, request: &ApiRequest) -> Result<reqwest::Url, url::ParseError> {
        let address = || format!("{}{}", self.base_url.as_str(), request.path).parse::<reqwest::Url>();
        if request.method != Method::Post {
            return address();
        }
        let mut posted_to = self.posted_to.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, url)) = posted_to.as_ref()
            && *path == request.path
        {
            return Ok(url.clone());
        }
        let url = address()?;
        *posted_to = Some((request.path.clone(), url.clone()));
        Ok(url)
    }

    async fn send(&self, request: &ApiRequest, leaves: impl FnOnce() + Send + Sync + 'static, busy: &Busy) -> Exchange {
        let url = match self.url(request) {
            Ok(url) => url,
            Err(error) => return Exchange::NotSent(error.to_string()),
        };
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self.http.request(method, url);
        if let Some(body) = &request.body {
            let body = Departing::new(body.clone(), leaves);
            builder = builder.header(CONTENT_TYPE, self.content_type.clone()).body(reqwest::Body::wrap(body));
        }
        if let Some(id) = busy.id() {
            builder = builder.header(clock::REQUEST_HEADER, id);
        }
        match builder.send().await {
            Ok(response) => read(response).await,
            // Only the connector's errors are sure to come before the first byte of the request.
            Err(error) if error.is_connect() || error.is_builder() => Exchange::NotSent(chain(&error)),
            Err(error) => Exchange::Lost(chain(&error)),
        }
    }
}

/// How every connection to a platform is made: no hidden retries, no redirects, the system's proxy and roots.
///
/// # Errors
/// The certificates cannot be used.
pub(super) fn connections(
    base_url: &BaseUrl,
    timeout: Duration,
    ca_certificates: Option<&[u8]>,
) -> Result<reqwest::ClientBuilder, ClientError> {
    // Fails only where a provider is installed already, which then serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("leadload/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .pool_idle_timeout(POOL_IDLE);
    if base_url.is_this_machine() {
        // A proxy for it would be a mistake.
        builder = builder.no_proxy();
    }
    if let Some(pem) = ca_certificates {
        let unusable = |error: reqwest::Error| ClientError::BadCertificates(error.to_string());
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(unusable)?;
        builder = builder.tls_certs_merge(certificates);
    }
    Ok(builder)
}

/// Without the query and the body: they hold people's numbers.
fn log(request: &ApiRequest, exchange: &Exchange, took: Duration) {
    let path = request.path.split('?').next().unwrap_or_default();
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match exchange {
        Exchange::Answered(Response { status, .. }) => {
            tracing::debug!(method = ?request.method, path, status, milliseconds, "answered");
        }
        Exchange::NotSent(error) => tracing::info!(method = ?request.method, path, milliseconds, error, "not sent"),
        Exchange::Lost(error) => tracing::info!(method = ?request.method, path, milliseconds, error, "answer lost"),
    }
}

pub(super) async fn read(mut response: reqwest::Response) -> Exchange {
    let header =
        |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut answer = Response {
        status: response.status().as_u16(),
        content_type: header(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase(),
        retry_after: header(RETRY_AFTER),
        rate_limit: header(HeaderName::from_static("x-ratelimit-limit")),
        rate_remaining: header(HeaderName::from_static("x-ratelimit-remaining")),
        rate_reset: header(HeaderName::from_static("x-ratelimit-reset")),
        date: header(DATE).and_then(|date| jiff::fmt::rfc2822::parse(&date).ok()).map(|date| date.timestamp()),
        took: Duration::ZERO,
        body: Vec::new(),
    };
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if answer.body.len() + chunk.len() <= MAX_BODY => answer.body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Exchange::Lost(format!("the answer is longer than {MAX_BODY} bytes")),
            Ok(None) => return Exchange::Answered(answer),
            // A refusal for too many requests is one, whatever became of its body.
            Err(_) if answer.status == 429 => return Exchange::Answered(answer),
            Err(error) => {
                return Exchange::Lost(format!("the answer (status {}) broke off: {}", answer.status, chain(&error)));
            }
        }
    }
}

fn headers(token: &Token, access: &Access) -> Result<HeaderMap, ClientError> {
    let Access { header, prefix, further } = access;
    let name =
        |name: &str| HeaderName::from_bytes(name.as_bytes()).map_err(|_| ClientError::BadHeader(name.to_owned()));
    let mut secret =
        HeaderValue::from_str(&format!("{prefix}{}", token.0.expose_secret())).map_err(|_| ClientError::BadToken)?;
    secret.set_sensitive(true);
    let mut headers = HeaderMap::from_iter([(name(header)?, secret), (ACCEPT, JSON)]);
    for (further, value) in further {
        let value = HeaderValue::from_str(value).map_err(|_| ClientError::BadHeader(further.clone()))?;
        headers.insert(name(further)?, value);
    }
    Ok(headers)
}

/// An error with its causes, without the URL (it may hold a person's number). Trouble with certificates is said in plain words.
pub(super) fn chain(error: &reqwest::Error) -> String {
    if let Some(trouble) = TlsTrouble::find(error) {
        return trouble.message;
    }
    let mut text = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let words = cause.to_string();
        // The HTTP library's own name for the step says nothing to people.
        if !words.starts_with("client error") {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&words);
        }
        source = cause.source();
    }
    if text.is_empty() { "the connection failed".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(" very-secret\n").unwrap();
        assert!(!format!("{token:?}").contains("secret"));
        let options = ClientOptions {
            base_url: BaseUrl::parse("http://127.0.0.1:9", "").unwrap(),
            token,
            access: Access::default(),
            timeout: Duration::from_secs(1),
            ca_certificates: None,
            connections: 1,
        };
        let client = Client::new(&options, Clock::system()).unwrap();
        assert!(!format!("{options:?} {client:?}").contains("secret"));
    }

    #[test]
    fn what_cannot_be_a_token_is_refused() {
        for text in ["", "  ", "two words", "line\nbreak", "ümlaut"] {
            assert!(Token::new(text).is_err(), "{text:?}");
        }
    }
}
