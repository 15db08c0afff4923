//! A client that speaks plain HTTP where TLS is spoken.

use std::future::poll_fn;
use std::io;

use tokio::io::AsyncWriteExt;

use super::linger::Linger;
use super::transport::Socket;

/// Is this how a request without TLS begins?
///
/// Methods begin with letters, and so does the preface of HTTP/2. TLS begins with the number 22.
pub(super) fn begins_with(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
}

/// Says in plain HTTP what is wrong, which an alert of TLS would not: few clients can read it, and
/// those who wrote `http` by mistake have none of these.
pub(super) async fn turn_away(socket: &mut Socket) -> io::Result<()> {
    socket.write_all(ANSWER).await?;
    socket.shutdown().await?;
    let mut linger = Linger::new();
    poll_fn(|cx| linger.poll(socket, cx)).await;
    Ok(())
}

/// There is no route yet, so that there is no policy, and no CORS field.
const ANSWER: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 77\r\n\
    connection: close\r\n\
    \r\n\
    tls-missing: this port speaks https; ask for the same URL with https instead\n";
