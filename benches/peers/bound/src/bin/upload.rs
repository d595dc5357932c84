//! The bound of an upload that goes through reqwest: one static body, so many in flight, and nothing else.
//!
//! `upload URL IN_FLIGHT LEADS [RECORDS [CA_FILE]]`: with RECORDS (a file; `-`: none) a line is durable before each request
//! and after it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, ensure};
use leadload_peers_bound::GroupCommit;

const BODY: &str = concat!(
    r#"{"allow_dupplicate":false,"campaign_id":7,"phone_number":"+493023125001","variables":"#,
    r#"{"city":"Berlin","company":"Example GmbH","email":"ada@example.com","first_name":"Ada","last_name":"Example"}}"#
);

/// What all workers share.
struct Upload {
    client: reqwest::Client,
    url: String,
    records: Option<GroupCommit>,
    left: AtomicUsize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str).filter(|text| *text != "-");
    let usage = "usage: upload URL IN_FLIGHT LEADS [RECORDS [CA_FILE]]";
    let in_flight: usize = argument(1).context(usage)?.parse()?;
    let upload = Arc::new(Upload {
        client: client(argument(4), in_flight)?,
        url: argument(0).context(usage)?.to_owned(),
        records: argument(3).map(|path| GroupCommit::create(Path::new(path))).transpose()?,
        left: AtomicUsize::new(argument(2).context(usage)?.parse()?),
    });
    let workers: Vec<_> = (0..in_flight).map(|_| tokio::spawn(Arc::clone(&upload).work())).collect();
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

fn client(ca_file: Option<&str>, connections: usize) -> anyhow::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().no_proxy().tcp_nodelay(true).pool_max_idle_per_host(connections);
    if let Some(path) = ca_file {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(&std::fs::read(path)?)?);
    }
    Ok(builder.build()?)
}

impl Upload {
    async fn work(self: Arc<Self>) -> anyhow::Result<()> {
        let take_one = |left: usize| left.checked_sub(1);
        while self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take_one).is_ok() {
            self.record("sending").await?;
            let request = self.client.post(&self.url).header("content-type", "application/json").body(BODY);
            let answer = request.bearer_auth("bench").send().await?;
            ensure!(answer.status().is_success(), "{}", answer.status());
            answer.bytes().await?;
            self.record("created").await?;
        }
        Ok(())
    }

    async fn record(&self, what: &str) -> anyhow::Result<()> {
        let Some(records) = &self.records else { return Ok(()) };
        // As long as a lead's line.
        records.append(format!("{{\"what\":\"{what}\",\"body\":{BODY}}}\n")).await
    }
}
