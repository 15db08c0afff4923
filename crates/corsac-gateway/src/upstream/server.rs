//! A server behind the gateway, and the connections to it.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use corsac_config::{HealthCheck, Http2, Scheme, UpstreamSettings};
use http::header::{HOST, HeaderValue, UPGRADE};
use http::uri::{Authority, PathAndQuery};
use http::{Request, Uri, Version, response};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_rustls::rustls::pki_types::ServerName;

use super::carrier::{Carrier, InFlight};
use super::copy::Copy;
use super::http1::Connection;
use super::http2::{Sessions, StreamPlace};
use super::io::UpstreamIo;
use super::pool::Pool;
use super::request_body::RequestBody;
use super::response_body::ResponseBody;
use super::standing::Standing;
use super::tls::{Connectors, HTTP2};
use super::unanswered::{Unanswered, connect_failure, unanswered, unanswered_stream};
use crate::failure::Failure;
use crate::keepalive::notice_who_is_gone;
use crate::limits::SETTLE_TIMEOUT;

/// A server behind the gateway.
pub(crate) struct Server {
    host: String,
    port: u16,
    scheme: Scheme,
    authority: Authority,
    pub(super) host_field: HeaderValue,
    tls: Option<(Connectors, ServerName<'static>)>,
    pub(super) health_check: Option<HealthCheck>,
    /// One of the numbers below: what it was found to speak.
    protocol: AtomicU8,
    pool: Pool,
    sessions: Sessions,
    /// Held while a connection is opened that exchanges may share, so that they wait for one
    /// instead of opening one each.
    opening: Mutex<()>,
    pub(super) n_in_flight: AtomicUsize,
    pub(super) connections: ConnectionCounts,
    pub(super) standing: Standing,
}

/// How many connections were begun, and how many of them came to be.
#[derive(Debug, Default)]
pub(super) struct ConnectionCounts {
    pub(super) n_begun: AtomicU64,
    pub(super) n_opened: AtomicU64,
}

/// Not known before the first connection.
const UNKNOWN: u8 = 0;
const ONLY_HTTP1: u8 = 1;
const SPEAKS_HTTP2: u8 = 2;

/// How long to wait for an upstream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    pub(crate) response: Duration,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) head: response::Parts,
    pub(crate) body: ResponseBody,
}

