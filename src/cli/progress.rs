//! How progress is shown, and what it may say of the allowed rate.

use std::time::Duration;

use anyhow::Result;

use super::settings::Settings;
use super::shared_args::ShowProgress;
use crate::report::Shown;
use crate::run::Sending;

/// How often a line tells it where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How often a line of JSON tells it.
const JSON_EVERY: Duration = Duration::from_secs(1);

/// How the settings want it.
///
/// # Errors
/// They name no way in which it can be shown.
pub(super) fn shown(settings: &Settings) -> Result<Shown> {
    Ok(match settings.word::<ShowProgress>("progress")?.unwrap_or(ShowProgress::Auto) {
        ShowProgress::Never => Shown::Never,
        ShowProgress::Auto if settings.is_on("quiet")? => Shown::Never,
        ShowProgress::Auto | ShowProgress::Always => Shown::ForPeople { every: LINE_EVERY },
        ShowProgress::Json => Shown::ForPrograms { every: JSON_EVERY },
    })
}

/// How many requests a second all rates allow.
pub(super) fn allowed(sending: &Sending) -> Option<f64> {
    sending.allowed_per_second()
}
