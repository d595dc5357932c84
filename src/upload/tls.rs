//! Trouble with certificates and TLS, in words that say what to do about it.

use std::error::Error;
use std::io;

use jiff::Timestamp;
use rustls::CertificateError as Bad;
use rustls::pki_types::UnixTime;

/// What is wrong with a server's TLS, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsTrouble {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub what_to_do: &'static str,
}

const ASK_THE_PLATFORM: &str = "If this machine's date and time are right, tell whoever runs the platform: nothing can be sent until they renew it";
const SET_THE_CLOCK: &str = "Set this machine's clock: it is probably wrong";
const CHECK_THE_ADDRESS: &str = "Check --base-url. If it is right, something on the way answers in the platform's place: \
     the login page of a network, or a filter";
const TRUST_THE_SIGNER: &str = "If a company's proxy or a virus scanner reads what is sent, give its root certificate by \
     --ca-file. If not, the system's root certificates may be missing: on Debian, apt install ca-certificates";
const NO_TLS: &str = "Check the host and the port of --base-url: what answers there is no web server with encryption";
const TELL_THE_PLATFORM: &str = "Tell whoever runs the platform, or look at what stands between it and this machine";

impl TlsTrouble {
    /// The trouble with TLS that is the cause of `error`, if that is its cause.
    #[must_use]
    pub fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        cause(error).map(Self::of)
    }

    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(bad) => Self::of_certificate(bad),
            rustls::Error::InvalidMessage(_) => Self::new("what answers there does not speak TLS", NO_TLS),
            rustls::Error::AlertReceived(alert) => {
                Self::new(format!("the server refused the encrypted connection ({alert:?})"), TELL_THE_PLATFORM)
            }
            other => Self::new(format!("the encrypted connection failed: {other}"), TELL_THE_PLATFORM),
        }
    }

    fn of_certificate(bad: &Bad) -> Self {
        match bad {
            Bad::Expired => Self::new("the server's certificate has run out", ASK_THE_PLATFORM),
            Bad::ExpiredContext { time, not_after } => Self::new(
                format!("the server's certificate ran out on {}; here it is {}", day(*not_after), day(*time)),
                ASK_THE_PLATFORM,
            ),
            Bad::NotValidYet => Self::new("the server's certificate is not valid yet", SET_THE_CLOCK),
            Bad::NotValidYetContext { time, not_before } => Self::new(
                format!("the server's certificate begins on {}; here it is {}", day(*not_before), day(*time)),
                SET_THE_CLOCK,
            ),
            Bad::NotValidForName => Self::new("the server's certificate is for another name", CHECK_THE_ADDRESS),
            Bad::NotValidForNameContext { expected, presented } => {
                Self::new(another_name(&expected.to_str(), presented), CHECK_THE_ADDRESS)
            }
            Bad::UnknownIssuer => Self::new(
                "the server's certificate is signed by somebody whom this machine does not trust",
                TRUST_THE_SIGNER,
            ),
            Bad::Revoked => Self::new("the server's certificate was revoked", TELL_THE_PLATFORM),
            other => {
                Self::new(format!("the server's certificate cannot be accepted: {}", shown(other)), TELL_THE_PLATFORM)
            }
        }
    }

    fn new(message: impl Into<String>, what_to_do: &'static str) -> Self {
        Self { message: message.into(), what_to_do }
    }
}

/// The error of the TLS library among the causes of `error`.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // An I/O error does not give what it wraps as its source, but the source of that.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| cause(wrapped)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// How many names of a certificate are told.
const SHOWN_NAMES: usize = 3;

fn another_name(expected: &str, presented: &[String]) -> String {
    // The library writes them as `DnsName("a.example")`.
    let plain = |name: &String| name.split('"').nth(1).unwrap_or(name).to_owned();
    let mut names: Vec<String> = presented.iter().take(SHOWN_NAMES).map(plain).collect();
    if presented.len() > SHOWN_NAMES {
        names.push(format!("{} more", presented.len() - SHOWN_NAMES));
    }
    match names.as_slice() {
        [] => format!("the server's certificate is not for {expected}"),
        names => format!("the server's certificate is for {}, not for {expected}", names.join(", ")),
    }
}

fn day(time: UnixTime) -> String {
    let at = i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map_or_else(|| "a day out of reach".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn shown(bad: &Bad) -> String {
    rustls::Error::InvalidCertificate(bad.clone()).to_string().replace("invalid peer certificate: ", "")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    fn told(bad: Bad) -> TlsTrouble {
        // As it arrives: wrapped as the network's own error.
        let wrapped = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::InvalidCertificate(bad));
        TlsTrouble::find(&io::Error::other(wrapped)).unwrap()
    }

    #[test]
    fn a_certificate_that_ran_out_is_told_with_both_dates() {
        let trouble = told(Bad::ExpiredContext { time: at(1_795_000_000), not_after: at(1_767_225_599) });
        assert_eq!(
            trouble.message,
            "the server's certificate ran out on 2025-12-31 23:59 UTC; here it is 2026-11-18 11:06 UTC"
        );
        assert!(trouble.what_to_do.contains("renew"));
        let early = told(Bad::NotValidYetContext { time: at(0), not_before: at(1_767_225_599) });
        assert!(early.message.contains("here it is 1970-01-01") && early.what_to_do.contains("clock"), "{early:?}");
    }

    #[test]
    fn a_certificate_for_another_name_is_told_with_the_names_that_it_has() {
        let expected = rustls::pki_types::ServerName::try_from("app.example.com").unwrap();
        let presented: Vec<String> = (1..=5).map(|n| format!("DnsName(\"{n}.example\")")).collect();
        let trouble = told(Bad::NotValidForNameContext { expected, presented });
        let words = "is for 1.example, 2.example, 3.example, 2 more, not for app.example.com";
        assert!(trouble.message.ends_with(words), "{trouble:?}");
    }

    #[test]
    fn an_unknown_signer_is_told_with_both_remedies() {
        let trouble = told(Bad::UnknownIssuer);
        assert!(trouble.what_to_do.contains("--ca-file") && trouble.what_to_do.contains("ca-certificates"));
    }

    #[test]
    fn what_has_another_cause_is_no_trouble_with_tls() {
        assert_eq!(TlsTrouble::find(&io::Error::from(io::ErrorKind::ConnectionReset)), None);
    }
}
