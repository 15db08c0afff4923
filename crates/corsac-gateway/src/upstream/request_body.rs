//! The body of a request on its way from the client to the upstream.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

/// The body of a request, which tells how it is getting on.
#[derive(Debug)]
pub(crate) struct RequestBody {
    incoming: Option<Incoming>,
    /// None if there is nothing to send.
    upload: Option<Arc<Upload>>,
}

/// How the sending of a body is getting on.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    has_progress: AtomicBool,
    waits_for_client: AtomicBool,
}

impl RequestBody {
    pub(crate) fn new(incoming: Incoming) -> Self {
        match incoming.is_end_stream() {
            true => Self::empty(),
            false => Self {
                incoming: Some(incoming),
                upload: Some(Arc::default()),
            },
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            incoming: None,
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

    /// Could more be sent if the client had sent it?
    pub(crate) fn waits_for_client(&self) -> bool {
        self.waits_for_client.load(Ordering::Relaxed)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Self {
            incoming: Some(incoming),
            upload: Some(upload),
        } = &mut *self
        else {
            return Poll::Ready(None);
        };
        upload.waits_for_client.store(true, Ordering::Relaxed);
        let frame = ready!(Pin::new(incoming).poll_frame(cx));
        upload.waits_for_client.store(false, Ordering::Relaxed);
        upload.has_progress.store(true, Ordering::Relaxed);
        Poll::Ready(frame)
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
