//! How fast an import goes: as the builder is told, else as the file says that describes the platform, else as is usual.

use std::time::Duration;

use jiff::SignedDuration;

use super::error::BuildError;
use crate::platform::{Custom, Limit};
use crate::run::{Endpoint, Sending, Server};
use crate::upload::{Concurrency, Rate};

/// What was said, by whoever it was; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Limits {
    pub(super) rates: Option<Vec<Rate>>,
    pub(super) concurrency: Option<Concurrency>,
    pub(super) settle: Option<Duration>,
    pub(super) timeout: Option<Duration>,
}

impl Limits {
    /// Those of a command, which has asked everybody.
    pub(super) fn all_of(sending: &Sending) -> Self {
        let Sending { rates, concurrency, settle, timeout, .. } = sending;
        Self {
            rates: Some(rates.clone()),
            concurrency: Some(*concurrency),
            settle: Some(*settle),
            timeout: Some(*timeout),
        }
    }

    /// Those of a platform file.
    fn described(custom: &Custom) -> Result<Self, BuildError> {
        let mut limits = Self::default();
        for Limit { setting, values, line } in custom.limits() {
            let wrong = |problem: String| {
                let name = custom.name();
                BuildError::PlatformFile(format!("limits.{setting} of {}, line {line}: {problem}", name.as_str()))
            };
            let Some(first) = values.first() else { continue };
            match *setting {
                "rate" => {
                    let rates =
                        values.iter().map(|text| text.parse::<Rate>().map_err(|error| wrong(error.to_string())));
                    limits.rates = Some(rates.collect::<Result<_, _>>()?);
                }
                "concurrency" => limits.concurrency = Some(first.parse().map_err(wrong)?),
                "settle" => limits.settle = Some(duration(first).map_err(wrong)?),
                _ => limits.timeout = Some(duration(first).map_err(wrong)?),
            }
        }
        Ok(limits)
    }

    /// How it goes to `endpoint`; `usual` is what nobody says anything of.
    pub(super) fn sending(self, endpoint: &Endpoint, usual: Sending) -> Result<Sending, BuildError> {
        let described = endpoint.custom.as_deref().map(Self::described).transpose()?.unwrap_or_default();
        let usual_rates = || match endpoint.server {
            // The sandbox is nobody's account.
            Server::Sandbox => Vec::new(),
            Server::Platform { .. } => Sending::default().rates,
        };
        let timeout = self.timeout.or(described.timeout).unwrap_or(usual.timeout);
        if timeout.is_zero() {
            return Err(BuildError::Value("--timeout must be longer than nothing".to_owned()));
        }
        Ok(Sending {
            rates: self.rates.or(described.rates).unwrap_or_else(usual_rates),
            concurrency: self.concurrency.or(described.concurrency).unwrap_or(usual.concurrency),
            settle: self.settle.or(described.settle).unwrap_or(usual.settle),
            timeout,
            ..usual
        })
    }
}

/// A length of time, `30s`, `10m` or `1h 30m`; an error says what is wrong.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time\nwhat to do: write it like 30s, 10m or 1h");
    let duration: SignedDuration = text.trim().parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}
