//! The body of a response on its way to the client.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::account::Account;
use crate::upstream::{BrokenOff, ResponseBody, StreamedBody};

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
    Upstream(StreamedBody),
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

    pub(crate) fn from_upstream(body: ResponseBody) -> Self {
        match body {
            ResponseBody::Whole(whole) if whole.is_empty() => Kind::Empty.into(),
            ResponseBody::Whole(whole) => Kind::Text(whole).into(),
            ResponseBody::Streamed(body) => Kind::Upstream(body).into(),
        }
    }

    /// Cuts the body off if it has not come to its end by then.
    pub(crate) fn until(mut self, until: Instant) -> Self {
        if let Kind::Upstream(body) = &mut self.kind {
            body.end_by(until);
        }
        self
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
            Self::Upstream(body) => body.is_over(),
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
            Kind::Upstream(body) => body.size_hint(),
        }
    }
}
