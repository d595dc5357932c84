//! Before the first request: is the token good, which campaigns are there, and are leads called at once?

use thiserror::Error;

use super::client::{Exchange, Response};
use super::event::Observer;
use super::line::Line;
use crate::platform::{ApiRequest, Campaign, Platform};

/// What the platform said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// The campaigns; `None` where the platform has none.
    pub campaigns: Option<Vec<Campaign>>,
}

/// Why nothing can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PreflightError {
    /// Nobody answers.
    #[error(
        "{base_url} cannot be reached: {error}\nwhat to do: see whether this machine is online and the address is right (--base-url), then run the same command"
    )]
    Unreachable {
        /// The address.
        base_url: String,
        /// What the network said.
        error: String,
    },
    /// 401 or 403.
    #[error(
        "the platform does not accept the token (status {status})\nwhat to do: make a new one in its settings, under API"
    )]
    BadToken {
        /// The status.
        status: u16,
    },
    /// Something else answers.
    #[error(
        "{base_url} answered {status} to {path}, which is not what the API does{detail}\nwhat to do: check --base-url"
    )]
    NotTheApi {
        /// The address.
        base_url: String,
        /// The path asked for.
        path: String,
        /// The status.
        status: u16,
        /// What could not be read.
        detail: String,
    },
    /// The run was stopped meanwhile.
    #[error("stopped")]
    Stopped,
}

/// How often the platform is asked before it counts as out of reach.
const TRIES: u32 = 3;

impl Preflight {
    /// Tests the token with a question about `place`, and lists the campaigns.
    ///
    /// # Errors
    /// [`PreflightError`] where nothing can be sent.
    pub async fn ask(
        platform: &dyn Platform,
        place: &str,
        base_url: &str,
        line: &Line,
        observer: &dyn Observer,
    ) -> Result<Self, PreflightError> {
        let asking = Asking { base_url, line, observer };
        let body = asking.body(&platform.token_test(place)).await?;
        if !platform.token_is_good(&body) {
            return Err(PreflightError::BadToken { status: 200 });
        }
        let Some(request) = platform.campaigns() else { return Ok(Self { campaigns: None }) };
        let body = asking.body(&request).await?;
        let campaigns =
            platform.read_campaigns(&body).map_err(|error| asking.not_the_api(&request, 200, format!(": {error}")))?;
        Ok(Self { campaigns: Some(campaigns) })
    }
}

struct Asking<'a> {
    base_url: &'a str,
    line: &'a Line,
    observer: &'a dyn Observer,
}

impl Asking<'_> {
    async fn body(&self, request: &ApiRequest) -> Result<Vec<u8>, PreflightError> {
        let asked = self.line.ask(request, TRIES, self.observer).await.map_err(|_| PreflightError::Stopped)?;
        Ok(answered(asked, request, self.base_url)?.body)
    }

    fn not_the_api(&self, request: &ApiRequest, status: u16, detail: String) -> PreflightError {
        not_the_api(self.base_url, request, status, detail)
    }
}

/// The answer to a question that any good token may ask.
///
/// # Errors
/// Nobody answers, the token is refused, or something else answers than the API.
pub fn answered(exchange: Exchange, request: &ApiRequest, base_url: &str) -> Result<Response, PreflightError> {
    let unreachable = |error: String| PreflightError::Unreachable { base_url: base_url.to_owned(), error };
    match exchange {
        Exchange::Answered(response) => match response.status {
            200..=299 => Ok(response),
            401 | 403 => Err(PreflightError::BadToken { status: response.status }),
            status if status >= 500 => Err(unreachable(format!("it answers {status}"))),
            status => Err(not_the_api(base_url, request, status, String::new())),
        },
        Exchange::NotSent(error) | Exchange::Lost(error) => Err(unreachable(error)),
    }
}

fn not_the_api(base_url: &str, request: &ApiRequest, status: u16, detail: String) -> PreflightError {
    let path = request.path.split('?').next().unwrap_or_default().to_owned();
    PreflightError::NotTheApi { base_url: base_url.to_owned(), path, status, detail }
}
