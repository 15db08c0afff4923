//! The body of a request on its way from the client to the upstream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::fields;

/// The body of a request, which tells how it is getting on.
#[derive(Debug)]
pub(crate) struct RequestBody {
    incoming: Option<Incoming>,
    /// Bytes that may still come.
    room: u64,
    /// None if there is nothing to send.
    upload: Option<Arc<Upload>>,
}

/// How the sending of a body is getting on.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    has_progress: AtomicBool,
    waits_for_client: AtomicBool,
    is_too_long: AtomicBool,
}

/// Why a body does not come to its end.
#[derive(Debug)]
pub(crate) enum BrokenBody {
    /// The client's connection failed.
    Client(hyper::Error),
    /// There is more of it than the route takes.
    TooLong,
    /// It is longer or shorter than was said.
    OtherLength,
}

impl RequestBody {
    /// A body of at most so many bytes.
    pub(crate) fn new(incoming: Incoming, max_len: u64) -> Self {
        match incoming.is_end_stream() {
            true => Self::empty(),
            false => Self {
                incoming: Some(incoming),
                room: max_len,
                upload: Some(Arc::default()),
            },
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            incoming: None,
            room: 0,
            upload: None,
        }
    }

    pub(crate) fn upload(&self) -> Option<&Arc<Upload>> {
        self.upload.as_ref()
    }
}

impl Upload {
    /// Has anything been sent since this was last asked?
    pub(crate) fn take_progress(&self) -> bool {
        self.has_progress.swap(false, Ordering::Relaxed)
    }

    /// Was the client about to send more than the route takes?
    pub(crate) fn is_too_long(&self) -> bool {
        self.is_too_long.load(Ordering::Relaxed)
    }

    /// Could more be sent if the client had sent it?
    pub(crate) fn waits_for_client(&self) -> bool {
        self.waits_for_client.load(Ordering::Relaxed)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        let Self {
            incoming: Some(incoming),
            room,
            upload: Some(upload),
        } = &mut *self
        else {
            return Poll::Ready(None);
        };
        upload.waits_for_client.store(true, Ordering::Relaxed);
        let frame = ready!(Pin::new(incoming).poll_frame(cx));
        upload.waits_for_client.store(false, Ordering::Relaxed);
        upload.has_progress.store(true, Ordering::Relaxed);
        let Some(frame) = frame.transpose().map_err(BrokenBody::Client)? else {
            return Poll::Ready(None);
        };
        let frame = match frame.into_trailers() {
            Ok(mut trailers) => {
                fields::remove_from_trailers(&mut trailers);
                Frame::trailers(trailers)
            }
            Err(frame) => frame,
        };
        let len = frame.data_ref().map_or(0, |data| data.len() as u64);
        let Some(left) = room.checked_sub(len) else {
            upload.is_too_long.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(BrokenBody::TooLong)));
        };
        *room = left;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl fmt::Display for BrokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(f),
            Self::TooLong => f.write_str("the body is too long"),
            Self::OtherLength => f.write_str("the body is not as long as was said"),
        }
    }
}

impl std::error::Error for BrokenBody {}
