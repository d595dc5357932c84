//! Base URLs: canonical, HTTPS unless on the loopback.

use std::fmt;

use thiserror::Error;

/// A platform's base URL in one canonical form: no trailing slash, host in lower case, no default port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Why a text is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BaseUrlError {
    /// Not a URL with a host.
    #[error("{0:?} is not a web address\nwhat to do: write it like https://app.example.com/api")]
    NotAUrl(String),
    /// `http://` to another machine.
    #[error(
        "{0:?} is not encrypted: the token would travel in clear text\nwhat to do: write https:// (http:// is allowed for this machine only)"
    )]
    NotEncrypted(String),
    /// A user name, query or fragment.
    #[error("{0:?} holds a user name, a password, a query or a fragment\nwhat to do: leave them out of the address")]
    TooMuch(String),
}

impl BaseUrl {
    /// Reads a base URL as typed; `suffix` (for instance `/api`) is appended where it is absent.
    ///
    /// # Errors
    /// [`BaseUrlError`] where it is no URL, not encrypted, or holds credentials.
    pub fn parse(text: &str, suffix: &str) -> Result<Self, BaseUrlError> {
        let url: url::Url = text.trim().parse().map_err(|_| BaseUrlError::NotAUrl(text.to_owned()))?;
        let Some(host) = url.host_str() else { return Err(BaseUrlError::NotAUrl(text.to_owned())) };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err(BaseUrlError::NotEncrypted(text.to_owned())),
            _ => return Err(BaseUrlError::NotAUrl(text.to_owned())),
        }
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        if has_credentials || url.query().is_some() || url.fragment().is_some() {
            // The address is not repeated: it may hold a password.
            return Err(BaseUrlError::TooMuch(format!("{}://{host}/…", url.scheme())));
        }
        let mut canonical = url.as_str().trim_end_matches('/').to_owned();
        if !canonical.ends_with(suffix) {
            canonical.push_str(suffix);
        }
        Ok(Self(canonical))
    }

    /// The URL, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached without TLS, which is allowed for this machine only.
    #[must_use]
    pub fn is_this_machine(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// The host and the port that a connection is made to; an IPv6 address has no brackets.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(String, u16)> {
        let url: url::Url = self.0.parse().ok()?;
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        Some((host, url.port_or_known_default()?))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `text` with everything but letters, digits, `-`, `.`, `_` and `~` percent-encoded (RFC 3986, section 2.3), so that a
/// `+` reaches the server as a plus.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                encoded.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    encoded.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
                }
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_is_written_in_one_way() {
        for text in [
            "https://app.famulor.de/api",
            "https://APP.famulor.de/api/",
            " https://app.famulor.de ",
            "https://app.famulor.de:443/",
        ] {
            assert_eq!(BaseUrl::parse(text, "/api").unwrap().as_str(), "https://app.famulor.de/api", "{text}");
        }
        assert_eq!(BaseUrl::parse("http://127.0.0.1:8080/", "").unwrap().as_str(), "http://127.0.0.1:8080");
    }

    #[test]
    fn a_token_never_travels_in_clear_text_to_another_machine() {
        assert!(matches!(BaseUrl::parse("http://app.famulor.de/api", ""), Err(BaseUrlError::NotEncrypted(_))));
        for text in ["http://localhost:1/api", "http://[::1]:1/api", "http://127.8.8.8/api"] {
            assert!(BaseUrl::parse(text, "/api").is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["", "famulor", "app.famulor.de/api", "ftp://app.famulor.de", "file:///etc"] {
            assert!(matches!(BaseUrl::parse(text, ""), Err(BaseUrlError::NotAUrl(_))), "{text}");
        }
        let error = BaseUrl::parse("https://user:secret@app.famulor.de", "").unwrap_err();
        assert!(!error.to_string().contains("secret"));
        assert!(BaseUrl::parse("https://app.famulor.de/api?x=1", "").is_err());
    }

    #[test]
    fn a_plus_is_sent_as_a_plus() {
        assert_eq!(percent_encoded("+49 30"), "%2B49%2030");
        assert_eq!(percent_encoded("ä@x.de"), "%C3%A4%40x.de");
    }
}
