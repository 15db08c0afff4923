//! Frames of HTTP/2, by hand.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The types of [frames](https://www.rfc-editor.org/rfc/rfc9113#name-frame-definitions).
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const WITH_PRIORITY: u8 = 0x20;

/// How a client begins.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&len[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// The fields as a block: each a literal that is not indexed.
pub(crate) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            assert!(text.len() < 127, "a longer text has a longer length");
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// The pseudo-fields of `GET /v1`.
pub(crate) const GET: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "http"),
    (":path", "/v1"),
    (":authority", "gateway.test"),
];

/// A request for `/v1` with further fields.
pub(crate) fn get(stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    headers(stream, END_STREAM, &[&GET, fields].concat())
}

/// A whole block of fields.
pub(crate) fn headers(stream: u32, flags: u8, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | flags, stream, &block(fields))
}

/// A frame as it was received.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) payload: Vec<u8>,
}

/// Reads a frame; none if the connection ends.
pub(crate) async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let len = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(len).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some(Received {
        kind: head[3],
        flags: head[4],
        payload,
    })
}

/// Sends frames after the preface, and says what the server does about them.
///
/// That is the status of an answer, an answered ping, or how a stream or the connection is ended.
pub(crate) async fn outcome(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    frames: &[u8],
) -> String {
    stream.write_all(&[PREFACE, frames].concat()).await.unwrap();
    while let Some(received) = receive(&mut stream).await {
        let code = |at: usize| u32::from_be_bytes(*received.payload[at..].first_chunk().unwrap());
        match received.kind {
            HEADERS => return status(&received.payload),
            RST_STREAM => return format!("stream {}", error(code(0))),
            GOAWAY => return format!("connection {}", error(code(4))),
            PING if received.flags & ACK != 0 => return "ping".to_owned(),
            _ => {}
        }
    }
    "closed".to_owned()
}

/// The status at the start of a block, as [the static table](https://www.rfc-editor.org/rfc/rfc7541#appendix-A)
/// has it.
fn status(block: &[u8]) -> String {
    // An update of the table's size may come first.
    let start = block.iter().position(|it| it & 0xe0 != 0x20).unwrap();
    let status = match &block[start..] {
        [0x88, ..] => "200",
        [0x89, ..] => "204",
        [0x8c, ..] => "400",
        [0x8d, ..] => "404",
        [0x8e, ..] => "500",
        // A value of its own for a name of the table.
        [0x08 | 0x18 | 0x48, 3, value @ ..] => std::str::from_utf8(&value[..3]).unwrap(),
        _ => "another status",
    };
    status.to_owned()
}

fn error(code: u32) -> String {
    let names = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
    ];
    let name = usize::try_from(code).ok().and_then(|it| names.get(it));
    name.map_or_else(|| code.to_string(), |it| (*it).to_owned())
}
