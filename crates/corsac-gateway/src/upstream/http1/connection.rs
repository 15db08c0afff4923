//! A connection to a server, driven by the task that waits for its response.
//!
//! It is a value that belongs to one exchange at a time: no task has to be woken to send or to
//! receive, nothing is locked or shared, and whoever drops the exchange drops the connection with
//! it.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, UPGRADE};
use http::{Method, Request, StatusCode, response};
use tokio::time::Instant;

use super::content::Part;
use super::read_buffer::ReadBuffer;
use super::sender::{Sender, Unsent};
use super::{Asked, Content, Framing, HeadReader, Malformed, Read, ResponseHead};
use crate::deadline::Deadline;
use crate::limits::MAX_INTERIM_RESPONSES;
use crate::upstream::io::UpstreamIo;
use crate::upstream::request_body::{BrokenBody, RequestBody, Upload};
use crate::upstream::response_body::BrokenOff;

/// A connection to a server.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: UpstreamIo,
    sender: Sender,
    buffer: ReadBuffer,
    reader: HeadReader,
    content: Content,
    exchange: Exchange,
    deadline: Deadline,
    /// When the last exchange began. The end would be another look at the clock for each exchange.
    pub(in crate::upstream) last_used: Instant,
}

/// What is known of the exchange that is under way, or was the last one.
#[derive(Debug, Default)]
struct Exchange {
    asked: Asked,
    /// Whether the request may be sent once more, because there is nothing but its head.
    is_head_alone: bool,
    /// Whether anything has come. A request of which a server has begun an answer is never sent
    /// again.
    was_heard: bool,
    n_interim: usize,
    /// Whether another request may follow this one.
    persists: bool,
    is_send_broken: bool,
}

/// Why there is no response.
#[derive(Debug)]
pub(in crate::upstream) enum NoResponse {
    /// The connection was closed before the request went out, which is as it was.
    NotSent,
    /// The connection failed before anything was heard of an answer, and the request, which has no
    /// content, is as it was.
    Unheard,
    /// The connection failed.
    Closed,
    /// What came is no response.
    Malformed,
    /// The upstream did nothing for too long.
    UpstreamSilent,
    /// The client stopped sending the request's body.
    ClientSilent,
    /// The request's body is longer than the route takes.
    BodyTooLong,
    /// The request's body did not come to its end.
    RequestBroken,
}

impl Connection {
    pub(in crate::upstream) fn new(stream: UpstreamIo, now: Instant) -> Self {
        Self {
            stream,
            sender: Sender::default(),
            buffer: ReadBuffer::default(),
            reader: HeadReader::default(),
            content: Content::Over,
            exchange: Exchange {
                persists: true,
                ..Exchange::default()
            },
            deadline: Deadline::new(now),
            last_used: now,
        }
    }

    /// Sends a request, and waits until the head of the response is there.
    ///
    /// `patience` is how long nothing may happen, the sending of the body included. The memory of
    /// the request's fields is used for those of the response.
    pub(in crate::upstream) async fn exchange(
        &mut self,
        request: &mut Request<RequestBody>,
        now: Instant,
        patience: Duration,
    ) -> Result<response::Parts, NoResponse> {
        self.last_used = now;
        if !self.is_idle() || !self.is_quiet() {
            return Err(NoResponse::NotSent);
        }
        let upload = request.body().upload().map(Arc::clone);
        self.begin(request);
        self.deadline.move_to(now + patience);
        poll_fn(|cx| {
            if let Poll::Ready(answer) = self.poll_head(cx, request.headers_mut()) {
                return Poll::Ready(answer);
            }
            if upload.as_ref().is_some_and(|upload| upload.take_progress()) {
                self.deadline.move_to(Instant::now() + patience);
            }
            let silence = || Err(NoResponse::silence(upload.as_deref()));
            self.deadline.poll(cx).map(|()| silence())
        })
        .await
    }

    /// All of the content at once, if it is short and came along with the head.
    pub(in crate::upstream) fn take_whole(&mut self) -> Option<Bytes> {
        self.content.take_whole(&mut self.buffer.bytes)
    }

