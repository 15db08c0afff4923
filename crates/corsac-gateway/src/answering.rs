//! An answer that is there, or will be.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;

use crate::body::Body;

/// The future of an answer.
///
/// hyper moves it around before it asks it for anything: what takes time is behind a pointer, so
/// that an answer that takes none is not moved as if it did.
pub(crate) enum Answering {
    /// Until it is taken.
    Answered(Option<Response<Body>>),
    Asking(Pin<Box<dyn Future<Output = Response<Body>> + Send>>),
}

impl Future for Answering {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Answered(response) => {
                Poll::Ready(Ok(response.take().expect("a future is done once")))
            }
            Self::Asking(asking) => asking.as_mut().poll(cx).map(Ok),
        }
    }
}
