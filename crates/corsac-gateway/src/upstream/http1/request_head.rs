//! The head of a request, as it is sent.

use std::io::Write as _;

use http::Request;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

/// How the content of a request is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestFraming {
    None,
    Length(u64),
    Chunked,
}

/// Writes the request line and the fields.
///
/// What frames the content is written by what is going to be sent, whatever the fields say. No name
/// and no value can hold the end of a line: their types see to that.
pub(super) fn write_head<B>(request: &Request<B>, framing: RequestFraming, bytes: &mut Vec<u8>) {
    let target = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let method = request.method().as_str();
    bytes.reserve(method.len() + target.len() + request.headers().len() * USUAL_FIELD);
    bytes.extend_from_slice(method.as_bytes());
    bytes.push(b' ');
    bytes.extend_from_slice(target.as_bytes());
    bytes.extend_from_slice(b" HTTP/1.1\r\n");
    let mut is_framed = false;
    for (name, value) in request.headers() {
        match *name {
            TRANSFER_ENCODING => {}
            CONTENT_LENGTH if is_framed => {}
            CONTENT_LENGTH => {
                write_framing(framing, bytes, "content-length: 0\r\n");
                is_framed = true;
            }
            _ => {
                bytes.extend_from_slice(name.as_str().as_bytes());
                bytes.extend_from_slice(b": ");
                bytes.extend_from_slice(value.as_bytes());
                bytes.extend_from_slice(b"\r\n");
            }
        }
    }
    if !is_framed {
        write_framing(framing, bytes, "");
    }
    bytes.extend_from_slice(b"\r\n");
}

/// Writes the field that frames the content, or what stands for none.
fn write_framing(framing: RequestFraming, bytes: &mut Vec<u8>, none: &str) {
    let written = match framing {
        RequestFraming::None => bytes.write_all(none.as_bytes()),
        RequestFraming::Length(length) => write!(bytes, "content-length: {length}\r\n"),
        RequestFraming::Chunked => bytes.write_all(b"transfer-encoding: chunked\r\n"),
    };
    written.expect("memory takes what is written to it");
}

/// Bytes of a usual field with its name.
const USUAL_FIELD: usize = 48;
