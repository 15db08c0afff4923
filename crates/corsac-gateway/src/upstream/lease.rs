//! What an exchange has of a server.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use super::connection::Connection;
use super::http2::StreamPlace;
use super::server::Server;

/// A connection to a server, or a share of one, for one exchange.
#[derive(Debug)]
pub(crate) struct Lease {
    in_flight: InFlight,
    carrier: Carrier,
}

#[derive(Debug)]
pub(super) enum Carrier {
    Http1(Box<Connection>),
    Http2(StreamPlace),
}

/// Counts an exchange of a server while it lasts.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Server>);

impl InFlight {
    pub(super) fn new(server: &Arc<Server>) -> Self {
        server.n_in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(server))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.n_in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lease {
    pub(super) fn new(in_flight: InFlight, carrier: Carrier) -> Self {
        Self { in_flight, carrier }
    }

    /// Drives the connection and `poll`, which is fed by it, until `poll` has something.
    pub(crate) fn poll_with<T>(
        &mut self,
        cx: &Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        match &mut self.carrier {
            Carrier::Http1(connection) => connection.poll_with(cx, poll),
            // A task of its own drives it.
            Carrier::Http2(_) => poll(&mut Context::from_waker(cx.waker())),
        }
    }

    /// Gives the connection back, after the response is over.
    pub(crate) fn release(self) {
        let Self { in_flight, carrier } = self;
        match carrier {
            Carrier::Http1(connection) => in_flight.0.release(connection),
            Carrier::Http2(_) => {}
        }
    }

    /// The connection for itself, if it is one that can leave HTTP.
    pub(crate) fn into_connection(self) -> Option<Box<Connection>> {
        match self.carrier {
            Carrier::Http1(connection) => Some(connection),
            Carrier::Http2(_) => None,
        }
    }
}
