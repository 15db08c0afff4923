//! Whether those at the other ends of connections are still there.

#[cfg(target_os = "linux")]
use crate::limits::{KEEPALIVE_AFTER, KEEPALIVE_PERIOD, KEEPALIVE_TRIES};

/// Has the system ask the other end, while nothing is heard of it, whether it is still there.
///
/// A WebSocket or a stream of events may be silent for hours, and so is a machine that was switched
/// off. What a listener is told, its connections are told.
#[cfg(target_os = "linux")]
pub(crate) fn notice_who_is_gone(socket: &impl std::os::fd::AsFd) {
    let keepalive = socket2::TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_PERIOD)
        .with_retries(KEEPALIVE_TRIES);
    // Without it, whoever is gone is noticed when something is sent there.
    let _ = socket2::SockRef::from(socket).set_tcp_keepalive(&keepalive);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn notice_who_is_gone<S>(_: &S) {}
