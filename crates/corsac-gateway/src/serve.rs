//! Accepts clients, and serves each on a task of its own.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval};

use crate::Gateway;
use crate::client_io::ClientIo;
use crate::connections::{Connections, Place};
use crate::exchange::{Client, exchange};
use crate::head_timer::HeadTimer;
use crate::limits::{MAX_HEAD_BYTES, SWEEP_PERIOD};

/// Serves until `shutdown` is ready, and then until the requests under way are finished or out of
/// time.
pub(crate) async fn serve(
    gateway: Gateway,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    let connections = Connections::new();
    let mut shutdown = pin!(shutdown);
    let mut sweep = interval(SWEEP_PERIOD);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, address, place) = connections.accept(&listener) => {
                tokio::spawn(serve_client(gateway.clone(), stream, address, place));
            }
            _ = sweep.tick() => gateway.routes.load().sweep(),
        }
    }
    drop(listener);
    let patience = gateway.routes.load().timeouts.shutdown;
    connections.finish(patience).await;
}

async fn serve_client(gateway: Gateway, stream: TcpStream, address: SocketAddr, place: Place) {
    // A proxy writes whole messages: to hold the last packet back gains nothing.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let head_timeout = gateway.routes.load().timeouts.request_head;
    let ending = Arc::default();
    let client = Client::new(gateway, address.ip(), place, Arc::clone(&ending));
    let client = Arc::new(client);
    let service = {
        let client = Arc::clone(&client);
        service_fn(move |request| exchange(&client, request))
    };
    let connection = builder(head_timeout)
        .serve_connection(ClientIo::new(stream, ending), service)
        .with_upgrades();
    client
        .place()
        .run(connection, |connection| connection.graceful_shutdown())
        .await;
}

fn builder(head_timeout: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(HeadTimer::new());
    builder.header_read_timeout(head_timeout);
    builder.max_header_size(MAX_HEAD_BYTES);
    builder
}