    /// Waits for the next part of the content, and goes on sending the request in the meantime.
    pub(in crate::upstream) fn poll_part(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Part, BrokenOff>> {
        self.poll_send(cx).map_err(BrokenOff::Request)?;
        loop {
            match self.content.next(&mut self.buffer.bytes) {
                Ok(Some(part)) => return Poll::Ready(Ok(part)),
                Ok(None) => {}
                Err(Malformed) => return Poll::Ready(Err(BrokenOff::Malformed)),
            }
            let n_read = ready!(self.poll_fill(cx)).map_err(BrokenOff::Closed)?;
            if n_read == 0 && self.content.end().is_err() {
                let end = ErrorKind::UnexpectedEof.into();
                return Poll::Ready(Err(BrokenOff::Closed(end)));
            }
        }
    }

    pub(in crate::upstream) fn content_is_over(&self) -> bool {
        self.content.is_over()
    }

    /// How long the rest of the content is, if that is known.
    pub(in crate::upstream) fn content_len(&self) -> Option<u64> {
        self.content.exact_len()
    }

    /// Waits until the rest of a request is sent whose response is there already.
    ///
    /// Says whether the connection can be used again.
    pub(in crate::upstream) async fn settle(&mut self) -> bool {
        poll_fn(|cx| {
            let sent = self.poll_send(cx);
            match self.sender.is_sending() && matches!(sent, Ok(())) {
                true => Poll::Pending,
                false => Poll::Ready(()),
            }
        })
        .await;
        self.is_idle()
    }

    /// Can it take a request?
    pub(in crate::upstream) fn is_idle(&self) -> bool {
        self.is_usable() && !self.sender.is_sending()
    }

    /// Is the response over, and the request is not?
    pub(in crate::upstream) fn is_busy(&self) -> bool {
        self.is_usable() && self.sender.is_sending()
    }

    /// Prepares it for a time without an exchange.
    pub(in crate::upstream) fn rest(&mut self) {
        self.sender.rest();
        self.buffer.rest();
    }

    /// Has nothing come while it was idle: neither its end, nor what nobody has asked for?
    pub(in crate::upstream) fn is_quiet(&mut self) -> bool {
        self.stream.is_quiet()
    }

    /// Takes the connection out of HTTP, after the upstream has agreed to another protocol:
    /// the stream, and what has been read from it already.
    pub(crate) fn into_stream(self) -> (UpstreamIo, Bytes) {
        (self.stream, self.buffer.bytes.freeze())
    }

    fn is_usable(&self) -> bool {
        let Exchange {
            persists,
            is_send_broken,
            ..
        } = self.exchange;
        persists && !is_send_broken && self.content.is_over() && self.buffer.bytes.is_empty()
    }

    fn begin(&mut self, request: &mut Request<RequestBody>) {
        self.exchange = Exchange {
            asked: Asked {
                is_head: *request.method() == Method::HEAD,
                is_upgrade: request.headers().contains_key(UPGRADE),
            },
            is_head_alone: request.body().upload().is_none(),
            ..Exchange::default()
        };
        self.sender.begin(request);
    }

    /// Sends what can be sent. Whether a server that reads no further has answered, what it sent
    /// tells.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<(), BrokenBody> {
        if !self.sender.is_sending() {
            return Ok(());
        }
        match self.sender.poll(&mut self.stream, cx) {
            Poll::Pending | Poll::Ready(Ok(())) => Ok(()),
            Poll::Ready(Err(Unsent::Content(broken))) => Err(broken),
            Poll::Ready(Err(Unsent::Stream)) => {
                self.sender.abandon();
                self.exchange.is_send_broken = true;
                Ok(())
            }
        }
    }

    fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        fields: &mut HeaderMap,
    ) -> Poll<Result<response::Parts, NoResponse>> {
        self.poll_send(cx)?;
        loop {
            let bytes = &mut self.buffer.bytes;
            match self.reader.read(bytes, self.exchange.asked, fields)? {
                Read::Final(head) => return Poll::Ready(self.answered(head)),
                Read::Interim => {
                    self.exchange.n_interim += 1;
                    if self.exchange.n_interim > MAX_INTERIM_RESPONSES {
                        return Poll::Ready(Err(NoResponse::Malformed));
                    }
                }
                Read::Part => match ready!(self.poll_fill(cx)) {
                    Ok(0) => return Poll::Ready(Err(self.ended())),
                    Ok(_) => self.exchange.was_heard = true,
                    Err(error) => return Poll::Ready(Err(self.failed(&error))),
                },
            }
        }
    }

    fn answered(&mut self, head: ResponseHead) -> Result<response::Parts, NoResponse> {
        let ResponseHead {
            parts,
            framing,
            persists,
        } = head;
        let framing = match parts.status {
            StatusCode::SWITCHING_PROTOCOLS if self.sender.is_sending() => {
                return Err(NoResponse::Malformed);
            }
            // What follows is of another protocol.
            StatusCode::SWITCHING_PROTOCOLS => Framing::UntilClose,
            _ => framing,
        };
        self.exchange.persists = persists && framing != Framing::UntilClose;
        self.content = Content::new(framing);
        Ok(parts)
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let n_expected = self.content.exact_len().filter(|it| *it > 0);
        self.buffer.poll_fill(&mut self.stream, cx, n_expected)
    }

    /// The server has ended the connection instead of a response.
    fn ended(&mut self) -> NoResponse {
        match self.reader.end(&self.buffer.bytes) {
            Err(Malformed) => NoResponse::Malformed,
            Ok(()) => self.lost(),
        }
    }

    fn failed(&self, error: &io::Error) -> NoResponse {
        match error.kind() {
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => self.lost(),
            _ => NoResponse::Closed,
        }
    }

    fn lost(&self) -> NoResponse {
        match self.exchange.is_head_alone && !self.exchange.was_heard {
            true => NoResponse::Unheard,
            false => NoResponse::Closed,
        }
    }
}

impl NoResponse {
    /// Who is to blame for the silence.
    pub(in crate::upstream) fn silence(upload: Option<&Upload>) -> Self {
        match upload.is_some_and(Upload::waits_for_client) {
            true => Self::ClientSilent,
            false => Self::UpstreamSilent,
        }
    }
}

impl From<Malformed> for NoResponse {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<BrokenBody> for NoResponse {
    fn from(broken: BrokenBody) -> Self {
        match broken {
            BrokenBody::TooLong => Self::BodyTooLong,
            BrokenBody::Client(_) | BrokenBody::OtherLength => Self::RequestBroken,
        }
    }
}
