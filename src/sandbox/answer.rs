//! Answers before they become HTTP, and those that both families share.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use futures::StreamExt as _;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::faults::RetryForm;
use crate::target::Family;

/// A page such as a login form or a proxy's error.
const HTML: &str =
    "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><h1>Please log in</h1></body></html>\n";

/// What a request is answered with.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    content: Content,
    headers: HeaderMap,
}

#[derive(Debug)]
enum Content {
    Json(Vec<u8>),
    Html,
}

/// What the connection does in the end.
#[derive(Debug)]
pub(super) enum Ending {
    /// It answers.
    Answer(Answer),
    /// It answers up to the middle of the body, then closes.
    Half(Answer),
    /// It is reset without an answer.
    Severed,
}

/// The mark on a response that must not be sent: the connection is reset instead.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection is to be reset")]
pub(super) struct Severed;

impl Answer {
    /// This status and JSON.
    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        let content = serde_json::to_vec(body).unwrap_or_default();
        Self { status, content: Content::Json(content), headers: HeaderMap::new() }
    }

    /// 200 and an HTML page.
    pub(super) fn html() -> Self {
        Self { status: 200, content: Content::Html, headers: HeaderMap::new() }
    }

    /// 302 to an HTML page.
    pub(super) fn redirect(to: &'static str) -> Self {
        let answer = Self { status: 302, ..Self::html() };
        answer.with(LOCATION, HeaderValue::from_static(to))
    }

    /// An error in the family's form; Autocalls has no codes.
    pub(super) fn problem(family: Family, status: u16, code: &str, message: &str) -> Self {
        match family {
            Family::Autocalls | Family::Custom(_) => Self::json(status, &json!({ "message": message })),
            Family::Pollybot => Self::json(status, &json!({ "success": false, "error": message, "code": code })),
        }
    }

    /// 429 that says in this form when to come back; `now` is the server's clock.
    pub(super) fn too_many(family: Family, form: &RetryForm, now: Timestamp) -> Self {
        let seconds = match form {
            RetryForm::Seconds(seconds) | RetryForm::Body(seconds) => Some(*seconds),
            RetryForm::Date(_) | RetryForm::Silent | RetryForm::Raw(_) => None,
        };
        let header = match form {
            RetryForm::Seconds(seconds) => Some(seconds.to_string()),
            RetryForm::Date(seconds) => Some(http_date(now + Duration::from_secs(u64::from(*seconds)))),
            RetryForm::Raw(text) => Some(text.clone()),
            RetryForm::Body(_) | RetryForm::Silent => None,
        };
        let mut body = match family {
            Family::Autocalls | Family::Custom(_) => json!({ "message": "Too Many Attempts." }),
            Family::Pollybot => {
                json!({ "success": false, "error": "Too many requests", "code": "RATE_LIMIT_EXCEEDED" })
            }
        };
        if let Some(seconds) = seconds {
            body["retry_after"] = seconds.into();
        }
        let answer = Self::json(429, &body);
        match header.and_then(|text| HeaderValue::from_str(&text).ok()) {
            Some(value) => answer.with(RETRY_AFTER, value),
            None => answer,
        }
    }

    /// The same with one more header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same, its JSON cut off in the middle.
    pub(super) fn truncated(mut self) -> Self {
        if let Content::Json(body) = &mut self.content {
            body.truncate(body.len() / 2);
        }
        self
    }

    /// What a Laravel server answers a client that did not ask for JSON: errors become redirects to a page.
    pub(super) fn for_a_browser(self) -> Self {
        match self.status {
            429 => self,
            401 => Self::redirect("/login"),
            400.. => Self::redirect("/"),
            _ => self,
        }
    }

    fn into_parts(self) -> (Response<()>, Vec<u8>) {
        let (body, kind) = match self.content {
            Content::Json(body) => (body, "application/json"),
            Content::Html => (HTML.as_bytes().to_vec(), "text/html; charset=utf-8"),
        };
        let mut head = Response::new(());
        *head.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *head.headers_mut() = self.headers;
        head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        (head, body)
    }
}

impl Ending {
    /// The HTTP of it; `now` is the server's clock, for the `Date` header.
    pub(super) fn into_response(self, now: Timestamp) -> Response<Body> {
        let mut response = match self {
            Self::Answer(answer) => {
                let (head, body) = answer.into_parts();
                head.map(|()| Body::from(body))
            }
            Self::Half(answer) => half(answer),
            Self::Severed => {
                let mut response = Response::new(Body::empty());
                response.extensions_mut().insert(Severed);
                response
            }
        };
        if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
            response.headers_mut().insert(DATE, date);
        }
        response
    }
}

/// A response that announces its whole length, sends half of it and fails.
fn half(answer: Answer) -> Response<Body> {
    let (mut head, mut body) = answer.into_parts();
    head.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    body.truncate(body.len() / 2);
    // The pause between makes hyper write out what it has before it meets the error.
    let cut = futures::stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut off on purpose"))
    });
    let body = futures::stream::iter([Ok(body)]).chain(cut);
    head.map(|()| Body::from_stream(body))
}

fn http_date(time: Timestamp) -> String {
    httpdate::fmt_http_date(time.into())
}
