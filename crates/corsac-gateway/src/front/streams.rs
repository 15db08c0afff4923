//! The requests of one connection of HTTP/2, as far as they concern the connection.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use super::idleness::Idleness;
use crate::body::Body;
use crate::upstream::BrokenOff;

/// Counts what becomes of the requests of one connection.
#[derive(Debug)]
pub(super) struct Streams {
    opened: AtomicUsize,
    closed: AtomicUsize,
    /// Those that the client has cancelled before there was a response.
    cancelled: AtomicUsize,
    /// Parts of bodies that are ready for the client, and that it does not take.
    offered: AtomicUsize,
    /// Grows with everything that happens.
    events: AtomicUsize,
    idleness: Arc<Idleness>,
}

impl Streams {
    pub(super) fn new(idleness: &Arc<Idleness>) -> Self {
        Self {
            opened: AtomicUsize::new(0),
            closed: AtomicUsize::new(0),
            cancelled: AtomicUsize::new(0),
            offered: AtomicUsize::new(0),
            events: AtomicUsize::new(0),
            idleness: Arc::clone(idleness),
        }
    }

    /// A request has come.
    pub(super) fn open(self: &Arc<Self>) -> Stream {
        self.opened.fetch_add(1, Ordering::SeqCst);
        self.idleness.ends();
        self.happened();
        Stream {
            streams: Arc::clone(self),
            is_answered: false,
            is_offered: false,
        }
    }

    /// Is no request under way?
    pub(super) fn is_idle(&self) -> bool {
        self.opened.load(Ordering::SeqCst) == self.closed.load(Ordering::SeqCst)
    }

    /// Does any response wait for the client?
    pub(super) fn wait_for_client(&self) -> bool {
        self.offered.load(Ordering::Relaxed) > 0
    }

    /// Changes whenever something happens.
    pub(super) fn events(&self) -> usize {
        self.events.load(Ordering::Relaxed)
    }

    /// Does the client ask for the sake of asking?
    ///
    /// To open a request and to cancel it costs a client next to nothing, and the gateway a
    /// connection to the upstream. It is the rapid reset of CVE-2023-44487.
    pub(super) fn are_abused(&self) -> bool {
        let cancelled = self.cancelled.load(Ordering::Relaxed);
        cancelled >= MAX_CANCELLED && cancelled * 2 > self.opened.load(Ordering::Relaxed)
    }

    /// A request is over, and perhaps it was the last one.
    fn rest(&self) {
        if self.is_idle() {
            self.idleness.begins(Instant::now());
            // One that came in between has not been overlooked.
            if !self.is_idle() {
                self.idleness.ends();
            }
        }
    }

    fn happened(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }
}

/// One request that is under way.
#[derive(Debug)]
pub(super) struct Stream {
    streams: Arc<Streams>,
    is_answered: bool,
    is_offered: bool,
}

impl Stream {
    /// The response is there. Its body goes on counting.
    pub(super) fn answered(mut self, body: Body) -> StreamBody {
        self.is_answered = true;
        self.streams.happened();
        StreamBody { body, stream: self }
    }

    fn offer(&mut self) {
        self.is_offered = true;
        self.streams.offered.fetch_add(1, Ordering::Relaxed);
    }

    fn taken(&mut self) {
        if std::mem::take(&mut self.is_offered) {
            self.streams.offered.fetch_sub(1, Ordering::Relaxed);
            self.streams.happened();
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.taken();
        if !self.is_answered {
            self.streams.cancelled.fetch_add(1, Ordering::Relaxed);
        }
        self.streams.happened();
        self.streams.closed.fetch_add(1, Ordering::SeqCst);
        self.streams.rest();
    }
}

/// The body of a response, on one of the streams of a connection.
#[derive(Debug)]
pub(super) struct StreamBody {
    body: Body,
    stream: Stream,
}

impl http_body::Body for StreamBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        // Whoever asks for more has got rid of what it had.
        self.stream.taken();
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(_))) = &frame {
            self.stream.offer();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Requests that a client may cancel before the gateway asks whether that is all that it does.
///
/// A page that is left, or a map that is moved, cancels some hundreds; and before that it has got
/// answers.
const MAX_CANCELLED: usize = 250;
