//! The way to a server, step by step and without a token, for those who ask why it cannot be reached.

use std::net::SocketAddr;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use thiserror::Error;
use tokio::net::{TcpStream, lookup_host};

use super::client::Exchange;
use super::client::{CONNECT_TIMEOUT, ClientError, Response, chain, connections, read};
use super::tls::TlsTrouble;
use crate::clock::Clock;
use crate::platform::{ApiRequest, BaseUrl};

/// What a connection is made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The host: the server's, or that of the proxy before it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The proxy that is in force for this server, without its password: `http://proxy.example:3128`.
    pub proxy: Option<String>,
}

/// Where the way ends.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Obstacle {
    /// The name is not known.
    #[error("the name {host} cannot be looked up: {error}")]
    Name {
        /// The name.
        host: String,
        /// What the system said.
        error: String,
    },
    /// Nobody takes connections.
    #[error("{host} cannot be connected to on port {port}: {error}")]
    Connection {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What the system said.
        error: String,
    },
    /// A certificate, or TLS.
    #[error("{}", .0.message)]
    Tls(TlsTrouble),
    /// A connection was made, and no answer came.
    #[error("no answer came: {0}")]
    NoAnswer(String),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Reach {
    base_url: BaseUrl,
    http: reqwest::Client,
    timeout: Duration,
    clock: Clock,
}

impl Reach {
    /// To the server at `base_url`, as an import would go there.
    ///
    /// # Errors
    /// [`ClientError`] where TLS, the proxy's settings or the certificates are unusable.
    pub fn new(
        base_url: &BaseUrl,
        timeout: Duration,
        ca_certificates: Option<&[u8]>,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        let builder = connections(base_url, timeout, ca_certificates)?;
        let http = builder.build().map_err(|error| ClientError::SetUp(chain(&error)))?;
        Ok(Self { base_url: base_url.clone(), http, timeout, clock })
    }

    /// What a connection is made to: the environment and the system say whether there is a proxy.
    #[must_use]
    pub fn way(&self) -> Option<Way> {
        let (host, port) = self.base_url.host_and_port()?;
        if self.base_url.is_this_machine() {
            return Some(Way { host, port, proxy: None });
        }
        let uri = self.base_url.as_str().parse().ok()?;
        // The same rules that the HTTP client goes by.
        let Some(proxy) = Matcher::from_system().intercept(&uri) else { return Some(Way { host, port, proxy: None }) };
        let uri = proxy.uri();
        let scheme = uri.scheme_str().unwrap_or("http");
        let usual = match scheme {
            "https" => 443,
            socks if socks.starts_with("socks") => 1080,
            _ => 80,
        };
        let (host, port) = (uri.host()?.trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(usual));
        let shown = format!("{scheme}://{host}:{port}");
        Some(Way { host, port, proxy: Some(shown) })
    }

    /// The addresses of `way`'s host.
    ///
    /// # Errors
    /// [`Obstacle::Name`].
    pub async fn addresses(&self, way: &Way) -> Result<Vec<SocketAddr>, Obstacle> {
        let failed = |error: String| Obstacle::Name { host: way.host.clone(), error };
        let limit = CONNECT_TIMEOUT.min(self.timeout);
        let asked = self.clock.timeout(limit, lookup_host((way.host.as_str(), way.port))).await;
        let found: Vec<SocketAddr> = match asked {
            None => return Err(failed(format!("no answer within {limit:?}"))),
            Some(Err(error)) => return Err(failed(error.to_string())),
            Some(Ok(found)) => found.collect(),
        };
        if found.is_empty() { Err(failed("it has no address".to_owned())) } else { Ok(found) }
    }

    /// The first of `addresses` that takes a connection, and how long that took.
    ///
    /// # Errors
    /// [`Obstacle::Connection`].
    pub async fn connect(&self, way: &Way, addresses: &[SocketAddr]) -> Result<(SocketAddr, Duration), Obstacle> {
        let limit = CONNECT_TIMEOUT.min(self.timeout);
        let mut said = String::new();
        for address in addresses {
            let began = self.clock.now();
            said = match self.clock.timeout(limit, TcpStream::connect(address)).await {
                Some(Ok(_)) => return Ok((*address, self.clock.now().saturating_sub(began))),
                Some(Err(error)) => error.to_string(),
                None => format!("no answer within {limit:?}"),
            };
        }
        Err(Obstacle::Connection { host: way.host.clone(), port: way.port, error: said })
    }

    /// Asks `request`, a question, without a token: whatever is answered, the server was reached.
    ///
    /// # Errors
    /// [`Obstacle::Tls`] or [`Obstacle::NoAnswer`].
    pub async fn answer(&self, request: &ApiRequest) -> Result<Response, Obstacle> {
        let began = self.clock.now();
        let mut response = match self.clock.timeout(self.timeout, self.ask(request)).await {
            Some(answered) => answered?,
            None => return Err(Obstacle::NoAnswer(format!("nothing within {:?}", self.timeout))),
        };
        response.took = self.clock.now().saturating_sub(began);
        Ok(response)
    }

    async fn ask(&self, request: &ApiRequest) -> Result<Response, Obstacle> {
        let url = format!("{}{}", self.base_url.as_str(), request.path);
        match self.http.get(url).send().await {
            Ok(response) => match read(response).await {
                Exchange::Answered(response) => Ok(response),
                Exchange::NotSent(error) | Exchange::Lost(error) => Err(Obstacle::NoAnswer(error)),
            },
            Err(error) => {
                Err(TlsTrouble::find(&error).map_or_else(|| Obstacle::NoAnswer(chain(&error)), Obstacle::Tls))
            }
        }
    }
}