impl Server {
    pub(super) fn new(
        server: &corsac_config::Server,
        settings: &UpstreamSettings,
        connectors: Option<Connectors>,
        standing: Standing,
    ) -> Self {
        let host = settings.host.as_deref();
        let authority = host.unwrap_or_else(|| server.authority());
        let name = host.unwrap_or_else(|| server.host());
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.trim_end_matches('.').to_owned());
        let protocol = match (settings.http2, server.scheme()) {
            (Some(Http2::Always), _) => SPEAKS_HTTP2,
            (Some(Http2::Never), _) | (None, Scheme::Http) => ONLY_HTTP1,
            (None, Scheme::Https) => UNKNOWN,
        };
        Self {
            host: server.host().to_owned(),
            port: server.port(),
            scheme: server.scheme(),
            authority: Authority::try_from(authority).expect("it was parsed as one"),
            host_field: HeaderValue::from_str(authority).expect("an authority is a field value"),
            tls: connectors.zip(name.ok()),
            health_check: settings.health_check.clone(),
            protocol: AtomicU8::new(protocol),
            pool: Pool::default(),
            sessions: Sessions::default(),
            opening: Mutex::new(()),
            n_in_flight: AtomicUsize::new(0),
            connections: ConnectionCounts::default(),
            standing,
        }
    }

    /// The name of the server, with its port.
    pub(super) fn name(&self) -> &str {
        self.standing.server()
    }

    /// Sends a request, over a connection that is there if possible.
    ///
    /// An upstream may close an idle connection at any time, also while a request is on its way
    /// to it. A request that did not go out is sent again over a new connection, and so is one
    /// that may be sent twice and of which no byte was answered.
    pub(super) async fn send(
        self: &Arc<Self>,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let in_flight = InFlight::new(self);
        if self.protocol.load(Ordering::Relaxed) != ONLY_HTTP1 && !leaves_http(request) {
            return Box::pin(self.send_shared(in_flight, request, patience)).await;
        }
        let now = Instant::now();
        let Some(mut connection) = self.pool.take(now) else {
            // Boxed, as all that is rare: the common way moves less memory without it.
            return Box::pin(self.send_anew(in_flight, request, patience)).await;
        };
        let exchange = connection.exchange(request, now, patience.response);
        let unanswered = match exchange.await {
            Ok(head) => return Ok(Exchanged::new(head, connection, in_flight)),
            Err(reason) => unanswered(reason, request.method()),
        };
        drop(connection);
        match unanswered.may_be_sent_again {
            true => Box::pin(self.send_anew(in_flight, request, patience)).await,
            false => Err(unanswered),
        }
    }

    /// Sends a request over a new connection.
    async fn send_anew(
        self: &Arc<Self>,
        in_flight: InFlight,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let opened = timeout(patience.connect, self.open(leaves_http(request))).await;
        match opened.unwrap_or(Err(Failure::ConnectTimeout)) {
            Ok(carrier) => self.send_over(in_flight, carrier, request, patience).await,
            Err(failure) => Err(Unanswered::not_sent(failure)),
        }
    }

    /// Sends a request over a connection that it shares with others, if the server speaks HTTP/2.
    async fn send_shared(
        self: &Arc<Self>,
        in_flight: InFlight,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let Some(place) = self.sessions.take(Instant::now()) else {
            return self.send_shared_anew(in_flight, request, patience).await;
        };
        let sent = self.send_over(in_flight, Carrier::Http2(place), request, patience);
        match sent.await {
            Err(unanswered) if unanswered.may_be_sent_again => {
                let again = InFlight::new(self);
                self.send_shared_anew(again, request, patience).await
            }
            sent => sent,
        }
    }

    async fn send_shared_anew(
        self: &Arc<Self>,
        in_flight: InFlight,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let place = async {
            let opening = self.opening.lock().await;
            if let Some(place) = self.sessions.take(Instant::now()) {
                return Ok(Some(Carrier::Http2(place)));
            }
            if self.protocol.load(Ordering::Relaxed) == ONLY_HTTP1 {
                // Whoever opened one before has found that out.
                drop(opening);
                return Ok(None);
            }
            self.open(LeavesHttp::No).await.map(Some)
        };
        let carrier = timeout(patience.connect, place).await;
        match carrier.unwrap_or(Err(Failure::ConnectTimeout)) {
            Ok(Some(carrier)) => self.send_twice(in_flight, carrier, request, patience).await,
            Ok(None) => self.send_anew(in_flight, request, patience).await,
            Err(failure) => Err(Unanswered::not_sent(failure)),
        }
    }

    /// Sends a request, and once more if the server has not looked at it: those that wait for the
    /// same new connection are sent before the server says how many it takes at a time.
    async fn send_twice(
        self: &Arc<Self>,
        in_flight: InFlight,
        carrier: Carrier,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let unanswered = match self.send_over(in_flight, carrier, request, patience).await {
            Err(unanswered) if unanswered.is_refused && unanswered.may_be_sent_again => unanswered,
            sent => return sent,
        };
        match self.sessions.take(Instant::now()) {
            Some(place) => {
                let (again, carrier) = (InFlight::new(self), Carrier::Http2(place));
                self.send_over(again, carrier, request, patience).await
            }
            None => Err(unanswered),
        }
    }

    async fn send_over(
        &self,
        in_flight: InFlight,
        carrier: Carrier,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let mut connection = match carrier {
            Carrier::Http1(connection) => connection,
            Carrier::Http2(place) => {
                let sent = self.send_on_stream(in_flight, place, request, patience);
                return sent.await;
            }
        };
        let now = Instant::now();
        let exchange = connection.exchange(request, now, patience.response);
        match exchange.await {
            Ok(head) => Ok(Exchanged::new(head, connection, in_flight)),
            Err(reason) => Err(unanswered(reason, request.method())),
        }
    }

    async fn send_on_stream(
        &self,
        in_flight: InFlight,
        place: StreamPlace,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Unanswered> {
        let copy = Copy::of(request);
        self.address_http2(request);
        let empty = Request::new(RequestBody::empty());
        let sent = std::mem::replace(request, empty);
        match place.exchange(sent, patience).await {
            Ok(response) => {
                let (head, incoming) = response.into_parts();
                let body = ResponseBody::http2(incoming, place, in_flight);
                Ok(Exchanged { head, body })
            }
            Err(reason) => {
                let unanswered = unanswered_stream(reason, copy, request);
                if unanswered.may_be_sent_again {
                    self.address_http1(request);
                }
                Err(unanswered)
            }
        }
    }

    /// Opens a connection. One over HTTP/2 is there for others too.
    async fn open(&self, leaves_http: impl Into<LeavesHttp>) -> Result<Carrier, Failure> {
        self.connections.n_begun.fetch_add(1, Ordering::Relaxed);
        let carrier = self.open_uncounted(leaves_http.into()).await?;
        self.connections.n_opened.fetch_add(1, Ordering::Relaxed);
        Ok(carrier)
    }

    async fn open_uncounted(&self, leaves_http: LeavesHttp) -> Result<Carrier, Failure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|error| connect_failure(&error))?;
        // A proxy writes whole messages: to hold the last packet back gains nothing.
        stream
            .set_nodelay(true)
            .map_err(|_| Failure::UpstreamClosed)?;
        notice_who_is_gone(&stream);
        let is_shared = leaves_http == LeavesHttp::No;
        let (stream, speaks_http2) = match self.scheme {
            Scheme::Http => {
                let speaks_http2 = self.protocol.load(Ordering::Relaxed) == SPEAKS_HTTP2;
                (UpstreamIo::Plain(stream), speaks_http2 && is_shared)
            }
            Scheme::Https => self.begin_tls(stream, leaves_http).await?,
        };
        if speaks_http2 {
            return self.sessions.open(stream).await.map(Carrier::Http2);
        }
        let connection = Connection::new(stream, Instant::now());
        Ok(Carrier::Http1(Box::new(connection)))
    }

    async fn begin_tls(
        &self,
        stream: TcpStream,
        leaves_http: LeavesHttp,
    ) -> Result<(UpstreamIo, bool), Failure> {
        let (connectors, name) = self.tls.as_ref().ok_or(Failure::UpstreamUntrusted)?;
        let connector = match leaves_http {
            LeavesHttp::Yes => &connectors.http1,
            LeavesHttp::No => &connectors.every,
        };
        let stream = connector.connect(name.clone(), stream).await;
        let stream = stream.map_err(|error| tls_failure(&error))?;
        let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        if leaves_http == LeavesHttp::No {
            let protocol = match speaks_http2 {
                true => SPEAKS_HTTP2,
                false => ONLY_HTTP1,
            };
            self.protocol.store(protocol, Ordering::Relaxed);
        }
        Ok((UpstreamIo::Tls(Box::new(stream)), speaks_http2))
    }

    /// Puts a request into the form that HTTP/2 has for it.
    fn address_http2(&self, request: &mut Request<RequestBody>) {
        let mut parts = std::mem::take(request.uri_mut()).into_parts();
        parts.scheme = match self.scheme {
            Scheme::Http => Some(http::uri::Scheme::HTTP),
            Scheme::Https => Some(http::uri::Scheme::HTTPS),
        };
        parts.authority = Some(self.authority.clone());
        let path = parts.path_and_query.take();
        parts.path_and_query = path.or_else(|| Some(PathAndQuery::from_static("/")));
        *request.uri_mut() = Uri::from_parts(parts).expect("all parts are there");
        *request.version_mut() = Version::HTTP_2;
        request.headers_mut().remove(HOST);
    }

    /// Puts a request into the form that HTTP/1.1 has for it.
    pub(super) fn address_http1(&self, request: &mut Request<RequestBody>) {
        if request.uri().authority().is_some() {
            let path = request.uri().path_and_query().cloned();
            let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
            *request.uri_mut() = Uri::from(path);
        }
        *request.version_mut() = Version::HTTP_11;
        request.headers_mut().insert(HOST, self.host_field.clone());
    }

    /// Takes back a connection whose response is over.
    pub(super) fn release(self: &Arc<Self>, mut connection: Box<Connection>) {
        if connection.is_idle() {
            self.pool.put(connection);
        } else if connection.is_busy() {
            // The upstream answered before it had read the whole request, and reads on.
            let server = Arc::clone(self);
            tokio::spawn(async move {
                if let Ok(true) = timeout(SETTLE_TIMEOUT, connection.settle()).await {
                    server.pool.put(connection);
                }
            });
        }
    }

    /// Closes idle connections that are too old, or that the upstream has closed.
    pub(super) fn sweep(&self) {
        self.pool.sweep();
        self.sessions.sweep(Instant::now());
    }
}

impl Exchanged {
    fn new(head: response::Parts, connection: Box<Connection>, in_flight: InFlight) -> Self {
        let body = ResponseBody::http1(connection, in_flight);
        Self { head, body }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("authority", &self.authority)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

/// Whether a request asks to go on with another protocol, which takes a connection of HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeavesHttp {
    Yes,
    No,
}

impl From<bool> for LeavesHttp {
    fn from(leaves_http: bool) -> Self {
        match leaves_http {
            true => Self::Yes,
            false => Self::No,
        }
    }
}

fn leaves_http(request: &Request<RequestBody>) -> bool {
    request.headers().contains_key(UPGRADE)
}

/// What is wrong if TLS does not begin: an error of TLS itself is inside the one of the stream.
fn tls_failure(error: &io::Error) -> Failure {
    match error.get_ref() {
        Some(_) => Failure::UpstreamUntrusted,
        None => Failure::UpstreamClosed,
    }
}
