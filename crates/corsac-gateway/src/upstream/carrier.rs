//! What carries an exchange with a server.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::http1::Connection;
use super::http2::StreamPlace;
use super::server::Server;

/// A connection to a server, or a share of one, for one exchange.
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

    /// Gives a connection back, after the response is over.
    pub(super) fn release(self, connection: Box<Connection>) {
        self.0.release(connection);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.n_in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
