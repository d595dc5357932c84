//! Whether the token is there, and whether the platform takes it.

use crate::report::Finding;
use crate::run::{Endpoint, RunError, Server};
use crate::target::Family;
use crate::upload::PreflightError;

/// Whether the server can be asked as an import would: the sandbox takes any token.
pub(super) fn is_there(endpoint: &Endpoint) -> bool {
    !matches!(&endpoint.server, Server::Platform { token: None, .. })
}

pub(super) fn accepted(endpoint: &Endpoint) -> Finding {
    match endpoint.server {
        Server::Sandbox => Finding::ok("host", "the sandbox inside this program: no network, no account, no calls"),
        Server::Platform { .. } => Finding::ok("token", "accepted by the platform"),
    }
}

/// What the answer to the token's test means, if it is no good one.
pub(super) fn refused(endpoint: &Endpoint, error: &PreflightError) -> Finding {
    let check = if matches!(error, PreflightError::BadToken { .. }) { "token" } else { "host" };
    let is_unknown_chatbot =
        endpoint.family == Family::Pollybot && matches!(error, PreflightError::NotTheApi { status: 404, .. });
    let run_error = RunError::Preflight(error.clone());
    let finding = super::problem(check, &run_error);
    match (error, &endpoint.place) {
        (_, Some(chatbot)) if is_unknown_chatbot => {
            finding.advising(format!("check --chatbot too: the platform may have none that is called {chatbot:?}"))
        }
        (PreflightError::BadToken { .. }, _) => {
            finding.advising("a token that was good before may have run out, or been made for another address")
        }
        (PreflightError::Unreachable { .. }, _) => finding.advising("try again later"),
        _ => finding,
    }
}
