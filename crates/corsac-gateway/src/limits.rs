//! The bounds on everything that comes from outside.

use std::time::Duration;

/// Bytes of the head of a response.
///
/// Four times what nginx takes by default: a head holds cookies, and one of them may have 4 KiB. A
/// longer one is answered with 502.
pub(crate) const MAX_HEAD_BYTES: usize = 128 * 1024;

/// Fields of the head of a response, or behind its content: as many as most servers take in a
/// request, and three times what a response with a strict security policy has.
pub(crate) const MAX_RESPONSE_FIELDS: usize = 100;

/// Interim responses to one request. A server may send `100`, and some `103` with hints; one that
/// goes on and on keeps an exchange busy without ever answering it.
pub(crate) const MAX_INTERIM_RESPONSES: usize = 16;

/// Bytes of the line that says how long a chunk is.
pub(crate) const MAX_CHUNK_LINE: usize = 4 * 1024;

/// Bytes of all such lines of one response beside the sizes. Nobody uses the extensions, which
/// could make the gateway read a thousand bytes for each that it passes on.
pub(crate) const MAX_CHUNK_EXTENSION_BYTES: usize = 16 * 1024;

/// Bytes of the fields behind the content of a response.
pub(crate) const MAX_TRAILER_BYTES: usize = 16 * 1024;

/// Bytes of an upstream's that are read at a time, unless more are known to come: a head with short
/// content.
pub(crate) const USUAL_READ: usize = 8 * 1024;

/// Bytes of an upstream's that are read at a time at the most.
///
/// Each read is a call of the kernel, and so is each write to the client that follows it. It is
/// about what the kernel keeps ready on a fast line; more is memory that a slow client holds.
pub(crate) const MAX_READ: usize = 384 * 1024;

/// Bytes of the memory for heads that a connection to an upstream keeps while it is idle.
pub(crate) const MAX_KEPT_BUFFER: usize = 16 * 1024;

/// Idle connections that are kept to one upstream.
///
/// As many as are busy at once in a busy second; more would be descriptors that both sides hold
/// for nothing.
pub(crate) const MAX_IDLE_PER_UPSTREAM: usize = 512;

/// How long an idle connection to an upstream is kept.
///
/// Less than the 60 seconds and more after which common servers close one. Those that close
/// earlier are noticed when the connection is taken.
pub(crate) const UPSTREAM_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// How often idle connections are looked through for those that are too old or closed.
pub(crate) const SWEEP_PERIOD: Duration = Duration::from_secs(10);

/// How long an upstream may go on reading a request that it has answered already.
pub(crate) const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of a response that is there.
pub(crate) const CLIENT_WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a connection on which nothing is under way is kept once the gateway is to end.
///
/// A request that is on its way while the connection is closed is lost, and no client may send it
/// again unless its method permits. A client that is busy sends its next one in this time, and is
/// told with the response that there will be no more; one that is not runs no greater risk than
/// with any server that closes idle connections.
pub(crate) const IDLE_GRACE: Duration = Duration::from_secs(1);

/// How long a connection may take to be opened when the port is handed over to another process.
///
/// It is three times the way to the other side of the earth and back.
pub(crate) const HANDSHAKE_PATIENCE: Duration = Duration::from_millis(900);

/// How long to wait before accepting again when the system has no descriptor left.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a client may go on sending what nobody reads, once it has its answer.
///
/// A socket that is closed while something of the client is on its way is reset, and with a reset
/// the client's system may throw away the answer that said why. Most clients look for an answer
/// while they send; one that does not is given as long as for the head of a request.
pub(crate) const LINGER_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that are read and dropped in that time: what a client on a fast line sends in less than a
/// second, which is time enough for the answer to arrive.
pub(crate) const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of it that are read at a time.
pub(crate) const LINGER_READ: usize = 16 * 1024;

/// How often it is looked whether a place can be made for a client that waits for one.
pub(crate) const RECLAIM_PERIOD: Duration = Duration::from_millis(100);

/// Of how many places one is made free at a time, and how many at the most.
///
/// To find the longest idle connections is to look at all of them. To close several for one look
/// keeps that cheap where clients come by the thousand, and leaves nearly all of them alone.
pub(crate) const PLACES_PER_RECLAIMED: usize = 512;
pub(crate) const MAX_RECLAIMED: usize = 32;

/// How long a client or a server of which nothing is heard is left alone, how often it is then asked
/// whether it is there, and how many times: it is gone after two minutes.
#[cfg(target_os = "linux")]
pub(crate) const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);
#[cfg(target_os = "linux")]
pub(crate) const KEEPALIVE_PERIOD: Duration = Duration::from_secs(20);
#[cfg(target_os = "linux")]
pub(crate) const KEEPALIVE_TRIES: u32 = 3;

/// Gateways of this kind that a request may have passed. More are a loop.
pub(crate) const MAX_HOPS: usize = 8;

/// Bytes of a request's body that a client of HTTP/2 may send before the upstream has taken them.
///
/// At a round trip of 50 ms it is 5 MB a second.
pub(crate) const HTTP2_STREAM_WINDOW: u32 = 256 * 1024;

/// The same for all requests of a connection together.
pub(crate) const HTTP2_CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Bytes of a response that wait for the socket of a client, for each stream of HTTP/2.
pub(crate) const HTTP2_SEND_BUFFER: usize = 64 * 1024;

/// Requests of HTTP/2 that were cancelled before the gateway has looked at them.
///
/// A client that goes on has the connection closed. A browser cancels what the page no longer
/// wants, and rarely in the same packet in which it asked.
pub(crate) const MAX_PENDING_RESETS: usize = 64;

/// Malformed requests on one connection of HTTP/2, of which each costs a frame in answer.
pub(crate) const MAX_STREAM_ERRORS: usize = 256;

/// How long an idle client of HTTP/2 may take to close the connection, once it is asked to.
pub(crate) const HTTP2_GOODBYE: Duration = Duration::from_secs(5);

/// Connections to the admin listener that are served at a time: a scraper, a prober, and people.
pub(crate) const MAX_ADMIN_CONNECTIONS: usize = 64;

/// Bytes of the head of a request to the admin listener, which needs next to none. A browser sends
/// along the cookies of everything else on that host.
pub(crate) const MAX_ADMIN_HEAD_BYTES: usize = 32 * 1024;

/// How long a connection to the admin listener may take to send a request, or the next one. It is
/// longer than the half minute and less between two looks of a scraper.
pub(crate) const ADMIN_HEAD_TIMEOUT: Duration = Duration::from_secs(65);

/// Exchanges that a server may fail in a row before it is left alone.
pub(crate) const EJECT_AFTER: u32 = 3;

/// How long a server is left alone for the first time: about what a restart takes.
pub(crate) const EJECTION: Duration = Duration::from_secs(1);

/// How long it is left alone at the most. One request in a minute that is tried again elsewhere
/// costs nothing, and a server that has come back is not idle for longer.
pub(crate) const MAX_EJECTION: Duration = Duration::from_secs(60);

/// Health checks that a server may fail in a row before it gets no more requests.
pub(crate) const ILL_AFTER: u32 = 2;

/// How often a server is asked whether it is still there while exchanges wait for it.
pub(crate) const HTTP2_PING_PERIOD: Duration = Duration::from_secs(20);

/// How long it may take to say so.
pub(crate) const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that a server may send over HTTP/2 before the client has taken them: of one response, and
/// of all on a connection.
pub(crate) const HTTP2_WINDOW: u32 = 1024 * 1024;
