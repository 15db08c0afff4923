//! The body of a response on its way to the client.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::account::Account;
use crate::deadline::Deadline;
use crate::upstream::Lease;

/// The body of a response.
#[derive(Debug, Default)]
pub(crate) struct Body {
    kind: Kind,
    account: Option<Box<Account>>,
}

#[derive(Debug, Default)]
enum Kind {
    #[default]
    Empty,
    Text(Bytes),
    Upstream(FromUpstream),
}

/// A body that an upstream is sending.
///
/// It owns the connection that it comes from. Dropped before its end, it closes the connection;
/// at its end it gives the connection back.
#[derive(Debug)]
struct FromUpstream {
    incoming: Incoming,
    lease: Option<Lease>,
    /// When it is cut off.
    deadline: Option<Box<Deadline>>,
    /// How the body broke off, until that is told.
    error: Option<BrokenOff>,
}

/// Why a body does not come to its end.
#[derive(Debug)]
pub(crate) enum BrokenOff {
    /// The upstream's connection failed.
    Upstream(hyper::Error),
    /// The route has no more time for it.
    OutOfTime,
}

impl Body {
    pub(crate) fn text(text: Bytes) -> Self {
        Kind::Text(text).into()
    }

    /// Lets someone know what becomes of the body.
    pub(crate) fn keep_account(&mut self, mut account: Box<Account>) {
        if self.kind.is_over() {
            account.completed();
        }
        self.account = Some(account);
    }

    pub(crate) fn from_upstream(incoming: Incoming, lease: Lease) -> Self {
        if incoming.is_end_stream() {
            lease.release();
            return Kind::Empty.into();
        }
        let body = FromUpstream {
            incoming,
            lease: Some(lease),
            deadline: None,
            error: None,
        };
        Kind::Upstream(body).into()
    }

    /// Cuts the body off if it has not come to its end by then.
    pub(crate) fn until(mut self, until: Instant) -> Self {
        if let Kind::Upstream(body) = &mut self.kind {
            body.deadline = Some(Box::new(Deadline::new(until)));
        }
        self
    }
}

impl FromUpstream {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let Self {
            incoming,
            lease,
            deadline,
            error,
        } = self;
        if let Some(error) = error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let Some(driven) = lease else {
            return Poll::Ready(None);
        };
        let is_late = deadline.as_mut().is_some_and(|it| it.poll(cx).is_ready());
        let frame = match is_late {
            true => Some(Err(BrokenOff::OutOfTime)),
            false => {
                let frame = driven.poll_with(cx, |cx| Pin::new(&mut *incoming).poll_frame(cx));
                ready!(frame).map(|it| it.map_err(BrokenOff::Upstream))
            }
        };
        match frame {
            Some(Ok(_)) if !incoming.is_end_stream() => {}
            Some(Ok(_)) | None => lease.take().expect("it was just driven").release(),
            Some(Err(broken_off)) => {
                // At an error hyper drops what it has not sent yet. In the meantime it sends it:
                // the client gets all that came, the head with its CORS fields first of all.
                *lease = None;
                *error = Some(broken_off);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        Poll::Ready(frame)
    }
}

impl From<Kind> for Body {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            account: None,
        }
    }
}

impl Kind {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match self {
            Self::Empty => Poll::Ready(None),
            Self::Text(text) => {
                let frame = Frame::data(std::mem::take(text));
                *self = Self::Empty;
                Poll::Ready(Some(Ok(frame)))
            }
            Self::Upstream(body) => body.poll_frame(cx),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(_) => false,
            Self::Upstream(body) => body.lease.is_none() && body.error.is_none(),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let frame = ready!(self.kind.poll_frame(cx));
        let Self { kind, account } = &mut *self;
        if let Some(account) = account {
            if let Some(Ok(frame)) = &frame {
                account.passed(frame.data_ref().map_or(0, Bytes::len));
            }
            if kind.is_over() && !matches!(frame, Some(Err(_))) {
                account.completed();
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.kind.is_over()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Text(text) => SizeHint::with_exact(text.len() as u64),
            Kind::Upstream(body) => body.incoming.size_hint(),
        }
    }
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(error) => error.fmt(f),
            Self::OutOfTime => f.write_str("the exchange has taken too long"),
        }
    }
}

impl std::error::Error for BrokenOff {}
