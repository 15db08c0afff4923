//! A response whose bytes are at hand.

use bytes::BytesMut;

use super::body::BodyFailure;
use super::http1::{Decoder, Framing, HeadReader, Piece, is_interim};
use super::limits::MAX_INTERIM_RESPONSES;
use crate::machine::{ResponseHead, TransportFailure};

/// Reads a response over HTTP/1.1 whose bytes are at hand, as the client reads it.
///
/// The pieces are what one read of a connection after the other returned; how they are cut makes
/// no difference; after the last, the connection ends, as one without TLS. The method is that of the request. What comes after the response is ignored.
///
/// ```
/// use corsac_fetch::client::read_http1_response;
///
/// let (head, body) = read_http1_response([&b"HTTP/1.1 200 OK\r\n"[..], b"\r\nhello"], b"GET")?;
/// assert_eq!(head.status, 200);
/// assert_eq!(body.as_deref(), Ok(&b"hello"[..]));
/// # Ok::<(), corsac_fetch::TransportFailure>(())
/// ```
pub fn read_http1_response<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    method: &[u8],
) -> Result<(ResponseHead, Result<Vec<u8>, BodyFailure>), TransportFailure> {
    let mut pieces = pieces.into_iter();
    let mut bytes = BytesMut::new();
    let mut reader = HeadReader::default();
    for _ in 0..=MAX_INTERIM_RESPONSES {
        let response = loop {
            if let Some(response) = reader.read(&mut bytes)? {
                break response;
            }
            match pieces.next() {
                Some(piece) => bytes.extend_from_slice(piece),
                None => break reader.end(&bytes)?.ok_or(TransportFailure::Closed)?,
            }
        };
        if !is_interim(response.head.status) {
            let decoder = Decoder::new(Framing::of(&response, method)?);
            return Ok((response.head, read_body(decoder, bytes, pieces)));
        }
    }
    Err(too_many_interim_responses())
}

pub(super) fn too_many_interim_responses() -> TransportFailure {
    TransportFailure::Malformed("there is no final response".to_owned())
}

fn read_body<'a>(
    mut decoder: Decoder,
    mut bytes: BytesMut,
    mut pieces: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, BodyFailure> {
    let mut body = Vec::new();
    loop {
        match decoder.next(&mut bytes)? {
            Piece::Data(data) => body.extend_from_slice(&data),
            Piece::End => return Ok(body),
            Piece::Wait => match pieces.next() {
                Some(piece) => bytes.extend_from_slice(piece),
                None if decoder.ends_with_connection() => return Ok(body),
                None => return Err(BodyFailure::Closed),
            },
        }
    }
}
