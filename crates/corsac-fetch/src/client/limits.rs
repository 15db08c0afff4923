//! The bounds on what comes from the network.

use std::time::Duration;

/// Bytes of the head of a response.
///
/// Chromium's bound, so that whatever a browser reads is read here.
pub(super) const MAX_HEAD_BYTES: usize = 256 * 1024;

/// Headers of a response.
///
/// Ten times what hyper takes by default. Looking a header up costs time in proportion to their
/// number, so that bytes alone are no bound.
pub(super) const MAX_HEADERS: usize = 1000;

/// Interim responses before the real one.
///
/// A server sends one or two: 100 and 103. Without a bound it could keep a fetch busy for ever.
pub(super) const MAX_INTERIM_RESPONSES: usize = 32;

/// Bytes of the line before a chunk: its size and extensions that nobody reads.
pub(super) const MAX_CHUNK_LINE_BYTES: usize = 1024;

/// Bytes of all the extensions of the chunks of one body.
///
/// A server that sends a kilobyte of them for each byte of content is up to no good.
pub(super) const MAX_CHUNK_EXTENSION_BYTES: usize = 64 * 1024;

/// Bytes of the trailers of a body, which are skipped.
pub(super) const MAX_TRAILER_BYTES: usize = 64 * 1024;

/// Bytes that are read from a connection at a time, at first: more than most responses have.
pub(super) const READ_BYTES: usize = 8 * 1024;

/// Bytes that are read at a time from a server that sends faster than we read.
///
/// What is in memory for a body that nobody asks for is not more.
pub(super) const MAX_READ_BYTES: usize = 256 * 1024;

/// Bytes of memory that a body is given before they arrive, by the length that it announces.
pub(super) const MAX_TRUSTED_LENGTH: u64 = 1024 * 1024;

/// The largest body that is copied behind the head of its request, so that both leave in one write.
pub(super) const MAX_COPIED_BODY_BYTES: usize = 16 * 1024;

/// Idle connections that are kept, to all origins together: as many as Chromium keeps.
pub(super) const MAX_IDLE_CONNECTIONS: usize = 256;

/// How long an idle connection is kept.
///
/// Less than the 60 seconds and more after which common servers close one. Those that close
/// earlier are noticed when the connection is taken, or by the retry.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// How long the first address of a host is tried alone, by
/// [RFC 8305, 5](https://www.rfc-editor.org/rfc/rfc8305#section-5).
pub(super) const CONNECTION_ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Addresses of a host that are tried.
pub(super) const MAX_ADDRESSES: usize = 16;

/// Bytes of one stream that a server may send over HTTP/2 before they are asked for.
///
/// With less, a body from far away would wait for permission more than it travels.
pub(super) const HTTP2_STREAM_WINDOW: u32 = 1024 * 1024;

/// The same for all streams of a connection together.
pub(super) const HTTP2_CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
