//! The machine's way to the outside.

use std::sync::Arc;

use corsac::user_agent::HeaderList;
use url::Url;

/// What comes next in a fetch.
pub enum Step {}

/// A request to be put on the wire as it is.
///
/// The header list is complete but for what the wire itself needs: `Host` (or `:authority`),
/// `Connection`, `Transfer-Encoding`. A `Content-Length` that belongs there is in the list.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where to. Always `http` or `https`; the fragment is not sent.
    pub url: Url,
    /// The method.
    pub method: Vec<u8>,
    /// The headers, in their order.
    pub headers: HeaderList,
    /// The body.
    pub body: OutgoingBody,
    /// Whether credentials go along: connections that carry them are not shared with others.
    pub includes_credentials: bool,
    /// What it is for.
    pub purpose: Purpose,
}

/// The body of an [`Outgoing`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever sends must handle each of the three")]
pub enum OutgoingBody {
    /// None at all.
    None,
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// The stream that the request was started with. It cannot be sent over HTTP/1.1.
    Stream,
}

/// What an exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are these two")]
pub enum Purpose {
    /// A CORS-preflight request: the body of its response is not read.
    Preflight,
    /// The request itself, or what a redirect made of it.
    Request,
}

/// The head of a response, as it came from the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status, 0 to 999. Interim responses are not handed on.
    pub status: u16,
    /// The status message.
    pub status_text: Vec<u8>,
    /// The headers, in their order and with every byte that the standard allows.
    pub headers: HeaderList,
}

/// Why no response came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportFailure {
    /// The host name could not be resolved.
    Dns,
    /// No connection could be made.
    Connect,
    /// TLS could not be agreed on; the text says why.
    Tls(String),
    /// It took too long.
    Timeout,
    /// The connection ended before the head was complete.
    Closed,
    /// The response is not HTTP; the text says what is wrong.
    Malformed(String),
    /// The head is larger than the client reads.
    HeadTooLarge,
    /// A stream as the body, over HTTP/1.1.
    StreamOverHttp1,
}
