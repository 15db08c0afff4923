//! The request as bytes.

use bytes::{BufMut, BytesMut};
use corsac::header::is_token;
use url::{Position, Url};

use super::super::limits::MAX_COPIED_BODY_BYTES;
use super::upload::Upload;
use crate::machine::{Outgoing, OutgoingBody, TransportFailure};

/// How a request names what it is for, by
/// [RFC 9112, 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2).
#[derive(Clone, Copy, Debug)]
pub(in crate::client) enum TargetForm<'a> {
    /// By path and query, to the server.
    Origin,
    /// By the whole URL, to a proxy.
    Absolute {
        /// The value of `Proxy-Authorization`.
        authorization: Option<&'a str>,
    },
}

/// Makes the bytes of a request.
///
/// Nothing in it can end a line early: the method is a token, the target has only visible bytes,
/// and a header list holds nothing but names and values. What frames the message is written here
/// and not taken from the list.
pub(in crate::client) fn http1_request(
    outgoing: &Outgoing,
    form: TargetForm<'_>,
) -> Result<Upload, TransportFailure> {
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
    put(&mut bytes, &[&outgoing.method, b" "]);
    let authority = authority(&outgoing.url).as_bytes();
    if let TargetForm::Absolute { .. } = form {
        put(
            &mut bytes,
            &[outgoing.url.scheme().as_bytes(), b"://", authority],
        );
    }
    put(&mut bytes, &[target.as_bytes(), b" HTTP/1.1\r\n"]);
    put_line(&mut bytes, b"Host", authority);
    put_line(&mut bytes, b"Connection", b"keep-alive");
    if let TargetForm::Absolute { authorization } = form {
        put_authorization(&mut bytes, authorization);
    }
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

/// Makes the bytes with which a proxy is asked for a tunnel to a host and port.
pub(in crate::client) fn connect_request(authority: &str, authorization: Option<&str>) -> BytesMut {
    let mut bytes = BytesMut::with_capacity(USUAL_HEAD_BYTES);
    put(
        &mut bytes,
        &[b"CONNECT ", authority.as_bytes(), b" HTTP/1.1\r\n"],
    );
    put_line(&mut bytes, b"Host", authority.as_bytes());
    put_authorization(&mut bytes, authorization);
    bytes.put_slice(b"\r\n");
    bytes
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

fn put_authorization(bytes: &mut BytesMut, authorization: Option<&str>) {
    if let Some(value) = authorization {
        put_line(bytes, b"Proxy-Authorization", value.as_bytes());
    }
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
