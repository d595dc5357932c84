//! Sockets: accepts connections on the loopback and gives each to hyper, so that a fault can take its connection down.

use std::error::Error as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::answer::{Answer, Severed};
use super::exchange::{Call, Exchange, RequestKind};
use super::{autocalls, pollybot};
use crate::target::Family;

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Binds `port` on 127.0.0.1 (0: any that is free). There is no way to bind anything else.
    pub(super) async fn start(exchange: Arc<Exchange>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(listener, routes().with_state(exchange), stopped));
        Ok(Self { address, stop: Some(stop), accepting })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection, whatever it is doing, and waits until they are gone.
    pub(super) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // It fails only where the server has ended already.
            let _ = stop.send(());
        }
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn routes() -> Router<Arc<Exchange>> {
    let routes = autocalls::routes().merge(pollybot::routes());
    routes.fallback(no_such_route).method_not_allowed_fallback(no_such_route)
}

async fn no_such_route(State(exchange): State<Arc<Exchange>>, headers: HeaderMap) -> Response<axum::body::Body> {
    let call = Call::new(RequestKind::Unknown, Family::Autocalls, &headers);
    let answer = |_: &mut _, _| Answer::problem(Family::Autocalls, 404, "", "The route could not be found.");
    exchange.serve(call, answer).await
}

async fn accept(listener: TcpListener, router: Router, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(converse(stream, router.clone()))),
                // Out of file handles: real time, because nothing else here would free one.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    connections.shutdown().await;
}

/// Serves one connection until the client leaves or a fault ends it.
async fn converse(stream: TcpStream, router: Router) {
    // Answers are small and awaited: without this each could wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |request| {
        let answer = service.call(request);
        async move {
            let Ok(response) = answer.await;
            match response.extensions().get::<Severed>() {
                Some(severed) => Err(*severed),
                None => Ok(response),
            }
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = (&mut connection).await
        && error.source().is_some_and(<dyn std::error::Error>::is::<Severed>)
    {
        // Closing with nothing lingering sends a reset instead of an orderly end.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}
