//! The request as bytes.

use bytes::{BufMut, BytesMut};
use corsac::header::is_token;
use url::{Position, Url};

use super::super::limits::MAX_COPIED_BODY_BYTES;
use super::upload::Upload;
use crate::machine::{Outgoing, OutgoingBody, TransportFailure};

/// Makes the bytes of a request.
///
/// Nothing in it can end a line early: the method is a token, the target has only visible bytes,
/// and a header list holds nothing but names and values. What frames the message is written here
/// and not taken from the list.
pub(in crate::client) fn http1_request(outgoing: &Outgoing) -> Result<Upload, TransportFailure> {
    let body = match &outgoing.body {
        OutgoingBody::None => None,
        OutgoingBody::Bytes(bytes) => Some(bytes),
        OutgoingBody::Stream => return Err(TransportFailure::StreamOverHttp1),
    };
    let n_body_bytes = body.map_or(0, |body| body.len());
    let target = &outgoing.url[Position::BeforePath..Position::AfterQuery];
    let not_writable = |fault: &str| Err(TransportFailure::NotWritable(fault.to_owned()));
    if !is_token(&outgoing.method) {
        return not_writable("the method is no token");
    }
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return not_writable("the URL has a byte that no request line holds");
    }
    let mut bytes = BytesMut::with_capacity(USUAL_HEAD_BYTES);
    put(&mut bytes, &[&outgoing.method, b" ", target.as_bytes()]);
    put(&mut bytes, &[b" HTTP/1.1\r\n"]);
    put_line(&mut bytes, b"Host", authority(&outgoing.url).as_bytes());
    put_line(&mut bytes, b"Connection", b"keep-alive");
    let mut has_length = false;
    for header in &outgoing.headers {
        if header.name().eq_ignore_ascii_case(b"content-length") {
            has_length = true;
        } else if !is_framing(header.name()) {
            put_line(&mut bytes, header.name(), header.value());
        }
    }
    if has_length || body.is_some() {
        put_line(
            &mut bytes,
            b"Content-Length",
            n_body_bytes.to_string().as_bytes(),
        );
    }
    bytes.put_slice(b"\r\n");
    match body {
        Some(body) if n_body_bytes > MAX_COPIED_BODY_BYTES => {
            Ok(Upload::with_body(bytes.freeze(), body.clone()))
        }
        Some(body) => {
            bytes.put_slice(body);
            Ok(Upload::new(bytes.freeze()))
        }
        None => Ok(Upload::new(bytes.freeze())),
    }
}

/// The host and, if it is not the scheme's own, the port.
fn authority(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// Is it a header that only this writer writes?
fn is_framing(name: &[u8]) -> bool {
    [&b"host"[..], b"connection", b"transfer-encoding"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

fn put_line(bytes: &mut BytesMut, name: &[u8], value: &[u8]) {
    put(bytes, &[name, b": ", value, b"\r\n"]);
}

fn put(bytes: &mut BytesMut, pieces: &[&[u8]]) {
    for piece in pieces {
        bytes.put_slice(piece);
    }
}

/// What the head of a browser's request takes, cookies aside.
const USUAL_HEAD_BYTES: usize = 1024;
