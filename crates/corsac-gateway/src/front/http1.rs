//! A connection of HTTP/1.1.

use std::sync::Arc;

use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::client_io::ClientIo;
use super::head_timer::{HeadTimer, Patience, WaitForHead};
use crate::exchange::{Client, exchange};
use crate::routes::Routes;

/// Serves the requests of a client, one after the other.
pub(super) async fn serve(client: Arc<Client>, mut io: ClientIo, routes: &Routes) {
    let idleness = client.place().idleness();
    let patience = Patience {
        for_head: routes.timeouts.request_head,
        between: routes.timeouts.idle,
    };
    io.watch_heads(HeadTimer::new(patience, idleness));
    let timer = WaitForHead::new(idleness);
    let service = {
        let client = Arc::clone(&client);
        service_fn(move |request| exchange(&client, request))
    };
    let connection = builder(routes, timer)
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    client
        .place()
        .run(connection, |connection| connection.graceful_shutdown())
        .await;
}

fn builder(routes: &Routes, timer: WaitForHead) -> Builder {
    let limits = &routes.front.limits;
    let mut builder = Builder::new();
    builder.timer(timer);
    builder.header_read_timeout(routes.timeouts.idle);
    builder.max_header_size(limits.header_bytes);
    if limits.header_fields != HEADER_FIELDS_ON_THE_STACK {
        builder.max_headers(limits.header_fields);
    }
    builder
}

/// The number of fields that hyper needs no allocation for, if it is not told any number.
const HEADER_FIELDS_ON_THE_STACK: usize = 100;
