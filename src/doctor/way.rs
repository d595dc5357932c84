//! The way to the server: proxy, name, connection, certificate.

use std::sync::Arc;

use super::Record;
use super::plan::Plan;
use crate::platform::{ApiRequest, BaseUrl};
use crate::report::{Finding, counted};
use crate::run::{RunError, Surroundings};
use crate::upload::{Obstacle, Pace, Reach, Response, Way};

/// The exit code of an import that cannot reach the platform.
const OUT_OF_REACH: u8 = 3;

/// The server, and what it is asked without a token.
pub(super) struct Server<'a> {
    pub(super) base_url: &'a BaseUrl,
    pub(super) ca_certificates: Option<&'a [u8]>,
    pub(super) question: ApiRequest,
    pub(super) pace: &'a Arc<Pace>,
}

/// The server's first answer; `None` where none came.
pub(super) async fn look(
    server: Server<'_>,
    plan: &Plan,
    around: &Surroundings,
    record: &mut Record<'_>,
) -> Option<Response> {
    let made = Reach::new(server.base_url, plan.sending.timeout, server.ca_certificates, around.clock.clone());
    let reach = match made {
        Ok(reach) => reach,
        Err(error) => {
            record.add(super::problem("certificate", &RunError::Client(error)));
            return None;
        }
    };
    let way = reach.way()?;
    record.add(proxy(&way, server.base_url));
    let connected = match reach.addresses(&way).await {
        Ok(addresses) => reach.connect(&way, &addresses).await.map(|reached| (addresses.len(), reached)),
        Err(obstacle) => Err(obstacle),
    };
    match connected {
        Err(obstacle) => {
            record.add(blocked(&way, &obstacle));
            return None;
        }
        Ok((addresses, (address, took))) => {
            let many = counted(addresses as u64, "address", "addresses");
            let millis = took.as_millis();
            record.add(Finding::ok("host", format!("{} ({many}): connected to {address} in {millis} ms", way.host)));
        }
    }
    // A question counts from its permit.
    drop(server.pace.permit().await);
    match reach.answer(&server.question).await {
        Err(obstacle) => {
            record.add(blocked(&way, &obstacle));
            None
        }
        Ok(response) => {
            if !server.base_url.is_this_machine() {
                record.add(Finding::ok("certificate", "valid, and from somebody whom this machine trusts"));
            }
            Some(response)
        }
    }
}

fn proxy(way: &Way, base_url: &BaseUrl) -> Finding {
    match &way.proxy {
        Some(proxy) => Finding::ok("proxy", format!("{proxy} (from HTTPS_PROXY, ALL_PROXY or the system's settings)")),
        None if base_url.is_this_machine() => Finding::ok("proxy", "none: the server is this machine"),
        None => Finding::ok("proxy", "none"),
    }
}

fn blocked(way: &Way, obstacle: &Obstacle) -> Finding {
    let (check, what_to_do) = match obstacle {
        Obstacle::Name { .. } if way.proxy.is_some() => {
            ("proxy", "check HTTPS_PROXY: the name of the proxy is not known here")
        }
        Obstacle::Name { .. } => ("host", "check how --base-url is spelt, and that this machine is on the internet"),
        Obstacle::Connection { .. } if way.proxy.is_some() => {
            ("proxy", "check HTTPS_PROXY, and that the proxy runs; NO_PROXY names hosts that are reached without it")
        }
        Obstacle::Connection { .. } => {
            ("host", "check --base-url and the firewall. If both are right, the platform is down: try again later")
        }
        Obstacle::Tls(trouble) => ("certificate", trouble.what_to_do),
        Obstacle::NoAnswer(_) if way.proxy.is_some() => {
            ("proxy", "the proxy does not let it through: ask whoever runs it, or name the host in NO_PROXY")
        }
        Obstacle::NoAnswer(_) => ("host", "the platform takes connections and does not answer: try again later"),
    };
    Finding::problem(check, OUT_OF_REACH, obstacle.to_string()).advising(what_to_do)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(proxy: Option<&str>) -> Way {
        Way { host: "a.example".to_owned(), port: 443, proxy: proxy.map(str::to_owned) }
    }

    #[test]
    fn what_blocks_the_way_is_the_proxys_or_the_hosts_affair() {
        let refused = Obstacle::Connection { host: "a.example".to_owned(), port: 443, error: "refused".to_owned() };
        assert_eq!(blocked(&way(None), &refused).check, "host");
        assert_eq!(blocked(&way(Some("http://p.example:3128")), &refused).check, "proxy");
        let silent = Obstacle::NoAnswer("unsuccessful tunnel".to_owned());
        let finding = blocked(&way(Some("http://p.example:3128")), &silent);
        assert!(finding.what_to_do.is_some_and(|advice| advice.contains("NO_PROXY")));
        assert_eq!(finding.exit_code, 3);
    }
}
