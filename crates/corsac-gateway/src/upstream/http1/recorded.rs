//! A response whose bytes are at hand.

use bytes::{BufMut as _, BytesMut};
use http::header::HeaderMap;
use http::{Method, StatusCode};

use super::content::{Content, Part};
use super::{Asked, HeadReader, Malformed, Read, ResponseHead};
use crate::limits::MAX_INTERIM_RESPONSES;

/// A response as the gateway reads it.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// The status.
    pub status: StatusCode,
    /// The fields of the head.
    pub headers: HeaderMap,
    /// The content as far as it came.
    pub content: Vec<u8>,
    /// The fields behind the content.
    pub trailers: Option<HeaderMap>,
    /// Whether the content came to its end. Else it breaks off for the client too.
    pub is_whole: bool,
    /// Whether another request can follow on the connection.
    pub persists: bool,
}

/// Reads a response over HTTP/1.1 as the gateway reads those of its upstreams.
///
/// The pieces are what one read of a connection after the other returned; how they are cut makes no
/// difference; after the last, the connection ends. None is what the gateway answers with 502.
///
/// ```
/// use corsac_gateway::read_http1_response;
///
/// let pieces = [&b"HTTP/1.1 200 OK\r\nConte"[..], b"nt-Length: 2\r\n\r\nhi"];
/// let response = read_http1_response(pieces, &http::Method::GET).expect("it is one");
/// assert_eq!(response.content, b"hi");
/// assert!(response.is_whole && response.persists);
/// ```
#[must_use]
pub fn read_http1_response<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    method: &Method,
) -> Option<RecordedResponse> {
    let mut pieces = pieces.into_iter();
    let mut bytes = BytesMut::new();
    let head = read_head(&mut pieces, &mut bytes, method)?;
    let mut content = Content::new(head.framing);
    let mut response = RecordedResponse {
        status: head.parts.status,
        headers: head.parts.headers,
        content: Vec::new(),
        trailers: None,
        is_whole: false,
        persists: false,
    };
    let read = read_content(&mut content, pieces, &mut bytes, &mut response);
    response.is_whole = read.is_ok();
    let is_delimited = head.framing != super::Framing::UntilClose;
    response.persists = response.is_whole && head.persists && is_delimited && bytes.is_empty();
    Some(response)
}

fn read_head<'a>(
    pieces: &mut impl Iterator<Item = &'a [u8]>,
    bytes: &mut BytesMut,
    method: &Method,
) -> Option<ResponseHead> {
    let asked = Asked {
        is_head: *method == Method::HEAD,
        is_upgrade: false,
    };
    let mut reader = HeadReader::default();
    let mut fields = HeaderMap::new();
    let mut n_interim = 0;
    loop {
        match reader.read(bytes, asked, &mut fields).ok()? {
            Read::Final(head) => return Some(head),
            Read::Interim => {
                n_interim += 1;
                if n_interim > MAX_INTERIM_RESPONSES {
                    return None;
                }
            }
            Read::Part => bytes.put_slice(pieces.next()?),
        }
    }
}

fn read_content<'a>(
    content: &mut Content,
    mut pieces: impl Iterator<Item = &'a [u8]>,
    bytes: &mut BytesMut,
    response: &mut RecordedResponse,
) -> Result<(), Malformed> {
    loop {
        match content.next(bytes)? {
            Some(Part::Data(data)) => response.content.extend_from_slice(&data),
            Some(Part::Trailers(trailers)) => response.trailers = Some(trailers),
            Some(Part::End) => break,
            None => match pieces.next() {
                Some(piece) => bytes.put_slice(piece),
                None => content.end()?,
            },
        }
    }
    pieces.for_each(|rest| bytes.put_slice(rest));
    Ok(())
}
