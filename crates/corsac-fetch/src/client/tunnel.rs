//! A tunnel through a proxy, over which TLS reaches the server itself.

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::http_proxy::HttpProxy;
use super::http1::{HeadReader, connect_request, is_interim};
use super::limits::{MAX_INTERIM_RESPONSES, READ_BYTES};
use super::recorded::too_many_interim_responses;
use crate::machine::{ProxyFailure, TransportFailure};

/// Asks a proxy for a tunnel to a host and port.
///
/// What says where the body of a success would end is ignored, as
/// [RFC 9110, 9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6) has it.
pub(super) async fn open_tunnel(
    stream: &mut TcpStream,
    authority: &str,
    proxy: &HttpProxy,
) -> Result<(), ProxyFailure> {
    let request = connect_request(authority, proxy.authorization());
    // Whoever does not read the request may have answered it all the same.
    drop(stream.write_all(&request).await);
    let status = answer(stream)
        .await
        .map_err(|failure| ProxyFailure::Answer(Box::new(failure)))?;
    match status {
        200..=299 => Ok(()),
        _ => Err(ProxyFailure::Status(status)),
    }
}

/// The status of the answer, after which the connection is the server's.
async fn answer(stream: &mut TcpStream) -> Result<u16, TransportFailure> {
    let mut received = BytesMut::new();
    for _ in 0..=MAX_INTERIM_RESPONSES {
        let mut reader = HeadReader::default();
        let head = loop {
            if let Some(head) = reader.read(&mut received)? {
                break head.head;
            }
            received.reserve(READ_BYTES);
            if !matches!(stream.read_buf(&mut received).await, Ok(1..)) {
                return Err(TransportFailure::Closed);
            }
        };
        if is_interim(head.status) {
            continue;
        }
        // In TLS the client speaks first: what came with a success is not the server's.
        let is_success = matches!(head.status, 200..=299);
        if is_success && !received.is_empty() {
            let fault = "more comes than the answer";
            return Err(TransportFailure::Malformed(fault.to_owned()));
        }
        return Ok(head.status);
    }
    Err(too_many_interim_responses())
}
