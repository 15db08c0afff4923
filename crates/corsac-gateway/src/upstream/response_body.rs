//! The content of a response on its way from a server.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::carrier::InFlight;
use super::http1::{Connection, Part};
use super::http2::StreamPlace;
use super::request_body::BrokenBody;
use crate::deadline::Deadline;

/// The content of a response.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    /// It came along with the head, and its connection is given back.
    Whole(Bytes),
    Streamed(StreamedBody),
}

/// Content that a server is sending.
///
/// It owns the connection that it comes from. Dropped before its end, it closes the connection;
/// at its end it gives the connection back.
#[derive(Debug)]
pub(crate) struct StreamedBody {
    source: Option<(Source, Held)>,
    /// When it is cut off.
    deadline: Option<Box<Deadline>>,
    /// How it broke off, until that is told.
    broken: Option<BrokenOff>,
}

#[derive(Debug)]
enum Source {
    Http1(Box<Connection>),
    Http2(Incoming),
}

/// What is another's again when this is dropped.
#[derive(Debug)]
struct Held {
    in_flight: InFlight,
    _place: Option<StreamPlace>,
}

/// Why content does not come to its end.
#[derive(Debug)]
pub(crate) enum BrokenOff {
    /// The connection failed, or ended early.
    Closed(io::Error),
    /// What came is no content.
    Malformed,
    /// The request did not come to its end.
    Request(BrokenBody),
    /// It failed over HTTP/2.
    Http2(hyper::Error),
    /// The route has no more time for it.
    OutOfTime,
}

impl ResponseBody {
    pub(super) fn http1(mut connection: Box<Connection>, in_flight: InFlight) -> Self {
        match connection.take_whole() {
            Some(whole) => {
                in_flight.release(connection);
                Self::Whole(whole)
            }
            None => Self::streamed(Source::Http1(connection), in_flight, None),
        }
    }

    pub(super) fn http2(incoming: Incoming, place: StreamPlace, in_flight: InFlight) -> Self {
        match incoming.is_end_stream() {
            true => Self::Whole(Bytes::new()),
            false => Self::streamed(Source::Http2(incoming), in_flight, Some(place)),
        }
    }

    /// The connection for itself, if it has left HTTP.
    pub(crate) fn into_connection(self) -> Option<Box<Connection>> {
        match self {
            Self::Streamed(StreamedBody {
                source: Some((Source::Http1(connection), _)),
                ..
            }) => Some(connection),
            Self::Whole(_) | Self::Streamed(_) => None,
        }
    }

    fn streamed(source: Source, in_flight: InFlight, place: Option<StreamPlace>) -> Self {
        let held = Held {
            in_flight,
            _place: place,
        };
        Self::Streamed(StreamedBody {
            source: Some((source, held)),
            deadline: None,
            broken: None,
        })
    }
}

impl StreamedBody {
    /// Cuts it off if it has not come to its end by then.
    pub(crate) fn end_by(&mut self, until: Instant) {
        self.deadline = Some(Box::new(Deadline::new(until)));
    }

    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(broken) = self.broken.take() {
            return Poll::Ready(Some(Err(broken)));
        }
        let Some((source, _)) = &mut self.source else {
            return Poll::Ready(None);
        };
        let is_late = self
            .deadline
            .as_mut()
            .is_some_and(|it| it.poll(cx).is_ready());
        let frame = match is_late {
            true => Err(BrokenOff::OutOfTime),
            false => ready!(source.poll_frame(cx)),
        };
        match frame {
            Ok(frame) => {
                if frame.is_none() || source.is_over() {
                    self.end();
                }
                Poll::Ready(frame.map(Ok))
            }
            Err(broken) => {
                // At an error hyper drops what it has not sent yet. In the meantime it sends it:
                // the client gets all that came, the head with its CORS fields first of all.
                self.source = None;
                self.broken = Some(broken);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.source.is_none() && self.broken.is_none()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        match &self.source {
            Some((Source::Http1(connection), _)) => connection
                .content_len()
                .map_or_else(SizeHint::default, SizeHint::with_exact),
            Some((Source::Http2(incoming), _)) => incoming.size_hint(),
            None => SizeHint::default(),
        }
    }

    fn end(&mut self) {
        if let Some((Source::Http1(connection), held)) = self.source.take() {
            held.in_flight.release(connection);
        }
    }
}

impl Source {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Frame<Bytes>>, BrokenOff>> {
        match self {
            Self::Http1(connection) => {
                let part = ready!(connection.poll_part(cx))?;
                Poll::Ready(Ok(match part {
                    Part::Data(data) => Some(Frame::data(data)),
                    Part::Trailers(trailers) => Some(Frame::trailers(trailers)),
                    Part::End => None,
                }))
            }
            Self::Http2(incoming) => {
                let frame = ready!(Pin::new(incoming).poll_frame(cx));
                Poll::Ready(frame.transpose().map_err(BrokenOff::Http2))
            }
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.content_is_over(),
            Self::Http2(incoming) => incoming.is_end_stream(),
        }
    }
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(error) => error.fmt(f),
            Self::Malformed => f.write_str("the response is malformed"),
            Self::Request(error) => error.fmt(f),
            Self::Http2(error) => error.fmt(f),
            Self::OutOfTime => f.write_str("the exchange has taken too long"),
        }
    }
}

impl std::error::Error for BrokenOff {}
