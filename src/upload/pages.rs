//! One page of a list, asked for over the line.

use super::client::Exchange;
use super::event::Observer;
use super::line::{Line, Stopped};
use crate::lead::Reason;
use crate::platform::{ApiRequest, Page, PageAt, Platform};

/// How often a page is asked for.
const TRIES: u32 = 3;

/// The page that `request` asks for, or why there is none.
///
/// # Errors
/// [`Stopped`] where the run is stopped before the answer is there.
pub(super) async fn ask_page(
    platform: &dyn Platform,
    line: &Line,
    observer: &dyn Observer,
    request: &ApiRequest,
    at: PageAt<'_>,
) -> Result<Result<Page, Reason>, Stopped> {
    let exchange = line.ask(request, TRIES, observer).await?;
    Ok(match exchange {
        Exchange::Answered(response) if (200..300).contains(&response.status) => platform
            .read_page(at, &response.body)
            .map_err(|error| Reason::new("look_up_unreadable", format!("the platform's list cannot be read: {error}"))),
        Exchange::Answered(response) => {
            Err(Reason::new("look_up_refused", format!("the platform's list answered {}", response.status)))
        }
        Exchange::Lost(error) | Exchange::NotSent(error) => {
            Err(Reason::new("look_up_failed", format!("the platform's list did not answer: {error}")))
        }
    })
}
