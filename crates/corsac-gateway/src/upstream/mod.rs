//! A server behind the gateway, and the connections to it.

mod connection;
mod copy;
mod pool;
mod relay;
mod request_body;

pub(crate) use self::connection::Connection;
pub(crate) use self::request_body::RequestBody;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use self::connection::NoResponse;
use self::pool::Pool;
use crate::failure::Failure;
use crate::limits::SETTLE_TIMEOUT;

/// A server behind the gateway.
#[derive(Debug)]
pub(crate) struct Upstream {
    host: String,
    port: u16,
    authority: String,
    host_field: HeaderValue,
    pool: Pool,
}

/// How long to wait for an upstream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    pub(crate) response: Duration,
}

/// A response, and the connection that its body comes from.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) response: Response<Incoming>,
    pub(crate) connection: Box<Connection>,
}

impl Upstream {
    pub(crate) fn new(upstream: &corsac_config::Upstream) -> Self {
        let authority = upstream.authority().to_string();
        Self {
            host: upstream.host().to_string(),
            port: upstream.port(),
            host_field: HeaderValue::from_str(&authority).expect("an authority is a field value"),
            authority,
            pool: Pool::default(),
        }
    }

    /// The upstream's host and port, as its URL spells them.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The value of `Host` in requests to it.
    pub(crate) fn host_field(&self) -> &HeaderValue {
        &self.host_field
    }

    /// Sends a request, over a connection that is there if possible.
    ///
    /// An upstream may close an idle connection at any time, also while a request is on its way
    /// to it. A request that did not go out is sent again over a new connection, and so is one
    /// that may be sent twice.
    pub(crate) async fn send(
        &self,
        request: Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Failure> {
        let now = Instant::now();
        let Some(mut connection) = self.pool.take(now) else {
            // Boxed, as all that is rare: the common way moves less memory without it.
            return Box::pin(self.send_anew(request, patience)).await;
        };
        connection.copy.keep(&request);
        let request = match connection.exchange(request, now, patience.response).await {
            Ok(response) => {
                connection.copy.clear();
                return Ok(Exchanged {
                    response,
                    connection,
                });
            }
            Err(NoResponse::NotSent(request)) => *request,
            Err(NoResponse::Failed(error)) if is_disconnect(&error) => connection
                .copy
                .take_request()
                .ok_or(Failure::UpstreamClosed)?,
            Err(error) => return Err(error.into()),
        };
        drop(connection);
        Box::pin(self.send_anew(request, patience)).await
    }

    async fn send_anew(
        &self,
        request: Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Failure> {
        let mut connection = self.connect(patience.connect).await?;
        let exchange = connection.exchange(request, Instant::now(), patience.response);
        let response = exchange.await?;
        Ok(Exchanged {
            response,
            connection,
        })
    }

    /// Takes back a connection whose response is over.
    pub(crate) fn release(self: &Arc<Self>, mut connection: Box<Connection>) {
        if connection.is_idle() {
            self.pool.put(connection);
        } else if connection.is_busy() {
            // The upstream answered before it had read the whole request, and reads on.
            let upstream = Arc::clone(self);
            tokio::spawn(async move {
                if let Ok(true) = timeout(SETTLE_TIMEOUT, connection.settle()).await {
                    upstream.pool.put(connection);
                }
            });
        }
    }

    /// Closes idle connections that are too old, or that the upstream has closed.
    pub(crate) fn sweep(&self) {
        self.pool.sweep();
    }

    async fn connect(&self, patience: Duration) -> Result<Box<Connection>, Failure> {
        let connect = TcpStream::connect((self.host.as_str(), self.port));
        let stream = match timeout(patience, connect).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(connect_failure(&error)),
            Err(_elapsed) => return Err(Failure::ConnectTimeout),
        };
        // A proxy writes whole messages: to hold the last packet back gains nothing.
        stream
            .set_nodelay(true)
            .map_err(|_| Failure::UpstreamClosed)?;
        let connection = Connection::open(stream)
            .await
            .map_err(|_| Failure::UpstreamClosed)?;
        Ok(Box::new(connection))
    }
}

/// Was the connection closed before there was any response?
fn is_disconnect(error: &hyper::Error) -> bool {
    error.is_incomplete_message() || error.is_closed() || error.is_canceled() || is_reset(error)
}

fn is_reset(error: &hyper::Error) -> bool {
    io_error(error).is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
        )
    })
}

fn io_error(error: &hyper::Error) -> Option<&io::Error> {
    std::error::Error::source(error)?.downcast_ref()
}

fn connect_failure(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::TimedOut => Failure::ConnectTimeout,
        // The system's own shortage has no kind of its own yet.
        io::ErrorKind::AddrNotAvailable => Failure::Exhausted,
        _ if matches!(error.raw_os_error(), Some(EMFILE | ENFILE)) => Failure::Exhausted,
        _ => Failure::UpstreamUnreachable,
    }
}

/// The number of `EMFILE`, too many open files of the process, on every Unix.
const EMFILE: i32 = 24;

/// The number of `ENFILE`, too many open files of the system, on every Unix.
const ENFILE: i32 = 23;

impl From<NoResponse> for Failure {
    fn from(reason: NoResponse) -> Self {
        match reason {
            NoResponse::NotSent(_) => Self::UpstreamClosed,
            NoResponse::UpstreamSilent => Self::ResponseTimeout,
            NoResponse::ClientSilent => Self::RequestTimeout,
            NoResponse::BodyTooLong => Self::BodyTooLong,
            NoResponse::Failed(error) if error.is_user() => Self::RequestBroken,
            NoResponse::Failed(error) if error.is_parse() => Self::InvalidResponse,
            NoResponse::Failed(_) => Self::UpstreamClosed,
        }
    }
}
