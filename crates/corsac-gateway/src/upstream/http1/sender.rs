//! A request on its way to a server.

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Request;
use http::header::{HeaderMap, HeaderName, TRAILER};
use http_body::{Body as _, Frame};
use tokio::io::AsyncWrite;

use super::outbox::Outbox;
use super::request_head::{RequestFraming, write_head};
use crate::upstream::request_body::{BrokenBody, RequestBody};

/// Sends a request, its head and its content.
#[derive(Debug, Default)]
pub(super) struct Sender {
    outbox: Outbox,
    /// What is still to be sent. None once the last of it is in the outbox.
    content: Option<OutgoingContent>,
    is_sending: bool,
}

#[derive(Debug)]
struct OutgoingContent {
    body: RequestBody,
    framing: RequestFraming,
    /// The fields that may follow the last chunk.
    announced: Vec<HeaderName>,
}

/// Why a request was not sent to its end.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The stream to the server failed. What is wrong with it, who reads from it finds out.
    Stream,
    /// The content did not come to its end.
    Content(BrokenBody),
}

impl Sender {
    /// Begins to send a request, whose content it takes.
    pub(super) fn begin(&mut self, request: &mut Request<RequestBody>) {
        let framing = framing(request.body());
        self.outbox.clear();
        write_head(request, framing, self.outbox.joined());
        self.is_sending = true;
        self.content = match framing {
            RequestFraming::None => None,
            RequestFraming::Length(_) | RequestFraming::Chunked => Some(OutgoingContent {
                body: std::mem::replace(request.body_mut(), RequestBody::empty()),
                framing,
                announced: announced(request.headers()),
            }),
        };
    }

    /// Prepares it for a time without an exchange.
    pub(super) fn rest(&mut self) {
        self.outbox.rest();
    }

    /// Is there something left to send?
    pub(super) fn is_sending(&self) -> bool {
        self.is_sending
    }

    /// Sends no more.
    pub(super) fn abandon(&mut self) {
        self.outbox.clear();
        self.content = None;
        self.is_sending = false;
    }

    /// Sends what can be sent, until all of it is.
    pub(super) fn poll(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Unsent>> {
        loop {
            let content = self.poll_content(cx).map_err(Unsent::Content)?;
            ready!(self.outbox.poll_write(stream, cx)).map_err(|_| Unsent::Stream)?;
            if self.content.is_none() {
                self.is_sending = false;
                return Poll::Ready(Ok(()));
            }
            ready!(content);
        }
    }

    /// Puts content into the outbox while there is room, until all of it is there.
    fn poll_content(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BrokenBody>> {
        while let Some(content) = &mut self.content
            && self.outbox.has_room()
        {
            let frame = ready!(Pin::new(&mut content.body).poll_frame(cx)).transpose()?;
            let is_last = content.put(frame, &mut self.outbox)?;
            if is_last {
                self.content = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl OutgoingContent {
    /// Puts a part into the outbox, and says whether it was the last one.
    fn put(
        &mut self,
        frame: Option<Frame<Bytes>>,
        outbox: &mut Outbox,
    ) -> Result<bool, BrokenBody> {
        let Some(frame) = frame else {
            return self.end(None, outbox).map(|()| true);
        };
        match frame.into_data() {
            Ok(data) => self.put_data(data, outbox),
            Err(frame) => self.end(frame.into_trailers().ok(), outbox).map(|()| true),
        }
    }

    fn put_data(&mut self, data: Bytes, outbox: &mut Outbox) -> Result<bool, BrokenBody> {
        let is_last = self.body.is_end_stream();
        match &mut self.framing {
            RequestFraming::None => return Err(BrokenBody::OtherLength),
            RequestFraming::Length(left) => {
                let rest = left.checked_sub(data.len() as u64);
                *left = rest.ok_or(BrokenBody::OtherLength)?;
                outbox.put(data, b"");
                if is_last && *left > 0 {
                    return Err(BrokenBody::OtherLength);
                }
            }
            // A chunk of no bytes would be the last one.
            RequestFraming::Chunked if data.is_empty() && is_last => self.end(None, outbox)?,
            RequestFraming::Chunked if data.is_empty() => {}
            RequestFraming::Chunked => {
                write!(outbox.joined(), "{:x}\r\n", data.len())
                    .expect("memory takes what is written to it");
                outbox.put(data, if is_last { b"\r\n0\r\n\r\n" } else { b"\r\n" });
            }
        }
        Ok(is_last)
    }

    fn end(&self, trailers: Option<HeaderMap>, outbox: &mut Outbox) -> Result<(), BrokenBody> {
        match self.framing {
            RequestFraming::None | RequestFraming::Length(0) => {}
            RequestFraming::Length(_) => return Err(BrokenBody::OtherLength),
            RequestFraming::Chunked => {
                let bytes = outbox.joined();
                bytes.extend_from_slice(b"0\r\n");
                for (name, value) in trailers.iter().flatten() {
                    if self.announced.contains(name) {
                        bytes.extend_from_slice(name.as_str().as_bytes());
                        bytes.extend_from_slice(b": ");
                        bytes.extend_from_slice(value.as_bytes());
                        bytes.extend_from_slice(b"\r\n");
                    }
                }
                bytes.extend_from_slice(b"\r\n");
            }
        }
        Ok(())
    }
}

fn framing(body: &RequestBody) -> RequestFraming {
    if body.upload().is_none() {
        return RequestFraming::None;
    }
    body.size_hint()
        .exact()
        .map_or(RequestFraming::Chunked, RequestFraming::Length)
}

/// The names that [`Trailer`](https://www.rfc-editor.org/rfc/rfc9110#name-trailer) lists.
fn announced(headers: &HeaderMap) -> Vec<HeaderName> {
    let lines = headers.get_all(TRAILER).iter();
    let names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    names
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .collect()
}
