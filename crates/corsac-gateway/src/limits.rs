//! The bounds on everything that comes from outside.

use std::time::Duration;

/// Bytes of a head, of a request or a response.
///
/// Four times what nginx takes by default: a head holds cookies and tokens, and a cookie alone may
/// have 4 KiB. A longer request is answered with 431, a longer response with 502. The number of
/// fields is bounded by hyper: at most 100 in a head.
pub(crate) const MAX_HEAD_BYTES: usize = 128 * 1024;

/// Client connections that are served at a time.
///
/// Further ones wait in the kernel's queue. A connection costs about 20 KiB and, with its
/// upstream, two file descriptors.
pub(crate) const MAX_CONNECTIONS: usize = 8192;

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

/// How long to wait before accepting again when the system has no descriptor left.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Gateways of this kind that a request may have passed. More are a loop.
pub(crate) const MAX_HOPS: usize = 8;
