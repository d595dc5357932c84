//! The platform's side of a measurement: creates leads at once or after a fixed time, and notes when each request came.
//!
//! It keeps nothing but numbers and times, and compares nothing: it has to be faster than those that are measured. Every
//! client gets the same answer, in the shape of the Autocalls API. `benches/peers/run` starts it.

mod answers;
mod record;
mod tls;

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use answers::Server;

/// What was asked for on the command line.
struct Options {
    latency: Duration,
    campaigns: u32,
    threads: usize,
    /// Where the certificate of its own authority is put; without it there is no TLS.
    tls: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(options.threads).enable_all().build()?;
    runtime.block_on(serve(options))
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { latency: Duration::ZERO, campaigns: 10, threads: 2, tls: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--latency-ms" => options.latency = Duration::from_millis(value.parse()?),
            "--campaigns" => options.campaigns = value.parse()?,
            "--threads" => options.threads = value.parse()?,
            "--tls" => options.tls = Some(value.into()),
            _ => bail!("unknown option {name}"),
        }
    }
    Ok(options)
}

async fn serve(options: Options) -> anyhow::Result<()> {
    let acceptor = options.tls.as_deref().map(tls::acceptor).transpose()?;
    let server = Arc::new(Server::new(options.latency, options.campaigns));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    // Whoever started it reads the port here.
    println!("{}", listener.local_addr()?.port());
    std::io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(talk(stream, acceptor.clone(), Arc::clone(&server)));
    }
}

/// One connection to its end; that a client hangs up is none of our affair.
async fn talk(stream: TcpStream, acceptor: Option<TlsAcceptor>, server: Arc<Server>) {
    let service = service_fn(move |request| Arc::clone(&server).answer(request));
    let http = http1::Builder::new();
    match acceptor {
        None => drop(http.serve_connection(TokioIo::new(stream), service).await),
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                drop(http.serve_connection(TokioIo::new(stream), service).await);
            }
        }
    }
}
