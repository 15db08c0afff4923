//! HTTP/2, by the h2 crate.

use std::future::poll_fn;
use std::net::IpAddr;

use bytes::Bytes;
use corsac::user_agent::{Header, HeaderList, normalize_header_value};
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use url::Position;

use super::body::BodyFailure;
use super::http1::{Answered, ExchangeFailure};
use super::limits::{HTTP2_CONNECTION_WINDOW, HTTP2_STREAM_WINDOW, MAX_HEAD_BYTES};
use super::request_stream::RequestStream;
use crate::machine::{Outgoing, OutgoingBody, ResponseHead, TransportFailure};

/// A connection over HTTP/2; a clone uses the same.
#[derive(Clone)]
pub(super) struct Session {
    sender: SendRequest<Bytes>,
    /// Where the server is, if that is known: a proxy does not tell.
    pub(super) address: Option<IpAddr>,
}

/// The body of a response over HTTP/2.
pub(super) struct Http2Body {
    stream: RecvStream,
    /// Bytes that were handed out since the server was last allowed more.
    n_unreleased: usize,
    _upload: Option<UploadTask>,
}

/// The task that sends a stream, which ends with the response.
struct UploadTask(JoinHandle<()>);

impl Drop for UploadTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Session {
    /// Starts HTTP/2 on a connection on which it was agreed.
    pub(super) async fn start(
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        address: Option<IpAddr>,
    ) -> Result<Self, TransportFailure> {
        let (sender, connection) = Builder::new()
            .enable_push(false)
            .initial_window_size(HTTP2_STREAM_WINDOW)
            .initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEADER_LIST_BYTES)
            .handshake(io)
            .await
            .map_err(|error| failure(&error))?;
        // It ends when the last clone of the session and the last stream are gone. What it fails
        // with, each stream learns too.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, address })
    }

    /// Sends a request and waits for the head of its response.
    pub(super) async fn exchange(
        self,
        outgoing: &Outgoing,
        stream: &mut Option<RequestStream>,
    ) -> Result<(ResponseHead, Http2Body), ExchangeFailure> {
        let request = http2_request(outgoing).map_err(|error| not_writable(&error))?;
        let mut sender = self.sender.ready().await.map_err(not_sent)?;
        let is_without_body = matches!(outgoing.body, OutgoingBody::None);
        let (response, mut body) = sender
            .send_request(request, is_without_body)
            .map_err(not_sent)?;
        let mut upload = None;
        match &outgoing.body {
            OutgoingBody::None => {}
            OutgoingBody::Bytes(bytes) => {
                // What the peer does not take yet waits in the session. If it takes no more, the
                // response says so.
                drop(body.send_data(Bytes::from_owner(bytes.clone()), true));
            }
            OutgoingBody::Stream => {
                let stream = stream.take();
                upload = Some(UploadTask(tokio::spawn(send_stream(body, stream))));
            }
        }
        let response = response.await.map_err(not_sent)?;
        let (parts, received) = response.into_parts();
        let head = ResponseHead {
            status: parts.status.as_u16(),
            status_text: Vec::new(),
            headers: header_list(&parts.headers),
            address: None,
        };
        let body = Http2Body {
            stream: received,
            n_unreleased: 0,
            _upload: upload,
        };
        Ok((head, body))
    }
}

impl Http2Body {
    /// The next bytes; `None` at the end. Trailers are not looked at.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, BodyFailure> {
        self.release();
        while let Some(data) = self.stream.data().await {
            let data = data.map_err(|error| body_failure(&error))?;
            self.n_unreleased += data.len();
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// Allows the server as much as was read.
    fn release(&mut self) {
        let n_bytes = std::mem::take(&mut self.n_unreleased);
        // It fails only for more bytes than were received.
        drop(self.stream.flow_control().release_capacity(n_bytes));
    }
}

/// Can HTTP/2 carry this? If not, HTTP/1.1 can, but for a stream.
///
/// The types of the h2 crate hold no control characters in a value.
pub(super) fn is_carried(outgoing: &Outgoing) -> bool {
    let is_value = |header: &Header| HeaderValue::from_bytes(header.value()).is_ok();
    outgoing.headers.iter().all(is_value) && Method::from_bytes(&outgoing.method).is_ok()
}

fn http2_request(outgoing: &Outgoing) -> Result<Request<()>, http::Error> {
    let url = &outgoing.url;
    let uri = Uri::builder()
        .scheme(url.scheme())
        .authority(&url[Position::BeforeHost..Position::AfterPort])
        .path_and_query(&url[Position::BeforePath..Position::AfterQuery])
        .build()?;
    let mut request = Request::builder()
        .method(&outgoing.method[..])
        .uri(uri)
        .version(Version::HTTP_2)
        .body(())?;
    for header in &outgoing.headers {
        let name = HeaderName::from_bytes(header.name())?;
        if !is_of_connection(&name) {
            let value = HeaderValue::from_bytes(header.value())?;
            request.headers_mut().append(name, value);
        }
    }
    Ok(request)
}

/// Is it a header that HTTP/2 has other means for, by
/// [RFC 9113, 8.2.2](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2)?
fn is_of_connection(name: &HeaderName) -> bool {
    let names = ["connection", "host", "keep-alive", "proxy-connection"];
    names.contains(&name.as_str()) || ["transfer-encoding", "upgrade"].contains(&name.as_str())
}

fn header_list(headers: &HeaderMap) -> HeaderList {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        // RFC 9113 forbids white space at the ends; who sends it means what is between.
        let value = normalize_header_value(value.as_bytes());
        Header::new(name.as_str().as_bytes(), value)
    };
    headers.iter().filter_map(header).collect()
}

async fn send_stream(mut body: SendStream<Bytes>, stream: Option<RequestStream>) {
    let Some(mut stream) = stream else {
        drop(body.send_data(Bytes::new(), true));
        return;
    };
    while let Some(mut data) = stream.next().await {
        while !data.is_empty() {
            body.reserve_capacity(data.len());
            let Some(Ok(capacity)) = poll_fn(|context| body.poll_capacity(context)).await else {
                return;
            };
            let piece = data.split_to(capacity.min(data.len()));
            if body.send_data(piece, false).is_err() {
                return;
            }
        }
    }
    drop(body.send_data(Bytes::new(), true));
}

fn not_writable(error: &http::Error) -> ExchangeFailure {
    ExchangeFailure::after_answer(TransportFailure::NotWritable(error.to_string()))
}

/// A request that a server says it did not look at can be sent again.
fn not_sent(error: h2::Error) -> ExchangeFailure {
    let is_refused = error.reason() == Some(Reason::REFUSED_STREAM);
    let is_going_away = error.is_go_away() && error.is_remote() && is_graceful(&error);
    ExchangeFailure {
        failure: failure(&error),
        answered: match is_refused || is_going_away || error.is_io() {
            true => Answered::Nothing,
            false => Answered::Something,
        },
    }
}

fn is_graceful(error: &h2::Error) -> bool {
    error.reason() == Some(Reason::NO_ERROR)
}

fn failure(error: &h2::Error) -> TransportFailure {
    match error.is_io() || error.is_go_away() && is_graceful(error) {
        true => TransportFailure::Closed,
        false => TransportFailure::Malformed(error.to_string()),
    }
}

fn body_failure(error: &h2::Error) -> BodyFailure {
    match error.is_io() {
        true => BodyFailure::Closed,
        false => BodyFailure::Malformed(error.to_string()),
    }
}

/// The same bound as over HTTP/1.1.
const MAX_HEADER_LIST_BYTES: u32 = MAX_HEAD_BYTES as u32;
