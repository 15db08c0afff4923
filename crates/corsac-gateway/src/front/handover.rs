//! Hands a port that is shared over to the other processes that listen on it.

use std::io;

use tokio::net::TcpListener;

/// Lets no new client come to this listener, while those that are coming arrive.
///
/// Of several listeners on one port, the kernel chooses one when it gets the first packet of a
/// client, and resets whoever has not been accepted when that listener is closed. So first packets
/// are dropped from now on: the client sends another one a second later, when this listener is no
/// longer there, and the kernel chooses again. All other packets pass, so that connections that
/// are being opened get to the queue.
#[cfg(target_os = "linux")]
pub(super) fn turn_away(listener: &TcpListener) -> io::Result<()> {
    let drops_first_packets = [
        // The flags of the TCP header, and of those SYN and ACK.
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS_OFFSET),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    SockRef::from(listener).attach_filter(&drops_first_packets)
}

/// Elsewhere nothing is dropped, and a client that comes at the last moment may be reset.
#[cfg(not(target_os = "linux"))]
pub(super) fn turn_away(_: &TcpListener) -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
use socket2::{SockFilter, SockRef};

/// Instructions of the [packet filter](https://docs.kernel.org/networking/filter.html).
#[cfg(target_os = "linux")]
const LOAD_BYTE: u16 = 0x30;
#[cfg(target_os = "linux")]
const AND: u16 = 0x54;
#[cfg(target_os = "linux")]
const JUMP_IF_EQUAL: u16 = 0x15;
#[cfg(target_os = "linux")]
const RETURN: u16 = 0x06;

/// Where [the header](https://www.rfc-editor.org/rfc/rfc9293#name-header-format) has its flags,
/// and two of them.
#[cfg(target_os = "linux")]
const FLAGS_OFFSET: u32 = 13;
#[cfg(target_os = "linux")]
const SYN: u32 = 0x02;
#[cfg(target_os = "linux")]
const ACK: u32 = 0x10;
